# The ffmpeg program as people use it: the same frames as x11grab's, filters that
# paint in place, encoders, several inputs, copies of the raw packets.
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
# /

. "$SRC/tests/scripts/lib.sh"

log=$work/log

run() {
    overlay timeout 60 ffmpeg -hide_banner -nostdin -nostats -v error -y "$@"
}

# frames FILE ARGUMENT...: the checksums of the frames
frames() {
    frames_file=$1
    shift
    run "$@" -f framemd5 - 2>"$log" | sed '/^#/d;s/.* //' >"$frames_file"
}

alike() {
    [ "$(sort -u "$1" | wc -l)" = 1 ] && [ "$(wc -l <"$1")" = "$2" ]
}

start_x -screen 0 322x241x24
d=$DISPLAY
# something to see: x11-apps need not be there
if command -v xsetroot >/dev/null 2>&1; then
    xsetroot -mod 5 7 -fg '#c83232' -bg '#3232c8'
fi

frames "$work/grab" -f x11grab -draw_mouse 0 -framerate 30 -i "$d" -frames:v 3
frames "$work/pool" -f x11shmpool -draw_mouse 0 -framerate 30 -i "$d" -frames:v 3
check 'three still frames are alike' alike "$work/pool" 3
check 'and the same as x11grab'\''s' cmp "$work/grab" "$work/pool"

frames "$work/grab" -f x11grab -framerate 30 -video_size 101x77 -i "$d+9,7" \
    -frames:v 3 -pix_fmt yuv420p
frames "$work/pool" -f x11shmpool -framerate 30 -video_size 101x77 -i "$d+9,7" \
    -frames:v 3 -pix_fmt yuv420p
check 'so they are after a conversion' cmp "$work/grab" "$work/pool"

frames "$work/pool" -f x11shmpool -framerate 30 -i "$d" -frames:v 3 -c:v copy
frames "$work/grab" -f x11grab -framerate 30 -i "$d" -frames:v 3 -c:v copy
check 'and without a decoder' cmp "$work/grab" "$work/pool"

# A filter that paints in place must be given a copy: the slot is handed out
# again for the next frame.
box=drawbox=x=10:y=10:w=200:h=100:color=yellow@0.4:t=fill
frames "$work/grab" -f x11grab -draw_mouse 0 -framerate 60 -i "$d" -vf $box \
    -frames:v 20
for more in '-shm memfd' '-shm sysv' '-shm off' '-damage off' '-pool_size 2'; do
    # shellcheck disable=SC2086
    frames "$work/pool" -f x11shmpool -draw_mouse 0 -framerate 60 $more -i "$d" \
        -vf $box -frames:v 20
    check "painting in place spoils no later frame, $more" \
        cmp "$work/grab" "$work/pool"
done

check 'filters that hold frames' run -f x11shmpool -framerate 60 -pool_size 4 \
    -i "$d" -vf tblend=all_mode=average,tmix=frames=3,fps=30 -frames:v 20 -f null -

check 'two inputs of the same display' run -f x11shmpool -framerate 30 -i "$d" \
    -f x11shmpool -framerate 30 -i "$d" -filter_complex '[0][1]hstack' \
    -frames:v 20 -f null -

for codec in mpeg4 ffv1 libx264 huffyuv; do
    if ! ffmpeg -hide_banner -v error -h encoder=$codec 2>&1 |
         grep -q '^Encoder'; then
        skip "recording with $codec" 'this ffmpeg lacks it'
        continue
    fi
    check "recording with $codec" run -f x11shmpool -framerate 30 -i "$d" -t 1 \
        -c:v $codec "$work/$codec.mkv"
    n=$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames \
            -of csv=p=0 "$work/$codec.mkv")
    if [ "${n:-0}" -ge 20 ] && [ "$n" -le 31 ]; then
        ok "a second has its frames with $codec"
    else
        not_ok "a second has its frames with $codec" "$n frames"
    fi
done

# stopped as people stop it
# shellcheck disable=SC2086
spawn env $overlay_vars ffmpeg -hide_banner -nostdin -v verbose -f x11shmpool \
    -framerate 30 -i "$d" -c:v mpeg4 -y "$work/int.mkv" >"$log" 2>&1
recorder=$spawned
check 'a recording goes on' wait_for 20 grep -q 'frame=' "$log"
kill -INT $recorder
check 'an interrupt ends it' wait_for 10 dead $recorder
check 'the figures are told at the end' matches \
    'captured [0-9]+, repeated [0-9]+, dropped [0-9]+, missed [0-9]+, slots [0-9]+' \
    "$log"
check 'and it plays' ffmpeg -v error -xerror -i "$work/int.mkv" -f null -

done_testing
