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
 * Monitors as xrandr --setmonitor makes them: by the names that people have for
 * them, and what becomes of a recording when they change.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libavdevice/avdevice.h>

#include "monitor.h"
#include "randr.h"
#include "shot.h"

#define WIDTH  800
#define HEIGHT 600

static int start_xvfb(void **state)
{
    (void)state;
    return test_monitor_start(TEST_SERVER_XVFB, WIDTH, HEIGHT, 0);
}

static int start_16(void **state)
{
    (void)state;
    return test_monitor_start(TEST_SERVER_XVFB, WIDTH, HEIGHT, 16);
}

static int start_8(void **state)
{
    (void)state;
    return test_monitor_start(TEST_SERVER_XVFB, WIDTH, HEIGHT, 8);
}

typedef struct Layout {
    const char *what;
    TestMonitor monitors[4];
} Layout;

static const Layout layouts[] = {
    { "one", {
        { "Left", { 100, 50, 301, 203 }, 0 },
    } },
    { "two, one above the other, with a gap", {
        { "DP-1",   { 0, 0, 400, 200 }, 0 },
        { "HDMI-1", { 60, 250, 640, 300 }, 1 },
    } },
    { "three that overlap", {
        { "a", { 0, 0, 500, 400 }, 0 },
        { "b", { 200, 100, 500, 400 }, 0 },
        { "A", { 250, 150, 100, 90 }, 1 },
    } },
    { "four, with what needs escaping, and one off the screen's edges", {
        { "Top & left",  { -30, -20, 200, 150 }, 0 },
        { "eDP=1?x",     { 300, 10, 99, 77 }, 0 },
        { "50%",         { 700, 500, 300, 300 }, 0 },
        { "Ö:1",         { 10, 300, 333, 222 }, 1 },
    } },
};

static void set_layout(const Layout *l, int on)
{
    for (int i = 0; i < 4 && l->monitors[i].name[0]; i++) {
        const TestMonitor *m = &l->monitors[i];

        if (!on)
            test_randr_monitor_delete(screen, m->name);
        else if (!test_randr_monitor(screen, m->name, m->at.x, m->at.y,
                                     m->at.w, m->at.h, m->primary))
            fail_msg("the server takes no monitor %s at %d,%d", m->name,
                     m->at.x, m->at.y);
    }
}

static int delete_monitors(void **state)
{
    TestMonitor m[TEST_MAX_MONITORS];
    int n = screen ? test_randr_monitors(screen, m, TEST_MAX_MONITORS) : 0;

    test_monitor_clear(state);
    for (int i = 0; i < n; i++)
        if (strcmp(m[i].name, "screen"))
            test_randr_monitor_delete(screen, m[i].name);
    return 0;
}

static void each_by_name(void **state)
{
    (void)state;
    test_monitor_need_server();
    avdevice_register_all();
    for (size_t l = 0; l < sizeof(layouts) / sizeof(*layouts); l++) {
        TestMonitor m[TEST_MAX_MONITORS];
        int n;

        set_layout(&layouts[l], 1);
        n = test_randr_monitors(screen, m, TEST_MAX_MONITORS);
        assert_true(n >= 1 && n <= TEST_MAX_MONITORS);
        for (int i = 0; i < n; i++) {
            AVDictionary *options = NULL;
            AVFormatContext *ctx = NULL;
            char what[512];

            /* as a program passes it: nothing to be escaped */
            snprintf(what, sizeof(what), "%s: %s", layouts[l].what, m[i].name);
            av_dict_set(&options, "monitor", m[i].name, 0);
            if (avformat_open_input(&ctx, server->display,
                                    av_find_input_format("x11shmpool"),
                                    &options) < 0) {
                test_log_print();
                fail_msg("%s can't be opened", what);
            }
            assert_int_equal(av_dict_count(options), 0);
            assert_int_equal(ctx->streams[0]->codecpar->width, m[i].at.w);
            assert_int_equal(ctx->streams[0]->codecpar->height, m[i].at.h);
            avformat_close_input(&ctx);

            test_stage_open_by(&d, i & 1, "monitor=%d", i);
            test_stage_size(m[i].at.w, m[i].at.h);
            test_monitor_seen(m[i].at, what);
            test_monitor_paint();
            test_monitor_seen(m[i].at, what);
            test_device_close(&d);
            if (m[i].primary) {
                test_stage_open(&d, "monitor=primary");
                test_monitor_seen(m[i].at, what);
                test_device_close(&d);
            }
        }
        set_layout(&layouts[l], 0);
    }
}

