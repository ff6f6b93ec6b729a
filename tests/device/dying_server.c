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
 * Servers stop, go on and die at random moments while the device records them:
 * it ends soon and says so once, packets in use never change, and nothing is
 * left behind.
 *
 * $X11SHMPOOL_CYCLES   the tests last longer in proportion, [300]
 * $X11SHMPOOL_SEED     where the random numbers begin
 * $X11SHMPOOL_TEST     this test only
 */

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "footprint.h"
#include "painting.h"
#include "random.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240

static int nb_cycles;

static int64_t ms_since(int64_t start)
{
    return (av_gettime_relative() - start) / 1000;
}

static int setup(void **state)
{
    (void)state;
    nb_cycles = test_random_cycles(300);
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

typedef struct Chaos {
    const TestServer *server;
    struct {
        int us, signal;
    } steps[8];
    int nb_steps;
    atomic_int_least64_t killed;   ///< when, 0 for not
    atomic_int done;
    pthread_t thread;
} Chaos;

static void *disturb(void *arg)
{
    Chaos *c = arg;

    for (int i = 0; i < c->nb_steps; i++) {
        av_usleep(c->steps[i].us);
        if (c->steps[i].signal == SIGKILL)
            atomic_store(&c->killed, av_gettime_relative());
        test_server_signal(c->server, c->steps[i].signal);
    }
    atomic_store(&c->done, 1);
    return NULL;
}

static void chaos_add(Chaos *c, int us, int signal)
{
    c->steps[c->nb_steps].us       = us;
    c->steps[c->nb_steps++].signal = signal;
}

/* A server that is stopped goes on or is killed in the end. */
static void chaos_plan(Chaos *c, int kill)
{
    chaos_add(c, test_below(120000), SIGSTOP);
    for (int i = test_below(3); i > 0; i--) {
        chaos_add(c, test_below(60000), SIGCONT);
        chaos_add(c, test_below(60000), SIGSTOP);
    }
    if (!kill || test_below(2)) {
        chaos_add(c, test_below(150000), SIGCONT);
        if (kill)
            chaos_add(c, test_below(60000), SIGKILL);
    } else {
        chaos_add(c, test_below(150000), SIGKILL);
    }
    if (kill && !test_below(3)) {
        c->nb_steps = 0;
        chaos_add(c, test_below(120000), SIGKILL);
    }
}

static void disturbed_round(int round)
{
    static const char *const options[] = {
        "framerate=60", "framerate=60:draw_mouse=0", "framerate=60:damage=off",
        "framerate=60:shm=sysv", "framerate=60:shm=off", "framerate=2",
        "framerate=500", "framerate=500:show_region=1:video_size=50x50",
        "framerate=30:follow_mouse=20:video_size=99x99",
    };
    const char *option = options[test_below(9)];
    int kill = test_below(3), close_early = !test_below(3);
    int open_late = !test_below(4), painted = test_below(2);
    int nb_held = 0, after = 0, ret = 0, opened;
    int64_t start, took, died, close_at;
    AVPacket *held[5], *packet = av_packet_alloc();
    uint32_t sums[5];
    TestServer *mortal;
    TestPainting painter;
    Chaos chaos = { 0 };
    char what[200];

    snprintf(what, sizeof(what), "X11SHMPOOL_SEED=%"PRIu32", round %d, %s%s%s"
             "%s%s", test_seed, round, option, kill ? ", killed" : "",
             close_early ? ", closed early" : "",
             open_late ? ", disturbed from the beginning" : "",
             painted ? ", drawn on" : "");
    mortal = test_server_start(&(TestServerOptions){ .width = WIDTH,
                                                     .height = HEIGHT });
    assert_non_null(mortal);
    if (painted)
        test_painting_start(&painter, mortal->display,
                            test_random(), TEST_PAINT_ALL);
    chaos.server = mortal;
    chaos_plan(&chaos, kill);
    /* a device takes some ms to open */
    if (open_late)
        chaos.steps[0].us %= 8000;
    test_log_start();

    if (!open_late)
        d = test_shot_open("x11shmpool", mortal->display, option);
    pthread_create(&chaos.thread, NULL, disturb, &chaos);
    if (open_late)
        ret = test_device_open(&d, "x11shmpool", mortal->display, option);
    opened   = !!d;
    close_at = av_gettime_relative() + test_below(300000);
    while (opened && after < 5 &&
           (!close_early || av_gettime_relative() < close_at)) {
        ret = test_device_read(d, packet, close_early ? 100 : 5000);
        if (ret == AVERROR_EXIT && close_early)
            continue;
        if (ret < 0)
            break;
        if (nb_held < 5 && !test_below(3)) {
            held[nb_held]   = av_packet_clone(packet);
            sums[nb_held++] = test_packet_sum(packet);
        }
        av_packet_unref(packet);
        /* what was drawn before can still be read */
        after += !kill && atomic_load(&chaos.done);
    }
    died = atomic_load(&chaos.killed);
    took = died ? ms_since(died) : 0;
    start = av_gettime_relative();
    test_device_close(&d);
    start = ms_since(start);

    pthread_join(chaos.thread, NULL);
    test_server_stop(&mortal);
    if (painted)
        test_painting_stop(&painter);
    for (int i = 0; i < nb_held; i++) {
        if (test_packet_sum(held[i]) != sums[i])
            fail_msg("%s: a packet changed", what);
        av_packet_free(&held[i]);
    }
    av_packet_free(&packet);

    if (start > 1000)
        fail_msg("%s: closing took %"PRId64" ms", what, start);
    if (ret == AVERROR_EXIT && !close_early)
        fail_msg("%s: no packet for 5 s", what);
    if (ret < 0 && ret != AVERROR_EXIT) {
        if (!died)
            fail_msg("%s: %s before the server died", what, av_err2str(ret));
        if (took > 1000)
            fail_msg("%s: ended %"PRId64" ms after the server", what, took);
        if (test_log_count("", AV_LOG_ERROR) != 1) {
            test_log_print();
            fail_msg("%s: %s with %d lines of error", what, av_err2str(ret),
                     test_log_count("", AV_LOG_ERROR));
        }
    } else if (kill && !close_early) {
        fail_msg("%s: survived", what);
    }
}

static void servers_stop_and_die(void **state)
{
    TestFootprint before;

    (void)state;
    test_footprint_take(&before);
    for (int i = 0; i < 15 + nb_cycles / 25; i++)
        disturbed_round(i);
    test_footprint_not_grown(&before);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(servers_stop_and_die),
    };

    (void)argc;
    test_footprint_prepare(argv);
    cmocka_set_test_filter(getenv("X11SHMPOOL_TEST"));
    return cmocka_run_group_tests_name("dying_server", tests, setup,
                                       test_stage_stop);
}
