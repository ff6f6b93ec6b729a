# A stream whose server goes away for five seconds: the fifo muxer goes on, and
# what is held meanwhile stays bounded.
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

needs nginx "$python" Xvfb
start_x -screen 0 1280x720x24
start_rtmp
start_codes 30

: >"$work/published"
# shellcheck disable=SC2086
spawn env $overlay_vars ffmpeg -hide_banner -nostdin -nostats -v verbose \
    -f x11shmpool -framerate 30 -pixel_format yuv420p -i "$DISPLAY" -map 0:v \
    -c:v libx264 -preset veryfast -tune zerolatency -g 30 \
    -flags +global_header -progress "$work/progress" \
    -f fifo -fifo_format flv -attempt_recovery 1 -recover_any_error 1 \
    -recovery_wait_time 1 -drop_pkts_on_overflow 1 -restart_with_keyframe 1 \
    -queue_size 60 "$rtmp_url" 2>"$work/log"
streamer=$spawned

# play NAME: the numbers that a player sees for three seconds
play() {
    : >"$work/$1"
    codes_limit=$2 codes "$work/$1" -flags low_delay -probesize 32 \
        -analyzeduration 0 -i "$rtmp_url" -t 3 2>>"$work/player.log"
    [ "$(grep -c '^[1-9]' "$work/$1")" -ge 60 ]
}

shown() {
    tail -n 1 "$work/painted" | cut -d ' ' -f 1
}

# frames that the encoder was given so far
encoded() {
    sed -n 's/^frame=//p' "$work/progress" | tail -n 1
}

memory() {
    sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$streamer/status"
}

slots() {
    grep -c 'rw-s .*memfd:x11shmpool' "/proc/$streamer/maps"
}

# Most memory in kB and slots while something else is awaited
watch() {
    most_memory=0
    most_slots=0
    watch_until=$(($(date +%s) + $1))
    while [ "$(date +%s)" -lt $watch_until ] && ! dead "$streamer"; do
        now=$(memory)
        [ "${now:-0}" -le $most_memory ] || most_memory=$now
        now=$(slots)
        [ "${now:-0}" -le $most_slots ] || most_slots=$now
        sleep 0.1
    done
}

check 'the stream plays' play before 30
memory_before=$(memory)
encoded_before=$(encoded)

# gone for five seconds, and back on the same port
stop $rtmp_pid
watch 5
shown_back=$(shown)
check 'encoding goes on while the server is away' \
    test "$(($(encoded) - encoded_before))" -ge 100
start_rtmp
gone_memory=$most_memory
gone_slots=$most_slots

again() {
    until_again=$(($(date +%s) + 40))
    until play after 10; do
        [ "$(date +%s)" -lt $until_again ] || return 1
    done
}
check 'the stream is back' again
first=$(grep -m 1 '^[1-9]' "$work/after" | cut -d ' ' -f 1)
check 'with what is on the screen now' test "${first:-0}" -gt "$shown_back"

# there, but not reading: what is sent piles up
encoded_before=$(encoded)
kill -STOP $rtmp_pid
watch 5
check 'encoding goes on while the server hangs' \
    test "$(($(encoded) - encoded_before))" -ge 100
kill -CONT $rtmp_pid
shown_back=$(shown)
check 'and the stream with it' again
first=$(grep '^[1-9]' "$work/after" | tail -n 1 | cut -d ' ' -f 1)
check 'which catches up' test "${first:-0}" -gt "$shown_back"

[ $gone_memory -ge $most_memory ] || most_memory=$gone_memory
[ $gone_slots -ge $most_slots ] || most_slots=$gone_slots
figure "memory $memory_before kB before, at most $most_memory kB; slots at most $most_slots"
# two seconds of the stream, and what the allocator does with it
check 'memory stays where it was' \
    test $most_memory -gt 0 -a $most_memory -lt $((memory_before + 32768))
check 'so does the pool' test $most_slots -gt 0 -a $most_slots -le 16

kill -INT $streamer
check 'it ends as it is told' wait_for 20 dead $streamer
check 'and no frame was dropped at the device' matches \
    'captured [0-9]+, repeated [0-9]+, dropped 0,' "$work/log"
figure "$(grep -o 'captured [0-9].*' "$work/log")"

done_testing
