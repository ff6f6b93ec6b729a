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
 * A consumer that keeps its packets: the pool grows if the user set no bound;
 * if he did, there is a warning, and the consumer can be interrupted.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <libavutil/adler32.h>
#include <libavutil/time.h>

#include "child.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240
#define AUTO_SLOTS 16          /* of so small a screen */
#define MAX_HELD 40
#define GROWTH_MS 20000        /* a second, however busy the machine is */

static AVPacket *held[MAX_HELD];
static uint32_t sums[MAX_HELD];
static int nb_held;
static pid_t painter;

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

static void release_all(void)
{
    while (nb_held)
        av_packet_free(&held[--nb_held]);
}

static int clear(void **state)
{
    test_child_end(&painter);
    release_all();
    return test_stage_clear(state);
}

static void begin(const char *options, int flags)
{
    static const unsigned pause_us = 500;
    char all[128];

    painter = test_child_start(server->display, test_child_paint,
                               (void *)&pause_us);
    test_log_start();
    snprintf(all, sizeof(all), "framerate=200:%s", options);
    assert_int_equal(test_device_open_flags(&d, "x11shmpool", server->display,
                                            all, flags), 0);
}

static uint32_t checksum(const AVPacket *packet)
{
    return av_adler32_update(1, packet->data, packet->size);
}

/* As the ffmpeg program does where the flags say so
 * @return 0 or an AVERROR, EXIT when the time is over, also where the device
 *         has not asked */
static int read_patiently(AVPacket *packet, int timeout_ms)
{
    int64_t end = av_gettime_relative() + timeout_ms * INT64_C(1000);
    int ret;

    do {
        int64_t left = (end - av_gettime_relative()) / 1000;

        ret = test_device_read(d, packet, left > 1 ? left : 1);
        if (ret == AVERROR(EAGAIN))
            av_usleep(10000);
    } while (ret == AVERROR(EAGAIN) && av_gettime_relative() < end);
    return ret == AVERROR(EAGAIN) ? AVERROR_EXIT : ret;
}

static int keep_one(int timeout_ms)
{
    AVPacket *packet = av_packet_alloc();
    int ret = read_patiently(packet, timeout_ms);

    assert_true(nb_held < MAX_HELD);
    if (ret < 0) {
        av_packet_free(&packet);
        return ret;
    }
    sums[nb_held]   = checksum(packet);
    held[nb_held++] = packet;
    return 0;
}

static void assert_unchanged(void)
{
    for (int i = 0; i < nb_held; i++)
        if (checksum(held[i]) != sums[i])
            fail_msg("packet %d of %d changed while it was held", i, nb_held);
}

