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

#ifndef TESTS_HARNESS_FIGURES_H
#define TESTS_HARNESS_FIGURES_H

/**
 * @file
 * How long benchmarks measure, and the figures of several rounds.
 */

/** How much longer than usual to measure: by $BENCH_SECONDS, as for
 *  tests/bench/run; 1 without it. */
double test_figures_scale(void);

/** Sort n figures, the least first. */
void test_figures_sort(double *v, int n);

/** The same, and print the median, the least and the most of them to standard
 *  output, each after a comma and with so many decimals. */
void test_figures_print(double *v, int n, int decimals);

#endif /* TESTS_HARNESS_FIGURES_H */
