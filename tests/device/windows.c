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
 * hidden, shaped, managed, composited or closed.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/time.h>
#include <xcb/composite.h>
#include <xcb/shape.h>

#include "shot.h"
#include "window.h"

/* Fail unless the device still shows what it did. */
static void expect_still(const TestImage *last, const char *what)
{
    TestImage *got = test_shot_after(d, TEST_LATE);

    test_shot_same(last, got, what);
    test_image_free(&got);
}

/*** Covered, moved, resized, hidden ***/

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
        expect_still(last, "unmapped");
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

static xcb_window_t child_of(TestApp *app, int x, int y, int w, int h,
                             unsigned seed)
{
    xcb_window_t child = test_app_window(app, &(TestAppOptions){
        .x = 0, .y = 0, .w = w, .h = h, .unmanaged = 1, .hidden = 1,
        .seed = seed });

    xcb_reparent_window(app->s->conn, child, app->window, x, y);
    xcb_map_window(app->s->conn, child);
    test_app_wait_viewable(app, child, 1);
    return child;
}

/* What an application's window is made of belongs to it, its border doesn't. */
static void children_and_border(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        xcb_window_t child;

        test_window_at(0, 100, 100, 201, 151);
        child = child_of(apps[0], 20, 30, 90, 80, 40);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_window_painted(apps[0], "with a child");
        test_screen_noise(apps[0]->s, child, 5, 5, 50, 50, 41);
        test_window_seen(apps[0], "a child was painted");
        child_of(apps[0], 60, 60, 70, 70, 42);
        test_window_seen(apps[0], "another child");
        xcb_configure_window(apps[0]->s->conn, child, XCB_CONFIG_WINDOW_X,
                             (const uint32_t[]){ 100 });
        test_screen_sync(apps[0]->s);
        test_window_seen(apps[0], "the child moved");
        xcb_unmap_window(apps[0]->s->conn, child);
        test_screen_sync(apps[0]->s);
        test_window_seen(apps[0], "the child was unmapped");
        xcb_configure_window(apps[0]->s->conn, apps[0]->window,
                             XCB_CONFIG_WINDOW_BORDER_WIDTH,
                             (const uint32_t[]){ 9 });
        test_screen_sync(apps[0]->s);
        test_stage_size(201, 151);
        test_window_painted(apps[0], "with a border");
        test_stage_open_by(&d, k, "window_title=app 0");
        test_stage_size(201, 151);
        test_window_painted(apps[0], "opened with a border");
    }
}

static void with_alpha(void **state)
{
    (void)state;
    test_window_need_compositor();
    if (!test_screen_visual(screen, 32))
        skip();
    for (int k = 0; k < 2; k++) {
        test_window_open(0, &(TestAppOptions){
            .title = "translucent", .depth = 32, .x = 90, .y = 60, .w = 201,
            .h = 151, .seed = 5 });
        if (manager)
            test_app_wait_framed(apps[0], 1);
        test_stage_open_by(&d, k, "window_title=translucent");
        test_window_painted(apps[0], "32 bits");
        test_app_move(apps[0], -20, 30, 201, 151);
        test_window_painted(apps[0], "32 bits, moved");
        test_app_move(apps[0], -20, 30, 150, 101);
        test_window_painted(apps[0], "32 bits, smaller");
    }
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
        xcb_query_tree_reply_t *tree;
        int seen = 0;

        test_app_move(apps[0], at[i].x, at[i].y, -1, -1);
        test_window_painted(apps[0], "with a border");
        tree = xcb_query_tree_reply(screen->conn,
                                    xcb_query_tree(screen->conn, root), NULL);
        for (int k = 0; k < xcb_query_tree_children_length(tree); k++) {
            xcb_get_geometry_reply_t *g = xcb_get_geometry_reply(
                screen->conn,
                xcb_get_geometry(screen->conn,
                                 xcb_query_tree_children(tree)[k]), NULL);

            seen |= g && g->x == at[i].x - 4 && g->y == at[i].y - 4 &&
                    g->width == at[i].w + 8 && g->height == at[i].h + 8;
            free(g);
        }
        free(tree);
        if (!seen)
            fail_msg("no border around the window at %d,%d", at[i].x, at[i].y);
    }
}

