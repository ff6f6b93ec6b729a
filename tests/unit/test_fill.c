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

#include <string.h>

/* what is static there */
#include "../../libavdevice/x11shmpool_fill.c"

static void check(X11ShmpoolRects rects, X11ShmpoolRects wanted)
{
    make_bands(&rects, 7, 100);
    assert_int_equal(rects.nb, wanted.nb);
    for (int i = 0; i < rects.nb; i++) {
        wanted.list[i].x = 7;
        wanted.list[i].w = 100;
        assert_true(x11shmpool_rect_equal(rects.list[i], wanted.list[i]));
    }
}

static void bands_are_rows(void **state)
{
    (void)state;
    check((X11ShmpoolRects){ 0 }, (X11ShmpoolRects){ 0 });
    check((X11ShmpoolRects){ 1, { { 20, 5, 3, 4 } } },
          (X11ShmpoolRects){ 1, { { .y = 5, .h = 4 } } });
    /* side by side, one within the other, and in any order */
    check((X11ShmpoolRects){ 3, { { 50, 6, 1, 9 }, { 10, 5, 3, 20 },
                                  { 30, 2, 9, 4 } } },
          (X11ShmpoolRects){ 1, { { .y = 2, .h = 23 } } });
}

static void near_rectangles_share_a_band(void **state)
{
    (void)state;
    check((X11ShmpoolRects){ 2, { { 10, 0, 1, 10 },
                                  { 10, 10 + BAND_GAP, 1, 5 } } },
          (X11ShmpoolRects){ 1, { { .y = 0, .h = 15 + BAND_GAP } } });
    check((X11ShmpoolRects){ 2, { { 10, 11 + BAND_GAP, 1, 5 },
                                  { 10, 0, 1, 10 } } },
          (X11ShmpoolRects){ 2, { { .y = 0, .h = 10 },
                                  { .y = 11 + BAND_GAP, .h = 5 } } });
}

static void rows_are_padded_as_the_server_does(void **state)
{
    X11ShmpoolFormat f = { .bits_per_pixel = 16, .scanline_pad = 32 };

    (void)state;
    assert_int_equal(row_bytes(&f, 1), 4);
    assert_int_equal(row_bytes(&f, 2), 4);
    assert_int_equal(row_bytes(&f, 3), 8);
    f.bits_per_pixel = 24;
    assert_int_equal(row_bytes(&f, 1), 4);
    assert_int_equal(row_bytes(&f, 3), 12);
    f.bits_per_pixel = 8;
    f.scanline_pad   = 8;
    assert_int_equal(row_bytes(&f, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_are_rows),
        cmocka_unit_test(near_rectangles_share_a_band),
        cmocka_unit_test(rows_are_padded_as_the_server_does),
    };

    return cmocka_run_group_tests_name("fill", tests, NULL, NULL);
}
