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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"
#include "libavutil/time.h"

#include "x11shmpool_reply.h"
#include "x11shmpool_transients.h"

#define PAUSE_US   1000000
#define MAX_MAPPED 16
#define MAX_ROUNDS 3           /* round trips in one update */
#define MAX_STEPS  8           /* up from a window to its ancestors */

static int is_leader(const X11ShmpoolTransients *t, xcb_window_t window)
{
    for (int i = 0; i < t->nb_leaders; i++) {
        if (t->leaders[i] == window)
            return 1;
    }
    return 0;
}

static void listen_to_root(X11ShmpoolTransients *t, int on)
{
    const uint32_t events = on ? XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY : 0;

    xcb_change_window_attributes(t->display->conn, t->display->screen->root,
                                 XCB_CW_EVENT_MASK, &events);
    t->paused = on ? 0 : av_gettime_relative();
}

av_cold int x11shmpool_transients_init(X11ShmpoolTransients *t,
                                       const X11ShmpoolSource *window)
{
    t->display    = window->display;
    t->leaders[0] = window->window;
    t->nb_leaders = 1;
    t->nb         = t->nb_mapped = t->crowded = 0;
    t->rescan     = 1;
    listen_to_root(t, 1);
    return x11shmpool_owner_init(&t->owner, window);
}

static void note_candidate(X11ShmpoolTransients *t, xcb_window_t window)
{
    if (!is_leader(t, window) && t->nb < X11SHMPOOL_CANDIDATES)
        t->list[t->nb++] = (X11ShmpoolCandidate){ .window = window };
}

void x11shmpool_transients_event(X11ShmpoolTransients *t,
                                 const xcb_generic_event_t *event)
{
    const xcb_map_notify_event_t *e = (const void *)event;

    if (event->response_type != XCB_MAP_NOTIFY ||
        !e->override_redirect || e->event != t->display->screen->root)
        return;
    if (t->nb_mapped++ < MAX_MAPPED && t->nb < X11SHMPOOL_CANDIDATES)
        note_candidate(t, e->window);
    else
        t->rescan = 1;
}

void x11shmpool_transients_overflow(X11ShmpoolTransients *t)
{
    listen_to_root(t, 0);
    t->nb = t->nb_mapped = 0;
}

void x11shmpool_transients_forget(X11ShmpoolTransients *t, xcb_window_t window)
{
    for (int i = 1; i < t->nb_leaders; i++) {
        if (t->leaders[i] == window)
            t->leaders[i--] = t->leaders[--t->nb_leaders];
    }
    t->rescan |= t->crowded;
}

/* If there are more than can be candidates, the topmost ones: that is where
 * menus are. */
static int list_all(X11ShmpoolTransients *t)
{
    X11ShmpoolDisplay *d = t->display;
    xcb_query_tree_reply_t *tree;
    const xcb_window_t *child;
    int nb, ret;

    ret = x11shmpool_display_receive(d,
            xcb_query_tree(d->conn, d->screen->root).sequence, sizeof(*tree),
            (void **)&tree);
    if (ret < 0)
        return ret;
    nb    = tree->children_len;
    child = x11shmpool_reply_items(tree, sizeof(*tree), nb, sizeof(*child));
    if (!child) {
        ret = AVERROR_INVALIDDATA;
    } else {
        t->nb     = t->crowded = t->rescan = 0;
        for (int i = FFMAX(0, nb - X11SHMPOOL_CANDIDATES); i < nb; i++)
            note_candidate(t, child[i]);
    }
    free(tree);
    return ret;
}

static void send_candidates(X11ShmpoolTransients *t)
{
    xcb_connection_t *conn = t->display->conn;

    for (int i = 0; i < t->nb; i++) {
        X11ShmpoolCandidate *c = &t->list[i];

        memset(c->sequences, 0, sizeof(c->sequences));
        if (!c->leader) {
            c->sequences[0] = xcb_get_window_attributes(conn,
                                                        c->window).sequence;
            c->sequences[1] = xcb_get_property(conn, 0, c->window,
                                               XCB_ATOM_WM_TRANSIENT_FOR,
                                               XCB_ATOM_WINDOW, 0, 1).sequence;
            if (x11shmpool_owner_same_client(&t->owner, c->window)) {
                c->sequences[2] = x11shmpool_owner_send_type(&t->owner,
                                                             c->window);
                c->sequences[3] = xcb_get_geometry(conn, c->window).sequence;
            }
        } else if (c->at) {
            c->sequences[0] = xcb_query_tree(conn, c->at).sequence;
        }
    }
}

static int is_shown_menu(const xcb_get_window_attributes_reply_t *a)
{
    return a && a->override_redirect &&
           a->map_state == XCB_MAP_STATE_VIEWABLE &&
           a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT;
}

/* What the property WM_TRANSIENT_FOR says; the root window stands for a group
 * of windows. */
static int receive_leader(X11ShmpoolTransients *t, X11ShmpoolCandidate *c)
{
    xcb_get_property_reply_t *property;
    const xcb_window_t *leader;
    int ret;

    ret = x11shmpool_display_receive(t->display, c->sequences[1],
                                     sizeof(*property), (void **)&property);
    if (ret >= 0 && property->format == 32 && property->value_len) {
        leader = x11shmpool_reply_items(property, sizeof(*property), 1,
                                        sizeof(*leader));
        if (!leader)
            ret = AVERROR_INVALIDDATA;
        else if (*leader != t->display->screen->root)
            c->leader = c->at = *leader;
    }
    free(property);
    return ret;
}

