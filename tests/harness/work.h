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

#ifndef TESTS_HARNESS_WORK_H
#define TESTS_HARNESS_WORK_H

#include "motion.h"

/**
 * @file
 * What people record, as something that moves (motion.h).
 */

/** Each draws over the whole screen at frame 0. */
typedef enum TestWork {
    TEST_WORK_SLIDE,           ///< a slide, which stays
    TEST_WORK_TYPING,          ///< a page of text; a character a frame
    TEST_WORK_SCROLL,          ///< a page of text; moves up by a line a frame
    TEST_WORK_FILM,            ///< a camera that pans: every pixel changes
    TEST_NB_WORKS,
} TestWork;

extern const char *const test_work_names[TEST_NB_WORKS];

/** A TestMotionDraw for a TestWork, for screens of 24 bits. */
void test_work_draw(TestMotionPen *pen, int work, unsigned n);

#endif /* TESTS_HARNESS_WORK_H */
