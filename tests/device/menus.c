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
 * Menus, tooltips and the like over a recorded window: its own are recorded,
 * with their shapes and stacking order; those of other windows are not.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xcb/shape.h>

#include "shot.h"
#include "window.h"

static TestImage *menu_image(xcb_window_t menu, int w, int h)
{
    return test_screen_read(screen, menu, 0, 0, w, h, 0);
}

static void move_window(xcb_window_t window, int x, int y)
{
    xcb_configure_window(screen->conn, window,
                         XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y,
                         (const uint32_t[]){ x, y });
    test_screen_sync(screen);
}

static void menus(void **state)
{
    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        TestRect at[] = { { 150, 120, 80, 100 }, { 215, 150, 60, 50 } };
        TestImage *images[2];
        xcb_window_t menu, submenu, strange;

        test_window_at(0, 100, 100, 201, 151);
        test_window_at(1, 500, 400, 50, 50);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_window_seen(apps[0], "no menu");

        menu = test_app_menu(apps[0], apps[0]->window, at[0].x, at[0].y,
                             at[0].w, at[0].h, 50);
        images[0] = menu_image(menu, at[0].w, at[0].h);
        test_window_under(apps[0], 1, at, images, "a menu");
        test_window_paint(apps[0]);
        test_window_under(apps[0], 1, at, images, "painted under a menu");
        test_image_free(&images[0]);
        test_screen_noise(apps[0]->s, menu, 10, 10, 50, 50, 51 + k);
        images[0] = menu_image(menu, at[0].w, at[0].h);
        test_window_under(apps[0], 1, at, images, "painted in a menu");

        submenu = test_app_menu(apps[0], apps[0]->window, at[1].x, at[1].y,
                                at[1].w, at[1].h, 60);
        images[1] = menu_image(submenu, at[1].w, at[1].h);
        test_window_under(apps[0], 2, at, images, "two menus");
        move_window(submenu, at[1].x = 280, at[1].y = 90);
        test_window_under(apps[0], 2, at, images,
                          "one over the window's corner");
        move_window(menu, at[0].x = 60, at[0].y = 220);
        test_window_under(apps[0], 2, at, images,
                          "both over the window's edges");

        /* of somebody else, or of nobody */
        test_app_menu(apps[1], apps[1]->window, 120, 110, 50, 50, 70);
        strange = test_app_window(apps[1], &(TestAppOptions){
            .x = 180, .y = 130, .w = 44, .h = 55, .unmanaged = 1, .seed = 71 });
        test_window_under(apps[0], 2, at, images, "menus of others over it");
        test_window_paint(apps[1]);
        test_screen_noise(apps[1]->s, strange, 0, 0, 30, 30, 72);
        test_window_under(apps[0], 2, at, images, "menus of others, painted");

        move_window(menu, at[0].x = 150, at[0].y = 120);
        move_window(submenu, at[1].x = 215, at[1].y = 150);
        test_window_under(apps[0], 2, at, images, "one over the other");
        xcb_configure_window(screen->conn, menu, XCB_CONFIG_WINDOW_STACK_MODE,
                             (const uint32_t[]){ XCB_STACK_MODE_ABOVE });
        test_screen_sync(screen);
        test_window_under(apps[0], 2, (const TestRect[]){ at[1], at[0] },
                          (TestImage *const[]){ images[1], images[0] },
                          "the other way round");
        xcb_configure_window(screen->conn, submenu,
                             XCB_CONFIG_WINDOW_STACK_MODE,
                             (const uint32_t[]){ XCB_STACK_MODE_ABOVE });
        test_screen_sync(screen);

        test_app_move(apps[0], 130, 110, -1, -1);
        test_window_under(apps[0], 2, at, images, "moved under its menus");
        test_app_move(apps[0], 100, 100, -1, -1);
        xcb_unmap_window(apps[0]->s->conn, submenu);
        test_screen_sync(apps[0]->s);
        test_window_under(apps[0], 1, at, images, "one was unmapped");
        xcb_map_window(apps[0]->s->conn, submenu);
        test_screen_sync(apps[0]->s);
        test_window_under(apps[0], 2, at, images, "it is mapped again");
        test_screen_destroy(apps[0]->s, submenu);
        test_window_under(apps[0], 1, at, images, "one was destroyed");
        test_screen_destroy(apps[0]->s, menu);
        test_window_painted(apps[0], "both were");
        test_image_free(&images[0]);
        test_image_free(&images[1]);
    }
}

/* Menus that were there when the recording began, one under the other */
static void menus_open_before_the_recording(void **state)
{
    TestRect at[] = { { 120, 110, 90, 90 }, { 160, 150, 90, 90 } };
    TestImage *images[2];

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    for (int i = 0; i < 2; i++)
        images[i] = menu_image(test_app_menu(apps[0], apps[0]->window, at[i].x,
                                             at[i].y, at[i].w, at[i].h,
                                             80 + i), 90, 90);
    test_stage_open(&d, "window_title=app 0");
    test_window_under(apps[0], 2, at, images, "open before");
    test_window_at(1, 0, 0, TEST_WIDTH, TEST_HEIGHT);
    test_window_under(apps[0], 2, at, images, "and covered");
    test_image_free(&images[0]);
    test_image_free(&images[1]);
}

