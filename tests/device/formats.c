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
 * Every depth, visual class, width and byte order: what the rawvideo decoder
 * makes of the packets is what an independent reading of the screen shows, the
 * pointer included.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/pixdesc.h>
#include <libavutil/time.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  200
#define HEIGHT 120

static const struct {
    const char *name, *args;
    int depth;
    const char *pix_fmt;
} screens[] = {
    { "8 PseudoColor", "-cc 3",  8, "pal8" },
    { "8 StaticGray",  "-cc 0",  8, "pal8" },
    { "8 GrayScale",   "-cc 1",  8, "pal8" },
    { "8 StaticColor", "-cc 2",  8, "pal8" },
    { "8 TrueColor",   "-cc 4",  8, "bgr8" },
    { "15",            NULL,    15, "rgb555le" },
    { "16",            NULL,    16, "rgb565le" },
    { "24",            NULL,    24, "bgr0" },
    { "24 DirectColor","-cc 5", 24, "bgr0" },
    { "30",            NULL,    30, "x2rgb10le" },
};

#define NB_SCREENS (int)(sizeof(screens) / sizeof(*screens))

/* The stream's pixels, where nothing else was asked for. */
static void assert_pix_fmt(const char *native)
{
    assert_string_equal(av_get_pix_fmt_name(d->stream->codecpar->format),
                        test_device_pixel_format(native));
}

static void start_with(int depth, const char *args)
{
    assert_int_equal(test_stage_start(&(TestServerOptions){
                                          .width = WIDTH, .height = HEIGHT,
                                          .depth = depth, .args = args }), 0);
}

static void start(int i)
{
    start_with(screens[i].depth, screens[i].args);
}

static void widths(void **state)
{
    static const char *const shm[] = { "auto", "sysv", "off" };
    static const int sizes[][2] = {
        { 1, 1 }, { 2, 1 }, { 3, 5 }, { 4, 7 }, { 5, 1 }, { 6, 2 }, { 7, 3 },
        { 8, 9 }, { 9, 11 }, { 15, 4 }, { 31, 20 }, { 33, 21 }, { 99, 51 },
        { 101, HEIGHT }, { WIDTH - 1, HEIGHT - 1 }, { WIDTH, HEIGHT },
    };

    (void)state;
    for (int i = 0; i < NB_SCREENS; i++) {
        start(i);
        test_stage_cursor(12, 12, 6, 6, i);
        test_screen_warp(screen, 7, 8);
        for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
            for (int pointer = 0; pointer < 2; pointer++) {
                int w = sizes[k][0], h = sizes[k][1];
                int x = w % 3 && w + 5 < WIDTH ? 5 : 0;
                char options[160], what[256];

                snprintf(options, sizeof(options), "video_size=%dx%d:grab_x=%d:"
                         "draw_mouse=%d:shm=%s:framerate=200", w, h, x, pointer,
                         shm[(k + pointer) % 3]);
                snprintf(what, sizeof(what), "depth %s, %s", screens[i].name,
                         options);
                d = test_shot_open("x11shmpool", server->display, options);
                assert_pix_fmt(screens[i].pix_fmt);
                test_shot_true(d, screen, root, x, 0, pointer, what);
                test_screen_noise(screen, root, x + w / 2, h / 2, w / 3 + 1,
                                  h / 3 + 1, k);
                test_shot_true(d, screen, root, x, 0, pointer, what);
                test_device_close(&d);
            }
        }
        test_stage_stop(NULL);
    }
}

