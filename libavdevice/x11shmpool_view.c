/*
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

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_view.h"

#define PAGES_AT_ONCE 512

#define PAGE_PRESENT (UINT64_C(1) << 63)
#define PAGE_SWAPPED (UINT64_C(1) << 62)
#define PAGE_OF_FILE (UINT64_C(1) << 61)

#ifndef MAP_POPULATE
#define MAP_POPULATE 0
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

av_cold int x11shmpool_view_pagemap(void)
{
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    return fd < 0 ? AVERROR(errno) : fd;
}

static int64_t count_faults(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (int64_t)usage.ru_minflt + usage.ru_majflt;
}

static int read_pages(const X11ShmpoolView *v, int pagemap, size_t first,
                      uint64_t *pages, size_t nb, size_t page_size)
{
    off_t offset = ((uintptr_t)v->data / page_size + first) * sizeof(*pages);
    ssize_t size = nb * sizeof(*pages);

    return pread(pagemap, pages, size, offset) == size;
}

static int written(uint64_t page)
{
    return page & (PAGE_PRESENT | PAGE_SWAPPED) && !(page & PAGE_OF_FILE);
}

av_cold int x11shmpool_view_init(X11ShmpoolView *v, int fd, size_t size,
                                 int populate, int pagemap)
{
    volatile const uint8_t *data;
    uint64_t page;

    *v = (X11ShmpoolView){ .size = size };

    /* What is mapped for writing would be populated with copies. */
    v->data = mmap(NULL, size, PROT_READ,
                   MAP_PRIVATE | MAP_NORESERVE | (populate ? MAP_POPULATE : 0),
                   fd, 0);
    if (v->data == MAP_FAILED) {
        v->data = NULL;
        return AVERROR(ENOMEM);
    }
    if (mprotect(v->data, size, PROT_READ | PROT_WRITE) < 0) {
        x11shmpool_view_uninit(v);
        return AVERROR(ENOMEM);
    }

    data = v->data;
    (void)data[0];
    if (!read_pages(v, pagemap, 0, &page, 1, sysconf(_SC_PAGESIZE)) ||
        !(page & PAGE_PRESENT) || !(page & PAGE_OF_FILE)) {
        x11shmpool_view_uninit(v);
        return AVERROR(ENOSYS);
    }
    v->faults = count_faults();
    return 0;
}

av_cold void x11shmpool_view_uninit(X11ShmpoolView *v)
{
    munmap(v->data, v->size);
    v->data = NULL;
}

int x11shmpool_view_written(X11ShmpoolView *v, int pagemap)
{
    const size_t page_size = sysconf(_SC_PAGESIZE);
    const size_t nb_pages  = v->size / page_size;
    const int64_t faults   = count_faults();
    uint64_t pages[PAGES_AT_ONCE];

    if (faults == v->faults)
        return 0;
    for (size_t first = 0; first < nb_pages; first += PAGES_AT_ONCE) {
        size_t nb = FFMIN(nb_pages - first, PAGES_AT_ONCE);

        if (!read_pages(v, pagemap, first, pages, nb, page_size))
            return 1;
        for (size_t i = 0; i < nb; i++) {
            if (written(pages[i]))
                return 1;
        }
    }
    v->faults = faults;
    return 0;
}

void x11shmpool_view_reset(X11ShmpoolView *v)
{
    madvise(v->data, v->size, MADV_DONTNEED);
}
