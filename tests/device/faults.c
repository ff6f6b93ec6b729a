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

/**
 * @file
 * Servers that die, stop, or refuse requests, and windows that go: the device
 * ends or goes on as documented.
 */

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "random.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

static int64_t ms_since(int64_t start)
{
    return (av_gettime_relative() - start) / 1000;
}

/* Read to the end of the stream: how long it takes, and how it ends. */
static int read_to_end(int64_t *ms)
{
    AVPacket *packet = av_packet_alloc();
    int64_t start = av_gettime_relative();
    int ret;

    while ((ret = test_device_read(d, packet, 4000)) >= 0) {
        av_packet_unref(packet);
        if (ms_since(start) > 5000)
            break;
    }
    *ms = ms_since(start);
    av_packet_free(&packet);
    return ret;
}

static const char *const ways[] = {
    "framerate=60", "framerate=60:draw_mouse=0", "framerate=60:damage=off",
    "framerate=60:shm=sysv", "framerate=60:shm=off", "framerate=1",
};

static void server_killed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        int64_t ms, start;
        int ret;

        d = test_shot_open("x11shmpool", server->display, ways[i]);
        test_shot_skip(d, 2);
        test_log_start();
        test_server_signal(server, SIGKILL);
        ret = read_to_end(&ms);
        if (ret >= 0 || ret == AVERROR_EXIT || ms > 1000)
            fail_msg("%s: %lld ms after the server was killed: %s", ways[i],
                     (long long)ms, av_err2str(ret));
        assert_true(test_log_count(server->display, AV_LOG_ERROR) >= 1);
        start = av_gettime_relative();
        test_device_close(&d);
        assert_true(ms_since(start) < 1000);
        test_screen_close(&screen);
        test_server_stop(&server);
        assert_int_equal(setup(NULL), 0);
    }
}

static void connection_cut(void **state)
{
    int64_t ms;
    int ret;

    (void)state;
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy), "framerate=60");
    test_shot_skip(d, 5);
    test_proxy_cut(proxy);
    ret = read_to_end(&ms);
    if (ret >= 0 || ret == AVERROR_EXIT || ms > 1000)
        fail_msg("%lld ms after the cut: %s", (long long)ms, av_err2str(ret));
}

static void server_stopped(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        AVPacket *packet = av_packet_alloc();
        int64_t start;
        int ret;

        d = test_shot_open("x11shmpool", server->display, ways[i]);
        test_shot_skip(d, 2);
        test_server_signal(server, SIGSTOP);
        start = av_gettime_relative();
        while ((ret = test_device_read(d, packet, 300)) >= 0 &&
               ms_since(start) < 1000)
            av_packet_unref(packet);
        av_packet_free(&packet);
        /* a still screen may go on without the server */
        if (ret < 0 && ret != AVERROR_EXIT)
            fail_msg("%s: %s", ways[i], av_err2str(ret));
        if (ms_since(start) > 2500)
            fail_msg("%s: an interrupted read took %lld ms", ways[i],
                     (long long)ms_since(start));
        start = av_gettime_relative();
        test_device_close(&d);
        if (ms_since(start) > 1000)
            fail_msg("%s: closing took %lld ms with the server stopped",
                     ways[i], (long long)ms_since(start));
        test_server_signal(server, SIGCONT);
    }
}

/* Stopped at any moment of a read, most of them within an answer, which is
 * larger than the socket holds: who reads is let go, and can close. */

typedef struct Reader {
    int64_t read_us, close_us; ///< past the deadline; of closing
    int ret;
    atomic_int reading, quit, done;
} Reader;

static void *read_and_close(void *opaque)
{
    AVPacket *packet = av_packet_alloc();
    Reader *r = opaque;
    int64_t start;

    do {
        av_packet_unref(packet);
        start  = av_gettime_relative();
        r->ret = test_device_read(d, packet,
                                  atomic_load(&r->reading) < 3 ? 5000 : 300);
        atomic_fetch_add(&r->reading, 1);
    } while (r->ret >= 0 && !atomic_load(&r->quit));
    av_packet_free(&packet);
    r->read_us = av_gettime_relative() - start - 300000;
    start      = av_gettime_relative();
    test_device_close(&d);
    r->close_us = av_gettime_relative() - start;
    atomic_store(&r->done, 1);
    return NULL;
}

