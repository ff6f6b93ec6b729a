#!/usr/bin/env python3
#
# What tests/scripts/manual.sh asks of the texinfo files.
#   manual.py options HELP TEXI README   the options of "ffmpeg -h" against the manual
#   manual.py names HELP TEXI...         options that texts name, which there must be
#   manual.py help HELP                  whether each option's help stands alone
#   manual.py errors TEXI SOURCE...      error lines, in the manual and in the sources
#   manual.py examples TEXI... DIR       write each example to be run into DIR
# Prints what is wrong, one line each; 1 if anything is.
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

import pathlib
import re
import sys

wrong = []


def options_of_help(path):
    """{name: {type, flags, help, range, default, constants}}"""
    options = {}
    for line in pathlib.Path(path).read_text().splitlines():
        m = re.match(r'  -(\w+) +<(\w+)> +(\S+) ?(.*)', line)
        if m:
            name, kind, flags, text = m.groups()
            bounds = re.search(r'\(from (\S+) to (\S+)\)', text)
            default = re.search(r'\(default (.*)\)$', text)
            text = re.sub(r' *\((from \S+ to \S+|default .*)\)', '', text)
            options[name] = {
                'type': kind, 'help': text, 'constants': {},
                'readonly': 'R' in flags,
                'range': bounds and bounds.groups(),
                'default': default and default[1].strip('"')}
            last = options[name]['constants']
        else:
            m = re.match(r'     (\w+) +(?:-?\d+ +)?[.A-Z]{10,} ?(.*)', line)
            if m:
                last[m[1]] = m[2]
    return options


def options_of_manual(path):
    """{name: (text, names of the table in it)} of the section's table"""
    text = pathlib.Path(path).read_text()
    text = text[text.index('@subsection Options'):]
    options, names, depth, body = {}, [], 0, None
    for line in text.splitlines():
        if line.startswith('@table'):
            depth += 1
        elif line.startswith('@end table'):
            depth -= 1
            if not depth:
                break
        elif depth == 1 and line.startswith('@item '):
            body = ([], [])
            options[line.split()[1]] = body
        elif depth == 1 and line.startswith('@itemx '):
            options[line.split()[1]] = body
        elif depth == 2 and line.startswith('@item'):
            body[1].append(line.split()[1])
        elif depth:
            body[0].append(line)
    return {k: (' '.join(t), n) for k, (t, n) in options.items()}


def check_options(help_path, texi, readme):
    real, manual = options_of_help(help_path), options_of_manual(texi)
    readme = pathlib.Path(readme).read_text()
    if len(real) < 10:
        wrong.append('there are hardly any options in the help')
    for name in sorted(real.keys() - manual.keys()):
        wrong.append(f'{name}: not in the manual')
    for name in sorted(manual.keys() - real.keys()):
        wrong.append(f'{name}: in the manual only')
    for name, o in real.items():
        if f'`{name}`' not in readme:
            wrong.append(f'{name}: not in the README')
        if name not in manual or o['readonly']:
            continue
        text, constants = manual[name]
        default, bounds = o['default'], o['range']
        if o['type'] == 'boolean':
            bounds = ('0', '1')
            default = {'false': '0', 'true': '1'}[default]
        if default and not re.search(
                r'Default\s+is\s+(?:@code\{)?%s[},.:; ]' % re.escape(default),
                text + ' '):
            wrong.append(f'{name}: the default is {default}')
        if bounds == ('0', '1'):
            if '(1)' not in text or '(0)' not in text:
                wrong.append(f'{name}: (1) and (0) are to be told apart')
        elif bounds and re.fullmatch(r'\d+', bounds[1]):
            if f'from {bounds[0]} to {bounds[1]}' not in text:
                wrong.append(f'{name}: goes from {bounds[0]} to {bounds[1]}')
        for c in o['constants']:
            if c not in constants and f'@code{{{c}}}' not in text:
                wrong.append(f'{name}: {c} is not told of')
        for c in constants:
            if c not in o['constants']:
                wrong.append(f'{name}: there is no {c}')


