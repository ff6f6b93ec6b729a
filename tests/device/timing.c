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
 * Time: the frame grid, lateness, pausing, what is left out.
 */

#define _GNU_SOURCE

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240

enum { QUERY_POINTER = 38 };

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

static int64_t next_pts(void)
{
    AVPacket *packet = test_shot_packet(d);
    int64_t pts = packet->pts;

    assert_int_equal(packet->dts, packet->pts);
    assert_int_equal(packet->stream_index, 0);
    av_packet_free(&packet);
    return pts;
}

/* The tick that has this timestamp, of a grid through start; -1 for none. Both
 * are rounded to a µs. */
static int64_t tick_of(int64_t start, int64_t pts, AVRational rate)
{
    int64_t n = av_rescale_rnd(pts - start, rate.num, rate.den * 1000000LL,
                               AV_ROUND_NEAR_INF);
    int64_t due = av_rescale_rnd(n, rate.den * 1000000LL, rate.num,
                                 AV_ROUND_NEAR_INF);

    return pts - start - due <= 1 && pts - start - due >= -1 ? n : -1;
}

static void grid(void **state)
{
    static const AVRational rates[] = {
        { 30, 1 }, { 30000, 1001 }, { 60000, 1001 }, { 144, 1 }, { 7, 3 },
        { 240, 1 }, { 1000, 7 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        int frames = rates[i].num > 3 * rates[i].den ? 40 : 5;
        char options[64];
        int64_t start, last;

        snprintf(options, sizeof(options), "framerate=%d/%d", rates[i].num,
                 rates[i].den);
        d = test_shot_open("x11shmpool", server->display, options);
        last = start = next_pts();
        for (int k = 0; k < frames; k++) {
            int64_t pts = next_pts(), wall = av_gettime();

            if (tick_of(start, pts, rates[i]) < 1 || pts <= last)
                fail_msg("%s: %lld µs after the first frame is off the grid",
                         options, (long long)(pts - start));
            if (pts > wall || wall - pts > 1000000)
                fail_msg("%s: a timestamp is %lld µs from the wall clock",
                         options, (long long)(wall - pts));
            last = pts;
        }
        assert_int_equal(d->stream->time_base.den, 1000000);
        test_device_close(&d);
    }
}

/* Dropped, or missed where the machine is busy */
static int64_t left_out(void)
{
    return test_device_stat(d, "stat_dropped") +
           test_device_stat(d, "stat_missed");
}

/* As fast as real time, neither faster nor slower. */
static void pace(void **state)
{
    int64_t begin, missed, first, last = 0;

    (void)state;
    d = test_shot_open("x11shmpool", server->display, "framerate=50");
    first = next_pts();
    begin = av_gettime_relative();
    for (int i = 0; i < 50; i++) {
        test_screen_fill(screen, root, i, i, 9, 9, i);
        last = next_pts();
    }
    missed = left_out();
    assert_true(last - first >= 1000000);
    if (last - first > 1000000 + 20000 * (missed + 1))
        fail_msg("50 frames at 50 fps span %lld µs with %d missed",
                 (long long)(last - first), (int)missed);
    assert_true(av_gettime_relative() - begin > 900000);
}

/* A consumer that stalls gets what waited in the queue, then what is new. */
static void slow_consumer(void **state)
{
    int64_t start, last, dropped, woke;
    int stale = 0, off = 0;

    (void)state;
    d = test_shot_open("x11shmpool", server->display,
                       "framerate=100:pool_size=6");
    start = last = next_pts();
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++) {
            int64_t pts = next_pts();

            off += tick_of(start, pts, (AVRational){ 100, 1 }) < 1;
            assert_true(pts > last);
            last = pts;
            test_screen_fill(screen, root, i, i, 9, 9, i);
        }
        dropped = left_out();
        for (int i = 0; i < 30; i++) {
            test_screen_fill(screen, root, 2 * i, i, 9, 9, i);
            av_usleep(10000);
        }
        woke  = av_gettime();
        stale = 0;
        for (;;) {
            int64_t pts = next_pts();

            off += tick_of(start, pts, (AVRational){ 100, 1 }) < 1;
            assert_true(pts > last);
            last = pts;
            if (pts > woke)
                break;
            stale++;
        }
        if (stale > 6)
            fail_msg("%d stale frames after a stall, of a pool of 6", stale);
        if (left_out() - dropped < 20)
            fail_msg("%d frames left out in 300 ms at 100 fps",
                     (int)(left_out() - dropped));
    }
    assert_int_equal(off, 0);
}

/* The server stops for a while: what was missed is counted, not made up. */
static void late_frames(void **state)
{
    int64_t start, last, stopped, resumed, missed;
    int during = 0;

    (void)state;
    d = test_shot_open("x11shmpool", server->display,
                       "framerate=100:damage=off");
    start = last = next_pts();
    for (int i = 0; i < 20; i++)
        last = next_pts();
    test_server_signal(server, SIGSTOP);
    stopped = av_gettime();
    missed  = test_device_stat(d, "stat_missed");
    av_usleep(500000);
    test_server_signal(server, SIGCONT);
    resumed = av_gettime();
    for (;;) {
        int64_t pts = next_pts();

        assert_true(pts > last);
        assert_true(tick_of(start, pts, (AVRational){ 100, 1 }) > 0);
        last = pts;
        if (pts > resumed + 50000)
            break;
        during += pts > stopped + 20000 && pts < resumed - 20000;
    }
    if (during > 1)
        fail_msg("%d frames of the time when the server was stopped", during);
    missed = test_device_stat(d, "stat_missed") - missed;
    if (missed < 30)
        fail_msg("%d ticks missed while the server was stopped for 500 ms",
                 (int)missed);
}

