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
 * Where damage is not tracked nobody knows that nothing changed: unchanged=skip
 * leaves no frame out, and says so.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "shot.h"
#include "stage.h"

#define LINE "unchanged=skip does nothing"

static int setup(void **state)
{
    if (test_stage_start(&(TestServerOptions){ .args = *state }) < 0)
        return -1;
    test_screen_warp(screen, 0, 0);
    return 0;
}

static void opened(const char *options, int lines)
{
    test_device_close(&d);
    test_log_start();
    test_stage_open(&d, "framerate=100:%s", options);
    if (test_log_count(LINE, AV_LOG_INFO) != lines ||
        test_log_count("", AV_LOG_WARNING)) {
        test_log_print();
        fail_msg("%s: not %d lines", options, lines);
    }
}

/* Whether frames are left out of a still screen: more than are counted as lost,
 * which they may be before the next one is read. */
static int leaves_out(void)
{
    AVPacket *packet    = test_shot_packet(d);
    const int64_t first = packet->pts;
    int left_out = 0;

    av_packet_free(&packet);
    for (int i = 1; i <= 20 && !left_out; i++) {
        packet   = test_shot_packet(d);
        left_out = (packet->pts - first + 5000) / 10000 - i >
                   test_device_stat(d, "stat_missed") +
                   test_device_stat(d, "stat_dropped");
        av_packet_free(&packet);
    }
    return left_out;
}

static void without_the_extension(void **state)
{
    (void)state;
    opened("unchanged=skip", 1);
    assert_false(leaves_out());
    opened("unchanged=skip:pixel_format=gray", 1);
    assert_false(leaves_out());
    opened("unchanged=repeat", 0);
}

static void turned_off(void **state)
{
    (void)state;
    opened("unchanged=skip:damage=off", 1);
    assert_false(leaves_out());
    opened("unchanged=repeat:damage=off", 0);
}

static void tracked(void **state)
{
    (void)state;
    opened("unchanged=skip", 0);
    assert_true(leaves_out());
    opened("unchanged=skip:damage=on", 0);
    assert_true(leaves_out());
}

#define TEST(name, args) \
    { #name, name, setup, test_stage_stop, args }

int main(void)
{
    static char no_damage[] = "-extension DAMAGE";
    const struct CMUnitTest tests[] = {
        TEST(without_the_extension, no_damage),
        TEST(turned_off, NULL),
        TEST(tracked, NULL),
    };

    return cmocka_run_group_tests_name("skip_needs_damage", tests, NULL, NULL);
}
