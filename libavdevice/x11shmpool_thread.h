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

#ifndef AVDEVICE_X11SHMPOOL_THREAD_H
#define AVDEVICE_X11SHMPOOL_THREAD_H

#include <pthread.h>
#include <stdint.h>

#include "libavformat/avio.h"

/**
 * @file
 * Threads of the device's own, and waiting for them. Any thread.
 */

/**
 * Start a thread. It blocks all signals, which are the application's business,
 * except those that its own faults raise, so that crash handlers run. Since
 * SIGPIPE is blocked, requests to a server that has gone do no harm.
 *
 * @return 0 or an AVERROR, nothing logged
 */
int x11shmpool_thread_start(pthread_t *thread, void *(*run)(void *opaque),
                            void *opaque);

/**
 * Ask the scheduler for short time slices for the calling thread, so that it
 * runs soon after it wakes. Effective from Linux 6.12 on. Its priority is
 * unchanged, and so is a scheduling policy that somebody has chosen for it.
 */
void x11shmpool_thread_shorten_slice(void);

/** Something that happens once, and that another thread waits for. */
typedef struct X11ShmpoolCompletion {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int done;                ///< under lock
} X11ShmpoolCompletion;

/** @return 0 or an AVERROR; there is nothing to uninit after an error */
int x11shmpool_completion_init(X11ShmpoolCompletion *c);
void x11shmpool_completion_uninit(X11ShmpoolCompletion *c);

/** Note that it has happened. What this thread wrote before is visible to
 *  whoever waits. */
void x11shmpool_completion_complete(X11ShmpoolCompletion *c);

/**
 * Wait for it.
 *
 * @param interrupt  the application's, may be NULL; asked on this thread ten
 *                   times a second
 * @param timeout_us µs, 0 to wait for ever
 * @return 0; AVERROR_EXIT when interrupted; AVERROR(ETIMEDOUT)
 */
int x11shmpool_completion_wait(X11ShmpoolCompletion *c,
                               const AVIOInterruptCB *interrupt,
                               int64_t timeout_us);

#endif /* AVDEVICE_X11SHMPOOL_THREAD_H */
