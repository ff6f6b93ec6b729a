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

#define _GNU_SOURCE

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/fifo.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"
#include "libavutil/time.h"

#include "x11shmpool_clock.h"
#include "x11shmpool_engine.h"
#include "x11shmpool_thread.h"

/* Never steps, and counts the time that the machine was suspended, as the wall
 * clock does, so that timestamps stay those of other live inputs. */
#ifdef CLOCK_BOOTTIME
#define STEADY_CLOCK CLOCK_BOOTTIME
#else
#define STEADY_CLOCK CLOCK_MONOTONIC
#endif

#define NS_PER_S          INT64_C(1000000000)
#define INTERRUPT_POLL_NS INT64_C(100000000)

struct X11ShmpoolEngine {
    X11ShmpoolCapture *capture;
    AVIOInterruptCB interrupt;
    AVRational rate;
    pthread_t thread;
    int thread_started;
    int timer_fd;
    int64_t timer_due;         ///< what it is set to, 0 for never; under lock

    /* The leader's. */
    X11ShmpoolClock clock;

    /* Shared, under lock. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int leading;               ///< a thread has the lead
    int started;
    int paused;
    int resumed;               ///< the next leader passes over the pause
    int discard;               ///< what was asked for before it is not wanted
    int stopping;
    int error;                 ///< what ended the stream
    AVFifo *queue;             ///< of X11ShmpoolFrame
    int capacity;              ///< frames that fit in it
    int limit;                 ///< frames that may wait in it now
    int full;                  ///< ticks pass unused until one is taken out
    X11ShmpoolFrame lost;      ///< what dropped frames changed
    X11ShmpoolStats stats;
};

static int64_t now(void)
{
    struct timespec ts;

    clock_gettime(STEADY_CLOCK, &ts);
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Under lock: when the engine's thread is to look after things, 0 for never. */
static void set_timer(X11ShmpoolEngine *e, int64_t due)
{
    const struct itimerspec t = {
        .it_value = { due / NS_PER_S, due % NS_PER_S },
    };

    if (e->timer_due != due)
        timerfd_settime(e->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
    e->timer_due = due;
}

static int waiting(const X11ShmpoolEngine *e)
{
    return av_fifo_can_read(e->queue);
}

static void add_change(X11ShmpoolFrame *to, const X11ShmpoolFrame *from)
{
    to->changed |= from->changed;
    to->box      = x11shmpool_rect_union(to->box, from->box);
    to->area    += from->area;
}

/* Under lock. */
static void count(X11ShmpoolEngine *e, const X11ShmpoolFrame *frame, int n)
{
    if (frame->repeated)
        e->stats.repeated += n;
    else
        e->stats.captured += n;
}

/* Under lock: what the reader finds is to be as recent as if the queue had gone
 * on being filled. */
static void drop_stale(X11ShmpoolEngine *e)
{
    int64_t oldest = e->clock.next - e->capacity;
    X11ShmpoolFrame frame;

    /* The leader's, but while it leads the queue is not full. */
    if (e->leading || !e->full)
        return;
    oldest += x11shmpool_clock_overdue(&e->clock, now());
    while (av_fifo_peek(e->queue, &frame, 1, 0) >= 0 && frame.tick < oldest) {
        av_fifo_drain2(e->queue, 1);
        add_change(&e->lost, &frame);
        count(e, &frame, -1);
        x11shmpool_frame_unref(&frame);
        e->stats.dropped++;
    }
}

/* Under lock. */
static void push(X11ShmpoolEngine *e, X11ShmpoolFrame *frame)
{
    if (e->paused || e->stopping || e->discard ||
        !av_fifo_can_write(e->queue)) {
        add_change(&e->lost, frame);
        x11shmpool_frame_unref(frame);
        return;
    }
    count(e, frame, 1);
    av_fifo_write(e->queue, frame, 1);
    pthread_cond_broadcast(&e->changed);
}

/* Under lock. A queue that overflowed is a reader that can't keep up: until it
 * is seen to wait again, no more is captured ahead than it will take next. */
static int no_room(X11ShmpoolEngine *e)
{
    if (waiting(e) < e->limit)
        return 0;
    if (waiting(e) >= e->capacity)
        e->limit = 1;
    e->full = 1;
    return 1;
}

/* Under lock. */
static void take_lead(X11ShmpoolEngine *e)
{
    e->leading = 1;
    if (e->lost.changed)
        e->capture->force = 1;
    if (e->resumed) {
        x11shmpool_clock_skip(&e->clock, now());
        e->discard |= x11shmpool_capture_pending(e->capture);
    }
    e->resumed = 0;
    set_timer(e, 0);
}

/* As the leader: ask for the frame of the tick that is due, if one is. */
static void ask(X11ShmpoolEngine *e)
{
    int64_t missed = e->clock.missed;
    int64_t tick   = x11shmpool_clock_take(&e->clock, now());
    int64_t passed = e->clock.missed - missed;

    if (tick < 0)
        return;

    pthread_mutex_lock(&e->lock);
    if (e->full) {
        e->stats.dropped += passed;
        e->clock.missed   = missed;
    }
    e->full         = 0;
    e->stats.missed = e->clock.missed;
    pthread_mutex_unlock(&e->lock);
    x11shmpool_capture_send(e->capture, tick);
}

/* As the leader: queue the frame that was asked for. */
static int take(X11ShmpoolEngine *e)
{
    X11ShmpoolFrame frame;
    int ret = x11shmpool_capture_receive(e->capture, &frame);

    pthread_mutex_lock(&e->lock);
    e->stats.slots = x11shmpool_pool_slots(e->capture->pool);
    if (!ret) {
        push(e, &frame);
    } else if (ret == AVERROR(EAGAIN)) {
        e->stats.dropped++;
        ret = 0;
    } else if (ret > 0) {
        ret = 0;
    }
    e->discard = 0;
    pthread_mutex_unlock(&e->lock);

    return ret < 0 ? ret : x11shmpool_capture_idle(e->capture);
}

/* Under lock. */
static void set_error(X11ShmpoolEngine *e, int error)
{
    if (error < 0 && error != AVERROR_EXIT)
        e->error = error;
    pthread_cond_broadcast(&e->changed);
}

/* Under lock, by whoever stops waiting for ticks. */
static void set_timer_for_next(X11ShmpoolEngine *e)
{
    int64_t due;

    if (!e->started || e->paused || e->stopping || e->error || e->leading)
        return;
    if (e->limit < e->capacity && waiting(e) >= e->limit) {
        e->full = 1;
        return;
    }
    due = x11shmpool_clock_due(&e->clock, e->clock.next);
    set_timer(e, due);
}

static void *engine_thread(void *arg)
{
    X11ShmpoolEngine *e  = arg;
    X11ShmpoolDisplay *d = e->capture->display;
    struct pollfd fds[]  = {
        { .fd = e->timer_fd,  .events = POLLIN },
        { .fd = d->cancel_fd, .events = POLLIN },
        { .fd = d->fd,        .events = POLLRDHUP },
    };
    uint64_t expirations;
    int ret;

    x11shmpool_thread_shorten_slice();
    for (;;) {
        poll(fds, 3, -1);
        if (fds[1].revents)
            return NULL;
        if (fds[2].revents) {
            ret = x11shmpool_capture_gone(e->capture);
            pthread_mutex_lock(&e->lock);
            set_error(e, ret);
            pthread_mutex_unlock(&e->lock);
            return NULL;
        }
        if (read(e->timer_fd, &expirations, sizeof(expirations)) < 0)
            continue;

        pthread_mutex_lock(&e->lock);
        e->timer_due = 0;
        if (e->leading || e->paused || e->stopping || e->error || no_room(e)) {
            pthread_mutex_unlock(&e->lock);
            continue;
        }
        take_lead(e);
        pthread_mutex_unlock(&e->lock);

        ret = 0;
        if (!x11shmpool_capture_pending(e->capture))
            ask(e);
        if (x11shmpool_capture_pending(e->capture))
            ret = take(e);

        pthread_mutex_lock(&e->lock);
        e->leading = e->discard = 0;
        set_error(e, ret);
        set_timer_for_next(e);
        pthread_mutex_unlock(&e->lock);
    }
}

static av_cold int start_thread(X11ShmpoolEngine *e)
{
    int ret = x11shmpool_thread_start(&e->thread, engine_thread, e);

    e->thread_started = ret >= 0;
    return ret;
}

av_cold int x11shmpool_engine_alloc(X11ShmpoolEngine **engine,
                                    X11ShmpoolCapture *capture,
                                    AVRational rate,
                                    const AVIOInterruptCB *interrupt)
{
    X11ShmpoolEngine *e = av_mallocz(sizeof(*e));
    pthread_condattr_t attributes;
    int ret = AVERROR(ENOMEM);

    *engine = NULL;
    if (!e)
        return ret;
    e->capture   = capture;
    e->rate      = rate;
    e->interrupt = *interrupt;
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&e->changed, &attributes);
    pthread_condattr_destroy(&attributes);

    e->capacity = e->limit = x11shmpool_pool_max(capture->pool);
    e->queue    = av_fifo_alloc2(e->capacity, sizeof(X11ShmpoolFrame), 0);
    e->timer_fd = timerfd_create(STEADY_CLOCK, TFD_CLOEXEC | TFD_NONBLOCK);
    if (e->timer_fd < 0)
        ret = AVERROR(errno);
    if (!e->queue || e->timer_fd < 0 || (ret = start_thread(e)) < 0) {
        av_log(capture->log, AV_LOG_ERROR, "Cannot start capturing: %s\n",
               av_err2str(ret));
        x11shmpool_engine_free(&e);
        return ret;
    }

    *engine = e;
    return 0;
}

static void flush(X11ShmpoolEngine *e)
{
    X11ShmpoolFrame frame;

    while (av_fifo_read(e->queue, &frame, 1) >= 0) {
        add_change(&e->lost, &frame);
        count(e, &frame, -1);
        x11shmpool_frame_unref(&frame);
    }
}

av_cold void x11shmpool_engine_free(X11ShmpoolEngine **engine)
{
    X11ShmpoolEngine *e = *engine;

    if (!e)
        return;

    if (e->thread_started &&
        !x11shmpool_display_inherited(e->capture->display)) {
        pthread_mutex_lock(&e->lock);
        e->stopping = 1;
        pthread_mutex_unlock(&e->lock);
        x11shmpool_display_cancel(e->capture->display);
        x11shmpool_display_abort(e->capture->display);
        pthread_join(e->thread, NULL);
    }
    if (e->queue)
        flush(e);
    av_fifo_freep2(&e->queue);
    if (e->timer_fd >= 0)
        close(e->timer_fd);
    pthread_cond_destroy(&e->changed);
    pthread_mutex_destroy(&e->lock);
    av_freep(engine);
}

/* Under lock. */
static int wait_for_frame(X11ShmpoolEngine *e)
{
    struct timespec until;
    int ret = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += INTERRUPT_POLL_NS;
    until.tv_sec  += until.tv_nsec / NS_PER_S;
    until.tv_nsec %= NS_PER_S;
    pthread_cond_timedwait(&e->changed, &e->lock, &until);

    if (e->interrupt.callback) {
        pthread_mutex_unlock(&e->lock);
        if (e->interrupt.callback(e->interrupt.opaque))
            ret = AVERROR_EXIT;
        pthread_mutex_lock(&e->lock);
    }
    return ret;
}

int x11shmpool_engine_receive(X11ShmpoolEngine *e, int nonblock,
                              X11ShmpoolFrame *frame, int64_t *pts)
{
    int ret = 0;

    pthread_mutex_lock(&e->lock);
    if (!e->started) {
        x11shmpool_clock_init(&e->clock, e->rate, now(), av_gettime());
        e->started = 1;
    }

    for (;;) {
        drop_stale(e);
        if (av_fifo_read(e->queue, frame, 1) >= 0) {
            add_change(frame, &e->lost);
            e->lost = (X11ShmpoolFrame){ 0 };
            *pts    = x11shmpool_clock_pts(&e->clock, frame->tick);
            ret     = 0;
            break;
        }
        if (ret < 0)
            break;
        if (e->error || e->paused || nonblock) {
            ret = e->error ? e->error : AVERROR(EAGAIN);
            /* One that polls and finds nothing waits, too. */
            e->limit = FFMIN(e->limit * 2, e->capacity);
            break;
        }
        e->limit = FFMIN(e->limit * 2, e->capacity);
        set_timer_for_next(e);
        ret = wait_for_frame(e);
    }
    set_timer_for_next(e);
    pthread_mutex_unlock(&e->lock);

    return ret;
}

void x11shmpool_engine_pause(X11ShmpoolEngine *e)
{
    pthread_mutex_lock(&e->lock);
    e->paused   = 1;
    /* What the other thread is at may come after the pause. */
    e->discard |= e->leading;
    flush(e);
    set_timer(e, 0);
    pthread_mutex_unlock(&e->lock);
}

void x11shmpool_engine_resume(X11ShmpoolEngine *e)
{
    pthread_mutex_lock(&e->lock);
    e->resumed |= e->started && e->paused;
    e->paused   = 0;
    set_timer_for_next(e);
    pthread_mutex_unlock(&e->lock);
}

void x11shmpool_engine_stats(X11ShmpoolEngine *e, X11ShmpoolStats *stats)
{
    pthread_mutex_lock(&e->lock);
    *stats = e->stats;
    pthread_mutex_unlock(&e->lock);
}
