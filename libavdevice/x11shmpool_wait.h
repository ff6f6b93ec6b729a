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

#ifndef AVDEVICE_X11SHMPOOL_WAIT_H
#define AVDEVICE_X11SHMPOOL_WAIT_H

#include <stdint.h>

#include "x11shmpool_display.h"
#include "x11shmpool_format.h"
#include "x11shmpool_geometry.h"
#include "x11shmpool_source.h"

/**
 * @file
 * Waiting for a window that matches a title or class, at the beginning and
 * whenever it was closed. Meanwhile the source is blank: a window that is not
 * there, black and as large as the picture.
 *
 * All windows are looked at twice a second, since one that is there already can
 * get the title that is waited for. Only windows that are shown count.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolWait {
    const char *title, *class; ///< NULL if it doesn't matter; not owned
    X11ShmpoolRect region;   ///< within each window; w and h as for
                             ///< x11shmpool_source_put()
    int64_t next;            ///< when windows are looked at again, µs
    xcb_window_t unusable;   ///< the last one that can't be recorded
} X11ShmpoolWait;

/** Make the source blank. It must be closed, or zeroed. */
void x11shmpool_wait_blank(const X11ShmpoolWait *w, X11ShmpoolDisplay *d,
                           X11ShmpoolSource *source, int width, int height);

/**
 * Look for the window, if it is time.
 *
 * @param source blank, or zeroed; opened if the window is there, with its region
 *               put in the same size
 * @return 1 if it is there; 0 if not, or if it can't be recorded; an error of
 *         x11shmpool_display_receive() after which there are no more answers, or
 *         AVERROR(ENOMEM)
 */
int x11shmpool_wait_look(X11ShmpoolWait *w, X11ShmpoolDisplay *d,
                         X11ShmpoolSource *source);

/** Note that the window which was found has pixels that the stream can't
 *  have. Told once for each window. */
void x11shmpool_wait_refuse(X11ShmpoolWait *w, const X11ShmpoolSource *source);

#endif /* AVDEVICE_X11SHMPOOL_WAIT_H */
