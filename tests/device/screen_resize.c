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
 * A screen whose size changes while it, a region or its only monitor is
 * recorded.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "monitor.h"
#include "randr.h"
#include "shot.h"

static int start_xorg(void **state)
{
    (void)state;
    return test_monitor_start(TEST_SERVER_XORG, 640, 480, 0);
}

static int start_xvnc(void **state)
{
    (void)state;
    return test_monitor_start(TEST_SERVER_XVNC, 640, 480, 0);
}

/* As xrandr --fb, or a mode of the only monitor, changes it */
static void screen_size(void **state)
{
    const TestRect first = { 0, 0, 640, 480 };

    (void)state;
    test_monitor_need_server();
    for (int k = 0; k < 2; k++) {
        static const TestRect sizes[] = {
            { 0, 0, 300, 200 }, { 0, 0, 700, 300 }, { 0, 0, 200, 600 },
            { 0, 0, 1024, 768 }, { 0, 0, 640, 480 },
        };

        test_randr_output_off(screen, "DUMMY0");
        assert_true(test_randr_screen(screen, first.w, first.h));
        test_monitor_put("DUMMY0", first);
        test_stage_open_by(&more[0], k, "draw_mouse=0");
        test_stage_open_by(&more[1], k,
                           "grab_x=250:grab_y=150:video_size=300x200");
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            char what[64];

            test_randr_output_off(screen, "DUMMY0");
            assert_true(test_randr_screen(screen, sizes[i].w, sizes[i].h));
            test_monitor_put("DUMMY0", sizes[i]);
            for (int painted = 0; painted < 2; painted++) {
                if (painted)
                    test_monitor_paint();
                snprintf(what, sizeof(what), "a screen of %dx%d%s", sizes[i].w,
                         sizes[i].h, painted ? ", painted" : "");
                d = more[0];
                test_monitor_seen(sizes[i], what);
                d = more[1];
                test_monitor_seen_within((TestRect){ 250, 150, 300, 200 },
                                         &sizes[i], 1, what);
            }
        }
        test_monitor_clear(state);
    }
    test_stage_open(&more[0], "on_resize=eof");
    test_stage_open(&more[1], "on_resize=eof:grab_x=50:video_size=99x99");
    test_randr_output_off(screen, "DUMMY0");
    assert_true(test_randr_screen(screen, 700, 500));
    test_shot_ends(more[0], 2000);
}

static void set_viewer(TestRect to)
{
    TestRect r = test_monitor_find("VNC-0");

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
    test_monitor_need_server();
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
                    test_monitor_paint();
                d = more[0];
                test_monitor_seen(sizes[i], what);
                d = more[2];
                test_monitor_seen(sizes[i], what);
                d = more[1];
                test_monitor_seen_within((TestRect){ 500, 300, 100, 100 },
                                         &sizes[i], 1, what);
            }
        }
        test_monitor_clear(state);
    }
    test_stage_open(&d, "on_resize=eof");
    set_viewer((TestRect){ 0, 0, 600, 400 });
    test_shot_ends(d, 2000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, test_monitor_clear)
    const struct CMUnitTest on_xorg[] = {
        TEST(screen_size),
    };
    const struct CMUnitTest on_xvnc[] = {
        TEST(viewer_resizes),
    };
    int failed = 0;

    failed += cmocka_run_group_tests_name("modes", on_xorg, start_xorg,
                                          test_stage_stop);
    failed += cmocka_run_group_tests_name("viewers", on_xvnc, start_xvnc,
                                          test_stage_stop);
    return failed;
}
