/*
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

#ifndef AVDEVICE_X11SHMPOOL_REGION_H
#define AVDEVICE_X11SHMPOOL_REGION_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * The region as its user sees it: the border drawn around it on the display,
 * and choosing it, or a window, with the pointer. On the thread that owns the display.
 */

typedef struct X11ShmpoolBorder {
    X11ShmpoolDisplay *display;
    xcb_window_t window;      ///< XCB_NONE while there is no border
    xcb_gcontext_t gc;
    X11ShmpoolRect region;    ///< what it is drawn around, root coordinates
    int thickness;            ///< pixels, outside the region
} X11ShmpoolBorder;

/**
 * Show a dashed black and white border, thickness pixels wide, just outside
 * region. It never covers the region and takes no input from what lies below
 * it. Without the SHAPE extension there is no border, and one warning.
 *
 * @return 0, or as x11shmpool_display_wait()
 */
int x11shmpool_border_init(X11ShmpoolBorder *b, X11ShmpoolDisplay *d,
                           X11ShmpoolRect region, int thickness);

/** Move it to where the region is now; nothing is sent if it has not moved.
 *  Buffered, not flushed. */
void x11shmpool_border_move(X11ShmpoolBorder *b, X11ShmpoolRect region);

/** Draw what an Expose event of the border's window uncovers; other events are
 *  not touched.
 *  @return 1 if the event was the border's own, else 0 */
int x11shmpool_border_event(X11ShmpoolBorder *b,
                            const xcb_generic_event_t *event);

/** Take the border away. Leaves a border that was never shown alone. */
void x11shmpool_border_uninit(X11ShmpoolBorder *b);

/**
 * Let the user drag a rectangle over the screen with any pointer button, shown
 * as it grows, as x11grab's select_region does; the server is grabbed
 * meanwhile, and released again on every way out, also when interrupted.
 *
 * @param region set to the rectangle, root coordinates; w = h = 0 for a click
 *               without dragging, which stands for the whole screen
 * @return 0; AVERROR(EBUSY) with a line logged if the pointer is grabbed by
 *         another client; or as x11shmpool_display_wait()
 */
int x11shmpool_region_select(X11ShmpoolDisplay *d, X11ShmpoolRect *region);

/**
 * Let the user click on a window with the first pointer button; another button
 * calls it off. Other programs go on meanwhile.
 *
 * @param window set to the top-level window
 * @return 0; AVERROR(EBUSY) as above; AVERROR(EINVAL) with a line logged if
 *         there was no window under the pointer; AVERROR_EXIT with a line
 *         logged if it was called off; or as x11shmpool_display_wait()
 */
int x11shmpool_region_pick(X11ShmpoolDisplay *d, xcb_window_t *window);

#endif /* AVDEVICE_X11SHMPOOL_REGION_H */
