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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xfixes.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/mem.h"
#include "libavutil/time.h"

#include "x11shmpool_reply.h"
#include "x11shmpool_tree.h"

#define MAX_WINDOWS  4096
#define PAUSE_US     1000000   /* after too many windows or events */
#define WINDOW_US    250       /* for each window that was examined */
#define ALPHA_DEPTH  32
#define COMPOSITE    "Composite"

/** A window that is being examined. */
typedef struct Look {
    xcb_window_t window;
    int above;                ///< index of its parent, -1 if not in the list
    int only;                 ///< without the windows within it
    unsigned attributes, geometry, tree; ///< sequences; 0 if not asked
    int viewable;
    int depth;
    xcb_visualid_t visual;
} Look;

typedef struct Looks {
    Look list[MAX_WINDOWS];
    int nb;
    int too_many;
    int hidden_on_top, hidden_below;
} Looks;

static int is_own(const X11ShmpoolDisplay *d, xcb_window_t window)
{
    return (window & ~d->setup->resource_id_mask) == d->setup->resource_id_base;
}

static void select_below(X11ShmpoolTree *t, xcb_window_t window,
                         uint32_t events)
{
    if (window == t->top)
        events |= t->events;
    xcb_change_window_attributes(t->display->conn, window, XCB_CW_EVENT_MASK,
                                 &events);
}

