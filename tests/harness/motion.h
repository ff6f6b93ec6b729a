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

#ifndef TESTS_HARNESS_MOTION_H
#define TESTS_HARNESS_MOTION_H

#include <sys/types.h>
#include <xcb/xcb.h>

/**
 * @file
 * What moves on a display while it is recorded: a process of its own that draws
 * one frame after the other at a steady rate. Nothing here is thread-safe.
 */

/** What it draws with. The graphics context draws over windows, too. */
typedef struct TestMotionPen {
    xcb_connection_t *c;
    xcb_screen_t *screen;
    xcb_gcontext_t gc;
} TestMotionPen;

/** Draw frame n of this kind of work, in the drawing process. n is 0 at the
 *  first frame after test_motion_tell(): what lies below is drawn then. */
typedef void (*TestMotionDraw)(TestMotionPen *pen, int work, unsigned n);

typedef struct TestMotion {
    pid_t pid;
    int commands, answers;
} TestMotion;

/** Nothing moves. */
#define TEST_MOTION_REST (-1)

/**
 * Start the process; it rests. It ends with the calling thread at the latest.
 *
 * @param rate frames a second
 * @return 0, or -1 with a line on stderr
 */
int test_motion_start(TestMotion *m, const char *display, int rate,
                      TestMotionDraw draw);

/** Let it do this work from now on. Returns once the server has drawn frame 0;
 *  -1 if the process has gone. */
int test_motion_tell(TestMotion *m, int work);

/** Kill it and wait for it. Does nothing if pid is 0, and sets it to 0. */
void test_motion_stop(TestMotion *m);

/** In the drawing process: scroll the quarter in the middle of the screen up by
 *  8 pixels; what comes in at its bottom has the context's colour. */
void test_motion_scroll(TestMotionPen *pen);

#endif /* TESTS_HARNESS_MOTION_H */
