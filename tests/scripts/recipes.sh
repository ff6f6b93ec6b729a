# The manual's recipes make what they say, run from its text. Those that need a
# sound server or a browser are in tests/apps.
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
. "$SRC/tests/scripts/recipes/lib.sh"

command -v xsetroot >/dev/null 2>&1 || bail 'xsetroot is not installed'
start_x -screen 0 1400x940x24
# thin lines that repeat every 16 pixels: an offset that is wrong shows
xsetroot -mod 16 16 -fg white -bg black

# stream FILE ENTRIES: of the video, one line, with commas
stream() {
    ffprobe -v error -count_frames -select_streams v:0 -show_entries "stream=$2" \
        -of csv=p=0 "$1"
}
is() {
    echo "$1, not $2"
    [ "$1" = "$2" ]
}
between() {
    echo "$1: not from $2 to $3"
    awk -v n="$1" -v a="$2" -v b="$3" 'BEGIN { exit !(n >= a && n <= b) }'
}
# timed NAME COMMAND...: check; $took is how many seconds it took at the most
timed() {
    timed_begin=$(date +%s)
    check "$@"
    took=$(($(date +%s) - timed_begin + 1))
}
# when the last frame is shown, in seconds
last_frame() {
    ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1" |
        sort -n | tail -n 1
}
# last_is FILE FRAMES RATE: whether it is shown where the last of them is to be
last_is() {
    between "$(last_frame "$1")" "$(awk -v n="$2" -v r="$3" 'BEGIN { print (n - 1) / r - 0.01 }')" \
        "$(awk -v n="$2" -v r="$3" 'BEGIN { print (n - 1) / r + 0.01 }')"
}
# shows FILE SIZE X,Y: whether the brightness of its first frame is the screen's there
shows() {
    ffmpeg -v info -nostdin -i "$1" -f x11grab -draw_mouse 0 -video_size "$2" \
        -i "$DISPLAY+$3" -frames:v 1 -lavfi \
        '[0]extractplanes=y[a];[1]scale=out_range=tv,format=yuv420p,extractplanes=y[b];[a][b]psnr' \
        -f null - 2>&1 | sed -n 's/.* PSNR .*average:\([0-9a-z.]*\).*/\1/p' >"$work/psnr"
    cat "$work/psnr"
    awk '{ n++; good = $1 == "inf" || $1 > 25 } END { exit !(n && good) }' "$work/psnr"
}

### What plays everywhere, and what does not

recorded=1
check 'screen' recipe screen
check 'plays everywhere' is "$(stream out.mp4 profile,pix_fmt)" High,yuv420p
check 'shows the screen' shows out.mp4 1400x940 0,0
check 'default' recipe default
recorded=
keep_recording() {
    cp "$work/recording.mkv" out.mkv
}
cp out.mkv "$work/recording.mkv"
before=keep_recording
check 'what' recipe what
check 'it is what the manual says' matches '^profile=High 4:4:4 Predictive$' "$said"
check 'and shown so' matches '^pix_fmt=yuv444p$' "$said"

"$BUILD/tests/tools/patches" >"$work/patches"
before=:
recorded=1
recipe default >/dev/null
recorded=
cp out.mkv "$work/recording.mkv"
before=keep_recording
check 'convert' recipe convert
before=:
check 'turns it into one that plays everywhere' \
    is "$(stream everywhere.mp4 profile,pix_fmt,color_space,color_range)" High,yuv420p,tv,bt709

# colours FILE: the patches have theirs, as a player of BT.709 shows them
colours() {
    ffmpeg -v error -nostdin -i "$1" -frames:v 1 \
        -vf scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int,format=rgb24 \
        -f rawvideo -y "$work/rgb" || return
    while read -r x y red green blue; do
        od -An -tu1 -j $(((y * 1400 + x) * 3)) -N 3 "$work/rgb" |
            awk -v at="$red,$green,$blue" -v r="$red" -v g="$green" -v b="$blue" '
                function far(a, b) { return a > b ? a - b : b - a }
                { print at ": " $0
                  exit far($1, r) > 8 || far($2, g) > 8 || far($3, b) > 8 }' || return
    done <"$work/patches"
}
check 'in its colours' colours everywhere.mp4
recorded=1
recipe screen >/dev/null
check 'which screen has, too' colours out.mp4
xsetroot -mod 16 16 -fg white -bg black

### Parts

