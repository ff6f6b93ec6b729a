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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/time.h"

#include "x11shmpool_monitor.h"
#include "x11shmpool_place.h"
#include "x11shmpool_refusal.h"
#include "x11shmpool_source.h"

/* What has to be asked again; the others are set only together with STALE. */
#define STALE           1
#define STALE_PIXMAP    2
#define STALE_SHAPE     4
#define STALE_ANCESTORS 8
#define STALE_ALL       (STALE | STALE_PIXMAP | STALE_SHAPE | STALE_ANCESTORS)

#define QUIET_US  1000000      /* without most events, after too many */
#define SYNTHETIC 0x80         /* set in events that a client sent */

static void set_gaps(X11ShmpoolSource *s, const X11ShmpoolPlace *p)
{
    s->gaps[0] = s->whole;
    s->nb_gaps = p->nb_shape >= 0;
    for (int i = 0; i < p->nb_shape; i++)
        s->nb_gaps = x11shmpool_rects_subtract(s->gaps, s->nb_gaps,
                                               X11SHMPOOL_SOURCE_GAPS,
                                               p->shape[i]);
}

static int has_new_size(const X11ShmpoolSource *s, const X11ShmpoolPlace *p)
{
    return p->rect.w != s->whole.w || p->rect.h != s->whole.h;
}

static void apply_place(X11ShmpoolSource *s, const X11ShmpoolPlace *p,
                        int *changed)
{
    X11ShmpoolSourceState *state = &s->state;

    state->stale &= ~STALE;
    s->viewable   = p->viewable;
    if (p->named > 0) {
        s->dx = s->dy = p->border;
        s->viewable   = 1;
        *changed      = 1;
        state->stale &= ~STALE_PIXMAP;
    } else if (!p->named) {
        s->viewable   = 0;
    }
    if (!state->pixmap.redirected) {
        state->screen = p->screen;
        *changed      = 1;
    }
    /* A window that is not shown keeps its last pixmap, and the size of
     * that. */
    if (s->viewable || !s->whole.w) {
        s->resized |= s->whole.w && has_new_size(s, p);
        s->whole    = (X11ShmpoolRect){ 0, 0, p->rect.w, p->rect.h };
        s->bounds   = s->whole;
    }
    if (p->shaped && s->viewable) {
        set_gaps(s, p);
        state->stale &= ~STALE_SHAPE;
        *changed      = 1;
    }
    s->root_x = p->rect.x;
    s->root_y = p->rect.y;
}

static int get_place(X11ShmpoolSource *s, X11ShmpoolPlace *p)
{
    X11ShmpoolPixmap *pixmap = &s->state.pixmap;
    const int stale = pixmap->redirected ? s->state.stale : 0;
    int ret = x11shmpool_place_get(p, s->display, s->window, pixmap,
                                   stale & STALE_PIXMAP,
                                   stale & (STALE_PIXMAP | STALE_SHAPE));

    if (p->named > 0)
        s->drawable = pixmap->id;
    return ret;
}

static int update_window(X11ShmpoolSource *s, int *changed)
{
    X11ShmpoolSourceState *state = &s->state;
    X11ShmpoolPlace p;
    int ret;

    if (state->stale & STALE_ANCESTORS) {
        ret = x11shmpool_ancestors_find(&state->ancestors, s->display,
                                        s->window);
        if (ret < 0)
            return ret;
        state->stale &= ~STALE_ANCESTORS;
    }
    ret = get_place(s, &p);
    if (ret >= 0 && state->pixmap.redirected && p.named < 0 && p.viewable &&
        (!s->viewable || has_new_size(s, &p) ||
         (state->pixmap.id && p.border != s->dx))) {
        state->stale |= STALE_PIXMAP;
        ret = get_place(s, &p);
    }
    if (ret >= 0)
        apply_place(s, &p, changed);
    if (ret == AVERROR(ENOENT)) {
        s->closed   = 1;
        s->viewable = 0;
        ret = 0;
    }
    return ret;
}

