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

#ifndef AVDEVICE_X11SHMPOOL_GEOMETRY_H
#define AVDEVICE_X11SHMPOOL_GEOMETRY_H

/**
 * @file
 * Rectangles: clipping a capture to what exists, and moving it after the
 * pointer. Pure arithmetic: no X, no FFmpeg, no state; any thread.
 */

/** Pixels; a rectangle with w <= 0 or h <= 0 is empty. */
typedef struct X11ShmpoolRect {
    int x, y, w, h;
} X11ShmpoolRect;

/** The common part of a and b; w = h = 0 if there is none. */
X11ShmpoolRect x11shmpool_rect_intersect(X11ShmpoolRect a, X11ShmpoolRect b);

/** The smallest rectangle around a and b; an empty one adds nothing. */
X11ShmpoolRect x11shmpool_rect_union(X11ShmpoolRect a, X11ShmpoolRect b);

int x11shmpool_rect_empty(X11ShmpoolRect r);
int x11shmpool_rect_equal(X11ShmpoolRect a, X11ShmpoolRect b);

/**
 * outer without inner, as at most four rectangles that do not overlap
 * (above, below, left, right). inner need not lie within outer.
 *
 * @return the number of rectangles written to out
 */
int x11shmpool_rect_subtract(X11ShmpoolRect outer, X11ShmpoolRect inner,
                             X11ShmpoolRect out[4]);

/**
 * Cut inner out of the nb rectangles of list, which do not overlap, in place.
 *
 * @param max how many list has room for; pieces beyond that are left out
 * @return how many rectangles there are now
 */
int x11shmpool_rects_subtract(X11ShmpoolRect *list, int nb, int max,
                              X11ShmpoolRect inner);

/** Keeps the pointer in the middle of the region. */
#define X11SHMPOOL_FOLLOW_CENTERED (-1)

/**
 * Where the region stands after the pointer has moved, as x11grab's
 * follow_mouse: with X11SHMPOOL_FOLLOW_CENTERED the pointer is its centre;
 * with margin > 0 it moves as little as keeps the pointer at least margin
 * pixels inside its edges. The region never leaves bounds; one that is larger
 * than bounds starts at bounds' origin.
 *
 * @param px,py the pointer, in the coordinates of region and bounds
 */
X11ShmpoolRect x11shmpool_rect_follow(X11ShmpoolRect region,
                                      X11ShmpoolRect bounds,
                                      int px, int py, int margin);

#endif /* AVDEVICE_X11SHMPOOL_GEOMETRY_H */
