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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "x11shmpool_capture.h"

#define MAX_TRIES  10
#define MAX_MISSES 3

static av_cold int init_damage(X11ShmpoolCapture *c)
{
    void *log = c->display->log;
    int ret   = AVERROR(ENOSYS);

    c->damage = (X11ShmpoolDamage){
        .display = c->display, .dirty = 1, .invalid = 1,
    };
    if (!c->options.damage)
        return 0;
    if (c->source->copyable)
        ret = x11shmpool_damage_init(&c->damage, c->display,
                                     c->source->window);
    if (ret >= 0)
        ret = x11shmpool_tree_init(&c->tree, c->display, c->source->window,
                                   X11SHMPOOL_SOURCE_EVENTS);
    if (ret >= 0 || x11shmpool_display_gone(ret))
        return ret;
    x11shmpool_damage_uninit(&c->damage);
    if (c->options.damage > 0) {
        av_log(log, AV_LOG_ERROR,
               "damage=on does not work here: %s. Use damage=auto or off.\n",
               c->source->copyable ?
               "the X server lacks the DAMAGE or XFIXES extension" :
               "a window is read from the screen");
        return AVERROR(ENOSYS);
    }
    av_log(log, AV_LOG_VERBOSE,
           "Damage can't be tracked, every frame is captured whole.\n");
    return 0;
}

void x11shmpool_capture_invalidate(X11ShmpoolCapture *c)
{
    const X11ShmpoolSource *s = c->source;

    x11shmpool_damage_invalidate(&c->damage);
    x11shmpool_damage_clip(&c->damage, x11shmpool_source_visible(s), s->gaps,
                           s->nb_gaps, 1);
}

static X11ShmpoolRect region_on_root(const X11ShmpoolSource *s)
{
    X11ShmpoolRect r = s->region;

    if (!s->is_root) {
        r.x += s->root_x;
        r.y += s->root_y;
    }
    return r;
}

av_cold int x11shmpool_capture_init(X11ShmpoolCapture *c,
                                    X11ShmpoolSource *source,
                                    const X11ShmpoolFormat *format,
                                    const X11ShmpoolCaptureOptions *options)
{
    X11ShmpoolDisplay *d = source->display;
    int ret;

    *c = (X11ShmpoolCapture){
        .display = d,
        .source  = source,
        .format  = format,
        .options = *options,
        .events  = {
            .source = source,     .damage = &c->damage, .tree = &c->tree,
            .cursor = &c->cursor, .menus  = &c->menus,  .border = &c->border,
        },
    };

    x11shmpool_notice_init(&c->notice, source);
    x11shmpool_fill_init(&c->fill, d, format);
    x11shmpool_verify_init(&c->verify, d, format);
    if ((ret = init_damage(c)) < 0)
        return ret;
    if (options->need_changed && !c->damage.damage)
        av_log(d->log, AV_LOG_INFO, "unchanged=skip does nothing here: damage "
               "is not tracked, so every frame counts as changed.\n");
    x11shmpool_capture_invalidate(c);
    if ((ret = x11shmpool_menus_init(&c->menus, source, format)) < 0)
        return ret;

    ret = x11shmpool_cursor_init(&c->cursor, d, source->window,
                                 options->draw_mouse);
    if (ret < 0) {
        av_log(d->log, AV_LOG_WARNING,
               "The X server lacks the XFIXES extension: the pointer is not "
               "drawn.\n");
        c->options.draw_mouse = 0;
    }

    if (format->indexed &&
        (ret = x11shmpool_palette_init(&c->palette, source)) < 0)
        return ret;
    if (options->region_border)
        return x11shmpool_border_init(&c->border, d, region_on_root(source),
                                      options->region_border);
    return 0;
}

av_cold int x11shmpool_capture_measure(X11ShmpoolCapture *c,
                                       X11ShmpoolSlot *slot)
{
    return x11shmpool_fill_measure(&c->fill, slot, c->source,
                                   x11shmpool_source_visible(c->source));
}

