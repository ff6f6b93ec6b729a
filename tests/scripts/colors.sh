# The colours of recordings: what files say of them, and that who goes by that
# sees what was painted.
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

log=$work/log

run() {
    overlay timeout 60 ffmpeg -hide_banner -nostdin -nostats -v error -y "$@"
}

# record FILE ARGUMENT...: five frames, as input and output options of ffmpeg
# around -i
record() {
    record_file=$1
    shift
    run -f x11shmpool -framerate 30 -draw_mouse 0 "$@" -frames:v 5 \
        -preset ultrafast -qp 4 "$record_file"
}

# says WHAT FILE VALUE: what ffprobe finds in the stream
says() {
    says_is=$(ffprobe -v error -select_streams v -show_entries "stream=$1" \
        -of default=nk=1:nw=1 "$2")
    [ "$says_is" = "$3" ] && return
    echo "$1 is '$says_is', not '$3'"
    return 1
}

# tagged FILE MATRIX RANGE: all of what a recording says
tagged() {
    says color_space "$1" "$2" && says color_range "$1" "$3" &&
        says color_primaries "$1" bt709 &&
        says color_transfer "$1" iec61966-2-1 &&
        says chroma_location "$1" "${4:-center}"
}

# near FILE: whether libswscale, which goes by what the file says, and by
# BT.601 where that is nothing, makes of it the patches that were painted
near() {
    ffmpeg -v error -nostdin -y -i "$1" -frames:v 1 -sws_flags accurate_rnd \
        -pix_fmt rgb24 -f rawvideo "$work/rgb" || return
    while read -r x y red green blue; do
        od -An -tu1 -j $(((y * 320 + x) * 3)) -N 3 "$work/rgb" |
            awk -v r="$red" -v g="$green" -v b="$blue" -v at="$x,$y" '
                function far(a, b) { return a > b + 4 || a < b - 4 }
                { if (far($1, r) || far($2, g) || far($3, b)) {
                      print at ": " $0 ", painted " r, g, b
                      bad = 1
                  } }
                END { exit bad }' || return
    done <"$work/patches"
}

start_x -screen 0 320x240x24
d=$DISPLAY
"$BUILD/tests/tools/patches" >"$work/patches" || bail 'nothing is painted'

for file in mkv flv mp4; do
    f=$work/video.$file
    if ! ffmpeg -hide_banner -v error -h encoder=libx264 2>&1 |
         grep -q '^Encoder'; then
        skip "colours in $file" 'this ffmpeg lacks libx264'
        continue
    fi
    check "$file: yuv420p is recorded" \
        record "$f" -pixel_format yuv420p -i "$d" -c:v libx264
    check "$file: it says BT.709" tagged "$f" bt709 tv
    check "$file: it is 4:2:0" says pix_fmt "$f" yuv420p
    check "$file: the colours are those painted" near "$f"

    check "$file: nv12 by the other matrix and range is recorded" \
        record "$f" -pixel_format nv12 -colorspace smpte170m -color_range pc \
        -i "$d" -c:v libx264
    check "$file: it says so" tagged "$f" smpte170m pc
    check "$file: the colours are those painted, too" near "$f"

    check "$file: yuv444p is recorded" \
        record "$f" -pixel_format yuv444p -i "$d" -c:v libx264
    check "$file: it says BT.709 of that" tagged "$f" bt709 tv left
    check "$file: the colours are those painted of that" near "$f"

    # as with x11grab: libswscale's own matrix
    check "$file: ffmpeg converts native frames" \
        record "$f" -i "$d" -pix_fmt yuv420p -c:v libx264
    check "$file: these are limited" says color_range "$f" tv
    check "$file: the colours are those painted of these" near "$f"
done

for file in raw.nut ffv1.mkv; do
    f=$work/$file
    codec=$([ $file = raw.nut ] && echo rawvideo || echo ffv1)
    for format in native rgb24; do
        check "$file: $format is recorded" run -f x11shmpool -framerate 30 \
            -draw_mouse 0 -pixel_format $format -i "$d" -frames:v 2 \
            -c:v "$codec" "$f"
        check "$file: $format has the colours painted" near "$f"
    done
done

# the device itself, where nothing comes in between
for format in native rgb24 gray yuv420p; do
    overlay ffprobe -v error -f x11shmpool -pixel_format $format -show_streams \
        -of default=nw=1 -i "$d" >"$log" 2>&1
    case $format in
    native|rgb24) want='color_range=pc color_space=gbr' ;;
    *)            want='color_range=tv color_space=bt709' ;;
    esac
    for line in $want color_primaries=bt709 color_transfer=iec61966-2-1; do
        check "$format: $line" grep -qx "$line" "$log"
    done
done

done_testing
