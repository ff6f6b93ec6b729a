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
 * What damage_metadata=1 tells, while a painter draws without a pause: all that
 * differs from the frame read before lies within the rectangle, and if nothing
 * is said to have changed, nothing has.
 */

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/dict.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <libavutil/time.h>
#include <xcb/shm.h>
#include <xcb/xfixes.h>

#include "child.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  640
#define HEIGHT 480
#define FRAMES 200

typedef struct Told {
    int64_t frame;
    int changed, permille;
    TestRect box;
} Told;

static pid_t painter;
static uint8_t *before;

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

static int clear(void **state)
{
    test_child_end(&painter);
    av_freep(&before);
    return test_stage_clear(state);
}

static int64_t number(const AVDictionary *dict, const char *name)
{
    char key[64];
    const AVDictionaryEntry *e;

    snprintf(key, sizeof(key), "lavd.x11shmpool.%s", name);
    e = av_dict_get(dict, key, NULL, 0);
    if (!e)
        fail_msg("no metadata %s", key);
    return strtoll(e->value, NULL, 10);
}

static Told told(const AVPacket *packet)
{
    AVDictionary *dict = NULL;
    size_t size;
    const uint8_t *data =
        av_packet_get_side_data(packet, AV_PKT_DATA_STRINGS_METADATA, &size);
    Told t;

    assert_non_null(data);
    assert_int_equal(av_packet_unpack_dictionary(data, size, &dict), 0);
    t = (Told){
        .frame    = number(dict, "frame"),
        .changed  = number(dict, "changed"),
        .permille = number(dict, "permille"),
        .box      = { number(dict, "x"), number(dict, "y"), number(dict, "w"),
                      number(dict, "h") },
    };
    av_dict_free(&dict);
    return t;
}

/* Bytes of a pixel in the first plane, in which every pixel has one. */
static int pixel_bytes(void)
{
    return av_pix_fmt_desc_get(d->stream->codecpar->format)->comp[0].step;
}

/* The smallest rectangle that holds what differs; w is 0 where nothing does. */
static TestRect difference(const uint8_t *a, const uint8_t *b)
{
    const size_t bytes = pixel_bytes();
    int left = WIDTH, right = -1, top = HEIGHT, bottom = -1;

    for (int y = 0; y < HEIGHT; y++) {
        const uint8_t *p = a + y * WIDTH * bytes, *q = b + y * WIDTH * bytes;

        if (!memcmp(p, q, WIDTH * bytes))
            continue;
        top    = FFMIN(top, y);
        bottom = y;
        for (int x = 0; x < WIDTH; x++) {
            if (!memcmp(p + x * bytes, q + x * bytes, bytes))
                continue;
            left  = FFMIN(left, x);
            right = FFMAX(right, x);
        }
    }
    return (TestRect){ left, top, FFMAX(right - left + 1, 0),
                       FFMAX(bottom - top + 1, 0) };
}

static int holds(TestRect outer, TestRect inner)
{
    return !inner.w ||
           (inner.x >= outer.x && inner.x + inner.w <= outer.x + outer.w &&
            inner.y >= outer.y && inner.y + inner.h <= outer.y + outer.h);
}

