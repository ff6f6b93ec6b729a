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
#include "libavutil/macros.h"

#include "x11shmpool_border.h"
#include "x11shmpool_pick.h"
#include "x11shmpool_reply.h"

#define CROSSHAIR_GLYPH 34   /* in the "cursor" font; its mask follows */
#define BORDER          3    /* pixels */
#define ESCAPE          0xff1b /* a keysym */

/** A click, or dragging. */
typedef struct Press {
    X11ShmpoolDisplay *display;
    int draws;               /* a border is drawn around rect meanwhile */
    int down;                /* buttons that are */
    int begun, over;         /* over: all are released, or Escape was pressed */
    int cancelled;
    int x, y;                /* where it began, on the root window */
    X11ShmpoolRect rect;     /* from there to where the pointer is */
    xcb_window_t window;     /* where it began, XCB_NONE for none */
    X11ShmpoolBorder border;
} Press;

/* A server discards the last requests of a client that disconnects at once. So
 * this waits even if cancelled, unless the connection is broken. */
static void settle(X11ShmpoolDisplay *d)
{
    free(xcb_get_input_focus_reply(d->conn, xcb_get_input_focus(d->conn),
                                   NULL));
}

static X11ShmpoolRect rect_of_corners(int x0, int y0, int x1, int y1)
{
    return (X11ShmpoolRect){ FFMIN(x0, x1), FFMIN(y0, y1),
                             FFABS(x1 - x0), FFABS(y1 - y0) };
}

static void cancel(Press *p)
{
    p->cancelled = 1;
    x11shmpool_border_uninit(&p->border);
}

static int begin(Press *p, const xcb_button_press_event_t *e)
{
    int ret = 0;

    p->begun  = 1;
    p->x      = e->root_x;
    p->y      = e->root_y;
    p->rect   = rect_of_corners(p->x, p->y, p->x, p->y);
    p->window = e->child;
    if (p->draws)
        ret = x11shmpool_border_init(&p->border, p->display, p->rect, BORDER);
    return x11shmpool_display_gone(ret) ? ret : 0;
}

static int handle_event(Press *p, const xcb_generic_event_t *event)
{
    /* Motion and release events have the layout of a press. */
    const xcb_button_press_event_t *e = (const void *)event;

    switch (event->response_type) {
    case XCB_KEY_PRESS:
        cancel(p);
        p->over = 1;
        break;
    case XCB_BUTTON_PRESS:
        p->down++;
        if (p->begun || e->detail != XCB_BUTTON_INDEX_1)
            cancel(p);
        else
            return begin(p, e);
        break;
    case XCB_MOTION_NOTIFY:
    case XCB_BUTTON_RELEASE:
        if (!p->down)
            break;
        p->rect = rect_of_corners(p->x, p->y, e->root_x, e->root_y);
        p->over = event->response_type == XCB_BUTTON_RELEASE && !--p->down;
        x11shmpool_border_move(&p->border, p->rect);
        break;
    default:
        x11shmpool_border_event(&p->border, event);
    }
    return 0;
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

/* Whatever of Caps Lock and Num Lock is on. With other modifiers it is often
 * grabbed by window managers. */
static av_cold void grab_key(X11ShmpoolDisplay *d, int key)
{
    static const uint16_t locks[] = {
        0, XCB_MOD_MASK_LOCK, XCB_MOD_MASK_2, XCB_MOD_MASK_LOCK | XCB_MOD_MASK_2,
    };

    for (int i = 0; i < (int)FF_ARRAY_ELEMS(locks); i++)
        x11shmpool_display_discard(d,
            xcb_grab_key_checked(d->conn, 0, d->screen->root, locks[i], key,
                                 XCB_GRAB_MODE_ASYNC,
                                 XCB_GRAB_MODE_ASYNC).sequence);
}

/* From here on Escape comes to this client, and all other keys to where they
 * went before. */
static av_cold int grab_escape(X11ShmpoolDisplay *d)
{
    const int first = d->setup->min_keycode;
    const int nb    = FFMAX(d->setup->max_keycode - first + 1, 1);
    xcb_get_keyboard_mapping_reply_t *map;
    const xcb_keysym_t *symbols;
    int ret;

    ret = x11shmpool_display_receive(d,
            xcb_get_keyboard_mapping(d->conn, first, nb).sequence,
            sizeof(*map), (void **)&map);
    if (ret < 0)
        return ret;
    symbols = x11shmpool_reply_items(map, sizeof(*map),
                                     nb * map->keysyms_per_keycode,
                                     sizeof(*symbols));
    if (!symbols)
        ret = AVERROR_INVALIDDATA;
    for (int i = 0; symbols && i < nb * map->keysyms_per_keycode; i++)
        if (symbols[i] == ESCAPE)
            grab_key(d, first + i / map->keysyms_per_keycode);
    free(map);

    return ret;
}

static av_cold void ungrab(X11ShmpoolDisplay *d, xcb_cursor_t cursor)
{
    xcb_ungrab_key(d->conn, XCB_GRAB_ANY, d->screen->root, XCB_MOD_MASK_ANY);
    xcb_ungrab_keyboard(d->conn, XCB_CURRENT_TIME);
    xcb_ungrab_pointer(d->conn, XCB_CURRENT_TIME);
    if (cursor)
        xcb_free_cursor(d->conn, cursor);
    settle(d);
}

static av_cold int wait_for_press(Press *p, const char *what, const char *how)
{
    X11ShmpoolDisplay *d = p->display;
    xcb_generic_event_t *event;
    xcb_cursor_t cursor;
    int ret;

    if ((ret = grab_pointer(d, what, &cursor)) >= 0 &&
        (ret = grab_escape(d)) >= 0)
        av_log(d->log, AV_LOG_INFO, "%s. Escape or another button cancels "
               "this.\n", how);
    /* Up to the last release: no other program must see half a click. */
    while (ret >= 0 && !p->over &&
           (ret = x11shmpool_display_next_event(d, &event)) >= 0) {
        ret = handle_event(p, event);
        free(event);
    }
    x11shmpool_border_uninit(&p->border);
    ungrab(d, cursor);

    return ret;
}

av_cold int x11shmpool_pick_region(X11ShmpoolDisplay *d,
                                   X11ShmpoolRect *region)
{
    Press p = { .display = d, .draws = 1 };
    int ret = wait_for_press(&p, "region", "Drag the pointer over the region "
                             "to be captured, or click for the whole screen");

    if (ret < 0)
        return ret;
    if (p.cancelled) {
        av_log(d->log, AV_LOG_ERROR, "No region was selected.\n");
        return AVERROR_EXIT;
    }
    *region = p.rect.w && p.rect.h ? p.rect : (X11ShmpoolRect){ 0 };
    return 0;
}

av_cold int x11shmpool_pick_window(X11ShmpoolDisplay *d, xcb_window_t *window)
{
    Press p = { .display = d };
    int ret = wait_for_press(&p, "window",
                             "Click on the window to be captured");

    *window = p.window;
    if (ret < 0)
        return ret;
    if (p.cancelled) {
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
