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
 * Monitors by the names that people have for them, and what becomes of a
 * recording when they change: of one monitor, of a region and of the whole
 * screen. Every picture is compared with a reading of the screen by another
 * client, two frames after the change at the latest.
 *
 * None of the servers that run without hardware can turn a monitor. What a
 * client sees of that is that width and height change places, which a mode
 * does, too.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavdevice/avdevice.h>
#include <libavutil/time.h>

#include "randr.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  800
#define HEIGHT 600
#define MAX_MONITORS 8
#define MAX_OUTPUTS 16         /* of the dummy driver */
#define MAX_WIDTH  1100        /* of the Xorg and Xvnc screens */
#define MAX_HEIGHT 800

enum { RANDR_GET_MONITORS = 42 };

static TestDevice *more[3];    /* as well as d, which may be one of them */
static const char *missing;    /* why there is no server */

static int start(TestServerKind kind, int width, int height, int depth)
{
    missing = NULL;
    if (!test_server_available(kind)) {
        missing = test_server_kind_name(kind);
        return 0;
    }
    if (test_stage_start(&(TestServerOptions){
                             .kind = kind, .width = width, .height = height,
                             .depth = depth }) < 0)
        return -1;
    test_screen_backdrop(screen, root, MAX_WIDTH, MAX_HEIGHT, 1);
    return 0;
}

static int start_xvfb(void **state)
{
    (void)state;
    return start(TEST_SERVER_XVFB, WIDTH, HEIGHT, 0);
}

static int start_16(void **state)
{
    (void)state;
    return start(TEST_SERVER_XVFB, WIDTH, HEIGHT, 16);
}

static int start_8(void **state)
{
    (void)state;
    return start(TEST_SERVER_XVFB, WIDTH, HEIGHT, 8);
}

static int start_xorg(void **state)
{
    (void)state;
    return start(TEST_SERVER_XORG, 640, 480, 0);
}

static int start_xvnc(void **state)
{
    (void)state;
    return start(TEST_SERVER_XVNC, 640, 480, 0);
}

static int close_device(void **state)
{
    for (int i = 0; i < 3; i++) {
        if (d == more[i])
            d = NULL;
        test_device_close(&more[i]);
    }
    return test_stage_clear(state);
}

static void need_server(void)
{
    if (!missing)
        return;
    print_message("%s is not installed\n", missing);
    skip();
}

/* Something that was not there before, and that damage tells of */
static void paint(void)
{
    static unsigned seed = 100;

    seed++;
    test_screen_backdrop(screen, root, MAX_WIDTH, MAX_HEIGHT, seed);
}

/* Fail unless the device shows a part of the screen at its left top corner,
 * and black where its picture is larger than that; what of the part is in none
 * of n others is black, too. */
static void expect_within(TestRect part, const TestRect *lit, int n,
                          const char *what)
{
    TestImage *got  = test_shot_after(d, TEST_LATE);
    TestImage *want = test_screen_read(screen, root, part.x, part.y,
                                       got->width, got->height, 0);
    TestRect own = { 0, 0, part.w, part.h };

    test_image_mask(want, &own, 1);
    if (lit) {
        TestRect moved[MAX_OUTPUTS];

        for (int i = 0; i < n; i++)
            moved[i] = (TestRect){ lit[i].x - part.x, lit[i].y - part.y,
                                   lit[i].w, lit[i].h };
        test_image_mask(want, moved, n);
    }
    test_stage_same(want, got, what);
}

static void expect(TestRect part, const char *what)
{
    expect_within(part, NULL, 0, what);
}

static TestRect find_monitor(const char *name)
{
    TestMonitor m[MAX_MONITORS];
    int n = test_randr_monitors(screen, m, MAX_MONITORS);

    assert_true(n <= MAX_MONITORS);
    for (int i = 0; i < n; i++)
        if (!strcmp(m[i].name, name))
            return m[i].at;
    fail_msg("the server has no monitor %s", name);
    return (TestRect){ 0 };
}

/*** Xvfb: layouts as xrandr --setmonitor makes them ***/

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
    TestMonitor m[MAX_MONITORS];
    int n = screen ? test_randr_monitors(screen, m, MAX_MONITORS) : 0;

    close_device(state);
    for (int i = 0; i < n; i++)
        if (strcmp(m[i].name, "screen"))
            test_randr_monitor_delete(screen, m[i].name);
    return 0;
}

