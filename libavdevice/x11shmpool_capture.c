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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"

#include "x11shmpool_capture.h"

#define MAX_FAILURES 10
#define MAX_MISSES   3
#define MAX_EVENTS   4096

static int packs_rows(const X11ShmpoolFormat *f)
{
    return f->packed_stride != f->stride;
}

static av_cold int init_pools(X11ShmpoolCapture *c)
{
    X11ShmpoolDisplay *d = c->display;
    xcb_window_t root    = d->screen->root;
    int packed           = packs_rows(c->format), ret;
    AVBufferRef *buf;
    X11ShmpoolSlot *slot;

    ret = x11shmpool_pool_alloc(&c->pool, d, c->format, root,
                                packed ? X11SHMPOOL_SHM_OFF : c->options.shm,
                                c->options.pool_size);
    if (ret < 0)
        return ret;
    /* Memory that can't be had is found out before anything is recorded. */
    if ((ret = x11shmpool_pool_get(c->pool, &buf, &slot)) < 0)
        return ret;
    av_buffer_unref(&buf);
    if (!packed)
        return 0;

    ret = x11shmpool_pool_alloc(&c->canvas_pool, d, c->format, root,
                                c->options.shm, 1);
    if (ret < 0)
        return ret;
    return x11shmpool_pool_get(c->canvas_pool, &c->canvas_buf, &c->canvas);
}

static av_cold int init_damage(X11ShmpoolCapture *c)
{
    int ret = AVERROR(ENOSYS);

    c->damage = (X11ShmpoolDamage){ .display = c->display, .dirty = 1 };
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
        av_log(c->log, AV_LOG_ERROR,
               "damage=on does not work here: %s. Use damage=auto or off.\n",
               c->source->copyable ?
               "the X server lacks the DAMAGE or XFIXES extension" :
               "a window is read from the screen");
        return AVERROR(ENOSYS);
    }
    av_log(c->log, AV_LOG_VERBOSE,
           "Damage can't be tracked, every frame is captured whole.\n");
    return 0;
}

