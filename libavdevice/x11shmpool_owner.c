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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_atoms.h"
#include "x11shmpool_owner.h"
#include "x11shmpool_reply.h"

#define MAX_MANAGED  4096
#define MAX_SIBLINGS 64

/** A window of the recorded window's client. */
typedef struct Sibling {
    xcb_window_t window;
    unsigned attributes, geometry, origin; ///< sequences
    X11ShmpoolRect rect;       ///< root coordinates; empty if it isn't shown
} Sibling;

typedef struct Siblings {
    Sibling list[MAX_SIBLINGS]; ///< the topmost first
    int nb;
} Siblings;

av_cold int x11shmpool_owner_init(X11ShmpoolOwner *o,
                                  const X11ShmpoolSource *source)
{
    static const char *const names[] = {
        "_NET_CLIENT_LIST_STACKING", "_NET_WM_WINDOW_TYPE",
        "_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK",
        "_NET_WM_WINDOW_TYPE_NOTIFICATION", "_NET_WM_WINDOW_TYPE_SPLASH",
    };
    xcb_atom_t atoms[FF_ARRAY_ELEMS(names)];
    int ret = x11shmpool_atoms_get(source->display, names,
                                   FF_ARRAY_ELEMS(names), atoms);

    *o = (X11ShmpoolOwner){ .source = source };
    if (ret < 0)
        return ret;
    o->stacking = atoms[0];
    o->type     = atoms[1];
    for (size_t i = 0; i < FF_ARRAY_ELEMS(o->others); i++)
        o->others[i] = atoms[2 + i];
    return 0;
}

int x11shmpool_owner_same_client(const X11ShmpoolOwner *o, xcb_window_t window)
{
    const uint32_t client = ~o->source->display->setup->resource_id_mask;

    return (window & client) == (o->source->window & client);
}

unsigned x11shmpool_owner_send_type(const X11ShmpoolOwner *o,
                                    xcb_window_t window)
{
    return xcb_get_property(o->source->display->conn, 0, window, o->type,
                            XCB_ATOM_ATOM, 0, 1).sequence;
}

int x11shmpool_owner_receive_type(const X11ShmpoolOwner *o, unsigned sequence,
                                  int *other)
{
    xcb_get_property_reply_t *reply;
    const xcb_atom_t *type;
    int ret;

    *other = 0;
    ret = x11shmpool_display_receive(o->source->display, sequence,
                                     sizeof(*reply), (void **)&reply);
    if (ret < 0)
        return ret;
    if (reply->format == 32 && reply->value_len) {
        type = x11shmpool_reply_items(reply, sizeof(*reply), 1, sizeof(*type));
        for (size_t i = 0; type && i < FF_ARRAY_ELEMS(o->others); i++)
            *other |= *type == o->others[i];
        ret = type ? 0 : AVERROR_INVALIDDATA;
    }
    free(reply);
    return ret;
}

/* Windows are in stacking order, the topmost last. */
static void add_siblings(const X11ShmpoolOwner *o, Siblings *s,
                         const xcb_window_t *windows, int nb)
{
    for (int i = nb - 1; i >= 0 && s->nb < MAX_SIBLINGS; i--) {
        if (x11shmpool_owner_same_client(o, windows[i]))
            s->list[s->nb++].window = windows[i];
    }
}

/* Those that are top-level windows, and those that a window manager has put
 * into frames. */
