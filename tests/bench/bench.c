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
 * x11shmpool beside x11grab, in one process and in turns: what a frame costs in
 * time, in this process's CPU and in the X server's beyond what drawing alone
 * costs it. Writes CSV to standard output and says on standard error what it
 * does; tests/bench/run makes a table and a chart of it.
 *
 * Environment: BENCH_SECONDS, as for tests/bench/run.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <libavutil/log.h>
#include <libavutil/time.h>
#include <xcb/xcb.h>

#include "device.h"
#include "figures.h"
#include "motion.h"
#include "process.h"
#include "server.h"

#define ROUNDS 3
#define WARM 16                /* frames: slots are made when they are needed */
#define FASTEST 1000           /* frames a second that the device allows */

static double scale;

typedef enum Work { STILL, SMALL, FULL, TYPING, SCROLL, AREA } Work;

static const char *const work_names[] = {
    [STILL]  = "still",
    [SMALL]  = "100x100",
    [FULL]   = "full motion",
    [TYPING] = "typing",
    [SCROLL] = "quarter scrolls",
    [AREA]   = "area",
};

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* work << 8 | per cent of the screen, for AREA. */
static void draw(TestMotionPen *pen, int command, unsigned n)
{
    xcb_connection_t *c = pen->c;
    xcb_screen_t *s = pen->screen;
    xcb_gcontext_t gc = pen->gc;
    int w = s->width_in_pixels, h = s->height_in_pixels;
    int percent = command & 255;
    uint32_t colour = n * 2654435761U & 0xffffff;
    xcb_rectangle_t r = { 0, 0, w, h };

    xcb_change_gc(c, gc, XCB_GC_FOREGROUND, &colour);
    switch (command >> 8) {
    case STILL:
        return;
    case SMALL:
        r = (xcb_rectangle_t){ w / 3, h / 3, 100, 100 };
        break;
    case FULL:
        break;
    case TYPING:
        r = (xcb_rectangle_t){ n % (w / 9) * 9, n / (w / 9) % (h / 16) * 16,
                               9, 16 };
        xcb_warp_pointer(c, XCB_NONE, s->root, 0, 0, 0, 0,
                         w / 2 + n % 97, h / 2 + n % 61);
        break;
    case SCROLL:
        test_motion_scroll(pen);
        return;
    case AREA:
        if (!percent)
            return;
        r.height = h * percent / 100;
        break;
    }
    xcb_poly_fill_rectangle(c, s->root, gc, 1, &r);
}

/* What one way of capturing costs, in ms a frame. */
typedef struct Cost {
    double wall, client, server;
    int frames;
    double off_grid;           /* per cent of the frames */
} Cost;

typedef struct Stage {
    TestServer *server;
    TestMotion motion;
    int width, height;
} Stage;

static void stage_start(Stage *s, int width, int height)
{
    s->width  = width;
    s->height = height;
    s->server = test_server_start(&(TestServerOptions){ .width = width,
                                                        .height = height });
    if (!s->server ||
        test_motion_start(&s->motion, s->server->display, 60, draw) < 0)
        fail("no X server");
}

static void stage_stop(Stage *s)
{
    test_motion_stop(&s->motion);
    test_server_stop(&s->server);
}

static void stage_draw(Stage *s, Work work, int percent)
{
    int command = (int)work << 8 | percent;

    if (work == STILL)
        command = TEST_MOTION_REST;
    if (test_motion_tell(&s->motion, command) < 0)
        fail("nothing is drawn");
}

static double server_ms(const Stage *s)
{
    return test_process_cpu(s->server->pid) / 1e6;
}

static double own_ms(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec * 1e3 + u.ru_utime.tv_usec / 1e3 +
           u.ru_stime.tv_sec * 1e3 + u.ru_stime.tv_usec / 1e3;
}

static double now_ms(void)
{
    return av_gettime_relative() / 1e3;
}

