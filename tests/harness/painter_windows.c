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

#include <stddef.h>
#include <stdint.h>

#include <xcb/shape.h>
#include <xcb/xcb.h>

#include "painter_tools.h"

static void window_create(TestPainter *p)
{
    int v     = below(p, p->nb_visuals);
    TestSurface s = { .w = between(p, 1, 200), .h = between(p, 1, 160) };
    int x = between(p, -60, p->root.w), y = between(p, -60, p->root.h);
    const uint32_t values[] = { rnd(p), rnd(p), below(p, 4),
                                p->visuals[v].colormap };
    /* a child some of the time, so that windows are cut off by windows */
    xcb_window_t parent = p->nb_windows && !below(p, 4) ?
                          p->windows[below(p, p->nb_windows)].id : p->root.id;

    s.id    = xcb_generate_id(p->conn);
    s.depth = p->visuals[v].depth;
    xcb_create_window(p->conn, s.depth, s.id, parent, x, y, s.w, s.h,
                      below(p, 3), XCB_WINDOW_CLASS_INPUT_OUTPUT,
                      p->visuals[v].visual,
                      XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL |
                      XCB_CW_OVERRIDE_REDIRECT | XCB_CW_COLORMAP,
                      (uint32_t[]){ values[0], values[1], 1, values[3] });
    test_paint_surface(p, &s, p->visuals[v].visual);
    xcb_map_window(p->conn, s.id);
    s.mapped = 1;
    p->windows[p->nb_windows++] = s;
}

/* With its children, which the server destroys too: they come after it, but
 * not only they do, so all that come after it go. */
static void window_destroy(TestPainter *p, int i)
{
    while (p->nb_windows > i) {
        TestSurface *s = &p->windows[--p->nb_windows];

        if (s->picture)
            xcb_render_free_picture(p->conn, s->picture);
        xcb_free_gc(p->conn, s->gc);
        xcb_destroy_window(p->conn, s->id);
    }
}

static void window_shape(TestPainter *p, TestSurface *s)
{
    xcb_rectangle_t r[2] = { test_paint_rect(p, s), test_paint_rect(p, s) };

    if (!p->shape)
        return;
    if (below(p, 2))
        xcb_shape_rectangles(p->conn, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING,
                             XCB_CLIP_ORDERING_UNSORTED, s->id, 0, 0, 2, r);
    else
        xcb_shape_mask(p->conn, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING,
                       s->id, 0, 0, XCB_NONE);
}

void test_paint_window(TestPainter *p)
{
    TestSurface *s;
    uint32_t v[2];
    int i;

    if (!p->nb_windows || (p->nb_windows < MAX_WINDOWS && !below(p, 4))) {
        if (p->nb_visuals)
            window_create(p);
        return;
    }

    i = below(p, p->nb_windows);
    s = &p->windows[i];
    switch (below(p, 7)) {
    case 0:
        v[0] = between(p, -80, p->root.w);
        v[1] = between(p, -80, p->root.h);
        xcb_configure_window(p->conn, s->id,
                             XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, v);
        break;
    case 1:
        v[0] = s->w = between(p, 1, 250);
        v[1] = s->h = between(p, 1, 200);
        xcb_configure_window(p->conn, s->id, XCB_CONFIG_WINDOW_WIDTH |
                             XCB_CONFIG_WINDOW_HEIGHT, v);
        break;
    case 2:
        v[0] = below(p, 2) ? XCB_STACK_MODE_ABOVE : XCB_STACK_MODE_BELOW;
        xcb_configure_window(p->conn, s->id, XCB_CONFIG_WINDOW_STACK_MODE, v);
        break;
    case 3:
        if (s->mapped)
            xcb_unmap_window(p->conn, s->id);
        else
            xcb_map_window(p->conn, s->id);
        s->mapped = !s->mapped;
        break;
    case 4:
        v[0] = rnd(p);
        xcb_change_window_attributes(p->conn, s->id, XCB_CW_BACK_PIXEL, v);
        xcb_clear_area(p->conn, 0, s->id, 0, 0, 0, 0);
        break;
    case 5:
        window_shape(p, s);
        break;
    case 6:
        window_destroy(p, i);
        break;
    }
}
