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

/**
 * @file
 * Finding the menus and tooltips of a window: top-level windows that are shown,
 * override the window manager and are transient for it, for a window within it,
 * or for one that was found before (ICCCM 4.1.2.6 and 4.1.10).
 *
 * However many windows come and go, a frame costs three round trips at most,
 * and four where all top-level windows are looked at: at the start, and when
 * more were mapped than are remembered. What can't be found out in these is
 * gone on with at the next frame.
 *
 * On the thread that owns the display.
 */

#define X11SHMPOOL_TRANSIENTS 16

typedef struct X11ShmpoolCandidate {
    xcb_window_t window;
    xcb_visualid_t visual;
    xcb_window_t leader;       ///< what it is transient for; XCB_NONE until that
                               ///< was asked
    xcb_window_t at;           ///< a window that leader lies in, or itself; the
                               ///< next one whose parent is asked for; XCB_NONE
                               ///< when the root window was reached
    int steps;                 ///< how many were
    unsigned sequences[2];     ///< of what was asked
} X11ShmpoolCandidate;

#define X11SHMPOOL_CANDIDATES 1024

typedef struct X11ShmpoolTransients {
    X11ShmpoolDisplay *display;
    xcb_window_t leaders[1 + X11SHMPOOL_TRANSIENTS]; ///< the window itself and
    int nb_leaders;                                  ///< what was found
    X11ShmpoolCandidate list[X11SHMPOOL_CANDIDATES];
    int nb;
    int nb_mapped;             ///< of these since the last update
    int crowded;               ///< there are more than are taken
    int rescan;                ///< all top-level windows are to be looked at
    int64_t paused;            ///< since when root isn't listened to, µs, or 0
} X11ShmpoolTransients;

/** What was found. */
typedef struct X11ShmpoolTransient {
    xcb_window_t window;
    xcb_visualid_t visual;
} X11ShmpoolTransient;

/** Begin to look for the transients of a window. Selects what nobody else may
 *  select with this connection: SubstructureNotify on the root window. */
void x11shmpool_transients_init(X11ShmpoolTransients *t, X11ShmpoolDisplay *d,
                                xcb_window_t window);

/** Note an event; synthetic ones are none. Sends nothing. */
void x11shmpool_transients_event(X11ShmpoolTransients *t,
                                 const xcb_generic_event_t *event);

/** Note that there are more events than are read: those of the root window are
 *  done without for a second, after which it is looked what is there. Waits for
 *  nothing. */
void x11shmpool_transients_overflow(X11ShmpoolTransients *t);

/**
 * Look at what was mapped. Costs nothing where nothing was.
 *
 * @param found room for X11SHMPOOL_TRANSIENTS; filled with those that are new,
 *              which are remembered until x11shmpool_transients_forget()
 * @return how many these are; AVERROR(ENOMEM), or as
 *         x11shmpool_display_receive(): then all are looked at again the next time
 */
int x11shmpool_transients_update(X11ShmpoolTransients *t,
                                 X11ShmpoolTransient *found);

/** One that was found is no longer shown. */
void x11shmpool_transients_forget(X11ShmpoolTransients *t, xcb_window_t window);

#endif /* AVDEVICE_X11SHMPOOL_TRANSIENTS_H */
