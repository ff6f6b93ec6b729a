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

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

static pid_t begin(void)
{
    pid_t parent = getpid(), child = fork();

    if (child < 0)
        fail_msg("can't fork");
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
    }
    return child;
}

pid_t test_child_start(const char *display, TestChildBody body, void *opaque)
{
    int ready[2];
    pid_t child;
    char byte = 0;

    if (pipe2(ready, O_CLOEXEC))
        fail_msg("can't make a pipe");
    child = begin();
    if (!child) {
        TestScreen *s = test_screen_open(display);

        if (s && write(ready[1], &byte, 1) == 1) {
            close(ready[1]);
            body(s, opaque);
        }
        _exit(0);
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) {
        close(ready[0]);
        test_child_end(&child);
        fail_msg("a child can't connect to %s", display);
    }
    close(ready[0]);
    return child;
}

void test_child_end(pid_t *child)
{
    if (*child > 0) {
        kill(*child, SIGKILL);
        while (waitpid(*child, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    *child = 0;
}

int test_child_run(int (*body)(void *opaque), void *opaque, int timeout_ms)
{
    const struct timespec tick = { .tv_nsec = 2000000 };
    pid_t child = begin();
    int status = -1;

    if (!child)
        _exit(body(opaque));
    for (; timeout_ms > 0; timeout_ms -= 2) {
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        nanosleep(&tick, NULL);
    }
    test_child_end(&child);
    return -1;
}

static void rest(xcb_connection_t *c, const void *opaque)
{
    const unsigned us = opaque ? *(const unsigned *)opaque : 0;

    xcb_flush(c);
    if (us)
        nanosleep(&(struct timespec){ .tv_nsec = us * 1000L }, NULL);
}

void test_child_paint(TestScreen *s, void *opaque)
{
    xcb_window_t root = s->screen->root;
    xcb_gcontext_t gc = xcb_generate_id(s->conn);
    unsigned state = 1;

    xcb_create_gc(s->conn, gc, root, XCB_GC_SUBWINDOW_MODE,
                  (const uint32_t[]){ XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS });
    while (!xcb_connection_has_error(s->conn)) {
        xcb_rectangle_t r;

        state = state * 1664525 + 1013904223;
        r.width  = 4 + (state >> 8)  % 28;
        r.height = 4 + (state >> 16) % 28;
        r.x      = (state >> 4)  % (s->screen->width_in_pixels  - r.width);
        r.y      = (state >> 12) % (s->screen->height_in_pixels - r.height);
        xcb_change_gc(s->conn, gc, XCB_GC_FOREGROUND,
                      (const uint32_t[]){ state & 0xffffff });
        xcb_poly_fill_rectangle(s->conn, root, gc, 1, &r);
        rest(s->conn, opaque);
    }
}

void test_child_paint_along(TestScreen *s, void *opaque)
{
    const int w = s->screen->width_in_pixels, h = s->screen->height_in_pixels;
    xcb_gcontext_t gc = xcb_generate_id(s->conn);

    xcb_create_gc(s->conn, gc, s->screen->root, 0, NULL);
    for (unsigned n = 0; !xcb_connection_has_error(s->conn); n++) {
        const xcb_rectangle_t r = { n / 2 % (w - 8), n / 16 % (h - 8), 8, 8 };

        xcb_change_gc(s->conn, gc, XCB_GC_FOREGROUND,
                      (const uint32_t[]){ n * 2654435761U >> 8 });
        xcb_poly_fill_rectangle(s->conn, s->screen->root, gc, 1, &r);
        rest(s->conn, opaque);
    }
}
