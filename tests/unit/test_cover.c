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

#include "x11shmpool_cover.h"

#define W 37
#define H 23

/* Whatever is painted over what was saved, in whatever order, comes off again,
 * and nothing else is touched. */
static void all_pixels_are_restored(void **state)
{
    static uint8_t data[160 * H], before[160 * H];
    X11ShmpoolCover cover = { 0 };
    unsigned seed = 7;

    (void)state;
    for (int bytes = 1; bytes <= 4; bytes++) {
        X11ShmpoolFormat f = { .bits_per_pixel = 8 * bytes, .width = W,
                               .height = H, .stride = (W * bytes + 3) & ~3 };

        for (int round = 0; round < 50; round++) {
            int nb = round % (X11SHMPOOL_COVERED + 1);

            for (size_t i = 0; i < sizeof(data); i++)
                data[i] = before[i] = (seed = seed * 69069 + 1) >> 24;
            for (int i = 0; i < nb; i++) {
                X11ShmpoolRect r = { (seed = seed * 69069 + 1) >> 27,
                                     (seed = seed * 69069 + 1) >> 28,
                                     0, 0 };

                r.w = (seed = seed * 69069 + 1) % (W - r.x + 1);
                r.h = (seed = seed * 69069 + 1) % (H - r.y + 1);
                assert_int_equal(x11shmpool_cover_add(&cover, &f, data, r), 0);
            }
            assert_memory_equal(data, before, sizeof(data));
            for (int i = 0; i < cover.nb; i++) {
                X11ShmpoolRect r = cover.rects[i];

                for (int y = r.y; y < r.y + r.h; y++)
                    memset(data + y * f.stride + r.x * bytes, i, r.w * bytes);
            }
            x11shmpool_cover_restore(&cover, &f, data);
            assert_memory_equal(data, before, sizeof(data));
            assert_int_equal(cover.nb, 0);
            assert_int_equal(cover.used, 0);
        }
    }
    x11shmpool_cover_uninit(&cover);
}

static void number_of_rectangles_is_bounded(void **state)
{
    X11ShmpoolFormat f = { .bits_per_pixel = 8, .width = W, .height = H,
                           .stride = W };
    uint8_t data[W * H] = { 0 };
    X11ShmpoolCover cover = { 0 };

    (void)state;
    for (int i = 0; i < X11SHMPOOL_COVERED; i++)
        assert_int_equal(x11shmpool_cover_add(&cover, &f, data,
                             (X11ShmpoolRect){ i, 0, 1, 1 }), 0);
    assert_true(x11shmpool_cover_add(&cover, &f, data,
                                     (X11ShmpoolRect){ 0, 1, 1, 1 }) < 0);
    /* what is empty needs no room */
    assert_int_equal(x11shmpool_cover_add(&cover, &f, data,
                                          (X11ShmpoolRect){ 0, 1, 0, 1 }), 0);
    x11shmpool_cover_uninit(&cover);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pixels_are_restored),
        cmocka_unit_test(number_of_rectangles_is_bounded),
    };

    return cmocka_run_group_tests_name("cover", tests, NULL, NULL);
}
