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

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shortage.h"

#define MAX_DEPTH 40

typedef struct Range {
    uintptr_t start, end;
} Range;

static atomic_int armed;       /* of which kinds calls fail; 0: none */
static atomic_int countdown;   /* until the one that fails */
static atomic_int forever;     /* and all after it */
static atomic_int failures;
static __thread int inside;

static Range overlay, xcb[16];
static int nb_xcb;

static int holds(const Range *r, const void *address)
{
    return (uintptr_t)address >= r->start && (uintptr_t)address < r->end;
}

static int find_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        Range r = { info->dlpi_addr + p->p_vaddr, 0 };

        r.end = r.start + p->p_memsz;
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
            continue;
        /* Of two libavdevice, the one that calls are bound to. */
        if (holds(&r, dlsym(RTLD_DEFAULT, "avdevice_register_all")))
            overlay = r;
        else if (strstr(info->dlpi_name, "/libxcb") && nb_xcb < 16)
            xcb[nb_xcb++] = r;
    }
    return 0;
}

int test_shortage_init(void)
{
    void *frames[4];

    /* The first one loads a library. */
    backtrace(frames, 4);
    dl_iterate_phdr(find_library, NULL);
    return overlay.start ? 0 : -1;
}

void test_shortage_start(int kinds, int nth, int all_after)
{
    atomic_store(&failures, 0);
    atomic_store(&forever, all_after);
    atomic_store(&countdown, nth);
    atomic_store(&armed, nth ? kinds : 0);
}

void test_shortage_stop(void)
{
    atomic_store(&armed, 0);
}

int test_shortage_of(int kinds)
{
    return atomic_load(&armed) & kinds;
}

static int on_behalf_of_device(void)
{
    void *frames[MAX_DEPTH];
    int n = backtrace(frames, MAX_DEPTH);

    for (int i = 0; i < n; i++) {
        if (holds(&overlay, frames[i]))
            return 1;
        for (int k = 0; k < nb_xcb; k++)
            if (holds(&xcb[k], frames[i]))
                return 0;
    }
    return 0;
}

int test_shortage_fails(int kind, int error)
{
    int before = errno, ret = 0, left;

    if (!test_shortage_of(kind) || inside)
        return 0;
    inside = 1;
    if (on_behalf_of_device()) {
        left = atomic_fetch_sub(&countdown, 1);
        ret  = left == 1 || (left < 1 && atomic_load(&forever));
        atomic_fetch_add(&failures, ret);
        if (ret && getenv("X11SHMPOOL_TEST_LOG")) {
            void *frames[MAX_DEPTH];

            backtrace_symbols_fd(frames, backtrace(frames, MAX_DEPTH), 2);
        }
    }
    inside = 0;
    errno  = ret ? error : before;
    return ret;
}

int test_shortage_failures(void)
{
    return atomic_load(&failures);
}

void test_shortage_spare(int spare)
{
    inside += spare ? 1 : -1;
}
