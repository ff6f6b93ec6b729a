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
 * Other clients cause events as fast as they can: frames arrive all the same,
 * memory does not grow, and afterwards the picture is right.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "app.h"
#include "child.h"
#include "shot.h"
#include "stage.h"

#define WIDTH   640
#define HEIGHT  480
#define SECONDS   2
#define RATE     30
#define MAX_GROWTH_KB (64 << 10)

static pid_t flooder;
static TestApp *app;

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                               .height = HEIGHT }) < 0)
        return -1;
    test_screen_warp(screen, WIDTH - 1, HEIGHT - 1);
    return 0;
}

static int clear(void **state)
{
    test_child_end(&flooder);
    test_app_close(&app);
    return test_stage_clear(state);
}

static void create(TestScreen *s, xcb_window_t w, int unmanaged)
{
    xcb_create_window(s->conn, XCB_COPY_FROM_PARENT, w, s->screen->root,
                      w % 500, w % 300, 30, 20, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT,
                      (const uint32_t[]){ w * 0x10305, unmanaged });
}

/* In all of these the socket is what slows the client down. */

static void windows(TestScreen *s, int unmanaged)
{
    xcb_window_t w = xcb_generate_id(s->conn);

    while (!xcb_connection_has_error(s->conn)) {
        for (int i = 0; i < 100; i++) {
            create(s, w, unmanaged);
            xcb_map_window(s->conn, w);
            xcb_destroy_window(s->conn, w);
        }
        xcb_flush(s->conn);
    }
}

static void menus(TestScreen *s, void *opaque)
{
    (void)opaque;
    windows(s, 1);
}

static void top_levels(TestScreen *s, void *opaque)
{
    (void)opaque;
    windows(s, 0);
}

static void moves(TestScreen *s, void *opaque)
{
    xcb_window_t w = xcb_generate_id(s->conn);
    unsigned n = 0;

    (void)opaque;
    create(s, w, 1);
    xcb_map_window(s->conn, w);
    while (!xcb_connection_has_error(s->conn)) {
        for (int i = 0; i < 100; i++, n++)
            xcb_configure_window(s->conn, w, XCB_CONFIG_WINDOW_X |
                                 XCB_CONFIG_WINDOW_Y,
                                 (const uint32_t[]){ n % 500, n % 377 });
        xcb_flush(s->conn);
    }
}

/* What is told here is true, only that nobody did it. */
/* Some 50,000 a second: without a pause there are more than the server has time to
 * pass on to anybody. */
static void forgeries(TestScreen *s, void *opaque)
{
    const xcb_window_t targets[] = { s->screen->root, *(xcb_window_t *)opaque };
    const xcb_configure_notify_event_t events[] = {
        { .response_type = XCB_CONFIGURE_NOTIFY, .event = targets[0],
          .window = targets[0], .width = WIDTH, .height = HEIGHT },
        { .response_type = XCB_CONFIGURE_NOTIFY, .event = targets[1],
          .window = targets[1], .x = 50, .y = 40, .width = 200,
          .height = 150, .override_redirect = 1 },
    };

    while (!xcb_connection_has_error(s->conn)) {
        for (int i = 0; i < 100; i++)
            xcb_send_event(s->conn, 0, targets[i & 1],
                           XCB_EVENT_MASK_STRUCTURE_NOTIFY |
                           XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY |
                           XCB_EVENT_MASK_PROPERTY_CHANGE,
                           (const char *)&events[i & 1]);
        xcb_flush(s->conn);
        av_usleep(1000);
    }
}

static void deep_windows(TestScreen *s, void *opaque)
{
    xcb_visualid_t visual = test_screen_visual(s, 32);
    xcb_colormap_t colormap = xcb_generate_id(s->conn);
    xcb_window_t w = xcb_generate_id(s->conn);

    (void)opaque;
    if (!visual)
        return;
    xcb_create_colormap(s->conn, XCB_COLORMAP_ALLOC_NONE, colormap,
                        s->screen->root, visual);
    xcb_create_window(s->conn, 32, w, s->screen->root, 300, 200, 90, 70, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, visual,
                      XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL |
                      XCB_CW_OVERRIDE_REDIRECT | XCB_CW_COLORMAP,
                      (const uint32_t[]){ 0x80336699, 0, 1, colormap });
    while (!xcb_connection_has_error(s->conn)) {
        for (int i = 0; i < 100; i++) {
            xcb_map_window(s->conn, w);
            xcb_unmap_window(s->conn, w);
        }
        xcb_flush(s->conn);
    }
}

static int64_t rss_kb(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    long long kb = -1;

    while (f && kb < 0 && fgets(line, sizeof(line), f))
        sscanf(line, "VmRSS: %lld kB", &kb);
    if (f)
        fclose(f);
    return kb;
}

