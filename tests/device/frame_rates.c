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
 * Frame rates: which are refused, and that a frame every half a minute keeps
 * nobody waiting, neither a reader that waits nor one that polls.
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "shot.h"
#include "stage.h"

static int setup(void **state)
{
    (void)state;
    return test_stage_start(NULL);
}

static void wrong_rates(void **state)
{
    static const char *const rates[] = {
        "1001", "1000.01", "1000001/1000", "1000000", "2147483647", "0", "-1",
        "1/0", "bogus",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        char options[64], value[32];

        snprintf(options, sizeof(options), "framerate=%s", rates[i]);
        snprintf(value, sizeof(value), "'%s'", rates[i]);
        test_shot_refused(server->display, options,
                          (const char *const[]){ "framerate", value,
                                                 "above 0 and up to 1000",
                                                 NULL });
        if (test_log_count("", AV_LOG_WARNING) != 1) {
            test_log_print();
            fail_msg("%s: not one line", options);
        }
    }
    test_stage_open(&d, "framerate=1000");
    test_shot_skip(d, 3);
}

static int64_t elapsed(int64_t since)
{
    return av_gettime_relative() - since;
}

/* Of a reader that waits, and of closing the device while a frame is far. */
static void slow_reading_can_be_interrupted(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int64_t start;

    (void)state;
    test_stage_open(&d, "framerate=1/30");
    test_shot_skip(d, 1);
    start = av_gettime_relative();
    assert_int_equal(test_device_read(d, packet, 300), AVERROR_EXIT);
    test_device_close(&d);
    assert_in_range(elapsed(start), 300000, 10000000);
    av_packet_free(&packet);
}

static void server_goes_at_a_low_rate(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int64_t start;
    int ret;

    (void)state;
    test_stage_open(&d, "framerate=1/30");
    test_shot_skip(d, 1);
    start = av_gettime_relative();
    test_server_signal(server, SIGKILL);
    ret = test_device_read(d, packet, 20000);
    assert_true(ret < 0 && ret != AVERROR_EXIT);
    assert_true(elapsed(start) < 10000000);
    av_packet_free(&packet);
}

/* The next packet of a reader that polls. */
static AVPacket *poll_packet(int timeout_ms)
{
    int64_t start    = av_gettime_relative();
    AVPacket *packet = av_packet_alloc();
    int ret;

    while ((ret = av_read_frame(d->ctx, packet)) == AVERROR(EAGAIN) &&
           elapsed(start) < timeout_ms * INT64_C(1000))
        av_usleep(5000);
    if (ret >= 0)
        return packet;
    if (ret != AVERROR(EAGAIN)) {
        test_log_print();
        fail_msg("%s", av_err2str(ret));
    }
    av_packet_free(&packet);
    return NULL;
}

static AVPacket *must_poll(void)
{
    AVPacket *packet = poll_packet(20000);

    if (!packet)
        fail_msg("no packet");
    return packet;
}

static void open_polling(const char *options)
{
    test_device_close(&d);
    assert_int_equal(test_device_open_flags(&d, "x11shmpool", server->display,
                                            options, AVFMT_FLAG_NONBLOCK), 0);
    d->deadline = 0;
}

static int is_reminder(const AVPacket *packet)
{
    return !!(packet->flags & AV_PKT_FLAG_DISCARD);
}

/* It gets what it has already, and no frame comes of that. */
static void polling_is_reminded(void **state)
{
    AVPacket *first, *again;
    AVFrame *frame = av_frame_alloc();
    int64_t last;

    (void)state;
    open_polling("framerate=1/30:draw_mouse=0");
    first = must_poll();
    assert_false(is_reminder(first));
    assert_int_equal(test_device_decode(d, first, frame), 0);
    last = first->pts;
    for (int i = 0; i < 2; i++) {
        again = must_poll();
        assert_true(is_reminder(again));
        assert_ptr_equal(again->data, first->data);
        assert_int_equal(again->size, first->size);
        assert_true(again->pts > last && again->pts < first->pts + 1000000);
        assert_int_equal(again->dts, again->pts);
        assert_false(av_buffer_is_writable(again->buf));
        last = again->pts;
        assert_int_equal(test_device_decode(d, again, frame), AVERROR(EAGAIN));
        av_packet_free(&again);
    }
    assert_int_equal(test_device_stat(d, "stat_captured"), 1);
    assert_int_equal(test_device_stat(d, "stat_repeated"), 0);
    av_packet_free(&first);
    av_frame_free(&frame);
}

/* Frames come as they would without, on the grid, and into the only slot that
 * there is. */
static void frames_between_reminders(void **state)
{
    static const char *const rates[] = {
        "framerate=1/3:draw_mouse=0:pool_size=1",
        "framerate=1/3:draw_mouse=0:pool_size=1:pixel_format=rgb24",
    };

    (void)state;
    for (int i = 0; i < 2; i++) {
        int64_t start, last;
        int frames = 1, reminders = 0;
        AVPacket *packet;

        open_polling(rates[i]);
        packet = must_poll();
        start  = last = packet->pts;
        av_packet_free(&packet);
        while (frames < 3) {
            test_screen_noise(screen, root, 0, 0, 50, 50, frames);
            packet = must_poll();
            assert_true(packet->pts > last);
            last = packet->pts;
            if (is_reminder(packet)) {
                assert_true(++reminders < 20);
            } else {
                if (test_device_stat(d, "stat_missed") == 0)
                    assert_int_equal(packet->pts, start + 3000000 * frames);
                frames++;
            }
            av_packet_free(&packet);
        }
        assert_true(reminders > 0);
        assert_int_equal(test_device_stat(d, "stat_captured"), 3);
        assert_int_equal(test_device_stat(d, "stat_dropped"), 0);
    }
}

/* Neither where frames are near, nor where the reader waits, nor in a pause. */
static void no_reminders(void **state)
{
    AVPacket *packet;
    int64_t start;

    (void)state;
    open_polling("framerate=1");
    for (int i = 0; i < 3; i++) {
        packet = must_poll();
        assert_false(is_reminder(packet));
        av_packet_free(&packet);
    }

    test_stage_open(&d, "framerate=1/2");
    start = av_gettime_relative();
    for (int i = 0; i < 2; i++) {
        packet = test_shot_packet(d);
        assert_false(is_reminder(packet));
        av_packet_free(&packet);
    }
    assert_true(elapsed(start) > 1000000);

    open_polling("framerate=1/30");
    packet = must_poll();
    av_packet_free(&packet);
    av_read_pause(d->ctx);
    assert_null(poll_packet(1500));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, test_stage_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_rates),
        TEST(slow_reading_can_be_interrupted),
        TEST(server_goes_at_a_low_rate),
        TEST(polling_is_reminded),
        TEST(frames_between_reminders),
        TEST(no_reminders),
    };

    return cmocka_run_group_tests_name("frame_rates", tests, NULL, NULL);
}
