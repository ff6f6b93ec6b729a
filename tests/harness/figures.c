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

#include <stdio.h>
#include <stdlib.h>

#include "figures.h"

#define DEFAULT_SECONDS 360.0

double test_figures_scale(void)
{
    const char *seconds = getenv("BENCH_SECONDS");

    return seconds && atof(seconds) > 0 ? atof(seconds) / DEFAULT_SECONDS : 1;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

void test_figures_sort(double *v, int n)
{
    qsort(v, n, sizeof(*v), compare_doubles);
}

void test_figures_print(double *v, int n, int decimals)
{
    test_figures_sort(v, n);
    printf(",%.*f,%.*f,%.*f", decimals, v[n / 2], decimals, v[0], decimals,
           v[n - 1]);
}
