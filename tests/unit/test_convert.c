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

#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libavutil/common.h"
#include "libavutil/cpu.h"
#include "libavutil/error.h"
#include "libavutil/pixdesc.h"

#include "x11shmpool_convert.h"

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

static uint32_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;

    return seed;
}

static int below(int n)
{
    return random_bits() % (uint32_t)n;
}

/* Even numbers are little-endian. */
static X11ShmpoolFormat format_of(int layout, int width, int height)
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

static void describe(const X11ShmpoolConvert *c, int layout, int x, int y)
{
    const struct Masks *m = &masks[layout / 2];

    print_error("%dx%d at %d,%d, depth %d in %d bits, red %#x, %s-endian, to %s, "
                "Y weights %d %d %d %d\n", c->width, c->height, x, y, m->depth,
                m->bits_per_pixel, m->red, layout & 1 ? "big" : "little",
                av_get_pix_fmt_name(c->to),
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

static Planes planes_layout(enum AVPixelFormat to, int w, int h, int padding)
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

static Planes planes_alloc(enum AVPixelFormat to, int w, int h, int padding)
{
    Planes p = planes_layout(to, w, h, padding);

    for (int i = 0; i < p.nb; i++) {
        p.data[i] = malloc(p.size[i]);
        assert_non_null(p.data[i]);
        memset(p.data[i], CANARY, p.size[i]);
    }

    return p;
}

static void planes_free(Planes *p)
{
    for (int i = 0; i < p->nb; i++)
        free(p->data[i]);
}

/* The bytes that belong to a rectangle are those of whole, all others are
 * canaries still. */
static int planes_hold(const Planes *p, const Planes *whole, X11ShmpoolRect r)
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

static uint8_t *source_alloc(const X11ShmpoolFormat *f)
{
    size_t size = (size_t)f->stride * f->height;
    uint8_t *src = malloc(size);

    assert_non_null(src);
    for (size_t i = 0; i < size; i++)
        src[i] = random_bits() >> 7;

    return src;
}

static X11ShmpoolConvert converter(const X11ShmpoolFormat *f,
                                   enum AVPixelFormat to, int flags)
{
    X11ShmpoolConvert c;

    assert_int_equal(x11shmpool_convert_init(&c, f, to, AVCOL_SPC_BT709,
                                             AVCOL_RANGE_MPEG, flags), 0);

    return c;
}

static void convert(const X11ShmpoolConvert *c, Planes *p, const uint8_t *src,
                    X11ShmpoolRect r)
{
    x11shmpool_convert_rect(c, p->data, p->linesize, src, r, palette);
}

/* The definition, in floating point. */

static double channel(uint32_t v, uint32_t mask)
{
    while (!(mask & 1)) {
        mask >>= 1;
        v    >>= 1;
    }

    return (double)(v & mask) / mask;
}

static void true_pixel(const X11ShmpoolFormat *f, const uint8_t *src,
                       int x, int y, double rgb[3])
{
    uint32_t v = x11shmpool_format_read(f, src + y * f->stride +
                                        x * (f->bits_per_pixel / 8));

    if (f->indexed) {
        rgb[0] = channel(palette[v], 0xff0000);
        rgb[1] = channel(palette[v], 0x00ff00);
        rgb[2] = channel(palette[v], 0x0000ff);
    } else {
        rgb[0] = channel(v, f->red);
        rgb[1] = channel(v, f->green);
        rgb[2] = channel(v, f->blue);
    }
}

static void true_average(const X11ShmpoolFormat *f, const uint8_t *src,
                         int x, int y, int step, double rgb[3])
{
    int n = 0;

    rgb[0] = rgb[1] = rgb[2] = 0;
    for (int j = y; j < FFMIN(y + step, f->height); j++)
        for (int i = x; i < FFMIN(x + step, f->width); i++, n++) {
            double pixel[3];

            true_pixel(f, src, i, j, pixel);
            for (int k = 0; k < 3; k++)
                rgb[k] += pixel[k];
        }

    for (int k = 0; k < 3; k++)
        rgb[k] /= n;
}

/* kind: 0 to 2 for Y, U, V */
static double true_sample(const double rgb[3], int kind,
                          enum AVColorSpace space, enum AVColorRange range)
{
    int full  = range == AVCOL_RANGE_JPEG;
    double kr = space == AVCOL_SPC_BT709 ? 0.2126 : 0.299;
    double kb = space == AVCOL_SPC_BT709 ? 0.0722 : 0.114;
    double y  = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];

    switch (kind) {
    case 0:
        return full ? 255 * y : 16 + 219 * y;
    case 1:
        return 128 + (full ? 255 : 224) * (rgb[2] - y) / (2 * (1 - kb));
    default:
        return 128 + (full ? 255 : 224) * (rgb[0] - y) / (2 * (1 - kr));
    }
}

/* Every sample of a picture; the sum of the errors is added to *sum. */
static void check_samples(const X11ShmpoolConvert *c, const X11ShmpoolFormat *f,
                          int layout, const uint8_t *src, const Planes *p,
                          enum AVColorSpace space, enum AVColorRange range,
                          double sum[3], long nb[3])
{
    for (int i = 0; i < p->nb; i++)
        for (int y = 0; y < p->height[i]; y++)
            for (int x = 0; x < p->width[i]; x++) {
                int px = x / p->group[i] * p->step_x[i], py = y * p->step_y[i];
                int got = p->data[i][y * p->linesize[i] + x];
                int kind = c->to == AV_PIX_FMT_NV12 && i ? 1 + (x & 1) : i;
                double rgb[3], real;
                int expected;

                true_average(f, src, px, py, p->step_x[i], rgb);
                if (c->to == AV_PIX_FMT_RGB24) {
                    real     = 255 * rgb[x % 3];
                    expected = floor(real + 0.5);
                    if (got == expected)
                        continue;
                } else {
                    real     = true_sample(rgb, kind, space, range);
                    expected = av_clip_uint8(floor(real + 0.5));
                    sum[kind] += got - fmin(real, 255);
                    nb[kind]++;
                    if (abs(got - expected) <= 1)
                        continue;
                }

                describe(c, layout, px, py);
                fail_msg("plane %d: %d instead of %f", i, got, real);
            }
}

/* Pixels whose channels are 0, a power of two, one less, or anything, half of
 * them in blocks of 2x2 that are of one colour. */
static uint32_t corner(uint32_t mask)
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

    return (FFMIN(v, max) == v ? v : v & max) * lowest;
}

