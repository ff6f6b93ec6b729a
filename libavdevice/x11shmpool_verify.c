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

#include "x11shmpool_verify.h"

#define ROWS_PER_CHECK 16
#define INTERVAL_US    1000000
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

int x11shmpool_verify_rows(X11ShmpoolVerify *v, const X11ShmpoolSource *source,
                           const uint8_t *picture, const X11ShmpoolSlot *like,
                           X11ShmpoolRect ignore, X11ShmpoolRect *differs)
{
    X11ShmpoolDisplay *d      = v->display;
    const X11ShmpoolFormat *f = v->format;
    X11ShmpoolRect visible    = x11shmpool_source_visible(source);
    size_t row_size           = f->stride;
    unsigned sequence[ROWS_PER_CHECK];
    int y[ROWS_PER_CHECK], ret = 0, found = 0;

    *differs = (X11ShmpoolRect){ 0 };
    v->due   = av_gettime_relative() +
               (v->misses ? SUSPICIOUS_US : INTERVAL_US);
    if (x11shmpool_rect_empty(visible))
        return 0;

    if (like->segment && !v->rows.segment) {
        ret = x11shmpool_slot_init(&v->rows, d, like->kind, f,
                                   d->screen->root, row_size * ROWS_PER_CHECK);
        if (ret < 0) {
            v->usable = 0;
            return ret == AVERROR(EIO) || ret == AVERROR_EXIT ? ret : 0;
        }
    }

    for (int i = 0; i < ROWS_PER_CHECK; i++) {
        xcb_drawable_t drawable = source->drawable;
        int dx = visible.x + source->dx;

        y[i] = sample_row(v->position++, visible.h);
        sequence[i] = v->rows.segment ?
            xcb_shm_get_image(d->conn, drawable, dx,
                              visible.y + source->dy + y[i], visible.w, 1, ~0,
                              XCB_IMAGE_FORMAT_Z_PIXMAP, v->rows.segment,
                              row_size * i).sequence :
            xcb_get_image(d->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, dx,
                          visible.y + source->dy + y[i], visible.w, 1,
                          ~0).sequence;
    }

    for (int i = 0; i < ROWS_PER_CHECK; i++) {
        X11ShmpoolRect row = { visible.x - source->region.x,
                               visible.y - source->region.y + y[i],
                               visible.w, 1 };
        const uint8_t *expected = picture + row.y * (size_t)f->stride +
                                  (size_t)row.x * (f->bits_per_pixel / 8);
        uint8_t *screen;
        void *reply;

        if (ret < 0) {
            x11shmpool_display_discard(d, sequence[i]);
            continue;
        }
        ret = x11shmpool_display_wait(d, sequence[i], &reply);
        if (ret < 0)
            continue;
        screen = v->rows.segment ? v->rows.data + row_size * i :
                                   xcb_get_image_data(reply);
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
