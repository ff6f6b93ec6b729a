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

#include <stdlib.h>
#include <string.h>
#include <xcb/xfixes.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/mem.h"

#include "x11shmpool_cursor.h"
#include "x11shmpool_reply.h"

static int select_cursor_image(X11ShmpoolCursor *c, uint32_t mask)
{
    X11ShmpoolDisplay *d = c->display;

    if (!d->xfixes)
        return AVERROR(ENOSYS);
    xcb_xfixes_select_cursor_input(d->conn, d->screen->root, mask);
    return 0;
}

int x11shmpool_cursor_event(X11ShmpoolCursor *c,
                            const xcb_generic_event_t *event)
{
    if (!c->with_image || (event->response_type & 0x7f) !=
        c->display->xfixes_event + XCB_XFIXES_CURSOR_NOTIFY)
        return 0;
    c->image_stale = 1;
    return 1;
}

static unsigned send_cursor_image(X11ShmpoolCursor *c)
{
    return xcb_xfixes_get_cursor_image(c->display->conn).sequence;
}

/* argb is NULL afterwards if there is nothing to paint. */
static int read_cursor_image(X11ShmpoolCursorImage *image,
                             const xcb_xfixes_get_cursor_image_reply_t *reply)
{
    size_t pixels    = (size_t)reply->width * reply->height;
    const void *argb = x11shmpool_reply_items(reply, sizeof(*reply), pixels,
                                              sizeof(*image->argb));

    if (!argb)
        return AVERROR_INVALIDDATA;
    *image = (X11ShmpoolCursorImage){ 0 };
    if (!pixels)
        return 0;
    image->argb = av_memdup(argb, pixels * sizeof(*image->argb));
    if (!image->argb)
        return AVERROR(ENOMEM);
    image->width  = reply->width;
    image->height = reply->height;
    image->xhot   = reply->xhot;
    image->yhot   = reply->yhot;
    return 0;
}

static int receive_cursor_image(X11ShmpoolCursor *c)
{
    xcb_xfixes_get_cursor_image_reply_t *reply;
    X11ShmpoolCursorImage image = { 0 };
    int ret;

    ret = x11shmpool_display_receive(c->display, c->image_sequence,
                                     sizeof(*reply), (void **)&reply);
    if (x11shmpool_display_fatal(ret))
        return ret;
    /* After BadCursor there is no pointer at present. */
    ret = ret < 0 ? 0 : read_cursor_image(&image, reply);
    free(reply);
    if (ret < 0)
        return ret;

    av_free(c->image.argb);
    c->image = image;
    c->image_number++;
    c->image_stale = 0;

    return 0;
}

av_cold int x11shmpool_cursor_init(X11ShmpoolCursor *c, X11ShmpoolDisplay *d,
                                   xcb_window_t window, int with_image)
{
    int ret = 0;

    *c = (X11ShmpoolCursor){ .display = d, .window = window };
    if (with_image) {
        ret = select_cursor_image(c, XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR);
        c->with_image = c->image_stale = ret >= 0;
    }
    return ret;
}

av_cold void x11shmpool_cursor_uninit(X11ShmpoolCursor *c)
{
    av_freep(&c->image.argb);
}

void x11shmpool_cursor_send(X11ShmpoolCursor *c)
{
    /* The image first: if it changes in between, the event arrives before the
     * last answer and is not missed. */
    c->image_sequence   = c->image_stale ? send_cursor_image(c) : 0;
    c->pointer_sequence =
        xcb_query_pointer(c->display->conn, c->window).sequence;
}

int x11shmpool_cursor_receive(X11ShmpoolCursor *c)
{
    xcb_query_pointer_reply_t *reply;
    int ret;

    if (c->image_sequence && (ret = receive_cursor_image(c)) < 0) {
        x11shmpool_display_discard(c->display, c->pointer_sequence);
        return ret;
    }

    ret = x11shmpool_display_receive(c->display, c->pointer_sequence,
                                     sizeof(*reply), (void **)&reply);
    if (ret < 0)
        return ret;
    c->on_screen = reply->same_screen;
    c->x         = reply->win_x;
    c->y         = reply->win_y;
    c->root_x    = reply->root_x;
    c->root_y    = reply->root_y;
    free(reply);

    return 0;
}