static void each_by_name(void **state)
{
    (void)state;
    need_server();
    avdevice_register_all();
    for (size_t l = 0; l < sizeof(layouts) / sizeof(*layouts); l++) {
        TestMonitor m[MAX_MONITORS];
        int n;

        set_layout(&layouts[l], 1);
        n = test_randr_monitors(screen, m, MAX_MONITORS);
        assert_true(n >= 1 && n <= MAX_MONITORS);
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
            expect(m[i].at, what);
            paint();
            expect(m[i].at, what);
            test_device_close(&d);
            if (m[i].primary) {
                test_stage_open(&d, "monitor=primary");
                expect(m[i].at, what);
                test_device_close(&d);
            }
        }
        set_layout(&layouts[l], 0);
    }
}

static void case_matters_last(void **state)
{
    (void)state;
    need_server();
    set_layout(&layouts[2], 1);
    test_stage_open(&d, "monitor=a");
    expect(find_monitor("a"), "a");
    test_stage_open(&d, "monitor=A");
    expect(find_monitor("A"), "A");
    test_stage_open(&d, "monitor=B");
    expect(find_monitor("b"), "B for b");
    test_device_close(&d);
    set_layout(&layouts[2], 0);

    /* a name that is a number, or a word that means something */
    assert_true(test_randr_monitor(screen, "1", 10, 20, 100, 110, 0));
    assert_true(test_randr_monitor(screen, "2", 110, 120, 130, 140, 0));
    test_stage_open(&d, "monitor=1");
    expect(find_monitor("1"), "the monitor whose name is 1");
    test_device_close(&d);
    assert_true(test_randr_monitor(screen, "primary", 50, 60, 70, 80, 0));
    test_stage_open(&d, "monitor=primary");
    expect(find_monitor("primary"), "the monitor whose name is primary");
}

/* Nobody is the primary one: the first stands in. */
static void no_primary(void **state)
{
    TestMonitor m[MAX_MONITORS];

    (void)state;
    need_server();
    set_layout(&layouts[0], 1);
    assert_int_not_equal(test_randr_monitors(screen, m, MAX_MONITORS), 0);
    test_stage_open(&d, "monitor=primary");
    expect(m[0].at, "the first, where none is primary");
}

