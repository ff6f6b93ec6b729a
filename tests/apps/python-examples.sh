# The examples in Python do what they say.
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

needs "$python" Xvfb
"$python" -c 'import av, numpy, cv2, PIL' 2>/dev/null || {
    skip 'the examples in Python' 'not all of their modules are installed'
    done_testing
}

start_x -screen 0 3840x2160x24
"$BUILD/tests/tools/painter" -s 7 -k fills,images,text -n 40 -c 5 -r 0 2>/dev/null ||
    bail 'nothing is painted'
check 'numpy_frames reads frames of 3840x2160' sh -c '"$@" >"$0"' "$work/out" \
    env $overlay_vars "$python" "$SRC/doc/examples/numpy_frames.py" "$DISPLAY" 60
figure "$(cat "$work/out")"
check 'and tells what a frame takes' matches \
    '^3840x2160: [0-9.]+ ms a frame, of which [0-9.]+ ms' "$work/out"
check 'which is what they hold' sh -c 'ffmpeg -v error -f x11grab -i "$1" \
    -frames:v 1 -f rawvideo - | "$2" -c "
import numpy as np, sys
total = int(np.frombuffer(sys.stdin.buffer.read(), np.uint64).sum())
sys.exit(f\"({total:#x})\" not in open(sys.argv[1]).read())" "$3"' \
    - "$DISPLAY" "$python" "$work/out"

start_x -screen 0 320x200x24
"$BUILD/tests/tools/painter" -s 7 -k fills,images,text -n 40 -c 5 -r 0 2>/dev/null ||
    bail 'nothing is painted'
spawn "$BUILD/tests/tools/painter" -s 8 -k fills -n 1 -r 20 2>/dev/null
painter=$spawned
check 'opencv_pillow looks at frames' sh -c '"$@" >"$0"' "$work/out" \
    env $overlay_vars "$python" "$SRC/doc/examples/opencv_pillow.py" \
    "$DISPLAY" 30 "$work/edges.png" "$work/picture.png"
check 'sees what moves' matches '^frame [0-9]+: (0\.[0-9]*[1-9]|[1-9]).*% changed' "$work/out"
check 'and copies none for Pillow' matches '^Pillow shares' "$work/out"
stop $painter
overlay "$python" "$SRC/doc/examples/opencv_pillow.py" "$DISPLAY" 3 \
    "$work/edges.png" "$work/picture.png" >/dev/null
ffmpeg -v error -f x11grab -i "$DISPLAY" -frames:v 1 -pix_fmt rgb24 "$work/want.ppm"
ffmpeg -v error -i "$work/picture.png" -pix_fmt rgb24 "$work/got.ppm"
check 'the picture that is written is the screen' cmp "$work/want.ppm" "$work/got.ppm"
check 'so are the edges, in size' matches '^320x200$' \
    "$(ffprobe -v error -show_entries stream=width,height -of csv=s=x:p=0 \
       "$work/edges.png" >"$work/size"; echo "$work/size")"

# Pieced together from the parts that changed, it is the screen.
cat >"$work/piece.py" <<'PY'
import pathlib, re, sys
import numpy as np
picture = None
for path in sorted(pathlib.Path(sys.argv[1]).glob('*.ppm')):
    w, h, x, y = map(int, re.search(r'-(\d+)x(\d+)\+(\d+)\+(\d+)', path.name).groups())
    data = path.read_bytes()
    header = data.index(b'\n') + 1
    if picture is None:
        picture = np.zeros((h, w, 3), np.uint8)
    picture[y:y + h, x:x + w] = np.frombuffer(data, np.uint8, offset=header).reshape(h, w, 3)
want = open(sys.argv[2], 'rb').read()
sys.exit(picture is None or not want.endswith(picture.tobytes()))
PY
start_x -screen 0 320x200x24
# shellcheck disable=SC2086
spawn env $overlay_vars "$python" "$SRC/doc/examples/changed_regions.py" \
    "$DISPLAY" "$work/crops" >"$work/out" 2>&1
regions=$spawned
check 'changed_regions begins with the whole screen' \
    wait_for 20 grep -q '^frame 0: 320x200 at 0,0, on average 0 0 0$' "$work/out"
"$BUILD/tests/tools/painter" -s 9 -k fills,images,text,copies -n 3 -c 40 -r 40 2>/dev/null
ffmpeg -v error -y -f x11grab -i "$DISPLAY" -frames:v 1 -pix_fmt rgb24 "$work/want.ppm"
check 'its parts make up the screen' \
    wait_for 20 "$python" "$work/piece.py" "$work/crops" "$work/want.ppm"
check 'most of which are parts only' sh -c 'all=$(grep -c ^frame "$1") &&
    whole=$(grep -c 320x200 "$1") && [ "$all" -ge 10 ] && [ $((whole * 2)) -lt "$all" ]' \
    - "$work/out"
stop $regions

done_testing
