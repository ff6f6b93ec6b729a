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
 * damage_hints: frames that show what raw video does, with a hint that holds all
 * that changed during the last so many of them. FFmpeg before 6.1 has no hints.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/pixdesc.h>
#include <libavutil/version.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  633
#define HEIGHT 471

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width  = WIDTH,
                                                  .height = HEIGHT });
}

#if LIBAVUTIL_VERSION_INT < AV_VERSION_INT(58, 29, 100)

static void refused(void **state)
{
    static const char *const words[] = { "damage_hints", "6.1", NULL };

    (void)state;
    test_shot_refused(server->display, "damage_hints=1", words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(refused, test_stage_clear),
    };

    return cmocka_run_group_tests_name("hints", tests, setup, test_stage_stop);
}

#else

#include <libavutil/dict.h>
#include <libavutil/video_hint.h>

#include "child.h"

#define FRAMES 200
#define KEPT   8

static const char *const formats[] = {
    "native", "yuv420p", "nv12", "yuv444p", "rgb24", "gray",
};
#define NB_FORMATS ((int)(sizeof(formats) / sizeof(*formats)))

static pid_t painter;
static AVFrame *kept[KEPT];    /* the last one first */

static int clear(void **state)
{
    test_child_end(&painter);
    for (int i = 0; i < KEPT; i++)
        av_frame_free(&kept[i]);
    return test_stage_clear(state);
}

static AVFrame *next_frame(void)
{
    AVPacket *packet = test_shot_packet(d);
    AVFrame *frame   = av_frame_alloc();

    assert_int_equal(d->stream->codecpar->codec_id,
                     AV_CODEC_ID_WRAPPED_AVFRAME);
    assert_true(packet->flags & AV_PKT_FLAG_TRUSTED);
    assert_int_equal(test_device_decode(d, packet, frame), 0);
    av_packet_free(&packet);
    return frame;
}

static const AVVideoHint *hint_of(const AVFrame *frame)
{
    const AVFrameSideData *side =
        av_frame_get_side_data(frame, AV_FRAME_DATA_VIDEO_HINT);
    const AVVideoHint *hint = side ? (const AVVideoHint *)side->data : NULL;

    if (!hint)
        return NULL;
    assert_int_equal(hint->type, AV_VIDEO_HINT_TYPE_CHANGED);
    for (size_t i = 0; i < hint->nb_rects; i++) {
        const AVVideoRect *r = av_video_hint_get_rect(hint, i);

        assert_true(r->width && r->height && r->x + r->width <= WIDTH &&
                    r->y + r->height <= HEIGHT);
    }
    return hint;
}

static int told(const AVVideoHint *hint, unsigned x, unsigned y)
{
    for (size_t i = 0; i < hint->nb_rects; i++) {
        const AVVideoRect *r = av_video_hint_get_rect(hint, i);

        if (x >= r->x && x < r->x + r->width &&
            y >= r->y && y < r->y + r->height)
            return 1;
    }
    return 0;
}

/* Each format shows the screen, with planes that are aligned, and pixels that
 * nobody may write to. */
static void frames(void **state)
{
    (void)state;
    for (int f = 0; f < NB_FORMATS; f++) {
        for (int pointer = 0; pointer < 2; pointer++) {
            AVFrame *frame;

            test_stage_open(&d, "damage_hints=1:pixel_format=%s:draw_mouse=%d",
                            formats[f], pointer);
            frame = next_frame();
            assert_int_equal(frame->width, d->stream->codecpar->width);
            assert_int_equal(frame->height, d->stream->codecpar->height);
            assert_int_equal(frame->format, d->stream->codecpar->format);
            assert_int_equal(frame->colorspace,
                             d->stream->codecpar->color_space);
            assert_int_equal(frame->color_range,
                             d->stream->codecpar->color_range);
            assert_false(av_frame_is_writable(frame));
            for (int i = 0; f && frame->data[i]; i++) {
                assert_int_equal(frame->linesize[i] % 64, 0);
                assert_int_equal((uintptr_t)frame->data[i] % 64, 0);
            }
            av_frame_free(&frame);
            for (int i = 0; i < 3; i++) {
                test_shot_true(d, screen, root, 0, 0, pointer, formats[f]);
                test_screen_noise(screen, root, 50 * i, 20 * i, 99, 77, i);
            }
        }
    }
}

/* One rectangle at a time is told exactly, by as many frames as were asked for;
 * nothing by those after them. */
static void exact(void **state)
{
    (void)state;
    for (int n = 1; n < 4; n++) {
        test_stage_open(&d, "damage=on:damage_hints=%d", n);
        for (int i = 0; i < 10; i++) {
            const TestRect r = { 13 * i, 7 * i, 20 + i, 10 + i };
            const AVVideoHint *hint;
            int since = 0, unchanged = 0;

            for (int k = 0; unchanged < 3; k++) {
                AVFrame *frame = next_frame();

                hint = hint_of(frame);
                if (!i && k < n)
                    assert_null(hint);
                else
                    assert_non_null(hint);
                if (hint && hint->nb_rects) {
                    const AVVideoRect *is = av_video_hint_get_rect(hint, 0);

                    assert_int_equal(hint->nb_rects, 1);
                    assert_int_equal(is->x, r.x);
                    assert_int_equal(is->y, r.y);
                    assert_int_equal(is->width, r.w);
                    assert_int_equal(is->height, r.h);
                    since++;
                } else if (since) {
                    unchanged++;
                }
                av_frame_free(&frame);
                if (k == n + 1)
                    test_screen_fill(screen, root, r.x, r.y, r.w, r.h,
                                     0x10203 * (i + n));
                assert_true(k < 2000);
            }
            assert_int_equal(since, n);
        }
        test_screen_fill(screen, root, 0, 0, WIDTH, HEIGHT, 0x102030 * n);
        for (int k = 0, none = 0; none < n; k++) {
            AVFrame *frame = next_frame();

            none += !hint_of(frame);
            av_frame_free(&frame);
            assert_true(k < 2000);
        }
    }
}

