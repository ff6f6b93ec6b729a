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
#include <string.h>

#include <xcb/composite.h>
#include <xcb/xcb.h>
#include <xcb/xfixes.h>

#include "check.h"
#include "reading.h"
#include "visual.h"

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
    r = test_need(xcb_query_colors_reply(
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
        test_need(xcb_xfixes_get_cursor_image_reply(
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
    w->g = test_need(xcb_get_geometry_reply(s->conn,
                                            xcb_get_geometry(s->conn, window),
                                            NULL), "GetGeometry");
    w->a = test_need(xcb_get_window_attributes_reply(
                    s->conn, xcb_get_window_attributes(s->conn, window), NULL),
                     "GetWindowAttributes");
    w->v = test_visual_find(s, w->a->visual);
    w->masks[0] = w->v->red_mask;
    w->masks[1] = w->v->green_mask;
    w->masks[2] = w->v->blue_mask;
    w->masks[3] = w->g->depth == 32 ?
                  ~(w->masks[0] | w->masks[1] | w->masks[2]) : 0;
    if (test_visual_indexed(w->v))
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
    TestImage *image = test_image_alloc(width, height);

    for (int i = 0; i < 4; i++)
        image->bits[i] = test_visual_indexed(w->v) ? i < 3 ? 8 : 0 :
                                            test_mask_bits(w->masks[i]);
    return image;
}

/* width x height pixels at left,top of a drawable, into the image at x,y */
static void read_pixels(TestScreen *s, const Window *w, xcb_drawable_t drawable,
                        int left, int top, int width, int height,
                        TestImage *image, int x, int y)
{
    const xcb_format_t *f = test_format_find(s, w->g->depth);
    int bytes = f->bits_per_pixel / 8, stride = test_format_row(f, width);
    int big = s->setup->image_byte_order == XCB_IMAGE_ORDER_MSB_FIRST;
    xcb_get_image_reply_t *r =
        test_need(xcb_get_image_reply(
                 s->conn, xcb_get_image(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP,
                                        drawable, left, top, width, height,
                                        ~0U), NULL), "GetImage");
    const uint8_t *data = xcb_get_image_data(r);

    for (int row = 0; row < height; row++) {
        for (int col = 0; col < width; col++) {
            uint32_t value = read_value(data + row * stride + col * bytes,
                                        bytes, big);
            uint16_t *p = image->pixel[(y + row) * image->width + x + col];

            if (test_visual_indexed(w->v))
                memcpy(p, w->palette[value & 255], sizeof(*image->pixel));
            else
                for (int i = 0; i < 4; i++)
                    p[i] = w->masks[i] ? (value & w->masks[i]) >>
                                         test_mask_shift(w->masks[i]) : 0;
        }
    }
    free(r);
}

TestImage *test_screen_read(TestScreen *s, xcb_window_t window, int x, int y,
                            int w, int h, int pointer)
{
    xcb_get_geometry_reply_t *root =
        test_need(xcb_get_geometry_reply(
                      s->conn, xcb_get_geometry(s->conn, s->screen->root),
                      NULL), "GetGeometry");
    xcb_translate_coordinates_reply_t *t =
        test_need(xcb_translate_coordinates_reply(
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
                      test_visual_indexed(of.v) ? of.palette : NULL);
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
        test_die("Composite", 0);
    test_check(s, xcb_composite_name_window_pixmap_checked(s->conn, window,
                                                           pixmap),
               "NameWindowPixmap");
    window_ask(s, &of, window);
    image  = window_image(&of, w, h);
    for (int i = 0; i < w * h && image->bits[3]; i++)
        image->pixel[i][3] = (1 << image->bits[3]) - 1;
    width  = of.g->width  < w ? of.g->width  : w;
    height = of.g->height < h ? of.g->height : h;
    read_pixels(s, &of, pixmap, of.g->border_width, of.g->border_width,
                width, height, image, 0, 0);
    test_check(s, xcb_free_pixmap_checked(s->conn, pixmap), "FreePixmap");
    window_done(&of);
    return image;
}
