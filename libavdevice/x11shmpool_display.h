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

#ifndef AVDEVICE_X11SHMPOOL_DISPLAY_H
#define AVDEVICE_X11SHMPOOL_DISPLAY_H

#include <stdint.h>
#include <xcb/xcb.h>

#include "libavformat/avio.h"

#include "x11shmpool_format.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * The connection: opening it, what its server supports, and waiting for answers
 * in a way that can be ended from outside.
 *
 * One thread at a time owns the display and is the only one to use it. libxcb
 * itself can block: when the rest of an answer does not arrive, when the socket
 * accepts no more, when it asks for ids or extensions. Therefore an
 * application's interrupt callback is never called on the thread that owns the
 * display, but on one that waits for that thread and then ends its work: by
 * x11shmpool_display_cancel(), and by x11shmpool_display_abort() if that is not
 * enough. x11shmpool_display_run() does all of this.
 *
 * Requests must be sent from threads that x11shmpool_thread_start() started,
 * which block SIGPIPE: libxcb raises it if the server has gone.
 *
 * What is called buffered is not sent before the next function that waits, or a
 * flush.
 */

typedef struct X11ShmpoolDisplay {
    void *log;                     ///< AVClass context, not owned
    char *name;                    ///< as resolved: ":0" if $DISPLAY said so
    xcb_connection_t *conn;
    int fd;                        ///< conn's socket
    int cancel_fd;                 ///< readable once cancelled
    int pid;                       ///< of the process that opened it
    const xcb_setup_t *setup;      ///< checked: libxcb's accessors are safe
    xcb_screen_t *screen;
    int screen_num;

    /* An extension that is absent here must not be used: libxcb would shut the
     * connection down. Versions are major << 16 | minor, 0 if absent. */
    unsigned shm, xfixes, damage, randr, shape, composite;
    int shared_pixmaps;            ///< MIT-SHM has pixmaps in shared memory
    uint8_t xfixes_event, damage_event, randr_event, shape_event;
} X11ShmpoolDisplay;

/**
 * Connect to a display and find its screen. Nothing is known about extensions
 * before x11shmpool_display_query(). May run on a thread that the application
 * called from.
 *
 * @param name       [host]:display[.screen], or NULL or "" for $DISPLAY
 * @param interrupt  the application's, may be NULL; not kept
 * @param timeout_us µs, 0 for none
 * @param log        AVClass context that outlives the display
 * @return 0, or an AVERROR: as x11shmpool_connect(), or with one line logged
 *         AVERROR(EINVAL) a screen that does not exist, AVERROR_INVALIDDATA the
 *         server describes itself in a way that makes no sense. After an error
 *         there is nothing to close.
 */
int x11shmpool_display_open(X11ShmpoolDisplay *d, const char *name,
                            const AVIOInterruptCB *interrupt,
                            int64_t timeout_us, void *log);

/** Find out which extensions the server has.
 *  @return 0, or as x11shmpool_display_receive() */
int x11shmpool_display_query(X11ShmpoolDisplay *d);

/** Disconnect. The server frees everything that this client made. A display
 *  that was zeroed or failed to open is left alone. Never blocks. In a child of
 *  fork() only the child's descriptors are closed, and the parent's connection
 *  goes on; what libxcb allocated is leaked. */
void x11shmpool_display_close(X11ShmpoolDisplay *d);

/** Whether the display was opened by another process, of which this one is a
 *  child: here it can only be closed. */
int x11shmpool_display_inherited(const X11ShmpoolDisplay *d);

/** Make every wait, now and later, return AVERROR_EXIT. What was begun on the
 *  server can still be undone. Any thread, while the display is open. */
void x11shmpool_display_cancel(X11ShmpoolDisplay *d);

/** Break the connection: whatever libxcb blocks in returns, and every wait ends
 *  in an error. Any thread, while the display is open. */
void x11shmpool_display_abort(X11ShmpoolDisplay *d);

/** Whether x11shmpool_display_cancel() was called. */
int x11shmpool_display_cancelled(const X11ShmpoolDisplay *d);

