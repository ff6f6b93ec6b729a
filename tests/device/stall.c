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
 * A server that falls silent, before or within any of its messages: opening and
 * reading end soon after the interrupt callback says so, closing and releasing
 * do not wait, and a listing, which has no callback, gives up. What is measured
 * is printed, the longest of each.
 */

#define _GNU_SOURCE

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavdevice/avdevice.h>
#include <libavutil/time.h>

#include "app.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240
#define PATIENCE_US 100000     /* after which the interrupt callback says stop */
#define GONE_MS     3000       /* what takes longer than this never ends */
#define LIST_MS     5000       /* that -sources may take, by itself */
#define FRAMES      6
#define AT_ONCE     12
#define MAX_AT_ONCE 32         /* of those that do nothing but wait */
#define BROKEN_US   30000000   /* the test itself is, after this */
#define MAX_FAILURES 6

enum { OPEN, READ, CLOSE, UNREF, LIST, NB_PHASES };

static const char *const phases[NB_PHASES] = {
    "open after the interrupt", "read after the interrupt", "close",
    "unref on another thread", "-sources",
};

/* One silence, in a process of its own; shared with the one that watches. */
typedef struct Silence {
    int64_t message;           /* of the server's, from 0 */
    int within;                /* half of it still comes */
    const char *options;       /* NULL to list what there is */
    int64_t began;             /* µs, the silence; 0 before */
    int phase;                 /* that is going on, NB_PHASES for none */
    int64_t since;             /* µs, from when its time counts */
    int64_t ms[NB_PHASES];     /* how long they took, -1 for not at all */
    int64_t messages;          /* how many there were */
    int64_t started;           /* µs */
    char display[16];          /* while the proxy's socket is there */
} Silence;

static Silence *silences;      /* MAX_AT_ONCE, and one for who asks how many */

static TestProxyVerdict fall_silent(void *opaque, TestMessage *m,
                                    TestBuffer *out)
{
    Silence *s = opaque;
    const int now = m->number == s->message;

    s->messages++;
    test_buffer_add(out, m->data, !now ? m->size : s->within ? m->size / 2 : 0);
    if (now)
        __atomic_store_n(&s->began, av_gettime_relative(), __ATOMIC_RELEASE);
    return now ? TEST_PROXY_STALL : TEST_PROXY_GO_ON;
}

static int64_t silent_since(const Silence *s)
{
    return __atomic_load_n(&s->began, __ATOMIC_ACQUIRE);
}

static int interrupted(void *opaque)
{
    const int64_t began = silent_since(opaque);

    return began && av_gettime_relative() > began + PATIENCE_US;
}

static void begin(Silence *s, int phase)
{
    __atomic_store_n(&s->since, av_gettime_relative(), __ATOMIC_RELAXED);
    __atomic_store_n(&s->phase, phase, __ATOMIC_RELEASE);
}

static int counts_from_interrupt(int phase)
{
    return phase == OPEN || phase == READ;
}

/* µs from which a phase's time counts; 0 where it doesn't yet. */
static int64_t counted_from(const Silence *s, int phase, int64_t since)
{
    const int64_t began = silent_since(s);
    const int64_t from = began + PATIENCE_US * counts_from_interrupt(phase);

    if (phase == LIST)
        return since;
    return !began ? 0 : from > since ? from : since;
}

static void end(Silence *s)
{
    const int phase = s->phase;
    const int64_t from = counted_from(s, phase, s->since);
    int64_t ms = (av_gettime_relative() - from) / 1000;

    if (from && ms < 0)
        ms = 0;
    if (from && ms > s->ms[phase])
        s->ms[phase] = ms;
    __atomic_store_n(&s->phase, NB_PHASES, __ATOMIC_RELEASE);
}

typedef struct Release {
    Silence *s;
    AVPacket *packet;
    int no_silence;            /* there is none to wait for */
} Release;

static void *release(void *opaque)
{
    Release *r = opaque;
    int64_t start;

    while (!interrupted(r->s) &&
           !__atomic_load_n(&r->no_silence, __ATOMIC_ACQUIRE))
        av_usleep(1000);
    start = av_gettime_relative();
    av_packet_unref(r->packet);
    if (interrupted(r->s))
        r->s->ms[UNREF] = (av_gettime_relative() - start) / 1000;
    return NULL;
}

