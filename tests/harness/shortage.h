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

#ifndef TESTS_HARNESS_SHORTAGE_H
#define TESTS_HARNESS_SHORTAGE_H

/**
 * @file
 * Calls that fail because there is no more of something, memory or descriptors
 * say. The program replaces the functions that get it by its own, which ask
 * here. What counts is what the device calls, or libav* on its behalf; calls
 * of libxcb do not fail. A program has one shortage. For any thread; nothing
 * here allocates.
 */

/** Find the libraries whose calls count. To be called first.
 *  @return 0, or -1 if the device's is not there */
int test_shortage_init(void);

/** From now on the nth call of these kinds fails, a bit each, of the program's
 *  own choice; and all after it if so wanted. Nothing fails yet if nth is 0. */
void test_shortage_start(int kinds, int nth, int all_after);

/** Nothing fails any more. */
void test_shortage_stop(void);

/** Whether any of these kinds is short. */
int test_shortage_of(int kinds);

/** Whether this call of a kind is to fail, with errno set to error; if it is
 *  not, errno stays. */
int test_shortage_fails(int kind, int error);

/** How many calls have failed since test_shortage_start(). */
int test_shortage_failures(void);

/** Spare this thread's calls (1), or no longer (0). These may be nested. */
void test_shortage_spare(int spare);

#endif /* TESTS_HARNESS_SHORTAGE_H */
