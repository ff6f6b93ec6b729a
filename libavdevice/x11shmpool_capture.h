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

#ifndef AVDEVICE_X11SHMPOOL_CAPTURE_H
#define AVDEVICE_X11SHMPOOL_CAPTURE_H

#include "libavutil/buffer.h"

#include "x11shmpool_blend.h"
#include "x11shmpool_cursor.h"
#include "x11shmpool_damage.h"
#include "x11shmpool_display.h"
#include "x11shmpool_format.h"
#include "x11shmpool_grab.h"
#include "x11shmpool_menus.h"
#include "x11shmpool_palette.h"
#include "x11shmpool_pool.h"
#include "x11shmpool_border.h"
#include "x11shmpool_source.h"
#include "x11shmpool_tree.h"
#include "x11shmpool_verify.h"

/**
 * @file
 * One frame: what changed is brought into a slot and the pointer is painted
 * over it, in one round trip to the server; or, where nothing changed, the last
 * slot is handed out again, in none.
 *
 * One thread at a time; it owns the display meanwhile.
 */

typedef struct X11ShmpoolCaptureOptions {
    enum X11ShmpoolShm shm;
    int pool_size;           ///< slots, 0 for auto
    int damage;              ///< 1 track it, 0 don't, -1 if the server can
    int skip_unchanged;      ///< else repeat
    int heartbeat;           ///< ticks after which skipping hands out a frame
    int draw_mouse;
    int follow_mouse;        ///< 0 off; see x11shmpool_rect_follow()
    int region_border;       ///< pixels, 0 for no border
    int eof_on_resize;
    int damage_info;         ///< frames tell exactly what changed
} X11ShmpoolCaptureOptions;

/** A frame, as it waits for its reader. */
typedef struct X11ShmpoolFrame {
    AVBufferRef *buf;        ///< the slot it is in, to be shown to others by
                             ///< x11shmpool_pool_publish()
    AVBufferRef *palette;    ///< 256 values 0xAARRGGBB, NULL if not indexed
    int64_t tick;
    int repeated;            ///< it is the last frame again
    int changed;             ///< differs from the frame before
    X11ShmpoolRect box;      ///< holds all that changed, frame coordinates
    int64_t area;            ///< pixels changed; an upper bound
} X11ShmpoolFrame;

/** A frame under way: what was asked of the server for it. */
typedef struct X11ShmpoolRequest {
    int active;
    int64_t tick;
    int error;               ///< what went wrong before anything was sent
    int unchanged;           ///< nothing had to be sent
    int dirty;               ///< damage was reported
    AVBufferRef *buf;        ///< the slot to be filled, NULL if none was free
    X11ShmpoolSlot *slot;    ///< what buf lies in
    X11ShmpoolSlot *target;  ///< what the server fills: slot or canvas
    enum X11ShmpoolStale stale; ///< what is filled of it
    int with_cursor;
    unsigned info_sequence;  ///< 0 for none
    X11ShmpoolRect visible;  ///< what is read, window coordinates
} X11ShmpoolRequest;

typedef struct X11ShmpoolCapture {
    X11ShmpoolDisplay *display;
    X11ShmpoolSource *source;
    const X11ShmpoolFormat *format;
    X11ShmpoolCaptureOptions options;
    void *log;

    X11ShmpoolDamage damage;
    X11ShmpoolTree tree;
    int untrusted;           ///< damage is not to be relied on for now
    int moved;               ///< the source is to be brought up to date
    X11ShmpoolGrab grab;
    X11ShmpoolCursor cursor;
    X11ShmpoolPalette palette;
    X11ShmpoolBorder border;
    X11ShmpoolVerify verify;
    X11ShmpoolMenus menus;
    X11ShmpoolPool *pool;
    X11ShmpoolRequest request;

    /* Where packets can't have the server's rows, it writes to this instead. */
    X11ShmpoolPool *canvas_pool;
    AVBufferRef *canvas_buf;
    X11ShmpoolSlot *canvas;

    AVBufferRef *last;       ///< the last frame's slot, kept to be repeated
    X11ShmpoolSlot *last_slot; ///< what it lies in
    AVBufferRef *last_palette;
    int64_t last_tick;       ///< of the last frame that was handed out
    int64_t painted_image, painted_palette;
    int painted_x, painted_y; ///< pointer of the last frame, frame coordinates
    X11ShmpoolRect painted;  ///< what it covered there, empty for nothing
    X11ShmpoolRect carried;  ///< damage that was subtracted between frames,
                             ///< window coordinates
    int handed_out;          ///< there was a frame before
    int force;               ///< the next frame is not to be skipped: the
                             ///< reader never saw the last one
    int failures;            ///< grabs that failed in a row
} X11ShmpoolCapture;

/**
 * @param source,format must outlive the capture
 * @return 0, or an AVERROR with one line logged; uninit is needed in any case
 */
int x11shmpool_capture_init(X11ShmpoolCapture *c, X11ShmpoolSource *source,
                            const X11ShmpoolFormat *format,
                            const X11ShmpoolCaptureOptions *options);

/** Frames that are out stay valid. Needs the display still open; never waits
 *  for the server. */
void x11shmpool_capture_uninit(X11ShmpoolCapture *c);

/**
 * Ask the server for the frame of a tick. What is asked for is sent, but not
 * waited for, so that the server can fill the slot while the caller does
 * something else. x11shmpool_capture_receive() must follow, and tells of what
 * went wrong.
 */
void x11shmpool_capture_send(X11ShmpoolCapture *c, int64_t tick);

/** Whether a frame has been asked for that was not received yet. */
int x11shmpool_capture_pending(const X11ShmpoolCapture *c);

/** Whether asking ahead is of use now: while it is being found out which way
 *  of filling a slot is faster, it would be in the way. */
int x11shmpool_capture_can_ask_ahead(const X11ShmpoolCapture *c);

/**
 * Get the frame that was asked for.
 *
 * @param frame set on success; the caller unreferences it
 * @return 0; 1 if unchanged frames are left out and this is one, frame is not
 *         set; AVERROR(EAGAIN) if all slots are out: nothing is lost, the next
 *         frame has the change; AVERROR_EOF with a line logged where the
 *         stream is to end; AVERROR_EXIT; AVERROR(EIO) with a line logged when
 *         the server is gone; other errors with a line logged
 */
int x11shmpool_capture_receive(X11ShmpoolCapture *c, X11ShmpoolFrame *frame);

/** Use the time between frames: check that damage tells the truth.
 *  @return as x11shmpool_capture_receive() */
int x11shmpool_capture_idle(X11ShmpoolCapture *c);

/** Say that the server is gone. @return AVERROR(EIO) */
int x11shmpool_capture_gone(X11ShmpoolCapture *c);

/** Release what a frame references. */
void x11shmpool_frame_unref(X11ShmpoolFrame *frame);

#endif /* AVDEVICE_X11SHMPOOL_CAPTURE_H */
