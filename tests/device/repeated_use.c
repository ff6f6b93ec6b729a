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
 * The device is opened and closed many times, paused, released by many threads
 * at once, with servers that stop and die at random moments. Nothing is left
 * behind, frames in use never change, and every lost frame is counted.
 *
 * $X11SHMPOOL_CYCLES   how often a device is opened and closed, [300]; the
 * other tests last longer in proportion $X11SHMPOOL_SEED     where the random
 * numbers begin $X11SHMPOOL_TEST     this test only
 */

#define _GNU_SOURCE

#include <dirent.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/adler32.h>
#include <libavutil/time.h>
#include <xcb/xcbext.h>

#include "painter.h"
#include "random.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240
#define THREADS 8
#define BAG 64

static int nb_cycles = 300;

static int64_t ms_since(int64_t start)
{
    return (av_gettime_relative() - start) / 1000;
}

static uint32_t checksum(const AVPacket *packet)
{
    return av_adler32_update(1, packet->data, packet->size);
}

/*** Threads that let go of packets ***/

typedef struct Held {
    AVPacket *packet;
    uint32_t sum;
} Held;

/* Whoever comes takes any packet out, after a time of his own. */
typedef struct Bag {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Held held[BAG];
    int nb_held, room;
    int quit;
    int spoiled;
    unsigned seed;
    pthread_t threads[THREADS];
} Bag;

static void *release(void *arg)
{
    Bag *b = arg;

    pthread_mutex_lock(&b->lock);
    for (;;) {
        unsigned seed = b->seed += 0x9e3779b9;
        Held h;
        int i;

        if (!b->nb_held) {
            if (b->quit)
                break;
            pthread_cond_wait(&b->changed, &b->lock);
            continue;
        }
        i          = rand_r(&seed) % b->nb_held;
        h          = b->held[i];
        b->held[i] = b->held[--b->nb_held];
        pthread_mutex_unlock(&b->lock);
        av_usleep(rand_r(&seed) % 6000);
        i = checksum(h.packet) != h.sum;
        av_packet_free(&h.packet);
        pthread_mutex_lock(&b->lock);
        b->spoiled += i;
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

static void bag_init(Bag *b, int room)
{
    memset(b, 0, sizeof(*b));
    b->room = room;
    b->seed = test_random();
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
}

static void bag_start(Bag *b)
{
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&b->threads[i], NULL, release, b), 0);
}

/* Takes the packet, or releases it if there is no room. */
static void bag_add(Bag *b, AVPacket *packet)
{
    uint32_t sum = checksum(packet);

    pthread_mutex_lock(&b->lock);
    if (b->nb_held < b->room) {
        b->held[b->nb_held++] = (Held){ packet, sum };
        packet = NULL;
        pthread_cond_signal(&b->changed);
    }
    pthread_mutex_unlock(&b->lock);
    av_packet_free(&packet);
}

/* Until all is released. */
static int bag_end(Bag *b)
{
    pthread_mutex_lock(&b->lock);
    b->quit = 1;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    for (int i = 0; i < THREADS; i++)
        pthread_join(b->threads[i], NULL);
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->changed);
    return b->spoiled;
}

/*** Somebody who draws all the time, until told to stop or the server dies ***/

typedef struct Painter {
    TestPainter *painter;
    atomic_int quit;
    pthread_t thread;
} Painter;

static void *paint(void *arg)
{
    Painter *p = arg;
    sigset_t pipe;

    /* That its own server dies is no news to it. */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);

    while (!atomic_load(&p->quit)) {
        test_painter_burst(p->painter, 4);
        if (test_painter_freeze(p->painter) < 0)
            break;
        av_usleep(500);
    }
    test_painter_close(&p->painter);
    return NULL;
}

static void painter_start(Painter *p, const TestServer *on, unsigned kinds)
{
    /* Not on its own thread: libXau is not made for two at once. */
    p->painter = test_painter_open(on->display, test_random(), kinds);
    assert_non_null(p->painter);
    atomic_init(&p->quit, 0);
    assert_int_equal(pthread_create(&p->thread, NULL, paint, p), 0);
}

static void painter_stop(Painter *p)
{
    atomic_store(&p->quit, 1);
    pthread_join(p->thread, NULL);
}

/*** What a server has been asked to keep, by the X-Resource extension ***/

