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

#ifndef AVDEVICE_X11SHMPOOL_ANCESTORS_H
#define AVDEVICE_X11SHMPOOL_ANCESTORS_H

#include "x11shmpool_display.h"

/**
 * @file
 * The ancestors of a window: it moves along with them, and is hidden when one
 * of them is. On the thread that owns the display.
 */

#define X11SHMPOOL_ANCESTORS 16

typedef struct X11ShmpoolAncestors {
    xcb_window_t list[X11SHMPOOL_ANCESTORS];
    int nb;                  ///< from the parent on, without the root
} X11ShmpoolAncestors;

/**
 * Find the ancestors of a window, and select the events that tell of changes to
 * them. Sets the display's screen to the one that the window is on. Takes one
 * round trip for each.
 *
 * @return 0, even if the window is gone; or an error for which
 *         x11shmpool_display_gone() is true
 */
int x11shmpool_ancestors_find(X11ShmpoolAncestors *a, X11ShmpoolDisplay *d,
                              xcb_window_t window);

/** Whether a window is one of the ancestors. */
int x11shmpool_ancestors_have(const X11ShmpoolAncestors *a,
                              xcb_window_t window);

#endif /* AVDEVICE_X11SHMPOOL_ANCESTORS_H */
