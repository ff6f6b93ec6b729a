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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xcb/render.h>
#include <xcb/shape.h>
#include <xcb/xcb.h>

#include "painter.h"

#define MAX_WINDOWS 10
#define MAX_FONTS   6
#define MAX_CURSORS 8
#define MAX_VISUALS 8
#define MAX_NOISE   72
#define NB_GLYPHS   16
#define GLYPH_SIDE  11

typedef struct Surface {
    xcb_drawable_t id;
    xcb_gcontext_t gc;
    xcb_render_picture_t picture;
    int depth, w, h;
    int mapped;
} Surface;

struct TestPainter {
    xcb_connection_t *conn;
    xcb_screen_t *screen;
    uint32_t state;
    unsigned kinds;

    Surface root, windows[MAX_WINDOWS];
    int nb_windows;

    struct {
        int depth;
        xcb_visualid_t visual;
        xcb_colormap_t colormap;
    } visuals[MAX_VISUALS];
    int nb_visuals;

    xcb_font_t fonts[MAX_FONTS];
    int nb_fonts;
    xcb_font_t cursor_font;
    xcb_cursor_t cursors[MAX_CURSORS];
    int next_cursor;

    xcb_render_query_pict_formats_reply_t *formats;
    xcb_render_glyphset_t glyphs;
    int shape;
};

static uint32_t rnd(TestPainter *p)
{
    p->state ^= p->state << 13;
    p->state ^= p->state >> 17;
    p->state ^= p->state << 5;

    return p->state;
}

static int below(TestPainter *p, int n)
{
    return n > 0 ? (int)(rnd(p) % (uint32_t)n) : 0;
}

static int between(TestPainter *p, int low, int high)
{
    return low + below(p, high - low + 1);
}

static int present(xcb_connection_t *conn, xcb_extension_t *extension)
{
    const xcb_query_extension_reply_t *e =
        xcb_get_extension_data(conn, extension);

    return e && e->present;
}

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

/* A8 for depth 8, premultiplied ARGB for depth 32. */
static xcb_render_pictformat_t format_of_depth(const TestPainter *p, int depth)
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

static void surface_tools(TestPainter *p, Surface *s, xcb_visualid_t visual)
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

static void find_visuals(TestPainter *p)
{
    xcb_depth_iterator_t d = xcb_screen_allowed_depths_iterator(p->screen);

    for (; d.rem; xcb_depth_next(&d)) {
        xcb_visualtype_t *v = xcb_depth_visuals(d.data);

        for (int i = 0; i < xcb_depth_visuals_length(d.data); i++) {
            int n = p->nb_visuals;

            if (n == MAX_VISUALS)
                break;
            if (p->kinds & TEST_PAINT_DEPTHS ?
                v[i]._class != XCB_VISUAL_CLASS_TRUE_COLOR :
                v[i].visual_id != p->screen->root_visual)
                continue;
            p->visuals[n].depth    = d.data->depth;
            p->visuals[n].visual   = v[i].visual_id;
            p->visuals[n].colormap = xcb_generate_id(p->conn);
            xcb_create_colormap(p->conn, XCB_COLORMAP_ALLOC_NONE,
                                p->visuals[n].colormap, p->screen->root,
                                v[i].visual_id);
            p->nb_visuals++;
            break;
        }
    }
}

static void open_fonts(TestPainter *p)
{
    xcb_list_fonts_reply_t *r =
        xcb_list_fonts_reply(p->conn,
                             xcb_list_fonts(p->conn, 400, 1, "*"), NULL);
    xcb_str_iterator_t it;

    if (!r)
        return;
    for (it = xcb_list_fonts_names_iterator(r); it.rem; xcb_str_next(&it)) {
        const char *name = xcb_str_name(it.data);
        int len          = xcb_str_name_length(it.data);
        int cursor       = len == 6 && !memcmp(name, "cursor", 6);
        xcb_font_t font;

        if (cursor ? p->cursor_font != XCB_NONE : p->nb_fonts == MAX_FONTS)
            continue;
        font = xcb_generate_id(p->conn);
        if (xcb_request_check(p->conn,
                              xcb_open_font_checked(p->conn, font,
                                                    len, name)))
            continue;
        if (cursor)
            p->cursor_font = font;
        else
            p->fonts[p->nb_fonts++] = font;
    }
    free(r);
}

