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

#include <string.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "x11shmpool_frames.h"

#define MAX_FAILURES 10

static const X11ShmpoolPicture *get_picture(const X11ShmpoolFrames *f)
{
    return (const X11ShmpoolPicture *)f->picture->data;
}

const X11ShmpoolPicture *x11shmpool_frames_picture(const X11ShmpoolFrames *f)
{
    return get_picture(f);
}

/* For the size of the source's region. After an error nothing has changed. */
static int set_format(X11ShmpoolFrames *f)
{
    const X11ShmpoolSource *s = f->capture.source;
    AVBufferRef *picture = x11shmpool_picture_alloc();
    X11ShmpoolFormat format;
    void *log = s->display->log;
    int ret;

    if (!picture)
        return AVERROR(ENOMEM);
    ret = x11shmpool_format_init(&format, log, &s->layout, s->region.w,
                                 s->region.h);
    if (ret >= 0)
        ret = x11shmpool_picture_init((X11ShmpoolPicture *)picture->data,
                                      &format, &f->picture_options, log);
    if (ret < 0) {
        av_buffer_unref(&picture);
        return ret;
    }
    av_buffer_unref(&f->picture);
    f->picture = picture;
    f->format  = format;
    return 0;
}

static size_t slot_size(const X11ShmpoolFrames *f)
{
    return (size_t)f->format.stride * f->format.height;
}

static size_t frame_size(const X11ShmpoolFrames *f)
{
    const X11ShmpoolPicture *p = get_picture(f);

    return p->is_slot ? slot_size(f) : (size_t)p->size;
}

static int get_scratch(X11ShmpoolFrames *f)
{
    return x11shmpool_pool_get(f->scratch_pool, 0, &f->scratch_buf,
                               &f->scratch);
}

static av_cold int init_scratch(X11ShmpoolFrames *f)
{
    int ret = x11shmpool_pool_alloc(&f->scratch_pool, f->capture.display,
                                    &f->format, slot_size(f), f->options.shm,
                                    1);

    return ret < 0 ? ret : get_scratch(f);
}

static av_cold int init_pools(X11ShmpoolFrames *f)
{
    X11ShmpoolDisplay *d = f->capture.display;
    const int is_slot    = get_picture(f)->is_slot;
    AVBufferRef *buf;
    X11ShmpoolSlot *slot;
    int ret;

    ret = x11shmpool_pool_alloc(&f->pool, d, &f->format, frame_size(f),
                                is_slot ? f->options.shm :
                                          X11SHMPOOL_SHM_UNKNOWN,
                                f->options.pool_size);
    if (ret < 0)
        return ret;
    /* If there is no memory, this fails before anything is recorded. */
    if ((ret = x11shmpool_pool_get(f->pool, 0, &buf, &slot)) < 0)
        return ret;
    if (is_slot)
        ret = x11shmpool_capture_measure(&f->capture, slot);
    av_buffer_unref(&buf);
    if (is_slot || ret < 0)
        return ret;

    if ((ret = init_scratch(f)) < 0)
        return ret;
    return x11shmpool_capture_measure(&f->capture, f->scratch);
}

/* Of a blank source nothing is asked. */
static av_cold int init_capture(X11ShmpoolFrames *f)
{
    X11ShmpoolCapture *c       = &f->capture;
    X11ShmpoolSource *source   = c->source;
    X11ShmpoolCaptureOptions o = f->capture_options;
    int ret;

    if (x11shmpool_source_is_blank(source))
        o.damage = o.draw_mouse = o.region_border = 0;
    ret = x11shmpool_capture_init(c, source, &f->format, &o);
    if (ret >= 0)
        x11shmpool_compose_init(&f->compose, &f->format, source,
                                c->options.draw_mouse ? &c->cursor : NULL,
                                &c->menus);
    return ret;
}

av_cold int x11shmpool_frames_init(X11ShmpoolFrames *f,
                                   X11ShmpoolSource *source,
                                   const X11ShmpoolPictureOptions *picture,
                                   const X11ShmpoolChanges *changes,
                                   const X11ShmpoolFramesOptions *options,
                                   const X11ShmpoolCaptureOptions *capture)
{
    int ret;

    *f = (X11ShmpoolFrames){
        .picture_options = *picture,
        .changes         = changes,
        .options         = *options,
        .capture_options = *capture,
        .capture.source  = source,
        .native          = source->layout,
    };
    if (options->wait)
        f->picture_options.native = &f->native;
    if ((ret = set_format(f)) < 0 || (ret = init_capture(f)) < 0)
        return ret;
    return init_pools(f);
}

