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

#ifndef AVDEVICE_X11SHMPOOL_GRAB_H
#define AVDEVICE_X11SHMPOOL_GRAB_H

#include "x11shmpool_damage.h"
#include "x11shmpool_display.h"
#include "x11shmpool_format.h"
#include "x11shmpool_slot.h"

/**
 * @file
 * Filling a slot, in the best of three ways that slot and drawable allow:
 *
 * - CopyArea from the drawable into the slot's pixmap, clipped by the server to
 *   what is stale: one request, no rectangle reaches the client;
 * - ShmGetImage of the stale rectangles, as bands of full rows straight into
 *   the slot where a row of the capture is a row of the slot, else through a
 *   staging segment;
 * - GetImage of the stale rectangles over the socket.
 *
 * All three leave the same pixels. Which of the first two is faster for a whole
 * frame differs between machines (by a fourth, either way), so both are timed
 * with the first whole frames. On the thread that owns the display.
 */

enum X11ShmpoolGrabWay {
    X11SHMPOOL_GRAB_COPY,
    X11SHMPOOL_GRAB_IMAGES,
};

typedef struct X11ShmpoolGrab {
    X11ShmpoolDisplay *display;
    const X11ShmpoolFormat *format;
    xcb_window_t root;
    xcb_gcontext_t gc;         ///< XCB_NONE until the first CopyArea
    int clipped;               ///< the gc has a clip region

    X11ShmpoolSlot staging;    ///< made when it is first needed
    int staging_failed;

    int trials;                ///< whole frames that were timed
    int64_t fastest[2];        ///< µs, by way

    /* Of the grab under way. */
    X11ShmpoolSlot *slot;
    int64_t timed;             ///< µs, when it was sent; 0 if it is no trial
    enum X11ShmpoolGrabWay way;
    unsigned copy;             ///< sequence of the CopyArea, 0 for none
    unsigned sync;             ///< of what is answered after it, 0 if it is
                               ///< the caller's
    int nb_images;
    struct {
        unsigned sequence;
        X11ShmpoolRect rect;   ///< in the slot
        enum {
            X11SHMPOOL_IMAGE_IN_SLOT,
            X11SHMPOOL_IMAGE_STAGED, ///< in the staging segment, at offset
            X11SHMPOOL_IMAGE_SOCKET, ///< in the reply
        } way;
        size_t offset;         ///< bytes
    } images[X11SHMPOOL_DAMAGE_RECTS];
} X11ShmpoolGrab;

/** @param format of the slots, must outlive the grab
 *  @param root   the root window of the screen */
void x11shmpool_grab_init(X11ShmpoolGrab *g, X11ShmpoolDisplay *d,
                          const X11ShmpoolFormat *format, xcb_window_t root);

/** Needs a display that is still open. */
void x11shmpool_grab_uninit(X11ShmpoolGrab *g);

/**
 * Begin to fill a slot.
 *
 * @param drawable what to read, of the format's depth
 * @param src      the part of it, drawable coordinates, all of it readable
 * @param x,y      where src's corner stands in the slot
 * @param copyable CopyArea may be used (see X11ShmpoolSource)
 * @param region   what of it is stale, an XFixes region whose origin is
 *                 ox,oy in the drawable; XCB_NONE for all of src
 * @param answered the caller sends a request that has a reply next, and waits
 *                 for that before it calls x11shmpool_grab_receive(): no
 *                 round trip of its own is needed
 * @return 0: x11shmpool_grab_receive() must follow, after whatever else is to be
 *         sent in the same round trip; or as x11shmpool_display_wait()
 */
int x11shmpool_grab_send(X11ShmpoolGrab *g, X11ShmpoolSlot *slot,
                         xcb_drawable_t drawable, X11ShmpoolRect src,
                         int x, int y, int copyable,
                         uint32_t region, int ox, int oy, int answered);

/**
 * Wait until the slot is filled.
 *
 * @return 0, or as x11shmpool_display_wait(): the slot's content is then
 *         undefined within src
 */
int x11shmpool_grab_receive(X11ShmpoolGrab *g);

/** Whether no more is being timed, so that replies may be left waiting. */
int x11shmpool_grab_settled(const X11ShmpoolGrab *g);

/** Whether the last grab overwrote more than the stale region: full rows. */
int x11shmpool_grab_in_rows(const X11ShmpoolGrab *g);

/** Paint a rectangle of the slot, as far as it lies within, with a pixel
 *  value. */
void x11shmpool_grab_fill(const X11ShmpoolFormat *f, uint8_t *data,
                          X11ShmpoolRect r, uint32_t pixel);

/**
 * Copy a picture's rows without the padding that X lays between them.
 *
 * @param dst f->packed_stride bytes a row
 * @param src f->stride bytes a row
 */
void x11shmpool_grab_pack(const X11ShmpoolFormat *f, uint8_t *dst,
                          const uint8_t *src);

#endif /* AVDEVICE_X11SHMPOOL_GRAB_H */
