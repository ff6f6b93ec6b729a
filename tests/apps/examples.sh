# The examples in C do what they say, built as somebody else would build them.
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
cd "$work" || bail 'no directory'
start_x -screen 0 640x360x24
start_codes 30

run() {
    # shellcheck disable=SC2086
    env $overlay_vars timeout 60 "$@"
}
examples=$BUILD/doc/examples

check 'consumers runs' sh -c '"$@" >"$0"' "$work/out" \
    env $overlay_vars "$examples/consumers" "$DISPLAY" 60
for consumer in brightest sum; do
    check "the consumer $consumer gets all frames" \
        matches "^$consumer +60 frames, 0 missed, result [1-9]" "$work/out"
done
check 'the slow one gets about half, and keeps nobody waiting' awk '
    $1 == "thinker" { exit !($2 + $4 == 60 && $2 >= 20 && $2 <= 40) }' "$work/out"
check 'and the device drops nothing' matches 'dropped by the device: 0' "$work/out"

# The last two seconds, asked for twice, on a screen that always changes
mkfifo "$work/keys"
start_replay() {
    # shellcheck disable=SC2016,SC2086
    spawn sh -c 'exec "$@" <"$0" 4>&-' "$work/keys" env $overlay_vars \
        "$examples/replay" "$DISPLAY" "$@" >"$work/replay.log" 2>&1
}

exec 4<>"$work/keys"
start_replay 2 200
replay=$spawned

# painted_since NUMBER COUNT: so many more numbers were on the screen
painted_since() {
    [ "$(tail -n 1 "$work/painted" | cut -d ' ' -f 1)" -ge $(($1 + $2)) ]
}

# recent FILE SECONDS: it ends with what was on the screen when it was asked for
recent() {
    codes "$work/numbers" -i "$1"
    awk -v want=$(($2 * 30)) -v asked="$asked" '
        !$1 || $1 < last { print "line " NR ": " $1 " after " last; bad = 1 }
        { last = $1 }
        END {
            print NR " frames, until " last ", asked for at " asked
            exit bad || NR < want - 3 || NR > want || last < asked - 3 || last > asked + 6
        }' "$work/numbers"
}

for n in 1 2; do
    begin=$(tail -n 1 "$work/painted" | cut -d ' ' -f 1)
    wait_for 30 painted_since "$begin" 90
    asked=$(tail -n 1 "$work/painted" | cut -d ' ' -f 1)
    echo >&4
    check "replay writes file $n" wait_for 30 grep -q "^replay-$n.nut: " "$work/replay.log"
    check 'with the last two seconds' recent "$work/replay-$n.nut" 2
done
exec 4>&-
check 'the end of the input ends it' wait_for 10 dead $replay

# With too few slots for them
rm -f "$work"/replay-*
exec 4<>"$work/keys"
start_replay 2 20
replay=$spawned
begin=$(tail -n 1 "$work/painted" | cut -d ' ' -f 1)
wait_for 30 painted_since "$begin" 90
slots=$(grep -c 'rw-s .*memfd:x11shmpool' "/proc/$replay/maps")
echo >&4
check 'a bounded pool reaches less far back' wait_for 30 grep -q \
    '^replay-1.nut: [0-9]* frames of 17 slots, 0\.' "$work/replay.log"
check 'and is no larger than allowed' test "$slots" -gt 0 -a "$slots" -le 20
exec 4>&-
wait_for 10 dead $replay

check 'changes runs' sh -c '"$@" >"$0"' "$work/out" \
    env $overlay_vars "$examples/changes" "$DISPLAY" 60 "$work/picture.ppm"
check 'it tells of what changed' \
    test "$(grep -c '^frame [0-9]*: [0-9]*x[0-9]* at 0,0, ' "$work/out")" -ge 50
check 'it copies less than all' awk '
    /^copied/ { n = 1; if ($2 > $4 * 0.9 || $2 < $4 / 60) exit 1 } END { exit !n }' "$work/out"
stop $painter
check 'of a still screen' run "$examples/changes" "$DISPLAY" 5 "$work/picture.ppm"
ffmpeg -v error -f x11grab -i "$DISPLAY" -frames:v 1 -pix_fmt rgb24 "$work/want.ppm"
check 'the picture is the screen' cmp "$work/want.ppm" "$work/picture.ppm"

# What was pieced together from changes is the picture, too: the last frame of
# a screen that came to rest while the example ran.
: >"$work/painted"
# shellcheck disable=SC2086
spawn env $overlay_vars "$examples/changes" "$DISPLAY" 90 "$work/picture.ppm" \
    >"$work/out"
pieced=$spawned
"$BUILD/tests/tools/painter" -s 9 -k fills,images,text,copies -n 3 -c 40 -r 40 2>/dev/null
check 'changes goes on to its end' wait_for 20 dead $pieced
ffmpeg -v error -f x11grab -i "$DISPLAY" -frames:v 1 -pix_fmt rgb24 -y "$work/want.ppm"
check 'what was pieced together is the screen' cmp "$work/want.ppm" "$work/picture.ppm"

for example in consumers replay changes; do
    check "$example tells how to use it" fails 1 run "$examples/$example"
    check "$example tells of a display that is not there" fails 1 \
        run "$examples/$example" :nowhere 2 9
done

done_testing
