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
#include <unistd.h>
#include <xcb/xcb.h>

#include <libavutil/time.h>

#include "proxy.h"
#include "proxy_client.h"

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
            TestProxyClient *c = p->clients[i];

            for (int side = 0; side < 2; side++) {
                struct pollfd *f = &polled[2 + 2 * i + side];

                f->fd      = c ? c->fd[side] : -1;
                f->events  = !p->stalled && c && !c->closing ? POLLIN : 0;
                f->revents = 0;
                if (c && c->out[!side].size &&
                    (side == FROM_SERVER ||
                     (!p->hold.on && av_gettime_relative() >= c->due)))
                    f->events |= POLLOUT;
            }
            if (c && c->out[FROM_SERVER].size && !p->hold.on &&
                c->due > av_gettime_relative())
                timeout = 1;
        }
        pthread_mutex_unlock(&p->lock);

        poll(polled, 2 + 2 * MAX_CLIENTS, timeout);

        pthread_mutex_lock(&p->lock);
        if (polled[0].revents && read(p->wake[0], &byte, 1) == 1 && p->quit) {
            pthread_mutex_unlock(&p->lock);
            return NULL;
        }
        for (int i = 0; i < MAX_CLIENTS; i++) {
            const struct pollfd *f = &polled[2 + 2 * i];

            if (p->clients[i] &&
                (p->cut ||
                 (f->fd >= 0 &&
                  test_proxy_client_serve(p, p->clients[i], f) < 0)))
                test_proxy_client_free(p, i);
        }
        if (polled[1].revents)
            test_proxy_client_new(p);
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
        close(p->listener);
        test_relay_unlink(p->display);
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
            test_proxy_client_free(p, i);
    close(p->listener);
    test_relay_unlink(p->display);
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
            n += p->seen.counts[major][i];
    pthread_mutex_unlock(&p->lock);
    return n;
}

void test_proxy_watch(TestProxy *p, int major, int minor)
{
    pthread_mutex_lock(&p->lock);
    p->seen.watched_major = major;
    p->seen.watched_minor = minor;
    p->seen.nb_moments    = 0;
    pthread_mutex_unlock(&p->lock);
}

int test_proxy_moments(TestProxy *p, int64_t *moments, int max)
{
    int n;

    pthread_mutex_lock(&p->lock);
    n = p->seen.nb_moments < max ? p->seen.nb_moments : max;
    memcpy(moments, p->seen.moments, n * sizeof(*moments));
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
    return get(p, &p->seen.requests);
}

int64_t test_proxy_round_trips(TestProxy *p)
{
    return get(p, &p->seen.round_trips);
}

int64_t test_proxy_events(TestProxy *p)
{
    return get(p, &p->seen.events);
}

int64_t test_proxy_errors(TestProxy *p)
{
    return get(p, &p->seen.errors);
}

void test_proxy_reset(TestProxy *p)
{
    pthread_mutex_lock(&p->lock);
    memset(p->seen.counts, 0, sizeof(p->seen.counts));
    p->seen.requests = p->seen.round_trips = 0;
    p->seen.events   = p->seen.errors      = 0;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_print(TestProxy *p)
{
    pthread_mutex_lock(&p->lock);
    fprintf(stderr, "# proxy: %lld requests, %lld round trips, %lld events, "
            "%lld errors\n", (long long)p->seen.requests,
            (long long)p->seen.round_trips, (long long)p->seen.events,
            (long long)p->seen.errors);
    for (int i = 0; i < 256; i++)
        for (int k = 0; k < 256; k++)
            if (p->seen.counts[i][k])
                fprintf(stderr, "# proxy: request %d.%d: %lld\n", i, k,
                        (long long)p->seen.counts[i][k]);
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hide_event(TestProxy *p, int code)
{
    pthread_mutex_lock(&p->lock);
    p->spoil.hidden_event = code;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hide_extension(TestProxy *p, const char *extension)
{
    pthread_mutex_lock(&p->lock);
    if (p->spoil.nb_hidden < 8)
        p->spoil.hidden_extensions[p->spoil.nb_hidden++] = extension;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_limit_version(TestProxy *p, const char *extension, int major,
                              int minor)
{
    int opcode = test_proxy_opcode(p, extension);

    pthread_mutex_lock(&p->lock);
    p->spoil.limited  = opcode;
    p->spoil.limit[0] = major;
    p->spoil.limit[1] = minor;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_swap_images(TestProxy *p, int swap)
{
    pthread_mutex_lock(&p->lock);
    p->spoil.swap = swap;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_fail_request(TestProxy *p, int major, int minor, int code)
{
    pthread_mutex_lock(&p->lock);
    p->spoil.fail_major = major;
    p->spoil.fail_minor = minor;
    p->spoil.fail_code  = code;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hold(TestProxy *p, int hold)
{
    pthread_mutex_lock(&p->lock);
    p->hold.on = hold;
    wake(p);
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_hold_at(TestProxy *p, int major, int minor)
{
    pthread_mutex_lock(&p->lock);
    p->hold.major = major;
    p->hold.minor = minor;
    pthread_mutex_unlock(&p->lock);
}

int test_proxy_holds(TestProxy *p)
{
    int hold;

    pthread_mutex_lock(&p->lock);
    hold = p->hold.on;
    pthread_mutex_unlock(&p->lock);
    return hold;
}

void test_proxy_claim_size(TestProxy *p, int width, int height)
{
    pthread_mutex_lock(&p->lock);
    p->spoil.claimed[0] = width;
    p->spoil.claimed[1] = height;
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
    p->hook.call   = hook;
    p->hook.opaque = opaque;
    pthread_mutex_unlock(&p->lock);
}

void test_proxy_cut(TestProxy *p)
{
    pthread_mutex_lock(&p->lock);
    p->cut = 1;
    wake(p);
    pthread_mutex_unlock(&p->lock);
}
