#!/bin/sh
#
# Tests of the device again, as frames with hints, which FFmpeg has from 6.1 on.
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

if ! pkg-config --atleast-version=58.29.100 libavutil; then
    skip 'frames with hints' 'this FFmpeg has none'
    done_testing
fi

X11SHMPOOL_HINTS=1
export X11SHMPOOL_HINTS
again ''      formats colormaps windows
again yuv420p menus
again yuv444p new_sizes old_sizes
again rgb24   formats

done_testing
