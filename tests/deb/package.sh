# The source tarball builds, and the Debian package made of it installs, works
# and leaves nothing behind. Installs into the system that it runs in, so it is
# only for a root file system that is thrown away: tests/deb/run.
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

[ -f /etc/x11shmpool-root ] || bail 'this is no root file system of tools/root'
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
soname=$(conf SONAME)
real=$(conf REAL)
package=ffmpeg-x11shmpool

devices() {
    ffmpeg -hide_banner -devices 2>&1
}
# Every file that is not dpkg's or the loader's own record
state() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run \
        -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \
        -o -path /etc/ld.so.cache -o -path /root \) -prune -o \
        -printf '%p %y %m %l ' \( -type f -printf '%s\n' -o -printf '\n' \) | sort
}
first_in_cache() {
    ldconfig -p | sed -n "s/^[[:space:]]*$soname (.*=> //p" | head -n 1
}

### The tarball

check 'the tarball builds' make -C "$BUILD" -j"$(nproc)"
overlay ffmpeg -hide_banner -devices >"$work/out" 2>&1
check 'the device is there' matches '^ D[E ] *x11shmpool ' "$work/out"
check 'it has the manual' test -s "$BUILD/doc/x11shmpool.html"
check 'and the man page' test -s "$BUILD/doc/ffmpeg-x11shmpool.1"
mkdir "$work/dist"
check 'make dist, without git' sh "$SRC/tools/dist" "$work/dist"
# shellcheck disable=SC2144
if [ -f /dist/x11shmpool-*.tar.xz ]; then
    # other releases of tar and xz write the same in other bytes
    mkdir "$work/first" "$work/again"
    tar xf /dist/*.tar.xz -C "$work/first"
    tar xf "$work"/dist/*.tar.xz -C "$work/again"
    tar tvf /dist/*.tar.xz >"$work/first.list"
    tar tvf "$work"/dist/*.tar.xz >"$work/again.list"
    check 'makes the same tarball again' diff "$work/first.list" "$work/again.list"
    check 'of the same files' diff -r "$work/first" "$work/again"
fi

### The package

mkdir "$work/build"
cd "$work/build" || exit
check 'make deb' make -f "$SRC/Makefile" SRC_PATH="$SRC" deb
deb=$(ls "$work"/build/deb/${package}_*.deb)
[ -f "$deb" ] || bail 'there is no package'
dsc=$(ls "$work"/build/deb/*.dsc)
lintian --allow-root --display-info --pedantic --show-overrides \
    "$work"/build/deb/*.changes >"$work/lintian" 2>&1
sed 's/^/# /' "$work/lintian"
check 'lintian finds nothing, however pedantic' lacks '^[EWIPX]: ' "$work/lintian"
check 'but what debian/ explains' matches '^O: ' "$work/lintian"
check 'the source package is all that it needs' sh -c \
    'dpkg-source -x "$0" "$1/unpacked" && cd "$1/unpacked" && dpkg-checkbuilddeps' "$dsc" "$work"
# Whoever is named in a notice is named in debian/copyright.
(cd "$work/unpacked" && grep -rIhioE 'copyright \(c\) *[0-9][-, 0-9]* .*' . |
    sed -E 's/.*\(c\) *[-, 0-9]*//I; s/[ *]*$//' | sort -u) >"$work/holders"
check 'notices are found' matches 'x11shmpool developers' "$work/holders"
unnamed=$(while read -r holder; do
    grep -qF "$holder" "$work/unpacked/debian/copyright" || echo "$holder"
done <"$work/holders" | grep -v '^Free Software Foundation')
check 'debian/copyright names all who are named in the source' test -z "$unnamed"
dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed 's/^ *//' >"$work/depends"
owner=$(dpkg-query -S "$real" | sed 's/[:,].*//;q')
check "it needs $owner" matches "^$owner( |\$)" "$work/depends"
check 'and libxcb' matches '^libxcb-damage0' "$work/depends"
check 'and no version that an update would end' lacks '\(=' "$work/depends"

