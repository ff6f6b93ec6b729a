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
 * What a whole recording costs: the CPU of the ffmpeg program and of the X server,
 * beyond what drawing alone costs that, in ms for each frame of the frame rate.
 * Both are read twice during a recording, so that starting up and finishing do
 * not count: what is left is what makes a long recording dearer than a short
 * one. Writes CSV to standard output and says on standard error what it does;
 * tests/bench/run makes a table and a chart of it.
 *
 * With "typing" or another kind of work as its argument: only that, recorded as
 * H.264 ultrafast.
 *
 * Environment: BENCH_SECONDS, as for tests/bench/run.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/time.h>

#include "figures.h"
#include "process.h"
#include "recording.h"
#include "server.h"
#include "work.h"

#define ROUNDS 3
#define WIDTH  1920
#define HEIGHT 1080
#define RATE   30

typedef enum Way { X11GRAB, NATIVE, CONVERTED, HINTED, SKIP, NB_WAYS } Way;

static const char *const way_names[NB_WAYS] = {
    [X11GRAB]   = "x11grab",
    [NATIVE]    = "native",
    [CONVERTED] = "converted",
    [HINTED]    = "hinted",
    [SKIP]      = "skip",
};

typedef enum Output {
    AWAY, ULTRAFAST, VERYFAST, MEDIUM, NB_OUTPUTS
} Output;

#define X264(preset) "-c:v libx264 -preset " preset " -pix_fmt yuv420p " \
                     "-fps_mode vfr -f matroska -y /dev/null"

static const struct {
    const char *name, *options;
} outputs[NB_OUTPUTS] = {
    [AWAY]      = { "away", "-pix_fmt yuv420p -f null -" },
    [ULTRAFAST] = { "ultrafast", X264("ultrafast") },
    [VERYFAST]  = { "veryfast", X264("veryfast -tune zerolatency") },
    [MEDIUM]    = { "medium", X264("medium -tune zerolatency") },
};

typedef struct Cost {
    double ffmpeg, server;     /* ms a frame */
    int missed;                /* frames */
} Cost;

static int converts;           /* whether the device has pixel_format */
static int hints;              /* whether it has hints, and libx264 knows them */

static void fail(const char *what)
{
    fprintf(stderr, "recordings: %s\n", what);
    exit(1);
}

static int help_has(const char *topic, const char *option)
{
    char line[512];
    int found = 0;
    FILE *f;

    snprintf(line, sizeof(line), "ffmpeg -v quiet -h %s", topic);
    f = popen(line, "r");
    while (f && fgets(line, sizeof(line), f))
        found |= !!strstr(line, option);
    if (!f || pclose(f))
        fail("ffmpeg does not say what options there are");
    return found;
}

static const char *input(Way way)
{
    switch (way) {
    case X11GRAB:
        return "x11grab";
    case NATIVE:
        return "x11shmpool";
    case CONVERTED:
        return "x11shmpool -pixel_format yuv420p";
    case HINTED:
        return "x11shmpool -pixel_format yuv420p -damage_hints 1";
    default:
        return converts ? "x11shmpool -pixel_format yuv420p -unchanged skip" :
                          "x11shmpool -unchanged skip";
    }
}

/* Read what ffmpeg says of its progress up to a line that begins like this;
 * 0 if none came for ten seconds. */
static int read_until(TestRecording *r, const char *begin, int64_t *frames,
                      int64_t *time)
{
    char line[256];

    while (test_recording_line(r, line, sizeof(line), 10000) > 0) {
        sscanf(line, "frame=%"SCNd64, frames);
        sscanf(line, "out_time_us=%"SCNd64, time);
        if (!strncmp(line, begin, strlen(begin)) && *frames > 0)
            return 1;
    }
    return 0;
}

static void read_used(const TestServer *s, const TestRecording *r, double *wall,
                      double *ffmpeg, double *server)
{
    *wall   = av_gettime_relative() / 1e3;
    *ffmpeg = r ? test_process_cpu(r->pid) / 1e6 : 0;
    *server = test_process_cpu(s->pid) / 1e6;
}

/* r NULL: what drawing alone costs the server. First what began has settled,
 * and the server has freed what the last recording left it. */
static Cost measure_for(const TestServer *s, const TestRecording *r,
                        double seconds)
{
    double wall[2], ffmpeg[2], server[2], frames;

    av_usleep(200000);
    read_used(s, r, &wall[0], &ffmpeg[0], &server[0]);
    av_usleep(seconds * 1e6);
    read_used(s, r, &wall[1], &ffmpeg[1], &server[1]);
    frames = (wall[1] - wall[0]) / 1000 * RATE;
    return (Cost){ .ffmpeg = (ffmpeg[1] - ffmpeg[0]) / frames,
                   .server = (server[1] - server[0]) / frames };
}

