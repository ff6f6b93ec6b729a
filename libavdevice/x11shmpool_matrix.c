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

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "libavutil/attributes.h"
#include "libavutil/common.h"
#include "libavutil/cpu.h"
#include "libavutil/error.h"
#include "libavutil/intreadwrite.h"

#include "x11shmpool_matrix.h"

#define BITS X11SHMPOOL_WEIGHT_BITS

/* gcc's -O2 vectorises only loops whose length is a constant. */
#define BLOCK 16

static av_always_inline void weigh(uint8_t *restrict dst,
                                   const uint8_t *restrict src, int n,
                                   const X11ShmpoolWeights *w)
{
    const int16_t *k = w->weight;
    const int bias   = (w->offset << BITS) + (1 << (BITS - 1));

    for (int i = 0; i < n; i++) {
        int sum = src[4 * i]     * k[0] + src[4 * i + 1] * k[1] +
                  src[4 * i + 2] * k[2] + src[4 * i + 3] * k[3] + bias;

        dst[i] = FFMIN(sum >> BITS, 255);
    }
}

void x11shmpool_matrix_plane_c(uint8_t *dst, const uint8_t *src, int n,
                               const X11ShmpoolWeights *w)
{
    const X11ShmpoolWeights weights = *w;

    for (; n >= BLOCK; n -= BLOCK, dst += BLOCK, src += 4 * BLOCK)
        weigh(dst, src, BLOCK, &weights);
    weigh(dst, src, n, &weights);
}

static av_always_inline void average_rows(uint8_t *restrict dst,
                                          const uint8_t *restrict a,
                                          const uint8_t *restrict b, int n)
{
    for (int i = 0; i < n; i++, dst += 4, a += 4, b += 4) {
        dst[0] = (a[0] + b[0] + 1) >> 1;
        dst[1] = (a[1] + b[1] + 1) >> 1;
        dst[2] = (a[2] + b[2] + 1) >> 1;
        dst[3] = (a[3] + b[3] + 1) >> 1;
    }
}

/* n times two columns: the second is next bytes after the first. */
static av_always_inline void add_columns(int16_t *restrict dst,
                                         const uint8_t *restrict src,
                                         int n, int next)
{
    for (int i = 0; i < n; i++, dst += 4, src += 8) {
        dst[0] = src[0] + src[next];
        dst[1] = src[1] + src[next + 1];
        dst[2] = src[2] + src[next + 2];
        dst[3] = src[3] + src[next + 3];
    }
}

static av_always_inline void weigh_sums(uint8_t *restrict dst,
                                        const int16_t *restrict src, int n,
                                        const X11ShmpoolWeights *w)
{
    const int16_t *k = w->exact;
    const int bias   = (w->offset << (BITS + 1)) + (1 << BITS);

    for (int i = 0; i < n; i++) {
        int sum = src[4 * i]     * k[0] + src[4 * i + 1] * k[1] +
                  src[4 * i + 2] * k[2] + src[4 * i + 3] * k[3] + bias;

        dst[i] = FFMIN(sum >> (BITS + 1), 255);
    }
}

static av_always_inline void chroma(uint8_t *restrict u, uint8_t *restrict v,
                                    const uint8_t *restrict pixels,
                                    int n, int next,
                                    const X11ShmpoolWeights w[2])
{
    int16_t sums[4 * BLOCK];
    uint8_t samples[2][BLOCK];

    add_columns(sums, pixels, n, next);
    weigh_sums(v ? u : samples[0], sums, n, w);
    weigh_sums(v ? v : samples[1], sums, n, w + 1);
    for (int i = 0; i < n && !v; i++) {
        u[2 * i]     = samples[0][i];
        u[2 * i + 1] = samples[1][i];
    }
}

void x11shmpool_matrix_chroma_c(uint8_t *u, uint8_t *v,
                                const uint8_t *const src[2], int n,
                                const X11ShmpoolWeights w[2])
{
    const X11ShmpoolWeights weights[2] = { w[0], w[1] };
    const uint8_t *a = src[0], *b = src[1];
    uint8_t pixels[8 * BLOCK];

    for (; n >= 2 * BLOCK; n -= 2 * BLOCK) {
        average_rows(pixels, a, b, 2 * BLOCK);
        chroma(u, v, pixels, BLOCK, 4, weights);
        a += 8 * BLOCK;
        b += 8 * BLOCK;
        u += v ? BLOCK : 2 * BLOCK;
        v += v ? BLOCK : 0;
    }

    average_rows(pixels, a, b, n);
    chroma(u, v, pixels, n / 2, 4, weights);
    if (n & 1)
        chroma(u + n / 2 * (v ? 1 : 2), v ? v + n / 2 : NULL,
               pixels + 8 * (n / 2), 1, 0, weights);
}

/* Compilers make vectors of shifts where they make none of bytes with gaps. */
static av_always_inline void pick(uint8_t *restrict dst,
                                  const uint8_t *restrict src, int n,
                                  int red, int green, int blue)
{
    for (int i = 0; i < n; i++) {
        uint32_t pixel = AV_RL32(src + 4 * i);

        dst[3 * i]     = pixel >> red;
        dst[3 * i + 1] = pixel >> green;
        dst[3 * i + 2] = pixel >> blue;
    }
}

