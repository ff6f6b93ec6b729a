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

#ifndef AVDEVICE_X11SHMPOOL_VIEW_H
#define AVDEVICE_X11SHMPOOL_VIEW_H

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

typedef struct X11ShmpoolView {
    uint8_t *data;           ///< page-aligned
    size_t size;             ///< bytes mapped, whole pages
    int64_t faults;          ///< of this process, at a time by which nobody had
                             ///< written
} X11ShmpoolView;

/**
 * Where the kernel tells which pages were written. Any thread.
 *
 * @return a descriptor for the functions below, to be closed by the caller, or
 *         an AVERROR: there are no views on this system
 */
int x11shmpool_view_pagemap(void);

/**
 * @param fd       the slot's memory, a file; not needed afterwards
 * @param size     of it, whole pages, all allocated
 * @param populate map all pages now, instead of each when it is first read
 * @return 0, AVERROR(ENOSYS) if the kernel doesn't tell what is written after
 *         all, AVERROR(ENOMEM); nothing is left after an error
 */
int x11shmpool_view_init(X11ShmpoolView *v, int fd, size_t size, int populate,
                         int pagemap);

/** Give it back, when no packet has it any more. Any thread. */
void x11shmpool_view_uninit(X11ShmpoolView *v);

/** Whether anybody has written to it since it was made or reset. One thread at a
 *  time. */
int x11shmpool_view_written(X11ShmpoolView *v, int pagemap);

/** Have it show the slot again. Only while no packet has it. */
void x11shmpool_view_reset(X11ShmpoolView *v);

#endif /* AVDEVICE_X11SHMPOOL_VIEW_H */
