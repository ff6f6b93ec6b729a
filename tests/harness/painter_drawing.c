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

#include <xcb/render.h>
#include <xcb/xcb.h>

#include "painter_tools.h"

#define MAX_NOISE 72

/* Where something is drawn: the root a third of the time. */
static TestSurface *any_surface(TestPainter *p)
{
    int i = below(p, p->nb_windows + 1 + p->nb_windows / 2);

    return i < p->nb_windows ? &p->windows[i] : &p->root;
}

static void set_gc(TestPainter *p, TestSurface *s)
{
    static const uint8_t functions[] = {
        XCB_GX_COPY, XCB_GX_COPY, XCB_GX_COPY, XCB_GX_COPY, XCB_GX_XOR,
        XCB_GX_INVERT, XCB_GX_OR, XCB_GX_AND_REVERSE,
    };
    uint32_t v[5];

    v[0] = functions[below(p, sizeof(functions))];
    v[1] = rnd(p);
    v[2] = rnd(p);
    v[3] = below(p, 4) ? 0 : between(p, 1, 9);
    v[4] = below(p, 2);
    xcb_change_gc(p->conn, s->gc, XCB_GC_FUNCTION | XCB_GC_FOREGROUND |
                  XCB_GC_BACKGROUND | XCB_GC_LINE_WIDTH |
                  XCB_GC_SUBWINDOW_MODE, v);
}

void test_paint_fill(TestPainter *p)
{
    TestSurface *s = any_surface(p);
    xcb_rectangle_t r[4];
    xcb_point_t line[5];
    xcb_arc_t arc;

    set_gc(p, s);
    r[0] = test_paint_rect(p, s);
    switch (below(p, 5)) {
    case 0:
        for (int i = 1; i < 4; i++)
            r[i] = test_paint_rect(p, s);
        xcb_poly_fill_rectangle(p->conn, s->id, s->gc, 4, r);
        break;
    case 1:
        for (int i = 0; i < 5; i++)
            line[i] = (xcb_point_t){ below(p, s->w), below(p, s->h) };
        xcb_poly_line(p->conn, XCB_COORD_MODE_ORIGIN, s->id, s->gc, 5, line);
        break;
    case 2:
        arc = (xcb_arc_t){ r[0].x, r[0].y, r[0].width, r[0].height,
                           below(p, 360 * 64), below(p, 360 * 64) };
        xcb_poly_fill_arc(p->conn, s->id, s->gc, 1, &arc);
        break;
    case 3:
        xcb_clear_area(p->conn, 0, s->id, r[0].x, r[0].y,
                       r[0].width, r[0].height);
        break;
    case 4:
        line[0] = (xcb_point_t){ below(p, s->w), below(p, s->h) };
        xcb_poly_point(p->conn, XCB_COORD_MODE_ORIGIN, s->id, s->gc, 1, line);
        break;
    }
}

void test_paint_copy(TestPainter *p)
{
    TestSurface *s = any_surface(p);
    xcb_rectangle_t r = test_paint_rect(p, s);
    int dx = between(p, -20, 20), dy = between(p, -20, 20);

    set_gc(p, s);
    if (!below(p, 3)) {
        r  = (xcb_rectangle_t){ 0, 0, s->w, s->h };
        dx = 0;
    }
    xcb_copy_area(p->conn, s->id, s->id, s->gc, r.x, r.y, r.x + dx, r.y + dy,
                  r.width, r.height);
}

void test_paint_image(TestPainter *p)
{
    const xcb_setup_t *setup = xcb_get_setup(p->conn);
    const xcb_format_t *f    = xcb_setup_pixmap_formats(setup);
    TestSurface *s = any_surface(p);
    int w = between(p, 1, MAX_NOISE), h = between(p, 1, MAX_NOISE);
    uint8_t noise[MAX_NOISE * 4 * MAX_NOISE + 64];
    int stride, i;

    for (i = xcb_setup_pixmap_formats_length(setup); i > 0; i--, f++)
        if (f->depth == s->depth)
            break;
    if (!i)
        return;
    stride = (w * f->bits_per_pixel + f->scanline_pad - 1) / f->scanline_pad *
             (f->scanline_pad / 8);
    for (i = 0; i < stride * h; i++)
        noise[i] = rnd(p) >> 11;
    set_gc(p, s);
    xcb_put_image(p->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, s->id, s->gc, w, h,
                  between(p, -20, s->w), between(p, -20, s->h), 0, s->depth,
                  stride * h, noise);
}

