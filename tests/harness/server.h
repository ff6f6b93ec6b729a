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

#ifndef TESTS_HARNESS_SERVER_H
#define TESTS_HARNESS_SERVER_H

#include <sys/types.h>

/**
 * @file
 * X servers of a test's own. A supervisor process stands between the test and
 * its server and takes the server, what it needed and its files away when the
 * test stops it or ends, however it ends.
 */

typedef enum TestServerKind {
    TEST_SERVER_XVFB,
    TEST_SERVER_XORG,          ///< with the dummy video driver
    TEST_SERVER_XVNC,
    TEST_SERVER_XWAYLAND,      ///< rootful, under a headless weston
} TestServerKind;

typedef struct TestServerOptions {
    TestServerKind kind;
    int width, height, depth;  ///< 0: 640x480, 24 bits
    const char *args;          ///< more arguments, separated by spaces, or NULL
    int fbdir;                 ///< Xvfb only: framebuffer in a file, see below
} TestServerOptions;

typedef struct TestServer {
    char display[16];          ///< ":7"
    pid_t pid;                 ///< the X server's; may be signalled freely
    pid_t supervisor;
    char dir[64];              ///< its files, removed with it: "log"; with
                               ///< fbdir "Xvfb_screen0", an XWD file
    int hold;
    pid_t programs[4];         ///< 0 where there is none
} TestServer;

/** xvfb, xorg, xvnc or xwayland, as $X11SHMPOOL_SERVER names it; Xvfb where it
 *  is not set. -1, with a line on stderr, for another name. */
int test_server_kind(void);

const char *test_server_kind_name(TestServerKind kind);

/** Whether the programs that the kind needs are installed. */
int test_server_available(TestServerKind kind);

/**
 * Start a server on a free display and wait until it takes clients. It does not
 * reset when its last client leaves.
 *
 * @param o NULL for an Xvfb of 640x480, 24 bits
 * @return NULL, with the reason and the server's log on stderr
 */
TestServer *test_server_start(const TestServerOptions *o);

/** Stop the server, also one that was stopped or has died already, and wait
 *  until all is gone. *s may be NULL; it is set to NULL. */
void test_server_stop(TestServer **s);

/** Send the X server a signal. SIGSTOP returns once it has stopped, SIGKILL
 *  once it has died. */
void test_server_signal(const TestServer *s, int sig);

/** Whether the X server runs (also if stopped). */
int test_server_alive(const TestServer *s);

/**
 * Count the lines of the server's logs that are complaints, but for those of a
 * machine without D-Bus, which come every ten seconds.
 *
 * @param size  how much of each of the 2 logs is known already; it is known
 *              to the end afterwards. 0 at first
 * @param print the lines to stderr, too
 */
int test_server_complaints(const TestServer *s, off_t *size, int print);

/**
 * Run a program on the server's display: a window manager, say. It ends with
 * the server, at the latest when the thread that started it does; its output
 * goes to the log, its files are the server's.
 *
 * @param command words separated by spaces
 * @return its process id; 0 if it is not installed
 */
pid_t test_server_run(TestServer *s, const char *command);

/** End one that test_server_run() started, with sig, and wait for it. */
void test_server_end(TestServer *s, pid_t program, int sig);

#endif /* TESTS_HARNESS_SERVER_H */
