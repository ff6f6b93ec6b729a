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

#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <libavutil/time.h>

#include "proxy_client.h"

void test_proxy_client_free(TestProxy *p, int i)
{
    TestProxyClient *c = p->clients[i];

    for (int side = 0; side < 2; side++) {
        close(c->fd[side]);
        test_buffer_free(&c->in[side]);
        test_buffer_free(&c->out[side]);
    }
    free(c);
    p->clients[i] = NULL;
}

void test_proxy_client_new(TestProxy *p)
{
    int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    TestProxyClient *c;
    int i = 0;

    if (fd < 0)
        return;
    while (i < MAX_CLIENTS && p->clients[i])
        i++;
    if (p->cut || i == MAX_CLIENTS || !(c = calloc(1, sizeof(*c)))) {
        close(fd);
        return;
    }
    c->fd[FROM_CLIENT] = fd;
    c->fd[FROM_SERVER] = test_relay_connect(p->server);
    if (c->fd[FROM_SERVER] < 0) {
        close(fd);
        free(c);
        return;
    }
    c->number     = p->nb_accepted++;
    p->clients[i] = c;
}

static void remember(TestProxyClient *c, int what, const uint8_t *request)
{
    if (c->nb_pending < MAX_PENDING)
        c->pending[c->nb_pending++] = (TestProxyPending){
            .sequence = c->sequence,
            .what     = what,
            .major    = request[0],
            .minor    = request[0] < 128 ? 0 : request[1],
        };
}

static int is_hidden(const TestProxy *p, const uint8_t *request)
{
    size_t length = test_get16(request + 4);

    for (int i = 0; i < p->spoil.nb_hidden; i++)
        if (strlen(p->spoil.hidden_extensions[i]) == length &&
            !memcmp(p->spoil.hidden_extensions[i], request + 8, length))
            return 1;
    return 0;
}

static void parse_client(TestProxy *p, TestProxyClient *c)
{
    TestBuffer *in = &c->in[FROM_CLIENT], *out = &c->out[FROM_CLIENT];
    size_t at = 0, size;

    test_buffer_take_fds(out, in);
    if (!c->started[FROM_CLIENT]) {
        if (!(at = test_hello_size(in->data, in->size)))
            return;
        c->started[FROM_CLIENT] = 1;
        test_buffer_add(out, in->data, at);
    }
    while ((size = test_request_size(in->data + at, in->size - at))) {
        uint8_t *r = in->data + at;

        c->sequence++;
        c->requests[c->sequence][0] = r[0];
        c->requests[c->sequence][1] = r[0] < 128 ? 0 : r[1];
        c->asked = 1;
        p->seen.requests++;
        p->seen.counts[r[0]][r[0] < 128 ? 0 : r[1]]++;
        if (r[0] == p->seen.watched_major && p->seen.nb_moments < MAX_MOMENTS &&
            (r[0] < 128 || r[1] == p->seen.watched_minor))
            p->seen.moments[p->seen.nb_moments++] = av_gettime_relative();
        if (p->hold.major && r[0] == p->hold.major &&
            (r[0] < 128 || r[1] == p->hold.minor))
            p->hold.on = 1;
        if (p->spoil.fail_code && r[0] == p->spoil.fail_major &&
            (r[0] < 128 || r[1] == p->spoil.fail_minor)) {
            /* asked in its place, so that the error comes in order */
            static const uint8_t focus[4] = { XCB_GET_INPUT_FOCUS, 0, 1, 0 };

            remember(c, FAIL_REQUEST, r);
            for (int i = 0; i < out->nb_fds; i++)
                close(out->fds[i]);
            out->nb_fds = 0;
            test_buffer_add(out, focus, sizeof(focus));
        } else {
            if (r[0] == XCB_QUERY_EXTENSION && is_hidden(p, r))
                remember(c, HIDE_EXTENSION, r);
            if (r[0] == XCB_GET_IMAGE && p->spoil.swap)
                remember(c, SWAP_IMAGE, r);
            if (r[0] == XCB_GET_GEOMETRY && p->spoil.claimed[0] &&
                test_get32(r + 4) == p->root)
                remember(c, CLAIM_SIZE, r);
            if (p->spoil.limited && r[0] == p->spoil.limited && !r[1] &&
                size >= 12)
                memcpy(r + 4, p->spoil.limit, sizeof(p->spoil.limit));
            test_buffer_add(out, r, size);
        }
        at += size;
    }
    test_buffer_drop(in, at);
}

static void swap_image(const TestProxy *p, uint8_t *reply, size_t size)
{
    int bytes = reply[1] <= 32 ? p->bpp[reply[1]] / 8 : 0;

    for (size_t i = 32; bytes > 1 && i + bytes <= size; i += bytes) {
        for (int b = 0; b < bytes / 2; b++) {
            uint8_t v = reply[i + b];

            reply[i + b] = reply[i + bytes - 1 - b];
            reply[i + bytes - 1 - b] = v;
        }
    }
}

