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

#define _GNU_SOURCE

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <xcb/composite.h>
#include <xcb/render.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>
#include <xcb/xfixes.h>
#include <xcb/xtest.h>

#include "check.h"
#include "screen.h"
#include "visual.h"

void test_screen_sync(TestScreen *s)
{
    free(test_need(xcb_get_input_focus_reply(
                       s->conn, xcb_get_input_focus(s->conn), NULL),
                   "GetInputFocus"));
}

TestScreen *test_screen_open(const char *display)
{
    TestScreen *s = test_need(calloc(1, sizeof(*s)), "calloc");
    xcb_screen_iterator_t it;
    int n;

    s->conn = xcb_connect(display, &n);
    if (xcb_connection_has_error(s->conn)) {
        fprintf(stderr, "screen: can't open %s\n", display);
        xcb_disconnect(s->conn);
        free(s);
        return NULL;
    }
    s->setup = xcb_get_setup(s->conn);
    it = xcb_setup_roots_iterator(s->setup);
    while (n-- > 0)
        xcb_screen_next(&it);
    s->screen = it.data;
    s->xfixes = xcb_get_extension_data(s->conn, &xcb_xfixes_id)->present;
    s->xtest  = xcb_get_extension_data(s->conn, &xcb_test_id)->present;
    s->render = xcb_get_extension_data(s->conn, &xcb_render_id)->present;
    s->composite =
        xcb_get_extension_data(s->conn, &xcb_composite_id)->present;
    if (s->xfixes)
        free(xcb_xfixes_query_version_reply(
                 s->conn, xcb_xfixes_query_version(s->conn, 4, 0), NULL));
    if (s->composite)
        free(xcb_composite_query_version_reply(
                 s->conn, xcb_composite_query_version(s->conn, 0, 2), NULL));
    if (s->render) {
        free(xcb_render_query_version_reply(
                 s->conn, xcb_render_query_version(s->conn, 0, 11), NULL));
        s->formats = xcb_render_query_pict_formats_reply(
            s->conn, xcb_render_query_pict_formats(s->conn), NULL);
    }
    return s;
}

void test_screen_close(TestScreen **ps)
{
    TestScreen *s = *ps;

    *ps = NULL;
    if (!s)
        return;
    free(s->formats);
    xcb_disconnect(s->conn);
    free(s);
}

xcb_visualid_t test_screen_visual(const TestScreen *s, int depth)
{
    xcb_depth_iterator_t d = xcb_screen_allowed_depths_iterator(s->screen);

    for (; d.rem; xcb_depth_next(&d)) {
        xcb_visualtype_iterator_t v = xcb_depth_visuals_iterator(d.data);

        if (d.data->depth != depth)
            continue;
        for (; v.rem; xcb_visualtype_next(&v))
            if (v.data->_class == XCB_VISUAL_CLASS_TRUE_COLOR)
                return v.data->visual_id;
    }
    return 0;
}

uint32_t test_screen_color(const TestScreen *s, int red, int green, int blue)
{
    const xcb_visualtype_t *v = test_visual_find(s, s->screen->root_visual);
    const uint32_t masks[3] = { v->red_mask, v->green_mask, v->blue_mask };
    const int values[3] = { red, green, blue };
    uint32_t value = 0;

    if (test_visual_indexed(v))
        return red;
    for (int i = 0; i < 3; i++) {
        uint32_t max = (1U << test_mask_bits(masks[i])) - 1;

        value |= (values[i] * max + 127) / 255 << test_mask_shift(masks[i]);
    }
    return value;
}

void test_screen_fill(TestScreen *s, xcb_drawable_t d, int x, int y,
                      int w, int h, uint32_t value)
{
    xcb_gcontext_t gc = xcb_generate_id(s->conn);
    const uint32_t values[] = { value, XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS };
    const xcb_rectangle_t r = { x, y, w, h };

    xcb_create_gc(s->conn, gc, d,
                  XCB_GC_FOREGROUND | XCB_GC_SUBWINDOW_MODE, values);
    test_check(s, xcb_poly_fill_rectangle_checked(s->conn, d, gc, 1, &r),
               "fill");
    test_check(s, xcb_free_gc_checked(s->conn, gc), "FreeGC");
}