static void fill_corners(const X11ShmpoolFormat *f, uint8_t *src)
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

static void test_against_floating_point(void **state)
{
    (void)state;
    for (int layout = 0; layout < NB_LAYOUTS; layout++)
        for (int n = 0; n < NB_FORMATS * 4; n++) {
            enum AVPixelFormat to   = formats[n / 4];
            enum AVColorSpace space = spaces[n / 2 % 2];
            enum AVColorRange range = ranges[n % 2];
            X11ShmpoolFormat f      = format_of(layout, 65, 33);
            uint8_t *src            = source_alloc(&f);
            Planes p                = planes_alloc(to, f.width, f.height, 0);
            double sum[3]           = { 0 };
            long nb[3]              = { 0 };
            X11ShmpoolConvert c;

            fill_corners(&f, src);
            assert_int_equal(x11shmpool_convert_init(&c, &f, to, space, range,
                                                     av_get_cpu_flags()), 0);
            convert(&c, &p, src, (X11ShmpoolRect){ 0, 0, f.width, f.height });
            check_samples(&c, &f, layout, src, &p, space, range, sum, nb);
            planes_free(&p);
            free(src);
        }
}

/* What rounding takes in one place it gives in another. */
static void test_mean_error(void **state)
{
    static const int layouts[] = { BGRX, BGRX + 2, BGRX + 8, 0 };

    (void)state;
    for (size_t l = 0; l < FF_ARRAY_ELEMS(layouts); l++)
        for (int n = 0; n < 8; n++) {
            enum AVPixelFormat to   = formats[n / 4 * 2];
            enum AVColorSpace space = spaces[n / 2 % 2];
            enum AVColorRange range = ranges[n % 2];
            X11ShmpoolFormat f      = format_of(layouts[l], 200, 200);
            uint8_t *src            = source_alloc(&f);
            Planes p                = planes_alloc(to, f.width, f.height, 0);
            double sum[3]           = { 0 };
            long nb[3]              = { 0 };
            X11ShmpoolConvert c;

            assert_int_equal(x11shmpool_convert_init(&c, &f, to, space, range,
                                                     av_get_cpu_flags()), 0);
            convert(&c, &p, src, (X11ShmpoolRect){ 0, 0, f.width, f.height });
            check_samples(&c, &f, layouts[l], src, &p, space, range, sum, nb);
            for (int i = 0; i < 3; i++)
                if (fabs(sum[i] / nb[i]) > 0.04) {
                    describe(&c, layouts[l], 0, 0);
                    fail_msg("the mean error of plane %d is %f", i,
                             sum[i] / nb[i]);
                }
            planes_free(&p);
            free(src);
        }
}

