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
 * The device is opened and closed many times, paused, and released by many
 * threads at once. Nothing is left behind, frames in use never change, and
 * every lost frame is counted.
 *
 * $X11SHMPOOL_CYCLES   how often a device is opened and closed, [300]; the
 *                      other tests last longer in proportion
 * $X11SHMPOOL_SEED     where the random numbers begin
 * $X11SHMPOOL_TEST     this test only
 */

#define _GNU_SOURCE

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "footprint.h"
#include "painting.h"
#include "random.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240
#define THREADS 8
#define BAG 64

static int nb_cycles;

static int64_t ms_since(int64_t start)
{
    return (av_gettime_relative() - start) / 1000;
}

/*** Threads that let go of packets ***/

typedef struct Held {
    AVPacket *packet;
    uint32_t sum;
} Held;

/* Whoever comes takes any packet out, after a time of his own. */
typedef struct Bag {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Held held[BAG];
    int nb_held, room;
    int quit;
    int spoiled;
    unsigned seed;
    pthread_t threads[THREADS];
} Bag;

static void *release(void *arg)
{
    Bag *b = arg;

    pthread_mutex_lock(&b->lock);
    for (;;) {
        unsigned seed = b->seed += 0x9e3779b9;
        Held h;
        int i;

        if (!b->nb_held) {
            if (b->quit)
                break;
            pthread_cond_wait(&b->changed, &b->lock);
            continue;
        }
        i          = rand_r(&seed) % b->nb_held;
        h          = b->held[i];
        b->held[i] = b->held[--b->nb_held];
        pthread_mutex_unlock(&b->lock);
        av_usleep(rand_r(&seed) % 6000);
        i = test_packet_sum(h.packet) != h.sum;
        av_packet_free(&h.packet);
        pthread_mutex_lock(&b->lock);
        b->spoiled += i;
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

static void bag_init(Bag *b, int room)
{
    memset(b, 0, sizeof(*b));
    b->room = room;
    b->seed = test_random();
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
}

static void bag_start(Bag *b)
{
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&b->threads[i], NULL, release, b), 0);
}

/* Takes the packet, or releases it if there is no room. */
static void bag_add(Bag *b, AVPacket *packet)
{
    uint32_t sum = test_packet_sum(packet);

    pthread_mutex_lock(&b->lock);
    if (b->nb_held < b->room) {
        b->held[b->nb_held++] = (Held){ packet, sum };
        packet = NULL;
        pthread_cond_signal(&b->changed);
    }
    pthread_mutex_unlock(&b->lock);
    av_packet_free(&packet);
}

/* Until all is released. */
static int bag_end(Bag *b)
{
    pthread_mutex_lock(&b->lock);
    b->quit = 1;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    for (int i = 0; i < THREADS; i++)
        pthread_join(b->threads[i], NULL);
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->changed);
    return b->spoiled;
}

