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

#ifndef AVDEVICE_X11SHMPOOL_TRANSIENTS_H
#define AVDEVICE_X11SHMPOOL_TRANSIENTS_H

#include <stdint.h>

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"
#include "x11shmpool_owner.h"
#include "x11shmpool_source.h"

/**
 * @file
 * Finding the menus and tooltips of a window: top-level windows that are shown,
 * override the window manager and are transient for it, for a window within it,
 * or for another such window (ICCCM 4.1.2.6 and 4.1.10); or are transient for
 * none and belong to it according to x11shmpool_owner.h.
 *
 * However many windows come and go, a frame costs at most three round trips;
 * one more if all top-level windows are examined: at the start, and after more
 * were mapped than are remembered; and two more if there are windows of the
 * same client that are transient for none. The next frame continues what can't
 * be completed in these.
 *
 * On the thread that owns the display.
 */

#define X11SHMPOOL_TRANSIENTS 16

typedef struct X11ShmpoolCandidate {
    xcb_window_t window;
    xcb_visualid_t visual;
    xcb_window_t leader;       ///< what it is transient for, or the window that
                               ///< it belongs to; XCB_NONE before that is known
    xcb_window_t at;           ///< leader or an ancestor of it: the one whose
                               ///< parent is asked for next; XCB_NONE after the
                               ///< root window
    int steps;                 ///< number of ancestors examined
    int same_client;           ///< and transient for none
    X11ShmpoolRect rect;       ///< root coordinates; only if same_client
    unsigned sequences[4];     ///< of the requests, 0 if not sent
} X11ShmpoolCandidate;

#define X11SHMPOOL_CANDIDATES 1024

typedef struct X11ShmpoolTransients {
    X11ShmpoolDisplay *display;
    X11ShmpoolOwner owner;
    xcb_window_t leaders[1 + X11SHMPOOL_TRANSIENTS]; ///< the window itself and
    int nb_leaders;                                  ///< what was found
    X11ShmpoolCandidate list[X11SHMPOOL_CANDIDATES];
    int nb;
    int nb_mapped;             ///< mapped since the last update
    int crowded;               ///< there are more than fit
    int rescan;                ///< all top-level windows are to be examined
    int64_t paused;            ///< since when the root window's events are not
                               ///< selected, µs; 0 if they are
} X11ShmpoolTransients;

/** What was found. */
typedef struct X11ShmpoolTransient {
    xcb_window_t window;
    xcb_visualid_t visual;
} X11ShmpoolTransient;

/** Begin to look for the transients of a window. Selects SubstructureNotify on
 *  the root window: nothing else may select events there with this connection.
 *  @return 0, or as x11shmpool_display_receive() */
int x11shmpool_transients_init(X11ShmpoolTransients *t,
                               const X11ShmpoolSource *window);

/** Note an event. Synthetic events are ignored. Sends nothing. */
void x11shmpool_transients_event(X11ShmpoolTransients *t,
                                 const xcb_generic_event_t *event);

/** Note that there are more events than can be read: those of the root window
 *  are not selected for a second, after which all top-level windows are
 *  examined. Does not wait. */
void x11shmpool_transients_overflow(X11ShmpoolTransients *t);

/**
 * Examine what was mapped. Sends nothing if nothing was.
 *
 * @param found room for X11SHMPOOL_TRANSIENTS; filled with those that are new,
 *              which are remembered until x11shmpool_transients_forget()
 * @return their number; AVERROR(ENOMEM), or as x11shmpool_display_receive():
 *         then all are examined again the next time
 */
int x11shmpool_transients_update(X11ShmpoolTransients *t,
                                 X11ShmpoolTransient *found);

/** Note that a window that was found is no longer shown. */
void x11shmpool_transients_forget(X11ShmpoolTransients *t, xcb_window_t window);

#endif /* AVDEVICE_X11SHMPOOL_TRANSIENTS_H */
