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

#ifndef AVDEVICE_X11SHMPOOL_CONNECT_H
#define AVDEVICE_X11SHMPOOL_CONNECT_H

#include <stdint.h>
#include <xcb/xcb.h>

#include "libavformat/avio.h"

/**
 * @file
 * From the name of a display to a connection, without being held up by a server
 * that does not answer.
 *
 * xcb_connect() returns when the server has answered, and cannot be cancelled.
 * So it runs on a thread of its own, which is abandoned if the caller stops
 * waiting: when xcb_connect() returns at last, that thread closes the
 * connection and ends. The alternative, connecting a socket by hand and handing
 * it to xcb_connect_to_fd(), would look up names, choose among transports and
 * read Xauthority files in code of our own, and that function waits for the
 * server's answer as well.
 *
 * Any thread. (libXau keeps the name of the authority file in a static buffer:
 * connections that are opened at the very same moment race there, whoever opens
 * them.)
 */

typedef struct X11ShmpoolConnection {
    xcb_connection_t *conn;  ///< without an error
    char *name;              ///< of the display, as resolved, without a screen;
                             ///< owned
    int screen_num;          ///< that the name asks for, 0 by default
} X11ShmpoolConnection;

/**
 * Connect to a display.
 *
 * @param name       [host]:display[.screen], or NULL or "" for $DISPLAY
 * @param interrupt  the application's, may be NULL
 * @param timeout_us µs, 0 for none
 * @param log        AVClass context
 * @return 0: the caller disconnects and frees the name; AVERROR_EXIT when
 *         interrupted; or with one line logged that names the display as
 *         resolved: AVERROR(EINVAL) a malformed name, AVERROR(ETIMEDOUT) no
 *         answer in time, AVERROR(ECONNREFUSED) no server, AVERROR(EUSERS) it
 *         serves as many clients as it can, AVERROR(EACCES) it refuses this
 *         user, AVERROR(ECONNRESET) the connection broke off, though the server
 *         accepts others, AVERROR(EMFILE) or AVERROR(ENFILE) too many open
 *         files, AVERROR(ENOMEM)
 */
int x11shmpool_connect(X11ShmpoolConnection *c, const char *name,
                       const AVIOInterruptCB *interrupt, int64_t timeout_us,
                       void *log);

#endif /* AVDEVICE_X11SHMPOOL_CONNECT_H */
