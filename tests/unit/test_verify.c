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

#include "x11shmpool_verify.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void test_within(void **state)
{
    (void)state;
    for (int height = 1; height <= UINT16_MAX; height = height * 5 / 4 + 1) {
        for (unsigned i = 0; i < 5000; i++) {
            int row = sample_row(UINT32_MAX - 2500 + i, height);

            assert_true(row >= 0 && row < height);
        }
    }
}

/* The first are known: 0, 1/2, 1/4, 3/4, 1/8, ... */
static void test_first(void **state)
{
    static const int rows[] = { 0, 400, 200, 600, 100, 500, 300, 700, 50 };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(sample_row(i, 800), rows[i]);
}

/* Any n in a row leave no gap larger than 4/n of the height, wherever they
 * begin. */
static void test_even(void **state)
{
    enum { HEIGHT = 1 << 16 };
    static int rows[256];

    (void)state;
    for (int n = 4; n <= 256; n *= 2) {
        for (unsigned start = 0; start < 3000; start += 7) {
            int largest;

            for (int i = 0; i < n; i++)
                rows[i] = sample_row(start + i, HEIGHT);
            qsort(rows, n, sizeof(*rows), compare);
            largest = FFMAX(rows[0], HEIGHT - rows[n - 1]);
            for (int i = 1; i < n; i++)
                largest = FFMAX(largest, rows[i] - rows[i - 1]);
            assert_true(largest <= 4 * HEIGHT / n);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_even),
    };

    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