placed() {
    check 'is of the size' is "$(stream part.mp4 width,height,pix_fmt)" 1280,720,yuv420p
    check 'and of the place' shows part.mp4 1280x720 100,200
    check 'and of no other' fails 1 shows part.mp4 1280x720 100,201
}
check 'part' recipe part
placed
check 'grab' recipe grab
placed

# Dragged as soon as the device says what to do
if command -v xdotool >/dev/null 2>&1; then
    {
        wait_for 20 grep -q Escape "$said" &&
            xdotool mousemove 100 200 mousedown 1 mousemove 400 300 \
                mousemove 740 560 mouseup 1
    } &
    dragger=$!
    check 'select' recipe select
    wait $dragger
    check 'it says which options choose the same again' \
        matches '-video_size 640x360 -grab_x 100 -grab_y 200' "$said"
    check 'and records that' is "$(stream part.mp4 width,height)" 640,360
    check 'from there' shows part.mp4 640x360 100,200
else
    skip 'select' 'xdotool is not installed'
fi

### How long

recorded=
change='s/-t 10 /-t 2 /'
check 'seconds' recipe seconds
change=
check 'takes as long as it says' between "$(last_frame out.mp4)" 1 2
check 'stop' recipe stop
check 'what a signal ended plays' ffmpeg -v error -xerror -nostdin -i out.mp4 -f null -
check 'and is as long as it took' between "$(last_frame out.mp4)" 0.5 3.5

# Killed as soon as some pieces are there
change='s/^ffmpeg/exec ffmpeg/; s/-g 60/-g 15/'
rm -rf "$cooked"
mkdir "$cooked"
cd "$cooked" || exit
recipe_text pieces >"$work/recipe.sh"
spawn env PATH="$work/bin:$PATH" sh -e "$work/recipe.sh" 2>"$said"
pieces=$spawned
check 'pieces' wait_for 30 sh -c 'test "$(ffprobe -v error -show_entries packet=pts \
    -of csv=p=0 "$0" | wc -l)" -ge 60' "$cooked/out.mp4"
kill -KILL $pieces
change=
check 'what was killed plays' ffmpeg -v error -nostdin -i "$cooked/out.mp4" -f null -

recorded=3
change='s/-segment_time 3600/-segment_time 1/; s/n_forced\*60/n_forced*1/'
check 'hourly' recipe hourly
change=
several() {
    ls
    test "$(find . -name '[0-9]*-[0-9]*-[0-9]*_[0-9]*-[0-9]*-[0-9]*.mkv' | wc -l)" -ge 2
}
check 'makes files that are named after the time' several
whole() {
    for file in *.mkv; do
        ffmpeg -v error -xerror -nostdin -i "$file" -f null - || return
    done
}
check 'each of which plays' whole

### Shorter than it took

# 5 frames a second instead of one in 2 seconds
recorded=2
change='s|-framerate 1/2|-framerate 5|'
timed 'lapse' recipe lapse
change=
check 'shows 30 frames a second' is "$(stream lapse.mp4 r_frame_rate)" 30/1
frames=$(stream lapse.mp4 nb_read_frames)
check 'of those that were captured' between "$frames" 5 $((5 * took + 1))
check 'one after the other' last_is lapse.mp4 "$frames" 30

recorded=
change='s/-t 5 /-t 1 /'
check 'gif' recipe gif
change=
check 'is 640 pixels wide' is "$(stream out.gif codec_name,width,height)" gif,640,430
check 'and as long as it took' between "$(stream out.gif nb_read_frames)" 1 11

### Frames in which nothing happened

recorded=3
timed 'skip' recipe skip
check 'has hardly any frames' between "$(stream out.mkv nb_read_frames)" 2 $((took + 4))
check 'and ends up to a second early' between "$(last_frame out.mkv)" 1 "$took"
timed 'cfr' recipe cfr
frames=$(stream out.mp4 nb_read_frames)
check 'has all frames' between "$frames" 90 $((60 * took + 6))
check 'at a constant rate' is "$(stream out.mp4 avg_frame_rate)" 60/1
check 'up to its last one' last_is out.mp4 "$frames" 60

### Other programs

if command -v gst-launch-1.0 >/dev/null 2>&1; then
    recorded=1
    change='s/autovideosink/filesink location=out.raw/'
    check 'gst' recipe gst
    check 'gets the frames' test "$(wc -c <out.raw)" -gt $((1400 * 940 * 3 / 2 * 15))
else
    skip 'gst' 'gstreamer1.0-tools is not installed'
fi

done_testing
