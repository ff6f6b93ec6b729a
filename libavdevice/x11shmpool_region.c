/*
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

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcbext.h>

#include "config.h"

#if CONFIG_LIBXCB_SHAPE
#include <xcb/shape.h>
#endif

#include "libavutil/attributes.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/time.h"

#include "x11shmpool_region.h"

#define CROSSHAIR_GLYPH   34     /* in the "cursor" font; its mask follows */
#define INTERRUPT_POLL_MS 100
#define SETTLE_US         500000
#define SHAPE_WITH_INPUT  (1 << 16 | 1)

#if CONFIG_LIBXCB_SHAPE
static void border_shape(X11ShmpoolBorder *b)
{
    xcb_connection_t *conn = b->display->conn;
    X11ShmpoolRect hole    = { b->thickness, b->thickness,
                               b->region.w, b->region.h };
    X11ShmpoolRect whole   = { 0, 0, hole.w + 2 * b->thickness,
                               hole.h + 2 * b->thickness };
    X11ShmpoolRect part[4];
    xcb_rectangle_t frame[4];
    int n = x11shmpool_rect_subtract(whole, hole, part);

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

/* One line as thick as the border, through its middle. */
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

av_cold void x11shmpool_border_uninit(X11ShmpoolBorder *b)
{
    if (b->window) {
        xcb_free_gc(b->display->conn, b->gc);
        xcb_destroy_window(b->display->conn, b->window);
        xcb_flush(b->display->conn);
    }
    *b = (X11ShmpoolBorder){ 0 };
}
#else
av_cold int x11shmpool_border_init(X11ShmpoolBorder *b, X11ShmpoolDisplay *d,
                                   X11ShmpoolRect region, int thickness)
{
    *b = (X11ShmpoolBorder){
        .display = d, .region = region, .thickness = thickness,
    };
    av_log(d->log, AV_LOG_WARNING, "The region cannot be shown: this build "
           "lacks xcb-shape.\n");

    return 0;
}

void x11shmpool_border_move(X11ShmpoolBorder *b, X11ShmpoolRect region)
{
    b->region = region;
}

int x11shmpool_border_event(av_unused X11ShmpoolBorder *b,
                            av_unused const xcb_generic_event_t *event)
{
    return 0;
}

av_cold void x11shmpool_border_uninit(X11ShmpoolBorder *b)
{
    *b = (X11ShmpoolBorder){ 0 };
}
#endif /* CONFIG_LIBXCB_SHAPE */

/* The next event, waited for as x11shmpool_display_wait() waits. */
static int next_event(X11ShmpoolDisplay *d, xcb_generic_event_t **event)
{
    int ret;

    xcb_flush(d->conn);
    while (!(*event = xcb_poll_for_event(d->conn))) {
        struct pollfd fds[] = {
            { .fd = d->fd,        .events = POLLIN },
            { .fd = d->cancel_fd, .events = POLLIN },
        };

        if ((ret = x11shmpool_display_error(d)) < 0)
            return ret;
        poll(fds, 2, d->interrupt.callback ? INTERRUPT_POLL_MS : -1);
        if (fds[1].revents || x11shmpool_display_interrupted(d))
            return AVERROR_EXIT;
    }

    return 0;
}

/* A server drops what a client sent last if the client leaves at once. Waits
 * for a while even if interrupted: the screen would stay drawn upon. */
static void settle(X11ShmpoolDisplay *d)
{
    unsigned sequence   = xcb_get_input_focus(d->conn).sequence;
    int64_t deadline    = av_gettime_relative() + SETTLE_US;
    struct pollfd fds[] = { { .fd = d->fd, .events = POLLIN } };
    void *reply = NULL;

    xcb_flush(d->conn);
    while (!xcb_poll_for_reply(d->conn, sequence, &reply, NULL)) {
        int64_t left = deadline - av_gettime_relative();

        if (left <= 0 || x11shmpool_display_error(d) < 0) {
            x11shmpool_display_discard(d, sequence);
            return;
        }
        poll(fds, 1, left / 1000 + 1);
    }
    free(reply);
}

/* Inverts, so that drawing the same again takes it away. */
static void invert_rect(X11ShmpoolDisplay *d, xcb_gcontext_t gc,
                        X11ShmpoolRect r)
{
    xcb_rectangle_t line = { r.x, r.y, r.w, r.h };

    xcb_poly_rectangle(d->conn, d->screen->root, gc, 1, &line);
}

static X11ShmpoolRect rect_of_corners(int x0, int y0, int x1, int y1)
{
    return (X11ShmpoolRect){ FFMIN(x0, x1), FFMIN(y0, y1),
                             FFABS(x1 - x0), FFABS(y1 - y0) };
}

static int drag(X11ShmpoolDisplay *d, xcb_gcontext_t gc, X11ShmpoolRect *r)
{
    xcb_generic_event_t *event;
    int button = 0, released = 0, x0 = 0, y0 = 0, ret = 0;

    while (!released && (ret = next_event(d, &event)) >= 0) {
        /* Motion and release events have the layout of a press. */
        const xcb_button_press_event_t *e = (xcb_button_press_event_t *)event;

        switch (event->response_type & 0x7f) {
        case XCB_BUTTON_PRESS:
            if (button)
                break;
            button = e->detail;
            x0     = e->root_x;
            y0     = e->root_y;
            *r     = rect_of_corners(x0, y0, x0, y0);
            invert_rect(d, gc, *r);
            break;
        case XCB_MOTION_NOTIFY:
        case XCB_BUTTON_RELEASE:
            if (!button)
                break;
            invert_rect(d, gc, *r);
            *r       = rect_of_corners(x0, y0, e->root_x, e->root_y);
            released = (event->response_type & 0x7f) == XCB_BUTTON_RELEASE &&
                       e->detail == button;
            if (!released)
                invert_rect(d, gc, *r);
            break;
        }
        free(event);
    }
    if (button && !released)
        invert_rect(d, gc, *r);

    return ret;
}

static xcb_cursor_t crosshair_create(X11ShmpoolDisplay *d)
{
    static const char name[] = "cursor";
    xcb_font_t font          = xcb_generate_id(d->conn);
    xcb_cursor_t cursor      = xcb_generate_id(d->conn);
    xcb_void_cookie_t opened, created;

    opened  = xcb_open_font_checked(d->conn, font, strlen(name), name);
    created = xcb_create_glyph_cursor_checked(d->conn, cursor, font, font,
                                              CROSSHAIR_GLYPH,
                                              CROSSHAIR_GLYPH + 1, 0, 0, 0,
                                              UINT16_MAX, UINT16_MAX,
                                              UINT16_MAX);
    if (x11shmpool_display_check(d, created) < 0)
        cursor = XCB_NONE;
    if (x11shmpool_display_wait(d, opened.sequence, NULL) >= 0)
        xcb_close_font(d->conn, font);

    return cursor;
}

/* The pointer is a crosshair from here on, and its buttons are ours. */
static av_cold int grab_pointer(X11ShmpoolDisplay *d, const char *what,
                                xcb_cursor_t *cursor)
{
    xcb_grab_pointer_reply_t *grab;
    xcb_window_t root = d->screen->root;
    unsigned sequence;
    int ret;

    *cursor  = crosshair_create(d);
    sequence = xcb_grab_pointer(d->conn, 0, root, XCB_EVENT_MASK_BUTTON_PRESS |
                                XCB_EVENT_MASK_BUTTON_RELEASE |
                                XCB_EVENT_MASK_BUTTON_MOTION,
                                XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC,
                                root, *cursor, XCB_CURRENT_TIME).sequence;
    ret = x11shmpool_display_wait(d, sequence, (void **)&grab);
    if (ret < 0)
        return ret;
    if (grab->status != XCB_GRAB_STATUS_SUCCESS) {
        av_log(d->log, AV_LOG_ERROR, "No %s can be selected: the pointer "
               "of display %s is grabbed by another program.\n", what, d->name);
        ret = AVERROR(EBUSY);
    }
    free(grab);

    return ret;
}

static av_cold void ungrab_pointer(X11ShmpoolDisplay *d, xcb_cursor_t cursor)
{
    xcb_ungrab_pointer(d->conn, XCB_CURRENT_TIME);
    if (cursor)
        xcb_free_cursor(d->conn, cursor);
    settle(d);
}

av_cold int x11shmpool_region_select(X11ShmpoolDisplay *d,
                                     X11ShmpoolRect *region)
{
    const uint32_t pen[] = { XCB_GX_INVERT,
                             XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS };
    xcb_gcontext_t gc = xcb_generate_id(d->conn);
    xcb_cursor_t cursor;
    X11ShmpoolRect r = { 0 };
    int ret;

    xcb_create_gc(d->conn, gc, d->screen->root,
                  XCB_GC_FUNCTION | XCB_GC_SUBWINDOW_MODE, pen);
    if ((ret = grab_pointer(d, "region", &cursor)) < 0)
        goto end;

    xcb_grab_server(d->conn);
    if ((ret = drag(d, gc, &r)) >= 0)
        *region = r.w && r.h ? r : (X11ShmpoolRect){ 0 };
    xcb_ungrab_server(d->conn);
end:
    xcb_free_gc(d->conn, gc);
    ungrab_pointer(d, cursor);

    return ret;
}

av_cold int x11shmpool_region_pick(X11ShmpoolDisplay *d, xcb_window_t *window)
{
    xcb_generic_event_t *event;
    xcb_cursor_t cursor;
    int button = 0, released = 0, ret;

    *window = XCB_NONE;
    ret     = grab_pointer(d, "window", &cursor);
    if (ret >= 0)
        av_log(d->log, AV_LOG_INFO, "Click on the window to be captured.\n");
    /* The click is ours as a whole: no program is to see half of it. */
    while (ret >= 0 && !released && (ret = next_event(d, &event)) >= 0) {
        const xcb_button_press_event_t *e = (xcb_button_press_event_t *)event;
        int type = event->response_type & 0x7f;

        if (type == XCB_BUTTON_PRESS && !button) {
            button  = e->detail;
            *window = e->child;
        } else if (type == XCB_BUTTON_RELEASE) {
            released = e->detail == button;
        }
        free(event);
    }
    ungrab_pointer(d, cursor);
    if (ret < 0)
        return ret;

    if (button != XCB_BUTTON_INDEX_1) {
        av_log(d->log, AV_LOG_ERROR, "No window was chosen.\n");
        return AVERROR_EXIT;
    }
    if (!*window) {
        av_log(d->log, AV_LOG_ERROR, "There was no window under the pointer. "
               "Leave window_id out to capture the whole screen.\n");
        return AVERROR(EINVAL);
    }
    return 0;
}