static void case_matters_last(void **state)
{
    (void)state;
    test_monitor_need_server();
    set_layout(&layouts[2], 1);
    test_stage_open(&d, "monitor=a");
    test_monitor_seen(test_monitor_find("a"), "a");
    test_stage_open(&d, "monitor=A");
    test_monitor_seen(test_monitor_find("A"), "A");
    test_stage_open(&d, "monitor=B");
    test_monitor_seen(test_monitor_find("b"), "B for b");
    test_device_close(&d);
    set_layout(&layouts[2], 0);

    /* a name that is a number, or a word that means something */
    assert_true(test_randr_monitor(screen, "1", 10, 20, 100, 110, 0));
    assert_true(test_randr_monitor(screen, "2", 110, 120, 130, 140, 0));
    test_stage_open(&d, "monitor=1");
    test_monitor_seen(test_monitor_find("1"), "the monitor whose name is 1");
    test_device_close(&d);
    assert_true(test_randr_monitor(screen, "primary", 50, 60, 70, 80, 0));
    test_stage_open(&d, "monitor=primary");
    test_monitor_seen(test_monitor_find("primary"),
                      "the monitor whose name is primary");
}

/* Nobody is the primary one: the first stands in. */
static void no_primary(void **state)
{
    TestMonitor m[TEST_MAX_MONITORS];

    (void)state;
    test_monitor_need_server();
    set_layout(&layouts[0], 1);
    assert_int_not_equal(test_randr_monitors(screen, m, TEST_MAX_MONITORS), 0);
    test_stage_open(&d, "monitor=primary");
    test_monitor_seen(m[0].at, "the first, where none is primary");
}

static void region_of_monitor(void **state)
{
    TestRect m, part;

    (void)state;
    test_monitor_need_server();
    set_layout(&layouts[1], 1);
    m    = test_monitor_find("HDMI-1");
    part = (TestRect){ m.x + 30, m.y + 40, 101, 77 };
    test_stage_open(&d, "monitor=HDMI-1:grab_x=30:grab_y=40:video_size=101x77");
    test_stage_size(101, 77);
    test_monitor_seen(part, "a part of a monitor");
    test_device_close(&d);

    /* to the monitor's edges, and no further */
    part = (TestRect){ m.x + 600, m.y + 280, 40, 20 };
    test_stage_open(&d, "monitor=HDMI-1:grab_x=600:grab_y=280");
    test_stage_size(40, 20);
    test_monitor_seen(part, "the rest of a monitor");
    test_device_close(&d);
    test_log_start();
    test_stage_open(&d, "monitor=HDMI-1:grab_x=600:grab_y=280:"
                    "video_size=100x50");
    assert_int_equal(test_log_count("", AV_LOG_WARNING), 1);
    test_stage_size(100, 50);
    test_monitor_seen(part, "a part that is partly outside the monitor");
    test_device_close(&d);
    test_shot_refused(server->display, "monitor=HDMI-1:grab_x=640",
                      (const char *const[]){ "640x300", NULL });
}

static void urls(void **state)
{
    static const struct {
        const char *query;
        int monitor;
        TestRect part;         /* relative to it; w 0 for all */
    } cases[] = {
        { "?monitor=Top%20%26%20left",          0, { 0, 0, 0, 0 } },
        { "?monitor=eDP%3D1%3Fx",               1, { 0, 0, 0, 0 } },
        { "?monitor=50%25",                     2, { 0, 0, 0, 0 } },
        { "?monitor=%C3%96%3A1",                3, { 0, 0, 0, 0 } },
        { "+7,9?monitor=primary",               3, { 7, 9, 326, 213 } },
    };

    (void)state;
    test_monitor_need_server();
    set_layout(&layouts[3], 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        TestRect want = test_monitor_find(
                 layouts[3].monitors[cases[i].monitor].name);
        char url[128];

        if (cases[i].part.w)
            want = (TestRect){ want.x + cases[i].part.x,
                               want.y + cases[i].part.y,
                               cases[i].part.w, cases[i].part.h };
        snprintf(url, sizeof(url), "%s.0%s", server->display, cases[i].query);
        d = test_shot_open("x11shmpool", url, "framerate=200:draw_mouse=0");
        test_stage_size(want.w, want.h);
        test_monitor_seen(want, url);
        test_device_close(&d);
    }
}

