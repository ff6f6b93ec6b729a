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
 * The recording of a window that is covered, moved off the screen, resized,
 * hidden or composited.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <xcb/composite.h>

#include "shot.h"
#include "window.h"

static void covered(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_window_painted(apps[0], "alone");
        test_window_at(1, 50, 50, 300, 100);
        test_window_painted(apps[0], "half covered");
        test_window_paint(apps[1]);
        test_window_seen(apps[0], "what covers it was painted");
        test_window_at(2, 0, 0, TEST_WIDTH, TEST_HEIGHT);
        test_window_painted(apps[0], "wholly covered");
        test_app_close(&apps[2]);
        test_app_close(&apps[1]);
        test_window_painted(apps[0], "uncovered");
    }
}

static void moved(void **state)
{
    static const int at[][2] = { { 300, 200 }, { -100, -70 }, { 700, 550 },
                                 { -500, 100 }, { 900, 700 }, { 100, 100 } };

    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0");
        for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
            test_app_move(apps[0], at[i][0], at[i][1], -1, -1);
            test_window_painted(apps[0], "moved");
        }
        for (int i = 0; i < 10; i++) {
            test_app_move(apps[0], 20 * i, 10 * i, -1, -1);
            test_window_paint(apps[0]);
        }
        test_window_seen(apps[0], "dragged");
    }
}

static void resized(void **state)
{
    static const int sizes[][2] = { { 100, 90 }, { 300, 77 }, { 99, 300 },
                                    { 640, 480 }, { 1, 1 }, { 201, 151 } };

    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0");
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            test_app_move(apps[0], 100, 100, sizes[i][0], sizes[i][1]);
            test_stage_size(201, 151);
            test_window_painted(apps[0], "resized");
        }
        for (int i = 0; i < 10; i++)
            test_app_move(apps[0], 100 - i, 100, 201 + i, 151 - i);
        test_window_painted(apps[0], "dragged to another size");
    }
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0:on_resize=eof");
    test_window_seen(apps[0], "at first");
    test_app_move(apps[0], 140, 90, -1, -1);
    test_window_seen(apps[0], "a move is no resize");
    test_app_move(apps[0], 140, 90, 202, 151);
    test_shot_ends(d, 2000);
}

static void hidden(void **state)
{
    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        TestImage *last, *got;

        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_window_painted(apps[0], "at first");
        last = test_shot(d);
        test_app_show(apps[0], 0);
        test_window_still(last, "unmapped");
        got = test_shot_after(d, 10);
        test_shot_same(last, got, "still unmapped");
        test_image_free(&got);
        test_app_show(apps[0], 1);
        test_window_painted(apps[0], "mapped again");

        test_app_show(apps[0], 0);
        test_app_show(apps[0], 1);
        test_window_painted(apps[0], "unmapped and mapped at once");
        test_image_free(&last);
    }
}

/* A recording begins, whatever became of the window since it was opened. */
static void hidden_at_once(void **state)
{
    TestImage *last, *got;

    (void)state;
    for (int k = 0; k < 2; k++) {
        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0");
        last = test_screen_read_pixmap(screen, apps[0]->window, 201, 151);
        test_app_show(apps[0], 0);
        got = test_shot(d);
        test_shot_same(last, got, "unmapped before the first frame");
        test_image_free(&got);
        test_image_free(&last);
        test_app_show(apps[0], 1);
        test_window_painted(apps[0], "mapped again");
    }
}

/* Without a compositor's pixmaps what is on the screen is all there is. */
static void without_composite(void **state)
{
    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    proxy = test_proxy_start(server->display);
    test_proxy_hide_extension(proxy, "Composite");
    test_log_start();
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "window_title=app 0:framerate=200:draw_mouse=0");
    test_shot_true(d, screen, apps[0]->window, 0, 0, 0, "alone");
    test_window_at(1, 50, 50, 300, 100);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 0, 1000,
                         "half covered");
    test_app_close(&apps[1]);
    test_app_move(apps[0], 700, -30, -1, -1);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 0, 1000,
                         "half off the screen");
    test_app_move(apps[0], 10, 10, 100, 200);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 0, 1000,
                         "resized");
    assert_int_equal(test_log_count("", AV_LOG_WARNING), 1);
}

static void pointer_over(void **state)
{
    uint32_t *cursor = test_shot_cursor(16, 16, 3);

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_screen_cursor(screen, apps[0]->window, cursor, 16, 16, 4, 4);
    free(cursor);
    d = test_shot_open("x11shmpool", server->display,
                       "window_title=app 0:framerate=200");
    test_screen_warp(screen, 150, 150);
    test_shot_true(d, screen, apps[0]->window, 0, 0, 1, "the pointer over it");
    test_screen_warp(screen, 299, 249);
    test_shot_true(d, screen, apps[0]->window, 0, 0, 1, "in its corner");
    test_app_move(apps[0], 130, 120, -1, -1);
    test_screen_warp(screen, 150, 150);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 1, 1000,
                         "the window moved under it");
    test_screen_warp(screen, TEST_WIDTH - 1, TEST_HEIGHT - 1);
    test_shot_true(d, screen, apps[0]->window, 0, 0, 0, "outside");
}

static void border_follows(void **state)
{
    static const TestRect at[] = { { 100, 100, 201, 151 },
                                   { 333, 222, 201, 151 },
                                   { 50, 60, 201, 151 } };

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0:show_region=1:region_border=4");
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        test_app_move(apps[0], at[i].x, at[i].y, -1, -1);
        test_window_painted(apps[0], "with a border");
        test_stage_border(at[i], 4, "around a window");
    }
}

