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
#include <xcb/damage.h>
#include <xcb/xfixes.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_damage.h"
#include "x11shmpool_reply.h"

#define XFIXES_REGIONS (2 << 16)

int x11shmpool_damage_tracked(const X11ShmpoolDamage *dm)
{
    return dm->damage != XCB_NONE;
}

int x11shmpool_damage_dirty(const X11ShmpoolDamage *dm)
{
    return dm->dirty || !x11shmpool_damage_tracked(dm);
}

void x11shmpool_damage_invalidate(X11ShmpoolDamage *dm)
{
    dm->valid = ++dm->sequence;
    dm->dirty = dm->invalid = 1;
}

static xcb_xfixes_region_t new_region(X11ShmpoolDisplay *d)
{
    xcb_xfixes_region_t region = xcb_generate_id(d->conn);

    xcb_xfixes_create_region(d->conn, region, 0, NULL);
    return region;
}

av_cold int x11shmpool_damage_init(X11ShmpoolDamage *dm, X11ShmpoolDisplay *d,
                                   xcb_drawable_t drawable)
{
    xcb_void_cookie_t cookie;
    int ret;

    *dm = (X11ShmpoolDamage){ .display = d, .dirty = 1, .invalid = 1 };
    if (!d->damage || d->xfixes < XFIXES_REGIONS)
        return AVERROR(ENOSYS);

    dm->damage = xcb_generate_id(d->conn);
    cookie     = xcb_damage_create_checked(d->conn, dm->damage, drawable,
                                           XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
    if ((ret = x11shmpool_display_check(d, cookie)) < 0) {
        dm->damage = XCB_NONE;
        return ret;
    }
    for (int i = 0; i < X11SHMPOOL_DAMAGE_RING; i++)
        dm->ring[i] = new_region(d);
    dm->stale = new_region(d);
    dm->box   = new_region(d);
    dm->clip  = new_region(d);

    return 0;
}

av_cold void x11shmpool_damage_uninit(X11ShmpoolDamage *dm)
{
    if (!x11shmpool_damage_tracked(dm))
        return;

    xcb_damage_destroy(dm->display->conn, dm->damage);
    for (int i = 0; i < X11SHMPOOL_DAMAGE_RING; i++)
        xcb_xfixes_destroy_region(dm->display->conn, dm->ring[i]);
    xcb_xfixes_destroy_region(dm->display->conn, dm->stale);
    xcb_xfixes_destroy_region(dm->display->conn, dm->box);
    xcb_xfixes_destroy_region(dm->display->conn, dm->clip);
    dm->damage = XCB_NONE;
}

int x11shmpool_damage_event(X11ShmpoolDamage *dm,
                            const xcb_generic_event_t *event)
{
    const xcb_damage_notify_event_t *notify = (const void *)event;

    if (!x11shmpool_damage_tracked(dm) ||
        (event->response_type & 0x7f) !=
        dm->display->damage_event + XCB_DAMAGE_NOTIFY ||
        notify->damage != dm->damage)
        return 0;
    dm->dirty = 1;
    return 1;
}

static void set_region(X11ShmpoolDamage *dm, xcb_xfixes_region_t region,
                       const X11ShmpoolRect *rects, int nb)
{
    xcb_rectangle_t r[X11SHMPOOL_DAMAGE_GAPS];

    nb = FFMIN(nb, X11SHMPOOL_DAMAGE_GAPS);
    for (int i = 0; i < nb; i++)
        r[i] = (xcb_rectangle_t){ rects[i].x, rects[i].y,
                                  rects[i].w, rects[i].h };
    xcb_xfixes_set_region(dm->display->conn, region, nb, r);
}

void x11shmpool_damage_clip(X11ShmpoolDamage *dm, X11ShmpoolRect rect,
                            const X11ShmpoolRect *gaps, int nb_gaps,
                            int renew)
{
    if (!renew && x11shmpool_rect_equal(rect, dm->clip_rect))
        return;
    dm->clip_rect = rect;
    if (!x11shmpool_damage_tracked(dm))
        return;
    set_region(dm, dm->clip, &rect, 1);
    if (nb_gaps) {
        set_region(dm, dm->box, gaps, nb_gaps);
        xcb_xfixes_subtract_region(dm->display->conn, dm->clip, dm->box,
                                   dm->clip);
    }
}

static xcb_xfixes_region_t entry(const X11ShmpoolDamage *dm, int64_t sequence)
{
    return dm->ring[sequence % X11SHMPOOL_DAMAGE_RING];
}

int x11shmpool_damage_subtract(X11ShmpoolDamage *dm)
{
    int all = dm->invalid || !x11shmpool_damage_tracked(dm);

    dm->dirty = dm->invalid = 0;
    dm->sequence++;
    if (x11shmpool_damage_tracked(dm))
        xcb_damage_subtract(dm->display->conn, dm->damage, XCB_NONE,
                            entry(dm, dm->sequence));
    return all;
}

unsigned x11shmpool_damage_send(X11ShmpoolDamage *dm, int exact)
{
    xcb_connection_t *conn  = dm->display->conn;
    xcb_xfixes_region_t now = entry(dm, dm->sequence);

    xcb_xfixes_intersect_region(conn, now, dm->clip, now);
    if (!exact) {
        xcb_xfixes_region_extents(conn, now, dm->box);
        now = dm->box;
    }
    return xcb_xfixes_fetch_region(conn, now).sequence;
}

int x11shmpool_damage_receive(X11ShmpoolDisplay *d, unsigned sequence,
                              const X11ShmpoolRect *clip,
                              X11ShmpoolRects *rects)
{
    xcb_xfixes_fetch_region_reply_t *reply;
    const xcb_rectangle_t *r;
    int nb, ret;

    rects->nb = 0;
    ret = x11shmpool_display_receive(d, sequence, sizeof(*reply),
                                     (void **)&reply);
    if (ret < 0)
        return ret;

    nb = reply->length / (sizeof(*r) / 4);
    r  = x11shmpool_reply_items(reply, sizeof(*reply), nb, sizeof(*r));
    if (nb > X11SHMPOOL_RECTS) {
        r  = &reply->extents;
        nb = 1;
    }
    for (int i = 0; i < nb; i++) {
        X11ShmpoolRect rect = { r[i].x, r[i].y, r[i].width, r[i].height };

        x11shmpool_rects_add(rects, clip ?
                             x11shmpool_rect_intersect(rect, *clip) : rect);
    }
    free(reply);
    return 0;
}

enum X11ShmpoolStale x11shmpool_damage_begin_fill(X11ShmpoolDamage *dm,
                                                  X11ShmpoolStamp *stamp,
                                                  uint32_t *region)
{
    const X11ShmpoolStamp filled = *stamp;

    *region = XCB_NONE;
    if (filled == dm->sequence)
        return X11SHMPOOL_STALE_NONE;
    *stamp = X11SHMPOOL_NEVER;
    if (!x11shmpool_damage_tracked(dm) || filled < dm->valid ||
        dm->sequence - filled > X11SHMPOOL_DAMAGE_RING)
        return X11SHMPOOL_STALE_WHOLE;

    *region = entry(dm, dm->sequence);
    for (int64_t i = dm->sequence - 1; i > filled; i--) {
        xcb_xfixes_union_region(dm->display->conn, *region, entry(dm, i),
                                dm->stale);
        *region = dm->stale;
    }
    return X11SHMPOOL_STALE_REGION;
}

void x11shmpool_damage_end_fill(const X11ShmpoolDamage *dm,
                                X11ShmpoolStamp *stamp)
{
    *stamp = dm->sequence;
}