static void absent_monitors_are_refused(void **state)
{
    static const char *const all[] = {
        "DP-1", "400x200", "HDMI-1", "640x300", "60,250", NULL
    };
    char url[128];

    (void)state;
    test_monitor_need_server();
    set_layout(&layouts[1], 1);
    test_shot_refused(server->display, "monitor=VGA-1", all);
    test_shot_refused(server->display, "monitor=17", all);
    test_shot_refused(server->display, "monitor=-1", all);
    snprintf(url, sizeof(url), "%s?monitor=nowhere", server->display);
    test_shot_refused(url, NULL, all);
    test_shot_refused(server->display, "monitor=DP-1:window_id=0x123",
                      (const char *const[]){ "monitor", "window", NULL });
    test_shot_refused(server->display, "monitor=DP-1:window_title=x",
                      (const char *const[]){ "monitor", "window", NULL });
    snprintf(url, sizeof(url), "%s?monitor=DP-1", server->display);
    test_shot_refused(url, "monitor=HDMI-1",
                      (const char *const[]){ "URL's monitor", "and monitor",
                                             NULL });
    test_shot_refused(url, "window_class=x",
                      (const char *const[]){ "monitor", "window", NULL });
    snprintf(url, sizeof(url), "%s?monitor=DP-1&window=0x123",
             server->display);
    test_shot_refused(url, NULL,
                      (const char *const[]){ "monitor", "window", NULL });
    snprintf(url, sizeof(url), "%s?monitor=%%zz", server->display);
    test_shot_refused(url, NULL, (const char *const[]){ "%zz", NULL });
}

/* RandR's monitors come and go by a ConfigureNotify of the root, or not even
 * that. */
static void monitors_without_an_output_change(void **state)
{
    (void)state;
    test_monitor_need_server();
    for (int k = 0; k < 2; k++) {
        TestRect m;

        assert_true(test_randr_monitor(screen, "moving", 100, 100, 200, 150,
                                       0));
        test_stage_open_by(&d, k, "monitor=moving");
        test_monitor_seen(test_monitor_find("moving"), "at first");
        for (int i = 0; i < 6; i++) {
            m = (TestRect){ 90 * i, 60 * i, 150 + 20 * i, 200 - 20 * i };
            if (i % 3 == 2) {
                test_randr_monitor_delete(screen, "moving");
                test_monitor_paint();
                test_monitor_seen((TestRect){ 0 }, "gone");
            }
            assert_true(test_randr_monitor(screen, "moving", m.x, m.y,
                                           m.w, m.h, i & 1));
            test_monitor_seen(m, "moved");
            test_monitor_paint();
            test_monitor_seen(m, "painted");
        }
        assert_true(test_randr_monitor(screen, "other", 0, 0, 50, 50, 0));
        test_monitor_seen(m, "another was added");
        test_randr_monitor_delete(screen, "other");
        test_monitor_seen(m, "another was removed");
        test_device_close(&d);
        test_randr_monitor_delete(screen, "moving");
    }
}

/* One that has gone is not another that its name could stand for. */
static void gone_for_good(void **state)
{
    static const char *const names[] = { "2", "Left" };

    (void)state;
    test_monitor_need_server();
    for (int i = 0; i < 2; i++) {
        assert_true(test_randr_monitor(screen, "left", 0, 0, 400, 600, 0));
        assert_true(test_randr_monitor(screen, "right", 400, 0, 300, 200, 0));
        assert_true(test_randr_monitor(screen, names[i], 400, 300, 300, 200,
                                       0));
        test_stage_open(&d, "monitor=%s", names[i]);
        test_monitor_seen(test_monitor_find(names[i]), "there");
        test_randr_monitor_delete(screen, names[i]);
        test_monitor_seen((TestRect){ 0 }, "gone");
        test_device_close(&d);
    }
}

static void eof_on_resize(void **state)
{
    (void)state;
    test_monitor_need_server();
    assert_true(test_randr_monitor(screen, "m", 100, 100, 200, 150, 0));
    test_stage_open(&d, "monitor=m:on_resize=eof");
    test_monitor_seen((TestRect){ 100, 100, 200, 150 }, "at first");
    assert_true(test_randr_monitor(screen, "m", 120, 90, 200, 150, 0));
    test_monitor_seen((TestRect){ 120, 90, 200, 150 }, "a move is no resize");
    assert_true(test_randr_monitor(screen, "m", 120, 90, 150, 200, 0));
    test_shot_ends(d, 2000);
}

