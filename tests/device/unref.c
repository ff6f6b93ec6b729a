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
 * Packets are released without waiting for the X server, whatever the device is
 * waiting for: on any thread, even while a new slot is being made.
 */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "child.h"
#include "shot.h"
#include "stage.h"

#define STOP_US 3000000
#define MAX_HELD 30

enum { SHM_ATTACH = 1, SHM_ATTACH_FD = 6 };

static AVPacket *held[MAX_HELD];
static int nb_held;
static pid_t painter;

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = 320,
                                                  .height = 240 });
}

static int clear(void **state)
{
    test_child_end(&painter);
    while (nb_held)
        av_packet_free(&held[--nb_held]);
    return test_stage_clear(state);
}

typedef struct Release {
    AVPacket *packet;
    int64_t us;
    atomic_int done;
} Release;

static void *release(void *opaque)
{
    Release *r = opaque;
    int64_t begun = av_gettime_relative();

    av_packet_free(&r->packet);
    r->us = av_gettime_relative() - begun;
    atomic_store(&r->done, 1);
    return NULL;
}

/* The server says nothing from the moment that it is asked to take a slot. */
static void while_a_slot_is_made(const char *shm, int request)
{
    static const unsigned pause_us = 500;
    char options[64];
    Release r = { .done = 0 };
    int64_t end;
    pthread_t thread;
    int before;

    painter = test_child_start(server->display, test_child_paint,
                               (void *)&pause_us);
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    snprintf(options, sizeof(options), "framerate=100:shm=%s:pool_size=32",
             shm);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy), options);
    /* not the last frame, which the device keeps so that it can repeat it */
    while (nb_held < 4 || held[nb_held - 1]->data == held[0]->data)
        held[nb_held++] = test_shot_packet(d);
    test_proxy_hold_at(proxy, test_proxy_opcode(proxy, "MIT-SHM"), request);
    /* slots that are there already are used up first */
    end = av_gettime_relative() + 20000000;
    while (!test_proxy_holds(proxy) && nb_held < MAX_HELD &&
           av_gettime_relative() < end) {
        held[nb_held] = av_packet_alloc();
        if (test_device_read(d, held[nb_held], 1000) < 0)
            av_packet_free(&held[nb_held]);
        else
            nb_held++;
    }
    end = av_gettime_relative() + STOP_US;
    while (!test_proxy_holds(proxy) && av_gettime_relative() < end)
        av_usleep(1000);
    if (!test_proxy_holds(proxy))
        fail_msg("shm=%s: %d packets are held, and no slot was made", shm,
                 nb_held);

    before   = nb_held;
    r.packet = held[0];
    held[0]  = held[--nb_held];
    assert_int_equal(pthread_create(&thread, NULL, release, &r), 0);
    end = av_gettime_relative() + STOP_US;
    while (!atomic_load(&r.done) && av_gettime_relative() < end)
        av_usleep(1000);
    test_proxy_hold_at(proxy, 0, 0);
    test_proxy_hold(proxy, 0);
    pthread_join(thread, NULL);
    printf("# figure: shm=%s: a packet given back after %.1f ms of a stop of "
           "%d ms, %d held\n", shm, r.us / 1000.0, STOP_US / 1000, before);
    if (r.us >= STOP_US)
        fail_msg("shm=%s: a packet was given back as late as the server went "
                 "on, after %d ms", shm, (int)(r.us / 1000));
    test_child_end(&painter);
    test_shot_skip(d, 10);
    assert_int_equal(clear(NULL), 0);
}

static void memfd(void **state)
{
    (void)state;
    while_a_slot_is_made("memfd", SHM_ATTACH_FD);
}

static void sysv(void **state)
{
    (void)state;
    while_a_slot_is_made("sysv", SHM_ATTACH);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memfd),
        TEST(sysv),
    };

    return cmocka_run_group_tests_name("unref", tests, setup, test_stage_stop);
}
