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

#ifndef TESTS_HARNESS_PAINTING_H
#define TESTS_HARNESS_PAINTING_H

#include <pthread.h>
#include <stdatomic.h>

#include "painter.h"

/**
 * @file
 * A painter on a thread of its own, which draws all the time until it is told
 * to stop or its server dies. Failures are cmocka's.
 */

typedef struct TestPainting {
    TestPainter *painter;
    atomic_int quit;
    pthread_t thread;
} TestPainting;

/** Parameters as test_painter_open() has them. */
void test_painting_start(TestPainting *p, const char *display, uint32_t seed,
                         unsigned kinds);

/** Stop, and take its windows and cursors away. */
void test_painting_stop(TestPainting *p);

#endif /* TESTS_HARNESS_PAINTING_H */