devices >"$work/devices.before"
state >"$work/before"
check 'before, there is no such device' lacks x11shmpool "$work/devices.before"
first_before=$(first_in_cache)

check 'it installs' dpkg -i "$deb"
devices >"$work/devices"
check 'plain ffmpeg has the device' matches '^ D[E ] *x11shmpool ' "$work/devices"
check 'once' test "$(grep -c x11shmpool "$work/devices")" = 1
check 'and every other that it had' sh -c '! diff "$0" "$1" | grep "^<"' \
    "$work/devices.before" "$work/devices"
private=$(dpkg -L $package | grep "/$soname\$")
check 'the loader takes it first' test "$(first_in_cache)" = "$private"
check "FFmpeg's own library is as its package has it" \
    sh -c '! dpkg -V "$0" | grep -F .so' "$owner"
check 'every file is as it was packed' test -z "$(dpkg -V $package)"
check 'the man page is where man looks' sh -c \
    'zcat /usr/share/man/man1/ffmpeg-x11shmpool.1.gz | grep -q pool_size'
doc=/usr/share/doc/$package
missing=
for image in $(sed -n 's/.*<img [^>]*src="\([^"]*\)".*/\1/p' $doc/x11shmpool.html); do
    [ -s "$doc/$image" ] || missing="$missing $image"
done
check 'the manual has its images' sh -c 'test -z "$1" || { ls -la $0; false; }' $doc "$missing"
check 'an example builds with what it says' sh -c \
    '${CC:-cc} "$0/examples/keep_frames.c" -D_POSIX_C_SOURCE=200809L -o "$1/keep_frames" \
     $(pkg-config --cflags --libs libavdevice libavformat libavcodec libavutil)' $doc "$work"

start_x -screen 0 320x240x24
check 'it records' ffmpeg -v error -nostdin -f x11shmpool -framerate 30 -i "$DISPLAY" \
    -frames:v 10 -c:v ffv1 -y "$work/out.mkv"
check 'what plays' test "$(ffprobe -v error -count_frames -show_entries \
    stream=nb_read_frames -of csv=p=0 "$work/out.mkv")" = 10
check 'the example runs' "$work/keep_frames" "$DISPLAY" 12
stop $x_pid

# Somebody builds a package on this machine.
mkdir -p "$work/other/debian"
printf '%s\n' 'Source: other' '' 'Package: other' 'Architecture: any' >"$work/other/debian/control"
cp "$work/keep_frames" "$work/other/keep_frames"
check 'other packages built here need FFmpeg, not this one' sh -c \
    'cd "$0" && dpkg-shlibdeps -O keep_frames >out && grep -q "$1" out && ! grep -q "$2" out' \
    "$work/other" "$owner" $package

check 'it installs again over itself' dpkg -i "$deb"
check 'and is still first' test "$(first_in_cache)" = "$private"
check 'it is removed' dpkg -r $package
check "the loader takes FFmpeg's own again" test "$(first_in_cache)" = "$first_before"
devices >"$work/devices.after"
check 'the devices are what they were' diff "$work/devices.before" "$work/devices.after"
check 'it installs after that' dpkg -i "$deb"
check 'it is purged' dpkg --purge $package
state >"$work/after"
check 'nothing is left of it' diff "$work/before" "$work/after"
devices >"$work/devices.after"
check 'and the devices are what they were' diff "$work/devices.before" "$work/devices.after"

### As Debian tests it, which leaves it installed

autopkgtest "$dsc" "$deb" --summary-file="$work/summary" -- null >"$work/autopkgtest" 2>&1
grep -v '^$' "$work/summary" | sed 's/^/# /'
check 'autopkgtest passes' sh -c \
    'awk "\$2 == \"PASS\" { n++ } \$2 != \"PASS\" { exit 1 } END { exit n != 2 }" "$0" ||
     { tail -n 60 "$1"; false; }' "$work/summary" "$work/autopkgtest"

done_testing
