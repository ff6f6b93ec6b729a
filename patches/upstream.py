#!/usr/bin/env python3
#
# The device's sources as FFmpeg's own tree has such files: without what tells
# releases apart, with FFmpeg's licence header and names; and patches/fate.c. Used
# by patches/series.
#   patches/upstream.py LIBAVDEVICE OUT
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

import os
import re
import sys

INCLUDES = '''\
#include "libavcodec/packet.h"
#include "libavdevice/avdevice.h"
#include "libavformat/demux.h"
#include "libavformat/internal.h"
'''
SET_STATE = '''\
static int x11shmpool_set_state(AVFormatContext *s,
                                enum FFInputFormatStreamState state)
{
    return state == FF_INFMT_STATE_PAUSE ? x11shmpool_pause(s) :
                                           x11shmpool_play(s);
}
'''


def once(text, pattern, replacement):
    text, n = re.subn(pattern, lambda m: m.expand(replacement), text, flags=re.M)
    if n != 1:
        sys.exit('upstream.py: %d times: %s' % (n, pattern))
    return text


def without_compat(text):
    """x11shmpool.c as for the one release whose tree it goes into"""
    text = once(text, r'^#include "libavcodec/packet.h"\n', INCLUDES)
    text = once(text, r'^#include "libavutil/error.h"\n', r'\g<0>#include "libavutil/internal.h"\n')
    text = once(text, r'^#include "x11shmpool_compat.h"\n', '')
    text = once(text, r' \|\|\n +\(ret = x11shmpool_packets_check\(.*\) < 0\)\n', ')\n')
    text = once(text, r'^X11SHMPOOL_PLAY_PAUSE_DECLARE\(.*\)\n', SET_STATE)
    text = once(text, r'^    X11SHMPOOL_PLAY_PAUSE\(.*\)\n',
                '    .read_set_state          = x11shmpool_set_state,\n')
    text = once(text, r'X11SHMPOOL_SET_FRAMERATE\((\S+), (\S+)\);', r'\1->framerate = \2;')
    text = once(text, r'X11SHMPOOL_DEMUXER', 'FFInputFormat')
    text = once(text, r'X11SHMPOOL_FLAG_INIT_CLEANUP', 'FF_INFMT_FLAG_INIT_CLEANUP')
    # aligned as before
    text = re.sub(r'^    X11SHMPOOL_P\((\w+)\)( *)=',
                  lambda m: '    ' + ('.p.' + m[1]).ljust(len(m[0]) - 5) + '=', text, flags=re.M)
    return text


# what packet.c asks of the release, and what this one answers
HINTS = [
    (r'^#include "x11shmpool_compat.h"\n', ''),
    (r'^#if X11SHMPOOL_HAVE_HINTS\n(#include "libavutil/video_hint.h"\n)\n/\*(?:.|\n)*?\n#endif\n', r'\1'),
    (r'^#if X11SHMPOOL_HAVE_HINTS\n\n((?:.|\n)*?)^#else\n(?:.|\n)*?^#endif\n\n', r'\1'),
    (r'^int x11shmpool_packets_check(?:.|\n)*?^}\n\n', ''),
    (r'^        ret = X11SHMPOOL_WRAPPED_METADATA \?\n +(add_metadata\(.*\)) :\n.*\n', r'        ret = \1;\n'),
    (r'^    const int hinted(?:.|\n)*?;\n', ''),
    (r'^ +hinted \? &hint : NULL\) :\n', '@@&hint) :\n'),
    (r'metadata \? &rects : NULL,\n@@', 'metadata ? &rects : NULL, '),
    (r'^    if \(!p->first_width\) \{\n(?:        .*\n)+    \}\n', ''),
    (r'ret >= 0 && hint && ', 'ret >= 0 && '),
]


# what pool.c knows of views, and what takes its place
VIEWS = [
    (r'^#include "x11shmpool_views.h"\n', ''),
    (r'^    int pagemap; .*\n', ''),
    (r'^    X11ShmpoolViews \*views; .*\n', ''),
    (r'^    x11shmpool_views_free\(.*\n', ''),
    (r'^    if \(s->fd >= 0 && pool->pagemap >= 0\)\n.*\n', ''),
    (r'^    pool->pagemap +=.*\n    if .*\n(        .*\n)+', ''),
    (r'^    if \(pool->pagemap >= 0\)\n.*\n', ''),
    (r'^static PoolSlot \*slot_of\((?:.|\n)*?^}\n\n', ''),
    (r'^static void release\(void \*opaque, uint8_t \*data\)\n', 'static void release(void *opaque, uint8_t *data av_unused)\n'),
    (r'^    PoolSlot \*p      = (.*\n)\n    if \(p->views\)\n        x11shmpool_views_release.*\n', r'\n'),
    (r'^    PoolSlot \*p      = .*\n(    AVBufferRef \*ref = .*\n)    uint8_t \*data    = NULL;\n', r'\1'),
    (r'^    if \(p->views\)\n        data = .*\n    if \(!data\)\n.*\n', ''),
    (r'^    out = av_buffer_create\(data, ', '    out = av_buffer_create(buf->data, '),
    (r'^        release\(ref, data\);\n', '        av_buffer_unref(&ref);\n'),
    (r'^#include <unistd.h>\n', ''),
]


