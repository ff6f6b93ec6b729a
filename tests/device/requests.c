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
 * What passes between device and server, counted by a proxy; and what happens
 * if the server does not report what it draws.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/time.h>
#include <xcb/xfixes.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240

enum { QUERY_POINTER = 38, XFIXES_GET_CURSOR_IMAGE = 4,
       XFIXES_SELECT_CURSOR_INPUT = 3, SHM_CREATE_PIXMAP = 5 };

static int close_device(void **state)
{
    (void)state;
    test_device_close(&d);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){
            .width = WIDTH, .height = HEIGHT, .fbdir = 1 }) < 0)
        return -1;
    test_stage_cursor(16, 16, 4, 4, 3);
    return (proxy = test_proxy_start(server->display)) ? 0 : -1;
}

/* Fail unless no more than so many were counted. */
static void at_most(int64_t limit, int64_t n, const char *what)
{
    if (n <= limit)
        return;
    test_proxy_print(proxy);
    fail_msg("%lld %s, at most %lld are right", (long long)n, what,
             (long long)limit);
}

/* What it costs to look, now and then, whether damage tells the truth. */
#define LOOKS_PER_S       3    /* round trips */
#define TRIPS_PER_SLOT    3    /* a reader that is late takes one more */
#define LOOK_REQUESTS_PER_S 25

static void still_screen(void **state)
{
    (void)state;
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "draw_mouse=0:framerate=120");
    test_shot_skip(d, 30);
    test_proxy_reset(proxy);
    test_shot_skip(d, 240);
    at_most(2 * LOOK_REQUESTS_PER_S, test_proxy_requests(proxy),
            "requests for 240 still frames");
    at_most(2 * LOOKS_PER_S, test_proxy_round_trips(proxy),
            "round trips for 240 still frames");
    at_most(0, test_proxy_events(proxy), "events for 240 still frames");
    assert_true(test_device_stat(d, "stat_repeated") >= 240);
    test_device_close(&d);
}

static void still_screen_with_pointer(void **state)
{
    (void)state;
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "draw_mouse=1:framerate=120");
    test_shot_skip(d, 30);
    test_proxy_reset(proxy);
    test_shot_skip(d, 240);
    at_most(240 + 2 * LOOK_REQUESTS_PER_S, test_proxy_requests(proxy),
            "requests for 240 still frames with the pointer");
    at_most(240 + 2 * LOOKS_PER_S, test_proxy_round_trips(proxy),
            "round trips for 240 still frames with the pointer");
    at_most(0, test_proxy_count(proxy, test_proxy_opcode(proxy, "XFIXES"),
                                XFIXES_GET_CURSOR_IMAGE),
            "times that the same pointer's image was fetched");
    test_device_close(&d);
}

static void no_pointer_costs_nothing(void **state)
{
    int xfixes = test_proxy_opcode(proxy, "XFIXES");

    (void)state;
    test_proxy_reset(proxy);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "draw_mouse=0:framerate=120");
    for (int i = 0; i < 60; i++) {
        test_screen_fill(screen, root, i, i, 9, 9, i);
        test_screen_warp(screen, i, 2 * i);
        test_shot_skip(d, 1);
    }
    at_most(0, test_proxy_count(proxy, QUERY_POINTER, -1),
            "questions for the pointer's position with draw_mouse=0");
    at_most(0, test_proxy_count(proxy, xfixes, XFIXES_GET_CURSOR_IMAGE),
            "questions for the pointer's image with draw_mouse=0");
    at_most(0, test_proxy_count(proxy, xfixes, XFIXES_SELECT_CURSOR_INPUT),
            "requests to be told of the pointer's image with draw_mouse=0");
    test_device_close(&d);
}

static void one_round_trip(void **state)
{
    static const char *const options[] = {
        "draw_mouse=0", "draw_mouse=1", "draw_mouse=1:shm=sysv",
        "draw_mouse=1:damage=off", "draw_mouse=0:damage=off",
        "draw_mouse=1:grab_x=3:video_size=301x201",
    };

    (void)state;
    for (size_t k = 0; k < sizeof(options) / sizeof(*options); k++) {
        char all[128], what[200];
        int64_t captured, repeated, slots, made, trips;

        snprintf(all, sizeof(all), "framerate=100:%s", options[k]);
        d = test_shot_open("x11shmpool", test_proxy_display(proxy), all);
        test_shot_skip(d, 40);
        test_proxy_reset(proxy);
        slots    = test_device_stat(d, "stat_slots");
        captured = test_device_stat(d, "stat_captured");
        repeated = test_device_stat(d, "stat_repeated");
        for (int i = 0; i < 200; i++) {
            test_screen_fill(screen, root, i, i / 2, 30, 20, i * 99);
            if (k & 1)
                test_screen_warp(screen, 10 + i, 100);
            test_shot_skip(d, 1);
        }
        trips    = test_proxy_round_trips(proxy);
        captured = test_device_stat(d, "stat_captured") - captured;
        repeated = test_device_stat(d, "stat_repeated") - repeated;
        assert_true(captured >= 100);
        snprintf(what, sizeof(what), "round trips for %d frames, %d of them "
                 "repeated, %s", (int)(captured + repeated), (int)repeated,
                 all);
        /* where nothing has changed, the pointer is asked for all the same */
        made  = captured + (strstr(all, "draw_mouse=1") ? repeated : 0);
        slots = test_device_stat(d, "stat_slots") - slots;
        at_most(made + 3 * LOOKS_PER_S + TRIPS_PER_SLOT * slots, trips, what);
        if (!strstr(all, "damage=off"))
            assert_true(test_proxy_count(proxy,
                            test_proxy_opcode(proxy, "XFIXES"),
                            XCB_XFIXES_SET_GC_CLIP_REGION) >= captured - 5);
        test_device_close(&d);
    }
}

