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
 * Windows by the names that people have for them.
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavdevice/avdevice.h>
#include <libavutil/time.h>

#include "shot.h"
#include "window.h"

/*** By name ***/

static void found(int i, const char *options)
{
    TestRect r = test_app_at(apps[i], apps[i]->window);

    test_stage_open(&d, "%s", options);
    test_stage_size(r.w, r.h);
    test_window_seen(apps[i], options);
    test_device_close(&d);
}

static void by_name(void **state)
{
    char text[128];

    (void)state;
    test_window_open(0, &(TestAppOptions){
        .title = "notes – Überblick", .old_title = "notes", .instance = "ed",
        .class = "Editor", .x = 20, .y = 30, .w = 200, .h = 120, .seed = 1 });
    test_window_open(1, &(TestAppOptions){
        .old_title = "caf\xe9", .instance = "xterm", .class = "XTerm",
        .x = 300, .y = 30, .w = 150, .h = 90, .seed = 2 });
    test_window_open(2, &(TestAppOptions){
        .title = "a note", .instance = "viewer", .class = "Editor",
        .x = 60, .y = 200, .w = 133, .h = 77, .seed = 3 });

    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "window_id=%u", apps[i]->window);
        found(i, text);
        snprintf(text, sizeof(text), "window_id=0x%x", apps[i]->window);
        found(i, text);
        snprintf(text, sizeof(text), "%s.0?window=0x%x", server->display,
                 apps[i]->window);
        d = test_shot_open("x11shmpool", text, "framerate=200:draw_mouse=0");
        test_window_seen(apps[i], text);
        test_device_close(&d);
    }
    found(0, "window_title=Überblick");
    found(0, "window_title=notes");
    found(1, "window_title=café");
    found(2, "window_title=a note");
    found(2, "window_title=note");           /* the topmost of two */
    found(2, "window_class=Editor");
    found(0, "window_class=ed");
    found(1, "window_class=XTerm");
    found(1, "window_class=xterm");
    found(0, "window_title=note:window_class=ed");

    xcb_configure_window(screen->conn, apps[0]->window,
                         XCB_CONFIG_WINDOW_STACK_MODE,
                         (const uint32_t[]){ XCB_STACK_MODE_ABOVE });
    test_screen_sync(screen);
    found(0, "window_title=note");
    found(0, "window_class=Editor");
    test_app_title(apps[1], "a note of another");
    found(0, "window_title=note");
    found(1, "window_title=another");

    test_stage_open(&d, "window_title=another:grab_x=10:grab_y=20:"
                    "video_size=50x40");
    test_app_title(apps[1], "now it is something else");
    test_window_paint(apps[1]);
    test_window_seen_part(apps[1], 10, 20, NULL, 0, "a part of a window");
}

static void absent_windows_are_refused(void **state)
{
    char id[2][16], url[128];

    (void)state;
    test_window_open(0, &(TestAppOptions){
        .title = "the first one", .instance = "i1", .class = "Class1",
        .x = 20, .y = 30, .w = 201, .h = 121, .seed = 1 });
    test_window_open(1, &(TestAppOptions){
        .title = "der zweite", .instance = "i2", .class = "Class2",
        .x = 300, .y = 30, .w = 151, .h = 91, .seed = 2 });
    for (int i = 0; i < 2; i++)
        snprintf(id[i], sizeof(id[i]), "0x%x", apps[i]->window);
    {
        const char *const all[] = {
            "the first one", "der zweite", "Class1", "Class2", id[0], id[1],
            NULL,
        };

        test_shot_refused(server->display, "window_title=nothing like that",
                          all);
        test_shot_refused(server->display, "window_class=Class", all);
        test_shot_refused(server->display,
                          "window_title=first:window_class=Class2", all);
        test_shot_refused(server->display, "window_id=0x3ffffff", all);
        snprintf(url, sizeof(url), "%s?window=0x3ffffff", server->display);
        test_shot_refused(url, NULL, all);
    }
    test_shot_refused(server->display, "window_id=nonsense",
                      (const char *const[]){ "window_id", "nonsense", NULL });
    snprintf(url, sizeof(url), "%s?window=0x%x", server->display,
             apps[0]->window);
    test_shot_refused(url, "window_title=zweite",
                      (const char *const[]){ "window_title", NULL });
    snprintf(url, sizeof(url), "window_id=0x%x:window_class=Class1",
             apps[0]->window);
    test_shot_refused(server->display, url,
                      (const char *const[]){ "window_id", "window_class",
                                             NULL });
}

