/*
 * Checked access to what an X server answers
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

#include <xcb/xcb.h>

#include "x11shmpool_reply.h"

#define FIXED_SIZE 32   /* of every reply; what its length counts comes after */

const void *x11shmpool_reply_items(const void *reply, size_t offset,
                                   uint64_t nb, size_t size)
{
    const xcb_generic_reply_t *r = reply;
    uint64_t end;

    if (!r)
        return NULL;
    end = FIXED_SIZE + r->length * UINT64_C(4);
    if (offset > end || nb > (end - offset) / size)
        return NULL;
    return (const uint8_t *)reply + offset;
}