static xcb_extension_t resource_id = { "X-Resource", 0 };

enum { RES_QUERY_CLIENTS = 1, RES_QUERY_CLIENT_RESOURCES = 2 };

/* Both replies are a number at byte 8, and pairs of numbers from byte 32 on. */
static uint32_t *resource_request(int opcode, uint32_t client)
{
    struct {
        uint8_t major, minor;
        uint16_t length;
        uint32_t client;
    } request = { .client = client };
    struct iovec parts[4] = { 0 };
    const xcb_protocol_request_t protocol = {
        .count = 1, .ext = &resource_id, .opcode = opcode,
    };
    unsigned sequence;

    parts[2].iov_base = &request;
    parts[2].iov_len  = opcode == RES_QUERY_CLIENTS ? 4 : 8;
    sequence = xcb_send_request(screen->conn, XCB_REQUEST_CHECKED, parts + 2,
                                &protocol);
    return xcb_wait_for_reply(screen->conn, sequence, NULL);
}

static int count_resources(uint32_t client)
{
    uint32_t *reply = resource_request(RES_QUERY_CLIENT_RESOURCES, client);
    int sum = 0;

    for (uint32_t i = 0; reply && i < reply[2]; i++)
        sum += reply[8 + 2 * i + 1];
    free(reply);
    return sum;
}

/* All clients there are: how many, and what they have in all. The client that
 * connected last is put into newest. */
static int count_clients(int *resources, uint32_t *newest)
{
    uint32_t *reply = resource_request(RES_QUERY_CLIENTS, 0);
    int n;

    assert_non_null(reply);
    n          = reply[2];
    *resources = 0;
    *newest    = 0;
    for (int i = 0; i < n; i++) {
        *resources += count_resources(reply[8 + 2 * i]);
        if (reply[8 + 2 * i] > *newest)
            *newest = reply[8 + 2 * i];
    }
    free(reply);
    return n;
}

/*** What this process and the server hold ***/

typedef struct Footprint {
    int descriptors, threads, mappings, segments;
    int64_t heap;
    int clients, resources, server_descriptors, server_segments;
} Footprint;

static int count_lines(pid_t pid, const char *a, const char *b)
{
    char path[64], line[1024];
    FILE *f;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        n += strstr(line, a) || strstr(line, b);
    if (f)
        fclose(f);
    return n;
}

static int count_files(pid_t pid)
{
    char path[64];
    DIR *dir;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

static void measure(Footprint *f)
{
    uint32_t newest;

    test_log_start();
    *f = (Footprint){
        .descriptors        = test_count_descriptors(),
        .threads            = test_count_threads(),
        .segments           = test_mapping_count("memfd:x11shmpool") +
                              test_mapping_count("/SYSV"),
        .clients            = count_clients(&f->resources, &newest),
        .server_descriptors = count_files(server->pid),
        .server_segments    = count_lines(server->pid, "memfd:x11shmpool",
                                          "/SYSV"),
    };
    count_clients(&f->resources, &newest);
    if (!TEST_SANITIZED) {
        f->mappings = test_mapping_count("");
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
        f->heap = mallinfo2().uordblks;
#endif
    }
}

static void print_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *e;

    while (dir && (e = readdir(dir))) {
        char target[256];
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target));

        if (n > 0)
            fprintf(stderr, "# descriptor %s: %.*s\n", e->d_name, (int)n,
                    target);
    }
    if (dir)
        closedir(dir);
}

static int grown(const Footprint *from, const Footprint *to)
{
    return to->descriptors > from->descriptors ||
           to->threads > from->threads + TEST_SANITIZED ||
           to->segments > from->segments ||
           to->mappings > from->mappings + 8 ||
           to->heap > from->heap + 16384 ||
           to->clients > from->clients ||
           to->resources > from->resources + 4 ||
           to->server_descriptors > from->server_descriptors ||
           to->server_segments > from->server_segments;
}

