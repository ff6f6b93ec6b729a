# make install and uninstall: what is put where, what is left, and that the
# loader takes it.
#
# Copyright (c) 2026 The x11shmpool developers
#
# This file is part of x11shmpool.
#
# x11shmpool is free software; you can redistribute it and/or
# modify it under the terms of the GNU Lesser General Public
# License as published by the Free Software Foundation; either
# version 2.1 of the License, or (at your option) any later version.
#
# x11shmpool is distributed in the hope that it will be useful,
# but WITHOUT ANY WARRANTY; without even the implied warranty of
# MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
# Lesser General Public License for more details.
#
# You should have received a copy of the GNU Lesser General Public
# License along with x11shmpool; if not, write to the Free Software
# Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA

. "$SRC/tests/scripts/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
soname=$(conf SONAME)
marker=$(conf MARKER)
overlay_file=$BUILD/$soname

# tools/install as the Makefile calls it, without building anything
install_to() {
    MARKER=$marker DESTDIR=$1 LIBDIR=$2 SONAME=$soname LDCONFIG=$(conf LDCONFIG) \
        sh "$SRC/tools/install" install "$overlay_file"
}
uninstall_from() {
    MARKER=$marker DESTDIR=$1 LIBDIR=$2 MANDIR=${3:-} DOCDIR=${4:-} SONAME=$soname \
        LDCONFIG=$(conf LDCONFIG) sh "$SRC/tools/install" uninstall
}
# Every name, kind, mode and content below a directory
state() {
    (cd "$1" && find . -exec stat -c '%n %F %a %N' {} + | sort &&
        find . -type f -exec md5sum {} + | sort)
}

### DESTDIR

root=$work/root
mkdir -p "$root/usr"
echo keep >"$root/usr/file"
state "$root" >"$work/before"
if [ -f "$BUILD/Makefile" ]; then
    check 'make install DESTDIR=...' make -C "$BUILD" install DESTDIR="$root"
    libdir=$(conf LIBDIR)
    check 'puts the SONAME into libdir' test -L "$root$libdir/$soname"
    check 'the examples into docdir' \
        cmp "$root$(conf DOCDIR)/examples/keep_frames.c" "$SRC/doc/examples/keep_frames.c"
    [ -z "$(conf MAKEINFO)" ] ||
        check 'with the manual' test -s "$root$(conf DOCDIR)/x11shmpool.html"
    [ -z "$(conf MAKEINFO)" ] || [ -z "$(conf PANDOC)" ] ||
        check 'and the man page where man looks' \
            test -s "$root$(conf MANDIR)/man1/ffmpeg-x11shmpool.1"
    check 'make uninstall DESTDIR=...' make -C "$BUILD" uninstall DESTDIR="$root"
    state "$root" >"$work/after"
    check 'restores the tree exactly' diff "$work/before" "$work/after"
else
    skip 'make install DESTDIR=...' "$BUILD has no Makefile of its own"
fi

check 'install below a prefix that is not there' install_to "$root" /opt/a/lib
check 'the file is the overlay' cmp "$root/opt/a/lib/$soname" "$overlay_file"
check 'the link does not leave DESTDIR' \
    test "$(readlink "$root/opt/a/lib/$soname")" = "libavdevice-x11shmpool.so.${soname##*.}"
state "$root" >"$work/once"
check 'install again' install_to "$root" /opt/a/lib
state "$root" >"$work/twice"
check 'changes nothing' diff "$work/once" "$work/twice"
env $overlay_vars LD_LIBRARY_PATH="$root/opt/a/lib" ffmpeg -hide_banner -devices >"$work/out" 2>&1
check 'it runs from where it was installed' matches '^ D[E ] *x11shmpool ' "$work/out"
install_to "$root" /opt/b/lib >/dev/null 2>&1
env $overlay_vars LD_LIBRARY_PATH="$root/opt/a/lib:$root/opt/b/lib:$BUILD" \
    ffmpeg -hide_banner -devices >"$work/out" 2>&1
check 'installed twice: the device comes once' test "$(grep -c x11shmpool "$work/out")" = 1
uninstall_from "$root" /opt/b/lib >/dev/null 2>&1
echo theirs >"$root/opt/a/lib/theirs"
check 'uninstall' uninstall_from "$root" /opt/a/lib
check "somebody else's file stays, and its directory" test -f "$root/opt/a/lib/theirs"
rm -r "$root/opt"
state "$root" >"$work/after"
check 'all else is gone' diff "$work/before" "$work/after"
check 'uninstall of nothing is no error' uninstall_from "$root" /opt/a/lib

