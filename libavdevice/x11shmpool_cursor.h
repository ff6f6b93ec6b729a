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

#ifndef AVDEVICE_X11SHMPOOL_CURSOR_H
#define AVDEVICE_X11SHMPOOL_CURSOR_H

#include "x11shmpool_blend.h"
#include "x11shmpool_display.h"

/**
 * @file
 * The pointer as the X server has it: its image, fetched when the server says
 * that it changed, and its position, asked for together with each grab.
 * Painting it is x11shmpool_blend.h's. On the thread that owns the display.
 */

typedef struct X11ShmpoolCursor {
    X11ShmpoolDisplay *display;
    xcb_window_t window;       ///< whose coordinates x and y are in
    int with_image;            ///< the image is wanted and can be had
    int image_stale;           ///< the server told of another one

    int on_screen;             ///< the pointer is on this X screen
    int x, y;                  ///< the hot spot, the window's coordinates
    int root_x, root_y;        ///< the same, the root window's
    int64_t image_number;      ///< counts the images fetched, 0 none yet
    X11ShmpoolCursorImage image; ///< argb NULL where there is no image

    unsigned pointer_sequence, image_sequence;
} X11ShmpoolCursor;

/**
 * @param window     whose coordinates the position is reported in
 * @param with_image also follow the pointer's image; needs XFIXES
 * @return 0; AVERROR(ENOSYS) if the image is wanted and there is no XFIXES: the
 *         position works nevertheless
 */
int x11shmpool_cursor_init(X11ShmpoolCursor *c, X11ShmpoolDisplay *d,
                           xcb_window_t window, int with_image);

/** Free the image. Touches no connection. */
void x11shmpool_cursor_uninit(X11ShmpoolCursor *c);

/** Note a CursorNotify. @return 1 if the event was this, else 0 */
int x11shmpool_cursor_event(X11ShmpoolCursor *c,
                            const xcb_generic_event_t *event);

/** Ask where the pointer is, and for its image if that changed. Buffered. */
void x11shmpool_cursor_send(X11ShmpoolCursor *c);

/** Take the answers in; all that was sent before x11shmpool_cursor_send() is
 *  done by then. Without an answer the last state is kept.
 *  @return 0, or as x11shmpool_display_receive() */
int x11shmpool_cursor_receive(X11ShmpoolCursor *c);

#endif /* AVDEVICE_X11SHMPOOL_CURSOR_H */
