# Tests of what libx264 makes of damage_hints: with -mb_info 1 a recording looks
# as good as without, in as many bytes, also where frames are dropped on the
# way. FFmpeg before 6.1 has no hints.
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

painter=$BUILD/tests/tools/painter
ffmpeg='ffmpeg -hide_banner -nostdin -nostats -y -v error'
fast='-c:v libx264 -preset veryfast -tune zerolatency'

# record N RATE OPTION...: a drawing that ends after 4 s, and 2 s more, with RATE
# applied to 30 frames a second, as libx264 with hints of N frames has it, as it was, and
# as libx264 has it without hints
record() {
    hints=$1 rate=$2
    shift 2
    "$painter" -d "$DISPLAY" -s 5 -k fills,copies,text -r 60 -n 1 -c 240 2>"$work/painter.log" &
    overlay $ffmpeg -f x11shmpool -framerate 30 -pixel_format yuv420p -damage_hints "$hints" \
        -draw_mouse 0 -t 6 -i "$DISPLAY" \
        -map 0 $rate $fast "$@" -mb_info 1 "$work/hinted.mkv" \
        -map 0 $rate -c:v ffv1 "$work/true.mkv" || return
    wait $!
    $ffmpeg -i "$work/true.mkv" $fast "$@" "$work/plain.mkv"
}

# decibels FILE: PSNR, all frames
decibels() {
    ffmpeg -hide_banner -nostats -i "$work/$1.mkv" -i "$work/true.mkv" -lavfi psnr \
        -f null - 2>&1 | sed -n 's/.*PSNR.* average:\([0-9.]*\).*/\1/p'
}

# worst FILE: by how many levels the block of 16x16 pixels is off that is the
# worst one of the last frame, on average
worst() {
    ffmpeg -hide_banner -nostats -v error -i "$work/$1.mkv" -i "$work/true.mkv" -lavfi \
        'blend=all_mode=difference,format=gray,scale=iw/16:ih/16:flags=area,signalstats,metadata=print:key=lavfi.signalstats.YMAX:file=-' \
        -f null - | sed -n 's/.*YMAX=//p' | tail -n 1
}

size() {
    wc -c <"$work/$1.mkv"
}

as_good() {
    hinted=$(decibels hinted) plain=$(decibels plain)
    figure="$hinted dB with hints, $plain without; $(size hinted) bytes, $(size plain) without"
    awk -v h="$hinted" -v p="$plain" 'BEGIN { exit !(h > 30 && h >= p - 0.2) }'
}

as_small() {
    awk -v h="$(size hinted)" -v p="$(size plain)" \
        'BEGIN { exit !(h >= 0.97 * p && h <= 1.03 * p) }'
}

# The worst block is as good as the worst one without hints, or nearly. Whatever
# is stale comes right where x264 takes a finer quantiser, or a new start.
stay='-qp 24 -g 1000 -sc_threshold 0'
no_stale_block() {
    stale=$(worst hinted) usual=$(worst plain)
    figure="the worst block of 16x16 is off by $stale on average, without hints by $usual"
    [ "$stale" -le $((usual + 2)) ]
}

stale_blocks() {
    ! no_stale_block
}

# told NAME COMMAND: check, and the figure it took
told() {
    check "$@"
    printf '# figure: %s\n' "$figure"
}

if ! pkg-config --atleast-version=58.29.100 libavutil; then
    refused() {
        matches 'damage_hints needs FFmpeg 6.1' "$work/log"
    }
    start_x -screen 0 640x480x24
    overlay $ffmpeg -f x11shmpool -damage_hints 1 -i "$DISPLAY" -f null - >"$work/log" 2>&1
    check 'FFmpeg before 6.1 has no hints' refused
    done_testing
fi

start_x -screen 0 1280x720x24
check 'every frame' record 1 '-r 30'
told  'looks as good' as_good
check 'is as small' as_small
told  'has no stale block' no_stale_block
# shellcheck disable=SC2086
check 'every other frame, hints of two' record 2 '-r 15' $stay
told  'looks as good' as_good
told  'has no stale block' no_stale_block
# On a busy machine -r may have nothing to leave out.
# shellcheck disable=SC2086
check 'every other frame, hints of one' record 1 '-vf select=not(mod(n\,2))' $stay
told  'has stale blocks' stale_blocks
# fps takes times that are halfway for either side, as microseconds are rounded
# shellcheck disable=SC2086
check 'every other frame by the filter fps, hints of three' record 3 '-vf fps=15' $stay
told  'has no stale block' no_stale_block

done_testing