/**
 * Run a function that uses the display on a thread of its own, and wait for it.
 * The caller owns the display before and after.
 *
 * When interrupted, or when the time is over, the display is cancelled, and a
 * tenth of a second later aborted; either way it can then only be closed. This
 * function returns at most 300 ms after the interrupt callback would return 1.
 *
 * @param interrupt  the application's, may be NULL; asked on this thread
 * @param timeout_us µs, 0 for none
 * @return what the function returned; AVERROR_EXIT when interrupted;
 *         AVERROR(ETIMEDOUT), or the error of starting a thread, with one line
 *         logged
 */
int x11shmpool_display_run(X11ShmpoolDisplay *d,
                           int (*function)(void *opaque), void *opaque,
                           const AVIOInterruptCB *interrupt,
                           int64_t timeout_us);

/**
 * Wait for the answer to a request. Sends what is buffered first.
 *
 * @param sequence the cookie's, of a request with a reply, or of a checked void
 *                 request after which a request with a reply was sent
 * @param reply    set to the reply, which the caller frees with free(), or
 *                 NULL; may be NULL if the request has none
 * @return 0; AVERROR_EXIT when cancelled; AVERROR(EIO) when the server has
 *         gone; for an X error the AVERROR that fits (BadAccess EACCES,
 *         BadAlloc ENOMEM, BadMatch EINVAL, BadWindow and BadDrawable ENOENT,
 *         others AVERROR_EXTERNAL), nothing logged.
 */
int x11shmpool_display_wait(X11ShmpoolDisplay *d, unsigned sequence,
                            void **reply);

/**
 * Receive the reply to a request. Sends what is buffered first.
 *
 * @param sequence the cookie's
 * @param size     of the reply's struct, bytes
 * @param reply    set to the reply, which the caller frees with free(); to NULL
 *                 on error
 * @return 0; AVERROR_INVALIDDATA if the reply is shorter than that, or missing;
 *         else as x11shmpool_display_wait()
 */
int x11shmpool_display_receive(X11ShmpoolDisplay *d, unsigned sequence,
                               size_t size, void **reply);

/** Wait for the next event, which the caller frees with free(). Sends what is
 *  buffered first.
 *  @return as x11shmpool_display_wait() */
int x11shmpool_display_next_event(X11ShmpoolDisplay *d,
                                  xcb_generic_event_t **event);

/** Wait until the server has processed all that was sent.
 *  @return as x11shmpool_display_wait() */
int x11shmpool_display_sync(X11ShmpoolDisplay *d);

/**
 * As x11shmpool_display_wait() for a checked void request, whose success is
 * known after a sync.
 */
int x11shmpool_display_check(X11ShmpoolDisplay *d, xcb_void_cookie_t cookie);

/** Whether an error of x11shmpool_display_receive() means that there will be no
 *  more answers: cancelled, the server has gone, or its answers are
 *  malformed. */
int x11shmpool_display_gone(int error);

/** The same, or there is no memory: an error that ends the recording, whatever
 *  it was that failed. */
int x11shmpool_display_fatal(int error);

/** Log that the server has gone or that its answers are malformed, if error is
 *  one of these; more is a sentence to add, or "". */
void x11shmpool_display_log_gone(const X11ShmpoolDisplay *d, int error,
                                 const char *more);

/** Forget a reply that will not be waited for. */
void x11shmpool_display_discard(X11ShmpoolDisplay *d, unsigned sequence);

/** Whether the connection is broken: 0 or AVERROR(EIO). Costs no request. */
int x11shmpool_display_error(const X11ShmpoolDisplay *d);

/** The layout of a drawable's pixels.
 *  @return 0, or AVERROR_EXTERNAL if the server has no such depth or visual */
int x11shmpool_display_layout(const X11ShmpoolDisplay *d, int depth,
                              xcb_visualid_t visual, X11ShmpoolLayout *layout);

/** Whether descriptors can be passed to the server, as over a Unix socket. */
int x11shmpool_display_passes_fds(const X11ShmpoolDisplay *d);

/** The screen that a root window belongs to, NULL if there is none. */
xcb_screen_t *x11shmpool_display_screen_of(const X11ShmpoolDisplay *d,
                                           xcb_window_t root);

#endif /* AVDEVICE_X11SHMPOOL_DISPLAY_H */
