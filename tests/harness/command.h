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

#ifndef TESTS_HARNESS_COMMAND_H
#define TESTS_HARNESS_COMMAND_H

#include <stddef.h>

/**
 * @file
 * The command line of a program to be run.
 */

#define TEST_MAX_ARGS 64

/** Zeroed, it is empty. It can't be copied: argv points into text. */
typedef struct TestCommand {
    char text[4096];
    size_t used;               ///< of text
    char *argv[TEST_MAX_ARGS + 1]; ///< NULL after the last
    int argc;
} TestCommand;

/** Add one argument. What is too long ends the program with a message. */
void test_command_add(TestCommand *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Add arguments that are separated by spaces; args may be NULL. */
void test_command_split(TestCommand *c, const char *args);

/** Look for a program: in $PATH, or at its path where name has a slash.
 *  @return 1, with its path; 0 if it is not there */
int test_command_find(char *path, size_t size, const char *name);

#endif /* TESTS_HARNESS_COMMAND_H */
