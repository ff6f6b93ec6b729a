# ffmpeg -sources lists the screens, the monitors and the windows that there are,
# as people recognise them, and each name that it prints records.
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

list=$work/list
log=$work/log
name='Ö & 50%?'

sources() {
    overlay timeout 20 ffmpeg -hide_banner -sources "$1" >"$list" 2>"$log"
}

# listed NAME DESCRIPTION [DEFAULT]: an exact line
listed() {
    grep -Fx -e "${3:- } $1 [$2] (video)" "$list" && return
    cat "$list"
    return 1
}

# records NAME SIZE: two frames, and of this size
records() {
    overlay timeout 20 ffmpeg -hide_banner -nostdin -nostats -v error -y \
        -f x11shmpool -framerate 30 -i "$1" -frames:v 2 -c:v copy \
        -f nut "$work/out.nut" || return 1
    [ "$(ffprobe -v error -count_packets -of csv=p=0:s=x -show_entries \
        stream=width,height,nb_read_packets "$work/out.nut")" = "$2x2" ] &&
        return
    ffprobe -v error -count_packets -show_streams "$work/out.nut"
    return 1
}

start_x -screen 0 640x480x24 -screen 1 320x200x16
d=$DISPLAY
setmonitor() {
    xrandr --setmonitor "$1" "$2" none && xrandr --listmonitors >"$log" &&
        grep -F -e "$1" "$log"
}
check 'a monitor of two' setmonitor Left 320/80x480/120+0+0
check 'and another' setmonitor "$name" 300/80x400/100+330+10
spawn xlogo -title 'the logo [1]' -geometry 111x99+5+7
logo=$spawned
spawn xclock -title clock -geometry 77x88+250+100
shown() {
    [ "$(xwininfo -name "$1" | grep -c 'IsViewable')" = 1 ]
}
check 'a window is shown' wait_for 10 shown 'the logo [1]'
check 'and another' wait_for 10 shown clock
id() {
    printf '0x%x' "$(xwininfo -name "$1" | sed -n 's/.*Window id: \([^ ]*\).*/\1/p')"
}
logo_id=$(id 'the logo [1]')
clock_id=$(id clock)

check 'ffmpeg -sources x11shmpool' sources x11shmpool
check 'it lists the screen, as the default' \
    listed "$d.0" 'screen 0, 640x480, depth 24' '*'
check 'and the other screen' listed "$d.1" 'screen 1, 320x200, depth 16'
check 'a monitor' listed "$d.0?monitor=Left" \
    'monitor 0, Left, 320x480 at 0,0'
check 'a monitor whose name needs escaping' \
    listed "$d.0?monitor=%C3%96%20%26%2050%25%3F" \
    "monitor 1, $name, 300x400 at 330,10"
check 'a window with its title, class and size' \
    listed "$d.0?window=$logo_id" "window 'the logo [1]', XLogo, 111x99"
check 'another window' \
    listed "$d.0?window=$clock_id" "window 'clock', XClock, 77x88"
cp "$list" "$work/default"

# The display as FFmpeg's syntax takes it: ':' separates options.
unset DISPLAY
check 'with a display given' sources "x11shmpool,display=\\$d"
check 'it lists the same' cmp "$work/default" "$list"
check 'with a screen given' sources "x11shmpool,display=\\$d.1"
check 'that is the default' \
    listed "$d.1" 'screen 1, 320x200, depth 16' '*'
check 'with its monitors' lacks 'monitor=Left|window=' "$list"
check 'a display that is not there' sources 'x11shmpool,display=\:nowhere'
check 'is told of' matches ':nowhere' "$log"
check 'no display' sources x11shmpool
check 'is told of too' matches 'DISPLAY' "$log"

n=0
sed -n 's/^[* ] \(:[^ ]*\) \[.* \([0-9]*x[0-9]*\)\(, depth.*\| at .*\|\)\] (video)$/\1 \2/p' \
    "$work/default" >"$work/names"
while read -r url size; do
    check "$url records" records "$url" "$size"
    n=$((n + 1))
done <"$work/names"
check 'every line was a name that records' \
    test $n = "$(grep -c '(video)$' "$work/default")"

# what people type
DISPLAY=$d
export DISPLAY
check 'a window by its title' overlay timeout 20 ffmpeg -v error -nostdin -y \
    -f x11shmpool -window_title logo -i '' -frames:v 2 -f null -
check 'a monitor by its name' overlay timeout 20 ffmpeg -v error -nostdin -y \
    -f x11shmpool -monitor left -i '' -frames:v 2 -f null -
stop $logo
check 'a window that is gone' fails '[1-9]*' records "$d?window=$logo_id" 1x1
check 'the list without it' sources x11shmpool
check 'the window is not there' lacks "window=$logo_id" "$list"
check 'the other is' listed "$d.0?window=$clock_id" "window 'clock', XClock, 77x88"

done_testing
