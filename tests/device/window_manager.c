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
 * The recording of a window under a window manager.
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "shot.h"
#include "window.h"

static void wait_size(xcb_window_t window, int w, int least, int most)
{
    int64_t end = av_gettime_relative() + 10000000;
    TestRect is;

    do {
        is = test_app_at(apps[0], window);
        if (is.w == w && is.h >= least && is.h <= most)
            return;
    } while (av_gettime_relative() < end);
    fail_msg("the window is %dx%d, not %dx%d to %d", is.w, is.h, w, least,
             most);
}

static void managed(void **state)
{
    (void)state;
    test_window_framed();
    for (int k = 0; k < 2; k++) {
        TestImage *last;

        test_stage_open_by(&d, k, "window_title=app 0");
        test_stage_size(201, 151);
        test_window_painted(apps[0], "in its frame");
        test_app_move(apps[0], 300, 200, -1, -1);
        test_window_painted(apps[0], "moved");
        test_app_move(apps[0], -100, 480, 250, 120);
        test_window_painted(apps[0], "off the screen");
        test_app_move(apps[0], 100, 100, 201, 151);

        test_app_wm_state(apps[0], "_NET_WM_STATE_FULLSCREEN", 1);
        wait_size(apps[0]->window, TEST_WIDTH, TEST_HEIGHT, TEST_HEIGHT);
        test_window_painted(apps[0], "fullscreen");
        test_app_wm_state(apps[0], "_NET_WM_STATE_FULLSCREEN", 0);
        wait_size(apps[0]->window, 201, 151, 151);
        test_window_painted(apps[0], "no longer fullscreen");

        last = test_shot(d);
        test_app_iconify(apps[0]);
        test_app_wait_viewable(apps[0], apps[0]->window, 0);
        test_window_still(last, "minimised");
        test_app_activate(apps[0]);
        test_app_wait_viewable(apps[0], apps[0]->window, 1);
        test_window_painted(apps[0], "restored");
        test_image_free(&last);

        last = test_shot(d);
        test_app_to_desktop(apps[0], 1);
        test_app_wait_viewable(apps[0], apps[0]->window, 0);
        test_window_still(last, "on another desktop");
        test_image_free(&last);
        test_app_show_desktop(apps[0], 1);
        test_app_wait_viewable(apps[0], apps[0]->window, 1);
        test_window_painted(apps[0], "its desktop is shown");
        test_app_to_desktop(apps[0], 0);
        test_app_wait_viewable(apps[0], apps[0]->window, 0);
        test_app_show_desktop(apps[0], 0);
        test_app_wait_viewable(apps[0], apps[0]->window, 1);
        test_window_painted(apps[0], "both are back");
    }
}

/* Rolled up into its title bar it is still what it was. */
static void shaded(void **state)
{
    (void)state;
    test_window_framed();
    for (int k = 0; k < 2; k++) {
        TestImage *last;
        xcb_window_t frame;
        xcb_query_tree_reply_t *tree;
        TestRect open;

        tree = xcb_query_tree_reply(
            screen->conn, xcb_query_tree(screen->conn, apps[0]->window), NULL);
        frame = tree->parent;
        free(tree);
        open  = test_app_at(apps[0], frame);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_window_painted(apps[0], "at first");
        last = test_shot(d);
        test_app_wm_state(apps[0], "_NET_WM_STATE_SHADED", 1);
        wait_size(frame, open.w, 1, open.h - 100);
        test_window_still(last, "shaded");
        test_app_wm_state(apps[0], "_NET_WM_STATE_SHADED", 0);
        wait_size(frame, open.w, open.h, open.h);
        test_window_painted(apps[0], "no longer shaded");
        test_image_free(&last);
    }
}

static void manager_comes_and_goes(void **state)
{
    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0");
    test_window_painted(apps[0], "without a manager");
    for (int i = 0; i < 4; i++) {
        test_window_need_manager();
        test_app_wait_framed(apps[0], 1);
        test_window_painted(apps[0], "a manager came");
        test_app_move(apps[0], 200, 150 + 10 * i, -1, -1);
        test_window_painted(apps[0], "moved in its frame");
        test_server_end(server, manager, i & 1 ? SIGKILL : SIGTERM);
        manager = 0;
        test_app_wait_framed(apps[0], 0);
        test_window_painted(apps[0], "the manager went");
        test_app_move(apps[0], 50, 50 + i, -1, -1);
        test_window_painted(apps[0], "moved without");
    }
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .managed = {
            TEST(managed),
            TEST(shaded),
            TEST(manager_comes_and_goes),
        },
        .composited = {
            TEST(managed),
        },
    };

    return test_window_run(&groups);
}
