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

#include <libavutil/time.h>

#include "report.h"

#define HARNESS_MS 20000

const char *phase_name(Phase phase)
{
    static const char *const names[NB_PHASES] = {
        "the test itself", "open", "read", "close", "unref", "-sources",
    };

    return names[phase];
}

static void set(Report *r, Phase phase, int ms)
{
    __atomic_store_n(&r->due, av_gettime_relative() + ms * INT64_C(1000),
                     __ATOMIC_RELAXED);
    __atomic_store_n(&r->phase, phase, __ATOMIC_RELEASE);
}

void report_enter(Report *r, Phase phase, int budget_ms)
{
    set(r, phase, budget_ms);
}

void report_leave(Report *r)
{
    const int64_t late = av_gettime_relative() - r->due;

    if (late > r->late[r->phase])
        r->late[r->phase] = late;
    set(r, PHASE_HARNESS, HARNESS_MS);
}
