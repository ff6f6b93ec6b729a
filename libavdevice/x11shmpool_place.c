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

#include "libavutil/error.h"

#include "x11shmpool_place.h"

typedef struct Replies {
    xcb_get_geometry_reply_t *geometry, *screen;
    xcb_translate_coordinates_reply_t *origin;
    xcb_get_window_attributes_reply_t *attributes;
} Replies;

static void receive_next(X11ShmpoolDisplay *d, unsigned sequence, size_t size,
                         void **reply, int *ret)
{
    int error = x11shmpool_display_receive(d, sequence, size, reply);

    if (*ret >= 0)
        *ret = error;
}

static void set_place(X11ShmpoolPlace *p, const Replies *r)
{
    p->rect = (X11ShmpoolRect){
        r->origin->dst_x, r->origin->dst_y,
        r->geometry->width, r->geometry->height,
    };
    p->border   = r->geometry->border_width;
    p->viewable = r->attributes->map_state == XCB_MAP_STATE_VIEWABLE;
    if (r->screen)
        p->screen = (X11ShmpoolRect){ 0, 0, r->screen->width,
                                      r->screen->height };
}

/* The pixmap is named after the size was asked for: if its size is different,
 * the event that says so is still to come. If it were named before, it could be
 * older than the size, and the event would say nothing new. The attributes come
 * last: they tell whether the window is still the one that the other answers
 * are about. */
int x11shmpool_place_get(X11ShmpoolPlace *p, X11ShmpoolDisplay *d,
                         xcb_window_t window, X11ShmpoolPixmap *pixmap,
                         int with_pixmap, int with_shape)
{
    xcb_connection_t *conn = d->conn;
    xcb_window_t root      = d->screen->root;
    unsigned geometry, origin, shape = 0, screen = 0, attributes;
    Replies r = { 0 };
    int ret   = 0, error;

    *p = (X11ShmpoolPlace){ .named = -1 };
    geometry = xcb_get_geometry(conn, window).sequence;
    if (with_pixmap) {
        x11shmpool_pixmap_send(pixmap);
        p->named = 0;
    }
    if (with_shape)
        shape = x11shmpool_shape_send(d, window);
    p->shaped = !!shape;
    origin    = xcb_translate_coordinates(conn, window, root, 0, 0).sequence;
    if (!pixmap->redirected)
        screen = xcb_get_geometry(conn, root).sequence;
    attributes = xcb_get_window_attributes(conn, window).sequence;

    receive_next(d, geometry, sizeof(*r.geometry), (void **)&r.geometry, &ret);
    if (shape && (error = x11shmpool_shape_receive(d, shape, p->shape,
                                                   X11SHMPOOL_PLACE_SHAPE,
                                                   &p->nb_shape)) < 0)
        ret = ret < 0 ? ret : error;
    receive_next(d, origin, sizeof(*r.origin), (void **)&r.origin, &ret);
    if (screen)
        receive_next(d, screen, sizeof(*r.screen), (void **)&r.screen, &ret);
    receive_next(d, attributes, sizeof(*r.attributes), (void **)&r.attributes,
                 &ret);
    if (p->named >= 0) {
        p->named = x11shmpool_pixmap_receive(pixmap);
        ret      = p->named < 0 ? p->named : ret;
    }
    if (r.attributes &&
        !(r.attributes->your_event_mask & X11SHMPOOL_PLACE_EVENTS))
        ret = AVERROR(ENOENT);
    if (ret >= 0)
        set_place(p, &r);
    free(r.geometry);
    free(r.origin);
    free(r.screen);
    free(r.attributes);
    return ret;
}
