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
 * on_resize=follow: windows, monitors and screens that get another size while
 * they are recorded, in every pixel format and in all ways to fill a slot. The
 * frames are decoded, every one, as ffmpeg and players do, and compared with an
 * independent reading.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/dict.h>
#include <libavutil/macros.h>
#include <libavutil/time.h>

#include "randr.h"
#include "shot.h"
#include "sizes.h"
#include "stage.h"

#define WIDTH  640
#define HEIGHT 480

static const char *const formats[] = {
    "native", "yuv420p", "nv12", "yuv444p", "rgb24", "gray",
};
#define NB_FORMATS ((int)(sizeof(formats) / sizeof(*formats)))

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width  = WIDTH,
                                                  .height = HEIGHT });
}

static int is_even(const char *format)
{
    return !strcmp(format, "yuv420p") || !strcmp(format, "nv12");
}

static const int sizes[][2] = {
    { 99, 81 }, { 160, 120 }, { 1, 1 }, { 121, 50 }, { 50, 133 }, { 400, 300 },
    { 120, 100 },
};
#define NB_SIZES ((int)(sizeof(sizes) / sizeof(*sizes)))

static void each_size(const char *format, const char *what)
{
    test_sizes_expect(app->window, 0, 0, 120, 100, what);
    for (int i = 0; i < NB_SIZES; i++) {
        const int even = is_even(format);
        const int w = even && sizes[i][0] > 1 ? sizes[i][0] & ~1 : sizes[i][0];
        const int h = even && sizes[i][1] > 1 ? sizes[i][1] & ~1 : sizes[i][1];

        test_app_move(app, 20 + i, 30, sizes[i][0], sizes[i][1]);
        test_sizes_expect(app->window, 0, 0, w, h, what);
        test_sizes_paint(app->window);
        test_sizes_expect(app->window, 0, 0, w, h, what);
        test_sizes_check_held();
    }
    if (test_sizes_are_raw())
        assert_true(sizes_told >= NB_SIZES);
}

static void of_a_window(void **state)
{
    (void)state;
    for (int way = 0; way < TEST_NB_WAYS; way++) {
        for (int f = 0; f < NB_FORMATS; f++) {
            if (way && f > 1)
                continue;
            test_sizes_open_app(120, 100);
            test_stage_open_by(&d, way, "window_id=%u:on_resize=follow:"
                               "pool_size=24:pixel_format=%s", app->window,
                               formats[f]);
            each_size(formats[f], formats[f]);
            assert_int_equal(test_sizes_clear(NULL), 0);
        }
    }
}

/* From a place on, all there is; of a given size nothing else. */
static void of_a_part(void **state)
{
    (void)state;
    test_sizes_open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:grab_x=30:grab_y=20:"
                    "pool_size=24", app->window);
    test_sizes_expect(app->window, 30, 20, 90, 80, "at first");
    test_app_move(app, 20, 30, 200, 150);
    test_sizes_expect(app->window, 30, 20, 170, 130, "larger");
    test_app_move(app, 20, 30, 25, 15);
    test_sizes_expect(app->window, 30, 20, 170, 130, "nothing is left: black");
    test_app_move(app, 20, 30, 31, 21);
    test_sizes_expect(app->window, 30, 20, 1, 1, "a pixel");
    assert_int_equal(test_sizes_clear(NULL), 0);

    test_sizes_open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:video_size=50x40",
                    app->window);
    test_sizes_expect(app->window, 0, 0, 50, 40, "at first");
    test_app_move(app, 20, 30, 30, 30);
    test_sizes_expect(app->window, 0, 0, 50, 40,
                      "smaller than what was asked for");
    assert_int_equal(sizes_told, 0);
}