static int has_new_size(const X11ShmpoolFrames *f)
{
    const X11ShmpoolCapture *c = &f->capture;

    return c->options.on_resize == X11SHMPOOL_RESIZE_FOLLOW &&
           x11shmpool_source_fit(c->source,
                                 get_picture(f)->convert.subsampled);
}

/* Slots and frames get the size of the source's region. In some sizes rows have
 * no padding, in others they must be packed: from then on all are. */
static int resize(X11ShmpoolFrames *f)
{
    int ret;

    av_buffer_unref(&f->last);
    av_buffer_unref(&f->scratch_buf);
    f->last_slot = f->last_read = f->scratch = NULL;

    if ((ret = set_format(f)) < 0)
        return ret;
    x11shmpool_capture_resized(&f->capture);
    ret = x11shmpool_pool_resize(f->pool, &f->format, frame_size(f));
    if (ret < 0)
        return ret;
    if (!f->scratch_pool)
        return get_picture(f)->is_slot ? 0 : init_scratch(f);
    ret = x11shmpool_pool_resize(f->scratch_pool, &f->format, slot_size(f));
    return ret < 0 ? ret : get_scratch(f);
}

/* Capture what the source has become. After an error it may be made another
 * one. */
static int change_source(X11ShmpoolFrames *f)
{
    int ret;

    x11shmpool_capture_end(&f->capture);
    av_buffer_unref(&f->last);
    av_buffer_unref(&f->scratch_buf);
    f->last_slot = f->last_read = f->scratch = NULL;

    if ((ret = set_format(f)) < 0 || (ret = init_capture(f)) < 0)
        return ret;
    ret = x11shmpool_pool_resize(f->scratch_pool, &f->format, slot_size(f));
    if (ret < 0 || (ret = get_scratch(f)) < 0)
        return ret;
    return x11shmpool_capture_measure(&f->capture, f->scratch);
}

static int make_blank(X11ShmpoolFrames *f)
{
    X11ShmpoolSource *s       = f->capture.source;
    X11ShmpoolDisplay *d      = s->display;
    const X11ShmpoolRect size = s->region;

    x11shmpool_source_close(s);
    x11shmpool_wait_blank(f->options.wait, d, s, size.w, size.h);
    return change_source(f);
}

/* What is recorded was closed, or is not there yet. */
static int look_for_window(X11ShmpoolFrames *f)
{
    X11ShmpoolSource *s = f->capture.source;
    int ret;

    if (s->closed && (ret = make_blank(f)) < 0)
        return ret;
    ret = x11shmpool_wait_look(f->options.wait, s->display, s);
    if (ret <= 0)
        return ret;
    ret = change_source(f);
    if (ret == AVERROR(ENOSYS) || ret == AVERROR_PATCHWELCOME)
        x11shmpool_wait_refuse(f->options.wait, s);
    return ret < 0 && !x11shmpool_display_fatal(ret) ? make_blank(f) : ret;
}

/* Find out what is recorded now. */
static int update(X11ShmpoolFrames *f)
{
    const X11ShmpoolSource *s = f->capture.source;
    int ret = x11shmpool_capture_update(&f->capture);

    if (f->options.wait && (ret >= 0 || ret == AVERROR_EOF) &&
        (s->closed || x11shmpool_source_is_blank(s)))
        ret = look_for_window(f);
    return ret;
}

av_cold void x11shmpool_frames_uninit(X11ShmpoolFrames *f)
{
    av_buffer_unref(&f->last);
    av_buffer_unref(&f->palette);
    av_buffer_unref(&f->picture);
    x11shmpool_capture_uninit(&f->capture);
    av_buffer_unref(&f->scratch_buf);
    x11shmpool_pool_free(&f->scratch_pool);
    x11shmpool_pool_free(&f->pool);
}

