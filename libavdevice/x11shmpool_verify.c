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
    if (!v->display)
        return;
    if (v->gc)
        xcb_free_gc(v->display->conn, v->gc);
    x11shmpool_slot_detach(&v->rows, v->display);
    x11shmpool_slot_uninit(&v->rows);
    v->display = NULL;
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

/* Make the part of a row that r covers look the same. */
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
                       const uint8_t *picture, X11ShmpoolRect row,
                       X11ShmpoolRect *differs)
{
    uint32_t mask = f->indexed ? UINT32_MAX :
                    f->red | f->green | f->blue | f->alpha;
    int bytes = f->bits_per_pixel / 8, first = -1, last = -1;

    if (!memcmp(screen, picture, (size_t)row.w * bytes))
        return 0;

    for (int i = 0; i < row.w; i++) {
        int x = row.x + i;

        if ((x11shmpool_format_read(f, screen + (size_t)i * bytes) ^
             x11shmpool_format_read(f, picture + (size_t)i * bytes)) & mask) {
            first = first < 0 ? x : first;
            last  = x;
        }
    }
    if (first >= 0)
        *differs = (X11ShmpoolRect){ first, row.y, last - first + 1, 1 };
    return first >= 0;
}

/* Where the server puts the rows: in memory like the slots'. */
static int make_rows(X11ShmpoolVerify *v, enum X11ShmpoolShm kind)
{
    X11ShmpoolDisplay *d = v->display;
    X11ShmpoolFormat f   = *v->format;
    int ret;

    f.height = ROWS_PER_CHECK;
    ret = x11shmpool_slot_init(&v->rows, d, kind, &f, d->screen->root,
                               (size_t)f.stride * f.height);
    if (ret >= 0 && v->rows.pixmap)
        v->gc = x11shmpool_slot_gc(&v->rows, d);
    return ret;
}

/* Ask for a row of the source, to be the i-th. A server answers each GetImage by
 * itself, which costs more than the row; copies are waited for all together. */
static unsigned send_row(X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                         X11ShmpoolRect row, int i)
{
    xcb_connection_t *conn  = v->display->conn;
    xcb_drawable_t drawable = source->drawable;
    int x = row.x + source->dx, y = row.y + source->dy;

    if (v->gc && source->copyable)
        return xcb_copy_area_checked(conn, drawable, v->rows.pixmap, v->gc,
                                     x, y, 0, i, row.w, 1).sequence;
    if (v->rows.segment)
        return xcb_shm_get_image(conn, drawable, x, y, row.w, 1, ~0,
                                 XCB_IMAGE_FORMAT_Z_PIXMAP, v->rows.segment,
                                 (size_t)v->format->stride * i).sequence;
    return xcb_get_image(conn, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, x, y,
                         row.w, 1, ~0).sequence;
}

/* Sets *row to where the i-th row is: in memory that is shared, or in a reply
 * that the caller frees. */
static int receive_row(X11ShmpoolVerify *v, unsigned sequence, int i,
                       size_t bytes, void **reply, uint8_t **row)
{
    xcb_get_image_reply_t *image;
    int ret;

    if (v->rows.segment) {
        *row = v->rows.data + (size_t)v->format->stride * i;
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

int x11shmpool_verify_rows(X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                           const uint8_t *picture, const X11ShmpoolSlot *like,
                           X11ShmpoolRect ignore, X11ShmpoolRect *differs)
{
    X11ShmpoolDisplay *d      = v->display;
    const X11ShmpoolFormat *f = v->format;
    X11ShmpoolRect row        = x11shmpool_source_visible(source);
    const int top = row.y, height = row.h;
    unsigned sequence[ROWS_PER_CHECK];
    int y[ROWS_PER_CHECK], ret = 0, found = 0;

    *differs = (X11ShmpoolRect){ 0 };
    v->due   = av_gettime_relative() +
               (v->misses ? SUSPICIOUS_US : INTERVAL_US);
    if (x11shmpool_rect_empty(row))
        return 0;

    if (like->segment && !v->rows.segment &&
        (ret = make_rows(v, like->kind)) < 0) {
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
        const uint8_t *expected;
        uint8_t *screen;
        void *reply = NULL;

        if (ret < 0)
            x11shmpool_display_discard(d, sequence[i]);
        else
            ret = receive_row(v, sequence[i], i,
                              (size_t)row.w * (f->bits_per_pixel / 8),
                              &reply, &screen);
        if (ret < 0) {
            free(reply);
            continue;
        }

        row.y    = y[i] - source->region.y;
        expected = picture + row.y * (size_t)f->stride +
                   (size_t)row.x * (f->bits_per_pixel / 8);
        overlook(f, screen, expected, row, ignore);
        for (int k = 0; k < source->nb_gaps && !found; k++) {
            X11ShmpoolRect gap = source->gaps[k];

            gap.x -= source->region.x;
            gap.y -= source->region.y;
            overlook(f, screen, expected, row, gap);
        }
        if (!found)
            found = row_differs(f, screen, expected, row, differs);
        free(reply);
    }

    return ret;
}
