/*
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

#include "config.h"

#if CONFIG_LIBXCB_XFIXES
#include <xcb/xfixes.h>
#endif

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/mem.h"

#include "x11shmpool_tree.h"

static X11ShmpoolTreeWindow *find(const X11ShmpoolTree *t, xcb_window_t window)
{
    for (unsigned i = 0; i < t->nb_windows; i++) {
        if (t->windows[i].window == window)
            return &t->windows[i];
    }
    return NULL;
}

static int add(X11ShmpoolTree *t, xcb_window_t window, xcb_window_t parent)
{
    X11ShmpoolTreeWindow *w;

    if (find(t, window))
        return 0;
    w = av_fast_realloc(t->windows, &t->allocated,
                        (t->nb_windows + 1) * sizeof(*w));
    if (!w)
        return AVERROR(ENOMEM);
    t->windows = w;
    w[t->nb_windows++] = (X11ShmpoolTreeWindow){ window, parent, 0, 0 };
    return 0;
}

static void forget(X11ShmpoolTree *t, xcb_window_t window)
{
    X11ShmpoolTreeWindow *w = find(t, window);

    if (!w)
        return;
    *w = t->windows[--t->nb_windows];
    /* Removing one moves another, so each time from the start. */
    for (unsigned i = 0; i < t->nb_windows;) {
        if (t->windows[i].parent == window) {
            forget(t, t->windows[i].window);
            i = 0;
        } else {
            i++;
        }
    }
}

static int depth_of(const X11ShmpoolDisplay *d, xcb_visualid_t visual)
{
    xcb_screen_iterator_t s = xcb_setup_roots_iterator(d->setup);

    for (; s.rem; xcb_screen_next(&s)) {
        xcb_depth_iterator_t i = xcb_screen_allowed_depths_iterator(s.data);

        for (; i.rem; xcb_depth_next(&i)) {
            xcb_visualtype_t *v = xcb_depth_visuals(i.data);

            for (int n = xcb_depth_visuals_length(i.data); n > 0; n--, v++) {
                if (v->visual_id == visual)
                    return i.data->depth;
            }
        }
    }
    return 0;
}

typedef struct Query {
    xcb_window_t window;
    unsigned attributes, tree;
} Query;

static void send_query(X11ShmpoolTree *t, Query *q, xcb_window_t window,
                       uint32_t events)
{
    xcb_connection_t *conn = t->display->conn;

    events    |= XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY;
    q->window  = window;
    /* Selected first: what changes afterwards is told by events. This client's
     * own windows have theirs selected already. */
    if ((window & ~t->display->setup->resource_id_mask) !=
        t->display->setup->resource_id_base)
        xcb_change_window_attributes(conn, window, XCB_CW_EVENT_MASK, &events);
    q->attributes = xcb_get_window_attributes(conn, window).sequence;
    q->tree       = xcb_query_tree(conn, window).sequence;
}

/* Sets depth to 0 for a window that is not shown, or not any more. */
static int receive_query(X11ShmpoolTree *t, const Query *q, int *depth,
                         xcb_query_tree_reply_t **tree)
{
    xcb_get_window_attributes_reply_t *attributes;
    int ret, err;

    *depth = 0;
    ret = x11shmpool_display_wait(t->display, q->attributes,
                                  (void **)&attributes);
    if (x11shmpool_display_gone(ret)) {
        x11shmpool_display_discard(t->display, q->tree);
        return ret;
    }
    err = x11shmpool_display_wait(t->display, q->tree, (void **)tree);
    if (ret >= 0 && err >= 0 &&
        attributes->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT &&
        attributes->map_state == XCB_MAP_STATE_VIEWABLE)
        *depth = depth_of(t->display, attributes->visual);
    free(attributes);

    return x11shmpool_display_gone(err) ? err : 0;
}

/* All windows of a level are asked about at once. */
static int scan(X11ShmpoolTree *t, xcb_window_t window, xcb_window_t parent,
                uint32_t events)
{
    Query *level = av_malloc(sizeof(*level)), *next = NULL;
    unsigned nb = 1, nb_next, allocated;
    xcb_query_tree_reply_t *tree;
    int depth, ret;

    if (!level || (ret = add(t, window, parent)) < 0) {
        av_free(level);
        return AVERROR(ENOMEM);
    }
    send_query(t, level, window, events);

    for (; nb; nb = nb_next) {
        nb_next   = 0;
        allocated = 0;
        next      = NULL;
        ret       = 0;

        for (unsigned i = 0; i < nb; i++) {
            const X11ShmpoolTreeWindow *above;
            X11ShmpoolTreeWindow *w;
            xcb_window_t *children;
            Query *grown;
            int nb_children;

            if (ret < 0) {
                x11shmpool_display_discard(t->display, level[i].attributes);
                x11shmpool_display_discard(t->display, level[i].tree);
                continue;
            }
            if ((ret = receive_query(t, &level[i], &depth, &tree)) < 0)
                continue;
            w = find(t, level[i].window);
            if (!depth || !w) {
                forget(t, level[i].window);
                free(tree);
                continue;
            }
            above         = find(t, w->parent);
            w->depth      = depth;
            w->composited = above && above->depth != depth;

            children    = xcb_query_tree_children(tree);
            nb_children = xcb_query_tree_children_length(tree);
            grown = av_fast_realloc(next, &allocated,
                                    (nb_next + nb_children + 1) *
                                    sizeof(*next));
            if (!grown)
                ret = AVERROR(ENOMEM);
            else
                next = grown;
            for (int k = 0; k < nb_children && ret >= 0; k++) {
                ret = add(t, children[k], level[i].window);
                if (ret >= 0)
                    send_query(t, &next[nb_next++], children[k], 0);
            }
            free(tree);
        }

        av_free(level);
        level = next;
        if (ret < 0) {
            for (unsigned i = 0; i < nb_next; i++) {
                x11shmpool_display_discard(t->display, next[i].attributes);
                x11shmpool_display_discard(t->display, next[i].tree);
            }
            break;
        }
    }
    av_free(level);

    return ret;
}

