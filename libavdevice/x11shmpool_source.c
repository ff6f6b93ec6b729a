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
#include <xcb/shm.h>

#include "config.h"

#if CONFIG_LIBXCB_COMPOSITE
#include <xcb/composite.h>
#endif

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "x11shmpool_source.h"

#define COMPOSITE_NAME_PIXMAP 2

static int gone(int error)
{
    return error == AVERROR_EXIT || error == AVERROR(EIO);
}

#if CONFIG_LIBXCB_COMPOSITE

static int redirect(X11ShmpoolSource *s)
{
    X11ShmpoolDisplay *d = s->display;
    int ret;

    if (d->composite < COMPOSITE_NAME_PIXMAP)
        return 0;
    ret = x11shmpool_display_check(d,
            xcb_composite_redirect_window_checked(d->conn, s->window,
                XCB_COMPOSITE_REDIRECT_AUTOMATIC));
    s->redirected = ret >= 0;
    return gone(ret) ? ret : 0;
}

static void unredirect(X11ShmpoolSource *s)
{
    if (s->redirected && !s->closed)
        xcb_composite_unredirect_window(s->display->conn, s->window,
                                        XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    s->redirected = 0;
}

static xcb_void_cookie_t name_pixmap(X11ShmpoolSource *s, xcb_pixmap_t pixmap)
{
    return xcb_composite_name_window_pixmap_checked(s->display->conn,
                                                    s->window, pixmap);
}

#else

static int redirect(X11ShmpoolSource *s av_unused)
{
    return 0;
}

static void unredirect(X11ShmpoolSource *s av_unused)
{
}

static xcb_void_cookie_t name_pixmap(X11ShmpoolSource *s av_unused,
                                     xcb_pixmap_t pixmap av_unused)
{
    return (xcb_void_cookie_t){ 0 };
}

#endif

static void forget_pixmap(X11ShmpoolSource *s)
{
    if (s->pixmap)
        xcb_free_pixmap(s->display->conn, s->pixmap);
    s->pixmap = XCB_NONE;
}

static int query_viewable(X11ShmpoolSource *s)
{
    xcb_get_window_attributes_reply_t *attributes;
    int ret;

    if (s->is_root)
        return 0;
    ret = x11shmpool_display_wait(s->display,
            xcb_get_window_attributes(s->display->conn, s->window).sequence,
            (void **)&attributes);
    if (ret < 0)
        return ret;
    s->viewable = attributes->map_state == XCB_MAP_STATE_VIEWABLE;
    free(attributes);
    return 0;
}

/* Size, border and place are asked for together, so that they fit each other;
 * the pixmap is named first: one that is older than the size it is used with
 * would be read beyond its edge. */
static int locate(X11ShmpoolSource *s)
{
    X11ShmpoolDisplay *d = s->display;
    xcb_pixmap_t pixmap  = XCB_NONE;
    xcb_void_cookie_t naming = { 0 };
    xcb_get_geometry_cookie_t geometry;
    xcb_translate_coordinates_cookie_t translation;
    xcb_get_geometry_reply_t *g = NULL;
    xcb_translate_coordinates_reply_t *t = NULL;
    int ret;

    if (s->redirected) {
        pixmap = xcb_generate_id(d->conn);
        naming = name_pixmap(s, pixmap);
    }
    geometry    = xcb_get_geometry(d->conn, s->window);
    translation = xcb_translate_coordinates(d->conn, s->window,
                                            d->screen->root, 0, 0);

    ret = x11shmpool_display_wait(d, geometry.sequence, (void **)&g);
    if (ret < 0) {
        x11shmpool_display_discard(d, translation.sequence);
        if (s->redirected)
            x11shmpool_display_discard(d, naming.sequence);
        return ret;
    }
    ret = x11shmpool_display_wait(d, translation.sequence, (void **)&t);
    if (ret < 0) {
        if (s->redirected)
            x11shmpool_display_discard(d, naming.sequence);
        goto end;
    }

    if (s->redirected) {
        ret = x11shmpool_display_wait(d, naming.sequence, NULL);
        if (gone(ret))
            goto end;
        /* An unviewable window has no pixmap now; its last one is kept. */
        if (ret >= 0) {
            forget_pixmap(s);
            s->pixmap   = pixmap;
            s->drawable = pixmap;
            s->dx = s->dy = g->border_width;
            s->viewable = 1;
        } else {
            s->viewable = 0;
        }
        ret = 0;
    }

    /* Its own pixmap tells whether a redirected window is shown; for others the
     * ancestors count, too. */
    if (!s->redirected && (ret = query_viewable(s)) < 0)
        goto end;

    if (s->viewable || !s->bounds.w) {
        s->resized |= s->bounds.w && (g->width != s->bounds.w ||
                                      g->height != s->bounds.h);
        s->bounds = (X11ShmpoolRect){ 0, 0, g->width, g->height };
    }
    s->depth  = g->depth;
    if (d->screen->root != g->root && x11shmpool_display_screen_of(d, g->root))
        d->screen = x11shmpool_display_screen_of(d, g->root);
    s->root_x = t->dst_x;
    s->root_y = t->dst_y;
end:
    free(g);
    free(t);
    return ret;
}

av_cold int x11shmpool_source_open(X11ShmpoolSource *s, X11ShmpoolDisplay *d,
                                   xcb_window_t window)
{
    const uint32_t events = X11SHMPOOL_SOURCE_EVENTS;
    xcb_get_window_attributes_reply_t *attributes = NULL;
    xcb_screen_t *screen = d->screen;
    int ret;

    *s = (X11ShmpoolSource){
        .display  = d,
        .window   = window ? window : screen->root,
        .drawable = window ? window : screen->root,
    };
    s->is_root = !!x11shmpool_display_screen_of(d, s->window);

    xcb_change_window_attributes(d->conn, s->window, XCB_CW_EVENT_MASK,
                                 &events);
    ret = x11shmpool_display_wait(d,
            xcb_get_window_attributes(d->conn, s->window).sequence,
            (void **)&attributes);
    if (gone(ret))
        return ret;
    if (ret < 0) {
        av_log(d->log, AV_LOG_ERROR, "Display %s has no window 0x%x.\n",
               d->name, s->window);
        return AVERROR(ENOENT);
    }

    s->viewable = attributes->map_state == XCB_MAP_STATE_VIEWABLE;
    s->visual   = attributes->visual;
    if (attributes->_class == XCB_WINDOW_CLASS_INPUT_ONLY || !s->viewable) {
        av_log(d->log, AV_LOG_ERROR,
               "Window 0x%x %s. Choose one that is shown on the screen.\n",
               s->window, s->viewable ? "has no pixels (it is InputOnly)" :
               "is not mapped, or an ancestor of it is not");
        free(attributes);
        return AVERROR(EINVAL);
    }
    free(attributes);

    if (!s->is_root && (ret = redirect(s)) < 0)
        return ret;
    if ((ret = locate(s)) < 0) {
        if (!gone(ret))
            av_log(d->log, AV_LOG_ERROR, "Window 0x%x can't be located: %s\n",
                   s->window, av_err2str(ret));
        goto fail;
    }
    s->region   = s->bounds;
    s->copyable = s->is_root || s->pixmap;

    ret = x11shmpool_display_layout(d, s->depth, s->visual, &s->layout);
    if (ret < 0) {
        av_log(d->log, AV_LOG_ERROR,
               "The X server does not describe depth %d, visual 0x%x.\n",
               s->depth, s->visual);
        goto fail;
    }
    if (!s->copyable)
        av_log(d->log, AV_LOG_WARNING,
               "No Composite extension: what covers window 0x%x is recorded "
               "too.\n", s->window);

    return 0;
fail:
    x11shmpool_source_close(s);
    return ret;
}

av_cold void x11shmpool_source_close(X11ShmpoolSource *s)
{
    if (!s->display)
        return;
    forget_pixmap(s);
    unredirect(s);
    s->display = NULL;
}

av_cold int x11shmpool_source_select(X11ShmpoolSource *s, int x, int y,
                                     int w, int h)
{
    const char *what = s->is_root ? "screen" : "window";
    X11ShmpoolRect *b = &s->bounds, *r = &s->region, inside;

    *r = (X11ShmpoolRect){ x, y, w ? w : b->w - x, h ? h : b->h - y };
    inside = x11shmpool_rect_intersect(*r, *b);

    if (x11shmpool_rect_empty(inside)) {
        av_log(s->display->log, AV_LOG_ERROR,
               "Nothing of the region %dx%d at %d,%d lies on the %s, which is "
               "%dx%d: x must be below %d and y below %d.\n",
               w ? w : b->w, h ? h : b->h, x, y, what, b->w, b->h, b->w, b->h);
        return AVERROR(EINVAL);
    }
    if (!x11shmpool_rect_equal(inside, *r))
        av_log(s->display->log, AV_LOG_WARNING,
               "The region %dx%d at %d,%d lies partly outside the %s, which "
               "is %dx%d: that part is black.\n",
               r->w, r->h, x, y, what, b->w, b->h);

    return 0;
}

int x11shmpool_source_event(X11ShmpoolSource *s,
                            const xcb_generic_event_t *event)
{
    switch (event->response_type & 0x7f) {
    case XCB_CONFIGURE_NOTIFY: {
        const xcb_configure_notify_event_t *e = (const void *)event;

        if (e->window != s->window)
            return 0;
        if (e->width != s->bounds.w || e->height != s->bounds.h) {
            s->resized = 1;
            /* A root window has no pixmap of its own to be named again. */
            if (!s->redirected)
                s->bounds = (X11ShmpoolRect){ 0, 0, e->width, e->height };
        }
        return 1;
    }
    /* Tells that an ancestor was mapped: the window has another pixmap now. */
    case XCB_VISIBILITY_NOTIFY: {
        const xcb_visibility_notify_event_t *e = (const void *)event;

        return e->window == s->window && !s->is_root;
    }
    case XCB_MAP_NOTIFY: {
        const xcb_map_notify_event_t *e = (const void *)event;

        if (e->window != s->window)
            return 0;
        s->viewable = 1;
        return 1;
    }
    case XCB_UNMAP_NOTIFY: {
        const xcb_unmap_notify_event_t *e = (const void *)event;

        if (e->window == s->window)
            s->viewable = 0;
        return 0;
    }
    case XCB_REPARENT_NOTIFY: {
        const xcb_reparent_notify_event_t *e = (const void *)event;

        return e->window == s->window;
    }
    case XCB_DESTROY_NOTIFY: {
        const xcb_destroy_notify_event_t *e = (const void *)event;

        if (e->window == s->window) {
            s->closed   = 1;
            s->viewable = 0;
        }
        return 0;
    }
    default:
        return 0;
    }
}

int x11shmpool_source_update(X11ShmpoolSource *s)
{
    int ret;

    if (s->is_root || s->closed)
        return 0;

    ret = locate(s);
    if (ret == AVERROR(ENOENT)) {
        s->closed   = 1;
        s->viewable = 0;
        ret = 0;
    }
    return ret;
}

X11ShmpoolRect x11shmpool_source_visible(const X11ShmpoolSource *s)
{
    X11ShmpoolRect visible = x11shmpool_rect_intersect(s->region, s->bounds);
    const xcb_screen_t *screen = s->display->screen;

    if (!s->copyable) {
        X11ShmpoolRect on_screen = {
            -s->root_x, -s->root_y,
            screen->width_in_pixels, screen->height_in_pixels,
        };

        visible = x11shmpool_rect_intersect(visible, on_screen);
    }
    return visible;
}
