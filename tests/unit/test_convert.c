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

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "libavutil/common.h"
#include "libavutil/cpu.h"
#include "libavutil/error.h"

#include "unit/convert_picture.h"

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
    static const int layouts[] = { BGRX, BGRX + 3, BGRX + 4, BGRX + 8 };

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

static void test_refused(void **state)
{
    X11ShmpoolFormat f = format_of(BGRX, 8, 8);
    X11ShmpoolConvert c;

    (void)state;
    assert_int_equal(x11shmpool_convert_init(&c, &f, AV_PIX_FMT_YUV422P,
                                             AVCOL_SPC_BT709, AVCOL_RANGE_MPEG,
                                             0), AVERROR(EINVAL));
    assert_int_equal(x11shmpool_convert_init(&c, &f, AV_PIX_FMT_NV12,
                                             AVCOL_SPC_RGB, AVCOL_RANGE_MPEG,
                                             0), AVERROR(EINVAL));
    assert_int_equal(x11shmpool_convert_init(&c, &f, AV_PIX_FMT_NV12,
                                             AVCOL_SPC_BT709,
                                             AVCOL_RANGE_UNSPECIFIED,
                                             0), AVERROR(EINVAL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, new_colours)
    const struct CMUnitTest tests[] = {
        TEST(test_against_floating_point),
        TEST(test_mean_error),
        TEST(test_grey_is_neutral),
        TEST(test_refused),
    };

    start_random();

    return cmocka_run_group_tests(tests, NULL, NULL);
}
