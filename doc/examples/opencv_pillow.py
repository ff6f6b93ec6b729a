#!/usr/bin/env python3
"""Hand the frames of a display to OpenCV and Pillow without copying a pixel.

    ./opencv_pillow.py :0 60 edges.png picture.png

Needs PyAV, NumPy, OpenCV and Pillow (Debian: python3-av, python3-opencv,
python3-pil). Looks for what moves with OpenCV, then writes the edges in the last
frame and the frame itself.
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

import av
import cv2
import numpy as np
from PIL import Image


def main():
    if len(sys.argv) != 5:
        sys.exit(f'usage: {sys.argv[0]} DISPLAY FRAMES EDGES PICTURE')
    display, count, edges_file, picture_file = sys.argv[1:]

    with av.open(display, format='x11shmpool', options={'framerate': '30'}) as device:
        video = device.streams.video[0].codec_context
        width, height = video.width, video.height
        before = None
        for n, packet in enumerate(device.demux()):
            # An array is what OpenCV calls a Mat: blue, green, red, unused.
            pixels = np.ndarray((height, width, 4), np.uint8, packet)
            gray = cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY)
            if before is not None:
                changed = cv2.countNonZero(cv2.absdiff(gray, before))
                print(f'frame {n}: {changed / gray.size:.2%} changed')
            before = gray
            if n + 1 == int(count):
                break

    # Pillow takes the same memory, and marks what it does not own as read-only.
    # It calls the four bytes of a pixel RGBX, whatever they are.
    picture = Image.frombuffer('RGBX', (width, height), packet, 'raw', 'RGBX', 0, 1)
    print(f'Pillow {"shares" if picture.readonly else "copied"} the memory of the frame')

    # In a file red comes first.
    blue, green, red, _ = picture.split()
    Image.merge('RGB', (red, green, blue)).save(picture_file)
    cv2.imwrite(edges_file, cv2.Canny(before, 100, 200))


if __name__ == '__main__':
    main()
