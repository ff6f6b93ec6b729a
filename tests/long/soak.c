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
 * Half an hour: 60 frames a second, a reader that stalls at random, windows
 * that are made, moved, resized and destroyed, bursts of drawing and silence.
 * Memory and slots stay what they were after the first minute, timestamps stay
 * on the grid and with the wall clock. A line each minute.
 *
 * $X11SHMPOOL_SOAK_SECONDS   how long, [1800]
 * $X11SHMPOOL_SEED           where the random numbers begin
 * $X11SHMPOOL_SERVER         xvfb, xorg, xvnc or xwayland
 */

#define _GNU_SOURCE

#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/adler32.h>
#include <libavutil/time.h>

#include "painter.h"
#include "random.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  1280
#define HEIGHT 720
#define RATE   60
#define MAX_HELD 6
/* mapped twice: the slot, and what packets see of it */
#define SLOT_KB      (2 * WIDTH * HEIGHT * 4 / 1024)
#define RSS_SLACK_KB 4096

static int nb_seconds = 1800;

static int setup(void **state)
{
    TestServerOptions o = { .kind = test_server_kind(), .width = WIDTH,
                            .height = HEIGHT };
    const char *env;

    (void)state;
    if ((int)o.kind < 0)
        return -1;
    /* Or what the threads free stays with each of them. */
    mallopt(M_ARENA_MAX, 1);
    test_random_start();
    if ((env = getenv("X11SHMPOOL_SOAK_SECONDS")))
        nb_seconds = atoi(env);
    printf("# %s, %d s, X11SHMPOOL_SEED=%"PRIu32"\n",
           test_server_kind_name(o.kind), nb_seconds, test_seed);

    if (!test_server_available(o.kind))
        return 0;
    return test_stage_start(&o);
}

typedef struct Painter {
    TestPainter *painter;
    atomic_int quit;
    atomic_int failed;
    pthread_t thread;
} Painter;

/* Now and then a lot, now and then nothing, mostly a little. */
static void *paint(void *arg)
{
    Painter *p = arg;
    unsigned seed = test_seed;
    sigset_t pipe;

    /* Where the test fails the server goes first. */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);

    while (!atomic_load(&p->failed) && !atomic_load(&p->quit)) {
        int mood = rand_r(&seed) % 10;

        for (int i = rand_r(&seed) % 120; i > 0 && !atomic_load(&p->quit);
             i--) {
            if (mood)
                test_painter_burst(p->painter, mood == 1 ? 60 : 3);
            if (test_painter_freeze(p->painter) < 0) {
                atomic_store(&p->failed, 1);
                break;
            }
            av_usleep(mood == 1 ? 1000 : 10000);
        }
    }
    test_painter_close(&p->painter);
    return NULL;
}

