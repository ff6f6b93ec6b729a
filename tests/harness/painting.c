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
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "painting.h"

static void *paint(void *arg)
{
    TestPainting *p = arg;
    sigset_t pipe;

    /* That its own server dies is no news to it. */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);

    while (!atomic_load(&p->quit)) {
        test_painter_burst(p->painter, 4);
        if (test_painter_freeze(p->painter) < 0)
            break;
        av_usleep(500);
    }
    test_painter_close(&p->painter);
    return NULL;
}

void test_painting_start(TestPainting *p, const char *display, uint32_t seed,
                         unsigned kinds)
{
    /* Not on its own thread: libXau is not made for two at once. */
    p->painter = test_painter_open(display, seed, kinds);
    assert_non_null(p->painter);
    atomic_init(&p->quit, 0);
    assert_int_equal(pthread_create(&p->thread, NULL, paint, p), 0);
}

void test_painting_stop(TestPainting *p)
{
    atomic_store(&p->quit, 1);
    pthread_join(p->thread, NULL);
}
