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
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libavutil/time.h>

#include "recording.h"

#define MAX_ARGUMENTS 64

static void run(const char *arguments, int pipe)
{
    char *argv[MAX_ARGUMENTS] = { NULL };
    char words[1024];
    int n = 0;

    snprintf(words, sizeof(words), "ffmpeg -v error -nostdin -nostats %s",
             arguments);
    for (char *w = strtok(words, " ");
         w && n < MAX_ARGUMENTS - 1; w = strtok(NULL, " "))
        argv[n++] = w;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (pipe == 3)
        fcntl(pipe, F_SETFD, 0);
    else if (dup2(pipe, 3) < 0)
        _exit(127);
    execvp(argv[0], argv);
    perror("ffmpeg");
    _exit(127);
}

int test_recording_start(TestRecording *r, const char *arguments)
{
    int fd[2];

    memset(r, 0, sizeof(*r));
    if (pipe2(fd, O_CLOEXEC) < 0) {
        perror("recording");
        return -1;
    }
    r->begun = av_gettime();
    r->pid   = fork();
    if (!r->pid)
        run(arguments, fd[1]);
    close(fd[1]);
    if (r->pid < 0) {
        perror("recording");
        close(fd[0]);
        r->pid = 0;
        return -1;
    }
    r->pipe = fd[0];
    return 0;
}

int test_recording_line(TestRecording *r, char *line, int size, int timeout_ms)
{
    int64_t until = av_gettime_relative() + timeout_ms * 1000LL;

    for (;;) {
        char *end = memchr(r->text, '\n', r->length);
        struct pollfd p = { .fd = r->pipe, .events = POLLIN };
        int64_t left = until - av_gettime_relative();
        ssize_t n;

        if (end || r->length == sizeof(r->text)) {
            int length = end ? end - r->text : r->length;
            int used = end ? length + 1 : length;

            snprintf(line, size, "%.*s", length, r->text);
            r->length -= used;
            memmove(r->text, r->text + used, r->length);
            return 1;
        }
        if (poll(&p, 1, left > 0 ? left / 1000 + 1 : 0) <= 0)
            return 0;
        n = read(r->pipe, r->text + r->length, sizeof(r->text) - r->length);
        if (n <= 0)
            return -1;
        r->length += n;
    }
}

void test_recording_finish(TestRecording *r)
{
    kill(r->pid, SIGINT);
}

void test_recording_end(TestRecording *r)
{
    if (!r->pid)
        return;
    kill(r->pid, SIGKILL);
    waitpid(r->pid, NULL, 0);
    close(r->pipe);
    r->pid = 0;
}
