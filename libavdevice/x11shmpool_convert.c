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
#include <stddef.h>

#include "libavutil/avassert.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_convert.h"

/* Pixels that are unpacked at a time: an even number, and few enough for the
 * stack and the processor's first cache. */
#define STRIP 512

int x11shmpool_convert_init(X11ShmpoolConvert *c, const X11ShmpoolFormat *from,
                            enum AVPixelFormat to, enum AVColorSpace space,
                            enum AVColorRange range, int cpu_flags)
{
    *c = (X11ShmpoolConvert){
        .to         = to,
        .width      = from->width,
        .height     = from->height,
        .stride     = from->stride,
        .subsampled = to == AV_PIX_FMT_YUV420P || to == AV_PIX_FMT_NV12,
    };

    switch (to) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_NV12:
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_RGB24:
    case AV_PIX_FMT_GRAY8:
        break;
    default:
        return AVERROR(EINVAL);
    }

    x11shmpool_unpack_init(&c->unpack, from);

    return x11shmpool_matrix_init(&c->matrix, c->unpack.position, space, range,
                                  cpu_flags);
}

X11ShmpoolRect x11shmpool_convert_round(const X11ShmpoolConvert *c,
                                        X11ShmpoolRect r)
{
    X11ShmpoolRect picture = { 0, 0, c->width, c->height };

    r = x11shmpool_rect_intersect(r, picture);
    if (!c->subsampled || x11shmpool_rect_empty(r))
        return r;

    r.w += r.x & 1;
    r.h += r.y & 1;
    r.x &= ~1;
    r.y &= ~1;
    r.w  = FFMIN(FFALIGN(r.w, 2), c->width - r.x);
    r.h  = FFMIN(FFALIGN(r.h, 2), c->height - r.y);

    return r;
}

/* n pixels of rows y and last; these are one row if chroma is not subsampled,
 * or at the last of an odd number of rows. */
static void convert_pixels(const X11ShmpoolConvert *c,
                           uint8_t *const dst[4], const int linesize[4],
                           const uint8_t *const src[2],
                           int x, int y, int last, int n)
{
#define AT(plane, x, y) (dst[plane] + (ptrdiff_t)(y) * linesize[plane] + (x))
    const X11ShmpoolMatrix *m = &c->matrix;

    switch (c->to) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_NV12:
        m->plane(AT(0, x, y), src[0], n, &m->w[0]);
        if (y != last)
            m->plane(AT(0, x, last), src[1], n, &m->w[0]);
        if (c->to == AV_PIX_FMT_NV12)
            m->chroma(AT(1, x, y / 2), NULL, src, n, &m->w[1]);
        else
            m->chroma(AT(1, x / 2, y / 2), AT(2, x / 2, y / 2), src, n,
                      &m->w[1]);
        break;
    case AV_PIX_FMT_YUV444P:
        for (int i = 0; i < 3; i++)
            m->plane(AT(i, x, y), src[0], n, &m->w[i]);
        break;
    case AV_PIX_FMT_GRAY8:
        m->plane(AT(0, x, y), src[0], n, &m->w[0]);
        break;
    case AV_PIX_FMT_RGB24:
        m->rgb(AT(0, 3 * (ptrdiff_t)x, y), src[0], n, m->position);
        break;
    default:
        av_assert0(0);
    }
#undef AT
}

void x11shmpool_convert_rect(const X11ShmpoolConvert *c,
                             uint8_t *const dst[4], const int linesize[4],
                             const uint8_t *src, X11ShmpoolRect r,
                             const uint32_t *palette)
{
    int bytes = c->unpack.bytes, rows = c->subsampled ? 2 : 1, n;
    int longest = c->unpack.direct ? INT_MAX : STRIP;
    uint8_t strip[2][4 * STRIP];

    r = x11shmpool_convert_round(c, r);

    for (int y = r.y; y < r.y + r.h; y += rows) {
        int last = FFMIN(y + rows, c->height) - 1;

        for (int x = r.x; x < r.x + r.w; x += n) {
            const uint8_t *first = src + (ptrdiff_t)y * c->stride +
                                   (ptrdiff_t)x * bytes;
            const uint8_t *p[2];

            n    = FFMIN(r.x + r.w - x, longest);
            p[0] = x11shmpool_unpack_row(&c->unpack, strip[0], first, n,
                                         palette);
            p[1] = y == last ? p[0] :
                   x11shmpool_unpack_row(&c->unpack, strip[1],
                                         first + c->stride, n, palette);
            convert_pixels(c, dst, linesize, p, x, y, last, n);
        }
    }
}
