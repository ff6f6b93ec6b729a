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

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libavutil/time.h>
#include <xcb/shm.h>

#include "shot.h"
#include "stage.h"

TestServer *server;
TestScreen *screen;
xcb_window_t root;
TestDevice *d;
TestProxy *proxy;

static const struct {
    const char *options;
    int without_pixmaps;       ///< in shared memory
} ways[TEST_NB_WAYS] = {
    { "damage=on",          0 },
    { "damage=off",         0 },
    { "damage=on",          1 },
    { "damage=off",         1 },
    { "damage=on:shm=off",  0 },
    { "damage=off:shm=off", 0 },
};

int test_stage_start(const TestServerOptions *o)
{
    test_log_start();
    if (!(server = test_server_start(o)) ||
        !(screen = test_screen_open(server->display)))
        return -1;
    root = screen->screen->root;
    test_screen_noise(screen, root, 0, 0,
                      screen->screen->width_in_pixels,
                      screen->screen->height_in_pixels, 1);
    return 0;
}

int test_stage_clear(void **state)
{
    (void)state;
    if (server)
        test_server_signal(server, SIGCONT);
    test_device_close(&d);
    test_proxy_stop(&proxy);
    return 0;
}

int test_stage_stop(void **state)
{
    test_stage_clear(state);
    test_screen_close(&screen);
    test_server_stop(&server);
    return 0;
}

static void open_at(TestDevice **device, const char *display, const char *first,
                    const char *options, va_list ap)
{
    char all[512];
    int n = snprintf(all, sizeof(all), "framerate=200:draw_mouse=0:%s%s", first,
                     *first ? ":" : "");

    vsnprintf(all + n, sizeof(all) - n, options, ap);
    test_device_close(device);
    *device = test_shot_open("x11shmpool", display, all);
}

void test_stage_open(TestDevice **device, const char *options, ...)
{
    va_list ap;

    va_start(ap, options);
    open_at(device, server->display, "", options, ap);
    va_end(ap);
}

void test_stage_open_by(TestDevice **device, int way, const char *options, ...)
{
    va_list ap;

    if (ways[way].without_pixmaps && !proxy) {
        proxy = test_proxy_start(server->display);
        assert_non_null(proxy);
        test_proxy_fail_request(proxy, test_proxy_opcode(proxy, "MIT-SHM"),
                                XCB_SHM_CREATE_PIXMAP, XCB_IMPLEMENTATION);
    }
    va_start(ap, options);
    open_at(device, ways[way].without_pixmaps ? test_proxy_display(proxy)
                                              : server->display,
            ways[way].options, options, ap);
    va_end(ap);
}

xcb_window_t test_stage_window(void)
{
    const xcb_screen_t *s = screen->screen;
    xcb_window_t window;

    test_screen_backdrop(screen, root, s->width_in_pixels,
                         s->height_in_pixels, 1);
    window = test_screen_window(screen, 60, 50, 201, 149, 0);
    test_screen_backdrop(screen, window, 201, 149, 2);
    return window;
}

void test_stage_cursor(int w, int h, int xhot, int yhot, unsigned seed)
{
    uint32_t *cursor = test_shot_cursor(w, h, seed);

    assert_non_null(cursor);
    test_screen_cursor(screen, root, cursor, w, h, xhot, yhot);
    free(cursor);
}

void test_stage_size(int width, int height)
{
    assert_int_equal(d->stream->codecpar->width, width);
    assert_int_equal(d->stream->codecpar->height, height);
}

void test_stage_border(TestRect inner, int thickness, const char *what)
{
    xcb_query_tree_reply_t *tree =
        xcb_query_tree_reply(screen->conn, xcb_query_tree(screen->conn, root),
                             NULL);
    int n = xcb_query_tree_children_length(tree), found = 0;

    for (int i = 0; i < n; i++) {
        xcb_get_geometry_reply_t *g =
            xcb_get_geometry_reply(
                screen->conn,
                xcb_get_geometry(screen->conn,
                                 xcb_query_tree_children(tree)[i]), NULL);

        found |= g && g->x == inner.x - thickness &&
                 g->y == inner.y - thickness &&
                 g->width == inner.w + 2 * thickness &&
                 g->height == inner.h + 2 * thickness;
        free(g);
    }
    free(tree);
    if (!found)
        fail_msg("%s: no border around %dx%d at %d,%d", what, inner.w, inner.h,
                 inner.x, inner.y);
}

void test_stage_same(TestImage *want, TestImage *got, const char *what)
{
    int64_t end = av_gettime_relative() + 1000000;

    while (proxy && test_image_compare(want, got, NULL) &&
           av_gettime_relative() < end) {
        test_image_free(&got);
        got = test_shot(d);
    }
    test_shot_same(want, got, what);
    test_image_free(&want);
    test_image_free(&got);
}
