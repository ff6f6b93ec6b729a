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

#ifndef TESTS_HARNESS_READING_H
#define TESTS_HARNESS_READING_H

#include "image.h"
#include "screen.h"

/**
 * @file
 * What a test's display shows, read independently of the device under test:
 * plain GetImage, and a blend of its own. An X error ends the program with a
 * message.
 */

/**
 * Read w x h pixels at x,y of a window or the root. What lies outside it or
 * outside the screen is black.
 *
 * @param pointer blend the pointer in
 */
TestImage *test_screen_read(TestScreen *s, xcb_window_t window, int x, int y,
                            int w, int h, int pointer);

/** Read w x h pixels at the left top corner of a window, without its border,
 *  from its own pixmap: it must be viewable and redirected (Composite). What
 *  lies outside it is black, and opaque. */
TestImage *test_screen_read_pixmap(TestScreen *s, xcb_window_t window,
                                   int w, int h);

#endif /* TESTS_HARNESS_READING_H */