static Cost record(const TestServer *s, Way way, Output output, double seconds)
{
    int64_t frames = 0, time = 0;
    char arguments[512];
    TestRecording r;
    Cost cost;

    snprintf(arguments, sizeof(arguments),
             "-stats_period 0.1 -progress pipe:3 -f %s -framerate %d -i %s %s %s",
             input(way), RATE, s->display, way == HINTED ? "-mb_info 1" : "",
             outputs[output].options);
    if (test_recording_start(&r, arguments) < 0)
        exit(1);
    if (!read_until(&r, "progress=", &frames, &time))
        fail("ffmpeg records nothing");
    cost = measure_for(s, &r, seconds);
    test_recording_finish(&r);
    if (!read_until(&r, "progress=end", &frames, &time))
        fail("ffmpeg does not finish");
    test_recording_end(&r);
    if (way != SKIP)
        cost.missed = time * RATE / 1000000.0 + 0.5 - frames;
    return cost;
}

static int is_measured(TestWork work, Output output, Way way)
{
    if (way == HINTED)
        return hints && output >= VERYFAST;
    if (output == MEDIUM && !hints)
        return 0;
    if (way == CONVERTED)
        return converts;
    return way != SKIP || (work == TEST_WORK_SLIDE && output == ULTRAFAST);
}

/* In turns, so that what else the machine does meets all alike. */
static void run_work(const TestServer *s, TestMotion *m, TestWork work,
                     Output first, Output last, double seconds)
{
    double v[NB_OUTPUTS][NB_WAYS][3][ROUNDS];
    int missed[NB_OUTPUTS][NB_WAYS] = { 0 };

    fprintf(stderr, "recording %dx%d, %d fps: %s\n", WIDTH, HEIGHT, RATE,
            test_work_names[work]);
    for (int round = 0; round < ROUNDS; round++) {
        double drawing;

        if (test_motion_tell(m, work) < 0)
            fail("nothing is drawn");
        drawing = measure_for(s, NULL, seconds).server;
        for (Output o = first; o <= last; o++) {
            for (int k = 0; k < NB_WAYS; k++) {
                Way way = (k + round) % NB_WAYS;
                Cost c;

                if (!is_measured(work, o, way))
                    continue;
                c = record(s, way, o, seconds);
                c.server -= drawing;
                v[o][way][0][round] = c.ffmpeg;
                v[o][way][1][round] = c.server;
                v[o][way][2][round] = c.ffmpeg + c.server;
                missed[o][way] += c.missed;
            }
        }
    }
    test_motion_tell(m, TEST_MOTION_REST);
    for (Output o = first; o <= last; o++) {
        for (Way way = 0; way < NB_WAYS; way++) {
            if (!is_measured(work, o, way))
                continue;
            printf("recording,%d,%d,%d,%s,%s,%s,1", WIDTH, HEIGHT, RATE,
                   test_work_names[work], outputs[o].name, way_names[way]);
            for (int i = 0; i < 3; i++)
                test_figures_print(v[o][way][i], ROUNDS, 4);
            printf(",%d\n", missed[o][way]);
        }
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    double scale = test_figures_scale();
    TestMotion motion;
    TestServer *s;
    int found = 0;

    converts = help_has("demuxer=x11shmpool", "-pixel_format");
    hints    = help_has("demuxer=x11shmpool", "-damage_hints") &&
               help_has("encoder=libx264", "-mb_info");
    s = test_server_start(&(TestServerOptions){ .width = WIDTH,
                                                .height = HEIGHT });
    if (!s || test_motion_start(&motion, s->display, RATE, test_work_draw) < 0)
        fail("no display");
    printf("group,width,height,fps,work,output,format,displays,ffmpeg_ms,"
           "ffmpeg_min,ffmpeg_max,server_ms,server_min,server_max,total_ms,"
           "total_min,total_max,missed\n");
    for (TestWork work = 0; work < TEST_NB_WORKS; work++) {
        if (argc > 1 && strcmp(argv[1], test_work_names[work]))
            continue;
        found = 1;
        if (argc > 1)
            run_work(s, &motion, work, ULTRAFAST, ULTRAFAST, 0.8);
        else
            run_work(s, &motion, work, 0, NB_OUTPUTS - 1, 0.6 * scale);
    }
    test_motion_stop(&motion);
    test_server_stop(&s);
    if (!found)
        fail("no such work");
    return 0;
}
