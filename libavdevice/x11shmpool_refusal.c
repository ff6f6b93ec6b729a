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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "x11shmpool_atoms.h"
#include "x11shmpool_client.h"
#include "x11shmpool_refusal.h"
#include "x11shmpool_reply.h"

#define ICONIC_STATE 3         /* of WM_STATE, ICCCM 4.1.3.1 */

av_cold int x11shmpool_refusal_missing(X11ShmpoolDisplay *d, const char *what)
{
    X11ShmpoolClients windows;
    char there[4096];
    int ret = x11shmpool_clients_get(&windows, d);

    if (ret < 0)
        return ret;
    x11shmpool_clients_print(&windows, there, sizeof(there));
    av_log(d->log, AV_LOG_ERROR, "Display %s has no window %s. %s%s\n",
           d->name, what, windows.nb ? "Its windows are: " :
           "It has no windows.", there);
    x11shmpool_clients_free(&windows);
    return AVERROR(ENOENT);
}

static av_cold int is_iconic(X11ShmpoolDisplay *d, xcb_window_t window,
                             int *iconic)
{
    const char *const name = "WM_STATE";
    xcb_get_property_reply_t *reply;
    const uint32_t *state;
    xcb_atom_t atom;
    int ret;

    *iconic = 0;
    if ((ret = x11shmpool_atoms_get(d, &name, 1, &atom)) < 0)
        return ret;
    ret = x11shmpool_display_receive(d, xcb_get_property(d->conn, 0, window,
                                         atom, atom, 0, 1).sequence,
                                     sizeof(*reply), (void **)&reply);
    if (ret < 0)
        return ret;
    if (reply->format == 32 && reply->value_len) {
        state   = x11shmpool_reply_items(reply, sizeof(*reply), 1,
                                         sizeof(*state));
        *iconic = state && *state == ICONIC_STATE;
    }
    free(reply);
    return 0;
}

av_cold int x11shmpool_refusal_hidden(X11ShmpoolDisplay *d, xcb_window_t window)
{
    int iconic, ret = is_iconic(d, window, &iconic);

    if (x11shmpool_display_fatal(ret))
        return ret;
    if (iconic)
        av_log(d->log, AV_LOG_ERROR, "Window 0x%x is minimized or on another "
               "desktop. Show it, and try again.\n", window);
    else
        av_log(d->log, AV_LOG_ERROR, "Window 0x%x is hidden: it is not mapped, "
               "or a window that it lies in is not. Choose one that is shown "
               "on the screen.\n", window);
    return AVERROR(EINVAL);
}
