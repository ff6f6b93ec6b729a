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

#include "libavutil/error.h"
#include "x11shmpool_queue.h"

#define CAPACITY 4

static X11ShmpoolQueue q;

static int setup(void **state)
{
    (void)state;
    return x11shmpool_queue_init(&q, CAPACITY);
}

static int teardown(void **state)
{
    (void)state;
    x11shmpool_queue_uninit(&q);
    return 0;
}

static void add(int64_t tick, int repeated)
{
    X11ShmpoolFrame f = { .tick = tick, .repeated = repeated };

    f.buf = av_buffer_alloc(1);
    assert_non_null(f.buf);
    assert_true(x11shmpool_queue_has_room(&q));
    x11shmpool_queue_add(&q, &f);
}

/* @return the tick of the frame, -1 if there is none */
static int64_t take(int64_t now)
{
    X11ShmpoolFrame f;

    if (!x11shmpool_queue_take(&q, now, &f))
        return -1;
    assert_non_null(f.buf);
    x11shmpool_frame_unref(&f);
    return f.tick;
}

static void check_stats(int captured, int repeated, int dropped, int missed)
{
    assert_int_equal(q.stats.captured, captured);
    assert_int_equal(q.stats.repeated, repeated);
    assert_int_equal(q.stats.dropped, dropped);
    assert_int_equal(q.stats.missed, missed);
}

static void first_in_first_out(void **state)
{
    (void)state;
    assert_int_equal(take(0), -1);
    add(0, 0);
    add(1, 1);
    add(2, 0);
    assert_int_equal(take(2), 0);
    assert_int_equal(take(2), 1);
    add(3, 0);
    assert_int_equal(take(3), 2);
    assert_int_equal(take(3), 3);
    assert_int_equal(take(3), -1);
    check_stats(3, 1, 0, 0);
}

/* A reader that was away for less than the queue is long loses nothing, however
 * late it is. */
static void nothing_is_lost_while_there_is_room(void **state)
{
    (void)state;
    for (int i = 0; i < CAPACITY; i++)
        add(i, 0);
    for (int i = 0; i < CAPACITY; i++)
        assert_int_equal(take(100), i);
    check_stats(CAPACITY, 0, 0, 0);
    assert_false(q.lost);
}

/* When it comes back late, it goes on with what is no older than the queue is
 * long, and each tick is counted once. */
static void stale_frames_are_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < CAPACITY; i++)
        add(i, i & 1);
    assert_false(x11shmpool_queue_has_room(&q));
    /* a queue that had gone on being filled would hold 2 to 5 */
    assert_int_equal(take(5), 2);
    assert_int_equal(take(5), 3);
    assert_int_equal(take(5), -1);
    check_stats(1, 1, 2, 0);

    assert_true(x11shmpool_queue_has_room(&q));
    x11shmpool_queue_passed(&q, 1);
    add(5, 0);
    check_stats(2, 1, 3, 0);
    assert_int_equal(take(8), 5);
    x11shmpool_queue_passed(&q, 2);
    add(8, 0);
    check_stats(3, 1, 3, 2);
}

static void all_of_them_may_be_stale(void **state)
{
    (void)state;
    for (int i = 0; i < CAPACITY; i++)
        add(i, 0);
    assert_false(x11shmpool_queue_has_room(&q));
    assert_int_equal(take(50), -1);
    assert_true(q.lost);
    check_stats(0, 0, CAPACITY, 0);
    /* the next frame is the reader's, though nothing changed */
    add(51, 1);
    assert_false(q.lost);
}

/* What is newer than what was dropped makes up for it. */
static void dropped_but_not_lost(void **state)
{
    (void)state;
    for (int i = 0; i < CAPACITY; i++)
        add(i, 0);
    assert_false(x11shmpool_queue_has_room(&q));
    assert_int_equal(take(CAPACITY), 1);
    assert_false(q.lost);
}

/* From the first overflow on only the next frame is captured ahead. */
static void a_reader_that_can_not_keep_up(void **state)
{
    int64_t tick = CAPACITY;

    (void)state;
    for (int i = 0; i < CAPACITY; i++)
        add(i, 0);
    assert_false(x11shmpool_queue_has_room(&q));
    for (int i = 0; i < CAPACITY; i++)
        assert_int_equal(take(3), i);
    for (int i = 0; i < 10; i++, tick++) {
        add(tick, 0);
        assert_false(x11shmpool_queue_has_room(&q));
        assert_int_equal(take(tick), tick);
    }
    /* it waits, and waits again: it keeps up */
    x11shmpool_queue_reader_waits(&q);
    add(tick, 0);
    add(tick + 1, 0);
    assert_false(x11shmpool_queue_has_room(&q));
    x11shmpool_queue_reader_waits(&q);
    x11shmpool_queue_reader_waits(&q);
    add(tick + 2, 0);
    add(tick + 3, 0);
    assert_false(x11shmpool_queue_has_room(&q));
}

static void flushed_frames_count_as_nothing(void **state)
{
    (void)state;
    add(0, 0);
    add(1, 1);
    x11shmpool_queue_flush(&q);
    assert_true(q.lost);
    check_stats(0, 0, 0, 0);
    assert_int_equal(take(2), -1);
}

/* What waits stays, and nothing is added until there is less than the new
 * capacity. */
static void a_shorter_queue(void **state)
{
    (void)state;
    for (int i = 0; i < CAPACITY; i++)
        add(i, 0);
    x11shmpool_queue_shrink(&q, 2);
    for (int i = 0; i < CAPACITY - 1; i++) {
        x11shmpool_queue_shrink(&q, CAPACITY);
        assert_int_equal(take(CAPACITY), i);
        x11shmpool_queue_reader_waits(&q);
    }
    assert_true(x11shmpool_queue_has_room(&q));
    add(CAPACITY, 0);
    assert_false(x11shmpool_queue_has_room(&q));
    assert_int_equal(take(CAPACITY + 1), CAPACITY);
    check_stats(CAPACITY, 0, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(first_in_first_out, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_lost_while_there_is_room,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(stale_frames_are_dropped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(all_of_them_may_be_stale, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(dropped_but_not_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reader_that_can_not_keep_up, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(flushed_frames_count_as_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_shorter_queue, setup, teardown),
    };

    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
