#!/usr/bin/env python3
"""Read a display into NumPy without copying a pixel, and tell what that takes.

    ./numpy_frames.py :0 300

Needs PyAV and NumPy (Debian: python3-av, python3-numpy), of any version of
Python. Each frame is an array over the very memory that the X server wrote to.
It is yours as long as you keep the array, and the device's again after that:
keep few, or copy() what you want for long.
"""
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

import sys
import time

import av
import numpy as np


def frames(display, **options):
    """Arrays of height x width x 4 bytes: blue, green, red and one unused."""
    with av.open(display, format='x11shmpool', options=options) as device:
        video = device.streams.video[0].codec_context
        for packet in device.demux():
            yield np.ndarray((video.height, video.width, 4), np.uint8, packet)


def main():
    if len(sys.argv) != 3:
        sys.exit(f'usage: {sys.argv[0]} DISPLAY FRAMES')
    display, count = sys.argv[1], int(sys.argv[2])

    # More frames a second than there can be: as fast as it goes.
    begin = spent = 0
    for n, pixels in enumerate(frames(display, framerate='1000')):
        if n == 0:
            begin = time.perf_counter()
        if n == count:
            break
        now = time.perf_counter()
        # eight bytes at a time: NumPy is much slower with single ones
        flat = pixels.reshape(-1)
        total = int(flat[:flat.size // 8 * 8].view(np.uint64).sum())
        spent += time.perf_counter() - now
    wall = time.perf_counter() - begin

    height, width = pixels.shape[:2]
    print(f'{width}x{height}: {wall / count * 1000:.2f} ms a frame, '
          f'of which {spent / count * 1000:.2f} ms to add up its bytes ({total:#x})')


if __name__ == '__main__':
    main()
