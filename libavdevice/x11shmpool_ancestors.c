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

#include "x11shmpool_ancestors.h"

int x11shmpool_ancestors_find(X11ShmpoolAncestors *a, X11ShmpoolDisplay *d,
                              xcb_window_t window)
{
    const uint32_t events = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    xcb_query_tree_reply_t *tree;
    xcb_screen_t *screen;
    int ret;

    a->nb = 0;
    while (a->nb < X11SHMPOOL_ANCESTORS) {
        ret = x11shmpool_display_receive(d, xcb_query_tree(d->conn,
                                                           window).sequence,
                                         sizeof(*tree), (void **)&tree);
        if (ret < 0)
            return x11shmpool_display_gone(ret) ? ret : 0;
        if ((screen = x11shmpool_display_screen_of(d, tree->root)))
            d->screen = screen;
        window = tree->parent == tree->root ? XCB_NONE : tree->parent;
        free(tree);
        if (!window)
            break;
        a->list[a->nb++] = window;
        xcb_change_window_attributes(d->conn, window, XCB_CW_EVENT_MASK,
                                     &events);
    }
    return 0;
}

int x11shmpool_ancestors_have(const X11ShmpoolAncestors *a,
                              xcb_window_t window)
{
    for (int i = 0; i < a->nb; i++) {
        if (a->list[i] == window)
            return 1;
    }
    return 0;
}
