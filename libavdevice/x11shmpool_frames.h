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
#include "x11shmpool_picture.h"
#include "x11shmpool_pool.h"
#include "x11shmpool_queue.h"
#include "x11shmpool_wait.h"

/**
 * @file
 * The frame of a tick: a new one; or, if nothing changed, the last one again,
 * or none if unchanged frames are to be skipped. With on_resize=follow it has the
 * size that the source has then.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolFramesOptions {
    enum X11ShmpoolShm shm;
    int pool_size;           ///< slots, 0 for auto
    int skip_unchanged;      ///< else repeat
    int heartbeat;           ///< after this many skipped ticks the last frame
                             ///< is returned again
    X11ShmpoolWait *wait;    ///< for the next window, after one was closed;
                             ///< NULL to end then
} X11ShmpoolFramesOptions;

typedef struct X11ShmpoolFrames {
    X11ShmpoolFormat format; ///< of the slots that the server writes into
    AVBufferRef *picture;    ///< an X11ShmpoolPicture: what consumers get now
    X11ShmpoolPictureOptions picture_options;
    const X11ShmpoolChanges *changes;
    X11ShmpoolFramesOptions options;
    X11ShmpoolCaptureOptions capture_options;
    X11ShmpoolLayout native; ///< of the first source; only with options.wait
    X11ShmpoolCapture capture;
    X11ShmpoolCompose compose;
    X11ShmpoolPool *pool;

    /* If packets don't have what the server writes, it writes into this slot,
     * from which they are filled. */
    X11ShmpoolPool *scratch_pool;
    AVBufferRef *scratch_buf;
    X11ShmpoolSlot *scratch;

    /* The last frame that was made. */
    AVBufferRef *last;
    X11ShmpoolSlot *last_slot; ///< the slot that it lies in
    X11ShmpoolSlot *last_read; ///< the slot that the server wrote it into: the
                               ///< same, or scratch
    AVBufferRef *palette;
    int64_t palette_number;
    int64_t last_tick;       ///< of the last frame that was returned
    int failures;            ///< reads that failed in a row
} X11ShmpoolFrames;

/**
 * @param source        must outlive the frames, as must changes and
 *                      options->wait; with the latter, what is in it changes
 * @param changes       the rectangles of each x11shmpool_frames_next() must be
 *                      added to it, and x11shmpool_frames_set_sequence()
 *                      called, before the next one
 * @return 0, or an AVERROR with one line logged; uninit is needed in any case
 */
int x11shmpool_frames_init(X11ShmpoolFrames *f, X11ShmpoolSource *source,
                           const X11ShmpoolPictureOptions *picture,
                           const X11ShmpoolChanges *changes,
                           const X11ShmpoolFramesOptions *options,
                           const X11ShmpoolCaptureOptions *capture_options);

/** What the first frame is. Before the first x11shmpool_frames_next(). */
const X11ShmpoolPicture *x11shmpool_frames_picture(const X11ShmpoolFrames *f);

/** Frames in use stay valid. Sends nothing. */
void x11shmpool_frames_uninit(X11ShmpoolFrames *f);

/**
 * Make the frame of a tick.
 *
 * @param lost   the consumer never got the last frame, so this one must not be
 *               skipped
 * @param wanted the consumer has asked for a frame and there was none
 * @param frame  set on success, except for the sequence; the caller
 *               unreferences it
 * @param rects  set to what differs from the last frame that was made, frame
 *               coordinates
 * @return 0; 1 if unchanged frames are skipped and this is one, then frame is
 *         not set; AVERROR(EAGAIN) if there is no frame for this tick because
 *         all slots are in use: the next frame shows what changed; AVERROR_EOF
 *         with a line logged if the stream is to end; AVERROR_EXIT;
 *         AVERROR(EIO) with a line logged when the server is gone; AVERROR(ENOMEM);
 *         other errors with a line logged
 */
int x11shmpool_frames_next(X11ShmpoolFrames *f, int64_t tick, int lost,
                           int wanted, X11ShmpoolFrame *frame,
                           X11ShmpoolRects *rects);

/** Set the sequence of the frame that x11shmpool_frames_next() returned. */
void x11shmpool_frames_set_sequence(X11ShmpoolFrames *f, int64_t sequence);

/** Use the time between frames to check that damage is reported. @return 0, or
 *  as x11shmpool_frames_next() */
int x11shmpool_frames_idle(X11ShmpoolFrames *f);

/** While no frames are made: read the events that the server would otherwise
 *  have to keep. Waits for nothing. */
void x11shmpool_frames_listen(X11ShmpoolFrames *f);

/** Log what ended the stream: AVERROR(EIO), the server has gone, or
 *  AVERROR_INVALIDDATA, its answers are malformed. @return error */
int x11shmpool_frames_gone(const X11ShmpoolFrames *f, int error);

#endif /* AVDEVICE_X11SHMPOOL_FRAMES_H */
