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

#ifndef TESTS_HARNESS_MARK_H
#define TESTS_HARNESS_MARK_H

#include <stdint.h>
#include <xcb/xcb.h>

#include <libavutil/frame.h>

#include "screen.h"

/**
 * @file
 * Pixels that tell whose they are and where they belong, so that every frame
 * can be judged by itself.
 */

/** libavutil is not instrumented: that nobody reads a slot any more when it is
 *  filled again can't be seen by ThreadSanitizer. */
#define TEST_UNSEEN __attribute__((no_sanitize_thread))

/** Places are less than this. */
#define TEST_MARK_MAX 2048

/** What lies at the places of TEST_OTHER from here on is a neighbour of the
 *  window; before that, it is a menu. */
#define TEST_NEIGHBOUR 1024

typedef enum TestOwner {
    TEST_NOBODY, TEST_ROOT, TEST_WINDOW, TEST_OTHER,
} TestOwner;

typedef struct TestMark {
    TestOwner owner;
    int x, y;
} TestMark;

/** The pixel value, of 24 bits. */
uint32_t test_mark(TestOwner owner, int x, int y);

/** What a pixel of a 0RGB32 frame tells. */
static inline TEST_UNSEEN TestMark test_mark_read(const AVFrame *frame,
                                                  int x, int y)
{
    uint32_t v = ((const uint32_t *)(frame->data[0] +
                                     y * frame->linesize[0]))[x] & 0xffffff;

    return (TestMark){ v >> 22, v >> 11 & 2047, v & 2047 };
}

/** Make width x height marks the window's background and show it, with add
 *  added to their x. */
void test_mark_window(TestScreen *s, xcb_window_t w, TestOwner owner, int add,
                      int width, int height);

#endif /* TESTS_HARNESS_MARK_H */