static void region_of_monitor(void **state)
{
    TestRect m, part;

    (void)state;
    need_server();
    set_layout(&layouts[1], 1);
    m    = find_monitor("HDMI-1");
    part = (TestRect){ m.x + 30, m.y + 40, 101, 77 };
    test_stage_open(&d, "monitor=HDMI-1:grab_x=30:grab_y=40:video_size=101x77");
    test_stage_size(101, 77);
    expect(part, "a part of a monitor");
    test_device_close(&d);

    /* to the monitor's edges, and no further */
    part = (TestRect){ m.x + 600, m.y + 280, 40, 20 };
    test_stage_open(&d, "monitor=HDMI-1:grab_x=600:grab_y=280");
    test_stage_size(40, 20);
    expect(part, "the rest of a monitor");
    test_device_close(&d);
    test_log_start();
    test_stage_open(&d, "monitor=HDMI-1:grab_x=600:grab_y=280:"
                    "video_size=100x50");
    assert_int_equal(test_log_count("", AV_LOG_WARNING), 1);
    test_stage_size(100, 50);
    expect(part, "a part that is partly outside the monitor");
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
    need_server();
    set_layout(&layouts[3], 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        TestRect want = find_monitor(
            layouts[3].monitors[cases[i].monitor].name);
        char url[128];

        if (cases[i].part.w)
            want = (TestRect){ want.x + cases[i].part.x,
                               want.y + cases[i].part.y,
                               cases[i].part.w, cases[i].part.h };
        snprintf(url, sizeof(url), "%s.0%s", server->display, cases[i].query);
        d = test_shot_open("x11shmpool", url, "framerate=200:draw_mouse=0");
        test_stage_size(want.w, want.h);
        expect(want, url);
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
    need_server();
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
    need_server();
    for (int k = 0; k < 2; k++) {
        TestRect m;

        assert_true(test_randr_monitor(screen, "moving", 100, 100, 200, 150,
                                       0));
        test_stage_open_by(&d, k, "monitor=moving");
        expect(find_monitor("moving"), "at first");
        for (int i = 0; i < 6; i++) {
            m = (TestRect){ 90 * i, 60 * i, 150 + 20 * i, 200 - 20 * i };
            if (i % 3 == 2) {
                test_randr_monitor_delete(screen, "moving");
                paint();
                expect((TestRect){ 0 }, "gone");
            }
            assert_true(test_randr_monitor(screen, "moving", m.x, m.y,
                                           m.w, m.h, i & 1));
            expect(m, "moved");
            paint();
            expect(m, "painted");
        }
        assert_true(test_randr_monitor(screen, "other", 0, 0, 50, 50, 0));
        expect(m, "another was added");
        test_randr_monitor_delete(screen, "other");
        expect(m, "another was removed");
        test_device_close(&d);
        test_randr_monitor_delete(screen, "moving");
    }
}

static void eof_on_resize(void **state)
{
    (void)state;
    need_server();
    assert_true(test_randr_monitor(screen, "m", 100, 100, 200, 150, 0));
    test_stage_open(&d, "monitor=m:on_resize=eof");
    expect((TestRect){ 100, 100, 200, 150 }, "at first");
    assert_true(test_randr_monitor(screen, "m", 120, 90, 200, 150, 0));
    expect((TestRect){ 120, 90, 200, 150 }, "a move is no resize");
    assert_true(test_randr_monitor(screen, "m", 120, 90, 150, 200, 0));
    test_shot_ends(d, 2000);
}

/* The server's only CRTC covers the whole screen: made monitors take nothing
 * away from a capture of it. */
static void whole_screen_of_monitors_without_an_output(void **state)
{
    const TestRect all = { 0, 0, WIDTH, HEIGHT };

    (void)state;
    need_server();
    test_stage_open(&d, "damage=on");
    for (size_t l = 0; l < sizeof(layouts) / sizeof(*layouts); l++) {
        set_layout(&layouts[l], 1);
        expect(all, layouts[l].what);
        paint();
        expect(all, layouts[l].what);
        set_layout(&layouts[l], 0);
        expect(all, "without");
    }
}

static void follow_mouse_within(void **state)
{
    static const int at[][2] = { { 300, 300 }, { 10, 10 }, { 790, 590 },
                                 { 70, 420 }, { 699, 260 } };
    TestRect m;

    (void)state;
    need_server();
    set_layout(&layouts[1], 1);
    m = find_monitor("HDMI-1");
    test_stage_open(&d, "monitor=HDMI-1:video_size=100x80:"
                    "follow_mouse=centered");
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        int x = at[i][0] - 50, y = at[i][1] - 40;

        x = x > m.x + m.w - 100 ? m.x + m.w - 100 : x < m.x ? m.x : x;
        y = y > m.y + m.h -  80 ? m.y + m.h -  80 : y < m.y ? m.y : y;
        test_screen_warp(screen, at[i][0], at[i][1]);
        expect((TestRect){ x, y, 100, 80 }, "following the pointer");
    }
}

static void show_region(void **state)
{
    TestRect at[] = { { 100, 100, 200, 150 }, { 150, 90, 200, 150 },
                      { 40, 300, 200, 150 } };

    (void)state;
    need_server();
    assert_true(test_randr_monitor(screen, "m", at[0].x, at[0].y, at[0].w,
                                   at[0].h, 0));
    test_stage_open(&d, "monitor=m:show_region=1:region_border=5");
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        assert_true(test_randr_monitor(screen, "m", at[i].x, at[i].y, at[i].w,
                                       at[i].h, 0));
        expect(at[i], "with a border");
        test_stage_border(at[i], 5, "around a monitor");
    }
}

/*** Lesser servers ***/

