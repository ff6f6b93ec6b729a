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

#ifndef TESTS_HARNESS_PROXY_H
#define TESTS_HARNESS_PROXY_H

#include <stdint.h>

#include "relay.h"

/**
 * @file
 * A man in the middle between a client and its X server: a display of its own,
 * served by a thread, that counts what passes (file descriptors included) and
 * can spoil it. All calls may be made at any time from one thread.
 */

typedef struct TestProxy TestProxy;

/** Serve display (":7") under a name of the proxy's own; NULL with a line on
 *  stderr if that fails. */
TestProxy *test_proxy_start(const char *display);
void test_proxy_stop(TestProxy **p);

/** The display to connect to, ":201" say. */
const char *test_proxy_display(const TestProxy *p);

/** The major opcode and the first event of an extension; 0 if it is absent. */
int test_proxy_opcode(const TestProxy *p, const char *extension);
int test_proxy_first_event(const TestProxy *p, const char *extension);

/** Requests that clients sent since the last reset; minor -1 for any. */
int64_t test_proxy_count(TestProxy *p, int major, int minor);
int64_t test_proxy_requests(TestProxy *p);

/** Times that clients sent something, then were sent an answer (replies and
 *  errors; events are none). */
int64_t test_proxy_round_trips(TestProxy *p);

/** Note from here on when such requests arrive; forgets what was noted. */
void test_proxy_watch(TestProxy *p, int major, int minor);

/** When they did, in µs of av_gettime_relative(), the first max of them.
 *  @return how many were stored */
int test_proxy_moments(TestProxy *p, int64_t *moments, int max);

int64_t test_proxy_events(TestProxy *p);
int64_t test_proxy_errors(TestProxy *p);

void test_proxy_reset(TestProxy *p);

/** Print what was counted to stderr, as TAP comments. */
void test_proxy_print(TestProxy *p);

/** Don't pass on events of this code (0: pass all on again). */
void test_proxy_hide_event(TestProxy *p, int code);

/** Tell clients that connect from now on that an extension is absent. The
 *  string must outlive the proxy. At most 8. */
void test_proxy_hide_extension(TestProxy *p, const char *extension);

/** Let clients ask for no more than this version of an extension, one whose
 *  QueryVersion is its first request and takes what the client offers. For one
 *  extension at a time. */
void test_proxy_limit_version(TestProxy *p, const char *extension, int major,
                              int minor);

/** Claim the other byte order for images, and swap those of GetImage. For
 *  clients that connect from now on; shared memory is not swapped. */
void test_proxy_swap_images(TestProxy *p, int swap);

/** Answer this core or extension request with an X error instead of passing it
 *  on (code 0: pass it on again). */
void test_proxy_fail_request(TestProxy *p, int major, int minor, int code);

/** Keep back everything that the server sends, or let it go. */
void test_proxy_hold(TestProxy *p, int hold);

/** The same as soon as a client sends such a request, which is passed on. Until
 *  test_proxy_hold() lets it go; major 0: not at all. */
void test_proxy_hold_at(TestProxy *p, int major, int minor);

/** Whether everything is kept back. */
int test_proxy_holds(TestProxy *p);

/** Tell clients that connect from now on that the root window of screen 0 has
 *  this size, in the connection's setup and in every GetGeometry. */
void test_proxy_claim_size(TestProxy *p, int width, int height);

/** Pass on what the server sends so much later. */
void test_proxy_delay(TestProxy *p, int ms);

/** What the server has sent, whole: its part of the connection setup, a reply,
 *  an error or an event. */
typedef struct TestMessage {
    int64_t number;            ///< among all of the proxy, from 0
    int connection;            ///< among all of the proxy, from 0
    int setup;
    int major, minor;          ///< opcodes of what it answers, or 0
    const uint8_t *data;
    size_t size;
    int delay_ms;              ///< may be set: when it goes on
} TestMessage;

typedef enum TestProxyVerdict {
    TEST_PROXY_GO_ON,
    TEST_PROXY_STALL,          ///< after this, every connection is silent
    TEST_PROXY_CLOSE,          ///< after this, the connection is closed
} TestProxyVerdict;

/** Adds to out what is to be sent in the message's place. On the proxy's
 *  thread, which holds the proxy's lock: it may call none of these functions. */
typedef TestProxyVerdict (*TestProxyHook)(void *opaque, TestMessage *m,
                                          TestBuffer *out);

/** Have a hook see what the server sends from now on; NULL for none. */
void test_proxy_hook(TestProxy *p, TestProxyHook hook, void *opaque);

/** Close every connection, and take no new ones. */
void test_proxy_cut(TestProxy *p);

#endif /* TESTS_HARNESS_PROXY_H */
