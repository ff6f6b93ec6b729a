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

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include "proxy.h"

#define MAX_MOMENTS 4096
#define MAX_CLIENTS   32
#define MAX_PENDING  256

enum { FROM_CLIENT, FROM_SERVER };

typedef struct Pending {
    uint16_t sequence;
    enum { SWAP_IMAGE, HIDE_EXTENSION, FAIL_REQUEST, CLAIM_SIZE } what;
    uint8_t major, minor;
} Pending;

typedef struct Client {
    int fd[2];                 /* the client's socket, the server's */
    TestBuffer in[2], out[2];  /* by sender */
    int started[2];            /* past the connection setup */
    uint16_t sequence;
    Pending pending[MAX_PENDING];
    int nb_pending;
    int asked;                 /* sent something since the last answer */
    int64_t due_ms;            /* when the server's bytes may go on */
    int number;                /* among those that ever were */
    int closing;               /* once all is sent */
    uint8_t requests[1 << 16][2]; /* by sequence: major and minor opcode */
} Client;

struct TestProxy {
    char display[16], server[16];
    xcb_connection_t *conn;
    int bpp[33];
    xcb_window_t root;
    int listener, wake[2];
    pthread_t thread;
    pthread_mutex_t lock;      /* guards all below */
    int quit, hold, delay_ms, cut, swap;
    int hidden_event;
    const char *hidden_extensions[8];
    int nb_hidden;
    int fail_major, fail_minor, fail_code;
    int hold_major, hold_minor;
    uint16_t claimed[2];       /* width and height, 0 for the true ones */
    int limited;               /* major opcode of an extension, 0 for none */
    uint32_t limit[2];         /* its version, major and minor */
    int64_t counts[256][256];
    int watched_major, watched_minor;
    int64_t moments[MAX_MOMENTS];
    int nb_moments;
    int64_t requests, round_trips, events, errors;
    TestProxyHook hook;
    void *hook_opaque;
    int64_t messages;
    int stalled;
    int nb_accepted;
    Client *clients[MAX_CLIENTS];
};

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static int64_t now_ms(void)
{
    return now_us() / 1000;
}

static void client_free(TestProxy *p, int i)
{
    Client *c = p->clients[i];

    for (int side = 0; side < 2; side++) {
        close(c->fd[side]);
        test_buffer_free(&c->in[side]);
        test_buffer_free(&c->out[side]);
    }
    free(c);
    p->clients[i] = NULL;
}