static void without_randr(void **state)
{
    const TestRect all = { 0, 0, WIDTH, HEIGHT };

    (void)state;
    need_server();
    set_layout(&layouts[1], 1);
    proxy = test_proxy_start(server->display);
    test_proxy_hide_extension(proxy, "RANDR");
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "monitor=primary:framerate=200:draw_mouse=0");
    expect(all, "primary without RandR");
    test_device_close(&d);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "monitor=0:framerate=200:draw_mouse=0");
    expect(all, "0 without RandR");
    test_device_close(&d);
    test_shot_refused(test_proxy_display(proxy), "monitor=DP-1",
                      (const char *const[]){ "DP-1", "800x600", NULL });
}

/*** Xorg: modes, places, off and on ***/

typedef struct Output {
    const char *name;
    TestRect at;
} Output;

static const Output outputs[] = {
    { "DUMMY0", {   0,   0, 320, 240 } },
    { "DUMMY1", { 400,  90, 300, 200 } },
    { "DUMMY2", { 100, 400, 200, 150 } },
};

static void set_output(const char *name, TestRect at)
{
    if (!test_randr_output(screen, name, at.x, at.y, at.w, at.h))
        fail_msg("%s can't be put to %dx%d at %d,%d", name, at.w, at.h, at.x,
                 at.y);
}

static void set_outputs(void)
{
    assert_true(test_randr_screen(screen, MAX_WIDTH, MAX_HEIGHT));
    for (int i = 0; i < 3; i++)
        set_output(outputs[i].name, outputs[i].at);
    test_randr_primary(screen, "DUMMY0");
}

static void modes_and_places(void **state)
{
    static const TestRect places[] = {
        { 450, 300, 300, 200 },      /* moved */
        { 450, 300, 200, 150 },      /* smaller */
        { 450, 300, 200, 300 },      /* turned */
        { 350, 200, 640, 480 },      /* larger */
        {   0,   0, 320, 240 },      /* a clone of another */
        { 400,  90, 300, 200 },
    };

    (void)state;
    need_server();
    for (int k = 0; k < 2; k++) {
        set_outputs();
        test_stage_open_by(&d, k, "monitor=DUMMY1");
        test_stage_size(300, 200);
        expect(outputs[1].at, "at first");
        for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
            set_output("DUMMY1", places[i]);
            expect(places[i], "changed");
            paint();
            expect(places[i], "painted");
        }
        test_device_close(&d);
    }
}

static void off_and_on(void **state)
{
    (void)state;
    need_server();
    for (int k = 0; k < TEST_NB_WAYS; k += 2) {
        static const TestRect elsewhere = { 500, 500, 320, 240 };

        set_outputs();
        test_stage_open_by(&d, k, "monitor=dummy1");
        expect(outputs[1].at, "at first");
        test_randr_output_off(screen, "DUMMY1");
        expect((TestRect){ 0 }, "off");
        paint();
        expect((TestRect){ 0 }, "painted while off");
        set_output("DUMMY1", outputs[1].at);
        expect(outputs[1].at, "on again");
        test_randr_output_off(screen, "DUMMY1");
        expect((TestRect){ 0 }, "off again");
        set_output("DUMMY1", elsewhere);
        expect(elsewhere, "on again elsewhere");
        paint();
        expect(elsewhere, "painted elsewhere");

        /* all of them, as between two docking stations */
        for (int i = 0; i < 3; i++)
            test_randr_output_off(screen, outputs[i].name);
        expect((TestRect){ 0 }, "all are off");
        set_output("DUMMY1", outputs[1].at);
        expect(outputs[1].at, "the only one");
        test_device_close(&d);
    }
}

static void other_monitors_change(void **state)
{
    TestMonitor m[MAX_MONITORS];
    int n;

    (void)state;
    need_server();
    set_outputs();
    n = test_randr_monitors(screen, m, MAX_MONITORS);
    assert_int_equal(n, 3);
    assert_string_equal(m[2].name, "DUMMY2");
    test_stage_open(&d, "monitor=2");
    expect(outputs[2].at, "by number");
    test_randr_primary(screen, "DUMMY2");
    test_randr_monitors(screen, m, MAX_MONITORS);
    assert_string_equal(m[0].name, "DUMMY2");
    expect(outputs[2].at, "it has another number now");
    test_randr_output_off(screen, "DUMMY0");
    expect(outputs[2].at, "another was removed");
    set_output("DUMMY3", (TestRect){ 700, 500, 200, 150 });
    expect(outputs[2].at, "another was added");
    test_randr_primary(screen, "DUMMY3");
    expect(outputs[2].at, "another is primary");
    test_randr_output_off(screen, "DUMMY3");
}

