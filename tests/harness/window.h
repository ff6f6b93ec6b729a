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

#ifndef TESTS_HARNESS_WINDOW_H
#define TESTS_HARNESS_WINDOW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app.h"
#include "stage.h"

/**
 * @file
 * Applications on the stage, of which the device records a window: what tests
 * of windows start from, and the assertions that nothing but the window is
 * seen, TEST_LATE frames after a change at the latest, as another client reads
 * it from the window's own pixmap.
 */

#define TEST_WIDTH  800        ///< of the screen
#define TEST_HEIGHT 600
#define TEST_MAX_APPS 6

extern TestApp *apps[TEST_MAX_APPS]; ///< a test's
extern pid_t manager;          ///< a test's window manager, 0 for none
extern const char *compositor; ///< of this group of tests, NULL for none

/** How many of the ways to fill a slot a test is to try that tries several. */
extern int nb_ways;

/** The tests of a program, by what they need: each list ends at the first that
 *  has no name. */
typedef struct TestWindowGroups {
    struct CMUnitTest plain[24];
    struct CMUnitTest in_ways[4];     ///< in all ways, then at 16 bits
    struct CMUnitTest managed[8];     ///< start a window manager
    struct CMUnitTest composited[16]; ///< under picom, then under xcompmgr
} TestWindowGroups;

/** One of them. */
#define TEST_WINDOW(name) cmocka_unit_test_teardown(name, test_window_clear)

/** Run them, each group on a stage with the pointer in its right bottom corner.
 *  @return how many failed */
int test_window_run(const TestWindowGroups *g);

/** A test's teardown, as cmocka has it. */
int test_window_clear(void **state);

/** Skip the test unless the group's compositor runs. */
void test_window_need_compositor(void);

/** The same, and start a window manager or skip the test. */
void test_window_need_manager(void);

/** Open apps[i] in the place of the one that was there, or fail. */
TestApp *test_window_open(int i, const TestAppOptions *o);

/** The same, with "app i" for its title, "test" and "Test" for its class. */
TestApp *test_window_at(int i, int x, int y, int w, int h);

/** test_window_need_manager(), and wait until it has given apps[0] a frame, a
 *  window of 201x151. */
void test_window_framed(void);

/** Draw something in a window that was not there before. */
void test_window_paint(TestApp *app);

/** Fail unless the device shows the window, and nothing but. */
void test_window_seen(TestApp *app, const char *what);

/** Fail unless it does so now, and when something was painted in it. */
void test_window_painted(TestApp *app, const char *what);

/** Fail unless the device still shows last, an earlier picture of it. */
void test_window_still(const TestImage *last, const char *what);

/** Fail unless the device shows what of the window is at x,y, and of that only
 *  what lies in n rectangles of the window; all of it where shape is NULL. */
void test_window_seen_part(TestApp *app, int x, int y, const TestRect *shape,
                           int n, const char *what);

/** Fail unless the device shows the window under pictures of n menus, the first
 *  one lowest, at places of the root window. */
void test_window_under(TestApp *app, int n, const TestRect *at,
                       TestImage *const *menus, const char *what);

#endif /* TESTS_HARNESS_WINDOW_H */
