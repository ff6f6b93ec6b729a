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

#ifndef AVDEVICE_X11SHMPOOL_SOURCE_H
#define AVDEVICE_X11SHMPOOL_SOURCE_H

#include <stdint.h>

#include "x11shmpool_ancestors.h"
#include "x11shmpool_display.h"
#include "x11shmpool_follow.h"
#include "x11shmpool_format.h"
#include "x11shmpool_geometry.h"
#include "x11shmpool_pixmap.h"

/**
 * @file
 * What is captured, and where it is now: a part of a screen, of a monitor on
 * it, or of a window.
 *
 * Coordinates are the window's own (the root's for a screen or a monitor). A
 * window is read from its own pixmap if the server has the Composite extension,
 * so that neither what covers it nor the screen's edge is in the way; else from
 * the screen, as far as it is visible there.
 *
 * The region keeps its place within what it was chosen on: it moves with the
 * monitor or the window. It keeps its size too, until x11shmpool_source_fit().
 * Whatever of it lies outside is black.
 *
 * Events are only reasons to ask the server, since any client can send any
 * event. All that they give reason to ask is asked in
 * x11shmpool_source_update().
 *
 * On the thread that owns the display.
 */

/** The events that a source selects on its window. */
#define X11SHMPOOL_SOURCE_EVENTS (XCB_EVENT_MASK_STRUCTURE_NOTIFY | \
                                  XCB_EVENT_MASK_VISIBILITY_CHANGE)

#define X11SHMPOOL_SOURCE_GAPS 1024

/** Private to x11shmpool_source.c and x11shmpool_source_region.c. */
typedef struct X11ShmpoolSourceState {
    int quiet;                ///< errors are not logged
    int blank;                ///< there is no window
    int stale;                ///< flags: what has to be asked again
    int64_t quiet_until;      ///< when most of the window's events are selected
                              ///< again, µs; 0 if they are
    X11ShmpoolFollow monitor; ///< the monitor, of a screen
    X11ShmpoolPixmap pixmap;  ///< of a window
    X11ShmpoolRect screen;    ///< the root window; only if not copyable
    X11ShmpoolRect chosen;    ///< as given to x11shmpool_source_select()
    X11ShmpoolAncestors ancestors; ///< of a window
} X11ShmpoolSourceState;

typedef struct X11ShmpoolSource {
    X11ShmpoolDisplay *display;
    xcb_window_t window;
    int is_root;
    const char *what;         ///< "screen", "monitor" or "window"
    X11ShmpoolLayout layout;
    xcb_drawable_t drawable;  ///< what pixels are read from
    int dx, dy;               ///< the window's origin in the drawable
    int copyable;             ///< CopyArea from it gets every pixel, and damage
                              ///< on the window reports each that changes

    X11ShmpoolRect whole;     ///< the window, at 0,0
    X11ShmpoolRect bounds;    ///< the part that the region may show: all, or
                              ///< the monitor; empty while that is off
    X11ShmpoolRect region;    ///< what to capture; may lie partly outside
    X11ShmpoolRect gaps[X11SHMPOOL_SOURCE_GAPS];
    int nb_gaps;              ///< number of gaps: parts of a screen that no
                              ///< monitor shows, or of a window that lie
                              ///< outside its shape. Their pixels are undefined
    int root_x, root_y;       ///< the window's origin on the root window
    int viewable;             ///< there is something to be read
    int closed;               ///< the window is gone for good
    int resized;              ///< what is captured has changed its size
    X11ShmpoolSourceState state;
} X11ShmpoolSource;

/**
 * Find a window, or with XCB_NONE the display's screen, and follow it from now
 * on. region is all of it until x11shmpool_source_select(). Warns of a screen
 * that can't be read.
 *
 * @return 0; AVERROR(ENOENT) no such window, AVERROR(EINVAL) one that is not
 *         viewable or has no pixels, each with one line logged; or as
 *         x11shmpool_display_receive(). After an error there is nothing to
 *         close.
 */
