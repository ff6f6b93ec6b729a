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

#ifndef TESTS_UNIT_CONVERT_PICTURE_H
#define TESTS_UNIT_CONVERT_PICTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libavutil/common.h"
#include "libavutil/cpu.h"
#include "libavutil/pixdesc.h"

#include "x11shmpool_convert.h"

/**
 * @file
 * Slots of every layout with random pixels, and pictures to convert them into.
 * To be included after cmocka.h.
 */

#define PSEUDO_COLOR 3
#define TRUE_COLOR 4

#define CANARY 0xa5

static const struct Masks {
    int depth, bits_per_pixel;
    uint32_t red, green, blue;
} masks[] = {
    {  8,  8, 0, 0, 0 }, /* a palette */
    {  8,  8, 0xe0, 0x1c, 0x03 },
    {  8,  8, 0x07, 0x38, 0xc0 },
    { 12, 16, 0xf00, 0x0f0, 0x00f },
    { 12, 16, 0x00f, 0x0f0, 0xf00 },
    { 15, 16, 0x7c00, 0x03e0, 0x001f },
    { 15, 16, 0x001f, 0x03e0, 0x7c00 },
    { 16, 16, 0xf800, 0x07e0, 0x001f },
    { 16, 16, 0x001f, 0x07e0, 0xf800 },
    { 24, 24, 0xff0000, 0xff00, 0xff },
    { 24, 24, 0xff, 0xff00, 0xff0000 },
    { 24, 32, 0xff0000, 0xff00, 0xff },
    { 24, 32, 0xff, 0xff00, 0xff0000 },
    { 24, 32, 0xff000000, 0xff0000, 0xff00 },
    { 24, 32, 0xff00, 0xff0000, 0xff000000 },
    { 30, 32, 0x3ff00000, 0xffc00, 0x3ff },
    { 30, 32, 0x3ff, 0xffc00, 0x3ff00000 },
    { 32, 32, 0xff0000, 0xff00, 0xff },
    { 32, 32, 0xff, 0xff00, 0xff0000 },
};
#define NB_LAYOUTS (2 * (int)FF_ARRAY_ELEMS(masks))
#define BGRX (2 * 11)

static const enum AVPixelFormat formats[] = {
    AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12, AV_PIX_FMT_YUV444P,
    AV_PIX_FMT_RGB24,   AV_PIX_FMT_GRAY8,
};
#define NB_FORMATS ((int)FF_ARRAY_ELEMS(formats))

static const enum AVColorSpace spaces[] = {
    AVCOL_SPC_BT709, AVCOL_SPC_SMPTE170M,
};
static const enum AVColorRange ranges[] = {
    AVCOL_RANGE_MPEG, AVCOL_RANGE_JPEG,
};

static uint32_t seed = 1;
static uint32_t palette[256];

static inline uint32_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;

    return seed;
}

static inline int below(int n)
{
    return random_bits() % (uint32_t)n;
}

/* Even numbers are little-endian. */
static inline X11ShmpoolFormat format_of(int layout, int width, int height)
{
    const struct Masks *m = &masks[layout / 2];
    X11ShmpoolLayout l    = {
        .depth        = m->depth, .bits_per_pixel = m->bits_per_pixel,
        .scanline_pad = 32,       .big_endian     = layout & 1,
        .visual_class = m->green ? TRUE_COLOR : PSEUDO_COLOR,
        .red = m->red, .green = m->green, .blue = m->blue,
    };
    X11ShmpoolFormat f;

    assert_int_equal(x11shmpool_format_init(&f, NULL, &l, width, height), 0);

    return f;
}

static inline void describe(const X11ShmpoolConvert *c, int layout,
                            int x, int y)
{
    const struct Masks *m = &masks[layout / 2];

    print_error("%dx%d at %d,%d, depth %d in %d bits, red %#x, %s-endian, "
                "to %s, Y weights %d %d %d %d\n",
                c->width, c->height, x, y, m->depth, m->bits_per_pixel, m->red,
                layout & 1 ? "big" : "little", av_get_pix_fmt_name(c->to),
                c->matrix.w[0].weight[0], c->matrix.w[0].weight[1],
                c->matrix.w[0].weight[2], c->matrix.w[0].weight[3]);
}

/* A picture's planes, with more or less space behind each row. */
typedef struct Planes {
    int nb;
    int width[4], height[4]; ///< bytes and rows that there are
    int step_x[4], step_y[4]; ///< pixels that a group of bytes is made of
    int group[4];            ///< bytes
    int linesize[4];
    uint8_t *data[4];
    size_t size[4];
} Planes;

