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

#ifndef AVDEVICE_X11SHMPOOL_VERIFY_H
#define AVDEVICE_X11SHMPOOL_VERIFY_H

#include "x11shmpool_damage.h"
#include "x11shmpool_display.h"
#include "x11shmpool_format.h"
#include "x11shmpool_slot.h"
#include "x11shmpool_source.h"

/**
 * @file
 * Checking that damage can be trusted: some drivers draw without reporting it.
 * Every other second a few rows of the screen are compared with the last frame,
 * which should equal it. The rows follow a van der Corput sequence, so that any
 * n consecutive checks sample the height evenly: the higher an unreported
 * change, the sooner it is found; within seconds if it has a thirtieth of the
 * screen's height. After the first one the checks are made four times a second.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolVerify {
    X11ShmpoolDisplay *display;
    const X11ShmpoolFormat *format;
    X11ShmpoolSlot scratch;  ///< where the server puts the rows
    xcb_gcontext_t gc;       ///< to copy them, XCB_NONE if the server can't
    int usable;
    int64_t due;             ///< when the next check is due, µs of
                             ///< av_gettime_relative()
    unsigned position;       ///< in the sequence
    int misses;              ///< checks that found an unreported change
} X11ShmpoolVerify;

void x11shmpool_verify_init(X11ShmpoolVerify *v, X11ShmpoolDisplay *d,
                            const X11ShmpoolFormat *format);

/** Note that the format has got another size. Buffered. */
void x11shmpool_verify_resized(X11ShmpoolVerify *v);

/** Free all, on the server too. Buffered. */
void x11shmpool_verify_end(X11ShmpoolVerify *v);

/** Free the memory; the server frees its part when the display is closed. */
void x11shmpool_verify_uninit(X11ShmpoolVerify *v);

/** Whether a check is due. Costs no request. */
int x11shmpool_verify_due(const X11ShmpoolVerify *v);

/**
 * Compare some rows with the screen, except in the source's gaps.
 *
 * @param slot    should equal the screen, except for what is painted over it
 *                (its cover)
 * @param differs set to whether it does not
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_verify_rows(X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                           const X11ShmpoolSlot *slot, int *differs);

#endif /* AVDEVICE_X11SHMPOOL_VERIFY_H */
