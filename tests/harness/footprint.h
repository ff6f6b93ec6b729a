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

#ifndef TESTS_HARNESS_FOOTPRINT_H
#define TESTS_HARNESS_FOOTPRINT_H

#include <stdint.h>

/**
 * @file
 * What this process holds, and what its stage's server holds for all clients.
 * Failures are cmocka's.
 */

typedef struct TestFootprint {
    int descriptors, threads, mappings, segments;
    int64_t heap;
    int clients, resources, server_descriptors, server_segments;
} TestFootprint;

/** To be called first of all in main(): what malloc caches counts as in use, so
 *  it is told to cache nothing. This may run the program anew. */
void test_footprint_prepare(char **argv);

/** Measure. Starts the device's log anew. */
void test_footprint_take(TestFootprint *f);

/** Fail if what is held has grown, and stays so for 5 s: the server learns of
 *  what was closed in its own time. */
void test_footprint_not_grown(const TestFootprint *from);

/** How many resources a client has in the server (X-Resource). */
int test_server_resources(uint32_t client);

/** How many clients there are, how many resources they have in all, and the one
 *  that connected last. */
int test_server_clients(int *resources, uint32_t *newest);

#endif /* TESTS_HARNESS_FOOTPRINT_H */
