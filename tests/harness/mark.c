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

#include "check.h"
#include "mark.h"

uint32_t test_mark(TestOwner owner, int x, int y)
{
    return (uint32_t)owner << 22 | x << 11 | y;
}

void test_mark_window(TestScreen *s, xcb_window_t w, TestOwner owner, int add,
                      int width, int height)
{
    xcb_pixmap_t pixmap = xcb_generate_id(s->conn);
    xcb_gcontext_t gc = xcb_generate_id(s->conn);
    uint32_t *row = test_need(calloc(width, sizeof(*row)), "calloc");

    xcb_create_pixmap(s->conn, s->screen->root_depth, pixmap, w, width,
                      height);
    xcb_create_gc(s->conn, gc, pixmap, 0, NULL);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            row[x] = test_mark(owner, add + x, y);
        xcb_put_image(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, width, 1,
                      0, y, 0, s->screen->root_depth, width * 4,
                      (const uint8_t *)row);
    }
    xcb_change_window_attributes(s->conn, w, XCB_CW_BACK_PIXMAP, &pixmap);
    xcb_clear_area(s->conn, 0, w, 0, 0, 0, 0);
    xcb_free_gc(s->conn, gc);
    xcb_free_pixmap(s->conn, pixmap);
    test_screen_sync(s);
    free(row);
}