/* The pointer at every edge, moving and changing over a still screen. */
static void pointers(void **state)
{
    static const int shapes[][4] = {
        { 1, 1, 0, 0 }, { 16, 16, 0, 0 }, { 16, 16, 15, 15 }, { 64, 64, 20, 30 },
        { 7, 40, 3, 39 },
    };
    static const int at[][2] = {
        { 0, 0 }, { WIDTH - 1, 0 }, { 0, HEIGHT - 1 },
        { WIDTH - 1, HEIGHT - 1 }, { 100, 60 }, { 101, 60 }, { 19, 29 },
        { 39, 60 }, { 120, 33 }, { 160, 90 }, { 150, 85 },
    };

    (void)state;
    for (int i = 0; i < NB_SCREENS; i++) {
        TestDevice *all, *part;

        start(i);
        all  = test_shot_open("x11shmpool", server->display, "framerate=200");
        part = test_shot_open("x11shmpool", server->display, "framerate=200:"
                              "grab_x=40:grab_y=30:video_size=111x57");
        for (int k = 0; k < 5; k++) {
            test_stage_cursor(shapes[k][0], shapes[k][1], shapes[k][2],
                              shapes[k][3], k);
            for (size_t n = 0; n < sizeof(at) / sizeof(*at); n++) {
                char what[160];

                snprintf(what, sizeof(what), "depth %s, cursor %dx%d, pointer "
                         "at %d,%d", screens[i].name, shapes[k][0],
                         shapes[k][1], at[n][0], at[n][1]);
                test_screen_warp(screen, at[n][0], at[n][1]);
                test_shot_true(all, screen, root, 0, 0, 1, what);
                test_shot_true(part, screen, root, 40, 30, 1, what);
            }
        }
        test_screen_hide_cursor(screen, 1);
        test_shot_true(all, screen, root, 0, 0, 1, "a hidden pointer");
        test_screen_hide_cursor(screen, 0);
        test_shot_true(all, screen, root, 0, 0, 1, "a pointer shown again");
        test_device_close(&all);
        test_device_close(&part);
        test_stage_stop(NULL);
    }
}

static void animated_pointer(void **state)
{
    static const uint32_t colours[] = {
        0xffff0000, 0xff00ff00, 0xff0000ff, 0x80800000,
    };
    int64_t end = av_gettime_relative() + 15000000;
    int seen[4] = { 0 }, right = 0;

    (void)state;
    start(7);
    test_screen_fill(screen, root, 0, 0, WIDTH, HEIGHT, 0);
    test_screen_cursor_animated(screen, root, colours, 4, 10, 10, 60);
    test_screen_warp(screen, 50, 50);
    d = test_shot_open("x11shmpool", server->display, "framerate=100");
    while (right < 40) {
        TestImage *before = test_screen_read(screen, root, 0, 0, WIDTH, HEIGHT,
                                             1);
        TestImage *got   = test_shot(d);
        TestImage *after = test_screen_read(screen, root, 0, 0, WIDTH, HEIGHT,
                                            1);

        if (av_gettime_relative() > end)
            fail_msg("the pointer is never still");
        if (!test_image_compare(before, after, NULL)) {
            test_shot_same(after, got, "an animated pointer");
            right++;
            seen[0] |= test_image_count(got, 255, 0, 0) > 0;
            seen[1] |= test_image_count(got, 0, 255, 0) > 0;
            seen[2] |= test_image_count(got, 0, 0, 255) > 0;
            seen[3] |= test_image_count(got, 128, 0, 0) > 0;
        }
        test_image_free(&before);
        test_image_free(&got);
        test_image_free(&after);
    }
    assert_int_equal(seen[0] + seen[1] + seen[2] + seen[3], 4);
    test_stage_stop(NULL);
}

/* The smallest there are: a cursor of one pixel, or of none that is seen, which
 * a server may make 0x0. */
static void smallest_pointer(void **state)
{
    (void)state;
    start(0);
    test_screen_warp(screen, 100, 60);
    d = test_shot_open("x11shmpool", server->display, "framerate=200");
    for (int seen = 1; seen >= 0; seen--) {
        xcb_connection_t *c = screen->conn;
        xcb_pixmap_t bit[2];
        xcb_cursor_t cursor = xcb_generate_id(c);

        for (int i = 0; i < 2; i++) {
            const uint32_t value = i ? seen : 0;
            xcb_gcontext_t gc = xcb_generate_id(c);

            bit[i] = xcb_generate_id(c);
            xcb_create_pixmap(c, 1, bit[i], root, 1, 1);
            xcb_create_gc(c, gc, bit[i], XCB_GC_FOREGROUND, &value);
            xcb_poly_fill_rectangle(c, bit[i], gc, 1,
                                    &(xcb_rectangle_t){ 0, 0, 1, 1 });
            xcb_free_gc(c, gc);
        }
        xcb_create_cursor(c, cursor, bit[0], bit[1], 0xffff, 0, 0, 0xffff,
                          0xffff, 0, 0, 0);
        xcb_change_window_attributes(c, root, XCB_CW_CURSOR, &cursor);
        xcb_free_cursor(c, cursor);
        for (int i = 0; i < 2; i++)
            xcb_free_pixmap(c, bit[i]);
        test_screen_sync(screen);
        test_shot_true(d, screen, root, 0, 0, 1, "the smallest pointer");
        test_screen_warp(screen, 30 + seen, 31);
        test_shot_true(d, screen, root, 0, 0, 1, "the smallest, moved");
    }
    test_device_close(&d);
}

