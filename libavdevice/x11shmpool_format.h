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

#ifndef AVDEVICE_X11SHMPOOL_FORMAT_H
#define AVDEVICE_X11SHMPOOL_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "libavutil/pixfmt.h"

/**
 * @file
 * What an X server's pixels are called in FFmpeg, and how long their rows are.
 * Pure: no X connection, no state; any thread.
 */

/** A drawable's pixels as the X server describes them. */
typedef struct X11ShmpoolLayout {
    int depth;               ///< significant bits of a pixel
    int bits_per_pixel;      ///< of the depth's pixmap format
    int scanline_pad;        ///< bits that a row is padded to
    int big_endian;          ///< image byte order is MSBFirst
    int visual_class;        ///< X's numbers: 0 StaticGray .. 5 DirectColor
    uint32_t red, green, blue; ///< masks; ignored for indexed classes (0 to 3)
} X11ShmpoolLayout;

typedef struct X11ShmpoolFormat {
    enum AVPixelFormat pix_fmt;
    int depth;
    int bits_per_pixel;      ///< 8, 16, 24 or 32
    int scanline_pad;        ///< bits that X pads a row of any length to
    int big_endian;          ///< byte order of a pixel in memory
    int indexed;             ///< PAL8: values are entries of a colormap
    uint32_t red, green, blue, alpha; ///< masks of a pixel value, 0 if indexed;
                                      ///< alpha is 0 if there is none
    int width, height;       ///< pixels
    int stride;              ///< bytes from row to row as X lays them out
    int packed_stride;       ///< bytes from row to row as packets carry them:
                             ///< stride, or less if rawvideo can't read padded
                             ///< rows of this pix_fmt
    int size;                ///< bytes of a packet, packed_stride * height
} X11ShmpoolFormat;

/**
 * Find the pixel format that the masks, not bits_per_pixel alone, call for: 8
 * bits indexed (PAL8) or 3-3-2; 12 to 16 bits; 24 bits in three or four bytes;
 * 30 bits; 32 bits, of which those outside the three masks are alpha. Either
 * byte order.
 *
 * @param log an AVClass context for the error line, may be NULL
 * @return 0; AVERROR_PATCHWELCOME for a layout that FFmpeg has no pixel format
 *         for, logged with its depth and masks; AVERROR(EINVAL) for a size that
 *         is not positive or whose packet would not fit in an int. *f is
 *         undefined after an error.
 */
int x11shmpool_format_init(X11ShmpoolFormat *f, void *log,
                           const X11ShmpoolLayout *layout,
                           int width, int height);

/** Where a pixel lies in a slot, bytes from its first one. */
size_t x11shmpool_format_offset(const X11ShmpoolFormat *f, int x, int y);

/** Read and write the pixel value at p, bits_per_pixel / 8 bytes. */
uint32_t x11shmpool_format_read(const X11ShmpoolFormat *f, const uint8_t *p);
void x11shmpool_format_write(const X11ShmpoolFormat *f, uint8_t *p, uint32_t v);

/** A pixel value as 0xAARRGGBB, each channel rounded to 8 bits; alpha is 255 if
 *  there is none. Not for indexed formats. */
uint32_t x11shmpool_format_argb(const X11ShmpoolFormat *f, uint32_t pixel);

#endif /* AVDEVICE_X11SHMPOOL_FORMAT_H */
