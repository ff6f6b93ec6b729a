# The cloud recorder: a page with sound and picture, streamed for two minutes from
# within a container's limits, and recorded into a file while its browser dies.
# X11SHMPOOL_CLOUD_SECONDS: how long it streams [120].
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
. "$SRC/tests/scripts/recipes/lib.sh"

seconds=${X11SHMPOOL_CLOUD_SECONDS:-120}
recorder=$SRC/doc/examples/cloud_recorder.sh
page=file://$SRC/tests/apps/beeps.html

# Everything that it needs but one program
without() {
    rm -rf "$work/bin"
    mkdir "$work/bin"
    find /usr/local/bin /usr/bin /bin -maxdepth 1 ! -type d ! -name "$1" \
        -exec ln -sf -t "$work/bin" {} + 2>/dev/null
    mkdir -p "$work/left"
    # shellcheck disable=SC2086
    env $overlay_vars PATH="$work/bin" TMPDIR="$work/left" BROWSER="${browser-}" \
        "$recorder" "$page" "$work/none.mkv" >"$work/out" 2>&1
    status=$?
    cat "$work/out"
    return $status
}

# one LINE-PATTERN: that is all that was said, and nothing was left behind
one() {
    matches "^cloud_recorder: $1\$" "$work/out" &&
        test "$(wc -l <"$work/out")" = 1 -a ! -e "$work/none.mkv" &&
        empty "$work/left"
}
empty() {
    find "$1" -mindepth 1 >"$work/found"
    cat "$work/found"
    test ! -s "$work/found"
}

### What is missing is said in one line

needs bash Xvfb pulseaudio setsid unshare
for program in Xvfb:xvfb pulseaudio:pulseaudio ffmpeg:ffmpeg; do
    check "without ${program%:*}" fails 1 without "${program%:*}"
    check 'it says so' one "there is no ${program%:*}: install the package ${program#*:}"
done
browser=nonesuch
check 'without the browser' fails 1 without nothing
check 'it says so' one 'there is no browser nonesuch, which is what BROWSER says'
browser=false
check 'a browser that does not start' fails 1 without nothing
check 'it says so' matches '^cloud_recorder: The browser does not start; ' "$work/out"
check 'and leaves nothing behind' empty "$work/left"
browser=
plain_vars=$overlay_vars
overlay_vars=
if ! ffmpeg -hide_banner -devices 2>&1 | grep -q ' x11shmpool '; then
    browser=true
    check 'without the device' fails 1 without nothing
    check 'it says so' one 'ffmpeg has no input device x11shmpool: .*'
fi
overlay_vars=$plain_vars
for arguments in '' "$page" '-s 1280 a b' '-s 1279x720 a b' '-r 0 a b' '-r 29.97 a b' \
    '-t 0 a b' '-t 1m a b' '-x a b'; do
    # shellcheck disable=SC2086
    check "called with '$arguments'" fails 2 "$recorder" $arguments
done
: >"$work/there.mkv"
check 'a file that exists' fails 1 overlay env BROWSER=true \
    "$recorder" "$page" "$work/there.mkv"
check 'a directory that does not' fails 1 overlay env BROWSER=true \
    "$recorder" "$page" "$work/nowhere/a.mkv"

### A container

needs chromium nginx "$python"
[ -n "$(find /usr/lib*/nginx /usr/share/nginx -name ngx_rtmp_module.so 2>/dev/null)" ] ||
    needs 'the RTMP module of nginx'
as_user=$([ "$(id -u)" = 0 ] || echo --map-root-user)
# shellcheck disable=SC2086
unshare $as_user --mount --pid --ipc --fork true 2>/dev/null || {
    skip 'the rest' 'namespaces can not be made here'
    done_testing
}

# The recipes, with this page, and files and a service of ours
change="s|https://[^ ]*|$page|; s|rtmp://[^ ]*|@URL@|
        s|-t [0-9]* ||; s|-s 1920x1080|-s 1280x720|
        s|/usr/local/bin/||; s|/var/lib/recordings|$work|; s| page.mkv| $work/page.mp4|"
PATH=$SRC/doc/examples:$PATH

