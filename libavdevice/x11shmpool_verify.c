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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/time.h"

#include "x11shmpool_reply.h"
#include "x11shmpool_verify.h"

#define ROWS_PER_CHECK 16
#define INTERVAL_US    2000000
#define SUSPICIOUS_US  250000

av_cold void x11shmpool_verify_init(X11ShmpoolVerify *v, X11ShmpoolDisplay *d,
                                    const X11ShmpoolFormat *format)
{
    *v = (X11ShmpoolVerify){
        .display = d,
        .format  = format,
        .usable  = 1,
        .due     = av_gettime_relative() + INTERVAL_US,
    };
}

av_cold void x11shmpool_verify_uninit(X11ShmpoolVerify *v)
{
    if (v->scratch.data)
        x11shmpool_slot_uninit(&v->scratch);
}

void x11shmpool_verify_resized(X11ShmpoolVerify *v)
{
    x11shmpool_slot_detach(v->display, v->scratch.segment, v->scratch.pixmap);
    x11shmpool_verify_uninit(v);
    v->scratch = (X11ShmpoolSlot){ 0 };
    v->usable  = 1;
}

av_cold void x11shmpool_verify_end(X11ShmpoolVerify *v)
{
    x11shmpool_verify_resized(v);
    if (v->gc)
        xcb_free_gc(v->display->conn, v->gc);
    v->gc = XCB_NONE;
}

int x11shmpool_verify_due(const X11ShmpoolVerify *v)
{
    return v->usable && av_gettime_relative() >= v->due;
}

/* The base-2 van der Corput sequence: a binary fraction read backwards. */
static int sample_row(unsigned position, int height)
{
    uint32_t reversed = 0;

    for (int bit = 0; bit < 32; bit++)
        reversed |= (position >> bit & 1U) << (31 - bit);
    return (uint64_t)reversed * height >> 32;
}

/* Make the part of a row that lies within r equal. */
static void overlook(const X11ShmpoolFormat *f, uint8_t *screen,
                     const uint8_t *picture, X11ShmpoolRect row,
                     X11ShmpoolRect r)
{
    int bytes = f->bits_per_pixel / 8;

    r = x11shmpool_rect_intersect(row, r);
    if (!x11shmpool_rect_empty(r))
        memcpy(screen + (size_t)(r.x - row.x) * bytes,
               picture + (size_t)(r.x - row.x) * bytes, (size_t)r.w * bytes);
}

static int row_differs(const X11ShmpoolFormat *f, const uint8_t *screen,
                       const uint8_t *picture, int w)
{
    uint32_t mask = f->indexed ? UINT32_MAX :
                    f->red | f->green | f->blue | f->alpha;
    int bytes = f->bits_per_pixel / 8;

    if (!memcmp(screen, picture, (size_t)w * bytes))
        return 0;
    for (int x = 0; x < w; x++, screen += bytes, picture += bytes) {
        if ((x11shmpool_format_read(f, screen) ^
             x11shmpool_format_read(f, picture)) & mask)
            return 1;
    }
    return 0;
}

/* The server copies the rows into memory of the same kind as the slots'. */
static int make_scratch(X11ShmpoolVerify *v, enum X11ShmpoolShm kind)
{
    X11ShmpoolDisplay *d = v->display;
    X11ShmpoolFormat f   = *v->format;
    int ret;

    f.height = ROWS_PER_CHECK;
    ret = x11shmpool_slot_init(&v->scratch, d, kind, &f,
                               (size_t)f.stride * f.height);
    if (ret >= 0 && v->scratch.pixmap && !v->gc)
        v->gc = x11shmpool_slot_gc(&v->scratch, d);
    return ret;
}

/* Ask for a row of the source, the i-th of a check. Each GetImage has an answer
 * of its own, which costs more than the row; copies need only one for all. */
