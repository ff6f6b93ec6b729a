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

#ifndef AVDEVICE_X11SHMPOOL_UNPACK_H
#define AVDEVICE_X11SHMPOOL_UNPACK_H

#include <stdint.h>

#include "x11shmpool_format.h"

/**
 * @file
 * Pixels of any layout that X has, to eight bits a channel.
 * Pure: no state beyond the arguments; any thread.
 */

/** One channel of a pixel value: its eight bits are
 *  (((value >> shift) & max) * scale + half) >> X11SHMPOOL_UNPACK_BITS. */
typedef struct X11ShmpoolChannel {
    int shift;
    uint32_t max;
    uint32_t scale;
} X11ShmpoolChannel;

/** Exact, and less than 32 bits, for channels of up to ten bits. */
#define X11SHMPOOL_UNPACK_BITS 22

typedef struct X11ShmpoolUnpack {
    int bytes;               ///< of a pixel; each channel has one of them if 3
    int big_endian;
    int indexed;
    int direct;              ///< each channel has one of four bytes: nothing
                             ///< is to be done
    uint8_t position[3];     ///< of the bytes of red, green and blue among the
                             ///< four, unpacked if need be
    X11ShmpoolChannel channel[3]; ///< red, green, blue
} X11ShmpoolUnpack;

void x11shmpool_unpack_init(X11ShmpoolUnpack *u, const X11ShmpoolFormat *f);

/**
 * A row of n pixels of four bytes, of which u->position tells the colours. A
 * channel of largest value max is value * 255 / max, rounded to the nearest.
 *
 * @param buffer  room for n pixels
 * @param palette 256 values 0xAARRGGBB where the format is indexed
 * @return src itself where its pixels are like that, or buffer
 */
const uint8_t *x11shmpool_unpack_row(const X11ShmpoolUnpack *u, uint8_t *buffer,
                                     const uint8_t *src, int n,
                                     const uint32_t *palette);

#endif /* AVDEVICE_X11SHMPOOL_UNPACK_H */