int x11shmpool_source_open(X11ShmpoolSource *s, X11ShmpoolDisplay *d,
                           xcb_window_t window);

/** The same for a window, without a line logged. */
int x11shmpool_source_open_quietly(X11ShmpoolSource *s, X11ShmpoolDisplay *d,
                                   xcb_window_t window);

/** Stand for a window of the display's screen that is not there: nothing is
 *  selected or followed, and all is black. Sends nothing. */
void x11shmpool_source_blank(X11ShmpoolSource *s, X11ShmpoolDisplay *d);

/** Whether it does. */
int x11shmpool_source_is_blank(const X11ShmpoolSource *s);

/**
 * Narrow a screen down to one of its monitors.
 *
 * @return as x11shmpool_follow_choose()
 */
int x11shmpool_source_set_monitor(X11ShmpoolSource *s, const char *wanted);

/** Undo what open did to the window, if the server has not gone. */
void x11shmpool_source_close(X11ShmpoolSource *s);

/**
 * Choose the part to capture.
 *
 * @param x,y within the screen, the monitor or the window
 * @param w,h 0 for as much as there is from x,y on
 * @return 0; AVERROR(EINVAL) if none of it lies within bounds, with one line
 *         logged that names the legal range. A region that lies partly outside
 *         is fine, with a warning.
 */
int x11shmpool_source_select(X11ShmpoolSource *s, int x, int y, int w, int h);

/**
 * Choose the part to capture, with a size that is given already, wherever it
 * lies.
 *
 * @param chosen as given to x11shmpool_source_select(), for
 *               x11shmpool_source_fit()
 */
void x11shmpool_source_put(X11ShmpoolSource *s, X11ShmpoolRect chosen,
                           int w, int h);

/**
 * Where no size was chosen, give the region the size that
 * x11shmpool_source_select() would give it now. It keeps its place, and its size
 * while what is captured is not shown, or too small to hold any of it.
 *
 * @param even round the size down to even numbers
 * @return whether the size is another one
 */
int x11shmpool_source_fit(X11ShmpoolSource *s, int even);

/**
 * Note that an event gives reason to ask: moved, resized, mapped, closed,
 * monitors changed. Of synthetic events only ConfigureNotify does. Sends
 * nothing.
 *
 * @return 1 if x11shmpool_source_update() is needed; 0 if the event does not
 *         concern the source
 */
int x11shmpool_source_event(X11ShmpoolSource *s,
                            const xcb_generic_event_t *event);

/** Note that events were discarded because there were too many: for a second
 *  most of the window's events are not selected, and x11shmpool_source_update()
 *  asks for everything. To be called after x11shmpool_tree_overflow(). */
void x11shmpool_source_overflow(X11ShmpoolSource *s);

/** Whether that second is not over yet: at its end x11shmpool_source_update()
 *  selects X11SHMPOOL_SOURCE_EVENTS on the window, and nothing else. */
int x11shmpool_source_quiet(const X11ShmpoolSource *s);

/** Whether the source's window lies in that one, at whatever depth, according to
 *  the last update. Sends nothing. */
int x11shmpool_source_lies_in(const X11ShmpoolSource *s, xcb_window_t window);

/**
 * Bring all up to date after x11shmpool_source_event() returned 1. Otherwise
 * sends nothing, except for a window that is read from the screen. Takes one
 * round trip, two if the size changed, and more for monitors and for a window
 * that has got another parent.
 *
 * @param changed set to whether all pixels may be different now, so that
 *                everything is stale; a window that only moved keeps its pixels
 * @return 0; AVERROR(ENOMEM), or as x11shmpool_display_receive(): then
 *         everything is asked again the next time. It is no error if a window
 *         is gone or not viewable: see closed and viewable
 */
int x11shmpool_source_update(X11ShmpoolSource *s, int *changed);

/** The part of the region that has pixels to be read; empty if none. It may
 *  contain gaps. */
X11ShmpoolRect x11shmpool_source_visible(const X11ShmpoolSource *s);

#endif /* AVDEVICE_X11SHMPOOL_SOURCE_H */
