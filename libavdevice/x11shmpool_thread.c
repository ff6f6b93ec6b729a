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

#define _GNU_SOURCE /* syscall() */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_thread.h"

#define INTERRUPT_POLL_US INT64_C(100000)
#define US_PER_S          INT64_C(1000000)
#define SLICE_NS          UINT64_C(100000)

av_cold int x11shmpool_thread_start(pthread_t *thread,
                                    void *(*run)(void *opaque), void *opaque)
{
    static const int faults[] = {
        SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS,
    };
    sigset_t blocked, old;
    int ret;

    sigfillset(&blocked);
    for (size_t i = 0; i < FF_ARRAY_ELEMS(faults); i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &old);
    ret = pthread_create(thread, NULL, run, opaque);
    pthread_sigmask(SIG_SETMASK, &old, NULL);

    return AVERROR(ret);
}

av_cold void x11shmpool_thread_shorten_slice(void)
{
#ifdef SYS_sched_setattr
    /* The kernel's struct sched_attr, whose header clashes with those of some C
     * libraries. */
    struct {
        uint32_t size, sched_policy;
        uint64_t sched_flags;
        int32_t  sched_nice;
        uint32_t sched_priority;
        uint64_t sched_runtime, sched_deadline, sched_period;
    } attr = { .size = sizeof(attr) };

    if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) < 0 ||
        attr.sched_policy != SCHED_OTHER)
        return;
    attr.sched_runtime = SLICE_NS;
    syscall(SYS_sched_setattr, 0, &attr, 0);
#endif
}

av_cold int x11shmpool_completion_init(X11ShmpoolCompletion *c)
{
    pthread_condattr_t attributes;
    int ret = pthread_condattr_init(&attributes);

    c->done = 0;
    if (ret)
        return AVERROR(ret);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (!(ret = pthread_cond_init(&c->changed, &attributes)) &&
        (ret = pthread_mutex_init(&c->lock, NULL)))
        pthread_cond_destroy(&c->changed);
    pthread_condattr_destroy(&attributes);

    return AVERROR(ret);
}

av_cold void x11shmpool_completion_uninit(X11ShmpoolCompletion *c)
{
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->changed);
}

void x11shmpool_completion_complete(X11ShmpoolCompletion *c)
{
    pthread_mutex_lock(&c->lock);
    c->done = 1;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

/* Under lock. */
static void wait_until(X11ShmpoolCompletion *c, int64_t time_us)
{
    const struct timespec until = { time_us / US_PER_S,
                                    time_us % US_PER_S * 1000 };

    while (!c->done &&
           pthread_cond_timedwait(&c->changed, &c->lock, &until) != ETIMEDOUT)
        ;
}

static int64_t monotonic_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int x11shmpool_completion_wait(X11ShmpoolCompletion *c,
                               const AVIOInterruptCB *interrupt,
                               int64_t timeout_us)
{
    int64_t time = monotonic_us();
    int64_t end  = timeout_us ? time + timeout_us : INT64_MAX;
    int done, ret = 0;

    do {
        pthread_mutex_lock(&c->lock);
        wait_until(c, FFMIN(end, time + INTERRUPT_POLL_US));
        done = c->done;
        pthread_mutex_unlock(&c->lock);

        time = monotonic_us();
        if (done)
            ret = 0;
        else if (interrupt && interrupt->callback &&
                 interrupt->callback(interrupt->opaque))
            ret = AVERROR_EXIT;
        else if (time >= end)
            ret = AVERROR(ETIMEDOUT);
    } while (!done && !ret);

    return ret;
}
