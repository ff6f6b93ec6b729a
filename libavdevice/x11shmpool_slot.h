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

#ifndef AVDEVICE_X11SHMPOOL_SLOT_H
#define AVDEVICE_X11SHMPOOL_SLOT_H

#include <stddef.h>
#include <stdint.h>
#include <xcb/shm.h>

#include "x11shmpool_cover.h"
#include "x11shmpool_damage.h"
#include "x11shmpool_display.h"
#include "x11shmpool_format.h"

/**
 * @file
 * A slot is the memory of one frame, which the X server can write to.
 *
 * It has two parts. What the server knows of it (segment, pixmap) belongs to
 * the thread that owns the display and goes with the connection. The memory
 * belongs to whoever holds the slot, and can be freed on any thread, even after
 * the connection was closed.
 */

enum X11ShmpoolShm {
    X11SHMPOOL_SHM_AUTO,
    X11SHMPOOL_SHM_MEMFD,    ///< passed to the server as a file descriptor
    X11SHMPOOL_SHM_SYSV,     ///< System V, by number
    X11SHMPOOL_SHM_OFF,      ///< plain memory, filled over the socket
    X11SHMPOOL_SHM_UNKNOWN,  ///< memory that the server does not know; a file
                             ///< if possible, so that it can be mapped again
};

typedef struct X11ShmpoolSlot {
    enum X11ShmpoolShm kind; ///< never AUTO
    uint8_t *data;           ///< page-aligned; populated, so that writing to it
                             ///< causes no page fault and takes no more memory
    size_t size;             ///< bytes mapped, whole pages
    int fd;                  ///< the memory as a file; -1 if it can't be mapped
                             ///< again
    xcb_shm_seg_t segment;   ///< XCB_NONE for plain memory
    xcb_pixmap_t pixmap;     ///< the slot as a drawable of the format's size,
                             ///< XCB_NONE if the server can't have one

    /* The content; maintained by whoever fills the slot. */
    X11ShmpoolStamp stamp;   ///< see x11shmpool_damage.h
    int64_t sequence;        ///< of the frame in it, 0 before the first
    X11ShmpoolCover cover;   ///< what is painted over it
} X11ShmpoolSlot;

/** The name of a kind, as in the option. */
const char *x11shmpool_slot_kind_name(enum X11ShmpoolShm kind);

/**
 * Make a slot of exactly one kind.
 *
 * memfd: sealed against shrinking, which could kill the server, and passed as a
 * descriptor; needs a Unix socket and MIT-SHM 1.2. SysV: mode 0600, marked for
 * deletion at once (Linux lets the server attach it nevertheless), so that it
 * never outlives the process; and proved to be the memory that the server sees
 * by a random pattern that the server reads back, since the same id can be
 * another segment in another IPC namespace. Every attach is checked.
 *
 * @param f    the format of the slot's pixmap
 * @param size bytes; if it is less than f needs, there is no pixmap
 * @return 0, or what is wrong with this kind here: AVERROR(ENOSYS) the server
 *         or this system has no such thing, AVERROR(EACCES) the server refuses
 *         or sees other memory, AVERROR(ENOMEM) no memory; AVERROR_EXIT,
 *         AVERROR(EIO) and AVERROR_INVALIDDATA as x11shmpool_display_receive().
 *         Nothing is logged. After an error *s needs no uninit.
 */
int x11shmpool_slot_init(X11ShmpoolSlot *s, X11ShmpoolDisplay *d,
                         enum X11ShmpoolShm kind, const X11ShmpoolFormat *f,
                         size_t size);

/**
 * Make a graphics context for CopyArea from windows, including their
 * subwindows, into the pixmap of this slot or of a similar one. The caller
 * frees it.
 */
xcb_gcontext_t x11shmpool_slot_gc(const X11ShmpoolSlot *s,
                                  X11ShmpoolDisplay *d);

/** Make the server forget a slot, which nothing is captured into any more: its
 *  segment and pixmap, or XCB_NONE. Buffered; on the thread that owns the
 *  display. */
void x11shmpool_slot_detach(X11ShmpoolDisplay *d, xcb_shm_seg_t segment,
                            xcb_pixmap_t pixmap);

/** Free the memory. Any thread. The server keeps its part until
 *  x11shmpool_slot_detach() or the end of the connection. */
void x11shmpool_slot_uninit(X11ShmpoolSlot *s);

#endif /* AVDEVICE_X11SHMPOOL_SLOT_H */
