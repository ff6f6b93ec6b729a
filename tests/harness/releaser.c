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

#define _GNU_SOURCE

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "device.h"
#include "releaser.h"

/** A packet that is out, and what was in it when it was read. */
typedef struct Held {
    AVPacket *packet;
    uint32_t sum;
    int64_t until;            ///< µs, av_gettime_relative()
} Held;

typedef struct Releaser {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Held held[TEST_RELEASER_MAX];
    int nb_held;
    int quit;
    int spoiled;              ///< packets that had changed by then
    int started;
} Releaser;

static Releaser releaser;

static int earliest(const Releaser *r)
{
    int first = 0;

    for (int i = 1; i < r->nb_held; i++)
        if (r->held[i].until < r->held[first].until)
            first = i;

    return first;
}

static void *release(void *arg)
{
    Releaser *r = arg;

    pthread_mutex_lock(&r->lock);
    while (!r->quit || r->nb_held) {
        int i        = earliest(r);
        int64_t left = r->nb_held ?
                       r->held[i].until - av_gettime_relative() : 0;
        Held h;

        if (!r->nb_held) {
            pthread_cond_wait(&r->changed, &r->lock);
            continue;
        }
        if (left > 0 && !r->quit) {
            struct timespec at;

            clock_gettime(CLOCK_MONOTONIC, &at);
            at.tv_nsec += left * 1000;
            at.tv_sec  += at.tv_nsec / 1000000000;
            at.tv_nsec %= 1000000000;
            pthread_cond_timedwait(&r->changed, &r->lock, &at);
            continue;
        }
        h          = r->held[i];
        r->held[i] = r->held[--r->nb_held];
        pthread_mutex_unlock(&r->lock);
        i = test_packet_sum(h.packet) != h.sum;
        av_packet_free(&h.packet);
        pthread_mutex_lock(&r->lock);
        r->spoiled += i;
    }
    pthread_mutex_unlock(&r->lock);

    return NULL;
}

void test_releaser_start(void)
{
    Releaser *r = &releaser;
    pthread_condattr_t attr;

    memset(r, 0, sizeof(*r));
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&r->lock, NULL);
    assert_int_equal(pthread_create(&r->thread, NULL, release, r), 0);
    r->started = 1;
}

int test_releaser_stop(void)
{
    Releaser *r = &releaser;

    if (!r->started)
        return 0;
    pthread_mutex_lock(&r->lock);
    r->quit = 1;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->changed);
    r->started = 0;

    return r->spoiled;
}

void test_releaser_hold(const AVPacket *packet, int64_t duration)
{
    Releaser *r = &releaser;

    pthread_mutex_lock(&r->lock);
    if (r->nb_held < TEST_RELEASER_MAX) {
        Held *h = &r->held[r->nb_held];

        h->packet = av_packet_clone(packet);
        assert_non_null(h->packet);
        h->sum    = test_packet_sum(packet);
        h->until  = av_gettime_relative() + duration;
        r->nb_held++;
        pthread_cond_signal(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
}
