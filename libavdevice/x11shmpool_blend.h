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

#ifndef AVDEVICE_X11SHMPOOL_BLEND_H
#define AVDEVICE_X11SHMPOOL_BLEND_H

#include <stddef.h>
#include <stdint.h>

#include "x11shmpool_format.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * Painting the pointer's image into a captured picture. Pure: no X connection,
 * no state beyond the arguments; any thread.
 */

/** A pointer's image: rows of width premultiplied ARGB values, native order. */
typedef struct X11ShmpoolCursorImage {
    uint32_t *argb;
    int width, height;
    int xhot, yhot;          ///< the hot spot within the image
} X11ShmpoolCursorImage;

/** The rectangle that the image covers with its hot spot at px,py, not
 *  clipped. */
X11ShmpoolRect x11shmpool_blend_rect(const X11ShmpoolCursorImage *cursor,
                                     int px, int py);

/**
 * Blend a cursor over a picture.
 *
 * With M a channel's largest value (255 at 8 bits, 31 at 5, 1023 at 10), c the
 * cursor's premultiplied channel and a its alpha, both of 255, and d the
 * picture's channel: d' = (c * M + d * (255 - a) + 127) / 255, at most M. An
 * alpha channel in the picture is treated as one more channel with c = a.
 * Pixels with a = 0 keep their bytes. Bits outside the masks are kept.
 *
 * If f->indexed, d is the palette's colour (8 bits a channel) and the pixel
 * becomes the entry nearest to d' by squared distance, the lowest such entry;
 * pixels with a = 0 are kept.
 *
 * @param data    the picture's first byte, f->width x f->height pixels
 * @param stride  bytes from row to row
 * @param px,py   the position of the hot spot, in the picture's coordinates;
 *                any part of the cursor may lie outside the picture
 * @param clip    the part of the picture that may be painted on
 * @param palette 256 values 0xAARRGGBB if f->indexed, else ignored
 */
void x11shmpool_blend_cursor(const X11ShmpoolFormat *f,
                             uint8_t *data, ptrdiff_t stride,
                             const X11ShmpoolCursorImage *cursor,
                             int px, int py, X11ShmpoolRect clip,
                             const uint32_t *palette);

#endif /* AVDEVICE_X11SHMPOOL_BLEND_H */
