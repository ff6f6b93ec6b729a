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

#ifndef TESTS_HARNESS_VISUAL_H
#define TESTS_HARNESS_VISUAL_H

#include <stdint.h>

#include "screen.h"

/**
 * @file
 * How the pixels of a display are laid out.
 */

/** The visual of this id, which must be there. */
const xcb_visualtype_t *test_visual_find(const TestScreen *s,
                                         xcb_visualid_t id);

/** Whether a pixel value is an index into a colormap. */
int test_visual_indexed(const xcb_visualtype_t *v);

/** How many bits of a pixel value a mask has, and where they begin. */
int test_mask_bits(uint32_t mask);
int test_mask_shift(uint32_t mask);

/** The format of images of this depth, which must be there. */
const xcb_format_t *test_format_find(const TestScreen *s, int depth);

/** Bytes from one row of an image to the next. */
int test_format_row(const xcb_format_t *f, int width);

#endif /* TESTS_HARNESS_VISUAL_H */