/* The server learns of what was closed in its own time. */
static void assert_not_grown(const Footprint *from)
{
    int64_t start = av_gettime_relative();
    Footprint to;

    measure(&to);
    while (grown(from, &to) && ms_since(start) < 5000) {
        av_usleep(20000);
        measure(&to);
    }
    if (grown(from, &to)) {
        print_descriptors();
        fail_msg("left behind: descriptors %d to %d, threads %d to %d, "
                 "segments %d to %d, mappings %d to %d, heap %"PRId64" to "
                 "%"PRId64"; in the server: clients %d to %d, resources %d to "
                 "%d, descriptors %d to %d, segments %d to %d",
                 from->descriptors, to.descriptors, from->threads, to.threads,
                 from->segments, to.segments, from->mappings, to.mappings,
                 from->heap, to.heap, from->clients, to.clients,
                 from->resources, to.resources, from->server_descriptors,
                 to.server_descriptors, from->server_segments,
                 to.server_segments);
    }
}

static int setup(void **state)
{
    const char *env;

    (void)state;
    /* Or each thread that comes and goes maps a heap of its own. */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_MXFAST, 0);
    test_random_start();
    if ((env = getenv("X11SHMPOOL_CYCLES")))
        nb_cycles = atoi(env);
    printf("# %d cycles, X11SHMPOOL_SEED=%"PRIu32"\n", nb_cycles, test_seed);

    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

/*** Opened and closed ***/

static const struct {
    const char *options;
    int refused, window;
} variants[] = {
    { "framerate=1000",                                    0, 0 },
    { "framerate=1000:draw_mouse=0",                       0, 0 },
    { "framerate=1000:shm=sysv",                           0, 0 },
    { "framerate=1000:shm=off",                            0, 0 },
    { "framerate=1000:damage=off",                         0, 0 },
    { "framerate=1000:pool_size=4:damage_metadata=1",      0, 0 },
    { "framerate=1000:grab_x=5000:video_size=10x10",       1, 0 },
    { "framerate=1000:window_id=0x7fffffff",               1, 0 },
    { "framerate=1000:window_id=%u",                       0, 1 },
    { "framerate=1000:shm=none",                           1, 0 },
    { "framerate=1000:follow_mouse=centered:video_size=64x64", 0, 0 },
    { "framerate=1000:show_region=1:video_size=50x50",     0, 0 },
    { "framerate=0",                                       1, 0 },
    { "framerate=1000:shm=sysv:window_id=%u:damage=off",   0, 1 },
    { "framerate=1000:unchanged=skip",                     0, 0 },
    { "framerate=1000:grab_x=300:grab_y=200:video_size=99x99", 0, 0 },
};
#define NB_VARIANTS ((int)(sizeof(variants) / sizeof(*variants)))

static void cycle(int i)
{
    int v = i % NB_VARIANTS, k = i / NB_VARIANTS, kept = k % 3 == 2;
    xcb_window_t window = XCB_NONE;
    AVPacket *packet;
    char options[256];
    Bag bag;
    int ret;

    if (variants[v].window) {
        window = test_screen_window(screen, 20, 10, 60, 50, 0);
        snprintf(options, sizeof(options), variants[v].options, window);
    } else {
        snprintf(options, sizeof(options), "%s", variants[v].options);
    }
    ret = test_device_open(&d, "x11shmpool", server->display, options);
    if (variants[v].refused ? ret >= 0 : ret < 0) {
        test_log_print();
        fail_msg("%s: %s", options, av_err2str(ret));
    }
    if (variants[v].refused)
        return;

    bag_init(&bag, 2);
    for (int n = k % 5; n > 0; n--) {
        test_screen_fill(screen, root, i % 200, n * 20, 40, 40, test_random());
        packet = test_shot_packet(d);
        if (kept)
            bag_add(&bag, packet);
        else
            av_packet_free(&packet);
    }
    if (window && k & 1) {
        packet = av_packet_alloc();
        test_screen_destroy(screen, window);
        window = XCB_NONE;
        while ((ret = test_device_read(d, packet, 5000)) >= 0)
            av_packet_unref(packet);
        assert_int_equal(ret, AVERROR_EOF);
        av_packet_free(&packet);
    }
    test_device_close(&d);
    if (window)
        test_screen_destroy(screen, window);
    if (kept)
        bag_start(&bag);
    if (kept && bag_end(&bag))
        fail_msg("%s: packets changed after the device was closed", options);
}

static void cycles_leave_nothing(void **state)
{
    int warm = 3 * NB_VARIANTS;
    Footprint before;

    (void)state;
    for (int i = 0; i < warm; i++)
        cycle(i);
    measure(&before);
    for (int i = warm; i < nb_cycles + warm; i++)
        cycle(i);
    assert_not_grown(&before);
    assert_int_equal(before.segments, 0);
    assert_int_equal(before.server_segments, 0);
}

