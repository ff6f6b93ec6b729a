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
 * Windows that are more than a rectangle of pixels: with children, a border, a
 * shape or an alpha channel, or the child of another.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <xcb/shape.h>

#include "shot.h"
#include "window.h"

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
        test_window_still(last, "its parent was unmapped");
        test_app_show(apps[0], 1);
        test_window_painted(&child, "its parent was mapped again");
        test_app_destroy(apps[0]);
        test_shot_ends(d, 2000);
        test_image_free(&last);
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

static void managed_alpha(void **state)
{
    test_window_need_manager();
    with_alpha(state);
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

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(children_and_border),
            TEST(child_window),
            TEST(with_alpha),
            TEST(shaped),
        },
        .managed = {
            TEST(managed_alpha),
        },
        .composited = {
            TEST(with_alpha),
        },
    };

    return test_window_run(&groups);
}
