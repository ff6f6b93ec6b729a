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
 * As differential.c, in the formats that the device converts to: after random
 * drawing the next frame is the conversion of what another client reads off the
 * screen, and to the byte what a device makes of it that was opened only then,
 * and so converted the whole. Screens of every depth, and of odd sizes.
 *
 * $X11SHMPOOL_FREEZES   comparisons in all, [1000]
 * $X11SHMPOOL_SEED      where the random numbers begin
 * $X11SHMPOOL_ROUND     this round only, with the seed that a failure names
 * $X11SHMPOOL_SERVER    xvfb, xorg, xvnc or xwayland; all but Xvfb have one
 *                       screen here
 * $X11SHMPOOL_PIXEL_FORMAT  this format only
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/common.h>
#include <libavutil/pixdesc.h>
#include <libavutil/time.h>
#include <xcb/shm.h>

#include "painter.h"
#include "random.h"
#include "releaser.h"
#include "shot.h"
#include "stage.h"

#define FREEZES_A_ROUND  7
#define MAX_HOLD_US      60000
#define READ_TIMEOUT_MS  10000

static const struct Screen {
    const char *name, *args;
    int depth, width, height;
} screens[] = {
    { "24",             NULL,    24, 320, 200 },
    { "24, odd",        NULL,    24, 321, 203 },
    { "8 PseudoColor",  "-cc 3",  8, 323, 199 },
    { "8 GrayScale",    "-cc 1",  8, 320, 200 },
    { "8 TrueColor",    "-cc 4",  8, 322, 201 },
    { "15",             NULL,    15, 319, 200 },
    { "16",             NULL,    16, 321, 201 },
    { "24 DirectColor", "-cc 5", 24, 320, 200 },
    { "30",             NULL,    30, 317, 199 },
};
#define NB_SCREENS ((int)(sizeof(screens) / sizeof(*screens)))

static const char *const formats[] = {
    "yuv420p", "nv12", "yuv444p", "rgb24", "gray",
};
#define NB_FORMATS 5

static const struct Way {
    const char *options;
    int without_pixmaps;      ///< the server refuses pixmaps in shared memory
} ways[] = {
    { "damage=on:shm=memfd",  0 },
    { "damage=on:shm=sysv",   0 },
    { "damage=on:shm=off",    0 },
    { "damage=on:shm=memfd",  1 },
    { "damage=auto:shm=auto", 0 },
    { "damage=off:shm=memfd", 0 },
};
#define NB_WAYS 6

/** What a round records, and how. */
typedef struct Round {
    int number;
    TestRect area;
    int mouse, format, space, range;
    char options[384], picture[256]; ///< the latter: what the frames follow from
} Round;

static TestPainter *painter;
static int nb_freezes = 1000, only_round = -1;

static int clear(void **state)
{
    test_device_close(&d);
    test_releaser_stop();
    test_painter_close(&painter);
    return test_stage_stop(state);
}

static int setup(void **state)
{
    const char *env;

    (void)state;
    if (test_server_kind() < 0)
        return -1;
    test_random_start();
    if ((env = getenv("X11SHMPOOL_FREEZES")))
        nb_freezes = atoi(env);
    if ((env = getenv("X11SHMPOOL_ROUND")))
        only_round = atoi(env);
    printf("# %s, %d freezes, X11SHMPOOL_SEED=%"PRIu32"\n",
           test_server_kind_name(test_server_kind()), nb_freezes, test_seed);
    return 0;
}

static void choose(Round *r, int number)
{
    static const char *const spaces[] = { "bt709", "smpte170m" };
    static const char *const ranges[] = { "tv", "pc" };
    const int w = screen->screen->width_in_pixels;
    const int h = screen->screen->height_in_pixels;
    const char *format;

    r->number = number;
    r->format = number % NB_FORMATS;
    format    = test_device_pixel_format(formats[r->format]);
    r->space  = test_between(0, 1);
    r->range  = test_between(0, 1);
    r->mouse  = !!test_between(0, 3);
    r->area   = (TestRect){ 0, 0, w, h };
    if (test_between(0, 1)) {
        r->area.w = test_between(1, w);
        r->area.h = test_between(1, h);
        r->area.x = test_between(0, w - r->area.w);
        r->area.y = test_between(0, h - r->area.h);
    }
    if (av_pix_fmt_desc_get(av_get_pix_fmt(format))->log2_chroma_w) {
        r->area.w = FFMAX(r->area.w & ~1, 2);
        r->area.h = FFMAX(r->area.h & ~1, 2);
    }
    snprintf(r->picture, sizeof(r->picture), "pixel_format=%s:colorspace=%s:"
             "color_range=%s:draw_mouse=%d:video_size=%dx%d:grab_x=%d:"
             "grab_y=%d:framerate=100", format, spaces[r->space],
             ranges[r->range], r->mouse, r->area.w, r->area.h, r->area.x,
             r->area.y);
}

