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
#include <libavutil/intreadwrite.h>
#include <libavutil/macros.h>
#include <libavutil/mem.h>
#include <libavutil/time.h>

#include "app.h"
#include "randr.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  640
#define HEIGHT 480
#define HELD   8

static const char *const formats[] = {
    "native", "yuv420p", "nv12", "yuv444p", "rgb24", "gray",
};
#define NB_FORMATS ((int)(sizeof(formats) / sizeof(*formats)))

typedef struct Held {
    AVPacket *packet;
    uint8_t *copy;
} Held;

static TestApp *app;
static Held held[HELD];
static int width, height;      /* of the last packet */
static int told;               /* packets that told a new size */

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width  = WIDTH,
                                                  .height = HEIGHT });
}

static void release_held(void)
{
    for (int i = 0; i < HELD; i++) {
        av_packet_free(&held[i].packet);
        av_freep(&held[i].copy);
    }
}

static int clear(void **state)
{
    release_held();
    test_app_close(&app);
    return test_stage_clear(state);
}

static int is_even(const char *format)
{
    return !strcmp(format, "yuv420p") || !strcmp(format, "nv12");
}

/* In a wrapped frame the size is the frame's own. */
static int is_raw(void)
{
    return d->stream->codecpar->codec_id == AV_CODEC_ID_RAWVIDEO;
}

/* @return whether this packet of raw video is the first one of its size */
static int check_size(const AVPacket *packet, const AVFrame *frame)
{
    size_t size;
    const uint8_t *data =
        av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE, &size);
    const int first = !width;
    int is_new;

    if (first) {
        width  = d->stream->codecpar->width;
        height = d->stream->codecpar->height;
    }
    is_new = frame->width != width || frame->height != height;
    if (!data != !(is_raw() && is_new))
        fail_msg("%dx%d after %dx%d, and %s size is told", frame->width,
                 frame->height, width, height, data ? "a" : "no");
    if (data) {
        assert_int_equal(size, 12);
        assert_int_equal(AV_RL32(data), AV_SIDE_DATA_PARAM_CHANGE_DIMENSIONS);
        assert_int_equal(AV_RL32(data + 4), frame->width);
        assert_int_equal(AV_RL32(data + 8), frame->height);
        told++;
    }
    width  = frame->width;
    height = frame->height;
    return is_raw() && (is_new || first);
}

/* The first packets of a size are kept. */
static void keep(const AVPacket *packet)
{
    for (int i = 0; i < HELD; i++) {
        Held *h = &held[i];

        if (h->packet)
            continue;
        h->packet = av_packet_clone(packet);
        h->copy   = av_memdup(packet->data, packet->size);
        assert_non_null(h->packet);
        assert_non_null(h->copy);
        break;
    }
}

static void check_held(void)
{
    for (int i = 0; i < HELD; i++) {
        if (held[i].packet &&
            memcmp(held[i].packet->data, held[i].copy, held[i].packet->size))
            fail_msg("a frame of %d bytes that was kept has changed",
                     held[i].packet->size);
    }
}

static TestImage *next(void)
{
    AVPacket *packet = test_shot_packet(d);
    AVFrame *frame   = av_frame_alloc();
    TestImage *image;

    assert_int_equal(test_device_decode(d, packet, frame), 0);
    if (check_size(packet, frame))
        keep(packet);
    image = test_image_from_frame(frame);
    assert_non_null(image);
    av_packet_free(&packet);
    av_frame_free(&frame);
    return image;
}

/* Fail unless within a second the frames are what is at x,y of a window in this
 * size. */
static void expect(xcb_window_t window, int x, int y, int w, int h,
                   const char *what)
{
    TestImage *want = test_screen_read(screen, window, x, y, w, h, 0);
    int64_t end = av_gettime_relative() + 1000000 * (TEST_SANITIZED ? 20 : 5);
    char message[200];
    int differ;

    do {
        TestImage *got = next();

        differ = test_image_compare(want, got, message);
        if (differ < 0)
            snprintf(message, sizeof(message), "%dx%d", got->width,
                     got->height);
        test_image_free(&got);
    } while (differ && av_gettime_relative() < end);
    test_image_free(&want);
    if (differ)
        fail_msg("%s, %dx%d at %d,%d: %s", what, w, h, x, y, message);
}

static void paint(xcb_window_t window)
{
    static unsigned seed;

    test_screen_noise(screen, window, 3, 5, 40, 30, ++seed);
    test_screen_sync(screen);
}

static void open_app(int w, int h)
{
    test_app_close(&app);
    app = test_app_open(server->display, &(TestAppOptions){
        .title = "resized", .x = 20, .y = 30, .w = w, .h = h, .seed = 7,
        .unmanaged = 1 });
    assert_non_null(app);
    width = height = told = 0;
}