static void of_a_monitor(void **state)
{
    static const TestRect places[] = {
        { 120, 90, 150, 200 }, { 0, 0, 640, 480 }, { 300, 200, 33, 21 },
        { 100, 100, 200, 150 },
    };

    (void)state;
    if (test_randr_version(screen) < 105)
        skip();
    for (int f = 0; f < 2; f++) {
        test_sizes_begin();
        assert_true(test_randr_monitor(screen, "m", 100, 100, 200, 150, 0));
        test_stage_open(&d, "monitor=m:on_resize=follow:pool_size=24:"
                        "pixel_format=%s", formats[f]);
        test_sizes_expect(root, 100, 100, 200, 150, "at first");
        for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
            const TestRect p = places[i];

            assert_true(test_randr_monitor(screen, "m", p.x, p.y, p.w, p.h, 0));
            test_sizes_expect(root, p.x, p.y, p.w & ~f, p.h & ~f, "changed");
            test_sizes_paint(root);
            test_sizes_expect(root, p.x, p.y, p.w & ~f, p.h & ~f, "painted");
        }
        test_sizes_check_held();
        test_randr_monitor_delete(screen, "m");
        assert_int_equal(test_sizes_clear(NULL), 0);
    }
}

/* The region stays where the pointer took it. */
static void beside_the_pointer(void **state)
{
    const int64_t end = av_gettime_relative() +
                        1000000 * (TEST_SANITIZED ? 20 : 5);
    TestImage *image, *want;
    int got;

    (void)state;
    if (test_randr_version(screen) < 105)
        skip();
    test_sizes_begin();
    test_screen_warp(screen, 110, 105);
    assert_true(test_randr_monitor(screen, "m", 100, 100, 200, 150, 0));
    test_stage_open(&d, "monitor=m:on_resize=follow:grab_x=50:grab_y=40:"
                    "follow_mouse=centered");
    test_sizes_expect(root, 100, 100, 150, 110, "at first");
    assert_true(test_randr_monitor(screen, "m", 100, 100, 220, 170, 0));
    want = test_screen_read(screen, root, 100, 100, 170, 130, 0);
    do {
        image = test_sizes_next();
        got   = image->width == 170;
        if (got)
            test_shot_same(want, image, "the first one of its size");
        test_image_free(&image);
    } while (!got && av_gettime_relative() < end);
    assert_true(got);
    test_image_free(&want);
    test_randr_monitor_delete(screen, "m");
}

/* The stream has the size that the window had when it was opened. */
static void before_the_first_frame(void **state)
{
    (void)state;
    test_sizes_open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow", app->window);
    test_app_move(app, 20, 30, 200, 150);
    test_sizes_expect(app->window, 0, 0, 200, 150, "resized before it is read");
    assert_int_equal(sizes_told, test_sizes_are_raw());
}

/* Until the device, which nobody reads, has seen it */
static void wait_resized(int w, int h)
{
    const int64_t end = av_gettime_relative() + 20000000;
    char line[64];

    snprintf(line, sizeof(line), "was resized to %dx%d", w, h);
    test_log_start();
    test_app_move(app, 20, 30, w, h);
    while (!test_log_count(line, AV_LOG_INFO)) {
        if (av_gettime_relative() > end)
            fail_msg("nothing says that it %s", line);
        av_usleep(1000);
    }
}

/* What changed lies within the frame, also if frames of another size were
 * never read. */
static void between_frames_that_are_read(void **state)
{
    const AVDictionaryEntry *e;
    AVDictionary *dict = NULL;
    const uint8_t *data;
    AVPacket *packet;
    size_t size;

    (void)state;
    test_sizes_open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:damage_metadata=1",
                    app->window);
    if (!test_sizes_are_raw())
        skip();
    test_sizes_expect(app->window, 0, 0, 120, 100, "at first");
    wait_resized(400, 300);
    test_app_move(app, 20, 30, 120, 100);
    av_read_pause(d->ctx);
    av_read_play(d->ctx);
    packet = test_shot_packet(d);
    data   = av_packet_get_side_data(packet, AV_PKT_DATA_STRINGS_METADATA,
                                     &size);
    assert_non_null(data);
    assert_int_equal(av_packet_unpack_dictionary(data, size, &dict), 0);
    e = av_dict_get(dict, "lavd.x11shmpool.w", NULL, 0);
    assert_non_null(e);
    assert_string_equal(e->value, "120");
    e = av_dict_get(dict, "lavd.x11shmpool.h", NULL, 0);
    assert_non_null(e);
    assert_string_equal(e->value, "100");
    av_dict_free(&dict);
    av_packet_free(&packet);
}

