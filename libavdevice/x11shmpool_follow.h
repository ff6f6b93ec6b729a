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

#ifndef AVDEVICE_X11SHMPOOL_FOLLOW_H
#define AVDEVICE_X11SHMPOOL_FOLLOW_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * Following a monitor wherever it moves; or the whole screen, except for what
 * no monitor shows.
 *
 * Root coordinates. On the thread that owns the display.
 */

typedef struct X11ShmpoolFollow {
    char *name;              ///< the monitor's, or "primary"; NULL for the
                             ///< whole screen; owned
    X11ShmpoolRect last;     ///< where the monitor was when it was last on
    int off;                 ///< it is not on now
} X11ShmpoolFollow;

/**
 * Choose a monitor.
 *
 * @param f      zeroed
 * @param whole  the screen
 * @param wanted as for x11shmpool_monitors_find(). "primary" stands for
 *               whichever monitor that is at any time; a number for the monitor
 *               that has it now, which is then followed by its name
 * @return 0; AVERROR(ENOENT) with one line logged that lists the monitors;
 *         AVERROR(ENOMEM); or as x11shmpool_display_receive()
 */
int x11shmpool_follow_choose(X11ShmpoolFollow *f, X11ShmpoolDisplay *d,
                             X11ShmpoolRect whole, const char *wanted);

/**
 * Ask where the monitors are now. Logs if the one that is followed went off or
 * came back.
 *
 * @param gaps    set to what no monitor shows, if the whole screen is captured;
 *                room for max rectangles
 * @param nb_gaps their number
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_receive(); after an
 *         error nothing has changed
 */
int x11shmpool_follow_update(X11ShmpoolFollow *f, X11ShmpoolDisplay *d,
                             X11ShmpoolRect whole, X11ShmpoolRect *gaps,
                             int max, int *nb_gaps);

/** Free what it owns. */
void x11shmpool_follow_uninit(X11ShmpoolFollow *f);

#endif /* AVDEVICE_X11SHMPOOL_FOLLOW_H */
