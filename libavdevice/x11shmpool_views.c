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

#define _GNU_SOURCE /* madvise(), O_CLOEXEC */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"

#include "x11shmpool_views.h"

/* For one slot. There is more than one only while packets that were written to
 * are held. A process can have only so many mappings. */
#define MAX_VIEWS     64
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

typedef struct View {
    uint8_t *data;           ///< page-aligned
    int64_t faults;          ///< page faults of this process when nobody had
                             ///< written yet
    int users;               ///< how many it is shown to
    struct View *next;
} View;

struct X11ShmpoolViews {
    int fd, pagemap;
    size_t size;             ///< bytes mapped, whole pages
    pthread_mutex_t lock;    ///< for what follows
    View *list;              ///< the most recently shown first
};

av_cold int x11shmpool_views_pagemap(void)
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

static int read_pages(const X11ShmpoolViews *views, const View *v, size_t first,
                      uint64_t *pages, size_t nb, size_t page_size)
{
    off_t offset = ((uintptr_t)v->data / page_size + first) * sizeof(*pages);
    ssize_t size = nb * sizeof(*pages);

    return pread(views->pagemap, pages, size, offset) == size;
}

static int is_written(uint64_t page)
{
    return page & (PAGE_PRESENT | PAGE_SWAPPED) && !(page & PAGE_OF_FILE);
}

static void free_view(const X11ShmpoolViews *views, View *v)
{
    if (v->data)
        munmap(v->data, views->size);
    av_free(v);
}

static View *add_view(X11ShmpoolViews *views, int populate)
{
    View *v = av_mallocz(sizeof(*v));
    uint64_t page;

    if (!v)
        return NULL;
    /* A writable mapping would be populated with copies. */
    v->data = mmap(NULL, views->size, PROT_READ,
                   MAP_PRIVATE | MAP_NORESERVE | (populate ? MAP_POPULATE : 0),
                   views->fd, 0);
    if (v->data == MAP_FAILED) {
        av_free(v);
        return NULL;
    }
    if (mprotect(v->data, views->size, PROT_READ | PROT_WRITE) < 0)
        goto fail;

    (void)*(volatile const uint8_t *)v->data;
    if (!read_pages(views, v, 0, &page, 1, sysconf(_SC_PAGESIZE)) ||
        !(page & PAGE_PRESENT) || !(page & PAGE_OF_FILE))
        goto fail;
    v->faults   = count_faults();
    v->next     = views->list;
    views->list = v;
    return v;
fail:
    free_view(views, v);
    return NULL;
}

av_cold X11ShmpoolViews *x11shmpool_views_alloc(int fd, size_t size,
                                                int pagemap)
{
    X11ShmpoolViews *views = av_mallocz(sizeof(*views));

    if (!views)
        return NULL;
    views->fd      = fd;
    views->pagemap = pagemap;
    views->size    = size;
    pthread_mutex_init(&views->lock, NULL);
    if (!add_view(views, 1))
        x11shmpool_views_free(&views);
    return views;
}

av_cold void x11shmpool_views_free(X11ShmpoolViews **pviews)
{
    X11ShmpoolViews *views = *pviews;
    View *v;

    if (!views)
        return;
    while ((v = views->list)) {
        views->list = v->next;
        free_view(views, v);
    }
    pthread_mutex_destroy(&views->lock);
    av_freep(pviews);
}

/* Whether anybody has written to it since it was made or reset. */
static int was_written(const X11ShmpoolViews *views, View *v)
{
    const size_t page_size = sysconf(_SC_PAGESIZE);
    const size_t nb_pages  = views->size / page_size;
    const int64_t faults   = count_faults();
    uint64_t pages[PAGES_AT_ONCE];

    if (faults == v->faults)
        return 0;
    for (size_t first = 0; first < nb_pages; first += PAGES_AT_ONCE) {
        size_t nb = FFMIN(nb_pages - first, PAGES_AT_ONCE);

        if (!read_pages(views, v, first, pages, nb, page_size))
            return 1;
        for (size_t i = 0; i < nb; i++) {
            if (is_written(pages[i]))
                return 1;
        }
    }
    v->faults = faults;
    return 0;
}

/* A view that shows the slot, the same as last time if it still does. */
static View *choose_view(X11ShmpoolViews *views)
{
    int nb = 0;

    for (View **at = &views->list; *at; at = &(*at)->next, nb++) {
        View *v     = *at;
        int written = was_written(views, v);

        if (written && v->users)
            continue;
        if (written)
            madvise(v->data, views->size, MADV_DONTNEED);
        *at         = v->next;
        v->next     = views->list;
        views->list = v;
        return v;
    }
    return nb < MAX_VIEWS ? add_view(views, 0) : NULL;
}

uint8_t *x11shmpool_views_show(X11ShmpoolViews *views)
{
    View *v;

    pthread_mutex_lock(&views->lock);
    v = choose_view(views);
    if (v)
        v->users++;
    pthread_mutex_unlock(&views->lock);

    return v ? v->data : NULL;
}

void x11shmpool_views_release(X11ShmpoolViews *views, const uint8_t *data)
{
    pthread_mutex_lock(&views->lock);
    for (View *v = views->list; v; v = v->next)
        v->users -= v->data == data;
    pthread_mutex_unlock(&views->lock);
}
