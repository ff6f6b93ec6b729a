# Tests of on_resize=follow with ffmpeg: windows that are dragged larger and
# smaller, and screens that are resized as remote desktops do, are scaled to the
# size that the recording began with.
# X11SHMPOOL_DRAG_FRAMES: for how many frames they are dragged [45].
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

frames=${X11SHMPOOL_DRAG_FRAMES:-45}
quarters=$BUILD/tests/tools/quarters
player='ffmpeg -hide_banner -nostdin -nostats -v error -xerror'

# record HOW OUTPUTS OPTION...: see quarters.py. True.mkv has no losses, out.mp4
# is what people record; OUTPUTS are more.
record() {
    how=$1 outputs=$2
    shift 2
    rm -f "$work"/*.mkv "$work/out.mp4"
    # shellcheck disable=SC2016,SC2086
    overlay python3 "$SRC/tests/scripts/quarters.py" "$quarters" \
        "$DISPLAY" 320x240 "$frames" "$how" sh -c 'exec "$@" 2>"$0"' "$work/log" \
        ffmpeg -hide_banner -nostats -y -v verbose -f x11shmpool -framerate 30 \
        -draw_mouse 0 -on_resize follow "$@" \
        -map 0 -fps_mode passthrough -c:v ffv1 "$work/true.mkv" \
        -map 0 -c:v libx264 -preset ultrafast -pix_fmt yuv420p "$work/out.mp4" $outputs \
        -map 0 -fps_mode passthrough -f rawvideo -pix_fmt rgb24 -flush_packets 1 pipe:1 \
        >"$work/told" 2>&1 || {
            cat "$work/told"
            tail -n 20 "$work/log"
            return 1
        }
    $player -i "$work/true.mkv" -fps_mode passthrough -f framemd5 - |
        sed '/^#/d; s/ //g' >"$work/frames"
}

# complete: every tick that the device did not drop is in the file, in one size
complete() {
    awk -F , -v least="$frames" -v counters="$(grep 'captured .* dropped' "$work/log")" '
        BEGIN {
            gsub(/[a-z0-9#\/]* @ [^ ]*|[^0-9 ]/, "", counters)
            split(counters, n, " ")
            dropped = n[3] + n[4]
        }
        NR == 1 { first = $3; size = $5 }
        $5 != size { bad = 1 }
        { last = $3 }
        END {
            ticks = last - first + 1
            print NR " frames in " ticks " ticks, " dropped " dropped or missed"
            exit bad || NR < least || n[1] + n[2] < NR || ticks - NR > dropped
        }' "$work/frames"
}

# returned: the first size has the first picture again, to the last pixel
returned() {
    sed -n 's/.*,//; 1p; $p' "$work/frames" >"$work/ends"
    cat "$work/ends"
    [ "$(wc -l <"$work/ends")" = 2 ] && [ "$(sort -u "$work/ends" | wc -l)" = 1 ]
}

# as_x11grab: the window is drawn once more, for x11grab
as_x11grab() {
    mkfifo "$work/fifo"
    # shellcheck disable=SC2016
    spawn sh -c 'exec "$0" "$@" <"$FIFO"' "$quarters" "$DISPLAY" 320 240 >"$work/drawn"
    exec 3>"$work/fifo"
    wait_for 20 test -s "$work/drawn"
    $player -f x11grab -draw_mouse 0 -video_size 320x240 -i "$DISPLAY" -frames:v 1 \
        -pix_fmt bgr0 -f framemd5 - | sed '/^#/d; s/.*, *//' >"$work/grabbed"
    exec 3>&-
    $player -i "$work/true.mkv" -frames:v 1 -pix_fmt bgr0 -f framemd5 - |
        sed '/^#/d; s/.*, *//' >"$work/recorded"
    cat "$work/grabbed"
    test -s "$work/grabbed" && cmp "$work/grabbed" "$work/recorded"
}

# good: the worst frame that had hints is as the quantiser allows
good() {
    ffmpeg -hide_banner -nostdin -nostats -i "$work/hinted.mkv" -i "$work/true.mkv" \
        -lavfi psnr -f null - 2>&1 | sed -n 's/.*PSNR.* min:\([0-9.]*\).*/\1/p' >"$work/min"
    cat "$work/min"
    awk '$1 < 36 { bad = 1 } END { exit bad || NR != 1 }' "$work/min"
}

resized() {
    way=$1
    shift
    it 'is scaled as a whole' record "$@"
    printf '# figure: %s: %s\n' "$way" "$(cat "$work/told")"
    it 'every frame arrives, in the first size' complete
    it 'the first size has the first picture again' returned
    it 'what was encoded plays' $player -i "$work/out.mp4" -f null -
}

start_x -screen 0 640x480x24
resized 'a window' window '' -window_id WINDOW -i "$DISPLAY"
export FIFO="$work/fifo"
it 'the picture is that of x11grab' as_x11grab
resized 'a window in yuv420p' window '' -pixel_format yuv420p -window_id WINDOW -i "$DISPLAY"

if pkg-config --atleast-version=58.29.100 libavutil; then
    hinted="-map 0 -fps_mode passthrough -c:v libx264 -preset veryfast -tune zerolatency
            -mb_info 1 $work/hinted.mkv"
    for format in native yuv420p; do
        resized "a window in $format with hints" window "$hinted" -damage_hints 1 \
            -pixel_format $format -window_id WINDOW -i "$DISPLAY"
        it 'libx264 overlooks nothing' good
    done
else
    skip 'with hints' 'this FFmpeg has none'
fi

# start_vnc: sets DISPLAY; the server's socket is $work/vnc
start_vnc() {
    rm -f "$work/vnc"
    spawn Xvnc -displayfd 3 -geometry 320x240 -depth 24 -SecurityTypes None \
        -rfbport -1 -rfbunixpath "$work/vnc" -nolisten tcp 3>"$work/vnc.display" \
        2>"$work/vnc.log"
    wait_for 20 test -s "$work/vnc.display" || {
        sed 's/^/# /' "$work/vnc.log"
        bail 'Xvnc does not start'
    }
    DISPLAY=:$(cat "$work/vnc.display")
    export DISPLAY
}

if command -v Xvnc >/dev/null 2>&1; then
    start_vnc
    resized 'a remote desktop' "$work/vnc" '' -i "$DISPLAY"
    resized 'a remote desktop in yuv420p' "$work/vnc" '' -pixel_format yuv420p -i "$DISPLAY"
    resized 'a screen by xrandr' xrandr '' -i "$DISPLAY"
else
    skip 'a remote desktop' 'Xvnc is not installed'
fi

done_testing
