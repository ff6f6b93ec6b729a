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

#ifndef AVDEVICE_X11SHMPOOL_DISPLAY_H
#define AVDEVICE_X11SHMPOOL_DISPLAY_H

#include <stdint.h>
#include <xcb/xcb.h>

#include "libavformat/avio.h"

#include "x11shmpool_format.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * The connection: opening it, what its server can do, and waiting for a reply
 * without ever being stuck behind a server that does not answer.
 *
 * A display is used by one thread at a time. Only x11shmpool_display_cancel()
 * may be called from any thread at any time.
 */

typedef struct X11ShmpoolDisplay {
    void *log;                     ///< AVClass context, not owned
    char *name;                    ///< as resolved: ":0" where $DISPLAY said so
    xcb_connection_t *conn;
    int fd;                        ///< conn's socket
    const xcb_setup_t *setup;
    xcb_screen_t *screen;
    int screen_num;
    int unix_socket;               ///< descriptors can be passed

    /* An extension that is absent here must not be used: libxcb would shut the
     * connection down. Versions are major << 16 | minor, 0 where absent. */
    unsigned shm, xfixes, damage, randr, shape, composite;
    int shared_pixmaps;            ///< MIT-SHM has pixmaps in shared memory
    uint8_t shm_event, xfixes_event, damage_event, randr_event, shape_event;

    AVIOInterruptCB interrupt;     ///< the application's
    int interruptible;             ///< ask it while waiting: this is a thread
                                   ///< that the application called from
    int cancel_fd;                 ///< readable once cancelled
} X11ShmpoolDisplay;

/**
 * Connect to a display, find its screen and ask for its extensions.
 *
 * @param name      [host]:display[.screen], or NULL or "" for $DISPLAY
 * @param interrupt the application's, may be NULL; copied
 * @param log       AVClass context that outlives the display
 * @return 0, or an AVERROR with one line logged that names the display as
 *         resolved: AVERROR(ECONNREFUSED) no server, AVERROR(EACCES) the
 *         server refuses this user, AVERROR(EINVAL) a malformed name or a
 *         screen that does not exist. After an error there is nothing to close.
 */
int x11shmpool_display_open(X11ShmpoolDisplay *d, const char *name,
                            const AVIOInterruptCB *interrupt, void *log);

/** Disconnect. The server frees everything this client made. A display that
 *  was zeroed or failed to open is left alone. Never blocks. */
void x11shmpool_display_close(X11ShmpoolDisplay *d);

/** Make every wait, now and later, return AVERROR_EXIT. Any thread. */
void x11shmpool_display_cancel(X11ShmpoolDisplay *d);

/**
 * Wait for the answer to a request. Sends what is buffered first.
 *
 * @param sequence the cookie's; of a request sent with a reply, or of a
 *                 checked void request after which a request with a reply has
 *                 been sent
 * @param reply    set to the reply, which the caller frees with free(), or
 *                 NULL; may be NULL if the request has none
 * @return 0; AVERROR_EXIT when cancelled or interrupted; AVERROR(EIO) when the
 *         server has gone; for an X error the AVERROR that fits
 *         (BadAccess EACCES, BadAlloc ENOMEM, BadMatch EINVAL, BadWindow and
 *         BadDrawable ENOENT, others AVERROR_EXTERNAL), nothing logged.
 */
int x11shmpool_display_wait(X11ShmpoolDisplay *d, unsigned sequence,
                            void **reply);

/**
 * Receive the reply to a request. Sends what is buffered first.
 *
 * @param sequence the cookie's
 * @param size     of the reply's struct, bytes: a reply that is shorter is none
 * @param reply    set to the reply, which the caller frees with free(); to NULL
 *                 on error
 * @return 0; AVERROR_INVALIDDATA if the server answered with less than that, or
 *         with nothing; else as x11shmpool_display_wait()
 */
int x11shmpool_display_receive(X11ShmpoolDisplay *d, unsigned sequence,
                               size_t size, void **reply);

/** Wait until the server has processed all that was sent.
 *  @return as x11shmpool_display_wait() */
int x11shmpool_display_sync(X11ShmpoolDisplay *d);

/**
 * As x11shmpool_display_wait() for a checked void request: syncs, then tells
 * what became of it.
 */
int x11shmpool_display_check(X11ShmpoolDisplay *d, xcb_void_cookie_t cookie);

/** Whether an error of x11shmpool_display_wait() is no answer, but the end of
 *  asking: cancelled, interrupted, or the server has gone. */
int x11shmpool_display_gone(int error);

/** The same, or there is no memory: an error that nothing can be put up with
 *  after. */
int x11shmpool_display_fatal(int error);

/** Whether the application wants its call back. */
int x11shmpool_display_interrupted(const X11ShmpoolDisplay *d);

/** Forget a reply that will not be waited for. */
void x11shmpool_display_discard(X11ShmpoolDisplay *d, unsigned sequence);

/** Whether the connection is broken: 0 or AVERROR(EIO). Costs no request. */
int x11shmpool_display_error(const X11ShmpoolDisplay *d);

/** The layout of a drawable's pixels.
 *  @return 0, or AVERROR_EXTERNAL if the server names no such depth or visual */
int x11shmpool_display_layout(const X11ShmpoolDisplay *d, int depth,
                              xcb_visualid_t visual, X11ShmpoolLayout *layout);

/**
 * The name of the process that listens on the display's socket, as the system
 * cuts it; "" if that can't be told: over TCP, or from within another PID
 * namespace.
 */
void x11shmpool_display_listener(const X11ShmpoolDisplay *d, char *name,
                                 int size);

/** The screen that a root window belongs to, NULL if none. */
xcb_screen_t *x11shmpool_display_screen_of(const X11ShmpoolDisplay *d,
                                           xcb_window_t root);

#endif /* AVDEVICE_X11SHMPOOL_DISPLAY_H */