/* The server draws, and says nothing. */
static void hidden_damage(void **state)
{
    int event = test_proxy_first_event(proxy, "DAMAGE");

    (void)state;
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "framerate=50");
    test_shot_skip(d, 10);
    test_proxy_hide_event(proxy, event);
    /* what is on its way already may still be told */
    test_screen_fill(screen, root, 0, 0, 1, 1, 77);
    test_shot_skip(d, 30);
    test_log_start();
    for (int i = 0; i < 3; i++) {
        test_screen_noise(screen, root, 60 + i, 50, 90, 60, 100 + i);
        test_shot_comes_true(d, screen, root, 0, 0, 1, 5000,
                             "a change that the server didn't tell of");
    }
    assert_true(test_log_count("", AV_LOG_WARNING) >= 1);
    test_proxy_hide_event(proxy, 0);
    test_device_close(&d);
}

/* Drawn past the server: into its framebuffer's memory, as some GL paths do. */
static void drawn_past_the_server(void **state)
{
    char path[128];
    struct stat st;
    uint32_t header, colours, stride;
    uint8_t *file;
    int fd;

    (void)state;
    snprintf(path, sizeof(path), "%s/Xvfb_screen0", server->dir);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    file = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(file, MAP_FAILED);
    header  = AV_RB32(file);
    stride  = AV_RB32(file + 12 * 4);
    colours = AV_RB32(file + 19 * 4);
    assert_true(header + colours * 12 + stride * HEIGHT <= st.st_size);

    d = test_shot_open("x11shmpool", server->display, "framerate=50");
    test_shot_true(d, screen, root, 0, 0, 1, "the screen at first");
    for (int round = 0; round < 3; round++) {
        uint8_t *pixels = file + header + colours * 12;

        for (int y = 30; y < 90; y++)
            memset(pixels + y * stride + 100 * 4, 40 * round + y, 80 * 4);
        test_shot_comes_true(d, screen, root, 0, 0, 1, 5000,
                             "what was drawn past the server");
    }
    munmap(file, st.st_size);
    close(fd);
    test_device_close(&d);
}

/* The server can't, or won't, do what is best: the picture is the same. */
static void servers_without_extensions(void **state)
{
    static const char *const hidden[] = {
        "DAMAGE", "XFIXES", "Composite", "RANDR", "SHAPE", "MIT-SHM",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
        TestProxy *lesser = test_proxy_start(server->display);

        test_proxy_hide_extension(lesser, hidden[i]);
        if (i == 5)
            test_proxy_hide_extension(lesser, "DAMAGE");
        d = test_shot_open("x11shmpool", test_proxy_display(lesser),
                           "framerate=100");
        for (int k = 0; k < 5; k++) {
            test_screen_noise(screen, root, 40 * k, 20 * k, 100, 70, k);
            test_shot_true(d, screen, root, 0, 0, i != 1, hidden[i]);
        }
        test_device_close(&d);
        test_proxy_stop(&lesser);
    }
}

static void no_shared_pixmaps(void **state)
{
    static const char *const options[] = {
        "framerate=100", "framerate=100:grab_x=7:video_size=201x101",
    };

    (void)state;
    for (int i = 0; i < 2; i++) {
        TestProxy *lesser = test_proxy_start(server->display);

        test_proxy_fail_request(lesser, test_proxy_opcode(lesser, "MIT-SHM"),
                                SHM_CREATE_PIXMAP, 17);
        d = test_shot_open("x11shmpool", test_proxy_display(lesser),
                           options[i]);
        for (int k = 0; k < 8; k++) {
            test_screen_noise(screen, root, 30 * k, 20 * k, 20 + k, 10, k);
            test_screen_fill(screen, root, 200 - 20 * k, 9 * k, 31, 7, k * 777);
            test_shot_true(d, screen, root, i ? 7 : 0, 0, 1,
                           "without shared pixmaps");
        }
        test_device_close(&d);
        test_proxy_stop(&lesser);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, close_device)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(still_screen),
        TEST(still_screen_with_pointer),
        TEST(no_pointer_costs_nothing),
        TEST(one_round_trip),
        TEST(hidden_damage),
        TEST(drawn_past_the_server),
        TEST(servers_without_extensions),
        TEST(no_shared_pixmaps),
    };

    return cmocka_run_group_tests_name("requests", tests, setup,
                                       test_stage_stop);
}
