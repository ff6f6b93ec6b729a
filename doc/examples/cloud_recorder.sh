#!/bin/bash
#
# Record or stream a web page, picture and sound, on a machine without a screen.
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

usage() {
    cat <<USAGE
Usage: cloud_recorder.sh [-s SIZE] [-r RATE] [-t SECONDS] URL FILE
       cloud_recorder.sh [-s SIZE] [-r RATE] [-t SECONDS] URL rtmp://...
  -s SIZE     width and height of the picture, both even [1280x720]
  -r RATE     frames a second [30]
  -t SECONDS  how long; without it until SIGTERM, SIGINT or SIGHUP
FILE may hold what date(1) replaces, such as %Y-%m-%d_%H-%M-%S.mkv; it must not
exist. \$BROWSER is the browser: Chromium, Chrome or another one of that family.

Exit status: 0 if the time was up or a signal ended it, 1 if something failed,
2 if it was called wrongly.
USAGE
}

set -u
unset CDPATH

say() {
    printf 'cloud_recorder: %s\n' "$*" >&2
}
die() {
    say "$@"
    exit 1
}

size=1280x720
rate=30
seconds=
while getopts s:r:t:h option; do
    case $option in
    s) size=$OPTARG ;;
    r) rate=$OPTARG ;;
    t) seconds=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
wrong() {
    say "$@"
    exit 2
}
[ $# = 2 ] || { usage >&2; exit 2; }
[[ $size =~ ^([1-9][0-9]{0,4})x([1-9][0-9]{0,4})$ ]] ||
    wrong "-s $size is no size such as 1280x720"
width=${BASH_REMATCH[1]}
height=${BASH_REMATCH[2]}
[ $(((width | height) & 1)) = 0 ] || wrong "-s $size: both numbers must be even"
[[ $rate =~ ^[1-9][0-9]{0,2}$ ]] || wrong "-r $rate is no whole number of frames a second"
[[ $seconds =~ ^([0-9]*[1-9][0-9]*)?$ ]] || wrong "-t $seconds is no whole number of seconds"
url=$1
to=$2

### What is needed

for program in Xvfb pulseaudio ffmpeg; do
    command -v $program >/dev/null ||
        die "there is no $program: install the package ${program,,}"
done
if [ -z "${BROWSER:-}" ]; then
    for BROWSER in chromium chromium-browser google-chrome google-chrome-stable ''; do
        ! command -v "$BROWSER" >/dev/null || break
    done
    [ -n "$BROWSER" ] ||
        die 'there is no browser: install the package chromium, or set BROWSER'
fi
command -v "$BROWSER" >/dev/null || die "there is no browser $BROWSER, which is what BROWSER says"
[[ $(ffmpeg -hide_banner -devices 2>&1) =~ \ x11shmpool\  ]] ||
    die 'ffmpeg has no input device x11shmpool: install ffmpeg-x11shmpool'

### What is started, and how it ends

work=$(mktemp -d) || exit 1
file=
server=
sound=
browser=
recorder=
killer=
stopping=

alive() {
    kill -0 "$1" 2>/dev/null
}
# Each program is a process group of its own, and ends with all that it started.
end() {
    local pid
    for pid; do
        kill -KILL -- "-$pid"
        wait "$pid"
    done 2>/dev/null
}
clean_up() {
    # shellcheck disable=SC2086,SC2317
    local status=$?
    trap '' HUP INT TERM
    end $recorder $killer $browser $sound $server
    [ -z "$file" ] || [ -s "$file" ] || rm -f "$file"
    rm -rf "$work"
    exit $status
}
trap clean_up EXIT

# ffmpeg completes the file when it is asked to end. It may take three seconds.
stop() {
    stopping=yes
    [ -n "$recorder" ] || exit 0
    [ -z "$killer" ] || return 0
    kill -TERM "$recorder" 2>/dev/null
    setsid sh -c "sleep 3; kill -KILL $recorder" &
    killer=$!
}
trap stop HUP INT TERM

# until_ok WHAT PID COMMAND...: until it succeeds, 30 seconds at most
until_ok() {
    local what=$1 pid=$2 tries=0
    shift 2
    until "$@" >/dev/null 2>&1 & wait $!; do
        if ! alive "$pid" || [ $((tries += 1)) -gt 300 ]; then
            tail -n 20 "$work/log" >&2
            die "$what does not start; what it said is above"
        fi
        sleep 0.1
    done
}

# The screen is larger than the browser: a window as large as the screen
# Chromium makes one pixel smaller in both directions if no window manager runs.
start_server() {
    export XAUTHORITY=$work/xauthority
    {
        printf '\377\377\0\0\0\0\0\022MIT-MAGIC-COOKIE-1\0\020'
        head -c 16 /dev/urandom
    } >"$XAUTHORITY"
    setsid Xvfb -displayfd 3 -screen 0 "$((width + 1))x$((height + 1))x24" \
        -auth "$XAUTHORITY" -noreset -nolisten tcp \
        3>"$work/display" >"$work/log" 2>&1 </dev/null &
    server=$!
    until_ok 'The X server' $server test -s "$work/display"
    DISPLAY=:$(cat "$work/display")
    export DISPLAY
}

start_sound() {
    setsid env PULSE_RUNTIME_PATH="$work" pulseaudio -n --daemonize=no \
        --use-pid-file=no --exit-idle-time=-1 --disable-shm=yes --realtime=no \
        --high-priority=no \
        -L "module-native-protocol-unix socket=$work/sound auth-anonymous=1" \
        -L 'module-null-sink sink_name=page rate=48000' >"$work/log" 2>&1 </dev/null &
    sound=$!
    until_ok PulseAudio $sound test -S "$work/sound"
    export PULSE_SERVER=unix:$work/sound PULSE_COOKIE=$work/pulse-cookie
}

# A container has 64 MB of /dev/shm, which is too little for Chromium; and root
# or a container that can't make namespaces can't have its sandbox.
start_browser() {
    rm -rf "$work/profile"
    setsid "$BROWSER" $sandbox --disable-dev-shm-usage --disable-gpu \
        --user-data-dir="$work/profile" --password-store=basic \
        --no-first-run --no-default-browser-check --noerrdialogs \
        --disable-background-networking --disable-component-update \
        --disable-breakpad --log-level=3 \
        --autoplay-policy=no-user-gesture-required \
        --kiosk --window-position=0,0 --window-size="$width,$height" "$url" \
        >"$work/log" 2>&1 </dev/null &
    browser=$!
}
shown() {
    ffmpeg -v quiet -sources "x11shmpool,display=${DISPLAY#:}" | grep -q 'window='
}

start_recorder() {
    local output

    case $to in
    rtmp://* | rtmps://*)
        output=(-tune zerolatency -b:v 4500k -maxrate 4500k -bufsize 9000k
                -flags +global_header -f fifo -fifo_format flv
                -attempt_recovery 1 -recover_any_error 1 -recovery_wait_time 1
                -drop_pkts_on_overflow 1 -restart_with_keyframe 1 "$to") ;;
    *.mp4 | *.mov)
        # complete at any time, as Matroska is by itself
        output=(-movflags +frag_keyframe+empty_moov+default_base_moof -y "file:$file") ;;
    *)
        output=(-y "file:$file") ;;
    esac
    setsid ffmpeg -hide_banner -nostdin -nostats -v warning \
        -thread_queue_size 1024 -f pulse -i page.monitor \
        -f x11shmpool -framerate "$rate" -video_size "$size" -draw_mouse 0 \
        -pixel_format yuv420p -isync 0 -i "$DISPLAY" \
        -map 1:v -map 0:a ${seconds:+-t "$seconds"} \
        -c:v libx264 -preset veryfast -g $((2 * rate)) -c:a aac -b:a 160k \
        -flush_packets 1 \
        "${output[@]}" </dev/null &
    recorder=$!
}