static void test_grey_is_neutral(void **state)
{
    (void)state;
    for (int layout = 0; layout < NB_LAYOUTS; layout++)
        for (int n = 0; n < 16; n++) {
            enum AVPixelFormat to   = formats[n / 4 % 3];
            enum AVColorRange range = ranges[n % 2];
            int full = range == AVCOL_RANGE_JPEG;
            X11ShmpoolFormat f = format_of(layout, 256, 2);
            uint8_t *src       = source_alloc(&f);
            Planes p           = planes_alloc(to, f.width, f.height, 0);
            X11ShmpoolConvert c;

            /* Only channels that are all of one width have greys. */
            if (!f.indexed && (f.depth == 8 || f.green == 0x7e0))
                goto next;
            for (int i = 0; i < 256; i++) {
                uint32_t v = 0;

                if (f.indexed) {
                    palette[i] = 0xff000000 | i * 0x10101u;
                    v = i;
                } else {
                    const uint32_t m[3] = { f.red, f.green, f.blue };

                    for (int k = 0; k < 3; k++) {
                        uint32_t lowest = m[k] & -m[k], max = m[k] / lowest;

                        v |= (max * i / 255) * lowest;
                    }
                }
                for (int y = 0; y < 2; y++)
                    x11shmpool_format_write(&f, src + y * f.stride +
                                            i * (f.bits_per_pixel / 8), v);
            }
            assert_int_equal(x11shmpool_convert_init(&c, &f, to,
                                                     spaces[n / 2 % 2], range,
                                                     av_get_cpu_flags()), 0);
            convert(&c, &p, src, (X11ShmpoolRect){ 0, 0, f.width, f.height });
            assert_int_equal(p.data[0][0], full ? 0 : 16);
            assert_int_equal(p.data[0][255], full ? 255 : 235);
            for (int i = 1; i < p.nb; i++)
                for (size_t at = 0; at < p.size[i]; at++)
                    assert_int_equal(p.data[i][at], 128);
next:
            planes_free(&p);
            free(src);
        }
}

/* The processor's features do not change a byte, at any width, at any
 * alignment. */
static void test_every_processor(void **state)
{
    static const int flags[] = { AV_CPU_FLAG_SSE2, AV_CPU_FLAG_AVX2 };
    int tested = 0;

    (void)state;
    for (size_t k = 0; k < FF_ARRAY_ELEMS(flags); k++) {
        if (!(av_get_cpu_flags() & flags[k]))
            continue;
        tested++;

        for (int n = 0; n < NB_FORMATS * 70 * 4; n++) {
            enum AVPixelFormat to = formats[n % NB_FORMATS];
            int w                 = 1 + n / NB_FORMATS % 70;
            X11ShmpoolRect r      = { below(35), below(3), w, 3 };
            int layout            = BGRX + 2 * below(4) + below(2);
            X11ShmpoolFormat f    = format_of(layout, r.x + w + below(2), 6);
            uint8_t *src          = source_alloc(&f);
            Planes a = planes_alloc(to, f.width, f.height, below(20));
            Planes b = planes_alloc(to, f.width, f.height, below(20));
            X11ShmpoolConvert with, without;
            enum AVColorSpace space = spaces[below(2)];
            enum AVColorRange range = ranges[below(2)];

            assert_int_equal(x11shmpool_convert_init(&without, &f, to, space,
                                                     range, 0), 0);
            assert_int_equal(x11shmpool_convert_init(&with, &f, to, space,
                                                     range, flags[k]), 0);
            if (n % 3 == 0)
                fill_corners(&f, src);
            convert(&without, &a, src, r);
            convert(&with, &b, src, r);
            if (!planes_hold(&b, &a, x11shmpool_convert_round(&with, r))) {
                describe(&with, layout, r.x, r.y);
                fail_msg("with flags %#x", flags[k]);
            }
            planes_free(&a);
            planes_free(&b);
            free(src);
        }
    }
    if (!tested)
        skip();
}