/*** Names that would do something to a terminal ***/

static AVDeviceInfoList *list_all(void)
{
    AVDeviceInfoList *list = NULL;
    AVDictionary *options = NULL;

    avdevice_register_all();
    av_dict_set(&options, "display", server->display, 0);
    if (avdevice_list_input_sources(av_find_input_format("x11shmpool"), NULL,
                                    options, &list) < 1)
        fail_msg("nothing is listed");
    av_dict_free(&options);
    return list;
}

static const AVDeviceInfo *listed(const AVDeviceInfoList *list,
                                  xcb_window_t window)
{
    char name[48];

    snprintf(name, sizeof(name), "%s.0?window=0x%x", server->display, window);
    for (int i = 0; i < list->nb_devices; i++)
        if (!strcmp(list->devices[i]->device_name, name))
            return list->devices[i];
    fail_msg("%s is not listed", name);
    return NULL;
}

static void assert_log_printable(const char *what)
{
    if (test_log_unprintable()) {
        test_log_print();
        fail_msg("%s: %d lines have control characters or are no UTF-8", what,
                 test_log_unprintable());
    }
}

/* They are shown as \x1B and the like, and looked for as they are. */
static void names_with_controls(void **state)
{
    static const struct {
        const char *name, *title, *shown;
        int old;
    } titles[] = {
        { "an escape",       "red \033[31mtext",       "red \\x1B[31mtext", 0 },
        { "a bell",          "ding\adong",             "ding\\x07dong",     0 },
        { "a newline",       "one\ntwo",               "one\\x0Atwo",       0 },
        { "a return",        "one\rthree",             "one\\x0Dthree",     0 },
        { "delete",          "one\177four",            "one\\x7Ffour",      0 },
        { "C1",              "csi \302\23331m",        "csi ",             0 },
        { "no UTF-8",        "bad \377\376 \303 text", "bad ",             0 },
        { "half a sequence", "half \342\202",          "half ",            0 },
        { "an old escape",   "old \033[32mtext",       "old \\x1B[32mtext", 1 },
        { "an old C1",       "old csi \23332m",        "old csi ",         1 },
        { "honest UTF-8",    "Grüße, 世界",            "Grüße, 世界",      0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
        AVDeviceInfoList *list;
        const AVDeviceInfo *info;
        char text[128];

        test_window_open(0, &(TestAppOptions){
            .title = titles[i].old ? NULL : titles[i].title,
            .old_title = titles[i].old ? titles[i].title : NULL,
            .instance = "ev\033il", .class = "Ev\ail", .x = 20, .y = 30,
            .w = 200, .h = 120, .seed = i });
        test_shot_refused(server->display, "window_title=nothing like that",
                          (const char *const[]){ titles[i].shown, NULL });
        assert_log_printable(titles[i].name);

        list = list_all();
        info = listed(list, apps[0]->window);
        if (!test_text_printable(info->device_description) ||
            !strstr(info->device_description, titles[i].shown)) {
            /* escaped here: what is printed may not do it either */
            printf("# %s is described by", titles[i].name);
            for (const char *p = info->device_description; *p; p++)
                printf(*p > 31 && *p < 127 ? "%c" : "<%02x>", *p & 255);
            printf("\n");
            fail_msg("%s: the description is not as it should be",
                     titles[i].name);
        }
        assert_true(test_text_printable(info->device_name));
        avdevice_free_list_devices(&list);

        test_log_start();
        /* Latin-1 is told as UTF-8 */
        snprintf(text, sizeof(text), "window_title=%s",
                 titles[i].old ? "old" : titles[i].title);
        found(0, text);
        assert_log_printable(titles[i].name);
    }
    test_shot_refused(server->display, "window_title=no \033[31m such",
                      (const char *const[]){ "no \\x1B[31m such", NULL });
    assert_log_printable("what is looked for");
}

/* A manager that is there, and has no windows: there are none to be listed, and
 * one that it does not manage is not found by its title. */
static void nothing_managed(void **state)
{
    xcb_window_t check = test_screen_window(screen, -20, -20, 1, 1, 0);
    static const char *const lists[] = { "_NET_CLIENT_LIST",
                                         "_NET_CLIENT_LIST_STACKING" };
    const xcb_window_t windows[] = { root, check };

    (void)state;
    test_window_at(5, 300, 300, 50, 50);
    for (int i = 0; i < 2; i++)
        xcb_change_property(screen->conn, XCB_PROP_MODE_REPLACE, windows[i],
                            test_app_atom(apps[5], "_NET_SUPPORTING_WM_CHECK"),
                            XCB_ATOM_WINDOW, 32, 1, &check);
    for (int n = 1; n <= 2; n++) {
        AVDeviceInfoList *list;

        for (int i = 0; i < 2; i++)
            if (n == 2 || i == 0)
                xcb_change_property(screen->conn, XCB_PROP_MODE_REPLACE, root,
                                    test_app_atom(apps[5], lists[i]),
                                    XCB_ATOM_WINDOW, 32, 0, NULL);
        test_screen_sync(screen);
        list = list_all();
        assert_true(list->nb_devices >= 1);
        for (int i = 0; i < list->nb_devices; i++)
            assert_null(strstr(list->devices[i]->device_name, "?window="));
        avdevice_free_list_devices(&list);
        test_shot_refused(server->display, "window_title=nothing like that",
                          (const char *const[]){ "nothing like that", NULL });
        assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
    }
    for (int i = 0; i < 2; i++)
        xcb_delete_property(screen->conn, root,
                            test_app_atom(apps[5], lists[i]));
    xcb_delete_property(screen->conn, root,
                        test_app_atom(apps[5], "_NET_SUPPORTING_WM_CHECK"));
    test_screen_destroy(screen, check);
    found(5, "window_title=app 5");
}

/*** Under a window manager ***/

/* Until the manager says so */
static void wait_on_top(xcb_window_t window)
{
    int64_t end = av_gettime_relative() + 10000000;
    xcb_atom_t list = test_app_atom(apps[0], "_NET_CLIENT_LIST_STACKING");
    int above = 0;

    while (!above && av_gettime_relative() < end) {
        xcb_get_property_reply_t *p = xcb_get_property_reply(
            screen->conn, xcb_get_property(screen->conn, 0, root, list,
                                           XCB_ATOM_WINDOW, 0, 64), NULL);
        int n = p ? xcb_get_property_value_length(p) / 4 : 0;

        above = n > 0 &&
                ((xcb_window_t *)xcb_get_property_value(p))[n - 1] == window;
        free(p);
    }
    assert_true(above);
}

/* A title is looked for in what the manager knows: windows that are minimised
 * are there, but have nothing to show. */
static void managed_names(void **state)
{
    char id[16];

    (void)state;
    test_window_need_manager();
    test_window_at(0, 100, 100, 201, 151);
    test_window_at(1, 300, 300, 150, 99);
    test_app_wait_framed(apps[0], 1);
    test_app_wait_framed(apps[1], 1);
    found(0, "window_title=app 0");
    found(1, "window_title=app 1");
    for (int i = 0; i < 4; i++) {
        test_app_activate(apps[i & 1]);
        wait_on_top(apps[i & 1]->window);
        found(i & 1, "window_title=app");
        found(i & 1, "window_class=Test");
    }
    test_app_iconify(apps[1]);
    test_app_wait_viewable(apps[1], apps[1]->window, 0);
    found(0, "window_class=Test");
    snprintf(id, sizeof(id), "0x%x", apps[1]->window);
    test_shot_refused(server->display, "window_title=app 1",
                      (const char *const[]){ id, "minimized", NULL });
}

/* What a manager that was killed has left on the root window is no list. */
static void manager_forgotten(void **state)
{
    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_window_need_manager();
    test_app_wait_framed(apps[0], 1);
    found(0, "window_title=app 0");
    test_server_end(server, manager, SIGKILL);
    manager = 0;
    test_app_wait_framed(apps[0], 0);
    test_window_at(1, 300, 300, 150, 99);
    found(1, "window_title=app 1");
    found(0, "window_title=app 0");
    test_app_close(&apps[0]);
    found(1, "window_title=app");
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(by_name),
            TEST(absent_windows_are_refused),
            TEST(names_with_controls),
            TEST(nothing_managed),
        },
        .managed = {
            TEST(managed_names),
            TEST(manager_forgotten),
        },
        .composited = {
            TEST(by_name),
        },
    };

    return test_window_run(&groups);
}
