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
#include "x11shmpool_fill.h"
#include "x11shmpool_format.h"
#include "x11shmpool_menus.h"
#include "x11shmpool_palette.h"
#include "x11shmpool_source.h"
#include "x11shmpool_tree.h"
#include "x11shmpool_verify.h"

/**
 * @file
 * What the X server is asked for a frame: what changed of the source is brought
 * into a slot, and the pointer, the colours and the menus are fetched, in one
 * round trip; in none where nothing changed. Nothing is painted.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolCaptureOptions {
    int damage;              ///< 1 track it, 0 don't, -1 if the server can
    int draw_mouse;
    int follow_mouse;        ///< 0 off; see x11shmpool_rect_follow()
    int region_border;       ///< pixels, 0 for no border
    int eof_on_resize;
    int need_changed;        ///< tell whether anything differs at all
    int need_rects;          ///< tell exactly what differs
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
    int untrusted;           ///< damage is not to be relied on for now
    int moved;               ///< the source is to be brought up to date
    int newer;               ///< what was read last may be newer than what it
                             ///< was told to differ in
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

/** Free the memory; the server frees its half when the display is closed. */
void x11shmpool_capture_uninit(X11ShmpoolCapture *c);

/**
 * Take in what the server told since the last frame: where the source is, which
 * menus are shown. Waits only where there is something to ask.
 *
 * @return 0; AVERROR_EOF with a line logged where the stream is to end; or as
 *         x11shmpool_display_receive()
 */
int x11shmpool_capture_update(X11ShmpoolCapture *c);

/** Whether anything may have been drawn that no frame shows. */
int x11shmpool_capture_dirty(const X11ShmpoolCapture *c);

/** Whether the server must be asked even where nothing was drawn: the pointer
 *  moves, and colours change, without being told. */
int x11shmpool_capture_polls(const X11ShmpoolCapture *c);

/**
 * Bring a slot up to date, and the pointer and the palette with it.
 *
 * @param slot  nothing may be painted over it. NULL for the pointer and the
 *              palette only
 * @param rects add what was drawn since the last frame, frame coordinates. It
 *              is all that differs from the last frame if x11shmpool_capture_newer()
 *              says no
 * @return 0; AVERROR(EAGAIN) if the source does not stand still; or as
 *         x11shmpool_capture_update(). After an error nothing that was read
 *         counts, and all is read anew.
 */
int x11shmpool_capture_read(X11ShmpoolCapture *c, X11ShmpoolSlot *slot,
                            X11ShmpoolRects *rects);

/** Whether something was drawn while the slot was being read. All that was
 *  stale in it may show this already, and all of c->fill.images. */
int x11shmpool_capture_newer(const X11ShmpoolCapture *c);

/**
 * Use the time between frames: check that damage tells the truth.
 *
 * @param slot that the last frame was read into
 * @return as x11shmpool_capture_update()
 */
int x11shmpool_capture_verify(X11ShmpoolCapture *c, const X11ShmpoolSlot *slot);

#endif /* AVDEVICE_X11SHMPOOL_CAPTURE_H */
