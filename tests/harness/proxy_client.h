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

#ifndef TESTS_HARNESS_PROXY_CLIENT_H
#define TESTS_HARNESS_PROXY_CLIENT_H

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <xcb/xcb.h>

#include "proxy.h"

/**
 * @file
 * A proxy's state, and the clients that it serves. Only for its own files.
 */

#define MAX_MOMENTS 4096
#define MAX_CLIENTS   32
#define MAX_PENDING  256

enum { FROM_CLIENT, FROM_SERVER };

/** A request whose answer is not to be passed on as it is. */
typedef struct TestProxyPending {
    uint16_t sequence;
    enum { SWAP_IMAGE, HIDE_EXTENSION, FAIL_REQUEST, CLAIM_SIZE } what;
    uint8_t major, minor;
} TestProxyPending;

typedef struct TestProxyClient {
    int fd[2];                 ///< the client's socket, the server's
    TestBuffer in[2], out[2];  ///< by sender
    int started[2];            ///< past the connection setup
    uint16_t sequence;
    TestProxyPending pending[MAX_PENDING];
    int nb_pending;
    int asked;                 ///< sent something since the last answer
    int64_t due;               ///< when the server's bytes may go on, µs
    int number;                ///< among those that ever were
    int closing;               ///< once all is sent
    uint8_t requests[1 << 16][2]; ///< by sequence: major and minor opcode
} TestProxyClient;

/** What has passed. */
typedef struct TestProxySeen {
    int64_t counts[256][256];  ///< requests by major and minor opcode
    int64_t requests, round_trips, events, errors;
    int watched_major, watched_minor;
    int64_t moments[MAX_MOMENTS]; ///< µs, av_gettime_relative()
    int nb_moments;
} TestProxySeen;

/** What is not passed on as it is. */
typedef struct TestProxySpoil {
    int hidden_event;
    const char *hidden_extensions[8];
    int nb_hidden;
    int fail_major, fail_minor, fail_code;
    uint16_t claimed[2];       ///< width and height, 0 for the true ones
    int limited;               ///< major opcode of an extension, 0 for none
    uint32_t limit[2];         ///< its version, major and minor
    int swap;
} TestProxySpoil;

struct TestProxy {
    char display[16], server[16];
    xcb_connection_t *conn;
    int bpp[33];               ///< bits per pixel, by depth
    xcb_window_t root;
    int listener, wake[2];
    pthread_t thread;
    pthread_mutex_t lock;      ///< guards all below
    int quit, cut, stalled;
    int delay_ms;
    struct {
        int on, major, minor;
    } hold;
    TestProxySeen seen;
    TestProxySpoil spoil;
    struct {
        TestProxyHook call;
        void *opaque;
    } hook;
    int64_t messages;
    int nb_accepted;
    TestProxyClient *clients[MAX_CLIENTS];
};

/** Accept one that has connected, and connect to the server in its place. It is
 *  turned away where there is no room, or no server. */
void test_proxy_client_new(TestProxy *p);

/** Close its connections and forget it. */
void test_proxy_client_free(TestProxy *p, int i);

/** Receive, pass on and send what its sockets have and take.
 *  @param polled of the client's socket and the server's
 *  @return 0, or -1 when the client is to be freed */
int test_proxy_client_serve(TestProxy *p, TestProxyClient *c,
                            const struct pollfd *polled);

#endif /* TESTS_HARNESS_PROXY_CLIENT_H */
