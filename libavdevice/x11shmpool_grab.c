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

#if CONFIG_LIBXCB_XFIXES
#include <xcb/xfixes.h>
#endif

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/time.h"

#include "x11shmpool_grab.h"

/* More rows than asked for cost less than one more request for them. */
#define BAND_GAP 16

#define TRIALS 12

av_cold void x11shmpool_grab_init(X11ShmpoolGrab *g, X11ShmpoolDisplay *d,
                                  const X11ShmpoolFormat *format,
                                  xcb_window_t root)
{
    *g = (X11ShmpoolGrab){
        .display = d,
        .format  = format,
        .root    = root,
        .fastest = { INT64_MAX, INT64_MAX },
    };
}

av_cold void x11shmpool_grab_uninit(X11ShmpoolGrab *g)
{
    if (!g->display)
        return;
    if (g->gc)
        xcb_free_gc(g->display->conn, g->gc);
    x11shmpool_slot_detach(&g->staging, g->display);
    x11shmpool_slot_uninit(&g->staging);
    g->display = NULL;
}

#if CONFIG_LIBXCB_XFIXES

static void set_clip(X11ShmpoolGrab *g, uint32_t region, int x, int y)
{
    if (region || g->clipped)
        xcb_xfixes_set_gc_clip_region(g->display->conn, g->gc, region, x, y);
    g->clipped = !!region;
}

/* The rectangles of a region within src, or src where they are too many. */
static int fetch_rects(X11ShmpoolGrab *g, X11ShmpoolRect src, uint32_t region,
                       int ox, int oy, X11ShmpoolRect *rects)
{
    xcb_xfixes_fetch_region_reply_t *reply;
    const xcb_rectangle_t *r;
    int nb, ret, n = 0;

    ret = x11shmpool_display_wait(g->display,
            xcb_xfixes_fetch_region(g->display->conn, region).sequence,
            (void **)&reply);
    if (ret < 0)
        return ret;

    nb = xcb_xfixes_fetch_region_rectangles_length(reply);
    r  = xcb_xfixes_fetch_region_rectangles(reply);
    if (nb > X11SHMPOOL_DAMAGE_RECTS) {
        r  = &reply->extents;
        nb = 1;
    }
    for (int i = 0; i < nb; i++) {
        X11ShmpoolRect rect = { r[i].x + ox, r[i].y + oy,
                                r[i].width, r[i].height };

        rect = x11shmpool_rect_intersect(rect, src);
        if (!x11shmpool_rect_empty(rect))
            rects[n++] = rect;
    }
    free(reply);

    return n;
}

#else

static void set_clip(X11ShmpoolGrab *g av_unused, uint32_t region av_unused,
                     int x av_unused, int y av_unused)
{
}

static int fetch_rects(X11ShmpoolGrab *g av_unused, X11ShmpoolRect src,
                       uint32_t region av_unused, int ox av_unused,
                       int oy av_unused, X11ShmpoolRect *rects)
{
    rects[0] = src;
    return 1;
}

#endif

static void send_copy(X11ShmpoolGrab *g, xcb_drawable_t drawable,
                      X11ShmpoolRect src, int x, int y,
                      uint32_t region, int ox, int oy, int answered)
{
    xcb_connection_t *conn = g->display->conn;

    if (!g->gc)
        g->gc = x11shmpool_slot_gc(g->slot, g->display);
    set_clip(g, region, x - src.x + ox, y - src.y + oy);
    g->copy = xcb_copy_area_checked(conn, drawable, g->slot->pixmap, g->gc,
                                    src.x, src.y, x, y, src.w, src.h).sequence;
    g->sync = answered ? 0 : xcb_get_input_focus(conn).sequence;
}

static int compare_rects(const void *a, const void *b)
{
    return ((const X11ShmpoolRect *)a)->y - ((const X11ShmpoolRect *)b)->y;
}

