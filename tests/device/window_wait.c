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
 * on_close=wait: black until there is a window of the title or class, and again
 * whenever it was closed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/log.h>

#include "child.h"
#include "shot.h"
#include "window.h"

#define WAIT "window_title=app:on_close=wait"

static pid_t child;

static int clear(void **state)
{
    test_child_end(&child);
    return test_window_clear(state);
}

/* The first frame of a new size tells the decoder. */
static void decode_frames(int n)
{
    for (int i = 0; i < n; i++) {
        AVPacket *packet = test_shot_packet(d);
        AVFrame *frame   = av_frame_alloc();

        assert_int_equal(test_device_decode(d, packet, frame), 0);
        av_frame_free(&frame);
        av_packet_free(&packet);
    }
}

/* Read until a line was told so many times, and what it told of is seen. */
static void wait_line(const char *line, int times)
{
    for (int i = 0; i < 4000; i++) {
        if (test_log_count(line, AV_LOG_INFO) >= times) {
            decode_frames(10);
            return;
        }
        decode_frames(1);
    }
    test_log_print();
    fail_msg("'%s' was not told %d times", line, times);
}

static void wait_window(int i)
{
    char line[32];

    snprintf(line, sizeof(line), "Window 0x%x, 'app", apps[i]->window);
    wait_line(line, 1);
}

static void wait_closed(xcb_window_t window)
{
    char line[64];

    snprintf(line, sizeof(line), "Window 0x%x was closed.", window);
    wait_line(line, 1);
}

static void expect_black(const char *what)
{
    TestImage *got = test_shot_after(d, TEST_LATE);
    const int n    = got->width * got->height;

    if (test_image_count(got, 0, 0, 0) != n)
        fail_msg("%s: %d of %d pixels are black", what,
                 test_image_count(got, 0, 0, 0), n);
    test_image_free(&got);
}

static void close_app(int i)
{
    xcb_window_t window = apps[i]->window;

    test_app_close(&apps[i]);
    wait_closed(window);
    expect_black("it was closed");
}

static void no_errors(void)
{
    if (test_log_count("", AV_LOG_WARNING)) {
        test_log_print();
        fail_msg("there are warnings");
    }
}

static void again_and_again(void **state)
{
    static const TestRect at[] = {
        { 100, 100, 201, 151 }, { 50, 60, 400, 300 }, { 300, 200, 31, 17 },
        { 100, 100, 201, 151 },
    };

    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        test_log_start();
        test_stage_open_by(&d, k, WAIT":video_size=240x180");
        test_stage_size(240, 180);
        expect_black("nothing there");
        test_window_open(1, &(TestAppOptions){
            .title = "another", .x = 0, .y = 0, .w = 300, .h = 200,
            .seed = 77 });
        test_shot_skip(d, 150);
        expect_black("another is there");
        for (int i = 0; i < (k ? 2 : 4); i++) {
            test_window_open(0, &(TestAppOptions){
                .title = "app", .x = at[i].x, .y = at[i].y, .w = at[i].w,
                .h = at[i].h, .seed = 10 * k + i });
            test_log_start();
            wait_window(0);
            test_window_painted(apps[0], "a window");
            test_app_move(apps[0], 120, 90, at[i].w + 20, at[i].h + 10);
            test_window_painted(apps[0], "resized");
            close_app(0);
        }
        no_errors();
    }
}

static void default_size(void **state)
{
    TestImage *image;

    (void)state;
    test_log_start();
    test_stage_open(&d, WAIT);
    test_stage_size(TEST_WIDTH, TEST_HEIGHT);
    expect_black("as large as the screen");
    test_window_at(0, 100, 100, 201, 151);
    wait_window(0);
    test_window_painted(apps[0], "the window");
    no_errors();

    /* one that is there says how large */
    test_stage_open(&d, WAIT":grab_x=11:grab_y=20");
    test_stage_size(190, 131);
    test_window_seen_part(apps[0], 11, 20, NULL, 0, "a part of a window");
    close_app(0);
    test_log_start();
    test_window_at(0, 10, 10, 300, 200);
    wait_window(0);
    test_window_seen_part(apps[0], 11, 20, NULL, 0, "the same part");
    close_app(0);
    test_window_at(0, 10, 10, 10, 200);
    wait_window(0);
    expect_black("a window that is too small for it");
    image = test_shot(d);
    assert_int_equal(image->width, 190);
    test_image_free(&image);
    no_errors();
}

