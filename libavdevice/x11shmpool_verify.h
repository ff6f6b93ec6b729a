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
 * Trust in damage, checked: some paths to the screen don't report what they
 * draw. Every other second a few rows of the screen are compared with the frame
 * that is believed to equal it. The rows follow a van der Corput sequence, so
 * that any n checks in a row sample the height evenly: what is hidden is found
 * after a time that falls with its height, within seconds from a thirtieth of
 * the screen's on. After a first find it is done four times a second.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolVerify {
    X11ShmpoolDisplay *display;
    const X11ShmpoolFormat *format;
    X11ShmpoolSlot scratch;  ///< where the server puts the rows
    xcb_gcontext_t gc;       ///< to copy them, XCB_NONE where it can't
    int usable;
    int64_t due;             ///< µs of av_gettime_relative(), of the next check
    unsigned position;       ///< in the sequence
    int misses;              ///< checks that found undamaged change
} X11ShmpoolVerify;

void x11shmpool_verify_init(X11ShmpoolVerify *v, X11ShmpoolDisplay *d,
                            const X11ShmpoolFormat *format);

/** Free the memory; the server frees its half when the display is closed. */
void x11shmpool_verify_uninit(X11ShmpoolVerify *v);

/** Whether a check is due. Costs no request. */
int x11shmpool_verify_due(const X11ShmpoolVerify *v);

/**
 * Compare some rows with the screen, but for the source's gaps.
 *
 * @param slot    believed to be what the screen is, but for what covers it
 * @param differs set to whether it is not
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_verify_rows(X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                           const X11ShmpoolSlot *slot, int *differs);

#endif /* AVDEVICE_X11SHMPOOL_VERIFY_H */
