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

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libavutil/time.h>

#include "motion.h"

static void sync_with_server(xcb_connection_t *c)
{
    free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
    if (xcb_connection_has_error(c))
        _exit(1);
}

static void move(const char *display, int rate, TestMotionDraw draw,
                 int commands, int answers)
{
    const uint32_t mode = XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS;
    TestMotionPen pen = { .c = xcb_connect(display, NULL) };
    int work = TEST_MOTION_REST;
    int64_t begin = 0;
    unsigned n = 0;

    if (xcb_connection_has_error(pen.c))
        _exit(1);
    pen.screen = xcb_setup_roots_iterator(xcb_get_setup(pen.c)).data;
    pen.gc     = xcb_generate_id(pen.c);
    xcb_create_gc(pen.c, pen.gc, pen.screen->root, XCB_GC_SUBWINDOW_MODE, &mode);
    for (;;) {
        struct pollfd p = { .fd = commands, .events = POLLIN };
        int64_t left = begin + n * 1000000LL / rate - av_gettime_relative();
        int wait = work == TEST_MOTION_REST ? -1 : left > 0 ? left / 1000 : 0;

        if (poll(&p, 1, wait) > 0) {
            if (read(commands, &work, sizeof(work)) != sizeof(work))
                _exit(0);
            if (work != TEST_MOTION_REST)
                draw(&pen, work, 0);
            sync_with_server(pen.c);
            if (write(answers, &work, sizeof(work)) != sizeof(work))
                _exit(0);
            begin = av_gettime_relative();
            n     = 1;
            continue;
        }
        left = begin + n * 1000000LL / rate - av_gettime_relative();
        if (left > 0)
            av_usleep(left);
        draw(&pen, work, n++);
        xcb_flush(pen.c);
        if (xcb_connection_has_error(pen.c))
            _exit(1);
    }
}

int test_motion_start(TestMotion *m, const char *display, int rate,
                      TestMotionDraw draw)
{
    int commands[2], answers[2];

    m->pid = 0;
    if (pipe2(commands, O_CLOEXEC) < 0)
        goto fail;
    if (pipe2(answers, O_CLOEXEC) < 0)
        goto fail_commands;
    m->pid = fork();
    if (m->pid < 0)
        goto fail_answers;
    if (!m->pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        close(commands[1]);
        close(answers[0]);
        move(display, rate, draw, commands[0], answers[1]);
    }
    close(commands[0]);
    close(answers[1]);
    m->commands = commands[1];
    m->answers  = answers[0];
    return 0;

fail_answers:
    m->pid = 0;
    close(answers[0]);
    close(answers[1]);
fail_commands:
    close(commands[0]);
    close(commands[1]);
fail:
    perror("motion");
    return -1;
}

int test_motion_tell(TestMotion *m, int work)
{
    return write(m->commands, &work, sizeof(work)) == sizeof(work) &&
           read(m->answers, &work, sizeof(work)) == sizeof(work) ? 0 : -1;
}

void test_motion_stop(TestMotion *m)
{
    if (!m->pid)
        return;
    kill(m->pid, SIGKILL);
    waitpid(m->pid, NULL, 0);
    close(m->commands);
    close(m->answers);
    m->pid = 0;
}

void test_motion_scroll(TestMotionPen *pen)
{
    xcb_window_t root = pen->screen->root;
    int w = pen->screen->width_in_pixels, h = pen->screen->height_in_pixels;
    xcb_rectangle_t in = { w / 4, h / 4 + h / 2 - 8, w / 2, 8 };

    xcb_copy_area(pen->c, root, root, pen->gc, w / 4, h / 4 + 8, w / 4, h / 4,
                  w / 2, h / 2 - 8);
    xcb_poly_fill_rectangle(pen->c, root, pen->gc, 1, &in);
}
