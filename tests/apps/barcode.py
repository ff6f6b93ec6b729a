"""Read the bar codes of tests/tools/barcode and judge what became of them.

barcode.py read [--live]         strips of 512x16 gray on standard input; prints
                                 one number (0: unreadable) a strip, with --live
                                 the wall-clock time in microseconds behind it
barcode.py arrived CAPTURED PLAYED
                                 whether 99 % of the numbers in CAPTURED are in
                                 PLAYED, in order
barcode.py latency PAINTED PLAYED NAME
                                 median and p95 of played minus painted
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

CELL, NUMBER, CHECK = 16, 24, 8
BITS = NUMBER + CHECK
STRIP = BITS * CELL * CELL


def check(number):
    return (number * 2654435761 & 0xffffffff) >> 24 ^ 0xa5


def number_of(strip):
    """The number in a gray strip, 0 if there is none that is whole."""
    code = 0
    for bit in range(BITS):
        level = sum(strip[(CELL // 2 + row) * BITS * CELL + bit * CELL + CELL // 2 + x]
                    for row in (-4, 0, 3) for x in (-4, -1, 0, 3)) / 12
        if 80 < level < 176:
            return 0
        code = code << 1 | (level > 128)
    number = code >> CHECK
    return number if check(number) == code & (1 << CHECK) - 1 else 0


def read(live):
    while True:
        strip = sys.stdin.buffer.read(STRIP)
        if len(strip) < STRIP:
            return 0
        now = time.time_ns() // 1000
        number = number_of(strip)
        print(number, now if live else '', flush=live)


def numbers_in(path):
    """Pairs of a number and a time (0 where there is none)."""
    with open(path) as file:
        for line in file:
            fields = line.split()
            yield int(fields[0]), int(fields[1]) if len(fields) > 1 else 0


def arrived(captured_path, played_path):
    captured = [n for n, _ in numbers_in(captured_path) if n]
    played = [n for n, _ in numbers_in(played_path)]
    readable = [n for n in played if n]
    came = set(readable)
    # What the encoder is still given when it is told to stop may not be sent.
    share = sum(n in came for n in set(captured)) / max(1, len(set(captured)))
    backward = sum(b < a for a, b in zip(readable, readable[1:]))
    times_captured, times_played = {}, {}
    for n in captured:
        times_captured[n] = times_captured.get(n, 0) + 1
    for n in readable:
        times_played[n] = times_played.get(n, 0) + 1
    more = sum(k > times_captured.get(n, 0) for n, k in times_played.items())
    print(f'{len(captured)} frames captured, {len(set(captured))} numbers, '
          f'{share:.2%} played; {len(played) - len(readable)} unreadable, '
          f'{backward} out of order, {more} more often than captured')
    return not (share >= 0.99 and backward == 0 and more == 0 and captured and
                len(played) - len(readable) <= len(played) / 100)


def latency(painted_path, played_path, name):
    painted = dict(numbers_in(painted_path))
    seen, waits = set(), []
    for n, at in numbers_in(played_path):
        if n in painted and n not in seen:
            seen.add(n)
            waits.append((at - painted[n]) / 1000)
    waits.sort()
    if not waits:
        print(f'{name}: nothing was played')
        return 1
    print(f'{name}: glass to player median {waits[len(waits) // 2]:.0f} ms, '
          f'p95 {waits[len(waits) * 95 // 100]:.0f} ms, of {len(waits)} numbers')
    return 0


if __name__ == '__main__':
    if sys.argv[1:2] == ['read']:
        sys.exit(read('--live' in sys.argv))
    if sys.argv[1:2] == ['arrived'] and len(sys.argv) == 4:
        sys.exit(arrived(*sys.argv[2:]))
    if sys.argv[1:2] == ['latency'] and len(sys.argv) == 5:
        sys.exit(latency(*sys.argv[2:]))
    sys.exit(__doc__)
