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

#ifndef AVDEVICE_X11SHMPOOL_CAPTURE_H
#define AVDEVICE_X11SHMPOOL_CAPTURE_H

#include "x11shmpool_border.h"
#include "x11shmpool_changes.h"
#include "x11shmpool_cursor.h"
#include "x11shmpool_damage.h"
#include "x11shmpool_display.h"
#include "x11shmpool_events.h"
#include "x11shmpool_fill.h"
#include "x11shmpool_format.h"
#include "x11shmpool_menus.h"
#include "x11shmpool_notice.h"
#include "x11shmpool_palette.h"
#include "x11shmpool_source.h"
#include "x11shmpool_tree.h"
#include "x11shmpool_verify.h"

/**
 * @file
 * Reading the source: what changed in it is read into a slot, together with the
 * pointer and the palette, in one round trip, or in none if nothing changed.
 * Nothing is painted here; see x11shmpool_compose.h.
 *
 * On the thread that owns the display.
 */

enum X11ShmpoolOnResize {
    X11SHMPOOL_RESIZE_PAD,
    X11SHMPOOL_RESIZE_EOF,
    X11SHMPOOL_RESIZE_FOLLOW,
};

typedef struct X11ShmpoolCaptureOptions {
    int damage;              ///< 1 track it, 0 don't, -1 if the server supports
                             ///< it
    int draw_mouse;
    int follow_mouse;        ///< 0 off; see x11shmpool_rect_follow()
    int region_border;       ///< pixels, 0 for no border
    enum X11ShmpoolOnResize on_resize;
    int need_changed;        ///< find out whether anything differs
    int need_rects;          ///< find out exactly what differs
} X11ShmpoolCaptureOptions;

typedef struct X11ShmpoolCapture {
    X11ShmpoolDisplay *display;
    X11ShmpoolSource *source;
    const X11ShmpoolFormat *format;
    X11ShmpoolCaptureOptions options;

    X11ShmpoolDamage damage;
    X11ShmpoolTree tree;
    X11ShmpoolFill fill;
    X11ShmpoolCursor cursor;
    X11ShmpoolPalette palette;
    X11ShmpoolMenus menus;
    X11ShmpoolBorder border;
    X11ShmpoolVerify verify;
    X11ShmpoolNotice notice;
    int untrusted;           ///< damage can't be relied on at present
    X11ShmpoolEvents events;
    int newer;               ///< something was drawn while the slot was being
                             ///< read: it may already show in whatever was
                             ///< stale in the slot, and in all of fill.images
} X11ShmpoolCapture;

/**
 * @param source,format must outlive the capture
 * @return 0, or an AVERROR with one line logged; uninit is needed in any case
 */
int x11shmpool_capture_init(X11ShmpoolCapture *c, X11ShmpoolSource *source,
                            const X11ShmpoolFormat *format,
                            const X11ShmpoolCaptureOptions *options);

/** See x11shmpool_fill_measure(). */
int x11shmpool_capture_measure(X11ShmpoolCapture *c, X11ShmpoolSlot *slot);

/** Note that the format has got another size, and the source's region with it.
 *  Buffered. */
void x11shmpool_capture_resized(X11ShmpoolCapture *c);

/** Undo on the server what x11shmpool_capture_init() did, and free the memory,
 *  to capture another source. Buffered. */
void x11shmpool_capture_end(X11ShmpoolCapture *c);

/** Free the memory; the server frees its part when the display is closed. */
void x11shmpool_capture_uninit(X11ShmpoolCapture *c);

/**
 * Process the events since the last frame: where the source is, which menus are
 * shown. Waits for the server only if they give reason to ask it.
 *
 * @return 0; AVERROR_EOF with a line logged if the stream is to end; or as
 *         x11shmpool_display_receive()
 */
int x11shmpool_capture_update(X11ShmpoolCapture *c);

/** Note the events up to now, so that they don't pile up while nothing is
 *  captured. Waits for nothing. */
void x11shmpool_capture_listen(X11ShmpoolCapture *c);

/** Have everything read anew, and all count as drawn. */
void x11shmpool_capture_invalidate(X11ShmpoolCapture *c);

/** Whether anything may have been drawn that no frame shows yet. */
int x11shmpool_capture_dirty(const X11ShmpoolCapture *c);

/** Whether the server must be asked for each frame even if nothing was drawn,
 *  because no event tells that the pointer moved or a colour changed. */
int x11shmpool_capture_polls(const X11ShmpoolCapture *c);

/**
 * Bring a slot up to date, together with the pointer and the palette.
 *
 * @param slot  to be filled, with nothing painted over it; NULL for only the
 *              pointer and the palette
 * @param rects what was drawn since the last frame is added, in frame
 *              coordinates. That is all that differs from the last frame,
 *              unless newer is set afterwards
 * @return 0; AVERROR(EAGAIN) if the source keeps moving; or as
 *         x11shmpool_capture_update(). After an error the content of the slot
 *         is undefined, and the next call reads everything.
 */
int x11shmpool_capture_read(X11ShmpoolCapture *c, X11ShmpoolSlot *slot,
                            X11ShmpoolRects *rects);

/**
 * Use the time between frames to check that damage reports all that is drawn.
 *
 * @param slot the one that the last frame was read into
 * @return as x11shmpool_capture_update()
 */
int x11shmpool_capture_verify(X11ShmpoolCapture *c, const X11ShmpoolSlot *slot);

#endif /* AVDEVICE_X11SHMPOOL_CAPTURE_H */
