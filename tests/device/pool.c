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
 * Packets are the pool's slots: nothing is copied, nothing grows, nothing in
 * use changes, and nothing is left behind.
 */

#define _GNU_SOURCE

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/adler32.h>
#include <libavutil/time.h>

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

/* Somebody who draws all the time, on a connection of its own. */
typedef struct Painter {
    TestScreen *screen;
    pthread_t thread;
    pthread_mutex_t lock;
    int quit;
} Painter;

static void *paint(void *arg)
{
    Painter *p = arg;
    unsigned n = 0;
    int quit = 0;

    while (!quit) {
        test_screen_fill(p->screen, p->screen->screen->root, n * 7 % WIDTH,
                         n * 5 % HEIGHT, 60, 40, n * 0x10307);
        n++;
        av_usleep(1000);
        pthread_mutex_lock(&p->lock);
        quit = p->quit;
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

static void painter_start(Painter *p)
{
    p->quit = 0;
    p->screen = test_screen_open(server->display);
    assert_non_null(p->screen);
    pthread_mutex_init(&p->lock, NULL);
    assert_int_equal(pthread_create(&p->thread, NULL, paint, p), 0);
}

static void painter_stop(Painter *p)
{
    pthread_mutex_lock(&p->lock);
    p->quit = 1;
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    pthread_mutex_destroy(&p->lock);
    test_screen_close(&p->screen);
}

static uint32_t checksum(const AVPacket *packet)
{
    return av_adler32_update(1, packet->data, packet->size);
}

/* The inode of what is mapped at an address of a process; name may be NULL. */
static unsigned long mapped_inode(const char *pid, uintptr_t address,
                                  const char *name, unsigned long inode)
{
    char path[64], line[512];
    unsigned long found = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%s/maps", pid);
    f = fopen(path, "re");
    assert_non_null(f);
    while (!found && fgets(line, sizeof(line), f)) {
        unsigned long start, end, i;

        if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &start, &end, &i) != 3)
            continue;
        if (name ? strstr(line, name) && i == inode
                 : address >= start && address < end)
            found = i;
    }
    fclose(f);
    return found;
}

/* The packet's bytes are pages that the X server has mapped too. */
static void data_is_the_server_s(void **state)
{
    TestMapping m;
    char pid[16];

    (void)state;
    d = test_shot_open("x11shmpool", server->display,
                       "shm=memfd:framerate=60");
    snprintf(pid, sizeof(pid), "%d", (int)server->pid);
    for (int i = 0; i < 10; i++) {
        AVPacket *packet = test_shot_packet(d);
        unsigned long inode;

        assert_true(test_mapping_find(&m, packet->data));
        if (!strstr(m.name, "/memfd:x11shmpool"))
            fail_msg("data lies in '%s'", m.name);
        inode = mapped_inode("self", (uintptr_t)packet->data, NULL, 0);
        assert_int_equal(mapped_inode(pid, 0, "/memfd:x11shmpool", inode),
                         inode);
        assert_int_equal(packet->size, WIDTH * HEIGHT * 4);
        assert_ptr_equal(packet->buf->data, packet->data);
        assert_true((uintptr_t)packet->data + packet->size +
                    AV_INPUT_BUFFER_PADDING_SIZE <= m.end);
        assert_false(av_buffer_is_writable(packet->buf));
        assert_int_equal((uintptr_t)packet->data % 64, 0);
        av_packet_free(&packet);
        test_screen_fill(screen, root, i, i, 5, 5, i);
    }
    test_device_close(&d);
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
}

static void decoded_is_the_slot(void **state)
{
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet;

    (void)state;
    d = test_shot_open("x11shmpool", server->display,
                       "shm=memfd:framerate=60");
    packet = test_shot_packet(d);
    assert_int_equal(test_device_decode(d, packet, frame), 0);
    assert_ptr_equal(frame->data[0], packet->data);
    assert_int_equal(frame->linesize[0], WIDTH * 4);
    assert_false(av_frame_is_writable(frame));
    av_frame_free(&frame);
    av_packet_free(&packet);
    test_device_close(&d);
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
    Painter painter;
    int n = 0, ret = 0;

    snprintf(name, sizeof(name), "shm=%s:pool_size=%d", shm, pool_size);
    snprintf(options, sizeof(options), "%s:framerate=200", name);
    painter_start(&painter);
    d = test_shot_open("x11shmpool", server->display, options);
    while (n < MAX_HELD) {
        held[n] = av_packet_alloc();
        if ((ret = test_device_read(d, held[n], 500)) < 0) {
            av_packet_free(&held[n]);
            break;
        }
        sums[n] = checksum(held[n]);
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
        if (checksum(held[i]) != sums[i])
            fail_msg("%s: packet %d changed while it was out", name, i);
    /* the device is done with it, and yet its slot is not the consumer's */
    for (int i = 0; i < n; i++)
        assert_false(av_buffer_is_writable(held[i]->buf));

    for (int i = 0; i < n; i++)
        av_packet_free(&held[i]);
    test_shot_skip(d, 3 * size);
    assert_true(test_device_stat(d, "stat_slots") <= size);
    painter_stop(&painter);
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
    Painter painter;
    long first = 0, last;

    (void)state;
    if (TEST_SANITIZED)
        skip();
    painter_start(&painter);
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
    painter_stop(&painter);
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
        ret = test_device_read(d, held[n], 700);
        if (ret < 0 || n == MAX_HELD - 1)
            break;
        n++;
    }
    assert_int_equal(test_device_stat(d, "stat_slots"),
                     (256 << 20) / (3840 * 2160 * 4));
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
        Painter painter;
        int maps;

        snprintf(options, sizeof(options), "shm=%s:framerate=120", shm[k]);
        painter_start(&painter);
        maps = test_mapping_count("SYSV");
        d = test_shot_open("x11shmpool", server->display, options);
        for (int i = 0; i < 16; i++) {
            int row = i * 5 % 8, col = i / 8;

            heap[row][col] = test_shot_packet(d);
            sums[row][col] = checksum(heap[row][col]);
        }
        test_device_close(&d);
        for (int row = 0; row < 8; row++)
            for (int col = 0; col < 2; col++)
                if (checksum(heap[row][col]) != sums[row][col])
                    fail_msg("shm=%s: a packet changed after the device was "
                             "closed", shm[k]);
        for (int i = 0; i < 8; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, release,
                                            heap[7 - i]), 0);
        for (int i = 0; i < 8; i++)
            pthread_join(threads[i], NULL);
        painter_stop(&painter);
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
        sums[i] = checksum(held[i]);
    }
    test_server_stop(&mortal);
    for (int i = 0; i < 4; i++)
        assert_int_equal(checksum(held[i]), sums[i]);
    av_packet_free(&held[0]);
    test_device_close(&d);
    for (int i = 1; i < 4; i++) {
        assert_int_equal(checksum(held[i]), sums[i]);
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
    Painter painter;

    (void)state;
    painter_start(&painter);
    d = test_shot_open("x11shmpool", server->display,
                       "pool_size=8:framerate=250");
    for (int i = 0; i < 600; i++) {
        int k;

        random = random * 1664525 + 1013904223;
        k = (random >> 16) % 6;
        if (held[k] && checksum(held[k]) != sums[k])
            fail_msg("a packet that was out changed (round %d)", i);
        av_packet_free(&held[k]);
        held[k] = test_shot_packet(d);
        sums[k] = checksum(held[k]);
    }
    for (int k = 0; k < 6; k++)
        av_packet_free(&held[k]);
    painter_stop(&painter);
    test_device_close(&d);
}

