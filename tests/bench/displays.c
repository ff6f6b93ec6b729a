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
 * How many displays this machine's processors record at a time without a frame
 * missed: 1280x720, 15 frames a second, a character typed in each, on each an
 * ffmpeg of its own that encodes to H.264 ultrafast. A frame is missed if the
 * recording has none for one fifteenth of a second, whoever let it go. Writes
 * rows of the CSV of tests/bench/recordings.c to standard output.
 *
 * This takes what it takes, half a minute for each input: a shorter look would
 * take too many displays for few enough.
 *
 * Arguments: a name and ffmpeg's input format with its options, in turns.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/time.h>

#include "recording.h"
#include "server.h"
#include "work.h"

#define WIDTH  1280
#define HEIGHT 720
#define RATE   15
#define FIRST  9               /* so many displays are tried first */
#define MOST   96
#define SECONDS 1.5            /* each number is watched for */

typedef struct Display {
    TestServer *server;
    TestMotion motion;
    TestRecording recording;
    int64_t tick;              /* that of the last frame that was read */
} Display;

typedef struct Hall {
    Display displays[MOST];
    const char *input;         /* of ffmpeg */
    int nb_recorded;
} Hall;

static void fail(const char *what)
{
    fprintf(stderr, "displays: %s\n", what);
    exit(1);
}

/* Ticks of the frame rate since 1970, as the timestamps count them. */
static int64_t now_in_ticks(void)
{
    return av_gettime() * RATE / 1000000;
}

/* Read up to the frame of a tick, or of a later one. From a tick on, frames that
 * are not there are counted; -1 if the recording stands still. */
static int read_frames(Display *d, int64_t from, int64_t to)
{
    int missed = 0;
    char line[256];

    while (d->tick < to) {
        int64_t tick;

        if (test_recording_line(&d->recording, line, sizeof(line), 5000) <= 0)
            return -1;
        if (sscanf(line, "0, %*d, %"SCNd64, &tick) != 1)
            continue;
        if (tick > from && tick > d->tick + 1)
            missed++;
        d->tick = tick;
    }
    return missed;
}

static void start_display(Hall *h, Display *d)
{
    char arguments[512];

    if (!d->server) {
        d->server = test_server_start(&(TestServerOptions){
                                          .width = WIDTH, .height = HEIGHT });
        if (!d->server || test_motion_start(&d->motion, d->server->display, RATE,
                                            test_work_draw) < 0)
            fail("no display");
    }
    if (test_motion_tell(&d->motion, TEST_WORK_TYPING) < 0)
        fail("nothing is drawn");
    snprintf(arguments, sizeof(arguments),
             "-f %s -framerate %d -i %s -copyts -c:v libx264 -preset ultrafast "
             "-pix_fmt yuv420p -fps_mode vfr -flush_packets 1 -f framecrc pipe:3",
             h->input, RATE, d->server->display);
    d->tick = 0;
    if (test_recording_start(&d->recording, arguments) < 0)
        exit(1);
}

static void stop_display(Display *d)
{
    test_recording_end(&d->recording);
    test_motion_tell(&d->motion, TEST_MOTION_REST);
}

/* Record so many; -1 if one of them does not begin. */
static int record_displays(Hall *h, int n)
{
    while (h->nb_recorded > n)
        stop_display(&h->displays[--h->nb_recorded]);
    while (h->nb_recorded < n) {
        Display *d = &h->displays[h->nb_recorded++];

        start_display(h, d);
        if (read_frames(d, INT64_MAX, 1) < 0)
            return -1;
    }
    return 0;
}

/* A frame missed now and then may be another program's doing: there are too many
 * displays if more than one frame of each is missed, or some three times in a
 * row. */
static int keeps_up(Hall *h, int n)
{
    if (record_displays(h, n) < 0)
        return 0;
    for (int i = 0; i < 3; i++) {
        int64_t from = now_in_ticks() + RATE / 2;
        int64_t to = from + SECONDS * RATE;
        int missed = 0;

        av_usleep((to - now_in_ticks()) * 1000000 / RATE);
        for (int k = 0; k < n; k++) {
            int m = read_frames(&h->displays[k], from, to);

            if (m < 0)
                return 0;
            missed += m;
        }
        if (!missed)
            return 1;
        fprintf(stderr, "    %d displays: %d frames missed\n", n, missed);
        if (missed > n)
            return 0;
    }
    return 0;
}

static int find_most(Hall *h, const char *input)
{
    int can = 0, cannot = MOST + 1, n = FIRST;

    h->input = input;
    while (cannot - can > 1 + can / 32) {
        if (keeps_up(h, n))
            can = n;
        else
            cannot = n;
        fprintf(stderr, "%s: %d displays %s\n", input, n,
                can == n ? "without a frame missed" : "are too many");
        n = cannot <= MOST ? (can + cannot) / 2 :
            can * 4 / 3 < MOST ? can * 4 / 3 : MOST;
    }
    record_displays(h, 0);
    return can;
}

int main(int argc, char **argv)
{
    static Hall hall;

    for (int i = 1; i + 1 < argc; i += 2)
        printf("displays,%d,%d,%d,%s,ultrafast,%s,%d,0,0,0,0,0,0,0,0,0,0\n", WIDTH,
               HEIGHT, RATE, test_work_names[TEST_WORK_TYPING], argv[i],
               find_most(&hall, argv[i + 1]));
    for (int i = 0; i < MOST; i++)
        test_motion_stop(&hall.displays[i].motion);
    for (int i = 0; i < MOST; i++)
        test_server_stop(&hall.displays[i].server);
    return argc < 3;
}