static void send_look(X11ShmpoolTree *t, Looks *looks, xcb_window_t window,
                      int above, int only)
{
    xcb_connection_t *conn = t->display->conn;
    Look *l;

    if (looks->nb == MAX_WINDOWS) {
        looks->too_many = 1;
        return;
    }
    l  = &looks->list[looks->nb++];
    *l = (Look){ .window = window, .above = above, .only = only };
    /* Events are selected first, so that they tell of later changes. This
     * client's own windows have theirs selected already. */
    if (!only && !is_own(t->display, window))
        select_below(t, window, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    l->attributes = xcb_get_window_attributes(conn, window).sequence;
    l->geometry   = xcb_get_geometry(conn, window).sequence;
    if (!only)
        l->tree = xcb_query_tree(conn, window).sequence;
}

static int is_hidden(const Look *l, const Look *above)
{
    return l->viewable && above->viewable &&
           (l->depth != above->depth ||
            (l->visual != above->visual && l->depth == ALPHA_DEPTH));
}

static int send_children(X11ShmpoolTree *t, Looks *looks, int parent,
                         const xcb_query_tree_reply_t *tree)
{
    const xcb_window_t *child =
        x11shmpool_reply_items(tree, sizeof(*tree), tree->children_len,
                               sizeof(*child));

    if (!child)
        return AVERROR_INVALIDDATA;
    for (int i = 0; i < tree->children_len; i++)
        send_look(t, looks, child[i], parent, 0);
    return 0;
}

/* A window that has gone meanwhile is not shown. */
static int receive_look(X11ShmpoolTree *t, Looks *looks, int i)
{
    X11ShmpoolDisplay *d = t->display;
    Look *l              = &looks->list[i];
    const Look *above    = l->above < 0 ? NULL : &looks->list[l->above];
    xcb_get_window_attributes_reply_t *a = NULL;
    xcb_get_geometry_reply_t *g          = NULL;
    xcb_query_tree_reply_t *tree         = NULL;
    int ret[3] = { 0 }, err = 0;

    ret[0] = x11shmpool_display_receive(d, l->attributes, sizeof(*a),
                                        (void **)&a);
    ret[1] = x11shmpool_display_receive(d, l->geometry, sizeof(*g),
                                        (void **)&g);
    if (l->tree)
        ret[2] = x11shmpool_display_receive(d, l->tree, sizeof(*tree),
                                            (void **)&tree);
    l->attributes = l->geometry = l->tree = 0;
    for (int k = 0; k < 3; k++) {
        if (x11shmpool_display_gone(ret[k]))
            err = ret[k];
    }
    if (!a || !g || (!l->only && !tree))
        goto end;

    l->viewable = a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT &&
                  a->map_state == XCB_MAP_STATE_VIEWABLE;
    l->depth    = g->depth;
    l->visual   = a->visual;
    if (l->only || !l->viewable ||
        (above && above->window != tree->parent))
        goto end;
    if (above && is_hidden(l, above)) {
        looks->hidden_on_top |= tree->parent == tree->root;
        looks->hidden_below  |= tree->parent != tree->root;
    }
    err = send_children(t, looks, i, tree);
end:
    free(a);
    free(g);
    free(tree);
    return err;
}

/* Receiving one appends its children to the list: level by level, with one
 * round trip each. */
static int receive_looks(X11ShmpoolTree *t, Looks *looks)
{
    int ret = 0;

    for (int i = 0; i < looks->nb; i++) {
        const Look *l = &looks->list[i];

        if (ret >= 0) {
            ret = receive_look(t, looks, i);
            continue;
        }
        x11shmpool_display_discard(t->display, l->attributes);
        x11shmpool_display_discard(t->display, l->geometry);
        if (l->tree)
            x11shmpool_display_discard(t->display, l->tree);
    }
    return ret;
}

static void send_mapped(X11ShmpoolTree *t, Looks *looks)
{
    for (int i = 0; i < t->nb_mapped; i++) {
        send_look(t, looks, t->mapped[i][1], -1, 1);
        send_look(t, looks, t->mapped[i][0], looks->nb - 1, 0);
    }
}

static int look(X11ShmpoolTree *t, int at_all)
{
    Looks *looks = av_malloc(sizeof(*looks));
    int ret;

    if (!looks)
        return AVERROR(ENOMEM);
    looks->nb = looks->too_many = 0;
    looks->hidden_on_top = looks->hidden_below = 0;
    if (at_all)
        send_look(t, looks, t->top, -1, 0);
    else
        send_mapped(t, looks);
    ret = receive_looks(t, looks);
    if (at_all && ret >= 0)
        t->hidden_on_top = t->hidden_below = t->unmapped = t->lost = 0;
    t->hidden_on_top |= looks->hidden_on_top;
    t->hidden_below  |= looks->hidden_below;
    t->lost          |= looks->too_many;
    t->resume         = av_gettime_relative() + looks->nb * WINDOW_US;
    av_free(looks);
    return ret;
}

static av_cold int watch_manager(X11ShmpoolTree *t)
{
    X11ShmpoolDisplay *d = t->display;
    xcb_intern_atom_reply_t *atom;
    char name[32];
    int ret;

    if (!d->xfixes)
        return 0;
    snprintf(name, sizeof(name), "_NET_WM_CM_S%d", d->screen_num);
    ret = x11shmpool_display_receive(d,
            xcb_intern_atom(d->conn, 0, strlen(name), name).sequence,
            sizeof(*atom), (void **)&atom);
    if (ret < 0)
        return ret;
    t->manager_selection = atom->atom;
    t->manager_stale     = 1;
    free(atom);

    xcb_xfixes_select_selection_input(d->conn, d->screen->root,
        t->manager_selection,
        XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER |
        XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY |
        XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE);
    return 0;
}

static int find_manager(X11ShmpoolTree *t)
{
    X11ShmpoolDisplay *d = t->display;
    xcb_get_selection_owner_reply_t *owner;
    int ret;

    ret = x11shmpool_display_receive(d,
            xcb_get_selection_owner(d->conn, t->manager_selection).sequence,
            sizeof(*owner), (void **)&owner);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    t->manager_stale = 0;
    t->managed       = owner->owner != XCB_NONE;
    free(owner);
    return 0;
}

av_cold int x11shmpool_tree_init(X11ShmpoolTree *t, X11ShmpoolDisplay *d,
                                 xcb_window_t top, uint32_t events)
{
    xcb_query_extension_reply_t *extension;
    int ret;

    *t  = (X11ShmpoolTree){ 0 };
    /* Not d->composite, which is also 0 if asking for the version failed. */
    ret = x11shmpool_display_receive(d,
            xcb_query_extension(d->conn, strlen(COMPOSITE),
                                COMPOSITE).sequence,
            sizeof(*extension), (void **)&extension);
    if (ret < 0)
        return ret;
    if (extension->present)
        *t = (X11ShmpoolTree){ .display = d, .top = top, .events = events,
                               .lost = 1 };
    free(extension);
    if (!t->display)
        return 0;
    if ((ret = watch_manager(t)) < 0)
        return ret;
    return x11shmpool_tree_update(t);
}

static int manager_event(const X11ShmpoolTree *t,
                         const xcb_generic_event_t *event)
{
    const xcb_xfixes_selection_notify_event_t *e = (const void *)event;

    return t->manager_selection && event->response_type ==
           t->display->xfixes_event + XCB_XFIXES_SELECTION_NOTIFY &&
           e->selection == t->manager_selection;
}

static void note_mapped(X11ShmpoolTree *t, xcb_window_t window,
                        xcb_window_t parent)
{
    for (int i = 0; i < t->nb_mapped; i++) {
        if (t->mapped[i][0] == window && t->mapped[i][1] == parent)
            return;
    }
    if (t->nb_mapped == X11SHMPOOL_TREE_MAPPED) {
        t->lost = 1;
        return;
    }
    t->mapped[t->nb_mapped][0]   = window;
    t->mapped[t->nb_mapped++][1] = parent;
}

void x11shmpool_tree_event(X11ShmpoolTree *t, const xcb_generic_event_t *event)
{
    /* All but CreateNotify have both windows at the same place; there, too, the
     * parent comes first. */
    const xcb_map_notify_event_t *e        = (const void *)event;
    const xcb_visibility_notify_event_t *v = (const void *)event;
    int type = event->response_type;

    if (!t->display)
        return;
    t->manager_stale |= manager_event(t, event);
    /* The window was not shown before, so neither was anything mapped within
     * it. */
    t->lost |= type == XCB_VISIBILITY_NOTIFY && v->window == t->top;
    if (type < XCB_CREATE_NOTIFY || type > XCB_CIRCULATE_NOTIFY ||
        e->event == e->window ||
        (e->event != t->top && e->event == t->display->screen->root))
        return;
    t->noisy = e->event;
    if (type == XCB_MAP_NOTIFY)
        note_mapped(t, e->window, e->event);
    else if (type == XCB_UNMAP_NOTIFY || type == XCB_DESTROY_NOTIFY ||
             type == XCB_REPARENT_NOTIFY)
        t->unmapped = t->hidden_on_top || t->hidden_below;
}

void x11shmpool_tree_overflow(X11ShmpoolTree *t)
{
    if (!t->display)
        return;
    t->lost          = 1;
    t->manager_stale = t->manager_selection != XCB_NONE;
    t->resume        = av_gettime_relative() + PAUSE_US;
    t->nb_mapped     = 0;
    if (t->noisy && !is_own(t->display, t->noisy))
        select_below(t, t->noisy, 0);
    t->noisy = XCB_NONE;
}

int x11shmpool_tree_update(X11ShmpoolTree *t)
{
    int ret = 0;

    if (!t->display)
        return 0;
    if (t->manager_stale && (ret = find_manager(t)) < 0)
        return ret;
    if (!t->lost && !t->unmapped && !t->nb_mapped)
        return 0;
    if (av_gettime_relative() < t->resume)
        t->lost |= t->nb_mapped > 0;
    else
        ret = look(t, t->lost || t->unmapped);
    t->nb_mapped = 0;
    if (ret < 0) {
        t->lost   = 1;
        t->resume = av_gettime_relative() + PAUSE_US;
    }
    return ret;
}

int x11shmpool_tree_hides_damage(const X11ShmpoolTree *t)
{
    return t->lost || t->hidden_below || (t->hidden_on_top && !t->managed);
}
