# The device in one release's source tree: applied, built in several ways,
# recording, and taken out again. Run by tests/patches/run.
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
# $RELEASE: which, as patches/releases has it; $TREE: its source, left alone.

. "$SRC/tests/scripts/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL PKG_CONFIG_PATH PKG_CONFIG_LIBDIR
PATH=$PATH:/usr/sbin:/sbin
export PATH
: "${RELEASE:?}" "${TREE:?}"
jobs=-j$(nproc)
apply=$SRC/patches/apply
tree=$work/tree
cp -r "$TREE" "$tree" || bail "no room for $TREE"

# Names, kinds, modes and contents of all below a directory
state() {
    (cd "$1" && find . -exec stat -c '%n %F %a' {} + && find . -type f -exec md5sum {} +) | sort
}
say() {
    apply_status=0
    sh "$apply" "$@" >"$work/said" 2>&1 || apply_status=$?
    return $apply_status
}

### Applied

way=apply
state "$tree" >"$work/state.before"
it 'patches/apply' say "$tree"
for file in "$SRC"/libavdevice/x11shmpool*.[ch]; do
    cmp -s "$file" "$tree/libavdevice/${file##*/}" || echo "${file##*/}"
done >"$work/different"
it "the device's sources are the same bytes" test ! -s "$work/different"
it 'its section of the manual too' cmp "$SRC/doc/indev.texi" "$tree/doc/x11shmpool.texi"
state "$tree" >"$work/state.applied"
(cd "$SRC/libavdevice" && ls x11shmpool*.[ch]) | sed 's,^,./libavdevice/,' >"$work/expected"
printf '%s\n' ./doc/x11shmpool.texi ./x11shmpool.applied >>"$work/expected"
sed -n 's,^+++ b/,./,p' "$SRC/patches/ffmpeg-$RELEASE.patch" >>"$work/expected"
# a line of state() starts with a name or with a checksum and two spaces
diff "$work/state.before" "$work/state.applied" | sed -n 's/^[<>] //p' |
    sed 's/^[0-9a-f]\{32\}  //; s/ regular file [0-7]*$//; s/ directory [0-7]*$//' |
    sort -u >"$work/touched"
sort -o "$work/expected" "$work/expected"
it 'nothing else is touched' diff "$work/expected" "$work/touched"
it 'a second application is refused' fails 1 say "$tree"
it 'for what it is' matches 'has x11shmpool already' "$work/said"
state "$tree" >"$work/state"
it 'and changes nothing' diff "$work/state.applied" "$work/state"

### Built: static, then shared

set_up() {
    set_up_dir=$1
    shift
    in_dir "$set_up_dir" "$tree/configure" --disable-everything --disable-x86asm \
        --disable-debug --disable-stripping --disable-network --enable-indev=x11shmpool "$@" \
        >"$set_up_dir.configure" 2>&1
}
xcb_all='--enable-libxcb --enable-libxcb-composite --enable-libxcb-damage
    --enable-libxcb-randr --enable-libxcb-shape --enable-libxcb-shm --enable-libxcb-xfixes'
recording='--disable-autodetect --disable-doc --disable-ffplay --disable-ffprobe
    --enable-decoder=rawvideo --enable-encoder=rawvideo,wrapped_avframe
    --enable-muxer=rawvideo,null,framecrc --enable-protocol=file,pipe --enable-filter=scale'

start_x -screen 0 320x240x24
printf '#define n_width 16\n#define n_height 16\nstatic unsigned char n_bits[] = {\n%s };\n' \
    "$(od -An -v -tx1 -N32 /dev/urandom | sed 's/ \(..\)/0x\1,/g')" >"$work/noise.xbm"
xsetroot -bitmap "$work/noise.xbm" -fg '#12a3f7' -bg '#fd4b05'

