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
 * Nothing is available: the device is opened, read and closed while the first
 * allocation of the device or of libav* for it fails, then the second, and so
 * on; then while all of them fail from there on. The same for mapped memory,
 * descriptors and threads. Failures are reported; nothing crashes, nothing is
 * left behind. Allocations of libxcb do not fail: it might then wait forever.
 *
 * $X11SHMPOOL_TEST     this test only
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/adler32.h>
#include <libavutil/time.h>

#include "shortage.h"
#include "shot.h"
#include "stage.h"

#define WIDTH  100
#define HEIGHT 80

/*** Calls that fail ***/

enum { HEAP = 1, SYSTEM = 2, SENDING = 4 };

static atomic_long live;       /* blocks that are allocated */

#if !TEST_SANITIZED

static int fails(int kind)
{
    return test_shortage_fails(kind, kind == HEAP ? ENOMEM : EMFILE);
}

static void *real(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);

    if (!f)
        abort();
    return f;
}

/* All but the test's own. */
static void shut_down_connections(void)
{
    for (int fd = 3; fd < 64; fd++)
        if (fd != xcb_get_file_descriptor(screen->conn))
            shutdown(fd, SHUT_RDWR);
}

/* Looked up before main(): dlsym() may allocate. */
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void (*real_free)(void *);
static char early[65536];
static size_t early_used;

static void *early_alloc(size_t size)
{
    void *p = early + early_used;

    early_used += (size + 15) & ~(size_t)15;
    if (early_used > sizeof(early))
        abort();
    return p;
}

