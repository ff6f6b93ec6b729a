# Helpers of the tests with applications. Source it after tests/scripts/lib.sh:
#   . "$SRC/tests/scripts/lib.sh"
#   . "$SRC/tests/apps/lib.sh"
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
#
#   needs COMMAND...          skip the whole script where one is not installed
#   figure TEXT               what was measured: tests/run shows it
#   free_port                 prints a TCP and UDP port of 127.0.0.1 that is free
#   start_rtmp                nginx; sets rtmp_url, rtmp_pid; start_rtmp again,
#                             after stop, takes the same port
#   start_pulse               pulseaudio with a null sink; sets PULSE_SERVER
#   start_codes [RATE]        the bar codes of tests/tools/barcode on $DISPLAY;
#                             what was painted when is in $work/painted
#   codes FILE ARGUMENT...    numbers that ffmpeg decodes from such an input;
#                             with times of arrival where live=--live is set
#   $python                   the Python that Debian's modules are for

# The packages are of the distribution's Python, which another may hide.
python=/usr/bin/python3
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
rtmp_port=
live=

PATH=$PATH:/usr/sbin

needs() {
    for needed; do
        command -v "$needed" >/dev/null 2>&1 && continue
        skip "${0##*/}" "$needed is not installed"
        done_testing
    done
}

figure() {
    printf '%s\n' "$1" | sed 's/^/# figure: /'
}

free_port() {
    "$python" - <<'PY'
import socket
while True:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(('127.0.0.1', 0))
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            continue
        print(tcp.getsockname()[1])
        break
PY
}

# listens PORT: whether something on 127.0.0.1 does
listens() {
    "$python" -c 'import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$1"
}

start_rtmp() {
    rtmp_port=${rtmp_port:-$(free_port)}
    mkdir -p "$work/nginx"
    rtmp_module=$(find /usr/lib*/nginx /usr/share/nginx -name ngx_rtmp_module.so \
        2>/dev/null | head -n 1)
    sed "s|@MODULE@|$rtmp_module|; s|@DIR@|$work/nginx|; s|@PORT@|$rtmp_port|" \
        "$SRC/tests/apps/nginx.conf" >"$work/nginx/nginx.conf"
    spawn nginx -p "$work/nginx" -e "$work/nginx/error.log" -c "$work/nginx/nginx.conf"
    rtmp_pid=$spawned
    rtmp_url=rtmp://127.0.0.1:$rtmp_port/live/screen
    wait_for 20 listens "$rtmp_port" || {
        sed 's/^/# /' "$work/nginx/error.log"
        bail 'nginx does not start'
    }
}

start_pulse() {
    mkdir -p -m 700 "$work/pulse"
    spawn env HOME="$work/pulse" XDG_RUNTIME_DIR="$work/pulse" \
        PULSE_RUNTIME_PATH="$work/pulse" DBUS_SESSION_BUS_ADDRESS=none: \
        pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 \
        --disable-shm=yes --realtime=no --high-priority=no \
        -L "module-native-protocol-unix socket=$work/pulse/socket auth-anonymous=1" \
        -L 'module-null-sink sink_name=desktop rate=48000' \
        >"$work/pulse/log" 2>&1
    PULSE_SERVER=unix:$work/pulse/socket
    PULSE_COOKIE=$work/pulse/cookie
    export PULSE_SERVER PULSE_COOKIE
    wait_for 20 pactl info || {
        sed 's/^/# /' "$work/pulse/log"
        bail 'pulseaudio does not start'
    }
}

start_codes() {
    : >"$work/painted"
    spawn "$BUILD/tests/tools/barcode" -r "${1:-30}" >"$work/painted"
    painter=$spawned
    wait_for 20 test -s "$work/painted" || bail 'the bar codes do not start'
}

codes() {
    codes_file=$1
    shift
    overlay timeout "${codes_limit:-120}" ffmpeg -hide_banner -nostdin \
        -nostats -v error "$@" \
        -vf crop=512:16:0:0,format=gray -fps_mode passthrough \
        -f rawvideo -flush_packets 1 - |
        "$python" "$SRC/tests/apps/barcode.py" read $live >"$codes_file"
}
