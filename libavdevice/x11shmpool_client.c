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
#include "libavutil/avstring.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/mem.h"

#include "x11shmpool_atoms.h"
#include "x11shmpool_client.h"
#include "x11shmpool_reply.h"
#include "x11shmpool_text.h"

#define MAX_WINDOWS   4096
#define MAX_DEPTH     8
#define PROPERTY_SIZE 1024   /* 4-byte units: longer titles are cut */

enum Atom {
    NET_CLIENT_LIST_STACKING,
    NET_CLIENT_LIST,
    NET_SUPPORTING_WM_CHECK,
    NET_WM_NAME,
    UTF8_STRING,
    WM_STATE,
    NB_ATOMS,
};

static int get_atoms(X11ShmpoolDisplay *d, xcb_atom_t *atoms)
{
    static const char *const names[NB_ATOMS] = {
        "_NET_CLIENT_LIST_STACKING", "_NET_CLIENT_LIST",
        "_NET_SUPPORTING_WM_CHECK", "_NET_WM_NAME", "UTF8_STRING", "WM_STATE",
    };

    return x11shmpool_atoms_get(d, names, NB_ATOMS, atoms);
}

static unsigned ask_property(X11ShmpoolDisplay *d, xcb_window_t window,
                             xcb_atom_t name)
{
    return xcb_get_property(d->conn, 0, window, name, XCB_GET_PROPERTY_TYPE_ANY,
                            0, PROPERTY_SIZE).sequence;
}

/* The items of a property. get_property() has checked that they lie within the
 * reply. */
static const void *items_of(const xcb_get_property_reply_t *reply)
{
    return reply + 1;
}

