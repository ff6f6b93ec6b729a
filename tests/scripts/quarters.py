"""Record the window of tests/tools/quarters with ffmpeg while it is resized.

quarters.py TOOL DISPLAY WIDTHxHEIGHT FRAMES HOW COMMAND...

Draws the window in this size, starts the command with "WINDOW" replaced by its
id, and resizes it: as a hand drags a corner for so many FRAMES, then to sizes
that it stays in until their pictures have arrived, and to the first one at last.
In each of those a second picture is drawn quarter by quarter.
HOW is "window", or how the screen is resized, too: "xrandr", or the path of a
VNC server's socket for a client of it, as remote desktops do.

The command writes raw frames in rgb24 and the first size to its standard
output, and ends when it reads q. Prints how many frames came and how many sizes
there were; 1 if a picture never came, scaled as a whole, or if the command
failed.
"""
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

import random
import socket
import struct
import subprocess
import sys
import threading

# The same as in tests/tools/quarters.c, clockwise
COLOURS = (0xc8, 0x28, 0x28), (0x28, 0xb4, 0x3c), (0x32, 0x3c, 0xd2), (0xdc, 0xd2, 0x46)
PATIENCE = 20


def turn_of(frame, width, height, tolerance=24):
    """By how many quarters the colours of a picture in rgb24 are turned; None if
    it is not all of the window, neither cropped nor in a corner."""
    places = [(x, y) for x in (.06, .42, .58, .94) for y in (.06, .42, .58, .94)
              if abs(x - .5) > .4 or abs(y - .5) > .4]

    def is_turned(turn):
        for x, y in places:
            quarter = (0 if y < .5 else 3) if x < .5 else (1 if y < .5 else 2)
            at = (int(y * height) * width + int(x * width)) * 3
            if any(abs(a - b) > tolerance
                   for a, b in zip(frame[at:at + 3], COLOURS[(quarter + turn) % 4])):
                return False
        return True

    return next((turn for turn in range(4) if is_turned(turn)), None)


class Xrandr:
    """A screen without monitors, which can have any size."""

    def __init__(self, display):
        self.command = ['xrandr', '-d', display]
        monitors = subprocess.run(self.command, check=True, text=True,
                                  stdout=subprocess.PIPE).stdout
        for line in monitors.splitlines():
            if ' connected ' in line:
                subprocess.run([*self.command, '--output', line.split()[0], '--off'],
                               check=True)

    def resize(self, width, height):
        subprocess.run([*self.command, '--fb', f'{width}x{height}'], check=True)


class Vnc:
    """A client of a VNC server without a password, RFC 6143, that asks for a size
    of the desktop and for no picture."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile('rb')
        self.read(12)
        self.socket.sendall(b'RFB 003.008\n')
        self.read(self.read(1)[0])
        self.socket.sendall(b'\1')
        if self.read(4) != bytes(4):
            raise OSError('the VNC server wants a password')
        self.socket.sendall(b'\1')
        self.read(20)
        self.read(struct.unpack('>I', self.read(4))[0])
        self.socket.sendall(struct.pack('>BxHi', 2, 1, -308))

    def read(self, size):
        data = self.stream.read(size)
        if len(data) < size:
            raise OSError('the VNC server is gone')
        return data

    def resize(self, width, height):
        self.socket.sendall(struct.pack('>BxHHBxIHHHHI', 251, width, height, 1,
                                        0, 0, 0, width, height, 0))


class Quarters:
    """The window."""

    def __init__(self, tool, display, width, height, screen=None):
        self.screen = screen
        self.process = subprocess.Popen([tool, display, str(width), str(height)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.window = self.process.stdout.readline().strip()

    def draw(self, width, height, turn, parts=15):
        """The server has drawn this when it returns."""
        if self.screen:
            self.screen.resize(width, height)
        line = f'{width} {height} {turn} {parts}\n'
        self.process.stdin.write(line)
        self.process.stdin.flush()
        if self.process.stdout.readline() != line:
            raise OSError('the window is gone')


class Recorder:
    """The command."""

    def __init__(self, command, width, height):
        self.width, self.height = width, height
        self.count = 0
        self.last = b''
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def read(self):
        frame = self.process.stdout.read(self.width * self.height * 3)
        if len(frame) < self.width * self.height * 3:
            return False
        self.count += 1
        self.last = frame
        return True

    def wait_for(self, turn):
        """Whether such a picture comes, or any if turn is None."""
        patience = threading.Timer(PATIENCE, self.process.kill)
        patience.start()
        try:
            while self.read():
                if turn in (None, turn_of(self.last, self.width, self.height)):
                    return True
            return False
        finally:
            patience.cancel()

    def quit(self):
        """@return its exit status"""
        self.process.stdin.write(b'q')
        self.process.stdin.close()
        while self.read():
            pass
        return self.process.wait()


def resize(window, recorder, width, height, frames):
    """@return how many sizes there were"""
    chance = random.Random(1)
    drawn = 0

    def expect(w, h, turn=None):
        if not recorder.wait_for(turn):
            sys.exit(f'{w}x{h}: {"no frame" if turn is None else f"none turned by {turn}"} '
                     f'comes after {recorder.count} frames of {drawn} sizes')

    expect(width, height, 0)
    w, h = width, height
    for drawn in range(1, frames + 1):
        w = min(max(w + chance.randint(-60, 60), 64), width * 3 // 2)
        h = min(max(h + chance.randint(-40, 40), 48), height * 3 // 2)
        window.draw(w, h, drawn)
        expect(w, h)
    steps = [(width * 3 // 2, height * 3 // 2), (width // 2, height // 2),
             (width * 3 // 2 - 1, 96), (96, height * 3 // 2 - 1), (width, height)]
    for i, (w, h) in enumerate(steps, 1):
        turn = (2 * i - 2 * len(steps) - 1) % 4
        drawn += 1
        window.draw(w, h, turn)
        expect(w, h, turn)
        # one after the other, of the frames that are scaled, too
        turn = (turn + 1) % 4
        for part in 1, 2, 4, 8:
            window.draw(w, h, turn, part)
            expect(w, h)
        expect(w, h, turn)
    return drawn


def main():
    tool, display, size, frames, how, *command = sys.argv[1:]
    width, height = (int(x) for x in size.split('x'))
    screen = None if how == 'window' else Xrandr(display) if how == 'xrandr' else Vnc(how)
    if screen:
        screen.resize(width, height)
    window = Quarters(tool, display, width, height, screen)
    recorder = Recorder([a.replace('WINDOW', window.window) for a in command],
                        width, height)
    try:
        drawn = resize(window, recorder, width, height, int(frames))
        status = recorder.quit()
    finally:
        window.process.kill()
        recorder.process.kill()
    print(f'{recorder.count} frames of {drawn} sizes'
          + (f', then the command failed: {status}' if status else ''))
    return status != 0


if __name__ == '__main__':
    sys.exit(main())
