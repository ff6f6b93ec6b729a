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
 * that it changed, and its position, queried for each frame. x11shmpool_blend.h
 * paints it. On the thread that owns the display.
 */

typedef struct X11ShmpoolCursor {
    X11ShmpoolDisplay *display;
    xcb_window_t window;       ///< that x and y are relative to
    int with_image;            ///< the image is wanted and available
    int image_stale;           ///< the server announced another image

    int on_screen;             ///< the pointer is on this X screen
    int x, y;                  ///< the hot spot, relative to the window
    int root_x, root_y;        ///< the same, relative to the root window
    int64_t image_number;      ///< counts the images fetched; 0 if none yet
    X11ShmpoolCursorImage image; ///< argb is NULL if there is no image

    unsigned pointer_sequence, image_sequence;
} X11ShmpoolCursor;

/**
 * @param window     that the position is relative to
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

/** Receive the answers. By then the server has done all that was sent before
 *  x11shmpool_cursor_send(). The last state is kept if there is no answer.
 *  @return 0, or as x11shmpool_display_receive() */
int x11shmpool_cursor_receive(X11ShmpoolCursor *c);

#endif /* AVDEVICE_X11SHMPOOL_CURSOR_H */
