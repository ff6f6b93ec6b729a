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
 * Frames of the sizes that a window had before, with on_resize=follow: they stay
 * what they are while they are held, the bound holds over those of all sizes,
 * and what nobody holds goes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/mem.h>

#include "shot.h"
#include "sizes.h"
#include "stage.h"

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width  = 640,
                                                  .height = 480 });
}

static void open_bounded(int w, int h)
{
    test_sizes_open_app(w, h);
    test_stage_open(&d, "window_id=%u:on_resize=follow:pool_size=4",
                    app->window);
}

/* The bound holds over the frames of all sizes. */
static void bound(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int ret;

    (void)state;
    open_bounded(120, 100);
    test_sizes_expect(app->window, 0, 0, 120, 100, "the first frame");
    for (int i = 0; i < 3; i++) {
        test_app_move(app, 20, 30, 130 + 10 * i, 90 + 2 * i);
        test_sizes_expect(app->window, 0, 0, 130 + 10 * i, 90 + 2 * i,
                          "one more");
    }
    test_app_move(app, 20, 30, 300, 200);
    while ((ret = test_device_read(d, packet, 300)) >= 0) {
        assert_null(av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE,
                                            NULL));
        av_packet_unref(packet);
    }
    assert_int_equal(ret, AVERROR_EXIT);
    assert_int_equal(test_device_stat(d, "stat_slots"), 4);
    test_sizes_check_held();
    av_packet_free(&packet);
    test_sizes_release();
    test_sizes_expect(app->window, 0, 0, 300, 200, "all were released");
    assert_true(test_device_stat(d, "stat_slots") <= 4);
}

/* A consumer that keeps one frame of the old size keeps no more than that. */
static void one_kept(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int ret;

    (void)state;
    open_bounded(120, 100);
    for (int i = 0; i < 4; i++) {
        do {
            av_packet_free(&held[i].packet);
            test_sizes_paint(app->window);
            held[i].packet = test_shot_packet(d);
        } while (i && test_sizes_pixels(held[i].packet) ==
                          test_sizes_pixels(held[i - 1].packet));
    }
    assert_int_equal(test_device_stat(d, "stat_slots"), 4);
    test_app_move(app, 20, 30, 300, 200);
    /* the last one again may wait */
    while ((ret = test_device_read(d, packet, 300)) >= 0)
        av_packet_unref(packet);
    assert_int_equal(ret, AVERROR_EXIT);
    av_packet_free(&packet);
    for (int i = 1; i < 4; i++)
        av_packet_free(&held[i].packet);
    test_sizes_after(120, 100);
    test_sizes_expect(app->window, 0, 0, 300, 200, "but one were released");
    assert_true(test_device_stat(d, "stat_slots") <= 4);
}

static int segments_of(pid_t pid)
{
    char path[64], line[1024];
    FILE *f;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f))
        n += !!strstr(line, "memfd:x11shmpool");
    fclose(f);
    return n;
}

/* A border that is dragged: neither the server nor this process keeps what is
 * no longer used. */
static void dragged(void **state)
{
    int mine, theirs;

    (void)state;
    open_bounded(200, 200);
    for (int i = 0; i < 300; i++) {
        TestImage *image;

        xcb_configure_window(app->s->conn, app->window,
                             XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                             (const uint32_t[]){ 200 + i % 97,
                                                 200 + i % 83 });
        xcb_flush(app->s->conn);
        image = test_sizes_next();
        test_image_free(&image);
        av_packet_free(&held[0].packet);
        av_freep(&held[0].copy);
    }
    printf("# figure: %d sizes in 300 frames\n", sizes_told);
    test_app_move(app, 20, 30, 334, 222);
    test_sizes_expect(app->window, 0, 0, 334, 222, "at the end");
    mine   = test_mapping_count("memfd:x11shmpool");
    theirs = segments_of(server->pid);
    assert_in_range(theirs, 1, 8);
    assert_in_range(mine, 1, 24);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_sizes_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bound),
        TEST(one_kept),
        TEST(dragged),
    };

    return cmocka_run_group_tests_name("old_sizes", tests, setup,
                                       test_stage_stop);
}