/* A window that is itself the child of another */
static void child_window(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        TestImage *last, *image;
        xcb_window_t menu;
        TestApp child;
        TestRect at;

        test_window_at(0, 100, 100, 201, 151);
        child = (TestApp){ apps[0]->s, child_of(apps[0], 20, 30, 90, 80, 40) };
        child_of(apps[0], 60, 60, 70, 70, 42);
        test_stage_open_by(&d, k, "window_id=0x%x", child.window);
        test_stage_size(90, 80);
        test_window_painted(&child, "a child that another covers");
        test_app_move(apps[0], 300, 60, -1, -1);
        test_window_painted(&child, "its parent was moved");
        at    = (TestRect){ 340, 120, 40, 50 };
        menu  = test_app_menu(apps[0], child.window, at.x, at.y, at.w, at.h,
                              43);
        image = test_screen_read(screen, menu, 0, 0, at.w, at.h, 0);
        test_window_under(&child, 1, &at, &image, "with a menu");
        test_app_move(apps[0], 310, 50, -1, -1);
        test_window_under(&child, 1, &at, &image, "its parent was moved alone");
        test_screen_destroy(apps[0]->s, menu);
        test_image_free(&image);
        test_app_move(apps[0], 300, -50, -1, -1);
        test_window_painted(&child, "half off the screen");
        last = test_shot(d);
        test_app_show(apps[0], 0);
        expect_still(last, "its parent was unmapped");
        test_app_show(apps[0], 1);
        test_window_painted(&child, "its parent was mapped again");
        test_app_destroy(apps[0]);
        test_shot_ends(d, 2000);
        test_image_free(&last);
    }
}

/*** The end ***/

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

/*** Under a window manager ***/

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
    test_window_need_manager();
    test_window_at(0, 100, 100, 201, 151);
    test_app_wait_framed(apps[0], 1);
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
        expect_still(last, "minimised");
        test_app_activate(apps[0]);
        test_app_wait_viewable(apps[0], apps[0]->window, 1);
        test_window_painted(apps[0], "restored");
        test_image_free(&last);

        last = test_shot(d);
        test_app_to_desktop(apps[0], 1);
        test_app_wait_viewable(apps[0], apps[0]->window, 0);
        expect_still(last, "on another desktop");
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
    test_window_need_manager();
    test_window_at(0, 100, 100, 201, 151);
    test_app_wait_framed(apps[0], 1);
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
        expect_still(last, "shaded");
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

static void managed_alpha(void **state)
{
    test_window_need_manager();
    with_alpha(state);
}

/*** Under a compositor ***/

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

static void shape(TestApp *app, int n, const TestRect *r)
{
    xcb_rectangle_t x[4];

    for (int i = 0; i < n; i++)
        x[i] = (xcb_rectangle_t){ r[i].x, r[i].y, r[i].w, r[i].h };
    xcb_shape_rectangles(app->s->conn, XCB_SHAPE_SO_SET,
                         XCB_SHAPE_SK_BOUNDING, XCB_CLIP_ORDERING_UNSORTED,
                         app->window, 0, 0, n, x);
    test_screen_sync(app->s);
}

static void expect_shaped(TestApp *app, int n, const TestRect *r,
                          const char *what)
{
    test_window_seen_part(app, 0, 0, r, n, what);
    test_window_paint(app);
    test_window_seen_part(app, 0, 0, r, n, what);
}

/* A pixmap holds what was behind the window, too. */
static void shaped(void **state)
{
    static const TestRect bars[] = { { 10, 20, 60, 100 }, { 90, 0, 50, 151 } };
    static const TestRect step[] = { { 0, 0, 201, 60 }, { 0, 60, 99, 400 } };
    static const TestRect all    = { 0, 0, 640, 480 };

    (void)state;
    for (int k = 0; k < 2; k++) {
        test_window_at(0, 100, 100, 201, 151);
        shape(apps[0], 2, bars);
        test_stage_open_by(&d, k, "window_title=app 0");
        expect_shaped(apps[0], 2, bars, "shaped");
        shape(apps[0], 2, step);
        expect_shaped(apps[0], 2, step, "of another shape");
        test_app_move(apps[0], 300, 200, 150, 300);
        expect_shaped(apps[0], 2, step, "of another size");
        shape(apps[0], 1, &all);
        expect_shaped(apps[0], 1, &all, "without a shape");
        test_stage_open_by(&d, k, "window_title=app 0:grab_x=20:grab_y=30:"
                           "video_size=100x90");
        shape(apps[0], 1, &bars[0]);
        test_window_paint(apps[0]);
        test_window_seen_part(apps[0], 20, 30, bars, 1,
                              "a part of a shaped window");
    }
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
            TEST(without_composite),
            TEST(children_and_border),
            TEST(child_window),
            TEST(with_alpha),
            TEST(pointer_over),
            TEST(border_follows),
            TEST(closed),
            TEST(id_reused),
            TEST(id_reused_while_resized),
            TEST(redirection_ends),
            TEST(busy_neighbour),
            TEST(compositor_comes_and_goes),
            TEST(hidden_at_once),
            TEST(shaped),
            TEST(resized_meanwhile),
            TEST(menu_resized_meanwhile),
        },
        .in_ways = {
            TEST(resized),
        },
        .managed = {
            TEST(managed),
            TEST(shaded),
            TEST(manager_comes_and_goes),
            TEST(managed_alpha),
        },
        .composited = {
            TEST(covered),
            TEST(resized),
            TEST(hidden),
            TEST(with_alpha),
            TEST(closed),
            TEST(id_reused),
            TEST(id_reused_while_resized),
            TEST(managed),
        },
    };

    return test_window_run(&groups);
}