static int is_early(const void *p)
{
    return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

static int look_up(void)
{
    static int looking;

    if (real_free)
        return 1;
    if (looking)
        return 0;
    looking             = 1;
    real_malloc         = (void *(*)(size_t))real("malloc");
    real_calloc         = (void *(*)(size_t, size_t))real("calloc");
    real_realloc        = (void *(*)(void *, size_t))real("realloc");
    real_posix_memalign = (int (*)(void **, size_t, size_t))
                          real("posix_memalign");
    real_free           = (void (*)(void *))real("free");
    return 1;
}

static void *counted(void *p)
{
    if (p)
        atomic_fetch_add(&live, 1);
    return p;
}

/* Seen from the libraries. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    if (!look_up())
        return early_alloc(size);
    return fails(HEAP) ? NULL : counted(real_malloc(size));
}

void *calloc(size_t n, size_t size)
{
    if (!look_up())
        return early_alloc(n * size);
    return fails(HEAP) ? NULL : counted(real_calloc(n, size));
}

void *realloc(void *p, size_t size)
{
    void *q;

    if (is_early(p)) {
        if ((q = malloc(size)))
            memcpy(q, p, size);
        return q;
    }
    if (!look_up() || fails(HEAP))
        return NULL;
    q = real_realloc(p, size);
    if (!p)
        counted(q);
    else if (!q && !size)
        atomic_fetch_sub(&live, 1);
    return q;
}

int posix_memalign(void **p, size_t align, size_t size)
{
    int ret;

    if (!look_up() || fails(HEAP))
        return ENOMEM;
    if (!(ret = real_posix_memalign(p, align, size)))
        counted(*p);
    return ret;
}

void free(void *p)
{
    if (!p || is_early(p) || !look_up())
        return;
    atomic_fetch_sub(&live, 1);
    real_free(p);
}

void *mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset)
{
    static void *(*next)(void *, size_t, int, int, int, off_t);

    if (!next)
        next = (void *(*)(void *, size_t, int, int, int, off_t))real("mmap");
    return fails(SYSTEM) ? MAP_FAILED :
                           next(addr, size, prot, flags, fd, offset);
}

#define REPLACE(type, name, failure, parameters, ...)                       \
    type name parameters                                                    \
    {                                                                       \
        static type (*next) parameters;                                     \
                                                                            \
        if (!next)                                                          \
            next = (type (*) parameters)real(#name);                        \
        return fails(SYSTEM) ? failure : next(__VA_ARGS__);                 \
    }

REPLACE(int, eventfd, -1, (unsigned value, int flags), value, flags)
REPLACE(int, shmget, -1, (key_t key, size_t size, int flags), key, size, flags)
REPLACE(void *, shmat, (void *)-1, (int id, const void *address, int flags),
        id, address, flags)
REPLACE(int, ftruncate, -1, (int fd, off_t size), fd, size)
REPLACE(int, pthread_create, EAGAIN,
        (pthread_t *thread, const pthread_attr_t *attributes,
         void *(*start)(void *), void *arg), thread, attributes, start, arg)

/* Where it fails, the libavutil of FFmpeg 7 and later leaves the descriptor open
 * that it reads random numbers from. */
FILE *fdopen(int fd, const char *mode)
{
    static FILE *(*next)(int, const char *);
    FILE *f;

    if (!next)
        next = (FILE *(*)(int, const char *))real("fdopen");
    test_shortage_spare(1);
    f = next(fd, mode);
    test_shortage_spare(0);
    return f;
}

/* The server goes just before it is given a descriptor. */
int memfd_create(const char *name, unsigned flags)
{
    static int (*next)(const char *, unsigned);

    if (!next)
        next = (int (*)(const char *, unsigned))real("memfd_create");
    if (test_shortage_of(SENDING))
        shut_down_connections();
    return fails(SYSTEM) ? -1 : next(name, flags);
}

#pragma GCC visibility pop

#endif /* !TEST_SANITIZED */

/*** The test ***/

static atomic_int nb_errors;

/* One that allocates nothing. */
static void log_errors(void *ctx, int level, const char *format, va_list ap)
{
    (void)ctx;
    if (level > AV_LOG_ERROR)
        return;
    atomic_fetch_add(&nb_errors, 1);
    if (getenv("X11SHMPOOL_TEST_LOG")) {
        test_shortage_spare(1);
        fprintf(stderr, "# ");
        vfprintf(stderr, format, ap);
        test_shortage_spare(0);
    }
}

static xcb_window_t window;    /* which gets another size with each frame */
static char resized[2][128];
static const char *const options[] = {
    "framerate=500:shm=memfd", "framerate=500:shm=sysv:damage_metadata=1",
    "framerate=500:shm=off", "framerate=500:damage=off:show_region=1",
    resized[0], resized[1],
};
#define NB_OPTIONS ((int)(sizeof(options) / sizeof(*options)))

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                               .height = HEIGHT }) < 0)
        return -1;
    window = test_screen_window(screen, 5, 5, 40, 30, 0);
    for (int i = 0; i < 2; i++)
        snprintf(resized[i], sizeof(resized[i]), "framerate=500:window_id=%u:"
                 "on_resize=follow:pixel_format=%s", window,
                 i ? "yuv420p" : "native");
    av_log_set_callback(log_errors);
    return test_shortage_init();
}

/* Open, read some frames with something new in each, close; the last packet is
 * kept until then: there may be memory for no more than one. With the nth call
 * failing, 0 for none.
 * @return the first error */
static int run(const char *options, int kind, int nth, int all_after)
{
    AVPacket *packet = av_packet_alloc();
    volatile unsigned sum = 0;
    TestDevice *d;
    int ret, err;

    atomic_store(&nb_errors, 0);
    test_shortage_start(kind, nth, all_after);
    ret = test_device_open(&d, "x11shmpool", server->display, options);
    for (int i = 0; d && i < 4; i++) {
        xcb_configure_window(screen->conn, window, XCB_CONFIG_WINDOW_WIDTH |
                             XCB_CONFIG_WINDOW_HEIGHT,
                             (const uint32_t[]){ 40 + 7 * i, 30 + 5 * i });
        test_screen_fill(screen, root, i * 10, i * 7, 30, 30,
                         i * 0x123456);
        av_packet_unref(packet);
        err = test_device_read(d, packet, all_after ? 100 : 3000);
        /* Frames are dropped as long as there is no memory, and counted. */
        if (err == AVERROR_EXIT && all_after &&
            test_device_stat(d, "stat_dropped") > 0)
            break;
        if (err < 0 && ret >= 0)
            ret = err;
        if (err < 0)
            break;
    }
    test_device_close(&d);
    test_shortage_stop();
    if (packet->size)
        sum = av_adler32_update(1, packet->data, packet->size);
    (void)sum;
    av_packet_free(&packet);
    return ret;
}

