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
#include <xcb/shm.h>

#include "config.h"

#if CONFIG_LIBXCB_COMPOSITE
#include <xcb/composite.h>
#endif
#if CONFIG_LIBXCB_SHAPE
#include <xcb/shape.h>
#endif

#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"

#include "x11shmpool_monitor.h"
#include "x11shmpool_source.h"
#include "x11shmpool_window.h"

#define COMPOSITE_NAME_PIXMAP 2

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
    return x11shmpool_display_gone(ret) ? ret : 0;
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

#if CONFIG_LIBXCB_SHAPE

static void watch_shape(X11ShmpoolSource *s)
{
    if (s->display->shape)
        xcb_shape_select_input(s->display->conn, s->window, 1);
}

static int shape_event(const X11ShmpoolSource *s,
                       const xcb_generic_event_t *event)
{
    const xcb_shape_notify_event_t *e = (const void *)event;

    return s->display->shape && (event->response_type & 0x7f) ==
           s->display->shape_event + XCB_SHAPE_NOTIFY &&
           e->affected_window == s->window &&
           e->shape_kind == XCB_SHAPE_SK_BOUNDING;
}

static unsigned ask_shape(const X11ShmpoolSource *s)
{
    return !s->display->shape ? 0 :
           xcb_shape_get_rectangles(s->display->conn, s->window,
                                    XCB_SHAPE_SK_BOUNDING).sequence;
}

/* What lies in the window's pixmap, but not in its shape, is what was on the
 * screen when the pixmap was made. */
static int get_shape(X11ShmpoolSource *s, unsigned sequence)
{
    xcb_shape_get_rectangles_reply_t *reply;
    const xcb_rectangle_t *r;
    int ret;

    ret = x11shmpool_display_wait(s->display, sequence, (void **)&reply);
    if (ret < 0)
        return ret;
    r = xcb_shape_get_rectangles_rectangles(reply);
    s->gaps[0] = s->whole;
    s->nb_gaps = 1;
    for (int i = 0; i < xcb_shape_get_rectangles_rectangles_length(reply); i++)
        s->nb_gaps = x11shmpool_rects_subtract(s->gaps, s->nb_gaps,
                                               X11SHMPOOL_SOURCE_GAPS,
                                               (X11ShmpoolRect){
                                                   r[i].x, r[i].y,
                                                   r[i].width, r[i].height });
    s->shape_stale = 0;
    free(reply);
    return 0;
}

#else

static void watch_shape(X11ShmpoolSource *s av_unused)
{
}

static int shape_event(const X11ShmpoolSource *s av_unused,
                       const xcb_generic_event_t *event av_unused)
{
    return 0;
}

static unsigned ask_shape(const X11ShmpoolSource *s av_unused)
{
    return 0;
}

static int get_shape(X11ShmpoolSource *s av_unused,
                     unsigned sequence av_unused)
{
    return 0;
}

#endif

static void forget_pixmap(X11ShmpoolSource *s)
{
    if (s->pixmap)
        xcb_free_pixmap(s->display->conn, s->pixmap);
    s->pixmap = XCB_NONE;
}

/* What is read from the screen depends on more than the window. */
static int query_screen(X11ShmpoolSource *s)
{
    xcb_connection_t *conn = s->display->conn;
    unsigned geometry, attributes;
    xcb_get_geometry_reply_t *g;
    xcb_get_window_attributes_reply_t *a;
    int ret;

    if (s->is_root)
        return 0;
    geometry   = xcb_get_geometry(conn, s->display->screen->root).sequence;
    attributes = xcb_get_window_attributes(conn, s->window).sequence;
    ret = x11shmpool_display_wait(s->display, geometry, (void **)&g);
    if (ret < 0) {
        x11shmpool_display_discard(s->display, attributes);
        return ret;
    }
    s->screen = (X11ShmpoolRect){ 0, 0, g->width, g->height };
    free(g);
    ret = x11shmpool_display_wait(s->display, attributes, (void **)&a);
    if (ret < 0)
        return ret;
    s->viewable = a->map_state == XCB_MAP_STATE_VIEWABLE;
    free(a);
    return 0;
}

/* The windows that it lies in: they take it along where they go. The last one
 * is the root of its screen, which need not be the display's default. */