# FFmpeg's own library in the way
mkdir -p "$root/opt/own/lib"
cp -L "$(conf REAL)" "$root/opt/own/lib/$soname"
state "$root" >"$work/before"
check "install over FFmpeg's own library is refused" fails 1 install_to "$root" /opt/own/lib
install_to "$root" /opt/own/lib >"$work/out" 2>&1
check 'with the reason' matches 'not ours' "$work/out"
state "$root" >"$work/after"
check 'and nothing is touched' diff "$work/before" "$work/after"
install_to "$root" /opt/c/lib >/dev/null 2>&1
rm "$root/opt/c/lib/$soname"
cp -L "$(conf REAL)" "$root/opt/c/lib/$soname"
uninstall_from "$root" /opt/c/lib >"$work/out" 2>&1
check 'uninstall leaves a library that took our place' \
    cmp "$(conf REAL)" "$root/opt/c/lib/$soname"

### A manifest that says what install never wrote

# All of it in a prefix, and a directory of somebody else's beside it
manifest=/p/lib/libavdevice-x11shmpool.${soname##*.}.manifest
afresh() {
    rm -rf "$work/p"
    mkdir -p "$work/p/root" "$work/p/theirs/empty" "$work/p/root/theirs/empty"
    cp "$SRC/doc/examples/keep_frames.c" "$work/p/theirs/mine.c"
    cp "$SRC/doc/examples/keep_frames.c" "$work/p/theirs/keep_frames.c"
    cp "$SRC/doc/examples/keep_frames.c" "$work/p/root/theirs/keep_frames.c"
    echo theirs >"$work/p/root/theirs/a b"
    ln -s ../theirs/empty "$work/p/root/theirs/link"
    state "$work/p" >"$work/before"
    mkdir -p "$work/p/page"
    echo 'x11shmpool' >"$work/p/page/ffmpeg-x11shmpool.1"
    echo '<html>x11shmpool' >"$work/p/page/x11shmpool.html"
    MARKER=$marker DESTDIR=$work/p/root LIBDIR=/p/lib MANDIR=/p/man DOCDIR=/p/doc SONAME=$soname \
        LDCONFIG= sh "$SRC/tools/install" install "$overlay_file" \
        "$work/p/page/ffmpeg-x11shmpool.1" /p/man/man1 "$work/p/page/x11shmpool.html" /p/doc \
        "$SRC/doc/bench.svg" /p/doc "$SRC/doc/way-of-a-frame.svg" /p/doc \
        "$SRC/doc/examples/keep_frames.c" /p/doc/examples \
        "$SRC/doc/examples/numpy_frames.py" /p/doc/examples >/dev/null
    rm -r "$work/p/page"
}
# edited LINE...: at both ends of the manifest; what uninstall then leaves
edited() {
    cp "$work/p/root$manifest" "$work/lines"
    { printf '%s\n' "$@"; cat "$work/lines"; printf '%s\n' "$@"; } >"$work/p/root$manifest"
    taken_out
}
taken_out() {
    uninstall_from "$work/p/root" /p/lib /p/man /p/doc >"$work/out" 2>&1 || return
    state "$work/p" >"$work/after"
    diff "$work/before" "$work/after"
}
afresh
check 'a prefix with all files, uninstalled' taken_out
r=$work/p/root
for line in "file $r/theirs/keep_frames.c" "file $r/theirs/a b" "file $r/theirs/*" \
            "file $r/p/lib/../../theirs/keep_frames.c" "file $r/p/doc/examples/../../../theirs/keep_frames.c" \
            "file /../$work/p/theirs/mine.c" "file $r/theirs/link" "dir $r/theirs/link" \
            "dir $r/theirs/empty" "dir $work/p/theirs/empty" "dir $r/p/../theirs/empty" \
            "file $r/theirs" "dir $r/theirs/empty/." "file" "dir" "dir /" "file /" 'file .' 'dir ..' \
            "$r/theirs/keep_frames.c" "  " "rm -rf $r/theirs" "file \$(rm -rf $r/theirs)"; do
    afresh
    check "uninstall removes what is ours and no more, with the line '$(printf '%s' "$line" |
        sed "s,$work/p,,g")'" edited "$line"
done
afresh
head -c 3000 /dev/urandom >"$work/p/root$manifest"
check 'of a manifest that is noise' uninstall_from "$r" /p/lib /p/man /p/doc
check 'only the library goes' test ! -e "$r/p/lib/$soname" -a -f "$r/p/doc/examples/keep_frames.c" \
    -a -f "$r/theirs/keep_frames.c"
afresh
: >"$work/p/root$manifest"
check 'of an empty one' uninstall_from "$r" /p/lib /p/man /p/doc
check 'too' test ! -e "$r/p/lib/$soname" -a -f "$r/p/doc/examples/keep_frames.c"

# Somebody's own among ours
afresh
cp "$SRC/doc/examples/keep_frames.c" "$r/p/doc/examples/sub.c"
sed -i '/part of x11shmpool/d' "$r/p/doc/examples/sub.c"
mkdir "$r/p/doc/examples/sub"
cp "$SRC/doc/examples/keep_frames.c" "$r/p/doc/examples/sub/keep_frames.c"
mkdir "$r/p/doc/empty"
edited "file $r/p/doc/examples/sub.c" "file $r/p/doc/examples/sub/keep_frames.c" \
    "dir $r/p/doc/empty" >/dev/null
