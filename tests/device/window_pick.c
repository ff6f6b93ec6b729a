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
 * A window that is picked by a click.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "hand.h"
#include "opening.h"
#include "shot.h"
#include "window.h"

/* Somebody who does what he is asked to */
static int click(int x, int y, int button)
{
    TestScreen *hand = test_screen_open(server->display);
    int ret;

    test_screen_impervious(hand, 1);
    test_screen_warp(hand, x, y);
    test_opening_start("x11shmpool",
                       "window_id=pick:framerate=200:draw_mouse=0");
    test_opening_asks("Click on");
    test_hand_click(hand, button);
    ret = test_opening_end(&d);
    test_screen_warp(hand, TEST_WIDTH - 1, TEST_HEIGHT - 1);
    test_screen_close(&hand);
    return ret;
}

static void pick_at(int x, int y)
{
    int ret = click(x, y, 1);

    if (ret < 0) {
        test_log_print();
        fail_msg("picking at %d,%d: %s", x, y, av_err2str(ret));
    }
}

static int interrupted(void *opaque)
{
    return av_gettime_relative() > *(int64_t *)opaque;
}

/* The pointer is nobody's: who wants it gets it. */
static void pointer_is_free(void)
{
    int64_t end = av_gettime_relative() + 5000000;
    int status = -1;

    while (status && av_gettime_relative() < end) {
        xcb_grab_pointer_reply_t *r = xcb_grab_pointer_reply(
            screen->conn, xcb_grab_pointer(screen->conn, 0, root, 0,
                                           XCB_GRAB_MODE_ASYNC,
                                           XCB_GRAB_MODE_ASYNC, XCB_NONE,
                                           XCB_NONE, XCB_CURRENT_TIME), NULL);

        status = r ? r->status : -1;
        free(r);
    }
    xcb_ungrab_pointer(screen->conn, XCB_CURRENT_TIME);
    test_screen_sync(screen);
    assert_int_equal(status, XCB_GRAB_STATUS_SUCCESS);
}

static void nothing_picked(void **state)
{
    AVFormatContext *s = avformat_alloc_context();
    int64_t begun, deadline;
    AVDictionary *options = NULL;

    (void)state;
    if (!screen->xtest)
        skip();
    test_window_at(0, 20, 30, 200, 120);
    assert_int_equal(click(500, 500, 1), AVERROR(EINVAL));
    assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
    pointer_is_free();
    assert_int_equal(click(30, 40, 3), AVERROR_EXIT);
    assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
    pointer_is_free();

    begun = av_gettime_relative();
    deadline = begun + 300000;
    s->interrupt_callback.callback = interrupted;
    s->interrupt_callback.opaque   = &deadline;
    av_dict_set(&options, "window_id", "pick", 0);
    assert_int_equal(avformat_open_input(&s, server->display,
                                         av_find_input_format("x11shmpool"),
                                         &options), AVERROR_EXIT);
    av_dict_free(&options);
    assert_true(av_gettime_relative() - begun < 3000000);
    pointer_is_free();
}

static void picked(void **state)
{
    (void)state;
    if (!screen->xtest)
        skip();
    test_window_at(0, 20, 30, 200, 120);
    test_window_at(1, 100, 80, 151, 93);
    for (int i = 0; i < 2; i++) {
        pick_at(i ? 150 : 30, i ? 100 : 40);
        test_window_painted(apps[i], "picked by a click");
        test_device_close(&d);
    }
    if (!compositor) {
        if (!(manager = test_server_run(server, "openbox --sm-disable")))
            return;
        for (int i = 0; i < 2; i++)
            test_app_wait_framed(apps[i], 1);
        pick_at(test_app_at(apps[1], apps[1]->window).x + 9,
                test_app_at(apps[1], apps[1]->window).y + 9);
        test_window_painted(apps[1], "picked out of its frame");
        test_device_close(&d);
        /* by its title bar */
        pick_at(test_app_at(apps[1], apps[1]->window).x + 9,
                test_app_at(apps[1], apps[1]->window).y - 5);
        test_window_painted(apps[1], "picked by its frame");
    }
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(picked),
            TEST(nothing_picked),
        },
    };

    return test_window_run(&groups);
}
