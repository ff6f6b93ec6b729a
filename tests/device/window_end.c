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
 * The end of a recording: what it leaves to a window, and what a window that is
 * gone leaves to another with the same id.
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/time.h>
#include <xcb/composite.h>

#include "shot.h"
#include "window.h"

static void closed(void **state)
{
    (void)state;
    for (int k = 0; k < 6; k++) {
        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k & 1, "window_title=app 0");
        test_window_seen(apps[0], "at first");
        if (k > 3)
            test_app_show(apps[0], 0);
        if (k < 2)
            test_app_destroy(apps[0]);
        else
            test_app_close(&apps[0]);
        test_shot_ends(d, 2000);
        assert_int_equal(test_log_count("", AV_LOG_ERROR), 0);
    }
}

#define OTHER 0xabcdef

/* Fail unless the stream ends, and shows no window of that colour before. */
static void ends_without_other(void)
{
    int64_t end = av_gettime_relative() + 2000000;
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    int ret;

    while ((ret = test_device_read(d, packet, 2000)) >= 0 &&
           av_gettime_relative() < end) {
        TestImage *image;

        assert_int_equal(test_device_decode(d, packet, frame), 0);
        image = test_image_from_frame(frame);
        if (test_image_count(image, 0xab, 0xcd, 0xef) > 10)
            fail_msg("another window with the same id was captured");
        test_image_free(&image);
        av_packet_unref(packet);
    }
    if (ret != AVERROR_EOF) {
        test_log_print();
        fail_msg("a window whose id was used again: %s", av_err2str(ret));
    }
    av_packet_free(&packet);
    av_frame_free(&frame);
}

/* The same client may give the same id to another window at once. */
static void id_reused(void **state)
{
    (void)state;
    for (int k = 0; k < 6; k++) {
        xcb_window_t window;

        test_window_at(0, 100, 100, 201, 151);
        window = apps[0]->window;
        test_stage_open_by(&d, k & 1, "window_id=0x%x", window);
        test_window_seen(apps[0], "at first");
        if (k & 4)
            test_app_show(apps[0], 0);
        if (k & 2)
            xcb_grab_server(apps[0]->s->conn);
        xcb_destroy_window(apps[0]->s->conn, window);
        test_app_window(apps[0], &(TestAppOptions){
            .id = window, .x = 100, .y = 100, .w = 201, .h = 151,
            .color = OTHER, .unmanaged = 1 });
        if (k & 2)
            xcb_ungrab_server(apps[0]->s->conn);
        test_screen_sync(apps[0]->s);
        ends_without_other();
    }
}

/* The new one is there before a new pixmap of the old one was asked for. */
static void id_reused_while_resized(void **state)
{
    uint32_t state_of_rnd = 1;
    TestApp *a;

    (void)state;
    for (int k = 0; k < 40; k++) {
        xcb_window_t window;

        a = test_window_at(0, 100, 100, 201, 151);
        window = a->window;
        test_device_close(&d);
        d = test_shot_open("x11shmpool", server->display,
                           "window_title=app 0:framerate=500:draw_mouse=0");
        test_shot_skip(d, 1);
        xcb_configure_window(a->s->conn, window, XCB_CONFIG_WINDOW_WIDTH,
                             (const uint32_t[]){ 202 });
        xcb_flush(a->s->conn);
        state_of_rnd = state_of_rnd * 1664525 + 1013904223;
        av_usleep((state_of_rnd >> 16) % 3000);
        xcb_destroy_window(a->s->conn, window);
        test_app_window(a, &(TestAppOptions){
            .id = window, .x = 100, .y = 100, .w = 202, .h = 151,
            .color = OTHER, .unmanaged = 1 });
        ends_without_other();
    }
}

static int redirected(xcb_window_t window)
{
    xcb_pixmap_t pixmap = xcb_generate_id(screen->conn);
    xcb_generic_error_t *e = xcb_request_check(
        screen->conn, xcb_composite_name_window_pixmap_checked(
                          screen->conn, window, pixmap));
    int named = !e;

    free(e);
    if (named)
        xcb_free_pixmap(screen->conn, pixmap);
    return named;
}

static void comes_undone(xcb_window_t window, const char *what)
{
    int64_t end = av_gettime_relative() + 5000000;

    while (redirected(window))
        if (av_gettime_relative() > end)
            fail_msg("%s: the window is still redirected", what);
}

static void redirection_ends(void **state)
{
    int told[2], status;
    char byte;
    pid_t child;

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    if (redirected(apps[0]->window))
        skip();
    test_stage_open(&d, "window_title=app 0");
    test_window_seen(apps[0], "redirected");
    assert_true(redirected(apps[0]->window));
    test_device_close(&d);
    comes_undone(apps[0]->window, "closed");

    assert_int_equal(pipe(told), 0);
    fflush(NULL);
    child = fork();
    if (!child) {
        TestDevice *own;
        AVPacket *packet = av_packet_alloc();

        if (test_device_open(&own, "x11shmpool", server->display,
                             "window_title=app 0") < 0 ||
            test_device_read(own, packet, 5000) < 0 ||
            write(told[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    close(told[1]);
    assert_int_equal(read(told[0], &byte, 1), 1);
    close(told[0]);
    assert_true(redirected(apps[0]->window));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    comes_undone(apps[0]->window, "killed");
    test_shot_true(d = test_shot_open("x11shmpool", server->display,
                                      "framerate=200:draw_mouse=0"),
                   screen, root, 0, 0, 0, "the screen after that");
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(closed),
            TEST(id_reused),
            TEST(id_reused_while_resized),
            TEST(redirection_ends),
        },
        .composited = {
            TEST(closed),
            TEST(id_reused),
            TEST(id_reused_while_resized),
        },
    };

    return test_window_run(&groups);
}