/* All weights, all bytes: 16 bits hold what a pair of bytes adds up to. */
static void test_every_processor_saturated(void **state)
{
    (void)state;
    for (int n = 0; n < NB_FORMATS * 4 * 8; n++) {
        enum AVPixelFormat to = formats[n % NB_FORMATS];
        X11ShmpoolFormat f    = format_of(BGRX + n / NB_FORMATS % 8, 64, 16);
        uint8_t *src          = source_alloc(&f);
        Planes a = planes_alloc(to, f.width, f.height, 0);
        Planes b = planes_alloc(to, f.width, f.height, 0);
        X11ShmpoolRect all = { 0, 0, f.width, f.height };
        X11ShmpoolConvert with, without;
        enum AVColorSpace space = spaces[n / NB_FORMATS / 8 % 2];
        enum AVColorRange range = ranges[n / NB_FORMATS / 16];

        for (int y = 0; y < 16; y++)
            for (int x = 0; x < 4 * 64; x++)
                src[y * f.stride + x] = y >> (x & 3) & 1 ? 255 : 0;
        assert_int_equal(x11shmpool_convert_init(&without, &f, to, space,
                                                 range, 0), 0);
        assert_int_equal(x11shmpool_convert_init(&with, &f, to, space, range,
                                                 av_get_cpu_flags()), 0);
        convert(&without, &a, src, all);
        convert(&with, &b, src, all);
        assert_true(planes_hold(&b, &a, all));
        planes_free(&a);
        planes_free(&b);
        free(src);
    }
}

static void test_part_is_as_the_whole(void **state)
{
    (void)state;
    for (int n = 0; n < 1500; n++) {
        enum AVPixelFormat to = formats[n % NB_FORMATS];
        int layout = below(NB_LAYOUTS);
        /* Now and then more than is unpacked at a time. */
        X11ShmpoolFormat f = format_of(layout, 1 + below(n % 50 ? 90 : 1100),
                                       1 + below(12));
        X11ShmpoolConvert c = converter(&f, to, av_get_cpu_flags());
        uint8_t *src = source_alloc(&f);
        Planes whole = planes_alloc(to, f.width, f.height, 0);
        Planes part  = planes_alloc(to, f.width, f.height, below(3) * below(40));
        X11ShmpoolRect r = { below(f.width + 8) - 4, below(f.height + 8) - 4,
                             below(f.width + 8), below(f.height + 8) };

        convert(&c, &whole, src, (X11ShmpoolRect){ 0, 0, f.width, f.height });
        convert(&c, &part, src, r);
        if (!planes_hold(&part, &whole, x11shmpool_convert_round(&c, r))) {
            describe(&c, layout, r.x, r.y);
            fail_msg("rectangle %dx%d+%d+%d", r.w, r.h, r.x, r.y);
        }
        planes_free(&whole);
        planes_free(&part);
        free(src);
    }
}

