# Other ways for a stream to go: MPEG-TS over UDP, HLS, NUT without a codec, and
# two displays in one picture. Each is read back and its frames' numbers are
# those that were on the screen.
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

seconds=4

needs "$python" Xvfb ss
start_x -screen 0 640x360x24
first=$DISPLAY
start_codes 30

pixels=yuv420p
record() {
    overlay timeout 60 ffmpeg -hide_banner -nostdin -nostats -v error -y \
        -f x11shmpool -framerate 30 -pixel_format $pixels -i "$DISPLAY" \
        -t $seconds "$@"
}

encode='-c:v libx264 -preset veryfast -tune zerolatency -g 30'

# all_there FILE FRAMES: so many readable numbers, in order, that the painter
# had drawn; the display is seen at 30 of its own frames a second, so that now
# and then one is seen twice or not at all
all_there() {
    awk -v least="$2" '
        NR == FNR { painted[$1]; next }
        !$1 { next }
        !($1 in painted) { print $1 " was never painted"; bad = 1 }
        $1 < last { print $1 " after " last; bad = 1 }
        { if (last != "" && $1 > last + 1) gaps += $1 - last - 1; last = $1; n++ }
        END {
            print n + 0 " numbers, " gaps + 0 " left out"
            exit bad || n < least || gaps > n / 20
        }' "$work/painted" "$1"
}

port=$(free_port)
(codes "$work/udp" -probesize 100000 -analyzeduration 200000 \
    -i "udp://127.0.0.1:$port?timeout=3000000&fifo_size=100000" 2>"$work/udp.log") &
player=$!
wait_for 20 sh -c "ss -Hluon 'sport = :$port' | grep -q ." ||
    bail 'the player does not listen'
# shellcheck disable=SC2086
check 'MPEG-TS over UDP is sent' record $encode -f mpegts \
    "udp://127.0.0.1:$port?pkt_size=1316"
wait $player
# what comes before the first key frame is not played
check 'and received' all_there "$work/udp" $((seconds * 30 - 35))

mkdir "$work/hls"
# shellcheck disable=SC2086
check 'HLS is written' record $encode -f hls -hls_time 1 -hls_list_size 0 \
    "$work/hls/screen.m3u8"
check 'in segments' sh -c 'test $(ls "$1"/*.ts | wc -l) -ge 3' - "$work/hls"
check 'and closed' matches '^#EXT-X-ENDLIST' "$work/hls/screen.m3u8"
codes "$work/hls.numbers" -i "$work/hls/screen.m3u8"
check 'and plays' all_there "$work/hls.numbers" $((seconds * 30 - 5))

pixels=native
check 'NUT takes the frames as they are' record -c copy "$work/copy.nut"
codes "$work/nut.numbers" -i "$work/copy.nut"
check 'and plays' all_there "$work/nut.numbers" $((seconds * 30 - 5))

# The second display shows other numbers at another rate.
mv "$work/painted" "$work/painted.first"
start_x -screen 0 640x480x24
second=$DISPLAY
: >"$work/painted.second"
spawn "$BUILD/tests/tools/barcode" -r 50 -f 5000000 >"$work/painted.second"
check 'two displays beside each other' overlay timeout 60 ffmpeg -hide_banner \
    -nostdin -nostats -v error -y \
    -f x11shmpool -framerate 30 -i "$first" \
    -f x11shmpool -framerate 30 -isync 0 -i "$second" \
    -filter_complex '[0:v]pad=640:480[left];[left][1:v]hstack[both]' -map '[both]' \
    -t $seconds -c:v libx264 -preset ultrafast -pix_fmt yuv420p "$work/both.mkv"
for side in first:0 second:640; do
    name=${side%:*}
    overlay ffmpeg -hide_banner -nostdin -nostats -v error -i "$work/both.mkv" \
        -vf crop=512:16:${side#*:}:0,format=gray -fps_mode passthrough \
        -f rawvideo - | "$python" "$SRC/tests/apps/barcode.py" read >"$work/$name"
done
cp "$work/painted.first" "$work/painted"
check 'the left one is the first' all_there "$work/first" $((seconds * 30 - 5))
sequence() {
    awk -v from="$2" '$1 && ($1 < from || $1 < last) { print; bad = 1 }
        $1 { last = $1; n++ } END { print n " numbers"; exit bad || n < 100 }' "$1"
}
check 'the right one is the second' sequence "$work/second" 5000000
together() {
    # both at one moment: the painters' times of the two numbers of a frame
    paste "$work/first" "$work/second" | awk '
        FILENAME != "-" { at[$1] = $2; next }
        ($1 in at) && ($2 in at) {
            d = (at[$1] - at[$2]) / 1000
            if (d < 0) d = -d
            if (d > most) most = d
            sum += d; n++
        }
        END { printf "apart by %.0f ms on average, at most %.0f ms, of %d frames\n", \
                     n ? sum / n : 0, most, n; exit n < 100 || sum / n > 50 }' \
        "$work/painted.first" "$work/painted.second" -
}
figure "two displays: $(together)"
check 'and both of the same moment' together

done_testing