static void failed(const Round *r, int freeze, const char *why)
{
    test_log_print();
    fail_msg("X11SHMPOOL_SEED=%"PRIu32" X11SHMPOOL_ROUND=%d, %s: freeze %d: %s",
             test_seed, r->number, r->options, freeze, why);
}

static void maybe_hold(const AVPacket *packet)
{
    if (test_between(0, 2))
        test_releaser_hold(packet, test_between(0, MAX_HOLD_US));
}

/** The first frame of a device that is opened now, straight at the server. */
static AVFrame *fresh(const Round *r)
{
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet;
    TestDevice *new;
    char options[384];

    assert_non_null(frame);
    snprintf(options, sizeof(options), "%s:damage=off:%s", r->picture,
             r->number & 1 ? "shm=sysv" : "shm=memfd");
    new    = test_shot_open("x11shmpool", server->display, options);
    packet = test_shot_packet(new);
    assert_null(av_packet_get_side_data(packet, AV_PKT_DATA_PALETTE, NULL));
    assert_int_equal(test_device_decode(new, packet, frame), 0);
    av_packet_free(&packet);
    test_device_close(&new);
    return frame;
}

static void check_colors(const Round *r, const AVFrame *frame)
{
    const char *format = test_device_pixel_format(formats[r->format]);

    assert_string_equal(av_get_pix_fmt_name(frame->format), format);
    assert_int_equal(frame->color_primaries, AVCOL_PRI_BT709);
    assert_int_equal(frame->color_trc, AVCOL_TRC_IEC61966_2_1);
    if (frame->format == AV_PIX_FMT_RGB24) {
        assert_int_equal(frame->colorspace, AVCOL_SPC_RGB);
        assert_int_equal(frame->color_range, AVCOL_RANGE_JPEG);
        return;
    }
    assert_int_equal(frame->colorspace, r->space ? AVCOL_SPC_SMPTE170M
                                                 : AVCOL_SPC_BT709);
    assert_int_equal(frame->color_range, r->range ? AVCOL_RANGE_JPEG
                                                  : AVCOL_RANGE_MPEG);
    if (av_pix_fmt_desc_get(frame->format)->log2_chroma_w)
        assert_int_equal(frame->chroma_location, AVCHROMA_LOC_CENTER);
}

/** A frame whose tick comes after the freeze. */
static AVFrame *frozen(const Round *r, int freeze)
{
    int64_t after    = av_gettime() + test_device_duration(d);
    int64_t end      = av_gettime_relative() + READ_TIMEOUT_MS * 1000;
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame   = av_frame_alloc();
    int ret;

    assert_non_null(packet);
    assert_non_null(frame);
    while ((ret = test_device_read(d, packet, READ_TIMEOUT_MS)) >= 0 &&
           packet->pts < after && av_gettime_relative() < end) {
        maybe_hold(packet);
        av_packet_unref(packet);
    }
    if (ret < 0 || !packet->data)
        failed(r, freeze, "no frame");
    assert_false(av_buffer_is_writable(packet->buf));
    assert_int_equal(test_device_decode(d, packet, frame), 0);
    maybe_hold(packet);
    av_packet_free(&packet);
    return frame;
}

