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

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor.h"
#include "randr.h"
#include "shot.h"

TestDevice *more[3];

static const char *missing;    /* why there is no server */

int test_monitor_start(TestServerKind kind, int width, int height, int depth)
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
    test_screen_backdrop(screen, root, TEST_MAX_WIDTH, TEST_MAX_HEIGHT, 1);
    return 0;
}

int test_monitor_clear(void **state)
{
    for (int i = 0; i < 3; i++) {
        if (d == more[i])
            d = NULL;
        test_device_close(&more[i]);
    }
    return test_stage_clear(state);
}

void test_monitor_need_server(void)
{
    if (!missing)
        return;
    print_message("%s is not installed\n", missing);
    skip();
}

void test_monitor_paint(void)
{
    static unsigned seed = 100;

    seed++;
    test_screen_backdrop(screen, root, TEST_MAX_WIDTH, TEST_MAX_HEIGHT, seed);
}

TestRect test_monitor_find(const char *name)
{
    TestMonitor m[TEST_MAX_MONITORS];
    int n = test_randr_monitors(screen, m, TEST_MAX_MONITORS);

    assert_true(n <= TEST_MAX_MONITORS);
    for (int i = 0; i < n; i++)
        if (!strcmp(m[i].name, name))
            return m[i].at;
    fail_msg("the server has no monitor %s", name);
    return (TestRect){ 0 };
}

void test_monitor_put(const char *output, TestRect at)
{
    if (!test_randr_output(screen, output, at.x, at.y, at.w, at.h))
        fail_msg("%s can't be put to %dx%d at %d,%d", output, at.w, at.h, at.x,
                 at.y);
}

void test_monitor_seen(TestRect part, const char *what)
{
    test_monitor_seen_within(part, NULL, 0, what);
}

void test_monitor_seen_within(TestRect part, const TestRect *lit, int n,
                              const char *what)
{
    TestImage *got  = test_shot_after(d, TEST_LATE);
    TestImage *want = test_screen_read(screen, root, part.x, part.y,
                                       got->width, got->height, 0);
    TestRect own = { 0, 0, part.w, part.h };

    test_image_mask(want, &own, 1);
    if (lit) {
        TestRect moved[TEST_MAX_OUTPUTS];

        for (int i = 0; i < n; i++)
            moved[i] = (TestRect){ lit[i].x - part.x, lit[i].y - part.y,
                                   lit[i].w, lit[i].h };
        test_image_mask(want, moved, n);
    }
    test_stage_same(want, got, what);
}
