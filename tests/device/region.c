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
 * The region that is recorded: show_region draws its border where x11grab does,
 * and select_region lets somebody drag the one that x11grab would.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "hand.h"
#include "opening.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  640
#define HEIGHT 480

static xcb_window_t window;

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                               .height = HEIGHT }) < 0)
        return -1;
    window = test_stage_window();
    test_stage_cursor(21, 18, 5, 3, 7);
    test_screen_warp(screen, 100, 90);
    return 0;
}

static TestImage *whole(void)
{
    return test_screen_read(screen, root, 0, 0, WIDTH, HEIGHT, 0);
}

/* A connection's windows go some time after it is closed. */
static void wait_until_whole_is(const TestImage *want)
{
    int64_t end = av_gettime_relative() + 5000000;

    for (;;) {
        TestImage *now = whole();
        int different = test_image_compare(want, now, NULL);

        test_image_free(&now);
        if (!different)
            return;
        if (av_gettime_relative() > end)
            fail_msg("the border is still there after the device was closed");
        av_usleep(2000);
    }
}

static TestImage *with_border(const char *format, const char *options,
                              const int (*warps)[2], int nb_warps)
{
    TestImage *before = whole(), *image, *shot;
    TestDevice *d = test_shot_open(format, server->display, options);

    for (int i = 0; i < nb_warps || !i; i++) {
        if (nb_warps)
            test_screen_warp(screen, warps[i][0], warps[i][1]);
        shot = test_shot(d);
        test_image_free(&shot);
        shot = test_shot(d);
        test_image_free(&shot);
    }
    image = whole();
    test_device_close(&d);
    wait_until_whole_is(before);
    test_image_free(&before);
    return image;
}

static void show_region(void **state)
{
    static const char *const cases[] = {
        "grab_x=50:grab_y=40:video_size=200x150",
        "grab_x=51:grab_y=43:video_size=201x151:region_border=3",
        "grab_x=0:grab_y=0:video_size=100x100",
        "grab_x=540:grab_y=380:video_size=100x100",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char options[160];
        TestImage *want, *got, *bare = whole();

        snprintf(options, sizeof(options), "show_region=1:framerate=50:%s",
                 cases[i]);
        want = with_border("x11grab", options, NULL, 0);
        got  = with_border("x11shmpool", options, NULL, 0);
        test_shot_same(want, got, options);
        assert_true(test_image_compare(bare, got, NULL) > 0);
        test_image_free(&bare);
        test_image_free(&want);
        test_image_free(&got);
    }
}

static int black_and_white(const TestImage *image)
{
    return test_image_count(image, 0, 0, 0) +
           test_image_count(image, 255, 255, 255);
}

/* Elsewhere than at 3 pixels x11grab draws its line partly where nothing is
 * seen of it, and leaves the rest as it was. */
static void show_region_thickness(void **state)
{
    static const int borders[] = { 1, 2, 4, 5, 8, 31 };

    (void)state;
    for (size_t i = 0; i < sizeof(borders) / sizeof(*borders); i++) {
        int b = borders[i], ring = (200 + 2 * b) * (150 + 2 * b) - 200 * 150;
        char options[128], message[200], want[64];
        TestImage *bare = whole(), *got;

        snprintf(options, sizeof(options), "show_region=1:region_border=%d:"
                 "grab_x=50:grab_y=40:video_size=200x150:framerate=50", b);
        got = with_border("x11shmpool", options, NULL, 0);
        test_image_compare(bare, got, message);
        snprintf(want, sizeof(want), "; %d pixels within %dx%d+%d,%d", ring,
                 200 + 2 * b, 150 + 2 * b, 50 - b, 40 - b);
        if (!strstr(message, want))
            fail_msg("%s: %s", options, message);
        assert_int_equal(black_and_white(got) - black_and_white(bare), ring);
        test_image_free(&bare);
        test_image_free(&got);
    }
}

static void show_region_of_window(void **state)
{
    char options[160];
    TestImage *want, *got;

    (void)state;
    snprintf(options, sizeof(options), "show_region=1:window_id=%u:grab_x=10:"
             "grab_y=20:video_size=100x90:framerate=50", window);
    want = with_border("x11grab", options, NULL, 0);
    got  = with_border("x11shmpool", options, NULL, 0);
    test_shot_same(want, got, options);
    test_image_free(&want);
    test_image_free(&got);
}

static void show_region_follows(void **state)
{
    static const char options[] = "show_region=1:follow_mouse=centered:"
                                  "grab_x=200:grab_y=180:"
                                  "video_size=100x80:framerate=50";
    static const int at[][2] = { { 100, 100 }, { 400, 300 } };
    TestImage *want, *got;

    (void)state;
    want = with_border("x11grab", options, at, 2);
    got  = with_border("x11shmpool", options, at, 2);
    test_shot_same(want, got, options);
    test_image_free(&want);
    test_image_free(&got);
    test_screen_warp(screen, 100, 90);
}

