#!/usr/bin/env python3
"""Frames through PyAV, added up by NumPy: x11shmpool beside x11grab and beside
adding alone. Writes rows for bench.csv; the environment is that of bench.c."""
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

import glob
import os
import statistics
import subprocess
import sys
import time

import av
import av.logging
import numpy as np

WIDTH, HEIGHT, ROUNDS = 3840, 2160, 3
SECONDS = 1.0 * float(os.environ.get('BENCH_SECONDS') or 360) / 360


class Server:
    """An Xvfb on a display of its own; what it used of the CPU."""

    def __enter__(self):
        r, w = os.pipe()
        self.process = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', 'Xvfb', '-displayfd', str(w), '-screen', '0',
             f'{WIDTH}x{HEIGHT}x24', '-noreset', '-nolisten', 'tcp'],
            pass_fds=[w], stderr=subprocess.DEVNULL)
        os.close(w)
        with os.fdopen(r) as number:
            self.display = ':' + number.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def used(self):
        ns = 0
        for path in glob.glob(f'/proc/{self.process.pid}/task/*/schedstat'):
            with open(path) as file:
                ns += int(file.read().split()[0])
        return ns / 1e9


def add_up(packet):
    return int(np.frombuffer(packet, np.uint64, WIDTH * HEIGHT // 2).sum())


def measure(server, packets):
    """Wall, own CPU and the server's CPU, ms a frame, and the frames."""
    for _ in range(4):
        add_up(next(packets))
    n, server_cpu, cpu, begin = 0, server.used(), time.process_time(), time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        add_up(next(packets))
        n += 1
    return [x * 1000 / n for x in (time.perf_counter() - begin, time.process_time() - cpu,
                                   server.used() - server_cpu)] + [n]


def forever(packet):
    while True:
        yield packet


def run(server, work, how):
    options = {'framerate': '1000', 'draw_mouse': '0'}
    # As in bench.c: full motion is that every frame counts as wholly changed.
    if work == 'full motion' and how != 'x11grab':
        options['damage'] = 'off'
    device = 'x11grab' if how == 'x11grab' else 'x11shmpool'
    with av.open(server.display, format=device, options=options) as opened:
        packets = opened.demux()
        if how == 'alone':
            packet = next(packets)
            del packets
            opened.close()
            packets = forever(packet)
        return measure(server, packets)


def main():
    av.logging.set_level(av.logging.ERROR)
    ways = ['alone', 'x11grab', 'x11shmpool']
    with Server() as server:
        for work in ('still', 'full motion'):
            print(f'{WIDTH}x{HEIGHT} {work}, through PyAV and a NumPy sum', file=sys.stderr)
            results = {how: [] for how in ways}
            for n in range(ROUNDS):
                for how in ways[n % 3:] + ways[:n % 3]:
                    results[how].append(run(server, work, how))
            for how in ways:
                columns = list(zip(*results[how]))
                row = ['pyav', WIDTH, HEIGHT, 1, work, 0, 0, 'reads', how, sum(columns[3])]
                for column in columns[:3]:
                    row += [f'{x:.5f}' for x in (statistics.median(column), min(column),
                                                 max(column))]
                print(*row, '0.0', sep=',')


main()
