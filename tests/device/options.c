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
 * Options and URLs have the same meaning as with x11grab: the pictures are the
 * same.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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

/* %s in url is the display */
static const struct {
    const char *url, *options;
} same_cases[] = {
    { "%s",           "draw_mouse=1" },
    { "%s.0",         "draw_mouse=0" },
    { "%s",           "video_size=320x240" },
    { "%s",           "video_size=qvga:grab_x=20" },
    { "%s",           "video_size=321x241:grab_x=13:grab_y=17" },
    { "%s",           "video_size=101x33:x=60:y=50" },
    { "%s",           "video_size=1x1:grab_x=639:grab_y=479" },
    { "%s.0+10,20",   "video_size=100x80" },
    { "%s+300,200",   "video_size=340x280" },
    { "%s+7,9",       "video_size=100x80:grab_x=50" },
    { "%s.0+90,80",   "video_size=11x10" },
    { "%s",           "video_size=101x91" },
    { "",             "video_size=64x64" },
    { "+33,44",       "video_size=64x64" },
    { "%s",           "framerate=60" },
};

static void check_parameters(const TestDevice *want, const TestDevice *got)
{
    const AVCodecParameters *a = want->stream->codecpar;
    const AVCodecParameters *b = got->stream->codecpar;

    assert_int_equal(b->codec_type, a->codec_type);
    assert_int_equal(b->codec_id, a->codec_id);
    assert_int_equal(b->format, a->format);
    assert_int_equal(b->width, a->width);
    assert_int_equal(b->height, a->height);
    assert_int_equal(b->bit_rate, a->bit_rate);
    assert_int_equal(got->stream->time_base.num, want->stream->time_base.num);
    assert_int_equal(got->stream->time_base.den, want->stream->time_base.den);
    assert_int_equal(av_cmp_q(got->stream->avg_frame_rate,
                              want->stream->avg_frame_rate), 0);
    assert_int_equal(av_cmp_q(got->stream->r_frame_rate,
                              want->stream->avg_frame_rate), 0);
}

static void compare_devices(const char *url, const char *options)
{
    TestDevice *a = test_shot_open("x11grab", url, options);
    TestDevice *b = test_shot_open("x11shmpool", url, options);
    TestImage *want = test_shot(a), *got = test_shot(b);
    char what[256];

    snprintf(what, sizeof(what), "-i '%s' %s", url, options);
    check_parameters(a, b);
    test_shot_same(want, got, what);
    test_image_free(&want);
    test_image_free(&got);
    test_device_close(&a);
    test_device_close(&b);
}

static void same_picture(void **state)
{
    (void)state;
    setenv("DISPLAY", server->display, 1);
    for (size_t i = 0; i < sizeof(same_cases) / sizeof(*same_cases); i++) {
        char url[64];

        snprintf(url, sizeof(url), same_cases[i].url, server->display);
        compare_devices(url, same_cases[i].options);
    }
    unsetenv("DISPLAY");
}

static void pointer_at_edges(void **state)
{
    static const int at[][2] = {
        { 0, 0 }, { WIDTH - 1, 0 }, { 0, HEIGHT - 1 },
        { WIDTH - 1, HEIGHT - 1 }, { 320, 0 }, { 49, 100 }, { 50, 50 },
        { 149, 129 }, { 155, 129 }, { 100, 49 }, { 100, 135 }, { 30, 30 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        test_screen_warp(screen, at[i][0], at[i][1]);
        compare_devices(server->display, "draw_mouse=1:framerate=100");
        compare_devices(server->display, "draw_mouse=1:grab_x=50:grab_y=50:"
                        "video_size=100x80:framerate=100");
    }
    test_screen_warp(screen, 100, 90);
}

static void frame_rates(void **state)
{
    static const char *const rates[] = {
        NULL, "ntsc", "pal", "25", "30000/1001", "144", "7.5", "film",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        char options[64] = "video_size=8x8";
        TestDevice *a, *b;

        if (rates[i])
            snprintf(options, sizeof(options), "video_size=8x8:framerate=%s",
                     rates[i]);
        a = test_shot_open("x11grab", server->display, options);
        b = test_shot_open("x11shmpool", server->display, options);
        check_parameters(a, b);
        test_device_close(&a);
        test_device_close(&b);
    }
}

static void window_by_id(void **state)
{
    static const char *const more[] = {
        "draw_mouse=0", "draw_mouse=1", "video_size=100x80",
        "video_size=50x40:grab_x=30:grab_y=20",
        "video_size=51x41:x=150:y=108",
    };
    static const int at[][2] = { { 100, 90 }, { 60, 50 }, { 258, 196 } };

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        test_screen_warp(screen, at[k][0], at[k][1]);
        for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
            char options[128];

            snprintf(options, sizeof(options), "window_id=%u:framerate=100:%s",
                     window, more[i]);
            compare_devices(server->display, options);
            snprintf(options, sizeof(options), "window_id=0x%x:framerate=100:%s",
                     window, more[i]);
            compare_devices(server->display, options);
        }
    }
}

static const int walk[][2] = {
    { 320, 240 }, { 325, 244 }, { 400, 300 }, { 10, 10 }, { 0, 0 },
    { WIDTH - 1, HEIGHT - 1 }, { WIDTH - 30, 5 }, { 3, HEIGHT - 40 },
    { 200, 200 }, { 150, 230 }, { 320, 0 },
};

static void follow(const char *mode)
{
    char options[128];
    TestDevice *a, *b;

    snprintf(options, sizeof(options), "follow_mouse=%s:video_size=161x121:"
             "grab_x=40:grab_y=30:framerate=50", mode);
    test_screen_warp(screen, walk[0][0], walk[0][1]);
    a = test_shot_open("x11grab", server->display, options);
    b = test_shot_open("x11shmpool", server->display, options);
    for (size_t i = 0; i < sizeof(walk) / sizeof(*walk); i++) {
        TestImage *want, *got;
        char what[128];

        test_screen_warp(screen, walk[i][0], walk[i][1]);
        want = test_shot(a);
        got  = test_shot(b);
        snprintf(what, sizeof(what), "follow_mouse=%s, pointer at %d,%d", mode,
                 walk[i][0], walk[i][1]);
        test_shot_same(want, got, what);
        test_image_free(&want);
        test_image_free(&got);
    }
    test_device_close(&a);
    test_device_close(&b);
    test_screen_warp(screen, 100, 90);
}

static void follow_centered(void **state)
{
    (void)state;
    follow("centered");
    follow("-1");
}

static void follow_margin(void **state)
{
    (void)state;
    follow("1");
    follow("20");
    follow("60");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_picture),
        cmocka_unit_test(pointer_at_edges),
        cmocka_unit_test(frame_rates),
        cmocka_unit_test(window_by_id),
        cmocka_unit_test(follow_centered),
        cmocka_unit_test(follow_margin),
    };

    return cmocka_run_group_tests_name("options", tests, setup,
                                       test_stage_stop);
}