static long rss_kb(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long pages = 0;

    if (!f || fscanf(f, "%*d %ld", &pages) != 1)
        fail_msg("no /proc/self/statm");
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

typedef struct Held {
    AVPacket *packet;
    uint32_t sum;
} Held;

static void let_go(Held *h)
{
    if (h->packet &&
        av_adler32_update(1, h->packet->data, h->packet->size) != h->sum)
        fail_msg("X11SHMPOOL_SEED=%"PRIu32": a packet that was out changed",
                 test_seed);
    av_packet_free(&h->packet);
}

static void soak(void **state)
{
    const int64_t frame = av_rescale(1000000, 1, RATE);
    int64_t begin, start = AV_NOPTS_VALUE, last = 0, end, report;
    int64_t youngest = INT64_MAX, drift, nb_read = 0, ticks;
    int settle = nb_seconds < 120 ? nb_seconds / 2 : 60, descriptors = 0;
    long rss_settled = 0, slots = 0, rss;
    Held held[MAX_HELD] = { { NULL, 0 } };
    AVPacket *packet = av_packet_alloc();
    Painter painter = { .quit = 0 };
    int minutes = 0, ret;

    (void)state;
    if (!server) {
        print_message("%s is not installed\n",
                      test_server_kind_name(test_server_kind()));
        skip();
    }
    painter.painter = test_painter_open(server->display, test_seed,
                                        TEST_PAINT_ALL);
    assert_non_null(painter.painter);
    d = test_shot_open("x11shmpool", server->display,
                       "framerate=60:damage_metadata=1");
    assert_int_equal(pthread_create(&painter.thread, NULL, paint, &painter), 0);

    begin = av_gettime_relative();
    end   = begin + nb_seconds * INT64_C(1000000);
    report = begin + 60000000;
    while (av_gettime_relative() < end) {
        int64_t tick, age;
        Held *h;

        ret = test_device_read(d, packet, 5000);
        if (ret < 0) {
            test_log_print();
            fail_msg("X11SHMPOOL_SEED=%"PRIu32": no packet after %"PRId64" s: "
                     "%s", test_seed,
                     (av_gettime_relative() - begin) / 1000000,
                     av_err2str(ret));
        }
        /* The youngest of a minute was read as soon as it was there: its age is
         * how far timestamps and the wall clock are apart. */
        age = av_gettime() - packet->pts;
        nb_read++;
        if (start == AV_NOPTS_VALUE)
            start = packet->pts;
        else if (packet->pts <= last)
            fail_msg("a timestamp is not after the one before");
        last = packet->pts;
        tick = av_rescale_rnd(last - start, RATE, 1000000, AV_ROUND_NEAR_INF);
        if (llabs(start + av_rescale(tick, 1000000, RATE) - last) > 1)
            fail_msg("%"PRId64" µs after the first frame is off the grid",
                     last - start);
        if (age < youngest)
            youngest = age;

        h = &held[test_below(MAX_HELD)];
        let_go(h);
        if (test_below(3)) {
            h->packet = av_packet_clone(packet);
            assert_non_null(h->packet);
            h->sum = av_adler32_update(1, packet->data, packet->size);
        }
        av_packet_unref(packet);
        if (!test_below(150))
            av_usleep(test_below(1200000));
        else if (!test_below(20))
            av_usleep(test_below(40000));

        if (!rss_settled &&
            av_gettime_relative() - begin > settle * INT64_C(1000000)) {
            rss_settled = rss_kb();
            slots       = test_device_stat(d, "stat_slots");
            descriptors = test_count_descriptors();
            test_log_start();
        }
        if (av_gettime_relative() < report)
            continue;
        report    += 60000000;
        drift      = youngest;
        youngest   = INT64_MAX;
        rss        = rss_kb();
        printf("# %d min: rss %ld KiB, %"PRId64" slots, %"PRId64" read, %"
               PRId64" captured, %"PRId64" repeated, %"PRId64" dropped, %"
               PRId64" missed, timestamps %"PRId64" µs from the wall clock\n",
               ++minutes, rss, test_device_stat(d, "stat_slots"), nb_read,
               test_device_stat(d, "stat_captured"),
               test_device_stat(d, "stat_repeated"),
               test_device_stat(d, "stat_dropped"),
               test_device_stat(d, "stat_missed"), drift);
        fflush(stdout);
        if (llabs(drift) > frame)
            fail_msg("the timestamps are %"PRId64" µs from the wall clock",
                     drift);
        if (rss_settled && rss > rss_settled + RSS_SLACK_KB +
                                 (test_device_stat(d, "stat_slots") - slots) *
                                 SLOT_KB)
            fail_msg("%ld KiB were in use after %d s, %ld now", rss_settled,
                     settle, rss);
    }
    rss = rss_kb();

    assert_true(test_device_stat(d, "stat_slots") <= 16);
    /* each and what packets see of it, and one that damage is verified with */
    assert_true(test_mapping_count("memfd:x11shmpool") <=
                2 * test_device_stat(d, "stat_slots") + 1);
    assert_true(test_count_descriptors() <=
                descriptors + test_device_stat(d, "stat_slots") - slots + 1);
    if (rss > rss_settled + RSS_SLACK_KB +
              (test_device_stat(d, "stat_slots") - slots) *
              SLOT_KB)
        fail_msg("%ld KiB were in use after %d s, %ld now", rss_settled,
                 settle, rss);
    ticks = av_rescale_rnd(last - start, RATE, 1000000, AV_ROUND_NEAR_INF) + 1;
    if (ticks < (nb_seconds - 2) * (int64_t)RATE)
        fail_msg("%"PRId64" ticks in %d s", ticks, nb_seconds);
    if (nb_read < ticks / 3)
        fail_msg("%"PRId64" of %"PRId64" frames were read", nb_read, ticks);

    for (int i = 0; i < MAX_HELD; i++)
        let_go(&held[i]);
    atomic_store(&painter.quit, 1);
    pthread_join(painter.thread, NULL);
    assert_false(atomic_load(&painter.failed));
    test_device_close(&d);
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
    av_packet_free(&packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(soak),
    };

    return cmocka_run_group_tests_name("soak", tests, setup, test_stage_stop);
}
