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

#include "x11shmpool_events.h"

#define MAX_EVENTS 4096   /* processed for one frame */

/* Any client can send any event to any other. Only one kind has a use: window
 * managers send it to tell where a window is (ICCCM 4.1.5). */
static int is_forged(const X11ShmpoolEvents *e,
                     const xcb_generic_event_t *event)
{
    return event->response_type & 0x80 &&
           (e->source->is_root ||
            (event->response_type & 0x7f) != XCB_CONFIGURE_NOTIFY);
}

static void take_event(X11ShmpoolEvents *e, const xcb_generic_event_t *event)
{
    if (x11shmpool_damage_event(e->damage, event) ||
        x11shmpool_cursor_event(e->cursor, event) ||
        x11shmpool_border_event(e->border, event))
        return;
    e->moved |= x11shmpool_source_event(e->source, event);
    x11shmpool_menus_event(e->menus, event);
    x11shmpool_tree_event(e->tree, event);
}

/* There are more events than can be processed: the rest is discarded, and
 * everything is asked for that they might have told. */
static void overflow(X11ShmpoolEvents *e)
{
    xcb_generic_event_t *event;

    while ((event = xcb_poll_for_queued_event(e->source->display->conn)))
        free(event);
    x11shmpool_menus_overflow(e->menus);
    x11shmpool_tree_overflow(e->tree);
    x11shmpool_source_overflow(e->source);
    x11shmpool_border_overflow(e->border);
    e->cursor->image_stale = 1;
}

int x11shmpool_events_take(X11ShmpoolEvents *e, int queued)
{
    xcb_connection_t *conn = e->source->display->conn;
    xcb_generic_event_t *event;

    for (int nb = 0; nb < MAX_EVENTS; nb++) {
        event = queued ? xcb_poll_for_queued_event(conn) :
                         xcb_poll_for_event(conn);
        if (!event)
            return 0;
        if (!is_forged(e, event))
            take_event(e, event);
        free(event);
    }
    overflow(e);
    return 1;
}