static int grabbed(TestScreen *other, int timeout_ms)
{
    int64_t end = av_gettime_relative() + timeout_ms * INT64_C(1000);

    while (av_gettime_relative() < end)
        if (!test_screen_served(other, 100))
            return 1;
    return 0;
}

/* x11grab tells nobody that it has the pointer, but shows a cursor of its own. */
static void wait_for_another_cursor(TestScreen *s, uint32_t serial)
{
    const int64_t end = av_gettime_relative() + 10000000;

    while (test_screen_cursor_serial(s) == serial) {
        if (av_gettime_relative() > end)
            fail_msg("x11grab select_region: it does not take the pointer");
        av_usleep(1000);
    }
}

static TestImage *select_by_hand(const char *format, int x0, int y0,
                                 int x1, int y1)
{
    TestScreen *hand  = test_screen_open(server->display);
    TestScreen *other = test_screen_open(server->display);
    int64_t end = av_gettime_relative() + 5000000;
    xcb_query_pointer_reply_t *p = NULL;
    TestDevice *selected;
    TestImage *image;
    uint32_t serial;
    int ret;

    test_screen_warp(screen, x0, y0);
    test_screen_impervious(hand, 1);
    serial = test_screen_cursor_serial(hand);
    test_opening_start(format, "select_region=1:framerate=50");

    /* x11grab's grab of the server reaches it only after the press */
    if (!strcmp(format, "x11grab"))
        wait_for_another_cursor(hand, serial);
    else
        test_opening_asks("Drag the pointer");
    test_hand_button(hand, 1, 1);
    if (!strcmp(format, "x11grab") && !grabbed(other, 5000))
        fail_msg("%s select_region: the server is not grabbed", format);
    if (x0 != x1 || y0 != y1) {
        test_screen_warp(hand, (x0 + x1) / 2, y0);
        test_screen_warp(hand, x1, y1);
    }
    test_hand_button(hand, 1, 0);
    ret = test_opening_end(&selected);
    if (ret < 0) {
        test_log_print();
        fail_msg("%s select_region: %s", format, av_err2str(ret));
    }
    do {
        free(p);
        p = xcb_query_pointer_reply(screen->conn,
                                    xcb_query_pointer(screen->conn, root),
                                    NULL);
    } while (p && p->mask & XCB_KEY_BUT_MASK_BUTTON_1 &&
             av_gettime_relative() < end);
    free(p);
    test_screen_close(&other);
    test_screen_close(&hand);
    image = test_shot(selected);
    test_device_close(&selected);
    return image;
}

static void select_region(void **state)
{
    static const int drags[][4] = {
        { 100, 50, 300, 200 }, { 300, 200, 100, 50 }, { 300, 50, 101, 203 },
        { 0, 0, WIDTH - 1, HEIGHT - 1 }, { 55, 66, 55, 66 },
    };

    (void)state;
    if (!screen->xtest)
        skip();
    for (size_t i = 0; i < sizeof(drags) / sizeof(*drags); i++) {
        const int *g = drags[i];
        TestImage *before = whole(), *after, *want, *got;
        char what[128];

        snprintf(what, sizeof(what), "drag from %d,%d to %d,%d", g[0], g[1],
                 g[2], g[3]);
        want = select_by_hand("x11grab", g[0], g[1], g[2], g[3]);
        got  = select_by_hand("x11shmpool", g[0], g[1], g[2], g[3]);
        test_shot_same(want, got, what);
        after = whole();
        test_shot_same(before, after, "the screen after a selection");
        test_image_free(&before);
        test_image_free(&after);
        test_image_free(&want);
        test_image_free(&got);
    }
    test_screen_warp(screen, 100, 90);
}

static int interrupted(void *opaque)
{
    return av_gettime_relative() > *(int64_t *)opaque;
}

/* Nobody selects anything: the interrupt ends it, and the server is free. */
static void select_region_interrupted(void **state)
{
    AVFormatContext *s = avformat_alloc_context();
    int64_t start = av_gettime_relative(), deadline = start + 300000;
    AVDictionary *options = NULL;

    (void)state;
    s->interrupt_callback.callback = interrupted;
    s->interrupt_callback.opaque   = &deadline;
    av_dict_set(&options, "select_region", "1", 0);
    assert_true(avformat_open_input(&s, server->display,
                                    av_find_input_format("x11shmpool"),
                                    &options) < 0);
    av_dict_free(&options);
    assert_true(av_gettime_relative() - start < 3000000);
    test_screen_fill(screen, root, 0, 0, 1, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(show_region),
        cmocka_unit_test(show_region_thickness),
        cmocka_unit_test(show_region_of_window),
        cmocka_unit_test(show_region_follows),
        cmocka_unit_test(select_region),
        cmocka_unit_test(select_region_interrupted),
    };

    return cmocka_run_group_tests_name("region", tests, setup,
                                       test_stage_stop);
}
