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

#ifndef TESTS_HARNESS_HISTORY_H
#define TESTS_HARNESS_HISTORY_H

#include <stdint.h>

#include "image.h"

/**
 * @file
 * What something on the screen was like, and when. One thread says so; any
 * thread may ask for the states since a moment.
 */

#define TEST_MAX_STATES 8192
#define TEST_MAX_PLACES 3

/** What it was like, and from when to when that can have been seen. */
typedef struct TestState {
    int64_t from, to;          ///< µs, av_gettime()
    TestRect at[TEST_MAX_PLACES]; ///< w 0: off
    int nb;
} TestState;

/** Zeroed, it is empty. Of more than TEST_MAX_STATES the older are forgotten. */
typedef struct TestHistory {
    TestState states[TEST_MAX_STATES];
    int nb;
} TestHistory;

/** It is about to change. Until the change has ended either state may be
 *  seen. */
void test_history_begin(TestHistory *h, const TestRect *at, int nb);
void test_history_end(TestHistory *h);

/** The last state that was begun. For the thread that says so. */
const TestState *test_history_now(const TestHistory *h);

/** The states that can have been seen since then, the last one first.
 *  @return how many were stored */
int test_history_since(const TestHistory *h, int64_t since, TestState *states,
                       int max);

#endif /* TESTS_HARNESS_HISTORY_H */
