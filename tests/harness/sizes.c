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
#include <string.h>

#include <cmocka.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/mem.h>
#include <libavutil/time.h>

#include "shot.h"
#include "sizes.h"

TestApp *app;
TestHeld held[TEST_SIZES_HELD];
int sizes_told;

static int width, height;      /* of the last packet */

void test_sizes_begin(void)
{
    width = height = sizes_told = 0;
}

void test_sizes_after(int w, int h)
{
    width  = w;
    height = h;
}

void test_sizes_release(void)
{
    for (int i = 0; i < TEST_SIZES_HELD; i++) {
        av_packet_free(&held[i].packet);
        av_freep(&held[i].copy);
    }
}

int test_sizes_clear(void **state)
{
    test_sizes_release();
    test_app_close(&app);
    return test_stage_clear(state);
}

int test_sizes_are_raw(void)
{
    return d->stream->codecpar->codec_id == AV_CODEC_ID_RAWVIDEO;
}

const uint8_t *test_sizes_pixels(const AVPacket *packet)
{
    return test_sizes_are_raw() ? packet->data
                                : ((const AVFrame *)packet->data)->data[0];
}

/* @return whether this packet is the first one of its size */
static int check_size(const AVPacket *packet, const AVFrame *frame)
{
    size_t size;
    const uint8_t *data =
        av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE, &size);
    const int first = !width;
    int is_new;

    if (first) {
        width  = d->stream->codecpar->width;
        height = d->stream->codecpar->height;
    }
    is_new = frame->width != width || frame->height != height;
    if (!data != !(test_sizes_are_raw() && is_new))
        fail_msg("%dx%d after %dx%d, and %s size is told", frame->width,
                 frame->height, width, height, data ? "a" : "no");
    if (data) {
        assert_int_equal(size, 12);
        assert_int_equal(AV_RL32(data), AV_SIDE_DATA_PARAM_CHANGE_DIMENSIONS);
        assert_int_equal(AV_RL32(data + 4), frame->width);
        assert_int_equal(AV_RL32(data + 8), frame->height);
        sizes_told++;
    }
    width  = frame->width;
    height = frame->height;
    return is_new || first;
}

/* The first packets of a size are kept. */
static void keep(const AVPacket *packet)
{
    for (int i = 0; i < TEST_SIZES_HELD; i++) {
        TestHeld *h = &held[i];

        if (h->packet)
            continue;
        h->packet = av_packet_clone(packet);
        assert_non_null(h->packet);
        if (test_sizes_are_raw()) {
            h->copy = av_memdup(packet->data, packet->size);
            assert_non_null(h->copy);
        }
        break;
    }
}

void test_sizes_check_held(void)
{
    for (int i = 0; i < TEST_SIZES_HELD; i++) {
        if (held[i].copy &&
            memcmp(held[i].packet->data, held[i].copy, held[i].packet->size))
            fail_msg("a frame of %d bytes that was kept has changed",
                     held[i].packet->size);
    }
}

TestImage *test_sizes_next(void)
{
    AVPacket *packet = test_shot_packet(d);
    AVFrame *frame   = av_frame_alloc();
    TestImage *image;

    assert_int_equal(test_device_decode(d, packet, frame), 0);
    if (check_size(packet, frame))
        keep(packet);
    image = test_image_from_frame(frame);
    assert_non_null(image);
    av_packet_free(&packet);
    av_frame_free(&frame);
    return image;
}

void test_sizes_expect(xcb_window_t window, int x, int y, int w, int h,
                       const char *what)
{
    TestImage *want = test_screen_read(screen, window, x, y, w, h, 0);
    int64_t end = av_gettime_relative() + 1000000 * (TEST_SANITIZED ? 20 : 5);
    char message[200];
    int differ;

    do {
        TestImage *got = test_sizes_next();

        differ = test_image_compare(want, got, message);
        if (differ < 0)
            snprintf(message, sizeof(message), "%dx%d", got->width,
                     got->height);
        test_image_free(&got);
    } while (differ && av_gettime_relative() < end);
    test_image_free(&want);
    if (differ)
        fail_msg("%s, %dx%d at %d,%d: %s", what, w, h, x, y, message);
}

void test_sizes_paint(xcb_window_t window)
{
    static unsigned seed;

    test_screen_noise(screen, window, 3, 5, 40, 30, ++seed);
    test_screen_sync(screen);
}

void test_sizes_open_app(int w, int h)
{
    test_app_close(&app);
    app = test_app_open(server->display, &(TestAppOptions){
        .title = "resized", .x = 20, .y = 30, .w = w, .h = h, .seed = 7,
        .unmanaged = 1 });
    assert_non_null(app);
    test_sizes_begin();
}