/* What changed on the screen, converted over what was there before. */
static void test_stale_picture(void **state)
{
    (void)state;
    for (int n = 0; n < 30; n++) {
        enum AVPixelFormat to = formats[n % NB_FORMATS];
        X11ShmpoolFormat f  = format_of(below(NB_LAYOUTS), 30 + below(50),
                                        20 + below(30));
        X11ShmpoolConvert c = converter(&f, to, av_get_cpu_flags());
        X11ShmpoolRect all  = { 0, 0, f.width, f.height };
        uint8_t *src = source_alloc(&f);
        Planes whole = planes_alloc(to, f.width, f.height, 0);
        Planes stale = planes_alloc(to, f.width, f.height, 0);

        convert(&c, &stale, src, all);
        for (int i = 0; i < 20; i++) {
            int bytes = f.bits_per_pixel / 8;
            int left = below(f.width), top = below(f.height);
            X11ShmpoolRect r = { left, top, 1 + below(f.width - left),
                                 1 + below(f.height - top) };

            for (int y = r.y; y < r.y + r.h; y++)
                for (int x = r.x * bytes; x < (r.x + r.w) * bytes; x++)
                    src[y * f.stride + x] = random_bits() >> 7;
            convert(&c, &stale, src, r);
            convert(&c, &whole, src, all);
            assert_true(planes_hold(&stale, &whole, all));
        }
        planes_free(&whole);
        planes_free(&stale);
        free(src);
    }
}

static void assert_rect(X11ShmpoolRect r, int x, int y, int w, int h)
{
    assert_true(x11shmpool_rect_equal(r, (X11ShmpoolRect){ x, y, w, h }));
}

static void test_rounding_out(void **state)
{
    X11ShmpoolFormat f     = format_of(BGRX, 7, 5);
    X11ShmpoolConvert half = converter(&f, AV_PIX_FMT_NV12, 0);
    X11ShmpoolConvert full = converter(&f, AV_PIX_FMT_YUV444P, 0);

    (void)state;
    assert_rect(x11shmpool_convert_round(&half, (X11ShmpoolRect){ 1, 1, 1, 1 }),
                0, 0, 2, 2);
    assert_rect(x11shmpool_convert_round(&half, (X11ShmpoolRect){ 3, 1, 2, 2 }),
                2, 0, 4, 4);
    assert_rect(x11shmpool_convert_round(&half, (X11ShmpoolRect){ 5, 3, 9, 9 }),
                4, 2, 3, 3);
    assert_rect(x11shmpool_convert_round(&half, (X11ShmpoolRect){ 6, 4, 1, 1 }),
                6, 4, 1, 1);
    assert_rect(x11shmpool_convert_round(&half, (X11ShmpoolRect){ -3, -2, 4, 3 }),
                0, 0, 2, 2);
    assert_rect(x11shmpool_convert_round(&full, (X11ShmpoolRect){ 1, 1, 1, 1 }),
                1, 1, 1, 1);
    assert_rect(x11shmpool_convert_round(&full, (X11ShmpoolRect){ 5, 3, 9, 9 }),
                5, 3, 2, 2);
    assert_true(x11shmpool_rect_empty(
        x11shmpool_convert_round(&half, (X11ShmpoolRect){ 3, 3, 0, 1 })));
    assert_true(x11shmpool_rect_empty(
        x11shmpool_convert_round(&half, (X11ShmpoolRect){ 7, 0, 1, 1 })));
}

/* Memory of so many bytes between pages that can't be touched, at the end or at
 * the beginning of its own pages. */
typedef struct Guarded {
    uint8_t *map, *data;
    size_t mapped;
} Guarded;

