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

/*
 * Hand each frame of a display to several threads at once, without copying it.
 *
 *   cc consumers.c -o consumers -pthread \
 *       $(pkg-config --cflags --libs libavdevice libavformat libavcodec libavutil)
 *   ./consumers :0 100
 *
 * Every consumer gets a reference of its own to the memory of the frame and
 * gives it back when it is done, on its own thread. The memory goes back to the
 * device with the last of them. A consumer that is slow misses frames; it holds
 * up neither the others nor the capture.
 */

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libavutil/threadmessage.h>

#define CONSUMERS 3
#define WAITING   2            /* frames that may wait for a consumer */

typedef struct Consumer {
    const char *name;
    void (*look)(struct Consumer *c, const AVPacket *frame);
    AVThreadMessageQueue *queue;
    pthread_t thread;
    int64_t result;
    int frames, missed;
} Consumer;

static void find_brightest(Consumer *c, const AVPacket *frame)
{
    for (int i = 0; i + 4 <= frame->size; i += 4) {
        int light = frame->data[i] + frame->data[i + 1] + frame->data[i + 2];

        if (light > c->result)
            c->result = light;
    }
}

static void add_up(Consumer *c, const AVPacket *frame)
{
    for (int i = 0; i < frame->size; i++)
        c->result += frame->data[i];
}

/* As long as two frames last at 30 frames a second, so that it misses some. */
static void think(Consumer *c, const AVPacket *frame)
{
    struct timespec t = { .tv_nsec = 66000000 };

    nanosleep(&t, NULL);
    c->result += frame->data[0];
}

static void *consume(void *arg)
{
    Consumer *c = arg;
    AVPacket *frame;

    /* ends when the queue is told that no more will come, and is empty */
    while (av_thread_message_queue_recv(c->queue, &frame, 0) >= 0) {
        c->look(c, frame);
        c->frames++;
        av_packet_free(&frame);
    }
    return NULL;
}

static void offer(Consumer *c, const AVPacket *frame)
{
    AVPacket *own = av_packet_clone(frame);  /* a reference, not a copy */

    if (!own || av_thread_message_queue_send(c->queue, &own,
                                             AV_THREAD_MESSAGE_NONBLOCK) < 0) {
        av_packet_free(&own);
        c->missed++;
    }
}

int main(int argc, char **argv)
{
    Consumer consumers[CONSUMERS] = {
        { .name = "brightest", .look = find_brightest },
        { .name = "sum",       .look = add_up },
        { .name = "thinker",   .look = think },
    };
    AVFormatContext *s = NULL;
    AVDictionary *options = NULL;
    AVPacket *frame = av_packet_alloc();
    int64_t dropped = 0;
    int ret, started = 0;

    if (argc < 3 || !frame) {
        fprintf(stderr, "usage: %s DISPLAY FRAMES\n", argv[0]);
        return 1;
    }

    avdevice_register_all();
    /* Each consumer may hold one frame and have WAITING more before it; one is
     * with this thread, one is being filled. */
    av_dict_set(&options, "framerate", "30", 0);
    av_dict_set_int(&options, "pool_size", CONSUMERS * (1 + WAITING) + 2, 0);
    ret = avformat_open_input(&s, argv[1], av_find_input_format("x11shmpool"),
                              &options);
    av_dict_free(&options);

    for (; ret >= 0 && started < CONSUMERS; started++) {
        Consumer *c = &consumers[started];

        ret = av_thread_message_queue_alloc(&c->queue, WAITING, sizeof(frame));
        if (ret < 0)
            break;
        if (pthread_create(&c->thread, NULL, consume, c)) {
            av_thread_message_queue_free(&c->queue);
            ret = AVERROR(EAGAIN);
            break;
        }
    }

    for (int i = 0; ret >= 0 && i < atoi(argv[2]); i++) {
        ret = av_read_frame(s, frame);
        for (int k = 0; ret >= 0 && k < CONSUMERS; k++)
            offer(&consumers[k], frame);
        av_packet_unref(frame);
    }

    if (s)
        av_opt_get_int(s->priv_data, "stat_dropped", 0, &dropped);
    /* What still waits with the consumers stays valid without the device. */
    avformat_close_input(&s);
    av_packet_free(&frame);

    for (int i = 0; i < started; i++) {
        Consumer *c = &consumers[i];

        av_thread_message_queue_set_err_recv(c->queue, AVERROR_EOF);
        pthread_join(c->thread, NULL);
        av_thread_message_queue_free(&c->queue);
        printf("%-10s %d frames, %d missed, result %" PRId64 "\n", c->name,
               c->frames, c->missed, c->result);
    }
    printf("dropped by the device: %" PRId64 "\n", dropped);
    if (ret < 0)
        fprintf(stderr, "%s: %s\n", argv[1], av_err2str(ret));
    return ret < 0;
}
