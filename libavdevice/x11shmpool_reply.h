/*
 * Checked access to what an X server answers
 *
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

#ifndef AVDEVICE_X11SHMPOOL_REPLY_H
#define AVDEVICE_X11SHMPOOL_REPLY_H

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Checking what a server counts in an answer against the length of the answer.
 *
 * libxcb reads as many bytes as the length field of a reply says and checks
 * nothing else: its accessors trust the counts within. Therefore every variable
 * part of a reply is read through these functions. Pure; any thread.
 */

/**
 * Find the items of a reply's variable part.
 *
 * @param reply  as received, may be NULL
 * @param offset of the first item from the start of the reply, bytes
 * @param nb     how many there should be
 * @param size   of one of them, bytes
 * @return the first one, or NULL if the reply ends before the last one does
 */
const void *x11shmpool_reply_items(const void *reply, size_t offset,
                                   uint64_t nb, size_t size);

/**
 * Check the answer to the connection setup.
 *
 * @param setup an xcb_setup_t that is as long as its length field says
 * @return 0; AVERROR_INVALIDDATA if its vendor, formats, screens, depths or
 *         visuals do not lie within it, if there is no screen, or if the
 *         longest request that it allows is shorter than the protocol demands
 */
int x11shmpool_reply_check_setup(const void *setup);

#endif /* AVDEVICE_X11SHMPOOL_REPLY_H */
