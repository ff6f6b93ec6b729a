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

#ifndef TESTS_HARNESS_CHECK_H
#define TESTS_HARNESS_CHECK_H

#include "screen.h"

/**
 * @file
 * What the harness can't go on without: where it fails, a message on stderr and
 * the end of the program.
 */

/** @param code the X error's, or what else tells more */
void test_die(const char *what, int code) __attribute__((noreturn));

/** p, if it is not NULL. */
void *test_need(void *p, const char *what);

/** Wait until a checked request is done. */
void test_check(TestScreen *s, xcb_void_cookie_t cookie, const char *what);

#endif /* TESTS_HARNESS_CHECK_H */
