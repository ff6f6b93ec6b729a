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

#ifndef AVDEVICE_X11SHMPOOL_FILL_H
#define AVDEVICE_X11SHMPOOL_FILL_H

#include "x11shmpool_changes.h"
#include "x11shmpool_display.h"
#include "x11shmpool_format.h"
#include "x11shmpool_slot.h"
#include "x11shmpool_source.h"

/**
 * @file
 * Filling a slot, in the best of three ways that the slot and the drawable
 * allow:
 *
 * - CopyArea from the drawable into the slot's pixmap, clipped by the server to
 *   what is stale: one request, and no rectangle has to be known to the client;
 * - ShmGetImage of the stale rectangles, as bands of full rows straight into
 *   the slot if a row of the source is a row of the slot; else into the scratch
 *   slot, which never becomes a frame, and from there into the slot;
 * - GetImage of the stale rectangles over the socket.
 *
 * All three give the same pixels. Which of the first two is faster for a whole
 * frame depends on the machine, by up to a quarter either way: it is measured
 * once, when opening. On the thread that owns the display.
 */

enum X11ShmpoolFillWay {
    X11SHMPOOL_FILL_COPY,      ///< by the server, into the slot's pixmap
    X11SHMPOOL_FILL_IN_SLOT,   ///< as an image, straight into the slot
    X11SHMPOOL_FILL_SCRATCH,   ///< as an image in the scratch slot
    X11SHMPOOL_FILL_SOCKET,    ///< as an image in the reply
};

typedef struct X11ShmpoolFill {
    X11ShmpoolDisplay *display;
    const X11ShmpoolFormat *format;
    xcb_gcontext_t gc;         ///< XCB_NONE until the first CopyArea
    int clipped;               ///< the gc has a clip region

    X11ShmpoolSlot scratch;    ///< made when it is first needed
    int scratch_failed;
    int reads_whole;           ///< a whole frame is faster as an image

    /* The fill in progress. */
    X11ShmpoolSlot *slot;
    enum X11ShmpoolFillWay way;
    unsigned copy;             ///< sequence of the CopyArea
    unsigned sync;             ///< of the request answered after it, 0 if the
                               ///< caller sends that
    X11ShmpoolRects images;    ///< read as images, slot coordinates
    unsigned sequences[X11SHMPOOL_RECTS]; ///< of their requests
} X11ShmpoolFill;

/** @param format of the slots, must outlive the fill */
void x11shmpool_fill_init(X11ShmpoolFill *fill, X11ShmpoolDisplay *d,
                          const X11ShmpoolFormat *format);

/**
 * Find out which way is faster for a whole frame. Takes six round trips.
 *
 * @param slot free, to be filled
 * @return as x11shmpool_fill_receive(), except that an X error is none: then
 *         CopyArea is used
 */
int x11shmpool_fill_measure(X11ShmpoolFill *fill, X11ShmpoolSlot *slot,
                            const X11ShmpoolSource *source,
                            X11ShmpoolRect visible);

/** Note that the format has got another size. Buffered. */
void x11shmpool_fill_resized(X11ShmpoolFill *fill);

/** Free all, on the server too. Buffered. */
void x11shmpool_fill_end(X11ShmpoolFill *fill);

/** Free the memory; the server frees its part when the display is closed. */
void x11shmpool_fill_uninit(X11ShmpoolFill *fill);

/**
 * Begin to fill a slot.
 *
 * @param visible  what to read, in the window's coordinates; all of it must be
 *                 readable
 * @param region   the part of it that is stale, an XFixes region in the
 *                 window's coordinates; XCB_NONE for all
 * @param answered whether the caller sends a request with a reply next, and
 *                 receives that reply before it calls
 *                 x11shmpool_fill_receive(): the fill then needs no round trip
 *                 of its own
 * @return 0, then x11shmpool_fill_receive() must follow, after whatever else is
 *         to be sent in the same round trip; or as x11shmpool_display_receive()
 */
int x11shmpool_fill_send(X11ShmpoolFill *fill, X11ShmpoolSlot *slot,
                         const X11ShmpoolSource *source, X11ShmpoolRect visible,
                         uint32_t region, int answered);

/**
 * Wait until the slot is filled.
 *
 * @return 0, or as x11shmpool_display_receive(): the slot's content is then
 *         undefined
 */
int x11shmpool_fill_receive(X11ShmpoolFill *fill);

/** What the last fill wrote beyond the stale region, slot coordinates: nothing
 *  if it copied, the bands if it read images. */
const X11ShmpoolRects *x11shmpool_fill_images(const X11ShmpoolFill *fill);

/** Fill the part of a rectangle that lies within a slot with a pixel value. */
void x11shmpool_fill_rect(const X11ShmpoolFormat *f, uint8_t *data,
                          X11ShmpoolRect r, uint32_t pixel);

#endif /* AVDEVICE_X11SHMPOOL_FILL_H */
