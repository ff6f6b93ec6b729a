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

again yuv420p menus
again nv12    composited
again yuv444p formats windows window_end window_kinds window_manager
again rgb24   monitors outputs screen_resize

done_testing
