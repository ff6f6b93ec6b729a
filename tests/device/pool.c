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
 * Packets are the pool's slots: nothing grows, nothing in use changes, and
 * nothing is left behind.
 */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "painting.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240
#define MAX_HELD 64

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

static int distinct(AVPacket **packets, int n)
{
    int count = 0;

    for (int i = 0; i < n; i++) {
        int seen = 0;

        for (int k = 0; k < i; k++)
            seen |= packets[k]->data == packets[i]->data;
        count += !seen;
    }
    return count;
}

static void hold_all(const char *shm, int pool_size, int size)
{
    AVPacket *held[MAX_HELD];
    uint32_t sums[MAX_HELD];
    char options[128], name[64];
    int64_t dropped;
    TestPainting painter;
    int n = 0, ret = 0;

    snprintf(name, sizeof(name), "shm=%s:pool_size=%d", shm, pool_size);
    snprintf(options, sizeof(options), "%s:framerate=200", name);
    test_painting_start(&painter, server->display, 1,
                        TEST_PAINT_FILLS);
    d = test_shot_open("x11shmpool", server->display, options);
    while (n < MAX_HELD) {
        held[n] = av_packet_alloc();
        if ((ret = test_device_read(d, held[n], 500)) < 0) {
            av_packet_free(&held[n]);
            break;
        }
        sums[n] = test_packet_sum(held[n]);
        n++;
    }
    if (ret != AVERROR_EXIT || distinct(held, n) != size)
        fail_msg("%s: %d packets of %d slots were given out, then: %s", name, n,
                 distinct(held, n), av_err2str(ret));
    assert_int_equal(test_device_stat(d, "stat_slots"), size);
    if (!strcmp(shm, "memfd") && !test_device_pixel_format(NULL))
        /* the slot, and what packets see of it */
        assert_int_equal(test_mapping_count("memfd:x11shmpool"), 2 * size);
    dropped = test_device_stat(d, "stat_dropped");
    if (dropped < 10)
        fail_msg("%s: %d frames dropped in 500 ms", name, (int)dropped);
    for (int i = 0; i < n; i++)
        if (test_packet_sum(held[i]) != sums[i])
            fail_msg("%s: packet %d changed while it was out", name, i);
    /* the device is done with it, and yet its slot is not the consumer's */
    for (int i = 0; i < n; i++)
        assert_false(av_buffer_is_writable(held[i]->buf));

    for (int i = 0; i < n; i++)
        av_packet_free(&held[i]);
    test_shot_skip(d, 3 * size);
    assert_true(test_device_stat(d, "stat_slots") <= size);
    test_painting_stop(&painter);
    test_shot_true(d, screen, root, 0, 0, 1, name);
    test_device_close(&d);
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
}

static void bound_holds(void **state)
{
    static const int sizes[] = { 2, 3, 5, 16, 32 };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        hold_all("memfd", sizes[i], sizes[i]);
    hold_all("sysv", 4, 4);
    hold_all("off", 4, 4);
}

static const char *const pictures[] = {
    "memfd:pixel_format=yuv420p", "sysv:pixel_format=nv12",
    "off:pixel_format=rgb24", "auto:pixel_format=gray",
};

static void bound_of_pictures(void **state)
{
    static const int sizes[] = { 2, 3, 16, 32 };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        hold_all(pictures[i], sizes[i], sizes[i]);
    hold_all(pictures[0], 0, 16);
}

/* Kilobytes of this process's data: what it has mapped for itself. */
static long data_size(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    long kb = -1;

    assert_non_null(f);
    while (fgets(line, sizeof(line), f))
        sscanf(line, "VmData: %ld", &kb);
    fclose(f);
    return kb;
}

/* What a consumer holds and drops for long takes no more than the pool. */
static void pictures_do_not_grow(void **state)
{
    AVPacket *held[8] = { NULL };
    TestPainting painter;
    long first = 0, last;

    (void)state;
    if (TEST_SANITIZED)
        skip();
    test_painting_start(&painter, server->display, 1,
                        TEST_PAINT_FILLS);
    d = test_shot_open("x11shmpool", server->display,
                       "pixel_format=yuv420p:pool_size=4:framerate=500");
    for (int i = 0; i < 1500; i++) {
        AVPacket **p = &held[i % 3];

        av_packet_free(p);
        *p = test_shot_packet(d);
        if (i == 300)
            first = data_size();
    }
    last = data_size();
    assert_true(test_device_stat(d, "stat_slots") <= 4);
    for (int i = 0; i < 3; i++)
        av_packet_free(&held[i]);
    test_painting_stop(&painter);
    test_device_close(&d);
    /* less than four of them */
    if (last - first > 4 * WIDTH * HEIGHT * 3 / 2 / 1024)
        fail_msg("%ld KiB after 300 frames, %ld after 1500", first, last);
}

static void bound_is_automatic(void **state)
{
    (void)state;
    hold_all("memfd", 0, 16);
}

/* As many as fit in 256 MiB. */
static void bound_of_large_frames(void **state)
{
    TestServer *large = test_server_start(&(TestServerOptions){
                                              .width = 3840, .height = 2160 });
    const int slots   = (256 << 20) / (3840 * 2160 * 4);
    AVPacket *held[MAX_HELD];
    TestScreen *s;
    int n = 0, ret;

    (void)state;
    assert_non_null(large);
    s = test_screen_open(large->display);
    d = test_shot_open("x11shmpool", large->display, "framerate=60");
    for (;;) {
        held[n] = av_packet_alloc();
        test_screen_fill(s, s->screen->root, 0, 0, 3840, 2160, n + 1);
        /* it grows only after a second */
        ret = test_device_read(d, held[n], n < slots ? 10000 : 700);
        if (ret < 0 || n == MAX_HELD - 1)
            break;
        n++;
    }
    assert_int_equal(test_device_stat(d, "stat_slots"), slots);
    for (int i = 0; i <= n; i++)
        av_packet_free(&held[i]);
    test_device_close(&d);
    test_screen_close(&s);
    test_server_stop(&large);
}

