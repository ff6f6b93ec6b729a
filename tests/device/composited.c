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
 * Windows that the X server composites itself, because their visual differs
 * from their parent's and one of the two has an alpha channel. While one is
 * shown, at any depth, damage is not relied on and frames are captured whole;
 * as soon as none is, only what changes is captured again.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  400
#define HEIGHT 300
#define LEVELS 4
#define TRACKED "Damage is tracked again"
#define EVENTS 10000   /* more than the device takes in for two frames */

static int start(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

/* A window in another, not mapped. depth 0: its parent's */
static xcb_window_t make(xcb_window_t parent, int depth)
{
    xcb_window_t window     = xcb_generate_id(screen->conn);
    xcb_colormap_t colormap = xcb_generate_id(screen->conn);
    xcb_visualid_t visual   = depth ? test_screen_visual(screen, depth) : 0;

    if (visual)
        xcb_create_colormap(screen->conn, XCB_COLORMAP_ALLOC_NONE, colormap,
                            root, visual);
    xcb_create_window(screen->conn, depth, window, parent, 10, 10, 90, 80, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, visual,
                      XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL |
                      (visual ? XCB_CW_COLORMAP : 0),
                      (const uint32_t[]){ 0x80336699, 0, colormap });
    return window;
}

static void show(xcb_window_t window, int shown)
{
    if (shown)
        xcb_map_window(screen->conn, window);
    else
        xcb_unmap_window(screen->conn, window);
    test_screen_sync(screen);
}

/* Fail unless, before long, of ten frames in which nothing changes all are
 * captured, or none. */
static void expect_captured(int whole, const char *what)
{
    int64_t end = av_gettime_relative() + 10000000, captured;

    do {
        captured = test_device_stat(d, "stat_captured");
        test_shot_skip(d, 10);
        captured = test_device_stat(d, "stat_captured") - captured;
    } while (captured != (whole ? 10 : 0) && av_gettime_relative() < end);
    if (captured != (whole ? 10 : 0))
        fail_msg("%s: %d of 10 frames are captured", what, (int)captured);
}

/* The same, and what they show is the screen. */
static void expect(int whole, const char *what)
{
    expect_captured(whole, what);
    test_shot_true(d, screen, root, 0, 0, 0, what);
}

static void need_alpha(void)
{
    if (!test_screen_visual(screen, 32) || !screen->composite)
        skip();
}

static void at_any_depth(void **state)
{
    (void)state;
    need_alpha();
    for (int level = 0; level < LEVELS; level++) {
        xcb_window_t top = XCB_NONE, parent = root, window;

        for (int i = 0; i < level; i++) {
            parent = make(parent, 0);
            top    = top ? top : parent;
            show(parent, 1);
        }
        window = make(parent, 32);
        test_stage_open(&d, "unchanged=repeat");
        expect(0, "not mapped");
        show(window, 1);
        expect(1, "mapped");
        show(window, 0);
        expect(0, "unmapped");
        if (top) {
            show(top, 0);
            show(window, 1);
            expect(0, "mapped in what is not shown");
            show(top, 1);
            expect(1, "all of it was mapped");
            show(top, 0);
            expect(0, "all of it was unmapped");
            show(top, 1);
            expect(1, "and mapped again");
        } else {
            show(window, 1);
            expect(1, "mapped again");
        }
        test_stage_open(&d, "unchanged=repeat");
        expect(1, "shown before");
        test_screen_destroy(screen, top ? top : window);
        expect(0, "destroyed");
    }
}

/* One without alpha in one that has it is composited, too. */
static void opaque_window_in_one_with_alpha(void **state)
{
    xcb_window_t top, child;

    (void)state;
    need_alpha();
    top   = make(root, 32);
    child = make(top, screen->screen->root_depth);
    show(child, 1);
    test_stage_open(&d, "unchanged=repeat");
    expect(0, "none is mapped");
    show(top, 1);
    expect(1, "both are mapped");
    test_screen_destroy(screen, top);
    expect(0, "both are destroyed");
}

/* Of a window that is recorded, what lies in it counts. */
static void windows_within_a_recorded_one(void **state)
{
    xcb_window_t top, child, beside;

    (void)state;
    need_alpha();
    top    = make(root, 0);
    child  = make(top, 32);
    beside = make(root, 32);
    show(top, 1);
    test_stage_open(&d, "unchanged=repeat:window_id=0x%x", top);
    show(beside, 1);
    expect_captured(0, "one beside it");
    show(child, 1);
    expect_captured(1, "one in it");
    show(child, 0);
    expect_captured(0, "unmapped");
    show(top, 0);
    show(child, 1);
    expect_captured(0, "mapped while the window is not");
    show(top, 1);
    expect_captured(1, "the window is mapped again");
    show(child, 0);
    expect_captured(0, "unmapped again");
    test_screen_destroy(screen, top);
    test_shot_ends(d, 2000);
    test_screen_destroy(screen, beside);
}

static xcb_atom_t manager_atom(void)
{
    static const char name[] = "_NET_WM_CM_S0";
    xcb_intern_atom_reply_t *reply = xcb_intern_atom_reply(screen->conn,
        xcb_intern_atom(screen->conn, 0, strlen(name), name), NULL);
    xcb_atom_t atom;

    assert_non_null(reply);
    atom = reply->atom;
    free(reply);
    return atom;
}

/* A compositing manager takes top-level windows over, and no others. */
static void under_a_compositing_manager(void **state)
{
    const xcb_atom_t atom = manager_atom();
    xcb_window_t top, middle, below, owner;

    (void)state;
    need_alpha();
    top    = make(root, 32);
    middle = make(root, 0);
    below  = make(middle, 32);
    owner  = make(root, 0);
    show(middle, 1);
    show(top, 1);
    test_stage_open(&d, "unchanged=repeat");
    expect(1, "no manager");
    for (int i = 0; i < 3; i++) {
        xcb_set_selection_owner(screen->conn, owner, atom,
                                XCB_CURRENT_TIME);
        test_screen_sync(screen);
        expect(0, "a manager came");
        show(below, 1);
        expect(1, "one below");
        show(below, 0);
        expect(0, "none below");
        xcb_set_selection_owner(screen->conn, XCB_NONE, atom,
                                XCB_CURRENT_TIME);
        test_screen_sync(screen);
        expect(1, "the manager went");
    }
    test_screen_destroy(screen, top);
    test_screen_destroy(screen, middle);
    expect(0, "none is left");
}

/* Events of the root window's children, without anything being drawn. */
static void make_events(xcb_window_t unmapped)
{
    for (unsigned n = 0; n < EVENTS; n++)
        xcb_configure_window(screen->conn, unmapped, XCB_CONFIG_WINDOW_X,
                             (const uint32_t[]){ n & 1 });
    test_screen_sync(screen);
}

/* A server that takes its time, so that its answers come when the device is
 * about to listen again. */
static void after_too_many_events(void **state)
{
    xcb_window_t window, other;
    int tracked;

    (void)state;
    need_alpha();
    window = make(root, 32);
    other  = make(root, 0);
    proxy  = test_proxy_start(server->display);
    assert_non_null(proxy);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "framerate=200:draw_mouse=0");
    test_proxy_delay(proxy, 20);
    for (int i = 0; i < 4; i++) {
        expect_captured(0, "not mapped");
        tracked = test_log_count(TRACKED, AV_LOG_DEBUG);
        test_proxy_hold(proxy, 1);
        make_events(other);
        test_proxy_hold(proxy, 0);
        while (test_log_count(TRACKED, AV_LOG_DEBUG) == tracked)
            test_shot_skip(d, 1);
        show(window, 1);
        expect_captured(1, "mapped after too many events");
        show(window, 0);
    }
    test_screen_destroy(screen, window);
    test_screen_destroy(screen, other);
}

