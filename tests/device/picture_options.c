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
 * What pixel_format, colorspace and color_range promise beside the pixels: what
 * the stream says of itself, the sizes of odd regions, wrong values, and that
 * on_resize, unchanged and the counters mean what they mean to native frames.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  321             /* odd, both */
#define HEIGHT 203

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                               .height = HEIGHT }) < 0)
        return -1;
    test_screen_warp(screen, WIDTH - 1, HEIGHT - 1);
    return 0;
}

static const char *const formats[] = {
    "yuv420p", "nv12", "yuv444p", "rgb24", "gray",
};

#define each_format(f) for (int f = 0; f < 5; f++)

static int shares_chroma(int f)
{
    return f < 2;
}

static void wrong_values(void **state)
{
    static const struct {
        const char *options, *right;
    } cases[] = {
        { "pixel_format=yuv422p",
          "none of native, yuv420p, nv12, yuv444p, rgb24, gray" },
        { "pixel_format=0",        "yuv420p" },
        { "pixel_format=YUV420P",  "yuv420p" },
        { "colorspace=bt2020nc",   "none of bt709, smpte170m" },
        { "colorspace=rgb:pixel_format=rgb24", "none of bt709, smpte170m" },
        { "color_range=limited",   "none of tv, pc" },
        { "color_range=2:pixel_format=gray", "none of tv, pc" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char name[32], value[32];

        sscanf(cases[i].options, "%31[^=]=", name);
        snprintf(value, sizeof(value), "'%.*s'",
                 (int)strcspn(cases[i].options + strlen(name) + 1, ":"),
                 cases[i].options + strlen(name) + 1);
        test_shot_refused(server->display, cases[i].options,
                          (const char *const[]){ name, value, cases[i].right,
                                                 NULL });
        if (test_log_count("", AV_LOG_WARNING) != 1) {
            test_log_print();
            fail_msg("%s: not one line", cases[i].options);
        }
    }
}

static void assert_stream(const char *options, enum AVColorSpace space,
                          enum AVColorRange range,
                          enum AVChromaLocation location)
{
    const AVCodecParameters *par;

    test_stage_open(&d, "%s", options);
    par = d->stream->codecpar;
    if (par->color_space != space || par->color_range != range ||
        par->chroma_location != location ||
        par->color_primaries != AVCOL_PRI_BT709 ||
        par->color_trc != AVCOL_TRC_IEC61966_2_1)
        fail_msg("%s: matrix %d, range %d, chroma %d, primaries %d, "
                 "transfer %d", options, par->color_space, par->color_range,
                 par->chroma_location, par->color_primaries, par->color_trc);
}

static void what_the_stream_says(void **state)
{
    static const char *const spaces[] = { "bt709", "smpte170m" };
    static const char *const ranges[] = { "tv", "pc" };

    (void)state;
    assert_stream("pixel_format=native", AVCOL_SPC_RGB, AVCOL_RANGE_JPEG,
                  AVCHROMA_LOC_UNSPECIFIED);
    assert_stream("pixel_format=native:colorspace=smpte170m:color_range=tv",
                  AVCOL_SPC_RGB, AVCOL_RANGE_JPEG, AVCHROMA_LOC_UNSPECIFIED);
    assert_stream("pixel_format=yuv420p", AVCOL_SPC_BT709, AVCOL_RANGE_MPEG,
                  AVCHROMA_LOC_CENTER);
    each_format(f) {
        for (int i = 0; i < 4; i++) {
            const int rgb = !strcmp(formats[f], "rgb24");
            char options[128];

            snprintf(options, sizeof(options), "pixel_format=%s:colorspace=%s:"
                     "color_range=%s", formats[f], spaces[i & 1],
                     ranges[i >> 1]);
            assert_stream(options, rgb   ? AVCOL_SPC_RGB :
                                   i & 1 ? AVCOL_SPC_SMPTE170M :
                                           AVCOL_SPC_BT709,
                          rgb || i >> 1 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG,
                          shares_chroma(f) ? AVCHROMA_LOC_CENTER
                                           : AVCHROMA_LOC_UNSPECIFIED);
            test_shot_true(d, screen, root, 0, 0, 0, options);
        }
    }
}

/* Planes follow each other without a gap, at any size. */
static void planes_are_packed(void **state)
{
    static const int sizes[][2] = {
        { 1, 1 }, { 1, 2 }, { 2, 1 }, { 2, 2 }, { 3, 3 }, { 16, 5 }, { 17, 16 },
        { 34, 30 }, { 33, 31 }, { WIDTH, HEIGHT },
    };

    (void)state;
    each_format(f) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            const int w = sizes[i][0], h = sizes[i][1];
            AVPacket *packet;

            if (shares_chroma(f) && (w | h) & 1)
                continue;
            test_stage_open(&d, "pixel_format=%s:video_size=%dx%d", formats[f],
                            w, h);
            test_stage_size(w, h);
            packet = test_shot_packet(d);
            assert_int_equal(packet->size, av_image_get_buffer_size(
                d->stream->codecpar->format, w, h, 1));
            assert_true(packet->flags & AV_PKT_FLAG_KEY);
            assert_false(av_buffer_is_writable(packet->buf));
            av_packet_free(&packet);
            test_shot_true(d, screen, root, 0, 0, 0, formats[f]);
            test_screen_noise(screen, root, w / 2, h / 2, 1, 1, i);
            test_shot_true(d, screen, root, 0, 0, 0, "one pixel");
            test_screen_noise(screen, root, w - 1, h - 1, 1, 1, i);
            test_shot_true(d, screen, root, 0, 0, 0, "the last pixel");
        }
    }
}

