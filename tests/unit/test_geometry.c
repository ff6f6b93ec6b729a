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

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "x11shmpool_geometry.h"

#define RECT(...) ((X11ShmpoolRect){ __VA_ARGS__ })

static void assert_rect(X11ShmpoolRect r, int x, int y, int w, int h)
{
    if (!x11shmpool_rect_equal(r, RECT(x, y, w, h)))
        fail_msg("%dx%d+%d+%d, not %dx%d+%d+%d",
                 r.w, r.h, r.x, r.y, w, h, x, y);
}

static void test_intersect(void **state)
{
    X11ShmpoolRect a = { 10, 20, 30, 40 }, r;

    (void)state;
    assert_rect(x11shmpool_rect_intersect(a, a), 10, 20, 30, 40);
    assert_rect(x11shmpool_rect_intersect(a, RECT(-5, -5, 20, 30)),
                10, 20, 5, 5);
    assert_rect(x11shmpool_rect_intersect(RECT(39, 59, 9, 9), a),
                39, 59, 1, 1);
    r = x11shmpool_rect_intersect(a, RECT(40, 20, 5, 5));
    assert_int_equal(r.w, 0);
    assert_int_equal(r.h, 0);
    assert_true(x11shmpool_rect_empty(r));
    r = x11shmpool_rect_intersect(a, RECT(15, 25, -3, 5));
    assert_true(x11shmpool_rect_empty(r));
    assert_rect(x11shmpool_rect_intersect(a, RECT(INT_MIN, INT_MIN,
                                                  INT_MAX, INT_MAX)),
                0, 0, 0, 0);
    assert_rect(x11shmpool_rect_intersect(a, RECT(0, 0, INT_MAX, INT_MAX)),
                10, 20, 30, 40);
    assert_rect(x11shmpool_rect_intersect(RECT(INT_MAX - 1, 0, INT_MAX, 4),
                                          RECT(0, 0, INT_MAX, 9)),
                INT_MAX - 1, 0, 1, 4);
}

static void test_union(void **state)
{
    X11ShmpoolRect a = { 10, 20, 30, 40 };

    (void)state;
    assert_rect(x11shmpool_rect_union(a, RECT(0, 0, 0, 5)), 10, 20, 30, 40);
    assert_rect(x11shmpool_rect_union(RECT(0, 0, 5, -1), a), 10, 20, 30, 40);
    assert_rect(x11shmpool_rect_union(a, RECT(-10, 50, 5, 50)),
                -10, 20, 50, 80);
    assert_rect(x11shmpool_rect_union(a, RECT(12, 22, 3, 3)), 10, 20, 30, 40);
}

static void test_empty(void **state)
{
    (void)state;
    assert_true(x11shmpool_rect_empty(RECT(1, 1, 0, 1)));
    assert_true(x11shmpool_rect_empty(RECT(1, 1, 1, 0)));
    assert_true(x11shmpool_rect_empty(RECT(1, 1, -1, -1)));
    assert_false(x11shmpool_rect_empty(RECT(-1, -1, 1, 1)));
}

/* Every pair of small rectangles, against a map of pixels. */
static void test_subtract(void **state)
{
    const X11ShmpoolRect outer = { 3, 2, 5, 4 };
    X11ShmpoolRect out[4];

    (void)state;
    for (int i = 0; i < 10 * 10 * 10 * 10; i++) {
        X11ShmpoolRect inner = { i % 10, i / 10 % 10,
                                 i / 100 % 10, i / 1000 };
        uint8_t map[20][20] = { { 0 } };
        int n = x11shmpool_rect_subtract(outer, inner, out);

        assert_true(n >= 0 && n <= 4);
        for (int j = 0; j < n; j++) {
            assert_false(x11shmpool_rect_empty(out[j]));
            for (int y = out[j].y; y < out[j].y + out[j].h; y++)
                for (int x = out[j].x; x < out[j].x + out[j].w; x++)
                    map[y][x]++;
        }
        for (int y = 0; y < 20; y++) {
            for (int x = 0; x < 20; x++) {
                X11ShmpoolRect p = { x, y, 1, 1 };
                int want =
                    !x11shmpool_rect_empty(x11shmpool_rect_intersect(outer,
                                                                     p)) &&
                    x11shmpool_rect_empty(x11shmpool_rect_intersect(inner, p));

                assert_int_equal(map[y][x], want);
            }
        }
    }
    assert_int_equal(x11shmpool_rect_subtract(RECT(0, 0, 0, 9), outer, out),
                     0);
}

