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

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libavutil/common.h"
#include "libavutil/cpu.h"

#include "unit/convert_picture.h"

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
        Planes part  = planes_alloc(to, f.width, f.height,
                                    below(3) * below(40));
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

static void assert_rounded(const X11ShmpoolConvert *c, X11ShmpoolRect r,
                           X11ShmpoolRect expected)
{
    assert_true(x11shmpool_rect_equal(x11shmpool_convert_round(c, r),
                                      expected));
}

static void test_rounding_out(void **state)
{
    X11ShmpoolFormat f     = format_of(BGRX, 7, 5);
    X11ShmpoolConvert half = converter(&f, AV_PIX_FMT_NV12, 0);
    X11ShmpoolConvert full = converter(&f, AV_PIX_FMT_YUV444P, 0);

    (void)state;
    assert_rounded(&half, (X11ShmpoolRect){ 1, 1, 1, 1 },
                   (X11ShmpoolRect){ 0, 0, 2, 2 });
    assert_rounded(&half, (X11ShmpoolRect){ 3, 1, 2, 2 },
                   (X11ShmpoolRect){ 2, 0, 4, 4 });
    assert_rounded(&half, (X11ShmpoolRect){ 5, 3, 9, 9 },
                   (X11ShmpoolRect){ 4, 2, 3, 3 });
    assert_rounded(&half, (X11ShmpoolRect){ 6, 4, 1, 1 },
                   (X11ShmpoolRect){ 6, 4, 1, 1 });
    assert_rounded(&half, (X11ShmpoolRect){ -3, -2, 4, 3 },
                   (X11ShmpoolRect){ 0, 0, 2, 2 });
    assert_rounded(&full, (X11ShmpoolRect){ 1, 1, 1, 1 },
                   (X11ShmpoolRect){ 1, 1, 1, 1 });
    assert_rounded(&full, (X11ShmpoolRect){ 5, 3, 9, 9 },
                   (X11ShmpoolRect){ 5, 3, 2, 2 });
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, new_colours)
    const struct CMUnitTest tests[] = {
        TEST(test_every_processor),
        TEST(test_every_processor_saturated),
        TEST(test_part_is_as_the_whole),
        TEST(test_stale_picture),
        TEST(test_rounding_out),
        TEST(test_guard_pages),
        TEST(test_nothing_beside_the_rectangle_is_read),
    };

    start_random();

    return cmocka_run_group_tests(tests, NULL, NULL);
}
