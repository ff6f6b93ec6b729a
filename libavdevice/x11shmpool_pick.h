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
 * Choosing a region or a window with the pointer. Events that another client
 * forged are ignored. On the thread that owns the display.
 *
 * When cancelled, these functions undo what they grabbed and drew before they
 * return, and wait for the server to do so unless the connection is broken.
 */

/**
 * Let the user drag a rectangle over the screen with any pointer button, shown
 * as it grows, as x11grab's select_region does; the server is grabbed
 * meanwhile, and released in any case, even when cancelled.
 *
 * @param region set to the rectangle, root coordinates; w = h = 0 for a click
 *               without dragging, which stands for the whole screen
 * @return 0; AVERROR(EBUSY) with a line logged if the pointer is grabbed by
 *         another client; or as x11shmpool_display_receive()
 */
int x11shmpool_pick_region(X11ShmpoolDisplay *d, X11ShmpoolRect *region);

/**
 * Let the user click on a window with the first pointer button; another button
 * cancels this. Other programs go on meanwhile.
 *
 * @param window set to the top-level window
 * @return 0; AVERROR(EBUSY) as above; AVERROR(EINVAL) with a line logged if
 *         there was no window under the pointer; AVERROR_EXIT with a line
 *         logged if the user cancelled it; or as x11shmpool_display_receive()
 */
int x11shmpool_pick_window(X11ShmpoolDisplay *d, xcb_window_t *window);

#endif /* AVDEVICE_X11SHMPOOL_PICK_H */
