#!/bin/sh
#
# Record a browser on an X server without a screen.
#   ./record_browser.sh URL SECONDS FILE [INPUT-FORMAT]
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
# The recorder runs as in a container of its own: other IPC, mount and network
# namespaces, and nothing shared with the X server but its socket. That is all
# that it needs: the memory of the frames is passed over that socket.
#
# Needs root or unprivileged user namespaces, and Xvfb, chromium, xwininfo, unshare.
# BROWSER and CODEC may be set; and SHARE, "ipc" if the recorder is not to have
# an IPC namespace of its own, which x11grab can't do with.

if [ $# -lt 3 ]; then
    echo "usage: $0 URL SECONDS FILE [INPUT-FORMAT]" >&2
    exit 2
fi
url=$1
seconds=$2
file=$3
format=${4:-x11shmpool}

work=$(mktemp -d) || exit 1
server=
browser=
clean_up() {
    trap '' HUP INT TERM
    for pid in $browser $server; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# until_ok COMMAND...: until it succeeds, 30 seconds at most
until_ok() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ]; then
            echo "$0: waited in vain for: $*" >&2
            cat "$work"/*.log >&2
            exit 1
        fi
        sleep 0.1
    done
}

# CPU time that a process has used, in seconds
cpu_of() {
    cat /proc/"$1"/task/*/schedstat | awk '{ s += $1 } END { printf "%.2f", s / 1e9 }'
}

# The X server finds a free number for itself and listens on no network.
Xvfb -displayfd 3 -screen 0 1280x720x24 -noreset -nolisten tcp \
    3>"$work/display" 2>"$work/server.log" &
server=$!
until_ok test -s "$work/display"
number=$(cat "$work/display")
DISPLAY=:$number
export DISPLAY

# Chromium's own sandbox does not work for root.
"${BROWSER:-chromium}" --no-sandbox --disable-gpu --no-first-run \
    --disable-background-networking --disable-component-update \
    --password-store=basic --user-data-dir="$work/profile" --kiosk \
    --window-position=0,0 --window-size=1280,720 "$url" \
    >"$work/browser.log" 2>&1 &
browser=$!
until_ok sh -c 'xwininfo -root -tree | grep -q " - Chromium"'

begin=$(cpu_of $server)

# shellcheck disable=SC2016
unshare $([ "$(id -u)" = 0 ] || echo --map-root-user) --mount --net \
    $([ "$SHARE" = ipc ] || echo --ipc) sh -e -c '
    socket=$1
    here=$2
    shift 2
    # The socket is put aside, all that the directory held is covered, and the
    # socket put back.
    : >"$here"
    mount --bind "$socket" "$here"
    mount -t tmpfs tmpfs /tmp/.X11-unix
    : >"$socket"
    mount --bind "$here" "$socket"
    mount -t tmpfs tmpfs /dev/shm
    exec "$@"' sandbox "/tmp/.X11-unix/X$number" "$work/socket" \
    ffmpeg -hide_banner -nostdin -v warning -benchmark -y \
    -f "$format" -framerate 30 \
    $([ "$format" = x11grab ] || echo -pixel_format yuv420p) \
    -i "$DISPLAY" -t "$seconds" \
    -c:v "${CODEC:-libx264}" -preset veryfast -pix_fmt yuv420p "$file"
status=$?

echo "CPU time of the X server: $(cpu_of $server) s, $begin s of it before"
exit $status