static void clip(X11ShmpoolCapture *c, int renew)
{
    const X11ShmpoolSource *s = c->source;

    x11shmpool_damage_clip(&c->damage, x11shmpool_source_visible(s), s->gaps,
                           s->nb_gaps, renew);
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
        .log     = d->log,
    };

    x11shmpool_grab_init(&c->grab, d, format, d->screen->root);
    x11shmpool_verify_init(&c->verify, d, format);

    if ((ret = init_damage(c)) < 0 || (ret = init_pools(c)) < 0)
        return ret;
    clip(c, 1);
    if ((ret = x11shmpool_menus_init(&c->menus, source, format)) < 0)
        return ret;

    ret = x11shmpool_cursor_init(&c->cursor, d, source->window,
                                 options->draw_mouse);
    if (ret < 0) {
        av_log(c->log, AV_LOG_WARNING,
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

av_cold void x11shmpool_capture_uninit(X11ShmpoolCapture *c)
{
    if (!c->display)
        return;

    av_buffer_unref(&c->request.buf);
    av_buffer_unref(&c->last);
    av_buffer_unref(&c->last_palette);
    x11shmpool_border_uninit(&c->border);
    x11shmpool_menus_uninit(&c->menus);
    x11shmpool_cursor_uninit(&c->cursor);
    x11shmpool_verify_uninit(&c->verify);
    x11shmpool_grab_uninit(&c->grab);
    x11shmpool_damage_uninit(&c->damage);
    av_buffer_unref(&c->canvas_buf);
    x11shmpool_pool_free(&c->canvas_pool);
    x11shmpool_pool_free(&c->pool);
    c->display = NULL;
}

static void invalidate(X11ShmpoolCapture *c)
{
    x11shmpool_damage_invalidate(&c->damage);
    clip(c, 1);
}

/* What a client sent is believed by nobody; the move of a window that a window
 * manager tells of is a reason to ask. */
static void take_event(X11ShmpoolCapture *c, const xcb_generic_event_t *event)
{
    if (event->response_type & 0x80 &&
        (event->response_type & 0x7f) != XCB_CONFIGURE_NOTIFY)
        return;
    if (x11shmpool_damage_event(&c->damage, event) ||
        x11shmpool_cursor_event(&c->cursor, event) ||
        x11shmpool_border_event(&c->border, event))
        return;
    c->moved |= x11shmpool_source_event(c->source, event);
    x11shmpool_menus_event(&c->menus, event);
    x11shmpool_tree_event(&c->tree, event);
}

static void read_events(X11ShmpoolCapture *c)
{
    xcb_generic_event_t *event = NULL;
    int nb;

    for (nb = 0; nb < MAX_EVENTS &&
                 (event = xcb_poll_for_event(c->display->conn)); nb++) {
        take_event(c, event);
        free(event);
    }
    if (nb < MAX_EVENTS)
        return;
    x11shmpool_menus_overflow(&c->menus);
    x11shmpool_tree_overflow(&c->tree);
}

static int update_tree(X11ShmpoolCapture *c)
{
    int ret       = x11shmpool_tree_update(&c->tree);
    int untrusted = x11shmpool_tree_hides_damage(&c->tree);

    if (untrusted != c->untrusted)
        av_log(c->log, AV_LOG_VERBOSE,
               untrusted ? "The X server composites a window that is shown, or "
               "there are too many to tell: frames are captured whole.\n" :
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
        !c->cursor.on_screen)
        return ret;

    if (x11shmpool_rect_empty(s->bounds))
        return 0;
    region = x11shmpool_rect_follow(s->region, s->bounds, c->cursor.x,
                                    c->cursor.y, c->options.follow_mouse);
    if (!x11shmpool_rect_equal(region, s->region)) {
        s->region = region;
        invalidate(c);
    }
    return 0;
}

/* Bring the source up to date, as far as events told of it until now. */
static int update_source(X11ShmpoolCapture *c)
{
    X11ShmpoolSource *s = c->source;
    int changed, ret;

    /* One that is read from the screen goes where nobody tells. */
    if (c->moved || !s->copyable) {
        if ((ret = x11shmpool_source_update(s, &changed)) < 0)
            return ret;
        c->moved = 0;
        if (changed)
            invalidate(c);
    }
    if (s->closed) {
        av_log(c->log, AV_LOG_INFO, "Window 0x%x was closed.\n", s->window);
        return AVERROR_EOF;
    }
    if (s->resized && c->options.eof_on_resize) {
        av_log(c->log, AV_LOG_INFO, "The %s was resized to %dx%d.\n",
               s->what, s->bounds.w, s->bounds.h);
        return AVERROR_EOF;
    }
    return 0;
}

/* Bring source and region up to date before anything is read. */
static int update(X11ShmpoolCapture *c)
{
    int ret;

    read_events(c);
    if ((ret = x11shmpool_display_error(c->display)) < 0 ||
        (ret = update_source(c)) < 0 ||
        (ret = update_tree(c)) < 0 ||
        (ret = x11shmpool_menus_update(&c->menus)) < 0)
        return ret;

    if (c->options.follow_mouse && (ret = follow_mouse(c)) < 0)
        return ret;
    if (c->options.region_border)
        x11shmpool_border_move(&c->border, region_on_root(c->source));

    return 0;
}

/* Take the pointer out of a slot, so that it is what the screen was. */
static void unpaint(X11ShmpoolCapture *c, X11ShmpoolSlot *slot)
{
    if (!x11shmpool_rect_empty(slot->saved_rect))
        x11shmpool_blend_restore(c->format, slot->data, c->format->stride,
                                 slot->saved_rect, slot->saved);
    slot->saved_rect = (X11ShmpoolRect){ 0 };
}

static X11ShmpoolRect in_frame(const X11ShmpoolCapture *c, X11ShmpoolRect r)
{
    r.x -= c->source->region.x;
    r.y -= c->source->region.y;
    return r;
}

/* The part of the frame that the pointer covers now. Where there is nothing of
 * the source, there is no pointer of it. */
static X11ShmpoolRect pointer_rect(const X11ShmpoolCapture *c)
{
    const X11ShmpoolRect frame =
        in_frame(c, x11shmpool_source_visible(c->source));

    if (!c->options.draw_mouse || !c->cursor.on_screen ||
        !c->cursor.image.argb)
        return (X11ShmpoolRect){ 0 };
    return x11shmpool_rect_intersect(frame,
        x11shmpool_blend_rect(&c->cursor.image,
                              c->cursor.x - c->source->region.x,
                              c->cursor.y - c->source->region.y));
}

static int pointer_changed(const X11ShmpoolCapture *c)
{
    X11ShmpoolRect rect = pointer_rect(c);

    if (x11shmpool_rect_empty(rect) && x11shmpool_rect_empty(c->painted))
        return 0;
    return !x11shmpool_rect_equal(rect, c->painted) ||
           c->cursor.image_number != c->painted_image ||
           c->cursor.x - c->source->region.x != c->painted_x ||
           c->cursor.y - c->source->region.y != c->painted_y;
}

static int paint(X11ShmpoolCapture *c, X11ShmpoolSlot *slot)
{
    const X11ShmpoolFormat *f = c->format;
    X11ShmpoolRect rect = pointer_rect(c);
    int x = c->cursor.x - c->source->region.x;
    int y = c->cursor.y - c->source->region.y;

    if (c->menus.nb) {
        for (int i = 0; i < c->menus.nb; i++)
            x11shmpool_menus_paint(&c->menus, i, slot->data, f->packed_stride,
                                   c->palette.argb);
        slot->fresh = c->canvas ? slot->fresh : -1;
    }
    if (!x11shmpool_rect_empty(rect)) {
        if (!c->canvas) {
            size_t size = (size_t)rect.w * rect.h * (f->bits_per_pixel / 8);

            if (slot->saved_size < size) {
                av_free(slot->saved);
                slot->saved      = av_malloc(size);
                slot->saved_size = slot->saved ? size : 0;
                if (!slot->saved)
                    return AVERROR(ENOMEM);
            }
            x11shmpool_blend_save(f, slot->data, f->stride, rect, slot->saved);
            slot->saved_rect = rect;
        }
        x11shmpool_blend_cursor(f, slot->data, f->packed_stride,
                                &c->cursor.image, x, y, rect,
                                c->palette.argb);
    }
    c->painted       = rect;
    c->painted_x     = x;
    c->painted_y     = y;
    c->painted_image = c->cursor.image_number;

    return 0;
}

/* Ask the server for all that the frame needs, so that it is waited for once. */
static int send_request(X11ShmpoolCapture *c, X11ShmpoolRequest *r)
{
    const X11ShmpoolSource *s = c->source;
    X11ShmpoolDamage *dm      = &c->damage;
    uint32_t region           = XCB_NONE;
    int with_info;

    r->target        = c->canvas && r->slot ? c->canvas : r->slot;
    r->stale         = X11SHMPOOL_STALE_NONE;
    r->info_sequence = 0;
    r->visible       = x11shmpool_source_visible(s);
    r->with_cursor   = c->options.draw_mouse && !c->options.follow_mouse;

    with_info = r->dirty && r->target && x11shmpool_damage_tracked(dm) &&
                (c->options.damage_info || c->options.skip_unchanged ||
                 s->nb_gaps || !x11shmpool_rect_equal(r->visible, s->whole));

    if (r->target) {
        if (r->dirty) {
            x11shmpool_damage_subtract(dm);
            if (with_info)
                r->info_sequence =
                    x11shmpool_damage_fetch(dm, c->options.damage_info);
        }
        r->stale = x11shmpool_damage_stale(dm, r->target->fresh, &region);
    }
    if (r->stale != X11SHMPOOL_STALE_NONE) {
        X11ShmpoolRect src = { r->visible.x + s->dx, r->visible.y + s->dy,
                               r->visible.w, r->visible.h };
        int ret;

        r->target->fresh = -1;
        ret = x11shmpool_grab_send(&c->grab, r->target, s->drawable, src,
                                   r->visible.x - s->region.x,
                                   r->visible.y - s->region.y, s->copyable,
                                   region, s->dx, s->dy,
                                   r->with_cursor || c->format->indexed);
        if (ret < 0) {
            if (r->info_sequence)
                x11shmpool_display_discard(c->display, r->info_sequence);
            return ret;
        }
    }
    if (r->with_cursor)
        x11shmpool_cursor_send(&c->cursor);
    if (c->format->indexed)
        x11shmpool_palette_send(&c->palette);
    xcb_flush(c->display->conn);

    return 0;
}

/* Paint black what the frame has, but the source has not. */
static void blank(const X11ShmpoolCapture *c, const X11ShmpoolRequest *r)
{
    const X11ShmpoolFormat *f = c->format;
    const X11ShmpoolSource *s = c->source;
    X11ShmpoolRect frame      = { 0, 0, f->width, f->height }, outside[4];
    uint32_t black = f->indexed ? x11shmpool_palette_black(&c->palette) :
                                  f->alpha;
    int nb;

    if (r->stale == X11SHMPOOL_STALE_WHOLE) {
        nb = x11shmpool_rect_subtract(frame, in_frame(c, r->visible), outside);
        for (int i = 0; i < nb; i++)
            x11shmpool_grab_fill(f, r->target->data, outside[i], black);
    }
    if (r->stale == X11SHMPOOL_STALE_WHOLE ||
        (r->stale == X11SHMPOOL_STALE_REGION &&
         x11shmpool_grab_in_rows(&c->grab))) {
        for (int i = 0; i < s->nb_gaps; i++)
            x11shmpool_grab_fill(f, r->target->data, in_frame(c, s->gaps[i]),
                                 black);
    }
}

static int receive_reply(X11ShmpoolCapture *c, const X11ShmpoolRequest *r,
                         X11ShmpoolDamageInfo *info)
{
    int ret = 0, err;

    if (r->info_sequence)
        ret = x11shmpool_damage_info(&c->damage, r->info_sequence,
                                     c->options.damage_info, info);
    if (r->with_cursor && (err = x11shmpool_cursor_receive(&c->cursor)) < 0)
        ret = err;
    if (c->format->indexed &&
        (err = x11shmpool_palette_receive(&c->palette)) < 0)
        ret = err;
    if (r->stale != X11SHMPOOL_STALE_NONE &&
        (err = x11shmpool_grab_receive(&c->grab)) < 0)
        ret = err;
    if (ret < 0)
        return ret;

    if (r->stale != X11SHMPOOL_STALE_NONE)
        r->target->fresh = c->damage.sequence;
    blank(c, r);

    if (r->info_sequence)
        info->box = x11shmpool_rect_union(info->box, c->carried);
    else
        info->box = r->visible;
    info->area += (int64_t)c->carried.w * c->carried.h;
    c->carried  = (X11ShmpoolRect){ 0 };

    return 0;
}

static int get_slot(X11ShmpoolCapture *c, AVBufferRef **buf,
                    X11ShmpoolSlot **slot)
{
    int ret = x11shmpool_pool_get(c->pool, buf, slot);

    if (ret >= 0)
        unpaint(c, *slot);
    return ret;
}

/* Nobody else has the last frame any more: its slot can be the next one. */
static void reuse_last(X11ShmpoolCapture *c)
{
    if (c->last && av_buffer_get_ref_count(c->last) == 1)
        av_buffer_unref(&c->last);
}

static int reference_last(X11ShmpoolCapture *c, X11ShmpoolFrame *frame)
{
    frame->buf = av_buffer_ref(c->last);
    if (frame->buf && c->last_palette) {
        frame->palette = av_buffer_ref(c->last_palette);
        if (!frame->palette)
            av_buffer_unref(&frame->buf);
    }
    c->last_tick = frame->tick;
    c->force      = 0;
    c->handed_out = 1;
    return frame->buf ? 0 : AVERROR(ENOMEM);
}

static int repeat(X11ShmpoolCapture *c, X11ShmpoolFrame *frame)
{
    if (c->options.skip_unchanged && !c->force && c->handed_out &&
        frame->tick - c->last_tick < c->options.heartbeat)
        return 1;
    frame->repeated = 1;
    return reference_last(c, frame);
}

/* What the frame changes: by drawing (info, NULL for none), by menus, and by a
 * pointer that was painted over before and is over c->painted now. */
static void describe(X11ShmpoolCapture *c, X11ShmpoolFrame *frame,
                     const X11ShmpoolDamageInfo *info, int whole, int pointer,
                     X11ShmpoolRect before)
{
    const X11ShmpoolRect all = { 0, 0, c->format->width, c->format->height };
    X11ShmpoolRect menus[X11SHMPOOL_MENUS_CHANGED];
    int nb_menus = x11shmpool_menus_changed(&c->menus, menus);

    if (info) {
        frame->box  = x11shmpool_rect_intersect(in_frame(c, info->box), all);
        frame->area = info->area;
    }
    for (int i = 0; i < nb_menus; i++) {
        frame->box   = x11shmpool_rect_union(frame->box, menus[i]);
        frame->area += (int64_t)menus[i].w * menus[i].h;
    }
    if (pointer) {
        frame->box   = x11shmpool_rect_union(frame->box, before);
        frame->box   = x11shmpool_rect_union(frame->box, c->painted);
        frame->area += (int64_t)before.w * before.h +
                       (int64_t)c->painted.w * c->painted.h;
    }
    if (whole)
        frame->box = all;
    if (whole || frame->area > (int64_t)all.w * all.h)
        frame->area = (int64_t)all.w * all.h;
}

static int publish_palette(X11ShmpoolCapture *c)
{
    AVBufferRef *palette;

    if (!c->format->indexed || (c->last_palette &&
        c->painted_palette == c->palette.number))
        return 0;
    palette = av_buffer_alloc(sizeof(c->palette.argb));
    if (!palette)
        return AVERROR(ENOMEM);
    memcpy(palette->data, c->palette.argb, sizeof(c->palette.argb));
    av_buffer_unref(&c->last_palette);
    c->last_palette    = palette;
    c->painted_palette = c->palette.number;
    return 0;
}

static int menus_changed(const X11ShmpoolCapture *c)
{
    X11ShmpoolRect list[X11SHMPOOL_MENUS_CHANGED];

    return x11shmpool_menus_changed(&c->menus, list) > 0;
}

static int ask(X11ShmpoolCapture *c, X11ShmpoolRequest *r)
{
    int ret;

    r->dirty = x11shmpool_damage_dirty(&c->damage) || !c->last ||
               menus_changed(c);
    if ((!r->dirty && !c->options.draw_mouse && !c->format->indexed) ||
        (!c->source->viewable && c->last)) {
        r->unchanged = 1;
        return 0;
    }
    if (r->dirty)
        reuse_last(c);
    /* Without a slot it can still be found out that nothing changed. */
    ret = get_slot(c, &r->buf, &r->slot);
    if (ret < 0 && (ret != AVERROR(EAGAIN) || r->dirty))
        return ret;

    return send_request(c, r);
}

/* Whether the source went elsewhere before it was read: what is in the slot may
 * be something else. What the server told before it answered is here by now. */
static int moved_meanwhile(X11ShmpoolCapture *c)
{
    int64_t valid = c->damage.valid;
    xcb_generic_event_t *event;
    int ret = 0;

    for (int i = 0; i < MAX_EVENTS &&
                    (event = xcb_poll_for_queued_event(c->display->conn)); i++) {
        take_event(c, event);
        free(event);
    }
    if (c->moved || c->source->closed)
        ret = update_source(c);
    return ret < 0 ? ret : c->damage.valid != valid;
}

/* Read again what was read from elsewhere. */
static int read_in_place(X11ShmpoolCapture *c, X11ShmpoolRequest *r,
                         X11ShmpoolDamageInfo *info)
{
    int ret;

    for (int i = 0; (ret = moved_meanwhile(c)) > 0; i++) {
        if (i == MAX_FAILURES)
            return AVERROR(EAGAIN);
        r->dirty = 1;
        if ((ret = send_request(c, r)) < 0 ||
            (ret = receive_reply(c, r, info)) < 0)
            return ret;
    }
    return ret;
}

/* Whether it was read for the first time, or from another place. */
static int is_new(const X11ShmpoolCapture *c, const X11ShmpoolRequest *r)
{
    return r->dirty && (!x11shmpool_damage_tracked(&c->damage) ||
                        c->damage.sequence - 1 == c->damage.valid);
}

/* There was no slot, but the frame is a new one. */
static int ask_again(X11ShmpoolCapture *c, X11ShmpoolRequest *r,
                     X11ShmpoolDamageInfo *info)
{
    int ret;

    reuse_last(c);
    if ((ret = get_slot(c, &r->buf, &r->slot)) < 0 ||
        (ret = send_request(c, r)) < 0 ||
        (ret = receive_reply(c, r, info)) < 0)
        return ret;
    return read_in_place(c, r, info);
}

static int make_frame(X11ShmpoolCapture *c, X11ShmpoolRequest *r,
                      X11ShmpoolFrame *frame)
{
    X11ShmpoolDamageInfo info     = { 0 };
    X11ShmpoolRect painted_before = c->painted;
    int drawn, popped, pointer, recoloured, moved, ret;

    if (r->unchanged)
        return repeat(c, frame);
    if ((ret = receive_reply(c, r, &info)) < 0 ||
        (ret = read_in_place(c, r, &info)) < 0)
        return ret;

    moved      = is_new(c, r);
    drawn      = r->dirty && !x11shmpool_rect_empty(info.box);
    popped     = menus_changed(c);
    pointer    = pointer_changed(c);
    recoloured = c->format->indexed && c->palette.number != c->painted_palette;
    frame->changed  = moved || drawn || popped || pointer || recoloured;
    frame->repeated = !frame->changed;
    if (!frame->changed && c->last)
        return repeat(c, frame);

    if (!r->slot) {
        if ((ret = ask_again(c, r, &info)) < 0)
            return ret;
        moved |= is_new(c, r);
    }

    if (c->canvas)
        x11shmpool_grab_pack(c->format, r->slot->data, c->canvas->data);
    if ((ret = paint(c, r->slot)) < 0 || (ret = publish_palette(c)) < 0)
        return ret;
    describe(c, frame, drawn ? &info : NULL, moved || recoloured, pointer,
             painted_before);
    x11shmpool_menus_painted(&c->menus);

    av_buffer_unref(&c->last);
    c->last      = r->buf;
    c->last_slot = r->slot;
    r->buf       = NULL;

    return frame->changed ? reference_last(c, frame) : repeat(c, frame);
}

int x11shmpool_capture_gone(X11ShmpoolCapture *c)
{
    av_log(c->log, AV_LOG_ERROR,
           "The X server of display %s has gone. What was captured until now "
           "is complete.\n", c->display->name);
    return AVERROR(EIO);
}

void x11shmpool_capture_send(X11ShmpoolCapture *c, int64_t tick)
{
    X11ShmpoolRequest *r = &c->request;

    *r = (X11ShmpoolRequest){ .active = 1, .tick = tick };
    r->error = update(c);
    if (r->error >= 0)
        r->error = ask(c, r);
}

int x11shmpool_capture_pending(const X11ShmpoolCapture *c)
{
    return c->request.active;
}

int x11shmpool_capture_can_ask_ahead(const X11ShmpoolCapture *c)
{
    return x11shmpool_grab_settled(&c->grab) ||
           (x11shmpool_damage_tracked(&c->damage) && !c->untrusted);
}

int x11shmpool_capture_receive(X11ShmpoolCapture *c, X11ShmpoolFrame *frame)
{
    X11ShmpoolRequest *r = &c->request;
    int ret              = r->error;

    *frame = (X11ShmpoolFrame){ .tick = r->tick };

    if (ret >= 0)
        ret = make_frame(c, r, frame);
    av_buffer_unref(&r->buf);
    r->active = 0;

    if (ret >= 0 || ret == AVERROR(EAGAIN)) {
        c->failures = 0;
        return ret;
    }

    /* Damage may have been subtracted for a frame that there is not. */
    invalidate(c);
    if (ret == AVERROR(EIO))
        return x11shmpool_capture_gone(c);
    if (ret == AVERROR_EOF || x11shmpool_display_fatal(ret))
        return ret;

    /* What is read can vanish or shrink before its event arrives. */
    if (++c->failures >= MAX_FAILURES) {
        av_log(c->log, AV_LOG_ERROR,
               "%d reads of the %s in a row failed: %s\n", c->failures,
               c->source->is_root ? "screen" : "window", av_err2str(ret));
        return ret;
    }
    return c->last ? repeat(c, frame) : AVERROR(EAGAIN);
}

static int lost(X11ShmpoolCapture *c)
{
    c->verify.misses++;
    x11shmpool_damage_invalidate(&c->damage);
    if (c->verify.misses < MAX_MISSES) {
        av_log(c->log, AV_LOG_VERBOSE,
               "Something was drawn that the X server did not report.\n");
        return 0;
    }
    av_log(c->log, AV_LOG_WARNING,
           "The X server does not report all that is drawn: from now on every "
           "frame is captured whole, as with damage=off.\n");
    x11shmpool_damage_uninit(&c->damage);
    return 0;
}

int x11shmpool_capture_idle(X11ShmpoolCapture *c)
{
    const X11ShmpoolSlot *slot = c->canvas ? c->canvas : c->last_slot;
    X11ShmpoolSource *s = c->source;
    X11ShmpoolDamageInfo info;
    X11ShmpoolRect differs, damaged;
    int ret;

    if (!c->last || !s->viewable || c->menus.nb ||
        !x11shmpool_damage_tracked(&c->damage) ||
        x11shmpool_damage_dirty(&c->damage) ||
        !x11shmpool_verify_due(&c->verify))
        return 0;

    ret = x11shmpool_verify_rows(&c->verify, s, slot->data, slot,
                                 slot->saved_rect, &differs);
    if (ret == AVERROR(EIO))
        return x11shmpool_capture_gone(c);
    if (ret < 0)
        return ret == AVERROR_EXIT ? ret : 0;
    if (x11shmpool_rect_empty(differs))
        return 0;

    /* A report of drawing that the rows show reaches us before they do. */
    read_events(c);
    if (c->moved)
        return 0;
    if (!x11shmpool_damage_dirty(&c->damage))
        return lost(c);

    x11shmpool_damage_subtract(&c->damage);
    ret = x11shmpool_damage_info(&c->damage,
                                 x11shmpool_damage_fetch(&c->damage, 0), 0,
                                 &info);
    c->damage.dirty = 1;
    if (ret == AVERROR(EIO))
        return x11shmpool_capture_gone(c);
    if (ret < 0)
        return ret;
    c->carried = info.box;
    damaged    = in_frame(c, info.box);
    if (x11shmpool_rect_empty(x11shmpool_rect_intersect(differs, damaged)))
        return lost(c);
    return 0;
}

void x11shmpool_frame_unref(X11ShmpoolFrame *frame)
{
    av_buffer_unref(&frame->buf);
    av_buffer_unref(&frame->palette);
}
