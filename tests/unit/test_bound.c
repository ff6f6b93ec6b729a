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

/**
 * @file
 * How many slots there may be: what a size begins with, when that grows, and
 * that nothing moves a bound that was chosen.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libavutil/error.h>

#include "x11shmpool_bound.h"

#define MIB    ((size_t)1 << 20)
#define SECOND INT64_C(1000000)

static X11ShmpoolBound bound;

static void begin(int max, size_t size)
{
    x11shmpool_bound_init(&bound, max);
    x11shmpool_bound_set_size(&bound, size);
}

static int allows(int nb, size_t size, int wanted, int64_t now)
{
    return x11shmpool_bound_allows(&bound, nb, size, wanted, now, NULL);
}

/* By half, up to as much memory as there may be, and never less than it was. */
static void grows_by_half(void **state)
{
    const int most = X11SHMPOOL_BOUND_MOST_MIB;

    (void)state;
    assert_int_equal(most, sizeof(void *) > 4 ? 2048 : 512);
    assert_int_equal(x11shmpool_bound_grown(16, 4 * MIB), 24);
    assert_int_equal(x11shmpool_bound_grown(1, 4 * MIB), 2);
    assert_int_equal(x11shmpool_bound_grown(7, 33 * MIB), 10);
    assert_int_equal(x11shmpool_bound_grown(most / 5, 4 * MIB), most / 4);
    assert_int_equal(x11shmpool_bound_grown(most / 4, 4 * MIB), most / 4);
    assert_int_equal(x11shmpool_bound_grown(most, 4 * MIB), most);
    assert_int_equal(x11shmpool_bound_grown(4, most / 2 * MIB), 4);
    assert_int_equal(x11shmpool_bound_grown(2, most / 3 * MIB), 3);
    for (int max = 16, i = 0; i < 40; i++) {
        int grown = x11shmpool_bound_grown(max, 8 * MIB);

        assert_true(grown >= max && grown <= most / 8);
        assert_true(grown > max || max == most / 8);
        max = grown;
    }
}

static void begins_with_the_size(void **state)
{
    (void)state;
    begin(0, MIB);
    assert_int_equal(bound.max, 16);
    begin(0, 32 * MIB);
    assert_int_equal(bound.max, 8);
    begin(0, X11SHMPOOL_BOUND_MOST_MIB / 5 * MIB);
    assert_int_equal(bound.max, 4);
    begin(0, X11SHMPOOL_BOUND_MOST_MIB / 2 * MIB);
    assert_int_equal(bound.max, 2);
    begin(3, MIB);
    assert_int_equal(bound.max, 3);
}

/* After a second in which no slot was got, if more are asked for. */
static void grows_when_all_are_held(void **state)
{
    (void)state;
    begin(0, 4 * MIB);
    for (int nb = 0; nb < 16; nb++)
        assert_true(allows(nb, 4 * MIB, 0, SECOND));
    assert_false(allows(16, 4 * MIB, 1, SECOND));
    assert_false(allows(16, 4 * MIB, 1, 2 * SECOND - 1));
    assert_false(allows(16, 4 * MIB, 0, 2 * SECOND));
    assert_true(allows(16, 4 * MIB, 1, 2 * SECOND));
    assert_int_equal(bound.max, 24);

    assert_false(allows(24, 4 * MIB, 1, 2 * SECOND + SECOND / 2));
    x11shmpool_bound_got(&bound);
    assert_false(allows(24, 4 * MIB, 1, 4 * SECOND));
    assert_false(allows(24, 4 * MIB, 1, 5 * SECOND - 1));
    assert_true(allows(24, 4 * MIB, 1, 5 * SECOND));
}

static void stays_as_it_was_chosen(void **state)
{
    (void)state;
    begin(5, MIB);
    assert_true(allows(4, MIB, 1, SECOND));
    assert_false(allows(5, MIB, 1, SECOND));
    assert_false(allows(5, MIB, 1, 100 * SECOND));
    x11shmpool_bound_set_size(&bound, 900 * MIB);
    assert_int_equal(bound.max, 5);
}

static void follows_the_size(void **state)
{
    (void)state;
    begin(0, 32 * MIB);
    x11shmpool_bound_set_size(&bound, MIB);
    assert_int_equal(bound.max, 16);
    x11shmpool_bound_set_size(&bound, 64 * MIB);
    assert_int_equal(bound.max, 4);

    /* one that has grown shrinks only for 2 GiB */
    begin(0, MIB);
    assert_false(allows(16, MIB, 1, SECOND));
    assert_true(allows(16, MIB, 1, 2 * SECOND));
    x11shmpool_bound_set_size(&bound, X11SHMPOOL_BOUND_MOST_MIB / 32 * MIB);
    assert_int_equal(bound.max, 24);
    x11shmpool_bound_set_size(&bound, X11SHMPOOL_BOUND_MOST_MIB / 8 * MIB);
    assert_int_equal(bound.max, 8);
}

static void two_must_fit(void **state)
{
    const X11ShmpoolFormat f = { .width = 1, .height = 1 };
    const size_t half        = X11SHMPOOL_BOUND_MOST_MIB / 2 * MIB;

    (void)state;
    assert_int_equal(x11shmpool_bound_check(&f, half, NULL), 0);
    assert_int_equal(x11shmpool_bound_check(&f, half + 1, NULL),
                     AVERROR(EINVAL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_the_size),
        cmocka_unit_test(grows_by_half),
        cmocka_unit_test(grows_when_all_are_held),
        cmocka_unit_test(stays_as_it_was_chosen),
        cmocka_unit_test(follows_the_size),
        cmocka_unit_test(two_must_fit),
    };

    return cmocka_run_group_tests_name("bound", tests, NULL, NULL);
}
