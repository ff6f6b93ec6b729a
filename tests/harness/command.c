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

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

int test_command_find(char *path, size_t size, const char *name)
{
    const char *dirs = getenv("PATH");

    if (strchr(name, '/')) {
        snprintf(path, size, "%s", name);
        return !access(path, X_OK);
    }
    while (dirs && *dirs) {
        size_t n = strcspn(dirs, ":");

        snprintf(path, size, "%.*s/%s", (int)n, dirs, name);
        if (!access(path, X_OK))
            return 1;
        dirs += n + (dirs[n] == ':');
    }
    return 0;
}

void test_command_add(TestCommand *c, const char *format, ...)
{
    size_t room = sizeof(c->text) - c->used;
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(c->text + c->used, room, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= room || c->argc == TEST_MAX_ARGS) {
        fprintf(stderr, "command line too long\n");
        abort();
    }
    c->argv[c->argc++] = c->text + c->used;
    c->argv[c->argc]   = NULL;
    c->used += n + 1;
}

void test_command_split(TestCommand *c, const char *args)
{
    while (args && *(args += strspn(args, " "))) {
        size_t n = strcspn(args, " ");

        test_command_add(c, "%.*s", (int)n, args);
        args += n;
    }
}
