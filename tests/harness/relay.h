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

#ifndef TESTS_HARNESS_RELAY_H
#define TESTS_HARNESS_RELAY_H

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * The bytes that X clients and servers send each other, with file descriptors
 * among them, and where a message in them ends.
 */

#define TEST_MAX_FDS 16

/** Zeroed, it is empty. */
typedef struct TestBuffer {
    uint8_t *data;
    size_t size, room;
    int fds[TEST_MAX_FDS];     ///< to be sent with the first byte
    int nb_fds;
} TestBuffer;

void test_buffer_add(TestBuffer *b, const void *data, size_t size);

/** Take away the first size bytes. */
void test_buffer_drop(TestBuffer *b, size_t size);

/** Move the descriptors; what doesn't fit is closed. */
void test_buffer_take_fds(TestBuffer *to, TestBuffer *from);

/** Free what it holds, and close its descriptors. */
void test_buffer_free(TestBuffer *b);

/** Add what can be read. @return 0, or -1 when the connection is over */
int test_buffer_receive(int fd, TestBuffer *b);

/** Send what the socket takes, and drop that. @return 0 or -1, the same */
int test_buffer_send(int fd, TestBuffer *b);

/** In the byte order of this machine, which is that of its clients. */
uint16_t test_get16(const uint8_t *p);
uint32_t test_get32(const uint8_t *p);

/** The size of the message at the beginning of what was sent, 0 while it isn't
 *  all there: a client's request; a server's reply, error or event; what the
 *  client and the server begin with. */
size_t test_request_size(const uint8_t *data, size_t size);
size_t test_answer_size(const uint8_t *data, size_t size);
size_t test_hello_size(const uint8_t *data, size_t size);
size_t test_setup_size(const uint8_t *data, size_t size);

/** A socket connected to a local display (":7") that doesn't block; -1. */
int test_relay_connect(const char *display);

/** A listening socket at a display that nobody has, whose name is written to
 *  display; -1. */
int test_relay_listen(char *display, size_t size);

/** Take away what test_relay_listen() left in the file system, after the socket
 *  was closed; another one may have taken its place already. */
void test_relay_unlink(const char *display);

#endif /* TESTS_HARNESS_RELAY_H */
