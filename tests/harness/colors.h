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

#ifndef TESTS_HARNESS_COLORS_H
#define TESTS_HARNESS_COLORS_H

#include <libavutil/frame.h>

#include "image.h"

/**
 * @file
 * What a picture of the screen must be in the pixel formats that the device
 * converts to: the definition, in floating point, from the matrix and the range
 * that the frame itself names. Red, green and blue are first brought to the
 * nearest of 255 steps; alpha is ignored.
 */

/** Whether it is one of these formats: planar YUV, nv12, gray, rgb24. */
int test_colors_converted(const AVFrame *frame);

/**
 * Compare a converted picture with one of the screen: no sample may be more
 * than a step away from the definition.
 *
 * @param message as in test_image_compare()
 * @return the number of samples that differ by more, -1 if the sizes do or the
 *         frame has colours that are not the device's
 */
int test_colors_compare(const TestImage *want, const AVFrame *got,
                        char *message);

/** Compare two converted pictures, byte by byte. @return as above */
int test_colors_compare_bytes(const AVFrame *want, const AVFrame *got,
                              char *message);

/** How many pixels of a converted picture may show this 8-bit colour. */
int test_colors_count(const AVFrame *frame, int red, int green, int blue);

#endif /* TESTS_HARNESS_COLORS_H */
