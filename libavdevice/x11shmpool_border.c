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

#include <xcb/shape.h>

#include "libavutil/attributes.h"
#include "libavutil/log.h"

#include "x11shmpool_border.h"

#define SHAPE_WITH_INPUT (1 << 16 | 1)

static void border_shape(X11ShmpoolBorder *b)
{
    xcb_connection_t *conn = b->display->conn;
    X11ShmpoolRect gap     = { b->thickness, b->thickness,
                               b->region.w, b->region.h };
    X11ShmpoolRect whole   = { 0, 0, gap.w + 2 * b->thickness,
                               gap.h + 2 * b->thickness };
    X11ShmpoolRect part[4];
    xcb_rectangle_t frame[4];
    int n = x11shmpool_rect_subtract(whole, gap, part);

    for (int i = 0; i < n; i++)
        frame[i] = (xcb_rectangle_t){ part[i].x, part[i].y,
                                      part[i].w, part[i].h };
    xcb_shape_rectangles(conn, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING,
                         XCB_CLIP_ORDERING_UNSORTED, b->window, 0, 0,
                         n, frame);
    if (b->display->shape >= SHAPE_WITH_INPUT)
        xcb_shape_rectangles(conn, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_INPUT,
                             XCB_CLIP_ORDERING_UNSORTED, b->window, 0, 0,
                             0, NULL);
}

/* A single line as thick as the border, along its middle. */
static void border_draw(X11ShmpoolBorder *b)
{
    int middle = b->thickness / 2;
    xcb_rectangle_t r = { middle, middle, b->region.w + b->thickness,
                          b->region.h + b->thickness };

    xcb_poly_rectangle(b->display->conn, b->window, b->gc, 1, &r);
}

av_cold int x11shmpool_border_init(X11ShmpoolBorder *b, X11ShmpoolDisplay *d,
                                   X11ShmpoolRect region, int thickness)
{
    const uint32_t attributes[] = { 1, XCB_EVENT_MASK_EXPOSURE };
    const uint32_t pen[] = { d->screen->black_pixel, d->screen->white_pixel,
                             thickness, XCB_LINE_STYLE_DOUBLE_DASH };
    xcb_void_cookie_t created;
    int ret;

    *b = (X11ShmpoolBorder){
        .display = d, .region = region, .thickness = thickness,
    };
    if (!d->shape) {
        av_log(d->log, AV_LOG_WARNING, "The region cannot be shown: display "
               "%s lacks the SHAPE extension.\n", d->name);
        return 0;
    }

    b->window = xcb_generate_id(d->conn);
    created   = xcb_create_window_checked(d->conn, XCB_COPY_FROM_PARENT,
                                          b->window, d->screen->root,
                                          region.x - thickness,
                                          region.y - thickness,
                                          region.w + 2 * thickness,
                                          region.h + 2 * thickness, 0,
                                          XCB_WINDOW_CLASS_INPUT_OUTPUT,
                                          XCB_COPY_FROM_PARENT,
                                          XCB_CW_OVERRIDE_REDIRECT |
                                          XCB_CW_EVENT_MASK, attributes);
    if ((ret = x11shmpool_display_check(d, created)) < 0) {
        b->window = XCB_NONE;
        return ret;
    }

    b->gc = xcb_generate_id(d->conn);
    xcb_create_gc(d->conn, b->gc, b->window,
                  XCB_GC_FOREGROUND | XCB_GC_BACKGROUND |
                  XCB_GC_LINE_WIDTH | XCB_GC_LINE_STYLE, pen);
    border_shape(b);
    xcb_map_window(d->conn, b->window);
    border_draw(b);
    if ((ret = x11shmpool_display_sync(d)) < 0)
        x11shmpool_border_uninit(b);

    return ret;
}

void x11shmpool_border_move(X11ShmpoolBorder *b, X11ShmpoolRect region)
{
    int resized = region.w != b->region.w || region.h != b->region.h;
    const uint32_t geometry[] = { region.x - b->thickness,
                                  region.y - b->thickness,
                                  region.w + 2 * b->thickness,
                                  region.h + 2 * b->thickness };

    if (!b->window || x11shmpool_rect_equal(region, b->region))
        return;

    b->region = region;
    xcb_configure_window(b->display->conn, b->window,
                         XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y |
                         (resized ? XCB_CONFIG_WINDOW_WIDTH |
                                    XCB_CONFIG_WINDOW_HEIGHT : 0), geometry);
    if (resized) {
        border_shape(b);
        border_draw(b);
    }
}

int x11shmpool_border_event(X11ShmpoolBorder *b,
                            const xcb_generic_event_t *event)
{
    const xcb_expose_event_t *expose = (const xcb_expose_event_t *)event;

    if (!b->window || (event->response_type & 0x7f) != XCB_EXPOSE ||
        expose->window != b->window)
        return 0;

    if (!expose->count) {
        border_draw(b);
        xcb_flush(b->display->conn);
    }

    return 1;
}

void x11shmpool_border_overflow(X11ShmpoolBorder *b)
{
    if (b->window)
        border_draw(b);
}

av_cold void x11shmpool_border_uninit(X11ShmpoolBorder *b)
{
    if (b->window) {
        xcb_free_gc(b->display->conn, b->gc);
        xcb_destroy_window(b->display->conn, b->window);
    }
    *b = (X11ShmpoolBorder){ 0 };
}