static void read_frames(const char *display, const char *kind)
{
    unsigned pause = 50;       /* µs: a flood of events is a change of all */
    char options[128];
    int64_t last = -1, area = 0, dropped = 0, last_dropped = 0;
    int wrong = 0, run_over = 0;
    const int pointer = strstr(kind, "draw_mouse=1") != NULL;

    snprintf(options, sizeof(options), "framerate=200:damage=on:"
             "damage_metadata=1:%s", kind);
    painter = test_child_start(server->display, test_child_paint_along, &pause);
    d = test_shot_open("x11shmpool", display, options);
    before = av_calloc(WIDTH * HEIGHT, 4);
    for (int i = 0; i < FRAMES; i++) {
        AVPacket *packet = test_shot_packet(d);
        Told t = told(packet);
        TestRect is;

        assert_int_equal(packet->size, av_image_get_buffer_size(
            d->stream->codecpar->format, WIDTH, HEIGHT, 1));
        assert_true(t.frame > last);
        is = difference(before, packet->data);
        if (i && (!holds(t.box, is) || (!t.changed && is.w))) {
            if (!wrong++)
                printf("# %s: frame %d says changed=%d, %dx%d at %d,%d; %dx%d "
                       "at %d,%d have\n", kind, i, t.changed, t.box.w, t.box.h,
                       t.box.x, t.box.y, is.w, is.h, is.x, is.y);
        }
        area += t.permille;
        last = t.frame;
        memcpy(before, packet->data, packet->size);
        av_packet_free(&packet);
        if (pointer)
            test_screen_warp(screen, i * 37 % WIDTH, i * 23 % HEIGHT);
        /* Frames that are dropped count for the next one: without a reader the
         * queue runs over. */
        dropped  = test_device_stat(d, "stat_dropped");
        run_over = i % 30 == 29 || (run_over && dropped == last_dropped);
        last_dropped = dropped;
        if (run_over)
            av_usleep(250000);
    }
    assert_true(dropped > 0);
    printf("# figure: %s: %d of %d frames differ outside what they tell, %d "
           "permille are told on average\n", kind, wrong, FRAMES,
           (int)(area / FRAMES));
    if (wrong)
        fail_msg("%s: %d of %d frames differ from the ones before outside what "
                 "they tell", kind, wrong, FRAMES);
    assert_int_equal(clear(NULL), 0);
}

static void through_pixmaps(void **state)
{
    (void)state;
    read_frames(server->display, "shm=memfd:draw_mouse=0");
    read_frames(server->display, "shm=sysv:draw_mouse=0");
    read_frames(server->display, "shm=memfd:draw_mouse=1");
}

static void of_pictures(void **state)
{
    (void)state;
    read_frames(server->display, "pixel_format=yuv420p:draw_mouse=0");
    read_frames(server->display, "pixel_format=rgb24:draw_mouse=1");
}

static void through_the_socket(void **state)
{
    (void)state;
    read_frames(server->display, "shm=off:draw_mouse=0");
}

static void without_shared_pixmaps(void **state)
{
    static const char *const kinds[] = {
        "shm=memfd:draw_mouse=0", "shm=sysv:draw_mouse=0",
        "shm=memfd:draw_mouse=1",
    };

    (void)state;
    for (int i = 0; i < 3; i++) {
        proxy = test_proxy_start(server->display);
        assert_non_null(proxy);
        test_proxy_fail_request(proxy, test_proxy_opcode(proxy, "MIT-SHM"),
                                XCB_SHM_CREATE_PIXMAP, XCB_IMPLEMENTATION);
        read_frames(test_proxy_display(proxy), kinds[i]);
    }
}

/* A still screen, and one rectangle at a time: no more is told than changed. */
static void no_more_is_told_than_changed(void **state)
{
    char options[128];

    snprintf(options, sizeof(options), "framerate=100:damage=on:"
             "damage_metadata=1:draw_mouse=0:pixel_format=%s",
             (const char *)*state);
    d = test_shot_open("x11shmpool", server->display, options);
    for (int i = 0; i < 20; i++) {
        const TestRect r = { 13 * i, 7 * i, 20 + i, 10 + i };
        Told t = { .changed = 0 };

        for (int n = 0; !t.changed || t.box.w == WIDTH; n++) {
            AVPacket *packet = test_shot_packet(d);

            t = told(packet);
            av_packet_free(&packet);
            if (!t.changed)
                assert_int_equal(t.permille, 0);
            if (n == 1)
                test_screen_fill(screen, root, r.x, r.y, r.w, r.h,
                                 0x10203 * (i + 1));
            if (n > 200)
                fail_msg("%dx%d at %d,%d was painted, and is not told", r.w,
                         r.h, r.x, r.y);
        }
        if (memcmp(&t.box, &r, sizeof(r)))
            fail_msg("%dx%d at %d,%d changed, %dx%d at %d,%d is told", r.w,
                     r.h, r.x, r.y, t.box.w, t.box.h, t.box.x, t.box.y);
        assert_int_equal(t.permille, (r.w * r.h * 1000 + WIDTH * HEIGHT - 1) /
                                     (WIDTH * HEIGHT));
    }
}

/* Painted between the taking of damage and the reading of the pixels, while
 * there are too many events. */