static Guarded guarded_alloc(size_t size, int at_end)
{
    size_t page = sysconf(_SC_PAGESIZE), inner = FFALIGN(size, page);
    Guarded g   = { .mapped = inner + 2 * page };

    g.map = mmap(NULL, g.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(g.map, MAP_FAILED);
    assert_int_equal(mprotect(g.map + page, inner, PROT_READ | PROT_WRITE), 0);
    g.data = g.map + page + (at_end ? inner - size : 0);

    return g;
}

static void test_guard_pages(void **state)
{
    const int cpus[] = { 0, AV_CPU_FLAG_SSE2, ~0 };

    (void)state;
    for (int n = 0; n < 1200; n++) {
        enum AVPixelFormat to = formats[n % NB_FORMATS];
        int layout = below(2) ? BGRX : below(NB_LAYOUTS), at_end = n / 5 % 2;
        X11ShmpoolFormat f = format_of(layout, 1 + below(140), 1 + below(5));
        X11ShmpoolConvert c =
            converter(&f, to, av_get_cpu_flags() & cpus[n / 10 % 3]);
        size_t row = (size_t)f.width * (f.bits_per_pixel / 8);
        Guarded src = guarded_alloc((size_t)f.stride * (f.height - 1) + row,
                                    at_end);
        Planes p = planes_layout(to, f.width, f.height, below(2) * 32);
        Guarded planes[4];

        for (int i = 0; i < p.nb; i++) {
            planes[i] = guarded_alloc(p.size[i], at_end);
            p.data[i] = planes[i].data;
        }
        convert(&c, &p, src.data, (X11ShmpoolRect){ 0, 0, f.width, f.height });
        for (int i = 0; i < p.nb; i++)
            assert_int_equal(munmap(planes[i].map, planes[i].mapped), 0);
        assert_int_equal(munmap(src.map, src.mapped), 0);
    }
}

/* Of the source only the pages that a rectangle lies in can be read. */
static void test_nothing_beside_the_rectangle_is_read(void **state)
{
    const int page = sysconf(_SC_PAGESIZE), across = page / 4;

    (void)state;
    for (int n = 0; n < NB_FORMATS * 3; n++) {
        enum AVPixelFormat to = formats[n % NB_FORMATS];
        const int cpus[] = { 0, AV_CPU_FLAG_SSE2, ~0 };
        X11ShmpoolFormat f  = format_of(BGRX, 3 * across, 6);
        X11ShmpoolConvert c =
            converter(&f, to, av_get_cpu_flags() & cpus[n / NB_FORMATS]);
        Guarded src = guarded_alloc((size_t)f.stride * f.height, 0);
        Planes p    = planes_alloc(to, f.width, f.height, 0);

        assert_int_equal(mprotect(src.map, src.mapped, PROT_NONE), 0);
        for (int y = 2; y < 4; y++)
            assert_int_equal(mprotect(src.data + y * f.stride + page, page,
                                      PROT_READ), 0);
        convert(&c, &p, src.data, (X11ShmpoolRect){ across, 2, across, 2 });
        convert(&c, &p, src.data,
                (X11ShmpoolRect){ 2 * across - 37, 3, 37, 1 });
        convert(&c, &p, src.data, (X11ShmpoolRect){ across, 2, 1, 1 });
        planes_free(&p);
        assert_int_equal(munmap(src.map, src.mapped), 0);
    }
}

static void test_refused(void **state)
{
    X11ShmpoolFormat f = format_of(BGRX, 8, 8);
    X11ShmpoolConvert c;

    (void)state;
    assert_int_equal(x11shmpool_convert_init(&c, &f, AV_PIX_FMT_YUV422P,
                         AVCOL_SPC_BT709, AVCOL_RANGE_MPEG, 0), AVERROR(EINVAL));
    assert_int_equal(x11shmpool_convert_init(&c, &f, AV_PIX_FMT_NV12,
                         AVCOL_SPC_RGB, AVCOL_RANGE_MPEG, 0), AVERROR(EINVAL));
    assert_int_equal(x11shmpool_convert_init(&c, &f, AV_PIX_FMT_NV12,
                         AVCOL_SPC_BT709, AVCOL_RANGE_UNSPECIFIED, 0),
                     AVERROR(EINVAL));
}

static int new_colours(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++)
        palette[i] = random_bits();

    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, new_colours)
    const struct CMUnitTest tests[] = {
        TEST(test_against_floating_point),
        TEST(test_mean_error),
        TEST(test_grey_is_neutral),
        TEST(test_every_processor),
        TEST(test_every_processor_saturated),
        TEST(test_part_is_as_the_whole),
        TEST(test_stale_picture),
        TEST(test_rounding_out),
        TEST(test_guard_pages),
        TEST(test_nothing_beside_the_rectangle_is_read),
        TEST(test_refused),
    };
    const char *env = getenv("X11SHMPOOL_SEED");

    seed = env ? strtoul(env, NULL, 0) : 20261121;

    return cmocka_run_group_tests(tests, NULL, NULL);
}
