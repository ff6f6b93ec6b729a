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

#ifndef AVDEVICE_X11SHMPOOL_CONVERT_H
#define AVDEVICE_X11SHMPOOL_CONVERT_H

#include <stdint.h>

#include "libavutil/pixfmt.h"

#include "x11shmpool_format.h"
#include "x11shmpool_geometry.h"
#include "x11shmpool_matrix.h"
#include "x11shmpool_unpack.h"

/**
 * @file
 * The pixels of a slot in the format that a consumer asked for.
 *
 * With R, G and B from 0 to 1, a sample is the rounded
 *     Y = offset + scale * (Kr R + Kg G + Kb B),
 *     U = 128 + chroma scale * (B - Y) / (2 (1 - Kb)), V likewise with R,
 * or at most one step beside it, also where channels have more or less than
 * 8 bits. The chroma of a subsampled format is that of the average of 2x2
 * pixels, or of those that there are at an odd edge (AVCHROMA_LOC_CENTER). Red,
 * green and blue are value * 255 / max, rounded to the nearest. Grey is Y.
 *
 * A sample depends only on the pixels that it is made of: not on the rectangle
 * that it was converted with, and not on the processor.
 *
 * Pure: no X connection, no allocation; any thread. What was set up may be used
 * by several threads at once.
 */

typedef struct X11ShmpoolConvert {
    enum AVPixelFormat to;
    int width, height;       ///< pixels of the picture
    int stride;              ///< bytes from row to row of a slot
    int subsampled;          ///< chroma is for 2x2 pixels
    X11ShmpoolUnpack unpack;
    X11ShmpoolMatrix matrix;
} X11ShmpoolConvert;

/**
 * @param from      the slots' format. Alpha is ignored: premultiplied colours
 *                  are what the screen shows over black
 * @param to        AV_PIX_FMT_YUV420P, NV12, YUV444P, RGB24 or GRAY8
 * @param space     AVCOL_SPC_BT709 or AVCOL_SPC_SMPTE170M
 * @param range     AVCOL_RANGE_MPEG or AVCOL_RANGE_JPEG; space and range must
 *                  be valid for RGB24 too, where they change nothing
 * @param cpu_flags what av_get_cpu_flags() returned
 * @return 0; AVERROR(EINVAL) for another format, space or range. *c is
 *         undefined after an error.
 */
int x11shmpool_convert_init(X11ShmpoolConvert *c, const X11ShmpoolFormat *from,
                            enum AVPixelFormat to, enum AVColorSpace space,
                            enum AVColorRange range, int cpu_flags);

/** The part of r within the picture, rounded out to whole chroma samples. */
X11ShmpoolRect x11shmpool_convert_round(const X11ShmpoolConvert *c,
                                        X11ShmpoolRect r);

/**
 * Convert a rectangle, rounded out first. Of src and dst nothing else is read
 * or written, and of the padding of their rows nothing at all.
 *
 * @param dst      the planes of the whole picture
 * @param linesize bytes from row to row of each
 * @param src      the slot's first byte
 * @param palette  256 values 0xAARRGGBB where the slots' format is indexed
 */
void x11shmpool_convert_rect(const X11ShmpoolConvert *c,
                             uint8_t *const dst[4], const int linesize[4],
                             const uint8_t *src, X11ShmpoolRect r,
                             const uint32_t *palette);

#endif /* AVDEVICE_X11SHMPOOL_CONVERT_H */