static void make_glyphs(TestPainter *p)
{
    const int row = (GLYPH_SIDE + 3) & ~3;
    uint8_t data[((GLYPH_SIDE + 3) & ~3) * GLYPH_SIDE];

    p->glyphs = xcb_generate_id(p->conn);
    xcb_render_create_glyph_set(p->conn, p->glyphs, format_of_depth(p, 8));
    for (uint32_t i = 0; i < NB_GLYPHS; i++) {
        xcb_render_glyphinfo_t info = {
            GLYPH_SIDE, GLYPH_SIDE, 0, GLYPH_SIDE - 2, GLYPH_SIDE, 0
        };

        for (int j = 0; j < row * GLYPH_SIDE; j++)
            data[j] = below(p, 3) ? 0 : rnd(p) >> 8;
        xcb_render_add_glyphs(p->conn, p->glyphs, 1, &i, &info, sizeof(data),
                              data);
    }
}

TestPainter *test_painter_open(const char *display, uint32_t seed,
                               unsigned kinds)
{
    TestPainter *p = calloc(1, sizeof(*p));
    xcb_screen_iterator_t it;
    int screen;

    if (!p)
        return NULL;
    p->conn = xcb_connect(display, &screen);
    if (xcb_connection_has_error(p->conn)) {
        fprintf(stderr, "painter: can't open %s\n", display);
        xcb_disconnect(p->conn);
        free(p);
        return NULL;
    }

    it = xcb_setup_roots_iterator(xcb_get_setup(p->conn));
    while (screen-- > 0)
        xcb_screen_next(&it);
    p->screen = it.data;
    /* neighbouring seeds must not begin alike; and never 0 */
    p->state  = (seed ^ 0x5bd1e995) * 2654435761u | 1;
    p->kinds  = kinds & TEST_PAINT_ALL;
    p->root   = (Surface){
        .id = p->screen->root, .depth = p->screen->root_depth, .mapped = 1,
        .w  = p->screen->width_in_pixels, .h = p->screen->height_in_pixels,
    };
    for (int i = 0; i < 20; i++)
        rnd(p);

    if (present(p->conn, &xcb_render_id)) {
        free(xcb_render_query_version_reply(
                 p->conn, xcb_render_query_version(p->conn, 0, 11), NULL));
        p->formats = xcb_render_query_pict_formats_reply(
            p->conn, xcb_render_query_pict_formats(p->conn), NULL);
    }
    if (p->formats && format_of_depth(p, 8) && format_of_depth(p, 32))
        make_glyphs(p);
    else
        p->kinds &= ~TEST_PAINT_RENDER;
    p->shape = present(p->conn, &xcb_shape_id);

    surface_tools(p, &p->root, p->screen->root_visual);
    find_visuals(p);
    open_fonts(p);
    if (!p->nb_fonts)
        p->kinds &= ~TEST_PAINT_TEXT;
    if (test_painter_freeze(p) < 0)
        test_painter_close(&p);

    return p;
}

void test_painter_close(TestPainter **pp)
{
    TestPainter *p = *pp;
    const uint32_t none = XCB_NONE;

    *pp = NULL;
    if (!p)
        return;
    xcb_change_window_attributes(p->conn, p->screen->root, XCB_CW_CURSOR,
                                 &none);
    free(xcb_get_input_focus_reply(p->conn, xcb_get_input_focus(p->conn),
                                   NULL));
    xcb_disconnect(p->conn);
    free(p->formats);
    free(p);
}

uint32_t test_painter_window(const TestPainter *p)
{
    return p->nb_windows ? p->windows[p->nb_windows - 1].id : 0;
}

/* Where something is drawn: the root a third of the time. */
static Surface *any_surface(TestPainter *p)
{
    int i = below(p, p->nb_windows + 1 + p->nb_windows / 2);

    return i < p->nb_windows ? &p->windows[i] : &p->root;
}

static void set_gc(TestPainter *p, Surface *s)
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

/* Small ones most of the time, and some that stick out. */
static xcb_rectangle_t any_rect(TestPainter *p, const Surface *s)
{
    int most_w = below(p, 6) ? 60 : s->w, most_h = below(p, 6) ? 60 : s->h;

    return (xcb_rectangle_t){ between(p, -10, s->w), between(p, -10, s->h),
                              between(p, 1, most_w), between(p, 1, most_h) };
}