typedef struct Holdings {
    int descriptors, threads, mappings;
    long live;
} Holdings;

static Holdings holdings(void)
{
    return (Holdings){
        .descriptors = test_count_descriptors(),
        .threads     = test_count_threads(),
        .mappings    = test_mapping_count("memfd:x11shmpool") +
                       test_mapping_count("/SYSV"),
        .live        = atomic_load(&live),
    };
}

static void fail_in_turn(const char *options, int kind, int all_after)
{
    Holdings before, after;
    int n, ret;

    for (int i = 0; i < 3; i++)
        if ((ret = run(options, 0, 0, 0)) < 0)
            fail_msg("%s: %s", options, av_err2str(ret));
    before = holdings();
    for (n = 1; n < 5000; n++) {
        char what[160];

        snprintf(what, sizeof(what), "%s, %s %d%s failing", options,
                 kind == HEAP ? "allocation" : "call", n,
                 all_after ? " and all after it" : "");
        ret = run(options, kind, n, all_after);
        if (!test_shortage_failures())
            break;
        if (ret == AVERROR_EXIT)
            fail_msg("%s: hangs", what);
        /* What can be done without may fail unnoticed. */
        if (ret < 0 && ret != AVERROR(ENOMEM) && !atomic_load(&nb_errors))
            fail_msg("%s: %s, and nothing is said", what, av_err2str(ret));
        after = holdings();
        /* The system lists a thread for a moment after it was joined; so it
         * may have before. */
        before.threads = FFMIN(before.threads, after.threads);
        for (int i = 0; after.threads > before.threads && i < 1000; i++) {
            av_usleep(1000);
            after = holdings();
        }
        if (after.descriptors != before.descriptors ||
            after.threads != before.threads ||
            after.mappings != before.mappings || after.live != before.live)
            fail_msg("%s (%s) leaves behind: descriptors %d to %d, threads %d "
                     "to %d, segments %d to %d, allocations %ld to %ld", what,
                     av_err2str(ret), before.descriptors, after.descriptors,
                     before.threads, after.threads, before.mappings,
                     after.mappings, before.live, after.live);
    }
    printf("# %s: %d %s\n", options, n - 1,
           kind == HEAP ? "allocations" : "calls");
    if (n < (kind == HEAP ? 30 : 4))
        fail_msg("%s: only %d calls were seen", options, n - 1);
}

static void needs_runtime(void)
{
    if (TEST_SANITIZED) {
        print_message("a sanitizer has malloc for itself\n");
        skip();
    }
}

static void one_allocation_fails(void **state)
{
    (void)state;
    needs_runtime();
    for (int i = 0; i < NB_OPTIONS; i++)
        fail_in_turn(options[i], HEAP, 0);
}

static void allocations_fail_from_there(void **state)
{
    (void)state;
    needs_runtime();
    for (int i = 0; i < NB_OPTIONS; i++)
        fail_in_turn(options[i], HEAP, 1);
}

static void system_calls_fail(void **state)
{
    (void)state;
    needs_runtime();
    for (int i = 0; i < NB_OPTIONS; i++) {
        fail_in_turn(options[i], SYSTEM, 0);
        fail_in_turn(options[i], SYSTEM, 1);
    }
}

static void descriptor_is_not_sent(void **state)
{
    Holdings before, after;

    (void)state;
    needs_runtime();
    run(options[0], 0, 0, 0);
    before = holdings();
    for (int i = 0; i < 10; i++)
        assert_int_equal(run(options[0], SENDING, 1, 0), AVERROR(EIO));
    assert_int_equal(atomic_load(&nb_errors), 1);
    after = holdings();
    assert_int_equal(after.descriptors, before.descriptors);
    assert_int_equal(after.mappings, before.mappings);
    assert_int_equal(after.live, before.live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_allocation_fails),
        cmocka_unit_test(allocations_fail_from_there),
        cmocka_unit_test(system_calls_fail),
        cmocka_unit_test(descriptor_is_not_sent),
    };

    cmocka_set_test_filter(getenv("X11SHMPOOL_TEST"));
    return cmocka_run_group_tests_name("nomem", tests, setup, test_stage_stop);
}
