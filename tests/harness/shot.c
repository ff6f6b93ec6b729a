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
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "reading.h"
#include "shot.h"

#define SHOT_TIMEOUT_MS 10000
#define PACKET_TIMEOUT_MS (TEST_SANITIZED ? 20000 : 5000)

/* A server writes to its clients one after the other: it may have answered the
 * one that drew, and not yet told the device. */
#define SETTLING_US 2000

TestImage *test_shot(TestDevice *d)
{
    return test_shot_after(d, 0);
}

TestImage *test_shot_after(TestDevice *d, int frames)
{
    int64_t after = av_gettime() + SETTLING_US +
                    frames * test_device_duration(d);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    TestImage *image = NULL;
    int ret = AVERROR(ENOMEM);

    if (packet && frame &&
        (ret = test_device_read_after(d, packet, after,
                                      SHOT_TIMEOUT_MS)) >= 0 &&
        (ret = test_device_decode(d, packet, frame)) >= 0)
        image = test_image_from_frame(frame);
    av_packet_free(&packet);
    av_frame_free(&frame);
    if (!image) {
        test_log_print();
        fail_msg("no picture: %s", av_err2str(ret));
    }
    return image;
}

AVPacket *test_shot_packet(TestDevice *d)
{
    AVPacket *packet = av_packet_alloc();
    int ret = packet ? test_device_read(d, packet, PACKET_TIMEOUT_MS)
                     : AVERROR(ENOMEM);

    if (ret < 0) {
        av_packet_free(&packet);
        test_log_print();
        fail_msg("no packet: %s", av_err2str(ret));
    }
    return packet;
}

void test_shot_skip(TestDevice *d, int n)
{
    while (n-- > 0)
        av_packet_free(&(AVPacket *){ test_shot_packet(d) });
}

void test_shot_ends(TestDevice *d, int timeout_ms)
{
    int64_t end = av_gettime_relative() + timeout_ms * INT64_C(1000);
    AVPacket *packet = av_packet_alloc();
    int ret = packet ? 0 : AVERROR(ENOMEM);

    while (ret >= 0 && av_gettime_relative() < end) {
        ret = test_device_read(d, packet, timeout_ms);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    if (ret != AVERROR_EOF) {
        test_log_print();
        fail_msg("no end of file after %d ms: %s", timeout_ms,
                 av_err2str(ret));
    }
}

TestDevice *test_shot_open(const char *format, const char *url,
                           const char *options)
{
    TestDevice *d;
    int ret = test_device_open(&d, format, url, options);

    if (ret < 0) {
        test_log_print();
        fail_msg("%s %s %s: %s", format, url, options ? options : "",
                 av_err2str(ret));
    }
    return d;
}

TestImage *test_shot_once(const char *format, const char *url,
                          const char *options)
{
    TestDevice *d = test_shot_open(format, url, options);
    TestImage *image = test_shot(d);

    test_device_close(&d);
    return image;
}

void test_shot_same(const TestImage *want, const TestImage *got,
                    const char *what)
{
    char message[200];

    if (test_image_compare(want, got, message)) {
        test_log_print();
        fail_msg("%s: %s", what, message);
    }
}

void test_shot_refused(const char *url, const char *options,
                       const char *const *words)
{
    TestDevice *d;
    int ret;

    test_log_start();
    ret = test_device_open(&d, "x11shmpool", url, options);
    test_device_close(&d);
    if (ret >= 0 || ret == AVERROR_EXIT || ret == AVERROR_OPTION_NOT_FOUND) {
        test_log_print();
        fail_msg("%s %s: opening it gave '%s'", url, options ? options : "",
                 ret < 0 ? av_err2str(ret) : "a device");
    }
    for (; *words; words++) {
        if (!test_log_count(*words, AV_LOG_ERROR)) {
            test_log_print();
            fail_msg("%s %s: no error line with '%s'", url,
                     options ? options : "", *words);
        }
    }
}

static int compare(TestDevice *d, TestScreen *s, xcb_window_t window,
                   int x, int y, int pointer, char *message)
{
    TestImage *got = test_shot(d);
    TestImage *want = test_screen_read(s, window, x, y, got->width,
                                       got->height, pointer);
    int different = test_image_compare(want, got, message);

    test_image_free(&want);
    test_image_free(&got);
    return different;
}

void test_shot_true(TestDevice *d, TestScreen *s, xcb_window_t window,
                    int x, int y, int pointer, const char *what)
{
    char message[200];

    if (compare(d, s, window, x, y, pointer, message)) {
        test_log_print();
        fail_msg("%s: %s", what, message);
    }
}

void test_shot_comes_true(TestDevice *d, TestScreen *s, xcb_window_t window,
                          int x, int y, int pointer, int timeout_ms,
                          const char *what)
{
    int64_t end = av_gettime_relative() + timeout_ms * INT64_C(1000);
    char message[200];

    while (compare(d, s, window, x, y, pointer, message)) {
        if (av_gettime_relative() > end) {
            test_log_print();
            fail_msg("%s: not within %d ms: %s", what, timeout_ms, message);
        }
    }
}

uint32_t *test_shot_cursor(int w, int h, unsigned seed)
{
    uint32_t *argb = calloc((size_t)w * h, sizeof(*argb));
    uint32_t state = seed * 747796405U + 1;

    for (int i = 0; argb && i < w * h; i++) {
        uint32_t a = i * 255 / (w * h - 1 ? w * h - 1 : 1), c[3];

        for (int k = 0; k < 3; k++) {
            state = state * 1664525 + 1013904223;
            c[k] = (state >> 24) * a / 255;
        }
        argb[i] = a << 24 | c[0] << 16 | c[1] << 8 | c[2];
    }
    return argb;
}