/* What is off has no size: the stream ends when it is back with another. */
static void off_and_eof(void **state)
{
    (void)state;
    need_server();
    set_outputs();
    test_stage_open(&d, "monitor=DUMMY1:on_resize=eof");
    expect(outputs[1].at, "at first");
    test_randr_output_off(screen, "DUMMY1");
    expect((TestRect){ 0 }, "off");
    set_output("DUMMY1", (TestRect){ 500, 500, 300, 200 });
    expect((TestRect){ 500, 500, 300, 200 }, "on again elsewhere");
    test_randr_output_off(screen, "DUMMY1");
    set_output("DUMMY1", (TestRect){ 500, 500, 320, 240 });
    test_shot_ends(d, 2000);
}

/* With as many as the driver has, and more gaps between them */
static void many_monitors(void **state)
{
    TestRect lit[MAX_OUTPUTS], all = { 0, 0, MAX_WIDTH, MAX_HEIGHT };

    (void)state;
    need_server();
    set_outputs();
    for (int i = 0; i < MAX_OUTPUTS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "DUMMY%d", i);
        lit[i] = (TestRect){ 7 + i * 67, i * 7 % 16 * 47 + 3, 64, 45 + i };
        set_output(name, lit[i]);
    }
    for (int k = 0; k < 4; k++) {
        test_stage_open_by(&d, k, "draw_mouse=0");
        expect_within(all, lit, MAX_OUTPUTS, "many monitors");
        paint();
        expect_within(all, lit, MAX_OUTPUTS, "many monitors, painted");
        test_device_close(&d);
    }
    test_stage_open(&d, "monitor=DUMMY15");
    expect(lit[15], "the last");
    for (int i = 3; i < MAX_OUTPUTS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "DUMMY%d", i);
        test_randr_output_off(screen, name);
    }
    expect((TestRect){ 0 }, "the last is off");
}

/* With unchanged=skip, a change of the monitors is not skipped. */
static void seen_though_nothing_was_painted(void **state)
{
    (void)state;
    need_server();
    for (int k = 0; k < 2; k++) {
        static const TestRect places[] = {
            { 450, 300, 300, 200 }, { 450, 300, 200, 150 }, { 0, 0, 0, 0 },
            { 400, 90, 300, 200 },
        };

        set_outputs();
        test_stage_open_by(&d, k, "monitor=DUMMY1:unchanged=skip");
        expect(outputs[1].at, "at first");
        for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
            int64_t begun = av_gettime_relative();
            AVPacket *packet = av_packet_alloc();
            AVFrame *frame = av_frame_alloc();
            char message[200] = "no frame";
            TestImage *want;
            int different = 1;

            if (places[i].w)
                set_output("DUMMY1", places[i]);
            else
                test_randr_output_off(screen, "DUMMY1");
            want = test_screen_read(screen, root, places[i].x, places[i].y,
                                    300, 200, 0);
            test_image_mask(want, &(TestRect){ 0, 0, places[i].w,
                                               places[i].h }, 1);
            while (different && av_gettime_relative() < begun + 400000 &&
                   test_device_read(d, packet, 400) >= 0) {
                TestImage *got;

                assert_int_equal(test_device_decode(d, packet, frame), 0);
                got = test_image_from_frame(frame);
                different = test_image_compare(want, got, message);
                test_image_free(&got);
                av_packet_unref(packet);
            }
            if (different)
                fail_msg("change %d is not seen: %s", (int)i, message);
            test_image_free(&want);
            av_packet_free(&packet);
            av_frame_free(&frame);
        }
        test_device_close(&d);
    }
}

/* On the name primary hangs what is primary now. */
static void primary_moves(void **state)
{
    (void)state;
    need_server();
    set_outputs();
    test_stage_open(&d, "monitor=primary");
    test_stage_size(320, 240);
    expect(outputs[0].at, "at first");
    test_randr_primary(screen, "DUMMY1");
    expect(outputs[1].at, "DUMMY1 is primary");
    test_randr_primary(screen, "DUMMY2");
    expect(outputs[2].at, "DUMMY2 is primary");
    test_randr_primary(screen, "DUMMY0");
    expect(outputs[0].at, "DUMMY0 is primary again");
}