static int update_screen(X11ShmpoolSource *s, int *changed)
{
    X11ShmpoolFollow *f = &s->state.monitor;
    X11ShmpoolRect last = f->last, before = s->whole, bounds = s->bounds, whole;
    X11ShmpoolRect gaps[X11SHMPOOL_SOURCE_GAPS];
    const int nb_gaps   = s->nb_gaps;
    xcb_get_geometry_reply_t *g;
    int ret;

    ret = x11shmpool_display_receive(s->display,
            xcb_get_geometry(s->display->conn, s->window).sequence,
            sizeof(*g), (void **)&g);
    if (ret < 0)
        return ret;
    whole = (X11ShmpoolRect){ 0, 0, g->width, g->height };
    free(g);
    memcpy(gaps, s->gaps, nb_gaps * sizeof(*gaps));
    ret = x11shmpool_follow_update(f, s->display, whole, s->gaps,
                                   X11SHMPOOL_SOURCE_GAPS, &s->nb_gaps);
    if (ret < 0)
        return ret;

    if (f->name) {
        s->resized  |= f->last.w != last.w || f->last.h != last.h;
        s->region.x += f->last.x - last.x;
        s->region.y += f->last.y - last.y;
    } else if (s->whole.w) {
        s->resized  |= !x11shmpool_rect_equal(whole, s->whole);
    }
    s->whole  = whole;
    s->bounds = !f->name ? whole : f->off ? (X11ShmpoolRect){ 0 } : f->last;
    s->state.stale = 0;
    *changed = !x11shmpool_rect_equal(before, whole) ||
               !x11shmpool_rect_equal(bounds, s->bounds) ||
               nb_gaps != s->nb_gaps ||
               memcmp(gaps, s->gaps, nb_gaps * sizeof(*gaps));
    return 0;
}

av_cold int x11shmpool_source_set_monitor(X11ShmpoolSource *s,
                                          const char *wanted)
{
    int ret = x11shmpool_follow_choose(&s->state.monitor, s->display, s->whole,
                                       wanted);

    if (ret < 0)
        return ret;
    s->what    = "monitor";
    s->bounds  = s->region = s->state.monitor.last;
    s->nb_gaps = 0;
    return 0;
}

static void select_events(X11ShmpoolSource *s, uint32_t events)
{
    xcb_change_window_attributes(s->display->conn, s->window,
                                 XCB_CW_EVENT_MASK, &events);
}

/* Select the window's events, and ask for its properties. */
static av_cold int select_window(X11ShmpoolSource *s)
{
    X11ShmpoolDisplay *d = s->display;
    xcb_get_window_attributes_reply_t *a = NULL;
    xcb_get_geometry_reply_t *g = NULL;
    unsigned attributes, geometry;
    char id[16];
    int ret;

    select_events(s, X11SHMPOOL_SOURCE_EVENTS);
    attributes = xcb_get_window_attributes(d->conn, s->window).sequence;
    geometry   = xcb_get_geometry(d->conn, s->window).sequence;
    ret = x11shmpool_display_receive(d, attributes, sizeof(*a), (void **)&a);
    if (ret < 0)
        x11shmpool_display_discard(d, geometry);
    else
        ret = x11shmpool_display_receive(d, geometry, sizeof(*g), (void **)&g);
    if (s->state.quiet && (ret < 0 || a->_class != XCB_WINDOW_CLASS_INPUT_OUTPUT ||
                           a->map_state != XCB_MAP_STATE_VIEWABLE)) {
        ret = ret < 0 ? ret : AVERROR(EINVAL);
    } else if (ret == AVERROR(ENOENT)) {
        snprintf(id, sizeof(id), "0x%x", s->window);
        ret = x11shmpool_refusal_missing(d, id);
    } else if (ret >= 0) {
        s->viewable = a->map_state == XCB_MAP_STATE_VIEWABLE;
        if (!s->viewable) {
            ret = x11shmpool_refusal_hidden(d, s->window);
        } else if (a->_class == XCB_WINDOW_CLASS_INPUT_ONLY) {
            av_log(d->log, AV_LOG_ERROR, "Window 0x%x has no pixels (it is "
                   "InputOnly). Choose one that is shown on the screen.\n",
                   s->window);
            ret = AVERROR(EINVAL);
        } else {
            ret = x11shmpool_display_layout(d, g->depth, a->visual, &s->layout);
            if (ret < 0)
                av_log(d->log, AV_LOG_ERROR, "The X server does not describe "
                       "depth %d, visual 0x%x.\n", g->depth, a->visual);
        }
    } else if (!x11shmpool_display_gone(ret)) {
        av_log(d->log, AV_LOG_ERROR, "Window 0x%x can't be located: %s\n",
               s->window, av_err2str(ret));
    }
    free(a);
    free(g);
    return ret;
}