static void record(Silence *s, const char *display)
{
    AVPacket *packets[FRAMES];
    AVFormatContext *ctx = avformat_alloc_context();
    AVDictionary *options = NULL;
    pthread_t thread;
    Release r = { .s = s };
    int ret = 0, n = 0;

    av_dict_parse_string(&options, s->options, "=", ":", 0);
    ctx->interrupt_callback = (AVIOInterruptCB){ interrupted, s };
    begin(s, OPEN);
    ret = avformat_open_input(&ctx, display, av_find_input_format("x11shmpool"),
                              &options);
    end(s);
    av_dict_free(&options);
    if (ret < 0)
        return;
    for (n = 0; ret >= 0 && n < FRAMES; n++) {
        packets[n] = av_packet_alloc();
        begin(s, READ);
        ret = av_read_frame(ctx, packets[n]);
        end(s);
        if (!n && ret >= 0) {
            r.packet = packets[0];
            pthread_create(&thread, NULL, release, &r);
        }
        /* Otherwise a frame needs no word from the server. */
        test_screen_fill(screen, root, 0, 0, WIDTH, HEIGHT, n);
    }
    while (ret >= 0 && silent_since(s) && !interrupted(s))
        av_usleep(1000);
    __atomic_store_n(&r.no_silence, !silent_since(s), __ATOMIC_RELEASE);
    if (r.packet) {
        begin(s, UNREF);
        pthread_join(thread, NULL);
        end(s);
    }
    begin(s, CLOSE);
    avformat_close_input(&ctx);
    end(s);
    while (n--)
        av_packet_free(&packets[n]);
}

static void list(Silence *s, const char *display)
{
    AVDeviceInfoList *list = NULL;
    AVDictionary *options = NULL;

    av_dict_set(&options, "display", display, 0);
    begin(s, LIST);
    avdevice_list_input_sources(av_find_input_format("x11shmpool"), NULL,
                                options, &list);
    end(s);
    av_dict_free(&options);
    avdevice_free_list_devices(&list);
}

static pid_t start(Silence *s)
{
    const pid_t parent = getpid();
    pid_t pid;

    s->began = s->messages = 0;
    s->display[0] = 0;
    s->started = av_gettime_relative();
    s->phase = NB_PHASES;
    for (int i = 0; i < NB_PHASES; i++)
        s->ms[i] = -1;
    fflush(NULL);
    pid = fork();
    if (pid)
        return pid;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    av_log_set_callback(av_log_default_callback);
    av_log_set_level(AV_LOG_QUIET);
    avdevice_register_all();
    screen = test_screen_open(server->display);
    proxy  = test_proxy_start(server->display);
    if (!screen || !proxy)
        _exit(1);
    snprintf(s->display, sizeof(s->display), "%s", test_proxy_display(proxy));
    test_proxy_hook(proxy, fall_silent, s);
    if (s->options)
        record(s, test_proxy_display(proxy));
    else
        list(s, test_proxy_display(proxy));
    test_proxy_stop(&proxy);
    s->display[0] = 0;
    _exit(0);
}

/* Whether a process has done what it should, or can't any more. */
static int is_over(Silence *s, pid_t pid, int *status)
{
    const int phase = __atomic_load_n(&s->phase, __ATOMIC_ACQUIRE);
    const int64_t from = phase < NB_PHASES ? counted_from(s, phase, s->since)
                                           : 0;
    const int limit = GONE_MS + (phase == LIST ? LIST_MS : 0);

    if (waitpid(pid, status, WNOHANG) == pid)
        return 1;
    if (from && av_gettime_relative() > from + limit * INT64_C(1000))
        s->ms[phase] = limit;
    else if (av_gettime_relative() < s->started + BROKEN_US)
        return 0;
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    if (from)
        *status = 0;
    return 1;
}

typedef struct Figures {
    int64_t ms[NB_PHASES];     /* the longest, -1 for none */
    Silence worst[NB_PHASES];
    int failures, silences;
} Figures;

