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
#include <xcb/damage.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"

#include "x11shmpool_menus.h"
#include "x11shmpool_reply.h"

/** The sequences of the requests about a menu, 0 if not sent. */
typedef struct Asked {
    unsigned geometry, image, shape, attributes;
} Asked;

static X11ShmpoolMenu *find_menu(X11ShmpoolMenus *m, xcb_window_t window)
{
    for (int i = 0; i < m->nb; i++) {
        if (m->list[i].pixmap.window == window)
            return &m->list[i];
    }
    return NULL;
}

static void forget_pixels(X11ShmpoolMenu *menu)
{
    av_freep(&menu->image.argb);
    av_freep(&menu->data);
}

static void add_menu(X11ShmpoolMenus *m, const X11ShmpoolTransient *found)
{
    const uint32_t events  = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    xcb_connection_t *conn = m->display->conn;
    X11ShmpoolMenu *menu   = &m->list[m->nb++];

    *menu = (X11ShmpoolMenu){
        .damage = xcb_generate_id(conn),
        .visual = found->visual,
        .stale  = 1,
    };
    xcb_change_window_attributes(conn, found->window, XCB_CW_EVENT_MASK,
                                 &events);
    x11shmpool_pixmap_redirect(&menu->pixmap, m->display, found->window);
    xcb_damage_create(conn, menu->damage, found->window,
                      XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
    m->restacked = 1;
}

static void drop_menu(X11ShmpoolMenus *m, X11ShmpoolMenu *menu, int destroyed)
{
    const uint32_t events  = XCB_EVENT_MASK_NO_EVENT;
    xcb_connection_t *conn = m->display->conn;
    xcb_window_t window    = menu->pixmap.window;
    int place              = menu - m->list;

    m->gone = x11shmpool_rect_union(m->gone, menu->painted);
    forget_pixels(menu);
    x11shmpool_pixmap_undo(&menu->pixmap, destroyed);
    if (!destroyed) {
        xcb_damage_destroy(conn, menu->damage);
        xcb_change_window_attributes(conn, window, XCB_CW_EVENT_MASK, &events);
    }
    m->nb--;
    memmove(menu, menu + 1, (m->nb - place) * sizeof(*menu));
    x11shmpool_transients_forget(&m->transients, window);
}

av_cold int x11shmpool_menus_init(X11ShmpoolMenus *m,
                                  const X11ShmpoolSource *source,
                                  const X11ShmpoolFormat *format)
{
    X11ShmpoolDisplay *d = source->display;
    int ret;

    *m = (X11ShmpoolMenus){ 0 };
    if (source->is_root || !source->copyable || !d->damage)
        return 0;
    m->display = d;
    m->source  = source;
    m->format  = format;
    if ((ret = x11shmpool_transients_init(&m->transients, source)) < 0)
        return ret;
    return x11shmpool_menus_update(m);
}

av_cold void x11shmpool_menus_uninit(X11ShmpoolMenus *m)
{
    if (!m->display)
        return;
    while (m->nb)
        drop_menu(m, m->list, 0);
    m->display = NULL;
}

void x11shmpool_menus_event(X11ShmpoolMenus *m,
                            const xcb_generic_event_t *event)
{
    /* All but DamageNotify have the window at the same place. */
    const xcb_configure_notify_event_t *e = (const void *)event;
    const xcb_damage_notify_event_t *dn   = (const void *)event;
    int type = event->response_type;
    X11ShmpoolMenu *menu = NULL;

    if (!m->display)
        return;
    x11shmpool_transients_event(&m->transients, event);
    if (type == XCB_UNMAP_NOTIFY || type == XCB_DESTROY_NOTIFY ||
        type == XCB_CONFIGURE_NOTIFY || type == XCB_CIRCULATE_NOTIFY ||
        type == XCB_REPARENT_NOTIFY) {
        if ((menu = find_menu(m, e->window)))
            m->restacked = 1;
    } else if (type == m->display->damage_event + XCB_DAMAGE_NOTIFY) {
        menu = find_menu(m, dn->drawable);
    } else {
        menu = find_menu(m, x11shmpool_shape_event(m->display, event));
    }
    if (menu)
        menu->stale = 1;
}

void x11shmpool_menus_overflow(X11ShmpoolMenus *m)
{
    if (!m->display)
        return;
    x11shmpool_transients_overflow(&m->transients);
    for (int i = 0; i < m->nb; i++)
        m->list[i].stale = 1;
    m->restacked = 1;
}

/* In the order of the children of the root window, the lowest first. */
static int receive_order(X11ShmpoolMenus *m, unsigned sequence)
{
    xcb_query_tree_reply_t *tree;
    const xcb_window_t *child;
    int done = 0, ret;

    ret = x11shmpool_display_receive(m->display, sequence, sizeof(*tree),
                                     (void **)&tree);
    if (ret < 0)
        return ret;
    child = x11shmpool_reply_items(tree, sizeof(*tree), tree->children_len,
                                   sizeof(*child));
    if (!child)
        ret = AVERROR_INVALIDDATA;
    for (int i = 0; child && i < tree->children_len; i++) {
        X11ShmpoolMenu *menu = find_menu(m, child[i]);

        if (!menu || menu < m->list + done)
            continue;
        if (menu > m->list + done) {
            FFSWAP(X11ShmpoolMenu, *menu, m->list[done]);
            menu->changed = m->list[done].changed = 1;
        }
        done++;
    }
    m->restacked = ret < 0;
    free(tree);
    return ret;
}

static int same_pixels(const X11ShmpoolFormat *a, const X11ShmpoolFormat *b)
{
    return a->pix_fmt == b->pix_fmt && a->bits_per_pixel == b->bits_per_pixel &&
           a->big_endian == b->big_endian && a->red == b->red &&
           a->green == b->green && a->blue == b->blue && !a->alpha;
}

static int convert(X11ShmpoolMenu *menu, const X11ShmpoolFormat *f,
                   const uint8_t *data)
{
    uint32_t *out;

    menu->image = (X11ShmpoolCursorImage){
        .argb  = av_malloc_array((size_t)f->width * f->height, sizeof(*out)),
        .width = f->width, .height = f->height,
    };
    out = menu->image.argb;
    if (!out)
        return AVERROR(ENOMEM);
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++) {
            const uint8_t *p = data + x11shmpool_format_offset(f, x, y);

            *out++ = x11shmpool_format_argb(f, x11shmpool_format_read(f, p));
        }
    }
    return 0;
}

