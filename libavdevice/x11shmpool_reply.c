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

#include <xcb/xcb.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_reply.h"

#define SETUP_HEADER 8   /* not counted by the setup's length */
#define FIXED_SIZE   32  /* of every reply, likewise */

/* Every server must accept requests of this length (X11 protocol, connection
 * setup), 4-byte units. libxcb hangs if its first request is longer than
 * allowed. */
#define MIN_REQUEST_LENGTH 4096

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

/* The part that is left to be read. */
typedef struct Rest {
    const uint8_t *p;
    size_t size;             /* bytes */
} Rest;

/* Skip nb items and the padding after them. */
static av_cold const void *take(Rest *rest, size_t nb, size_t size)
{
    const void *items = rest->p;

    if (nb > rest->size / size || FFALIGN(nb * size, 4) > rest->size)
        return NULL;
    rest->p    += FFALIGN(nb * size, 4);
    rest->size -= FFALIGN(nb * size, 4);
    return items;
}

static av_cold int check_screen(Rest *rest)
{
    const xcb_screen_t *screen = take(rest, 1, sizeof(*screen));
    const xcb_depth_t *depth;

    if (!screen)
        return AVERROR_INVALIDDATA;
    for (int i = 0; i < screen->allowed_depths_len; i++) {
        depth = take(rest, 1, sizeof(*depth));
        if (!depth ||
            !take(rest, depth->visuals_len, sizeof(xcb_visualtype_t)))
            return AVERROR_INVALIDDATA;
    }
    return 0;
}

av_cold int x11shmpool_reply_check_setup(const void *setup)
{
    const xcb_setup_t *s = setup;
    Rest rest = { setup, SETUP_HEADER + s->length * 4 };
    int ret = 0;

    if (!take(&rest, 1, sizeof(*s)) ||
        !take(&rest, s->vendor_len, 1) ||
        !take(&rest, s->pixmap_formats_len, sizeof(xcb_format_t)) ||
        !s->roots_len || s->maximum_request_length < MIN_REQUEST_LENGTH)
        return AVERROR_INVALIDDATA;
    for (int i = 0; i < s->roots_len && ret >= 0; i++)
        ret = check_screen(&rest);
    return ret;
}