static void spoil_reply(TestProxy *p, TestProxyClient *c, uint8_t *reply,
                        size_t size)
{
    int kept = 0;

    for (int i = 0; i < c->nb_pending; i++) {
        if (c->pending[i].sequence != test_get16(reply + 2)) {
            c->pending[kept++] = c->pending[i];
            continue;
        }
        if (reply[0] != 1)
            continue;
        switch (c->pending[i].what) {
        case HIDE_EXTENSION:
            memset(reply + 8, 0, 4);
            break;
        case SWAP_IMAGE:
            swap_image(p, reply, size);
            break;
        case CLAIM_SIZE:
            memcpy(reply + 16, p->spoil.claimed, sizeof(p->spoil.claimed));
            break;
        case FAIL_REQUEST:
            reply[0] = 0;
            reply[1] = p->spoil.fail_code ? p->spoil.fail_code : 1;
            memset(reply + 4, 0, size - 4);
            reply[8]  = c->pending[i].minor;
            reply[10] = c->pending[i].major;
            break;
        }
    }
    c->nb_pending = kept;
}

/* Behind the vendor's name and the pixmap formats */
static uint8_t *first_screen(uint8_t *setup)
{
    return setup + 40 + ((test_get16(setup + 24) + 3) & ~3) + 8 * setup[29];
}

/* To the client, by way of the hook. */
static void pass_on(TestProxy *p, TestProxyClient *c, const uint8_t *data,
                    size_t size, int setup)
{
    const uint8_t *request = c->requests[test_get16(data + 2)];
    TestBuffer *out = &c->out[FROM_SERVER];
    TestMessage m = {
        .number     = p->messages++,
        .connection = c->number,
        .setup      = setup,
        .data       = data,
        .size       = size,
    };

    if (!p->hook.call) {
        test_buffer_add(out, data, size);
        return;
    }
    if (!setup && (data[0] & 127) < 2) {
        m.major = request[0];
        m.minor = request[1];
    }
    switch (p->hook.call(p->hook.opaque, &m, out)) {
    case TEST_PROXY_GO_ON: break;
    case TEST_PROXY_STALL: p->stalled = 1; break;
    case TEST_PROXY_CLOSE: c->closing = 1; break;
    }
    if (m.delay_ms)
        c->due = av_gettime_relative() + m.delay_ms * 1000;
}

static void parse_server(TestProxy *p, TestProxyClient *c)
{
    TestBuffer *in = &c->in[FROM_SERVER], *out = &c->out[FROM_SERVER];
    size_t at = 0, size;

    test_buffer_take_fds(out, in);
    if (!c->started[FROM_SERVER]) {
        if (!(at = test_setup_size(in->data, in->size)))
            return;
        c->started[FROM_SERVER] = 1;
        if (p->spoil.swap && in->data[0] == 1)
            in->data[30] = XCB_IMAGE_ORDER_MSB_FIRST;
        if (p->spoil.claimed[0] && in->data[0] == 1)
            memcpy(first_screen(in->data) + 20, p->spoil.claimed,
                   sizeof(p->spoil.claimed));
        pass_on(p, c, in->data, at, 1);
    }
    while (!p->stalled && !c->closing &&
           (size = test_answer_size(in->data + at, in->size - at))) {
        uint8_t *r = in->data + at;
        int code = r[0] & 127;

        if (code > 1)
            p->seen.events++;
        else {
            p->seen.round_trips += c->asked;
            c->asked = 0;
            spoil_reply(p, c, r, size);
            p->seen.errors += !r[0];
        }
        if (code < 2 || code != p->spoil.hidden_event)
            pass_on(p, c, r, size, 0);
        at += size;
    }
    test_buffer_drop(in, at);
}

int test_proxy_client_serve(TestProxy *p, TestProxyClient *c,
                            const struct pollfd *polled)
{
    for (int side = 0; side < 2; side++) {
        if (!(polled[side].revents & (POLLIN | POLLHUP | POLLERR)))
            continue;
        if (p->stalled || c->closing) {
            if (polled[side].revents & (POLLHUP | POLLERR))
                return -1;
            continue;
        }
        if (test_buffer_receive(c->fd[side], &c->in[side]) < 0) {
            /* what was read before the end still has to arrive */
            test_buffer_send(c->fd[!side], &c->out[side]);
            return -1;
        }
        if (side == FROM_CLIENT) {
            parse_client(p, c);
        } else {
            if (!c->out[side].size)
                c->due = av_gettime_relative() + p->delay_ms * 1000;
            parse_server(p, c);
        }
    }
    if (test_buffer_send(c->fd[FROM_SERVER], &c->out[FROM_CLIENT]) < 0)
        return -1;
    if (!p->hold.on && av_gettime_relative() >= c->due &&
        test_buffer_send(c->fd[FROM_CLIENT], &c->out[FROM_SERVER]) < 0)
        return -1;
    return c->closing && !c->out[FROM_SERVER].size ? -1 : 0;
}
