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

#ifndef AVDEVICE_X11SHMPOOL_CHANGES_H
#define AVDEVICE_X11SHMPOOL_CHANGES_H

#include <stdint.h>

#include "x11shmpool_geometry.h"

/**
 * @file
 * Which rectangles differ, frame by frame.
 *
 * Each frame that differs from the one before has a number, its sequence, and
 * leaves its rectangles here. What differs between any two frames is then the
 * union of those in between: what a consumer must look at anew that has seen
 * frame n, what a buffer lacks that was filled with frame n, what frames that
 * were dropped had changed.
 *
 * Frame coordinates. Pure: no X, no clock, no allocation; not thread-safe.
 */

#define X11SHMPOOL_RECTS   64
#define X11SHMPOOL_CHANGES 32   ///< frames that are remembered

/** Rectangles that together cover something. They may overlap. */
typedef struct X11ShmpoolRects {
    int nb;
    X11ShmpoolRect list[X11SHMPOOL_RECTS];
} X11ShmpoolRects;

/** Add a rectangle; an empty one adds nothing. Where there is no room for one
 *  more, all become the one rectangle that holds them. */
void x11shmpool_rects_add(X11ShmpoolRects *rects, X11ShmpoolRect r);

/** The smallest rectangle that holds all of them. */
X11ShmpoolRect x11shmpool_rects_box(const X11ShmpoolRects *rects);

/** Pixels in all: an upper bound where some overlap. */
int64_t x11shmpool_rects_area(const X11ShmpoolRects *rects);

typedef struct X11ShmpoolChanges {
    X11ShmpoolRect frame;      ///< at 0,0
    int64_t newest;            ///< the last frame's sequence, 0 before the first
    X11ShmpoolRects ring[X11SHMPOOL_CHANGES];
} X11ShmpoolChanges;

void x11shmpool_changes_init(X11ShmpoolChanges *c, int width, int height);

/**
 * Add a frame.
 *
 * @param rects what differs from the frame before, cut off at the frame's edges
 * @return its sequence, one more than that of the frame before; the first is 1
 */
int64_t x11shmpool_changes_add(X11ShmpoolChanges *c,
                               const X11ShmpoolRects *rects);

/**
 * What differs between two frames.
 *
 * @param older the earlier one's sequence; 0 for none
 * @param newer the later one's, at most c->newest
 * @param rects set to what differs: nothing where they are the same, all of the
 *              frame where there was none or it is too long ago
 */
void x11shmpool_changes_between(const X11ShmpoolChanges *c, int64_t older,
                                int64_t newer, X11ShmpoolRects *rects);

#endif /* AVDEVICE_X11SHMPOOL_CHANGES_H */
