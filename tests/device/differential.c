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
 * A painter draws at random and stops; the next frame must be what another
 * client reads off the screen, pixel for pixel, pointer included. For all ways
 * of filling a slot, with any number of slots, and with a consumer that keeps
 * packets and releases them on another thread. Packets in use never change.
 *
 * $X11SHMPOOL_FREEZES   comparisons in all, [500] $X11SHMPOOL_SEED      where
 * the random numbers begin $X11SHMPOOL_ROUND     this round only, with the seed
 * that a failure names $X11SHMPOOL_KINDS     what is drawn, "fills,windows" say
 * $X11SHMPOOL_SERVER    xvfb, xorg, xvnc or xwayland $X11SHMPOOL_DEPTH     the
 * screen's, where the server leaves a choice
 */

#define _GNU_SOURCE

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>
#include <xcb/shm.h>

#include "painter.h"
#include "random.h"
#include "releaser.h"
#include "stage.h"

#define FRAMERATE        100
#define FREEZES_A_ROUND  25
#define TIDE             12    /* freezes from one tide to the next */
#define MAX_HOLD_US      60000
#define READ_TIMEOUT_MS  10000

/* How slots are filled: see x11shmpool_grab.h. */
static const struct Way {
    const char *name, *options;
    int without_pixmaps;      ///< the server refuses pixmaps in shared memory
    int without_damage;       ///< the server has no DAMAGE
} ways[] = {
    { "copy into memfd",   "damage=on:shm=memfd",   0, 0 },
    { "copy into sysv",    "damage=on:shm=sysv",    0, 0 },
    { "images in memfd",   "damage=on:shm=memfd",   1, 0 },
    { "images in sysv",    "damage=on:shm=sysv",    1, 0 },
    { "images by socket",  "damage=on:shm=off",     0, 0 },
    { "whole into memfd",  "damage=off:shm=memfd",  0, 0 },
    { "whole into sysv",   "damage=off:shm=sysv",   0, 0 },
    { "whole images",      "damage=off:shm=memfd",  1, 0 },
    { "whole by socket",   "damage=off:shm=off",    0, 0 },
    { "no damage to have", "damage=auto:shm=auto",  0, 1 },
};
#define NB_WAYS ((int)(sizeof(ways) / sizeof(*ways)))

typedef struct Area {
    int x, y, w, h;
} Area;

static TestPainter *painter;
static int nb_freezes = 500, only_round = -1;
static unsigned kinds = TEST_PAINT_ALL;

/** How much the consumer keeps. With much all slots are in turn, with nothing
 *  one or two are, and those that are not fall behind by more than the device
 *  remembers. */
static enum { ANY, MUCH, NOTHING } appetite;

/** Maybe keep another reference for a while. */
static void maybe_hold(const AVPacket *packet)
{
    int hold         = test_between(0, 2);
    int64_t duration = test_between(0, MAX_HOLD_US);

    if (appetite != ANY) {
        hold     = appetite == MUCH;
        duration = MAX_HOLD_US;
    }
    if (hold)
        test_releaser_hold(packet, duration);
}

static int round_end(void **state)
{
    test_device_close(&d);
    test_releaser_stop();
    test_painter_close(&painter);

    return test_stage_clear(state);
}

static int setup(void **state)
{
    TestServerOptions o = { .kind = test_server_kind() };
    const char *env;

    (void)state;
    if ((int)o.kind < 0)
        return -1;
    test_random_start();
    if ((env = getenv("X11SHMPOOL_FREEZES")))
        nb_freezes = atoi(env);
    if ((env = getenv("X11SHMPOOL_DEPTH")))
        o.depth = atoi(env);
    if ((env = getenv("X11SHMPOOL_ROUND")))
        only_round = atoi(env);
    if ((env = getenv("X11SHMPOOL_KINDS"))) {
        char list[200], *name;

        kinds = 0;
        snprintf(list, sizeof(list), "%s", env);
        for (name = strtok(list, ","); name; name = strtok(NULL, ","))
            kinds |= test_painter_kind(name);
    }
    printf("# %s, %d freezes, X11SHMPOOL_SEED=%"PRIu32"\n",
           test_server_kind_name(o.kind), nb_freezes, test_seed);

    if (!test_server_available(o.kind))
        return 0;
    return test_stage_start(&o);
}

/** Read on to the first frame whose tick came after now, letting random ones
 *  on the way be held. */
static int read_next(AVPacket *packet)
{
    int64_t after = av_gettime() + test_device_duration(d);
    int64_t end   = av_gettime_relative() + READ_TIMEOUT_MS * 1000;
    int ret;

    while ((ret = test_device_read(d, packet, READ_TIMEOUT_MS)) >= 0) {
        int64_t pts = av_rescale_q(packet->pts, d->stream->time_base,
                                   AV_TIME_BASE_Q);

        maybe_hold(packet);
        if (pts >= after)
            return 0;
        av_packet_unref(packet);
        if (av_gettime_relative() > end)
            return AVERROR(ETIMEDOUT);
    }

    return ret;
}

static int differs(const TestImage *want, const AVPacket *packet,
                   char *message)
{
    AVFrame *frame = av_frame_alloc();
    TestImage *got;
    int ret;

    assert_non_null(frame);
    assert_int_equal(test_device_decode(d, packet, frame), 0);
    got = test_image_from_frame(frame);
    assert_non_null(got);
    ret = test_image_compare(want, got, message);
    test_image_free(&got);
    av_frame_free(&frame);

    return ret;
}

