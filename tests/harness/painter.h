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

#ifndef TESTS_HARNESS_PAINTER_H
#define TESTS_HARNESS_PAINTER_H

#include <stdint.h>

/**
 * @file
 * A client that draws at random: what it draws follows from the seed, the
 * kinds and the display's size alone, so that a failure can be repeated. One
 * thread.
 */

enum {
    TEST_PAINT_FILLS   = 1 << 0, ///< rectangles, lines, arcs, cleared areas
    TEST_PAINT_COPIES  = 1 << 1, ///< CopyArea: scrolls and copies
    TEST_PAINT_IMAGES  = 1 << 2, ///< PutImage of noise
    TEST_PAINT_TEXT    = 1 << 3, ///< text in the server's own fonts
    TEST_PAINT_RENDER  = 1 << 4, ///< RENDER: glyphs, composites, gradients
    TEST_PAINT_WINDOWS = 1 << 5, ///< made, mapped, moved, resized, raised,
                                 ///< shaped, destroyed
    TEST_PAINT_POINTER = 1 << 6, ///< warped, also into the corners
    TEST_PAINT_CURSORS = 1 << 7, ///< glyph and ARGB cursors
    TEST_PAINT_DEPTHS  = 1 << 8, ///< with the windows: these are of every
                                 ///< depth, not of the root's alone
    TEST_PAINT_ALL     = (1 << 9) - 1,
};

typedef struct TestPainter TestPainter;

/** Connect; NULL, with a line on stderr, if that fails. Kinds that the server
 *  lacks an extension for are left out. */
TestPainter *test_painter_open(const char *display, uint32_t seed,
                               unsigned kinds);

/** Take its windows and cursors away. *p may be NULL, and is set to NULL. */
void test_painter_close(TestPainter **p);

/** Send n random operations. */
void test_painter_burst(TestPainter *p, int n);

/** Wait until everything that was sent is drawn, and every client told. Nothing
 *  is drawn after that until the next burst.
 *  @return 0, -1 if the connection broke or the server refused something, with
 *          a line on stderr */
int test_painter_freeze(TestPainter *p);

/** The window that was made last and still exists, 0 if there is none. */
uint32_t test_painter_window(const TestPainter *p);

/** A kind by its name in lower case ("fills"), or "all"; 0 if unknown. */
unsigned test_painter_kind(const char *name);

#endif /* TESTS_HARNESS_PAINTER_H */