static unsigned send_row(X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                         X11ShmpoolRect row, int i)
{
    xcb_connection_t *conn  = v->display->conn;
    xcb_drawable_t drawable = source->drawable;
    int x = row.x + source->dx, y = row.y + source->dy;

    if (v->scratch.pixmap && source->copyable)
        return xcb_copy_area_checked(conn, drawable, v->scratch.pixmap, v->gc,
                                     x, y, 0, i, row.w, 1).sequence;
    if (v->scratch.segment)
        return xcb_shm_get_image(conn, drawable, x, y, row.w, 1, ~0,
                                 XCB_IMAGE_FORMAT_Z_PIXMAP, v->scratch.segment,
                                 (size_t)v->format->stride * i).sequence;
    return xcb_get_image(conn, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, x, y,
                         row.w, 1, ~0).sequence;
}

/* Sets *row to the i-th row: in shared memory, or in a reply that the caller
 * frees. */
static int receive_row(X11ShmpoolVerify *v, unsigned sequence, int i,
                       size_t bytes, void **reply, uint8_t **row)
{
    xcb_get_image_reply_t *image;
    int ret;

    if (v->scratch.segment) {
        *row = v->scratch.data + (size_t)v->format->stride * i;
        return x11shmpool_display_wait(v->display, sequence, reply);
    }
    ret = x11shmpool_display_receive(v->display, sequence, sizeof(*image),
                                     reply);
    if (ret < 0)
        return ret;
    image = *reply;
    *row  = (uint8_t *)(image + 1);
    return x11shmpool_reply_items(image, sizeof(*image), bytes, 1) ?
           0 : AVERROR_INVALIDDATA;
}

/* Whether a row, in frame coordinates, differs from the slot. */
static int compare_row(const X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                       const X11ShmpoolSlot *slot, X11ShmpoolRect row,
                       uint8_t *screen)
{
    const X11ShmpoolFormat *f = v->format;
    const uint8_t *expected   = slot->data +
                                x11shmpool_format_offset(f, row.x, row.y);

    for (int i = 0; i < slot->cover.nb; i++)
        overlook(f, screen, expected, row, slot->cover.rects[i]);
    for (int i = 0; i < source->nb_gaps; i++) {
        X11ShmpoolRect gap = source->gaps[i];

        gap.x -= source->region.x;
        gap.y -= source->region.y;
        overlook(f, screen, expected, row, gap);
    }
    return row_differs(f, screen, expected, row.w);
}

int x11shmpool_verify_rows(X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                           const X11ShmpoolSlot *slot, int *differs)
{
    X11ShmpoolDisplay *d = v->display;
    X11ShmpoolRect row   = x11shmpool_source_visible(source);
    const int top = row.y, height = row.h;
    unsigned sequence[ROWS_PER_CHECK];
    int y[ROWS_PER_CHECK], ret = 0;

    *differs = 0;
    v->due   = av_gettime_relative() +
               (v->misses ? SUSPICIOUS_US : INTERVAL_US);
    if (x11shmpool_rect_empty(row))
        return 0;

    if (slot->segment && !v->scratch.segment &&
        (ret = make_scratch(v, slot->kind)) < 0) {
        v->usable = 0;
        return x11shmpool_display_gone(ret) ? ret : 0;
    }

    row.h = 1;
    for (int i = 0; i < ROWS_PER_CHECK; i++) {
        row.y       = y[i] = top + sample_row(v->position++, height);
        sequence[i] = send_row(v, source, row, i);
    }
    row.x -= source->region.x;
    ret    = x11shmpool_display_sync(d);

    for (int i = 0; i < ROWS_PER_CHECK; i++) {
        uint8_t *screen;
        void *reply = NULL;

        if (ret < 0)
            x11shmpool_display_discard(d, sequence[i]);
        else
            ret = receive_row(v, sequence[i], i,
                              (size_t)row.w * (v->format->bits_per_pixel / 8),
                              &reply, &screen);
        row.y = y[i] - source->region.y;
        if (ret >= 0)
            *differs |= compare_row(v, source, slot, row, screen);
        free(reply);
    }

    return ret;
}