/* No pointer at all: the server has none, or no way to ask for it. */
static void absent_pointer(void **state)
{
    static const char *const args[] = { "-nocursor", "-extension XFIXES" };

    (void)state;
    for (int i = 0; i < 2; i++) {
        start_with(0, args[i]);
        d = test_shot_open("x11shmpool", server->display, "draw_mouse=1");
        test_shot_true(d, screen, root, 0, 0, 1, args[i]);
        test_screen_noise(screen, root, 20, 20, 50, 50, 6);
        test_shot_true(d, screen, root, 0, 0, 1, args[i]);
        test_device_close(&d);
        if (i)
            assert_int_equal(test_log_count("XFIXES", AV_LOG_WARNING), 1);
        test_stage_stop(NULL);
    }
}

/* A window of another depth than the screen's, with alpha. */
static void alpha_window(void **state)
{
    static const char *const more[] = {
        "draw_mouse=0", "draw_mouse=1", "shm=sysv", "shm=off", "damage=off",
        "grab_x=11:grab_y=5:video_size=33x21",
    };
    xcb_window_t window;

    (void)state;
    start(7);
    test_stage_cursor(14, 14, 4, 4, 3);
    window = test_screen_window(screen, 30, 20, 91, 71, 32);
    assert_int_not_equal(window, XCB_NONE);
    test_screen_noise(screen, window, 0, 0, 91, 71, 9);
    test_screen_warp(screen, 50, 40);
    for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
        int pointer = i > 0, x = i == 5 ? 11 : 0, y = i == 5 ? 5 : 0;
        char options[128];

        snprintf(options, sizeof(options), "window_id=%u:framerate=100:%s",
                 window, more[i]);
        d = test_shot_open("x11shmpool", server->display, options);
        assert_pix_fmt("bgra");
        test_shot_true(d, screen, window, x, y, pointer, options);
        test_screen_noise(screen, window, 13, 8, 30, 20, i);
        test_shot_true(d, screen, window, x, y, pointer, options);
        test_device_close(&d);
    }
    test_stage_stop(NULL);
}

/* A server whose images have the other byte order, by way of a proxy. */
static void other_byte_order(void **state)
{
    static const struct {
        int screen;
        const char *pix_fmt;
    } cases[] = {
        { 4, "bgr8" }, { 5, "rgb555be" }, { 6, "rgb565be" }, { 7, "0rgb" },
        { 9, "x2rgb10be" },
    };

    (void)state;
    for (int i = 0; i < 5; i++) {
        start(cases[i].screen);
        test_stage_cursor(14, 14, 4, 4, 3);
        test_screen_warp(screen, 50, 40);
        proxy = test_proxy_start(server->display);
        assert_non_null(proxy);
        test_proxy_swap_images(proxy, 1);
        test_proxy_hide_extension(proxy, "MIT-SHM");
        d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                           "framerate=50:video_size=77x55:grab_x=3");
        assert_pix_fmt(cases[i].pix_fmt);
        test_shot_true(d, screen, root, 3, 0, 1, cases[i].pix_fmt);
        test_screen_noise(screen, root, 20, 20, 50, 50, 6);
        test_shot_true(d, screen, root, 3, 0, 1, cases[i].pix_fmt);
        test_stage_stop(NULL);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(widths),
        TEST(pointers),
        TEST(animated_pointer),
        TEST(smallest_pointer),
        TEST(absent_pointer),
        TEST(alpha_window),
        TEST(other_byte_order),
    };

    return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
