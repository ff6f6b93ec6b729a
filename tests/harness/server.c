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
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libavutil/time.h>

#include "command.h"
#include "process.h"
#include "server.h"
#include "supervisor.h"

#define MAX_PROGRAMS ((int)(sizeof(((TestServer *)0)->programs) / \
                            sizeof(pid_t)))

static const char *const kind_names[] = {
    [TEST_SERVER_XVFB]     = "xvfb",
    [TEST_SERVER_XORG]     = "xorg",
    [TEST_SERVER_XVNC]     = "xvnc",
    [TEST_SERVER_XWAYLAND] = "xwayland",
};

int test_server_kind(void)
{
    const char *name = getenv("X11SHMPOOL_SERVER");

    if (!name || !*name)
        return TEST_SERVER_XVFB;
    for (int i = 0; i < 4; i++)
        if (!strcmp(name, kind_names[i]))
            return i;
    fprintf(stderr, "X11SHMPOOL_SERVER=%s: not one of xvfb, xorg, xvnc, "
            "xwayland\n", name);
    return -1;
}

const char *test_server_kind_name(TestServerKind kind)
{
    return kind_names[kind];
}

/* Xorg's wrapper refuses whoever is not at a console. */
static int find_xorg(char *path, size_t size)
{
    return test_command_find(path, size, "/usr/lib/xorg/Xorg") ||
           test_command_find(path, size, "/usr/libexec/Xorg") ||
           test_command_find(path, size, "Xorg");
}

int test_server_available(TestServerKind kind)
{
    char path[512];

    switch (kind) {
    case TEST_SERVER_XVFB:
        return test_command_find(path, sizeof(path), "Xvfb");
    case TEST_SERVER_XORG:
        return find_xorg(path, sizeof(path)) &&
               (!access("/usr/lib/xorg/modules/drivers/dummy_drv.so", R_OK) ||
                !access("/usr/lib64/xorg/modules/drivers/dummy_drv.so", R_OK));
    case TEST_SERVER_XVNC:
        return test_command_find(path, sizeof(path), "Xvnc");
    case TEST_SERVER_XWAYLAND:
        return test_command_find(path, sizeof(path), "Xwayland") &&
               test_command_find(path, sizeof(path), "weston");
    }
    return 0;
}

static int write_xorg_conf(const char *path, int width, int height, int depth)
{
    FILE *f = fopen(path, "we");
    int htotal = width + 200, vtotal = height + 60;

    if (!f)
        return 0;
    fprintf(f,
            "Section \"ServerFlags\"\n"
            "    Option \"AutoAddDevices\" \"false\"\n"
            "    Option \"AutoAddGPU\" \"false\"\n"
            "    Option \"DontVTSwitch\" \"true\"\n"
            "EndSection\n"
            "Section \"Device\"\n"
            "    Identifier \"card\"\n"
            "    Driver \"dummy\"\n"
            "    VideoRam 262144\n"
            "EndSection\n"
            "Section \"Monitor\"\n"
            "    Identifier \"monitor\"\n"
            "    HorizSync 5.0-1000.0\n"
            "    VertRefresh 5.0-300.0\n"
            "    Modeline \"%dx%d\" %.2f %d %d %d %d %d %d %d %d\n"
            "EndSection\n"
            "Section \"Screen\"\n"
            "    Identifier \"screen\"\n"
            "    Device \"card\"\n"
            "    Monitor \"monitor\"\n"
            "    DefaultDepth %d\n"
            "    SubSection \"Display\"\n"
            "        Depth %d\n"
            "        Modes \"%dx%d\"\n"
            "        Virtual %d %d\n"
            "    EndSubSection\n"
            "EndSection\n",
            width, height, htotal * vtotal * 30 / 1e6,
            width, width + 40, width + 100, htotal,
            height, height + 10, height + 20, vtotal,
            depth, depth, width, height, width, height);
    return !fclose(f);
}

