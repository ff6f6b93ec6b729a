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
#include "painter_tools.h"

#define GLYPH_SIDE 11

static int present(xcb_connection_t *conn, xcb_extension_t *extension)
{
    const xcb_query_extension_reply_t *e =
        xcb_get_extension_data(conn, extension);

    return e && e->present;
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
    xcb_render_create_glyph_set(p->conn, p->glyphs,
                                test_paint_depth_format(p, 8));
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
    p->root   = (TestSurface){
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
    if (p->formats && test_paint_depth_format(p, 8) &&
        test_paint_depth_format(p, 32))
        make_glyphs(p);
    else
        p->kinds &= ~TEST_PAINT_RENDER;
    p->shape = present(p->conn, &xcb_shape_id);

    test_paint_surface(p, &p->root, p->screen->root_visual);
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

static const struct {
    const char *name;
    unsigned kind;
    void (*paint)(TestPainter *p);
} kinds[] = {
    { "fills",   TEST_PAINT_FILLS,   test_paint_fill },
    { "copies",  TEST_PAINT_COPIES,  test_paint_copy },
    { "images",  TEST_PAINT_IMAGES,  test_paint_image },
    { "text",    TEST_PAINT_TEXT,    test_paint_text },
    { "render",  TEST_PAINT_RENDER,  test_paint_render },
    { "windows", TEST_PAINT_WINDOWS, test_paint_window },
    { "pointer", TEST_PAINT_POINTER, test_paint_pointer },
    { "cursors", TEST_PAINT_CURSORS, test_paint_cursor },
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

static void round_trip(TestPainter *p)
{
    free(xcb_get_input_focus_reply(p->conn, xcb_get_input_focus(p->conn),
                                   NULL));
}

int test_painter_freeze(TestPainter *p)
{
    xcb_generic_event_t *event;
    int ret = 0;

    /* The server sends what it has for its clients one after the other: once it
     * takes the second request, all have been told what was drawn. */
    round_trip(p);
    round_trip(p);
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