/* Frames go on when all is given back, and the last one is the screen's. */
static void assert_goes_on(void)
{
    AVPacket *packet = av_packet_alloc();

    release_all();
    for (int i = 0; i < 3 * MAX_HELD; i++) {
        assert_int_equal(read_patiently(packet, 5000), 0);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
}

static void grow(const char *more, int flags)
{
    int slots = 0, largest = 0;
    char options[64];

    snprintf(options, sizeof(options), "pool_size=0:%s", more);
    begin(options, flags);
    /* repeated ones are not a slot each: until they are more than 24 */
    for (int k = 0; nb_held < MAX_HELD && slots <= AUTO_SLOTS * 3 / 2; k++) {
        int ret = keep_one(GROWTH_MS);

        if (ret < 0) {
            test_log_print();
            fail_msg("after %d packets: %s", nb_held, av_err2str(ret));
        }
        slots = test_device_stat(d, "stat_slots");
        if (slots > AUTO_SLOTS && !largest) {
            largest = slots;
            if (test_log_count("pool_size", AV_LOG_WARNING) != 1 ||
                !test_log_count("16", AV_LOG_WARNING)) {
                test_log_print();
                fail_msg("no warning of 16 frames that are held");
            }
        }
        if (nb_held > 1 && held[nb_held - 1]->data == held[nb_held - 2]->data)
            av_packet_free(&held[--nb_held]);
        if (k > 10 * MAX_HELD)
            fail_msg("%d different frames of %d", nb_held, k);
    }
    if (slots <= AUTO_SLOTS * 3 / 2 || slots > AUTO_SLOTS * 9 / 4)
        fail_msg("%d packets are held, of %d slots", nb_held, slots);
    if (test_log_count("pool_size", AV_LOG_WARNING) != 1) {
        test_log_print();
        fail_msg("%d warnings", test_log_count("pool_size", AV_LOG_WARNING));
    }
    assert_unchanged();
    assert_goes_on();
    test_child_end(&painter);
    if (!flags)
        test_shot_true(d, screen, root, 0, 0, 1, "after the pool has grown");
}

static void grows_for_who_waits(void **state)
{
    (void)state;
    grow("pixel_format=native", 0);
}

static void grows_for_who_polls(void **state)
{
    (void)state;
    grow("pixel_format=native", AVFMT_FLAG_NONBLOCK);
}

static void grows_with_pictures(void **state)
{
    (void)state;
    grow("pixel_format=nv12", 0);
}

/* A consumer that is slow, but gives back, has what it had. */
static void stays_small(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int64_t end;

    (void)state;
    begin("pool_size=0", 0);
    while (nb_held < 12)
        assert_int_equal(keep_one(5000), 0);
    end = av_gettime_relative() + 2500000;
    while (av_gettime_relative() < end) {
        assert_int_equal(test_device_read(d, packet, 5000), 0);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    assert_true(test_device_stat(d, "stat_slots") <= AUTO_SLOTS);
    assert_int_equal(test_log_count("pool_size", AV_LOG_WARNING), 0);
    assert_unchanged();
}

static void bound(const char *kind, int size, int flags)
{
    char options[64];
    int64_t begun;
    int ret;

    snprintf(options, sizeof(options), "shm=%s:pool_size=%d", kind, size);
    begin(options, flags);
    while ((ret = keep_one(1500)) >= 0 && nb_held < MAX_HELD - 1)
        if (nb_held > 1 && held[nb_held - 1]->data == held[nb_held - 2]->data)
            av_packet_free(&held[--nb_held]);
    if (ret != AVERROR_EXIT) {
        test_log_print();
        fail_msg("%s: after %d packets: %s", options, nb_held,
                 av_err2str(ret));
    }
    if (test_log_count("pool_size", AV_LOG_WARNING) != 1) {
        test_log_print();
        fail_msg("%s: %d warnings, not one", options,
                 test_log_count("pool_size", AV_LOG_WARNING));
    }
    assert_int_equal(test_device_stat(d, "stat_slots"), size);

    /* the callback is asked, and what it says is done */
    atomic_store(&d->asked, 0);
    begun = av_gettime_relative();
    {
        AVPacket *packet = av_packet_alloc();

        do {
            d->deadline = 1;
            ret = av_read_frame(d->ctx, packet);
            if (ret == AVERROR(EAGAIN))
                av_usleep(1000);
        } while (ret == AVERROR(EAGAIN) &&
                 av_gettime_relative() - begun < 3000000);
        d->deadline = 0;
        av_packet_free(&packet);
    }
    if (ret != AVERROR_EXIT || !atomic_load(&d->asked))
        fail_msg("%s: an interrupted read: %s, asked %d times", options,
                 av_err2str(ret), atomic_load(&d->asked));
    assert_unchanged();
    assert_goes_on();
    assert_true(test_device_stat(d, "stat_dropped") > 10);
    assert_true(test_device_stat(d, "stat_slots") <= size);
    assert_int_equal(test_log_count("pool_size", AV_LOG_WARNING), 1);
    assert_int_equal(clear(NULL), 0);
}

static void bound_for_who_waits(void **state)
{
    (void)state;
    bound("memfd", 2, 0);
    bound("sysv", 4, 0);
    bound("off", 4, 0);
    bound("memfd:pixel_format=yuv420p", 2, 0);
}

static void bound_for_who_polls(void **state)
{
    (void)state;
    bound("memfd", 4, AVFMT_FLAG_NONBLOCK);
}

/* One warning as soon as all frames are out, not when the reader asks. */
static void told_at_once(void **state)
{
    int64_t end;

    (void)state;
    begin("pool_size=3", 0);
    while (nb_held < 3) {
        assert_int_equal(keep_one(5000), 0);
        if (nb_held > 1 && held[nb_held - 1]->data == held[nb_held - 2]->data)
            av_packet_free(&held[--nb_held]);
    }
    end = av_gettime_relative() + 5000000;
    while (!test_log_count("pool_size", AV_LOG_WARNING)) {
        if (av_gettime_relative() > end) {
            test_log_print();
            fail_msg("no warning though all frames are out");
        }
        av_usleep(1000);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(grows_for_who_waits),
        TEST(grows_for_who_polls),
        TEST(grows_with_pictures),
        TEST(stays_small),
        TEST(bound_for_who_waits),
        TEST(bound_for_who_polls),
        TEST(told_at_once),
    };

    return cmocka_run_group_tests_name("hold", tests, setup, test_stage_stop);
}
