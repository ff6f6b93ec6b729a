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
 * Menus that don't say whose they are, as browsers have: they belong to a
 * window of their program, the topmost one that they touch.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>

#include "shot.h"
#include "window.h"

#define TYPE "_NET_WM_WINDOW_TYPE"

/* A menu of the app, with a type, or none, and its picture. */
static xcb_window_t add_menu(TestApp *app, const char *type,
                             xcb_window_t transient_for, const TestRect *at,
                             TestImage **image)
{
    static unsigned seed = 100;
    xcb_window_t menu = test_app_window(app, &(TestAppOptions){
        .x = at->x, .y = at->y, .w = at->w, .h = at->h, .unmanaged = 1,
        .hidden = 1, .seed = seed++, .transient_for = transient_for });

    if (type) {
        xcb_atom_t atom = test_app_atom(app, type);

        xcb_change_property(app->s->conn, XCB_PROP_MODE_REPLACE, menu,
                            test_app_atom(app, TYPE), XCB_ATOM_ATOM, 32, 1,
                            &atom);
    }
    xcb_map_window(app->s->conn, menu);
    test_app_wait_viewable(app, menu, 1);
    *image = test_screen_read(screen, menu, 0, 0, at->w, at->h, 0);
    return menu;
}

/* Whether the menu alone is in the picture of apps[0], and goes. */
static void expect_menu(TestApp *app, const char *type,
                        xcb_window_t transient_for, TestRect at, int recorded,
                        const char *what)
{
    TestImage *image;
    xcb_window_t menu = add_menu(app, type, transient_for, &at, &image);

    test_window_under(apps[0], recorded, &at, &image, what);
    test_screen_destroy(app->s, menu);
    test_image_free(&image);
    test_window_seen(apps[0], "it has gone");
}

static void types(void **state)
{
    static const char *const menus[] = {
        NULL, TYPE"_MENU", TYPE"_DROPDOWN_MENU", TYPE"_POPUP_MENU",
        TYPE"_TOOLTIP", TYPE"_COMBO", TYPE"_DND", TYPE"_NORMAL",
    }, *const others[] = {
        TYPE"_DESKTOP", TYPE"_DOCK", TYPE"_NOTIFICATION", TYPE"_SPLASH",
    };
    const TestRect at = { 150, 120, 80, 70 };

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_window_at(1, 400, 300, 50, 50);
    test_stage_open(&d, "window_title=app 0");
    test_window_seen(apps[0], "no menu");
    for (size_t i = 0; i < sizeof(menus) / sizeof(*menus); i++)
        expect_menu(apps[0], menus[i], 0, at, 1, menus[i] ? menus[i] :
                    "a menu without a type");
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        expect_menu(apps[0], others[i], 0, at, 0, others[i]);
    expect_menu(apps[0], TYPE"_MENU", root, at, 1, "transient for the root");
    expect_menu(apps[0], TYPE"_MENU", apps[0]->window, at, 1, "transient for "
                "the window");
    expect_menu(apps[0], TYPE"_MENU", apps[1]->window, at, 0, "transient for "
                "another program's window");
    expect_menu(apps[1], TYPE"_MENU", 0, at, 0, "another program's menu");
    expect_menu(apps[1], TYPE"_MENU", apps[0]->window, at, 1, "another "
                "program's menu that is transient for the window");
}

static void submenus(void **state)
{
    TestRect at[] = { { 150, 120, 80, 90 }, { 220, 140, 70, 60 },
                      { 110, 180, 60, 50 } };
    TestImage *images[3];
    xcb_window_t menu[3];

    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        test_window_at(0, 100, 100, 201, 151);
        /* one that is there before the recording begins */
        menu[0] = add_menu(apps[0], NULL, 0, &at[0], &images[0]);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_window_under(apps[0], 1, at, images, "open before");
        menu[1] = add_menu(apps[0], TYPE"_MENU", 0, &at[1], &images[1]);
        test_window_under(apps[0], 2, at, images, "two");
        menu[2] = add_menu(apps[0], TYPE"_MENU", menu[1], &at[2], &images[2]);
        test_window_under(apps[0], 3, at, images, "one transient for another");

        test_image_free(&images[1]);
        test_screen_noise(apps[0]->s, menu[1], 5, 5, 40, 30, 7 + k);
        images[1] = test_screen_read(screen, menu[1], 0, 0, at[1].w, at[1].h,
                                     0);
        test_window_under(apps[0], 3, at, images, "painted in a menu");
        test_window_paint(apps[0]);
        test_window_under(apps[0], 3, at, images, "painted under them");
        for (int i = 2; i >= 0; i--) {
            test_screen_destroy(apps[0]->s, menu[i]);
            test_window_under(apps[0], i, at, images, "one has gone");
        }
        for (int i = 0; i < 3; i++)
            test_image_free(&images[i]);
    }
}