void test_paint_text(TestPainter *p)
{
    TestSurface *s = any_surface(p);
    uint32_t font = p->fonts[below(p, p->nb_fonts)];
    char text[40];
    int n = between(p, 1, sizeof(text));

    for (int i = 0; i < n; i++)
        text[i] = between(p, ' ', '~');
    set_gc(p, s);
    xcb_change_gc(p->conn, s->gc, XCB_GC_FONT, &font);
    xcb_image_text_8(p->conn, n, s->id, s->gc, between(p, -10, s->w),
                     between(p, 0, s->h + 10), text);
}

static xcb_render_color_t any_color(TestPainter *p)
{
    uint32_t a = below(p, 3) ? rnd(p) & 0xffff : 0xffff;

    return (xcb_render_color_t){ rnd(p) % (a + 1), rnd(p) % (a + 1),
                                 rnd(p) % (a + 1), a };
}

static void paint_glyphs(TestPainter *p, TestSurface *s)
{
    xcb_render_picture_t fill = xcb_generate_id(p->conn);
    struct {
        uint8_t count, pad[3];
        int16_t dx, dy;
        uint8_t glyphs[NB_GLYPHS];
    } run = { .count = NB_GLYPHS };

    run.dx = between(p, -10, s->w);
    run.dy = between(p, 0, s->h);
    for (int i = 0; i < NB_GLYPHS; i++)
        run.glyphs[i] = below(p, NB_GLYPHS);
    xcb_render_create_solid_fill(p->conn, fill, any_color(p));
    xcb_render_composite_glyphs_8(p->conn, XCB_RENDER_PICT_OP_OVER, fill,
                                  s->picture, XCB_NONE, p->glyphs, 0, 0,
                                  sizeof(run), (uint8_t *)&run);
    xcb_render_free_picture(p->conn, fill);
}

static void paint_gradient(TestPainter *p, TestSurface *s)
{
    xcb_render_picture_t fill         = xcb_generate_id(p->conn);
    const xcb_render_fixed_t stops[2] = { 0, 1 << 16 };
    xcb_render_color_t colors[2]      = { any_color(p), any_color(p) };
    xcb_rectangle_t r                 = test_paint_rect(p, s);
    xcb_render_pointfix_t from        = { 0, 0 };
    xcb_render_pointfix_t to          = { r.width << 16, r.height << 16 };

    xcb_render_create_linear_gradient(p->conn, fill, from, to, 2, stops,
                                      colors);
    xcb_render_composite(p->conn, XCB_RENDER_PICT_OP_OVER, fill, XCB_NONE,
                         s->picture, 0, 0, 0, 0, r.x, r.y, r.width, r.height);
    xcb_render_free_picture(p->conn, fill);
}

void test_paint_render(TestPainter *p)
{
    static const uint8_t ops[] = {
        XCB_RENDER_PICT_OP_OVER, XCB_RENDER_PICT_OP_SRC,
        XCB_RENDER_PICT_OP_ADD, XCB_RENDER_PICT_OP_CLEAR,
    };
    TestSurface *s = any_surface(p);
    xcb_rectangle_t r[3];

    if (!s->picture)
        return;
    switch (below(p, 4)) {
    case 0:
        paint_glyphs(p, s);
        break;
    case 1:
        paint_gradient(p, s);
        break;
    case 2:
        r[0] = test_paint_rect(p, s);
        xcb_render_composite(p->conn, XCB_RENDER_PICT_OP_SRC, s->picture,
                             XCB_NONE, s->picture, r[0].x, r[0].y, 0, 0,
                             below(p, s->w), below(p, s->h),
                             r[0].width, r[0].height);
        break;
    case 3:
        for (int i = 0; i < 3; i++)
            r[i] = test_paint_rect(p, s);
        xcb_render_fill_rectangles(p->conn, ops[below(p, sizeof(ops))],
                                   s->picture, any_color(p), 3, r);
        break;
    }
}
