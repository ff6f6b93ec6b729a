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
 * The monitors of outputs: what becomes of a recording when modes and places of
 * these change, and when they go off and on, of one monitor, of a region and of
 * the whole screen.
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

#include "monitor.h"
#include "randr.h"
#include "shot.h"

enum { RANDR_GET_MONITORS = 42 };

typedef struct Output {
    const char *name;
    TestRect at;
} Output;

static const Output outputs[] = {
    { "DUMMY0", {   0,   0, 320, 240 } },
    { "DUMMY1", { 400,  90, 300, 200 } },
    { "DUMMY2", { 100, 400, 200, 150 } },
};

static int start_xorg(void **state)
{
    (void)state;
    return test_monitor_start(TEST_SERVER_XORG, 640, 480, 0);
}

static void set_outputs(void)
{
    assert_true(test_randr_screen(screen, TEST_MAX_WIDTH, TEST_MAX_HEIGHT));
    for (int i = 0; i < 3; i++)
        test_monitor_put(outputs[i].name, outputs[i].at);
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
    test_monitor_need_server();
    for (int k = 0; k < 2; k++) {
        set_outputs();
        test_stage_open_by(&d, k, "monitor=DUMMY1");
        test_stage_size(300, 200);
        test_monitor_seen(outputs[1].at, "at first");
        for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
            test_monitor_put("DUMMY1", places[i]);
            test_monitor_seen(places[i], "changed");
            test_monitor_paint();
            test_monitor_seen(places[i], "painted");
        }
        test_device_close(&d);
    }
}

static void off_and_on(void **state)
{
    (void)state;
    test_monitor_need_server();
    for (int k = 0; k < TEST_NB_WAYS; k += 2) {
        static const TestRect elsewhere = { 500, 500, 320, 240 };

        set_outputs();
        test_stage_open_by(&d, k, "monitor=dummy1");
        test_monitor_seen(outputs[1].at, "at first");
        test_randr_output_off(screen, "DUMMY1");
        test_monitor_seen((TestRect){ 0 }, "off");
        test_monitor_paint();
        test_monitor_seen((TestRect){ 0 }, "painted while off");
        test_monitor_put("DUMMY1", outputs[1].at);
        test_monitor_seen(outputs[1].at, "on again");
        test_randr_output_off(screen, "DUMMY1");
        test_monitor_seen((TestRect){ 0 }, "off again");
        test_monitor_put("DUMMY1", elsewhere);
        test_monitor_seen(elsewhere, "on again elsewhere");
        test_monitor_paint();
        test_monitor_seen(elsewhere, "painted elsewhere");

        /* all of them, as between two docking stations */
        for (int i = 0; i < 3; i++)
            test_randr_output_off(screen, outputs[i].name);
        test_monitor_seen((TestRect){ 0 }, "all are off");
        test_monitor_put("DUMMY1", outputs[1].at);
        test_monitor_seen(outputs[1].at, "the only one");
        test_device_close(&d);
    }
}

static void other_monitors_change(void **state)
{
    TestMonitor m[TEST_MAX_MONITORS];
    int n;

    (void)state;
    test_monitor_need_server();
    set_outputs();
    n = test_randr_monitors(screen, m, TEST_MAX_MONITORS);
    assert_int_equal(n, 3);
    assert_string_equal(m[2].name, "DUMMY2");
    test_stage_open(&d, "monitor=2");
    test_monitor_seen(outputs[2].at, "by number");
    test_randr_primary(screen, "DUMMY2");
    test_randr_monitors(screen, m, TEST_MAX_MONITORS);
    assert_string_equal(m[0].name, "DUMMY2");
    test_monitor_seen(outputs[2].at, "it has another number now");
    test_randr_output_off(screen, "DUMMY0");
    test_monitor_seen(outputs[2].at, "another was removed");
    test_monitor_put("DUMMY3", (TestRect){ 700, 500, 200, 150 });
    test_monitor_seen(outputs[2].at, "another was added");
    test_randr_primary(screen, "DUMMY3");
    test_monitor_seen(outputs[2].at, "another is primary");
    test_randr_output_off(screen, "DUMMY3");
}

