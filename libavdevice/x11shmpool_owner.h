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

#ifndef AVDEVICE_X11SHMPOOL_OWNER_H
#define AVDEVICE_X11SHMPOOL_OWNER_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"
#include "x11shmpool_source.h"

/**
 * @file
 * Which window a menu or tooltip belongs to that doesn't say so itself, as
 * browsers' and those of older toolkits: a window of the same client, that is,
 * of the same connection to the X server, which the ids show. If the client has
 * several windows on the screen, it is the topmost one that the menu touches:
 * menus are opened in the window that is being used.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolOwner {
    const X11ShmpoolSource *source;
    xcb_atom_t stacking, type;
    xcb_atom_t others[4];      ///< types of windows that are no menus
} X11ShmpoolOwner;

/**
 * @param source the recorded window, must outlive the owner
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_owner_init(X11ShmpoolOwner *o, const X11ShmpoolSource *source);

/** Whether a window is of the same client as the recorded one. Sends
 *  nothing. */
int x11shmpool_owner_same_client(const X11ShmpoolOwner *o, xcb_window_t window);

/** Ask for a window's type. @return the request's sequence */
unsigned x11shmpool_owner_send_type(const X11ShmpoolOwner *o,
                                    xcb_window_t window);

/**
 * Receive it.
 *
 * @param other set to whether the window's type says that it belongs to the
 *              screen rather than to a window
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_owner_receive_type(const X11ShmpoolOwner *o, unsigned sequence,
                                  int *other);

/** A menu of the same client. */
typedef struct X11ShmpoolOwned {
    X11ShmpoolRect rect;       ///< root coordinates
    int owned;                 ///< whether it belongs to the recorded window
} X11ShmpoolOwned;

/**
 * Find out which menus belong to the recorded window, in two round trips.
 *
 * @param list nb menus, of which owned is set
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_owner_choose(const X11ShmpoolOwner *o, X11ShmpoolOwned *list,
                            int nb);

#endif /* AVDEVICE_X11SHMPOOL_OWNER_H */
