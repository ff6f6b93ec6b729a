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

#ifndef AVDEVICE_X11SHMPOOL_CLOCK_H
#define AVDEVICE_X11SHMPOOL_CLOCK_H

#include <stdint.h>

#include "libavutil/rational.h"

/**
 * @file
 * The frame grid. A tick is the moment at which a frame is due: tick n is due n
 * frame durations after the start. A tick whose successor is already due is
 * missed; it is counted, and never made up for. Pure: the time is passed in, so
 * it can be any clock; not thread-safe.
 */

typedef struct X11ShmpoolClock {
    AVRational rate;         ///< frames per second
    int64_t start;           ///< when tick 0 is due, ns of a steady clock
    int64_t wall;            ///< the wall clock then, µs since the epoch
    int64_t next;            ///< the first tick that has not been taken
    int64_t missed;          ///< ticks that passed without being taken
} X11ShmpoolClock;

/**
 * Start the grid: tick 0 is due now.
 *
 * @param now  ns of a clock that never steps
 * @param wall µs since the epoch at the same moment
 */
void x11shmpool_clock_init(X11ShmpoolClock *c, AVRational rate,
                           int64_t now, int64_t wall);

/** When tick n is due, ns of the steady clock, exact to the nearest ns. */
int64_t x11shmpool_clock_due(const X11ShmpoolClock *c, int64_t n);

/** Tick n's timestamp, µs of wall time, exact to the nearest µs: no error
 *  accumulates, whatever the rate. */
int64_t x11shmpool_clock_pts(const X11ShmpoolClock *c, int64_t n);

/**
 * Take the tick that is due at now: the latest one whose time has come. Those
 * before it that were not taken count as missed.
 *
 * @return the tick's number, or -1 if the next one is not due yet
 */
int64_t x11shmpool_clock_take(X11ShmpoolClock *c, int64_t now);

/** How many ticks are due at now and have not been taken. */
int64_t x11shmpool_clock_overdue(const X11ShmpoolClock *c, int64_t now);

/** Skip every tick that is due by now without counting it, because the user
 *  asked to leave this time out. */
void x11shmpool_clock_skip(X11ShmpoolClock *c, int64_t now);

#endif /* AVDEVICE_X11SHMPOOL_CLOCK_H */
