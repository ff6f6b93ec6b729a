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

#ifndef TESTS_HARNESS_IMAGE_H
#define TESTS_HARNESS_IMAGE_H

#include <stdint.h>

#include <libavutil/frame.h>

/**
 * @file
 * Pictures, be they of the screen or of the device, that can be compared. Where
 * memory runs out, the program ends with a message.
 */

typedef struct TestRect {
    int x, y, w, h;
} TestRect;

/** What is seen at a place, whatever holds it: components as they are stored,
 *  not scaled. An indexed picture holds its colours. Of a frame whose samples
 *  were converted there is the frame alone. */
typedef struct TestImage {
    int width, height;
    int bits[4];               ///< of red, green, blue, alpha; alpha may be 0
    uint16_t (*pixel)[4];      ///< width * height
    AVFrame *converted;        ///< NULL, or in its place; see colors.h
} TestImage;

/** One of no bits, all of whose components are 0. */
TestImage *test_image_alloc(int width, int height);

void test_image_free(TestImage **image);

/** Paint everything outside n rectangles black (and transparent). */
void test_image_mask(TestImage *image, const TestRect *keep, int n);

/** Put the colours of another picture over one, at x,y; they may be partly
 *  outside. */
void test_image_paste(TestImage *image, const TestImage *over, int x, int y);

/** A decoded frame of any packed RGB or PAL8 format, or a converted one. */
TestImage *test_image_from_frame(const AVFrame *frame);

/**
 * Compare exactly; where one of them is converted and the other is not, as
 * test_colors_compare() does.
 *
 * @param message at least 200 bytes: the first difference and how many there
 *                are, empty if none; may be NULL
 * @return the number of pixels that differ, -1 if the sizes or the depths do
 */
int test_image_compare(const TestImage *want, const TestImage *got,
                       char *message);

/** How many pixels have this colour, 8 bits a channel (scaled down). */
int test_image_count(const TestImage *image, int red, int green, int blue);

#endif /* TESTS_HARNESS_IMAGE_H */