/* Turn rectangles into bands of src's full width. */
static int make_bands(X11ShmpoolRect src, X11ShmpoolRect *rects, int nb)
{
    int n = 0;

    qsort(rects, nb, sizeof(*rects), compare_rects);
    for (int i = 0; i < nb; i++) {
        X11ShmpoolRect *last = n ? &rects[n - 1] : NULL;

        if (last && rects[i].y <= last->y + last->h + BAND_GAP)
            last->h = FFMAX(last->y + last->h, rects[i].y + rects[i].h) -
                      last->y;
        else
            rects[n++] = (X11ShmpoolRect){ src.x, rects[i].y,
                                           src.w, rects[i].h };
    }
    return n;
}

static int row_bytes(const X11ShmpoolFormat *f, int w)
{
    return FFALIGN(w * f->bits_per_pixel, f->scanline_pad) / 8;
}

static int have_staging(X11ShmpoolGrab *g)
{
    if (!g->staging.segment && !g->staging_failed)
        g->staging_failed = x11shmpool_slot_init(&g->staging, g->display,
            g->slot->kind, g->format, g->root, g->slot->size) < 0;
    return !g->staging_failed;
}

static int is_direct(const X11ShmpoolGrab *g, X11ShmpoolRect src, int x)
{
    return !x && src.w == g->format->width;
}

static int send_images(X11ShmpoolGrab *g, xcb_drawable_t drawable,
                       X11ShmpoolRect src, int x, int y,
                       uint32_t region, int ox, int oy)
{
    xcb_connection_t *conn    = g->display->conn;
    const X11ShmpoolFormat *f = g->format;
    X11ShmpoolRect rects[X11SHMPOOL_DAMAGE_RECTS] = { src };
    int direct = is_direct(g, src, x);
    int shm    = g->slot->segment && (direct || have_staging(g));
    size_t staged = 0;
    int nb = 1;

    if (region && (nb = fetch_rects(g, src, region, ox, oy, rects)) < 0)
        return nb;
    if (shm)
        nb = make_bands(src, rects, nb);

    for (int i = 0; i < nb; i++) {
        const X11ShmpoolRect *r = &rects[i];
        X11ShmpoolRect dst = { r->x - src.x + x, r->y - src.y + y,
                               r->w, r->h };
        size_t offset = direct ? (size_t)dst.y * f->stride : staged;

        g->images[i].rect   = dst;
        g->images[i].way    = !shm   ? X11SHMPOOL_IMAGE_SOCKET :
                              direct ? X11SHMPOOL_IMAGE_IN_SLOT :
                                       X11SHMPOOL_IMAGE_STAGED;
        g->images[i].offset = offset;
        if (shm) {
            xcb_shm_seg_t segment = direct ? g->slot->segment :
                                             g->staging.segment;

            g->images[i].sequence =
                xcb_shm_get_image(conn, drawable, r->x, r->y, r->w, r->h, ~0,
                                  XCB_IMAGE_FORMAT_Z_PIXMAP, segment,
                                  offset).sequence;
            staged += (size_t)row_bytes(f, r->w) * r->h;
        } else {
            g->images[i].sequence =
                xcb_get_image(conn, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable,
                              r->x, r->y, r->w, r->h, ~0).sequence;
        }
    }
    g->nb_images = nb;

    return 0;
}

/* The first whole frame fills cold memory and is no measure. */
static enum X11ShmpoolGrabWay choose_way(X11ShmpoolGrab *g)
{
    if (g->trials < TRIALS) {
        g->timed = av_gettime_relative();
        return g->trials & 1;
    }
    return g->fastest[X11SHMPOOL_GRAB_IMAGES] <
           g->fastest[X11SHMPOOL_GRAB_COPY];
}

static void end_trial(X11ShmpoolGrab *g)
{
    int64_t took = av_gettime_relative() - g->timed;

    if (g->trials++)
        g->fastest[g->way] = FFMIN(g->fastest[g->way], took);
    g->timed = 0;
}

int x11shmpool_grab_settled(const X11ShmpoolGrab *g)
{
    return g->trials >= TRIALS || !g->trials;
}