def check_names(help_path, texis):
    real = options_of_help(help_path)
    for texi in texis:
        for line in pathlib.Path(texi).read_text().splitlines():
            for name in re.findall(r'@option\{(\w+)', line):
                if name not in real:
                    wrong.append(f'{texi}: there is no option {name}')


def check_help(help_path):
    for name, o in options_of_help(help_path).items():
        for what, text in [(name, o['help'])] + [
                (f'{name}={c}', t) for c, t in o['constants'].items()]:
            if len(text.split()) < (3 if what == name else 2):
                wrong.append(f'{what}: says too little: {text!r}')
            if re.search(r'\b(this|that) (option|value|border|region|one)\b|'
                         r'\b(ditto|above|below|see)\b', text):
                wrong.append(f'{what}: does not stand alone: {text!r}')


def arguments(text, start):
    """the arguments of a call, from behind its parenthesis"""
    args, depth, begin, i = [], 0, start, start
    while True:
        c = text[i]
        if c == '"':
            i = re.compile(r'"(?:[^"\\]|\\.)*"').match(text, i).end()
            continue
        if c == '(':
            depth += 1
        elif c == ')' and depth:
            depth -= 1
        elif c in '),' and not depth:
            args.append(text[begin:i])
            begin = i + 1
            if c == ')':
                return args
        i += 1


def plain(line):
    """what may be anything is an asterisk"""
    return re.sub(r'\*+', '*', re.sub(r'(0x)?\*(x\*)?', '*', line))


def lines_of_source(path):
    text = pathlib.Path(path).read_text()
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    for m in re.finditer(r'\bav_log\(', text):
        args = arguments(text, m.end())
        if not re.search(r'AV_LOG_(ERROR|WARNING)', args[1]):
            continue
        for part in re.split(r'[?:](?=[^"]*(?:"[^"]*"[^"]*)*$)', args[2]):
            line = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', re.sub(
                r'%(#?)"\s*PRI\w+\s*"?', r'%d', part) + '"'))
            line = line.replace('\\n', '').replace('\\"', '"')
            line = re.sub(r'%[-#0-9.]*(?:ll|l|z|h)?[a-zA-Z]', '*', line)
            if line:
                yield plain(line), path


def unescape(line):
    return re.sub(r'@([@{}])', r'\1', line.replace('@dots{}', '...'))


def check_errors(texi, sources):
    text = pathlib.Path(texi).read_text()
    text = text[text.index('@c error lines'):text.index('@c end of error lines')]
    manual = [plain(unescape(re.sub(r'@var\{[^}]*\}', '*', line)))
              for line in re.findall(r'^@itemx? (.*)', text, re.M)]
    real = dict(line for path in sources for line in lines_of_source(path))
    if len(real) < 20:
        wrong.append('there are hardly any error lines in the sources')
    for line, path in real.items():
        if line not in manual:
            wrong.append(f'not in the manual: {line}   ({path})')
    for line in manual:
        if line not in real:
            wrong.append(f'not in the sources: {line}')


def write_examples(texis, directory):
    n = 0
    for texi in texis:
        text = pathlib.Path(texi).read_text()
        marks = len(re.findall(r'^@c test\b', text, re.M))
        found = re.findall(r'^@c test ?(\w*)\n@example\n(.*?)^@end example',
                           text, re.M | re.S)
        if marks != len(found):
            wrong.append(f'{texi}: {marks} marks, {len(found)} examples')
        for tag, body in found:
            n += 1
            name = f'{n:02}-{tag or "plain"}'
            pathlib.Path(directory, name).write_text(unescape(body))


what, *rest = sys.argv[1:]
if what == 'options':
    check_options(*rest)
elif what == 'names':
    check_names(rest[0], rest[1:])
elif what == 'help':
    check_help(*rest)
elif what == 'errors':
    check_errors(rest[0], rest[1:])
elif what == 'examples':
    write_examples(rest[:-1], rest[-1])
else:
    sys.exit("manual.py: nothing to do")
print(*wrong, sep='\n')
sys.exit(1 if wrong else 0)
