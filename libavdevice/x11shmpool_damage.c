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

#include "config.h"

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_damage.h"

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
    dm->dirty = 1;
}

#if CONFIG_LIBXCB_DAMAGE && CONFIG_LIBXCB_XFIXES

#include <xcb/damage.h>
#include <xcb/xfixes.h>

#define XFIXES_REGIONS (2 << 16)

static xcb_xfixes_region_t new_region(X11ShmpoolDisplay *d)
{
    xcb_xfixes_region_t region = xcb_generate_id(d->conn);

    xcb_xfixes_create_region(d->conn, region, 0, NULL);
    return region;
}

int x11shmpool_damage_init(X11ShmpoolDamage *dm, X11ShmpoolDisplay *d,
                           xcb_drawable_t drawable)
{
    xcb_void_cookie_t cookie;
    int ret;

    *dm = (X11ShmpoolDamage){ .display = d, .dirty = 1 };
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

void x11shmpool_damage_uninit(X11ShmpoolDamage *dm)
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
    xcb_rectangle_t r[X11SHMPOOL_DAMAGE_HOLES];

    nb = FFMIN(nb, X11SHMPOOL_DAMAGE_HOLES);
    for (int i = 0; i < nb; i++)
        r[i] = (xcb_rectangle_t){ rects[i].x, rects[i].y,
                                  rects[i].w, rects[i].h };
    xcb_xfixes_set_region(dm->display->conn, region, nb, r);
}

void x11shmpool_damage_clip(X11ShmpoolDamage *dm, X11ShmpoolRect rect,
                            const X11ShmpoolRect *holes, int nb_holes,
                            int renew)
{
    if (!renew && x11shmpool_rect_equal(rect, dm->clip_rect))
        return;
    dm->clip_rect = rect;
    if (!x11shmpool_damage_tracked(dm))
        return;
    set_region(dm, dm->clip, &rect, 1);
    if (nb_holes) {
        set_region(dm, dm->box, holes, nb_holes);
        xcb_xfixes_subtract_region(dm->display->conn, dm->clip, dm->box,
                                   dm->clip);
    }
}

void x11shmpool_damage_subtract(X11ShmpoolDamage *dm)
{
    xcb_connection_t *conn = dm->display->conn;
    xcb_xfixes_region_t entry;

    dm->dirty = 0;
    dm->sequence++;
    if (!x11shmpool_damage_tracked(dm))
        return;

    entry = dm->ring[dm->sequence % X11SHMPOOL_DAMAGE_RING];
    xcb_damage_subtract(conn, dm->damage, XCB_NONE, entry);
}

unsigned x11shmpool_damage_fetch(X11ShmpoolDamage *dm, int exact)
{
    xcb_connection_t *conn = dm->display->conn;
    xcb_xfixes_region_t entry =
        dm->ring[dm->sequence % X11SHMPOOL_DAMAGE_RING];

    xcb_xfixes_intersect_region(conn, entry, dm->clip, entry);
    if (!exact) {
        xcb_xfixes_region_extents(conn, entry, dm->box);
        entry = dm->box;
    }
    return xcb_xfixes_fetch_region(conn, entry).sequence;
}

int x11shmpool_damage_info(X11ShmpoolDamage *dm, unsigned sequence, int exact,
                           X11ShmpoolDamageInfo *info)
{
    xcb_xfixes_fetch_region_reply_t *reply;
    const xcb_rectangle_t *r;
    int nb, ret;

    *info = (X11ShmpoolDamageInfo){ 0 };
    ret   = x11shmpool_display_wait(dm->display, sequence, (void **)&reply);
    if (ret < 0)
        return ret;

    r  = xcb_xfixes_fetch_region_rectangles(reply);
    nb = xcb_xfixes_fetch_region_rectangles_length(reply);

    info->box = (X11ShmpoolRect){
        reply->extents.x, reply->extents.y,
        reply->extents.width, reply->extents.height,
    };
    info->nb_rects = nb <= X11SHMPOOL_DAMAGE_RECTS ? nb : -1;
    for (int i = 0; i < nb; i++) {
        info->area += (int64_t)r[i].width * r[i].height;
        if (info->nb_rects >= 0)
            info->rects[i] = (X11ShmpoolRect){ r[i].x, r[i].y,
                                               r[i].width, r[i].height };
    }
    if (!exact)
        info->area = (int64_t)info->box.w * info->box.h;

    free(reply);
    return 0;
}

enum X11ShmpoolStale x11shmpool_damage_stale(X11ShmpoolDamage *dm,
                                             int64_t fresh, uint32_t *region)
{
    xcb_connection_t *conn = dm->display->conn;

    if (region)
        *region = XCB_NONE;
    if (!x11shmpool_damage_tracked(dm) || fresh < dm->valid ||
        dm->sequence - fresh > X11SHMPOOL_DAMAGE_RING)
        return X11SHMPOOL_STALE_WHOLE;
    if (fresh == dm->sequence)
        return X11SHMPOOL_STALE_NONE;
    if (!region)
        return X11SHMPOOL_STALE_REGION;

    *region = dm->ring[dm->sequence % X11SHMPOOL_DAMAGE_RING];
    for (int64_t i = dm->sequence - 1; i > fresh; i--) {
        xcb_xfixes_union_region(conn, *region,
                                dm->ring[i % X11SHMPOOL_DAMAGE_RING],
                                dm->stale);
        *region = dm->stale;
    }
    return X11SHMPOOL_STALE_REGION;
}

#else /* CONFIG_LIBXCB_DAMAGE && CONFIG_LIBXCB_XFIXES */

int x11shmpool_damage_init(X11ShmpoolDamage *dm, X11ShmpoolDisplay *d,
                           xcb_drawable_t drawable av_unused)
{
    *dm = (X11ShmpoolDamage){ .display = d, .dirty = 1 };
    return AVERROR(ENOSYS);
}

void x11shmpool_damage_uninit(X11ShmpoolDamage *dm av_unused)
{
}

int x11shmpool_damage_event(X11ShmpoolDamage *dm av_unused,
                            const xcb_generic_event_t *event av_unused)
{
    return 0;
}

void x11shmpool_damage_clip(X11ShmpoolDamage *dm, X11ShmpoolRect rect,
                            const X11ShmpoolRect *holes av_unused,
                            int nb_holes av_unused, int renew av_unused)
{
    dm->clip_rect = rect;
}

void x11shmpool_damage_subtract(X11ShmpoolDamage *dm)
{
    dm->sequence++;
}

unsigned x11shmpool_damage_fetch(X11ShmpoolDamage *dm av_unused,
                                 int exact av_unused)
{
    return 0;
}

int x11shmpool_damage_info(X11ShmpoolDamage *dm av_unused,
                           unsigned sequence av_unused, int exact av_unused,
                           X11ShmpoolDamageInfo *info av_unused)
{
    return AVERROR(ENOSYS);
}

enum X11ShmpoolStale x11shmpool_damage_stale(X11ShmpoolDamage *dm av_unused,
                                             int64_t fresh av_unused,
                                             uint32_t *region)
{
    if (region)
        *region = XCB_NONE;
    return X11SHMPOOL_STALE_WHOLE;
}

#endif
