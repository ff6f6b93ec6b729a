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

/**
 * @file
 * The parts of x11shmpool that are arithmetic only: the frame grid, and
 * rectangles. patches/series makes it libavdevice/tests/x11shmpool.c.
 */

#include <inttypes.h>
#include <stdio.h>

#include "libavutil/lfg.h"
#include "libavutil/macros.h"

#include "libavdevice/x11shmpool_clock.h"
#include "libavdevice/x11shmpool_geometry.h"

static void test_clock(AVRational rate)
{
    static const int64_t ticks[] = { 0, 1, 2, 1000, 1000000, 100000000 };
    X11ShmpoolClock c;
    int64_t now, taken = 0;
    AVLFG prng;

    x11shmpool_clock_init(&c, rate, INT64_C(5000000000),
                          INT64_C(1700000000000000));
    printf("%d/%d\n", rate.num, rate.den);
    for (int i = 0; i < FF_ARRAY_ELEMS(ticks); i++)
        printf("  tick %"PRId64": due %"PRId64", pts %"PRId64"\n", ticks[i],
               x11shmpool_clock_due(&c, ticks[i]),
               x11shmpool_clock_pts(&c, ticks[i]));

    /* somebody who comes early, in time and late */
    av_lfg_init(&prng, 1);
    now = c.start;
    for (int i = 0; i < 10000; i++) {
        taken += x11shmpool_clock_take(&c, now) >= 0;
        now   += av_lfg_get(&prng) % (INT64_C(2500000000) * rate.den / rate.num);
        if (i == 5000)
            x11shmpool_clock_skip(&c, now + INT64_C(10000000000));
    }
    printf("  taken %"PRId64", missed %"PRId64", next %"PRId64
           ", overdue %"PRId64"\n", taken, c.missed, c.next,
           x11shmpool_clock_overdue(&c, now));
}

static void print_rect(const char *name, X11ShmpoolRect r)
{
    printf("  %s %dx%d+%d+%d", name, r.w, r.h, r.x, r.y);
}

static void test_rects(void)
{
    static const X11ShmpoolRect rects[] = {
        {  0,  0, 10, 10 }, {  5,  5, 10, 10 }, {  2,  3,  4,  5 },
        { -5, -5, 10, 10 }, { 10,  0, 10, 10 }, {  3,  3,  0,  9 },
    };

    for (int i = 0; i < FF_ARRAY_ELEMS(rects); i++) {
        for (int j = 0; j < FF_ARRAY_ELEMS(rects); j++) {
            X11ShmpoolRect rest[4];
            int nb = x11shmpool_rect_subtract(rects[i], rects[j], rest);

            printf("rects %d and %d:", i, j);
            print_rect("both", x11shmpool_rect_intersect(rects[i], rects[j]));
            print_rect("either", x11shmpool_rect_union(rects[i], rects[j]));
            for (int k = 0; k < nb; k++)
                print_rect("rest", rest[k]);
            printf("\n");
        }
    }
}

static void test_follow(int margin)
{
    const X11ShmpoolRect bounds = { 0, 0, 640, 480 };
    X11ShmpoolRect region = { 100, 100, 200, 150 };
    AVLFG prng;

    av_lfg_init(&prng, 2);
    printf("follow %d:", margin);
    for (int i = 0; i < 20; i++) {
        int x = av_lfg_get(&prng) % 640, y = av_lfg_get(&prng) % 480;

        region = x11shmpool_rect_follow(region, bounds, x, y, margin);
        printf(" %d,%d>%d,%d", x, y, region.x, region.y);
    }
    printf("\n");
}

int main(void)
{
    test_clock((AVRational){ 60, 1 });
    test_clock((AVRational){ 30000, 1001 });
    test_clock((AVRational){ 1, 3 });
    test_rects();
    test_follow(X11SHMPOOL_FOLLOW_CENTERED);
    test_follow(30);
    return 0;
}
