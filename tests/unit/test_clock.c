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

#include <stdio.h>

#include "x11shmpool_clock.h"

#define WALL INT64_C(1700000000123456)
#define START INT64_C(98765432109876)

static const AVRational rates[] = {
    { 30000, 1001 }, { 24000, 1001 }, { 60000, 1001 }, { 25, 1 }, { 30, 1 },
    { 60, 1 }, { 144, 1 }, { 1, 5 }, { 1, 1 }, { 7, 3 }, { 240, 1 },
    { 1000000, 1 }, { 999983, 1001 }, { 1, 86400 },
};
#define NB_RATES (sizeof(rates) / sizeof(*rates))

/* Steps through the ticks keeping whole units and remainder, so that the
 * product that the clock forms is never formed here. */
typedef struct Reference {
    int64_t whole, rest, num, den;
} Reference;

static Reference reference_of(int64_t unit, AVRational rate)
{
    return (Reference){ 0, 0, rate.num, unit * rate.den };
}

static void reference_step(Reference *r)
{
    r->whole += r->den / r->num;
    r->rest  += r->den % r->num;
    if (r->rest >= r->num) {
        r->rest -= r->num;
        r->whole++;
    }
}

static int64_t reference_value(const Reference *r)
{
    return r->whole + (2 * r->rest >= r->num);
}

static void test_grid_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB_RATES; i++) {
        int64_t ticks = i < 2 ? 10000000 :
                        rates[i].den > rates[i].num ? 50000 : 200000;
        Reference due = reference_of(1000000000, rates[i]);
        Reference pts = reference_of(1000000, rates[i]);
        X11ShmpoolClock c;

        x11shmpool_clock_init(&c, rates[i], START, WALL);
        for (int64_t n = 0; n <= ticks; n++) {
            if (x11shmpool_clock_due(&c, n) - START != reference_value(&due) ||
                x11shmpool_clock_pts(&c, n) - WALL != reference_value(&pts))
                fail_msg("tick %lld at %d/%d", (long long)n,
                         rates[i].num, rates[i].den);
            reference_step(&due);
            reference_step(&pts);
        }
    }
}

static void test_far_ticks(void **state)
{
    X11ShmpoolClock c;

    (void)state;
    x11shmpool_clock_init(&c, (AVRational){ 30000, 1001 }, 0, 0);
    /* a year and more, in whole cycles of 30000 ticks */
    assert_int_equal(x11shmpool_clock_due(&c, INT64_C(30000) * 40000),
                     INT64_C(1001) * 40000 * 1000000000);
    assert_int_equal(x11shmpool_clock_pts(&c, INT64_C(30000) * 40000),
                     INT64_C(1001) * 40000 * 1000000);
    x11shmpool_clock_init(&c, (AVRational){ 1000000, 1 }, 0, 0);
    assert_int_equal(x11shmpool_clock_due(&c, INT64_C(40000000) * 1000000),
                     INT64_C(40000000) * 1000000000);
}

static void test_take_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB_RATES; i++) {
        X11ShmpoolClock c;

        x11shmpool_clock_init(&c, rates[i], START, WALL);
        assert_int_equal(x11shmpool_clock_take(&c, START - 1), -1);
        assert_int_equal(x11shmpool_clock_take(&c, START), 0);
        for (int64_t n = 1; n < 10000; n++) {
            int64_t due = x11shmpool_clock_due(&c, n);

            assert_int_equal(x11shmpool_clock_take(&c, due - 1), -1);
            assert_int_equal(x11shmpool_clock_take(&c, due), n);
            assert_int_equal(x11shmpool_clock_take(&c, due), -1);
        }
        assert_int_equal(c.missed, 0);
    }
}

static void test_late_ticks_are_missed_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB_RATES; i++) {
        X11ShmpoolClock c;
        int64_t taken = 0, n = -1;
        uint32_t seed = 1;

        x11shmpool_clock_init(&c, rates[i], START, WALL);
        for (int j = 0; j < 10000; j++) {
            int64_t before, late, now;

            seed   = seed * 1664525 + 1013904223;
            before = n;
            late   = seed >> 16 & 7;
            n     += 1 + late;
            now    = x11shmpool_clock_due(&c, n + 1) - 1;
            assert_int_equal(x11shmpool_clock_take(&c, now), n);
            assert_int_equal(c.next, n + 1);
            assert_int_equal(n - before - 1, late);
            taken++;
            assert_int_equal(c.missed, n + 1 - taken);
        }
    }
}

static void test_suspended_machine(void **state)
{
    X11ShmpoolClock c;
    int64_t n;

    (void)state;
    x11shmpool_clock_init(&c, (AVRational){ 30000, 1001 }, START, WALL);
    assert_int_equal(x11shmpool_clock_take(&c, START), 0);
    n = x11shmpool_clock_take(&c, START + INT64_C(86400) * 1000000000);
    assert_true(x11shmpool_clock_due(&c, n) <=
                START + INT64_C(86400) * 1000000000);
    assert_true(x11shmpool_clock_due(&c, n + 1) >
                START + INT64_C(86400) * 1000000000);
    assert_int_equal(c.missed, n - 1);
    assert_int_equal(x11shmpool_clock_pts(&c, n),
                     WALL + (n * 1001 * 1000000 + 15000) / 30000);
}

static void test_clock_that_stands_still_or_goes_back(void **state)
{
    X11ShmpoolClock c;

    (void)state;
    x11shmpool_clock_init(&c, (AVRational){ 25, 1 }, START, WALL);
    assert_int_equal(x11shmpool_clock_take(&c, START + 400000000), 10);
    assert_int_equal(x11shmpool_clock_take(&c, START + 400000000), -1);
    assert_int_equal(x11shmpool_clock_take(&c, START), -1);
    assert_int_equal(x11shmpool_clock_take(&c, START - 5000000000), -1);
    x11shmpool_clock_skip(&c, START - 5000000000);
    assert_int_equal(c.next, 11);
    assert_int_equal(c.missed, 10);
}

static void test_skip_counts_nothing(void **state)
{
    X11ShmpoolClock c;

    (void)state;
    x11shmpool_clock_init(&c, (AVRational){ 25, 1 }, START, WALL);
    x11shmpool_clock_skip(&c, START - 1);
    assert_int_equal(c.next, 0);
    assert_int_equal(x11shmpool_clock_take(&c, START), 0);
    x11shmpool_clock_skip(&c, START + 1000000000);
    assert_int_equal(c.next, 26);
    assert_int_equal(c.missed, 0);
    x11shmpool_clock_skip(&c, START + 1000000000);
    assert_int_equal(c.next, 26);
    assert_int_equal(x11shmpool_clock_take(&c, START + 1000000000), -1);
    assert_int_equal(x11shmpool_clock_take(&c, START + 1120000000), 28);
    assert_int_equal(c.missed, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid_is_exact),
        cmocka_unit_test(test_far_ticks),
        cmocka_unit_test(test_take_in_time),
        cmocka_unit_test(test_late_ticks_are_missed_once),
        cmocka_unit_test(test_suspended_machine),
        cmocka_unit_test(test_clock_that_stands_still_or_goes_back),
        cmocka_unit_test(test_skip_counts_nothing),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