static int hand_out_last(X11ShmpoolFrames *f, X11ShmpoolFrame *frame)
{
    const int indexed = get_picture(f)->pix_fmt == AV_PIX_FMT_PAL8;

    frame->buf     = av_buffer_ref(f->last);
    frame->picture = av_buffer_ref(f->picture);
    if (indexed)
        frame->palette = av_buffer_ref(f->palette);
    f->last_tick = frame->tick;
    if (frame->buf && frame->picture && (!indexed || frame->palette))
        return 0;
    x11shmpool_frame_unref(frame);
    return AVERROR(ENOMEM);
}

static int repeat(X11ShmpoolFrames *f, int lost, X11ShmpoolFrame *frame)
{
    if (f->options.skip_unchanged && !lost &&
        frame->tick - f->last_tick < f->options.heartbeat)
        return 1;
    frame->repeated = 1;
    return hand_out_last(f, frame);
}

/* If nobody else has the last frame any more, its slot can be used for the next
 * one. */
static void reuse_last(X11ShmpoolFrames *f)
{
    if (f->last && av_buffer_get_ref_count(f->last) == 1)
        av_buffer_unref(&f->last);
}

static int set_palette(X11ShmpoolFrames *f)
{
    const X11ShmpoolPalette *p = &f->capture.palette;
    AVBufferRef *palette;

    if (!f->format.indexed || (f->palette && f->palette_number == p->number))
        return 0;
    palette = av_buffer_alloc(sizeof(p->argb));
    if (!palette)
        return AVERROR(ENOMEM);
    memcpy(palette->data, p->argb, sizeof(p->argb));
    av_buffer_unref(&f->palette);
    f->palette        = palette;
    f->palette_number = p->number;
    return 0;
}

/* Read the source into a slot, and find out what differs from the last frame. */
static int read_source(X11ShmpoolFrames *f, X11ShmpoolSlot *slot,
                       X11ShmpoolRects *rects)
{
    X11ShmpoolCapture *c   = &f->capture;
    X11ShmpoolSlot *filled = slot && f->scratch ? f->scratch : slot;
    X11ShmpoolRects stale;
    int ret;

    if (filled)
        x11shmpool_cover_restore(&filled->cover, &f->format, filled->data);
    ret = x11shmpool_capture_read(c, filled, rects);
    if (ret < 0)
        return ret;
    x11shmpool_compose_changes(&f->compose, rects);
    if (!f->last_slot ||
        (f->format.indexed && c->palette.number != f->palette_number))
        x11shmpool_rects_add(rects, x11shmpool_picture_rect(get_picture(f)));
    if (filled && (rects->nb || !f->last) && c->newer) {
        x11shmpool_changes_between(f->changes, filled->sequence,
                                   f->changes->newest,
                                   x11shmpool_picture_rect(get_picture(f)),
                                   &stale);
        x11shmpool_rects_add_all(rects, &stale, NULL);
        x11shmpool_rects_add_all(rects, &c->fill.images, NULL);
    }
    return 0;
}

/* A picture lacks what changed since it was filled, and what has no sequence
 * yet. */
static void fill_picture(X11ShmpoolFrames *f, X11ShmpoolSlot *slot,
                         const X11ShmpoolRects *rects)
{
    const X11ShmpoolPicture *p = get_picture(f);
    const X11ShmpoolRect frame = x11shmpool_picture_rect(p);
    X11ShmpoolRects lacks;

    x11shmpool_changes_between(f->changes, slot->sequence, f->changes->newest,
                               frame, &lacks);
    x11shmpool_rects_add_all(&lacks, rects, &frame);
    x11shmpool_picture_fill(p, slot->data, f->scratch->data, &lacks,
                            f->capture.palette.argb);
}

/* Paint over what was read, and make it the last frame. Takes ownership of
 * buf. */
static int finish_frame(X11ShmpoolFrames *f, AVBufferRef **buf,
                        X11ShmpoolSlot *slot, const X11ShmpoolRects *rects)
{
    X11ShmpoolSlot *filled = f->scratch ? f->scratch : slot;
    int ret;

    ret = x11shmpool_compose_paint(&f->compose, filled->data, &filled->cover,
                                   f->capture.palette.argb);
    if (ret < 0 || (ret = set_palette(f)) < 0)
        return ret;
    if (f->scratch)
        fill_picture(f, slot, rects);

    av_buffer_unref(&f->last);
    f->last      = *buf;
    f->last_slot = slot;
    f->last_read = filled;
    *buf         = NULL;
    return 0;
}

