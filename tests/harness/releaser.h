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

#ifndef TESTS_HARNESS_RELEASER_H
#define TESTS_HARNESS_RELEASER_H

#include <stdint.h>

#include <libavcodec/packet.h>

/**
 * @file
 * Holds packets and lets go of them on a thread of its own, each at a time of
 * its own. A program has one. Failures are cmocka's.
 */

#define TEST_RELEASER_MAX 24   ///< packets that are held at a time

void test_releaser_start(void);

/** Let go of all that are left. Does nothing where it was not started.
 *  @return how many packets had changed while they were held */
int test_releaser_stop(void);

/** Hold another reference for so many µs, if there is room. */
void test_releaser_hold(const AVPacket *packet, int64_t duration);

#endif /* TESTS_HARNESS_RELEASER_H */
