"""PyAV on x11shmpool: TAP. Arguments: a display on which tests/tools/barcode
paints, one that is still, and one of 16 bits whose rows are padded."""
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

import re
import subprocess
import sys
import threading
import time
import zlib

import av
import av.filter
import av.logging
import numpy as np

import barcode

MOVING, STILL, PADDED = sys.argv[1:]
count = failed = 0


def result(good, name, *remarks):
    global count, failed
    count += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {count} - {name}')
    if not good:
        for remark in remarks:
            print(f'# {remark}')
    sys.stdout.flush()


def device(display, **options):
    options = {'framerate': '60', 'draw_mouse': '0', **options}
    return av.open(display, format='x11shmpool', options=options)


def array_of(packet, height=360, width=640):
    return np.frombuffer(packet, np.uint8, height * width * 4).reshape(height, width, 4)


def number_in(array):
    return barcode.number_of(array[:16, :512, 1].tobytes())


def mapping_of(address):
    """The line of /proc/self/maps that holds an address, and where it lies."""
    with open('/proc/self/maps') as maps:
        for line in maps:
            begin, end = (int(x, 16) for x in line.split()[0].split('-'))
            if begin <= address < end:
                return line.split(None, 5)[5].strip() if len(line.split()) > 5 else '', \
                       begin, end
    return '', 0, 0


def slots():
    with open('/proc/self/maps') as maps:
        # what packets see of one is mapped once more, privately
        return sum('memfd:x11shmpool' in line and line.split()[1].endswith('s')
                   for line in maps)


class Counters:
    """What the device tells when it is closed: the counters as they are then."""

    def __enter__(self):
        av.logging.set_level(av.logging.VERBOSE)
        self.capture = av.logging.Capture(local=False)
        self.lines = self.capture.__enter__()
        return self

    def __exit__(self, *_):
        self.capture.__exit__(None, None, None)
        av.logging.set_level(av.logging.ERROR)
        self.values = {}
        for _, _, text in self.lines:
            for name, value in re.findall(r'(captured|repeated|dropped|missed|slots) (\d+)', text):
                self.values[name] = int(value)


def in_the_slot():
    with device(MOVING) as d:
        packet = next(d.demux())
        array = np.frombuffer(packet, np.uint8)
        name, begin, end = mapping_of(array.ctypes.data)
        result('memfd:x11shmpool' in name and array.ctypes.data == begin
               and array.ctypes.data + array.nbytes <= end,
               'an array over a packet lies in its slot', name)
        frame = packet.decode()[0]
        plane = np.frombuffer(frame.planes[0], np.uint8)
        result(plane.ctypes.data == array.ctypes.data, 'and so does the decoded frame')
        result(not array.flags.owndata and array.nbytes >= 640 * 360 * 4, 'nothing is copied')


def given_back():
    with Counters() as counters:
        d = device(MOVING, pool_size='4')
        packets = d.demux()
        seen = set()
        for _ in range(60):
            packet = next(packets)
            array = array_of(packet)
            seen.add(array.ctypes.data)
            del array, packet
        d.close()
    result(len(seen) <= 4 and counters.values.get('dropped') == 0
           and counters.values.get('slots', 9) <= 4,
           'a slot comes back when its array and packet are deleted',
           f'{len(seen)} addresses, {counters.values}')


def held():
    with Counters() as counters:
        d = device(MOVING, pool_size='4')
        packets = d.demux()
        arrays, numbers = [], []
        # Frames that change have a slot each.
        while len({a.ctypes.data for a in arrays}) < 4:
            packet = next(packets)
            arrays.append(array_of(packet))
            numbers.append(number_in(arrays[-1]))
            del packet
        sums = [zlib.crc32(a) for a in arrays]
        last = []

        def release():
            same = [zlib.crc32(a) for a in arrays] == sums
            last.append(same and numbers == [number_in(a) for a in arrays])
            arrays.clear()

        # All slots are out: only another thread can bring a frame about.
        begin = time.monotonic()
        timer = threading.Timer(1, release)
        timer.start()
        # But for the last one again, where nothing had changed when it was due.
        after = numbers[-1]
        while after == numbers[-1]:
            packet = next(packets)
            after = number_in(array_of(packet))
        waited = time.monotonic() - begin
        timer.join()
        del packet
        for _ in range(10):
            next(packets)
        d.close()
    result(waited > 0.9, 'with all slots held no frame comes', f'after {waited:.2f} s')
    result(last == [True], 'and those that are held stay what they were')
    result(after > numbers[-1] + 30, 'then it goes on with what is on the screen now',
           f'{numbers[-1]}, then {after}')
    result(30 <= counters.values.get('dropped', 0) <= 75 and counters.values['slots'] == 4,
           'the frames between are counted as dropped', counters.values)


