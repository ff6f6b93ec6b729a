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

/**
 * @file
 * Flash and beep together, once a second by the monotonic clock: the screen is
 * white and the default sink of PulseAudio sounds for 100 ms. A sample is
 * written into the sound when the server says that what is written now will be
 * played at its time; the picture is painted at that time.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <libavutil/time.h>
#include <xcb/xcb.h>

#define RATE     48000
#define BLOCK    240           /* 5 ms */
#define PERIOD   1000000       /* µs */
#define LASTS    100000

/* What is used of libpulse-simple, which is loaded when it runs: only this tool
 * of all needs it. */
typedef struct SampleSpec {
    int format;
    uint32_t rate;
    uint8_t channels;
} SampleSpec;

typedef struct BufferAttr {
    uint32_t maxlength, tlength, prebuf, minreq, fragsize;
} BufferAttr;

#define SAMPLE_S16LE    3
#define STREAM_PLAYBACK 1

typedef void *pulse_new(const char *server, const char *name, int dir,
                        const char *dev, const char *stream_name,
                        const SampleSpec *ss, const void *map,
                        const BufferAttr *attr, int *error);
typedef int pulse_write(void *s, const void *data, size_t bytes, int *error);
typedef uint64_t pulse_get_latency(void *s, int *error);

static volatile sig_atomic_t ended;

static void end(int sig)
{
    (void)sig;
    ended = 1;
}

static void *symbol(void *library, const char *name)
{
    void *s = dlsym(library, name);

    if (!s) {
        fprintf(stderr, "flash: %s\n", dlerror());
        exit(1);
    }
    return s;
}

static void sleep_until(int64_t us)
{
    struct timespec t = { us / 1000000, us % 1000000 * 1000 };

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) && !ended)
        ;
}

/* The picture: white from each start for LASTS, else black. */
static void *picture(void *arg)
{
    const int64_t first = *(int64_t *)arg;
    const uint32_t mode = XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS;
    xcb_connection_t *c = xcb_connect(NULL, NULL);
    xcb_screen_t *s;
    xcb_gcontext_t gc;

    if (xcb_connection_has_error(c)) {
        fprintf(stderr, "flash: no display\n");
        exit(1);
    }
    s  = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    gc = xcb_generate_id(c);
    xcb_create_gc(c, gc, s->root, XCB_GC_SUBWINDOW_MODE, &mode);
    for (int64_t n = 0; !ended && !xcb_connection_has_error(c); n++) {
        const xcb_rectangle_t all = { 0, 0, s->width_in_pixels,
                                      s->height_in_pixels };

        for (int white = 1; white >= 0; white--) {
            uint32_t colour = white ? s->white_pixel : s->black_pixel;

            sleep_until(first + n * PERIOD + (white ? 0 : LASTS));
            xcb_change_gc(c, gc, XCB_GC_FOREGROUND, &colour);
            xcb_poly_fill_rectangle(c, s->root, gc, 1, &all);
            xcb_flush(c);
        }
        printf("%"PRId64" %"PRId64"\n", n, av_gettime());
    }
    xcb_disconnect(c);
    return NULL;
}

int main(void)
{
    void *library = dlopen("libpulse-simple.so.0", RTLD_NOW);
    const SampleSpec spec = { SAMPLE_S16LE, RATE, 1 };
    const BufferAttr attr = { -1, RATE / 50 * 2, -1, BLOCK * 2, -1 };
    pulse_new *new_stream;
    pulse_write *write_stream;
    pulse_get_latency *get_latency;
    int16_t block[BLOCK];
    int64_t first, played = 0, samples = 0;
    pthread_t thread;
    void *s;
    int error = 0;

    if (!library) {
        fprintf(stderr, "flash: %s\n", dlerror());
        return 1;
    }
    new_stream   = (pulse_new *)symbol(library, "pa_simple_new");
    write_stream = (pulse_write *)symbol(library, "pa_simple_write");
    get_latency  = (pulse_get_latency *)symbol(library, "pa_simple_get_latency");
    signal(SIGINT, end);
    signal(SIGTERM, end);
    s = new_stream(NULL, "flash", STREAM_PLAYBACK, NULL, "beep", &spec, NULL,
                   &attr, &error);
    if (!s) {
        fprintf(stderr, "flash: no sound, error %d\n", error);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);

    first = av_gettime_relative() + PERIOD;
    if (pthread_create(&thread, NULL, picture, &first))
        return 1;
    while (!ended) {
        uint64_t latency = get_latency(s, &error);
        int64_t at = av_gettime_relative() + latency;

        /* The figure jitters and the samples don't: what it says is followed
         * slowly, and at once only where it is far off. */
        if (!samples || llabs(at - played) > 20000)
            played = at;
        else
            played += (at - played) / 64;
        for (int i = 0; i < BLOCK; i++) {
            int64_t t = played + i * INT64_C(1000000) / RATE - first;

            block[i] = t >= 0 && t % PERIOD < LASTS ?
                       lrint(16000 * sin(t % PERIOD * 2 * M_PI * 1000 / 1e6)) : 0;
        }
        if (write_stream(s, block, sizeof(block), &error) < 0) {
            fprintf(stderr, "flash: the sound ends, error %d\n", error);
            return 1;
        }
        played  += BLOCK * INT64_C(1000000) / RATE;
        samples += BLOCK;
    }
    pthread_join(thread, NULL);
    return 0;
}