/* xterm's menus have a border, which is drawn outside of their own size. */
static void borders(void **state)
{
    const int border = 3;

    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        const TestRect inside = { 140, 110, 60, 50 },
                       at     = { 140, 110, 60 + 2 * border, 50 + 2 * border };
        TestImage *image;
        xcb_window_t menu;

        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0");
        test_window_seen(apps[0], "no menu");
        menu = test_app_window(apps[0], &(TestAppOptions){
            .x = inside.x, .y = inside.y, .w = inside.w, .h = inside.h,
            .unmanaged = 1, .hidden = 1, .seed = 5 });
        xcb_configure_window(apps[0]->s->conn, menu,
                             XCB_CONFIG_WINDOW_BORDER_WIDTH,
                             (const uint32_t[]){ border });
        xcb_change_window_attributes(apps[0]->s->conn, menu,
                                     XCB_CW_BORDER_PIXEL,
                                     (const uint32_t[]){ 0x5a5a5a });
        xcb_map_window(apps[0]->s->conn, menu);
        test_app_wait_viewable(apps[0], menu, 1);
        image = test_screen_read(screen, root, at.x, at.y, at.w, at.h, 0);
        test_window_under(apps[0], 1, &at, &image, "a menu with a border");
        test_image_free(&image);
        xcb_change_window_attributes(apps[0]->s->conn, menu,
                                     XCB_CW_BORDER_PIXEL,
                                     (const uint32_t[]){ 0xa5a5a5 });
        test_screen_sync(apps[0]->s);
        image = test_screen_read(screen, root, at.x, at.y, at.w, at.h, 0);
        test_window_under(apps[0], 1, &at, &image, "another border");
        test_image_free(&image);
    }
}

static void raise_window(xcb_window_t window)
{
    xcb_configure_window(screen->conn, window, XCB_CONFIG_WINDOW_STACK_MODE,
                         (const uint32_t[]){ XCB_STACK_MODE_ABOVE });
    test_screen_sync(screen);
}

/* Wait until the window manager lists so many windows, the topmost last. */
static void wait_listed(int nb, xcb_window_t topmost)
{
    xcb_atom_t list = test_app_atom(apps[0], "_NET_CLIENT_LIST_STACKING");

    for (int ms = 0; ms < 10000; ms++) {
        xcb_get_property_reply_t *r = xcb_get_property_reply(
            screen->conn, xcb_get_property(screen->conn, 0, root, list,
                                           XCB_ATOM_WINDOW, 0, 99), NULL);
        const xcb_window_t *windows = r ? xcb_get_property_value(r) : NULL;
        int found = r && (int)r->value_len == nb && windows[nb - 1] == topmost;

        free(r);
        if (found)
            return;
        poll(NULL, 0, 1);
    }
    fail_msg("the window manager does not list %d windows, topmost 0x%x", nb,
             topmost);
}

/* Of two windows of one program, the upper one has the menu, wherever it
 * reaches. */
static void several_windows(int managed)
{
    const TestRect both = { 200, 160, 60, 50 }, upper = { 320, 260, 40, 30 },
                   lower = { 105, 135, 50, 40 };
    xcb_window_t second;

    test_window_at(0, 100, 100, 201, 151);
    second = test_app_window(apps[0], &(TestAppOptions){
        .title = "second", .x = 180, .y = 140, .w = 220, .h = 170, .seed = 9 });
    if (managed)
        wait_listed(2, second);
    test_stage_open(&d, "window_title=app 0");
    test_window_seen(apps[0], "under another window");
    expect_menu(apps[0], NULL, 0, both, 0, "the other window's menu");
    expect_menu(apps[0], NULL, 0, upper, 0, "one beside the window");
    expect_menu(apps[0], NULL, 0, lower, 1, "a tooltip of the lower window");
    expect_menu(apps[0], NULL, second, both, 0, "transient for the other");
    expect_menu(apps[0], NULL, apps[0]->window, both, 1, "transient for it");

    if (managed) {
        test_app_activate(apps[0]);
        wait_listed(2, apps[0]->window);
    } else {
        raise_window(apps[0]->window);
    }
    expect_menu(apps[0], NULL, 0, both, 1, "now the window is above");
    expect_menu(apps[0], NULL, 0, (TestRect){ 290, 240, 60, 50 }, 1,
                "and has the menu that reaches into the other");
    xcb_unmap_window(apps[0]->s->conn, second);
    test_app_wait_viewable(apps[0], second, 0);
    expect_menu(apps[0], NULL, 0, both, 1, "the other is hidden");
}

static void two_windows(void **state)
{
    (void)state;
    several_windows(0);
}

static void two_managed_windows(void **state)
{
    (void)state;
    test_window_need_manager();
    several_windows(1);
}

/* The window manager's frame is of another client than the window. */
static void managed(void **state)
{
    TestRect at = { 0, 0, 80, 60 };

    (void)state;
    test_window_framed();
    test_stage_open(&d, "window_title=app 0");
    at.x = test_app_at(apps[0], apps[0]->window).x + 30;
    at.y = test_app_at(apps[0], apps[0]->window).y + 20;
    expect_menu(apps[0], TYPE"_MENU", 0, at, 1, "over a managed window");

    /* A dialogue is a window of its own. */
    test_app_window(apps[0], &(TestAppOptions){
        .title = "dialogue", .x = 140, .y = 130, .w = 50, .h = 60, .seed = 91,
        .transient_for = apps[0]->window });
    test_window_painted(apps[0], "under a dialogue");
}

/* What is recorded can be a window that no manager has. */
static void unmanaged_window(void **state)
{
    (void)state;
    test_window_open(0, &(TestAppOptions){
        .title = "bar", .x = 100, .y = 100, .w = 201, .h = 151, .unmanaged = 1,
        .seed = 3 });
    test_stage_open(&d, "window_title=bar");
    test_window_seen(apps[0], "no menu");
    expect_menu(apps[0], TYPE"_MENU", 0, (TestRect){ 150, 120, 80, 70 }, 1,
                "a menu of an unmanaged window");
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(types),
            TEST(two_windows),
            TEST(unmanaged_window),
        },
        .in_ways = {
            TEST(borders),
            TEST(submenus),
        },
        .managed = {
            TEST(managed),
            TEST(two_managed_windows),
        },
        .composited = {
            TEST(submenus),
            TEST(managed),
            TEST(two_managed_windows),
        },
    };

    return test_window_run(&groups);
}
