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
 * The threads of the device: which signals they block, and how they are
 * scheduled.
 */

#define _GNU_SOURCE

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shot.h"
#include "stage.h"

#define MAX_THREADS 64

typedef struct Threads {
    int id[MAX_THREADS], nb;
} Threads;

static void *nothing(void *opaque)
{
    return opaque;
}

/* A sanitizer starts a thread of its own with the first that there is. */
static int setup(void **state)
{
    pthread_t thread;

    (void)state;
    if (pthread_create(&thread, NULL, nothing, NULL))
        return -1;
    pthread_join(thread, NULL);
    return test_stage_start(&(TestServerOptions){ .width = 320,
                                                  .height = 240 });
}

static Threads threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    Threads t = { .nb = 0 };
    struct dirent *e;

    assert_non_null(tasks);
    while ((e = readdir(tasks)))
        if (e->d_name[0] != '.' && t.nb < MAX_THREADS)
            t.id[t.nb++] = atoi(e->d_name);
    closedir(tasks);
    return t;
}

/* Those that are not in before: the device's own */
static Threads new_threads(const Threads *before)
{
    Threads all = threads(), t = { .nb = 0 };

    for (int i = 0; i < all.nb; i++) {
        int known = 0;

        for (int k = 0; k < before->nb; k++)
            known |= before->id[k] == all.id[i];
        if (!known)
            t.id[t.nb++] = all.id[i];
    }
    return t;
}

static uint64_t blocked_signals(int thread)
{
    char path[64], line[256];
    uint64_t mask = 0;
    int found = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/self/task/%d/status", thread);
    f = fopen(path, "re");
    assert_non_null(f);
    while (!found && fgets(line, sizeof(line), f))
        found = sscanf(line, "SigBlk: %"SCNx64, &mask) == 1;
    fclose(f);
    assert_true(found);
    return mask;
}

/* Signals are the application's, but for those of a fault: these are for the
 * thread that made it, and a handler is to see them. */
static void signals(void **state)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    static const int others[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1,
                                  SIGUSR2, SIGALRM, SIGCHLD, SIGWINCH,
                                  SIGPROF, SIGIO };
    Threads before = threads(), own;

    (void)state;
    d = test_shot_open("x11shmpool", server->display, "framerate=100");
    test_shot_skip(d, 10);
    own = new_threads(&before);
    assert_true(own.nb > 0);
    for (int i = 0; i < own.nb; i++) {
        uint64_t mask = blocked_signals(own.id[i]);

        for (size_t k = 0; k < sizeof(faults) / sizeof(*faults); k++)
            if (mask >> (faults[k] - 1) & 1)
                fail_msg("signal %d is blocked: %"PRIx64, faults[k], mask);
        for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++)
            if (!(mask >> (others[k] - 1) & 1))
                fail_msg("signal %d is not blocked: %"PRIx64, others[k], mask);
    }
    /* nor has the application's own thread changed */
    for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++)
        assert_false(blocked_signals(before.id[0]) >> (others[k] - 1) & 1);
}

/* A second capture's threads leave faults to the application, too. */
static void crash_handlers_run(void **state)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    Threads before, own;

    (void)state;
    d = test_shot_open("x11shmpool", server->display, "framerate=60");
    test_device_close(&d);
    before = threads();
    d = test_shot_open("x11shmpool", server->display, "framerate=60");
    test_shot_skip(d, 3);
    own = new_threads(&before);
    assert_true(own.nb >= 1);
    for (int i = 0; i < own.nb; i++) {
        uint64_t mask = blocked_signals(own.id[i]);

        assert_true(mask >> (SIGINT - 1) & 1);
        assert_true(mask >> (SIGPIPE - 1) & 1);
        for (size_t k = 0; k < sizeof(faults) / sizeof(*faults); k++)
            assert_false(mask >> (faults[k] - 1) & 1);
    }
}

static void set_policy(int policy)
{
    assert_int_equal(sched_setscheduler(0, policy, &(struct sched_param){ 0 }),
                     0);
}

/* No library takes a real-time priority by itself, whoever runs it: threads
 * have the policy of the one that opened the device. */
static void policy(void **state)
{
    static const int policies[] = { SCHED_OTHER, SCHED_BATCH };

    (void)state;
    for (int i = 0; i < 2; i++) {
        Threads before = threads(), own;

        set_policy(policies[i]);
        d = test_shot_open("x11shmpool", server->display, "framerate=100");
        test_shot_skip(d, 30);
        set_policy(SCHED_OTHER);
        own = new_threads(&before);
        assert_true(own.nb > 0);
        for (int k = 0; k < own.nb; k++) {
            struct sched_param p;
            int is = sched_getscheduler(own.id[k]) & ~SCHED_RESET_ON_FORK;

            assert_int_equal(sched_getparam(own.id[k], &p), 0);
            if (is != policies[i] || p.sched_priority)
                fail_msg("a thread has policy %d and priority %d, not %d and 0",
                         is, p.sched_priority, policies[i]);
        }
        test_device_close(&d);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(signals),
        TEST(crash_handlers_run),
        TEST(policy),
    };

    return cmocka_run_group_tests_name("threads", tests, setup,
                                       test_stage_stop);
}