/* A menu without a pixel format in FFmpeg, or with another palette, is not
 * painted. */
static int take_pixels(X11ShmpoolMenus *m, X11ShmpoolMenu *menu,
                       const xcb_get_image_reply_t *image)
{
    X11ShmpoolLayout layout;
    X11ShmpoolFormat f;
    const uint8_t *data;

    forget_pixels(menu);
    if (x11shmpool_display_layout(m->display, image->depth, menu->visual,
                                  &layout) < 0 ||
        x11shmpool_format_init(&f, NULL, &layout, menu->w, menu->h) < 0)
        return 0;
    data = x11shmpool_reply_items(image, sizeof(*image), f.height, f.stride);
    if (!data)
        return AVERROR_INVALIDDATA;
    if (!same_pixels(&f, m->format))
        return f.indexed ? 0 : convert(menu, &f, data);

    menu->stride = f.stride;
    menu->data   = av_memdup(data, (size_t)f.stride * f.height);
    return menu->data ? 0 : AVERROR(ENOMEM);
}

/* Damage is subtracted before the pixels are read. The pixmap is read in the
 * size that the window had when it was last asked for. */
static void send_menu(X11ShmpoolMenus *m, X11ShmpoolMenu *menu, Asked *asked)
{
    xcb_connection_t *conn = m->display->conn;
    xcb_window_t window    = menu->pixmap.window;

    xcb_damage_subtract(conn, menu->damage, XCB_NONE, XCB_NONE);
    asked->geometry = xcb_get_geometry(conn, window).sequence;
    asked->image    = 0;
    if (menu->w) {
        x11shmpool_pixmap_send(&menu->pixmap);
        asked->image = xcb_get_image(conn, XCB_IMAGE_FORMAT_Z_PIXMAP,
                                     menu->pixmap.wanted, 0, 0, menu->w,
                                     menu->h, ~0).sequence;
    }
    asked->shape      = x11shmpool_shape_send(m->display, window);
    asked->attributes = xcb_get_window_attributes(conn, window).sequence;
}

/* X.Org's server says of a window without a shape that this ends where its right
 * and bottom border begin (ProcShapeGetRectangles() in Xext/shape.c, 21.1). */
static void set_shape(X11ShmpoolMenu *menu, const X11ShmpoolRect *shape,
                      int nb, int border)
{
    const X11ShmpoolRect all  = { 0, 0, menu->rect.w, menu->rect.h };
    const X11ShmpoolRect none = { -border, -border, all.w - border,
                                  all.h - border };

    if (nb == 1 && x11shmpool_rect_equal(shape[0], none))
        nb = -1;
    menu->shape[0] = all;
    menu->nb_shape = nb < 0 ? 1 : nb;
    for (int i = 0; i < nb; i++) {
        menu->shape[i]    = shape[i];
        menu->shape[i].x += border;
        menu->shape[i].y += border;
        menu->shape[i]    = x11shmpool_rect_intersect(all, menu->shape[i]);
    }
}

