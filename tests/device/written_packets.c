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
 * What somebody writes into a packet, although it is read-only, shows in no
 * later frame.
 */

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240
#define MAX_HELD 100

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                               .height = HEIGHT }) < 0)
        return -1;
    test_screen_warp(screen, 100, 100);
    return 0;
}

static void scribble(AVPacket *packet, unsigned seed)
{
    assert_false(av_buffer_is_writable(packet->buf));
    for (int i = 0; i < 20; i++) {
        seed = seed * 1664525 + 1013904223;
        memset(packet->data + (seed >> 8) % (packet->size - 500), seed, 500);
    }
}

static const char *const slots[] = {
    "draw_mouse=0", "draw_mouse=1", "damage=off", "unchanged=skip",
    "pool_size=2:draw_mouse=0", "pool_size=32", "damage_metadata=1", NULL
};

static const char *const pictures[] = {
    "pixel_format=yuv420p:draw_mouse=0", "pixel_format=nv12:unchanged=skip",
    "pixel_format=yuv444p:pool_size=2", "pixel_format=rgb24:damage=off",
    "pixel_format=gray:pool_size=32", NULL
};

static void open_device(const char *more)
{
    char text[128];

    snprintf(text, sizeof(text), "framerate=100:%s", more);
    d = test_shot_open("x11shmpool", server->display, text);
}

static void assert_true_picture(const char *more)
{
    test_shot_true(d, screen, root, 0, 0, !strstr(more, "draw_mouse=0"), more);
}

/* A rectangle somewhere, so that slots are brought up to date by parts. */
static void draw(unsigned n)
{
    test_screen_fill(screen, root, n * 37 % WIDTH, n * 23 % HEIGHT, 30, 20,
                     n * 0x10307);
    test_screen_sync(screen);
}

static void on_a_still_screen(void **state)
{
    for (const char *const *o = *state; *o; o++) {
        open_device(*o);
        for (unsigned i = 0; i < 3; i++) {
            AVPacket *packet = test_shot_packet(d);

            scribble(packet, i);
            av_packet_free(&packet);
            assert_true_picture(*o);
        }
        test_device_close(&d);
    }
}

static void on_one_that_changes(void **state)
{
    for (const char *const *o = *state; *o; o++) {
        open_device(*o);
        for (unsigned i = 0; i < 60; i++) {
            AVPacket *packet;

            draw(i);
            packet = test_shot_packet(d);
            scribble(packet, i);
            av_packet_free(&packet);
            if (i % 20 == 19)
                assert_true_picture(*o);
        }
        test_device_close(&d);
    }
}

/* What was written is still there, in packets that are kept: each has its own,
 * however many there are, and the next frame is the screen's. */
static void while_it_is_kept(void **state)
{
    AVPacket *held[MAX_HELD];

    (void)state;
    open_device("draw_mouse=0");
    for (int i = 0; i < 40; i++) {
        held[i] = test_shot_packet(d);
        memset(held[i]->data, i, held[i]->size);
        assert_true_picture("draw_mouse=0");
    }
    for (int i = 0; i < 40; i++) {
        for (int k = 0; k < held[i]->size; k++)
            assert_int_equal(held[i]->data[k], i);
        av_packet_free(&held[i]);
    }
    for (int i = 0; i < 5; i++)
        assert_true_picture("draw_mouse=0");
    test_device_close(&d);
}

/* Frames that were waiting already when it was written. */
static void in_frames_that_wait(void **state)
{
    AVPacket *packet, *next[8];
    TestImage *want, *got;
    AVFrame *frame = av_frame_alloc();
    int64_t waiting;

    (void)state;
    open_device("draw_mouse=0:pool_size=16");
    packet = test_shot_packet(d);
    waiting = packet->pts + 9 * test_device_duration(d);
    while (av_gettime() < waiting)
        av_usleep(1000);
    memset(packet->data, 0, packet->size);
    want = test_screen_read(screen, root, 0, 0, WIDTH, HEIGHT, 0);
    for (int i = 0; i < 8; i++) {
        next[i] = test_shot_packet(d);
        assert_int_equal(test_device_decode(d, next[i], frame), 0);
        got = test_image_from_frame(frame);
        test_shot_same(want, got, "a frame that was waiting");
        test_image_free(&got);
        av_frame_unref(frame);
    }
    for (int i = 0; i < 8; i++)
        av_packet_free(&next[i]);
    test_image_free(&want);
    av_packet_free(&packet);
    av_frame_free(&frame);
    test_device_close(&d);
}

/* As long as nobody writes, a frame that is repeated is where it was. */
static void unwritten_stay_in_place(void **state)
{
    AVPacket *held[MAX_HELD];

    (void)state;
    open_device("draw_mouse=0");
    for (int i = 0; i < MAX_HELD; i++) {
        held[i] = test_shot_packet(d);
        assert_ptr_equal(held[i]->data, held[0]->data);
    }
    assert_int_equal(test_device_stat(d, "stat_slots"), 1);
    for (int i = 0; i < MAX_HELD; i++)
        av_packet_free(&held[i]);
    test_device_close(&d);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)
#define TEST_OF(name, options) \
    { #name ", " #options, name, NULL, test_stage_clear, (void *)options }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_OF(on_a_still_screen, slots),
        TEST_OF(on_a_still_screen, pictures),
        TEST_OF(on_one_that_changes, slots),
        TEST_OF(on_one_that_changes, pictures),
        TEST(while_it_is_kept),
        TEST(in_frames_that_wait),
        TEST(unwritten_stay_in_place),
    };

    return cmocka_run_group_tests_name("written_packets", tests, setup,
                                       test_stage_stop);
}
