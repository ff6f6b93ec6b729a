/*
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
 * What somebody writes into a packet, though it is read-only, is in no frame
 * that is read later.
 */

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "server.h"
#include "shot.h"

#define WIDTH  320
#define HEIGHT 240
#define MAX_HELD 100

static TestServer *server;
static TestScreen *screen;

static int setup(void **state)
{
    (void)state;
    test_log_start();
    if (!(server = test_server_start(&(TestServerOptions){
                        .width = WIDTH, .height = HEIGHT })) ||
        !(screen = test_screen_open(server->display)))
        return -1;
    test_screen_noise(screen, screen->screen->root, 0, 0, WIDTH, HEIGHT, 1);
    test_screen_warp(screen, 100, 100);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_screen_close(&screen);
    test_server_stop(&server);
    return 0;
}

static AVPacket *read_packet(TestDevice *d)
{
    AVPacket *packet = av_packet_alloc();

    if (test_device_read(d, packet, 5000) < 0) {
        test_log_print();
        fail_msg("no packet");
    }
    return packet;
}

static void scribble(AVPacket *packet, unsigned seed)
{
    assert_false(av_buffer_is_writable(packet->buf));
    for (int i = 0; i < 20; i++) {
        seed = seed * 1664525 + 1013904223;
        memset(packet->data + (seed >> 8) % (packet->size - 500), seed, 500);
    }
}

static const char *const options[] = {
    "draw_mouse=0", "draw_mouse=1", "damage=off", "unchanged=skip",
    "pool_size=2:draw_mouse=0", "pool_size=32", "damage_metadata=1",
};

#define each_option(o) \
    for (size_t o = 0; o < sizeof(options) / sizeof(*options); o++)

static TestDevice *open_device(const char *more)
{
    char text[128];

    snprintf(text, sizeof(text), "framerate=100:%s", more);
    return test_shot_open("x11shmpool", server->display, text);
}

static void assert_true_picture(TestDevice *d, const char *more)
{
    test_shot_true(d, screen, screen->screen->root, 0, 0,
                   !strstr(more, "draw_mouse=0"), more);
}

/* A rectangle somewhere, so that slots are brought up to date by parts. */
static void draw(unsigned n)
{
    test_screen_fill(screen, screen->screen->root, n * 37 % WIDTH,
                     n * 23 % HEIGHT, 30, 20, n * 0x10307);
    test_screen_sync(screen);
}

static void on_a_still_screen(void **state)
{
    (void)state;
    each_option(o) {
        TestDevice *d = open_device(options[o]);

        for (unsigned i = 0; i < 3; i++) {
            AVPacket *packet = read_packet(d);

            scribble(packet, i);
            av_packet_free(&packet);
            assert_true_picture(d, options[o]);
        }
        test_device_close(&d);
    }
}

static void on_one_that_changes(void **state)
{
    (void)state;
    each_option(o) {
        TestDevice *d = open_device(options[o]);

        for (unsigned i = 0; i < 60; i++) {
            AVPacket *packet;

            draw(i);
            packet = read_packet(d);
            scribble(packet, i);
            av_packet_free(&packet);
            if (i % 20 == 19)
                assert_true_picture(d, options[o]);
        }
        test_device_close(&d);
    }
}

/* What was written is still there, in packets that are kept: each has its own,
 * however many there are, and the next frame is the screen's. */
static void while_it_is_kept(void **state)
{
    AVPacket *held[MAX_HELD];
    TestDevice *d = open_device("draw_mouse=0");

    (void)state;
    for (int i = 0; i < 40; i++) {
        held[i] = read_packet(d);
        memset(held[i]->data, i, held[i]->size);
        assert_true_picture(d, "draw_mouse=0");
    }
    for (int i = 0; i < 40; i++) {
        for (int k = 0; k < held[i]->size; k++)
            assert_int_equal(held[i]->data[k], i);
        av_packet_free(&held[i]);
    }
    for (int i = 0; i < 5; i++)
        assert_true_picture(d, "draw_mouse=0");
    test_device_close(&d);
}

/* Frames that were waiting already when it was written. */
static void in_frames_that_wait(void **state)
{
    AVPacket *packet, *next[8];
    TestDevice *d = open_device("draw_mouse=0:pool_size=16");
    TestImage *want, *got;
    AVFrame *frame = av_frame_alloc();

    (void)state;
    packet = read_packet(d);
    av_usleep(90000);
    memset(packet->data, 0, packet->size);
    want = test_screen_read(screen, screen->screen->root, 0, 0, WIDTH, HEIGHT, 0);
    for (int i = 0; i < 8; i++) {
        next[i] = read_packet(d);
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
    TestDevice *d = open_device("draw_mouse=0");

    (void)state;
    for (int i = 0; i < MAX_HELD; i++) {
        held[i] = read_packet(d);
        assert_ptr_equal(held[i]->data, held[0]->data);
    }
    assert_int_equal(test_device_stat(d, "stat_slots"), 1);
    for (int i = 0; i < MAX_HELD; i++)
        av_packet_free(&held[i]);
    test_device_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_still_screen),
        cmocka_unit_test(on_one_that_changes),
        cmocka_unit_test(while_it_is_kept),
        cmocka_unit_test(in_frames_that_wait),
        cmocka_unit_test(unwritten_stay_in_place),
    };

    return cmocka_run_group_tests_name("written", tests, setup, teardown);
}