/* If a Wayland compositor shows each window by itself, the root window of its
 * Xwayland is mapped, but has no pixels, and reading them is a BadMatch.
 * Copying is no error, but copies nothing. */
static av_cold int warn_of_unreadable(const X11ShmpoolSource *s)
{
    X11ShmpoolDisplay *d = s->display;
    int ret = x11shmpool_display_wait(d,
                  xcb_get_image(d->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, s->window,
                                0, 0, 1, 1, ~0).sequence, NULL);

    if (ret == AVERROR(EINVAL))
        av_log(d->log, AV_LOG_WARNING,
               "The screen of display %s can't be read and is recorded black. "
               "Is this Xwayland, whose windows a Wayland compositor shows? "
               "Capture one of its windows, with window_title for example.\n", d->name);
    return x11shmpool_display_gone(ret) ? ret : 0;
}

static av_cold int locate(X11ShmpoolSource *s)
{
    X11ShmpoolSourceState *state = &s->state;
    X11ShmpoolDisplay *d = s->display;
    int changed, ret;

    if (s->is_root) {
        x11shmpool_monitors_watch(d);
        ret = update_screen(s, &changed);
    } else {
        state->stale = STALE_ALL;
        x11shmpool_pixmap_redirect(&state->pixmap, d, s->window);
        ret = update_window(s, &changed);
    }
    ret = s->closed ? AVERROR(ENOENT) : ret;
    if (ret < 0 && !x11shmpool_display_gone(ret) && !state->quiet)
        av_log(d->log, AV_LOG_ERROR, "Window 0x%x can't be located: %s\n",
               s->window, av_err2str(ret));
    return ret;
}

static av_cold int open_source(X11ShmpoolSource *s, X11ShmpoolDisplay *d,
                               xcb_window_t window, int quiet)
{
    xcb_screen_t *screen;
    int ret;

    *s = (X11ShmpoolSource){ .display = d, .state.quiet = quiet };
    s->window   = window ? window : d->screen->root;
    s->drawable = s->window;
    screen      = x11shmpool_display_screen_of(d, s->window);
    s->is_root  = !!screen;
    s->what     = s->is_root ? "screen" : "window";
    if (screen)
        d->screen = screen;

    if ((ret = select_window(s)) < 0 || (ret = locate(s)) < 0)
        goto fail;
    if (s->is_root && (ret = warn_of_unreadable(s)) < 0)
        goto fail;
    s->region   = s->bounds;
    s->copyable = s->is_root || s->state.pixmap.id;
    if (!s->copyable) {
        x11shmpool_pixmap_undo(&s->state.pixmap, 0);
        av_log(d->log, AV_LOG_WARNING,
               "No Composite extension: what covers window 0x%x is recorded "
               "too.\n", s->window);
    }
    return 0;
fail:
    x11shmpool_source_close(s);
    return ret;
}

av_cold int x11shmpool_source_open(X11ShmpoolSource *s, X11ShmpoolDisplay *d,
                                   xcb_window_t window)
{
    return open_source(s, d, window, 0);
}

av_cold int x11shmpool_source_open_quietly(X11ShmpoolSource *s,
                                           X11ShmpoolDisplay *d,
                                           xcb_window_t window)
{
    return open_source(s, d, window, 1);
}

/* A window that is not viewable keeps its last picture. */
av_cold void x11shmpool_source_blank(X11ShmpoolSource *s, X11ShmpoolDisplay *d)
{
    xcb_screen_t *screen = d->screen;

    *s = (X11ShmpoolSource){
        .display     = d,
        .window      = screen->root,
        .drawable    = screen->root,
        .is_root     = 1,
        .what        = "window",
        .copyable    = 1,
        .state.blank = 1,
    };
    x11shmpool_display_layout(d, screen->root_depth, screen->root_visual,
                              &s->layout);
}

int x11shmpool_source_is_blank(const X11ShmpoolSource *s)
{
    return s->state.blank;
}

av_cold void x11shmpool_source_close(X11ShmpoolSource *s)
{
    if (!s->display)
        return;
    x11shmpool_pixmap_undo(&s->state.pixmap, s->closed);
    x11shmpool_follow_uninit(&s->state.monitor);
    s->display = NULL;
}

/* A size is never taken from an event: a new one is only a reason to ask for
 * the size and name the pixmap again. Window managers send a synthetic event
 * when they move a window. */
