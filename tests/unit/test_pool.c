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
 * A pool that gets other sizes, and is freed, while another thread releases
 * what it holds. Slots that the server does not know need no server.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "libavutil/error.h"

#include "x11shmpool_bound.h"
#include "x11shmpool_pool.h"

#define SLOTS 4
#define TIMES 1500

static X11ShmpoolDisplay display;
static X11ShmpoolFormat format = { .width = 10, .height = 10 };

/* What the other thread is to release next, and how much it has released. */
static _Atomic(AVBufferRef *) given;
static atomic_int released;

static void *release_all(void *opaque)
{
    atomic_int *end = opaque;

    /* Mostly without a pause, so that it is there at once. */
    for (unsigned n = 1; !atomic_load(end); n++) {
        AVBufferRef *ref = atomic_exchange(&given, NULL);

        if (!ref) {
            if (!(n % 10000))
                sched_yield();
            continue;
        }
        av_buffer_unref(&ref);
        atomic_fetch_add(&released, 1);
    }
    return NULL;
}

static X11ShmpoolPool *make(int max_slots)
{
    X11ShmpoolPool *pool;

    assert_int_equal(x11shmpool_pool_alloc(&pool, &display, &format, 400,
                                           X11SHMPOOL_SHM_UNKNOWN, max_slots),
                     0);
    return pool;
}

static AVBufferRef *get(X11ShmpoolPool *pool)
{
    X11ShmpoolSlot *slot;
    AVBufferRef *buf, *ref;

    assert_int_equal(x11shmpool_pool_get(pool, 0, &buf, &slot), 0);
    memset(slot->data, 1, 400);
    ref = x11shmpool_pool_publish(buf);
    assert_non_null(ref);
    av_buffer_unref(&buf);
    return ref;
}

static void wait_for(int nb)
{
    while (atomic_load(&released) < nb)
        sched_yield();
}

/* A frame is kept, and one more is released while the pool gets another size:
 * only the former counts afterwards. */
static void released_while_resized(void **state)
{
    const int before = atomic_load(&released);
    atomic_int end   = 0;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, release_all, &end), 0);
    for (int i = 0; i < TIMES; i++) {
        X11ShmpoolPool *pool = make(SLOTS);
        AVBufferRef *held    = get(pool);

        atomic_store(&given, get(pool));
        for (int k = 0; k < i % 300; k++)
            atomic_load(&end);
        assert_int_equal(x11shmpool_pool_resize(pool, &format, 9000), 0);
        wait_for(before + i + 1);
        if (x11shmpool_pool_slots(pool) != 1)
            fail_msg("%d slots count, the %dth time",
                     x11shmpool_pool_slots(pool), i);
        av_buffer_unref(&held);
        assert_int_equal(x11shmpool_pool_slots(pool), 0);
        x11shmpool_pool_free(&pool);
    }
    atomic_store(&end, 1);
    pthread_join(thread, NULL);
}

/* The pool is freed meanwhile, before its last frame. */
static void released_while_freed(void **state)
{
    const int before = atomic_load(&released);
    atomic_int end   = 0;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, release_all, &end), 0);
    for (int i = 0; i < TIMES / 10; i++) {
        X11ShmpoolPool *pool = make(SLOTS);
        AVBufferRef *held    = get(pool);

        atomic_store(&given, get(pool));
        if (i & 1)
            assert_int_equal(x11shmpool_pool_resize(pool, &format, 9000), 0);
        x11shmpool_pool_free(&pool);
        wait_for(before + i + 1);
        av_buffer_unref(&held);
    }
    atomic_store(&end, 1);
    pthread_join(thread, NULL);
}

/* Nobody chose a bound: it is that of the present size. No slot is made. */
static void bound_of_each_size(void **state)
{
    const size_t half    = (size_t)X11SHMPOOL_BOUND_MOST_MIB / 2 << 20;
    X11ShmpoolPool *pool = make(0);

    (void)state;
    assert_int_equal(x11shmpool_pool_max(pool), 16);
    assert_int_equal(x11shmpool_pool_resize(pool, &format, 30 << 20), 0);
    assert_int_equal(x11shmpool_pool_max(pool), 8);
    assert_int_equal(x11shmpool_pool_resize(pool, &format, half - (1 << 20)),
                     0);
    assert_int_equal(x11shmpool_pool_max(pool), 2);
    assert_int_equal(x11shmpool_pool_resize(pool, &format, half),
                     AVERROR(EINVAL));
    assert_int_equal(x11shmpool_pool_resize(pool, &format, 400), 0);
    assert_int_equal(x11shmpool_pool_max(pool), 16);
    x11shmpool_pool_free(&pool);

    pool = make(SLOTS);
    assert_int_equal(x11shmpool_pool_resize(pool, &format, 100 << 20), 0);
    assert_int_equal(x11shmpool_pool_max(pool), SLOTS);
    x11shmpool_pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(released_while_resized),
        cmocka_unit_test(released_while_freed),
        cmocka_unit_test(bound_of_each_size),
    };

    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
