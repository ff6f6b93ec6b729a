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

#ifndef AVDEVICE_X11SHMPOOL_CLIENT_H
#define AVDEVICE_X11SHMPOOL_CLIENT_H

#include <stdint.h>

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * Client windows: the windows that a taskbar would list, with title and class.
 *
 * They are the window manager's clients (_NET_CLIENT_LIST_STACKING or
 * _NET_CLIENT_LIST); if there is none, or it doesn't tell, the top-level
 * windows that are shown, or the window in them that has the property WM_STATE;
 * without menus and the like, which override the window manager and have no
 * title.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolClient {
    xcb_window_t window;
    char *title;             ///< owned; "" if there is none. Like instance and
                             ///< class written by another program: to be shown
                             ///< through x11shmpool_text_append()
    char *instance, *class;  ///< WM_CLASS; owned; "" if none
    int w, h;                ///< pixels
    int shown;               ///< it and its ancestors are mapped
} X11ShmpoolClient;

typedef struct X11ShmpoolClients {
    X11ShmpoolClient *list;  ///< owned; the topmost first
    int nb;
} X11ShmpoolClients;

/**
 * Get the windows of the display's screen.
 *
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_receive(). After an
 *         error there is nothing to free.
 */
int x11shmpool_clients_get(X11ShmpoolClients *w, X11ShmpoolDisplay *d);

void x11shmpool_clients_free(X11ShmpoolClients *w);

/**
 * Find the topmost window whose title contains title and whose class or
 * instance is class, in exactly these cases, else in any; of these, windows that
 * are shown are preferred.
 *
 * @param title,class NULL if it doesn't matter
 * @return NULL if there is none
 */
const X11ShmpoolClient *x11shmpool_clients_find(const X11ShmpoolClients *w,
                                                const char *title,
                                                const char *class);

/** Write the windows to text, as an error line lists them, without control
 *  characters; what doesn't fit is left out. */
void x11shmpool_clients_print(const X11ShmpoolClients *w, char *text,
                              int size);

/**
 * The client in a top-level window: the window that has the property WM_STATE,
 * itself or one within it; itself if none has.
 *
 * @param client set to it
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_client_within(X11ShmpoolDisplay *d, xcb_window_t top,
                             xcb_window_t *client);

#endif /* AVDEVICE_X11SHMPOOL_CLIENT_H */
