/*
 * Copyright (c) 2026 The x11shmpool developers
 *
 * This file is part of x11shmpool.
 *
 * x11shmpool is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * x11shmpool is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with x11shmpool; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
 */

#ifndef AVDEVICE_X11SHMPOOL_PICK_H
#define AVDEVICE_X11SHMPOOL_PICK_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * Choosing a region or a window with the pointer.
 *
 * Other programs go on meanwhile: only the pointer and the key Escape are
 * grabbed, never the server. The first button chooses; another one cancels,
 * when it is released, and Escape at once. An info line says so. Events that
 * another client forged are ignored. On the thread that owns the display.
 *
 * When these functions return, even if cancelled from outside, what they
 * grabbed and showed is undone: they wait for the server to do so unless the
 * connection is broken.
 */

/**
 * Let the user drag a rectangle over the screen, shown by a border around it as
 * it grows.
 *
 * @param region set to the rectangle, root coordinates; w = h = 0 for a click
 *               without dragging, which stands for the whole screen
 * @return 0; AVERROR(EBUSY) with a line logged if the pointer is grabbed by
 *         another client; AVERROR_EXIT with a line logged if the user cancelled
 *         it; or as x11shmpool_display_receive()
 */
int x11shmpool_pick_region(X11ShmpoolDisplay *d, X11ShmpoolRect *region);

/**
 * Let the user click on a window.
 *
 * @param window set to the top-level window
 * @return 0; AVERROR(EINVAL) with a line logged if there was no window under
 *         the pointer; or as x11shmpool_pick_region()
 */
int x11shmpool_pick_window(X11ShmpoolDisplay *d, xcb_window_t *window);

#endif /* AVDEVICE_X11SHMPOOL_PICK_H */
