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

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "painter.h"

static volatile sig_atomic_t ended;

static void end(int sig)
{
    (void)sig;
    ended = 1;
}

static int usage(const char *name)
{
    fprintf(stderr,
            "usage: %s [-d display] [-s seed] [-k kind,...] [-n operations a "
            "burst] [-r bursts a second, 0: as fast as it goes] [-c bursts, "
            "0: until told to stop]\n"
            "kinds: fills copies images text render windows pointer cursors "
            "depths all\n", name);
    return 2;
}

static int parse_kinds(char *list, unsigned *kinds)
{
    *kinds = 0;
    for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
        unsigned kind = test_painter_kind(name);

        if (!kind)
            return -1;
        *kinds |= kind;
    }

    return *kinds ? 0 : -1;
}

int main(int argc, char **argv)
{
    const char *display = getenv("DISPLAY");
    uint32_t seed = time(NULL) ^ getpid();
    unsigned kinds = TEST_PAINT_ALL;
    long operations = 10, count = 0, done = 0;
    double rate = 60;
    struct timespec next;
    TestPainter *p;
    int opt;

    while ((opt = getopt(argc, argv, "d:s:k:n:r:c:")) != -1) {
        switch (opt) {
        case 'd': display    = optarg;                   break;
        case 's': seed       = strtoul(optarg, NULL, 0); break;
        case 'n': operations = atol(optarg);             break;
        case 'r': rate       = atof(optarg);             break;
        case 'c': count      = atol(optarg);             break;
        case 'k':
            if (parse_kinds(optarg, &kinds) < 0)
                return usage(argv[0]);
            break;
        default:
            return usage(argv[0]);
        }
    }
    if (optind < argc || operations < 1 || rate < 0 || count < 0)
        return usage(argv[0]);

    signal(SIGINT, end);
    signal(SIGTERM, end);
    p = test_painter_open(display, seed, kinds);
    if (!p)
        return 1;
    fprintf(stderr, "painter: seed %"PRIu32"\n", seed);

    clock_gettime(CLOCK_MONOTONIC, &next);
    while (!ended && (!count || done < count)) {
        test_painter_burst(p, operations);
        if (test_painter_freeze(p) < 0)
            break;
        done++;
        if (rate > 0) {
            next.tv_nsec += 1e9 / rate;
            next.tv_sec  += next.tv_nsec / 1000000000;
            next.tv_nsec %= 1000000000;
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        }
    }
    test_painter_close(&p);

    return !ended && done < count;
}
