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

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>
#include <libavutil/avstring.h>
#include <libavutil/log.h>
#include <libavutil/time.h>

#include "opening.h"
#include "stage.h"

#define TIMEOUT_US 10000000

static struct {
    const char *format;
    char options[256];
    pthread_t thread;
    TestDevice *d;
    int ret, started;
    atomic_int done;
} opening;

static void *open_device(void *arg)
{
    (void)arg;
    opening.ret = test_device_open(&opening.d, opening.format, server->display,
                                   opening.options);
    atomic_store(&opening.done, 1);
    return NULL;
}

void test_opening_start(const char *format, const char *options)
{
    assert_false(opening.started);
    test_log_start();
    opening.format = format;
    opening.d      = NULL;
    atomic_store(&opening.done, 0);
    av_strlcpy(opening.options, options, sizeof(opening.options));
    assert_int_equal(pthread_create(&opening.thread, NULL, open_device, NULL),
                     0);
    opening.started = 1;
}

void test_opening_asks(const char *text)
{
    const int64_t end = av_gettime_relative() + TIMEOUT_US;

    while (!test_log_count(text, AV_LOG_INFO)) {
        if (atomic_load(&opening.done) || av_gettime_relative() > end) {
            test_log_print();
            fail_msg("%s: nobody is asked", opening.options);
        }
        av_usleep(1000);
    }
}

int test_opening_done(void)
{
    return !opening.started || atomic_load(&opening.done);
}

int test_opening_end(TestDevice **d)
{
    *d = NULL;
    if (!opening.started)
        return 0;
    pthread_join(opening.thread, NULL);
    opening.started = 0;
    *d = opening.d;
    return opening.ret;
}