static int find_ancestors(X11ShmpoolSource *s)
{
    X11ShmpoolDisplay *d  = s->display;
    const uint32_t events = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    xcb_window_t window   = s->window;
    xcb_query_tree_reply_t *tree;
    xcb_screen_t *screen;
    int ret;

    s->nb_ancestors = 0;
    while (s->nb_ancestors < X11SHMPOOL_SOURCE_ANCESTORS) {
        ret = x11shmpool_display_wait(d, xcb_query_tree(d->conn,
                                                        window).sequence,
                                      (void **)&tree);
        if (x11shmpool_display_gone(ret))
            return ret;
        if (ret < 0)
            break;
        if ((screen = x11shmpool_display_screen_of(d, tree->root)))
            d->screen = screen;
        window = tree->parent;
        ret    = window == tree->root || !window;
        free(tree);
        if (ret)
            break;
        s->ancestors[s->nb_ancestors++] = window;
        xcb_change_window_attributes(d->conn, window, XCB_CW_EVENT_MASK,
                                     &events);
    }
    s->ancestors_stale = 0;
    return 0;
}

/* Size, border and place are asked for together, so that they fit each other.
 * The pixmap is named after the size: if it is of another one, the event that
 * says so is still to come. Named before, it could be older than the size, and
 * that event would say nothing new. */
static int locate(X11ShmpoolSource *s, int *changed)
{
    X11ShmpoolDisplay *d = s->display;
    xcb_pixmap_t pixmap  = XCB_NONE;
    xcb_void_cookie_t naming = { 0 };
    xcb_get_geometry_cookie_t geometry;
    xcb_translate_coordinates_cookie_t translation;
    xcb_get_geometry_reply_t *g = NULL;
    xcb_translate_coordinates_reply_t *t = NULL;
    unsigned shape = 0;
    int resized, ret;

    if (s->ancestors_stale && (ret = find_ancestors(s)) < 0)
        return ret;
again:
    geometry = xcb_get_geometry(d->conn, s->window);
    if (s->redirected && s->pixmap_stale) {
        pixmap = xcb_generate_id(d->conn);
        naming = name_pixmap(s, pixmap);
    }
    if (pixmap || (s->redirected && s->shape_stale))
        shape = ask_shape(s);
    translation = xcb_translate_coordinates(d->conn, s->window,
                                            d->screen->root, 0, 0);

    ret = x11shmpool_display_wait(d, geometry.sequence, (void **)&g);
    if (ret < 0)
        x11shmpool_display_discard(d, translation.sequence);
    else
        ret = x11shmpool_display_wait(d, translation.sequence, (void **)&t);
    if (ret < 0) {
        if (pixmap) {
            x11shmpool_display_discard(d, naming.sequence);
            xcb_free_pixmap(d->conn, pixmap);
        }
        goto end;
    }

    resized = g->width != s->whole.w || g->height != s->whole.h;
    if (s->redirected && resized && !pixmap) {
        if (shape)
            x11shmpool_display_discard(d, shape);
        s->pixmap_stale = 1;
        free(g);
        free(t);
        g = NULL;
        t = NULL;
        goto again;
    }
    if (pixmap) {
        ret = x11shmpool_display_wait(d, naming.sequence, NULL);
        if (x11shmpool_display_gone(ret)) {
            xcb_free_pixmap(d->conn, pixmap);
            goto end;
        }
        /* An unviewable window has no pixmap now; its last one is kept. */
        if (ret >= 0) {
            forget_pixmap(s);
            s->pixmap   = pixmap;
            s->drawable = pixmap;
            s->dx = s->dy = g->border_width;
            s->viewable = 1;
            *changed    = 1;
        } else {
            s->viewable = 0;
        }
        s->pixmap_stale = !s->viewable;
        ret = 0;
    }

    /* Its own pixmap tells whether a redirected window is shown; for others the
     * ancestors count, too. */
    if (!s->redirected) {
        *changed = 1;
        if ((ret = query_screen(s)) < 0)
            goto end;
    }

    if (s->viewable || !s->whole.w) {
        s->resized |= s->whole.w && resized;
        s->whole    = (X11ShmpoolRect){ 0, 0, g->width, g->height };
        s->bounds   = s->whole;
    }
    if (shape && s->viewable) {
        ret      = get_shape(s, shape);
        shape    = 0;
        *changed = 1;
    }
    s->depth  = g->depth;
    s->root_x = t->dst_x;
    s->root_y = t->dst_y;
end:
    if (shape)
        x11shmpool_display_discard(d, shape);
    free(g);
    free(t);
    return ret;
}

