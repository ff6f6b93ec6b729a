# FFmpeg is upgraded under an installed overlay: to itself, and to another major.
# Run by tests/releases/run in a root of tools/root, which it changes.
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
#
# $NEXT_SUITE: Debian's next release; $MIRROR: where it is had from

. "$SRC/tests/scripts/lib.sh"

major=$(conf MAJOR)
devices() {
    ffmpeg -hide_banner -devices >"$work/devices" 2>&1
}
apt() {
    apt-get -q -y -o Dpkg::Use-Pty=0 "$@"
}
# record: a frame by the ffmpeg that is installed, as anybody would
record() {
    timeout 20 ffmpeg -hide_banner -nostdin -v error -f x11shmpool -i "$DISPLAY" \
        -frames:v 1 -f framecrc - >"$work/frame" 2>&1 && grep '^0, ' "$work/frame"
}

start_x
check 'the overlay is installed' make -C "$BUILD" install
devices
check 'plain ffmpeg has the device' matches '^ D[E ] *x11shmpool ' "$work/devices"
check 'and records' record

# The same major again: new files in the place of what the overlay stands on
check 'the lists of packages' apt update
check "libavdevice$major is installed again" apt install --reinstall "libavdevice$major" ffmpeg
devices
check 'ffmpeg still has the device' matches '^ D[E ] *x11shmpool ' "$work/devices"
check 'and records' record
check 'make has nothing to say' sh -c "make -C '$BUILD' >'$work/out' 2>&1"

if [ -z "${NEXT_SUITE:-}" ]; then
    done_testing
fi

# Another major
echo "deb $MIRROR $NEXT_SUITE main" >/etc/apt/sources.list
check "the lists of $NEXT_SUITE" apt update
check "FFmpeg of $NEXT_SUITE takes the place of what was there" \
    apt install ffmpeg libavdevice-dev libavformat-dev libavcodec-dev libavutil-dev \
        libavfilter-dev libswscale-dev pkg-config
now=$(pkg-config --modversion libavdevice | sed 's/\..*//')
check 'it is another major' test "$now" -gt "$major"
devices
check 'ffmpeg of the new major runs without a word' lacks 'x11shmpool|rror' "$work/devices"
check 'with the devices that it has' matches 'x11grab' "$work/devices"
make -C "$BUILD" >"$work/out" 2>&1
check 'make says that FFmpeg is another one' \
    matches "libavdevice $now, and this was configured for +$major" "$work/out"
check 'and what to do' matches 'configure.*make.*make install' "$work/out"
if [ "$now" -gt "$(sed -n '/^#/d; s/^[^ ]*  *\([0-9]*\) .*/\1/p' "$SRC/patches/releases" | tail -n 1)" ]; then
    (cd "$BUILD" && "$SRC/configure") >"$work/out" 2>&1
    check 'configure does not know that one yet' matches 'is not supported' "$work/out"
    check 'make uninstall' make -C "$BUILD" uninstall
    done_testing
fi
check 'which works: configure' sh -c "cd '$BUILD' && '$SRC/configure' >'$work/configure' 2>&1"
check 'make' make -C "$BUILD"
check 'make install' sh -c "make -C '$BUILD' install >'$work/out' 2>&1"
check 'tells of the overlay for the major that was before' \
    matches "for libavdevice $major is there too" "$work/out"
devices
check 'ffmpeg has the device again' matches '^ D[E ] *x11shmpool ' "$work/devices"
check 'and records' record
check 'make uninstall' make -C "$BUILD" uninstall
check 'takes away both' sh -c "! ls '$(conf LIBDIR)' | grep x11shmpool"
devices
check 'the device is gone' lacks 'x11shmpool' "$work/devices"

done_testing
