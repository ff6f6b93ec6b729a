# The overlay over a release that no Debian suite has: FFmpeg is built and
# installed as it is, and the overlay's tests run against that. Run by
# tests/patches/run.
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
# $RELEASE, $TREE: as for tree.sh

. "$SRC/tests/scripts/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL PKG_CONFIG_LIBDIR
: "${RELEASE:?}" "${TREE:?}"
jobs=-j$(nproc)
usr=$work/usr
way=overlay
major=$(sed -n "s/^$RELEASE  *\([0-9]*\) .*/\1/p" "$SRC/patches/releases")

it "FFmpeg $RELEASE is configured" in_dir "$work/ffmpeg" sh "$TREE/configure" --prefix="$usr" \
    --enable-shared --disable-static --disable-everything --disable-autodetect --disable-x86asm \
    --disable-debug --disable-doc --disable-network --disable-ffplay --enable-libxcb \
    --enable-libxcb-shm --enable-libxcb-shape --enable-libxcb-xfixes --enable-indev=xcbgrab,lavfi \
    --enable-decoder=rawvideo --enable-encoder=rawvideo,wrapped_avframe \
    --enable-muxer=null,framecrc --enable-protocol=file,pipe --enable-filter=scale
it 'built and installed' sh -c "make -C '$work/ffmpeg' $jobs install >'$work/make' 2>&1 ||
    { grep -v '^[A-Z]' '$work/make'; false; }"
rm -rf "$work/ffmpeg"

PKG_CONFIG_PATH=$usr/lib/pkgconfig
LD_LIBRARY_PATH=$usr/lib
export PKG_CONFIG_PATH LD_LIBRARY_PATH
build=$work/build
it 'configure' in_dir "$build" sh "$SRC/configure" --prefix="$usr" --libdir="$work/installed" \
    --libavdevice="$usr/lib/libavdevice.so.$major"
it 'for that major' grep -qx "MAJOR = $major" "$build/config.mak"
it 'make' sh -c "make -C '$build' $jobs check-build >'$work/make' 2>&1 || { tail -n 20 '$work/make'; false; }"
it 'without a warning' lacks 'warning' "$work/make"
in_dir "$build" env LD_LIBRARY_PATH="$build:$usr/lib" "$usr/bin/ffmpeg" -hide_banner -devices \
    >"$work/devices" 2>&1
it 'its ffmpeg has the device' matches '^ D[E ] *x11shmpool ' "$work/devices"
it 'and the others' matches 'x11grab' "$work/devices"

# The C tests say what they find in TAP too: each of theirs is one of ours.
for test in device/options device/region device/pool device/shared_memory \
    device/timing device/polling device/formats device/colormaps device/faults; do
    "$SRC/tests/run" -b "$build" "$test.c" >"$work/out" 2>&1
    status=$?
    cat "$work/out" | sed 's/^/# /'
    it "$test: $(tail -n 1 "$work/out")" test $status = 0
done
done_testing
