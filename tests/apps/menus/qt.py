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

import sys
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (QApplication, QComboBox, QLabel, QMainWindow,
                             QMenu)


def show_context(point):
    context.popup(page.mapToGlobal(point))


app = QApplication(sys.argv)
window = QMainWindow()
window.setWindowTitle('menus of qt')
window.resize(500, 350)
file = window.menuBar().addMenu('&File')
recent = file.addMenu('&Recent')
recent.addAction('one')
recent.addAction('two')
file.addAction('Save')
page = QLabel()
page.setToolTip('a tooltip')
page.setContextMenuPolicy(Qt.CustomContextMenu)
page.customContextMenuRequested.connect(show_context)
context = QMenu(page)
context.addAction('copy')
context.addAction('paste')
combo = QComboBox(page)
combo.addItems(['alpha', 'beta', 'gamma'])
combo.setGeometry(20, 20, 150, 30)
window.setCentralWidget(page)
window.show()
combo.setFocus()
app.exec()