static void whole_screen(void **state)
{
    (void)state;
    need_server();
    for (int k = 0; k < TEST_NB_WAYS; k++) {
        const TestRect all = { 0, 0, MAX_WIDTH, MAX_HEIGHT };
        const TestRect region = { 250, 50, 500, 500 };
        TestRect lit[3];

        set_outputs();
        for (int i = 0; i < 3; i++)
            lit[i] = outputs[i].at;
        test_stage_open_by(&more[0], k,
                           "grab_x=250:grab_y=50:video_size=500x500");
        d = more[0];
        expect_within(region, lit, 3, "a region at first");
        d = NULL;
        test_stage_open_by(&d, k, "draw_mouse=0");
        test_stage_size(MAX_WIDTH, MAX_HEIGHT);
        expect_within(all, lit, 3, "between monitors");
        paint();
        expect_within(all, lit, 3, "painted");
        lit[1] = (TestRect){ 500, 350, 320, 240 };
        set_output("DUMMY1", lit[1]);
        expect_within(all, lit, 3, "one is elsewhere");
        test_randr_output_off(screen, "DUMMY0");
        expect_within(all, lit + 1, 2, "one is off");
        paint();
        expect_within(all, lit + 1, 2, "painted while one is off");
        set_output("DUMMY0", lit[0]);
        expect_within(all, lit, 3, "it is on again");
        test_device_close(&d);
        d = more[0];
        expect_within(region, lit, 3, "a region at last");
        close_device(state);
    }
}

/* As xrandr --fb, or a mode of the only monitor, changes it */
static void screen_size(void **state)
{
    const TestRect first = { 0, 0, 640, 480 };

    (void)state;
    need_server();
    for (int i = 1; i < 3; i++)
        test_randr_output_off(screen, outputs[i].name);
    set_output("DUMMY0", (TestRect){ 0, 0, 320, 240 });
    for (int k = 0; k < 2; k++) {
        static const TestRect sizes[] = {
            { 0, 0, 300, 200 }, { 0, 0, 700, 300 }, { 0, 0, 200, 600 },
            { 0, 0, 1024, 768 }, { 0, 0, 640, 480 },
        };

        test_randr_output_off(screen, "DUMMY0");
        assert_true(test_randr_screen(screen, first.w, first.h));
        set_output("DUMMY0", first);
        test_stage_open_by(&more[0], k, "draw_mouse=0");
        test_stage_open_by(&more[1], k,
                           "grab_x=250:grab_y=150:video_size=300x200");
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            char what[64];

            test_randr_output_off(screen, "DUMMY0");
            assert_true(test_randr_screen(screen, sizes[i].w, sizes[i].h));
            set_output("DUMMY0", sizes[i]);
            for (int painted = 0; painted < 2; painted++) {
                if (painted)
                    paint();
                snprintf(what, sizeof(what), "a screen of %dx%d%s", sizes[i].w,
                         sizes[i].h, painted ? ", painted" : "");
                d = more[0];
                expect(sizes[i], what);
                d = more[1];
                expect_within((TestRect){ 250, 150, 300, 200 }, &sizes[i], 1,
                              what);
            }
        }
        close_device(state);
    }
    test_stage_open(&more[0], "on_resize=eof");
    test_stage_open(&more[1], "on_resize=eof:grab_x=50:video_size=99x99");
    test_randr_output_off(screen, "DUMMY0");
    assert_true(test_randr_screen(screen, 700, 500));
    test_shot_ends(more[0], 2000);
}

/* RandR before 1.5 has no monitors: there is one, the whole screen. */
static void older_randr(void **state)
{
    (void)state;
    need_server();
    set_outputs();
    proxy = test_proxy_start(server->display);
    for (int minor = 2; minor <= 4; minor++) {
        const TestRect all = { 0, 0, MAX_WIDTH, MAX_HEIGHT };

        test_proxy_limit_version(proxy, "RANDR", 1, minor);
        d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                           "monitor=primary:framerate=200:draw_mouse=0");
        expect(all, "primary");
        test_device_close(&d);
        test_shot_refused(test_proxy_display(proxy), "monitor=DUMMY0",
                          (const char *const[]){ "default", NULL });
    }
    assert_int_equal(test_proxy_count(proxy, test_proxy_opcode(proxy, "RANDR"),
                                      RANDR_GET_MONITORS), 0);
}

