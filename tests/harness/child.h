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

#ifndef TESTS_HARNESS_CHILD_H
#define TESTS_HARNESS_CHILD_H

#include <sys/types.h>

#include "screen.h"

/**
 * @file
 * Clients in processes of their own, which do one thing until they are stopped,
 * so that they don't count in what is measured in the test's own process.
 */

/** What a child does; it is ended when it returns. */
typedef void (*TestChildBody)(TestScreen *s, void *opaque);

/**
 * Start a process that connects to display and runs body. Returns once it has
 * connected; fails the test if it can't. It ends with the calling thread at the
 * latest. To be called before there are other threads where body allocates.
 */
pid_t test_child_start(const char *display, TestChildBody body, void *opaque);

/** Kill it and wait for it. *child may be 0 and is set to 0. */
void test_child_end(pid_t *child);

/**
 * Run body in a process of its own and wait for it.
 *
 * @return what body returned, from 0 to 255; -1, after killing it, if it took
 *         longer than timeout_ms or died of a signal
 */
int test_child_run(int (*body)(void *opaque), void *opaque, int timeout_ms);

/** Paint small random rectangles on the root window without a pause. opaque is
 *  a pause in µs after each rectangle, an unsigned, or NULL. */
void test_child_paint(TestScreen *s, void *opaque);

/** Paint along a line over the root window, so that what is new lies beside what
 *  was. opaque is as for test_child_paint(). */
void test_child_paint_along(TestScreen *s, void *opaque);

#endif /* TESTS_HARNESS_CHILD_H */