# contained COMMAND-LINE: as process 1 of a container; sets $first and $container
contained() {
    mkdir -p "$work/left"
    rm -f "$work/recorder.log"
    # shellcheck disable=SC2016,SC2086
    spawn env $overlay_vars TMPDIR="$work/left" \
        FFREPORT="file=$work/report-%t.log:level=40" \
        unshare $as_user --mount --pid --ipc --fork --kill-child sh -e -c '
            mount -t proc proc /proc
            mount -t tmpfs -o size=64m,mode=1777 tmpfs /dev/shm
            eval "exec $1"' container "$1" >"$work/recorder.log" 2>&1
    container=$spawned
    wait_for 60 grep -q ': recording ' "$work/recorder.log" || {
        not_ok 'it records' "$(cat "$work/recorder.log")"
        done_testing
    }
    first=$(cat "/proc/$container/task/$container/children")
}

# ended PID: after SIGTERM to $first, within 5 seconds, with its status
ended() {
    asked=$(date +%s%N)
    # shellcheck disable=SC2086
    kill -TERM $first
    wait_for 5 dead "$1" || { echo 'it goes on'; return 99; }
    took=$((($(date +%s%N) - asked) / 1000000))
    wait "$1"
}

# said LINES: those of the recorder itself
said() {
    grep '^cloud_recorder: ' "$work/recorder.log" | grep -v 'without its sandbox' >"$work/said"
    cat "$work/recorder.log"
    test "$(wc -l <"$work/said")" = "$1"
}

# edges FILE SECOND: the page's green is in the first and last rows and columns
edges() {
    for edge in crop=iw:1:0:0 crop=iw:1:0:ih-1 crop=1:ih:0:0 crop=1:ih:iw-1:0; do
        ffmpeg -v error -nostdin -ss "$2" -i "$1" -frames:v 1 \
            -vf "format=rgb24,$edge" -f rawvideo - | od -An -v -tu1 -w3 |
            awk -v edge="$edge" '
                $1 > 60 || $2 < 200 || $3 > 60 { bad++ }
                END { print edge ": " bad + 0 " of " NR " are not green"
                      exit bad || NR < 700 }' || return
    done
}

# lasts FILE LEAST: whether it plays to its end, which is at so many seconds
lasts() {
    ffmpeg -v error -xerror -nostdin -i "$1" -f null - || return
    for stream in v a; do
        ffprobe -v error -select_streams $stream -show_entries packet=pts_time \
            -of csv=p=0 "$1" | tail -n 1 | awk -v least="$2" '
                { print $1 " s"; exit $1 < least }' || return
    done
}

start_rtmp
streamer=$(recipe_text cloudstream | sed "s|@URL@|$rtmp_url|")
contained "$streamer"
spawn timeout $((seconds + 60)) ffmpeg -hide_banner -nostdin -v error \
    -i "$rtmp_url" -c copy -flush_packets 1 "$work/played.mkv" 2>"$work/player.log"
player=$spawned
wait_for 30 test -s "$work/played.mkv"
sleep "$seconds"
check 'SIGTERM ends a stream' ended "$container"
figure "SIGTERM: the stream had ended after $took ms"
check 'and it said one line' said 1
check 'the player ends' wait_for 30 dead $player
check 'frames went through a file descriptor' sh -c 'grep -h shm=memfd "$@"' - \
    "$work"/report-*.log
check 'all of it was played' lasts "$work/played.mkv" $((seconds - 5))
figure "$("$python" "$SRC/tests/apps/sync.py" "$work/played.mkv" 150)"
check 'sound and picture are never more than 150 ms apart' \
    "$python" "$SRC/tests/apps/sync.py" "$work/played.mkv" 150
check 'the page fills the picture' edges "$work/played.mkv" 5
check 'and nothing is left' empty "$work/left"

### The streaming service hangs

rm -f "$work"/report-*
contained "$streamer"
sleep 3
kill -STOP "$rtmp_pid"
sleep 3
ended "$container"
status=$?
kill -CONT "$rtmp_pid"
figure "SIGTERM: with a service that hangs it had ended after $took ms, with status $status"
check 'SIGTERM ends it although the service hangs' test $status -le 1
stop "$rtmp_pid"

### The browser dies