static void client_new(TestProxy *p)
{
    int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    Client *c;
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

static void remember(Client *c, int what, const uint8_t *request)
{
    if (c->nb_pending < MAX_PENDING)
        c->pending[c->nb_pending++] = (Pending){
            .sequence = c->sequence,
            .what     = what,
            .major    = request[0],
            .minor    = request[0] < 128 ? 0 : request[1],
        };
}

static int is_hidden(const TestProxy *p, const uint8_t *request)
{
    size_t length = test_get16(request + 4);

    for (int i = 0; i < p->nb_hidden; i++)
        if (strlen(p->hidden_extensions[i]) == length &&
            !memcmp(p->hidden_extensions[i], request + 8, length))
            return 1;
    return 0;
}

static void parse_client(TestProxy *p, Client *c)
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
        p->requests++;
        p->counts[r[0]][r[0] < 128 ? 0 : r[1]]++;
        if (r[0] == p->watched_major && p->nb_moments < MAX_MOMENTS &&
            (r[0] < 128 || r[1] == p->watched_minor))
            p->moments[p->nb_moments++] = now_us();
        if (p->hold_major && r[0] == p->hold_major &&
            (r[0] < 128 || r[1] == p->hold_minor))
            p->hold = 1;
        if (p->fail_code && r[0] == p->fail_major &&
            (r[0] < 128 || r[1] == p->fail_minor)) {
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
            if (r[0] == XCB_GET_IMAGE && p->swap)
                remember(c, SWAP_IMAGE, r);
            if (r[0] == XCB_GET_GEOMETRY && p->claimed[0] &&
                test_get32(r + 4) == p->root)
                remember(c, CLAIM_SIZE, r);
            if (p->limited && r[0] == p->limited && !r[1] && size >= 12)
                memcpy(r + 4, p->limit, sizeof(p->limit));
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

static void spoil_reply(TestProxy *p, Client *c, uint8_t *reply, size_t size)
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
            memcpy(reply + 16, p->claimed, sizeof(p->claimed));
            break;
        case FAIL_REQUEST:
            reply[0] = 0;
            reply[1] = p->fail_code ? p->fail_code : 1;
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
static void pass_on(TestProxy *p, Client *c, const uint8_t *data, size_t size,
                    int setup)
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

    if (!p->hook) {
        test_buffer_add(out, data, size);
        return;
    }
    if (!setup && (data[0] & 127) < 2) {
        m.major = request[0];
        m.minor = request[1];
    }
    switch (p->hook(p->hook_opaque, &m, out)) {
    case TEST_PROXY_GO_ON: break;
    case TEST_PROXY_STALL: p->stalled = 1; break;
    case TEST_PROXY_CLOSE: c->closing = 1; break;
    }
    if (m.delay_ms)
        c->due_ms = now_ms() + m.delay_ms;
}

static void parse_server(TestProxy *p, Client *c)
{
    TestBuffer *in = &c->in[FROM_SERVER], *out = &c->out[FROM_SERVER];
    size_t at = 0, size;

    test_buffer_take_fds(out, in);
    if (!c->started[FROM_SERVER]) {
        if (!(at = test_setup_size(in->data, in->size)))
            return;
        c->started[FROM_SERVER] = 1;
        if (p->swap && in->data[0] == 1)
            in->data[30] = XCB_IMAGE_ORDER_MSB_FIRST;
        if (p->claimed[0] && in->data[0] == 1)
            memcpy(first_screen(in->data) + 20, p->claimed,
                   sizeof(p->claimed));
        pass_on(p, c, in->data, at, 1);
    }
    while (!p->stalled && !c->closing &&
           (size = test_answer_size(in->data + at, in->size - at))) {
        uint8_t *r = in->data + at;
        int code = r[0] & 127;

        if (code > 1)
            p->events++;
        else {
            p->round_trips += c->asked;
            c->asked = 0;
            spoil_reply(p, c, r, size);
            p->errors += !r[0];
        }
        if (code < 2 || code != p->hidden_event)
            pass_on(p, c, r, size, 0);
        at += size;
    }
    test_buffer_drop(in, at);
}

static int client_serve(TestProxy *p, Client *c, const struct pollfd *polled)
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
                c->due_ms = now_ms() + p->delay_ms;
            parse_server(p, c);
        }
    }
    if (test_buffer_send(c->fd[FROM_SERVER], &c->out[FROM_CLIENT]) < 0)
        return -1;
    if (!p->hold && now_ms() >= c->due_ms &&
        test_buffer_send(c->fd[FROM_CLIENT], &c->out[FROM_SERVER]) < 0)
        return -1;
    return c->closing && !c->out[FROM_SERVER].size ? -1 : 0;
}

static void *serve(void *arg)
{
    TestProxy *p = arg;

    for (;;) {
        struct pollfd polled[2 + 2 * MAX_CLIENTS];
        int timeout = -1;
        char byte;

        pthread_mutex_lock(&p->lock);
        polled[0] = (struct pollfd){ .fd = p->wake[0],  .events = POLLIN };
        polled[1] = (struct pollfd){ .fd = p->listener, .events = POLLIN };
        for (int i = 0; i < MAX_CLIENTS; i++) {
            Client *c = p->clients[i];

            for (int side = 0; side < 2; side++) {
                struct pollfd *f = &polled[2 + 2 * i + side];

                f->fd      = c ? c->fd[side] : -1;
                f->events  = !p->stalled && c && !c->closing ? POLLIN : 0;
                f->revents = 0;
                if (c && c->out[!side].size &&
                    (side == FROM_SERVER ||
                     (!p->hold && now_ms() >= c->due_ms)))
                    f->events |= POLLOUT;
            }
            if (c && c->out[FROM_SERVER].size && !p->hold &&
                c->due_ms > now_ms())
                timeout = 1;
        }
        pthread_mutex_unlock(&p->lock);

        poll(polled, 2 + 2 * MAX_CLIENTS, timeout);

        pthread_mutex_lock(&p->lock);
        if (polled[0].revents && read(p->wake[0], &byte, 1) == 1 && p->quit) {
            pthread_mutex_unlock(&p->lock);
            return NULL;
        }
        for (int i = 0; i < MAX_CLIENTS; i++)
            if (p->clients[i] &&
                (p->cut ||
                 (polled[2 + 2 * i].fd >= 0 &&
                  client_serve(p, p->clients[i], &polled[2 + 2 * i]) < 0)))
                client_free(p, i);
        if (polled[1].revents)
            client_new(p);
        pthread_mutex_unlock(&p->lock);
    }
}

