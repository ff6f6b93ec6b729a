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

#include "check.h"

void test_die(const char *what, int code)
{
    fprintf(stderr, "%s failed (%d)\n", what, code);
    abort();
}

void *test_need(void *p, const char *what)
{
    if (!p)
        test_die(what, 0);
    return p;
}

void test_check(TestScreen *s, xcb_void_cookie_t cookie, const char *what)
{
    xcb_generic_error_t *e = xcb_request_check(s->conn, cookie);

    if (e)
        test_die(what, e->error_code);
    if (xcb_connection_has_error(s->conn))
        test_die(what, -1);
}
