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

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "shot.h"
#include "window.h"

TestApp *apps[TEST_MAX_APPS];
pid_t manager;
const char *compositor;
int nb_ways;

static int start(int depth, int ways)
{
    nb_ways = ways;
    if (test_stage_start(&(TestServerOptions){ .width = TEST_WIDTH,
                                               .height = TEST_HEIGHT,
                                               .depth = depth }) < 0)
        return -1;
    test_screen_backdrop(screen, root, TEST_WIDTH, TEST_HEIGHT, 1);
    test_screen_warp(screen, TEST_WIDTH - 1, TEST_HEIGHT - 1);
    return 0;
}

static int start_plain(void **state)
{
    (void)state;
    return start(0, 2);
}

static int start_all_ways(void **state)
{
    (void)state;
    return start(0, TEST_NB_WAYS);
}

static int start_16(void **state)
{
    (void)state;
    return start(16, 2);
}

static int start_composited(void **state, const char *command)
{
    if (start_plain(state) < 0)
        return -1;
    compositor = command;
    if (test_server_run(server, command)) {
        TestApp *any = test_app_open(server->display, &(TestAppOptions){
            .x = 0, .y = 0, .w = 1, .h = 1, .unmanaged = 1, .seed = 1 });

        test_app_wait_owner(any, "_NET_WM_CM_S0", 1);
        test_app_close(&any);
    } else {
        test_stage_stop(state);
    }
    return 0;
}

static int start_picom(void **state)
{
    return start_composited(state, "picom --config /dev/null --backend xrender "
                                   "--no-fading-openclose");
}

static int start_xcompmgr(void **state)
{
    return start_composited(state, "xcompmgr -n");
}

static int end_group(void **state)
{
    compositor = NULL;
    return test_stage_stop(state);
}

static int run(const char *name, const struct CMUnitTest *tests,
               CMFixtureFunction start_group)
{
    int n = 0;

    while (tests[n].name)
        n++;
    return n ? _cmocka_run_group_tests(name, tests, n, start_group, end_group)
             : 0;
}

int test_window_run(const TestWindowGroups *g)
{
    int failed = 0;

    failed += run("plain", g->plain, start_plain);
    failed += run("ways", g->in_ways, start_all_ways);
    failed += run("16 bits", g->in_ways, start_16);
    failed += run("managed", g->managed, start_plain);
    failed += run("picom", g->composited, start_picom);
    failed += run("xcompmgr", g->composited, start_xcompmgr);
    return failed;
}

int test_window_clear(void **state)
{
    test_device_close(&d);
    for (int i = 0; i < TEST_MAX_APPS; i++)
        test_app_close(&apps[i]);
    if (manager)
        test_server_end(server, manager, SIGTERM);
    manager = 0;
    return test_stage_clear(state);
}

void test_window_need_compositor(void)
{
    if (server)
        return;
    print_message("%.*s is not installed\n", (int)strcspn(compositor, " "),
                  compositor);
    skip();
}

void test_window_need_manager(void)
{
    test_window_need_compositor();
    if ((manager = test_server_run(server, "openbox --sm-disable")))
        return;
    print_message("openbox is not installed\n");
    skip();
}

TestApp *test_window_open(int i, const TestAppOptions *o)
{
    test_window_need_compositor();
    test_app_close(&apps[i]);
    if (!(apps[i] = test_app_open(server->display, o)))
        fail_msg("no connection for an application");
    return apps[i];
}

TestApp *test_window_at(int i, int x, int y, int w, int h)
{
    char title[16];

    snprintf(title, sizeof(title), "app %d", i);
    return test_window_open(i, &(TestAppOptions){
        .title = title, .instance = "test", .class = "Test",
        .x = x, .y = y, .w = w, .h = h, .seed = 10 + i,
    });
}

void test_window_framed(void)
{
    test_window_need_manager();
    test_window_at(0, 100, 100, 201, 151);
    test_app_wait_framed(apps[0], 1);
}

void test_window_paint(TestApp *app)
{
    static unsigned seed = 100;
    TestRect r = test_app_at(app, app->window);

    seed++;
    test_screen_noise(app->s, app->window, seed % 40, seed % 30,
                      r.w / 2 + 1, r.h / 2 + 1, seed);
}

void test_window_seen(TestApp *app, const char *what)
{
    test_window_under(app, 0, NULL, NULL, what);
}

void test_window_painted(TestApp *app, const char *what)
{
    test_window_seen(app, what);
    test_window_paint(app);
    test_window_seen(app, what);
}

void test_window_still(const TestImage *last, const char *what)
{
    TestImage *got = test_shot_after(d, TEST_LATE);

    test_shot_same(last, got, what);
    test_image_free(&got);
}

void test_window_seen_part(TestApp *app, int x, int y, const TestRect *shape,
                           int n, const char *what)
{
    TestImage *got  = test_shot_after(d, TEST_LATE);
    TestImage *all  = test_screen_read_pixmap(screen, app->window,
                                              x + got->width, y + got->height);
    TestImage *want = test_screen_read_pixmap(screen, app->window, got->width,
                                              got->height);

    if (shape)
        test_image_mask(all, shape, n);
    test_image_paste(want, all, -x, -y);
    test_image_free(&all);
    test_stage_same(want, got, what);
}

void test_window_under(TestApp *app, int n, const TestRect *at,
                       TestImage *const *menus, const char *what)
{
    TestRect own    = test_app_at(app, app->window);
    TestImage *got  = test_shot_after(d, TEST_LATE);
    TestImage *want = test_screen_read_pixmap(screen, app->window, got->width,
                                              got->height);

    for (int i = 0; i < n; i++)
        test_image_paste(want, menus[i], at[i].x - own.x, at[i].y - own.y);
    test_stage_same(want, got, what);
}
