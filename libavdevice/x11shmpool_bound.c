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

#include <inttypes.h>

#include "libavutil/attributes.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "x11shmpool_bound.h"

#define AUTO_BYTES     (256 << 20)
#define AUTO_MIN_SLOTS 4
#define AUTO_MAX_SLOTS 16
#define MOST_BYTES     ((int64_t)X11SHMPOOL_BOUND_MOST_MIB << 20)
#define PATIENCE_US    1000000    /* before the bound grows */

int x11shmpool_bound_check(const X11ShmpoolFormat *f, size_t size, void *log)
{
    if (MOST_BYTES / (int64_t)size >= 2)
        return 0;
    av_log(log, AV_LOG_ERROR, "A frame of %dx%d takes %zu MiB, and two must fit "
           "in %"PRId64" MiB: choose a smaller video_size.\n", f->width,
           f->height, size >> 20, MOST_BYTES >> 20);
    return AVERROR(EINVAL);
}

av_cold void x11shmpool_bound_init(X11ShmpoolBound *b, int max)
{
    *b = (X11ShmpoolBound){ .max = max, .set = !!max };
}

void x11shmpool_bound_set_size(X11ShmpoolBound *b, size_t size)
{
    const int64_t most = MOST_BYTES / (int64_t)size;
    const int initial  = av_clip(AUTO_BYTES / size,
                                 FFMIN(AUTO_MIN_SLOTS, most), AUTO_MAX_SLOTS);

    if (!b->set)
        b->max = b->grown ? FFMAX(FFMIN(b->max, most), initial) : initial;
}

int x11shmpool_bound_grown(int max, size_t size)
{
    int64_t most = MOST_BYTES / (int64_t)size;

    return FFMAX(max, FFMIN((int64_t)max + FFMAX(max / 2, 1), most));
}

static int grow(X11ShmpoolBound *b, int nb, size_t size, int wanted,
                int64_t now, void *log)
{
    int grown;

    if (!b->none_since)
        b->none_since = now;
    if (b->set) {
        if (!b->warned++)
            av_log(log, AV_LOG_WARNING, "All %d frames that pool_size allows "
                   "are held: frames are dropped until some are released.\n",
                   nb);
        return 0;
    }
    grown = x11shmpool_bound_grown(b->max, size);
    if (!wanted || now - b->none_since < PATIENCE_US || grown == b->max)
        return 0;
    if (!b->warned++)
        av_log(log, AV_LOG_WARNING, "All %d frames (%zu MiB) are held, and more "
               "are asked for: memory for more is taken as needed, up to "
               "%"PRId64" MiB. Set pool_size for another bound.\n", nb,
               nb * size >> 20, MOST_BYTES >> 20);
    b->max        = grown;
    b->grown      = 1;
    b->none_since = now;
    return 1;
}

int x11shmpool_bound_allows(X11ShmpoolBound *b, int nb, size_t size, int wanted,
                            int64_t now, void *log)
{
    return nb < b->max || grow(b, nb, size, wanted, now, log);
}

void x11shmpool_bound_got(X11ShmpoolBound *b)
{
    b->none_since = 0;
}
