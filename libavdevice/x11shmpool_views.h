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

#ifndef AVDEVICE_X11SHMPOOL_VIEWS_H
#define AVDEVICE_X11SHMPOOL_VIEWS_H

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * What packets show of a slot: a private mapping of the slot's memory. It is the
 * same pages, but one that is written to becomes a copy. A buffer that is marked
 * read-only keeps those from writing who ask; this keeps what others write
 * (NumPy over PyAV's packets, which are always writable) out of the slot, on
 * which later frames build.
 *
 * A view that was written to shows the slot no more. Whether it was the kernel
 * knows (/proc/self/pagemap; its Documentation/admin-guide/mm/pagemap.rst).
 * Looking there takes as long as writing a tenth of the frame, and is only
 * needed if this process has had a page fault since the last time: without one
 * it has written to no page of the view.
 */

typedef struct X11ShmpoolViews X11ShmpoolViews;

/**
 * Where the kernel tells which pages were written. Any thread.
 *
 * @return a descriptor for x11shmpool_views_alloc(), to be closed by the caller,
 *         or an AVERROR: there are no views on this system
 */
int x11shmpool_views_pagemap(void);

/**
 * Make the first view of a slot, with all pages mapped.
 *
 * @param fd      the slot's memory, a file, all allocated; used until the views
 *                are freed
 * @param size    of it, whole pages
 * @param pagemap used as long as x11shmpool_views_show() is called
 * @return NULL if there is no memory, or if the kernel doesn't tell what is
 *         written after all
 */
X11ShmpoolViews *x11shmpool_views_alloc(int fd, size_t size, int pagemap);

/** Give all of them back, when nobody is shown any. Any thread. NULL and a
 *  pointer to NULL are fine. */
void x11shmpool_views_free(X11ShmpoolViews **views);

/**
 * Get a view that shows the slot. Any thread, one at a time.
 *
 * @return its address, the same as last time if nobody has written there; NULL
 *         if there is no memory for one more
 */
uint8_t *x11shmpool_views_show(X11ShmpoolViews *views);

/** Note that one whom x11shmpool_views_show() gave data has no more use for it.
 *  Any thread. */
void x11shmpool_views_release(X11ShmpoolViews *views, const uint8_t *data);

#endif /* AVDEVICE_X11SHMPOOL_VIEWS_H */
