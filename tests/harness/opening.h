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

#ifndef TESTS_HARNESS_OPENING_H
#define TESTS_HARNESS_OPENING_H

#include "device.h"

/**
 * @file
 * A device that asks somebody something while it is opened: this is done on a
 * thread of its own, and the test answers. A program has one at a time.
 */

/** Start the log anew, and open a device of the stage's server. */
void test_opening_start(const char *format, const char *options);

/** Wait until the device has told a line that holds this text, or fail: it has
 *  been opened before, or refused, or ten seconds have passed. */
void test_opening_asks(const char *text);

/** Whether it has been opened, or refused, or nothing was begun. */
int test_opening_done(void);

/** Wait until it is, and take over the device.
 *  @param d NULL where it was refused
 *  @return what test_device_open() did; 0 if nothing was begun */
int test_opening_end(TestDevice **d);

#endif /* TESTS_HARNESS_OPENING_H */