/* What is off has no size: the stream ends when it is back with another. */
static void off_and_eof(void **state)
{
    (void)state;
    test_monitor_need_server();
    set_outputs();
    test_stage_open(&d, "monitor=DUMMY1:on_resize=eof");
    test_monitor_seen(outputs[1].at, "at first");
    test_randr_output_off(screen, "DUMMY1");
    test_monitor_seen((TestRect){ 0 }, "off");
    test_monitor_put("DUMMY1", (TestRect){ 500, 500, 300, 200 });
    test_monitor_seen((TestRect){ 500, 500, 300, 200 }, "on again elsewhere");
    test_randr_output_off(screen, "DUMMY1");
    test_monitor_put("DUMMY1", (TestRect){ 500, 500, 320, 240 });
    test_shot_ends(d, 2000);
}

/* On the name primary hangs what is primary now. */
static void primary_moves(void **state)
{
    (void)state;
    test_monitor_need_server();
    set_outputs();
    test_stage_open(&d, "monitor=primary");
    test_stage_size(320, 240);
    test_monitor_seen(outputs[0].at, "at first");
    test_randr_primary(screen, "DUMMY1");
    test_monitor_seen(outputs[1].at, "DUMMY1 is primary");
    test_randr_primary(screen, "DUMMY2");
    test_monitor_seen(outputs[2].at, "DUMMY2 is primary");
    test_randr_primary(screen, "DUMMY0");
    test_monitor_seen(outputs[0].at, "DUMMY0 is primary again");
}

/* With as many as the driver has, and more gaps between them */
static void many_monitors(void **state)
{
    const TestRect all = { 0, 0, TEST_MAX_WIDTH, TEST_MAX_HEIGHT };
    TestRect lit[TEST_MAX_OUTPUTS];

    (void)state;
    test_monitor_need_server();
    set_outputs();
    for (int i = 0; i < TEST_MAX_OUTPUTS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "DUMMY%d", i);
        lit[i] = (TestRect){ 7 + i * 67, i * 7 % 16 * 47 + 3, 64, 45 + i };
        test_monitor_put(name, lit[i]);
    }
    for (int k = 0; k < 4; k++) {
        test_stage_open_by(&d, k, "draw_mouse=0");
        test_monitor_seen_within(all, lit, TEST_MAX_OUTPUTS, "many monitors");
        test_monitor_paint();
        test_monitor_seen_within(all, lit, TEST_MAX_OUTPUTS,
                                 "many monitors, painted");
        test_device_close(&d);
    }
    test_stage_open(&d, "monitor=DUMMY15");
    test_monitor_seen(lit[15], "the last");
    for (int i = 3; i < TEST_MAX_OUTPUTS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "DUMMY%d", i);
        test_randr_output_off(screen, name);
    }
    test_monitor_seen((TestRect){ 0 }, "the last is off");
}

