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

#include <pthread.h>
#include <string.h>

#include <libavutil/time.h>

#include "history.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void test_history_begin(TestHistory *h, const TestRect *at, int nb)
{
    TestState *s = &h->states[h->nb];

    pthread_mutex_lock(&lock);
    if (h->nb == TEST_MAX_STATES) {
        memmove(h->states, h->states + TEST_MAX_STATES / 2,
                sizeof(h->states) / 2);
        h->nb = TEST_MAX_STATES / 2;
        s = &h->states[h->nb];
    }
    *s = (TestState){ .from = av_gettime(), .to = INT64_MAX, .nb = nb };
    memcpy(s->at, at, nb * sizeof(*at));
    h->nb++;
    pthread_mutex_unlock(&lock);
}

void test_history_end(TestHistory *h)
{
    pthread_mutex_lock(&lock);
    if (h->nb > 1)
        h->states[h->nb - 2].to = av_gettime();
    pthread_mutex_unlock(&lock);
}

const TestState *test_history_now(const TestHistory *h)
{
    return &h->states[h->nb - 1];
}

int test_history_since(const TestHistory *h, int64_t since, TestState *states,
                       int max)
{
    int n = 0;

    pthread_mutex_lock(&lock);
    for (int i = h->nb - 1; i >= 0 && n < max; i--)
        if (h->states[i].to >= since)
            states[n++] = h->states[i];
        else
            break;
    pthread_mutex_unlock(&lock);
    return n;
}
