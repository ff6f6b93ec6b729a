"""How far sound and picture are apart in a recording of tests/tools/flash.

sync.py RECORDING LIMIT   prints beep minus flash; fails where the median of any ten in
                          a row or one in fifty is beyond LIMIT ms (a busy machine
                          paints one late now and then), or where some are missing

A frame shows what was drawn since the one before: a flash counts as half a frame
older than the frame that shows it first.
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
import numpy as np


def flashes(path):
    """When the picture turns white, in seconds."""
    starts, was = [], True
    with av.open(path) as file:
        half = 0.5 / float(file.streams.video[0].average_rate)
        for frame in file.decode(video=0):
            plane = np.frombuffer(frame.planes[0], np.uint8)
            white = plane[::997].mean() > 128
            if white and not was:
                starts.append(frame.time - half)
            was = white
    return starts


def beeps(path):
    """When the sound sets in, in seconds."""
    starts, last = [], None
    with av.open(path) as file:
        for frame in file.decode(audio=0):
            if frame.pts is None:
                continue
            level = np.abs(frame.to_ndarray().reshape(len(frame.layout.channels), -1)[0])
            for i in np.flatnonzero(level > 0.05):
                t = frame.time + i / frame.sample_rate
                if last is None or t - last > 0.4:
                    starts.append(t)
                last = t
    return starts


def main(path, limit):
    pictures, sounds = flashes(path), beeps(path)
    if not pictures or not sounds:
        print(f'{len(pictures)} flashes, {len(sounds)} beeps')
        return 1
    # The ends of the recording may hold only one of a pair.
    # FFmpeg's pulse device takes a second or two to find the time of its sound.
    inner = [t for t in pictures if max(3, sounds[0]) - 0.4 < t < sounds[-1] + 0.4]
    if not inner:
        print('it is too short')
        return 1
    apart = np.array([min(sounds, key=lambda s: abs(s - t)) - t for t in inner]) * 1000
    lost = len(apart) - (np.abs(apart) < 400).sum()
    apart = apart[np.abs(apart) < 400]
    tenth = max(1, len(apart) // 10)
    print(f'{len(inner)} flashes, {len(sounds)} beeps in {inner[-1] - inner[0]:.0f} s: '
          f'sound after picture median {np.median(apart):.1f} ms, '
          f'from {apart.min():.1f} to {apart.max():.1f}; '
          f'first tenth {np.median(apart[:tenth]):.1f}, last {np.median(apart[-tenth:]):.1f}; '
          f'{(np.abs(apart) > limit).sum()} beyond {limit:.0f}, '
          f'{lost} without a beep')
    whole = abs(len(inner) - (inner[-1] - inner[0] + 1)) < 1.5 and lost <= len(inner) / 50
    tens = [np.median(apart[i:i + 10]) for i in range(0, len(apart), 10)]
    return not (whole and np.max(np.abs(tens)) <= limit
                and (np.abs(apart) > limit).mean() <= 0.02)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