static void find_gaps(X11ShmpoolSource *s, const X11ShmpoolMonitors *m)
{
    s->nb_gaps = 0;
    if (s->monitor || !m->nb)
        return;
    s->gaps[0] = s->whole;
    s->nb_gaps = 1;
    for (int i = 0; i < m->nb; i++)
        s->nb_gaps = x11shmpool_rects_subtract(s->gaps, s->nb_gaps,
                                               X11SHMPOOL_SOURCE_GAPS,
                                               m->list[i].rect);
}

/* Under its very name: another that a person could have meant is not it. */
static const X11ShmpoolMonitor *find_again(const X11ShmpoolSource *s,
                                           const X11ShmpoolMonitors *m)
{
    for (int i = 0; i < m->nb; i++) {
        if (!strcmp(m->list[i].name, s->monitor))
            return &m->list[i];
    }
    return strcmp(s->monitor, "primary") ? NULL :
           x11shmpool_monitors_find(m, s->monitor);
}

static void follow_monitor(X11ShmpoolSource *s, const X11ShmpoolMonitor *m)
{
    X11ShmpoolRect rect = m ? m->rect : (X11ShmpoolRect){ 0 };

    if (!m) {
        if (!x11shmpool_rect_empty(s->bounds))
            av_log(s->display->log, AV_LOG_INFO, "Monitor %s is off: the "
                   "picture is black until it comes back.\n", s->monitor);
        s->bounds = rect;
        return;
    }
    if (x11shmpool_rect_empty(s->bounds))
        av_log(s->display->log, AV_LOG_INFO, "Monitor %s is back.\n",
               s->monitor);
    s->region.x += rect.x - s->first.x;
    s->region.y += rect.y - s->first.y;
    s->resized  |= rect.w != s->first.w || rect.h != s->first.h;
    s->first.x   = rect.x;
    s->first.y   = rect.y;
    s->bounds    = rect;
}

/* The screen of an Xwayland holds no pixels where a Wayland compositor shows
 * each of its windows by itself. Such a compositor listens for it. */
static av_cold void warn_of_rootless(const X11ShmpoolSource *s,
                                     const X11ShmpoolMonitors *m)
{
    static const char server[] = "Xwayland", output[] = "XWAYLAND";
    char listener[32];

    if (!m->nb || !av_strstart(m->list[0].name, output, NULL))
        return;
    x11shmpool_display_listener(s->display, listener, sizeof(listener));
    if (strcmp(listener, server))
        av_log(s->display->log, AV_LOG_WARNING,
               "Display %s is an Xwayland whose windows a Wayland compositor "
               "shows: its screen may be black. Capture a window of it, with "
               "window_title say.\n", s->display->name);
}

static int update_monitors(X11ShmpoolSource *s)
{
    X11ShmpoolMonitors monitors;
    int ret;

    ret = x11shmpool_monitors_get(&monitors, s->display, s->whole, 0);
    if (ret < 0)
        return ret;
    s->monitors_stale = 0;
    if (!s->followed)
        warn_of_rootless(s, &monitors);
    s->followed = 1;
    find_gaps(s, &monitors);
    if (s->monitor)
        follow_monitor(s, find_again(s, &monitors));
    else
        s->bounds = s->whole;
    x11shmpool_monitors_free(&monitors);

    return 0;
}

av_cold int x11shmpool_source_set_monitor(X11ShmpoolSource *s,
                                          const char *wanted)
{
    X11ShmpoolDisplay *d = s->display;
    const X11ShmpoolMonitor *m;
    X11ShmpoolMonitors monitors;
    char there[1024];
    int ret;

    ret = x11shmpool_monitors_get(&monitors, d, s->whole, 0);
    if (ret < 0)
        return ret;
    m = x11shmpool_monitors_find(&monitors, wanted);
    if (!m) {
        x11shmpool_monitors_print(&monitors, there, sizeof(there));
        if (monitors.nb)
            av_log(d->log, AV_LOG_ERROR, "Display %s has no monitor '%s', "
                   "it has %s.\n", d->name, wanted, there);
        else
            av_log(d->log, AV_LOG_ERROR, "Display %s has no monitor '%s', "
                   "none is on.\n", d->name, wanted);
        ret = AVERROR(ENOENT);
        goto end;
    }

    s->monitor = av_strdup(av_strcasecmp(wanted, "primary") ? m->name :
                           "primary");
    if (!s->monitor) {
        ret = AVERROR(ENOMEM);
        goto end;
    }
    s->what    = "monitor";
    s->first   = s->bounds = s->region = m->rect;
    s->nb_gaps = 0;
end:
    x11shmpool_monitors_free(&monitors);
    return ret;
}