/* @return 1 if there is no new frame, because nothing changed */
static int make_frame(X11ShmpoolFrames *f, int wanted, AVBufferRef **buf,
                      X11ShmpoolRects *rects)
{
    X11ShmpoolCapture *c = &f->capture;
    X11ShmpoolSlot *slot = NULL;
    int dirty, ret;

    x11shmpool_compose_changes(&f->compose, rects);
    dirty = x11shmpool_capture_dirty(c) || rects->nb || !f->last;
    if (f->last && (!c->source->viewable ||
                    (!dirty && !x11shmpool_capture_polls(c))))
        return 1;

    if (dirty)
        reuse_last(f);
    /* Even without a slot it can turn out that nothing changed. */
    ret = x11shmpool_pool_get(f->pool, wanted, buf, &slot);
    if (ret < 0 && (ret != AVERROR(EAGAIN) || dirty))
        return ret;
    if ((ret = read_source(f, slot, rects)) < 0)
        return ret;
    if (!rects->nb && f->last)
        return 1;

    if (!slot) {
        reuse_last(f);
        if ((ret = x11shmpool_pool_get(f->pool, wanted, buf, &slot)) < 0 ||
            (ret = read_source(f, slot, rects)) < 0)
            return ret;
    }
    return finish_frame(f, buf, slot, rects);
}

int x11shmpool_frames_gone(const X11ShmpoolFrames *f, int error)
{
    x11shmpool_display_log_gone(f->capture.display, error,
                                " What was captured until now is complete.");
    return error;
}

static int failed(X11ShmpoolFrames *f, int error)
{
    const X11ShmpoolCapture *c = &f->capture;

    /* The window may have been closed while it was being read. */
    if (error == AVERROR_EOF && f->options.wait && c->source->closed)
        return 1;
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
        return error;
    /* What was read for the frame is in no frame. */
    x11shmpool_capture_invalidate(&f->capture);
    if (x11shmpool_display_fatal(error))
        return x11shmpool_frames_gone(f, error);

    /* The source can vanish or shrink before the event arrives. */
    if (++f->failures < MAX_FAILURES)
        return 1;
    av_log(c->display->log, AV_LOG_ERROR,
           "%d reads of the %s in a row failed: %s\n", f->failures,
           c->source->is_root ? "screen" : "window", av_err2str(error));
    return error;
}

int x11shmpool_frames_next(X11ShmpoolFrames *f, int64_t tick, int lost,
                           int wanted, X11ShmpoolFrame *frame,
                           X11ShmpoolRects *rects)
{
    AVBufferRef *buf = NULL;
    int ret;

    *frame    = (X11ShmpoolFrame){ .tick = tick };
    rects->nb = 0;

    ret = update(f);
    if (ret >= 0 && has_new_size(f) && (ret = resize(f)) < 0)
        return x11shmpool_frames_gone(f, ret);
    if (ret >= 0)
        ret = make_frame(f, wanted, &buf, rects);
    av_buffer_unref(&buf);
    if (ret < 0 && (ret = failed(f, ret)) < 0)
        return ret;
    if (!ret)
        f->failures = 0;
    else
        rects->nb = 0;
    if (!f->last)
        return AVERROR(EAGAIN);
    return rects->nb ? hand_out_last(f, frame) : repeat(f, lost, frame);
}

void x11shmpool_frames_set_sequence(X11ShmpoolFrames *f, int64_t sequence)
{
    f->last_slot->sequence = f->last_read->sequence = sequence;
}

int x11shmpool_frames_idle(X11ShmpoolFrames *f)
{
    int ret = 0;

    if (f->last)
        ret = x11shmpool_capture_verify(&f->capture, f->last_read);
    return ret < 0 ? x11shmpool_frames_gone(f, ret) : 0;
}

void x11shmpool_frames_listen(X11ShmpoolFrames *f)
{
    x11shmpool_capture_listen(&f->capture);
}
