# Tests of the frames that the X server made, run again with other pixel
# formats: every depth, size and byte order, windows, menus, monitors.
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

# again FORMAT TEST...: not in 4:2:0, whose sizes are even, where odd ones are
# asked for
again() {
    again_format=$1
    shift
    for test; do
        check "$test, ${again_format:-native}${X11SHMPOOL_HINTS:+, hints}" env LD_LIBRARY_PATH="$BUILD" \
            X11SHMPOOL_PIXEL_FORMAT="$again_format" timeout 100 \
            "$BUILD/tests/device/$test"
    done
}

again yuv420p menus
again nv12    composited
again yuv444p formats windows window_end window_kinds window_manager
again rgb24   monitors outputs screen_resize

# with_hints FORMAT TEST...: as frames, which FFmpeg has hints for from 6.1 on
with_hints() {
    export X11SHMPOOL_HINTS=1
    again "$@"
    unset X11SHMPOOL_HINTS
}
if pkg-config --atleast-version=58.29.100 libavutil; then
    with_hints ''      formats colormaps windows
    with_hints yuv420p menus
    with_hints nv12    new_sizes old_sizes
fi

done_testing
