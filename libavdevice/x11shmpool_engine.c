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

#define _GNU_SOURCE /* POLLRDHUP, ppoll() */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"
#include "libavutil/time.h"

#include "x11shmpool_clock.h"
#include "x11shmpool_engine.h"
#include "x11shmpool_text.h"
#include "x11shmpool_thread.h"

/* Never steps, and includes the time that the machine was suspended, as the
 * wall clock does, so that timestamps stay in line with those of other live
 * inputs. */
#ifdef CLOCK_BOOTTIME
#define STEADY_CLOCK CLOCK_BOOTTIME
#else
#define STEADY_CLOCK CLOCK_MONOTONIC
#endif

#define NS_PER_S          INT64_C(1000000000)
#define INTERRUPT_POLL_NS INT64_C(100000000)

/* How often events are read while nothing is captured. */
#define IDLE_S            1

/* How long the ffmpeg program sleeps after AVERROR(EAGAIN). */
#define POLLING_NS        INT64_C(10000000)

/* How long a thread that waits for the server may take to clean up before its
 * connection is shut down. */
#define GRACE_NS          INT64_C(100000000)

struct X11ShmpoolEngine {
    X11ShmpoolFrames *frames;
    pthread_t thread;
    int thread_started;
    int wake_fd;               ///< an eventfd that wakes the thread

    pthread_mutex_t lock;      ///< for all that follows
    pthread_cond_t changed;    ///< what the reader waits for
    X11ShmpoolClock clock;
    X11ShmpoolQueue queue;
    X11ShmpoolChanges changes; ///< written by the thread alone
    int started, paused, stopping;
    int ticking;               ///< the clock has been started
    int idle;                  ///< the thread sleeps until it is woken
    int capturing;             ///< the thread is capturing a frame
    int wanted;                ///< the reader found nothing since its last frame
    int discard;               ///< the frame being captured is not wanted
    int ended;                 ///< the thread has ended
    int error;                 ///< what ended the stream
};

