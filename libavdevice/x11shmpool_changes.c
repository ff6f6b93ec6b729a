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

#include <stddef.h>

#include "x11shmpool_changes.h"

static int rect_holds(X11ShmpoolRect outer, X11ShmpoolRect inner)
{
    return x11shmpool_rect_equal(x11shmpool_rect_intersect(outer, inner),
                                 inner);
}

void x11shmpool_rects_add(X11ShmpoolRects *rects, X11ShmpoolRect r)
{
    int kept = 0;

    if (x11shmpool_rect_empty(r))
        return;
    for (int i = 0; i < rects->nb; i++) {
        if (rect_holds(rects->list[i], r))
            return;
    }
    for (int i = 0; i < rects->nb; i++) {
        if (!rect_holds(r, rects->list[i]))
            rects->list[kept++] = rects->list[i];
    }
    rects->nb = kept;
    if (rects->nb == X11SHMPOOL_RECTS) {
        r = x11shmpool_rect_union(r, x11shmpool_rects_box(rects));
        rects->nb = 0;
    }
    rects->list[rects->nb++] = r;
}

void x11shmpool_rects_add_all(X11ShmpoolRects *rects,
                              const X11ShmpoolRects *more,
                              const X11ShmpoolRect *clip)
{
    for (int i = 0; i < more->nb; i++)
        x11shmpool_rects_add(rects, clip ?
            x11shmpool_rect_intersect(more->list[i], *clip) : more->list[i]);
}

X11ShmpoolRect x11shmpool_rects_box(const X11ShmpoolRects *rects)
{
    X11ShmpoolRect box = { 0 };

    for (int i = 0; i < rects->nb; i++)
        box = x11shmpool_rect_union(box, rects->list[i]);
    return box;
}

int64_t x11shmpool_rects_area(const X11ShmpoolRects *rects)
{
    int64_t area = 0;

    for (int i = 0; i < rects->nb; i++)
        area += (int64_t)rects->list[i].w * rects->list[i].h;
    return area;
}

int64_t x11shmpool_changes_add(X11ShmpoolChanges *c,
                               const X11ShmpoolRects *rects,
                               X11ShmpoolRect frame)
{
    X11ShmpoolRects *entry = &c->ring[++c->newest % X11SHMPOOL_CHANGES];

    entry->nb = 0;
    x11shmpool_rects_add_all(entry, rects, &frame);
    return c->newest;
}

void x11shmpool_changes_between(const X11ShmpoolChanges *c, int64_t older,
                                int64_t newer, X11ShmpoolRect frame,
                                X11ShmpoolRects *rects)
{
    rects->nb = 0;
    if (older <= 0 || c->newest - older > X11SHMPOOL_CHANGES) {
        x11shmpool_rects_add(rects, frame);
        return;
    }
    for (int64_t n = older + 1; n <= newer; n++)
        x11shmpool_rects_add_all(rects, &c->ring[n % X11SHMPOOL_CHANGES],
                                 &frame);
}
