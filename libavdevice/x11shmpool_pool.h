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

#ifndef AVDEVICE_X11SHMPOOL_POOL_H
#define AVDEVICE_X11SHMPOOL_POOL_H

#include "libavutil/buffer.h"

#include "x11shmpool_display.h"
#include "x11shmpool_format.h"
#include "x11shmpool_slot.h"

/**
 * @file
 * The slots, and an AVBufferPool over them.
 *
 * The pool is all slots together. A slot is free (it belongs to the pool),
 * being filled (it belongs to whoever got it), or in use (somebody holds a
 * reference to the frame in it). Only free slots can be got, the one released
 * last first, since it is the likeliest to be in a cache and lacks the least of
 * what changed. There are never more slots than the bound (see
 * x11shmpool_bound.h), counting those that are still in use after the pool was
 * freed.
 *
 * Unless stated otherwise, functions are for the thread that owns the display.
 * References may be released on any thread, in any order, also after
 * x11shmpool_pool_free(); that never waits for the X server.
 */

typedef struct X11ShmpoolPool X11ShmpoolPool;

/**
 * Make an empty pool; slots are made when they are first asked for.
 *
 * @param f         what slots are as drawables, copied
 * @param size      of a frame, bytes
 * @param kind      the memory of the slots; AUTO takes the best that works for
 *                  the first one
 * @param max_slots the bound; 0 for as many as fit in 256 MiB, from 4 to 16, to
 *                  begin with
 * @return 0; AVERROR(ENOMEM); AVERROR(EINVAL) with a line logged if not even
 *         two slots fit in X11SHMPOOL_BOUND_MOST_MIB
 */
int x11shmpool_pool_alloc(X11ShmpoolPool **pool, X11ShmpoolDisplay *d,
                          const X11ShmpoolFormat *f, size_t size,
                          enum X11ShmpoolShm kind, int max_slots);

/**
 * From now on slots are of another size. Those in use stay valid, and count.
 * The server forgets all of them. A bound that the user has not set becomes
 * that of the new size, unless it has grown. Buffered.
 *
 * @param f,size as for x11shmpool_pool_alloc()
 * @return as x11shmpool_pool_alloc(); after an error the pool is as before
 */
int x11shmpool_pool_resize(X11ShmpoolPool *pool, const X11ShmpoolFormat *f,
                           size_t size);

/** Free the pool. Slots in use stay valid until their last reference goes. A
 *  pointer to NULL is fine. */
void x11shmpool_pool_free(X11ShmpoolPool **pool);

/**
 * Get a free slot, writable, to fill.
 *
 * @param wanted a consumer has asked for a frame and there was none: the bound
 *               may grow
 * @param buf    a reference to the slot's memory: unreference it to give the
 *               slot back
 * @param slot   valid as long as that reference is
 * @return 0; AVERROR(EAGAIN) all slots are in use; AVERROR(ENOMEM), or why the
 *         kind that was asked for doesn't work (see x11shmpool_slot_init()),
 *         with one line logged; AVERROR_EXIT, AVERROR(EIO) as
 *         x11shmpool_display_wait()
 */
int x11shmpool_pool_get(X11ShmpoolPool *pool, int wanted, AVBufferRef **buf,
                        X11ShmpoolSlot **slot);

/**
 * Get a reference to the frame in a slot, for a packet. Any thread, one at a
 * time for each slot.
 *
 * @param buf from x11shmpool_pool_get(); stays the caller's. The slot must not
 *            be written to any more. It is free again when buf and all
 *            references got from here are released.
 * @return a reference to the frame; NULL if there is no memory. It is
 *         read-only, so that whoever asks av_buffer_is_writable() makes a copy
 *         to paint into. What others write to it all the same reaches neither
 *         the slot nor later frames (see x11shmpool_views.h), unless the slot
 *         is not a memfd or there is no /proc.
 */
AVBufferRef *x11shmpool_pool_publish(const AVBufferRef *buf);

/** How many slots exist: free, being filled and in use. Any thread. */
int x11shmpool_pool_slots(const X11ShmpoolPool *pool);

/** The bound in force, slots. */
int x11shmpool_pool_max(const X11ShmpoolPool *pool);

#endif /* AVDEVICE_X11SHMPOOL_POOL_H */