/* A tooltip with a tip: it is only where its shape is. */
static void shaped_menus(void **state)
{
    const TestRect at = { 150, 120, 80, 100 };
    const xcb_rectangle_t shape[] = { { 0, 0, 80, 60 }, { 30, 60, 20, 40 } };

    (void)state;
    for (int k = 0; k < 4; k++) {
        xcb_window_t menu;
        TestImage *whole, *got, *want;

        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k & 1, "window_title=app 0");
        menu  = test_app_menu(apps[0], apps[0]->window, at.x, at.y, at.w, at.h,
                              55);
        whole = menu_image(menu, at.w, at.h);
        test_window_under(apps[0], 1, &at, &whole, "a rectangle");
        if (k & 2)
            xcb_unmap_window(apps[0]->s->conn, menu);
        xcb_shape_rectangles(apps[0]->s->conn, XCB_SHAPE_SO_SET,
                             XCB_SHAPE_SK_BOUNDING,
                             XCB_CLIP_ORDERING_UNSORTED, menu, 0, 0, 2, shape);
        xcb_map_window(apps[0]->s->conn, menu);
        test_screen_sync(apps[0]->s);
        got  = test_shot_after(d, TEST_LATE);
        want = test_screen_read_pixmap(screen, apps[0]->window,
                                       got->width, got->height);
        for (int i = 0; i < 2; i++) {
            for (int y = shape[i].y; y < shape[i].y + shape[i].height; y++)
                for (int x = shape[i].x; x < shape[i].x + shape[i].width; x++)
                    memcpy(want->pixel[(at.y - 100 + y) * want->width +
                                       at.x - 100 + x],
                           whole->pixel[y * whole->width + x],
                           sizeof(*want->pixel));
        }
        test_shot_same(want, got, k & 2 ? "a menu with a shape" :
                       "a menu that was given a shape");
        test_image_free(&whole);
        test_image_free(&want);
        test_image_free(&got);
    }
}

/* Menus of another depth than the window: what is opaque is drawn in as it
 * is. */
static void menus_with_alpha(void **state)
{
    const TestRect at = { 150, 120, 80, 100 };

    (void)state;
    if (!test_screen_visual(screen, 32))
        skip();
    for (int k = 0; k < 2; k++) {
        TestImage *plain, *got;
        TestRect own;

        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_app_window(apps[0], &(TestAppOptions){
            .x = at.x, .y = at.y, .w = at.w, .h = at.h, .depth = 32,
            .unmanaged = 1, .transient_for = apps[0]->window,
            .color = 0xff123456 });
        got   = test_shot_after(d, TEST_LATE);
        plain = test_screen_read_pixmap(screen, apps[0]->window,
                                       got->width, got->height);
        own   = test_app_at(apps[0], apps[0]->window);
        for (int y = at.y - own.y; y < at.y - own.y + at.h; y++) {
            for (int x = at.x - own.x; x < at.x - own.x + at.w; x++) {
                uint16_t *p = plain->pixel[y * plain->width + x];

                p[0] = 0x12;
                p[1] = 0x34;
                p[2] = 0x56;
            }
        }
        test_shot_same(plain, got, "an opaque menu with alpha");
        test_image_free(&plain);
        test_image_free(&got);
    }
}

/* More than are painted: the rest is painted where the first ones have gone. */
static void many_menus(void **state)
{
    xcb_window_t menu[20];
    TestImage *images[4];
    TestRect at[4];

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0");
    test_window_seen(apps[0], "no menu");
    for (int i = 0; i < 20; i++)
        menu[i] = test_app_menu(apps[0], apps[0]->window, 100 + 5 * i,
                                100 + 5 * i, 5, 5, 50 + i);
    test_image_free(&(TestImage *){ test_shot_after(d, TEST_LATE) });
    for (int i = 0; i < 16; i++)
        test_screen_destroy(apps[0]->s, menu[i]);
    for (int i = 0; i < 4; i++) {
        at[i]     = (TestRect){ 180 + 5 * i, 180 + 5 * i, 5, 5 };
        images[i] = menu_image(menu[16 + i], 5, 5);
    }
    test_window_under(apps[0], 4, at, images, "the last four of twenty");
    for (int i = 0; i < 4; i++)
        test_image_free(&images[i]);
}

static void managed_menus(void **state)
{
    TestRect at = { 0, 0, 80, 60 };
    TestImage *image;

    (void)state;
    test_window_framed();
    test_stage_open(&d, "window_title=app 0");
    at.x  = test_app_at(apps[0], apps[0]->window).x + 30;
    at.y  = test_app_at(apps[0], apps[0]->window).y + 20;
    image = menu_image(test_app_menu(apps[0], apps[0]->window, at.x, at.y,
                                     at.w, at.h, 90), at.w, at.h);
    test_window_under(apps[0], 1, &at, &image, "a menu over a managed window");
    test_app_move(apps[0], 120, 110, -1, -1);
    test_window_under(apps[0], 1, &at, &image, "the window moved in its frame");
    test_image_free(&image);

    /* A dialogue has a frame and a recording of its own. */
    test_window_at(1, 400, 400, 20, 20);
    test_window_open(2, &(TestAppOptions){
        .title = "dialogue", .x = 140, .y = 130, .w = 50, .h = 60, .seed = 91,
        .transient_for = apps[1]->window });
    test_app_wait_framed(apps[2], 1);
    test_stage_open(&d, "window_title=app 1");
    test_window_painted(apps[1], "with a dialogue");
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(menus_open_before_the_recording),
            TEST(menus_with_alpha),
            TEST(shaped_menus),
            TEST(many_menus),
        },
        .in_ways = {
            TEST(menus),
        },
        .managed = {
            TEST(managed_menus),
        },
        .composited = {
            TEST(menus),
            TEST(managed_menus),
        },
    };

    return test_window_run(&groups);
}
