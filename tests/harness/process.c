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

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "process.h"

char test_process_state(pid_t pid)
{
    char path[64], line[512], *p, state = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (!(f = fopen(path, "re")))
        return 0;
    if (fgets(line, sizeof(line), f) && (p = strrchr(line, ')')))
        state = p[2];
    fclose(f);
    return state;
}

int64_t test_process_cpu(pid_t pid)
{
    char path[128];
    struct dirent *e;
    int64_t sum = -1;
    DIR *d;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    if (!(d = opendir(path)))
        return -1;
    while ((e = readdir(d))) {
        long long ns;
        FILE *f;

        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%d/task/%.16s/schedstat", (int)pid,
                 e->d_name);
        if (!(f = fopen(path, "re")))
            continue;
        if (fscanf(f, "%lld", &ns) == 1)
            sum = (sum < 0 ? 0 : sum) + ns;
        fclose(f);
    }
    closedir(d);
    return sum;
}
