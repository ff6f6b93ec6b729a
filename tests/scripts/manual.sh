# The manual: it builds, it tells what the device and its sources say, and the
# commands in it work.
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

manual=$SRC/tests/scripts/manual.py
doc=$SRC/doc
command -v python3 >/dev/null 2>&1 || bail 'python3 is not installed'

### It tells what is there

overlay ffmpeg -hide_banner -h demuxer=x11shmpool >"$work/help" 2>"$work/log" ||
    bail 'ffmpeg -h demuxer=x11shmpool fails'
check 'options, defaults and ranges are those of ffmpeg -h' \
    python3 "$manual" options "$work/help" "$doc/indev.texi" "$SRC/README.md"
check 'every option that is named is one' \
    python3 "$manual" names "$work/help" "$doc/others.texi"
check 'the help of each option stands alone' python3 "$manual" help "$work/help"
check 'error lines are those of the sources' \
    python3 "$manual" errors "$doc/x11shmpool.texi" "$SRC"/libavdevice/*.c

# Nothing that these would overlook
sed 's/Default is 3\./Default is 4./' "$doc/indev.texi" >"$work/default.texi"
sed '/^@item pool_size/d' "$doc/indev.texi" >"$work/name.texi"
sed 's/from 1 to 128/from 1 to 127/' "$doc/indev.texi" >"$work/range.texi"
sed 's/^@item skip$/@item jump/' "$doc/indev.texi" >"$work/constant.texi"
for what in default name range constant; do
    check "a wrong $what is noticed" fails 1 python3 "$manual" options "$work/help" \
        "$work/$what.texi" "$SRC/README.md"
done
sed 's/@option{grab_x}/@option{startx}/' "$doc/others.texi" >"$work/names.texi"
check 'a name that is none is noticed' \
    fails 1 python3 "$manual" names "$work/help" "$work/names.texi"
sed 's/^@item No window was chosen/@item No window was picked/' \
    "$doc/x11shmpool.texi" >"$work/errors.texi"
check 'a wrong error line is noticed' \
    fails 1 python3 "$manual" errors "$work/errors.texi" "$SRC"/libavdevice/*.c

### It builds

if command -v makeinfo >/dev/null 2>&1; then
    flags=
    [ ! -f "$doc/apps.texi" ] || flags="$flags -D apps"
    # shellcheck disable=SC2086
    makeinfo --html --no-split $flags -o "$work/manual.html" \
        "$doc/x11shmpool.texi" >"$work/out" 2>&1
    check 'HTML' test -s "$work/manual.html"
    check 'without a warning' test ! -s "$work/out"
    missing=
    for image in $(sed -n 's/.*<img [^>]*src="\([^"]*\)".*/\1/p' "$work/manual.html"); do
        [ -f "$doc/$image" ] || missing="$missing $image"
    done
    check 'with all images' test -z "$missing"
    check 'and some' matches '<img [^>]*src="bench.svg"' "$work/manual.html"
    makeinfo --docbook -D man $flags -o "$work/manual.xml" "$doc/x11shmpool.texi" >"$work/out" 2>&1
    check 'DocBook, for the man page' test -s "$work/manual.xml"
    check 'without a warning, too' test ! -s "$work/out"
else
    skip 'HTML and DocBook' 'makeinfo is not installed'
fi
check 'images are well-formed' python3 -c 'import sys, xml.dom.minidom as x
for f in sys.argv[1:]: x.parse(f)' "$doc"/*.svg
page=$BUILD/doc/ffmpeg-x11shmpool.1
if [ -f "$page" ]; then
    check 'the man page has a name' matches '^ffmpeg\\?-x11shmpool \\?- ' "$page"
    check 'and options' matches 'pool_size' "$page"
fi

### The commands work

# ffmpeg as in the examples, but on another display, for half a second only, and
# with the overlay
mkdir "$work/bin" "$work/examples" "$work/run"
cat >"$work/bin/ffmpeg" <<END
#!/bin/sh
input=no
count=\$#
while [ \$count -gt 0 ]; do
    arg=\$1
    shift
    case \$arg in
    -i) input=yes ;;
    :0*) arg=\$DISPLAY\${arg#:0} ;;
    *,display=0) arg=\${arg%0}\${DISPLAY#:} ;;
    esac
    count=\$((count - 1))
    [ \$count != 0 ] || [ \$input = no ] || set -- "\$@" -t 0.5
    set -- "\$@" "\$arg"
done
exec env $overlay_vars $(command -v ffmpeg) -nostdin -nostats -y "\$@"
END
chmod +x "$work/bin/ffmpeg"
PATH=$work/bin:$PATH
export PATH

check 'examples are found' python3 "$manual" examples "$doc"/*.texi "$work/examples"
start_x -screen 0 1400x920x24
command -v xclock >/dev/null 2>&1 || bail 'xclock is not installed'
spawn xclock -update 1 -geometry 400x300+50+50 2>/dev/null
clock_shown() {
    window=$(xwininfo -name xclock 2>/dev/null |
             sed -n 's/.*Window id: \(0x[0-9a-f]*\).*/\1/p')
    [ -n "$window" ] && xwininfo -id "$window" | grep -q IsViewable
}
wait_for 20 clock_shown || bail 'xclock does not show'
xrandr --setmonitor DP-1 700/250x920/280+0+0 screen >/dev/null 2>&1 &&
    xrandr --setmonitor DP-2 700/250x920/280+700+0 none ||
    bail 'xrandr makes no monitors'

cd "$work/run" || exit
for example in "$work"/examples/*; do
    command=$(cat "$example")
    case $example in
    *-plain) ;;
    *-unshare)
        if ! unshare --ipc --net true 2>/dev/null; then
            skip "$command" 'namespaces can not be made here'
            continue
        fi ;;
    *-python)
        if ! /usr/bin/python3 -c 'import av, numpy' 2>/dev/null; then
            skip "$command" 'python3-av or python3-numpy is not installed'
            continue
        fi
        # three packets instead of all, on another display
        { echo import itertools
          sed "s/':0'/'$DISPLAY'/
               s/device\.demux()/itertools.islice(device.demux(), 3)/" "$example"
        } >"$work/example.py"
        echo "env $overlay_vars /usr/bin/python3 $work/example.py" >"$example" ;;
    *-pick)
        : >"$work/out"
        wait_for 20 grep -q 'Click on' "$work/out" &&
            xdotool mousemove 150 150 click 1 & ;;
    *)
        name=${example##*-}
        check "$name has a test of its own" \
            grep -lrE "recipe(_text)? $name\\>" "$SRC/tests/scripts" "$SRC/tests/apps"
        continue ;;
    esac
    sed -i "s/0x3a00007/$window/g" "$example"
    rm -f ./*
    # what is printed counts where nothing is written
    if ! timeout 60 sh -e "$example" >"$work/out" 2>&1; then
        not_ok "$command" "$(tail -n 20 "$work/out")"
        continue
    fi
    # shellcheck disable=SC2012
    case $(ls | wc -l) in
    0) check "$command" test -s "$work/out" ;;
    1) check "$command" sh -c 'test "$(ffprobe -v error -count_frames \
           -show_entries stream=nb_read_frames -of csv=p=0 -select_streams v "$(ls)")" -ge 1' ;;
    *) not_ok "$command" "$(ls)" ;;
    esac
done

done_testing