def outlives():
    d = device(MOVING)
    packets = d.demux()
    arrays = [array_of(next(packets)) for _ in range(3)]
    d.close()
    del d, packets
    sums = [zlib.crc32(a) for a in arrays]
    result(all(number_in(a) for a in arrays) and slots() >= 1,
           'arrays outlive the device')
    time.sleep(0.05)
    result(sums == [zlib.crc32(a) for a in arrays], 'unchanged')
    arrays.clear()
    result(slots() == 0, 'and nothing is left after the last of them', slots())


def interpreter_exit():
    for how in ('d = open_()', 'd = open_(); d2 = open_()'):
        program = f'''
import av, numpy as np
def open_():
    return av.open({MOVING!r}, format="x11shmpool", options={{"framerate": "60"}})
{how}
packets = d.demux()
kept = [next(packets) for _ in range(3)]
arrays = [np.frombuffer(p, np.uint8) for p in kept]
import sys
sys.kept = kept, arrays, packets, d
'''
        run = subprocess.run([sys.executable, '-X', 'dev', '-c', program],
                             capture_output=True, text=True, timeout=60)
        result(run.returncode == 0 and not run.stderr.strip(),
               f'the interpreter ends with packets alive ({how.count("open_")} open)',
               run.returncode, run.stderr)


def padded():
    with device(PADDED) as d:
        packet = next(d.demux())
        stride = (641 * 2 + 3) // 4 * 4
        array = np.ndarray((360, 641), np.uint16, packet, strides=(stride, 2))
        frame = packet.decode()[0]
        plane = frame.planes[0]
        result(stride == 1284 and plane.line_size == stride, 'rows are padded',
               f'{plane.line_size} bytes a row')
        view = np.ndarray((360, 641), np.uint16, plane, strides=(plane.line_size, 2))
        result(mapping_of(view.ctypes.data)[0].startswith('/memfd:x11shmpool')
               and not view.flags.c_contiguous
               and view.ctypes.data == array.ctypes.data,
               'and reached as strides, without a copy')
        picture = subprocess.run(
            ['ffmpeg', '-v', 'error', '-f', 'x11grab', '-draw_mouse', '0', '-i', PADDED,
             '-frames:v', '1', '-pix_fmt', 'rgb565le', '-f', 'rawvideo', '-'],
            capture_output=True, check=False).stdout
        picture = np.frombuffer(picture, np.uint16)
        if picture.size == 360 * 641:
            # x11grab's own rows are padded, which rawvideo takes out again
            result(np.array_equal(picture.reshape(360, 641), view),
                   'the picture is that of x11grab')
        else:
            result(False, 'the picture is that of x11grab', f'{picture.size} pixels')


def painted():
    """What a filter paints in place reaches no later frame, also where the
    device has gone on to the next: its slot is filled again by parts only."""
    graph = av.filter.Graph()
    with device(MOVING, pool_size='4') as d:
        source = graph.add_buffer(template=d.streams.video[0])
        box = graph.add('drawbox', 'x=0:y=0:w=640:h=360:color=yellow@0.5:t=fill')
        sink = graph.add('buffersink')
        source.link_to(box)
        box.link_to(sink)
        graph.configure()
        packets = d.demux()
        # nothing moves there
        still = array_of(next(packets))[320:, 560:].copy()
        same = changed = 0
        frame = None
        for _ in range(30):
            packet = next(packets)
            same += np.array_equal(array_of(packet)[320:, 560:], still)
            if frame:
                source.push(frame)
                # now nobody else refers to it
                del frame
                box_painted = sink.pull()
                plane = np.frombuffer(box_painted.planes[0], np.uint8)
                changed += not np.array_equal(plane[:640 * 360 * 4].reshape(360, 640, 4)
                                              [320:, 560:], still)
                del plane, box_painted
            frame = packet.decode()[0]
            del packet
        result(changed == 29 and same == 30, 'what a filter paints reaches no later frame',
               f'{changed} painted, {same} as before')


def written():
    """What is written into an array, though the frame is read-only, reaches no
    later frame: on a screen that stands still the same slot comes again."""
    with device(STILL) as d:
        packets = d.demux()
        first = array_of(next(packets)).copy()
        same = 0
        for i in range(20):
            array = array_of(next(packets))
            same += np.array_equal(array, first)
            array[:, i * 10:] = i
            del array
        result(same == 20, 'what is written into an array reaches no later frame',
               f'{same} of 20')
        arrays = []
        same = 0
        for i in range(20):
            arrays.append(array_of(next(packets)))
            same += np.array_equal(arrays[-1], first)
            arrays[-1][:] = i
        result(same == 20 and all((a == i).all() for i, a in enumerate(arrays)),
               'also while it is kept, where it stays as written', f'{same} of 20')


def main():
    av.logging.set_level(av.logging.ERROR)
    for test in (in_the_slot, given_back, held, outlives, interpreter_exit, padded,
                 painted, written):
        test()
    print(f'1..{count}')
    return failed != 0


sys.exit(main())
