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
 * What is told about windows: upper and lower case in what is asked for, why a
 * window can't be recorded, and new sizes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <libavutil/log.h>

#include "shot.h"
#include "window.h"

static void found(int i, const char *options)
{
    test_stage_open(&d, "%s", options);
    test_window_seen(apps[i], options);
}

static void cases(void **state)
{
    (void)state;
    test_window_open(0, &(TestAppOptions){
        .title = "Notes of Today", .instance = "ed", .class = "Editor",
        .x = 20, .y = 30, .w = 201, .h = 121, .seed = 1 });
    test_window_open(1, &(TestAppOptions){
        .title = "notes of today", .instance = "Ed", .class = "EDITOR",
        .x = 300, .y = 30, .w = 151, .h = 91, .seed = 2 });
    found(0, "window_title=Notes of");
    found(1, "window_title=notes of");
    found(1, "window_title=NOTES OF");         /* the topmost */
    found(0, "window_class=Editor");
    found(1, "window_class=EDITOR");
    found(0, "window_class=ed");
    found(1, "window_class=editor");
    found(0, "window_title=Today:window_class=Editor");
    found(1, "window_title=TODAY:window_class=eDITOR");

    /* One that is shown is preferred. */
    test_app_show(apps[1], 0);
    found(0, "window_title=NOTES OF");
    test_shot_refused(server->display, "window_title=notes of nobody",
                      (const char *const[]){ "'notes of nobody'",
                          "in upper or lower case", "Notes of Today", NULL });
    test_shot_refused(server->display, "window_class=edit",
                      (const char *const[]){ "the class or instance 'edit'",
                          "in upper or lower case", "Its windows are", NULL });
}

static void nothing_there(void **state)
{
    (void)state;
    test_shot_refused(server->display, "window_title=any",
                      (const char *const[]){ "'any' in its title",
                          "It has no windows.", NULL });
    test_shot_refused(server->display, "window_id=0x123456",
                      (const char *const[]){ "no window 0x123456",
                          "It has no windows.", NULL });
}

static void hidden(void **state)
{
    char option[32], id[16];

    (void)state;
    test_window_open(0, &(TestAppOptions){
        .title = "hidden", .x = 20, .y = 30, .w = 201, .h = 121, .seed = 1,
        .hidden = 1 });
    snprintf(id, sizeof(id), "0x%x", apps[0]->window);
    snprintf(option, sizeof(option), "window_id=%s", id);
    test_shot_refused(server->display, option,
                      (const char *const[]){ id, "is hidden", "not mapped",
                                             NULL });
}

static void minimized(void **state)
{
    char id[16];

    (void)state;
    test_window_framed();
    test_app_iconify(apps[0]);
    test_app_wait_viewable(apps[0], apps[0]->window, 0);
    snprintf(id, sizeof(id), "0x%x", apps[0]->window);
    test_shot_refused(server->display, "window_title=app 0",
                      (const char *const[]){ id, "is minimized or on another "
                                             "desktop", "Show it", NULL });
}

/* Wait for a line at info level, while the device is read. */
static void expect_line(const char *line)
{
    for (int i = 0; i < 4000 && !test_log_count(line, AV_LOG_INFO); i++)
        test_shot_skip(d, 1);
    if (test_log_count(line, AV_LOG_WARNING))
        fail_msg("'%s' is a warning", line);
    if (test_log_count(line, AV_LOG_INFO) != 1)
        fail_msg("'%s' was told %d times", line,
                 test_log_count(line, AV_LOG_INFO));
}

static void sizes(void **state)
{
    static const char *const ways[] = { "pad", "follow" };

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        test_log_start();
        test_window_at(0, 100, 100, 201, 151);
        test_stage_open(&d, "window_title=app 0:on_resize=%s", ways[i]);
        test_shot_skip(d, 3);
        test_app_move(apps[0], 110, 120, -1, -1);
        test_shot_skip(d, 3);
        assert_int_equal(test_log_count("was resized", AV_LOG_INFO), 0);
        test_app_move(apps[0], 110, 120, 240, 160);
        expect_line("The window was resized to 240x160.");

        /* Of many sizes the last one is told, and not all the others. */
        for (int w = 241; w < 260; w++) {
            test_app_move(apps[0], 110, 120, w, 160);
            test_shot_skip(d, 2);
        }
        expect_line("The window was resized to 259x160.");
        if (test_log_count("was resized", AV_LOG_INFO) > 10)
            fail_msg("%d sizes were told",
                     test_log_count("was resized", AV_LOG_INFO));
    }
    test_log_start();
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0:on_resize=eof");
    test_shot_skip(d, 3);
    test_app_move(apps[0], 110, 120, 240, 160);
    test_shot_ends(d, 5000);
    assert_int_equal(test_log_count("The window was resized to 240x160.",
                                    AV_LOG_INFO), 1);
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(cases),
            TEST(nothing_there),
            TEST(hidden),
            TEST(sizes),
        },
        .managed = {
            TEST(minimized),
        },
    };

    return test_window_run(&groups);
}