/* Sets *reply to NULL if there is no such property or window. */
static int get_property(X11ShmpoolDisplay *d, unsigned sequence, int format,
                        xcb_get_property_reply_t **reply)
{
    int ret = x11shmpool_display_receive(d, sequence, sizeof(**reply),
                                         (void **)reply);

    /* An error of one window must not hide the others. */
    if (ret < 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    if ((*reply)->format == format &&
        x11shmpool_reply_items(*reply, sizeof(**reply), (*reply)->value_len,
                               format / 8))
        return 0;

    ret = (*reply)->format == format ? AVERROR_INVALIDDATA : 0;
    free(*reply);
    *reply = NULL;
    return ret;
}

/* The window manager's list, in stacking order, the topmost last. */
static int get_managed(X11ShmpoolDisplay *d, const xcb_atom_t *atoms,
                       xcb_window_t **list, int *nb)
{
    xcb_window_t root = d->screen->root;
    unsigned sequence[] = {
        ask_property(d, root, atoms[NET_SUPPORTING_WM_CHECK]),
        xcb_get_property(d->conn, 0, root, atoms[NET_CLIENT_LIST_STACKING],
                         XCB_ATOM_WINDOW, 0, MAX_WINDOWS).sequence,
        xcb_get_property(d->conn, 0, root, atoms[NET_CLIENT_LIST],
                         XCB_ATOM_WINDOW, 0, MAX_WINDOWS).sequence,
    };
    xcb_get_property_reply_t *reply[3] = { NULL }, *chosen = NULL, *alive;
    int ret = 0;

    *list = NULL;
    *nb   = 0;
    for (int i = 0; i < 3; i++) {
        if (ret < 0)
            x11shmpool_display_discard(d, sequence[i]);
        else
            ret = get_property(d, sequence[i], 32, &reply[i]);
    }

    /* A window manager that has gone leaves its list behind, but not its
     * window. */
    if (ret >= 0 && reply[0] && reply[0]->value_len) {
        xcb_window_t check = *(const xcb_window_t *)items_of(reply[0]);

        ret = get_property(d, ask_property(d, check,
                                           atoms[NET_SUPPORTING_WM_CHECK]),
                           32, &alive);
        if (ret >= 0 && alive)
            chosen = reply[1] ? reply[1] : reply[2];
        free(alive);
    }
    if (ret >= 0 && chosen) {
        *nb   = FFMIN(chosen->value_len, MAX_WINDOWS);
        *list = av_malloc_array(*nb + 1, sizeof(**list));
        if (*list)
            memcpy(*list, items_of(chosen), *nb * sizeof(**list));
        else
            ret = AVERROR(ENOMEM);
    }
    for (int i = 0; i < 3; i++)
        free(reply[i]);

    return ret;
}

/* The caller frees the reply, which holds the children. */
static int get_children(X11ShmpoolDisplay *d, unsigned sequence,
                        xcb_query_tree_reply_t **reply,
                        const xcb_window_t **children)
{
    int ret = x11shmpool_display_receive(d, sequence, sizeof(**reply),
                                         (void **)reply);

    if (ret < 0)
        return ret;
    *children = x11shmpool_reply_items(*reply, sizeof(**reply),
                                       (*reply)->children_len,
                                       sizeof(**children));
    if (*children)
        return 0;
    free(*reply);
    return AVERROR_INVALIDDATA;
}

static int find_client(X11ShmpoolDisplay *d, xcb_atom_t state,
                       xcb_window_t window, int depth, xcb_window_t *client)
{
    unsigned property = ask_property(d, window, state);
    unsigned tree     = xcb_query_tree(d->conn, window).sequence;
    xcb_get_property_reply_t *reply;
    const xcb_window_t *children;
    xcb_query_tree_reply_t *tree_reply;
    int ret, found;

    ret   = get_property(d, property, 32, &reply);
    found = !!reply;
    free(reply);
    if (ret < 0 || found || !depth) {
        x11shmpool_display_discard(d, tree);
        if (ret >= 0 && found)
            *client = window;
        return ret;
    }
    ret = get_children(d, tree, &tree_reply, &children);
    if (ret < 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    for (int i = tree_reply->children_len - 1; i >= 0 && !*client && ret >= 0;
         i--)
        ret = find_client(d, state, children[i], depth - 1, client);
    free(tree_reply);

    return ret;
}

int x11shmpool_client_within(X11ShmpoolDisplay *d, xcb_window_t top,
                             xcb_window_t *client)
{
    xcb_atom_t atoms[NB_ATOMS];
    int ret = get_atoms(d, atoms);

    *client = XCB_NONE;
    if (ret >= 0)
        ret = find_client(d, atoms[WM_STATE], top, MAX_DEPTH, client);
    if (!*client)
        *client = top;
    return ret;
}

/* Top-level windows that are shown. */
static int get_top_level(X11ShmpoolDisplay *d, const xcb_atom_t *atoms,
                         xcb_window_t **list, int *nb)
{
    xcb_query_tree_reply_t *tree;
    const xcb_window_t *children;
    unsigned *sequence;
    int nb_children, ret;

    *nb = 0;
    ret = get_children(d, xcb_query_tree(d->conn, d->screen->root).sequence,
                       &tree, &children);
    if (ret < 0)
        return ret;
    nb_children = tree->children_len;
    *list       = av_malloc_array(nb_children + 1, sizeof(**list));
    sequence    = av_malloc_array(nb_children + 1, sizeof(*sequence));
    if (!*list || !sequence) {
        ret = AVERROR(ENOMEM);
        goto end;
    }

    for (int i = 0; i < nb_children; i++)
        sequence[i] = xcb_get_window_attributes(d->conn, children[i]).sequence;
    for (int i = 0; i < nb_children; i++) {
        xcb_get_window_attributes_reply_t *a = NULL;
        xcb_window_t client = XCB_NONE;

        if (x11shmpool_display_fatal(ret)) {
            x11shmpool_display_discard(d, sequence[i]);
            continue;
        }
        ret = x11shmpool_display_receive(d, sequence[i], sizeof(*a),
                                         (void **)&a);
        if (ret < 0)
            continue;
        if (a->map_state == XCB_MAP_STATE_VIEWABLE &&
            a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT) {
            ret = find_client(d, atoms[WM_STATE], children[i], MAX_DEPTH,
                              &client);
            (*list)[(*nb)++] = client ? client : children[i];
        }
        free(a);
    }
    if (!x11shmpool_display_fatal(ret))
        ret = 0;
end:
    av_free(sequence);
    free(tree);
    return ret;
}

static char *latin1_to_utf8(const char *text, size_t size)
{
    char *utf8 = av_malloc(2 * size + 1), *out = utf8;

    for (size_t i = 0; utf8 && i < size && text[i]; i++) {
        uint8_t c = text[i], tmp;

        PUT_UTF8(c, tmp, *out++ = tmp;)
    }
    if (utf8)
        *out = 0;
    return utf8;
}

static char *text_of(const xcb_get_property_reply_t *reply)
{
    return reply ? av_strndup(items_of(reply), reply->value_len) :
                   av_strdup("");
}

static char *title_of(const xcb_get_property_reply_t *net_name,
                      const xcb_get_property_reply_t *name, xcb_atom_t utf8)
{
    if (net_name && net_name->value_len)
        return text_of(net_name);
    if (name && name->type == XCB_ATOM_STRING)
        return latin1_to_utf8(items_of(name), name->value_len);
    return text_of(name && name->type == utf8 ? name : NULL);
}

/* The property consists of the instance and the class, each with a zero at the
 * end. */
static void split_class(X11ShmpoolClient *w,
                        const xcb_get_property_reply_t *reply)
{
    const char *text = reply ? items_of(reply) : "";
    size_t size      = reply ? reply->value_len : 0;
    const char *zero = memchr(text, 0, size);
    size_t first     = zero ? (size_t)(zero - text) : size;

    w->instance = av_strndup(text, first);
    w->class    = first + 1 < size ? av_strndup(text + first + 1,
                                                size - first - 1) :
                                     av_strdup("");
}

static void free_entry(X11ShmpoolClient *entry)
{
    av_freep(&entry->title);
    av_freep(&entry->instance);
    av_freep(&entry->class);
}

enum Query { NET_NAME, NAME, CLASS, ATTRIBUTES, GEOMETRY, NB_QUERIES };

static int add_window(X11ShmpoolClients *w, X11ShmpoolDisplay *d,
                      const xcb_atom_t *atoms, xcb_window_t window,
                      const unsigned *sequence)
{
    X11ShmpoolClient *entry = &w->list[w->nb];
    xcb_get_property_reply_t *text[3] = { NULL };
    xcb_get_window_attributes_reply_t *a = NULL;
    xcb_get_geometry_reply_t *g = NULL;
    int ret = 0, err = 0;

    for (int i = 0; i < NB_QUERIES; i++) {
        if (ret < 0)
            x11shmpool_display_discard(d, sequence[i]);
        else if (i <= CLASS)
            ret = get_property(d, sequence[i], 8, &text[i]);
        else
            err = i == GEOMETRY ?
                  x11shmpool_display_receive(d, sequence[i], sizeof(*g),
                                             (void **)&g) :
                  x11shmpool_display_receive(d, sequence[i], sizeof(*a),
                                             (void **)&a);
        if (x11shmpool_display_fatal(err))
            ret = err;
    }
    if (ret >= 0 && a && g && a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT) {
        *entry = (X11ShmpoolClient){
            .window = window,
            .title  = title_of(text[NET_NAME], text[NAME], atoms[UTF8_STRING]),
            .w      = g->width,
            .h      = g->height,
            .shown  = a->map_state == XCB_MAP_STATE_VIEWABLE,
        };
        split_class(entry, text[CLASS]);
        if (!entry->title || !entry->instance || !entry->class)
            ret = AVERROR(ENOMEM);
        /* Without a title it is a menu, a tooltip or a border. */
        if (ret < 0 || (a->override_redirect && !*entry->title))
            free_entry(entry);
        else
            w->nb++;
    }
    for (int i = 0; i < 3; i++)
        free(text[i]);
    free(a);
    free(g);

    return ret;
}

static int describe(X11ShmpoolClients *w, X11ShmpoolDisplay *d,
                    const xcb_atom_t *atoms, const xcb_window_t *windows,
                    int nb)
{
    unsigned (*sequence)[NB_QUERIES] = av_malloc_array(nb + 1,
                                                       sizeof(*sequence));
    int ret = 0;

    w->list = av_calloc(nb + 1, sizeof(*w->list));
    if (!sequence || !w->list) {
        av_free(sequence);
        return AVERROR(ENOMEM);
    }
    for (int i = nb - 1; i >= 0; i--) {
        sequence[i][NET_NAME]   = ask_property(d, windows[i],
                                               atoms[NET_WM_NAME]);
        sequence[i][NAME]       = ask_property(d, windows[i],
                                               XCB_ATOM_WM_NAME);
        sequence[i][CLASS]      = ask_property(d, windows[i],
                                               XCB_ATOM_WM_CLASS);
        sequence[i][ATTRIBUTES] =
            xcb_get_window_attributes(d->conn, windows[i]).sequence;
        sequence[i][GEOMETRY]   =
            xcb_get_geometry(d->conn, windows[i]).sequence;
    }
    for (int i = nb - 1; i >= 0; i--) {
        if (ret < 0) {
            for (int k = 0; k < NB_QUERIES; k++)
                x11shmpool_display_discard(d, sequence[i][k]);
        } else {
            ret = add_window(w, d, atoms, windows[i], sequence[i]);
        }
    }
    av_free(sequence);

    return ret;
}

int x11shmpool_clients_get(X11ShmpoolClients *w, X11ShmpoolDisplay *d)
{
    xcb_atom_t atoms[NB_ATOMS];
    xcb_window_t *windows = NULL;
    int nb, ret;

    *w = (X11ShmpoolClients){ 0 };
    if ((ret = get_atoms(d, atoms)) < 0)
        return ret;
    ret = get_managed(d, atoms, &windows, &nb);
    if (ret >= 0 && !windows)
        ret = get_top_level(d, atoms, &windows, &nb);
    if (ret >= 0)
        ret = describe(w, d, atoms, windows, nb);
    av_free(windows);
    if (ret < 0)
        x11shmpool_clients_free(w);

    return ret;
}

void x11shmpool_clients_free(X11ShmpoolClients *w)
{
    for (int i = 0; i < w->nb; i++)
        free_entry(&w->list[i]);
    av_freep(&w->list);
    w->nb = 0;
}

static int fits(const X11ShmpoolClient *entry, const char *title,
                const char *class, int any_case)
{
    if (any_case)
        return (!title || av_stristr(entry->title, title)) &&
               (!class || !av_strcasecmp(entry->class, class) ||
                !av_strcasecmp(entry->instance, class));
    return (!title || strstr(entry->title, title)) &&
           (!class || !strcmp(entry->class, class) ||
            !strcmp(entry->instance, class));
}

const X11ShmpoolClient *x11shmpool_clients_find(const X11ShmpoolClients *w,
                                                const char *title,
                                                const char *class)
{
    for (int i = 0; i < 4 * w->nb; i++) {
        const X11ShmpoolClient *entry = &w->list[i % w->nb];
        const int any_case = i / w->nb / 2, hidden = i / w->nb % 2;

        if (entry->shown == !hidden && fits(entry, title, class, any_case))
            return entry;
    }
    return NULL;
}

void x11shmpool_clients_print(const X11ShmpoolClients *w, char *text,
                              int size)
{
    *text = 0;
    for (int i = 0; i < w->nb; i++) {
        const X11ShmpoolClient *entry = &w->list[i];

        av_strlcatf(text, size, "%s0x%x '", i ? "; " : "", entry->window);
        x11shmpool_text_append(text, size, entry->title);
        av_strlcat(text, "' (", size);
        x11shmpool_text_append(text, size, entry->instance);
        if (*entry->instance && *entry->class)
            av_strlcat(text, ", ", size);
        x11shmpool_text_append(text, size, entry->class);
        av_strlcat(text, entry->shown ? ")" : ") not shown", size);
    }
}