### The recording

case $to in
rtmp://* | rtmps://*) ;;
*)
    name=$(date "+$to") || exit 1
    [ ! -e "$name" ] || die "$name exists"
    : >"$name" || exit 1
    file=$name ;;
esac
sandbox=
if [ "$(id -u)" = 0 ] || ! unshare --user --map-root-user true 2>/dev/null; then
    sandbox='--no-sandbox --test-type'
    say 'the browser runs without its sandbox, which root and most containers cannot have'
fi
export HOME=$work TMPDIR=$work XDG_RUNTIME_DIR=$work DBUS_SESSION_BUS_ADDRESS=none:

start_server
start_sound
start_browser
until_ok 'The browser' $browser shown
start_recorder
say "recording $url to ${file:-$to}"

failed=
while alive $recorder; do
    if [ -n "$stopping" ]; then
        wait $recorder 2>/dev/null
        status=$?
        continue
    fi
    for part in "The X server:$server" "PulseAudio:$sound"; do
        if ! alive "${part#*:}"; then
            failed="${part%:*} has ended"
            stop
        fi
    done
    if ! alive $browser; then
        say 'the browser has ended: starting it again'
        end $browser
        sleep 1
        start_browser
    fi
    wait -n $recorder $browser $server $sound 2>/dev/null
done
wait $recorder 2>/dev/null
status=$?

[ -z "$failed" ] || die "$failed; what was recorded until then is complete"
[ $status != 137 ] || die 'ffmpeg did not end in time: the file may lack its last seconds'
[ -n "$stopping" ] || [ $status = 0 ] ||
    die "ffmpeg has ended with status $status; what it said is above"
exit 0