static void among_many_events(void **state)
{
    xcb_window_t unmapped = xcb_generate_id(screen->conn);
    int64_t end = av_gettime_relative() + 10000000;
    AVPacket *packet;

    (void)state;
    xcb_create_window(screen->conn, 0, unmapped, root, 0, 0, 10, 10, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, 0, 0, NULL);
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    test_proxy_fail_request(proxy, test_proxy_opcode(proxy, "MIT-SHM"),
                            XCB_SHM_CREATE_PIXMAP, XCB_IMPLEMENTATION);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy), "framerate=100:"
                       "damage=on:damage_metadata=1:draw_mouse=0");
    test_shot_skip(d, 10);
    packet = test_shot_packet(d);
    before = av_memdup(packet->data, packet->size);
    av_packet_free(&packet);
    test_proxy_hold_at(proxy, test_proxy_opcode(proxy, "XFIXES"),
                       XCB_XFIXES_FETCH_REGION);
    test_screen_fill(screen, root, 20, 40, 20, 20, 0x112233);
    while (!test_proxy_holds(proxy) && av_gettime_relative() < end)
        av_usleep(1000);
    assert_true(test_proxy_holds(proxy));
    for (unsigned n = 0; n < 5000; n++)
        xcb_configure_window(screen->conn, unmapped, XCB_CONFIG_WINDOW_X,
                             (const uint32_t[]){ n & 1 });
    test_screen_fill(screen, root, 500, 40, 20, 20, 0x332211);
    test_proxy_hold(proxy, 0);
    for (int i = 0; i < 20; i++) {
        TestRect is;
        Told t;

        packet = test_shot_packet(d);
        t      = told(packet);
        is     = difference(before, packet->data);
        if (!holds(t.box, is))
            fail_msg("frame %d: %dx%d at %d,%d is told, %dx%d at %d,%d "
                     "differ", i, t.box.w, t.box.h, t.box.x, t.box.y, is.w,
                     is.h, is.x, is.y);
        memcpy(before, packet->data, packet->size);
        av_packet_free(&packet);
    }
    test_screen_destroy(screen, unmapped);
}

/* Reads that fail for want of memory, for the metadata alone: what they would
 * have told counts for the next one. */
static void after_failed_reads(void **state)
{
    AVPacket *packet = NULL, *failed = av_packet_alloc();
    TestRect is;
    Told t;

    (void)state;
    d = test_shot_open("x11shmpool", server->display, "framerate=100:damage=on:"
                       "damage_metadata=1:draw_mouse=0");
    for (int i = 0; i < 10; i++) {
        test_screen_fill(screen, root, 300, 30 * i, 20, 20, 0x112233 + i);
        test_shot_skip(d, 5);
    }
    packet = test_shot_packet(d);
    before = av_memdup(packet->data, packet->size);
    av_packet_free(&packet);
    test_screen_fill(screen, root, 20, 40, 20, 20, 0x332211);
    av_max_alloc(150);
    for (int i = 0; i < 20; i++)
        assert_int_equal(test_device_read(d, failed, 5000), AVERROR(ENOMEM));
    av_max_alloc(INT_MAX);
    av_packet_free(&failed);
    packet = test_shot_packet(d);
    t      = told(packet);
    is     = difference(before, packet->data);
    av_packet_free(&packet);
    assert_true(is.w > 0);
    if (!holds(t.box, is))
        fail_msg("%dx%d at %d,%d is told, %dx%d at %d,%d differ", t.box.w,
                 t.box.h, t.box.x, t.box.y, is.w, is.h, is.x, is.y);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)
#define TEST_IN(name, format) \
    { #name ", " #format, name, NULL, clear, (void *)#format }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(through_pixmaps),
        TEST(through_the_socket),
        TEST(without_shared_pixmaps),
        TEST(of_pictures),
        TEST_IN(no_more_is_told_than_changed, native),
        TEST_IN(no_more_is_told_than_changed, yuv420p),
        TEST_IN(no_more_is_told_than_changed, gray),
        TEST(among_many_events),
        TEST(after_failed_reads),
    };

    return cmocka_run_group_tests_name("metadata", tests, setup,
                                       test_stage_stop);
}
