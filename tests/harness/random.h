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

#ifndef TESTS_HARNESS_RANDOM_H
#define TESTS_HARNESS_RANDOM_H

#include <stdint.h>

/**
 * @file
 * Random numbers that can be repeated. For one thread.
 */

/** What all of them follow from, to be named where a test fails:
 *  $X11SHMPOOL_SEED, or of the moment. */
extern uint32_t test_seed;

/** Choose the seed, and begin. */
void test_random_start(void);

/** Begin anew: what follows depends on the seed and on round alone. */
void test_random_round(int round);

/** test_random_start(), and print the seed.
 *  @return how often a test is to do what it does, $X11SHMPOOL_CYCLES or n */
int test_random_cycles(int n);

uint32_t test_random(void);

/** From 0 on, less than n, which is positive. */
int test_below(int n);

/** Neither is left out. */
int test_between(int low, int high);

#endif /* TESTS_HARNESS_RANDOM_H */
