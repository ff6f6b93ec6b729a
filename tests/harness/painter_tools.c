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

#include "painter_tools.h"

static xcb_render_pictformat_t format_of_visual(const TestPainter *p,
                                                xcb_visualid_t visual)
{
    xcb_render_pictscreen_iterator_t s =
        xcb_render_query_pict_formats_screens_iterator(p->formats);

    for (; s.rem; xcb_render_pictscreen_next(&s)) {
        xcb_render_pictdepth_iterator_t d =
            xcb_render_pictscreen_depths_iterator(s.data);

        for (; d.rem; xcb_render_pictdepth_next(&d)) {
            const xcb_render_pictvisual_t *v =
                xcb_render_pictdepth_visuals(d.data);

            for (int i = 0; i < d.data->num_visuals; i++)
                if (v[i].visual == visual)
                    return v[i].format;
        }
    }

    return XCB_NONE;
}

xcb_render_pictformat_t test_paint_depth_format(const TestPainter *p,
                                                int depth)
{
    const xcb_render_pictforminfo_t *f =
        xcb_render_query_pict_formats_formats(p->formats);

    for (uint32_t i = 0; i < p->formats->num_formats; i++) {
        if (f[i].type != XCB_RENDER_PICT_TYPE_DIRECT || f[i].depth != depth ||
            f[i].direct.alpha_mask != 255)
            continue;
        if (depth == 8 && !f[i].direct.red_mask)
            return f[i].id;
        if (depth == 32 && f[i].direct.alpha_shift == 24 &&
            f[i].direct.red_shift == 16 && f[i].direct.red_mask == 255)
            return f[i].id;
    }

    return XCB_NONE;
}

void test_paint_surface(TestPainter *p, TestSurface *s, xcb_visualid_t visual)
{
    const uint32_t no = 0;

    s->gc = xcb_generate_id(p->conn);
    xcb_create_gc(p->conn, s->gc, s->id, XCB_GC_GRAPHICS_EXPOSURES, &no);
    if (p->formats && format_of_visual(p, visual)) {
        s->picture = xcb_generate_id(p->conn);
        xcb_render_create_picture(p->conn, s->picture, s->id,
                                  format_of_visual(p, visual), 0, NULL);
    }
}

xcb_rectangle_t test_paint_rect(TestPainter *p, const TestSurface *s)
{
    int most_w = below(p, 6) ? 60 : s->w, most_h = below(p, 6) ? 60 : s->h;

    return (xcb_rectangle_t){ between(p, -10, s->w), between(p, -10, s->h),
                              between(p, 1, most_w), between(p, 1, most_h) };
}
