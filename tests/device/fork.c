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
 * A child of fork() closes and releases what it has inherited: its parent's
 * capture goes on as if nothing had happened.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "child.h"
#include "shot.h"
#include "stage.h"

static const char *const kinds[] = { "memfd", "sysv", "off" };

static AVPacket *inherited;

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = 320,
                                                  .height = 240 });
}

static int clear(void **state)
{
    av_packet_free(&inherited);
    return test_stage_clear(state);
}

static int close_device(void *opaque)
{
    (void)opaque;
    test_device_close(&d);
    return 0;
}

static int give_back(void *opaque)
{
    (void)opaque;
    av_packet_free(&inherited);
    return 0;
}

/* Without a deadline of its own. */
static int read_and_pause(void *opaque)
{
    AVPacket *packet = av_packet_alloc();
    int ret          = test_device_read(d, packet, 60000);

    (void)opaque;
    av_packet_free(&packet);
    return ret != AVERROR(EIO) || av_read_pause(d->ctx) != AVERROR(EIO) ||
           av_read_play(d->ctx) != AVERROR(EIO);
}

static int close_and_give_back(void *opaque)
{
    close_device(opaque);
    return give_back(opaque);
}

static int give_back_and_close(void *opaque)
{
    give_back(opaque);
    return close_device(opaque);
}

/* The parent reads for a second, then looks. */
static void goes_on_after(int (*body)(void *opaque), const char *what)
{
    for (int k = 0; k < 3; k++) {
        char options[96], name[96];
        int status;

        snprintf(options, sizeof(options), "framerate=100:shm=%s", kinds[k]);
        snprintf(name, sizeof(name), "%s, shm=%s", what, kinds[k]);
        d = test_shot_open("x11shmpool", server->display, options);
        for (int i = 0; i < 8; i++) {
            test_screen_fill(screen, root, 9 * i, i, 20, 20, i * 0x3579);
            av_packet_free(&inherited);
            inherited = test_shot_packet(d);
        }
        status = test_child_run(body, NULL, 5000);
        test_log_start();
        for (int i = 0; i < 100; i++) {
            AVPacket *packet = av_packet_alloc();
            int ret = test_device_read(d, packet, 5000);

            av_packet_free(&packet);
            if (ret < 0) {
                test_log_print();
                fail_msg("%s: frame %d of the parent: %s", name, i,
                         av_err2str(ret));
            }
            test_screen_fill(screen, root, 3 * i, i, 20, 20, i * 0x2468);
        }
        if (test_log_count("", AV_LOG_ERROR)) {
            test_log_print();
            fail_msg("%s: the parent complains", name);
        }
        test_shot_true(d, screen, root, 0, 0, 1, name);
        if (status)
            fail_msg("%s: the child has not ended (%d)", name, status);
        av_packet_free(&inherited);
        test_device_close(&d);
    }
}

static void child_closes(void **state)
{
    (void)state;
    goes_on_after(close_device, "closed by a child");
}

static void child_gives_back(void **state)
{
    (void)state;
    goes_on_after(give_back, "a packet given back by a child");
}

static void child_reads(void **state)
{
    (void)state;
    goes_on_after(read_and_pause, "read by a child");
}

static void child_does_both(void **state)
{
    (void)state;
    goes_on_after(close_and_give_back, "closed, then given back by a child");
    goes_on_after(give_back_and_close, "given back, then closed by a child");
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(child_closes),
        TEST(child_gives_back),
        TEST(child_does_both),
        TEST(child_reads),
    };

    return cmocka_run_group_tests_name("fork", tests, setup, test_stage_stop);
}
