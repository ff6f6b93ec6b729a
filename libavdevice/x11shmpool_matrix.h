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

#ifndef AVDEVICE_X11SHMPOOL_MATRIX_H
#define AVDEVICE_X11SHMPOOL_MATRIX_H

#include <stdint.h>

#include "libavutil/pixfmt.h"

/**
 * @file
 * Rows of pixels of four bytes, multiplied by a colour matrix: to luma, and to
 * chroma at the same or half the resolution; or as they are, to RGB24.
 *
 * A sample is
 *     (sum of bytes x weights + (offset << 15) + (1 << 14)) >> 15,
 * at most 255. Where chroma is subsampled, it is
 *     (sum of bytes x chroma weights + (offset << 16) + (1 << 15)) >> 16
 * of two columns, each of which is the average of two rows, rounded up.
 * Rounding up does not tint, as the weights of chroma add up to 0. Every
 * implementation computes exactly this, so their bytes are the same.
 *
 * Pure: no state beyond the arguments; any thread.
 */

#define X11SHMPOOL_WEIGHT_BITS 15

/**
 * How one kind of sample follows from the bytes of a pixel, in the order of
 * memory: weight[i] is factor[i / 2] * part[i], and the parts of a pair of
 * bytes are so small that the pair's sum fits in 16 bits: pmaddubsw with the
 * parts and pmaddwd with the factors are the same as the weights.
 */
typedef struct X11ShmpoolWeights {
    int16_t weight[4];       ///< 1 << 15 would be 1
    int16_t exact[4];        ///< likewise, to the nearest: for subsampled chroma
    int16_t factor[2];
    int8_t part[4];
    int offset;              ///< 0, 16 or 128
} X11ShmpoolWeights;

/** One row: dst[i] from pixel i of src, for n pixels. */
typedef void X11ShmpoolPlaneFunction(uint8_t *dst, const uint8_t *src, int n,
                                     const X11ShmpoolWeights *w);

/**
 * Two rows of n pixels to one of (n + 1) / 2 samples of chroma. An odd last
 * column counts twice, as does an odd last row that is given as both rows.
 *
 * @param v NULL for U and V by turns in u
 * @param w for U and V
 */
typedef void X11ShmpoolChromaFunction(uint8_t *u, uint8_t *v,
                                      const uint8_t *const src[2], int n,
                                      const X11ShmpoolWeights w[2]);

/** One row of n pixels to red, green and blue by turns. */
typedef void X11ShmpoolRgbFunction(uint8_t *dst, const uint8_t *src, int n,
                                   const uint8_t position[3]);

typedef struct X11ShmpoolMatrix {
    uint8_t position[3];     ///< of the bytes of red, green and blue in a pixel
    X11ShmpoolWeights w[3];  ///< for Y, U and V
    X11ShmpoolPlaneFunction *plane;
    X11ShmpoolChromaFunction *chroma;
    X11ShmpoolRgbFunction *rgb;
} X11ShmpoolMatrix;

/**
 * @param position  where in a pixel the bytes of red, green and blue are; the
 *                  fourth byte does not count
 * @param space     AVCOL_SPC_BT709 or AVCOL_SPC_SMPTE170M
 * @param range     AVCOL_RANGE_MPEG or AVCOL_RANGE_JPEG
 * @param cpu_flags the AV_CPU_FLAG_* that may be made use of
 * @return 0; AVERROR(EINVAL) for another space or range
 */
int x11shmpool_matrix_init(X11ShmpoolMatrix *m, const uint8_t position[3],
                           enum AVColorSpace space, enum AVColorRange range,
                           int cpu_flags);

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
#define X11SHMPOOL_MATRIX_X86 1
#else
#define X11SHMPOOL_MATRIX_X86 0
#endif

/* Those with vectors are there if X11SHMPOOL_MATRIX_X86. Each leaves what does
 * not fill its vectors to the next simpler one. */
X11ShmpoolPlaneFunction x11shmpool_matrix_plane_c;
X11ShmpoolChromaFunction x11shmpool_matrix_chroma_c;
X11ShmpoolRgbFunction x11shmpool_matrix_rgb_c;
X11ShmpoolPlaneFunction x11shmpool_matrix_plane_sse2;
X11ShmpoolChromaFunction x11shmpool_matrix_chroma_sse2;
X11ShmpoolPlaneFunction x11shmpool_matrix_plane_avx2;
X11ShmpoolChromaFunction x11shmpool_matrix_chroma_avx2;
X11ShmpoolRgbFunction x11shmpool_matrix_rgb_avx2;

#endif /* AVDEVICE_X11SHMPOOL_MATRIX_H */
