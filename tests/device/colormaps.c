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
 * Colormaps: colours that are stored anew show at once, in the screen's own, in
 * a window's own and in one that takes its place.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  200
#define HEIGHT 120

/* PseudoColor */
static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){
        .width = WIDTH, .height = HEIGHT, .depth = 8, .args = "-cc 3" });
}

/* Colours that are stored anew, on a screen where nothing is drawn. */
static void live_colormap(void **state)
{
    xcb_colormap_t colormap;
    TestDevice *off;

    (void)state;
    colormap = xcb_generate_id(screen->conn);
    xcb_create_colormap(screen->conn, XCB_COLORMAP_ALLOC_ALL, colormap, root,
                        screen->screen->root_visual);
    d   = test_shot_open("x11shmpool", server->display, "framerate=50");
    off = test_shot_open("x11shmpool", server->display,
                         "framerate=50:damage=off:shm=off");
    test_shot_true(d, screen, root, 0, 0, 1, "the colormap as it is");

    for (int round = 0; round < 4; round++) {
        xcb_window_t window;
        xcb_coloritem_t items[256];
        char options[64];
        TestDevice *w;

        for (int i = 0; i < 256; i++)
            items[i] = (xcb_coloritem_t){
                .pixel = i, .flags = 7,
                .red = (i * (round + 3) & 255) * 257,
                .green = (i * (round * 7 + 1) & 255) * 257,
                .blue = ((255 - i) ^ round) * 257,
            };
        xcb_store_colors(screen->conn, colormap, 256, items);
        window = test_screen_window(screen, 10, 10, 60, 50, 0);
        xcb_change_window_attributes(screen->conn, window, XCB_CW_COLORMAP,
                                     &colormap);
        test_screen_noise(screen, window, 0, 0, 60, 50, round);
        snprintf(options, sizeof(options), "window_id=%u:framerate=50", window);
        w = test_shot_open("x11shmpool", server->display, options);
        test_shot_true(w, screen, window, 0, 0, 1, "a window's own colormap");
        for (int i = 0; i < 256; i++)
            items[i].green ^= 0xf0f0;
        xcb_store_colors(screen->conn, colormap, 256, items);
        test_screen_sync(screen);
        test_shot_true(w, screen, window, 0, 0, 1, "colours stored anew");
        test_device_close(&w);
        test_screen_destroy(screen, window);
        test_shot_true(off, screen, root, 0, 0, 1, "damage=off");
    }
    test_device_close(&off);
}

/* Colours of the screen's own colormap, through a cell allocated in it. */
static void live_default_colormap(void **state)
{
    xcb_alloc_color_cells_reply_t *cells;
    uint32_t pixel;

    (void)state;
    cells = xcb_alloc_color_cells_reply(
        screen->conn,
        xcb_alloc_color_cells(screen->conn, 0, screen->screen->default_colormap,
                              1, 0), NULL);
    assert_non_null(cells);
    pixel = *xcb_alloc_color_cells_pixels(cells);
    free(cells);
    test_screen_fill(screen, root, 20, 20, 100, 50, pixel);
    d = test_shot_open("x11shmpool", server->display, "framerate=50");
    for (int i = 0; i < 5; i++) {
        xcb_coloritem_t item = { .pixel = pixel, .red = 0x1010 * i,
                                 .green = 0xffff - 0x2020 * i,
                                 .blue = 0x0707 * i, .flags = 7 };

        xcb_store_colors(screen->conn, screen->screen->default_colormap, 1,
                         &item);
        test_screen_sync(screen);
        test_shot_true(d, screen, root, 0, 0, 1, "the default colormap");
    }
}

static void store_one_black(xcb_colormap_t colormap, int black)
{
    xcb_coloritem_t items[256];

    for (int i = 0; i < 256; i++)
        items[i] = (xcb_coloritem_t){
            .pixel = i, .flags = 7, .red = i == black ? 0 : 257 * (255 - i),
            .green = i == black ? 0 : 0x8080, .blue = 257 * (i ^ black),
        };
    xcb_store_colors(screen->conn, colormap, 256, items);
    test_screen_sync(screen);
}

static xcb_colormap_t use_colormap(xcb_window_t window, int black)
{
    xcb_colormap_t colormap = xcb_generate_id(screen->conn);

    xcb_create_colormap(screen->conn, XCB_COLORMAP_ALLOC_ALL, colormap, root,
                        screen->screen->root_visual);
    store_one_black(colormap, black);
    xcb_change_window_attributes(screen->conn, window, XCB_CW_COLORMAP,
                                 &colormap);
    test_screen_sync(screen);
    return colormap;
}

/* A window can be given another colormap, and the one that it had be freed. */
static void another_colormap(void **state)
{
    xcb_window_t window;
    char options[64];

    (void)state;
    window = test_screen_window(screen, 10, 10, 60, 50, 0);
    test_screen_noise(screen, window, 0, 0, 60, 50, 1);
    snprintf(options, sizeof(options), "window_id=%u:framerate=50", window);
    for (int i = 0; i < 3; i++) {
        xcb_colormap_t colormap = use_colormap(window, 5 + i);

        if (!i)
            d = test_shot_open("x11shmpool", server->display, options);
        test_shot_true(d, screen, window, 0, 0, 1, "its own colormap");
        xcb_change_window_attributes(screen->conn, window, XCB_CW_COLORMAP,
                                     &screen->screen->default_colormap);
        xcb_free_colormap(screen->conn, colormap);
        test_screen_sync(screen);
        test_shot_true(d, screen, window, 0, 0, 1, "the screen's colormap");
    }
}

static void expect_black(int pixels, const char *what)
{
    TestImage *image = test_shot_after(d, TEST_LATE);
    int black        = test_image_count(image, 0, 0, 0);

    test_image_free(&image);
    if (black < pixels)
        fail_msg("%s: %d pixels are black, %d are to be", what, black, pixels);
}

/* What lies outside stays black where other values are. */
static void black_of_a_colormap(void **state)
{
    xcb_colormap_t colormap;

    (void)state;
    test_screen_fill(screen, root, 0, 0, WIDTH, HEIGHT, 100);
    colormap = use_colormap(root, 3);
    d = test_shot_open("x11shmpool", server->display, "framerate=50:damage=on:"
                       "draw_mouse=0:x=150:y=100:video_size=100x80");
    expect_black(100 * 80 - 50 * 20, "the colormap as it is");
    xcb_install_colormap(screen->conn, colormap);
    for (int black = 60; black >= 0; black -= 20) {
        store_one_black(colormap, black);
        expect_black(100 * 80 - 50 * 20, "another black");
    }
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, setup, test_stage_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(live_colormap),
        TEST(live_default_colormap),
        TEST(another_colormap),
        TEST(black_of_a_colormap),
    };

    return cmocka_run_group_tests_name("colormaps", tests, NULL, NULL);
}
