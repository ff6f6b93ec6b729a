# The menus of real programs: each kind is opened with xdotool, and what is
# recorded of the window is what the screen shows in its place.
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

needs xdotool xwininfo xprop openbox

start_x -screen 0 1000x900x24
spawn openbox --sm-disable >"$work/openbox.log" 2>&1
managed() {
    xprop -root _NET_SUPPORTING_WM_CHECK | grep -q 'window id'
}
wait_for 20 managed || bail 'openbox does not start'
HOME=$work/home
mkdir -p "$HOME"
export HOME
unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY

# find_window CLASS TITLE: sets window
find_window() {
    for window in $(xdotool search --onlyvisible --class "$1"); do
        xprop -id "$window" _NET_WM_NAME WM_NAME | grep -q "$2" && return
    done
    return 1
}

# tops: the top-level windows that are shown, but for those that take input only
tops() {
    for top in $(xwininfo -root -children | sed -n 's/^ *\(0x[0-9a-f]*\) .*/\1/p'); do
        xwininfo -id "$top" 2>/dev/null |
            awk -v top="$top" '/Class: InputOutput/ { io = 1 }
                /Width:/ { wide = $2 > 1 }
                /Map State: IsViewable/ { if (io && wide) print top }'
    done
}

# size_of: sets size and place of the window on the screen
size_of() {
    xwininfo -id "$window" >"$work/geometry" || return
    place=$(awk '/Absolute upper-left/ { printf "%s%s", n++ ? "," : "+", $NF }' "$work/geometry")
    size=$(awk '/Width:|Height:/ { printf "%s%s", n++ ? "x" : "", $2 }' "$work/geometry")
}

# The newest frame is always in live.ppm.
start_recording() {
    size_of
    # shellcheck disable=SC2086
    spawn env $overlay_vars ffmpeg -v error -nostdin -f x11shmpool -framerate 10 -draw_mouse 0 \
        -window_id "$window" -i "$DISPLAY" -pix_fmt rgb24 -f image2 -update 1 \
        -atomic_writing 1 "$work/live.ppm" 2>"$work/recording.log"
    recording=$spawned
    wait_for 20 test -s "$work/live.ppm"
}

screen() {
    ffmpeg -v error -nostdin -y -f x11grab -draw_mouse 0 -video_size "$size" \
        -i "$DISPLAY$place" -frames:v 1 -pix_fmt rgb24 "$work/$1.ppm"
}

# A cursor may blink, a menu fade in: it is enough that it comes true.
as_on_screen() {
    screen screen && cmp "$work/live.ppm" "$work/screen.ppm"
}

# new_tops: how many are shown that were not before
new_tops() {
    tops | grep -cvxF "$before"
}

opened() {
    [ "$(new_tops)" -ge "$menus" ]
}

closed() {
    [ "$(new_tops)" = 0 ]
}

# menu NAME NUMBER COMMAND...: what the command opens, as many windows; the
# screen must not be what it was without them
menu() {
    menu_name="$program: $1"
    menus=$2
    shift 2
    before=$(tops)
    screen none
    "$@"
    if ! wait_for 15 opened; then
        not_ok "$menu_name" "it does not open: $*"
    else
        check "$menu_name" wait_for 15 as_on_screen
        cmp -s "$work/none.ppm" "$work/screen.ppm" &&
            not_ok "$menu_name" 'nothing of it lies over the window'
    fi
    close_menus
}

close_menus() {
    # tooltips go when the pointer does
    xdotool keyup ctrl mouseup 1 mouseup 2 mouseup 3 mousemove 999 899
    for try in 1 2 3; do
        wait_for 2 closed && return
        xdotool key Escape
    done
}

# at X Y: of the window
at() {
    xdotool mousemove --window "$window" "$1" "$2"
}

context() {
    at 200 250
    xdotool click 3
}

# Some programs show it when the pointer rests, others when it moves again, and
# most hide it when it goes on.
tooltip() {
    for x in 300 302 304 306; do
        at $x 250
        wait_for 2 opened && return
    done
}

held() {
    at 60 40
    xdotool keydown ctrl mousedown "$1"
}

keys() {
    xdotool key --delay 150 "$@"
}

# program NAME CLASS TITLE COMMAND...
program() {
    program=$1
    class=$2
    title=$3
    shift 3
    if ! command -v "$1" >/dev/null 2>&1; then
        skip "$program" "$1 is not installed"
        return 1
    fi
    rm -f "$work/live.ppm"
    spawn "$@" >"$work/$program.log" 2>&1
    running=$spawned
    if ! wait_for 60 find_window "$class" "$title"; then
        not_ok "$program" 'it does not start' "$(tail -n 5 "$work/$program.log")"
        return 1
    fi
    xdotool windowsize --sync "$window" 700 500 windowactivate --sync "$window" mousemove 999 899
    start_recording
    check "$program: without a menu" wait_for 20 as_on_screen
}

end_program() {
    check "$program: the recording goes on" kill -0 "$recording"
    stop "$recording"
    stop "$running"
}

if program xterm XTerm 'menus of xterm' xterm -T 'menus of xterm' -e cat; then
    menu 'main options' 1 held 1
    menu 'VT options' 1 held 2
    menu 'VT fonts' 1 held 3
    end_program
fi

if "$python" -c 'import gi; gi.require_version("Gtk", "3.0")' 2>/dev/null &&
    program gtk gtk.py 'menus of gtk' "$python" "$SRC/tests/apps/menus/gtk.py"; then
    menu 'a tooltip' 1 tooltip
    menu 'a combo box' 1 keys space
    menu 'a menu and its submenu' 2 keys F10 Down Right
    menu 'a context menu' 1 context
    end_program
fi

if "$python" -c 'import PyQt5.QtWidgets' 2>/dev/null &&
    program qt qt.py 'menus of qt' "$python" "$SRC/tests/apps/menus/qt.py"; then
    menu 'a tooltip' 1 tooltip
    menu 'a combo box' 1 keys alt+Down
    menu 'a menu and its submenu' 2 keys alt+f Right
    menu 'a context menu' 1 context
    end_program
fi

if program chromium chromium 'menus of chromium' chromium --no-sandbox --test-type --no-first-run \
    --disable-gpu --disable-background-networking --user-data-dir="$work/chromium" \
    "file://$SRC/tests/apps/menus/page.html"; then
    menu 'a tooltip' 1 tooltip
    menu 'a select' 1 keys alt+Down
    menu 'the menu with three dots' 1 keys alt+f
    menu 'a submenu' 2 keys alt+f Down Down Down Down Down Right
    menu 'a context menu' 1 context
    end_program
fi

mkdir "$work/firefox"
cat >"$work/firefox/user.js" <<'JS'
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("ui.prefersReducedMotion", 1);
user_pref("accessibility.force_disabled", 1);
JS
if program firefox firefox 'menus of' firefox-esr --no-remote --new-instance --profile "$work/firefox" \
    "file://$SRC/tests/apps/menus/page.html"; then
    menu 'a tooltip' 1 tooltip
    menu 'a select' 1 keys alt+Down
    menu 'the menu bar' 1 keys alt+f
    menu 'a context menu' 1 context
    end_program
fi

done_testing