static void wake(TestProxy *p)
{
    if (write(p->wake[1], "", 1) != 1)
        abort();
}

TestProxy *test_proxy_start(const char *display)
{
    TestProxy *p = calloc(1, sizeof(*p));
    const xcb_format_t *f;

    if (!p)
        return NULL;
    p->listener = p->wake[0] = p->wake[1] = -1;
    p->conn = xcb_connect(display, NULL);
    snprintf(p->server, sizeof(p->server), "%s", display);
    if (xcb_connection_has_error(p->conn) || pipe2(p->wake, O_CLOEXEC) ||
        (p->listener = test_relay_listen(p->display, sizeof(p->display))) < 0)
        goto fail;
    p->root = xcb_setup_roots_iterator(xcb_get_setup(p->conn)).data->root;
    f = xcb_setup_pixmap_formats(xcb_get_setup(p->conn));
    for (int i = 0;
         i < xcb_setup_pixmap_formats_length(xcb_get_setup(p->conn)); i++)
        if (f[i].depth <= 32)
            p->bpp[f[i].depth] = f[i].bits_per_pixel;
    pthread_mutex_init(&p->lock, NULL);
    if (!pthread_create(&p->thread, NULL, serve, p))
        return p;
    pthread_mutex_destroy(&p->lock);

fail:
    fprintf(stderr, "proxy: can't serve %s\n", display);
    xcb_disconnect(p->conn);
    if (p->listener >= 0) {
        test_relay_unlink(p->display);
        close(p->listener);
    }
    free(p);
    return NULL;
}

void test_proxy_stop(TestProxy **pp)
{
    TestProxy *p = *pp;

    *pp = NULL;
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->quit = 1;
    wake(p);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    for (int i = 0; i < MAX_CLIENTS; i++)
        if (p->clients[i])
            client_free(p, i);
    test_relay_unlink(p->display);
    close(p->listener);
    close(p->wake[0]);
    close(p->wake[1]);
    xcb_disconnect(p->conn);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

const char *test_proxy_display(const TestProxy *p)
{
    return p->display;
}

static xcb_query_extension_reply_t *query(const TestProxy *p, const char *name)
{
    return xcb_query_extension_reply(
        p->conn, xcb_query_extension(p->conn, strlen(name), name), NULL);
}

int test_proxy_opcode(const TestProxy *p, const char *extension)
{
    xcb_query_extension_reply_t *r = query(p, extension);
    int value = r && r->present ? r->major_opcode : 0;

    free(r);
    return value;
}

int test_proxy_first_event(const TestProxy *p, const char *extension)
{
    xcb_query_extension_reply_t *r = query(p, extension);
    int value = r && r->present ? r->first_event : 0;

    free(r);
    return value;
}

int64_t test_proxy_count(TestProxy *p, int major, int minor)
{
    int64_t n = 0;

    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < 256; i++)
        if (minor < 0 || minor == i)
            n += p->counts[major][i];
    pthread_mutex_unlock(&p->lock);
    return n;
}

void test_proxy_watch(TestProxy *p, int major, int minor)
{
    pthread_mutex_lock(&p->lock);
    p->watched_major = major;
    p->watched_minor = minor;
    p->nb_moments    = 0;
    pthread_mutex_unlock(&p->lock);
}

