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

#ifndef TESTS_HARNESS_SIZES_H
#define TESTS_HARNESS_SIZES_H

#include "app.h"
#include "stage.h"

/**
 * @file
 * A window that gets other sizes while d records it with on_resize=follow. Every
 * frame is decoded, as ffmpeg and players do; a size must be told with the first
 * packet that has it, and with no other; and the first packet of each size is
 * kept, of raw video with a copy of what is in it. Failures are cmocka's.
 */

#define TEST_SIZES_HELD 8

extern TestApp *app;           ///< a test's

/** The packets that are kept, and copies of raw video; NULL for none. */
typedef struct TestHeld {
    AVPacket *packet;
    uint8_t *copy;
} TestHeld;
extern TestHeld held[TEST_SIZES_HELD];

/** Packets that told a new size since test_sizes_begin(). */
extern int sizes_told;

/** Expect the first packet of a device to have the stream's size. */
void test_sizes_begin(void);

/** The same for packets that come after one of this size. */
void test_sizes_after(int width, int height);

/** test_sizes_begin(), and make a window of this size the app's. */
void test_sizes_open_app(int w, int h);

/** Release what is kept. */
void test_sizes_release(void);

/** The same, close the app and what else the test opened. To be cmocka's
 *  teardown of a test. */
int test_sizes_clear(void **state);

/** Whether d's packets are raw video: a wrapped frame has its size itself. */
int test_sizes_are_raw(void);

/** Where the pixels of a packet begin. */
const uint8_t *test_sizes_pixels(const AVPacket *packet);

/** Fail unless the packets that are kept hold what they held. */
void test_sizes_check_held(void);

/** The next frame. */
TestImage *test_sizes_next(void);

/** Fail unless within some seconds the frames are what is at x,y of a window, in
 *  this size. */
void test_sizes_expect(xcb_window_t window, int x, int y, int w, int h,
                       const char *what);

/** Draw something in a window that was not there before. */
void test_sizes_paint(xcb_window_t window);

#endif /* TESTS_HARNESS_SIZES_H */