void x11shmpool_capture_resized(X11ShmpoolCapture *c)
{
    x11shmpool_fill_resized(&c->fill);
    x11shmpool_verify_resized(&c->verify);
    x11shmpool_capture_invalidate(c);
    if (c->options.region_border)
        x11shmpool_border_move(&c->border, region_on_root(c->source));
}

av_cold void x11shmpool_capture_uninit(X11ShmpoolCapture *c)
{
    if (!c->display)
        return;
    x11shmpool_menus_uninit(&c->menus);
    x11shmpool_cursor_uninit(&c->cursor);
    x11shmpool_verify_uninit(&c->verify);
    x11shmpool_fill_uninit(&c->fill);
    c->display = NULL;
}

av_cold void x11shmpool_capture_end(X11ShmpoolCapture *c)
{
    x11shmpool_damage_uninit(&c->damage);
    x11shmpool_fill_end(&c->fill);
    x11shmpool_verify_end(&c->verify);
    x11shmpool_border_uninit(&c->border);
    x11shmpool_capture_uninit(c);
}

/* @return whether there were too many */
static int take_events(X11ShmpoolCapture *c, int queued)
{
    int overflow = x11shmpool_events_take(&c->events, queued);

    if (overflow)
        x11shmpool_capture_invalidate(c);
    return overflow;
}

void x11shmpool_capture_listen(X11ShmpoolCapture *c)
{
    take_events(c, 0);
}

static int update_trust(X11ShmpoolCapture *c)
{
    /* Both select events on the source's window; what the tree selects holds
     * both's. */
    int ret       = x11shmpool_source_quiet(c->source) ? 0 :
                    x11shmpool_tree_update(&c->tree);
    int untrusted = x11shmpool_tree_hides_damage(&c->tree);

    if (untrusted != c->untrusted)
        av_log(c->display->log, AV_LOG_VERBOSE, untrusted ?
               "The X server composites a window that is shown, or there are "
               "too many to tell: frames are captured whole.\n" :
               "Damage is tracked again.\n");
    if (untrusted || c->untrusted)
        x11shmpool_damage_invalidate(&c->damage);
    c->untrusted = untrusted;

    return ret;
}

static int follow_mouse(X11ShmpoolCapture *c)
{
    X11ShmpoolSource *s = c->source;
    X11ShmpoolRect region;
    int ret;

    x11shmpool_cursor_send(&c->cursor);
    if ((ret = x11shmpool_cursor_receive(&c->cursor)) < 0 ||
        !c->cursor.on_screen || x11shmpool_rect_empty(s->bounds))
        return ret;

    region = x11shmpool_rect_follow(s->region, s->bounds, c->cursor.x,
                                    c->cursor.y, c->options.follow_mouse);
    if (!x11shmpool_rect_equal(region, s->region)) {
        s->region = region;
        x11shmpool_capture_invalidate(c);
    }
    return 0;
}

/* Bring the source up to date, as far as events gave reason to. */
static int update_source(X11ShmpoolCapture *c)
{
    X11ShmpoolSource *s = c->source;
    int changed, eof, ret;

    if ((ret = x11shmpool_source_update(s, &changed)) < 0)
        return ret;
    c->events.moved = 0;
    if (changed)
        x11shmpool_capture_invalidate(c);
    if (s->closed) {
        x11shmpool_notice_closed(&c->notice);
        return AVERROR_EOF;
    }
    eof = s->resized && c->options.on_resize == X11SHMPOOL_RESIZE_EOF;
    x11shmpool_notice_size(&c->notice, eof);
    return eof ? AVERROR_EOF : 0;
}

int x11shmpool_capture_update(X11ShmpoolCapture *c)
{
    int ret;

    take_events(c, 0);
    if ((ret = x11shmpool_display_error(c->display)) < 0 ||
        (ret = update_source(c)) < 0 ||
        (ret = update_trust(c)) < 0 ||
        (ret = x11shmpool_menus_update(&c->menus)) < 0)
        return ret;

    if (c->options.follow_mouse && (ret = follow_mouse(c)) < 0)
        return ret;
    if (c->options.region_border)
        x11shmpool_border_move(&c->border, region_on_root(c->source));

    return 0;
}

