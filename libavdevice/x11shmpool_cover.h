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

#ifndef AVDEVICE_X11SHMPOOL_COVER_H
#define AVDEVICE_X11SHMPOOL_COVER_H

#include <stddef.h>
#include <stdint.h>

#include "x11shmpool_format.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * A cover keeps the pixels of a picture that are about to be painted over, so
 * that they can be restored. Pure; one thread at a time.
 */

#define X11SHMPOOL_COVERED 32

/** A zeroed cover is empty: nothing is painted over. */
typedef struct X11ShmpoolCover {
    int nb;
    X11ShmpoolRect rects[X11SHMPOOL_COVERED]; ///< in the picture
    uint8_t *pixels;         ///< theirs, one rectangle after the other, rows
                             ///< without padding
    size_t used;             ///< bytes
    unsigned allocated;      ///< bytes
} X11ShmpoolCover;

/**
 * Save a rectangle of a picture.
 *
 * @param data f->stride bytes a row
 * @param r    an empty one is left out; else it must lie within the picture
 * @return 0, or AVERROR(ENOMEM): then r must not be painted over; at most
 *         X11SHMPOOL_COVERED may be saved at a time
 */
int x11shmpool_cover_add(X11ShmpoolCover *cover, const X11ShmpoolFormat *f,
                         const uint8_t *data, X11ShmpoolRect r);

/** Make the picture what it was before the first rectangle was saved. The cover
 *  is empty afterwards. */
void x11shmpool_cover_restore(X11ShmpoolCover *cover, const X11ShmpoolFormat *f,
                              uint8_t *data);

/** Free the memory. */
void x11shmpool_cover_uninit(X11ShmpoolCover *cover);

#endif /* AVDEVICE_X11SHMPOOL_COVER_H */