def without_views(text):
    """private mappings protect those who write into what is read-only: not FFmpeg's own"""
    for pattern, replacement in VIEWS:
        text = once(text, pattern, replacement)
    return text


def without_hints(text):
    """packet.c as for the one release whose tree it goes into"""
    for pattern, replacement in HINTS:
        text = once(text, pattern, replacement)
    return text.replace('WRAPPED_SIZE', 'sizeof(AVFrame)')


def unclosed(line):
    """the columns of the parentheses that a line leaves open"""
    line = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'', lambda m: '"' * len(m[0]), line)
    stack = []
    for column, c in enumerate(line):
        if c in '([{':
            stack.append(column)
        elif c in ')]}' and stack:
            stack.pop()
    return stack


def prefixed(text, names):
    """functions that other files call have FFmpeg's prefix for them; what was
    aligned with a parenthesis still is"""
    pattern = re.compile(r'\b(%s)\b(?!\.h|")' % '|'.join(sorted(names, key=len, reverse=True)))
    moved = {}
    out = []
    for line in text.split('\n'):
        indent = len(line) - len(line.lstrip())
        shift = moved.get(indent, 0) if line.strip() else 0
        new = ' ' * shift + pattern.sub(r'ff_\1', line)
        for was, now in zip(unclosed(line), unclosed(new)):
            moved[was + 1] = now - was
        if not line or line[0] in '{}#' or line.rstrip().endswith((';', '{', '*/')):
            moved = {}
        out.append(new.rstrip())
    return '\n'.join(out)


def documented(text):
    """doxygen comments of several lines begin and end on lines of their own"""
    def spread(m):
        lines = [re.sub(r'^ *\*? {0,2}', '', line).rstrip() for line in m[2].split('\n')]
        if len(lines) == 1:
            return m[0]
        return '\n'.join([m[1] + '/**'] + [m[1] + ' * ' + line if line else m[1] + ' *'
                                           for line in lines] + [m[1] + ' */'])
    return re.sub(r'^( *)/\*\* (?!@file)(\S.*?) *\*/$', spread, text, flags=re.M | re.S)


def main():
    source, out = sys.argv[1:]
    files = {}
    names = set()
    for name in sorted(os.listdir(source)):
        if not re.fullmatch(r'x11shmpool\w*\.[ch]', name) or name == 'x11shmpool_compat.h':
            continue
        with open(os.path.join(source, name)) as f:
            files[name] = f.read()
        if name.endswith('.h'):
            code = re.sub(r'/\*.*?\*/', '', files[name], flags=re.S)
            names.update(re.findall(r'\b(x11shmpool_\w+)[(;]', code))
    with open(os.path.join(os.path.dirname(__file__), 'fate.c')) as f:
        text = f.read()
    for name in 'x11shmpool_views.c', 'x11shmpool_views.h':
        del files[name]
    files['x11shmpool_pool.c'] = without_views(files['x11shmpool_pool.c'])
    files['x11shmpool_pool.h'] = once(files['x11shmpool_pool.h'],
        r' What others write(?:.|\n)*?there is no /proc\.$', '')
    files['x11shmpool_packet.c'] = without_hints(files['x11shmpool_packet.c'])
    files['x11shmpool_packet.h'] = once(once(files['x11shmpool_packet.h'],
        r'^    int first_width, .*\n', ''),
        r'^/\*\*\n \* Check that this FFmpeg(?:.|\n)*?;\n\n', '')
    files['tests/x11shmpool.c'] = once(text, r' patches/series makes it .*', '')
    os.makedirs(os.path.join(out, 'tests'), exist_ok=True)
    for name, text in files.items():
        if name == 'x11shmpool.c':
            text = without_compat(text)
        text = text.replace('This file is part of x11shmpool.', 'This file is part of FFmpeg.')
        text = text.replace(' * x11shmpool is free software;', ' * FFmpeg is free software;')
        text = text.replace(' * x11shmpool is distributed in', ' * FFmpeg is distributed in')
        text = text.replace('License along with x11shmpool;', 'License along with FFmpeg;')
        text = documented(prefixed(text, names))
        with open(os.path.join(out, name), 'w') as f:
            f.write(text)


main()
