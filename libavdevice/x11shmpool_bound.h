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

#ifndef AVDEVICE_X11SHMPOOL_BOUND_H
#define AVDEVICE_X11SHMPOOL_BOUND_H

#include <stddef.h>
#include <stdint.h>

#include "x11shmpool_format.h"

/**
 * @file
 * How many slots there may be.
 *
 * A bound that the user has not set is as many as fit in 256 MiB, from 4 to 16,
 * and grows, up to X11SHMPOOL_BOUND_MOST_MIB: by half, whenever a consumer that
 * asks for more has held all of them for a second. Some filters collect frames,
 * and would wait forever otherwise.
 *
 * Time is passed in; not thread-safe.
 */

/** The most memory that slots take if the user has set no bound. Every slot is
 *  mapped twice, and where addresses have 32 bits, three quarters of them should
 *  be left to the rest of the program. */
#define X11SHMPOOL_BOUND_MOST_MIB (UINTPTR_MAX > UINT32_MAX ? 2048 : 512)

typedef struct X11ShmpoolBound {
    int max;                 ///< slots
    int set;                 ///< by the user
    int grown;               ///< it is more than that of the size
    int warned;
    int64_t none_since;      ///< since when no slot is free, µs; 0 if one is
} X11ShmpoolBound;

/**
 * Check that slots are small enough.
 *
 * @param f    of the frames, for the message
 * @param size of a slot, bytes
 * @param log  AVClass context
 * @return 0, or AVERROR(EINVAL) with a line logged if not even two fit in
 *         X11SHMPOOL_BOUND_MOST_MIB
 */
int x11shmpool_bound_check(const X11ShmpoolFormat *f, size_t size, void *log);

/** @param max 0 if the user has not set it; x11shmpool_bound_set_size() must
 *             follow */
void x11shmpool_bound_init(X11ShmpoolBound *b, int max);

/** Slots have this size from now on, bytes. A bound that has grown shrinks only
 *  as far as the most memory calls for it. */
void x11shmpool_bound_set_size(X11ShmpoolBound *b, size_t size);

/**
 * Whether there may be one more slot, when none is free. The bound may grow.
 *
 * @param nb     slots that exist
 * @param size   of a slot, bytes
 * @param wanted a consumer has asked for a frame and there was none
 * @param now    µs, of any clock
 * @param log    AVClass context, for one warning
 */
int x11shmpool_bound_allows(X11ShmpoolBound *b, int nb, size_t size, int wanted,
                            int64_t now, void *log);

/** Note that a slot was got. */
void x11shmpool_bound_got(X11ShmpoolBound *b);

/**
 * What a bound grows to.
 *
 * @param max  the bound, slots
 * @param size of a slot, bytes
 * @return half as many slots more, as many as fit in X11SHMPOOL_BOUND_MOST_MIB;
 *         max if no more do
 */
int x11shmpool_bound_grown(int max, size_t size);

#endif /* AVDEVICE_X11SHMPOOL_BOUND_H */