static void shm_kinds(void **state)
{
    static const struct {
        const char *options, *mapping;
    } kinds[] = {
        { "shm=memfd", "memfd:x11shmpool" },
        { "shm=auto",  "memfd:x11shmpool" },
        { "shm=sysv",  "/SYSV" },
        { "shm=off",   NULL },
        { "shm=sysv:damage=off",  "/SYSV" },
        { "shm=memfd:damage=off", "memfd:x11shmpool" },
        { "shm=off:damage=off",   NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        TestMapping m = { .name = "" };
        AVPacket *packet;

        d = test_shot_open("x11shmpool", server->display, kinds[i].options);
        packet = test_shot_packet(d);
        test_mapping_find(&m, packet->data);
        if (kinds[i].mapping ? !strstr(m.name, kinds[i].mapping)
                             : !!strstr(m.name, "memfd") ||
                               !!strstr(m.name, "SYSV"))
            fail_msg("%s: data lies in '%s'", kinds[i].options, m.name);
        av_packet_free(&packet);
        for (int k = 0; k < 4; k++) {
            test_screen_noise(screen, root, 30 * k, 20 * k, 50, 50, i * 4 + k);
            test_shot_true(d, screen, root, 0, 0, 1, kinds[i].options);
        }
        test_device_close(&d);
    }
}

/* Segments made by this process: nobody else may attach them, and they go with
 * the last that has. */
static void sysv_is_private(void **state)
{
    AVPacket *packet;
    FILE *f = fopen("/proc/sysvipc/shm", "re");
    char line[512];
    int found = 0;

    (void)state;
    assert_non_null(f);
    d = test_shot_open("x11shmpool", server->display, "shm=sysv");
    packet = test_shot_packet(d);
    while (fgets(line, sizeof(line), f)) {
        unsigned perms;
        int cpid;

        if (sscanf(line, "%*d %*d %o %*u %d", &perms, &cpid) != 2 ||
            cpid != getpid())
            continue;
        found++;
        assert_int_equal(perms & 0777, 0600);
        assert_true(perms & 01000);
    }
    fclose(f);
    assert_true(found > 0);
    av_packet_free(&packet);
    test_device_close(&d);
}

static void choice_is_logged(void **state)
{
    TestServer *bare = test_server_start(&(TestServerOptions){
                                             .args = "-extension MIT-SHM" });
    TestImage *image;

    (void)state;
    assert_non_null(bare);
    test_log_start();
    image = test_shot_once("x11shmpool", server->display, "shm=auto");
    test_image_free(&image);
    assert_true(test_log_count("memfd", AV_LOG_VERBOSE) > 0);
    assert_int_equal(test_log_count("", AV_LOG_WARNING), 0);

    test_log_start();
    image = test_shot_once("x11shmpool", bare->display, "shm=auto");
    test_image_free(&image);
    if (test_log_count("socket", AV_LOG_WARNING) != 1) {
        test_log_print();
        fail_msg("%d warnings about the socket",
                 test_log_count("socket", AV_LOG_WARNING));
    }
    test_server_stop(&bare);
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
    assert_int_equal(test_count_threads(), threads);
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
    assert_int_equal(test_mapping_count("/SYSV"), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(data_is_the_server_s),
        TEST(decoded_is_the_slot),
        TEST(bound_holds),
        TEST(bound_of_pictures),
        TEST(pictures_do_not_grow),
        TEST(bound_is_automatic),
        TEST(bound_of_large_frames),
        TEST(released_after_close),
        TEST(released_after_server),
        TEST(held_never_changes),
        TEST(shm_kinds),
        TEST(sysv_is_private),
        TEST(choice_is_logged),
        TEST(close_leaves_nothing),
    };

    return cmocka_run_group_tests_name("pool", tests, setup, test_stage_stop);
}