#if CONFIG_LIBXCB_XFIXES

static int find_manager(X11ShmpoolTree *t)
{
    xcb_get_selection_owner_reply_t *owner;
    int ret;

    ret = x11shmpool_display_wait(t->display,
            xcb_get_selection_owner(t->display->conn,
                                    t->manager_selection).sequence,
            (void **)&owner);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    t->managed = owner->owner != XCB_NONE;
    free(owner);
    return 0;
}

static int watch_manager(X11ShmpoolTree *t)
{
    X11ShmpoolDisplay *d = t->display;
    xcb_intern_atom_reply_t *atom;
    char name[32];
    int ret;

    if (!d->xfixes)
        return 0;
    snprintf(name, sizeof(name), "_NET_WM_CM_S%d", d->screen_num);
    ret = x11shmpool_display_wait(d,
            xcb_intern_atom(d->conn, 0, strlen(name), name).sequence,
            (void **)&atom);
    if (ret < 0)
        return ret;
    t->manager_selection = atom->atom;
    free(atom);

    xcb_xfixes_select_selection_input(d->conn, d->screen->root,
        t->manager_selection,
        XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER |
        XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY |
        XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE);
    return find_manager(t);
}

static void manager_event(X11ShmpoolTree *t, const xcb_generic_event_t *event)
{
    const xcb_xfixes_selection_notify_event_t *e = (const void *)event;

    if (t->manager_selection &&
        (event->response_type & 0x7f) ==
        t->display->xfixes_event + XCB_XFIXES_SELECTION_NOTIFY &&
        e->selection == t->manager_selection)
        t->managed = e->owner != XCB_NONE;
}

#else

static int watch_manager(X11ShmpoolTree *t av_unused)
{
    return 0;
}

static void manager_event(X11ShmpoolTree *t av_unused,
                          const xcb_generic_event_t *event av_unused)
{
}

#endif

av_cold int x11shmpool_tree_init(X11ShmpoolTree *t, X11ShmpoolDisplay *d,
                                 xcb_window_t top, uint32_t events)
{
    static const char composite[] = "Composite";
    xcb_query_extension_reply_t *extension;
    int present, ret;

    *t  = (X11ShmpoolTree){ .display = d, .top = top, .events = events };
    ret = x11shmpool_display_wait(d,
            xcb_query_extension(d->conn, strlen(composite),
                                composite).sequence, (void **)&extension);
    if (ret < 0)
        return ret;
    present = extension->present;
    free(extension);
    if (!present)
        return 0;

    if ((ret = watch_manager(t)) < 0)
        return ret;
    return scan(t, top, XCB_NONE, events);
}

av_cold void x11shmpool_tree_uninit(X11ShmpoolTree *t)
{
    av_freep(&t->windows);
    t->nb_windows = t->allocated = 0;
}

int x11shmpool_tree_event(X11ShmpoolTree *t, const xcb_generic_event_t *event)
{
    if (!t->nb_windows)
        return 0;

    switch (event->response_type & 0x7f) {
    case XCB_MAP_NOTIFY: {
        const xcb_map_notify_event_t *e = (const void *)event;

        if (e->event != e->window && find(t, e->event) &&
            !find(t, e->window)) {
            int ret = scan(t, e->window, e->event, 0);

            t->incomplete |= ret < 0;
            return ret;
        }
        break;
    }
    case XCB_UNMAP_NOTIFY: {
        const xcb_unmap_notify_event_t *e = (const void *)event;

        if (e->window != t->top)
            forget(t, e->window);
        break;
    }
    case XCB_DESTROY_NOTIFY: {
        const xcb_destroy_notify_event_t *e = (const void *)event;

        if (e->window != t->top)
            forget(t, e->window);
        break;
    }
    default:
        manager_event(t, event);
    }
    return 0;
}

int x11shmpool_tree_update(X11ShmpoolTree *t)
{
    int ret;

    if (!t->incomplete)
        return 0;
    t->nb_windows = 0;
    ret = scan(t, t->top, XCB_NONE, t->events);
    t->incomplete = ret < 0;
    return ret;
}

int x11shmpool_tree_hides_damage(const X11ShmpoolTree *t)
{
    for (unsigned i = 0; i < t->nb_windows; i++) {
        const X11ShmpoolTreeWindow *w = &t->windows[i];

        if (w->composited &&
            !(t->managed && w->parent == t->display->screen->root))
            return 1;
    }
    return 0;
}