int x11shmpool_capture_dirty(const X11ShmpoolCapture *c)
{
    return x11shmpool_damage_dirty(&c->damage);
}

int x11shmpool_capture_polls(const X11ShmpoolCapture *c)
{
    return c->options.draw_mouse || c->format->indexed;
}

static X11ShmpoolRect in_frame(const X11ShmpoolCapture *c, X11ShmpoolRect r)
{
    r.x -= c->source->region.x;
    r.y -= c->source->region.y;
    return r;
}

/* What was asked of the server in one round trip. */
typedef struct Request {
    X11ShmpoolSlot *slot;
    X11ShmpoolRect visible;
    enum X11ShmpoolStale stale;
    int drawn;               ///< damage was subtracted
    int all;                 ///< everything differs
    unsigned rects;          ///< sequence of what differs, 0 if not asked
    int pointer;             ///< it was asked for
} Request;

static int send_request(X11ShmpoolCapture *c, X11ShmpoolSlot *slot, Request *r)
{
    const X11ShmpoolSource *s = c->source;
    X11ShmpoolDamage *dm      = &c->damage;
    uint32_t region;
    int ret;

    *r = (Request){
        .slot    = slot,
        .visible = x11shmpool_source_visible(s),
        .pointer = c->options.draw_mouse && !c->options.follow_mouse,
    };
    if (slot && x11shmpool_damage_dirty(dm)) {
        r->drawn = 1;
        r->all   = x11shmpool_damage_subtract(dm);
        if (!r->all && (c->options.need_rects || c->options.need_changed ||
                        s->nb_gaps ||
                        !x11shmpool_rect_equal(r->visible, s->whole)))
            r->rects = x11shmpool_damage_send(dm, c->options.need_rects);
    }
    if (slot)
        r->stale = x11shmpool_damage_begin_fill(dm, &slot->stamp, &region);
    if (r->stale != X11SHMPOOL_STALE_NONE) {
        ret = x11shmpool_fill_send(&c->fill, slot, s, r->visible, region,
                                   r->pointer || c->format->indexed);
        if (ret < 0) {
            if (r->rects)
                x11shmpool_display_discard(c->display, r->rects);
            return ret;
        }
    }
    if (r->pointer)
        x11shmpool_cursor_send(&c->cursor);
    if (c->format->indexed)
        x11shmpool_palette_send(&c->palette);
    return 0;
}

/* Paint the parts of the frame black that the source does not have. With an
 * indexed format the value of black can differ from frame to frame. */
static void paint_black(const X11ShmpoolCapture *c, const Request *r)
{
    const X11ShmpoolFormat *f = c->format;
    const X11ShmpoolSource *s = c->source;
    X11ShmpoolRect frame      = { 0, 0, f->width, f->height }, outside[4];
    uint32_t black = f->indexed ? x11shmpool_palette_black(&c->palette) :
                                  f->alpha;
    int anew = r->stale == X11SHMPOOL_STALE_WHOLE || f->indexed, nb = 0;

    if (anew)
        nb = x11shmpool_rect_subtract(frame, in_frame(c, r->visible), outside);
    for (int i = 0; i < nb; i++)
        x11shmpool_fill_rect(f, r->slot->data, outside[i], black);
    if (anew || x11shmpool_fill_images(&c->fill)->nb) {
        for (int i = 0; i < s->nb_gaps; i++)
            x11shmpool_fill_rect(f, r->slot->data, in_frame(c, s->gaps[i]),
                                 black);
    }
}

static void add_drawn(const X11ShmpoolCapture *c, const Request *r,
                      const X11ShmpoolRects *drawn, X11ShmpoolRects *rects)
{
    const X11ShmpoolRect frame = { 0, 0, c->format->width, c->format->height };

    if (r->all)
        x11shmpool_rects_add(rects, frame);
    else if (r->rects)
        for (int i = 0; i < drawn->nb; i++)
            x11shmpool_rects_add(rects, in_frame(c, drawn->list[i]));
    else if (r->drawn)
        x11shmpool_rects_add(rects, in_frame(c, r->visible));
}

