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
 * Each frame that differs from the one before gets a number, its sequence, and
 * its rectangles are recorded here. What differs between any two frames is the
 * union of the rectangles in between: what a consumer that has seen frame n
 * must look at, what a buffer that was filled with frame n lacks, what the
 * frames that were dropped had changed.
 *
 * Frame coordinates. Pure: no X, no clock, no allocation; not thread-safe.
 */

#define X11SHMPOOL_RECTS   64
#define X11SHMPOOL_CHANGES 32   ///< frames that are recorded

/** An area as a list of rectangles, which may overlap. */
typedef struct X11ShmpoolRects {
    int nb;
    X11ShmpoolRect list[X11SHMPOOL_RECTS];
} X11ShmpoolRects;

/** Add a rectangle; an empty one adds nothing. If there is no room for one
 *  more, the rectangle around all of them takes their place. */
void x11shmpool_rects_add(X11ShmpoolRects *rects, X11ShmpoolRect r);

/** Add rectangles, cut off at the edges of clip unless that is NULL. */
void x11shmpool_rects_add_all(X11ShmpoolRects *rects,
                              const X11ShmpoolRects *more,
                              const X11ShmpoolRect *clip);

/** The smallest rectangle around all of them. */
X11ShmpoolRect x11shmpool_rects_box(const X11ShmpoolRects *rects);

/** The sum of their areas, in pixels: an upper bound if some overlap. */
int64_t x11shmpool_rects_area(const X11ShmpoolRects *rects);

/** All zero to begin with. */
typedef struct X11ShmpoolChanges {
    int64_t newest;            ///< the last frame's sequence; 0 if none yet
    X11ShmpoolRects ring[X11SHMPOOL_CHANGES];
} X11ShmpoolChanges;

/**
 * Add a frame.
 *
 * @param rects what differs from the frame before; clipped here
 * @param frame all of the frame
 * @return its sequence, one more than that of the frame before; the first is 1
 */
int64_t x11shmpool_changes_add(X11ShmpoolChanges *c,
                               const X11ShmpoolRects *rects,
                               X11ShmpoolRect frame);

/**
 * What differs between two frames of one size, even if those in between had
 * another one.
 *
 * @param older the earlier frame's sequence; 0 if there is none
 * @param newer the later frame's sequence, at most c->newest
 * @param frame all of the later frame
 * @param rects set to what differs, within the frame: nothing if they are the
 *              same, all of it if there is no earlier one or it is no longer
 *              recorded
 */
void x11shmpool_changes_between(const X11ShmpoolChanges *c, int64_t older,
                                int64_t newer, X11ShmpoolRect frame,
                                X11ShmpoolRects *rects);

#endif /* AVDEVICE_X11SHMPOOL_CHANGES_H */
