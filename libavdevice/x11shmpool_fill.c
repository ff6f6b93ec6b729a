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
#include <xcb/shm.h>
#include <xcb/xfixes.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/imgutils.h"
#include "libavutil/macros.h"
#include "libavutil/time.h"

#include "x11shmpool_damage.h"
#include "x11shmpool_fill.h"
#include "x11shmpool_reply.h"

/* Up to this many rows more cost less than another request. */
#define BAND_GAP 16

#define MEASUREMENTS 6

av_cold void x11shmpool_fill_init(X11ShmpoolFill *fill, X11ShmpoolDisplay *d,
                                  const X11ShmpoolFormat *format)
{
    *fill = (X11ShmpoolFill){ .display = d, .format = format };
}

av_cold void x11shmpool_fill_uninit(X11ShmpoolFill *fill)
{
    if (fill->scratch.data)
        x11shmpool_slot_uninit(&fill->scratch);
}

void x11shmpool_fill_resized(X11ShmpoolFill *fill)
{
    x11shmpool_slot_detach(fill->display, fill->scratch.segment,
                           fill->scratch.pixmap);
    x11shmpool_fill_uninit(fill);
    fill->scratch        = (X11ShmpoolSlot){ 0 };
    fill->scratch_failed = 0;
}

av_cold void x11shmpool_fill_end(X11ShmpoolFill *fill)
{
    x11shmpool_fill_resized(fill);
    if (fill->gc)
        xcb_free_gc(fill->display->conn, fill->gc);
    fill->gc = XCB_NONE;
}

static void set_clip(X11ShmpoolFill *fill, uint32_t region, int x, int y)
{
    if (region || fill->clipped)
        xcb_xfixes_set_gc_clip_region(fill->display->conn, fill->gc, region,
                                      x, y);
    fill->clipped = !!region;
}

static void send_copy(X11ShmpoolFill *fill, const X11ShmpoolSource *s,
                      X11ShmpoolRect visible, uint32_t region, int answered)
{
    xcb_connection_t *conn = fill->display->conn;

    if (!fill->gc)
        fill->gc = x11shmpool_slot_gc(fill->slot, fill->display);
    set_clip(fill, region, -s->region.x, -s->region.y);
    fill->copy = xcb_copy_area_checked(conn, s->drawable, fill->slot->pixmap,
                                       fill->gc, visible.x + s->dx,
                                       visible.y + s->dy,
                                       visible.x - s->region.x,
                                       visible.y - s->region.y,
                                       visible.w, visible.h).sequence;
    fill->sync = answered ? 0 : xcb_get_input_focus(conn).sequence;
}

static int compare_rects(const void *a, const void *b)
{
    return ((const X11ShmpoolRect *)a)->y - ((const X11ShmpoolRect *)b)->y;
}

/* Replace rectangles by bands of full rows, from x on, w pixels wide. */
static void make_bands(X11ShmpoolRects *rects, int x, int w)
{
    int n = 0;

    qsort(rects->list, rects->nb, sizeof(*rects->list), compare_rects);
    for (int i = 0; i < rects->nb; i++) {
        X11ShmpoolRect *last = n ? &rects->list[n - 1] : NULL;
        X11ShmpoolRect r     = rects->list[i];

        if (last && r.y <= last->y + last->h + BAND_GAP)
            last->h = FFMAX(last->y + last->h, r.y + r.h) - last->y;
        else
            rects->list[n++] = (X11ShmpoolRect){ x, r.y, w, r.h };
    }
    rects->nb = n;
}

static int row_bytes(const X11ShmpoolFormat *f, int w)
{
    return FFALIGN(w * f->bits_per_pixel, f->scanline_pad) / 8;
}

static int have_scratch(X11ShmpoolFill *fill)
{
    if (!fill->scratch.segment && !fill->scratch_failed)
        fill->scratch_failed = x11shmpool_slot_init(&fill->scratch,
            fill->display, fill->slot->kind, fill->format,
            fill->slot->size) < 0;
    return !fill->scratch_failed;
}

static int is_direct(const X11ShmpoolFill *fill, const X11ShmpoolSource *s,
                     X11ShmpoolRect visible)
{
    return visible.x == s->region.x && visible.w == fill->format->width;
}

static int send_images(X11ShmpoolFill *fill, const X11ShmpoolSource *s,
                       X11ShmpoolRect visible, uint32_t region)
{
    xcb_connection_t *conn    = fill->display->conn;
    const X11ShmpoolFormat *f = fill->format;
    X11ShmpoolRects *images   = &fill->images;
    int direct    = is_direct(fill, s, visible);
    size_t offset = 0;
    int ret;

    if (!region)
        x11shmpool_rects_add(images, visible);
    else if ((ret = x11shmpool_damage_receive(fill->display,
                        xcb_xfixes_fetch_region(conn, region).sequence,
                        &visible, images)) < 0)
        return ret;

    fill->way = X11SHMPOOL_FILL_SOCKET;
    if (fill->slot->segment && direct)
        fill->way = X11SHMPOOL_FILL_IN_SLOT;
    else if (fill->slot->segment && have_scratch(fill))
        fill->way = X11SHMPOOL_FILL_SCRATCH;
    if (fill->way != X11SHMPOOL_FILL_SOCKET)
        make_bands(images, visible.x, visible.w);

    for (int i = 0; i < images->nb; i++) {
        X11ShmpoolRect *r = &images->list[i];
        int x = r->x + s->dx, y = r->y + s->dy;

        r->x -= s->region.x;
        r->y -= s->region.y;
        if (fill->way == X11SHMPOOL_FILL_SOCKET) {
            fill->sequences[i] =
                xcb_get_image(conn, XCB_IMAGE_FORMAT_Z_PIXMAP, s->drawable,
                              x, y, r->w, r->h, ~0).sequence;
            continue;
        }
        if (direct)
            offset = x11shmpool_format_offset(f, 0, r->y);
        fill->sequences[i] =
            xcb_shm_get_image(conn, s->drawable, x, y, r->w, r->h, ~0,
                              XCB_IMAGE_FORMAT_Z_PIXMAP,
                              direct ? fill->slot->segment :
                                       fill->scratch.segment, offset).sequence;
        offset += (size_t)row_bytes(f, r->w) * r->h;
    }
    return 0;
}