static void paint_fill(TestPainter *p)
{
    Surface *s = any_surface(p);
    xcb_rectangle_t r[4];
    xcb_point_t line[5];
    xcb_arc_t arc;

    set_gc(p, s);
    r[0] = any_rect(p, s);
    switch (below(p, 5)) {
    case 0:
        for (int i = 1; i < 4; i++)
            r[i] = any_rect(p, s);
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

static void paint_copy(TestPainter *p)
{
    Surface *s = any_surface(p);
    xcb_rectangle_t r = any_rect(p, s);
    int dx = between(p, -20, 20), dy = between(p, -20, 20);

    set_gc(p, s);
    if (!below(p, 3)) {
        r  = (xcb_rectangle_t){ 0, 0, s->w, s->h };
        dx = 0;
    }
    xcb_copy_area(p->conn, s->id, s->id, s->gc, r.x, r.y, r.x + dx, r.y + dy,
                  r.width, r.height);
}

static void paint_image(TestPainter *p)
{
    const xcb_setup_t *setup = xcb_get_setup(p->conn);
    const xcb_format_t *f    = xcb_setup_pixmap_formats(setup);
    Surface *s = any_surface(p);
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

static void paint_text(TestPainter *p)
{
    Surface *s = any_surface(p);
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

static void paint_glyphs(TestPainter *p, Surface *s)
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

static void paint_gradient(TestPainter *p, Surface *s)
{
    xcb_render_picture_t fill         = xcb_generate_id(p->conn);
    const xcb_render_fixed_t stops[2] = { 0, 1 << 16 };
    xcb_render_color_t colors[2]      = { any_color(p), any_color(p) };
    xcb_rectangle_t r                 = any_rect(p, s);
    xcb_render_pointfix_t from        = { 0, 0 };
    xcb_render_pointfix_t to          = { r.width << 16, r.height << 16 };

    xcb_render_create_linear_gradient(p->conn, fill, from, to, 2, stops,
                                      colors);
    xcb_render_composite(p->conn, XCB_RENDER_PICT_OP_OVER, fill, XCB_NONE,
                         s->picture, 0, 0, 0, 0, r.x, r.y, r.width, r.height);
    xcb_render_free_picture(p->conn, fill);
}

static void paint_render(TestPainter *p)
{
    static const uint8_t ops[] = {
        XCB_RENDER_PICT_OP_OVER, XCB_RENDER_PICT_OP_SRC,
        XCB_RENDER_PICT_OP_ADD, XCB_RENDER_PICT_OP_CLEAR,
    };
    Surface *s = any_surface(p);
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
        r[0] = any_rect(p, s);
        xcb_render_composite(p->conn, XCB_RENDER_PICT_OP_SRC, s->picture,
                             XCB_NONE, s->picture, r[0].x, r[0].y, 0, 0,
                             below(p, s->w), below(p, s->h),
                             r[0].width, r[0].height);
        break;
    case 3:
        for (int i = 0; i < 3; i++)
            r[i] = any_rect(p, s);
        xcb_render_fill_rectangles(p->conn, ops[below(p, sizeof(ops))],
                                   s->picture, any_color(p), 3, r);
        break;
    }
}

static void window_create(TestPainter *p)
{
    int v     = below(p, p->nb_visuals);
    Surface s = { .w = between(p, 1, 200), .h = between(p, 1, 160) };
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
    surface_tools(p, &s, p->visuals[v].visual);
    xcb_map_window(p->conn, s.id);
    s.mapped = 1;
    p->windows[p->nb_windows++] = s;
}

/* With its children, which the server destroys too: they come after it, but
 * not only they do, so all that come after it go. */
static void window_destroy(TestPainter *p, int i)
{
    while (p->nb_windows > i) {
        Surface *s = &p->windows[--p->nb_windows];

        if (s->picture)
            xcb_render_free_picture(p->conn, s->picture);
        xcb_free_gc(p->conn, s->gc);
        xcb_destroy_window(p->conn, s->id);
    }
}

static void window_shape(TestPainter *p, Surface *s)
{
    xcb_rectangle_t r[2] = { any_rect(p, s), any_rect(p, s) };

    if (!p->shape)
        return;
    if (below(p, 2))
        xcb_shape_rectangles(p->conn, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING,
                             XCB_CLIP_ORDERING_UNSORTED, s->id, 0, 0, 2, r);
    else
        xcb_shape_mask(p->conn, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING,
                       s->id, 0, 0, XCB_NONE);
}

static void paint_window(TestPainter *p)
{
    Surface *s;
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

static void paint_pointer(TestPainter *p)
{
    int x = below(p, p->root.w), y = below(p, p->root.h);

    if (!below(p, 4)) {
        x = below(p, 2) ? 0 : p->root.w - 1;
        if (below(p, 2))
            y = below(p, 2) ? 0 : p->root.h - 1;
    }
    xcb_warp_pointer(p->conn, XCB_NONE, p->root.id, 0, 0, 0, 0, x, y);
}

static xcb_cursor_t argb_cursor(TestPainter *p)
{
    int w = between(p, 1, 40), h = between(p, 1, 40);
    uint32_t argb[40 * 40];
    xcb_pixmap_t pixmap          = xcb_generate_id(p->conn);
    xcb_gcontext_t gc            = xcb_generate_id(p->conn);
    xcb_render_picture_t picture = xcb_generate_id(p->conn);
    xcb_cursor_t cursor          = xcb_generate_id(p->conn);

    for (int i = 0; i < w * h; i++) {
        unsigned a = below(p, 3) ? rnd(p) & 255 : rnd(p) & 1 ? 255 : 0;

        argb[i] = a << 24 | rnd(p) % (a + 1) << 16 | rnd(p) % (a + 1) << 8 |
                  rnd(p) % (a + 1);
    }
    xcb_create_pixmap(p->conn, 32, pixmap, p->root.id, w, h);
    xcb_create_gc(p->conn, gc, pixmap, 0, NULL);
    xcb_put_image(p->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, w, h, 0, 0,
                  0, 32, w * h * 4, (uint8_t *)argb);
    xcb_render_create_picture(p->conn, picture, pixmap,
                              format_of_depth(p, 32), 0, NULL);
    xcb_render_create_cursor(p->conn, cursor, picture,
                             below(p, w), below(p, h));
    xcb_render_free_picture(p->conn, picture);
    xcb_free_gc(p->conn, gc);
    xcb_free_pixmap(p->conn, pixmap);

    return cursor;
}

static xcb_cursor_t glyph_cursor(TestPainter *p)
{
    xcb_cursor_t cursor = xcb_generate_id(p->conn);
    int glyph           = below(p, 77) * 2;

    xcb_create_glyph_cursor(p->conn, cursor, p->cursor_font, p->cursor_font,
                            glyph, glyph + 1, rnd(p), rnd(p), rnd(p),
                            rnd(p), rnd(p), rnd(p));

    return cursor;
}

static void paint_cursor(TestPainter *p)
{
    int with_argb = p->glyphs != XCB_NONE;
    int on        = below(p, p->nb_windows + 3) - 3;
    xcb_window_t window = on >= 0 ? p->windows[on].id : p->root.id;
    uint32_t cursor;

    if (with_argb && (below(p, 3) || !p->cursor_font))
        cursor = argb_cursor(p);
    else if (p->cursor_font)
        cursor = glyph_cursor(p);
    else
        return;

    xcb_change_window_attributes(p->conn, window, XCB_CW_CURSOR, &cursor);
    if (p->cursors[p->next_cursor])
        xcb_free_cursor(p->conn, p->cursors[p->next_cursor]);
    p->cursors[p->next_cursor] = cursor;
    p->next_cursor = (p->next_cursor + 1) % MAX_CURSORS;
}

static const struct {
    const char *name;
    unsigned kind;
    void (*paint)(TestPainter *p);
} kinds[] = {
    { "fills",   TEST_PAINT_FILLS,   paint_fill },
    { "copies",  TEST_PAINT_COPIES,  paint_copy },
    { "images",  TEST_PAINT_IMAGES,  paint_image },
    { "text",    TEST_PAINT_TEXT,    paint_text },
    { "render",  TEST_PAINT_RENDER,  paint_render },
    { "windows", TEST_PAINT_WINDOWS, paint_window },
    { "pointer", TEST_PAINT_POINTER, paint_pointer },
    { "cursors", TEST_PAINT_CURSORS, paint_cursor },
    { "depths",  TEST_PAINT_DEPTHS,  NULL },
};
#define NB_KINDS ((int)(sizeof(kinds) / sizeof(*kinds)) - 1)

unsigned test_painter_kind(const char *name)
{
    for (int i = 0; i <= NB_KINDS; i++)
        if (!strcmp(kinds[i].name, name))
            return kinds[i].kind;

    return strcmp(name, "all") ? 0 : TEST_PAINT_ALL;
}

void test_painter_burst(TestPainter *p, int n)
{
    if (!(p->kinds & ~TEST_PAINT_DEPTHS))
        return;
    while (n > 0) {
        int i = below(p, NB_KINDS);

        if (!(p->kinds & kinds[i].kind))
            continue;
        kinds[i].paint(p);
        n--;
    }
    xcb_flush(p->conn);
}

int test_painter_freeze(TestPainter *p)
{
    xcb_generic_event_t *event;
    int ret = 0;

    free(xcb_get_input_focus_reply(p->conn, xcb_get_input_focus(p->conn),
                                   NULL));
    while ((event = xcb_poll_for_event(p->conn))) {
        if (!event->response_type) {
            const xcb_generic_error_t *e = (xcb_generic_error_t *)event;

            fprintf(stderr, "painter: error %d of request %d.%d, id %#x\n",
                    e->error_code, e->major_code, e->minor_code,
                    e->resource_id);
            ret = -1;
        }
        free(event);
    }
    if (xcb_connection_has_error(p->conn)) {
        fprintf(stderr, "painter: the connection broke\n");
        ret = -1;
    }

    return ret;
}