/* Where chroma is shared, a size that nobody asked for becomes even, and this
 * is told once; one that somebody did is refused where it is odd. */
static void odd_regions(void **state)
{
    static const struct {
        const char *options;
        int x, y, w, h;        ///< as it is without rounding
        int given;
    } cases[] = {
        { "draw_mouse=0",                0,  0, WIDTH, HEIGHT, 0 },
        { "video_size=321x203",          0,  0, WIDTH, HEIGHT, 1 },
        { "video_size=101x77:grab_x=13:grab_y=7", 13, 7, 101, 77, 1 },
        { "video_size=100x76:grab_x=13:grab_y=7", 13, 7, 100, 76, 1 },
        { "window_id=%u",               11,  9,    91,     75, 0 },
        { "window_id=%u:video_size=91x75", 11, 9,  91,     75, 1 },
        { "monitor=0",                   0,  0, WIDTH, HEIGHT, 0 },
    };
    xcb_window_t window = test_screen_window(screen, 11, 9, 91, 75, 0);

    (void)state;
    test_screen_noise(screen, window, 0, 0, 91, 75, 5);
    each_format(f) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
            const int even = shares_chroma(f) && !cases[i].given;
            char own[64], options[128];

            snprintf(own, sizeof(own), cases[i].options, window);
            snprintf(options, sizeof(options), "pixel_format=%s:%s", formats[f],
                     own);
            if (shares_chroma(f) && (cases[i].w | cases[i].h) & 1 &&
                cases[i].given)
                continue;
            /* what it says at its end is another's */
            test_device_close(&d);
            test_log_start();
            test_stage_open(&d, "%s", options);
            test_stage_size(even ? cases[i].w & ~1 : cases[i].w,
                            even ? cases[i].h & ~1 : cases[i].h);
            if (test_log_count("even sizes", AV_LOG_INFO) != even ||
                test_log_count("", AV_LOG_WARNING)) {
                test_log_print();
                fail_msg("%s: not %s line", options, even ? "one" : "without a");
            }
            for (int k = 0; k < 3; k++) {
                test_shot_true(d, screen, root, cases[i].x, cases[i].y, 0,
                               options);
                test_screen_noise(screen, window, 50 + k, 40, 41 - k, 35, k);
            }
        }
    }
    test_screen_destroy(screen, window);
}