int x11shmpool_grab_send(X11ShmpoolGrab *g, X11ShmpoolSlot *slot,
                         xcb_drawable_t drawable, X11ShmpoolRect src,
                         int x, int y, int copyable,
                         uint32_t region, int ox, int oy, int answered)
{
    g->slot      = slot;
    g->copy      = 0;
    g->nb_images = 0;
    g->timed     = 0;

    if (x11shmpool_rect_empty(src))
        return 0;
    g->way = slot->pixmap && copyable ? X11SHMPOOL_GRAB_COPY :
                                        X11SHMPOOL_GRAB_IMAGES;
    if (g->way == X11SHMPOOL_GRAB_COPY && !region && is_direct(g, src, x))
        g->way = choose_way(g);

    if (g->way == X11SHMPOOL_GRAB_COPY) {
        send_copy(g, drawable, src, x, y, region, ox, oy, answered);
        return 0;
    }
    return send_images(g, drawable, src, x, y, region, ox, oy);
}

static void copy_rows(const X11ShmpoolFormat *f, uint8_t *data,
                      X11ShmpoolRect r, const uint8_t *src)
{
    int bytes = f->bits_per_pixel / 8;

    data += (size_t)r.y * f->stride + (size_t)r.x * bytes;
    for (int i = 0; i < r.h; i++) {
        memcpy(data, src, (size_t)r.w * bytes);
        data += f->stride;
        src  += row_bytes(f, r.w);
    }
}

static int receive_image(X11ShmpoolGrab *g, int i)
{
    const X11ShmpoolFormat *f = g->format;
    X11ShmpoolRect r          = g->images[i].rect;
    void *reply;
    int ret;

    ret = x11shmpool_display_wait(g->display, g->images[i].sequence, &reply);
    if (ret < 0)
        return ret;

    if (g->images[i].way == X11SHMPOOL_IMAGE_STAGED) {
        copy_rows(f, g->slot->data, r, g->staging.data + g->images[i].offset);
    } else if (g->images[i].way == X11SHMPOOL_IMAGE_SOCKET) {
        if (xcb_get_image_data_length(reply) < (int64_t)row_bytes(f, r.w) * r.h)
            ret = AVERROR_EXTERNAL;
        else
            copy_rows(f, g->slot->data, r, xcb_get_image_data(reply));
    }
    free(reply);

    return ret;
}

int x11shmpool_grab_receive(X11ShmpoolGrab *g)
{
    int ret = 0;

    for (int i = 0; i < g->nb_images; i++) {
        if (ret < 0)
            x11shmpool_display_discard(g->display, g->images[i].sequence);
        else
            ret = receive_image(g, i);
    }
    g->nb_images = 0;

    if (g->copy) {
        if (g->sync &&
            (ret = x11shmpool_display_wait(g->display, g->sync, NULL)) < 0)
            x11shmpool_display_discard(g->display, g->copy);
        else
            ret = x11shmpool_display_wait(g->display, g->copy, NULL);
        g->copy = 0;
    }
    if (g->timed && ret >= 0)
        end_trial(g);

    return ret;
}

int x11shmpool_grab_in_rows(const X11ShmpoolGrab *g)
{
    return g->way == X11SHMPOOL_GRAB_IMAGES;
}

void x11shmpool_grab_fill(const X11ShmpoolFormat *f, uint8_t *data,
                          X11ShmpoolRect r, uint32_t pixel)
{
    const X11ShmpoolRect all = { 0, 0, f->width, f->height };
    int bytes = f->bits_per_pixel / 8;

    r = x11shmpool_rect_intersect(r, all);
    if (x11shmpool_rect_empty(r))
        return;
    data += (size_t)r.y * f->stride + (size_t)r.x * bytes;
    for (int x = 0; x < r.w; x++)
        x11shmpool_format_write(f, data + (size_t)x * bytes, pixel);
    for (int y = 1; y < r.h; y++)
        memcpy(data + (size_t)y * f->stride, data, (size_t)r.w * bytes);
}

void x11shmpool_grab_pack(const X11ShmpoolFormat *f, uint8_t *dst,
                          const uint8_t *src)
{
    for (int y = 0; y < f->height; y++) {
        memcpy(dst, src, f->packed_stride);
        dst += f->packed_stride;
        src += f->stride;
    }
}
