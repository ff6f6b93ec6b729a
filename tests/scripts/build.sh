# configure and make: what is found, what is refused, what is built again.
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

unset MAKEFLAGS MFLAGS MAKELEVEL
real=$(conf REAL)
soname=$(conf SONAME)
overlay=$soname

# A copy: the tests write into the source.
src=$work/src
mkdir "$src"
(cd "$SRC" && tar cf - configure Makefile libavdevice/*.[ch] tools \
    doc/*.texi doc/*.svg doc/*.css doc/examples/*.c) | (cd "$src" && tar xf -)

# configured NAME OPTION...: in a directory of its own
configured() {
    dir=$work/$1
    shift
    in_dir "$dir" sh "$src/configure" "$@" >"$dir.out" 2>&1
}

value() {
    sed -n "s/^$2 = *//p" "$work/$1/config.mak"
}

### configure

check 'configure is POSIX sh' sh -n "$src/configure"
sh "$src/configure" --help >"$work/out" 2>&1
for option in prefix libdir mandir docdir cc extra-cflags enable-debug toolchain; do
    grep -q -e "--$option" "$work/out" || bail "--help lacks --$option"
done
ok 'configure --help lists the options'

check 'configure succeeds out of tree' configured plain --prefix=/opt/x
for file in config.h config.mak config.log Makefile; do
    [ -s "$work/plain/$file" ] || bail "configure wrote no $file"
done
ok 'it writes config.h, config.mak and config.log'
check '--prefix counts' test "$(value plain PREFIX) $(value plain LIBDIR)" = '/opt/x /opt/x/lib'
check 'the summary tells what was found' matches "over +$real" "$work/plain.out"

for shell in bash 'busybox sh' ksh mksh yash posh; do
    command -v "${shell%% *}" >/dev/null 2>&1 || continue
    mkdir -p "$work/shell"
    # shellcheck disable=SC2086
    check "configure under $shell" in_dir "$work/shell" $shell "$src/configure" --prefix=/opt/x
    check "$shell finds what sh finds" cmp "$work/plain/config.h" "$work/shell/config.h"
done

check 'an unknown option is refused' fails 1 configured refused --frobnicate
check 'and named' matches 'unknown option --frobnicate' "$work/refused.out"
check 'no library is optional' fails 1 configured refused --disable-xcb-damage
check 'an unknown toolchain is refused' fails 1 configured refused --toolchain=msan
check 'and those that exist are named' matches 'asan, ubsan.*tsan' "$work/refused.out"