int test_proxy_moments(TestProxy *p, int64_t *moments, int max)
{
    int n;

    pthread_mutex_lock(&p->lock);
    n = p->nb_moments < max ? p->nb_moments : max;
    memcpy(moments, p->moments, n * sizeof(*moments));
    pthread_mutex_unlock(&p->lock);
    return n;
}

static int64_t get(TestProxy *p, const int64_t *counter)
{
    int64_t n;

    pthread_mutex_lock(&p->lock);
    n = *counter;
    pthread_mutex_unlock(&p->lock);
    return n;
}

int64_t test_proxy_requests(TestProxy *p)
{
    return get(p, &p->requests);
}

int64_t test_proxy_round_trips(TestProxy *p)
{
    return get(p, &p->round_trips);
}

int64_t test_proxy_events(TestProxy *p)
{
    return get(p, &p->events);
}

int64_t test_proxy_errors(TestProxy *p)
{
    return get(p, &p->errors);
}

void test_proxy_reset(TestProxy *p)
{
    pthread_mutex_lock(&p->lock);
    memset(p->counts, 0, sizeof(p->counts));
    p->requests = p->round_trips = p->events = p->errors = 0;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_print(TestProxy *p)
{
    pthread_mutex_lock(&p->lock);
    fprintf(stderr, "# proxy: %lld requests, %lld round trips, %lld events, "
            "%lld errors\n", (long long)p->requests, (long long)p->round_trips,
            (long long)p->events, (long long)p->errors);
    for (int i = 0; i < 256; i++)
        for (int k = 0; k < 256; k++)
            if (p->counts[i][k])
                fprintf(stderr, "# proxy: request %d.%d: %lld\n", i, k,
                        (long long)p->counts[i][k]);
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hide_event(TestProxy *p, int code)
{
    pthread_mutex_lock(&p->lock);
    p->hidden_event = code;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hide_extension(TestProxy *p, const char *extension)
{
    pthread_mutex_lock(&p->lock);
    if (p->nb_hidden < 8)
        p->hidden_extensions[p->nb_hidden++] = extension;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_limit_version(TestProxy *p, const char *extension, int major,
                              int minor)
{
    int opcode = test_proxy_opcode(p, extension);

    pthread_mutex_lock(&p->lock);
    p->limited  = opcode;
    p->limit[0] = major;
    p->limit[1] = minor;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_swap_images(TestProxy *p, int swap)
{
    pthread_mutex_lock(&p->lock);
    p->swap = swap;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_fail_request(TestProxy *p, int major, int minor, int code)
{
    pthread_mutex_lock(&p->lock);
    p->fail_major = major;
    p->fail_minor = minor;
    p->fail_code  = code;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hold(TestProxy *p, int hold)
{
    pthread_mutex_lock(&p->lock);
    p->hold = hold;
    wake(p);
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hold_at(TestProxy *p, int major, int minor)
{
    pthread_mutex_lock(&p->lock);
    p->hold_major = major;
    p->hold_minor = minor;
    pthread_mutex_unlock(&p->lock);
}

int test_proxy_holds(TestProxy *p)
{
    int hold;

    pthread_mutex_lock(&p->lock);
    hold = p->hold;
    pthread_mutex_unlock(&p->lock);
    return hold;
}

void test_proxy_claim_size(TestProxy *p, int width, int height)
{
    pthread_mutex_lock(&p->lock);
    p->claimed[0] = width;
    p->claimed[1] = height;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_delay(TestProxy *p, int ms)
{
    pthread_mutex_lock(&p->lock);
    p->delay_ms = ms;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hook(TestProxy *p, TestProxyHook hook, void *opaque)
{
    pthread_mutex_lock(&p->lock);
    p->hook        = hook;
    p->hook_opaque = opaque;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_cut(TestProxy *p)
{
    pthread_mutex_lock(&p->lock);
    p->cut = 1;
    wake(p);
    pthread_mutex_unlock(&p->lock);
}
