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

#ifndef TESTS_HARNESS_SHOT_H
#define TESTS_HARNESS_SHOT_H

#include "device.h"
#include "image.h"
#include "screen.h"

/**
 * @file
 * One picture from a device, and the assertion that it is what the screen
 * shows. Failures are cmocka's, with the device's log on stderr.
 */

/** Frames until a change must be seen. */
#define TEST_LATE 2

/** The picture of the first frame whose tick began well after this call, through
 *  the rawvideo decoder. Fails after 10 s. */
TestImage *test_shot(TestDevice *d);

/** The same, of the first frame whose tick began so many frame durations after
 *  that. */
TestImage *test_shot_after(TestDevice *d, int frames);

/** The next packet, or fail after 5 s. */
AVPacket *test_shot_packet(TestDevice *d);

/** Read and drop n packets, or fail where one takes 5 s. */
void test_shot_skip(TestDevice *d, int n);

/** Fail unless the stream ends by AVERROR_EOF. */
void test_shot_ends(TestDevice *d, int timeout_ms);

/** Fail unless x11shmpool can't be opened with these options, and an error line
 *  has each of the words (up to a NULL). Starts the log anew. */
void test_shot_refused(const char *url, const char *options,
                       const char *const *words);

/** Open a device or fail. */
TestDevice *test_shot_open(const char *format, const char *url,
                           const char *options);

/** Open, take one picture, close. */
TestImage *test_shot_once(const char *format, const char *url,
                          const char *options);

/** Fail unless both pictures are the same; frees neither. */
void test_shot_same(const TestImage *want, const TestImage *got,
                    const char *what);

/** Fail unless the device's next picture is what an independent reading of
 *  the window at x,y shows, of the picture's size. */
void test_shot_true(TestDevice *d, TestScreen *s, xcb_window_t window,
                    int x, int y, int pointer, const char *what);

/** As test_shot_true(), but it is enough that it comes true before timeout_ms
 *  have passed. */
void test_shot_comes_true(TestDevice *d, TestScreen *s, xcb_window_t window,
                          int x, int y, int pointer, int timeout_ms,
                          const char *what);

/** A cursor of w x h with every alpha, premultiplied; free it. */
uint32_t *test_shot_cursor(int w, int h, unsigned seed);

#endif /* TESTS_HARNESS_SHOT_H */