static void *release(void *arg)
{
    AVPacket **packets = arg;

    for (int i = 0; packets[i]; i++)
        av_packet_free(&packets[i]);
    return NULL;
}

/* Packets outlive the device, and go on any thread in any order. */
static void released_after_close(void **state)
{
    const char *const shm[] = { "memfd", "sysv", "off", pictures[0],
                                pictures[1], pictures[2] };

    (void)state;
    for (int k = 0; k < 6; k++) {
        AVPacket *heap[8][3] = { { NULL } };
        uint32_t sums[8][2];
        pthread_t threads[8];
        char options[64];
        TestPainting painter;
        int maps;

        snprintf(options, sizeof(options), "shm=%s:framerate=120", shm[k]);
        test_painting_start(&painter, server->display, 1,
                            TEST_PAINT_FILLS);
        maps = test_mapping_count("SYSV");
        d = test_shot_open("x11shmpool", server->display, options);
        for (int i = 0; i < 16; i++) {
            int row = i * 5 % 8, col = i / 8;

            heap[row][col] = test_shot_packet(d);
            sums[row][col] = test_packet_sum(heap[row][col]);
        }
        test_device_close(&d);
        for (int row = 0; row < 8; row++)
            for (int col = 0; col < 2; col++)
                if (test_packet_sum(heap[row][col]) != sums[row][col])
                    fail_msg("shm=%s: a packet changed after the device was "
                             "closed", shm[k]);
        for (int i = 0; i < 8; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, release,
                                            heap[7 - i]), 0);
        for (int i = 0; i < 8; i++)
            pthread_join(threads[i], NULL);
        test_painting_stop(&painter);
        assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
        assert_int_equal(test_mapping_count("SYSV"), maps);
    }
}

/* Also when the server has died meanwhile. */
static void released_after_server(void **state)
{
    TestServer *mortal = test_server_start(NULL);
    AVPacket *held[4];
    uint32_t sums[4];

    (void)state;
    assert_non_null(mortal);
    d = test_shot_open("x11shmpool", mortal->display, "framerate=60");
    for (int i = 0; i < 4; i++) {
        held[i] = test_shot_packet(d);
        sums[i] = test_packet_sum(held[i]);
    }
    test_server_stop(&mortal);
    for (int i = 0; i < 4; i++)
        assert_int_equal(test_packet_sum(held[i]), sums[i]);
    av_packet_free(&held[0]);
    test_device_close(&d);
    for (int i = 1; i < 4; i++) {
        assert_int_equal(test_packet_sum(held[i]), sums[i]);
        av_packet_free(&held[i]);
    }
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
}

/* What is out keeps its pixels while the others are refilled under it. */
static void held_never_changes(void **state)
{
    AVPacket *held[6] = { NULL };
    uint32_t sums[6] = { 0 };
    unsigned random = 12345;
    TestPainting painter;

    (void)state;
    test_painting_start(&painter, server->display, 1,
                        TEST_PAINT_FILLS);
    d = test_shot_open("x11shmpool", server->display,
                       "pool_size=8:framerate=250");
    for (int i = 0; i < 600; i++) {
        int k;

        random = random * 1664525 + 1013904223;
        k = (random >> 16) % 6;
        if (held[k] && test_packet_sum(held[k]) != sums[k])
            fail_msg("a packet that was out changed (round %d)", i);
        av_packet_free(&held[k]);
        held[k] = test_shot_packet(d);
        sums[k] = test_packet_sum(held[k]);
    }
    for (int k = 0; k < 6; k++)
        av_packet_free(&held[k]);
    test_painting_stop(&painter);
    test_device_close(&d);
}

static void close_leaves_nothing(void **state)
{
    static const char *const options[] = {
        "framerate=100", "shm=sysv:framerate=100", "shm=off:framerate=100",
        "show_region=1:video_size=50x50:framerate=100",
    };
    int descriptors, threads;

    (void)state;
    for (int round = 0; round < 2; round++) {
        descriptors = test_count_descriptors();
        threads     = test_count_threads();
        for (int i = 0; i < 40; i++) {
            d = test_shot_open("x11shmpool", server->display, options[i % 4]);
            test_shot_skip(d, i % 3);
            test_device_close(&d);
        }
    }
    assert_int_equal(test_count_descriptors(), descriptors);
    /* The system lists a thread for a moment after it was joined. */
    for (int i = 0; i < 1000 && test_count_threads() > threads; i++)
        av_usleep(1000);
    assert_in_range(test_count_threads(), 1, threads);
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
    assert_int_equal(test_mapping_count("/SYSV"), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bound_holds),
        TEST(bound_of_pictures),
        TEST(pictures_do_not_grow),
        TEST(bound_is_automatic),
        TEST(bound_of_large_frames),
        TEST(released_after_close),
        TEST(released_after_server),
        TEST(held_never_changes),
        TEST(close_leaves_nothing),
    };

    return cmocka_run_group_tests_name("pool", tests, setup, test_stage_stop);
}
