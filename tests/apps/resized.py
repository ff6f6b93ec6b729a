"""PyAV and on_resize=follow.

resized.py TOOL DISPLAY [OPTION=VALUE...]

Records the window of tests/tools/quarters, gives it other sizes and asks of the
packets and frames what they are. Ends with "all is well".
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

import sys

import av
import av.logging
import numpy as np

import quarters

SIZES = [(480, 270), (320, 180), (322, 180), (640, 360), (100, 360), (642, 98), (320, 180)]


def expect(good, *what):
    if not good:
        sys.exit(' '.join(str(w) for w in what))


class Reader:
    def __init__(self, display, **options):
        self.hints = 'damage_hints' in options
        self.device = av.open(display, format='x11shmpool', options=options)
        self.packets = self.device.demux()
        self.kept = []
        self.sizes = []

    def next(self):
        packet = next(self.packets)
        frame = packet.decode()[0]
        size = frame.width, frame.height
        if not self.sizes or self.sizes[-1] != size:
            self.sizes.append(size)
            self.kept.append((packet, frame, frame.to_ndarray(format='rgb24')))
            # the hint of a frame is of frames in its size
            expect(not frame.side_data, 'the first frame of a size has a hint')
        self.check(packet, frame)
        return frame

    def check(self, packet, frame):
        data = np.frombuffer(packet, np.uint8)
        plane = np.frombuffer(frame.planes[0], np.uint8)
        if self.hints:
            # an AVFrame, which holds no pixel
            expect(len(data) < 2048 and plane.ctypes.data != data.ctypes.data,
                   'a packet of', len(data), 'bytes is no wrapped frame')
        else:
            expect(plane.ctypes.data == data.ctypes.data, 'the frame is not in the packet')
            pixels = frame.width * frame.height
            whole = pixels * 3 // 2 if frame.format.name == 'yuv420p' else pixels * 4
            expect(len(data) == whole, frame, 'in a packet of', len(data), 'bytes')

    def wait_for(self, width, height, turn):
        for _ in range(600):
            frame = self.next()
            if (frame.width, frame.height) != (width, height):
                continue
            picture = frame.to_ndarray(format='rgb24')
            if quarters.turn_of(picture.tobytes(), width, height) == turn:
                return
        expect(False, f'{width}x{height} has not come, but {self.sizes}')


def main():
    av.logging.set_level(av.logging.ERROR)
    tool, display, *options = sys.argv[1:]
    window = quarters.Quarters(tool, display, 320, 180)
    reader = Reader(display, framerate='60', draw_mouse='0', on_resize='follow',
                    window_id=window.window, pool_size='24',
                    **dict(o.split('=') for o in options))
    reader.wait_for(320, 180, 0)
    for turn, (width, height) in enumerate(SIZES, 1):
        window.draw(width, height, turn % 4)
        reader.wait_for(width, height, turn % 4)
    for _, frame, picture in reader.kept:
        expect(np.array_equal(picture, frame.to_ndarray(format='rgb24')),
               'a frame that was kept has changed', frame)
    expect(len(reader.sizes) == len(reader.kept) >= len(SIZES) + 1, reader.sizes)
    window.process.kill()
    print('all is well')


main()
