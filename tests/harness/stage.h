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

#ifndef TESTS_HARNESS_STAGE_H
#define TESTS_HARNESS_STAGE_H

#include "device.h"
#include "proxy.h"
#include "reading.h"
#include "screen.h"
#include "server.h"

/**
 * @file
 * What the tests of a program share: a server, and what a test opens there. A
 * program has one of each, for the thread that its tests run on.
 */

extern TestServer *server;
extern TestScreen *screen;
extern xcb_window_t root;      ///< the screen's
extern TestDevice *d;          ///< a test's
extern TestProxy *proxy;       ///< a test's

/** How slots can be filled (see x11shmpool_grab.h), with damage and without in
 *  turn; the first two are the best. */
#define TEST_NB_WAYS 6

/** Start the log anew, the server and its client; the root window shows noise
 *  from seed 1.
 *  @return 0 or -1, as cmocka has it of what sets a test or a group up */
int test_stage_start(const TestServerOptions *o);

/** Take away what a test opened, also if it failed, and let a server that was
 *  stopped go on. To be cmocka's teardown of a test; state is not used. */
int test_stage_clear(void **state);

/** The same, and all that test_stage_start() started. To be cmocka's teardown
 *  of a test or a group; state is not used. */
int test_stage_stop(void **state);

/** Open the device in the place of what is in *device, or fail: at 200 frames a
 *  second, without the pointer, and with these options. */
void test_stage_open(TestDevice **device, const char *options, ...)
    __attribute__((format(printf, 2, 3)));

/** The same, slots being filled in one of the ways. */
void test_stage_open_by(TestDevice **device, int way, const char *options, ...)
    __attribute__((format(printf, 3, 4)));

/** Make a window of 201x149 at 60,50. It and the root window show what doesn't
 *  repeat itself. */
xcb_window_t test_stage_window(void);

/** Give the root window test_shot_cursor()'s cursor of this seed, or fail. */
void test_stage_cursor(int w, int h, int xhot, int yhot, unsigned seed);

/** Fail unless d's pictures have this size. */
void test_stage_size(int width, int height);

/** Fail unless a child of the root window is where a border of this thickness
 *  around a part of it has its outer edges. */
void test_stage_border(TestRect inner, int thickness, const char *what);

/** Fail unless got, a picture of d, is the one that is wanted; frees both.
 *  Where there is a proxy, whose thread may be late in passing on what has
 *  changed, it is enough that d's next ones are before a second has passed. */
void test_stage_same(TestImage *want, TestImage *got, const char *what);

#endif /* TESTS_HARNESS_STAGE_H */
