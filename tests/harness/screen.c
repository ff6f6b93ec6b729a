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
#include <string.h>

#include <libavutil/pixdesc.h>
#include <xcb/composite.h>
#include <xcb/render.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>
#include <xcb/xfixes.h>
#include <xcb/xtest.h>

#include "colors.h"
#include "screen.h"

static void die(const char *what, int code)
{
    fprintf(stderr, "screen: %s failed (%d)\n", what, code);
    abort();
}

static void check(TestScreen *s, xcb_void_cookie_t cookie, const char *what)
{
    xcb_generic_error_t *e = xcb_request_check(s->conn, cookie);

    if (e)
        die(what, e->error_code);
    if (xcb_connection_has_error(s->conn))
        die(what, -1);
}

static void *need(void *p, const char *what)
{
    if (!p)
        die(what, 0);
    return p;
}

void test_screen_sync(TestScreen *s)
{
    free(need(xcb_get_input_focus_reply(s->conn,
                                        xcb_get_input_focus(s->conn), NULL),
              "GetInputFocus"));
}

TestScreen *test_screen_open(const char *display)
{
    TestScreen *s = need(calloc(1, sizeof(*s)), "calloc");
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

static const xcb_visualtype_t *find_visual(const TestScreen *s,
                                           xcb_visualid_t id)
{
    xcb_screen_iterator_t si = xcb_setup_roots_iterator(s->setup);

    for (; si.rem; xcb_screen_next(&si)) {
        xcb_depth_iterator_t d = xcb_screen_allowed_depths_iterator(si.data);

        for (; d.rem; xcb_depth_next(&d)) {
            xcb_visualtype_iterator_t v = xcb_depth_visuals_iterator(d.data);

            for (; v.rem; xcb_visualtype_next(&v))
                if (v.data->visual_id == id)
                    return v.data;
        }
    }
    die("looking for a visual", id);
    return NULL;
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

static int mask_bits(uint32_t mask)
{
    int n = 0;

    for (; mask; mask &= mask - 1)
        n++;
    return n;
}

static int mask_shift(uint32_t mask)
{
    int n = 0;

    while (mask && !(mask & 1)) {
        mask >>= 1;
        n++;
    }
    return n;
}

static int is_indexed(const xcb_visualtype_t *v)
{
    return v->_class < XCB_VISUAL_CLASS_TRUE_COLOR;
}

uint32_t test_screen_color(const TestScreen *s, int red, int green, int blue)
{
    const xcb_visualtype_t *v = find_visual(s, s->screen->root_visual);
    const uint32_t masks[3] = { v->red_mask, v->green_mask, v->blue_mask };
    const int values[3] = { red, green, blue };
    uint32_t value = 0;

    if (is_indexed(v))
        return red;
    for (int i = 0; i < 3; i++) {
        uint32_t max = (1U << mask_bits(masks[i])) - 1;

        value |= (values[i] * max + 127) / 255 << mask_shift(masks[i]);
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
    check(s, xcb_poly_fill_rectangle_checked(s->conn, d, gc, 1, &r), "fill");
    check(s, xcb_free_gc_checked(s->conn, gc), "FreeGC");
}

static const xcb_format_t *find_format(const TestScreen *s, int depth)
{
    const xcb_format_t *f = xcb_setup_pixmap_formats(s->setup);

    for (int i = 0; i < xcb_setup_pixmap_formats_length(s->setup); i++)
        if (f[i].depth == depth)
            return &f[i];
    die("looking for a pixmap format", depth);
    return NULL;
}

static int row_bytes(const xcb_format_t *f, int width)
{
    int pad = f->scanline_pad;

    return (width * f->bits_per_pixel + pad - 1) / pad * (pad / 8);
}

void test_screen_noise(TestScreen *s, xcb_drawable_t d, int x, int y,
                       int w, int h, unsigned seed)
{
    xcb_get_geometry_reply_t *g =
        need(xcb_get_geometry_reply(s->conn, xcb_get_geometry(s->conn, d),
                                    NULL), "GetGeometry");
    const xcb_format_t *f = find_format(s, g->depth);
    int stride = row_bytes(f, w), rows = 65536 / stride;
    const uint32_t mode = XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS;
    xcb_gcontext_t gc = xcb_generate_id(s->conn);
    uint32_t state = seed * 2654435761U + 1;
    uint8_t *data;

    if (rows < 1)
        rows = 1;
    data = need(malloc((size_t)rows * stride), "malloc");
    xcb_create_gc(s->conn, gc, d, XCB_GC_SUBWINDOW_MODE, &mode);
    for (int row = 0; row < h; row += rows) {
        int n = rows < h - row ? rows : h - row;

        for (int i = 0; i < n * stride; i++) {
            state = state * 1664525 + 1013904223;
            data[i] = state >> 24;
        }
        check(s, xcb_put_image_checked(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, d,
                                       gc, w, n, x, y + row, 0, g->depth,
                                       n * stride, data), "PutImage");
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
        need(xcb_get_geometry_reply(s->conn, xcb_get_geometry(s->conn, window),
                                    NULL), "GetGeometry");
    xcb_pixmap_t pixmap = xcb_generate_id(s->conn);

    check(s, xcb_create_pixmap_checked(s->conn, g->depth, pixmap, window,
                                       w, h), "CreatePixmap");
    test_screen_noise(s, pixmap, 0, 0, w, h, seed);
    check(s, xcb_change_window_attributes_checked(s->conn, window,
                                                  XCB_CW_BACK_PIXMAP, &pixmap),
          "setting a background");
    check(s, xcb_clear_area_checked(s->conn, 0, window, 0, 0, 0, 0),
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
        check(s, xcb_create_colormap_checked(s->conn,
                                             XCB_COLORMAP_ALLOC_NONE, colormap,
                                             s->screen->root, visual),
              "CreateColormap");
    } else {
        depth = s->screen->root_depth;
    }
    check(s, xcb_create_window_checked(
              s->conn, depth, window, s->screen->root, x, y, w, h, 0,
              XCB_WINDOW_CLASS_INPUT_OUTPUT, visual,
              XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL |
              XCB_CW_OVERRIDE_REDIRECT | XCB_CW_COLORMAP,
              (const uint32_t[]){ 0, 0, 1, colormap }), "CreateWindow");
    check(s, xcb_map_window_checked(s->conn, window), "MapWindow");
    for (int i = 0; i < 5000; i++) {
        xcb_get_window_attributes_reply_t *a =
            need(xcb_get_window_attributes_reply(
                     s->conn, xcb_get_window_attributes(s->conn, window),
                     NULL), "GetWindowAttributes");
        int state = a->map_state;

        free(a);
        if (state == XCB_MAP_STATE_VIEWABLE)
            return window;
        poll(NULL, 0, 1);
    }
    die("mapping a window", 0);
    return XCB_NONE;
}

void test_screen_destroy(TestScreen *s, xcb_window_t window)
{
    check(s, xcb_destroy_window_checked(s->conn, window), "DestroyWindow");
}

void test_screen_warp(TestScreen *s, int x, int y)
{
    check(s, xcb_warp_pointer_checked(s->conn, XCB_NONE, s->screen->root,
                                      0, 0, 0, 0, x, y), "WarpPointer");
}

void test_screen_button(TestScreen *s, int press)
{
    if (!s->xtest)
        die("XTEST", 0);
    xcb_test_fake_input(s->conn,
                        press ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, 1,
                        XCB_CURRENT_TIME, XCB_NONE, 0, 0, 0);
    xcb_flush(s->conn);
}

void test_screen_impervious(TestScreen *s, int on)
{
    check(s, xcb_test_grab_control_checked(s->conn, on), "GrabControl");
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
        die("RENDER", 0);
    it = xcb_render_query_pict_formats_formats_iterator(s->formats);
    for (; it.rem; xcb_render_pictforminfo_next(&it)) {
        const xcb_render_directformat_t *d = &it.data->direct;

        if (it.data->depth == 32 && d->alpha_mask == 255 &&
            d->alpha_shift == 24 && d->red_shift == 16 &&
            d->green_shift == 8 && d->blue_shift == 0)
            return it.data->id;
    }
    die("looking for RENDER's ARGB32", 0);
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
    uint8_t *data = need(malloc((size_t)w * h * 4), "malloc");
    int big = s->setup->image_byte_order == XCB_IMAGE_ORDER_MSB_FIRST;

    for (int i = 0; i < w * h; i++)
        for (int b = 0; b < 4; b++)
            data[i * 4 + b] = argb[i] >> 8 * (big ? 3 - b : b);
    check(s, xcb_create_pixmap_checked(s->conn, 32, pixmap, s->screen->root,
                                       w, h), "CreatePixmap");
    xcb_create_gc(s->conn, gc, pixmap, 0, NULL);
    check(s, xcb_put_image_checked(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap,
                                   gc, w, h, 0, 0, 0, 32, w * h * 4, data),
          "PutImage");
    xcb_render_create_picture(s->conn, picture, pixmap, format, 0, NULL);
    check(s, xcb_render_create_cursor_checked(s->conn, cursor, picture,
                                              xhot, yhot), "CreateCursor");
    xcb_render_free_picture(s->conn, picture);
    xcb_free_gc(s->conn, gc);
    xcb_free_pixmap(s->conn, pixmap);
    free(data);
    return cursor;
}

static void use_cursor(TestScreen *s, xcb_window_t window, xcb_cursor_t cursor)
{
    check(s, xcb_change_window_attributes_checked(s->conn, window,
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
        need(calloc(n, sizeof(*elements)), "calloc");
    uint32_t *pixels = need(calloc((size_t)w * h, 4), "calloc");
    xcb_cursor_t cursor = xcb_generate_id(s->conn);

    for (int i = 0; i < n; i++) {
        for (int p = 0; p < w * h; p++)
            pixels[p] = argb[i];
        elements[i].cursor = make_cursor(s, pixels, w, h, 0, 0);
        elements[i].delay  = delay_ms;
    }
    check(s, xcb_render_create_anim_cursor_checked(s->conn, cursor, n,
                                                   elements),
          "CreateAnimCursor");
    use_cursor(s, window, cursor);
    free(pixels);
    free(elements);
}

void test_screen_hide_cursor(TestScreen *s, int hide)
{
    check(s, hide ? xcb_xfixes_hide_cursor_checked(s->conn, s->screen->root)
                  : xcb_xfixes_show_cursor_checked(s->conn, s->screen->root),
          "HideCursor");
}

static TestImage *image_alloc(int width, int height)
{
    TestImage *image = need(calloc(1, sizeof(*image)), "calloc");

    image->width  = width;
    image->height = height;
    image->pixel  = need(calloc((size_t)width * height,
                                sizeof(*image->pixel)), "calloc");
    return image;
}

void test_image_free(TestImage **image)
{
    if (*image) {
        av_frame_free(&(*image)->converted);
        free((*image)->pixel);
    }
    free(*image);
    *image = NULL;
}

static uint32_t read_value(const uint8_t *p, int bytes, int big)
{
    uint32_t v = 0;

    for (int i = 0; i < bytes; i++)
        v |= (uint32_t)p[i] << 8 * (big ? bytes - 1 - i : i);
    return v;
}

static void read_palette(TestScreen *s, xcb_colormap_t colormap, int n,
                         uint16_t palette[256][4])
{
    uint32_t pixels[256] = { 0 };
    xcb_query_colors_reply_t *r;
    xcb_rgb_t *rgb;

    for (int i = 0; i < n; i++)
        pixels[i] = i;
    r = need(xcb_query_colors_reply(
                 s->conn, xcb_query_colors(s->conn, colormap, n, pixels),
                 NULL), "QueryColors");
    rgb = xcb_query_colors_colors(r);
    for (int i = 0; i < n; i++) {
        palette[i][0] = rgb[i].red   >> 8;
        palette[i][1] = rgb[i].green >> 8;
        palette[i][2] = rgb[i].blue  >> 8;
        palette[i][3] = 0;
    }
    free(r);
}

static void blend_pointer(TestScreen *s, TestImage *image, int left, int top,
                          uint16_t (*palette)[4])
{
    xcb_xfixes_get_cursor_image_reply_t *c =
        need(xcb_xfixes_get_cursor_image_reply(
                 s->conn, xcb_xfixes_get_cursor_image(s->conn), NULL),
             "GetCursorImage");
    const uint32_t *argb = xcb_xfixes_get_cursor_image_cursor_image(c);

    for (int cy = 0; cy < c->height; cy++) {
        for (int cx = 0; cx < c->width; cx++) {
            uint32_t value = argb[cy * c->width + cx];
            const int over[4] = { value >> 16 & 255, value >> 8 & 255,
                                  value & 255, value >> 24 };
            int x = c->x - c->xhot + cx - left;
            int y = c->y - c->yhot + cy - top;
            uint16_t *p;

            if (x < 0 || y < 0 || x >= image->width || y >= image->height ||
                !over[3])
                continue;
            p = image->pixel[y * image->width + x];
            for (int i = 0; i < 4; i++) {
                double max = (1 << image->bits[i]) - 1;
                double v = over[i] * max / 255 + p[i] * (1 - over[3] / 255.0);

                p[i] = v >= max ? max : (int)(v + 127.001 / 255);
            }
            if (palette) {
                long best = -1;
                int entry = 0;

                for (int i = 0; i < 256; i++) {
                    long d = 0;

                    for (int k = 0; k < 3; k++)
                        d += (long)(palette[i][k] - p[k]) *
                             (palette[i][k] - p[k]);
                    if (best < 0 || d < best) {
                        best  = d;
                        entry = i;
                    }
                }
                memcpy(p, palette[entry], sizeof(*image->pixel));
            }
        }
    }
    free(c);
}

typedef struct Window {
    xcb_get_geometry_reply_t *g;
    xcb_get_window_attributes_reply_t *a;
    const xcb_visualtype_t *v;
    uint32_t masks[4];
    uint16_t palette[256][4];
} Window;

static void window_ask(TestScreen *s, Window *w, xcb_window_t window)
{
    w->g = need(xcb_get_geometry_reply(s->conn,
                                       xcb_get_geometry(s->conn, window),
                                       NULL), "GetGeometry");
    w->a = need(xcb_get_window_attributes_reply(
                    s->conn, xcb_get_window_attributes(s->conn, window), NULL),
                "GetWindowAttributes");
    w->v = find_visual(s, w->a->visual);
    w->masks[0] = w->v->red_mask;
    w->masks[1] = w->v->green_mask;
    w->masks[2] = w->v->blue_mask;
    w->masks[3] = w->g->depth == 32 ?
                  ~(w->masks[0] | w->masks[1] | w->masks[2]) : 0;
    if (is_indexed(w->v))
        read_palette(s, w->a->colormap ? w->a->colormap :
                                         s->screen->default_colormap,
                     w->v->colormap_entries, w->palette);
}

static void window_done(Window *w)
{
    free(w->a);
    free(w->g);
}

static TestImage *window_image(const Window *w, int width, int height)
{
    TestImage *image = image_alloc(width, height);

    for (int i = 0; i < 4; i++)
        image->bits[i] = is_indexed(w->v) ? i < 3 ? 8 : 0 :
                                            mask_bits(w->masks[i]);
    return image;
}

/* width x height pixels at left,top of a drawable, into the image at x,y */
static void read_pixels(TestScreen *s, const Window *w, xcb_drawable_t drawable,
                        int left, int top, int width, int height,
                        TestImage *image, int x, int y)
{
    const xcb_format_t *f = find_format(s, w->g->depth);
    int bytes = f->bits_per_pixel / 8, stride = row_bytes(f, width);
    int big = s->setup->image_byte_order == XCB_IMAGE_ORDER_MSB_FIRST;
    xcb_get_image_reply_t *r =
        need(xcb_get_image_reply(
                 s->conn, xcb_get_image(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP,
                                        drawable, left, top, width, height,
                                        ~0U), NULL), "GetImage");
    const uint8_t *data = xcb_get_image_data(r);

    for (int row = 0; row < height; row++) {
        for (int col = 0; col < width; col++) {
            uint32_t value = read_value(data + row * stride + col * bytes,
                                        bytes, big);
            uint16_t *p = image->pixel[(y + row) * image->width + x + col];

            if (is_indexed(w->v))
                memcpy(p, w->palette[value & 255], sizeof(*image->pixel));
            else
                for (int i = 0; i < 4; i++)
                    p[i] = w->masks[i] ? (value & w->masks[i]) >>
                                         mask_shift(w->masks[i]) : 0;
        }
    }
    free(r);
}

TestImage *test_screen_read(TestScreen *s, xcb_window_t window, int x, int y,
                            int w, int h, int pointer)
{
    xcb_get_geometry_reply_t *root =
        need(xcb_get_geometry_reply(s->conn,
                                    xcb_get_geometry(s->conn, s->screen->root),
                                    NULL), "GetGeometry");
    xcb_translate_coordinates_reply_t *t =
        need(xcb_translate_coordinates_reply(
                 s->conn, xcb_translate_coordinates(s->conn, window,
                                                    s->screen->root, 0, 0),
                 NULL), "TranslateCoordinates");
    int left = x, top = y, right = x + w, bottom = y + h;
    Window of = { 0 };
    TestImage *image;

    window_ask(s, &of, window);
    image = window_image(&of, w, h);

    left   = left < 0 ? 0 : left;
    top    = top  < 0 ? 0 : top;
    left   = left + t->dst_x < 0 ? -t->dst_x : left;
    top    = top  + t->dst_y < 0 ? -t->dst_y : top;
    right  = right  > of.g->width  ? of.g->width  : right;
    bottom = bottom > of.g->height ? of.g->height : bottom;
    if (right + t->dst_x > root->width)
        right = root->width - t->dst_x;
    if (bottom + t->dst_y > root->height)
        bottom = root->height - t->dst_y;

    if (right > left && bottom > top)
        read_pixels(s, &of, window, left, top, right - left, bottom - top,
                    image, left - x, top - y);
    if (pointer && s->xfixes)
        blend_pointer(s, image, t->dst_x + x, t->dst_y + y,
                      is_indexed(of.v) ? of.palette : NULL);
    window_done(&of);
    free(t);
    free(root);
    return image;
}

TestImage *test_screen_read_pixmap(TestScreen *s, xcb_window_t window,
                                   int w, int h)
{
    xcb_pixmap_t pixmap = xcb_generate_id(s->conn);
    Window of = { 0 };
    TestImage *image;
    int width, height;

    if (!s->composite)
        die("Composite", 0);
    check(s, xcb_composite_name_window_pixmap_checked(s->conn, window, pixmap),
          "NameWindowPixmap");
    window_ask(s, &of, window);
    image  = window_image(&of, w, h);
    for (int i = 0; i < w * h && image->bits[3]; i++)
        image->pixel[i][3] = (1 << image->bits[3]) - 1;
    width  = of.g->width  < w ? of.g->width  : w;
    height = of.g->height < h ? of.g->height : h;
    read_pixels(s, &of, pixmap, of.g->border_width, of.g->border_width,
                width, height, image, 0, 0);
    check(s, xcb_free_pixmap_checked(s->conn, pixmap), "FreePixmap");
    window_done(&of);
    return image;
}

void test_image_mask(TestImage *image, const TestRect *keep, int n)
{
    for (int y = 0; y < image->height; y++) {
        for (int x = 0; x < image->width; x++) {
            int kept = 0;

            for (int i = 0; i < n; i++)
                kept |= x >= keep[i].x && x < keep[i].x + keep[i].w &&
                        y >= keep[i].y && y < keep[i].y + keep[i].h;
            if (!kept)
                memset(image->pixel[y * image->width + x], 0,
                       sizeof(*image->pixel));
        }
    }
}

void test_image_paste(TestImage *image, const TestImage *over, int x, int y)
{
    for (int row = 0; row < over->height; row++) {
        for (int col = 0; col < over->width; col++) {
            int to_x = x + col, to_y = y + row;

            if (to_x >= 0 && to_y >= 0 && to_x < image->width &&
                to_y < image->height)
                memcpy(image->pixel[to_y * image->width + to_x],
                       over->pixel[row * over->width + col],
                       3 * sizeof(**image->pixel));
        }
    }
}

TestImage *test_image_from_frame(const AVFrame *frame)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    TestImage *image = image_alloc(frame->width, frame->height);
    uint16_t *line = need(calloc(frame->width, 2), "calloc");

    if (test_colors_converted(frame)) {
        image->converted = need(av_frame_clone(frame), "av_frame_clone");
    } else if (frame->format == AV_PIX_FMT_PAL8) {
        const uint32_t *palette = (const uint32_t *)frame->data[1];

        for (int y = 0; y < frame->height; y++) {
            for (int x = 0; x < frame->width; x++) {
                uint16_t *p = image->pixel[y * frame->width + x];
                uint32_t v = palette[frame->data[0][y * frame->linesize[0] +
                                                    x]];

                p[0] = v >> 16 & 255;
                p[1] = v >> 8 & 255;
                p[2] = v & 255;
            }
        }
        image->bits[0] = image->bits[1] = image->bits[2] = 8;
    } else {
        for (int c = 0; c < desc->nb_components; c++) {
            image->bits[c] = desc->comp[c].depth;
            for (int y = 0; y < frame->height; y++) {
                av_read_image_line2(line, (const uint8_t **)frame->data,
                                    frame->linesize, desc, 0, y, c,
                                    frame->width, 0, 2);
                for (int x = 0; x < frame->width; x++)
                    image->pixel[y * frame->width + x][c] = line[x];
            }
        }
    }
    free(line);
    return image;
}

int test_image_compare(const TestImage *want, const TestImage *got,
                       char *message)
{
    char unused[200];
    int different = 0, left = want->width, right = -1, top = -1, bottom = -1;

    if (!message)
        message = unused;
    message[0] = 0;
    if (got->converted)
        return want->converted ?
               test_colors_compare_bytes(want->converted, got->converted,
                                         message) :
               test_colors_compare(want, got->converted, message);
    if (want->converted)
        return test_colors_compare(got, want->converted, message);
    if (want->width != got->width || want->height != got->height) {
        snprintf(message, 200, "size %dx%d, wanted %dx%d", got->width,
                 got->height, want->width, want->height);
        return -1;
    }
    if (memcmp(want->bits, got->bits, sizeof(want->bits))) {
        snprintf(message, 200, "bits %d,%d,%d,%d, wanted %d,%d,%d,%d",
                 got->bits[0], got->bits[1], got->bits[2], got->bits[3],
                 want->bits[0], want->bits[1], want->bits[2], want->bits[3]);
        return -1;
    }
    for (int y = 0; y < want->height; y++) {
        for (int x = 0; x < want->width; x++) {
            const uint16_t *a = want->pixel[y * want->width + x];
            const uint16_t *b = got->pixel[y * want->width + x];

            if (!memcmp(a, b, sizeof(*want->pixel)))
                continue;
            if (!different++)
                snprintf(message, 200, "first at %d,%d: %x,%x,%x,%x, wanted "
                         "%x,%x,%x,%x", x, y, b[0], b[1], b[2], b[3],
                         a[0], a[1], a[2], a[3]);
            left   = x < left  ? x : left;
            right  = x > right ? x : right;
            top    = top < 0 ? y : top;
            bottom = y;
        }
    }
    if (different) {
        size_t n = strlen(message);

        snprintf(message + n, 200 - n, "; %d pixels within %dx%d+%d,%d",
                 different, right - left + 1, bottom - top + 1, left, top);
    }
    return different;
}

int test_image_count(const TestImage *image, int red, int green, int blue)
{
    const int want[3] = { red, green, blue };
    int n = 0;

    if (image->converted)
        return test_colors_count(image->converted, red, green, blue);
    for (int i = 0; i < image->width * image->height; i++) {
        int same = 1;

        for (int c = 0; c < 3; c++) {
            int bits = image->bits[c], v = image->pixel[i][c];

            same &= bits >= 8 ? v >> (bits - 8) == want[c]
                              : v == want[c] >> (8 - bits);
        }
        n += same;
    }
    return n;
}