static void record(const char *name, TestChildBody body, int of_window)
{
    int64_t end, last, before, peak = 0, gap = 0;
    AVPacket *packet = av_packet_alloc();
    char options[96];
    int frames = 0, ret = 0;

    app = test_app_open(server->display, &(TestAppOptions){
        .title = "recorded", .x = 50, .y = 40, .w = 200, .h = 150,
        .unmanaged = 1, .seed = 3 });
    assert_non_null(app);
    snprintf(options, sizeof(options), "framerate=%d:draw_mouse=0", RATE);
    if (of_window)
        snprintf(options + strlen(options), sizeof(options) - strlen(options),
                 ":window_id=0x%x", app->window);
    d = test_shot_open("x11shmpool", server->display, options);
    test_shot_skip(d, 5);
    before = rss_kb();
    flooder = test_child_start(server->display, body, &app->window);

    last = av_gettime_relative();
    end  = last + SECONDS * 1000000;
    while (av_gettime_relative() < end && ret >= 0) {
        int64_t now, kb;

        if ((ret = test_device_read(d, packet, 5000)) >= 0)
            frames++;
        av_packet_unref(packet);
        now  = av_gettime_relative();
        gap  = FFMAX(gap, now - last);
        last = now;
        kb   = rss_kb();
        peak = FFMAX(peak, kb - before);
    }
    av_packet_free(&packet);
    printf("# figure: %s, %s: %d of %d frames, a gap of %d ms at most, %d KiB "
           "more memory\n", name, of_window ? "a window" : "the screen", frames,
           SECONDS * RATE, (int)(gap / 1000), (int)peak);
    /* A sanitizer makes the device slower than who floods it: there it has to
     * come through, no more. */
    if (TEST_SANITIZED && ret == AVERROR_EXIT)
        ret = frames = gap = 0;
    if (ret < 0) {
        test_log_print();
        fail_msg("%s: %s", name, av_err2str(ret));
    }
    if (!TEST_SANITIZED && frames < SECONDS * RATE / 2)
        fail_msg("%s: %d of %d frames", name, frames, SECONDS * RATE);
    if (!TEST_SANITIZED && gap > 1000000)
        fail_msg("%s: no frame for %d ms", name, (int)(gap / 1000));
    if (!TEST_SANITIZED && peak > MAX_GROWTH_KB)
        fail_msg("%s: %d KiB more memory", name, (int)peak);

    test_child_end(&flooder);
    test_shot_comes_true(d, screen, of_window ? app->window : root, 0, 0, 0,
                         5000, name);
    test_screen_fill(screen, of_window ? app->window : root, 20, 30, 40, 50,
                     0x123456);
    test_shot_comes_true(d, screen, of_window ? app->window : root, 0, 0, 0,
                         5000, name);
    assert_int_equal(clear(NULL), 0);
}

static void both(const char *name, TestChildBody body)
{
    for (int of_window = 0; of_window < 2; of_window++)
        record(name, body, of_window);
}

static void menus_come_and_go(void **state)
{
    (void)state;
    both("menus", menus);
}

static void windows_come_and_go(void **state)
{
    (void)state;
    both("windows", top_levels);
}

static void a_window_moves(void **state)
{
    (void)state;
    both("moves", moves);
}

static void events_are_forged(void **state)
{
    (void)state;
    both("forged events", forgeries);
}

static void another_depth_is_shown(void **state)
{
    (void)state;
    both("a window of depth 32", deep_windows);
}

/* That it was uncovered is among the events that are thrown away. */
static void border_is_uncovered(void **state)
{
    xcb_window_t cover, unmapped = xcb_generate_id(screen->conn);
    int64_t end = av_gettime_relative() + 10000000;
    TestImage *want, *is;
    int differ;

    (void)state;
    create(screen, unmapped, 1);
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "framerate=100:draw_mouse=0:show_region=1:"
                       "region_border=5:x=100:y=100:video_size=200x150");
    test_shot_skip(d, 5);
    want  = test_screen_read(screen, root, 95, 95, 210, 5, 0);
    cover = test_screen_window(screen, 80, 80, 240, 190, 0);
    test_screen_fill(screen, cover, 0, 0, 240, 190, 0x336699);
    test_proxy_hold(proxy, 1);
    for (unsigned n = 0; n < 10000; n++)
        xcb_configure_window(screen->conn, unmapped, XCB_CONFIG_WINDOW_X,
                             (const uint32_t[]){ n & 1 });
    test_screen_destroy(screen, cover);
    test_proxy_hold(proxy, 0);
    do {
        test_shot_skip(d, 1);
        is     = test_screen_read(screen, root, 95, 95, 210, 5, 0);
        differ = test_image_compare(want, is, NULL);
        test_image_free(&is);
    } while (differ && av_gettime_relative() < end);
    test_image_free(&want);
    test_screen_destroy(screen, unmapped);
    if (differ)
        fail_msg("%d pixels of the border are not drawn", differ);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(menus_come_and_go),
        TEST(windows_come_and_go),
        TEST(a_window_moves),
        TEST(events_are_forged),
        TEST(another_depth_is_shown),
        TEST(border_is_uncovered),
    };

    return cmocka_run_group_tests_name("flood", tests, setup, test_stage_stop);
}
