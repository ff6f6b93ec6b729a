# Players and ffprobe, unchanged: what they show on a display of their own is
# what is on the captured one.
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
. "$SRC/tests/apps/lib.sh"

needs "$python" Xvfb
start_x -screen 0 640x360x24
screen=$DISPLAY
# a picture to be recognised: drawn at random, then still
"$BUILD/tests/tools/painter" -s 7 -k fills,images,text -n 40 -c 5 -r 0 2>/dev/null ||
    bail 'nothing is painted'

# shot DISPLAY FILE: its picture, by x11grab, which shares no code with us
shot() {
    ffmpeg -hide_banner -nostdin -v error -y -f x11grab -draw_mouse 0 \
        -video_size 640x360 -i "$1" -frames:v 1 -pix_fmt rgb24 -f rawvideo "$2"
}

# shows: whether the player's display is the picture; what is wrong, in $work/apart
shows() {
    shot "$DISPLAY" "$work/shown" &&
        "$python" - "$work/picture" "$work/shown" >"$work/apart" <<'PY'
import sys
import numpy as np
a, b = (np.fromfile(path, np.uint8).reshape(360, 640, 3).astype(int)
        for path in sys.argv[1:])
apart = np.abs(a - b)
print(f'{apart.mean():.2f} levels apart on average, '
      f'{(apart.max(axis=2) > 16).mean():.2%} of the pixels by more than 16')
# sharp edges of colour are halved where a player goes by yuv420p
sys.exit(not (apart.mean() < 4 and a.std() > 20))
PY
}

# player NAME COMMAND...: a window of the size of its display
player() {
    player_name=$1
    shift
    if ! command -v "$1" >/dev/null 2>&1; then
        skip "$player_name shows the screen" "$1 is not installed"
        return
    fi
    start_x -screen 0 640x360x24
    # shellcheck disable=SC2086
    spawn env $overlay_vars HOME="$work" XDG_RUNTIME_DIR="$work" \
        LIBGL_ALWAYS_SOFTWARE=1 SDL_AUDIODRIVER=dummy "$@" \
        >"$work/player.log" 2>&1 </dev/null
    if wait_for 30 shows; then
        ok "$player_name shows the screen"
    else
        not_ok "$player_name shows the screen" "$(cat "$work/apart")" \
            "$(tail -n 20 "$work/player.log")"
    fi
    figure "$player_name: $(cat "$work/apart")"
    stop $spawned
    stop $x_pid
}

check 'the screen has a picture' shot "$screen" "$work/picture"

player ffplay ffplay -hide_banner -f x11shmpool -framerate 30 -draw_mouse 0 \
    -noborder -left 0 -top 0 -i "$screen"
player mpv mpv --no-config --vo=x11 --no-border --geometry=640x360+0+0 --no-osc \
    --profile=low-latency --untimed --demuxer-lavf-o=framerate=30,draw_mouse=0 \
    "av://x11shmpool:$screen"
if command -v mpv >/dev/null 2>&1; then
    overlay env HOME="$work" mpv --no-config --vo=null --frames=3 -v \
        --demuxer-lavf-o=framerate=30,pixel_format=yuv420p \
        "av://x11shmpool:$screen" >"$work/mpv.log" 2>&1 </dev/null
    check 'mpv takes yuv420p, and knows its colours' matches \
        'Decoder format: 640x360 .*yuv420p bt.709/bt.709/srgb/limited' "$work/mpv.log"
else
    skip 'mpv takes yuv420p' 'mpv is not installed'
fi

overlay ffprobe -v error -f x11shmpool -framerate 30 -damage_metadata 1 \
    -read_intervals '%+#10' -show_packets -show_streams -of compact \
    -i "$screen" >"$work/probe" 2>"$work/probe.err"
check 'ffprobe tells of ten packets' \
    test "$(grep -c '^packet.*size=921600' "$work/probe")" = 10
check 'on the frame grid' sh -c 'sed -n "s/^packet.*|pts=\([0-9]*\)|.*/\1/p" "$1" |
    awk "NR > 1 { d = \$1 - last; if (d % 33333 > 9 && 33333 - d % 33333 > 9) bad = 1 }
         { last = \$1 } END { exit bad || NR != 10 }"' - "$work/probe"
check 'each a key frame' test "$(grep -c '^packet.*flags=K' "$work/probe")" = 10
check 'with what changed' matches \
    'lavd\.x11shmpool\.changed=' "$work/probe"
check 'of a raw stream' matches \
    '^stream.*codec_name=rawvideo.*width=640\|height=360' "$work/probe"
check 'without a word' test ! -s "$work/probe.err"

done_testing
