# A display streamed through an RTMP server while it is played: every frame
# that is captured arrives, and how long that takes beside x11grab.
# X11SHMPOOL_STREAM_SECONDS: how long each is streamed [15].
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

seconds=${X11SHMPOOL_STREAM_SECONDS:-15}

needs nginx "$python" Xvfb
[ -n "$(find /usr/lib*/nginx /usr/share/nginx -name ngx_rtmp_module.so 2>/dev/null)" ] || {
    skip 'RTMP' 'the RTMP module of nginx is not installed'
    done_testing
}
start_x -screen 0 1280x720x24
start_rtmp
# At another rate than the capture, so that the phase between them means nothing.
start_codes 27.7

# stream DEVICE: $work/DEVICE.captured, what the device handed out, and
# $work/DEVICE.played, what the player showed and when
stream() {
    (live=--live
     codes "$work/$1.played" -flags low_delay -probesize 32 \
        -analyzeduration 0 -i "$rtmp_url" 2>"$work/$1.player.log") &
    player=$!
    overlay timeout $((seconds + 60)) ffmpeg -hide_banner -nostdin -nostats \
        -v verbose -f "$1" -framerate 30 -i "$DISPLAY" -filter_complex \
        '[0:v]split[screen][strip];[strip]crop=512:16:0:0,format=gray[codes]' \
        -map '[screen]' -t "$seconds" -c:v libx264 -preset veryfast \
        -tune zerolatency -pix_fmt yuv420p -g 60 -f flv "$rtmp_url" \
        -map '[codes]' -t "$seconds" -fps_mode passthrough -f rawvideo \
        "$work/$1.gray" 2>"$work/$1.log"
    streamed=$?
    wait $player
    "$python" "$SRC/tests/apps/barcode.py" read <"$work/$1.gray" \
        >"$work/$1.captured" && rm "$work/$1.gray"
    return $streamed
}

# counter NAME: one of the figures that the device tells at its end
counter() {
    sed -n "s/.*captured [0-9].*/&,/; s/.*[ ,]$1 \([0-9]*\),.*/\1/p" \
        "$work/x11shmpool.log" | tail -n 1
}

counted() {
    frames=$(wc -l <"$work/x11shmpool.captured")
    handed=$(($(counter captured) + $(counter repeated)))
    echo "$frames frames came out of the device, which counted $handed"
    # some that it counted may wait when the stream ends
    [ $((handed - frames)) -ge 0 ] && [ $((handed - frames)) -le 16 ]
}

for device in x11grab x11shmpool; do
    check "$device streams" stream $device
    figure "$("$python" "$SRC/tests/apps/barcode.py" latency "$work/painted" \
        "$work/$device.played" $device)"
done
figure "$("$python" "$SRC/tests/apps/barcode.py" arrived \
    "$work/x11shmpool.captured" "$work/x11shmpool.played")"
figure "$(grep -o 'captured [0-9].*' "$work/x11shmpool.log")"
check 'what the device counts is what it hands out' counted
check '99 % of the frames that are captured arrive, in order, none twice' \
    "$python" "$SRC/tests/apps/barcode.py" arrived \
    "$work/x11shmpool.captured" "$work/x11shmpool.played"
check 'so many as the time and rate make' sh -c \
    'test "$(wc -l <"$1")" -ge $(($2 * 30 * 95 / 100))' - \
    "$work/x11shmpool.captured" "$seconds"

done_testing
