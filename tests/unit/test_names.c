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


/* URLs, and what monitors and windows are chosen by. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>

#include "x11shmpool_client.h"
#include "x11shmpool_monitor.h"
#include "x11shmpool_url.h"

static void test_url(void **state)
{
    static const struct {
        const char *url, *display;
        int has_offset, x, y;
        unsigned window;
        const char *monitor;
    } urls[] = {
        { "",              "",      0, 0, 0, 0, NULL },
        { ":0",            ":0",    0, 0, 0, 0, NULL },
        { ":0.1+10,20",    ":0.1",  1, 10, 20, 0, NULL },
        { ":0+-10,-20",    ":0",    1, -10, -20, 0, NULL },
        { "a-host:3.2",    "a-host:3.2", 0, 0, 0, 0, NULL },
        { ":0?window=12",  ":0",    0, 0, 0, 12, NULL },
        { ":0+1,2?window=0x3a00007", ":0", 1, 1, 2, 0x3a00007, NULL },
        { "?monitor=DP-1", "",      0, 0, 0, 0, "DP-1" },
        { ":0?monitor=a%20b%26%3d%25", ":0", 0, 0, 0, 0, "a b&=%" },
        { ":0?monitor=%zz%4", ":0", 0, 0, 0, 0, "%zz%4" },
        { ":0?monitor=a=b",   ":0", 0, 0, 0, 0, "a=b" },
        { ":0?monitor=x&window=5", ":0", 0, 0, 0, 5, "x" },
    };
    X11ShmpoolUrl u;

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        assert_int_equal(x11shmpool_url_parse(&u, urls[i].url, NULL), 0);
        assert_string_equal(u.display, urls[i].display);
        assert_int_equal(u.has_offset, urls[i].has_offset);
        assert_int_equal(u.x, urls[i].x);
        assert_int_equal(u.y, urls[i].y);
        assert_int_equal(u.window, urls[i].window);
        if (urls[i].monitor)
            assert_string_equal(u.monitor, urls[i].monitor);
        else
            assert_null(u.monitor);
        x11shmpool_url_uninit(&u);
    }
}

static void test_url_refused(void **state)
{
    static const char *const urls[] = {
        ":0?window", ":0?window=", ":0?window=0", ":0?window=x",
        ":0?window=1x", ":0?window=0x1ffffffff", ":0?monitor", ":0?monitor=",
        ":0?screen=1", ":0+1", ":0+1,", ":0+1,2x", ":0+99999,1",
    };
    X11ShmpoolUrl u;

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++)
        assert_int_equal(x11shmpool_url_parse(&u, urls[i], NULL),
                         AVERROR(EINVAL));
}

static void test_url_there_and_back(void **state)
{
    char name[256], url[1024];
    X11ShmpoolUrl u;
    char *escaped;

    (void)state;
    for (int i = 0; i < 255; i++)
        name[i] = i + 1;
    name[255] = 0;
    escaped = x11shmpool_url_escape(name);
    assert_non_null(escaped);
    assert_null(strpbrk(escaped, "?&=+:, "));
    snprintf(url, sizeof(url), ":0.0?monitor=%s", escaped);
    assert_int_equal(x11shmpool_url_parse(&u, url, NULL), 0);
    assert_string_equal(u.monitor, name);
    x11shmpool_url_uninit(&u);
    av_free(escaped);
}

#define S(text) ((char *)(uintptr_t)(text))

static void test_monitors(void **state)
{
    X11ShmpoolMonitor list[] = {
        { .name = S("dp-1"),   .rect = { 0, 0, 800, 600 } },
        { .name = S("DP-1"),   .rect = { 800, 0, 640, 480 } },
        { .name = S("HDMI-1"), .rect = { 0, 600, 1, 1 }, .primary = 1 },
        { .name = S("1"),      .rect = { 9, 9, 9, 9 } },
    };
    X11ShmpoolMonitors m = { list, 4 }, none = { NULL, 0 };
    char text[256];

    (void)state;
    assert_ptr_equal(x11shmpool_monitors_find(&m, "DP-1"), &list[1]);
    assert_ptr_equal(x11shmpool_monitors_find(&m, "dp-1"), &list[0]);
    assert_ptr_equal(x11shmpool_monitors_find(&m, "hdmi-1"), &list[2]);
    assert_ptr_equal(x11shmpool_monitors_find(&m, "primary"), &list[2]);
    assert_ptr_equal(x11shmpool_monitors_find(&m, "0"), &list[0]);
    assert_ptr_equal(x11shmpool_monitors_find(&m, "1"), &list[3]);
    assert_null(x11shmpool_monitors_find(&m, "4"));
    assert_null(x11shmpool_monitors_find(&m, "-1"));
    assert_null(x11shmpool_monitors_find(&m, ""));
    assert_null(x11shmpool_monitors_find(&m, "DP"));
    assert_null(x11shmpool_monitors_find(&none, "primary"));
    assert_null(x11shmpool_monitors_find(&none, "0"));
    list[2].primary = 0;
    assert_ptr_equal(x11shmpool_monitors_find(&m, "primary"), &list[0]);

    m.nb = 2;
    x11shmpool_monitors_print(&m, text, sizeof(text));
    assert_string_equal(text, "0: dp-1 800x600 at 0,0; 1: DP-1 640x480 at "
                              "800,0");
    x11shmpool_monitors_print(&m, text, 8);
    assert_int_equal(strlen(text), 7);
    list[1].name = S("\033[1m\233");
    x11shmpool_monitors_print(&m, text, sizeof(text));
    assert_string_equal(text, "0: dp-1 800x600 at 0,0; 1: \\x1B[1m\\x9B 640x480 "
                              "at 800,0");
    assert_ptr_equal(x11shmpool_monitors_find(&m, "\033[1m\233"), &list[1]);
}

static void test_windows(void **state)
{
    X11ShmpoolClient list[] = {
        { 1, S("hidden editor"), S("ed"), S("Editor"), 1, 1, 0 },
        { 2, S("Editor - a.txt"), S("ed"), S("Editor"), 1, 1, 1 },
        { 3, S("b.txt"), S("ed2"), S("Editor"), 1, 1, 1 },
        { 4, S(""), S(""), S(""), 1, 1, 1 },
    };
    X11ShmpoolClients w = { list, 4 };
    char text[256];

    (void)state;
    assert_ptr_equal(x11shmpool_clients_find(&w, "a.txt", NULL), &list[1]);
    assert_ptr_equal(x11shmpool_clients_find(&w, NULL, "Editor"), &list[1]);
    assert_ptr_equal(x11shmpool_clients_find(&w, NULL, "ed2"), &list[2]);
    assert_ptr_equal(x11shmpool_clients_find(&w, "b", "Editor"), &list[2]);
    assert_ptr_equal(x11shmpool_clients_find(&w, "hidden", NULL), &list[0]);
    /* the exact case first, then any */
    assert_ptr_equal(x11shmpool_clients_find(&w, "A.TXT", NULL), &list[1]);
    assert_ptr_equal(x11shmpool_clients_find(&w, "EDITOR", NULL), &list[1]);
    assert_ptr_equal(x11shmpool_clients_find(&w, "editor", NULL), &list[0]);
    assert_ptr_equal(x11shmpool_clients_find(&w, NULL, "ED2"), &list[2]);
    assert_null(x11shmpool_clients_find(&w, NULL, "Edit"));
    assert_null(x11shmpool_clients_find(&w, "a.txt", "ed2"));

    list[2].title = S("\033]0;b\007");
    w.nb = 3;
    x11shmpool_clients_print(&w, text, sizeof(text));
    assert_string_equal(text, "0x1 'hidden editor' (ed, Editor) not shown; "
                              "0x2 'Editor - a.txt' (ed, Editor); "
                              "0x3 '\\x1B]0;b\\x07' (ed2, Editor)");
    assert_ptr_equal(x11shmpool_clients_find(&w, "\033", NULL), &list[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_url_refused),
        cmocka_unit_test(test_url_there_and_back),
        cmocka_unit_test(test_monitors),
        cmocka_unit_test(test_windows),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