void test_screen_noise(TestScreen *s, xcb_drawable_t d, int x, int y,
                       int w, int h, unsigned seed)
{
    xcb_get_geometry_reply_t *g =
        test_need(xcb_get_geometry_reply(s->conn, xcb_get_geometry(s->conn, d),
                                         NULL), "GetGeometry");
    const xcb_format_t *f = test_format_find(s, g->depth);
    int stride = test_format_row(f, w), rows = 65536 / stride;
    const uint32_t mode = XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS;
    xcb_gcontext_t gc = xcb_generate_id(s->conn);
    uint32_t state = seed * 2654435761U + 1;
    uint8_t *data;

    if (rows < 1)
        rows = 1;
    data = test_need(malloc((size_t)rows * stride), "malloc");
    xcb_create_gc(s->conn, gc, d, XCB_GC_SUBWINDOW_MODE, &mode);
    for (int row = 0; row < h; row += rows) {
        int n = rows < h - row ? rows : h - row;

        for (int i = 0; i < n * stride; i++) {
            state = state * 1664525 + 1013904223;
            data[i] = state >> 24;
        }
        test_check(s, xcb_put_image_checked(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP,
                                            d, gc, w, n, x, y + row, 0,
                                            g->depth, n * stride, data),
                   "PutImage");
    }
    xcb_free_gc(s->conn, gc);
    free(data);
    free(g);
    test_screen_sync(s);
}

void test_screen_backdrop(TestScreen *s, xcb_window_t window, int w, int h,
                          unsigned seed)
{
    xcb_get_geometry_reply_t *g =
        test_need(xcb_get_geometry_reply(s->conn,
                                         xcb_get_geometry(s->conn, window),
                                         NULL), "GetGeometry");
    xcb_pixmap_t pixmap = xcb_generate_id(s->conn);

    test_check(s, xcb_create_pixmap_checked(s->conn, g->depth, pixmap, window,
                                            w, h), "CreatePixmap");
    test_screen_noise(s, pixmap, 0, 0, w, h, seed);
    test_check(s, xcb_change_window_attributes_checked(s->conn, window,
                                                       XCB_CW_BACK_PIXMAP,
                                                       &pixmap),
               "setting a background");
    test_check(s, xcb_clear_area_checked(s->conn, 0, window, 0, 0, 0, 0),
               "ClearArea");
    xcb_free_pixmap(s->conn, pixmap);
    free(g);
}

xcb_window_t test_screen_window(TestScreen *s, int x, int y, int w, int h,
                                int depth)
{
    xcb_window_t window = xcb_generate_id(s->conn);
    xcb_visualid_t visual = s->screen->root_visual;
    xcb_colormap_t colormap = s->screen->default_colormap;

    if (depth && depth != s->screen->root_depth) {
        if (!(visual = test_screen_visual(s, depth)))
            return XCB_NONE;
        colormap = xcb_generate_id(s->conn);
        test_check(s, xcb_create_colormap_checked(s->conn,
                                                  XCB_COLORMAP_ALLOC_NONE,
                                                  colormap, s->screen->root,
                                                  visual),
                   "CreateColormap");
    } else {
        depth = s->screen->root_depth;
    }
    test_check(s, xcb_create_window_checked(
              s->conn, depth, window, s->screen->root, x, y, w, h, 0,
              XCB_WINDOW_CLASS_INPUT_OUTPUT, visual,
              XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL |
              XCB_CW_OVERRIDE_REDIRECT | XCB_CW_COLORMAP,
              (const uint32_t[]){ 0, 0, 1, colormap }), "CreateWindow");
    test_check(s, xcb_map_window_checked(s->conn, window), "MapWindow");
    for (int i = 0; i < 5000; i++) {
        xcb_get_window_attributes_reply_t *a =
            test_need(xcb_get_window_attributes_reply(
                     s->conn, xcb_get_window_attributes(s->conn, window),
                     NULL), "GetWindowAttributes");
        int state = a->map_state;

        free(a);
        if (state == XCB_MAP_STATE_VIEWABLE)
            return window;
        poll(NULL, 0, 1);
    }
    test_die("mapping a window", 0);
    return XCB_NONE;
}

void test_screen_destroy(TestScreen *s, xcb_window_t window)
{
    test_check(s, xcb_destroy_window_checked(s->conn, window), "DestroyWindow");
}

void test_screen_warp(TestScreen *s, int x, int y)
{
    test_check(s, xcb_warp_pointer_checked(s->conn, XCB_NONE, s->screen->root,
                                           0, 0, 0, 0, x, y), "WarpPointer");
}

void test_screen_impervious(TestScreen *s, int on)
{
    test_check(s, xcb_test_grab_control_checked(s->conn, on), "GrabControl");
}

int test_screen_served(TestScreen *s, int timeout_ms)
{
    unsigned sequence = xcb_get_input_focus(s->conn).sequence;
    void *reply = NULL;

    xcb_flush(s->conn);
    for (int ms = 0; ms <= timeout_ms; ms++) {
        if (xcb_poll_for_reply(s->conn, sequence, &reply, NULL)) {
            free(reply);
            return 1;
        }
        poll(NULL, 0, 1);
    }
    xcb_discard_reply(s->conn, sequence);
    return 0;
}

