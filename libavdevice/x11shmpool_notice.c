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
#include "libavutil/log.h"
#include "libavutil/time.h"

#include "x11shmpool_notice.h"

#define INTERVAL_US 1000000

av_cold void x11shmpool_notice_init(X11ShmpoolNotice *n,
                                    const X11ShmpoolSource *source)
{
    *n = (X11ShmpoolNotice){
        .source = source, .w = source->bounds.w, .h = source->bounds.h,
    };
}

void x11shmpool_notice_size(X11ShmpoolNotice *n, int last)
{
    const X11ShmpoolSource *s = n->source;
    int64_t time;

    if (x11shmpool_rect_empty(s->bounds) ||
        (s->bounds.w == n->w && s->bounds.h == n->h))
        return;
    time = av_gettime_relative();
    if (n->time && time - n->time < INTERVAL_US && !last)
        return;
    n->w    = s->bounds.w;
    n->h    = s->bounds.h;
    n->time = time;
    av_log(s->display->log, AV_LOG_INFO, "The %s was resized to %dx%d.\n",
           s->what, n->w, n->h);
}

void x11shmpool_notice_closed(X11ShmpoolNotice *n)
{
    if (n->closed)
        return;
    n->closed = 1;
    av_log(n->source->display->log, AV_LOG_INFO, "Window 0x%x was closed.\n",
           n->source->window);
}