/* Without damage nothing is known, and of a palette that changed all. */
static void nothing_known(void **state)
{
    (void)state;
    test_stage_open(&d, "damage=off:damage_hints=1");
    for (int i = 0; i < 10; i++) {
        AVFrame *frame = next_frame();

        assert_null(hint_of(frame));
        av_frame_free(&frame);
    }
}

static void all_told(const AVFrame *old, const AVFrame *new)
{
    const AVVideoHint *hint = hint_of(new);
    const int bytes = av_pix_fmt_desc_get(new->format)->comp[0].step;

    for (int y = 0; hint && y < HEIGHT; y++) {
        const uint8_t *a = old->data[0] + (ptrdiff_t)y * old->linesize[0];
        const uint8_t *b = new->data[0] + (ptrdiff_t)y * new->linesize[0];

        if (!memcmp(a, b, (size_t)WIDTH * bytes))
            continue;
        for (int x = 0; x < WIDTH; x++) {
            if (memcmp(a + x * bytes, b + x * bytes, bytes) &&
                !told(hint, x, y))
                fail_msg("the pixel at %d,%d differs, and is not told", x, y);
        }
    }
}

/* Take the next frame, and hold it against the last n. */
static void advance(int n)
{
    AVFrame *frame = next_frame();

    for (int i = 0; i < n && kept[i]; i++)
        all_told(kept[i], frame);
    av_frame_free(&kept[KEPT - 1]);
    memmove(kept + 1, kept, sizeof(kept) - sizeof(*kept));
    kept[0] = frame;
}

/* While a painter draws all the time, and a slow reader loses frames: what
 * differs from any of the last n frames is told. */
static void holds_all_that_differs(void **state)
{
    static const char *const kinds[] = {
        "pixel_format=native", "pixel_format=yuv420p", "shm=sysv", "shm=off",
        "unchanged=skip",
    };
    unsigned pause = 50;       /* µs: a flood of events is a change of all */

    (void)state;
    painter = test_child_start(server->display, test_child_paint_along, &pause);
    for (int i = 0; i < 5; i++) {
        const int n = 1 + 2 * (i & 1);
        int hints = 0;

        test_stage_open(&d, "damage=on:pool_size=16:damage_hints=%d:%s", n,
                        kinds[i]);
        for (int k = 0; k < FRAMES; k++) {
            advance(n);
            hints += !!hint_of(kept[0]);
            if (k % 50 == 49) {
                const int64_t before = test_device_stat(d, "stat_dropped");

                /* without a reader the queue runs over */
                for (int j = 0; j < 50; j++) {
                    usleep(200000);
                    advance(n);
                    if (test_device_stat(d, "stat_dropped") > before)
                        break;
                }
                assert_true(test_device_stat(d, "stat_dropped") > before);
            }
        }
        printf("# figure: %s: %d of %d frames have a hint\n", kinds[i], hints,
               FRAMES);
        assert_true(hints > FRAMES / 10);
        for (int j = 0; j < KEPT; j++)
            av_frame_free(&kept[j]);
        test_device_close(&d);
    }
}

/* Frames that are kept stay what they are when the device is closed. */
static void outlive_the_device(void **state)
{
    AVFrame *frame[2], *copy;

    (void)state;
    for (int f = 0; f < NB_FORMATS; f++) {
        TestImage *want, *got;

        test_stage_open(&d, "damage_hints=1:pixel_format=%s", formats[f]);
        frame[0] = next_frame();
        frame[1] = next_frame();
        copy     = av_frame_clone(frame[0]);
        assert_int_equal(av_frame_make_writable(copy), 0);
        want = test_image_from_frame(copy);
        test_screen_noise(screen, root, 0, 0, WIDTH, HEIGHT, f + 50);
        test_shot_skip(d, 20);
        test_device_close(&d);
        for (int i = 0; i < 2; i++) {
            got = test_image_from_frame(frame[i]);
            test_shot_same(want, got, formats[f]);
            test_image_free(&got);
            av_frame_free(&frame[i]);
        }
        test_image_free(&want);
        av_frame_free(&copy);
    }
}

/* The metadata reaches the frame, too. */
static void metadata(void **state)
{
    (void)state;
    test_stage_open(&d, "damage_hints=2:damage_metadata=1");
    for (int i = 0; i < 3; i++) {
        AVFrame *frame = next_frame();
        const AVDictionaryEntry *e =
            av_dict_get(frame->metadata, "lavd.x11shmpool.changed", NULL, 0);

        assert_non_null(e);
        assert_string_equal(e->value, i ? "0" : "1");
        av_frame_free(&frame);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(frames),
        TEST(exact),
        TEST(nothing_known),
        TEST(holds_all_that_differs),
        TEST(outlive_the_device),
        TEST(metadata),
    };

    return cmocka_run_group_tests_name("hints", tests, setup, test_stage_stop);
}

#endif