/*** Pauses ***/

static void pausing(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int64_t paused, resumed, missed, start, end;

    (void)state;
    assert_int_equal(test_device_open_flags(&d, "x11shmpool", server->display,
                                            "framerate=50:damage=off",
                                            AVFMT_FLAG_NONBLOCK), 0);
    end = av_gettime_relative() + 10000000;
    while (av_read_frame(d->ctx, packet) < 0 && av_gettime_relative() < end)
        av_usleep(1000);
    start = packet->pts;
    av_packet_unref(packet);

    assert_int_equal(av_read_pause(d->ctx), 0);
    paused = av_gettime();
    /* what was on its way then may still come, and nothing else */
    for (int i = 0; i < 40; i++) {
        int ret = av_read_frame(d->ctx, packet);

        if (ret >= 0) {
            assert_true(packet->pts <= paused);
            av_packet_unref(packet);
            continue;
        }
        assert_int_equal(ret, AVERROR(EAGAIN));
        av_usleep(10000);
    }
    missed = test_device_stat(d, "stat_missed");

    resumed = av_gettime();
    assert_int_equal(av_read_play(d->ctx), 0);
    while (av_read_frame(d->ctx, packet) < 0)
        assert_true(av_gettime_relative() < end);
    assert_true(packet->pts > resumed - 20000);
    assert_true(tick_of(start, packet->pts, (AVRational){ 50, 1 }) > 0);
    assert_true(test_device_stat(d, "stat_missed") - missed < 10);
    av_packet_free(&packet);
}

/* A pause that is ended twice stays a pause, whichever thread captures next:
 * what was asked for before it does not come after it, and its ticks were not
 * missed. The pointer is asked for once a frame. */

static int64_t asking_since;   /* the first frame's tick */

static void open_asking(void)
{
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy), "framerate=2");
    asking_since = next_pts();
    test_proxy_reset(proxy);
    test_proxy_hold(proxy, 1);
}

/* Whether something has been asked for, and the pointer so often */
static int asked(int pointers)
{
    int64_t end = av_gettime_relative() + 10000000;

    while (test_proxy_requests(proxy) < 1 ||
           test_proxy_count(proxy, QUERY_POINTER, -1) < pointers) {
        if (av_gettime_relative() > end)
            return 0;
        av_usleep(100);
    }
    return 1;
}

static void *answer_after_next_tick(void *arg)
{
    (void)arg;
    if (asked(0))
        while (av_gettime() < asking_since + 2 * 500000 + 1000)
            av_usleep(1000);
    test_proxy_hold(proxy, 0);
    return NULL;
}

/** @return when it went on, µs, av_gettime() */
static int64_t pause_and_play_twice(unsigned us)
{
    int64_t played;

    assert_int_equal(av_read_pause(d->ctx), 0);
    av_usleep(us);
    played = av_gettime();
    assert_int_equal(av_read_play(d->ctx), 0);
    assert_int_equal(av_read_play(d->ctx), 0);
    return played;
}

/* A reader that leaves when the next tick is due already has its frame asked
 * for, and is the one to receive it if it is back before the tick after. */
static void played_twice_by_reader(void **state)
{
    int64_t played, pts;
    pthread_t thread;

    (void)state;
    open_asking();
    assert_int_equal(pthread_create(&thread, NULL, answer_after_next_tick,
                                    NULL), 0);
    next_pts();
    pthread_join(thread, NULL);
    assert_true(asked(2));
    played = pause_and_play_twice(1000);
    pts    = next_pts();
    if (pts < played)
        fail_msg("a frame of %lld µs before going on came after it",
                 (long long)(played - pts));
}

/* While the reader is away the engine's own thread waits for a frame. */
static void played_twice_while_away(void **state)
{
    int64_t played, missed;

    (void)state;
    open_asking();
    missed = test_device_stat(d, "stat_missed");
    assert_true(asked(0));
    played = pause_and_play_twice(1100000);
    test_proxy_hold(proxy, 0);
    assert_true(next_pts() >= played);
    assert_int_equal(test_device_stat(d, "stat_missed"), missed);
}

/* What is left out stays on the grid, and there is a frame each second. */
static void unchanged_skip(void **state)
{
    int64_t start, last;
    char options[128];
    int frames = 0;

    snprintf(options, sizeof(options), "framerate=50:unchanged=skip:"
             "draw_mouse=0:pixel_format=%s", (const char *)*state);
    d = test_shot_open("x11shmpool", server->display, options);
    last = start = next_pts();
    while (last - start < 3000000) {
        int64_t missed = left_out(), pts = next_pts();

        assert_true(tick_of(start, pts, (AVRational){ 50, 1 }) > 0);
        if (pts - last > 1040000 + 20000 * (left_out() - missed))
            fail_msg("no frame for %lld µs", (long long)(pts - last));
        last = pts;
        frames++;
    }
    if (frames > 8)
        fail_msg("%d frames in 3 s of a still screen", frames);
    for (int i = 0; i < 10; i++) {
        test_screen_fill(screen, root, i, i, 20, 20, i * 333);
        test_shot_true(d, screen, root, 0, 0, 0,
                       "unchanged=skip");
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)
#define TEST_IN(name, format) \
    { #name ", " #format, name, NULL, test_stage_clear, (void *)#format }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(grid),
        TEST(pace),
        TEST(slow_consumer),
        TEST(late_frames),
        TEST(pausing),
        TEST(played_twice_by_reader),
        TEST(played_twice_while_away),
        TEST_IN(unchanged_skip, native),
        TEST_IN(unchanged_skip, yuv420p),
    };

    return cmocka_run_group_tests_name("timing", tests, setup, test_stage_stop);
}
