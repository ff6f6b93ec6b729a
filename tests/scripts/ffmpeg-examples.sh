# The examples do what they say, built as somebody else would build them.
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
# /

. "$SRC/tests/scripts/lib.sh"

out=$work/out
example=$BUILD/doc/examples/keep_frames

[ -x "$example" ] || bail 'doc/examples/keep_frames is not built'
start_x -screen 0 200x100x24

check 'keep_frames runs' sh -c '"$@" >"$0"' "$out" env $overlay_vars \
    "$example" "$DISPLAY" 12
check 'it compares the frames that it keeps' \
    test "$(grep -c ': 0 pixels changed in 4 frames' "$out")" = 8
for counter in captured repeated dropped missed slots; do
    check "it shows $counter" matches "^stat_$counter +[0-9]+$" "$out"
done
check 'it keeps no more slots than it asked for' \
    test "$(sed -n 's/^stat_slots *//p' "$out")" -le 7
check 'a display that is not there' fails 1 env $overlay_vars "$example" :nowhere 1
check 'no arguments' fails 1 env $overlay_vars "$example"

done_testing