/* With unchanged=skip, a change of the monitors is not skipped. */
static void seen_though_nothing_was_painted(void **state)
{
    (void)state;
    test_monitor_need_server();
    for (int k = 0; k < 2; k++) {
        static const TestRect places[] = {
            { 450, 300, 300, 200 }, { 450, 300, 200, 150 }, { 0, 0, 0, 0 },
            { 400, 90, 300, 200 },
        };

        set_outputs();
        test_stage_open_by(&d, k, "monitor=DUMMY1:unchanged=skip");
        test_monitor_seen(outputs[1].at, "at first");
        for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
            int64_t begun = av_gettime_relative();
            AVPacket *packet = av_packet_alloc();
            AVFrame *frame = av_frame_alloc();
            char message[200] = "no frame";
            TestImage *want;
            int different = 1;

            if (places[i].w)
                test_monitor_put("DUMMY1", places[i]);
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

static void whole_screen(void **state)
{
    (void)state;
    test_monitor_need_server();
    for (int k = 0; k < TEST_NB_WAYS; k++) {
        const TestRect all = { 0, 0, TEST_MAX_WIDTH, TEST_MAX_HEIGHT };
        const TestRect region = { 250, 50, 500, 500 };
        TestRect lit[3];

        set_outputs();
        for (int i = 0; i < 3; i++)
            lit[i] = outputs[i].at;
        test_stage_open_by(&more[0], k,
                           "grab_x=250:grab_y=50:video_size=500x500");
        d = more[0];
        test_monitor_seen_within(region, lit, 3, "a region at first");
        d = NULL;
        test_stage_open_by(&d, k, "draw_mouse=0");
        test_stage_size(TEST_MAX_WIDTH, TEST_MAX_HEIGHT);
        test_monitor_seen_within(all, lit, 3, "between monitors");
        test_monitor_paint();
        test_monitor_seen_within(all, lit, 3, "painted");
        lit[1] = (TestRect){ 500, 350, 320, 240 };
        test_monitor_put("DUMMY1", lit[1]);
        test_monitor_seen_within(all, lit, 3, "one is elsewhere");
        test_randr_output_off(screen, "DUMMY0");
        test_monitor_seen_within(all, lit + 1, 2, "one is off");
        test_monitor_paint();
        test_monitor_seen_within(all, lit + 1, 2, "painted while one is off");
        test_monitor_put("DUMMY0", lit[0]);
        test_monitor_seen_within(all, lit, 3, "it is on again");
        test_device_close(&d);
        d = more[0];
        test_monitor_seen_within(region, lit, 3, "a region at last");
        test_monitor_clear(state);
    }
}

/* From one monitor to the next over a gap, which is black */
static void follow_mouse_across(void **state)
{
    static const int at[][2] = { { 10, 10 }, { 310, 200 }, { 360, 220 },
                                 { 500, 200 }, { 300, 450 }, { 1099, 799 } };
    TestRect lit[3];

    (void)state;
    test_monitor_need_server();
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
        x = x < 0 ? 0 : x > TEST_MAX_WIDTH  - 200 ? TEST_MAX_WIDTH  - 200 : x;
        y = y < 0 ? 0 : y > TEST_MAX_HEIGHT - 160 ? TEST_MAX_HEIGHT - 160 : y;
        test_monitor_seen_within((TestRect){ x, y, 200, 160 }, lit, 3,
                                 "following the pointer across monitors");
    }
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
    test_monitor_need_server();
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
    test_monitor_seen(outputs[2].at, "after listing");
}

/* RandR before 1.5 has no monitors: there is one, the whole screen. */
static void older_randr(void **state)
{
    (void)state;
    test_monitor_need_server();
    set_outputs();
    proxy = test_proxy_start(server->display);
    for (int minor = 2; minor <= 4; minor++) {
        const TestRect all = { 0, 0, TEST_MAX_WIDTH, TEST_MAX_HEIGHT };

        test_proxy_limit_version(proxy, "RANDR", 1, minor);
        d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                           "monitor=primary:framerate=200:draw_mouse=0");
        test_monitor_seen(all, "primary");
        test_device_close(&d);
        test_shot_refused(test_proxy_display(proxy), "monitor=DUMMY0",
                          (const char *const[]){ "default", NULL });
    }
    assert_int_equal(test_proxy_count(proxy, test_proxy_opcode(proxy, "RANDR"),
                                      RANDR_GET_MONITORS), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, test_monitor_clear)
    const struct CMUnitTest tests[] = {
        TEST(modes_and_places),
        TEST(off_and_on),
        TEST(other_monitors_change),
        TEST(off_and_eof),
        TEST(primary_moves),
        TEST(many_monitors),
        TEST(seen_though_nothing_was_painted),
        TEST(whole_screen),
        TEST(follow_mouse_across),
        TEST(listed),
        TEST(older_randr),
    };

    return cmocka_run_group_tests_name("outputs", tests, start_xorg,
                                       test_stage_stop);
}
