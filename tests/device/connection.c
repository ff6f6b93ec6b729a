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
 * Connecting to a server that stops, lies or is full, and what becomes of a
 * connection that a child process inherits. A relay between client and server
 * counts bytes and passes no descriptors.
 */

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavdevice/avdevice.h>
#include <libavutil/time.h>

#include "child.h"
#include "relay.h"
#include "shot.h"
#include "stage.h"

#define WIDTH       64
#define HEIGHT      48
#define MAX_CLIENTS 64
#define LATE_MS     2000   /* what hangs, hangs for ever */
#define VENDOR_LEN  24     /* in the setup */

static int64_t ms_since(int64_t start)
{
    return (av_gettime_relative() - start) / 1000;
}

/*** The relay ***/

typedef struct Relay {
    char display[16];
    int listener, stop[2];
    pthread_t thread;
    atomic_long passed;          /* bytes of the server's, of one client */

    /* Set before a client connects. */
    atomic_long limit;           /* bytes of the server's that pass, or -1 */
    atomic_long spoiled;         /* offset of two bytes that become 0xFF, or -1 */
    const char *_Atomic answer;  /* said in place of the server, or NULL */
    atomic_size_t answer_size;
} Relay;

static Relay relay;

static void pass(int from, int to, long most)
{
    char buffer[4096];
    ssize_t got = recv(from, buffer, most < 4096 ? most : 4096, 0);

    if (got > 0)
        send(to, buffer, got, MSG_NOSIGNAL);
}

static void pass_from_server(int from, int to)
{
    uint8_t buffer[4096];
    long passed = relay.passed, size = sizeof(buffer);
    ssize_t got;

    if (relay.limit >= 0 && relay.limit - passed < size)
        size = relay.limit - passed;
    got = recv(from, buffer, size, 0);
    for (long i = relay.spoiled; relay.spoiled >= 0 && i < relay.spoiled + 2;
         i++)
        if (i >= passed && i < passed + got)
            buffer[i - passed] = 0xFF;
    if (got > 0) {
        send(to, buffer, got, MSG_NOSIGNAL);
        relay.passed += got;
    } else {
        shutdown(to, SHUT_RDWR);
    }
}

static void *relay_thread(void *arg)
{
    struct pollfd fds[4];
    int client = -1, to = -1;

    (void)arg;
    for (;;) {
        fds[0] = (struct pollfd){ .fd = relay.stop[0], .events = POLLIN };
        fds[1] = (struct pollfd){ .fd = relay.listener, .events = POLLIN };
        fds[2] = (struct pollfd){ .fd = client, .events = POLLIN };
        fds[3] = (struct pollfd){ .fd = to, .events = POLLIN };
        if (relay.limit >= 0 && relay.passed >= relay.limit)
            fds[3].fd = -1;
        poll(fds, 4, -1);
        if (fds[0].revents)
            break;
        if (fds[1].revents) {
            close(client);
            close(to);
            client = accept(relay.listener, NULL, NULL);
            to     = relay.answer ? -1 : test_relay_connect(server->display);
            relay.passed = 0;
            continue;
        }
        if (fds[2].revents && relay.answer) {
            char setup[256];

            if (recv(client, setup, sizeof(setup), 0) > 0)
                send(client, relay.answer, relay.answer_size, MSG_NOSIGNAL);
            close(client);
            client = -1;
        } else if (fds[2].revents) {
            pass(client, to, 4096);
        }
        if (fds[3].revents)
            pass_from_server(to, client);
    }
    close(client);
    close(to);
    return NULL;
}

static void relay_start(void)
{
    relay = (Relay){ .limit = -1, .spoiled = -1 };
    relay.listener = test_relay_listen(relay.display, sizeof(relay.display));
    assert_true(relay.listener >= 0);
    assert_int_equal(pipe(relay.stop), 0);
    assert_int_equal(pthread_create(&relay.thread, NULL, relay_thread, NULL),
                     0);
}

static void relay_stop(void)
{
    if (!*relay.display)
        return;
    close(relay.stop[1]);
    pthread_join(relay.thread, NULL);
    close(relay.stop[0]);
    close(relay.listener);
    test_relay_unlink(relay.display);
    relay = (Relay){ 0 };
}

