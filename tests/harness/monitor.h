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

#ifndef TESTS_HARNESS_MONITOR_H
#define TESTS_HARNESS_MONITOR_H

#include "stage.h"

/**
 * @file
 * Monitors on the stage: what tests of them start from, and the assertions that
 * a part of the screen is seen, TEST_LATE frames after a change at the latest,
 * as another client reads it.
 */

#define TEST_MAX_MONITORS 8
#define TEST_MAX_OUTPUTS 16    ///< of Xorg's dummy driver
#define TEST_MAX_WIDTH  1100   ///< of a screen
#define TEST_MAX_HEIGHT 800

extern TestDevice *more[3];    ///< a test's, as well as d, which may be one

/** Start a stage with such a server, or make test_monitor_need_server() skip
 *  where that is not installed.
 *  @return as test_stage_start() */
int test_monitor_start(TestServerKind kind, int width, int height, int depth);

/** test_stage_clear(), for the other devices, too. */
int test_monitor_clear(void **state);

/** Skip the test where its server is not installed. */
void test_monitor_need_server(void);

/** Draw something on the root window that was not there before. */
void test_monitor_paint(void);

/** Where the monitor of this name is (RandR 1.5); fails if there is none. */
TestRect test_monitor_find(const char *name);

/** Turn an output on, or change its mode and place, or fail. */
void test_monitor_put(const char *output, TestRect at);

/** Fail unless d shows a part of the screen at its left top corner, and black
 *  where its picture is larger than that. */
void test_monitor_seen(TestRect part, const char *what);

/** The same, what of the part is in none of n others being black, too. */
void test_monitor_seen_within(TestRect part, const TestRect *lit, int n,
                              const char *what);

#endif /* TESTS_HARNESS_MONITOR_H */