static int build_command(TestCommand *c, const TestServerOptions *o,
                         const char *dir, int display_fd)
{
    int width  = o->width  ? o->width  : 640;
    int height = o->height ? o->height : 480;
    int depth  = o->depth  ? o->depth  : 24;
    char path[512];

    switch (o->kind) {
    case TEST_SERVER_XVFB:
        test_command_add(c, "Xvfb");
        test_command_add(c, "-screen");
        test_command_add(c, "0");
        test_command_add(c, "%dx%dx%d", width, height, depth);
        if (o->fbdir) {
            test_command_add(c, "-fbdir");
            test_command_add(c, "%s", dir);
        }
        break;
    case TEST_SERVER_XORG:
        snprintf(path, sizeof(path), "%s/xorg.conf", dir);
        if (!write_xorg_conf(path, width, height, depth))
            return 0;
        if (!find_xorg(path, sizeof(path)))
            return 0;
        test_command_add(c, "%s", path);
        test_command_add(c, "-config");
        test_command_add(c, "%s/xorg.conf", dir);
        test_command_add(c, "-configdir");
        test_command_add(c, "%s/none", dir);
        test_command_add(c, "-logfile");
        test_command_add(c, "%s/Xorg.log", dir);
        test_command_split(c, "-novtswitch -sharevts -keeptty -nolisten tcp");
        break;
    case TEST_SERVER_XVNC:
        test_command_add(c, "Xvnc");
        test_command_add(c, "-geometry");
        test_command_add(c, "%dx%d", width, height);
        test_command_add(c, "-depth");
        test_command_add(c, "%d", depth);
        /* Later ones start only where a viewer could reach them. */
        test_command_add(c, "-rfbunixpath");
        test_command_add(c, "%s/rfb", dir);
        test_command_split(c, "-SecurityTypes None -rfbport -1 -AlwaysShared");
        break;
    case TEST_SERVER_XWAYLAND:
        test_command_add(c, "Xwayland");
        test_command_add(c, "-shm");
        break;
    }
    test_command_add(c, "-displayfd");
    test_command_add(c, "%d", display_fd);
    test_command_add(c, "-noreset");
    test_command_split(c, o->args);
    return 1;
}

static void print_log(const char *dir)
{
    char path[512], line[512];
    FILE *f;

    snprintf(path, sizeof(path), "%s/log", dir);
    if (!(f = fopen(path, "re")))
        return;
    while (fgets(line, sizeof(line), f))
        fprintf(stderr, "# server: %s", line);
    fclose(f);
}

TestServer *test_server_start(const TestServerOptions *o)
{
    static const TestServerOptions plain = { .kind = TEST_SERVER_XVFB };
    const char *tmp = getenv("TMPDIR");
    int hold[2] = { -1, -1 }, report[2] = { -1, -1 }, number[2] = { -1, -1 };
    int64_t end = av_gettime_relative() + TEST_SERVER_START_US;
    TestCommand c = { .used = 0 };
    TestServer *s = calloc(1, sizeof(*s));
    char digits[12];
    size_t n = 0;

    if (!o)
        o = &plain;
    if (!s)
        return NULL;
    s->hold = -1;
    if (!tmp || strlen(tmp) > 32)
        tmp = "/tmp";
    snprintf(s->dir, sizeof(s->dir), "%s/x11shmpool-test.XXXXXX", tmp);
    if (!mkdtemp(s->dir)) {
        fprintf(stderr, "server: %s: %s\n", s->dir, strerror(errno));
        s->dir[0] = 0;
        goto fail;
    }
    if (pipe2(hold, O_CLOEXEC) || pipe2(report, O_CLOEXEC) ||
        pipe2(number, O_CLOEXEC) || !build_command(&c, o, s->dir, number[1])) {
        fprintf(stderr, "server: can't set up %s\n", kind_names[o->kind]);
        test_supervisor_clear(s->dir);
        goto fail;
    }
    fflush(NULL);
    s->supervisor = fork();
    if (!s->supervisor)
        test_supervisor_run(&c, o, s->dir, hold[0], report[1], number[1]);
    close(hold[0]);
    close(report[1]);
    close(number[1]);
    hold[0] = report[1] = number[1] = -1;
    s->hold = hold[1];
    hold[1] = -1;
    if (s->supervisor < 0) {
        perror("server: fork");
        goto fail;
    }

    if (read(report[0], &s->pid, sizeof(s->pid)) != sizeof(s->pid)) {
        fprintf(stderr, "server: no process\n");
        goto fail;
    }
    while (n < sizeof(digits) - 1) {
        struct pollfd p = { .fd = number[0], .events = POLLIN };
        int64_t left = (end - av_gettime_relative()) / 1000;

        if (left <= 0 || poll(&p, 1, left) <= 0 ||
            read(number[0], digits + n, 1) != 1) {
            fprintf(stderr, "server: %s did not start\n", kind_names[o->kind]);
            print_log(s->dir);
            goto fail;
        }
        if (digits[n] == '\n')
            break;
        n++;
    }
    digits[n] = 0;
    snprintf(s->display, sizeof(s->display), ":%s", digits);
    close(report[0]);
    close(number[0]);
    return s;

fail:
    for (int i = 0; i < 2; i++) {
        if (hold[i] >= 0)
            close(hold[i]);
        if (report[i] >= 0)
            close(report[i]);
        if (number[i] >= 0)
            close(number[i]);
    }
    test_server_stop(&s);
    return NULL;
}

