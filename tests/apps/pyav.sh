# PyAV and NumPy on the frames' own memory. What is asked is in pyav.py.
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
"$python" -c 'import av, numpy' 2>/dev/null || {
    skip 'PyAV' 'python3-av or python3-numpy is not installed'
    done_testing
}
start_x -screen 0 640x360x24
moving=$DISPLAY
start_codes 60
start_x -screen 0 640x360x24
still=$DISPLAY
"$BUILD/tests/tools/painter" -s 7 -k fills,images,text -n 40 -c 5 -r 0 2>/dev/null ||
    bail 'nothing is painted'
# 16 bits: rows of 641 pixels are padded to whole 32-bit units
start_x -screen 0 641x360x16
padded=$DISPLAY
"$BUILD/tests/tools/painter" -s 7 -k fills,images,text -n 40 -c 5 -r 0 2>/dev/null ||
    bail 'nothing is painted'

# its results are this script's
overlay "$python" "$SRC/tests/apps/pyav.py" "$moving" "$still" "$padded"
exit
