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

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_queue.h"

void x11shmpool_frame_unref(X11ShmpoolFrame *frame)
{
    av_buffer_unref(&frame->buf);
    av_buffer_unref(&frame->picture);
    av_buffer_unref(&frame->palette);
}

av_cold int x11shmpool_queue_init(X11ShmpoolQueue *q, int capacity)
{
    *q = (X11ShmpoolQueue){ .capacity = capacity, .limit = capacity };
    q->frames = av_fifo_alloc2(capacity, sizeof(X11ShmpoolFrame), 0);
    return q->frames ? 0 : AVERROR(ENOMEM);
}

void x11shmpool_queue_shrink(X11ShmpoolQueue *q, int capacity)
{
    q->capacity = FFMIN(q->capacity, capacity);
    q->limit    = FFMIN(q->limit, q->capacity);
}

av_cold void x11shmpool_queue_uninit(X11ShmpoolQueue *q)
{
    if (q->frames)
        x11shmpool_queue_flush(q);
    av_fifo_freep2(&q->frames);
}

int x11shmpool_queue_has_room(X11ShmpoolQueue *q)
{
    int waiting = av_fifo_can_read(q->frames);

    if (waiting < q->limit)
        return 1;
    if (waiting >= q->capacity)
        q->limit = 1;
    q->full = 1;
    return 0;
}

void x11shmpool_queue_passed(X11ShmpoolQueue *q, int64_t ticks)
{
    if (q->full)
        q->stats.dropped += ticks;
    else
        q->stats.missed += ticks;
    q->full = 0;
}

static void count_frame(X11ShmpoolQueue *q, const X11ShmpoolFrame *frame, int n)
{
    if (frame->repeated)
        q->stats.repeated += n;
    else
        q->stats.captured += n;
}

void x11shmpool_queue_add(X11ShmpoolQueue *q, const X11ShmpoolFrame *frame)
{
    av_fifo_write(q->frames, frame, 1);
    count_frame(q, frame, 1);
    q->lost = 0;
}

static void discard(X11ShmpoolQueue *q, X11ShmpoolFrame *frame)
{
    count_frame(q, frame, -1);
    x11shmpool_frame_unref(frame);
    q->lost = 1;
}

int x11shmpool_queue_take(X11ShmpoolQueue *q, int64_t tick,
                          X11ShmpoolFrame *frame)
{
    while (av_fifo_read(q->frames, frame, 1) >= 0) {
        if (!q->full || frame->tick > tick - q->capacity) {
            q->lost = 0;
            return 1;
        }
        discard(q, frame);
        q->stats.dropped++;
    }
    return 0;
}

void x11shmpool_queue_reader_waits(X11ShmpoolQueue *q)
{
    q->limit = FFMIN(q->limit * 2, q->capacity);
}

void x11shmpool_queue_flush(X11ShmpoolQueue *q)
{
    X11ShmpoolFrame frame;

    while (av_fifo_read(q->frames, &frame, 1) >= 0)
        discard(q, &frame);
}