static void compositor_comes_and_goes(void **state)
{
    static const char *const commands[] = {
        "xcompmgr -n", "picom --config /dev/null --backend xrender",
    };

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_window_at(1, 50, 50, 300, 100);
    test_stage_open(&d, "window_title=app 0");
    test_window_painted(apps[0], "without a compositor");
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        pid_t pid = test_server_run(server, commands[i]);

        if (!pid)
            continue;
        test_app_wait_owner(apps[0], "_NET_WM_CM_S0", 1);
        test_window_painted(apps[0], "a compositor came");
        test_app_move(apps[0], 120, 130, 180, 151);
        test_window_painted(apps[0], "resized under a compositor");
        test_server_end(server, pid, SIGTERM);
        test_app_wait_owner(apps[0], "_NET_WM_CM_S0", 0);
        test_window_painted(apps[0], "the compositor went");
        test_app_move(apps[0], 100, 100, 201, 151);
        test_window_painted(apps[0], "resized without a compositor");
    }
}

/*** What it costs ***/

static void busy_neighbour(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int64_t requests, repeated;

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_window_at(1, 50, 50, 300, 300);
    test_window_at(2, 400, 300, 300, 200);
    proxy = test_proxy_start(server->display);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "window_title=app 0:framerate=200:draw_mouse=0");
    test_window_seen(apps[0], "at first");
    test_proxy_reset(proxy);
    repeated = test_device_stat(d, "stat_repeated");
    for (int i = 0; i < 100; i++) {
        test_window_paint(apps[1 + (i & 1)]);
        test_screen_fill(screen, root, i, i, 100, 90, i * 99);
        assert_int_equal(test_device_read(d, packet, 5000), 0);
        av_packet_unref(packet);
    }
    requests = test_proxy_requests(proxy);
    repeated = test_device_stat(d, "stat_repeated") - repeated;
    /* a second in which it also looks whether damage tells the truth */
    if (requests > 60 || test_proxy_events(proxy) > 0) {
        test_proxy_print(proxy);
        fail_msg("%d requests and %d events while only others were painted",
                 (int)requests, (int)test_proxy_events(proxy));
    }
    assert_true(repeated >= 95);
    test_window_painted(apps[0], "at last");
    av_packet_free(&packet);
}

/*** Between two requests of the device ***/

static xcb_window_t resized_window; /* when its pixmap was named, once */

__attribute__((visibility("default"))) xcb_void_cookie_t
xcb_composite_name_window_pixmap_checked(xcb_connection_t *conn,
                                         xcb_window_t window,
                                         xcb_pixmap_t pixmap)
{
    static xcb_void_cookie_t (*real)(xcb_connection_t *, xcb_window_t,
                                     xcb_pixmap_t);
    xcb_void_cookie_t cookie;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, __func__);
    cookie = real(conn, window, pixmap);
    if (window == resized_window) {
        resized_window = XCB_NONE;
        free(xcb_get_input_focus_reply(conn, xcb_get_input_focus(conn), NULL));
        xcb_configure_window(screen->conn, window, XCB_CONFIG_WINDOW_WIDTH |
                             XCB_CONFIG_WINDOW_HEIGHT,
                             (const uint32_t[]){ 201, 151 });
        test_screen_sync(screen);
    }
    return cookie;
}

static void resized_meanwhile(void **state)
{
    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0");
    test_app_move(apps[0], 100, 100, 100, 90);
    test_window_painted(apps[0], "smaller");
    resized_window = apps[0]->window;
    xcb_configure_window(screen->conn, apps[0]->window,
                         XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                         (const uint32_t[]){ 110, 95 });
    test_screen_sync(screen);
    test_window_seen(apps[0], "resized when its pixmap was named");
    assert_int_equal(resized_window, XCB_NONE);
    test_window_painted(apps[0], "resized when its pixmap was named");
}

static void menu_resized_meanwhile(void **state)
{
    TestRect at = { 110, 110, 201, 151 };
    TestImage *image;
    xcb_window_t menu;

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0");
    menu = test_app_menu(apps[0], apps[0]->window, at.x, at.y, 10, 10, 50);
    test_image_free(&(TestImage *){ test_shot_after(d, TEST_LATE) });
    resized_window = menu;
    test_screen_noise(apps[0]->s, menu, 0, 0, 10, 10, 51);
    for (int i = 0; i < 50 && resized_window; i++)
        test_image_free(&(TestImage *){ test_shot(d) });
    assert_int_equal(resized_window, XCB_NONE);
    image = test_screen_read(screen, menu, 0, 0, at.w, at.h, 0);
    test_window_under(apps[0], 1, &at, &image,
                      "resized when its pixmap was named");
    test_image_free(&image);
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(covered),
            TEST(moved),
            TEST(hidden),
            TEST(hidden_at_once),
            TEST(without_composite),
            TEST(pointer_over),
            TEST(border_follows),
            TEST(compositor_comes_and_goes),
            TEST(busy_neighbour),
            TEST(resized_meanwhile),
            TEST(menu_resized_meanwhile),
        },
        .in_ways = {
            TEST(resized),
        },
        .composited = {
            TEST(covered),
            TEST(resized),
            TEST(hidden),
        },
    };

    return test_window_run(&groups);
}
