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

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "random.h"

uint32_t test_seed;

static uint32_t state;

void test_random_start(void)
{
    const char *env = getenv("X11SHMPOOL_SEED");

    test_seed = env ? strtoul(env, NULL, 0)
                    : (uint32_t)time(NULL) ^ (uint32_t)getpid() << 16;
    test_random_round(0);
}

int test_random_cycles(int n)
{
    const char *env = getenv("X11SHMPOOL_CYCLES");

    test_random_start();
    if (env)
        n = atoi(env);
    printf("# %d cycles, X11SHMPOOL_SEED=%"PRIu32"\n", n, test_seed);
    return n;
}

void test_random_round(int round)
{
    state = (test_seed ^ (uint32_t)round * 2654435761u) | 1;
    /* Seeds that are close to each other begin alike. */
    for (int i = 0; i < 16; i++)
        test_random();
}

uint32_t test_random(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

int test_below(int n)
{
    return test_random() % (uint32_t)n;
}

int test_between(int low, int high)
{
    return low + test_below(high - low + 1);
}
