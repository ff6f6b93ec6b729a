#!/usr/bin/env python3
"""Tell what changes on a display, and where; look at nothing else.

    ./changed_regions.py :0
    ./changed_regions.py :0 crops

Needs PyAV and NumPy (Debian: python3-av, python3-numpy). Prints a line for each
frame in which something changed, and writes that part of it as a picture into the
directory crops, until it is interrupted. A model, a text recognizer or a remote
viewer would take the array instead.
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

import os
import pathlib
import re
import sys

import av
import av.filter
import numpy as np


def changes(display, **options):
    """Yield the number of the frame on the frame grid, the whole frame as an array
    of height x width x 3 bytes, red, green and blue, and the box x, y, width,
    height in which it differs from the frame that was yielded before.

    The array is the frame's own memory, which the device fills again later: read
    it, copy() what you want to paint on."""
    options = {'pixel_format': 'rgb24', 'damage_metadata': '1',
               'unchanged': 'skip', **options}
    read_end, write_end = os.pipe()
    with av.open(display, format='x11shmpool', options=options) as device, \
            os.fdopen(read_end), os.fdopen(write_end, 'w'):
        # PyAV does not show a frame's metadata: a filter, which passes on the
        # frame as it is, writes them into a pipe.
        graph = av.filter.Graph()
        source = graph.add_buffer(template=device.streams.video[0])
        tell = graph.add('metadata', f'print:file=pipe\\:{write_end}:direct=1')
        sink = graph.add('buffersink')
        source.link_to(tell)
        tell.link_to(sink)
        graph.configure()

        for packet in device.demux():
            for frame in packet.decode():
                source.push(frame)
                plane = sink.pull().planes[0]
                pixels = np.ndarray((frame.height, frame.width, 3), np.uint8, plane,
                                    strides=(plane.line_size, 3, 1))
                told = dict(re.findall(r'lavd\.x11shmpool\.(\w+)=(\d+)',
                                       os.read(read_end, 4096).decode()))
                if told['changed'] == '1':
                    yield int(told['frame']), pixels, [int(told[k]) for k in 'xywh']


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(f'usage: {sys.argv[0]} DISPLAY [DIRECTORY]')
    directory = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else None
    if directory:
        directory.mkdir(exist_ok=True)

    for number, pixels, (x, y, width, height) in changes(sys.argv[1], framerate='30'):
        crop = pixels[y:y + height, x:x + width]
        red, green, blue = crop.mean(axis=(0, 1))
        print(f'frame {number}: {width}x{height} at {x},{y}, '
              f'on average {red:.0f} {green:.0f} {blue:.0f}', flush=True)
        if directory:
            name = f'{number:06}-{width}x{height}+{x}+{y}.ppm'
            with open(directory / name, 'wb') as file:
                file.write(b'P6 %d %d 255\n' % (width, height) + crop.tobytes())


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