static void stopped_within_an_answer(void **state)
{
    TestServer *large = test_server_start(&(TestServerOptions){
                                              .width = 3840, .height = 2160 });
    int stuck = 0;

    (void)state;
    assert_non_null(large);
    test_random_start();
    for (int i = 0; i < 12; i++) {
        Reader r = { .done = 0 };
        pthread_t thread;
        int64_t end;

        d = test_shot_open("x11shmpool", large->display,
                           "framerate=200:shm=off:damage=off:draw_mouse=0");
        assert_int_equal(pthread_create(&thread, NULL, read_and_close, &r), 0);
        while (atomic_load(&r.reading) < 3 && !atomic_load(&r.done))
            av_usleep(100);
        av_usleep(test_below(80000));
        test_server_signal(large, SIGSTOP);
        end = av_gettime_relative() + 4000000;
        while (!atomic_load(&r.done) && av_gettime_relative() < end)
            av_usleep(1000);
        if (!atomic_load(&r.done))
            stuck++;
        test_server_signal(large, SIGCONT);
        atomic_store(&r.quit, 1);
        pthread_join(thread, NULL);
        if (r.ret != AVERROR_EXIT || r.read_us > 1000000 ||
            r.close_us > 1000000)
            printf("# X11SHMPOOL_SEED=%"PRIu32", stop %d: %s %d ms after it "
                   "was to be interrupted, closed in %d ms\n", test_seed, i,
                   av_err2str(r.ret), (int)(r.read_us / 1000),
                   (int)(r.close_us / 1000));
    }
    test_server_stop(&large);
    if (stuck)
        fail_msg("%d of 12 stops have left reading or closing stuck", stuck);
}

static void close_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        int64_t start;

        d = test_shot_open("x11shmpool", server->display,
                           ways[i % (sizeof(ways) / sizeof(*ways))]);
        av_usleep(i * 700);
        start = av_gettime_relative();
        test_device_close(&d);
        if (ms_since(start) > 1000)
            fail_msg("closing took %lld ms", (long long)ms_since(start));
    }
}

/* A server that answers late: frames are right, and missed ticks counted. */
static void slow_server(void **state)
{
    static const int delays[] = { 1, 5, 30, 120 };

    (void)state;
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    for (int i = 0; i < 4; i++) {
        test_proxy_delay(proxy, delays[i]);
        d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                           "framerate=60");
        for (int k = 0; k < 4; k++) {
            test_screen_noise(screen, root, 20 * k, 30, 50, 60, i + k);
            /* word of what was drawn is late too */
            test_shot_comes_true(d, screen, root, 0, 0, 1, 2000,
                                 "a slow server");
        }
        if (delays[i] > 100)
            assert_true(test_device_stat(d, "stat_missed") > 5);
        test_device_close(&d);
    }
}

/* Everything that the server might refuse, refused once: an error or a picture
 * that is right, never a crash or a hang, and nothing left behind. */
static void requests_fail(void **state)
{
    static const struct {
        const char *extension;
        int minor;
    } requests[] = {
        { "MIT-SHM", 0 }, { "MIT-SHM", 1 }, { "MIT-SHM", 4 }, { "MIT-SHM", 5 },
        { "MIT-SHM", 6 }, { "DAMAGE", 0 }, { "DAMAGE", 1 },
        { "XFIXES", 0 }, { "XFIXES", 2 }, { "XFIXES", 4 }, { "XFIXES", 5 },
        { "XFIXES", 20 }, { "RANDR", 0 }, { "Composite", 0 },
        { NULL, 14 }, { NULL, 38 }, { NULL, 40 }, { NULL, 55 }, { NULL, 62 },
        { NULL, 73 }, { NULL, 2 }, { NULL, 3 },
    };
    static const char *const options[] = {
        "framerate=100", "framerate=100:shm=sysv", "framerate=100:damage=off",
        "framerate=100:shm=off",
    };

    (void)state;
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        int major = requests[i].extension ?
                    test_proxy_opcode(proxy, requests[i].extension) :
                    requests[i].minor;

        for (int k = 0; k < 4; k++) {
            AVPacket *packet = av_packet_alloc();
            int64_t start = av_gettime_relative();
            char what[160];
            int ret;

            /* from the beginning */
            test_proxy_fail_request(proxy, major, requests[i].minor, 11);
            ret = test_device_open(&d, "x11shmpool", test_proxy_display(proxy),
                                   options[k]);
            for (int n = 0; ret >= 0 && n < 3; n++) {
                ret = test_device_read(d, packet, 1000);
                av_packet_unref(packet);
            }
            if (ret < 0 && ret != AVERROR(ENOMEM) &&
                !test_log_count("", AV_LOG_ERROR))
                fail_msg("request %d.%d fails, and nothing is said: %s", major,
                         requests[i].minor, av_err2str(ret));
            if (ret == AVERROR_EXIT)
                fail_msg("%s: hangs where request %s.%d fails", options[k],
                         requests[i].extension ? requests[i].extension : "core",
                         requests[i].minor);
            test_device_close(&d);

            /* from some moment on */
            test_proxy_fail_request(proxy, 0, 0, 0);
            d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                               options[k]);
            test_shot_skip(d, 2);
            test_proxy_fail_request(proxy, major, requests[i].minor, 11);
            ret = 0;
            for (int n = 0; ret >= 0 && n < 5; n++) {
                test_screen_fill(screen, root, n * 9, i, 30, 30, n * 1111);
                ret = test_device_read(d, packet, 1000);
                av_packet_unref(packet);
            }
            if (ret == AVERROR_EXIT)
                fail_msg("%s: hangs once request %s.%d fails", options[k],
                         requests[i].extension ? requests[i].extension : "core",
                         requests[i].minor);
            test_proxy_fail_request(proxy, 0, 0, 0);
            if (ret >= 0) {
                snprintf(what, sizeof(what), "%s, after request %d.%d failed "
                         "for a while", options[k], major, requests[i].minor);
                test_shot_comes_true(d, screen, root, 0, 0, 1, 8000, what);
            }
            test_device_close(&d);
            av_packet_free(&packet);
            if (ms_since(start) > 15000)
                fail_msg("request %d.%d: %lld ms", major, requests[i].minor,
                         (long long)ms_since(start));
            test_log_start();
        }
    }
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
}

