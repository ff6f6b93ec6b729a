# OBS Studio, unchanged: its media source shows the screen, as a recording that
# OBS makes tells.
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

needs obs "$python" Xvfb
start_x -screen 0 640x360x24
screen=$DISPLAY
"$BUILD/tests/tools/painter" -s 7 -k fills,images,text -n 40 -c 5 -r 0 2>/dev/null ||
    bail 'nothing is painted'
ffmpeg -hide_banner -nostdin -v error -f x11grab -draw_mouse 0 -i "$screen" \
    -frames:v 1 -pix_fmt gray -f rawvideo "$work/picture" || bail 'no picture'

start_x -screen 0 1280x800x24
config=$work/.config/obs-studio
mkdir -p "$config/basic/profiles/test" "$config/basic/scenes"
cat >"$config/global.ini" <<INI
[General]
FirstRun=true
LastVersion=486539266
EnableAutoUpdates=false
INI
cat >"$config/basic/profiles/test/basic.ini" <<INI
[General]
Name=test
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSCommon=30
[Output]
Mode=Simple
[SimpleOutput]
FilePath=$work
RecQuality=Lossless
INI
# scene [OPTIONS]: what the dialog of a media source makes of: no local file, this
# input, this input format, these FFmpeg options
scene() {
    cat >"$config/basic/scenes/test.json" <<JSON
{"name": "test", "current_scene": "scene", "current_program_scene": "scene",
 "scene_order": [{"name": "scene"}],
 "sources": [
  {"id": "scene", "name": "scene", "settings": {"id_counter": 1, "items": [
   {"name": "screen", "id": 1, "visible": true, "bounds_type": 0,
    "pos": {"x": 0, "y": 0}, "scale": {"x": 1, "y": 1}}]}},
  {"id": "ffmpeg_source", "name": "screen", "settings": {
   "is_local_file": false, "input": "$screen", "input_format": "x11shmpool",
   "ffmpeg_options": "framerate=30 draw_mouse=0$1"}}]}
JSON
}

# Without a network: OBS would look for news.
alone='unshare -n'
unshare -n true 2>/dev/null || alone='unshare -rn'
$alone true 2>/dev/null || {
    skip 'OBS' 'unshare is not permitted here'
    done_testing
}
recorded() {
    ffmpeg -hide_banner -nostdin -v error -y -sseof -1 -i "$work"/*.avi \
        -frames:v 1 -pix_fmt gray -f rawvideo "$work/recorded" 2>/dev/null &&
        "$python" - "$work/picture" "$work/recorded" >"$work/alike" <<'PY'
import sys
import numpy as np
a, b = (np.fromfile(path, np.uint8).astype(float) for path in sys.argv[1:])
alike = np.corrcoef(a, b)[0, 1] if b.std() else 0
print(f'correlation {alike:.4f}')
sys.exit(not alike > 0.98)
PY
}
start_obs() {
    rm -f "$work"/*.avi
    # shellcheck disable=SC2086
    spawn $alone env $overlay_vars HOME="$work" XDG_RUNTIME_DIR="$work" \
        XDG_CONFIG_HOME="$work/.config" LIBGL_ALWAYS_SOFTWARE=1 \
        obs --multi --profile test --collection test --startrecording \
        --disable-updater >"$work/obs.log" 2>&1 </dev/null
}

# records NAME [OPTIONS]. Once in a few starts OBS shows nothing of the source, with
# hints or without, and goes on to do so.
records() {
    scene "${2:-}"
    for starts in 1 2 3 4 5 6; do
        start_obs
        wait_for 12 recorded && break
        stop $spawned
    done
    if recorded; then
        ok "OBS records $1"
    else
        not_ok "OBS records $1" "$(cat "$work/alike")" "$(tail -n 30 "$work/obs.log")"
    fi
    figure "OBS, $1, start $starts: $(cat "$work/alike")"
    stop $spawned
}

records 'the screen'
if pkg-config --atleast-version=58.29.100 libavutil; then
    records 'frames with hints' ' damage_hints=1'
else
    skip 'OBS records frames with hints' 'this FFmpeg has none'
fi

done_testing