static void freeze_and_compare(const char *options, int round, int freeze,
                               Area area, int mouse)
{
    AVPacket *packet = av_packet_alloc();
    TestImage *want;
    char message[256];
    int64_t end;
    int ret, differ;

    assert_non_null(packet);
    for (int i = test_between(appetite == ANY ? 0 : 3, 5); i > 0; i--) {
        test_painter_burst(painter, test_between(1, 5));
        assert_int_equal(test_device_read(d, packet, READ_TIMEOUT_MS), 0);
        maybe_hold(packet);
        av_packet_unref(packet);
    }
    test_painter_burst(painter, test_between(0, 3) ? test_between(1, 12)
                                                   : test_between(0, 120));
    assert_int_equal(test_painter_freeze(painter), 0);

    ret = read_next(packet);
    if (ret < 0)
        fail_msg("X11SHMPOOL_SEED=%"PRIu32" X11SHMPOOL_ROUND=%d, %s: "
                 "no frame after freeze %d: %s",
                 test_seed, round, options, freeze, av_err2str(ret));
    want = test_screen_read(screen, screen->screen->root, area.x, area.y,
                            area.w, area.h, mouse);
    assert_non_null(want);
    differ = differs(want, packet, message);
    /* the proxy's thread may be late in passing on what has changed */
    end = av_gettime_relative() + 1000000;
    while (proxy && differ && av_gettime_relative() < end) {
        av_packet_unref(packet);
        assert_int_equal(read_next(packet), 0);
        differ = differs(want, packet, message);
    }
    av_packet_free(&packet);
    test_image_free(&want);
    if (differ)
        fail_msg("X11SHMPOOL_SEED=%"PRIu32" X11SHMPOOL_ROUND=%d, %s: "
                 "freeze %d: %s", test_seed, round, options, freeze, message);
}

/** While windows of other depths are shown damage is not relied upon (see
 *  x11shmpool_tree.h), so half of the rounds do without them. */
static unsigned painted(void)
{
    return test_between(0, 1) ? kinds : kinds & ~TEST_PAINT_DEPTHS;
}

static void run_round(const struct Way *way, int round, int freezes)
{
    const xcb_screen_t *s = screen->screen;
    Area area             = { 0, 0, s->width_in_pixels, s->height_in_pixels };
    const char *display   = server->display;
    char options[256];
    int mouse, ret;

    test_random_round(round);
    if (test_between(0, 1)) {
        area.w = test_between(1, s->width_in_pixels);
        area.h = test_between(1, s->height_in_pixels);
        area.x = test_between(0, s->width_in_pixels - area.w);
        area.y = test_between(0, s->height_in_pixels - area.h);
    }
    mouse = !!test_between(0, 3);
    snprintf(options, sizeof(options), "%s:pool_size=%d:draw_mouse=%d:"
             "framerate=%d:video_size=%dx%d:grab_x=%d:grab_y=%d",
             way->options, test_between(2, 16), mouse, FRAMERATE,
             area.w, area.h, area.x, area.y);

    test_screen_noise(screen, s->root, 0, 0, s->width_in_pixels,
                      s->height_in_pixels, test_random());
    painter = test_painter_open(server->display, test_random(), painted());
    assert_non_null(painter);
    if (way->without_pixmaps || way->without_damage) {
        proxy = test_proxy_start(server->display);
        assert_non_null(proxy);
        if (way->without_damage)
            test_proxy_hide_extension(proxy, "DAMAGE");
        if (way->without_pixmaps)
            test_proxy_fail_request(proxy, test_proxy_opcode(proxy, "MIT-SHM"),
                                    XCB_SHM_CREATE_PIXMAP, XCB_IMPLEMENTATION);
        display = test_proxy_display(proxy);
    }
    ret = test_device_open(&d, "x11shmpool", display, options);
    if (ret < 0)
        fail_msg("X11SHMPOOL_SEED=%"PRIu32" X11SHMPOOL_ROUND=%d, %s: "
                 "can't be opened: %s",
                 test_seed, round, options, av_err2str(ret));
    test_releaser_start();

    for (int i = 0; i < freezes; i++) {
        appetite = round / NB_WAYS & 1 ? ANY : i % TIDE < 2 ? MUCH : NOTHING;
        freeze_and_compare(options, round, i, area, mouse);
    }

    if (way->without_pixmaps)
        assert_true(test_proxy_count(proxy, test_proxy_opcode(proxy, "MIT-SHM"),
                                     XCB_SHM_GET_IMAGE) > 0);

    /* those that are still out then outlive the device */
    test_device_close(&d);
    ret = test_releaser_stop();
    if (ret)
        fail_msg("X11SHMPOOL_SEED=%"PRIu32" X11SHMPOOL_ROUND=%d, %s: "
                 "%d packets changed while they were out",
                 test_seed, round, options, ret);
    round_end(NULL);
}

static void test_one_way(void **state)
{
    const struct Way *way = *state;
    int left = nb_freezes / NB_WAYS;

    if (!server) {
        print_message("%s is not installed\n",
                      test_server_kind_name(test_server_kind()));
        skip();
    }
    left += way - ways < nb_freezes % NB_WAYS;
    for (int i = way - ways; left > 0; i += NB_WAYS) {
        int freezes = left < FREEZES_A_ROUND ? left : FREEZES_A_ROUND;

        if (only_round < 0 || only_round == i)
            run_round(way, i, only_round < 0 ? freezes : FREEZES_A_ROUND);
        left -= freezes;
    }
}

int main(void)
{
    struct CMUnitTest tests[NB_WAYS];

    for (int i = 0; i < NB_WAYS; i++)
        tests[i] = (struct CMUnitTest){ ways[i].name, test_one_way, NULL,
                                        round_end, (void *)&ways[i] };

    return _cmocka_run_group_tests("differential", tests, NB_WAYS,
                                   setup, test_stage_stop);
}