static void is_listed(const AVDeviceInfoList *list, const char *query,
                      const char *description)
{
    char name[128];

    snprintf(name, sizeof(name), "%s.0%s", server->display, query);
    for (int i = 0; i < list->nb_devices; i++)
        if (!strcmp(list->devices[i]->device_name, name) &&
            !strcmp(list->devices[i]->device_description, description))
            return;
    for (int i = 0; i < list->nb_devices; i++)
        fprintf(stderr, "# %s [%s]\n", list->devices[i]->device_name,
                list->devices[i]->device_description);
    fail_msg("there is no '%s [%s]'", name, description);
}

/* As programs ask: by the device's name, or of a context that is open. */
static void listed(void **state)
{
    (void)state;
    need_server();
    avdevice_register_all();
    set_outputs();
    test_randr_primary(screen, "DUMMY1");
    for (int i = 0; i < 2; i++) {
        AVDictionary *options = NULL;
        AVDeviceInfoList *list = NULL;
        int n;

        if (i) {
            test_stage_open(&d, "monitor=DUMMY2");
            n = avdevice_list_devices(d->ctx, &list);
        } else {
            av_dict_set(&options, "display", server->display, 0);
            n = avdevice_list_input_sources(
                av_find_input_format("x11shmpool"), NULL, options, &list);
        }
        assert_int_equal(n, 4);
        assert_int_equal(list->nb_devices, 4);
        assert_int_equal(list->default_device, 0);
        is_listed(list, "", "screen 0, 1100x800, depth 24");
        is_listed(list, "?monitor=DUMMY0",
                  "monitor 1, DUMMY0, 320x240 at 0,0, 30 Hz");
        is_listed(list, "?monitor=DUMMY1",
                  "monitor 0, DUMMY1, 300x200 at 400,90, 30 Hz, primary");
        is_listed(list, "?monitor=DUMMY2",
                  "monitor 2, DUMMY2, 200x150 at 100,400, 30 Hz");
        avdevice_free_list_devices(&list);
        av_dict_free(&options);
    }
    expect(outputs[2].at, "after listing");
}

/* From one monitor to the next over a gap, which is black */
static void follow_mouse_across(void **state)
{
    static const int at[][2] = { { 10, 10 }, { 310, 200 }, { 360, 220 },
                                 { 500, 200 }, { 300, 450 }, { 1099, 799 } };
    TestRect lit[3];

    (void)state;
    need_server();
    set_outputs();
    for (int i = 0; i < 3; i++)
        lit[i] = outputs[i].at;
    test_stage_open(&d, "video_size=200x160:follow_mouse=centered");
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        xcb_query_pointer_reply_t *p;
        int x, y;

        test_screen_warp(screen, at[i][0], at[i][1]);
        /* The server keeps the pointer on a monitor. */
        p = xcb_query_pointer_reply(screen->conn,
                                    xcb_query_pointer(screen->conn, root),
                                    NULL);
        assert_non_null(p);
        x = p->root_x - 100;
        y = p->root_y - 80;
        free(p);
        x = x < 0 ? 0 : x > MAX_WIDTH  - 200 ? MAX_WIDTH  - 200 : x;
        y = y < 0 ? 0 : y > MAX_HEIGHT - 160 ? MAX_HEIGHT - 160 : y;
        expect_within((TestRect){ x, y, 200, 160 }, lit, 3,
                      "following the pointer across monitors");
    }
}

/*** Xvnc: the viewer's window gives the screen its size ***/

static void set_viewer(TestRect to)
{
    TestRect r = find_monitor("VNC-0");

    if (to.w > r.w || to.h > r.h)
        assert_true(test_randr_screen(screen, to.w > r.w ? to.w : r.w,
                                      to.h > r.h ? to.h : r.h));
    assert_true(test_randr_output(screen, "VNC-0", 0, 0, to.w, to.h));
    assert_true(test_randr_screen(screen, to.w, to.h));
}

