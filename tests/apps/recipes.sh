# The manual's recipe for the screen and its sound, run from its text.
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

needs pulseaudio pactl "$python" Xvfb
start_x -screen 0 640x360x24
start_pulse
spawn "$BUILD/tests/tools/flash" >"$work/flashes" 2>"$work/flash.log"
wait_for 20 test -s "$work/flashes" || bail "$(cat "$work/flash.log")"

recorded=20
check 'sound' recipe sound
check 'drops no frame while the sound opens' lacks 'dropped [1-9]|rror' "$said"
figure "$("$python" "$SRC/tests/apps/sync.py" out.mp4 40)"
check 'sound and picture are never more than 40 ms apart' \
    "$python" "$SRC/tests/apps/sync.py" out.mp4 40
ffprobe -v error -show_entries stream=codec_name,profile,pix_fmt -of compact=p=0 \
    out.mp4 >"$work/streams"
check 'the picture plays everywhere' matches \
    '^codec_name=h264\|profile=High\|pix_fmt=yuv420p$' "$work/streams"
check 'and so does the sound' matches '^codec_name=aac\|profile=LC' "$work/streams"

done_testing