/* Against a raster: what is left is what no cut covered, each pixel once. */
static void test_cut_out(void **state)
{
    enum { SIZE = 24, MAX = 64 };
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 500; round++) {
        X11ShmpoolRect list[MAX] = { { 0, 0, SIZE, SIZE } };
        unsigned char left[SIZE][SIZE], found[SIZE][SIZE] = { { 0 } };
        int nb = 1;

        memset(left, 1, sizeof(left));
        for (int cut = 0; cut < 4; cut++) {
            X11ShmpoolRect r = { rand_r(&seed) % 30 - 6, rand_r(&seed) % 30 - 6,
                                 rand_r(&seed) % 20, rand_r(&seed) % 20 };

            nb = x11shmpool_rects_subtract(list, nb, MAX, r);
            for (int y = 0; y < SIZE; y++)
                for (int x = 0; x < SIZE; x++)
                    if (x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h)
                        left[y][x] = 0;
        }
        for (int i = 0; i < nb; i++)
            for (int y = list[i].y; y < list[i].y + list[i].h; y++)
                for (int x = list[i].x; x < list[i].x + list[i].w; x++)
                    found[y][x]++;
        assert_memory_equal(left, found, sizeof(left));
    }
}

static void test_cut_out_bound(void **state)
{
    X11ShmpoolRect list[3] = { { 0, 0, 10, 10 } };

    (void)state;
    /* pieces that don't fit are left out, never written */
    assert_int_equal(x11shmpool_rects_subtract(list, 1, 2, RECT(4, 4, 2, 2)),
                     2);
    assert_rect(list[2], 0, 0, 0, 0);
    assert_int_equal(x11shmpool_rects_subtract(list, 2, 2, RECT(0, 0, 10, 10)),
                     0);
}

static void test_follow_centered(void **state)
{
    X11ShmpoolRect region = { 0, 0, 100, 51 }, screen = { 0, 0, 640, 480 };
    const int c = X11SHMPOOL_FOLLOW_CENTERED;

    (void)state;
    assert_rect(x11shmpool_rect_follow(region, screen, 320, 240, c),
                270, 215, 100, 51);
    assert_rect(x11shmpool_rect_follow(region, screen, 10, 10, c),
                0, 0, 100, 51);
    assert_rect(x11shmpool_rect_follow(region, screen, 639, 479, c),
                540, 429, 100, 51);
    assert_rect(x11shmpool_rect_follow(region, RECT(1000, 50, 640, 480),
                                       10, 10, c), 1000, 50, 100, 51);
    assert_rect(x11shmpool_rect_follow(region, RECT(5, 6, 40, 480), 30, 240,
                                       c), 5, 215, 100, 51);
}

static void test_follow_margin(void **state)
{
    X11ShmpoolRect region = { 200, 100, 100, 60 };
    X11ShmpoolRect screen = { 0, 0, 640, 480 };
    const struct { int px, py, margin, x, y; } moves[] = {
        { 250, 130,  10, 200, 100 }, /* well inside */
        { 210, 110,  10, 200, 100 }, /* just inside */
        { 290, 150,  10, 200, 100 },
        { 209, 109,  10, 199,  99 },
        { 291, 151,  10, 201, 101 },
        {   0,   0,  10,   0,   0 },
        { 639, 479,  10, 540, 420 },
        { 600, 130,  10, 510, 100 },
        { 250, 470,  10, 200, 420 },
        { 250, 460,  10, 200, 410 },
        { 250, 130,   0, 200, 100 },
        { 300, 160,   0, 200, 100 },
        { 301, 161,   0, 201, 101 },
        /* the margins overlap: the far edge decides, as it is looked at
         * first */
        { 250, 130,  80, 230, 150 },
        { 250, 130, INT_MAX, 540, 420 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
        assert_rect(x11shmpool_rect_follow(region, screen, moves[i].px,
                                           moves[i].py, moves[i].margin),
                    moves[i].x, moves[i].y, 100, 60);
    assert_rect(x11shmpool_rect_follow(RECT(0, 0, 700, 500), screen,
                                       639, 479, 10), 0, 0, 700, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intersect),
        cmocka_unit_test(test_union),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_subtract),
        cmocka_unit_test(test_cut_out),
        cmocka_unit_test(test_cut_out_bound),
        cmocka_unit_test(test_follow_centered),
        cmocka_unit_test(test_follow_margin),
    };

    return cmocka_run_group_tests_name("geometry", tests, NULL, NULL);
}
