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

#ifndef AVDEVICE_X11SHMPOOL_BORDER_H
#define AVDEVICE_X11SHMPOOL_BORDER_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * The border around the captured region, drawn on the display. On the thread
 * that owns the display.
 */

typedef struct X11ShmpoolBorder {
    X11ShmpoolDisplay *display;
    xcb_window_t window;      ///< XCB_NONE if there is no border
    xcb_gcontext_t gc;
    X11ShmpoolRect region;    ///< what it is drawn around, root coordinates
    int thickness;            ///< pixels, outside the region
} X11ShmpoolBorder;

/**
 * Show a dashed black and white border, thickness pixels wide, just outside
 * region. It never covers the region, and input goes through it to the windows
 * below. Without the SHAPE extension there is no border, and one warning.
 *
 * @return 0, or as x11shmpool_display_wait()
 */
int x11shmpool_border_init(X11ShmpoolBorder *b, X11ShmpoolDisplay *d,
                           X11ShmpoolRect region, int thickness);

/** Move the border to where the region is now. Buffered; nothing is sent if the
 *  region has not moved. */
void x11shmpool_border_move(X11ShmpoolBorder *b, X11ShmpoolRect region);

/** Redraw what an Expose event of the border's window uncovers; other events
 *  are ignored.
 *  @return 1 if the event was the border's own, else 0 */
int x11shmpool_border_event(X11ShmpoolBorder *b,
                            const xcb_generic_event_t *event);

/** Redraw the border after events were discarded because there were too many.
 *  Buffered. */
void x11shmpool_border_overflow(X11ShmpoolBorder *b);

/** Remove the border. Buffered; closing the display removes it, too. Does
 *  nothing if there is none. */
void x11shmpool_border_uninit(X11ShmpoolBorder *b);

#endif /* AVDEVICE_X11SHMPOOL_BORDER_H */