/* Nor does a device ask the server for more and more while it runs. */
static void server_keeps_little(void **state)
{
    static const char *const options[] = {
        "framerate=500", "framerate=500:shm=sysv:show_region=1",
        "framerate=500:shm=off:damage_metadata=1", "framerate=500:damage=off",
        "framerate=500:follow_mouse=40:video_size=100x100",
    };
    Painter painter;

    (void)state;
    for (int i = 0; i < 5; i++) {
        int warm = 0, now, unused;
        int64_t slots = 0;
        uint32_t client;

        d = test_shot_open("x11shmpool", server->display, options[i]);
        count_clients(&unused, &client);
        painter_start(&painter, server, TEST_PAINT_ALL);
        for (int n = 0; n < 200 + nb_cycles / 2; n++) {
            AVPacket *packet = test_shot_packet(d);

            av_packet_free(&packet);
            if (n == 100) {
                warm  = count_resources(client);
                slots = test_device_stat(d, "stat_slots");
            }
        }
        painter_stop(&painter);
        now   = count_resources(client);
        slots = test_device_stat(d, "stat_slots") - slots;
        /* a slot is a segment and a pixmap */
        if (!warm || now > warm + 4 + 2 * slots)
            fail_msg("%s: %d resources in the server grew to %d", options[i],
                     warm, now);
        test_device_close(&d);
    }
}

/*** Released by eight threads ***/

static int64_t stat_of(const char *name)
{
    int64_t value = test_device_stat(d, name);

    assert_true(value >= 0);
    return value;
}

/* Every tick up to the last frame that was read has become something. There is
 * a moment in which the next tick is counted already, so this need not be true
 * each time it is looked at. */
static int adds_up(int64_t nb_read, int64_t ticks, char *message, size_t size)
{
    int64_t made    = stat_of("stat_captured") + stat_of("stat_repeated");
    int64_t dropped = stat_of("stat_dropped"), missed = stat_of("stat_missed");

    if (made < nb_read)
        fail_msg("%"PRId64" frames were read, %"PRId64" counted", nb_read,
                 made);
    if (made > nb_read)        /* some wait to be read */
        return 0;
    if (made + dropped + missed == ticks)
        return 1;
    snprintf(message, size, "%"PRId64" frames, %"PRId64" dropped, %"PRId64
             " missed in %"PRId64" ticks", made, dropped, missed, ticks);
    return 0;
}

static void released_by_threads(void **state)
{
    static const char *const options[] = {
        "framerate=400:pool_size=16", "framerate=400:pool_size=5",
        "framerate=400:pool_size=8:shm=sysv",
        "framerate=400:pool_size=8:shm=off",
        "framerate=400:pool_size=8:damage=off",
    };
    Footprint before;

    (void)state;
    measure(&before);
    for (int i = 0; i < 5; i++) {
        int64_t start = AV_NOPTS_VALUE, nb_read = 0, last = 0;
        int64_t us = nb_cycles * INT64_C(2000), begin;
        char message[200] = "never read everything that waited";
        int right = 0, looked = 0, ret;
        Painter painter;
        Bag bag;

        painter_start(&painter, server, TEST_PAINT_ALL);
        d = test_shot_open("x11shmpool", server->display, options[i]);
        bag_init(&bag, 12);
        bag_start(&bag);
        begin = av_gettime_relative();
        while (av_gettime_relative() - begin < us || (!right && looked < 2000)) {
            AVPacket *packet = test_shot_packet(d), *clone;

            nb_read++;
            if (start == AV_NOPTS_VALUE)
                start = packet->pts;
            else
                assert_true(packet->pts > last);
            last = packet->pts;
            assert_int_equal((last - start) % 2500, 0);
            clone = av_packet_clone(packet);
            bag_add(&bag, packet);
            bag_add(&bag, clone);
            if (!test_below(40))
                av_usleep(test_below(60000));
            if (av_gettime_relative() - begin > us) {
                looked++;
                right |= adds_up(nb_read, (last - start) / 2500 + 1, message,
                                 sizeof(message));
            }
        }
        test_device_close(&d);
        ret = bag_end(&bag);
        painter_stop(&painter);
        if (ret)
            fail_msg("%s: %d packets changed while they were out", options[i],
                     ret);
        if (!right)
            fail_msg("%s: %s", options[i], message);
    }
    assert_not_grown(&before);
}

