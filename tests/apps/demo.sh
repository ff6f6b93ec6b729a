# make demo, as somebody sees it who tries the device: what a recording costs in
# the first row, eyes that follow the pointer, and no message of a shell.
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

needs Xvfb xeyes xdotool xsetroot
unset DISPLAY MAKEFLAGS MAKELEVEL
file=$work/demo.mkv

demo() {
    "$SRC/tools/demo" -b "$BUILD" -t 3 -o "$file" >"$work/out" 2>"$work/errors"
}

# distinct FILTER: how many different frames there are in the first second, of
# a part of the picture
distinct() {
    ffmpeg -v error -nostdin -i "$file" -t 1 -vf "$1" -f framemd5 - |
        awk '!/^#/ { print $NF }' | sort -u | wc -l
}

if [ -n "$(conf SANITIZE)" ]; then
    skip 'the demo' 'it measures, which a sanitizer spoils'
    done_testing
fi
check 'what measures is built' make -s -C "$BUILD" tests/bench/demo
check 'the demo runs' demo
check 'the first figure is what a recording costs' \
    matches '^CPU of a whole recording: x11grab [0-9.]+ ms a frame, x11shmpool [0-9.]+ ms, [0-9.]+ of it$' \
    "$work/out"
figure "$(grep '^CPU of a whole recording:' "$work/out")"
first=$(grep -n '[0-9] ms\|plays without\|captured' "$work/out" | head -n 1)
check 'and the first of all' test "${first#*:CPU of a whole recording: }" != "$first"
check 'nothing is said besides' lacks 'cannot|demo:|not found|No such' "$work/errors"
# The pupil of the right eye, where the pointer comes later, in black and white:
# what is left of the encoder's losses makes no difference
eyes=$(distinct "crop=220:300:330:110,scale=44:60:flags=area,format=gray,\
lutyuv=y=gt(val\\,128)*255")
if [ "$eyes" -ge 5 ]; then
    ok 'eyes follow the pointer'
else
    not_ok 'eyes follow the pointer' "$eyes different pictures in a second"
fi

free=277
while [ -e /tmp/.X11-unix/X$free ] || [ -e /tmp/.X$free-lock ]; do
    free=$((free + 1))
done
DISPLAY=:$free
export DISPLAY
check 'a display that is not there' fails 1 demo
check 'is named by the device' matches "Cannot open display :$free" "$work/errors"
check 'and by no shell' lacks 'lock|[Nn]o such file' "$work/errors"

done_testing