/* That a manager has gone is among the events that are thrown away. */
static void manager_goes_among_many_events(void **state)
{
    xcb_window_t top, owner;
    xcb_atom_t atom;
    int64_t looks;

    (void)state;
    need_alpha();
    top   = make(root, 32);
    owner = make(root, 0);
    show(top, 1);
    atom  = manager_atom();
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    xcb_set_selection_owner(screen->conn, owner, atom, XCB_CURRENT_TIME);
    test_screen_sync(screen);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "framerate=200:draw_mouse=0");
    expect(0, "a manager");
    test_proxy_hold(proxy, 1);
    make_events(owner);
    xcb_set_selection_owner(screen->conn, XCB_NONE, atom, XCB_CURRENT_TIME);
    test_screen_sync(screen);
    test_proxy_hold(proxy, 0);
    looks = test_proxy_count(proxy, XCB_QUERY_TREE, -1);
    while (test_proxy_count(proxy, XCB_QUERY_TREE, -1) == looks)
        test_shot_skip(d, 1);
    expect(1, "the manager went");
    test_screen_destroy(screen, top);
    test_screen_destroy(screen, owner);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(at_any_depth),
        TEST(opaque_window_in_one_with_alpha),
        TEST(windows_within_a_recorded_one),
        TEST(under_a_compositing_manager),
        TEST(after_too_many_events),
        TEST(manager_goes_among_many_events),
    };

    return cmocka_run_group_tests_name("composited", tests, start,
                                       test_stage_stop);
}
