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

#ifndef TESTS_HARNESS_PAINTER_TOOLS_H
#define TESTS_HARNESS_PAINTER_TOOLS_H

#include <stdint.h>

#include <xcb/render.h>
#include <xcb/xcb.h>

#include "painter.h"

/**
 * @file
 * What a painter works with, and the kinds of what it draws. Only for its own
 * files.
 */

#define MAX_WINDOWS 10
#define MAX_FONTS   6
#define MAX_CURSORS 8
#define MAX_VISUALS 8
#define NB_GLYPHS   16

typedef struct TestSurface {
    xcb_drawable_t id;
    xcb_gcontext_t gc;
    xcb_render_picture_t picture;
    int depth, w, h;
    int mapped;
} TestSurface;

struct TestPainter {
    xcb_connection_t *conn;
    xcb_screen_t *screen;
    uint32_t state;
    unsigned kinds;

    TestSurface root, windows[MAX_WINDOWS];
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

/** Random numbers: any; from 0 on, less than n; neither left out. */
static inline uint32_t rnd(TestPainter *p)
{
    p->state ^= p->state << 13;
    p->state ^= p->state >> 17;
    p->state ^= p->state << 5;

    return p->state;
}

static inline int below(TestPainter *p, int n)
{
    return n > 0 ? (int)(rnd(p) % (uint32_t)n) : 0;
}

static inline int between(TestPainter *p, int low, int high)
{
    return low + below(p, high - low + 1);
}

/** RENDER's format: A8 for depth 8, premultiplied ARGB for depth 32, XCB_NONE
 *  if there is none. */
xcb_render_pictformat_t test_paint_depth_format(const TestPainter *p,
                                                int depth);

/** Give a window of this visual what is needed to draw there. */
void test_paint_surface(TestPainter *p, TestSurface *s, xcb_visualid_t visual);

/** A rectangle: a small one most of the time, sometimes one that sticks out. */
xcb_rectangle_t test_paint_rect(TestPainter *p, const TestSurface *s);

/** Draw something of a kind. */
void test_paint_fill(TestPainter *p);
void test_paint_copy(TestPainter *p);
void test_paint_image(TestPainter *p);
void test_paint_text(TestPainter *p);
void test_paint_render(TestPainter *p);
void test_paint_window(TestPainter *p);
void test_paint_pointer(TestPainter *p);
void test_paint_cursor(TestPainter *p);

#endif /* TESTS_HARNESS_PAINTER_TOOLS_H */