cat >"$work/compare.py" <<'SRC'
# xwd's picture against a frame in bgr0, the fourth byte of a pixel aside
import struct, sys
shot = open(sys.argv[1], 'rb').read()
frame = open(sys.argv[2], 'rb').read()
header = struct.unpack('>25I', shot[:100])
size, width, height, bits, stride, colours = (header[i] for i in (0, 4, 5, 11, 12, 19))
assert bits == 32 and stride == width * 4, 'not the picture that is expected'
assert header[7] == 0, 'not in the order that is expected'
shot = shot[size + colours * 12:]
assert len(shot) == len(frame) == stride * height, 'sizes %d, %d' % (len(shot), len(frame))
wrong = [i for i in range(0, len(shot), 4) if shot[i:i + 3] != frame[i:i + 3]]
assert not wrong, '%d pixels differ, the first at %d' % (len(wrong), wrong[0] // 4)
assert len(set(frame[i:i + 3] for i in range(0, len(frame), 4))) >= 2, 'a blank screen'
SRC
# record PROGRAM COMMAND...: what ffmpeg records against what xwd reads
record() {
    rm -f "$work/frame" "$work/shot"
    "$@" -hide_banner -nostdin -v error -f x11shmpool -draw_mouse 0 -i "$DISPLAY" \
        -frames:v 3 -c:v rawvideo -f rawvideo "$work/frames" -y || return
    xwd -silent -root -out "$work/shot" || return
    tail -c $((320 * 240 * 4)) "$work/frames" >"$work/frame"
    python3 "$work/compare.py" "$work/shot" "$work/frame"
}

# shellcheck disable=SC2086
for way in static shared; do
    dir=$work/$way
    set -- --disable-shared --enable-static
    [ $way = static ] || set -- --enable-shared --disable-static
    it "configure" set_up "$dir" $recording $xcb_all "$@"
    it "the device is on" matches '^#define CONFIG_X11SHMPOOL_INDEV 1' "$dir/config_components.h"
    it "make" sh -c "make -C '$dir' $jobs ffmpeg >'$dir.make' 2>&1 ||
        { grep -v '^[A-Z]' '$dir.make'; false; }"
    it 'without a warning of ours' lacks '(x11shmpool|alldevices).*warning' "$dir.make"
    if [ $way = shared ]; then
        LD_LIBRARY_PATH=$(for lib in util codec format device filter; do
            printf '%s:' "$dir/libav$lib"; done)$dir/libswscale:$dir/libswresample:$dir/libpostproc
        export LD_LIBRARY_PATH
        it 'it is the tree that runs' sh -c "ldd '$dir/ffmpeg' | grep 'libavdevice.*=> $dir/'"
    fi
    it "ffmpeg has the device" sh -c "'$dir/ffmpeg' -hide_banner -devices | grep x11shmpool"
    it "and records the screen, pixel for pixel" record "$dir/ffmpeg"
    xsetroot -bitmap "$work/noise.xbm" -fg '#2bff01' -bg '#7700fe'
done
unset LD_LIBRARY_PATH
way=static
case $RELEASE in
5.*) skip "$way: the layout of the demuxer's struct" 'it is public in FFmpeg 5' ;;
*)  it "the layout of the demuxer's struct is as the overlay declares it" \
        $(conf CC) -std=c11 -D_ISOC11_SOURCE -fsyntax-only -I"$work/static" -I"$tree" \
        "$SRC/tests/patches/layout.c" ;;
esac
rm -rf "$work/shared" "$work/static/libavfilter"

### With one xcb library missing

cat >"$work/pkg-config" <<'SRC'
#!/bin/sh
for arg; do
    case "$arg " in
    "$HIDDEN "*) exit 1 ;;
    esac
done
exec pkg-config "$@"
SRC
chmod +x "$work/pkg-config"

# shellcheck disable=SC2086
for lib in xcb-composite xcb-damage xcb-shape xcb-xfixes xcb-randr xcb-shm xcb; do
    HIDDEN=$lib
    export HIDDEN
    way="without $lib"
    dir=$work/without
    rm -rf "$dir"
    it configure set_up "$dir" --disable-programs --disable-doc \
        --disable-avfilter --disable-swscale --disable-swresample --disable-bzlib --disable-lzma \
        --disable-sdl2 --disable-vaapi --disable-vdpau --disable-xlib --disable-zlib --disable-iconv \
        --disable-optimizations --pkg-config="$work/pkg-config"
    it 'the device is off' \
        matches '^#define CONFIG_X11SHMPOOL_INDEV 0' "$dir/config_components.h"
