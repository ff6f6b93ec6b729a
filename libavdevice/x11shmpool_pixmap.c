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
#include <xcb/composite.h>
#include <xcb/shape.h>

#include "libavutil/error.h"

#include "x11shmpool_pixmap.h"
#include "x11shmpool_reply.h"

#define COMPOSITE_NAME_PIXMAP 2

void x11shmpool_pixmap_redirect(X11ShmpoolPixmap *p, X11ShmpoolDisplay *d,
                                xcb_window_t window)
{
    *p = (X11ShmpoolPixmap){ .display = d, .window = window };
    if (d->shape)
        xcb_shape_select_input(d->conn, window, 1);
    if (d->composite < COMPOSITE_NAME_PIXMAP)
        return;
    xcb_composite_redirect_window(d->conn, window,
                                  XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    p->redirected = 1;
}

void x11shmpool_pixmap_undo(X11ShmpoolPixmap *p, int destroyed)
{
    x11shmpool_pixmap_forget(p);
    if (p->redirected && !destroyed)
        xcb_composite_unredirect_window(p->display->conn, p->window,
                                        XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    p->redirected = 0;
}

void x11shmpool_pixmap_send(X11ShmpoolPixmap *p)
{
    p->wanted = xcb_generate_id(p->display->conn);
    p->naming = xcb_composite_name_window_pixmap_checked(p->display->conn,
                    p->window, p->wanted).sequence;
}

int x11shmpool_pixmap_receive(X11ShmpoolPixmap *p)
{
    int ret = x11shmpool_display_wait(p->display, p->naming, NULL);

    p->naming = 0;
    if (ret < 0) {
        if (x11shmpool_display_gone(ret))
            xcb_free_pixmap(p->display->conn, p->wanted);
        p->wanted = XCB_NONE;
        return x11shmpool_display_gone(ret) ? ret : 0;
    }
    if (p->id)
        xcb_free_pixmap(p->display->conn, p->id);
    p->id     = p->wanted;
    p->wanted = XCB_NONE;
    return 1;
}

void x11shmpool_pixmap_forget(X11ShmpoolPixmap *p)
{
    if (p->naming)
        x11shmpool_display_discard(p->display, p->naming);
    if (p->wanted)
        xcb_free_pixmap(p->display->conn, p->wanted);
    if (p->id)
        xcb_free_pixmap(p->display->conn, p->id);
    p->naming = 0;
    p->wanted = p->id = XCB_NONE;
}

xcb_window_t x11shmpool_shape_event(const X11ShmpoolDisplay *d,
                                    const xcb_generic_event_t *event)
{
    const xcb_shape_notify_event_t *e = (const void *)event;

    return d->shape && event->response_type ==
           d->shape_event + XCB_SHAPE_NOTIFY &&
           e->shape_kind == XCB_SHAPE_SK_BOUNDING ? e->affected_window :
           XCB_NONE;
}

unsigned x11shmpool_shape_send(X11ShmpoolDisplay *d, xcb_window_t window)
{
    return !d->shape ? 0 :
           xcb_shape_get_rectangles(d->conn, window,
                                    XCB_SHAPE_SK_BOUNDING).sequence;
}

int x11shmpool_shape_receive(X11ShmpoolDisplay *d, unsigned sequence,
                             X11ShmpoolRect *list, int max, int *nb)
{
    xcb_shape_get_rectangles_reply_t *reply;
    const xcb_rectangle_t *r;
    int ret;

    *nb = 0;
    ret = x11shmpool_display_receive(d, sequence, sizeof(*reply),
                                     (void **)&reply);
    if (ret < 0)
        return ret;
    r = x11shmpool_reply_items(reply, sizeof(*reply), reply->rectangles_len,
                               sizeof(*r));
    if (!r)
        ret = AVERROR_INVALIDDATA;
    else
        *nb = reply->rectangles_len > (unsigned)max ? -1 :
              (int)reply->rectangles_len;
    for (int i = 0; i < *nb; i++)
        list[i] = (X11ShmpoolRect){ r[i].x, r[i].y, r[i].width, r[i].height };
    free(reply);
    return ret;
}
