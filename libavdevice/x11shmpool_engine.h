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

#ifndef AVDEVICE_X11SHMPOOL_ENGINE_H
#define AVDEVICE_X11SHMPOOL_ENGINE_H

#include "libavutil/rational.h"
#include "libavformat/avio.h"

#include "x11shmpool_changes.h"
#include "x11shmpool_frames.h"
#include "x11shmpool_queue.h"

/**
 * @file
 * Capturing at every tick, whatever the reader does: one thread, which owns the
 * display, and one queue, whose policy is x11shmpool_queue.h's.
 */

typedef struct X11ShmpoolEngine X11ShmpoolEngine;

/**
 * Make an engine, without a thread yet.
 *
 * @param changes set to where the engine records what its frames differ in, for
 *                x11shmpool_frames_init()
 * @return 0 or AVERROR(ENOMEM)
 */
int x11shmpool_engine_alloc(X11ShmpoolEngine **engine, AVRational rate,
                            const X11ShmpoolChanges **changes);

/**
 * Start the engine's thread. Nothing is captured before the first call of
 * x11shmpool_engine_receive(), which is tick 0.
 *
 * @param frames used by the engine alone until x11shmpool_engine_free()
 * @return 0 or an AVERROR, with one line logged
 */
int x11shmpool_engine_start(X11ShmpoolEngine *engine, X11ShmpoolFrames *frames);

/**
 * Stop, promptly even if the server hangs; frames that wait are released. The
 * connection is broken afterwards. A pointer to NULL is fine.
 */
void x11shmpool_engine_free(X11ShmpoolEngine **engine);

/**
 * Get the next frame. For one thread at a time. It never waits for the server
 * itself.
 *
 * @param nonblock  wait only if the next frame is due within 10 ms, and until
 *                  10 ms after it is due at most
 * @param interrupt called on this thread while there is no frame; may be NULL
 * @param frame     set on success; the caller unreferences it
 * @param pts       its timestamp, µs since the epoch, on the frame grid
 * @return 0; AVERROR(EAGAIN); AVERROR_EXIT when interrupted, after which
 *         receiving can go on; else the error that ended the stream, once all
 *         frames before it have been received (see x11shmpool_frames_next())
 */
int x11shmpool_engine_receive(X11ShmpoolEngine *engine, int nonblock,
                              const AVIOInterruptCB *interrupt,
                              X11ShmpoolFrame *frame, int64_t *pts);

/**
 * Find out what differs between two frames of one size, even if others were
 * dropped in between. Any thread.
 *
 * @param older the earlier frame's sequence, 0 if there is none: then all of
 *              the later frame differs
 * @param newer the later frame, received since
 */
void x11shmpool_engine_changes(X11ShmpoolEngine *engine, int64_t older,
                               const X11ShmpoolFrame *newer,
                               X11ShmpoolRects *rects);

/** Stop capturing; frames that wait are discarded and not counted. Receiving
 *  returns AVERROR(EAGAIN) until x11shmpool_engine_resume(). */
void x11shmpool_engine_pause(X11ShmpoolEngine *engine);

/** Resume on the same frame grid. The ticks in between are not counted. */
void x11shmpool_engine_resume(X11ShmpoolEngine *engine);

/** Get what became of the ticks until now. Any thread. */
void x11shmpool_engine_stats(X11ShmpoolEngine *engine, X11ShmpoolStats *stats);

#endif /* AVDEVICE_X11SHMPOOL_ENGINE_H */