static int list_siblings(const X11ShmpoolOwner *o, Siblings *s)
{
    X11ShmpoolDisplay *d = o->source->display;
    xcb_get_property_reply_t *managed = NULL;
    xcb_query_tree_reply_t *tree      = NULL;
    const xcb_window_t *windows;
    unsigned sequence[] = {
        xcb_query_tree(d->conn, d->screen->root).sequence,
        xcb_get_property(d->conn, 0, d->screen->root, o->stacking,
                         XCB_ATOM_WINDOW, 0, MAX_MANAGED).sequence,
    };
    int ret, err;

    s->nb = 0;
    ret = x11shmpool_display_receive(d, sequence[0], sizeof(*tree),
                                     (void **)&tree);
    err = x11shmpool_display_receive(d, sequence[1], sizeof(*managed),
                                     (void **)&managed);
    if (ret >= 0 && err >= 0) {
        windows = x11shmpool_reply_items(tree, sizeof(*tree),
                                         tree->children_len, sizeof(*windows));
        if (windows)
            add_siblings(o, s, windows, tree->children_len);
        else
            err = AVERROR_INVALIDDATA;
    }
    if (ret >= 0 && err >= 0 && managed->format == 32) {
        windows = x11shmpool_reply_items(managed, sizeof(*managed),
                                         managed->value_len, sizeof(*windows));
        if (windows)
            add_siblings(o, s, windows, managed->value_len);
        else
            err = AVERROR_INVALIDDATA;
    }
    free(tree);
    free(managed);
    return ret < 0 ? ret : err;
}

static void send_siblings(const X11ShmpoolOwner *o, Siblings *s)
{
    const X11ShmpoolDisplay *d = o->source->display;

    for (int i = 0; i < s->nb; i++) {
        Sibling *w = &s->list[i];

        w->attributes = xcb_get_window_attributes(d->conn, w->window).sequence;
        w->geometry   = xcb_get_geometry(d->conn, w->window).sequence;
        w->origin     = xcb_translate_coordinates(d->conn, w->window,
                                                  d->screen->root,
                                                  0, 0).sequence;
    }
}

/* A window that has gone meanwhile isn't shown. The recorded one may override
 * the window manager itself. */
static int receive_sibling(const X11ShmpoolOwner *o, Sibling *w)
{
    X11ShmpoolDisplay *d = o->source->display;
    xcb_get_window_attributes_reply_t *a     = NULL;
    xcb_get_geometry_reply_t *g              = NULL;
    xcb_translate_coordinates_reply_t *origin = NULL;
    int errors[3], ret = 0;

    errors[0] = x11shmpool_display_receive(d, w->attributes, sizeof(*a),
                                           (void **)&a);
    errors[1] = x11shmpool_display_receive(d, w->geometry, sizeof(*g),
                                           (void **)&g);
    errors[2] = x11shmpool_display_receive(d, w->origin, sizeof(*origin),
                                           (void **)&origin);
    for (int i = 0; i < 3; i++) {
        if (x11shmpool_display_fatal(errors[i]))
            ret = errors[i];
    }
    w->rect = (X11ShmpoolRect){ 0 };
    if (a && g && origin && a->map_state == XCB_MAP_STATE_VIEWABLE &&
        (!a->override_redirect || w->window == o->source->window))
        w->rect = (X11ShmpoolRect){ origin->dst_x, origin->dst_y,
                                    g->width, g->height };
    free(a);
    free(g);
    free(origin);
    return ret;
}

static int is_recorded(const X11ShmpoolOwner *o, xcb_window_t window)
{
    return window == o->source->window ||
           x11shmpool_source_lies_in(o->source, window);
}

int x11shmpool_owner_choose(const X11ShmpoolOwner *o, X11ShmpoolOwned *list,
                            int nb)
{
    Siblings s;
    int ret = list_siblings(o, &s), err;

    if (ret < 0)
        return ret;
    send_siblings(o, &s);
    for (int i = 0; i < s.nb; i++) {
        if ((err = receive_sibling(o, &s.list[i])) < 0)
            ret = err;
    }
    for (int i = 0; i < nb; i++) {
        list[i].owned = 1;
        for (int k = 0; k < s.nb; k++) {
            if (x11shmpool_rect_empty(x11shmpool_rect_intersect(
                    s.list[k].rect, list[i].rect)))
                continue;
            list[i].owned = is_recorded(o, s.list[k].window);
            break;
        }
    }
    return ret;
}
