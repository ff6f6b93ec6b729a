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
 * A slot is free (the pool's), being filled or kept (whoever got it), or out (at
 * least one reference to what was published of it exists). Only free slots are
 * handed out, the one released last first, since it is the likeliest to be in
 * a cache and misses the least of what changed. There are never more slots
 * than the bound, counting those that are still out after the pool was freed.
 *
 * A bound that nobody has set grows, up to 2 GiB of slots: by half, whenever a
 * consumer that asks for more has held all of them for a second. Filters that
 * collect frames get theirs in this way.
 *
 * Where nothing else is said functions are for the thread that owns the display.
 * References may be released on any thread, in any order, also after
 * x11shmpool_pool_free(); that never waits for the X server.
 */

typedef struct X11ShmpoolPool X11ShmpoolPool;

/**
 * Make an empty pool; slots are made when they are first asked for.
 *
 * @param f         the frames' format, copied
 * @param root      the root window of the screen
 * @param kind      where slots live; AUTO takes the best that works for the
 *                  first one
 * @param max_slots the bound; 0 for as many as fit in 256 MiB, from 4 to 16, to
 *                  begin with
 * @return 0; AVERROR(ENOMEM); AVERROR(EINVAL) with a line logged if not even two
 *         slots fit in 2 GiB
 */
int x11shmpool_pool_alloc(X11ShmpoolPool **pool, X11ShmpoolDisplay *d,
                          const X11ShmpoolFormat *f, xcb_window_t root,
                          enum X11ShmpoolShm kind, int max_slots);

/** Free the pool. Slots that are out stay valid until their last reference
 *  goes. NULL and a pointer to NULL are fine. */
void x11shmpool_pool_free(X11ShmpoolPool **pool);

/**
 * Get a free slot, writable, to fill.
 *
 * @param wanted a consumer asks for the frame and has none: the bound may grow
 * @param buf    a reference to the slot's memory: unreference it to give the slot
 *               back
 * @param slot   valid as long as that reference is
 * @return 0; AVERROR(EAGAIN) all slots are out; AVERROR(ENOMEM) or what the
 *         kind that was asked for can't do (see x11shmpool_slot_init()), logged
 *         with one line; AVERROR_EXIT, AVERROR(EIO) as
 *         x11shmpool_display_wait()
 */
int x11shmpool_pool_get(X11ShmpoolPool *pool, int wanted, AVBufferRef **buf,
                        X11ShmpoolSlot **slot);

/**
 * Make what is in a slot a packet's. Any thread, one at a time for each slot.
 *
 * @param buf as got from x11shmpool_pool_get(), stays the caller's. The slot
 *            must not be written to from now on: it is free again when this and
 *            all that was published of it are unreferenced.
 * @return a reference to the frame, its first bytes; NULL if there is no
 *         memory. It is read-only, so that whoever asks
 *         av_buffer_is_writable() makes a copy to paint into. What others
 *         write to it all the same is neither in the slot nor in what is
 *         published from then on (see x11shmpool_views.h), but with slots that
 *         are not memfds and without /proc.
 */
AVBufferRef *x11shmpool_pool_publish(const AVBufferRef *buf);

/** How many slots exist: free, being filled and out. Any thread. */
int x11shmpool_pool_slots(const X11ShmpoolPool *pool);

/** The bound in force. */
int x11shmpool_pool_max(const X11ShmpoolPool *pool);

/**
 * Pure: how far the bound may grow.
 *
 * @param max  the bound, slots
 * @param size of a slot, bytes
 * @return half as many slots more, as many as fit in 2 GiB; max if no more do
 */
int x11shmpool_pool_grown(int max, size_t size);

#endif /* AVDEVICE_X11SHMPOOL_POOL_H */