uint32_t test_screen_cursor_serial(TestScreen *s)
{
    xcb_xfixes_get_cursor_image_reply_t *c = s->xfixes ?
        xcb_xfixes_get_cursor_image_reply(
            s->conn, xcb_xfixes_get_cursor_image(s->conn), NULL) : NULL;
    uint32_t serial = c ? c->cursor_serial : 0;

    free(c);
    return serial;
}

static xcb_render_pictformat_t argb_format(const TestScreen *s)
{
    xcb_render_pictforminfo_iterator_t it;

    if (!s->formats)
        test_die("RENDER", 0);
    it = xcb_render_query_pict_formats_formats_iterator(s->formats);
    for (; it.rem; xcb_render_pictforminfo_next(&it)) {
        const xcb_render_directformat_t *d = &it.data->direct;

        if (it.data->depth == 32 && d->alpha_mask == 255 &&
            d->alpha_shift == 24 && d->red_shift == 16 &&
            d->green_shift == 8 && d->blue_shift == 0)
            return it.data->id;
    }
    test_die("looking for RENDER's ARGB32", 0);
    return 0;
}

static xcb_cursor_t make_cursor(TestScreen *s, const uint32_t *argb,
                                int w, int h, int xhot, int yhot)
{
    xcb_render_pictformat_t format = argb_format(s);
    xcb_pixmap_t pixmap = xcb_generate_id(s->conn);
    xcb_gcontext_t gc = xcb_generate_id(s->conn);
    xcb_render_picture_t picture = xcb_generate_id(s->conn);
    xcb_cursor_t cursor = xcb_generate_id(s->conn);
    uint8_t *data = test_need(malloc((size_t)w * h * 4), "malloc");
    int big = s->setup->image_byte_order == XCB_IMAGE_ORDER_MSB_FIRST;

    for (int i = 0; i < w * h; i++)
        for (int b = 0; b < 4; b++)
            data[i * 4 + b] = argb[i] >> 8 * (big ? 3 - b : b);
    test_check(s, xcb_create_pixmap_checked(s->conn, 32, pixmap,
                                            s->screen->root, w, h),
               "CreatePixmap");
    xcb_create_gc(s->conn, gc, pixmap, 0, NULL);
    test_check(s, xcb_put_image_checked(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP,
                                        pixmap, gc, w, h, 0, 0, 0, 32,
                                        w * h * 4, data),
               "PutImage");
    xcb_render_create_picture(s->conn, picture, pixmap, format, 0, NULL);
    test_check(s, xcb_render_create_cursor_checked(s->conn, cursor, picture,
                                                   xhot, yhot), "CreateCursor");
    xcb_render_free_picture(s->conn, picture);
    xcb_free_gc(s->conn, gc);
    xcb_free_pixmap(s->conn, pixmap);
    free(data);
    return cursor;
}

static void use_cursor(TestScreen *s, xcb_window_t window, xcb_cursor_t cursor)
{
    test_check(s, xcb_change_window_attributes_checked(s->conn, window,
                                                       XCB_CW_CURSOR, &cursor),
               "setting a cursor");
    xcb_free_cursor(s->conn, cursor);
    test_screen_sync(s);
}

void test_screen_cursor(TestScreen *s, xcb_window_t window,
                        const uint32_t *argb, int w, int h, int xhot, int yhot)
{
    use_cursor(s, window, make_cursor(s, argb, w, h, xhot, yhot));
}

void test_screen_cursor_animated(TestScreen *s, xcb_window_t window,
                                 const uint32_t *argb, int n, int w, int h,
                                 int delay_ms)
{
    xcb_render_animcursorelt_t *elements =
        test_need(calloc(n, sizeof(*elements)), "calloc");
    uint32_t *pixels = test_need(calloc((size_t)w * h, 4), "calloc");
    xcb_cursor_t cursor = xcb_generate_id(s->conn);

    for (int i = 0; i < n; i++) {
        for (int p = 0; p < w * h; p++)
            pixels[p] = argb[i];
        elements[i].cursor = make_cursor(s, pixels, w, h, 0, 0);
        elements[i].delay  = delay_ms;
    }
    test_check(s, xcb_render_create_anim_cursor_checked(s->conn, cursor, n,
                                                        elements),
               "CreateAnimCursor");
    use_cursor(s, window, cursor);
    free(pixels);
    free(elements);
}

void test_screen_hide_cursor(TestScreen *s, int hide)
{
    test_check(s, hide ?
                  xcb_xfixes_hide_cursor_checked(s->conn, s->screen->root) :
                  xcb_xfixes_show_cursor_checked(s->conn, s->screen->root),
               "HideCursor");
}