void x11shmpool_matrix_rgb_c(uint8_t *restrict dst, const uint8_t *restrict src,
                             int n, const uint8_t position[3])
{
    const int red = 8 * position[0], green = 8 * position[1];
    const int blue = 8 * position[2];

    /* the usual order */
    if (red == 16 && green == 8 && !blue)
        for (; n >= BLOCK; n -= BLOCK, dst += 3 * BLOCK, src += 4 * BLOCK)
            pick(dst, src, BLOCK, 16, 8, 0);

    pick(dst, src, n, red, green, blue);
}

/* What weights are computed with: integers, so that they are the same with any
 * floating point unit. */
#define FINE (1 << 8)

static int fine(double weight)
{
    return weight * (FINE << BITS) + (weight < 0 ? -0.5 : 0.5);
}

/* The factor and the two parts whose products come closest to the weights of a
 * pair of bytes. 255 times the parts, added up, must fit in 16 bits. */
static int factorise(int a, int b, int *part_a, int *part_b)
{
    int best = INT_MAX, factor = 0;

    *part_a = *part_b = 0;
    for (int f = 1; f < 1 << 12; f++) {
        int i = ROUNDED_DIV(a, f * FINE), j = ROUNDED_DIV(b, f * FINE);
        int error = FFMAX(FFABS(a - f * i * FINE), FFABS(b - f * j * FINE));

        if (FFABS(i) + FFABS(j) <= 128 && FFMAX(i, j) <= 127 && error < best) {
            best    = error;
            factor  = f;
            *part_a = i;
            *part_b = j;
        }
    }

    return factor;
}

/* Green lies in one pair of bytes with another colour. The third is alone, so
 * it has any weight, and makes the sum of the weights what it should be. */
static void set_weights(X11ShmpoolWeights *w, const uint8_t position[3],
                        double red, double green, double blue, int offset)
{
    int with_red = position[0] / 2 == position[1] / 2;
    int g = position[1], other = position[with_red ? 0 : 2];
    int third = position[with_red ? 2 : 0], part_g, part_other;
    int factor = factorise(fine(green), fine(with_red ? red : blue),
                           &part_g, &part_other);

    *w = (X11ShmpoolWeights){ .offset = offset };
    w->factor[g / 2]     = factor;
    w->part[g]           = part_g;
    w->part[other]       = part_other;
    w->factor[third / 2] = ROUNDED_DIV(fine(red + green + blue), FINE) -
                           factor * (part_g + part_other);
    w->part[third]       = 1;

    for (int i = 0; i < 4; i++)
        w->weight[i] = w->factor[i / 2] * w->part[i];

    w->exact[position[0]] = ROUNDED_DIV(fine(red), FINE);
    w->exact[position[2]] = ROUNDED_DIV(fine(blue), FINE);
    w->exact[g]           = ROUNDED_DIV(fine(red + green + blue), FINE) -
                            w->exact[position[0]] - w->exact[position[2]];
}

int x11shmpool_matrix_init(X11ShmpoolMatrix *m, const uint8_t position[3],
                           enum AVColorSpace space, enum AVColorRange range,
                           int cpu_flags)
{
    int full      = range == AVCOL_RANGE_JPEG;
    double luma   = full ? 1 : 219 / 255.0;
    double chroma = full ? 0.5 : 112 / 255.0;
    double kr, kg, kb;

    switch (space) {
    case AVCOL_SPC_BT709:
        kr = 0.2126;
        kb = 0.0722;
        break;
    case AVCOL_SPC_SMPTE170M:
        kr = 0.299;
        kb = 0.114;
        break;
    default:
        return AVERROR(EINVAL);
    }
    if (!full && range != AVCOL_RANGE_MPEG)
        return AVERROR(EINVAL);
    kg = 1 - kr - kb;

    set_weights(&m->w[0], position, luma * kr, luma * kg, luma * kb,
                full ? 0 : 16);
    set_weights(&m->w[1], position, -chroma * kr / (1 - kb),
                -chroma * kg / (1 - kb), chroma, 128);
    set_weights(&m->w[2], position, chroma, -chroma * kg / (1 - kr),
                -chroma * kb / (1 - kr), 128);

    memcpy(m->position, position, sizeof(m->position));
    m->plane  = x11shmpool_matrix_plane_c;
    m->chroma = x11shmpool_matrix_chroma_c;
    m->rgb    = x11shmpool_matrix_rgb_c;
    if (X11SHMPOOL_MATRIX_X86 && cpu_flags & AV_CPU_FLAG_AVX2) {
        m->plane  = x11shmpool_matrix_plane_avx2;
        m->chroma = x11shmpool_matrix_chroma_avx2;
        m->rgb    = x11shmpool_matrix_rgb_avx2;
    } else if (X11SHMPOOL_MATRIX_X86 && cpu_flags & AV_CPU_FLAG_SSE2) {
        m->plane  = x11shmpool_matrix_plane_sse2;
        m->chroma = x11shmpool_matrix_chroma_sse2;
    }

    return 0;
}
