# Tests of what becomes of frames with hints where nothing decodes them: formats
# refuse them, or get nothing. FFmpeg before 6.1 has no hints.
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

pkg-config --atleast-version=58.29.100 libavutil || {
    skip 'wrapped frames' 'this FFmpeg has none'
    done_testing
}

# copy SECONDS ARGUMENT...: interrupted after so many
copy() {
    seconds=$1
    shift
    overlay timeout -s INT -k 20 "$seconds" ffmpeg -hide_banner -nostdin -nostats -y \
        -v warning -f x11shmpool -framerate 30 -damage_hints 1 -i "$DISPLAY" -c copy "$@" \
        >"$work/log" 2>&1
}

refused() {
    copy 60 "$work/out.$1" && return 1
    matches 'wrapped_avframe|No codec tag' "$work/log"
}

# nothing FORMAT: it goes on until it is interrupted, and has written no frame
nothing() {
    copy 2 -f "$1" "$work/out.$1"
    cat "$work/log"
    matches 'Output file is empty' "$work/log" &&
        [ "$(ffprobe -v quiet -show_entries packet=size -of csv=p=0 "$work/out.$1" | wc -l)" = 0 ]
}

start_x -screen 0 320x240x24
for format in mkv nut mov mp4 flv; do
    check "$format refuses wrapped frames" refused $format
done
for format in mpegts avi; do
    check "$format gets none" nothing $format
done

overlay ffmpeg -hide_banner -nostdin -nostats -v error -f x11shmpool -damage_hints 1 \
    -i "$DISPLAY" -frames:v 2 -f framemd5 - 2>"$work/log" | sed '/^#/d;s/.* //' >"$work/frames"
overlay ffmpeg -hide_banner -nostdin -nostats -v error -f x11shmpool \
    -i "$DISPLAY" -frames:v 2 -f framemd5 - 2>>"$work/log" | sed '/^#/d;s/.* //' >"$work/raw"
check 'decoded, they are what raw video is' sh -c \
    'cmp "$1" "$2" && [ "$(wc -l <"$1")" = 2 ]' - "$work/frames" "$work/raw"
check 'without a word' test ! -s "$work/log"

done_testing