typedef struct Answers {
    xcb_get_geometry_reply_t *geometry;
    xcb_get_image_reply_t *image;
    xcb_get_window_attributes_reply_t *attributes;
    X11ShmpoolRect shape[X11SHMPOOL_MENU_SHAPE];
    int nb_shape;
} Answers;

/* It is no error if something does not exist, or not at present. */
static int receive_answers(X11ShmpoolMenus *m, X11ShmpoolMenu *menu,
                           const Asked *asked, Answers *a)
{
    X11ShmpoolDisplay *d = m->display;
    int errors[5] = { 0 }, ret = 0;

    *a = (Answers){ .nb_shape = -1 };
    errors[0] = x11shmpool_display_receive(d, asked->geometry,
                    sizeof(*a->geometry), (void **)&a->geometry);
    if (asked->image)
        errors[1] = x11shmpool_display_receive(d, asked->image,
                        sizeof(*a->image), (void **)&a->image);
    if (asked->shape)
        errors[2] = x11shmpool_shape_receive(d, asked->shape, a->shape,
                        X11SHMPOOL_MENU_SHAPE, &a->nb_shape);
    errors[3] = x11shmpool_display_receive(d, asked->attributes,
                    sizeof(*a->attributes), (void **)&a->attributes);
    if (asked->image)
        errors[4] = x11shmpool_pixmap_receive(&menu->pixmap);
    x11shmpool_pixmap_forget(&menu->pixmap);
    for (int i = 0; i < 5; i++) {
        if (x11shmpool_display_fatal(errors[i]))
            ret = errors[i];
    }
    return ret;
}

/**
 * Receive what a menu looks like now. If it changed meanwhile, it is read again
 * with the next frame; until then it keeps the old place, which fits its
 * pixels.
 *
 * @param gone set to 1 if it is not shown any more, to -1 if it does not exist
 */
static int receive_menu(X11ShmpoolMenus *m, X11ShmpoolMenu *menu,
                        const Asked *asked, int *gone)
{
    Answers a;
    int ret = receive_answers(m, menu, asked, &a);

    *gone = 0;
    if (ret < 0)
        goto end;
    /* The id may have been reused for another window, on which nothing is
     * selected. */
    if (!a.geometry || !a.attributes ||
        !(a.attributes->your_event_mask & XCB_EVENT_MASK_STRUCTURE_NOTIFY)) {
        *gone = -1;
    } else if (a.attributes->map_state != XCB_MAP_STATE_VIEWABLE) {
        *gone = 1;
    } else {
        const xcb_get_geometry_reply_t *g = a.geometry;
        int w = g->width  + 2 * g->border_width;
        int h = g->height + 2 * g->border_width;

        if (a.image && w == menu->w && h == menu->h) {
            menu->changed = 1;
            menu->rect    = (X11ShmpoolRect){ g->x, g->y, w, h };
            set_shape(menu, a.shape, a.nb_shape, g->border_width);
            ret = take_pixels(m, menu, a.image);
            menu->stale = ret < 0;
        }
        menu->w = w;
        menu->h = h;
    }
end:
    free(a.geometry);
    free(a.image);
    free(a.attributes);
    return ret;
}

static int read_menus(X11ShmpoolMenus *m)
{
    Asked asked[X11SHMPOOL_MENUS];
    unsigned order = 0;
    int gone[X11SHMPOOL_MENUS] = { 0 }, ret = 0, err;

    for (int i = 0; i < m->nb; i++) {
        if (m->list[i].stale)
            send_menu(m, &m->list[i], &asked[i]);
    }
    if (m->restacked)
        order = xcb_query_tree(m->display->conn,
                               m->display->screen->root).sequence;
    for (int i = 0; i < m->nb; i++) {
        if (m->list[i].stale &&
            (err = receive_menu(m, &m->list[i], &asked[i], &gone[i])) < 0)
            ret = err;
    }
    for (int i = m->nb - 1; i >= 0; i--) {
        if (gone[i])
            drop_menu(m, &m->list[i], gone[i] < 0);
    }
    if (order && (err = receive_order(m, order)) < 0)
        ret = err;
    return ret;
}

static int is_stale(const X11ShmpoolMenus *m)
{
    int stale = m->restacked;

    for (int i = 0; i < m->nb; i++)
        stale |= m->list[i].stale;
    return stale;
}

int x11shmpool_menus_update(X11ShmpoolMenus *m)
{
    X11ShmpoolTransient found[X11SHMPOOL_TRANSIENTS];
    int ret;

    if (!m->display)
        return 0;
    if ((ret = x11shmpool_transients_update(&m->transients, found)) < 0)
        return ret;
    for (int i = 0; i < ret; i++)
        add_menu(m, &found[i]);
    /* If the size changed, the first round only finds out the new one. */
    for (int i = ret = 0; i < 2 && ret >= 0 && is_stale(m); i++)
        ret = read_menus(m);
    return ret;
}
