# A browser in Xvfb, recorded by the example for that from a sandbox which
# shares nothing with the X server but its socket; and what it costs beside
# x11grab. X11SHMPOOL_BROWSER_SECONDS: how long each is recorded [60].
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

seconds=${X11SHMPOOL_BROWSER_SECONDS:-60}

needs chromium unshare xwininfo Xvfb
as_user=$([ "$(id -u)" = 0 ] || echo --map-root-user)
# shellcheck disable=SC2086
unshare $as_user --mount --net --ipc true 2>/dev/null || {
    skip 'a browser' 'unshare is not permitted here'
    done_testing
}

# The browser has no network either.
cat >"$work/browser" <<SH
#!/bin/sh
HOME='$work' exec unshare $as_user --net chromium "\$@"
SH
chmod +x "$work/browser"

# record FORMAT SHARE
record() {
    # shellcheck disable=SC2086
    env $overlay_vars BROWSER="$work/browser" SHARE="$2" \
        FFREPORT="file=$work/$1.log:level=40" \
        "$SRC/doc/examples/record_browser.sh" \
        "file://$SRC/tests/apps/animation.html" "$seconds" "$work/$1.mkv" "$1" \
        >"$work/$1.out" 2>&1
    status=$?
    cat "$work/$1.out"
    return $status
}

cost() {
    awk -v name="$1" -v seconds="$seconds" '
        /bench: utime=/ { split($0, f, /[=s]/); sub(/.*utime=/, ""); u = $1 + 0
                          sub(/.*stime=/, ""); u += $1 + 0 }
        /^CPU time of the X server/ { x = $7 - $9 }
        END { printf "%s: in %d s ffmpeg used %.1f s of CPU time, the X server %.2f s\n", \
                     name, seconds, u, x }' "$work/$1.log" "$work/$1.out"
}

# counter NAME: one of the figures that the device tells at its end
counter() {
    sed -n "s/.*captured [0-9].*/&,/; s/.*[ ,]$1 \([0-9]*\),.*/\1/p" \
        "$work/x11shmpool.log" | tail -n 1
}

# frames FORMAT: how many there are, and how many are unlike each other
frames() {
    ffmpeg -v error -nostdin -i "$work/$1.mkv" -vf crop=1280:160:0:280 -f framemd5 - |
        awk '!/^#/ { n++; if (!seen[$NF]++) unlike++ } END { print n + 0, unlike + 0 }'
}

check 'a browser is recorded from a sandbox' record x11shmpool ''
if grep -q 'shm=memfd' "$work/x11shmpool.log"; then
    ok 'in shared memory'
else
    not_ok 'in shared memory' "$(grep -i slot "$work/x11shmpool.log")"
fi
# shellcheck disable=SC2046
set -- $(frames x11shmpool)
all=$1
unlike=$2
handed=$(($(counter captured) + $(counter repeated)))
lost=$(($(counter dropped) + $(counter missed)))
figure "$(grep -o 'captured [0-9].*' "$work/x11shmpool.log" | tail -n 1); $all frames in the file, $unlike unlike each other"
# what waited when the time was up is not in the file, and ffmpeg may fill the
# place of a lost frame with the one before
check 'every frame that was handed out is in the recording' \
    test "$all" -ge $((handed - 16)) -a "$all" -le $((handed + lost))
check 'and there are as many as the time makes' \
    test $((all + lost)) -ge $((seconds * 30 - 1)) -a "$all" -ge $((seconds * 30 * 95 / 100))
check 'the page moves in them' test "$unlike" -ge $((all / 3))

check 'x11grab records it with an IPC namespace that is shared' record x11grab ipc
for format in x11grab x11shmpool; do
    figure "$(cost $format)"
done

done_testing