/* With on_resize=follow each window has its own size, and black the last one. */
static void sizes_are_followed(void **state)
{
    (void)state;
    test_log_start();
    test_stage_open(&d, WAIT":video_size=220x160:on_resize=follow");
    test_window_at(0, 100, 100, 201, 151);
    wait_window(0);
    test_window_painted(apps[0], "video_size stays");
    close_app(0);

    test_stage_open(&d, WAIT":on_resize=follow");
    for (int i = 0; i < 3; i++) {
        TestImage *got;

        test_window_at(0, 100, 100, 201 + 31 * i, 151 + 17 * i);
        test_log_start();
        wait_window(0);
        got = test_shot_after(d, TEST_LATE);
        assert_int_equal(got->width,  201 + 31 * i);
        assert_int_equal(got->height, 151 + 17 * i);
        test_image_free(&got);
        test_window_painted(apps[0], "in its own size");
        close_app(0);
        got = test_shot_after(d, TEST_LATE);
        assert_int_equal(got->width, 201 + 31 * i);
        test_image_free(&got);
    }
    no_errors();
}

/* Title, shown or hidden */
static void what_is_waited_for(void **state)
{
    (void)state;
    test_log_start();
    test_window_open(0, &(TestAppOptions){
        .title = "something", .x = 100, .y = 100, .w = 201, .h = 151,
        .seed = 1 });
    test_stage_open(&d, WAIT":video_size=220x160");
    test_shot_skip(d, 150);
    expect_black("another title");
    test_app_title(apps[0], "app with a title");
    wait_window(0);
    test_window_painted(apps[0], "it was given the title");
    test_app_title(apps[0], "something else");
    test_window_painted(apps[0], "another title again");
    close_app(0);

    test_window_open(0, &(TestAppOptions){
        .title = "app hidden", .x = 100, .y = 100, .w = 201, .h = 151,
        .seed = 2, .hidden = 1 });
    test_log_start();
    test_shot_skip(d, 150);
    expect_black("a hidden window");
    test_app_show(apps[0], 1);
    wait_window(0);
    test_window_painted(apps[0], "shown");
    no_errors();

    test_shot_refused(server->display, "on_close=wait",
                      (const char *const[]){ "window_title", "window_class",
                                             NULL });
    test_shot_refused(server->display, "on_close=never",
                      (const char *const[]){ "on_close", "never", "eof, wait",
                                             NULL });
}

static void menus(void **state)
{
    const TestRect at = { 150, 120, 60, 50 };

    (void)state;
    test_log_start();
    test_stage_open(&d, WAIT":video_size=220x160");
    for (int i = 0; i < 4; i++) {
        TestImage *image;
        xcb_window_t menu;

        test_window_at(0, 100, 100, 201, 151);
        test_log_start();
        wait_window(0);
        menu  = test_app_menu(apps[0], i & 1 ? apps[0]->window : 0, at.x, at.y,
                              at.w, at.h, 50 + i);
        image = test_screen_read(screen, menu, 0, 0, at.w, at.h, 0);
        test_window_under(apps[0], 1, &at, &image, "a menu");
        test_image_free(&image);
        if (i < 2)
            test_screen_destroy(apps[0]->s, menu);
        close_app(0);
    }
    no_errors();
}

static void pointer(void **state)
{
    (void)state;
    test_log_start();
    test_stage_open(&d, WAIT":video_size=201x151:draw_mouse=1");
    for (int i = 0; i < 2; i++) {
        test_screen_warp(screen, 180, 150);
        expect_black("a pointer over nothing");
        test_window_at(0, 100, 100, 201, 151);
        test_log_start();
        wait_window(0);
        test_shot_comes_true(d, screen, root, 100, 100, 1, 5000,
                             "with the pointer");
        close_app(0);
    }
    test_screen_warp(screen, TEST_WIDTH - 1, TEST_HEIGHT - 1);
}