typedef struct Reader {
    const char *display, *format, *options;
    int touch, stalls;
    double rate;               /* frames a second; 0: as fast as it goes */
    pthread_barrier_t *ready;
    pthread_t thread;
    volatile int *stop;
    int frames, off_grid;
    uint64_t sum;              /* so that the reading is not optimised away */
} Reader;

static uint64_t read_bytes(const AVPacket *packet)
{
    uint64_t sum = 0;

    for (int i = 0; i + 8 <= packet->size; i += 8) {
        uint64_t v;

        memcpy(&v, packet->data + i, sizeof(v));
        sum += v;
    }
    return sum;
}

static void *read_frames(void *arg)
{
    Reader *r = arg;
    AVPacket *packet = av_packet_alloc();
    int64_t first = 0;
    TestDevice *d;
    int ret = test_device_open(&d, r->format, r->display, r->options);

    if (ret < 0) {
        fprintf(stderr, "bench: %s %s: %s\n", r->format, r->options,
                av_err2str(ret));
        exit(1);
    }
    for (int i = 0; i < WARM; i++) {
        if (test_device_read(d, packet, 5000) < 0)
            fail("no frame");
        first = packet->pts;
        av_packet_unref(packet);
    }
    pthread_barrier_wait(r->ready);
    while (!*r->stop) {
        if ((ret = test_device_read(d, packet, 5000)) < 0)
            fail("no frame");
        if (r->touch)
            r->sum += read_bytes(packet);
        if (r->rate > 0) {
            double n = (packet->pts - first) * r->rate / 1e6;
            double off = (n - (int64_t)(n + 0.5)) / r->rate * 1e6;

            r->off_grid += off > 100 || off < -100;
        }
        av_packet_unref(packet);
        r->frames++;
        if (r->stalls && r->frames % 40 == 0)
            av_usleep(120000);
    }
    test_device_close(&d);
    av_packet_free(&packet);
    return NULL;
}

/* Capture for so many seconds; format NULL: only let it draw. */
static Cost capture(Stage *s, const char *format, const char *options,
                    double rate, int touch, int stalls, double seconds)
{
    pthread_barrier_t ready;
    volatile int stop = 0;
    Reader reader = {
        .display = s->server->display, .format = format, .options = options,
        .touch = touch, .stalls = stalls, .rate = rate, .ready = &ready,
        .stop = &stop,
    };
    double wall, client, server;
    Cost c = { 0 };

    pthread_barrier_init(&ready, NULL, format ? 2 : 1);
    if (format && pthread_create(&reader.thread, NULL, read_frames, &reader))
        fail("no thread");
    if (!format)
        av_usleep(20000);
    pthread_barrier_wait(&ready);
    wall   = now_ms();
    client = own_ms();
    server = server_ms(s);
    av_usleep(seconds * 1e6);
    c.wall   = now_ms() - wall;
    c.client = own_ms() - client;
    c.server = server_ms(s) - server;
    stop = 1;
    if (format) {
        pthread_join(reader.thread, NULL);
        c.frames = reader.frames;
    }
    if (c.frames)
        c.off_grid = reader.off_grid * 100.0 / c.frames;
    pthread_barrier_destroy(&ready);
    return c;
}

typedef struct Row {
    const char *group;
    Work work;
    int percent;
    int rate;                  /* 0: as fast as it goes, up to FASTEST */
    int touch, stalls, pointer;
    double seconds;
    int rounds;
} Row;

static void print_head(void)
{
    printf("group,width,height,displays,work,per_cent,fps,consumer,format,"
           "frames,wall_ms,wall_min,wall_max,client_ms,client_min,client_max,"
           "server_ms,server_min,server_max,off_grid_per_cent\n");
}