static void note(Figures *f, const Silence *s, int status)
{
    if (s->display[0])
        test_relay_unlink(s->display);
    f->silences += !!s->began;
    if (status) {
        print_message("# silent %s message %lld: ended with status %d\n",
                      s->within ? "within" : "before", (long long)s->message,
                      status);
        f->failures++;
    }
    for (int i = 0; i < NB_PHASES; i++) {
        const int limit = GONE_MS + (i == LIST ? LIST_MS : 0);

        if (s->ms[i] >= limit && f->failures++ < MAX_FAILURES)
            print_message("# silent %s message %lld: %s never ends\n",
                          s->within ? "within" : "before",
                          (long long)s->message, phases[i]);
        if (s->ms[i] > f->ms[i]) {
            f->ms[i]    = s->ms[i];
            f->worst[i] = *s;
        }
    }
}

/* How many messages there are where nothing goes wrong. */
static int64_t count_messages(const char *options)
{
    Silence *s = &silences[MAX_AT_ONCE];
    int status;
    pid_t pid;

    s->message = INT64_MAX;
    s->options = options;
    pid = start(s);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_true(s->messages > 10);
    return s->messages;
}

/* Every step-th message, and the first ones, which are the connection's. */
static int64_t next_message(int64_t message, int64_t step)
{
    return message < 3 ? message + 1 : message + step;
}

static void sweep(const char *name, const char *options, int samples,
                  int at_once)
{
    const char *all = getenv("X11SHMPOOL_STALLS");
    const int64_t messages = count_messages(options);
    const int64_t step = all && *all ? 1 : messages / samples + 1;
    int64_t message = 0;
    int within = 0, running = 0;
    pid_t pids[MAX_AT_ONCE] = { 0 };
    Figures f = { 0 };

    for (int i = 0; i < NB_PHASES; i++)
        f.ms[i] = -1;
    while (message < messages || running) {
        for (int i = 0; i < at_once; i++) {
            int status;

            if (pids[i] && is_over(&silences[i], pids[i], &status)) {
                note(&f, &silences[i], status);
                pids[i] = 0;
                running--;
            }
            if (!pids[i] && message < messages) {
                silences[i].message = message;
                silences[i].within  = within;
                silences[i].options = options;
                pids[i] = start(&silences[i]);
                running++;
                if (within)
                    message = next_message(message, step);
                within = !within;
            }
        }
        av_usleep(2000);
    }
    for (int i = 0; i < NB_PHASES; i++)
        if (f.ms[i] >= 0)
            print_message("# figure: %s, %s: %s%lld ms at most, silent %s "
                          "message %lld of %lld\n", name, phases[i],
                          f.ms[i] >= GONE_MS + (i == LIST ? LIST_MS : 0)
                          ? "never, " : "", (long long)f.ms[i],
                          f.worst[i].within ? "within" : "before",
                          (long long)f.worst[i].message, (long long)messages);
    assert_true(f.silences > 0);
    if (f.failures)
        fail_msg("%d of %d silences: something never ends", f.failures,
                 f.silences);
}

static void screens(void **state)
{
    (void)state;
    sweep("a screen", "framerate=200", 12, AT_ONCE);
}

static void pixels_by_socket(void **state)
{
    (void)state;
    sweep("shm=off", "framerate=200:shm=off", 10, AT_ONCE);
}

static void windows(void **state)
{
    char options[64];
    const xcb_window_t window = test_screen_window(screen, 10, 10, 150, 100, 0);

    (void)state;
    snprintf(options, sizeof(options), "framerate=200:window_id=%u", window);
    sweep("a window", options, 8, AT_ONCE);
    test_screen_destroy(screen, window);
}

static void sources(void **state)
{
    TestApp *app = test_app_open(server->display, &(TestAppOptions){
        .title = "an app", .class = "App", .instance = "app", .w = 100,
        .h = 80, .seed = 1,
    });

    (void)state;
    assert_non_null(app);
    sweep("a listing", NULL, 8, MAX_AT_ONCE);
    test_app_close(&app);
}

static int setup(void **state)
{
    (void)state;
    silences = mmap(NULL, (MAX_AT_ONCE + 1) * sizeof(*silences),
                    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (silences == MAP_FAILED)
        return -1;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens),
        cmocka_unit_test(pixels_by_socket),
        cmocka_unit_test(windows),
        cmocka_unit_test(sources),
    };

    return cmocka_run_group_tests_name("stall", tests, setup, test_stage_stop);
}