/* All replies are received, even if one of them is an error. */
static int receive_request(X11ShmpoolCapture *c, const Request *r,
                           X11ShmpoolRects *rects)
{
    X11ShmpoolRects drawn;
    int ret = 0, err;

    if (r->rects)
        ret = x11shmpool_damage_receive(c->display, r->rects, NULL, &drawn);
    if (r->pointer && (err = x11shmpool_cursor_receive(&c->cursor)) < 0)
        ret = err;
    if (c->format->indexed &&
        (err = x11shmpool_palette_receive(&c->palette)) < 0)
        ret = err;
    if (r->stale != X11SHMPOOL_STALE_NONE &&
        (err = x11shmpool_fill_receive(&c->fill)) < 0)
        ret = err;
    if (ret < 0)
        return ret;

    if (r->stale != X11SHMPOOL_STALE_NONE)
        x11shmpool_damage_end_fill(&c->damage, &r->slot->stamp);
    if (r->slot)
        paint_black(c, r);
    add_drawn(c, r, &drawn, rects);
    return 0;
}

static int try_read(X11ShmpoolCapture *c, X11ShmpoolSlot *slot,
                    X11ShmpoolRects *rects)
{
    Request r;
    int64_t valid;
    int ret;

    c->fill.images.nb = 0;
    if ((ret = send_request(c, slot, &r)) < 0 ||
        (ret = receive_request(c, &r, rects)) < 0)
        return ret;

    /* The source may have moved before it was read, so that the slot shows
     * something else. Events from before the answer have arrived by now. */
    valid = c->damage.valid;
    if (!take_events(c, 1)) {
        if ((c->events.moved || c->source->closed) &&
            (ret = update_source(c)) < 0)
            return ret;
        if (slot && c->damage.valid != valid)
            return AVERROR(EAGAIN);
    }
    c->newer = r.stale != X11SHMPOOL_STALE_NONE && !r.all &&
               x11shmpool_damage_dirty(&c->damage);
    return 0;
}

int x11shmpool_capture_read(X11ShmpoolCapture *c, X11ShmpoolSlot *slot,
                            X11ShmpoolRects *rects)
{
    int ret = AVERROR(EAGAIN);

    for (int i = 0; i < MAX_TRIES && ret == AVERROR(EAGAIN); i++)
        ret = try_read(c, slot, rects);
    /* Damage may have been subtracted although there is no frame. */
    if (ret < 0)
        x11shmpool_capture_invalidate(c);
    return ret;
}

static int undamaged_change(X11ShmpoolCapture *c)
{
    void *log = c->display->log;

    c->verify.misses++;
    x11shmpool_damage_invalidate(&c->damage);
    if (c->verify.misses < MAX_MISSES) {
        av_log(log, AV_LOG_VERBOSE,
               "Something was drawn that the X server did not report.\n");
        return 0;
    }
    av_log(log, AV_LOG_WARNING,
           "The X server does not report all that is drawn: from now on every "
           "frame is captured whole, as with damage=off.\n");
    x11shmpool_damage_uninit(&c->damage);
    return 0;
}

int x11shmpool_capture_verify(X11ShmpoolCapture *c, const X11ShmpoolSlot *slot)
{
    int differs, ret;

    if (!c->source->viewable || !x11shmpool_damage_tracked(&c->damage) ||
        x11shmpool_damage_dirty(&c->damage) ||
        !x11shmpool_verify_due(&c->verify))
        return 0;

    ret = x11shmpool_verify_rows(&c->verify, c->source, slot, &differs);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    if (!differs)
        return 0;

    /* If the server reported the drawing that the rows show, the event arrived
     * before the rows did. */
    take_events(c, 0);
    if (c->events.moved || x11shmpool_damage_dirty(&c->damage))
        return 0;
    return undamaged_change(c);
}
