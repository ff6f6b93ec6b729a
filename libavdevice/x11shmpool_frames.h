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

#ifndef AVDEVICE_X11SHMPOOL_FRAMES_H
#define AVDEVICE_X11SHMPOOL_FRAMES_H

#include "x11shmpool_capture.h"
#include "x11shmpool_changes.h"
#include "x11shmpool_compose.h"
#include "x11shmpool_pool.h"
#include "x11shmpool_queue.h"

/**
 * @file
 * A tick's frame: a new one, the last one again where nothing changed, or none
 * where such ones are left out.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolFramesOptions {
    enum X11ShmpoolShm shm;
    int pool_size;           ///< slots, 0 for auto
    int skip_unchanged;      ///< else repeat
    int heartbeat;           ///< ticks after which skipping hands out a frame
} X11ShmpoolFramesOptions;

typedef struct X11ShmpoolFrames {
    const X11ShmpoolFormat *format;
    const X11ShmpoolChanges *changes;
    X11ShmpoolFramesOptions options;
    X11ShmpoolCapture capture;
    X11ShmpoolCompose compose;
    X11ShmpoolPool *pool;

    /* Where packets can't have the server's rows, it writes to this instead. */
    X11ShmpoolPool *scratch_pool;
    AVBufferRef *scratch_buf;
    X11ShmpoolSlot *scratch;

    /* The last frame that was made. */
    AVBufferRef *last;
    X11ShmpoolSlot *last_slot; ///< what it lies in, to be compared with what the
                               ///< screen shows
    AVBufferRef *palette;
    int64_t palette_number;
    int64_t last_tick;       ///< of the last frame that was handed out
    int failures;            ///< reads that failed in a row
} X11ShmpoolFrames;

/**
 * @param source,format must outlive the frames
 * @param changes       what x11shmpool_frames_next() tells must be added there,
 *                      and the slot's sequence set, before the next call
 * @return 0, or an AVERROR with one line logged; uninit is needed in any case
 */
int x11shmpool_frames_init(X11ShmpoolFrames *f, X11ShmpoolSource *source,
                           const X11ShmpoolFormat *format,
                           const X11ShmpoolChanges *changes,
                           const X11ShmpoolFramesOptions *options,
                           const X11ShmpoolCaptureOptions *capture_options);

/** Frames that are out stay valid. Sends nothing. */
void x11shmpool_frames_uninit(X11ShmpoolFrames *f);

/**
 * Make the frame of a tick.
 *
 * @param lost   the consumer never saw the last frame: this one is not to be
 *               left out
 * @param wanted the consumer asks for a frame and has none
 * @param frame  set on success, but for the sequence; the caller unreferences it
 * @param rects  set to what differs from the last frame that was made, frame
 *               coordinates
 * @return 0; 1 if unchanged frames are left out and this is one, frame is not
 *         set; AVERROR(EAGAIN) if there is no frame for this tick (all slots are
 *         out): nothing is lost, the next frame has the change; AVERROR_EOF with
 *         a line logged where the stream is to end; AVERROR_EXIT; AVERROR(EIO)
 *         with a line logged when the server is gone; other errors with a line
 *         logged
 */
int x11shmpool_frames_next(X11ShmpoolFrames *f, int64_t tick, int lost,
                           int wanted, X11ShmpoolFrame *frame,
                           X11ShmpoolRects *rects);

/** Tell which sequence the frame got that x11shmpool_frames_next() returned. */
void x11shmpool_frames_set_sequence(X11ShmpoolFrames *f, int64_t sequence);

/** Use the time between frames. @return 0, or as x11shmpool_frames_next() */
int x11shmpool_frames_idle(X11ShmpoolFrames *f);

/** Say what ended the stream: AVERROR(EIO), the server has gone, or
 *  AVERROR_INVALIDDATA, its answers are malformed. @return error */
int x11shmpool_frames_gone(const X11ShmpoolFrames *f, int error);

#endif /* AVDEVICE_X11SHMPOOL_FRAMES_H */
