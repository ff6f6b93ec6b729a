# A frame every half a minute: the ffmpeg program stops when it is told to, and
# what it has written is complete.
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

start_x
file=$work/out.mkv

frames_of() {
    ffprobe -v error -select_streams v:0 -count_frames \
        -show_entries stream=nb_read_frames -of csv=p=0 "$1"
}

is_recording() {
    grep -q '^frame=1$' "$work/progress"
}

# stops NAME FRAMES SIGNAL ARGUMENT...: once a frame was encoded, a signal ends
# it in good time
stops() {
    name=$1
    frames=$2
    signal=$3
    shift 3
    rm -f "$file" "$work/progress"
    : >"$work/progress"
    # shellcheck disable=SC2086
    spawn env $overlay_vars ffmpeg -hide_banner -nostdin -v warning \
        -progress "$work/progress" -stats_period 0.2 "$@" -c:v mpeg4 \
        -y "$file" >"$work/log" 2>&1
    if ! wait_for 20 is_recording; then
        not_ok "$name" 'nothing is recorded' "$(cat "$work/log")"
        return
    fi
    kill "-$signal" $spawned
    if ! wait_for 15 dead $spawned; then
        not_ok "$name" "SIG$signal does not end it" "$(cat "$work/log")"
        kill -KILL $spawned
    elif [ "$(frames_of "$file")" != "$frames" ]; then
        not_ok "$name" "$(frames_of "$file") frames, not $frames" \
            "$(cat "$work/log")"
    else
        ok "$name"
    fi
    wait $spawned
}

set -- -f x11shmpool -framerate 1/30 -i "$DISPLAY"
stops 'Ctrl-C ends a slow recording' 1 INT "$@"
stops 'SIGTERM ends it' 1 TERM "$@"
stops 'Ctrl-C ends one of two displays' 1 INT "$@" \
    -f x11shmpool -framerate 1/30 -i "$DISPLAY" -map 0:v
stops 'Ctrl-C ends a converted one' 1 INT -f x11shmpool -framerate 1/30 \
    -pixel_format yuv420p -i "$DISPLAY"

overlay timeout 20 ffmpeg -v error -nostdin -f x11shmpool -framerate 1/3 \
    -i "$DISPLAY" -frames:v 2 -f framecrc - >"$work/crc" 2>&1
check 'the second frame is one of the next tick' matches '^0, +1, +1, +1, ' \
    "$work/crc"

done_testing