static inline Planes planes_layout(enum AVPixelFormat to, int w, int h,
                                   int padding)
{
    int half_w = (w + 1) / 2, half_h = (h + 1) / 2;
    Planes p = { .nb = 3 };

    for (int i = 0; i < 4; i++) {
        p.width[i]  = w;
        p.height[i] = h;
        p.step_x[i] = p.step_y[i] = p.group[i] = 1;
    }

    switch (to) {
    case AV_PIX_FMT_NV12:
        p.nb        = 2;
        p.group[1]  = 2;
        p.width[1]  = 2 * half_w;
        p.height[1] = half_h;
        p.step_x[1] = p.step_y[1] = 2;
        break;
    case AV_PIX_FMT_YUV420P:
        for (int i = 1; i < 3; i++) {
            p.width[i]  = half_w;
            p.height[i] = half_h;
            p.step_x[i] = p.step_y[i] = 2;
        }
        break;
    case AV_PIX_FMT_RGB24:
        p.nb       = 1;
        p.group[0] = 3;
        p.width[0] = 3 * w;
        break;
    case AV_PIX_FMT_GRAY8:
        p.nb = 1;
        break;
    default:
        break;
    }

    for (int i = 0; i < p.nb; i++) {
        p.linesize[i] = p.width[i] + padding;
        /* The last row ends with its last byte. */
        p.size[i] = (size_t)p.linesize[i] * (p.height[i] - 1) + p.width[i];
    }

    return p;
}

static inline Planes planes_alloc(enum AVPixelFormat to, int w, int h,
                                  int padding)
{
    Planes p = planes_layout(to, w, h, padding);

    for (int i = 0; i < p.nb; i++) {
        p.data[i] = malloc(p.size[i]);
        assert_non_null(p.data[i]);
        memset(p.data[i], CANARY, p.size[i]);
    }

    return p;
}

static inline void planes_free(Planes *p)
{
    for (int i = 0; i < p->nb; i++)
        free(p->data[i]);
}

/* The bytes that belong to a rectangle are those of whole, all others are
 * canaries still. */
static inline int planes_hold(const Planes *p, const Planes *whole,
                              X11ShmpoolRect r)
{
    for (int i = 0; i < p->nb; i++) {
        for (size_t at = 0; at < p->size[i]; at++) {
            int x = at % p->linesize[i], y = at / p->linesize[i];
            int px = x / p->group[i] * p->step_x[i], py = y * p->step_y[i];
            int inside = x < p->width[i] && px >= r.x && px < r.x + r.w &&
                         py >= r.y && py < r.y + r.h;
            int expected = inside ? whole->data[i][y * whole->linesize[i] + x]
                                  : CANARY;

            if (p->data[i][at] != expected) {
                print_error("plane %d byte %d row %d: %d instead of %d\n",
                            i, x, y, p->data[i][at], expected);
                return 0;
            }
        }
    }

    return 1;
}

static inline uint8_t *source_alloc(const X11ShmpoolFormat *f)
{
    size_t size = (size_t)f->stride * f->height;
    uint8_t *src = malloc(size);

    assert_non_null(src);
    for (size_t i = 0; i < size; i++)
        src[i] = random_bits() >> 7;

    return src;
}

static inline X11ShmpoolConvert converter(const X11ShmpoolFormat *f,
                                          enum AVPixelFormat to, int flags)
{
    X11ShmpoolConvert c;

    assert_int_equal(x11shmpool_convert_init(&c, f, to, AVCOL_SPC_BT709,
                                             AVCOL_RANGE_MPEG, flags), 0);

    return c;
}

static inline void convert(const X11ShmpoolConvert *c, Planes *p,
                           const uint8_t *src, X11ShmpoolRect r)
{
    x11shmpool_convert_rect(c, p->data, p->linesize, src, r, palette);
}

/* Pixels whose channels are 0, a power of two, one less, or anything, half of
 * them in blocks of 2x2 that are of one colour. */
static inline uint32_t corner(uint32_t mask)
{
    uint32_t lowest = mask & -mask, max = mask / FFMAX(lowest, 1), v;

    switch (below(4)) {
    case 0:
        v = below(2) ? max : 0;
        break;
    case 1:
        v = 1u << below(11);
        break;
    case 2:
        v = (1u << below(11)) - 1;
        break;
    default:
        v = random_bits() >> 5;
    }

    return (v & max) * lowest;
}

static inline void fill_corners(const X11ShmpoolFormat *f, uint8_t *src)
{
    int bytes = f->bits_per_pixel / 8;

    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            uint32_t v = f->indexed ? (uint32_t)below(256)
                       : corner(f->red) | corner(f->green) | corner(f->blue);
            int block_x = x, block_y = y;

            if (x & 32) {
                block_x = x & ~1;
                block_y = y & ~1;
            }
            if (block_x != x || block_y != y)
                v = x11shmpool_format_read(f, src + block_y * f->stride +
                                           block_x * bytes);
            else if (f->bits_per_pixel == 32)
                v |= random_bits() & ~(f->red | f->green | f->blue);
            x11shmpool_format_write(f, src + y * f->stride + x * bytes, v);
        }
}

/* Before each test. */
static inline int new_colours(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++)
        palette[i] = random_bits();

    return 0;
}

static inline void start_random(void)
{
    const char *env = getenv("X11SHMPOOL_SEED");

    seed = env ? strtoul(env, NULL, 0) : 20261121;
}

#endif /* TESTS_UNIT_CONVERT_PICTURE_H */
