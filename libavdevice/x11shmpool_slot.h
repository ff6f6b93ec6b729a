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
 * One slot: memory that holds one frame, which the X server can write to.
 *
 * A slot has two halves. What the server knows of it (segment, pixmap) belongs
 * to the thread that owns the display and goes with the connection. The memory
 * belongs to whoever holds the slot, and is given back on any thread, also
 * when the connection is long closed.
 */

enum X11ShmpoolShm {
    X11SHMPOOL_SHM_AUTO,
    X11SHMPOOL_SHM_MEMFD,    ///< passed to the server as a file descriptor
    X11SHMPOOL_SHM_SYSV,     ///< System V, by number
    X11SHMPOOL_SHM_OFF,      ///< plain memory, filled over the socket
    X11SHMPOOL_SHM_UNKNOWN,  ///< memory that the server does not know, a file
                             ///< where it can be, so that it can be mapped again
};

typedef struct X11ShmpoolSlot {
    enum X11ShmpoolShm kind; ///< never AUTO
    uint8_t *data;           ///< page-aligned, populated: what is painted
                             ///< anywhere later is no fault and takes no more
    size_t size;             ///< bytes mapped, whole pages
    int fd;                  ///< the memory as a file, -1 where it is none that
                             ///< can be mapped again
    xcb_shm_seg_t segment;   ///< XCB_NONE for plain memory
    xcb_pixmap_t pixmap;     ///< the slot as a drawable of the format's size,
                             ///< XCB_NONE where the server can't have one

    /* Its content's: of whoever fills the slot. */
    X11ShmpoolStamp stamp;   ///< up to when it is what was drawn
    int64_t sequence;        ///< of the frame in it, 0 before the first
    X11ShmpoolCover cover;   ///< what is painted over it
} X11ShmpoolSlot;

/** The name of a kind as the option spells it. */
const char *x11shmpool_slot_kind_name(enum X11ShmpoolShm kind);

/**
 * Make a slot of exactly one kind.
 *
 * memfd: sealed against shrinking, so that the server can't be killed by it,
 * and passed as a descriptor; needs a Unix socket and MIT-SHM 1.2. SysV: mode
 * 0600, marked for deletion before anybody is waited for (Linux lets the server
 * attach it nevertheless), so that it outlives no process; and proved to be the memory that
 * the server sees by a random canary that the server reads back: ids of
 * another IPC namespace collide in silence. Every attach is checked.
 *
 * @param f    what the slot's pixmap is made for; its depth must be root's
 * @param root any drawable of the screen
 * @param size bytes; with less than f needs there is no pixmap
 * @return 0, or what is wrong with this kind here: AVERROR(ENOSYS) the server
 *         or this system has no such thing, AVERROR(EACCES) the server refuses
 *         or sees other memory, AVERROR(ENOMEM) no memory; AVERROR_EXIT,
 *         AVERROR(EIO) and AVERROR_INVALIDDATA as
 *         x11shmpool_display_receive(). Nothing is logged, and
 *         *s needs no uninit after an error.
 */
int x11shmpool_slot_init(X11ShmpoolSlot *s, X11ShmpoolDisplay *d,
                         enum X11ShmpoolShm kind, const X11ShmpoolFormat *f,
                         xcb_drawable_t root, size_t size);

/**
 * Make a graphics context for CopyArea from windows, with all that lies in them,
 * into the pixmap of this slot or of one like it. The caller frees it.
 */
xcb_gcontext_t x11shmpool_slot_gc(const X11ShmpoolSlot *s,
                                  X11ShmpoolDisplay *d);

/** Make the server forget the slot. On the thread that owns the display. */
void x11shmpool_slot_detach(X11ShmpoolSlot *s, X11ShmpoolDisplay *d);

/** Give the memory back. Any thread; the server's half must be detached or its
 *  connection closed by then, or is so at the latest when that happens. */
void x11shmpool_slot_uninit(X11ShmpoolSlot *s);

#endif /* AVDEVICE_X11SHMPOOL_SLOT_H */
