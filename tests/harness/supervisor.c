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

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libavutil/time.h>

#include "supervisor.h"

static void close_others(const int *keep, int nb_keep)
{
    DIR *d = opendir("/proc/self/fd");
    struct dirent *e;

    while (d && (e = readdir(d))) {
        int fd = atoi(e->d_name), kept = fd < 3 || fd == dirfd(d);

        for (int i = 0; i < nb_keep; i++)
            kept |= fd == keep[i];
        if (!kept)
            close(fd);
    }
    if (d)
        closedir(d);
}

static pid_t spawn(char *const *argv, int log, int keep)
{
    pid_t pid = fork();

    if (pid)
        return pid;
    dup2(log, 1);
    dup2(log, 2);
    if (keep >= 0)
        fcntl(keep, F_SETFD, 0);
    for (int sig = 1; sig < 32; sig++)
        signal(sig, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[0], argv);
    dprintf(2, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static int reaped(pid_t *pid)
{
    if (*pid > 0 && waitpid(*pid, NULL, WNOHANG) == *pid)
        *pid = -1;
    return *pid <= 0;
}

static void end_process(pid_t *pid)
{
    int64_t end = av_gettime_relative() + TEST_SERVER_STOP_US;

    if (reaped(pid))
        return;
    kill(*pid, SIGTERM);
    kill(*pid, SIGCONT);
    while (!reaped(pid)) {
        if (av_gettime_relative() > end) {
            kill(*pid, SIGKILL);
            waitpid(*pid, NULL, 0);
            *pid = -1;
            return;
        }
        av_usleep(2000);
    }
}

static int remove_entry(const char *path, const struct stat *st, int flag,
                        struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    remove(path);
    return 0;
}

void test_supervisor_clear(const char *dir)
{
    nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void test_supervisor_run(const TestCommand *c, const TestServerOptions *o,
                         const char *dir, int hold, int report, int display_fd)
{
    pid_t compositor = -1, server = -1;
    struct pollfd p = { .fd = hold, .events = POLLIN };
    char path[512];
    int log;

    setsid();
    for (int sig = 1; sig < 32; sig++)
        if (sig != SIGCHLD)
            signal(sig, SIG_IGN);
    close_others((int[]){ hold, report, display_fd }, 3);
    snprintf(path, sizeof(path), "%s/log", dir);
    log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (o->kind == TEST_SERVER_XWAYLAND) {
        TestCommand w = { .used = 0 };
        int64_t end = av_gettime_relative() + TEST_SERVER_START_US;

        setenv("XDG_RUNTIME_DIR", dir, 1);
        setenv("WAYLAND_DISPLAY", "wayland-test", 1);
        test_command_split(&w, "weston --no-config --idle-time=0 "
                           "--backend=headless-backend.so "
                           "--socket=wayland-test");
        test_command_add(&w, "--width=%d",  o->width  ? o->width  : 640);
        test_command_add(&w, "--height=%d", o->height ? o->height : 480);
        compositor = spawn(w.argv, log, -1);
        snprintf(path, sizeof(path), "%s/wayland-test", dir);
        while (access(path, F_OK) && !reaped(&compositor) &&
               av_gettime_relative() < end && poll(&p, 1, 10) == 0)
            ;
    }
    server = spawn(c->argv, log, display_fd);
    close(display_fd);
    if (write(report, &server, sizeof(server)) != sizeof(server))
        end_process(&server);
    close(report);

    while (poll(&p, 1, server > 0 ? 20 : -1) <= 0)
        reaped(&server);

    end_process(&server);
    end_process(&compositor);
    test_supervisor_clear(dir);
    _exit(0);
}