static void viewer_resizes(void **state)
{
    static const TestRect sizes[] = {
        { 0, 0, 550, 350 }, { 0, 0, 800, 600 }, { 0, 0, 400, 700 },
        { 0, 0, 640, 480 },
    };

    (void)state;
    need_server();
    for (int k = 0; k < 2; k++) {
        test_stage_open_by(&more[0], k, "draw_mouse=0");
        test_stage_open_by(&more[1], k,
                           "grab_x=500:grab_y=300:video_size=100x100");
        test_stage_open_by(&more[2], k, "monitor=VNC-0");

        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            char what[64];

            snprintf(what, sizeof(what), "a screen of %dx%d", sizes[i].w,
                     sizes[i].h);
            set_viewer(sizes[i]);
            for (int painted = 0; painted < 2; painted++) {
                if (painted)
                    paint();
                d = more[0];
                expect(sizes[i], what);
                d = more[2];
                expect(sizes[i], what);
                d = more[1];
                expect_within((TestRect){ 500, 300, 100, 100 }, &sizes[i], 1,
                              what);
            }
        }
        close_device(state);
    }
    test_stage_open(&d, "on_resize=eof");
    set_viewer((TestRect){ 0, 0, 600, 400 });
    test_shot_ends(d, 2000);
}

/* One that has gone is not another that its name could stand for. */
static void gone_for_good(void **state)
{
    static const char *const names[] = { "2", "Left" };

    (void)state;
    need_server();
    for (int i = 0; i < 2; i++) {
        assert_true(test_randr_monitor(screen, "left", 0, 0, 400, 600, 0));
        assert_true(test_randr_monitor(screen, "right", 400, 0, 300, 200, 0));
        assert_true(test_randr_monitor(screen, names[i], 400, 300, 300, 200,
                                       0));
        test_stage_open(&d, "monitor=%s", names[i]);
        expect(find_monitor(names[i]), "there");
        test_randr_monitor_delete(screen, names[i]);
        expect((TestRect){ 0 }, "gone");
        test_device_close(&d);
    }
}

int main(void)
{
#define TEST(name)      cmocka_unit_test_teardown(name, close_device)
#define TEST_MADE(name) cmocka_unit_test_teardown(name, delete_monitors)
    const struct CMUnitTest on_xvfb[] = {
        TEST_MADE(each_by_name),
        TEST_MADE(case_matters_last),
        TEST_MADE(no_primary),
        TEST_MADE(region_of_monitor),
        TEST_MADE(urls),
        TEST_MADE(absent_monitors_are_refused),
        TEST_MADE(monitors_without_an_output_change),
        TEST_MADE(eof_on_resize),
        TEST_MADE(whole_screen_of_monitors_without_an_output),
        TEST_MADE(follow_mouse_within),
        TEST_MADE(show_region),
        TEST_MADE(without_randr),
        TEST_MADE(gone_for_good),
    };
    const struct CMUnitTest of_depth[] = {
        TEST_MADE(monitors_without_an_output_change),
    };
    const struct CMUnitTest on_xorg[] = {
        TEST(modes_and_places),
        TEST(off_and_on),
        TEST(other_monitors_change),
        TEST(off_and_eof),
        TEST(primary_moves),
        TEST(many_monitors),
        TEST(seen_though_nothing_was_painted),
        TEST(whole_screen),
        TEST(screen_size),
        TEST(listed),
        TEST(follow_mouse_across),
        TEST(older_randr),
    };
    const struct CMUnitTest on_xvnc[] = {
        TEST(viewer_resizes),
    };
    int failed = 0;

    failed += cmocka_run_group_tests_name("layouts", on_xvfb, start_xvfb,
                                          test_stage_stop);
    failed += cmocka_run_group_tests_name("16 bits", of_depth, start_16,
                                          test_stage_stop);
    failed += cmocka_run_group_tests_name("8 bits", of_depth, start_8,
                                          test_stage_stop);
    failed += cmocka_run_group_tests_name("modes", on_xorg, start_xorg,
                                          test_stage_stop);
    failed += cmocka_run_group_tests_name("viewers", on_xvnc, start_xvnc,
                                          test_stage_stop);
    return failed;
}
