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
 * File descriptors run out at any point of opening: the error says so, and what
 * to do. And a process that is killed leaves no System V segment behind.
 */

#define _GNU_SOURCE

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "child.h"
#include "shot.h"
#include "stage.h"

#define MOST_DESCRIPTORS 30    /* that opening needs */

enum { SHM_ATTACH = 1 };

static pid_t child;

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){
                                .width = 320, .height = 240 });
}

static int clear(void **state)
{
    test_child_end(&child);
    return test_stage_clear(state);
}

/*** Descriptors ***/

/* With more and more descriptors, until opening succeeds; each time before it
 * must say why it does not. In a child, whose limit nobody else has. */
static int open_with_few(void *opaque)
{
    const char *options = opaque;
    int used = dup(0);         /* the lowest that is free */

    close(used);
    for (int more = 0; more < MOST_DESCRIPTORS; more++) {
        const struct rlimit limit = { used + more, used + more };
        struct rlimit old;
        int ret;

        getrlimit(RLIMIT_NOFILE, &old);
        setrlimit(RLIMIT_NOFILE,
                  &(struct rlimit){ limit.rlim_cur, old.rlim_max });
        test_log_start();
        ret = test_device_open(&d, "x11shmpool", server->display, options);
        setrlimit(RLIMIT_NOFILE, &old);
        if (ret >= 0) {
            test_device_close(&d);
            printf("# figure: %s: opened with %d descriptors\n", options, more);
            return more < 1;
        }
        if (!test_log_count("oo many open files", AV_LOG_ERROR) ||
            !test_log_count("ulimit -n", AV_LOG_ERROR) ||
            test_log_count("", AV_LOG_ERROR) != 1) {
            test_log_print();
            fprintf(stderr, "# %s: with %d descriptors: %s\n", options, more,
                    av_err2str(ret));
            return 1;
        }
    }
    return 1;
}

static void few_descriptors(void **state)
{
    static const char *const options[] = {
        "shm=memfd", "shm=sysv", "shm=off", "shm=auto", "shm=auto:damage=off",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        if (test_child_run(open_with_few, (void *)options[i], 20000))
            fail_msg("%s: opening does not say that descriptors ran out",
                     options[i]);
}

/*** Segments ***/

/* Those that a process has made and has marked to go with it, or not yet; and
 * takes them away if told to. */
static int segments_of(pid_t creator, int marked, int remove)
{
    FILE *f = fopen("/proc/sysvipc/shm", "re");
    char line[512];
    int n = 0;

    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        long long key, size;
        int id, mode, pid;

        if (sscanf(line, "%lld %d %o %lld %d", &key, &id, (unsigned *)&mode,
                   &size, &pid) != 5 || pid != creator ||
            (marked && !(mode & SHM_DEST)))
            continue;
        n++;
        if (remove)
            shmctl(id, IPC_RMID, NULL);
    }
    fclose(f);
    return n;
}

static void record_for_ever(TestScreen *s, void *opaque)
{
    AVPacket *packet = av_packet_alloc();

    (void)s;
    if (test_device_open(&d, "x11shmpool", opaque,
                         "shm=sysv:framerate=100:damage=off") < 0)
        return;
    while (test_device_read(d, packet, 60000) >= 0)
        av_packet_unref(packet);
}

static void wait_for_segment(void)
{
    int64_t end = av_gettime_relative() + 10000000;

    while (!segments_of(child, 1, 0)) {
        if (av_gettime_relative() > end)
            fail_msg("a child makes no segment");
        av_usleep(1000);
    }
}

/* Once the child is dead: what its server had attached goes when that hears
 * of it. */
static void killed_leaves_nothing(const char *what)
{
    int64_t end = av_gettime_relative() + 10000000;
    pid_t dead = child;

    test_child_end(&child);
    while (segments_of(dead, 0, 0) && av_gettime_relative() < end)
        av_usleep(1000);
    if (segments_of(dead, 0, 1))
        fail_msg("a process that was killed %s leaves a segment behind", what);
}

static void killed_while_recording(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        child = test_child_start(server->display, record_for_ever,
                                 server->display);
        wait_for_segment();
        av_usleep((i + 1) * 10000);
        killed_leaves_nothing("while it recorded");
    }
}

/* The server says nothing from the moment that it is told of the segment. */
static void killed_while_it_waits(void **state)
{
    int64_t end;
    char *display;

    (void)state;
#ifdef __SANITIZE_THREAD__
    /* the proxy has threads, and the child of such a process is to start some */
    skip();
#endif
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    display = (char *)test_proxy_display(proxy);
    test_proxy_hold_at(proxy, test_proxy_opcode(proxy, "MIT-SHM"), SHM_ATTACH);
    child = test_child_start(server->display, record_for_ever, display);
    end = av_gettime_relative() + 10000000;
    while (!test_proxy_holds(proxy)) {
        if (av_gettime_relative() > end)
            fail_msg("a child attaches no segment");
        av_usleep(1000);
    }
    wait_for_segment();
    killed_leaves_nothing("while the server was silent");
}

/* Now really stopped: it never attaches what it is told of. */
static void killed_while_it_is_stopped(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        child = test_child_start(server->display, record_for_ever,
                                 server->display);
        wait_for_segment();
        test_server_signal(server, SIGSTOP);
        kill(child, SIGKILL);
        test_server_signal(server, SIGCONT);
        killed_leaves_nothing("while the server was stopped");
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(few_descriptors),
        TEST(killed_while_recording),
        TEST(killed_while_it_waits),
        TEST(killed_while_it_is_stopped),
    };

    return cmocka_run_group_tests_name("limits", tests, setup,
                                       test_stage_stop);
}