static void start_other(TestServerKind kind)
{
    assert_int_equal(test_stage_stop(NULL), 0);
    assert_int_equal(test_stage_start(&(TestServerOptions){
        .kind = kind, .width = WIDTH, .height = HEIGHT }), 0);
}

/* As remote desktops resize their screens. */
static void of_a_screen(void **state)
{
    static const TestServerKind kinds[] = { TEST_SERVER_XVNC,
                                            TEST_SERVER_XORG };

    (void)state;
    for (int k = 0; k < 2; k++) {
        if (!test_server_available(kinds[k]))
            continue;
        start_other(kinds[k]);
        for (int f = 0; f < 2; f++) {
            test_sizes_begin();
            test_stage_open(&d, "on_resize=follow:pixel_format=%s:"
                            "pool_size=24", formats[f]);
            for (int i = 0; i < 3; i++) {
                const int w = WIDTH + 60 * i, h = HEIGHT + 40 * i;

                if (!test_randr_screen(screen, w, h))
                    fail_msg("%s: no screen of %dx%d",
                             test_server_kind_name(kinds[k]), w, h);
                test_sizes_expect(root, 0, 0, w, h, "the screen");
                test_sizes_paint(root);
                test_sizes_expect(root, 0, 0, w, h, "painted");
            }
            assert_true(test_randr_screen(screen, WIDTH, HEIGHT));
            test_sizes_expect(root, 0, 0, WIDTH, HEIGHT, "as at first");
            test_sizes_check_held();
            assert_int_equal(test_sizes_clear(NULL), 0);
        }
    }
}

/* Rows that the server pads are packed in some sizes and not in others. */
static void of_padded_rows(void **state)
{
    static const struct {
        int depth;
        const char *args;
    } screens[] = {
        { 8, "-cc 3" }, { 8, "-cc 4" }, { 15, NULL }, { 16, NULL },
    };
    static const char *const shm[] = { "auto", "sysv", "off" };
    static const int wide[][2] = {
        { 1021, 701 }, { 121, 99 }, { 1001, 763 }, { 400, 300 }, { 3, 5 },
    };

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(test_stage_stop(NULL), 0);
        assert_int_equal(test_stage_start(&(TestServerOptions){
            .width = 1100, .height = 800, .depth = screens[i].depth,
            .args = screens[i].args }), 0);
        for (int k = 0; k < 3; k++) {
            test_sizes_open_app(120, 100);
            test_stage_open(&d, "window_id=%u:on_resize=follow:pool_size=24:"
                            "shm=%s", app->window, shm[k]);
            test_sizes_expect(app->window, 0, 0, 120, 100, shm[k]);
            for (size_t n = 0; n < sizeof(wide) / sizeof(*wide); n++) {
                const int w = wide[n][0], h = wide[n][1];

                test_app_move(app, 20, 30, w, h);
                test_sizes_expect(app->window, 0, 0, w, h, shm[k]);
                test_sizes_paint(app->window);
                test_sizes_expect(app->window, 0, 0, w, h, shm[k]);
                test_sizes_check_held();
            }
            assert_int_equal(test_sizes_clear(NULL), 0);
        }
    }
    assert_int_equal(test_stage_stop(NULL), 0);
    assert_int_equal(setup(NULL), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_sizes_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(of_a_window),
        TEST(of_a_part),
        TEST(of_a_monitor),
        TEST(of_padded_rows),
        TEST(beside_the_pointer),
        TEST(before_the_first_frame),
        TEST(between_frames_that_are_read),
        TEST(of_a_screen),
    };

    return cmocka_run_group_tests_name("new_sizes", tests, setup,
                                       test_stage_stop);
}