for toolchain in asan:address ubsan:undefined tsan:thread; do
    # none for threads where addresses have 32 bits
    if ! echo 'int main(void) { return 0; }' | $(conf CC) -x c -fsanitize=${toolchain#*:} \
           -o "$work/sanitized.out" - 2>/dev/null; then
        skip "--toolchain=${toolchain%:*}" 'the compiler has no such sanitizer'
        continue
    fi
    check "--toolchain=${toolchain%:*}" configured sanitized --toolchain=${toolchain%:*}
    check "--toolchain=${toolchain%:*} reaches compiler and linker" test 2 = \
        "$(grep -cE "^(CFLAGS|LDFLAGS) = .*-fsanitize=${toolchain#*:}" "$work/sanitized/config.mak")"
done
check '--enable-debug and --extra-cflags' configured debug --enable-debug --extra-cflags='-DA=1 -DB'
check 'reach the compiler' matches '^CFLAGS = .*-O0 .*-DA=1 -DB' "$work/debug/config.mak"

### Libraries that are missing

# All .pc files, to take some away or change them
all_pc=$work/pc
mkdir "$all_pc"
for dir in $(pkg-config --variable pc_path pkg-config | tr : ' '); do
    cp -n "$dir"/*.pc "$all_pc" 2>/dev/null
done
export PKG_CONFIG_LIBDIR="$all_pc"

without() {
    rm -rf "$work/pc-without"
    cp -r "$all_pc" "$work/pc-without"
    rm -f "$work/pc-without/$1.pc"
    PKG_CONFIG_LIBDIR=$work/pc-without
}

for item in libavdevice:libavdevice-dev:ffmpeg-free-devel xcb:libxcb1-dev:libxcb-devel \
            xcb-shm:libxcb-shm0-dev:libxcb-devel xcb-randr:libxcb-randr0-dev:libxcb-devel \
            xcb-xfixes:libxcb-xfixes0-dev:libxcb-devel xcb-damage:libxcb-damage0-dev:libxcb-devel \
            xcb-composite:libxcb-composite0-dev:libxcb-devel \
            xcb-shape:libxcb-shape0-dev:libxcb-devel; do
    pc=${item%%:*}
    debian=${item#*:}
    debian=${debian%:*}
    without "$pc"
    check "without $pc configure fails" fails 1 configured missing
    # xcb-shm and others require xcb.pc, so all are gone with it
    check "in a line that names $pc.pc, and Debian's and Fedora's packages" matches \
        "error: $pc not found \($pc\.pc\): install $debian \(Debian, Ubuntu\) or ${item##*:} " \
        "$work/missing.out"
done
PKG_CONFIG_LIBDIR=$all_pc

cat >"$work/cc" <<SRC
#!/bin/sh
for arg; do
    case \$arg in
    *.c) [ -z "\$HIDE" ] || ! grep -q "\$HIDE" "\$arg" || exit 1 ;;
    esac
done
exec $(conf CC) "\$@"
SRC
chmod +x "$work/cc"
HIDE=libavformat/avformat.h; export HIDE
check 'without a header configure fails' fails 1 configured missing --cc="$work/cc"
check 'and names the header' \
    matches 'libavformat not found \(header libavformat/avformat.h\)' "$work/missing.out"
unset HIDE
check 'a compiler that makes nothing is refused' fails 1 configured missing --cc=false
check 'and named' matches "compiler 'false'" "$work/missing.out"
check 'no pkg-config is told' fails 1 configured missing --pkg-config="$work/nothing"
check 'with its package' matches 'install pkg-config' "$work/missing.out"

### Which FFmpeg

for version in 57.10.100 58.13.100 59.4.100 64.1.100; do
    rm -rf "$work/pc-other"
    cp -r "$all_pc" "$work/pc-other"
    for lib in libavdevice libavformat; do
        sed "s/^Version:.*/Version: $version/" "$all_pc/$lib.pc" >"$work/pc-other/$lib.pc"
    done
    # what needs them needs no certain version of them
    sed -i '/^Requires/s/ [<>=]* [0-9][0-9.]*//g' "$work"/pc-other/libav*.pc
    check "libavdevice $version is refused" env PKG_CONFIG_LIBDIR="$work/pc-other" \
        sh -c "cd '$work/plain' && ! sh '$src/configure' >'$work/other.out' 2>&1"
    check "by name, with what is supported" \
        matches "libavdevice $version is not supported" "$work/other.out"
done

# An overlay where FFmpeg's library is looked for is never taken for it.
mkdir "$work/hidden"
cp "$BUILD/$overlay" "$work/hidden"
rm -rf "$work/pc-other"
cp -r "$all_pc" "$work/pc-other"
sed "s,^libdir=.*,libdir=$work/hidden," "$all_pc/libavdevice.pc" >"$work/pc-other/libavdevice.pc"
mkdir "$work/found"
check 'configure where pkg-config names an overlay' env PKG_CONFIG_LIBDIR="$work/pc-other" \
    LIBRARY_PATH="${real%/*}" LD_LIBRARY_PATH="$BUILD:$work/hidden" \
    sh -c "cd '$work/found' && sh '$src/configure' --extra-ldflags=-L'${real%/*}'"
check 'finds the real library' test "$(basename "$(value found REAL)") $(cd "$(dirname \
    "$(value found REAL)")" && pwd -P)" = "$soname $(cd "${real%/*}" && pwd -P)"
check 'an overlay given as --libavdevice is refused' \
    fails 1 configured found --libavdevice="$BUILD/$overlay"
check 'with the reason' matches "is this project's overlay" "$work/found.out"
check '--libdir in which FFmpeg lies is refused' fails 1 configured found --libdir="${real%/*}"
unset PKG_CONFIG_LIBDIR

### make

for cc in gcc clang; do
    if ! command -v $cc >/dev/null 2>&1; then
        skip "no warnings with $cc" "$cc is not installed"
        continue
    fi
    configured $cc --cc=$cc --extra-cflags=-Werror || bail "configure fails with $cc"
    check "no warnings with $cc, -j4" make -C "$work/$cc" -j4
done

failed_headers=
for header in "$src"/libavdevice/*.h; do
    echo "#include \"${header##*/}\"" >"$work/header.c"
    # shellcheck disable=SC2046,SC2086
    $(conf CC) $(conf CPPFLAGS) $(conf CFLAGS_DEP) -I"$work/plain" -I"$src/libavdevice" -I"$src" \
        -std=c11 -Wall -Wextra -Werror -fsyntax-only "$work/header.c" 2>>"$work/header.err" ||
        failed_headers="$failed_headers ${header##*/}"
done
if [ -z "$failed_headers" ]; then
    ok 'every header compiles alone'
else
    not_ok 'every header compiles alone' "not $failed_headers" "$(grep error: "$work/header.err")"
fi

dir=$work/plain
check 'make' make -C "$dir" -j4
# Which objects of $dir are newer than the mark
mark() {
    : >"$work/mark"
    # as coarse as time stamps may be
    wait_for 5 sh -c ': >"$0.next" && [ "$(find "$0.next" -newer "$0")" ]' "$work/mark"
}
rebuilt() {
    (cd "$dir" && find . -name '*.o' -newer "$work/mark" | wc -l)
}
objects=$(find "$dir" -name '*.o' | wc -l)
check 'a second make has nothing to do' make -C "$dir" -q
mark
touch "$src/libavdevice/x11shmpool_compat.h"
check 'a header was changed: make is asked for' fails 1 make -s -C "$dir" -q
make -C "$dir" -j4 >/dev/null 2>&1
users=$(grep -l 'x11shmpool_compat.h' "$dir"/libavdevice/*.d | wc -l)
check "it builds the $users objects that use it, and no others" test "$(rebuilt)" = "$users"
check 'and links again' test -n "$(find "$dir/$overlay" -newer "$work/mark")"
mark
in_dir "$dir" sh "$src/configure" --prefix=/opt/x >/dev/null
make -C "$dir" -j4 >/dev/null 2>&1
check 'configured again, the same way: nothing is built' test "$(rebuilt)" = 0
mark
in_dir "$dir" sh "$src/configure" --prefix=/opt/y --enable-debug >/dev/null
make -C "$dir" -j4 >/dev/null 2>&1
check 'configured another way: all is built' test "$(rebuilt)" = "$objects"
mark
touch "$src/configure"
make -C "$dir" -j4 >"$work/out" 2>&1
check 'configure was changed: it runs again' matches 'install into +/opt/y/lib$' "$work/out"
check 'with the same options, so nothing is built' test "$(rebuilt)" = 0
check 'and that is all' make -C "$dir" -q
echo 'int x11shmpool_test_gone(void); int x11shmpool_test_gone(void) { return 0; }' \
    >"$src/libavdevice/x11shmpool_test_gone.c"
make -C "$dir" >/dev/null 2>&1
nm "$dir/libx11shmpool.a" >"$work/with" 2>/dev/null
rm "$src/libavdevice/x11shmpool_test_gone.c"
make -C "$dir" >/dev/null 2>&1
nm "$dir/libx11shmpool.a" >"$work/without" 2>/dev/null
check 'a source that comes is built in' matches test_gone "$work/with"
check 'a source that goes leaves the archive' lacks test_gone "$work/without"

# In the source, and back to what it was
(cd "$src" && find . | sort) >"$work/before"
check 'configure and make in the source' in_dir "$src" sh -c './configure >/dev/null && make -j4'
check 'an overlay comes of it' test -f "$src/$overlay"
check 'make distclean' make -C "$src" distclean
(cd "$src" && find . | sort) >"$work/after"
check 'leaves what was there before' diff "$work/before" "$work/after"
check 'make distclean out of tree' make -C "$dir" distclean
check 'leaves nothing' test -z "$(ls -A "$dir")"
check 'make help needs no configuration' in_dir "$src" make help
check 'and makes none' test ! -e "$src/config.mak"

done_testing