static av_cold int no_such_window(const X11ShmpoolSource *s)
{
    X11ShmpoolDisplay *d = s->display;
    X11ShmpoolWindows windows;
    char there[4096];
    int ret = x11shmpool_windows_get(&windows, d);

    if (ret < 0)
        return ret;
    x11shmpool_windows_print(&windows, there, sizeof(there));
    av_log(d->log, AV_LOG_ERROR, "Display %s has no window 0x%x. %s%s\n",
           d->name, s->window, windows.nb ? "There are: " : "There is none.",
           there);
    x11shmpool_windows_free(&windows);
    return AVERROR(ENOENT);
}

av_cold int x11shmpool_source_open(X11ShmpoolSource *s, X11ShmpoolDisplay *d,
                                   xcb_window_t window)
{
    const uint32_t events = X11SHMPOOL_SOURCE_EVENTS;
    xcb_get_window_attributes_reply_t *attributes = NULL;
    xcb_screen_t *screen = d->screen;
    int changed, ret;

    *s = (X11ShmpoolSource){
        .display  = d,
        .window   = window ? window : screen->root,
        .drawable = window ? window : screen->root,
    };
    screen     = x11shmpool_display_screen_of(d, s->window);
    s->is_root = !!screen;
    if (screen)
        d->screen = screen;
    s->what    = s->is_root ? "screen" : "window";
    s->pixmap_stale = s->ancestors_stale = !s->is_root;

    xcb_change_window_attributes(d->conn, s->window, XCB_CW_EVENT_MASK,
                                 &events);
    ret = x11shmpool_display_wait(d,
            xcb_get_window_attributes(d->conn, s->window).sequence,
            (void **)&attributes);
    if (x11shmpool_display_gone(ret))
        return ret;
    if (ret < 0)
        return no_such_window(s);

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

    if (!s->is_root) {
        watch_shape(s);
        if ((ret = redirect(s)) < 0)
            return ret;
    }
    ret = locate(s, &changed);
    if (ret >= 0 && s->is_root) {
        x11shmpool_monitors_watch(d);
        ret = update_monitors(s);
    }
    if (ret < 0) {
        if (!x11shmpool_display_gone(ret))
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
    av_freep(&s->monitor);
    s->display = NULL;
}

av_cold int x11shmpool_source_select(X11ShmpoolSource *s, int x, int y,
                                     int w, int h)
{
    X11ShmpoolRect *b = &s->bounds, *r = &s->region, inside;

    *r = (X11ShmpoolRect){ b->x + x, b->y + y,
                           w ? w : b->w - x, h ? h : b->h - y };
    inside = x11shmpool_rect_intersect(*r, *b);

    if (x11shmpool_rect_empty(inside)) {
        av_log(s->display->log, AV_LOG_ERROR,
               "Nothing of the region %dx%d at %d,%d lies on the %s, which is "
               "%dx%d: x must be below %d and y below %d.\n", w ? w : b->w,
               h ? h : b->h, x, y, s->what, b->w, b->h, b->w, b->h);
        return AVERROR(EINVAL);
    }
    if (!x11shmpool_rect_equal(inside, *r))
        av_log(s->display->log, AV_LOG_WARNING,
               "The region %dx%d at %d,%d lies partly outside the %s, which "
               "is %dx%d: that part is black.\n",
               r->w, r->h, x, y, s->what, b->w, b->h);

    return 0;
}

static int is_ancestor(const X11ShmpoolSource *s, xcb_window_t window)
{
    for (int i = 0; i < s->nb_ancestors; i++) {
        if (s->ancestors[i] == window)
            return 1;
    }
    return 0;
}

static int ancestor_event(X11ShmpoolSource *s, const xcb_generic_event_t *event)
{
    /* All of these have the window at the same place. */
    const xcb_configure_notify_event_t *e = (const void *)event;

    switch (event->response_type & 0x7f) {
    case XCB_REPARENT_NOTIFY:
        if (!is_ancestor(s, e->window))
            return 0;
        s->ancestors_stale = 1;
        return 1;
    case XCB_CONFIGURE_NOTIFY:
    case XCB_GRAVITY_NOTIFY:
        return is_ancestor(s, e->window);
    default:
        return 0;
    }
}

static int root_event(X11ShmpoolSource *s, const xcb_generic_event_t *event)
{
    if ((event->response_type & 0x7f) == XCB_CONFIGURE_NOTIFY) {
        const xcb_configure_notify_event_t *e = (const void *)event;

        if (e->window != s->window)
            return 0;
        if (!s->monitor)
            s->resized |= e->width != s->whole.w || e->height != s->whole.h;
        s->whole = (X11ShmpoolRect){ 0, 0, e->width, e->height };
    } else if (!x11shmpool_monitors_event(s->display, event)) {
        return 0;
    }
    s->monitors_stale = 1;
    return 1;
}

static int window_event(X11ShmpoolSource *s, const xcb_generic_event_t *event)
{
    switch (event->response_type & 0x7f) {
    case XCB_CONFIGURE_NOTIFY: {
        const xcb_configure_notify_event_t *e = (const void *)event;

        if (e->window != s->window)
            break;
        /* One that a window manager made up tells of a move only. */
        if (!(event->response_type & 0x80) &&
            (e->width != s->whole.w || e->height != s->whole.h ||
             (s->pixmap && e->border_width != s->dx)))
            s->pixmap_stale = 1;
        return 1;
    }
    /* Tells that an ancestor was mapped: the window has another pixmap now. */
    case XCB_VISIBILITY_NOTIFY: {
        const xcb_visibility_notify_event_t *e = (const void *)event;

        if (e->window != s->window)
            break;
        s->pixmap_stale = 1;
        return 1;
    }
    case XCB_MAP_NOTIFY: {
        const xcb_map_notify_event_t *e = (const void *)event;

        if (e->window != s->window)
            break;
        s->viewable     = 1;
        s->pixmap_stale = 1;
        return 1;
    }
    case XCB_UNMAP_NOTIFY: {
        const xcb_unmap_notify_event_t *e = (const void *)event;

        if (e->window == s->window)
            s->viewable = 0;
        break;
    }
    case XCB_REPARENT_NOTIFY: {
        const xcb_reparent_notify_event_t *e = (const void *)event;

        if (e->window != s->window)
            break;
        s->ancestors_stale = 1;
        s->pixmap_stale    = 1;
        return 1;
    }
    case XCB_GRAVITY_NOTIFY: {
        const xcb_gravity_notify_event_t *e = (const void *)event;

        return e->window == s->window || is_ancestor(s, e->window);
    }
    case XCB_DESTROY_NOTIFY: {
        const xcb_destroy_notify_event_t *e = (const void *)event;

        if (e->window == s->window) {
            s->closed   = 1;
            s->viewable = 0;
        }
        break;
    }
    }
    return ancestor_event(s, event);
}

int x11shmpool_source_event(X11ShmpoolSource *s,
                            const xcb_generic_event_t *event)
{
    if (s->is_root)
        return root_event(s, event);
    if (shape_event(s, event)) {
        s->shape_stale = 1;
        return 1;
    }
    return window_event(s, event);
}

static int update_window(X11ShmpoolSource *s, int *changed)
{
    int ret = locate(s, changed);

    if (ret == AVERROR(ENOENT)) {
        s->closed   = 1;
        s->viewable = 0;
        ret = 0;
    }
    return ret;
}

int x11shmpool_source_update(X11ShmpoolSource *s, int *changed)
{
    *changed = 0;
    if (s->closed)
        return 0;
    if (!s->is_root)
        return update_window(s, changed);

    *changed = s->monitors_stale;
    return s->monitors_stale ? update_monitors(s) : 0;
}

X11ShmpoolRect x11shmpool_source_visible(const X11ShmpoolSource *s)
{
    X11ShmpoolRect visible = x11shmpool_rect_intersect(s->region, s->bounds);

    visible = x11shmpool_rect_intersect(visible, s->whole);
    /* What is hidden keeps its pixmap, and has nothing on the screen. */
    if (!s->is_root && !s->pixmap && !s->viewable)
        return (X11ShmpoolRect){ 0 };
    if (!s->copyable) {
        X11ShmpoolRect on_screen = {
            -s->root_x, -s->root_y, s->screen.w, s->screen.h,
        };

        visible = x11shmpool_rect_intersect(visible, on_screen);
    }
    return visible;
}
