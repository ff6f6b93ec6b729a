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

#ifndef AVDEVICE_X11SHMPOOL_QUEUE_H
#define AVDEVICE_X11SHMPOOL_QUEUE_H

#include <stdint.h>

#include "libavutil/buffer.h"
#include "libavutil/fifo.h"

/**
 * @file
 * The frames that wait for the reader, and which of them are dropped if it does
 * not come.
 *
 * While the queue is full nothing is captured, which costs nothing. When the
 * reader comes back, it finds frames as recent as if the queue had gone on
 * being filled: those that are older than the queue is long are dropped, so
 * that neither a recording nor a live picture goes on with a burst of the past.
 * A reader that was away for less loses nothing. A reader that can't keep up
 * would always find the queue full, and so old frames: from the first overflow
 * until it waits for a frame again, only its next frame is captured ahead.
 *
 * Pure: ticks are passed in; not thread-safe.
 */

/** A frame is the picture of one tick. It may share its slot with others, if
 *  nothing changed. */
typedef struct X11ShmpoolFrame {
    AVBufferRef *buf;        ///< its slot, for x11shmpool_pool_publish()
    AVBufferRef *picture;    ///< the X11ShmpoolPicture that describes what is in
                             ///< it
    AVBufferRef *palette;    ///< 256 values 0xAARRGGBB, NULL if not indexed
    int64_t tick;
    int64_t sequence;        ///< see x11shmpool_changes.h
    int repeated;            ///< nothing differs from the frame before
} X11ShmpoolFrame;

/** Release what a frame references. */
void x11shmpool_frame_unref(X11ShmpoolFrame *frame);

/** What became of the ticks since the start, and how many slots there are
 *  now. */
typedef struct X11ShmpoolStats {
    int64_t captured;        ///< new frames, received or waiting
    int64_t repeated;        ///< the last frame again, since nothing had
                             ///< changed
    int64_t dropped;         ///< no slot was free, or the queue was full
    int64_t missed;          ///< passed while an earlier one took too long
    int64_t slots;
} X11ShmpoolStats;

typedef struct X11ShmpoolQueue {
    AVFifo *frames;          ///< of X11ShmpoolFrame
    int capacity;            ///< frames
    int limit;               ///< frames that may wait now, from 1 to capacity
    int full;                ///< there was no room for a tick since the last
                             ///< frame was added
    int lost;                ///< a frame was discarded since the last frame was
                             ///< added
    X11ShmpoolStats stats;
} X11ShmpoolQueue;

/** @return 0 or AVERROR(ENOMEM) */
int x11shmpool_queue_init(X11ShmpoolQueue *q, int capacity);

/** From now on at most this many frames may wait; those that do are kept. More
 *  than at the beginning, or than last time, changes nothing. */
void x11shmpool_queue_shrink(X11ShmpoolQueue *q, int capacity);

/** Release all frames. A zeroed queue is fine. */
void x11shmpool_queue_uninit(X11ShmpoolQueue *q);

/** Whether there is room for the frame of the tick that is due. If not, it must
 *  not be captured. */
int x11shmpool_queue_has_room(X11ShmpoolQueue *q);

/** Count ticks that passed before the one that is captured now: as dropped if
 *  the queue was full, else as missed. */
void x11shmpool_queue_passed(X11ShmpoolQueue *q, int64_t ticks);

/** Add a frame, for which there must be room. Takes ownership of its
 *  references. */
void x11shmpool_queue_add(X11ShmpoolQueue *q, const X11ShmpoolFrame *frame);

/**
 * Take the first frame out.
 *
 * @param tick  the last tick that is due by now
 * @param frame set to it; the caller unreferences it
 * @return 1, or 0 if there is none
 */
int x11shmpool_queue_take(X11ShmpoolQueue *q, int64_t tick,
                          X11ShmpoolFrame *frame);

/** Note that the reader found no frame. */
void x11shmpool_queue_reader_waits(X11ShmpoolQueue *q);

/** Discard all frames without counting them. */
void x11shmpool_queue_flush(X11ShmpoolQueue *q);

#endif /* AVDEVICE_X11SHMPOOL_QUEUE_H */