/*** Opening, with an interrupt ***/

static int64_t deadline;

static int past_deadline(void *opaque)
{
    (void)opaque;
    return av_gettime_relative() > deadline;
}

/* Open, wanting the call back after so many ms; *late is how long after. */
static int open_for(AVFormatContext **s, const char *display, int ms,
                    int64_t *late)
{
    AVDictionary *options = NULL;
    int ret;

    *s = avformat_alloc_context();
    assert_non_null(*s);
    (*s)->interrupt_callback.callback = past_deadline;
    deadline = av_gettime_relative() + ms * 1000;
    av_dict_set(&options, "shm", "off", 0);
    ret = avformat_open_input(s, display, av_find_input_format("x11shmpool"),
                              &options);
    *late = ms_since(deadline);
    av_dict_free(&options);
    return ret;
}

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

static struct rlimit files;    /* as it was, if it was changed */

static int teardown(void **state)
{
    if (files.rlim_cur)
        setrlimit(RLIMIT_NOFILE, &files);
    relay_stop();
    return test_stage_stop(state);
}

/* Whatever was left behind has ended by itself. */
static void assert_no_more(int threads, int descriptors)
{
    for (int i = 0; i < 1000 && (test_count_threads() > threads ||
                                 test_count_descriptors() > descriptors); i++)
        av_usleep(10000);
    assert_true(test_count_threads() <= threads);
    assert_true(test_count_descriptors() <= descriptors);
}

static void opening_a_stopped_server(void **state)
{
    int threads, descriptors;
    AVFormatContext *s;
    int64_t late;

    (void)state;
    assert_int_equal(open_for(&s, server->display, 20000, &late), 0);
    avformat_close_input(&s);
    threads     = test_count_threads();
    descriptors = test_count_descriptors();
    test_server_signal(server, SIGSTOP);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(open_for(&s, server->display, 50 * i, &late),
                         AVERROR_EXIT);
        printf("# %lld ms after the interrupt\n", (long long)late);
        assert_true(late < LATE_MS);
    }
    test_server_signal(server, SIGCONT);
    assert_no_more(threads, descriptors);
}

/* The server falls silent after so many bytes: within the setup, between
 * answers, within them. */
static void opening_stalls_anywhere(void **state)
{
    int threads, descriptors, points = 0, ret = AVERROR_EXIT;
    int64_t late, latest = 0;
    AVFormatContext *s;
    long whole;

    (void)state;
    relay_start();
    threads     = test_count_threads();
    descriptors = test_count_descriptors();
    assert_int_equal(open_for(&s, relay.display, 20000, &late), 0);
    whole = relay.passed;
    avformat_close_input(&s);

    for (long limit = 0; limit < whole; limit += limit < 16 ? 7 : whole / 24) {
        relay.limit = limit;
        ret = open_for(&s, relay.display, 20, &late);
        if (ret >= 0)
            fail_msg("opened with %ld of %ld bytes", limit, whole);
        if (ret != AVERROR_EXIT || late > LATE_MS)
            fail_msg("after %ld of %ld bytes: %s, %lld ms after the interrupt",
                     limit, whole, av_err2str(ret), (long long)late);
        latest = late > latest ? late : latest;
        points++;
    }
    printf("# %d places, %lld ms after the interrupt at most\n", points,
           (long long)latest);
    assert_true(points > 20);
    relay.limit = -1;
    assert_int_equal(open_for(&s, relay.display, 20000, &late), 0);
    avformat_close_input(&s);
    relay_stop();
    assert_no_more(threads - 1, descriptors - 3);
}

static int list(const char *display)
{
    AVDeviceInfoList *devices = NULL;
    AVDictionary *options = NULL;
    int ret;

    av_dict_set(&options, "display", display, 0);
    ret = avdevice_list_input_sources(av_find_input_format("x11shmpool"), NULL,
                                      options, &devices);
    avdevice_free_list_devices(&devices);
    av_dict_free(&options);
    return ret;
}