static const int sizes[][2] = {
    { 99, 81 }, { 160, 120 }, { 1, 1 }, { 121, 50 }, { 50, 133 }, { 400, 300 },
    { 120, 100 },
};
#define NB_SIZES ((int)(sizeof(sizes) / sizeof(*sizes)))

static void each_size(const char *format, const char *what)
{
    expect(app->window, 0, 0, 120, 100, what);
    for (int i = 0; i < NB_SIZES; i++) {
        const int even = is_even(format);
        const int w = even && sizes[i][0] > 1 ? sizes[i][0] & ~1 : sizes[i][0];
        const int h = even && sizes[i][1] > 1 ? sizes[i][1] & ~1 : sizes[i][1];

        test_app_move(app, 20 + i, 30, sizes[i][0], sizes[i][1]);
        expect(app->window, 0, 0, w, h, what);
        paint(app->window);
        expect(app->window, 0, 0, w, h, what);
        check_held();
    }
    if (is_raw())
        assert_true(told >= NB_SIZES);
}

static void of_a_window(void **state)
{
    (void)state;
    for (int way = 0; way < TEST_NB_WAYS; way++) {
        for (int f = 0; f < NB_FORMATS; f++) {
            if (way && f > 1)
                continue;
            open_app(120, 100);
            test_stage_open_by(&d, way, "window_id=%u:on_resize=follow:"
                               "pool_size=24:pixel_format=%s", app->window,
                               formats[f]);
            each_size(formats[f], formats[f]);
            assert_int_equal(clear(NULL), 0);
        }
    }
}

/* From a place on, all there is; of a given size nothing else. */
static void of_a_part(void **state)
{
    (void)state;
    open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:grab_x=30:grab_y=20:"
                    "pool_size=24", app->window);
    expect(app->window, 30, 20, 90, 80, "at first");
    test_app_move(app, 20, 30, 200, 150);
    expect(app->window, 30, 20, 170, 130, "larger");
    test_app_move(app, 20, 30, 25, 15);
    expect(app->window, 30, 20, 170, 130, "nothing is left: black");
    test_app_move(app, 20, 30, 31, 21);
    expect(app->window, 30, 20, 1, 1, "a pixel");
    assert_int_equal(clear(NULL), 0);

    open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:video_size=50x40",
                    app->window);
    expect(app->window, 0, 0, 50, 40, "at first");
    test_app_move(app, 20, 30, 30, 30);
    expect(app->window, 0, 0, 50, 40, "smaller than what was asked for");
    assert_int_equal(told, 0);
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
        width = height = told = 0;
        assert_true(test_randr_monitor(screen, "m", 100, 100, 200, 150, 0));
        test_stage_open(&d, "monitor=m:on_resize=follow:pool_size=24:"
                        "pixel_format=%s", formats[f]);
        expect(root, 100, 100, 200, 150, "at first");
        for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
            const TestRect p = places[i];

            assert_true(test_randr_monitor(screen, "m", p.x, p.y, p.w, p.h, 0));
            expect(root, p.x, p.y, p.w & ~f, p.h & ~f, "changed");
            paint(root);
            expect(root, p.x, p.y, p.w & ~f, p.h & ~f, "painted");
        }
        check_held();
        test_randr_monitor_delete(screen, "m");
        assert_int_equal(clear(NULL), 0);
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
    width = height = told = 0;
    test_screen_warp(screen, 110, 105);
    assert_true(test_randr_monitor(screen, "m", 100, 100, 200, 150, 0));
    test_stage_open(&d, "monitor=m:on_resize=follow:grab_x=50:grab_y=40:"
                    "follow_mouse=centered");
    expect(root, 100, 100, 150, 110, "at first");
    assert_true(test_randr_monitor(screen, "m", 100, 100, 220, 170, 0));
    want = test_screen_read(screen, root, 100, 100, 170, 130, 0);
    do {
        image = next();
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
    open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow", app->window);
    test_app_move(app, 20, 30, 200, 150);
    expect(app->window, 0, 0, 200, 150, "resized before it is read");
    assert_int_equal(told, is_raw());
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
    open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:damage_metadata=1",
                    app->window);
    if (!is_raw())
        skip();
    expect(app->window, 0, 0, 120, 100, "at first");
    for (int i = 0; i < 2; i++) {
        test_app_move(app, 20, 30, i ? 120 : 400, i ? 100 : 300);
        av_usleep(100000);     /* frames are captured, and wait */
    }
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

