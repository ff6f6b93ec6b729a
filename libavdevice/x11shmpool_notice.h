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

#ifndef AVDEVICE_X11SHMPOOL_NOTICE_H
#define AVDEVICE_X11SHMPOOL_NOTICE_H

#include <stdint.h>

#include "x11shmpool_source.h"

/**
 * @file
 * What is told of the source while it is recorded, at info level: a new size,
 * and that it was closed. A size that changes again and again is told once a
 * second.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolNotice {
    const X11ShmpoolSource *source;
    int w, h;                ///< that was told, pixels; at first the size then
    int64_t time;            ///< when, µs; 0 before
    int closed;              ///< it was told
} X11ShmpoolNotice;

/** @param source must outlive the notice */
void x11shmpool_notice_init(X11ShmpoolNotice *n, const X11ShmpoolSource *source);

/** Tell the size if it has changed and none was told for a second. To be called
 *  once a frame.
 *  @param last nothing is told after this: tell it at once */
void x11shmpool_notice_size(X11ShmpoolNotice *n, int last);

/** Tell that the window was closed, once. */
void x11shmpool_notice_closed(X11ShmpoolNotice *n);

#endif /* AVDEVICE_X11SHMPOOL_NOTICE_H */