static int receive_same_client(X11ShmpoolTransients *t, X11ShmpoolCandidate *c)
{
    xcb_get_geometry_reply_t *g;
    int other, ret, err;

    ret = x11shmpool_owner_receive_type(&t->owner, c->sequences[2], &other);
    err = x11shmpool_display_receive(t->display, c->sequences[3], sizeof(*g),
                                     (void **)&g);
    if (ret >= 0 && err >= 0) {
        c->same_client = !c->leader && !other;
        c->rect        = (X11ShmpoolRect){
            g->x, g->y, g->width  + 2 * g->border_width,
                        g->height + 2 * g->border_width };
    }
    free(g);
    return ret < 0 ? ret : err;
}

/* Sets leader and at, or same_client, if the window may be a menu. */
static int receive_window(X11ShmpoolTransients *t, X11ShmpoolCandidate *c)
{
    xcb_get_window_attributes_reply_t *a;
    int ret[3] = { 0 };

    ret[0] = x11shmpool_display_receive(t->display, c->sequences[0], sizeof(*a),
                                        (void **)&a);
    ret[1] = receive_leader(t, c);
    if (c->sequences[2])
        ret[2] = receive_same_client(t, c);
    if (is_shown_menu(a))
        c->visual = a->visual;
    else
        c->leader = c->same_client = 0;
    free(a);
    for (int i = 0; i < 2; i++) {
        if (x11shmpool_display_fatal(ret[i]))
            return ret[i];
    }
    return ret[2];
}

static int receive_parent(X11ShmpoolTransients *t, X11ShmpoolCandidate *c)
{
    xcb_query_tree_reply_t *tree;
    int ret;

    c->at = XCB_NONE;
    ret   = x11shmpool_display_receive(t->display, c->sequences[0],
                                       sizeof(*tree), (void **)&tree);
    if (ret >= 0 && ++c->steps < MAX_STEPS && tree->parent != tree->root)
        c->at = tree->parent;
    free(tree);
    return ret;
}

/* A window that has gone meanwhile, or can't be asked about, is no menu, and no
 * error. */
static int receive_candidates(X11ShmpoolTransients *t)
{
    int ret = 0, nb = 0;

    for (int i = 0; i < t->nb; i++) {
        X11ShmpoolCandidate *c = &t->list[i];
        int err = 0;

        if (c->sequences[1])
            err = receive_window(t, c);
        else if (c->sequences[0])
            err = receive_parent(t, c);
        if (x11shmpool_display_fatal(err))
            ret = err;
        if (c->leader || c->same_client)
            t->list[nb++] = *c;
    }
    t->nb = nb;
    return ret;
}

/* Find out which windows of the same client are menus of the recorded one. */
static int choose_owned(X11ShmpoolTransients *t)
{
    X11ShmpoolOwned *owned;
    int nb = 0, left = 0, ret;

    for (int i = 0; i < t->nb; i++)
        nb += t->list[i].same_client;
    if (!nb)
        return 0;
    owned = av_calloc(nb, sizeof(*owned));
    if (!owned)
        return AVERROR(ENOMEM);
    for (int i = 0, k = 0; i < t->nb; i++) {
        if (t->list[i].same_client)
            owned[k++].rect = t->list[i].rect;
    }
    ret = x11shmpool_owner_choose(&t->owner, owned, nb);
    for (int i = 0, k = 0; i < t->nb; i++) {
        X11ShmpoolCandidate *c = &t->list[i];

        if (c->same_client && owned[k++].owned)
            c->leader = t->leaders[0];
        c->same_client = 0;
        if (c->leader)
            t->list[left++] = *c;
    }
    t->nb = left;
    av_free(owned);
    return ret;
}

/* Other windows may be transient for one that was found. */
static int take_found(X11ShmpoolTransients *t, X11ShmpoolTransient *found,
                      int nb_found)
{
    for (int i = 0; i < t->nb;) {
        X11ShmpoolCandidate *c = &t->list[i];

        if (!is_leader(t, c->leader) && !is_leader(t, c->at)) {
            i++;
            continue;
        }
        if (is_leader(t, c->window)) {
            /* mapped more than once */
        } else if (t->nb_leaders == FF_ARRAY_ELEMS(t->leaders)) {
            t->crowded = 1;
        } else {
            t->leaders[t->nb_leaders++] = c->window;
            found[nb_found++] = (X11ShmpoolTransient){ c->window, c->visual };
        }
        memmove(c, c + 1, (t->nb - i - 1) * sizeof(*c));
        t->nb--;
        i = 0;
    }
    return nb_found;
}

/* Whether there is more to ask about any candidate. If not, those that are left
 * are transient for other windows. */
static int has_open_questions(X11ShmpoolTransients *t)
{
    for (int i = 0; i < t->nb; i++) {
        if (t->list[i].at)
            return 1;
    }
    t->nb = 0;
    return 0;
}

int x11shmpool_transients_update(X11ShmpoolTransients *t,
                                 X11ShmpoolTransient *found)
{
    int nb_found = 0, ret = 0;

    if (t->paused) {
        if (av_gettime_relative() - t->paused < PAUSE_US)
            return 0;
        listen_to_root(t, 1);
        t->rescan = 1;
    }
    if (t->rescan)
        ret = list_all(t);
    t->nb_mapped = 0;
    for (int i = 0; i < MAX_ROUNDS && t->nb && ret >= 0; i++) {
        send_candidates(t);
        ret      = receive_candidates(t);
        if (ret >= 0)
            ret  = choose_owned(t);
        nb_found = take_found(t, found, nb_found);
        if (!has_open_questions(t))
            break;
    }
    if (ret < 0) {
        while (nb_found > 0)
            x11shmpool_transients_forget(t, found[--nb_found].window);
        t->nb     = 0;
        t->rescan = 1;
        return ret;
    }
    return nb_found;
}
