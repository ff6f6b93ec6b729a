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

#ifndef TESTS_HARNESS_SUPERVISOR_H
#define TESTS_HARNESS_SUPERVISOR_H

#include <stdint.h>

#include "command.h"
#include "server.h"

/**
 * @file
 * The process that stands between a test and its X server.
 */

/** How long a server may take to start, and to end. */
#define TEST_SERVER_START_US INT64_C(30000000)
#define TEST_SERVER_STOP_US   INT64_C(5000000)

/**
 * Run a server, and the compositor that its kind needs, until the other end of
 * hold is closed; then end both, take dir away and exit. To be called in a
 * child: it leaves the session, ignores signals, and closes all descriptors but
 * the standard ones and those that it is given. What the programs print goes to
 * the file "log" in dir.
 *
 * @param c          the server's command line
 * @param report     where the server's process id is written, a pid_t
 * @param display_fd what the server inherits, to write its display's number
 */
void test_supervisor_run(const TestCommand *c, const TestServerOptions *o,
                         const char *dir, int hold, int report, int display_fd)
    __attribute__((noreturn));

/** Take a directory away, with all that is in it. */
void test_supervisor_clear(const char *dir);

#endif /* TESTS_HARNESS_SUPERVISOR_H */