check "what stands among our files and is not ours stays" test -f "$r/p/doc/examples/sub.c" \
    -a -f "$r/p/doc/examples/sub/keep_frames.c" -a -d "$r/p/doc/empty"
check 'and is told of' matches 'left alone, not ours: .*/sub\.c' "$work/out"
check 'all else is gone' test -z "$(find "$r/p" -type f ! -path '*/sub*')"

# Directories that have become links
for link in doc doc/examples man; do
    afresh
    mv "$r/p/$link" "$work/p/theirs/moved"
    ln -s "$work/p/theirs/moved" "$r/p/$link"
    state "$work/p/theirs" >"$work/theirs.before"
    taken_out >/dev/null
    state "$work/p/theirs" >"$work/theirs.after"
    check "$link is a link to elsewhere: nothing there is touched" \
        diff "$work/theirs.before" "$work/theirs.after"
    check 'nor is the link' test -L "$r/p/$link"
    check 'the library goes' test ! -e "$r/p/lib"
done

# The overlay's own name, taken by somebody else
afresh
echo theirs >"$r/p/lib/libavdevice-x11shmpool.so.${soname##*.}"
taken_out >/dev/null
check 'a file that took the place of the overlay stays' \
    grep -qx theirs "$r/p/lib/libavdevice-x11shmpool.so.${soname##*.}"

### The machine itself

# In a mount namespace of its own /usr/local/lib and /etc are copies: ldconfig,
# the loader and plain ffmpeg are the machine's, and the machine stays as it is.
cat >"$work/machine" <<'SCRIPT'
set -e
mount --bind "$work/local" /usr/local/lib
mount --bind "$work/etc" /etc
ldconfig
mkdir -p "$libdir"
listing() { ldconfig -p | sort; ls -laR --time-style=+ /usr/local/lib | sed 's/^total.*//'; }
devices() { ffmpeg -hide_banner -devices 2>&1; }
listing >"$work/m.before"
devices >"$work/m.devices.before"
MARKER=$marker LIBDIR=$libdir SONAME=$soname LDCONFIG=ldconfig \
    sh "$SRC/tools/install" install "$BUILD/$soname" >"$work/m.install" 2>&1
devices >"$work/m.devices"
ffmpeg -hide_banner -h demuxer=x11shmpool >"$work/m.help" 2>&1
mkdir -p "$work/m.build"
(cd "$work/m.build" && LD_LIBRARY_PATH=$BUILD sh "$SRC/configure" >"$work/m.configure" 2>&1)
MARKER=$marker LIBDIR=$libdir SONAME=$soname LDCONFIG=ldconfig \
    sh "$SRC/tools/install" uninstall >"$work/m.uninstall" 2>&1
listing >"$work/m.after"
devices >"$work/m.devices.after"
SCRIPT
libdir=$(conf LIBDIR)
export work marker soname libdir
as_root=
if unshare -m true 2>/dev/null; then
    as_root='unshare -m'
elif unshare -rm true 2>/dev/null; then
    as_root='unshare -rm'
fi
why=
[ -n "$as_root" ] || why='needs root or user namespaces'
[ -z "$(conf SANITIZE)" ] || why='plain programs cannot load an instrumented library'
PATH=$PATH:/usr/sbin:/sbin
export PATH
command -v ldconfig >/dev/null 2>&1 || why='there is no ldconfig'
case $libdir in
/usr/local/lib|/usr/local/lib/*) ;;
*) why=${why:-"configured for $libdir"} ;;
esac
! grep -q '^note: the loader does not look' "$BUILD/config.log" ||
    why=${why:-"the loader looks elsewhere before $libdir"}
if [ -n "$why" ]; then
    skip 'installed into /usr/local/lib' "$why"
else
    mkdir "$work/local"
    cp -a /etc "$work/etc" 2>/dev/null
    # shellcheck disable=SC2086
    check 'installed into /usr/local/lib, and uninstalled' \
        $as_root sh "$work/machine"
    check 'plain ffmpeg has the device' matches '^ D[E ] *x11shmpool ' "$work/m.devices"
    check 'and its options' matches 'pool_size|framerate' "$work/m.help"
    check 'and every other that it had' sh -c '! diff "$0" "$1" | grep "^<"' \
        "$work/m.devices.before" "$work/m.devices"
    check 'the loader takes it, without a note' lacks '^note' "$work/m.install"
    check 'configure finds the real library behind it, LD_LIBRARY_PATH or not' \
        matches "REAL_LIBAVDEVICE \"$(conf REAL)\"" "$work/m.build/config.h"
    check "uninstalling restores directory and loader's cache" \
        diff "$work/m.before" "$work/m.after"
    check 'and the devices' diff "$work/m.devices.before" "$work/m.devices.after"
fi

done_testing