static void partly_outside(void **state)
{
    static const int regions[][4] = {
        { 250, 10, 150, 100 }, { 10, 200, 100, 90 }, { 319, 239, 50, 50 },
        { 0, 0, 400, 300 }, { 300, 220, 31, 33 },
    };

    (void)state;
    for (int i = 0; i < 5; i++) {
        const int *r = regions[i];
        char options[128];
        int warnings;

        for (int k = 0; k < 3; k++) {
            snprintf(options, sizeof(options), "grab_x=%d:grab_y=%d:"
                     "video_size=%dx%d:framerate=60:%s", r[0], r[1], r[2], r[3],
                     k == 0 ? "shm=memfd" : k == 1 ? "shm=off" : "damage=off");
            test_log_start();
            d = test_shot_open("x11shmpool", server->display, options);
            test_shot_true(d, screen, root, r[0], r[1], 1, options);
            test_screen_noise(screen, root, r[0] - 20 > 0 ? r[0] - 20 : 0,
                              r[1] / 2, 60, 60, i);
            test_shot_true(d, screen, root, r[0], r[1], 1, options);
            test_device_close(&d);
            /* The figures are a warning where the machine was too busy. */
            warnings = test_log_count("", AV_LOG_WARNING) -
                       test_log_count("captured", AV_LOG_WARNING);
            if (warnings != 1) {
                test_log_print();
                fail_msg("%s: %d warnings, not one", options, warnings);
            }
        }
    }
}

static void wholly_outside(void **state)
{
    static const char *const options[] = {
        "grab_x=320:video_size=50x50", "grab_y=240:video_size=50x50",
        "grab_x=5000:grab_y=5000:video_size=8x8",
    };

    (void)state;
    for (int i = 0; i < 3; i++) {
        test_log_start();
        assert_int_equal(test_device_open(&d, "x11shmpool", server->display,
                                          options[i]), AVERROR(EINVAL));
        if (!test_log_count("320x240", AV_LOG_ERROR) ||
            test_log_count("", AV_LOG_ERROR) != 1) {
            test_log_print();
            fail_msg("%s: not one line that names 320x240", options[i]);
        }
    }
}

static void window_gone(void **state)
{
    char options[64];

    (void)state;
    for (int i = 0; i < 3; i++) {
        xcb_window_t window = test_screen_window(screen, 10, 10, 50, 40, 0);
        int64_t ms;
        int ret;

        test_screen_noise(screen, window, 0, 0, 50, 40, i);
        snprintf(options, sizeof(options), "window_id=%u:framerate=30:%s",
                 window, i == 1 ? "damage=off" : i ? "shm=off" : "shm=auto");
        d = test_shot_open("x11shmpool", server->display, options);
        test_shot_true(d, screen, window, 0, 0, 1, options);
        test_screen_destroy(screen, window);
        ret = read_to_end(&ms);
        if (ret != AVERROR_EOF || ms > 1000)
            fail_msg("%s: %lld ms after the window was closed: %s", options,
                     (long long)ms, av_err2str(ret));
        test_device_close(&d);
    }
}

static void window_unviewable(void **state)
{
    xcb_window_t window = test_screen_window(screen, 10, 10, 50, 40, 0);
    char options[64];

    (void)state;
    xcb_unmap_window(screen->conn, window);
    test_screen_sync(screen);
    snprintf(options, sizeof(options), "window_id=%u", window);
    test_log_start();
    assert_true(test_device_open(&d, "x11shmpool", server->display,
                                 options) < 0);
    assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
    test_log_start();
    assert_true(test_device_open(&d, "x11shmpool", server->display,
                                 "window_id=0x7fffffff") < 0);
    assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
    assert_true(test_log_count("0x7fffffff", AV_LOG_ERROR) == 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, test_stage_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(server_killed),
        TEST(connection_cut),
        TEST(server_stopped),
        TEST(stopped_within_an_answer),
        TEST(close_at_any_moment),
        TEST(slow_server),
        TEST(requests_fail),
        TEST(partly_outside),
        TEST(wholly_outside),
        TEST(window_gone),
        TEST(window_unviewable),
    };

    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
