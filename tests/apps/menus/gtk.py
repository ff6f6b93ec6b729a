# A window with a menu bar, a combo box, a tooltip and a context menu.
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

import gi
gi.require_version('Gtk', '3.0')
from gi.repository import Gtk  # noqa: E402


def menu(*items):
    m = Gtk.Menu()
    for item in items:
        m.append(item if isinstance(item, Gtk.Widget) else
                 Gtk.MenuItem(label=item))
    return m


def submenu(label, *items):
    item = Gtk.MenuItem(label=label)
    item.set_submenu(menu(*items))
    return item


def pressed(_, event):
    if event.button == 3:
        context.popup_at_pointer(event)


context = menu('copy', 'paste')
context.show_all()
window = Gtk.Window(title='menus of gtk')
window.set_default_size(500, 350)
window.connect('destroy', Gtk.main_quit)
bar = Gtk.MenuBar()
bar.append(submenu('File', submenu('Recent', 'one', 'two'), 'Save'))
combo = Gtk.ComboBoxText()
for text in 'alpha', 'beta', 'gamma':
    combo.append_text(text)
combo.set_active(0)
page = Gtk.EventBox()
page.set_tooltip_text('a tooltip')
page.connect('button-press-event', pressed)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
box.pack_start(bar, False, False, 0)
box.pack_start(combo, False, False, 20)
box.pack_start(page, True, True, 0)
window.add(box)
window.show_all()
combo.grab_focus()
Gtk.main()
