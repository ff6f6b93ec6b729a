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

#ifndef AVDEVICE_X11SHMPOOL_PIXMAP_H
#define AVDEVICE_X11SHMPOOL_PIXMAP_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * A window that is drawn into a pixmap of its own (redirected, as the Composite
 * extension calls it), so that neither what covers it nor where it is matters;
 * and its shape: pixels of the pixmap that lie outside the shape are what was
 * on the screen when the pixmap was made.
 *
 * On the thread that owns the display. Only the receive functions wait.
 */

typedef struct X11ShmpoolPixmap {
    X11ShmpoolDisplay *display;
    xcb_window_t window;
    int redirected;            ///< 0 if the server can't name pixmaps
    xcb_pixmap_t id;           ///< includes the window's border; XCB_NONE if
                               ///< there is none
    xcb_pixmap_t wanted;       ///< asked for and not received yet, or XCB_NONE
    unsigned naming;           ///< sequence of the request for wanted
} X11ShmpoolPixmap;

/** Redirect a window, and ask to be told when its shape changes. */
void x11shmpool_pixmap_redirect(X11ShmpoolPixmap *p, X11ShmpoolDisplay *d,
                                xcb_window_t window);

/** Forget the pixmap and undo the redirection. Does nothing if *p is zeroed or
 *  this was done before.
 *  @param destroyed the window is gone, and its redirection with it */
void x11shmpool_pixmap_undo(X11ShmpoolPixmap *p, int destroyed);

/** Ask for the pixmap that the window has now: a window gets another one when
 *  it is resized or shown. */
void x11shmpool_pixmap_send(X11ShmpoolPixmap *p);

/**
 * Receive the pixmap, after the reply to a later request.
 *
 * @return 1 if id is another pixmap now; 0 if the window has none because it
 *         isn't shown, then id is what it was; or an error for which
 *         x11shmpool_display_gone() is true
 */
int x11shmpool_pixmap_receive(X11ShmpoolPixmap *p);

/** Forget the pixmap, and the one that was asked for. */
void x11shmpool_pixmap_forget(X11ShmpoolPixmap *p);

/** The window whose shape the event says has changed, or XCB_NONE. */
xcb_window_t x11shmpool_shape_event(const X11ShmpoolDisplay *d,
                                    const xcb_generic_event_t *event);

/** Ask for the shape of a window.
 *  @return the request's sequence; 0 if the server has no shapes */
unsigned x11shmpool_shape_send(X11ShmpoolDisplay *d, xcb_window_t window);

/**
 * Receive it.
 *
 * @param list set to rectangles whose union is the shape, relative to the
 *             window within its border; they may lie partly outside it. Room
 *             for max
 * @param nb   their number; -1 if the shape has more than max
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_shape_receive(X11ShmpoolDisplay *d, unsigned sequence,
                             X11ShmpoolRect *list, int max, int *nb);

#endif /* AVDEVICE_X11SHMPOOL_PIXMAP_H */