/* In turns, so that what else the machine does meets both alike. */
static void run_row(Stage *s, const Row *row)
{
    static const char *const formats[] = { "x11grab", "x11shmpool" };
    double v[2][4][ROUNDS];
    int frames[2] = { 0 };
    char options[2][160];

    /* As fast as it goes, nothing but capturing is to be measured: every frame
     * counts as wholly changed, and nobody draws. */
    int synthetic = row->work == FULL && !row->rate;

    for (int f = 0; f < 2; f++) {
        snprintf(options[f], sizeof(options[f]), "framerate=%d:draw_mouse=%d%s",
                 row->rate ? row->rate : FASTEST, row->pointer,
                 f && synthetic ? ":damage=off" : "");
    }
    fprintf(stderr, "%dx%d %s %s%s\n", s->width, s->height,
            work_names[row->work], row->rate ? "paced" : "as fast as it goes",
            row->touch ? ", every byte read" : "");
    stage_draw(s, synthetic ? STILL : row->work, row->percent);
    for (int round = 0; round < row->rounds; round++) {
        double seconds = row->seconds * scale;
        Cost alone = capture(s, NULL, NULL, 0, 0, 0, seconds / 2);

        for (int k = 0; k < 2; k++) {
            int f = (k + round) % 2;
            Cost c = capture(s, formats[f], options[f], row->rate, row->touch,
                             row->stalls, seconds);
            double n = c.frames ? c.frames : 1;
            double drawing = alone.server / alone.wall * c.wall;

            v[f][0][round] = c.wall / n;
            v[f][1][round] = c.client / n;
            v[f][2][round] = (c.server - drawing) / n;
            v[f][3][round] = c.off_grid;
            frames[f] += c.frames;
        }
    }
    stage_draw(s, STILL, 0);
    for (int f = 0; f < 2; f++) {
        printf("%s,%d,%d,1,%s,%d,%d,%s,%s,%d", row->group, s->width,
               s->height, work_names[row->work], row->percent, row->rate,
               row->touch ? "reads" : "ignores", formats[f],
               frames[f]);
        for (int i = 0; i < 3; i++)
            test_figures_print(v[f][i], row->rounds, 5);
        test_figures_sort(v[f][3], row->rounds);
        printf(",%.1f\n", v[f][3][row->rounds / 2]);
    }
    fflush(stdout);
}

int main(void)
{
    static const int sizes[][2] = {
        { 1280, 720 }, { 1920, 1080 }, { 3840, 2160 },
    };
    Stage s;

    scale = test_figures_scale();
    av_log_set_level(AV_LOG_ERROR);
    print_head();

    for (int i = 0; i < 3; i++) {
        stage_start(&s, sizes[i][0], sizes[i][1]);
        for (int work = STILL; work <= FULL; work++)
            /* smaller frames reach FASTEST in any way */
            for (int fast = 0; fast < 1 + (i == 2); fast++)
                /* the same frame again, unread, is nobody's work */
                for (int touch = fast && work != FULL; touch < 2; touch++)
                    run_row(&s, &(Row){
                        .group = "matrix", .work = work, .rate = fast ? 0 : 60,
                        .touch = touch, .seconds = 0.5, .rounds = ROUNDS });
        if (i == 0)
            run_row(&s, &(Row){ .group = "stalls", .work = SMALL, .rate = 60,
                                .stalls = 1, .seconds = 3, .rounds = 1 });
        if (i == 1)
            for (int percent = 0; percent <= 100; percent += 10)
                run_row(&s, &(Row){ .group = "area", .work = AREA,
                                    .percent = percent, .rate = 60,
                                    .seconds = 0.2, .rounds = ROUNDS });
        if (i == 2) {
            run_row(&s, &(Row){ .group = "special", .work = TYPING, .rate = 60,
                                .pointer = 1, .seconds = 0.6,
                                .rounds = ROUNDS });
            run_row(&s, &(Row){ .group = "special", .work = SCROLL, .rate = 60,
                                .seconds = 0.6, .rounds = ROUNDS });
            run_row(&s, &(Row){ .group = "special", .work = STILL, .rate = 60,
                                .pointer = 1, .seconds = 0.6,
                                .rounds = ROUNDS });
        }
        stage_stop(&s);
    }
    return 0;
}
