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
 * When the requests for pixels reach the X server while ffmpeg encodes, with
 * x11grab and with x11shmpool in turns, as a process sees it that stands
 * between the two. Where it may not go before others, what it waits for a
 * processor counts, too. Writes rows of the CSV of tests/bench/bench.c to
 * standard output.
 *
 * Environment: BENCH_SECONDS, as for tests/bench/run.
 */

#define _GNU_SOURCE

#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libavutil/log.h>
#include <xcb/xcb.h>

#include "figures.h"
#include "motion.h"
#include "proxy.h"
#include "server.h"

#define ROUNDS 3
#define WIDTH  1920
#define HEIGHT 1080
#define RATE   60
#define MAX_MOMENTS 4096

enum { SHM_GET_IMAGE = 4 };

static const char *const formats[] = { "x11grab", "x11shmpool" };

/* Of each format and round, in ms: that of 99 per cent, the median, the most */
static double figures[2][3][ROUNDS];
static int frames[2];

static void fail(const char *what)
{
    fprintf(stderr, "jitter: %s\n", what);
    exit(1);
}

static void draw(TestMotionPen *pen, int work, unsigned n)
{
    uint32_t colour = n * 2654435761U & 0xffffff;

    (void)work;
    xcb_change_gc(pen->c, pen->gc, XCB_GC_FOREGROUND, &colour);
    test_motion_scroll(pen);
}

/* Noise all over the screen, so that what scrolls is work for an encoder. */
static void paint_noise(const char *display)
{
    xcb_connection_t *c = xcb_connect(display, NULL);
    xcb_screen_t *s;
    xcb_gcontext_t gc;
    uint32_t *row, seed = 1;

    if (xcb_connection_has_error(c))
        fail("no connection");
    s  = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    gc = xcb_generate_id(c);
    xcb_create_gc(c, gc, s->root, 0, NULL);
    row = calloc(s->width_in_pixels, sizeof(*row));
    for (int y = 0; row && y < s->height_in_pixels; y++) {
        for (int x = 0; x < s->width_in_pixels; x++) {
            seed   = seed * 1664525 + 1013904223;
            row[x] = x & 31 && y & 31 ? row[x] : seed >> 8;
        }
        xcb_put_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, s->root, gc,
                      s->width_in_pixels, 1, 0, y, 0, s->root_depth,
                      s->width_in_pixels * sizeof(*row), (uint8_t *)row);
    }
    free(row);
    free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
    xcb_disconnect(c);
}

static void encode(const char *format, const char *display, double seconds)
{
    char length[16];
    pid_t pid;
    int status;

    snprintf(length, sizeof(length), "%.1f", seconds);
    pid = fork();
    if (pid < 0)
        fail("no process");
    if (!pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("ffmpeg", "ffmpeg", "-v", "fatal", "-nostdin", "-f", format,
               "-framerate", "60", "-draw_mouse", "0", "-i", display,
               "-t", length, "-c:v", "libx264", "-preset", "veryfast",
               "-pix_fmt", "yuv420p", "-f", "null", "-", NULL);
        _exit(127);
    }
    if (waitpid(pid, &status, 0) < 0 || status)
        fail("ffmpeg failed");
}

/* How far from the grid that fits them best the moments lie, sorted, ms. */
static int off_grid(double *off, const int64_t *moments, int n, double period)
{
    double x = 0, y = 0, phase;
    int k = 0;

    for (int i = 0; i < n; i++) {
        double angle = fmod(moments[i] - moments[0], period) / period * 2 *
                       M_PI;

        x += cos(angle);
        y += sin(angle);
    }
    phase = atan2(y, x) / (2 * M_PI) * period;
    for (int i = 0; i < n; i++) {
        /* several requests in a row are one capture */
        if (i && moments[i] - moments[i - 1] < period / 4)
            continue;
        off[k++] = fabs(remainder(moments[i] - moments[0] - phase, period)) /
                   1000;
    }
    test_figures_sort(off, k);
    return k;
}
static TestProxy *start_proxy(const char *display)
{
    static const struct sched_param first = { .sched_priority = 2 };
    TestProxy *p;

    /* the proxy's threads take this over; only root may */
    sched_setscheduler(0, SCHED_RR, &first);
    p = test_proxy_start(display);
    sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){ 0 });
    if (!p)
        fail("no proxy");
    return p;
}

static void measure(TestProxy *p, int f, int round, double seconds)
{
    static int64_t moments[MAX_MOMENTS];
    static double off[MAX_MOMENTS];
    int n, skip;

    if (f)
        test_proxy_watch(p, XCB_COPY_AREA, 0);
    else
        test_proxy_watch(p, test_proxy_opcode(p, "MIT-SHM"), SHM_GET_IMAGE);
    encode(formats[f], test_proxy_display(p), seconds + 1);
    n = test_proxy_moments(p, moments, MAX_MOMENTS);
    /* the first second is that of opening */
    for (skip = 0; skip < n && moments[skip] < moments[0] + 1000000;)
        skip++;
    n = off_grid(off, moments + skip, n - skip, 1e6 / RATE);
    if (n < 1)
        fail("nothing was captured");
    figures[f][0][round] = off[n * 99 / 100];
    figures[f][1][round] = off[n / 2];
    figures[f][2][round] = off[n - 1];
    frames[f] += n;
}

int main(void)
{
    double seconds = 3 * test_figures_scale();
    TestServer *server;
    TestMotion motion;
    TestProxy *p;

    av_log_set_level(AV_LOG_ERROR);
    server = test_server_start(&(TestServerOptions){ .width = WIDTH,
                                                     .height = HEIGHT });
    if (!server || test_motion_start(&motion, server->display, RATE, draw) < 0)
        fail("no X server");
    p = start_proxy(server->display);
    fprintf(stderr, "%dx%d moments of capture beside an encoder\n", WIDTH,
            HEIGHT);
    paint_noise(server->display);
    if (test_motion_tell(&motion, 0) < 0)
        fail("nothing is drawn");
    for (int round = 0; round < ROUNDS; round++)
        for (int k = 0; k < 2; k++)
            measure(p, (k + round) % 2, round, seconds);
    test_proxy_stop(&p);
    test_motion_stop(&motion);
    test_server_stop(&server);
    for (int f = 0; f < 2; f++) {
        printf("jitter,%d,%d,1,quarter scrolls,0,%d,encodes,%s,%d", WIDTH,
               HEIGHT, RATE, formats[f], frames[f]);
        for (int i = 0; i < 3; i++) {
            test_figures_sort(figures[f][i], ROUNDS);
            printf(",%.5f", figures[f][i][ROUNDS / 2]);
        }
        printf(",0,0,0,0,0,0,0\n");
    }
    return 0;
}
