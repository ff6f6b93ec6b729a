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
#include "libavutil/mathematics.h"

#include "x11shmpool_clock.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define US_PER_SECOND INT64_C(1000000)

av_cold void x11shmpool_clock_init(X11ShmpoolClock *c, AVRational rate,
                                   int64_t now, int64_t wall)
{
    *c = (X11ShmpoolClock){ .rate = rate, .start = now, .wall = wall };
}

int64_t x11shmpool_clock_due(const X11ShmpoolClock *c, int64_t n)
{
    return c->start + av_rescale_rnd(n, NS_PER_SECOND * c->rate.den,
                                     c->rate.num, AV_ROUND_NEAR_INF);
}

int64_t x11shmpool_clock_pts(const X11ShmpoolClock *c, int64_t n)
{
    return c->wall + av_rescale_rnd(n, US_PER_SECOND * c->rate.den,
                                    c->rate.num, AV_ROUND_NEAR_INF);
}

/* The latest tick that is due at now, negative if none is. */
static int64_t clock_latest(const X11ShmpoolClock *c, int64_t now)
{
    int64_t n;

    if (now < c->start)
        return -1;

    n = av_rescale_rnd(now - c->start, c->rate.num,
                       NS_PER_SECOND * c->rate.den, AV_ROUND_DOWN);
    /* Due times are rounded, so the division may be off by one tick. */
    while (x11shmpool_clock_due(c, n) > now)
        n--;
    while (x11shmpool_clock_due(c, n + 1) <= now)
        n++;

    return n;
}

int64_t x11shmpool_clock_take(X11ShmpoolClock *c, int64_t now)
{
    int64_t n;

    if (now < x11shmpool_clock_due(c, c->next))
        return -1;

    n          = clock_latest(c, now);
    c->missed += n - c->next;
    c->next    = n + 1;

    return n;
}

int64_t x11shmpool_clock_overdue(const X11ShmpoolClock *c, int64_t now)
{
    int64_t n = clock_latest(c, now);

    return n < c->next ? 0 : n + 1 - c->next;
}

void x11shmpool_clock_skip(X11ShmpoolClock *c, int64_t now)
{
    int64_t n = clock_latest(c, now);

    if (n >= c->next)
        c->next = n + 1;
}
