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

#include <limits.h>
#include <stdint.h>

#include "libavutil/common.h"

#include "x11shmpool_geometry.h"

static X11ShmpoolRect rect_from_edges(int64_t left, int64_t top,
                                      int64_t right, int64_t bottom)
{
    if (right <= left || bottom <= top)
        return (X11ShmpoolRect){ 0 };

    return (X11ShmpoolRect){ left, top, FFMIN(right - left, INT_MAX),
                             FFMIN(bottom - top, INT_MAX) };
}

X11ShmpoolRect x11shmpool_rect_intersect(X11ShmpoolRect a, X11ShmpoolRect b)
{
    return rect_from_edges(FFMAX(a.x, b.x), FFMAX(a.y, b.y),
                           FFMIN((int64_t)a.x + a.w, (int64_t)b.x + b.w),
                           FFMIN((int64_t)a.y + a.h, (int64_t)b.y + b.h));
}

X11ShmpoolRect x11shmpool_rect_union(X11ShmpoolRect a, X11ShmpoolRect b)
{
    if (x11shmpool_rect_empty(a))
        return b;
    if (x11shmpool_rect_empty(b))
        return a;

    return rect_from_edges(FFMIN(a.x, b.x), FFMIN(a.y, b.y),
                           FFMAX((int64_t)a.x + a.w, (int64_t)b.x + b.w),
                           FFMAX((int64_t)a.y + a.h, (int64_t)b.y + b.h));
}

int x11shmpool_rect_empty(X11ShmpoolRect r)
{
    return r.w <= 0 || r.h <= 0;
}

int x11shmpool_rect_equal(X11ShmpoolRect a, X11ShmpoolRect b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

int x11shmpool_rect_subtract(X11ShmpoolRect outer, X11ShmpoolRect inner,
                             X11ShmpoolRect out[4])
{
    X11ShmpoolRect gap = x11shmpool_rect_intersect(outer, inner), part[4];
    int n = 0;

    if (x11shmpool_rect_empty(outer))
        return 0;
    if (x11shmpool_rect_empty(gap)) {
        out[0] = outer;
        return 1;
    }

    part[0] = (X11ShmpoolRect){ outer.x, outer.y, outer.w, gap.y - outer.y };
    part[1] = (X11ShmpoolRect){ outer.x, gap.y + gap.h, outer.w,
                                outer.y - gap.y + outer.h - gap.h };
    part[2] = (X11ShmpoolRect){ outer.x, gap.y, gap.x - outer.x, gap.h };
    part[3] = (X11ShmpoolRect){ gap.x + gap.w, gap.y,
                                outer.x - gap.x + outer.w - gap.w, gap.h };
    for (int i = 0; i < 4; i++)
        if (!x11shmpool_rect_empty(part[i]))
            out[n++] = part[i];

    return n;
}

int x11shmpool_rects_subtract(X11ShmpoolRect *list, int nb, int max,
                              X11ShmpoolRect inner)
{
    /* From the end, so that the pieces that are added are not examined
     * again. */
    for (int i = nb - 1; i >= 0; i--) {
        X11ShmpoolRect part[4];
        int n = x11shmpool_rect_subtract(list[i], inner, part);

        if (n) {
            list[i] = part[0];
            for (int k = 1; k < n && nb < max; k++)
                list[nb++] = part[k];
        } else {
            list[i] = list[--nb];
        }
    }
    return nb;
}

static int follow_axis(int pos, int size, int low, int extent,
                       int pointer, int margin)
{
    int64_t to  = pos;
    int64_t max = (int64_t)low + extent - size;

    if (margin == X11SHMPOOL_FOLLOW_CENTERED) {
        to = (int64_t)pointer - size / 2;
    } else {
        int64_t first = to + margin;
        int64_t last  = to + size - margin;

        if (pointer > last)
            to += pointer - last;
        else if (pointer < first)
            to -= first - pointer;
    }

    return FFMAX(FFMIN(to, max), low);
}

X11ShmpoolRect x11shmpool_rect_follow(X11ShmpoolRect region,
                                      X11ShmpoolRect bounds,
                                      int px, int py, int margin)
{
    region.x = follow_axis(region.x, region.w, bounds.x, bounds.w, px, margin);
    region.y = follow_axis(region.y, region.h, bounds.y, bounds.h, py, margin);

    return region;
}