# browsers: the ids of those that the recorder has started
browsers() {
    pgrep -f -- "--user-data-dir=$work/left/.* --kiosk "
}
part_of_recorder() {
    pgrep -P "$first" -x "$1"
}
# seen FILE: from which second on the page was in the picture (1) or not (0)
seen() {
    ffmpeg -v error -nostdin -i "$1" -vf "crop=4:4:0:0,format=rgb24" -r 10 \
        -f rawvideo - 2>/dev/null | od -An -v -tu1 -w48 |
        awk '{ state = $2 > 200 && $1 < 60
               if (NR == 1 || state != last) print NR / 10, state
               last = state }'
}
# start_recorder COMMAND-LINE: sets $first
start_recorder() {
    rm -f "$work/recorder.log"
    # shellcheck disable=SC2086
    spawn env $overlay_vars TMPDIR="$work/left" sh -c "exec $1" >"$work/recorder.log" 2>&1
    first=$spawned
    wait_for 60 grep -q ': recording ' "$work/recorder.log"
}

# What the unit starts, as systemd reads it: one line, and %% is a percent sign
recipe_text unit | sed -n '/^ExecStart=/,/[^\\]$/{ s/^ExecStart=//; s/\\$//; s/%%/%/g; p; }' |
    tr '\n' ' ' >"$work/unit.line"
check 'the unit has a command' matches '^cloud_recorder.sh .*/%Y-%m' "$work/unit.line"
if command -v systemd-analyze >/dev/null 2>&1; then
    sed "s|/usr/local/bin|$SRC/doc/examples|" "$work"/recipes/*-unit >"$work/recorder.service"
    check 'systemd can read the unit' systemd-analyze verify "$work/recorder.service"
    systemd-analyze verify "$work/recorder.service" >"$work/out" 2>&1
    check 'without a complaint' lacks 'recorder.service' "$work/out"
fi

for ending in mkv mp4; do
    case $ending in
    mkv) start_recorder "$(cat "$work/unit.line")" ;;
    mp4) start_recorder "$(recipe_text cloud)" ;;
    esac
    sleep 4
    file=$(find "$work" -maxdepth 1 -name "????-??-??_??-??-??.$ending" -o \
                        -maxdepth 1 -name "page.$ending")
    # shellcheck disable=SC2046
    kill -KILL $(browsers)
    check "the browser is started again ($ending)" \
        wait_for 20 grep -q 'starting it again' "$work/recorder.log"
    wait_for 20 browsers
    sleep 10
    check 'SIGTERM ends the recording' ended "$first"
    figure "SIGTERM: $ending had ended after $took ms"
    check 'it said two lines' said 2
    check 'the file plays, sound and picture' lasts "$file" 12
    seen "$file" >"$work/seen"
    check 'the page was seen, gone and seen again' sh -c '
        cat "$0"; test "$(tail -n 3 "$0" | cut -d " " -f 2 | tr -d "\n")" = 101' "$work/seen"
    check 'nothing is left' empty "$work/left"
    check 'no process either' fails 1 pgrep -f "$work/left"
done

### Parts of it die

for part in Xvfb:'The X server' pulseaudio:PulseAudio; do
    file=$work/${part%%:*}.mkv
    start_recorder "cloud_recorder.sh $page $file"
    sleep 6
    kill -KILL "$(part_of_recorder "${part%%:*}")"
    check "${part#*:} dies: it ends" wait_for 10 dead "$first"
    wait "$first"
    check 'as failed' test $? = 1
    check 'and says so' matches "^cloud_recorder: ${part#*:} has ended; " "$work/recorder.log"
    check 'what was recorded plays' lasts "$file" 2
    check 'nothing is left' empty "$work/left"
done

start_recorder "cloud_recorder.sh $page $work/hung.mkv"
wait_for 20 test -s "$work/hung.mkv"
sleep 6
kill -STOP "$(part_of_recorder ffmpeg)"
ended "$first"
check 'ffmpeg hangs: SIGTERM ends it all the same, as failed' test $? = 1
figure "SIGTERM: with an ffmpeg that hangs it had ended after $took ms"
check 'and it says so' matches '^cloud_recorder: ffmpeg did not end in time: ' "$work/recorder.log"
check 'what was recorded plays' ffmpeg -v error -nostdin -i "$work/hung.mkv" -f null -
check 'nothing is left' empty "$work/left"

done_testing