void test_server_stop(TestServer **ps)
{
    TestServer *s = *ps;

    *ps = NULL;
    if (!s)
        return;
    for (int i = 0; i < MAX_PROGRAMS; i++)
        test_server_end(s, s->programs[i], SIGKILL);
    if (s->hold >= 0)
        close(s->hold);
    if (s->supervisor > 0)
        while (waitpid(s->supervisor, NULL, 0) < 0 && errno == EINTR)
            ;
    free(s);
}

/* Here too the fork may come from a program with threads: what the child needs
 * is made before. */
pid_t test_server_run(TestServer *s, const char *command)
{
    char display[32], home[96], config[96], cache[96], log_path[96];
    char path[512] = "PATH=", runtime[96];
    char *env[] = { path, display, home, config, cache, runtime, NULL };
    TestCommand c = { .used = 0 };
    char program[512];
    int i = 0, log;
    pid_t pid;

    test_command_split(&c, command);
    if (!test_command_find(program, sizeof(program), c.argv[0]))
        return 0;
    while (i < MAX_PROGRAMS && s->programs[i])
        i++;
    snprintf(path,     sizeof(path),     "PATH=%.500s", getenv("PATH"));
    snprintf(display,  sizeof(display),  "DISPLAY=%s", s->display);
    snprintf(home,     sizeof(home),     "HOME=%s", s->dir);
    snprintf(config,   sizeof(config),   "XDG_CONFIG_HOME=%s", s->dir);
    snprintf(cache,    sizeof(cache),    "XDG_CACHE_HOME=%s", s->dir);
    snprintf(runtime,  sizeof(runtime),  "XDG_RUNTIME_DIR=%s", s->dir);
    snprintf(log_path, sizeof(log_path), "%s/programs.log", s->dir);
    log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (i == MAX_PROGRAMS || log < 0 || (pid = fork()) < 0) {
        fprintf(stderr, "server: can't run %s\n", command);
        abort();
    }
    if (!pid) {
        setsid();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(log, 1);
        dup2(log, 2);
        execve(program, c.argv, env);
        _exit(127);
    }
    close(log);
    s->programs[i] = pid;
    return pid;
}

void test_server_end(TestServer *s, pid_t program, int sig)
{
    int64_t end = av_gettime_relative() + TEST_SERVER_STOP_US;

    for (int i = 0; program > 0 && i < MAX_PROGRAMS; i++) {
        if (s->programs[i] != program)
            continue;
        kill(program, sig);
        while (!waitpid(program, NULL, WNOHANG)) {
            if (av_gettime_relative() > end)
                kill(program, SIGKILL);
            av_usleep(1000);
        }
        s->programs[i] = 0;
    }
}

int test_server_alive(const TestServer *s)
{
    char state = test_process_state(s->pid);

    return state && state != 'Z' && state != 'X';
}

void test_server_signal(const TestServer *s, int sig)
{
    int64_t end = av_gettime_relative() + TEST_SERVER_STOP_US;

    if (kill(s->pid, sig))
        return;
    while (av_gettime_relative() < end) {
        if (sig == SIGSTOP && test_process_state(s->pid) == 'T')
            return;
        if (sig == SIGKILL && !test_server_alive(s))
            return;
        if (sig != SIGSTOP && sig != SIGKILL)
            return;
        av_usleep(1000);
    }
}

int test_server_complaints(const TestServer *s, off_t *size, int print)
{
    static const char *const files[] = { "log", "Xorg.log" };
    char path[128], line[512];
    int n = 0;

    for (int i = 0; i < 2; i++) {
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", s->dir, files[i]);
        if (!(f = fopen(path, "re")))
            continue;
        fseeko(f, size[i], SEEK_SET);
        while (fgets(line, sizeof(line), f)) {
            if (!strstr(line, "(EE)") && !strstr(line, "rror") &&
                !strstr(line, "(WW)"))
                continue;
            if (strstr(line, "dbus"))
                continue;
            n++;
            if (print)
                fprintf(stderr, "# server: %s", line);
        }
        size[i] = ftello(f);
        fclose(f);
    }
    return n;
}