static void odd_sizes_are_refused(void **state)
{
    static const struct {
        const char *given, *right;
    } sizes[] = {
        { "321x203", "320x202" }, { "320x203", "320x202" },
        { "101x76",  "100x76"  }, { "1x1",     "2x2"     },
        { "1023x11", "1022x10" },
    };

    (void)state;
    each_format(f) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            char options[64];

            snprintf(options, sizeof(options), "pixel_format=%s:video_size=%s",
                     formats[f], sizes[i].given);
            if (!shares_chroma(f)) {
                test_stage_open(&d, "%s", options);
                continue;
            }
            test_shot_refused(server->display, options,
                              (const char *const[]){ "video_size",
                                                     sizes[i].given,
                                                     sizes[i].right, NULL });
            if (test_log_count("", AV_LOG_WARNING) != 1) {
                test_log_print();
                fail_msg("%s: not one line", options);
            }
        }
    }
}

static void resize(xcb_window_t window, int w, int h)
{
    xcb_configure_window(screen->conn, window,
                         XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                         (const uint32_t[]){ w, h });
    test_screen_sync(screen);
    test_screen_noise(screen, window, 0, 0, w, h, w + h);
}

/* What is no more there is black, in the colours of the range. */
static void resized(void **state)
{
    static const int sizes[][2] = {
        { 99, 81 }, { 160, 120 }, { 1, 1 }, { 121, 50 }, { 50, 133 },
        { 120, 100 },
    };

    (void)state;
    each_format(f) {
        xcb_window_t window = test_screen_window(screen, 5, 6, 120, 100, 0);

        test_screen_noise(screen, window, 0, 0, 120, 100, f);
        for (int pc = 0; pc < 2; pc++) {
            test_stage_open(&d, "pixel_format=%s:color_range=%s:window_id=%u",
                            formats[f], pc ? "pc" : "tv", window);
            for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
                TestImage *want, *got;

                resize(window, sizes[i][0], sizes[i][1]);
                got  = test_shot_after(d, TEST_LATE);
                want = test_screen_read(screen, window, 0, 0, 120, 100, 0);
                test_stage_same(want, got, formats[f]);
                test_stage_size(120, 100);
            }
        }
        test_stage_open(&d, "pixel_format=%s:window_id=%u:on_resize=eof",
                        formats[f], window);
        test_shot_skip(d, 2);
        resize(window, 121, 100);
        test_shot_ends(d, 2000);
        test_device_close(&d);
        test_screen_destroy(screen, window);
    }
}

static int64_t count(const char *name)
{
    return test_device_stat(d, name);
}

/* A still screen is converted once, and its frame is handed out again; what is
 * new is a frame more. */
static void counters(void **state)
{
    (void)state;
    each_format(f) {
        AVPacket *first, *next;

        test_stage_open(&d, "pixel_format=%s", formats[f]);
        first = test_shot_packet(d);
        for (int i = 0; i < 20; i++) {
            next = test_shot_packet(d);
            assert_ptr_equal(next->data, first->data);
            av_packet_free(&next);
        }
        assert_int_equal(count("stat_captured"), 1);
        assert_true(count("stat_repeated") >= 20);
        assert_int_equal(count("stat_slots"), 1);

        test_screen_noise(screen, root, 20, 20, 9, 9, f);
        test_shot_true(d, screen, root, 0, 0, 0, formats[f]);
        /* which the server may have drawn in two */
        assert_in_range(count("stat_captured"), 2, 3);
        assert_true(count("stat_slots") >= 2);
        av_packet_free(&first);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_values),
        TEST(what_the_stream_says),
        TEST(planes_are_packed),
        TEST(odd_regions),
        TEST(odd_sizes_are_refused),
        TEST(resized),
        TEST(counters),
    };

    return cmocka_run_group_tests_name("picture_options", tests, setup,
                                       test_stage_stop);
}
