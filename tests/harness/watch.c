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
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "watch.h"

#define SLACK_US 100000        /* the machine may be busy with others */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t calm_since;

void test_watch_calm(int64_t since)
{
    pthread_mutex_lock(&lock);
    calm_since = since;
    pthread_mutex_unlock(&lock);
}

static void *watch(void *arg)
{
    TestWatch *w = arg;
    const int64_t late = 2 * test_device_duration(w->d);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    TestState *states = calloc(TEST_MAX_STATES, sizeof(*states));
    int ret = packet && frame && states ? 0 : AVERROR(ENOMEM);

    while (ret >= 0 && !w->last) {
        int64_t pts, calm;
        char message[200];
        int n;

        if ((ret = test_device_read(w->d, packet, 10000)) < 0)
            break;
        pts = av_rescale_q(packet->pts, w->d->stream->time_base,
                           AV_TIME_BASE_Q);
        pthread_mutex_lock(&lock);
        calm = calm_since;
        pthread_mutex_unlock(&lock);
        n = test_history_since(w->history, pts - late - SLACK_US, states,
                               TEST_MAX_STATES);
        if ((ret = test_device_decode(w->d, packet, frame)) < 0)
            break;
        w->frames++;
        if (frame->format != AV_PIX_FMT_0RGB32)
            snprintf(w->message, sizeof(w->message), "the format is no 0RGB32");
        else if (!w->message[0] && w->judge &&
                 !w->judge(frame, w->x, w->y, states, n, message))
            snprintf(w->message, sizeof(w->message), "frame %d, %d ms in the "
                     "%s, %d states: %s", w->frames,
                     (int)((pts - (calm ? calm : 0)) / 1000 % 100000),
                     calm ? "calm" : "changing", n, message);
        if (calm && pts >= calm + late)
            w->last = test_image_from_frame(frame);
        av_frame_unref(frame);
        av_packet_unref(packet);
    }
    if (ret < 0 && !w->message[0])
        snprintf(w->message, sizeof(w->message), "after %d frames: %s",
                 w->frames, av_err2str(ret));
    free(states);
    av_packet_free(&packet);
    av_frame_free(&frame);
    return NULL;
}

void test_watch_start(TestWatch *w)
{
    assert_int_equal(pthread_create(&w->thread, NULL, watch, w), 0);
    w->started = 1;
}

void test_watch_wait(TestWatch *w)
{
    if (w->started)
        pthread_join(w->thread, NULL);
    w->started = 0;
}

void test_watch_clear(TestWatch *w)
{
    test_watch_wait(w);
    w->frames = w->message[0] = 0;
    test_device_close(&w->d);
    test_image_free(&w->last);
}