/* The server's only CRTC covers the whole screen: made monitors take nothing
 * away from a capture of it. */
static void whole_screen_of_monitors_without_an_output(void **state)
{
    const TestRect all = { 0, 0, WIDTH, HEIGHT };

    (void)state;
    test_monitor_need_server();
    test_stage_open(&d, "damage=on");
    for (size_t l = 0; l < sizeof(layouts) / sizeof(*layouts); l++) {
        set_layout(&layouts[l], 1);
        test_monitor_seen(all, layouts[l].what);
        test_monitor_paint();
        test_monitor_seen(all, layouts[l].what);
        set_layout(&layouts[l], 0);
        test_monitor_seen(all, "without");
    }
}

static void follow_mouse_within(void **state)
{
    static const int at[][2] = { { 300, 300 }, { 10, 10 }, { 790, 590 },
                                 { 70, 420 }, { 699, 260 } };
    TestRect m;

    (void)state;
    test_monitor_need_server();
    set_layout(&layouts[1], 1);
    m = test_monitor_find("HDMI-1");
    test_stage_open(&d, "monitor=HDMI-1:video_size=100x80:"
                    "follow_mouse=centered");
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        int x = at[i][0] - 50, y = at[i][1] - 40;

        x = x > m.x + m.w - 100 ? m.x + m.w - 100 : x < m.x ? m.x : x;
        y = y > m.y + m.h -  80 ? m.y + m.h -  80 : y < m.y ? m.y : y;
        test_screen_warp(screen, at[i][0], at[i][1]);
        test_monitor_seen((TestRect){ x, y, 100, 80 }, "following the pointer");
    }
}

static void show_region(void **state)
{
    TestRect at[] = { { 100, 100, 200, 150 }, { 150, 90, 200, 150 },
                      { 40, 300, 200, 150 } };

    (void)state;
    test_monitor_need_server();
    assert_true(test_randr_monitor(screen, "m", at[0].x, at[0].y, at[0].w,
                                   at[0].h, 0));
    test_stage_open(&d, "monitor=m:show_region=1:region_border=5");
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        assert_true(test_randr_monitor(screen, "m", at[i].x, at[i].y, at[i].w,
                                       at[i].h, 0));
        test_monitor_seen(at[i], "with a border");
        test_stage_border(at[i], 5, "around a monitor");
    }
}

static void without_randr(void **state)
{
    const TestRect all = { 0, 0, WIDTH, HEIGHT };

    (void)state;
    test_monitor_need_server();
    set_layout(&layouts[1], 1);
    proxy = test_proxy_start(server->display);
    test_proxy_hide_extension(proxy, "RANDR");
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "monitor=primary:framerate=200:draw_mouse=0");
    test_monitor_seen(all, "primary without RandR");
    test_device_close(&d);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "monitor=0:framerate=200:draw_mouse=0");
    test_monitor_seen(all, "0 without RandR");
    test_device_close(&d);
    test_shot_refused(test_proxy_display(proxy), "monitor=DP-1",
                      (const char *const[]){ "DP-1", "800x600", NULL });
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, delete_monitors)
    const struct CMUnitTest on_xvfb[] = {
        TEST(each_by_name),
        TEST(case_matters_last),
        TEST(no_primary),
        TEST(region_of_monitor),
        TEST(urls),
        TEST(absent_monitors_are_refused),
        TEST(monitors_without_an_output_change),
        TEST(gone_for_good),
        TEST(eof_on_resize),
        TEST(whole_screen_of_monitors_without_an_output),
        TEST(follow_mouse_within),
        TEST(show_region),
        TEST(without_randr),
    };
    const struct CMUnitTest of_depth[] = {
        TEST(monitors_without_an_output_change),
    };
    int failed = 0;

    failed += cmocka_run_group_tests_name("layouts", on_xvfb, start_xvfb,
                                          test_stage_stop);
    failed += cmocka_run_group_tests_name("16 bits", of_depth, start_16,
                                          test_stage_stop);
    failed += cmocka_run_group_tests_name("8 bits", of_depth, start_8,
                                          test_stage_stop);
    return failed;
}