/* The bound holds over the frames of all sizes. */
static void bound(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int ret;

    (void)state;
    open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:pool_size=4",
                    app->window);
    expect(app->window, 0, 0, 120, 100, "the first frame");
    for (int i = 0; i < 3; i++) {
        test_app_move(app, 20, 30, 130 + 10 * i, 90 + 2 * i);
        expect(app->window, 0, 0, 130 + 10 * i, 90 + 2 * i, "one more");
    }
    test_app_move(app, 20, 30, 300, 200);
    while ((ret = test_device_read(d, packet, 300)) >= 0) {
        assert_null(av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE,
                                            NULL));
        av_packet_unref(packet);
    }
    assert_int_equal(ret, AVERROR_EXIT);
    assert_int_equal(test_device_stat(d, "stat_slots"), 4);
    check_held();
    av_packet_free(&packet);
    release_held();
    expect(app->window, 0, 0, 300, 200, "all were released");
    assert_true(test_device_stat(d, "stat_slots") <= 4);
}

/* A consumer that keeps one frame of the old size keeps no more than that. */
static void one_kept(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int ret;

    (void)state;
    open_app(120, 100);
    test_stage_open(&d, "window_id=%u:on_resize=follow:pool_size=4",
                    app->window);
    for (int i = 0; i < 4; i++) {
        do {
            av_packet_free(&held[i].packet);
            paint(app->window);
            held[i].packet = test_shot_packet(d);
        } while (i && held[i].packet->data == held[i - 1].packet->data);
    }
    assert_int_equal(test_device_stat(d, "stat_slots"), 4);
    test_app_move(app, 20, 30, 300, 200);
    /* the last one again may wait */
    while ((ret = test_device_read(d, packet, 300)) >= 0)
        av_packet_unref(packet);
    assert_int_equal(ret, AVERROR_EXIT);
    av_packet_free(&packet);
    for (int i = 1; i < 4; i++)
        av_packet_free(&held[i].packet);
    width  = 120;
    height = 100;
    expect(app->window, 0, 0, 300, 200, "but one were released");
    assert_true(test_device_stat(d, "stat_slots") <= 4);
}

static int segments_of(pid_t pid)
{
    char path[64], line[1024];
    FILE *f;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f))
        n += !!strstr(line, "memfd:x11shmpool");
    fclose(f);
    return n;
}

/* A border that is dragged: neither the server nor this process keeps what is
 * no longer used. */
static void dragged(void **state)
{
    int mine, theirs;

    (void)state;
    open_app(200, 200);
    test_stage_open(&d, "window_id=%u:on_resize=follow:pool_size=4",
                    app->window);
    for (int i = 0; i < 300; i++) {
        TestImage *image;

        xcb_configure_window(app->s->conn, app->window,
                             XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                             (const uint32_t[]){ 200 + i % 97,
                                                 200 + i % 83 });
        xcb_flush(app->s->conn);
        image = next();
        test_image_free(&image);
        av_packet_free(&held[0].packet);
        av_freep(&held[0].copy);
    }
    printf("# figure: %d sizes in 300 frames\n", told);
    test_app_move(app, 20, 30, 334, 222);
    expect(app->window, 0, 0, 334, 222, "at the end");
    mine   = test_mapping_count("memfd:x11shmpool");
    theirs = segments_of(server->pid);
    assert_in_range(theirs, 1, 8);
    assert_in_range(mine, 1, 24);
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
            width = height = told = 0;
            test_stage_open(&d, "on_resize=follow:pixel_format=%s:"
                            "pool_size=24", formats[f]);
            for (int i = 0; i < 3; i++) {
                const int w = WIDTH + 60 * i, h = HEIGHT + 40 * i;

                if (!test_randr_screen(screen, w, h))
                    fail_msg("%s: no screen of %dx%d",
                             test_server_kind_name(kinds[k]), w, h);
                expect(root, 0, 0, w, h, "the screen");
                paint(root);
                expect(root, 0, 0, w, h, "painted");
            }
            assert_true(test_randr_screen(screen, WIDTH, HEIGHT));
            expect(root, 0, 0, WIDTH, HEIGHT, "as at first");
            check_held();
            assert_int_equal(clear(NULL), 0);
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
            open_app(120, 100);
            test_stage_open(&d, "window_id=%u:on_resize=follow:pool_size=24:"
                            "shm=%s", app->window, shm[k]);
            expect(app->window, 0, 0, 120, 100, shm[k]);
            for (size_t n = 0; n < sizeof(wide) / sizeof(*wide); n++) {
                const int w = wide[n][0], h = wide[n][1];

                test_app_move(app, 20, 30, w, h);
                expect(app->window, 0, 0, w, h, shm[k]);
                paint(app->window);
                expect(app->window, 0, 0, w, h, shm[k]);
                check_held();
            }
            assert_int_equal(clear(NULL), 0);
        }
    }
    assert_int_equal(test_stage_stop(NULL), 0);
    assert_int_equal(setup(NULL), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

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
        TEST(bound),
        TEST(one_kept),
        TEST(dragged),
        TEST(of_a_screen),
    };

    return cmocka_run_group_tests_name("new_sizes", tests, setup,
                                       test_stage_stop);
}
