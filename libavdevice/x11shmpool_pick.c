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

#include "libavutil/attributes.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "x11shmpool_pick.h"

#define CROSSHAIR_GLYPH 34   /* in the "cursor" font; its mask follows */

/* A server discards the last requests of a client that disconnects at once, and
 * what was drawn would stay on the screen. So this waits even if cancelled,
 * unless the connection is broken. */
static void settle(X11ShmpoolDisplay *d)
{
    free(xcb_get_input_focus_reply(d->conn, xcb_get_input_focus(d->conn),
                                   NULL));
}

/* Inverts, so that drawing it again removes it. */
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

    while (!released && (ret = x11shmpool_display_next_event(d, &event)) >= 0) {
        /* Motion and release events have the layout of a press. */
        const xcb_button_press_event_t *e = (xcb_button_press_event_t *)event;

        switch (event->response_type) {
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
            released = event->response_type == XCB_BUTTON_RELEASE &&
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

/* From here on the pointer is a crosshair, and its events come to this
 * client. */
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
    ret = x11shmpool_display_receive(d, sequence, sizeof(*grab),
                                     (void **)&grab);
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

av_cold int x11shmpool_pick_region(X11ShmpoolDisplay *d,
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

av_cold int x11shmpool_pick_window(X11ShmpoolDisplay *d, xcb_window_t *window)
{
    xcb_generic_event_t *event;
    xcb_cursor_t cursor;
    int button = 0, released = 0, ret;

    *window = XCB_NONE;
    ret     = grab_pointer(d, "window", &cursor);
    if (ret >= 0)
        av_log(d->log, AV_LOG_INFO, "Click on the window to be captured.\n");
    /* Wait for the release, too: no other program must see half a click. */
    while (ret >= 0 && !released && (ret = x11shmpool_display_next_event(d, &event)) >= 0) {
        const xcb_button_press_event_t *e = (xcb_button_press_event_t *)event;
        int type = event->response_type;

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
