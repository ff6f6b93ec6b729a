# Players, PyAV and on_resize=follow: a window that is recorded gets other sizes,
# and they show all of it. Frames with hints are tried, too, where FFmpeg has
# them: the same programs read those.
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
PYTHONPATH=$SRC/tests/scripts
export PYTHONPATH
quarters=$BUILD/tests/tools/quarters
hints=
! pkg-config --atleast-version=58.29.100 libavutil || hints=1

start_x -screen 0 1280x800x24
screen=$DISPLAY

# open_window: 640x360, anew; $window, and a line to file 4 draws it as
# tests/tools/quarters says
open_window() {
    rm -f "$work/fifo" "$work/drawn"
    mkfifo "$work/fifo"
    # shellcheck disable=SC2016
    spawn sh -c 'exec "$0" "$@" <"$FIFO"' "$quarters" "$screen" 640 360 >"$work/drawn"
    exec 4>"$work/fifo"
    wait_for 20 test -s "$work/drawn" || bail 'no window is drawn'
    window=$(cat "$work/drawn")
}
FIFO=$work/fifo
export FIFO

# shows TURN: whether the player's display is the window with its colours turned
shows() {
    ffmpeg -hide_banner -nostdin -v error -y -f x11grab -draw_mouse 0 \
        -video_size 640x360 -i "$DISPLAY" -frames:v 1 -pix_fmt rgb24 -f rawvideo \
        "$work/shown" &&
        "$python" -c 'import sys, quarters
turn = quarters.turn_of(open(sys.argv[1], "rb").read(), 640, 360)
print(turn)
sys.exit(turn != int(sys.argv[2]))' "$work/shown" "$1"
}

# draw WIDTH HEIGHT TURN, and wait until the player shows it
draw() {
    echo "$1 $2 $3 15" >&4
    wait_for 30 shows "$3"
}

# a window that is dragged by one corner, in one shape; the last size is the first
drag() {
    for w in 704 832 960 1088 1024 896 768 576 448 320 192 64 128 256 384 512 640; do
        echo "$w $((w * 9 / 16)) $((w / 64)) 15" >&4
        sleep 0.05
    done
}

# goes_on NAME SIZES COMMAND...: what a player that fills a display of its own
# shows; SIZES is what its log says of the new ones
goes_on() {
    way=$1 sizes=$2
    shift 2
    start_x -screen 0 640x360x24
    # shellcheck disable=SC2086
    spawn env $overlay_vars HOME="$work" XDG_RUNTIME_DIR="$work" \
        LIBGL_ALWAYS_SOFTWARE=1 SDL_AUDIODRIVER=dummy "$@" \
        >"$work/player.log" 2>&1 </dev/null
    player=$spawned
    it 'shows the window' draw 640 360 0
    it 'a larger one' draw 960 540 1
    it 'a smaller one' draw 320 180 2
    drag
    it 'and the first size again' draw 640 360 3
    it 'goes on' kill -0 $player
    it 'knows the new sizes' matches "$sizes" "$work/player.log"
    stop $player
    stop $x_pid
}

# ffplay NAME OPTIONS, mpv NAME OPTIONS
ffplay() {
    # shellcheck disable=SC2086
    goes_on "$1" '(from|to) size:960x540' ffplay -hide_banner -v debug -f x11shmpool -framerate 30 \
        -draw_mouse 0 -on_resize follow $2 -noborder -left 0 -top 0 \
        -window_id "$window" -i "$screen"
}

mpv() {
    goes_on "$1" 'Decoder format: 960x540' mpv --no-config --vo=x11 --no-border -v \
        --geometry=640x360+0+0 --no-osc --profile=low-latency --untimed \
        --demuxer-lavf-o="framerate=30,draw_mouse=0,on_resize=follow,window_id=$window$2" \
        "av://x11shmpool:$screen"
}

open_window
for name in ffplay mpv; do
    if ! command -v $name >/dev/null 2>&1; then
        skip "$name" 'it is not installed'
        continue
    fi
    case $name in
    ffplay) before='-' between=' ' ;;
    mpv)    before=',' between='=' ;;
    esac
    $name "$name" ''
    $name "$name, yuv420p" "${before}pixel_format${between}yuv420p"
    if [ -n "$hints" ]; then
        $name "$name, hints" "${before}damage_hints${between}1"
    else
        skip "$name, hints" 'this FFmpeg has none'
    fi
done

# pyav OPTION=VALUE...: see resized.py
pyav() {
    overlay "$python" "$SRC/tests/apps/resized.py" "$quarters" "$screen" "$@" \
        >"$work/pyav" 2>"$work/pyav.err" || cat "$work/pyav.err" >>"$work/pyav"
    it 'gets frames of the new sizes' matches '^all is well$' "$work/pyav"
}

way=PyAV
if "$python" -c 'import av, numpy' 2>/dev/null; then
    pyav
    way='PyAV, yuv420p'
    pyav pixel_format=yuv420p
    way='PyAV, hints'
    if [ -n "$hints" ]; then
        pyav damage_hints=1
    else
        skip "$way" 'this FFmpeg has none'
    fi
else
    skip "$way" 'python3-av or python3-numpy is not installed'
fi

done_testing