static int window_event(const X11ShmpoolSource *s,
                        const xcb_generic_event_t *event)
{
    const xcb_configure_notify_event_t *e = (const void *)event;

    switch (event->response_type) {
    case XCB_CONFIGURE_NOTIFY:
        return e->width == s->whole.w && e->height == s->whole.h &&
               e->border_width == s->dx ? STALE : STALE | STALE_PIXMAP;
    case XCB_REPARENT_NOTIFY:
        return STALE | STALE_PIXMAP | STALE_ANCESTORS;
    case XCB_MAP_NOTIFY:
        return STALE | STALE_PIXMAP;
    case XCB_CONFIGURE_NOTIFY | SYNTHETIC:
    case XCB_UNMAP_NOTIFY:
    case XCB_DESTROY_NOTIFY:
    case XCB_GRAVITY_NOTIFY:
        return STALE;
    }
    return 0;
}

static int ancestor_event(const xcb_generic_event_t *event)
{
    switch (event->response_type) {
    case XCB_REPARENT_NOTIFY:
        return STALE | STALE_ANCESTORS;
    case XCB_CONFIGURE_NOTIFY:
    case XCB_MAP_NOTIFY:
    case XCB_UNMAP_NOTIFY:
    case XCB_GRAVITY_NOTIFY:
        return STALE;
    }
    return 0;
}

int x11shmpool_source_event(X11ShmpoolSource *s,
                            const xcb_generic_event_t *event)
{
    /* All but VisibilityNotify have the window at the same place. */
    const xcb_configure_notify_event_t *e  = (const void *)event;
    const xcb_visibility_notify_event_t *v = (const void *)event;
    int stale = 0;

    if (event->response_type == XCB_VISIBILITY_NOTIFY) {
        /* An ancestor was mapped, so the window has another pixmap now. */
        if (v->window == s->window && !s->is_root)
            stale = STALE | STALE_PIXMAP;
    } else if (x11shmpool_shape_event(s->display, event)) {
        if (x11shmpool_shape_event(s->display, event) == s->window)
            stale = STALE | STALE_SHAPE;
    } else if (s->is_root && x11shmpool_monitors_event(s->display, event)) {
        stale = STALE;
    } else if (e->window == s->window) {
        stale = window_event(s, event);
    } else if (x11shmpool_ancestors_have(&s->state.ancestors, e->window)) {
        stale = ancestor_event(event);
    }
    s->state.stale |= stale;
    return !!stale;
}

void x11shmpool_source_overflow(X11ShmpoolSource *s)
{
    if (s->state.blank)
        return;
    select_events(s, X11SHMPOOL_PLACE_EVENTS);
    s->state.quiet_until = av_gettime_relative() + QUIET_US;
}

int x11shmpool_source_quiet(const X11ShmpoolSource *s)
{
    return !!s->state.quiet_until;
}

int x11shmpool_source_lies_in(const X11ShmpoolSource *s, xcb_window_t window)
{
    return x11shmpool_ancestors_have(&s->state.ancestors, window);
}

int x11shmpool_source_update(X11ShmpoolSource *s, int *changed)
{
    X11ShmpoolSourceState *state = &s->state;

    *changed = 0;
    if (state->blank)
        return 0;
    if (state->quiet_until) {
        if (av_gettime_relative() >= state->quiet_until) {
            select_events(s, X11SHMPOOL_SOURCE_EVENTS);
            state->quiet_until = 0;
        }
        state->stale = STALE_ALL;
    }
    if (s->closed || (s->copyable && !(state->stale & STALE)))
        return 0;
    return s->is_root ? update_screen(s, changed) : update_window(s, changed);
}

X11ShmpoolRect x11shmpool_source_visible(const X11ShmpoolSource *s)
{
    X11ShmpoolRect visible = x11shmpool_rect_intersect(s->region, s->bounds);

    visible = x11shmpool_rect_intersect(visible, s->whole);
    /* A hidden window can be read from its pixmap, but not from the screen. */
    if (!s->is_root && !s->state.pixmap.id && !s->viewable)
        return (X11ShmpoolRect){ 0 };
    if (!s->copyable) {
        X11ShmpoolRect on_screen = {
            -s->root_x, -s->root_y, s->state.screen.w, s->state.screen.h,
        };

        visible = x11shmpool_rect_intersect(visible, on_screen);
    }
    return visible;
}