done
unset HIDDEN
# the same each time: built once
# shellcheck disable=SC2046
{
    it 'make' sh -c "make -C '$dir' $jobs >'$dir.make' 2>&1 || { grep -v '^[A-Z]' '$dir.make'; false; }"
    it 'without a warning of ours' lacks '(x11shmpool|alldevices).*warning' "$dir.make"
    uninstalled=$(find "$dir" -name '*-uninstalled.pc' -exec dirname {} + | sort -u | tr '\n' :)
    it 'a program is linked' $(conf CC) -o "$work/keep" "$SRC/doc/examples/keep_frames.c" \
        -D_POSIX_C_SOURCE=200809L -I"$dir" \
        $(PKG_CONFIG_PATH=$uninstalled pkg-config --static --cflags --libs \
            libavdevice-uninstalled libavformat-uninstalled libavcodec-uninstalled libavutil-uninstalled)
    it 'and has no such device' sh -c "timeout 20 '$work/keep' '$DISPLAY' 7 2>&1 | grep 'no x11shmpool'"
}

### The manual, by FFmpeg's own rules

way=manual
dir=$work/docs
it 'configure with its documentation' set_up "$dir" --disable-programs --disable-autodetect
it 'HTML and man page of the devices' sh -c "make -C '$dir' doc/ffmpeg-devices.html \
    doc/ffmpeg-devices.1 >'$dir.make' 2>&1 || { cat '$dir.make'; false; }"
it 'without a warning of ours' lacks 'x11shmpool\.texi' "$dir.make"
it 'HTML has the section' matches '>[0-9.]* *x11shmpool<' "$dir/doc/ffmpeg-devices.html"
it 'and an option' matches 'damage_metadata' "$dir/doc/ffmpeg-devices.html"
it 'so has the man page' matches '^\.(SS|Sh) "?x11shmpool' "$dir/doc/ffmpeg-devices.1"
it 'and its option' matches 'damage_metadata' "$dir/doc/ffmpeg-devices.1"
rm -rf "$dir"

### Taken out again

way=reverse
it 'patches/apply --reverse' say --reverse "$tree"
state "$tree" >"$work/state"
it 'the tree is as it was' diff "$work/state.before" "$work/state"
it 'taken out a second time is refused' fails 1 say --reverse "$tree"
it 'for what it is' matches 'does not have x11shmpool' "$work/said"

### What does not fit changes nothing

# refused NAME PATTERN [OPTION]: what patches/apply says; the tree stays as it is
refused() {
    state "$tree" >"$work/state.1"
    it "$1: refused" fails 1 say ${3:-} "$tree"
    it 'for what it is' matches "$2" "$work/said"
    state "$tree" >"$work/state.2"
    it 'and nothing is changed' diff "$work/state.1" "$work/state.2"
}
way=refused
cp "$tree/RELEASE" "$work/RELEASE"
echo 6.1.1 >"$tree/RELEASE"
refused 'a release that is not known' 'no patch is for FFmpeg 6\.1\.1'
it 'with those that are' matches 'patches for: 5\.1 7\.1 8\.1 9\.0' "$work/said"
cp "$work/RELEASE" "$tree/RELEASE"
sed -i 's/^xcbgrab_indev_deps=.*/xcbgrab_indev_deps="libxcb something_else"/' "$tree/configure"
refused 'a tree that somebody else has patched' 'configure'
cp "$TREE/configure" "$tree/configure"
echo theirs >"$tree/libavdevice/x11shmpool_slot.c"
refused "somebody else's file of that name" 'x11shmpool_slot.c is there already'
rm "$tree/libavdevice/x11shmpool_slot.c"

# The disk is full, halfway: cp fails
mkdir "$work/bin"
cat >"$work/bin/cp" <<SRC
#!/bin/sh
for arg; do to=\$arg; done
case \$to in
*/tree/libavdevice/x11shmpool_pool.c) echo 'cp: no space' >&2; exit 1 ;;
esac
exec $(command -v cp) "\$@"
SRC
chmod +x "$work/bin/cp"
old_path=$PATH
PATH=$work/bin:$PATH
refused 'the disk is full' 'no space'
PATH=$old_path

it 'applied again' say "$tree"
echo '/* mine */' >>"$tree/libavdevice/x11shmpool_clock.c"
refused 'taking out what was changed since' 'x11shmpool_clock.c was changed' --reverse
cp "$SRC/libavdevice/x11shmpool_clock.c" "$tree/libavdevice/x11shmpool_clock.c"
it 'taken out again' say --reverse "$tree"
state "$tree" >"$work/state"
it 'the tree is as it was, again' diff "$work/state.before" "$work/state"

done_testing
