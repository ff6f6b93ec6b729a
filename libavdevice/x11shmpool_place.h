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

#ifndef AVDEVICE_X11SHMPOOL_PLACE_H
#define AVDEVICE_X11SHMPOOL_PLACE_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"
#include "x11shmpool_pixmap.h"

/**
 * @file
 * Where a window is now, its pixmap and its shape, all asked for together, so
 * that the answers are consistent. On the thread that owns the display.
 */

#define X11SHMPOOL_PLACE_SHAPE 1024

/** Selected on a window, these events tell it from another one to which its id
 *  was given later. */
#define X11SHMPOOL_PLACE_EVENTS XCB_EVENT_MASK_VISIBILITY_CHANGE

typedef struct X11ShmpoolPlace {
    X11ShmpoolRect rect;     ///< without its border, root coordinates
    int border;              ///< pixels, all around
    int viewable;
    X11ShmpoolRect screen;   ///< the root window, if it was asked for
    int named;               ///< as x11shmpool_pixmap_receive(), -1 if it wasn't
                             ///< asked for
    int shaped;              ///< a shape was asked for and is there
    int nb_shape;            ///< as x11shmpool_shape_receive()
    X11ShmpoolRect shape[X11SHMPOOL_PLACE_SHAPE];
} X11ShmpoolPlace;

/**
 * Ask for the place of a window. Takes one round trip.
 *
 * @param window      on which X11SHMPOOL_PLACE_EVENTS are selected
 * @param pixmap      its pixmap; if it is not redirected, the screen is asked
 *                    for
 * @param with_pixmap ask for its present pixmap, too
 * @param with_shape  ask for its shape, too
 * @return 0; AVERROR(ENOENT) if the window is gone; or as
 *         x11shmpool_display_receive()
 */
int x11shmpool_place_get(X11ShmpoolPlace *p, X11ShmpoolDisplay *d,
                         xcb_window_t window, X11ShmpoolPixmap *pixmap,
                         int with_pixmap, int with_shape);

#endif /* AVDEVICE_X11SHMPOOL_PLACE_H */
