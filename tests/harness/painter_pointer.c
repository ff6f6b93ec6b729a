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

void test_paint_pointer(TestPainter *p)
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
                              test_paint_depth_format(p, 32), 0, NULL);
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

void test_paint_cursor(TestPainter *p)
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