int x11shmpool_fill_send(X11ShmpoolFill *fill, X11ShmpoolSlot *slot,
                         const X11ShmpoolSource *source, X11ShmpoolRect visible,
                         uint32_t region, int answered)
{
    fill->slot      = slot;
    fill->copy      = 0;
    fill->images.nb = 0;

    if (x11shmpool_rect_empty(visible))
        return 0;
    if (!slot->pixmap || !source->copyable ||
        (fill->reads_whole && !region && is_direct(fill, source, visible)))
        return send_images(fill, source, visible, region);
    fill->way = X11SHMPOOL_FILL_COPY;
    send_copy(fill, source, visible, region, answered);
    return 0;
}

/* Both kinds of replies have a fixed part of the same length; one has data
 * after it. */
static int receive_image(X11ShmpoolFill *fill, int i, size_t *offset)
{
    const X11ShmpoolFormat *f = fill->format;
    const X11ShmpoolRect r    = fill->images.list[i];
    const size_t size         = (size_t)row_bytes(f, r.w) * r.h;
    xcb_get_image_reply_t *reply;
    const uint8_t *pixels = NULL;
    int ret;

    ret = x11shmpool_display_receive(fill->display, fill->sequences[i],
                                     sizeof(*reply), (void **)&reply);
    if (ret < 0)
        return ret;
    if (fill->way == X11SHMPOOL_FILL_SCRATCH) {
        pixels   = fill->scratch.data + *offset;
        *offset += size;
    } else if (fill->way == X11SHMPOOL_FILL_SOCKET) {
        pixels = x11shmpool_reply_items(reply, sizeof(*reply), size, 1);
        ret    = pixels ? 0 : AVERROR_INVALIDDATA;
    }
    if (pixels)
        av_image_copy_plane(fill->slot->data +
                            x11shmpool_format_offset(f, r.x, r.y), f->stride,
                            pixels, row_bytes(f, r.w),
                            r.w * (f->bits_per_pixel / 8), r.h);
    free(reply);

    return ret;
}

int x11shmpool_fill_receive(X11ShmpoolFill *fill)
{
    size_t offset = 0;
    int ret       = 0;

    for (int i = 0; i < fill->images.nb; i++) {
        if (ret < 0)
            x11shmpool_display_discard(fill->display, fill->sequences[i]);
        else
            ret = receive_image(fill, i, &offset);
    }
    if (fill->copy) {
        if (fill->sync)
            ret = x11shmpool_display_wait(fill->display, fill->sync, NULL);
        if (ret < 0)
            x11shmpool_display_discard(fill->display, fill->copy);
        else
            ret = x11shmpool_display_wait(fill->display, fill->copy, NULL);
        fill->copy = 0;
    }
    return ret;
}

/* The first one of each way runs on cold memory and does not count. */
av_cold int x11shmpool_fill_measure(X11ShmpoolFill *fill, X11ShmpoolSlot *slot,
                                    const X11ShmpoolSource *source,
                                    X11ShmpoolRect visible)
{
    int64_t fastest[2] = { INT64_MAX, INT64_MAX };
    int ret;

    if (!slot->pixmap || !source->copyable || !is_direct(fill, source, visible))
        return 0;
    for (int i = 0; i < MEASUREMENTS; i++) {
        int64_t begin = av_gettime_relative();

        fill->reads_whole = i & 1;
        ret = x11shmpool_fill_send(fill, slot, source, visible, XCB_NONE, 0);
        if (ret >= 0)
            ret = x11shmpool_fill_receive(fill);
        if (ret < 0) {
            fill->reads_whole = 0;
            return x11shmpool_display_gone(ret) ? ret : 0;
        }
        if (i > 1)
            fastest[i & 1] = FFMIN(fastest[i & 1],
                                   av_gettime_relative() - begin);
    }
    fill->reads_whole = fastest[1] < fastest[0];
    return 0;
}

const X11ShmpoolRects *x11shmpool_fill_images(const X11ShmpoolFill *fill)
{
    return &fill->images;
}

void x11shmpool_fill_rect(const X11ShmpoolFormat *f, uint8_t *data,
                          X11ShmpoolRect r, uint32_t pixel)
{
    const X11ShmpoolRect all = { 0, 0, f->width, f->height };
    int bytes = f->bits_per_pixel / 8;

    r = x11shmpool_rect_intersect(r, all);
    if (x11shmpool_rect_empty(r))
        return;
    data += x11shmpool_format_offset(f, r.x, r.y);
    for (int x = 0; x < r.w; x++)
        x11shmpool_format_write(f, data + (size_t)x * bytes, pixel);
    for (int y = 1; y < r.h; y++)
        memcpy(data + (size_t)y * f->stride, data, (size_t)r.w * bytes);
}