/* Nobody can call a listing off: it gives up by itself, and says so. */
static void listing_gives_up(void **state)
{
    (void)state;
    relay_start();
    assert_true(list(relay.display) > 0);
    for (int i = 0; i < 2; i++) {
        int64_t start = av_gettime_relative();
        int ret;

        relay.limit = i ? relay.passed - 20 : 100;
        test_log_start();
        ret = list(relay.display);
        printf("# gave up after %lld ms\n", (long long)ms_since(start));
        if (ret != AVERROR(ETIMEDOUT))
            fail_msg("%s", av_err2str(ret));
        assert_true(ms_since(start) > 4000);
        assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
        assert_int_equal(test_log_count("answer", AV_LOG_ERROR), 1);
    }
}

/*** Refusals ***/

static void assert_refused(const char *display, int error, const char *words)
{
    AVFormatContext *s;
    int64_t late;
    int ret;

    test_log_start();
    ret = open_for(&s, display, 20000, &late);
    if (ret != error || test_log_count("", AV_LOG_ERROR) != 1 ||
        test_log_count(words, AV_LOG_ERROR) != 1 ||
        test_log_count(display, AV_LOG_ERROR) != 1) {
        test_log_print();
        fail_msg("%s, not %s with one line that has '%s'",
                 ret < 0 ? av_err2str(ret) : "opened", av_err2str(error),
                 words);
    }
}

static int setup_small(void **state)
{
    char args[32];

    (void)state;
    snprintf(args, sizeof(args), "-maxclients %d", MAX_CLIENTS);
    return test_stage_start(&(TestServerOptions){
        .width = WIDTH, .height = HEIGHT, .args = args });
}

static void too_many_clients(void **state)
{
    xcb_connection_t *clients[MAX_CLIENTS];
    AVFormatContext *s;
    int64_t late;
    int n = 0;

    (void)state;
    while (n < MAX_CLIENTS) {
        clients[n] = xcb_connect(server->display, NULL);
        if (xcb_connection_has_error(clients[n++]))
            break;
    }
    assert_true(xcb_connection_has_error(clients[n - 1]));
    assert_refused(server->display, AVERROR(EUSERS), "as many clients");
    while (n)
        xcb_disconnect(clients[--n]);
    /* the server notices when it does */
    for (int i = 0; i < 1000; i++) {
        if (open_for(&s, server->display, 20000, &late) >= 0)
            break;
        av_usleep(10000);
    }
    assert_non_null(s);
    avformat_close_input(&s);
}

static void too_many_files(void **state)
{
    struct rlimit none;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    none          = files;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_refused(server->display, AVERROR(EMFILE), "ulimit");
}

/* The server's own words, but none that a terminal obeys. */
static void reason_is_escaped(void **state)
{
    static const char answer[] = "\0\14\13\0\0\0\3\0\033[2Jgo away\n";

    (void)state;
    relay_start();
    relay.answer_size = sizeof(answer) - 1;
    relay.answer      = answer;
    assert_refused(relay.display, AVERROR(EACCES), "(\\x1B[2Jgo away)");
}

static void setup_is_malformed(void **state)
{
    (void)state;
    relay_start();
    relay.spoiled = VENDOR_LEN;
    assert_refused(relay.display, AVERROR_INVALIDDATA, "describes itself");
}

/*** Inherited ***/

static int close_device(void *opaque)
{
    (void)opaque;
    test_device_close(&d);
    return 0;
}

/* A child that closes what it inherited leaves its parent's capture alone. */
static void child_closes(void **state)
{
    (void)state;
    d = test_shot_open("x11shmpool", server->display, "framerate=60");
    test_shot_skip(d, 3);
    assert_int_equal(test_child_run(close_device, NULL, 10000), 0);
    for (int i = 0; i < 5; i++) {
        test_screen_noise(screen, root, i, i, 20, 20, i);
        test_shot_true(d, screen, root, 0, 0, 1, "after a child closed");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opening_a_stopped_server),
        TEST(opening_stalls_anywhere),
        TEST(listing_gives_up),
        cmocka_unit_test_setup_teardown(too_many_clients, setup_small,
                                        teardown),
        TEST(too_many_files),
        TEST(reason_is_escaped),
        TEST(setup_is_malformed),
        TEST(child_closes),
    };

    avdevice_register_all();
    return cmocka_run_group_tests_name("connection", tests, NULL, NULL);
}
