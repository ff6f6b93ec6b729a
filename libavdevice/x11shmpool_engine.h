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

#ifndef AVDEVICE_X11SHMPOOL_ENGINE_H
#define AVDEVICE_X11SHMPOOL_ENGINE_H

#include "libavutil/rational.h"

#include "x11shmpool_capture.h"

/**
 * @file
 * Capturing at every tick, whatever the reader does.
 *
 * Each tick is taken by one thread, the leader, which owns the display
 * meanwhile. A reader that waits in x11shmpool_engine_receive() leads itself: a
 * frame then costs the one wake-up that its tick needs. While the reader is
 * away the engine's own thread leads; it sleeps on a timer that the reader sets
 * when it leaves and stops when it is back, so that a reader which is back in
 * time never wakes it.
 *
 * Frames wait in a queue as long as the pool. When it is full nothing more is
 * captured, at no cost to anybody, until the reader is back: what it then finds
 * older than the queue is long is dropped, so that neither a recording nor a
 * live picture continues with a burst of the past. A reader that was away for
 * less loses nothing. One that can't keep up would always find the queue full:
 * from the first overflow until it waits for a frame again, only its next frame
 * is captured ahead.
 */

typedef struct X11ShmpoolEngine X11ShmpoolEngine;

/** What became of the ticks since the start, and slots now. */
typedef struct X11ShmpoolStats {
    int64_t captured;        ///< frames with what changed, received or waiting
    int64_t repeated;        ///< frames in which nothing changed, likewise
    int64_t dropped;         ///< no slot was free, or the queue was full
    int64_t missed;          ///< passed while the one before took too long
    int64_t slots;
} X11ShmpoolStats;

/**
 * Start the engine's thread. Nothing is captured before the first receive,
 * which is tick 0.
 *
 * @param capture used by the engine alone until x11shmpool_engine_free()
 * @return 0 or an AVERROR, with one line logged
 */
int x11shmpool_engine_alloc(X11ShmpoolEngine **engine,
                            X11ShmpoolCapture *capture, AVRational rate,
                            const AVIOInterruptCB *interrupt);

/**
 * Stop, promptly whatever the server does; frames that wait are released. The
 * display can't be waited for afterwards. NULL and a pointer to NULL are fine.
 */
void x11shmpool_engine_free(X11ShmpoolEngine **engine);

/**
 * Get the next frame. For one thread at a time.
 *
 * @param nonblock return AVERROR(EAGAIN) rather than wait
 * @param frame    set on success; the caller unreferences it
 * @param pts      its timestamp, µs since the epoch, on the frame grid
 * @return 0; AVERROR(EAGAIN); AVERROR_EXIT when interrupted: receiving can go
 *         on afterwards; else what ended the stream, once all frames before it
 *         have been received (see x11shmpool_capture_receive())
 */
int x11shmpool_engine_receive(X11ShmpoolEngine *engine, int nonblock,
                              X11ShmpoolFrame *frame, int64_t *pts);

/** Stop capturing; frames that wait are dropped, uncounted. Receiving returns
 *  AVERROR(EAGAIN) until x11shmpool_engine_resume(). */
void x11shmpool_engine_pause(X11ShmpoolEngine *engine);

/** Go on, on the same frame grid. The time between counts as no miss. */
void x11shmpool_engine_resume(X11ShmpoolEngine *engine);

/** Any thread. */
void x11shmpool_engine_stats(X11ShmpoolEngine *engine, X11ShmpoolStats *stats);

#endif /* AVDEVICE_X11SHMPOOL_ENGINE_H */
