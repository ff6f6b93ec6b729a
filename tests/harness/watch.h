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

#ifndef TESTS_HARNESS_WATCH_H
#define TESTS_HARNESS_WATCH_H

#include <pthread.h>
#include <stdint.h>

#include "device.h"
#include "history.h"
#include "image.h"
#include "judge.h"

/**
 * @file
 * Devices whose every frame is judged, each on a thread of its own, while what
 * they show is changed; two frames after the last change they have the picture
 * that stays. Failures are cmocka's.
 */

typedef struct TestWatch {
    const char *name, *options; ///< the test's
    TestJudge *judge;          ///< NULL: only that it goes on
    const TestHistory *history;
    int x, y;                  ///< of a region of the screen
    TestDevice *d;             ///< opened by the test
    pthread_t thread;
    int started;
    int frames;
    TestImage *last;           ///< the first frame after the last change
    char message[256];         ///< the first complaint
} TestWatch;

/** When the last change was, µs of av_gettime(), for all of them; 0 while there
 *  are changes. */
void test_watch_calm(int64_t since);

void test_watch_start(TestWatch *w);

/** Wait until it has the last picture, or has failed. It may not be started. */
void test_watch_wait(TestWatch *w);

/** The same; then forget what was seen, and close the device. */
void test_watch_clear(TestWatch *w);

#endif /* TESTS_HARNESS_WATCH_H */
