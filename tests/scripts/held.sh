# Filters that keep frames: the ffmpeg program ends by itself, or when it is
# interrupted, and says what is the matter.
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

log=$work/log
painter=$BUILD/tests/tools/painter

# run ARGUMENT...: what is recorded until the end
run() {
    overlay timeout -k 5 40 ffmpeg -hide_banner -nostdin -nostats -v warning \
        -f x11shmpool "$@" -f null - >"$log" 2>&1
}

warnings() {
    warning_count=$(grep -c 'pool_size' "$log")
    [ "$warning_count" = "$1" ] && return
    echo "$warning_count lines with pool_size, not $1"
    cat "$log"
    return 1
}

start_x -screen 0 1280x720x24
spawn "$painter" -d "$DISPLAY" -s 1 -k fills -r 120 -n 2 2>"$work/painter.log"
check 'something moves' wait_for 10 grep -q seed "$work/painter.log"

check 'thumbnail=60 ends by itself' run -framerate 30 -t 5 -i "$DISPLAY" \
    -vf thumbnail=60
check 'with a warning' warnings 1
check 'also where -t is of the output' run -framerate 30 -i "$DISPLAY" -t 5 \
    -vf thumbnail=60
check 'reverse ends by itself' run -framerate 30 -t 3 -i "$DISPLAY" -vf reverse
check 'with a warning' warnings 1
check 'a filter that keeps few frames needs no warning' run -framerate 30 -t 2 \
    -i "$DISPLAY" -vf thumbnail=8
check 'nor has one' warnings 0

# With a bound there is no more, and no end: but it can be interrupted.
# shellcheck disable=SC2086
spawn env $overlay_vars ffmpeg -hide_banner -nostdin -nostats -v warning \
    -f x11shmpool -framerate 30 -pool_size 4 -i "$DISPLAY" -t 5 \
    -vf thumbnail=60 -f null - >"$log" 2>&1
recorder=$spawned
check 'a bound that is reached is told' wait_for 10 grep -q pool_size "$log"
kill -INT "$recorder"
wait_for 2 dead "$recorder" || kill -INT "$recorder"
check 'two interrupts end it' wait_for 5 dead "$recorder"
kill -KILL "$recorder" 2>/dev/null
wait "$recorder" 2>/dev/null
check 'it was told once' warnings 1

done_testing
