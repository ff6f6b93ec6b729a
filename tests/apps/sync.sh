# Sound and picture stay together: a flash and a beep of one clock, streamed
# with the README's command for a streaming service and recorded by a player.
# X11SHMPOOL_SYNC_SECONDS: how long [30]; five minutes show drift.
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

seconds=${X11SHMPOOL_SYNC_SECONDS:-30}

needs nginx pulseaudio pactl "$python" Xvfb
start_x -screen 0 640x360x24
start_rtmp
start_pulse
spawn "$BUILD/tests/tools/flash" >"$work/flashes" 2>"$work/flash.log"
wait_for 20 test -s "$work/flashes" || bail "$(cat "$work/flash.log")"

spawn timeout $((seconds + 60)) ffmpeg -hide_banner -nostdin -v error \
    -i "$rtmp_url" -c copy "$work/played.mkv" 2>"$work/player.log"
player=$spawned

# The command as the README has it, on this display and for this server, and with
# 60 frames a second: how long a flash waits for the next frame is no fault.
sed -n '/^Stream to a service/,/^`-isync/{ /^    /p; }' "$SRC/README.md" |
    sed "s| :0 | $DISPLAY |; s| rtmp:[^ ]*| $rtmp_url|; s| -framerate 30 | -framerate 60 |
         s|^ *ffmpeg |exec ffmpeg -hide_banner -nostdin -nostats -v error |" >"$work/command"
check 'the README has the command' matches ' -framerate 60 .* -i :' "$work/command"
check 'the screen and its sound are streamed' fails 124 overlay timeout -s INT \
    -k 20 "$seconds" sh "$work/command"
check 'and played' wait_for 30 dead $player

figure "$("$python" "$SRC/tests/apps/sync.py" "$work/played.mkv" 20)"
check 'sound and picture are never more than 20 ms apart' \
    "$python" "$SRC/tests/apps/sync.py" "$work/played.mkv" 20

done_testing