static int64_t now(void)
{
    struct timespec ts;

    clock_gettime(STEADY_CLOCK, &ts);
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Under lock. */
static void wake(X11ShmpoolEngine *e)
{
    if (e->idle)
        eventfd_write(e->wake_fd, 1);
    e->idle = 0;
}

/* Sleep for that long, or if ns is negative until woken, but not for ever.
 * @return 0, or AVERROR(EIO) if the server has gone */
static int sleep_while_idle(X11ShmpoolEngine *e, int64_t ns)
{
    const struct timespec ts = { ns < 0 ? IDLE_S : ns / NS_PER_S,
                                 ns < 0 ? 0      : ns % NS_PER_S };
    struct pollfd fds[] = {
        { .fd = e->wake_fd, .events = POLLIN },
        { .fd = e->frames->capture.display->fd, .events = POLLRDHUP },
    };
    eventfd_t value;

    if (ppoll(fds, 2, &ts, NULL) <= 0)
        return 0;
    if (fds[0].revents)
        eventfd_read(e->wake_fd, &value);
    return fds[1].revents ? AVERROR(EIO) : 0;
}

/* Under lock: the tick to capture now; or -1, then *wait is how long to sleep,
 * ns, or negative to sleep until woken. */
static int64_t next_tick(X11ShmpoolEngine *e, int64_t *wait)
{
    const int64_t time   = now();
    const int64_t missed = e->clock.missed;
    int64_t tick;

    *wait = -1;
    if (!e->started || e->paused)
        return -1;
    if (!e->ticking)
        x11shmpool_clock_init(&e->clock, e->clock.rate, time, av_gettime());
    e->ticking = 1;
    *wait = x11shmpool_clock_due(&e->clock, e->clock.next) - time;
    if (*wait > 0)
        return -1;
    *wait = -1;
    if (!x11shmpool_queue_has_room(&e->queue))
        return -1;
    tick = x11shmpool_clock_take(&e->clock, time);
    x11shmpool_queue_passed(&e->queue, e->clock.missed - missed);
    return tick;
}

static X11ShmpoolRect whole(const X11ShmpoolFrame *frame)
{
    return x11shmpool_picture_rect((const void *)frame->picture->data);
}

/* Under lock. @return whether the reader has one more frame to take */
static int add_frame(X11ShmpoolEngine *e, X11ShmpoolFrame *frame,
                      const X11ShmpoolRects *rects)
{
    if (rects->nb)
        x11shmpool_changes_add(&e->changes, rects, whole(frame));
    frame->sequence = e->changes.newest;
    x11shmpool_frames_set_sequence(e->frames, frame->sequence);
    if (e->discard || e->paused || e->stopping) {
        x11shmpool_frame_unref(frame);
        e->queue.lost = 1;
        return 0;
    }
    x11shmpool_queue_add(&e->queue, frame);
    return 1;
}

/* Under lock, which is released meanwhile. */
static int capture(X11ShmpoolEngine *e, int64_t tick)
{
    const int lost = e->queue.lost, wanted = e->wanted;
    X11ShmpoolRects rects;
    X11ShmpoolFrame frame;
    int ret, added = 0;

    e->discard   = 0;
    e->capturing = 1;
    pthread_mutex_unlock(&e->lock);
    ret = x11shmpool_frames_next(e->frames, tick, lost, wanted, &frame, &rects);
    pthread_mutex_lock(&e->lock);
    e->capturing = 0;

    e->queue.stats.slots = x11shmpool_pool_slots(e->frames->pool);
    x11shmpool_queue_shrink(&e->queue, x11shmpool_pool_max(e->frames->pool));
    if (!ret)
        added = add_frame(e, &frame, &rects);
    else if (ret == AVERROR(EAGAIN))
        e->queue.stats.dropped++;
    if (ret < 0 && ret != AVERROR(EAGAIN))
        return ret;

    pthread_mutex_unlock(&e->lock);
    if (added)
        pthread_cond_signal(&e->changed);
    ret = x11shmpool_frames_idle(e->frames);
    pthread_mutex_lock(&e->lock);
    return ret;
}

static void *engine_thread(void *arg)
{
    X11ShmpoolEngine *e = arg;
    int64_t tick, wait;
    int ret = 0;

    x11shmpool_thread_shorten_slice();
    pthread_mutex_lock(&e->lock);
    while (ret >= 0 && !e->stopping) {
        tick = next_tick(e, &wait);
        if (tick >= 0) {
            ret = capture(e, tick);
            continue;
        }
        e->idle = wait < 0;
        pthread_mutex_unlock(&e->lock);
        ret = sleep_while_idle(e, wait);
        if (ret < 0)
            ret = x11shmpool_frames_gone(e->frames, ret);
        else if (wait < 0)
            x11shmpool_frames_listen(e->frames);
        pthread_mutex_lock(&e->lock);
        e->idle = 0;
    }
    e->error = ret;
    e->ended = 1;
    pthread_cond_broadcast(&e->changed);
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

av_cold int x11shmpool_engine_alloc(X11ShmpoolEngine **engine, AVRational rate,
                                    const X11ShmpoolChanges **changes)
{
    X11ShmpoolEngine *e = av_mallocz(sizeof(*e));
    pthread_condattr_t attributes;

    *engine = e;
    if (!e)
        return AVERROR(ENOMEM);
    e->clock.rate = rate;
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&e->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    e->wake_fd = -1;
    *changes   = &e->changes;
    return 0;
}

av_cold int x11shmpool_engine_start(X11ShmpoolEngine *e,
                                    X11ShmpoolFrames *frames)
{
    char text[X11SHMPOOL_ERROR_SIZE];
    int ret;

    e->frames  = frames;
    e->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ret        = e->wake_fd < 0 ? AVERROR(errno) : 0;
    if (ret >= 0)
        ret = x11shmpool_queue_init(&e->queue,
                                    x11shmpool_pool_max(frames->pool));
    if (ret >= 0)
        ret = x11shmpool_thread_start(&e->thread, engine_thread, e);
    e->thread_started = ret >= 0;
    if (ret < 0)
        av_log(frames->capture.display->log, AV_LOG_ERROR,
               "Cannot start capturing: %s.\n",
               x11shmpool_text_error(text, ret));
    return ret;
}

/* Under lock: wait for what the thread does, ns at most. */
static void wait_for_thread(X11ShmpoolEngine *e, int64_t ns)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    ns            += until.tv_nsec;
    until.tv_sec  += ns / NS_PER_S;
    until.tv_nsec  = ns % NS_PER_S;
    pthread_cond_timedwait(&e->changed, &e->lock, &until);
}

static av_cold void stop_thread(X11ShmpoolEngine *e)
{
    X11ShmpoolDisplay *d = e->frames->capture.display;
    int64_t end          = now() + GRACE_NS, time;

    pthread_mutex_lock(&e->lock);
    e->stopping = 1;
    eventfd_write(e->wake_fd, 1);
    x11shmpool_display_cancel(d);
    while (!e->ended && (time = now()) < end)
        wait_for_thread(e, end - time);
    pthread_mutex_unlock(&e->lock);
    x11shmpool_display_abort(d);
    pthread_join(e->thread, NULL);
}

av_cold void x11shmpool_engine_free(X11ShmpoolEngine **engine)
{
    X11ShmpoolEngine *e = *engine;

    if (!e)
        return;
    if (e->thread_started)
        stop_thread(e);
    x11shmpool_queue_uninit(&e->queue);
    if (e->wake_fd >= 0)
        close(e->wake_fd);
    pthread_cond_destroy(&e->changed);
    pthread_mutex_destroy(&e->lock);
    av_freep(engine);
}

/* Under lock: the last tick that is due by now. */
static int64_t latest_tick(const X11ShmpoolEngine *e)
{
    return e->clock.next - 1 + x11shmpool_clock_overdue(&e->clock, now());
}

/* Under lock, which is released meanwhile. */
static int interrupted(X11ShmpoolEngine *e, const AVIOInterruptCB *interrupt)
{
    int ret;

    if (!interrupt || !interrupt->callback)
        return 0;
    pthread_mutex_unlock(&e->lock);
    ret = interrupt->callback(interrupt->opaque);
    pthread_mutex_lock(&e->lock);
    return ret;
}

/* Under lock: when a nonblocking reader gives up. */
static int64_t patience(const X11ShmpoolEngine *e)
{
    const int64_t time = now();
    int64_t due        = x11shmpool_clock_due(&e->clock, e->clock.next);

    if (e->capturing || !e->ticking)
        due = time;
    return due > time + POLLING_NS ? time : FFMAX(due, time) + POLLING_NS;
}

/* Under lock: wait for a frame to be queued. */
static int wait_for_frame(X11ShmpoolEngine *e, int nonblock,
                          const AVIOInterruptCB *interrupt,
                          X11ShmpoolFrame *frame)
{
    int64_t until = 0, ask = 0, time;

    while (!x11shmpool_queue_take(&e->queue, latest_tick(e), frame)) {
        if (e->ended || e->paused)
            return e->error ? e->error : AVERROR(EAGAIN);
        e->wanted = 1;
        x11shmpool_queue_reader_waits(&e->queue);
        wake(e);

        time = now();
        if (!until) {
            until = nonblock ? patience(e) : INT64_MAX;
            ask   = FFMIN(time + INTERRUPT_POLL_NS, until);
        }
        if (time < ask) {
            wait_for_thread(e, ask - time);
            continue;
        }
        if (interrupted(e, interrupt))
            return AVERROR_EXIT;
        if (time >= until)
            return AVERROR(EAGAIN);
        ask = FFMIN(time + INTERRUPT_POLL_NS, until);
    }
    e->wanted = 0;
    wake(e);
    return 0;
}

int x11shmpool_engine_receive(X11ShmpoolEngine *e, int nonblock,
                              const AVIOInterruptCB *interrupt,
                              X11ShmpoolFrame *frame, int64_t *pts)
{
    int ret;

    pthread_mutex_lock(&e->lock);
    e->started = 1;
    ret = wait_for_frame(e, nonblock, interrupt, frame);
    if (ret >= 0)
        *pts = x11shmpool_clock_pts(&e->clock, frame->tick);
    pthread_mutex_unlock(&e->lock);

    return ret;
}

void x11shmpool_engine_changes(X11ShmpoolEngine *e, int64_t older,
                               const X11ShmpoolFrame *newer,
                               X11ShmpoolRects *rects)
{
    pthread_mutex_lock(&e->lock);
    x11shmpool_changes_between(&e->changes, older, newer->sequence,
                               whole(newer), rects);
    pthread_mutex_unlock(&e->lock);
}

void x11shmpool_engine_pause(X11ShmpoolEngine *e)
{
    pthread_mutex_lock(&e->lock);
    e->paused  = 1;
    /* The frame being captured may be ready only after the pause. */
    e->discard = 1;
    x11shmpool_queue_flush(&e->queue);
    pthread_mutex_unlock(&e->lock);
}

void x11shmpool_engine_resume(X11ShmpoolEngine *e)
{
    pthread_mutex_lock(&e->lock);
    if (e->ticking && e->paused)
        x11shmpool_clock_skip(&e->clock, now());
    e->paused = 0;
    wake(e);
    pthread_mutex_unlock(&e->lock);
}

void x11shmpool_engine_stats(X11ShmpoolEngine *e, X11ShmpoolStats *stats)
{
    pthread_mutex_lock(&e->lock);
    *stats = e->queue.stats;
    pthread_mutex_unlock(&e->lock);
}
