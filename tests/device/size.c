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
 * A screen that is too large for a frame, as a server claims: refused at once,
 * in one line, while a part of it is recorded.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "shot.h"
#include "stage.h"

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = 640,
                                                  .height = 480 });
}

static void claim(int width, int height)
{
    test_proxy_stop(&proxy);
    proxy = test_proxy_start(server->display);
    assert_non_null(proxy);
    test_proxy_hide_extension(proxy, "RANDR");
    test_proxy_claim_size(proxy, width, height);
}

static void too_large(void **state)
{
    static const int sizes[][2] = {
        { 23000, 23000 }, { 32767, 16380 }, { 32767, 16400 }, { 65535, 8200 },
        { 32767, 32767 },
    };
    static const char *const kinds[] = { "auto", "memfd", "sysv", "off" };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        claim(sizes[i][0], sizes[i][1]);
        for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
            char options[64], what[128], size[32];
            int64_t start;

            snprintf(options, sizeof(options), "shm=%s", kinds[k]);
            snprintf(size, sizeof(size), "%dx%d", sizes[i][0], sizes[i][1]);
            snprintf(what, sizeof(what), "%s, %s", size, options);
            start = av_gettime_relative();
            test_shot_refused(test_proxy_display(proxy), options,
                              (const char *const[]){ size, "video_size",
                                                     NULL });
            if (av_gettime_relative() - start > 2000000)
                fail_msg("%s: refused after %d ms", what,
                         (int)((av_gettime_relative() - start) / 1000));
            if (test_log_count("", AV_LOG_ERROR) != 1 ||
                test_log_count("", AV_LOG_WARNING) != 1) {
                test_log_print();
                fail_msg("%s: not one line", what);
            }
        }
    }
}

static void a_part_of_a_large_screen(void **state)
{
    (void)state;
    claim(23000, 23000);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "framerate=60:video_size=320x200:grab_x=30:grab_y=50");
    for (int i = 0; i < 5; i++) {
        test_screen_noise(screen, root, 40 + 9 * i, 60, 90, 60, i);
        test_shot_comes_true(d, screen, root, 30, 50, 1, 5000,
                             "a part of a large screen");
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(too_large),
        TEST(a_part_of_a_large_screen),
    };

    return cmocka_run_group_tests_name("size", tests, setup, test_stage_stop);
}