/*** Paused and resumed ***/

static void paused_and_resumed(void **state)
{
    int64_t start, last;
    AVPacket *packet;
    Painter painter;
    Footprint before;

    (void)state;
    measure(&before);
    painter_start(&painter, server, TEST_PAINT_ALL);
    d      = test_shot_open("x11shmpool", server->display,
                            "framerate=500:pool_size=6");
    packet = test_shot_packet(d);
    start  = last = packet->pts;
    av_packet_unref(packet);
    for (int i = 0; i < nb_cycles / 2; i++) {
        int64_t begin, resumed;
        int ret;

        for (int n = test_below(3); n > 0; n--) {
            assert_int_equal(test_device_read(d, packet, 5000), 0);
            assert_true(packet->pts > last);
            last = packet->pts;
            av_packet_unref(packet);
            if (!test_below(4))
                av_usleep(test_below(8000));
        }
        for (int n = test_below(2); n >= 0; n--)
            assert_int_equal(av_read_pause(d->ctx), 0);
        begin = av_gettime_relative();
        ret   = test_device_read(d, packet, 5000);
        if (ret != AVERROR(EAGAIN) || ms_since(begin) > 2000)
            fail_msg("read while paused: %s after %d ms", av_err2str(ret),
                     (int)ms_since(begin));
        av_usleep(test_below(8000));

        resumed = av_gettime();
        for (int n = test_below(2); n >= 0; n--)
            assert_int_equal(av_read_play(d->ctx), 0);
        assert_int_equal(test_device_read(d, packet, 5000), 0);
        if (packet->pts <= last || (packet->pts - start) % 2000 ||
            packet->pts < resumed - 10000)
            fail_msg("X11SHMPOOL_SEED=%"PRIu32": %"PRId64" µs after the frame "
                     "before, %"PRId64" after resuming", test_seed,
                     packet->pts - last, packet->pts - resumed);
        last = packet->pts;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    test_device_close(&d);
    painter_stop(&painter);
    assert_not_grown(&before);
}

/*** Servers that stop and die ***/

typedef struct Chaos {
    const TestServer *server;
    struct {
        int us, signal;
    } steps[8];
    int nb_steps;
    atomic_int_least64_t killed;   ///< when, 0 for not
    atomic_int done;
    pthread_t thread;
} Chaos;

static void *disturb(void *arg)
{
    Chaos *c = arg;

    for (int i = 0; i < c->nb_steps; i++) {
        av_usleep(c->steps[i].us);
        if (c->steps[i].signal == SIGKILL)
            atomic_store(&c->killed, av_gettime_relative());
        test_server_signal(c->server, c->steps[i].signal);
    }
    atomic_store(&c->done, 1);
    return NULL;
}

static void chaos_add(Chaos *c, int us, int signal)
{
    c->steps[c->nb_steps].us       = us;
    c->steps[c->nb_steps++].signal = signal;
}

/* A server that is stopped goes on or is killed in the end. */
static void chaos_plan(Chaos *c, int kill)
{
    chaos_add(c, test_below(120000), SIGSTOP);
    for (int i = test_below(3); i > 0; i--) {
        chaos_add(c, test_below(60000), SIGCONT);
        chaos_add(c, test_below(60000), SIGSTOP);
    }
    if (!kill || test_below(2)) {
        chaos_add(c, test_below(150000), SIGCONT);
        if (kill)
            chaos_add(c, test_below(60000), SIGKILL);
    } else {
        chaos_add(c, test_below(150000), SIGKILL);
    }
    if (kill && !test_below(3)) {
        c->nb_steps = 0;
        chaos_add(c, test_below(120000), SIGKILL);
    }
}

static void disturbed_round(int round)
{
    static const char *const options[] = {
        "framerate=60", "framerate=60:draw_mouse=0", "framerate=60:damage=off",
        "framerate=60:shm=sysv", "framerate=60:shm=off", "framerate=2",
        "framerate=500", "framerate=500:show_region=1:video_size=50x50",
        "framerate=30:follow_mouse=20:video_size=99x99",
    };
    const char *option = options[test_below(9)];
    int kill = test_below(3), close_early = !test_below(3);
    int open_late = !test_below(4), painted = test_below(2);
    int nb_held = 0, after = 0, ret = 0, opened;
    int64_t start, took, died, close_at;
    AVPacket *held[5], *packet = av_packet_alloc();
    uint32_t sums[5];
    TestServer *mortal;
    Painter painter;
    Chaos chaos = { 0 };
    char what[200];

    snprintf(what, sizeof(what), "X11SHMPOOL_SEED=%"PRIu32", round %d, %s%s%s"
             "%s%s", test_seed, round, option, kill ? ", killed" : "",
             close_early ? ", closed early" : "",
             open_late ? ", disturbed from the beginning" : "",
             painted ? ", drawn on" : "");
    mortal = test_server_start(&(TestServerOptions){ .width = WIDTH,
                                                     .height = HEIGHT });
    assert_non_null(mortal);
    if (painted)
        painter_start(&painter, mortal, TEST_PAINT_ALL);
    chaos.server = mortal;
    chaos_plan(&chaos, kill);
    /* a device takes some ms to open */
    if (open_late)
        chaos.steps[0].us %= 8000;
    test_log_start();

    if (!open_late)
        d = test_shot_open("x11shmpool", mortal->display, option);
    pthread_create(&chaos.thread, NULL, disturb, &chaos);
    if (open_late)
        ret = test_device_open(&d, "x11shmpool", mortal->display, option);
    opened   = !!d;
    close_at = av_gettime_relative() + test_below(300000);
    while (opened && after < 5 &&
           (!close_early || av_gettime_relative() < close_at)) {
        ret = test_device_read(d, packet, close_early ? 100 : 5000);
        if (ret == AVERROR_EXIT && close_early)
            continue;
        if (ret < 0)
            break;
        if (nb_held < 5 && !test_below(3)) {
            held[nb_held]   = av_packet_clone(packet);
            sums[nb_held++] = checksum(packet);
        }
        av_packet_unref(packet);
        /* what was drawn before can still be read */
        after += !kill && atomic_load(&chaos.done);
    }
    died = atomic_load(&chaos.killed);
    took = died ? ms_since(died) : 0;
    start = av_gettime_relative();
    test_device_close(&d);
    start = ms_since(start);

    pthread_join(chaos.thread, NULL);
    test_server_stop(&mortal);
    if (painted)
        painter_stop(&painter);
    for (int i = 0; i < nb_held; i++) {
        if (checksum(held[i]) != sums[i])
            fail_msg("%s: a packet changed", what);
        av_packet_free(&held[i]);
    }
    av_packet_free(&packet);

    if (start > 1000)
        fail_msg("%s: closing took %"PRId64" ms", what, start);
    if (ret == AVERROR_EXIT && !close_early)
        fail_msg("%s: no packet for 5 s", what);
    if (ret < 0 && ret != AVERROR_EXIT) {
        if (!died)
            fail_msg("%s: %s before the server died", what, av_err2str(ret));
        if (took > 1000)
            fail_msg("%s: ended %"PRId64" ms after the server", what, took);
        if (test_log_count("", AV_LOG_ERROR) != 1) {
            test_log_print();
            fail_msg("%s: %s with %d lines of error", what, av_err2str(ret),
                     test_log_count("", AV_LOG_ERROR));
        }
    } else if (kill && !close_early) {
        fail_msg("%s: survived", what);
    }
}

static void servers_stop_and_die(void **state)
{
    Footprint before;

    (void)state;
    measure(&before);
    for (int i = 0; i < 15 + nb_cycles / 25; i++)
        disturbed_round(i);
    assert_not_grown(&before);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(cycles_leave_nothing),
        TEST(server_keeps_little),
        TEST(released_by_threads),
        TEST(paused_and_resumed),
        TEST(servers_stop_and_die),
    };

    (void)argc;
    /* What malloc caches counts as in use: measured is what it doesn't. */
    if (!TEST_SANITIZED && !getenv("GLIBC_TUNABLES")) {
        setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
        execv("/proc/self/exe", argv);
    }
    cmocka_set_test_filter(getenv("X11SHMPOOL_TEST"));
    return cmocka_run_group_tests_name("repeated_use", tests, setup, test_stage_stop);
}
