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
 * A view is the memory of a packet: a private mapping of a slot's memory. It
 * consists of the same pages, but a page becomes a copy when it is written to.
 * Marking a buffer read-only stops those who ask before they write; a view
 * keeps what others write (NumPy to PyAV's packets, which are always writable)
 * out of the slot, on which later frames are built.
 *
 * A view that was written to no longer shows the slot. The kernel knows whether
 * it was (/proc/self/pagemap; see Documentation/admin-guide/mm/pagemap.rst in
 * Linux). Reading that takes as long as writing a tenth of the frame, and is
 * only needed if this process has had a page fault since the last time: without
 * one it has not written to any page of the view.
 */

typedef struct X11ShmpoolViews X11ShmpoolViews;

/**
 * Open the file in which the kernel tells which pages were written to. Any
 * thread.
 *
 * @return a descriptor for x11shmpool_views_alloc(), to be closed by the
 *         caller, or an AVERROR: there are no views on this system
 */
int x11shmpool_views_pagemap(void);

/**
 * Make the first view of a slot, with all pages mapped.
 *
 * @param fd      the slot's memory, a file, fully allocated; used until the
 *                views are freed
 * @param size    of it, whole pages
 * @param pagemap must stay open as long as x11shmpool_views_show() is called
 * @return NULL if there is no memory, or if the kernel doesn't tell which pages
 *         were written to
 */
X11ShmpoolViews *x11shmpool_views_alloc(int fd, size_t size, int pagemap);

/** Free all views, when none is in use. Any thread. A pointer to NULL is
 *  fine. */
void x11shmpool_views_free(X11ShmpoolViews **views);

/**
 * Get a view that shows the slot. Any thread, one at a time.
 *
 * @return its address, the same as last time if nobody has written to it; NULL
 *         if there is no memory for one more
 */
uint8_t *x11shmpool_views_show(X11ShmpoolViews *views);

/** Give back a view: to be called once for each call of
 *  x11shmpool_views_show(). Any thread. */
void x11shmpool_views_release(X11ShmpoolViews *views, const uint8_t *data);

#endif /* AVDEVICE_X11SHMPOOL_VIEWS_H */
