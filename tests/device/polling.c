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
 * A reader that polls: it does not wait, and its frames are not late.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "child.h"
#include "shot.h"
#include "stage.h"

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = 320,
                                                  .height = 240 });
}

static int compare_numbers(const void *a, const void *b)
{
    const int64_t *p = a, *q = b;

    return (*p > *q) - (*p < *q);
}

static int64_t median(int64_t *numbers, int n)
{
    qsort(numbers, n, sizeof(*numbers), compare_numbers);
    return numbers[n / 2];
}

/* Where the next frame is not due for long a read comes back at once, and does
 * not ask to be repeated when there is one. */
static void not_waiting(void **state)
{
    int64_t us[400], end = av_gettime_relative() + 20000000;
    AVPacket *packet = av_packet_alloc();
    int again = 0, got = 0;

    (void)state;
    assert_int_equal(test_device_open_flags(&d, "x11shmpool", server->display,
                                            "framerate=5",
                                            AVFMT_FLAG_NONBLOCK), 0);
    while (got < 6) {
        int64_t before = av_gettime_relative();
        int ret = av_read_frame(d->ctx, packet);

        assert_true(av_gettime_relative() < end);
        if (ret == AVERROR(EAGAIN)) {
            if (again < 400)
                us[again++] = av_gettime_relative() - before;
            av_usleep(5000);
            continue;
        }
        assert_int_equal(ret, 0);
        av_packet_unref(packet);
        got++;
    }
    av_packet_free(&packet);
    assert_true(again >= 6);
    if (median(us, again) > 5000)
        fail_msg("EAGAIN after %lld µs, in the median of %d reads",
                 (long long)us[again / 2], again);
}

#define SLEEP_US 10000         /* of the ffmpeg program, after EAGAIN */

/* Whether EAGAIN was the answer although a frame was to come before the sleep
 * would end. Who was kept from running for long can't tell. */
static int is_hasty(const TestDevice *d, int64_t last, int64_t before)
{
    const int64_t duration = test_device_duration(d);

    return av_gettime() - before < 5000 &&
           duration - (before - last) % duration < SLEEP_US - 100;
}

/* As the ffmpeg program asks: how late its frames are after their timestamps.
 * @return how often EAGAIN was hasty */
static int lateness(const char *format, int64_t *mean, int64_t *middle)
{
    enum { FRAMES = 90 };
    AVPacket *packet = av_packet_alloc();
    int64_t us[FRAMES], sum = 0, last = 0;
    int n = -10, hasty = 0;

    assert_int_equal(test_device_open_flags(&d, format, server->display,
                                            "framerate=30",
                                            AVFMT_FLAG_NONBLOCK), 0);
    while (n < FRAMES) {
        const int64_t before = av_gettime();
        int ret = test_device_read(d, packet, 5000);

        if (ret == AVERROR(EAGAIN)) {
            hasty += last && is_hasty(d, last, before);
            av_usleep(SLEEP_US);
            continue;
        }
        assert_int_equal(ret, 0);
        if (n >= 0) {
            us[n] = av_gettime() - packet->pts;
            sum += us[n];
        }
        last = packet->pts;
        n++;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    test_device_close(&d);
    *mean   = sum / FRAMES;
    *middle = median(us, FRAMES);
    return hasty;
}

static void as_ffmpeg_polls(void **state)
{
    static const unsigned pause_us = 1000;
    pid_t painter = test_child_start(server->display, test_child_paint,
                                     (void *)&pause_us);
    int64_t mean[2], middle[2];
    int hasty;

    (void)state;
    lateness("x11grab", &mean[0], &middle[0]);
    hasty = lateness("x11shmpool", &mean[1], &middle[1]);
    test_child_end(&painter);
    for (int i = 0; i < 2; i++)
        printf("# figure: polled as by ffmpeg, frames of %s come %.2f ms after "
               "their timestamps on average, %.2f in the median\n",
               i ? "x11shmpool" : "x11grab", mean[i] / 1000.0,
               middle[i] / 1000.0);
    if (hasty)
        fail_msg("%d times there was no frame, and one came before the reader "
                 "was back", hasty);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(not_waiting),
        TEST(as_ffmpeg_polls),
    };

    return cmocka_run_group_tests_name("polling", tests, setup,
                                       test_stage_stop);
}
