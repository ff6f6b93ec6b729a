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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "x11shmpool_source.h"

static X11ShmpoolRect chosen_region(const X11ShmpoolSource *s)
{
    const X11ShmpoolRect *b = &s->bounds, *r = &s->state.chosen;

    return (X11ShmpoolRect){
        b->x + r->x, b->y + r->y,
        r->w ? r->w : b->w - r->x, r->h ? r->h : b->h - r->y,
    };
}

int x11shmpool_source_fit(X11ShmpoolSource *s, int even)
{
    X11ShmpoolRect r = chosen_region(s);

    if (even) {
        r.w -= r.w > 1 && r.w & 1;
        r.h -= r.h > 1 && r.h & 1;
    }
    if (x11shmpool_rect_empty(r) ||
        (r.w == s->region.w && r.h == s->region.h))
        return 0;
    s->region.w = r.w;
    s->region.h = r.h;
    return 1;
}

void x11shmpool_source_put(X11ShmpoolSource *s, X11ShmpoolRect chosen,
                           int w, int h)
{
    s->state.chosen = chosen;
    s->region       = (X11ShmpoolRect){ s->bounds.x + chosen.x,
                                        s->bounds.y + chosen.y, w, h };
}

av_cold int x11shmpool_source_select(X11ShmpoolSource *s, int x, int y,
                                     int w, int h)
{
    X11ShmpoolRect *b = &s->bounds, *r = &s->region, inside;

    s->state.chosen = (X11ShmpoolRect){ x, y, w, h };
    *r     = chosen_region(s);
    inside = x11shmpool_rect_intersect(*r, *b);

    if (x11shmpool_rect_empty(inside)) {
        av_log(s->display->log, AV_LOG_ERROR,
               "Nothing of the region %dx%d at %d,%d lies on the %s, which is "
               "%dx%d: grab_x must be below %d and grab_y below %d.\n",
               w ? w : b->w, h ? h : b->h, x, y, s->what, b->w, b->h, b->w,
               b->h);
        return AVERROR(EINVAL);
    }
    if (!x11shmpool_rect_equal(inside, *r))
        av_log(s->display->log, AV_LOG_WARNING,
               "The region %dx%d at %d,%d lies partly outside the %s, which "
               "is %dx%d: that part is black.\n",
               r->w, r->h, x, y, s->what, b->w, b->h);

    return 0;
}
