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


#include <stdlib.h>
#include <string.h>

#include "config.h"

#if CONFIG_LIBXCB_COMPOSITE
#include <xcb/composite.h>
#endif
#if CONFIG_LIBXCB_DAMAGE
#include <xcb/damage.h>
#endif
#if CONFIG_LIBXCB_SHAPE
#include <xcb/shape.h>
#endif

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"

#include "x11shmpool_popup.h"

#define MAX_DEPTH 8

int x11shmpool_popups_shown(const X11ShmpoolPopups *p)
{
    return p->nb > 0;
}

#if CONFIG_LIBXCB_COMPOSITE && CONFIG_LIBXCB_DAMAGE

static X11ShmpoolPopup *find(X11ShmpoolPopups *p, xcb_window_t window)
{
    for (int i = 0; i < p->nb; i++) {
        if (p->list[i].window == window)
            return &p->list[i];
    }
    return NULL;
}

static void has_changed(X11ShmpoolPopups *p, const X11ShmpoolPopup *popup)
{
    p->changed = x11shmpool_rect_union(p->changed, popup->rect);
}

static void forget_pixels(X11ShmpoolPopup *popup)
{
    av_freep(&popup->image.argb);
    av_freep(&popup->data);
}

static void drop(X11ShmpoolPopups *p, X11ShmpoolPopup *popup, int destroyed)
{
    xcb_connection_t *conn = p->display->conn;
    int place              = popup - p->list;

    has_changed(p, popup);
    forget_pixels(popup);
    if (!destroyed) {
        xcb_damage_destroy(conn, popup->damage);
        xcb_composite_unredirect_window(conn, popup->window,
                                        XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    }
    p->rescan |= p->crowded;
    p->nb--;
    memmove(popup, popup + 1, (p->nb - place) * sizeof(*popup));
}

#if CONFIG_LIBXCB_SHAPE

static void watch_shape(X11ShmpoolDisplay *d, xcb_window_t window)
{
    if (d->shape)
        xcb_shape_select_input(d->conn, window, 1);
}

static void shape_event(X11ShmpoolPopups *p, const xcb_generic_event_t *event)
{
    const xcb_shape_notify_event_t *e = (const void *)event;
    X11ShmpoolPopup *popup;

    if (p->display->shape && (event->response_type & 0x7f) ==
                             p->display->shape_event + XCB_SHAPE_NOTIFY &&
        (popup = find(p, e->affected_window)))
        popup->stale = 1;
}

static unsigned ask_shape(X11ShmpoolDisplay *d, xcb_window_t window)
{
    return d->shape ? xcb_shape_get_rectangles(d->conn, window,
                                               XCB_SHAPE_SK_BOUNDING).sequence :
                      0;
}

/* The origin of a shape is the window's, within its border. */
static int get_shape(X11ShmpoolPopup *popup, X11ShmpoolDisplay *d,
                     unsigned sequence, int border)
{
    const X11ShmpoolRect all = { 0, 0, popup->rect.w, popup->rect.h };
    xcb_shape_get_rectangles_reply_t *reply;
    const xcb_rectangle_t *r;
    int nb, ret;

    popup->shape[0] = all;
    popup->nb_shape = 1;
    if (!sequence)
        return 0;
    ret = x11shmpool_display_wait(d, sequence, (void **)&reply);
    if (ret < 0)
        return ret;
    r  = xcb_shape_get_rectangles_rectangles(reply);
    nb = xcb_shape_get_rectangles_rectangles_length(reply);
    if (nb <= X11SHMPOOL_POPUP_SHAPES) {
        popup->nb_shape = nb;
        for (int i = 0; i < nb; i++)
            popup->shape[i] = x11shmpool_rect_intersect(all,
                (X11ShmpoolRect){ r[i].x + border, r[i].y + border,
                                  r[i].width, r[i].height });
    }
    free(reply);
    return 0;
}

#else

static void watch_shape(X11ShmpoolDisplay *d av_unused,
                        xcb_window_t window av_unused)
{
}

static void shape_event(X11ShmpoolPopups *p av_unused,
                        const xcb_generic_event_t *event av_unused)
{
}

static unsigned ask_shape(X11ShmpoolDisplay *d av_unused,
                          xcb_window_t window av_unused)
{
    return 0;
}

static int get_shape(X11ShmpoolPopup *popup, X11ShmpoolDisplay *d av_unused,
                     unsigned sequence av_unused, int border av_unused)
{
    popup->shape[0] = (X11ShmpoolRect){ 0, 0, popup->rect.w, popup->rect.h };
    popup->nb_shape = 1;
    return 0;
}

#endif

static void add(X11ShmpoolPopups *p, xcb_window_t window)
{
    xcb_connection_t *conn = p->display->conn;
    X11ShmpoolPopup *popup = &p->list[p->nb];

    if (find(p, window))
        return;
    if (p->nb == X11SHMPOOL_POPUPS) {
        p->crowded = 1;
        return;
    }
    p->nb++;
    p->restacked = 1;
    *popup = (X11ShmpoolPopup){
        .window = window,
        .damage = xcb_generate_id(conn),
        .stale  = 1,
    };
    watch_shape(p->display, window);
    xcb_composite_redirect_window(conn, window,
                                  XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    xcb_damage_create(conn, popup->damage, window,
                      XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
}

static int belongs(X11ShmpoolPopups *p, xcb_window_t window, int *answer)
{
    X11ShmpoolDisplay *d = p->display;
    int ret = 0;

    *answer = 0;
    for (int depth = 0; depth < MAX_DEPTH && window && ret >= 0; depth++) {
        xcb_query_tree_reply_t *tree;

        if (window == p->source->window || find(p, window)) {
            *answer = 1;
            break;
        }
        ret = x11shmpool_display_wait(d, xcb_query_tree(d->conn,
                                                        window).sequence,
                                      (void **)&tree);
        if (ret < 0)
            break;
        window = tree->parent;
        free(tree);
    }
    return x11shmpool_display_fatal(ret) ? ret : 0;
}

static int examine(X11ShmpoolPopups *p, xcb_window_t window)
{
    X11ShmpoolDisplay *d = p->display;
    unsigned attributes, property;
    xcb_get_window_attributes_reply_t *a;
    xcb_get_property_reply_t *transient;
    xcb_window_t leader = XCB_NONE;
    int candidate, answer, ret;

    attributes = xcb_get_window_attributes(d->conn, window).sequence;
    property   = xcb_get_property(d->conn, 0, window,
                                  XCB_ATOM_WM_TRANSIENT_FOR, XCB_ATOM_WINDOW,
                                  0, 1).sequence;
    ret = x11shmpool_display_wait(d, attributes, (void **)&a);
    if (ret < 0) {
        x11shmpool_display_discard(d, property);
        return x11shmpool_display_fatal(ret) ? ret : 0;
    }
    candidate = a->override_redirect &&
                a->map_state == XCB_MAP_STATE_VIEWABLE &&
                a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT;
    free(a);
    ret = x11shmpool_display_wait(d, property, (void **)&transient);
    if (ret < 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    if (candidate && xcb_get_property_value_length(transient) >= 4)
        leader = *(xcb_window_t *)xcb_get_property_value(transient);
    free(transient);
    if (!leader || window == p->source->window)
        return 0;

    ret = belongs(p, leader, &answer);
    if (answer)
        add(p, window);
    return ret;
}

static int get_order(X11ShmpoolPopups *p, xcb_query_tree_reply_t **tree)
{
    X11ShmpoolDisplay *d = p->display;
    int ret;

    ret = x11shmpool_display_wait(d,
            xcb_query_tree(d->conn, d->screen->root).sequence, (void **)tree);
    return x11shmpool_display_fatal(ret) ? ret : 0;
}

/* In the order of the children of the root, the lowest first. */
static int restack(X11ShmpoolPopups *p)
{
    xcb_query_tree_reply_t *tree;
    int done = 0, ret;

    if ((ret = get_order(p, &tree)) < 0 || !tree)
        return ret;
    p->restacked = 0;
    for (int i = 0; i < xcb_query_tree_children_length(tree); i++) {
        X11ShmpoolPopup *popup = find(p, xcb_query_tree_children(tree)[i]);

        if (popup && popup >= p->list + done) {
            FFSWAP(X11ShmpoolPopup, *popup, p->list[done]);
            done++;
        }
    }
    free(tree);
    return 0;
}

static int same_pixels(const X11ShmpoolFormat *a, const X11ShmpoolFormat *b)
{
    return a->pix_fmt == b->pix_fmt && a->bits_per_pixel == b->bits_per_pixel &&
           a->big_endian == b->big_endian && a->red == b->red &&
           a->green == b->green && a->blue == b->blue && !a->alpha;
}

static unsigned channel(uint32_t pixel, uint32_t mask)
{
    uint32_t low = mask & -mask, max;

    if (!mask)
        return 255;
    max = mask / low;
    return ((pixel & mask) / low * UINT64_C(255) + max / 2) / max;
}

static int convert(X11ShmpoolPopup *popup, const X11ShmpoolFormat *f,
                   const uint8_t *data)
{
    int bytes = f->bits_per_pixel / 8;
    uint32_t *out;

    popup->image = (X11ShmpoolCursorImage){
        .argb  = av_malloc_array((size_t)f->width * f->height, sizeof(*out)),
        .width = f->width, .height = f->height,
    };
    out = popup->image.argb;
    if (!out)
        return AVERROR(ENOMEM);
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++) {
            uint32_t v = x11shmpool_format_read(f, data + (size_t)y * f->stride +
                                                (size_t)x * bytes);

            *out++ = channel(v, f->alpha) << 24 | channel(v, f->red) << 16 |
                     channel(v, f->green) << 8 | channel(v, f->blue);
        }
    }
    return 0;
}

/* A popup that has no name for its pixels in FFmpeg stays unpainted. */
static int take_pixels(X11ShmpoolPopups *p, X11ShmpoolPopup *popup,
                       xcb_get_image_reply_t *image)
{
    X11ShmpoolLayout layout;
    X11ShmpoolFormat f;

    forget_pixels(popup);
    if (x11shmpool_display_layout(p->display, image->depth, image->visual,
                                  &layout) < 0 ||
        x11shmpool_format_init(&f, NULL, &layout, popup->rect.w,
                               popup->rect.h) < 0 ||
        xcb_get_image_data_length(image) < (int64_t)f.stride * f.height)
        return 0;
    if (!same_pixels(&f, p->format))
        return f.indexed ? 0 : convert(popup, &f, xcb_get_image_data(image));

    popup->stride = f.stride;
    popup->data   = av_memdup(xcb_get_image_data(image),
                              (size_t)f.stride * f.height);
    return popup->data ? 0 : AVERROR(ENOMEM);
}

/* The damage is taken away before the pixels are read. What changes on the way
 * fails, and is read anew with the next frame: its event is under way. Until
 * then it stays where it was, which its pixels fit. */
static int read_popup(X11ShmpoolPopups *p, X11ShmpoolPopup *popup)
{
    X11ShmpoolDisplay *d = p->display;
    xcb_pixmap_t pixmap  = xcb_generate_id(d->conn);
    unsigned naming, geometry, attributes, shape, image;
    xcb_get_geometry_reply_t *g = NULL;
    xcb_get_window_attributes_reply_t *a = NULL;
    xcb_get_image_reply_t *pixels = NULL;
    X11ShmpoolPopup now  = *popup;
    int named, ret;

    has_changed(p, popup);
    xcb_damage_subtract(d->conn, popup->damage, XCB_NONE, XCB_NONE);
    naming     = xcb_composite_name_window_pixmap_checked(d->conn,
                     popup->window, pixmap).sequence;
    geometry   = xcb_get_geometry(d->conn, popup->window).sequence;
    attributes = xcb_get_window_attributes(d->conn, popup->window).sequence;
    shape      = ask_shape(d, popup->window);

    ret = x11shmpool_display_wait(d, geometry, (void **)&g);
    if (ret >= 0)
        ret = x11shmpool_display_wait(d, attributes, (void **)&a);
    else
        x11shmpool_display_discard(d, attributes);
    if (ret >= 0) {
        now.rect = (X11ShmpoolRect){ g->x, g->y,
                                     g->width + 2 * g->border_width,
                                     g->height + 2 * g->border_width };
        ret = get_shape(&now, d, shape, g->border_width);
    } else if (shape) {
        x11shmpool_display_discard(d, shape);
    }
    if (x11shmpool_display_gone(ret)) {
        x11shmpool_display_discard(d, naming);
        xcb_free_pixmap(d->conn, pixmap);
        goto end;
    }
    named = x11shmpool_display_wait(d, naming, NULL) >= 0;
    if (ret >= 0 && named) {
        image = xcb_get_image(d->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, 0, 0,
                              now.rect.w, now.rect.h, ~0).sequence;
        ret = x11shmpool_display_wait(d, image, (void **)&pixels);
    }
    if (named)
        xcb_free_pixmap(d->conn, pixmap);
    if (ret >= 0 && pixels) {
        pixels->visual = a->visual;
        *popup = now;
        ret = take_pixels(p, popup, pixels);
        popup->stale = ret < 0;
    }
    has_changed(p, popup);
end:
    free(g);
    free(a);
    free(pixels);
    return x11shmpool_display_fatal(ret) ? ret : 0;
}

static int scan(X11ShmpoolPopups *p)
{
    xcb_query_tree_reply_t *tree;
    int ret;

    p->rescan = 1;
    if ((ret = get_order(p, &tree)) < 0 || !tree)
        return ret;
    p->crowded = p->nb_mapped = 0;
    for (int i = 0; i < xcb_query_tree_children_length(tree) && ret >= 0; i++)
        ret = examine(p, xcb_query_tree_children(tree)[i]);
    free(tree);
    p->rescan = ret < 0;
    return ret;
}

av_cold int x11shmpool_popups_init(X11ShmpoolPopups *p,
                                   const X11ShmpoolSource *source,
                                   const X11ShmpoolFormat *format)
{
    const uint32_t events = XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY;
    X11ShmpoolDisplay *d  = source->display;

    *p = (X11ShmpoolPopups){ 0 };
    if (!source->pixmap || !d->damage)
        return 0;
    p->display = d;
    p->source  = source;
    p->format  = format;
    xcb_change_window_attributes(d->conn, d->screen->root, XCB_CW_EVENT_MASK,
                                 &events);
    return scan(p);
}

av_cold void x11shmpool_popups_uninit(X11ShmpoolPopups *p)
{
    if (!p->display)
        return;
    while (p->nb)
        drop(p, p->list, 0);
    p->display = NULL;
}

static void set_mapped(X11ShmpoolPopups *p, xcb_window_t window)
{
    if (p->nb_mapped < X11SHMPOOL_POPUPS)
        p->mapped[p->nb_mapped++] = window;
    else
        p->rescan = 1;
}

void x11shmpool_popups_event(X11ShmpoolPopups *p,
                             const xcb_generic_event_t *event)
{
    int type = event->response_type & 0x7f;
    X11ShmpoolPopup *popup;

    if (!p->display)
        return;
    if (type == XCB_MAP_NOTIFY) {
        const xcb_map_notify_event_t *e = (const void *)event;

        if (e->override_redirect)
            set_mapped(p, e->window);
    } else if (type == XCB_UNMAP_NOTIFY || type == XCB_DESTROY_NOTIFY) {
        const xcb_unmap_notify_event_t *e = (const void *)event;

        if ((popup = find(p, e->window)))
            drop(p, popup, type == XCB_DESTROY_NOTIFY);
    } else if (type == XCB_CONFIGURE_NOTIFY) {
        const xcb_configure_notify_event_t *e = (const void *)event;

        if ((popup = find(p, e->window)))
            popup->stale = p->restacked = 1;
    } else if (type == p->display->damage_event + XCB_DAMAGE_NOTIFY) {
        const xcb_damage_notify_event_t *e = (const void *)event;

        if ((popup = find(p, e->drawable)))
            popup->stale = 1;
    } else {
        shape_event(p, event);
    }
}

int x11shmpool_popups_update(X11ShmpoolPopups *p)
{
    int moved, ret = 0;

    if (!p->nb && !p->nb_mapped && !p->rescan)
        return 0;
    if (p->rescan)
        ret = scan(p);
    for (int i = 0; i < p->nb_mapped && ret >= 0; i++)
        ret = examine(p, p->mapped[i]);
    p->rescan   |= ret < 0;
    p->nb_mapped = 0;
    if (p->restacked && ret >= 0)
        ret = restack(p);
    moved = p->source->root_x != p->root_x || p->source->root_y != p->root_y;
    for (int i = 0; i < p->nb && ret >= 0; i++) {
        if (moved)
            has_changed(p, &p->list[i]);
        if (p->list[i].stale)
            ret = read_popup(p, &p->list[i]);
    }
    p->root_x = p->source->root_x;
    p->root_y = p->source->root_y;
    return ret;
}

static void copy_rows(const X11ShmpoolFormat *f, uint8_t *data, int stride,
                      const X11ShmpoolPopup *popup, X11ShmpoolRect r,
                      int x, int y)
{
    int bytes = f->bits_per_pixel / 8;

    for (int i = 0; i < r.h; i++)
        memcpy(data + (size_t)(r.y + i) * stride + (size_t)r.x * bytes,
               popup->data + (size_t)(r.y + i - y) * popup->stride +
               (size_t)(r.x - x) * bytes, (size_t)r.w * bytes);
}

void x11shmpool_popups_paint(const X11ShmpoolPopups *p, uint8_t *data,
                             int stride, const uint32_t *palette)
{
    const X11ShmpoolFormat *f = p->format;

    for (int i = 0; i < p->nb; i++) {
        const X11ShmpoolPopup *popup = &p->list[i];
        int x = popup->rect.x - p->source->root_x - p->source->region.x;
        int y = popup->rect.y - p->source->root_y - p->source->region.y;

        for (int k = 0; k < popup->nb_shape; k++) {
            X11ShmpoolRect r = popup->shape[k];

            r.x += x;
            r.y += y;
            r    = x11shmpool_rect_intersect(r, (X11ShmpoolRect){
                       0, 0, f->width, f->height });
            if (popup->data)
                copy_rows(f, data, stride, popup, r, x, y);
            else if (popup->image.argb)
                x11shmpool_blend_cursor(f, data, stride, &popup->image, x, y,
                                        r, palette);
        }
    }
}

#else /* CONFIG_LIBXCB_COMPOSITE && CONFIG_LIBXCB_DAMAGE */

av_cold int x11shmpool_popups_init(X11ShmpoolPopups *p,
                                   const X11ShmpoolSource *source av_unused,
                                   const X11ShmpoolFormat *format av_unused)
{
    *p = (X11ShmpoolPopups){ 0 };
    return 0;
}

av_cold void x11shmpool_popups_uninit(X11ShmpoolPopups *p av_unused)
{
}

void x11shmpool_popups_event(X11ShmpoolPopups *p av_unused,
                             const xcb_generic_event_t *event av_unused)
{
}

int x11shmpool_popups_update(X11ShmpoolPopups *p av_unused)
{
    return 0;
}

void x11shmpool_popups_paint(const X11ShmpoolPopups *p av_unused,
                             uint8_t *data av_unused, int stride av_unused,
                             const uint32_t *palette av_unused)
{
}

#endif
