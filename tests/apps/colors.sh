# Recordings by eye: what a browser and players show of a file has the colours
# that were painted, as the matrix and the range are in the file.
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

needs Xvfb ffprobe

# An HD picture: for a smaller one players would take BT.601 by themselves.
width=1280
height=720

# Chromium shows the purest blue of BT.709 12 levels off, and mpv's x11 output
# dark tones 13, whatever the matrix. With the wrong matrix red is 22 levels off,
# with the wrong range black and white are 16.
levels=14

# seen FILE: whether a picture, raw rgb24, has the patches; what is apart, in
# $work/apart
seen() {
    [ -s "$1" ] || return
    worst=0
    which=
    while read -r x y red green blue; do
        apart=$(od -An -tu1 -j $(((y * width + x) * 3)) -N 3 "$1" |
            awk -v r="$red" -v g="$green" -v b="$blue" '
                function far(a, b) { return a > b ? a - b : b - a }
                { m = far($1, r); n = far($2, g); if (n > m) m = n
                  n = far($3, b); if (n > m) m = n; print m }')
        [ "${apart:-255}" -gt "$worst" ] || continue
        worst=${apart:-255}
        which=" at $red,$green,$blue"
    done <"$work/patches"
    echo "at most $worst levels apart$which" >"$work/apart"
    [ "$worst" -le $levels ]
}

# shot: the player's display, by x11grab, which shares no code with us
shot() {
    ffmpeg -hide_banner -nostdin -v error -y -f x11grab -draw_mouse 0 \
        -video_size ${width}x$height -i "$DISPLAY" -frames:v 1 -pix_fmt rgb24 \
        -f rawvideo "$work/shown" && seen "$work/shown"
}

# player NAME COMMAND...: a window of the size of its display
player() {
    player_name=$1
    shift
    if ! command -v "$1" >/dev/null 2>&1; then
        skip "$player_name shows the colours" "$1 is not installed"
        return
    fi
    start_x -screen 0 ${width}x${height}x24
    spawn env HOME="$work" XDG_RUNTIME_DIR="$work" LIBGL_ALWAYS_SOFTWARE=1 \
        SDL_AUDIODRIVER=dummy "$@" >"$work/player.log" 2>&1 </dev/null
    : >"$work/apart"
    if wait_for 30 shot; then
        ok "$player_name shows the colours"
    else
        not_ok "$player_name shows the colours" "$(cat "$work/apart")" \
            "$(tail -n 20 "$work/player.log")"
    fi
    figure "$player_name: $(cat "$work/apart")"
    stop $spawned
    stop $x_pid
}

# The first frame, painted on a canvas until it is there, in a page that the
# browser draws without a screen.
browse() {
    cat >"$work/page.html" <<HTML
<!DOCTYPE html>
<style>body { margin: 0; background: #777 } video { display: block }</style>
<video src="$1" width="$width" height="$height" muted autoplay loop></video>
HTML
    # as root it must do without a sandbox
    timeout 60 env HOME="$work" chromium --headless --no-sandbox --disable-gpu \
        --no-first-run --hide-scrollbars --force-color-profile=srgb \
        --autoplay-policy=no-user-gesture-required \
        --user-data-dir="$work/profile" --window-size=$width,$((height + 200)) \
        --virtual-time-budget=3000 --screenshot="$work/page.png" \
        "file://$work/page.html" >"$work/browser.log" 2>&1
    ffmpeg -v error -nostdin -y -i "$work/page.png" \
        -vf crop=$width:$height:0:0 -pix_fmt rgb24 -f rawvideo "$work/shown"
    seen "$work/shown"
}

browser() {
    if ! command -v chromium >/dev/null 2>&1; then
        skip "$1" 'chromium is not installed'
        return
    fi
    : >"$work/apart"
    if browse "$2"; then
        ok "$1"
    else
        not_ok "$1" "$(cat "$work/apart")" "$(tail -n 5 "$work/browser.log")"
    fi
    figure "$1: $(cat "$work/apart")"
}

start_x -screen 0 ${width}x${height}x24
d=$DISPLAY
"$BUILD/tests/tools/patches" >"$work/patches" || bail 'nothing is painted'

# record FILE ARGUMENT...
record() {
    record_file=$1
    shift
    overlay timeout 60 ffmpeg -hide_banner -nostdin -nostats -v error -y \
        -f x11shmpool -framerate 30 -draw_mouse 0 "$@" -i "$d" -t 5 -c:v libx264 \
        -preset ultrafast -qp 8 -movflags +faststart "$record_file"
}

check 'a recording in MP4' record "$work/709.mp4" -pixel_format yuv420p
check 'one by the other matrix' record "$work/601.mp4" -pixel_format nv12 \
    -colorspace smpte170m
check 'one of full range' record "$work/full.mp4" -pixel_format yuv420p \
    -color_range pc
check 'one in Matroska' record "$work/709.mkv" -pixel_format yuv420p

browser 'a browser shows the colours' "$work/709.mp4"
browser 'a browser shows those of BT.601' "$work/601.mp4"
browser 'a browser shows those of full range' "$work/full.mp4"

# The same bits by a wrong name: what this test is there to notice.
check 'one that says the wrong matrix' ffmpeg -v error -nostdin -y \
    -i "$work/709.mp4" -c copy -bsf:v h264_metadata=matrix_coefficients=6 \
    "$work/wrong.mp4"
if command -v chromium >/dev/null 2>&1; then
    check 'has other colours in a browser' fails 1 browse "$work/wrong.mp4"
    figure "a wrong matrix: $(cat "$work/apart")"
fi

for file in 709.mkv 601.mp4 full.mp4; do
    player "mpv, $file" mpv --no-config --really-quiet --vo=x11 --no-border --no-osc --loop \
        --geometry=${width}x$height+0+0 "$work/$file"
    player "ffplay, $file" ffplay -hide_banner -loop 0 -noborder -left 0 -top 0 \
        "$work/$file"
done

done_testing