static void freeze_and_compare(const Round *r, int freeze)
{
    TestImage *want, *got, *whole;
    AVPacket *packet;
    AVFrame *frame;
    char message[256];
    int64_t end;

    for (int i = test_between(0, 4); i > 0; i--) {
        test_painter_burst(painter, test_between(1, 5));
        packet = test_shot_packet(d);
        maybe_hold(packet);
        av_packet_free(&packet);
    }
    test_painter_burst(painter, test_between(0, 3) ? test_between(1, 12)
                                                   : test_between(0, 120));
    assert_int_equal(test_painter_freeze(painter), 0);

    frame = frozen(r, freeze);
    check_colors(r, frame);
    got  = test_image_from_frame(frame);
    want = test_screen_read(screen, root, r->area.x, r->area.y, r->area.w,
                            r->area.h, r->mouse);
    /* the proxy's thread may be late in passing on what has changed */
    end = av_gettime_relative() + 1000000;
    while (proxy && test_image_compare(want, got, NULL) &&
           av_gettime_relative() < end) {
        test_image_free(&got);
        av_frame_free(&frame);
        frame = frozen(r, freeze);
        got   = test_image_from_frame(frame);
    }
    if (test_image_compare(want, got, message))
        failed(r, freeze, message);
    test_image_free(&want);
    av_frame_free(&frame);

    frame = fresh(r);
    whole = test_image_from_frame(frame);
    if (test_image_compare(whole, got, message))
        failed(r, freeze, message);
    test_image_free(&whole);
    test_image_free(&got);
    av_frame_free(&frame);
}

static void run_round(int number, int freezes)
{
    const struct Way *way;
    const char *display = server->display;
    Round r;
    int ret;

    test_random_round(number);
    choose(&r, number);
    way = &ways[number / NB_FORMATS % NB_WAYS];
    snprintf(r.options, sizeof(r.options), "%s:%s:pool_size=%d", r.picture,
             way->options, test_between(2, 16));

    test_screen_noise(screen, root, 0, 0, screen->screen->width_in_pixels,
                      screen->screen->height_in_pixels, test_random());
    painter = test_painter_open(server->display, test_random(),
                                number & 1 ? TEST_PAINT_ALL :
                                TEST_PAINT_ALL & ~TEST_PAINT_DEPTHS);
    assert_non_null(painter);
    if (way->without_pixmaps) {
        proxy = test_proxy_start(server->display);
        assert_non_null(proxy);
        test_proxy_fail_request(proxy, test_proxy_opcode(proxy, "MIT-SHM"),
                                XCB_SHM_CREATE_PIXMAP, XCB_IMPLEMENTATION);
        display = test_proxy_display(proxy);
    }
    d = test_shot_open("x11shmpool", display, r.options);
    test_releaser_start();
    for (int i = 0; i < freezes; i++)
        freeze_and_compare(&r, i);

    /* those that are still out then outlive the device */
    test_device_close(&d);
    if ((ret = test_releaser_stop())) {
        snprintf(r.picture, sizeof(r.picture),
                 "%d packets changed while they were out", ret);
        failed(&r, freezes, r.picture);
    }
    test_painter_close(&painter);
    test_stage_clear(NULL);
}

static void test_screen(void **state)
{
    const struct Screen *s = *state;
    const int kind         = test_server_kind();
    const int nb_screens   = kind == TEST_SERVER_XVFB ? NB_SCREENS : 1;
    const int i            = s - screens;
    TestServerOptions o    = {
        .kind = kind, .width = s->width, .height = s->height,
        .depth = s->depth, .args = s->args,
    };
    int left = nb_freezes / nb_screens + (i < nb_freezes % nb_screens);

    if (i >= nb_screens || !test_server_available(kind)) {
        print_message("%s has no such screen here\n",
                      test_server_kind_name(kind));
        skip();
    }
    /* Xorg's driver has no modes as small as that */
    if (kind != TEST_SERVER_XVFB)
        o.width = o.height = 0;
    assert_int_equal(test_stage_start(&o), 0);
    for (int number = i; left > 0; number += NB_SCREENS) {
        int freezes = left < FREEZES_A_ROUND ? left : FREEZES_A_ROUND;

        if (only_round < 0 || only_round == number)
            run_round(number, only_round < 0 ? freezes : FREEZES_A_ROUND);
        left -= freezes;
    }
}

int main(void)
{
    struct CMUnitTest tests[NB_SCREENS];

    for (int i = 0; i < NB_SCREENS; i++)
        tests[i] = (struct CMUnitTest){ screens[i].name, test_screen, NULL,
                                        clear, (void *)&screens[i] };

    return _cmocka_run_group_tests("pictures", tests, NB_SCREENS, setup, NULL);
}