static int setup(void **state)
{
    (void)state;
    nb_cycles = test_random_cycles(300);
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

/*** Opened and closed ***/

static const struct {
    const char *options;
    int refused, window;
} variants[] = {
    { "framerate=1000",                                    0, 0 },
    { "framerate=1000:draw_mouse=0",                       0, 0 },
    { "framerate=1000:shm=sysv",                           0, 0 },
    { "framerate=1000:shm=off",                            0, 0 },
    { "framerate=1000:damage=off",                         0, 0 },
    { "framerate=1000:pool_size=4:damage_metadata=1",      0, 0 },
    { "framerate=1000:grab_x=5000:video_size=10x10",       1, 0 },
    { "framerate=1000:window_id=0x7fffffff",               1, 0 },
    { "framerate=1000:window_id=%u",                       0, 1 },
    { "framerate=1000:shm=none",                           1, 0 },
    { "framerate=1000:follow_mouse=centered:video_size=64x64", 0, 0 },
    { "framerate=1000:show_region=1:video_size=50x50",     0, 0 },
    { "framerate=0",                                       1, 0 },
    { "framerate=1000:shm=sysv:window_id=%u:damage=off",   0, 1 },
    { "framerate=1000:unchanged=skip",                     0, 0 },
    { "framerate=1000:grab_x=300:grab_y=200:video_size=99x99", 0, 0 },
};
#define NB_VARIANTS ((int)(sizeof(variants) / sizeof(*variants)))

static void cycle(int i)
{
    int v = i % NB_VARIANTS, k = i / NB_VARIANTS, kept = k % 3 == 2;
    xcb_window_t window = XCB_NONE;
    AVPacket *packet;
    char options[256];
    Bag bag;
    int ret;

    if (variants[v].window) {
        window = test_screen_window(screen, 20, 10, 60, 50, 0);
        snprintf(options, sizeof(options), variants[v].options, window);
    } else {
        snprintf(options, sizeof(options), "%s", variants[v].options);
    }
    ret = test_device_open(&d, "x11shmpool", server->display, options);
    if (variants[v].refused ? ret >= 0 : ret < 0) {
        test_log_print();
        fail_msg("%s: %s", options, av_err2str(ret));
    }
    if (variants[v].refused)
        return;

    bag_init(&bag, 2);
    for (int n = k % 5; n > 0; n--) {
        test_screen_fill(screen, root, i % 200, n * 20, 40, 40, test_random());
        packet = test_shot_packet(d);
        if (kept)
            bag_add(&bag, packet);
        else
            av_packet_free(&packet);
    }
    if (window && k & 1) {
        packet = av_packet_alloc();
        test_screen_destroy(screen, window);
        window = XCB_NONE;
        while ((ret = test_device_read(d, packet, 5000)) >= 0)
            av_packet_unref(packet);
        assert_int_equal(ret, AVERROR_EOF);
        av_packet_free(&packet);
    }
    test_device_close(&d);
    if (window)
        test_screen_destroy(screen, window);
    if (kept)
        bag_start(&bag);
    if (kept && bag_end(&bag))
        fail_msg("%s: packets changed after the device was closed", options);
}

static void cycles_leave_nothing(void **state)
{
    int warm = 3 * NB_VARIANTS;
    TestFootprint before;

    (void)state;
    for (int i = 0; i < warm; i++)
        cycle(i);
    test_footprint_take(&before);
    for (int i = warm; i < nb_cycles + warm; i++)
        cycle(i);
    test_footprint_not_grown(&before);
    assert_int_equal(before.segments, 0);
    assert_int_equal(before.server_segments, 0);
}

/* Nor does a device ask the server for more and more while it runs. */
static void server_keeps_little(void **state)
{
    static const char *const options[] = {
        "framerate=500", "framerate=500:shm=sysv:show_region=1",
        "framerate=500:shm=off:damage_metadata=1", "framerate=500:damage=off",
        "framerate=500:follow_mouse=40:video_size=100x100",
    };
    TestPainting painter;

    (void)state;
    for (int i = 0; i < 5; i++) {
        int warm = 0, now, unused;
        int64_t slots = 0;
        uint32_t client;

        d = test_shot_open("x11shmpool", server->display, options[i]);
        test_server_clients(&unused, &client);
        test_painting_start(&painter, server->display,
                            test_random(), TEST_PAINT_ALL);
        for (int n = 0; n < 200 + nb_cycles / 2; n++) {
            AVPacket *packet = test_shot_packet(d);

            av_packet_free(&packet);
            if (n == 100) {
                warm  = test_server_resources(client);
                slots = test_device_stat(d, "stat_slots");
            }
        }
        test_painting_stop(&painter);
        now   = test_server_resources(client);
        slots = test_device_stat(d, "stat_slots") - slots;
        /* a slot is a segment and a pixmap */
        if (!warm || now > warm + 4 + 2 * slots)
            fail_msg("%s: %d resources in the server grew to %d", options[i],
                     warm, now);
        test_device_close(&d);
    }
}

/*** Released by eight threads ***/

static int64_t stat_of(const char *name)
{
    int64_t value = test_device_stat(d, name);

    assert_true(value >= 0);
    return value;
}

/* Every tick up to the last frame that was read has become something. There is
 * a moment in which the next tick is counted already, so this need not be true
 * each time it is looked at. */
static int adds_up(int64_t nb_read, int64_t ticks, char *message, size_t size)
{
    int64_t made    = stat_of("stat_captured") + stat_of("stat_repeated");
    int64_t dropped = stat_of("stat_dropped"), missed = stat_of("stat_missed");

    if (made < nb_read)
        fail_msg("%"PRId64" frames were read, %"PRId64" counted", nb_read,
                 made);
    if (made > nb_read)        /* some wait to be read */
        return 0;
    if (made + dropped + missed == ticks)
        return 1;
    snprintf(message, size, "%"PRId64" frames, %"PRId64" dropped, %"PRId64
             " missed in %"PRId64" ticks", made, dropped, missed, ticks);
    return 0;
}

static void released_by_threads(void **state)
{
    static const char *const options[] = {
        "framerate=400:pool_size=16", "framerate=400:pool_size=5",
        "framerate=400:pool_size=8:shm=sysv",
        "framerate=400:pool_size=8:shm=off",
        "framerate=400:pool_size=8:damage=off",
    };
    TestFootprint before;

    (void)state;
    test_footprint_take(&before);
    for (int i = 0; i < 5; i++) {
        int64_t start = AV_NOPTS_VALUE, nb_read = 0, last = 0;
        int64_t us = nb_cycles * INT64_C(2000), begin;
        char message[200] = "never read everything that waited";
        int right = 0, looked = 0, ret;
        TestPainting painter;
        Bag bag;

        test_painting_start(&painter, server->display,
                            test_random(), TEST_PAINT_ALL);
        d = test_shot_open("x11shmpool", server->display, options[i]);
        bag_init(&bag, 12);
        bag_start(&bag);
        begin = av_gettime_relative();
        while (av_gettime_relative() - begin < us || (!right && looked < 2000)) {
            AVPacket *packet = test_shot_packet(d), *clone;

            nb_read++;
            if (start == AV_NOPTS_VALUE)
                start = packet->pts;
            else
                assert_true(packet->pts > last);
            last = packet->pts;
            assert_int_equal((last - start) % 2500, 0);
            clone = av_packet_clone(packet);
            bag_add(&bag, packet);
            bag_add(&bag, clone);
            if (!test_below(40))
                av_usleep(test_below(60000));
            if (av_gettime_relative() - begin > us) {
                looked++;
                right |= adds_up(nb_read, (last - start) / 2500 + 1, message,
                                 sizeof(message));
            }
        }
        test_device_close(&d);
        ret = bag_end(&bag);
        test_painting_stop(&painter);
        if (ret)
            fail_msg("%s: %d packets changed while they were out", options[i],
                     ret);
        if (!right)
            fail_msg("%s: %s", options[i], message);
    }
    test_footprint_not_grown(&before);
}

/*** Paused and resumed ***/

static void paused_and_resumed(void **state)
{
    int64_t start, last;
    AVPacket *packet;
    TestPainting painter;
    TestFootprint before;

    (void)state;
    test_footprint_take(&before);
    test_painting_start(&painter, server->display,
                        test_random(), TEST_PAINT_ALL);
    d      = test_shot_open("x11shmpool", server->display,
                            "framerate=500:pool_size=6");
    packet = test_shot_packet(d);
    start  = last = packet->pts;
    av_packet_unref(packet);
    for (int i = 0; i < nb_cycles / 2; i++) {
        int64_t begin, resumed;
        int ret;

        for (int n = test_below(3); n > 0; n--) {
            assert_int_equal(test_device_read(d, packet, 5000), 0);
            assert_true(packet->pts > last);
            last = packet->pts;
            av_packet_unref(packet);
            if (!test_below(4))
                av_usleep(test_below(8000));
        }
        for (int n = test_below(2); n >= 0; n--)
            assert_int_equal(av_read_pause(d->ctx), 0);
        begin = av_gettime_relative();
        ret   = test_device_read(d, packet, 5000);
        if (ret != AVERROR(EAGAIN) || ms_since(begin) > 2000)
            fail_msg("read while paused: %s after %d ms", av_err2str(ret),
                     (int)ms_since(begin));
        av_usleep(test_below(8000));

        resumed = av_gettime();
        for (int n = test_below(2); n >= 0; n--)
            assert_int_equal(av_read_play(d->ctx), 0);
        assert_int_equal(test_device_read(d, packet, 5000), 0);
        if (packet->pts <= last || (packet->pts - start) % 2000 ||
            packet->pts < resumed - 10000)
            fail_msg("X11SHMPOOL_SEED=%"PRIu32": %"PRId64" µs after the frame "
                     "before, %"PRId64" after resuming", test_seed,
                     packet->pts - last, packet->pts - resumed);
        last = packet->pts;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    test_device_close(&d);
    test_painting_stop(&painter);
    test_footprint_not_grown(&before);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(cycles_leave_nothing),
        TEST(server_keeps_little),
        TEST(released_by_threads),
        TEST(paused_and_resumed),
    };

    (void)argc;
    test_footprint_prepare(argv);
    cmocka_set_test_filter(getenv("X11SHMPOOL_TEST"));
    return cmocka_run_group_tests_name("repeated_use", tests, setup,
                                       test_stage_stop);
}