/* A window of another depth than what the stream began with */
static void depths(void **state)
{
    const char *const first[] = { "", "a window of the screen's depth",
                                  "a window with alpha" };

    (void)state;
    if (!test_screen_visual(screen, 32))
        skip();
    for (int k = 0; k < 3; k++) {
        test_log_start();
        if (k)
            test_window_open(0, &(TestAppOptions){
                .title = "app", .x = 100, .y = 100, .w = 201, .h = 151,
                .depth = k == 2 ? 32 : 0, .seed = 3 });
        test_stage_open(&d, WAIT":video_size=220x160");
        for (int i = 0; i < 4; i++) {
            TestImage *got;
            uint16_t *p;
            const int depth = i & 1 ? 0 : 32;

            if (apps[0])
                close_app(0);
            test_window_open(0, &(TestAppOptions){
                .title = "app", .x = 100, .y = 100, .w = 101, .h = 51,
                .depth = depth, .color = depth ? 0xff123456 :
                test_screen_color(screen, 0x12, 0x34, 0x56) });
            test_log_start();
            wait_window(0);
            got = test_shot_after(d, TEST_LATE);
            if (test_image_count(got, 0x12, 0x34, 0x56) != 101 * 51)
                fail_msg("%s first, then depth %d: %d pixels of 0x123456",
                         first[k], depth,
                         test_image_count(got, 0x12, 0x34, 0x56));
            p = got->pixel[50 * got->width + 100];
            if (p[0] != 0x12 || p[1] != 0x34 || p[2] != 0x56 ||
                (got->bits[3] && p[3] != 0xff))
                fail_msg("%s first, then depth %d: %x,%x,%x,%x", first[k],
                         depth, p[0], p[1], p[2], p[3]);
            test_image_free(&got);
        }
        test_app_close(&apps[0]);
        no_errors();
    }
}

/* Windows that come and go, and there is always another: the topmost is gone at
 * any time while it is being opened, or when it has been, since each lives for
 * more round trips than the last; then it begins anew. */
static void short_lives(TestScreen *s, void *opaque)
{
    TestApp app = { .s = s };
    xcb_window_t last = 0;

    (void)opaque;
    for (;;) {
        for (int trips = 0; trips < 4096; trips += 1 + trips / 4) {
            xcb_window_t window = test_app_window(&app, &(TestAppOptions){
                .title = "app", .x = 50, .y = 50, .w = 100, .h = 80,
                .color = 1 });

            if (last)
                xcb_destroy_window(s->conn, last);
            for (int i = 0; i < trips; i++)
                test_screen_sync(s);
            xcb_flush(s->conn);
            last = window;
        }
    }
}

static void windows_that_die(void **state)
{
    (void)state;
    test_log_start();
    test_stage_open(&d, WAIT":video_size=220x160");
    child = test_child_start(server->display, short_lives, NULL);
    wait_line("was closed", 3);
    test_child_end(&child);
    test_window_at(0, 100, 100, 201, 151);
    test_log_start();
    wait_window(0);
    test_window_painted(apps[0], "one that stays");
    if (test_log_count("", AV_LOG_ERROR)) {
        test_log_print();
        fail_msg("there are errors");
    }
}

static int count_maps(pid_t pid)
{
    char path[32], line[512];
    int n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    if (!(f = fopen(path, "r")))
        return -1;
    while (fgets(line, sizeof(line), f))
        n += !!strstr(line, "x11shmpool");
    fclose(f);
    return n;
}

/* Nothing is left of the windows before, neither here nor in the server. */
static void nothing_is_left(void **state)
{
    int descriptors = 0, maps = 0;

    (void)state;
    test_log_start();
    test_stage_open(&d, WAIT":video_size=220x160");
    for (int i = 0; i < 6; i++) {
        test_window_at(0, 100, 100, 201, 151);
        test_log_start();
        wait_window(0);
        test_window_painted(apps[0], "one of many");
        close_app(0);
        if (i == 2) {
            descriptors = test_count_descriptors();
            maps        = count_maps(server->pid);
        }
    }
    /* A frame's memory has one, and there may be a few frames more. */
    if (test_count_descriptors() > descriptors + 4)
        fail_msg("%d descriptors, and %d before", test_count_descriptors(),
                 descriptors);
    if (maps <= 0 || count_maps(server->pid) > maps)
        fail_msg("the server has %d mappings, and %d before",
                 count_maps(server->pid), maps);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(default_size),
            TEST(sizes_are_followed),
            TEST(what_is_waited_for),
            TEST(menus),
            TEST(pointer),
            TEST(depths),
            TEST(windows_that_die),
            TEST(nothing_is_left),
        },
        .in_ways = {
            TEST(again_and_again),
        },
        .composited = {
            TEST(menus),
        },
    };

    return test_window_run(&groups);
}
