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

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libavcodec/avcodec.h"
#include "libavutil/imgutils.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavutil/pixdesc.h"

#include "x11shmpool_format.h"

#define STATIC_GRAY 0
#define PSEUDO_COLOR 3
#define TRUE_COLOR 4

static const struct Case {
    int depth, bits_per_pixel;
    uint32_t red, green, blue;
    const char *le, *be;
} cases[] = {
    {  8,  8, 0xe0, 0x1c, 0x03, "rgb8", "rgb8" },
    {  8,  8, 0x07, 0x38, 0xc0, "bgr8", "bgr8" },
    { 12, 16, 0xf00, 0x0f0, 0x00f, "rgb444le", "rgb444be" },
    { 12, 16, 0x00f, 0x0f0, 0xf00, "bgr444le", "bgr444be" },
    { 15, 16, 0x7c00, 0x03e0, 0x001f, "rgb555le", "rgb555be" },
    { 15, 16, 0x001f, 0x03e0, 0x7c00, "bgr555le", "bgr555be" },
    { 16, 16, 0xf800, 0x07e0, 0x001f, "rgb565le", "rgb565be" },
    { 16, 16, 0x001f, 0x07e0, 0xf800, "bgr565le", "bgr565be" },
    /* masks decide, not the depth */
    { 16, 16, 0x7c00, 0x03e0, 0x001f, "rgb555le", "rgb555be" },
    { 24, 24, 0xff0000, 0xff00, 0xff, "bgr24", "rgb24" },
    { 24, 24, 0xff, 0xff00, 0xff0000, "rgb24", "bgr24" },
    { 24, 32, 0xff0000, 0xff00, 0xff, "bgr0", "0rgb" },
    { 24, 32, 0xff, 0xff00, 0xff0000, "rgb0", "0bgr" },
    { 24, 32, 0xff000000, 0xff0000, 0xff00, "0bgr", "rgb0" },
    { 24, 32, 0xff00, 0xff0000, 0xff000000, "0rgb", "bgr0" },
    { 30, 32, 0x3ff00000, 0xffc00, 0x3ff, "x2rgb10le", "x2rgb10be" },
    { 30, 32, 0x3ff, 0xffc00, 0x3ff00000, "x2bgr10le", "x2bgr10be" },
    { 32, 32, 0x3ff00000, 0xffc00, 0x3ff, "x2rgb10le", "x2rgb10be" },
    { 32, 32, 0xff0000, 0xff00, 0xff, "bgra", "argb" },
    { 32, 32, 0xff, 0xff00, 0xff0000, "rgba", "abgr" },
    { 32, 32, 0xff000000, 0xff0000, 0xff00, "abgr", "rgba" },
    { 32, 32, 0xff00, 0xff0000, 0xff000000, "argb", "bgra" },
};
#define NB_CASES (sizeof(cases) / sizeof(*cases))

static X11ShmpoolLayout layout_of(const struct Case *c, int big_endian)
{
    return (X11ShmpoolLayout){
        .depth        = c->depth,     .bits_per_pixel = c->bits_per_pixel,
        .scanline_pad = 32,           .big_endian     = big_endian,
        .visual_class = TRUE_COLOR,   .red            = c->red,
        .green        = c->green,     .blue           = c->blue,
    };
}

static const X11ShmpoolLayout pseudo_color = {
    .depth = 8, .bits_per_pixel = 8, .scanline_pad = 32,
    .visual_class = PSEUDO_COLOR,
};

static int widen(uint32_t value, uint32_t mask)
{
    while (!(mask & 1)) {
        mask  >>= 1;
        value >>= 1;
    }

    return value & mask;
}

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * NB_CASES; i++) {
        const struct Case *c    = &cases[i / 2];
        X11ShmpoolLayout layout = layout_of(c, i & 1);
        X11ShmpoolFormat f;

        assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 5, 3), 0);
        assert_string_equal(av_get_pix_fmt_name(f.pix_fmt),
                            i & 1 ? c->be : c->le);
        assert_int_equal(f.depth, c->depth);
        assert_int_equal(f.bits_per_pixel, c->bits_per_pixel);
        assert_int_equal(f.big_endian, i & 1);
        assert_int_equal(f.indexed, 0);
        assert_int_equal(f.red, c->red);
        assert_int_equal(f.green, c->green);
        assert_int_equal(f.blue, c->blue);
        assert_int_equal(f.alpha, c->depth == 32 && c->green != 0xffc00 ?
                         ~(c->red | c->green | c->blue) : 0);
        assert_int_equal(f.width, 5);
        assert_int_equal(f.height, 3);
    }
}

/* What a pixel value means to X, written byte by byte, must be what FFmpeg's
 * descriptor of the format reads from these bytes. */
static void test_names_mean_the_same_colours(void **state)
{
    uint32_t seed = 12345;

    (void)state;
    for (size_t i = 0; i < 2 * NB_CASES; i++) {
        const struct Case *c    = &cases[i / 2];
        X11ShmpoolLayout layout = layout_of(c, i & 1);
        const AVPixFmtDescriptor *desc;
        X11ShmpoolFormat f;

        assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 1, 1), 0);
        desc = av_pix_fmt_desc_get(f.pix_fmt);
        assert_int_equal(!!(desc->flags & AV_PIX_FMT_FLAG_ALPHA), !!f.alpha);
        /* Before libavutil 58 the descriptor alone had red and blue, of three
         * and two bits, the wrong way round; libswscale never had. */
        if (f.pix_fmt == AV_PIX_FMT_RGB8 && desc->comp[0].depth == 2)
            continue;
        for (int j = 0; j < 1000; j++) {
            const uint32_t mask[4] = { f.red, f.green, f.blue, f.alpha };
            uint8_t p[16]    = { 0 };
            uint8_t *data[4] = { p };
            int linesize[4]  = { 16 };
            int bytes        = c->bits_per_pixel / 8;
            uint32_t value;

            seed   = seed * 1664525 + 1013904223;
            value  = seed ^ seed >> 13;
            value &= UINT32_MAX >> (32 - c->bits_per_pixel);
            for (int k = 0; k < bytes; k++)
                p[i & 1 ? bytes - 1 - k : k] = value >> 8 * k;
            assert_int_equal(x11shmpool_format_read(&f, p), value);
            for (int k = 0; k < desc->nb_components; k++) {
                uint16_t got[4];

                av_read_image_line(got, (const uint8_t **)data, linesize,
                                   desc, 0, 0, k, 1, 0);
                assert_int_equal(got[0], widen(value, mask[k]));
            }
        }
    }
}

static void test_read_and_write(void **state)
{
    const uint8_t memory[] = { 0x12, 0x34, 0x56, 0x78, 0x9a };
    const struct { int bits, big_endian; uint32_t value; } values[] = {
        {  8, 0, 0x12 },     {  8, 1, 0x12 },
        { 16, 0, 0x3412 },   { 16, 1, 0x1234 },
        { 24, 0, 0x563412 }, { 24, 1, 0x123456 },
        { 32, 0, 0x78563412 }, { 32, 1, 0x12345678 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        X11ShmpoolFormat f = { .bits_per_pixel = values[i].bits,
                               .big_endian     = values[i].big_endian };
        uint8_t p[5];

        assert_int_equal(x11shmpool_format_read(&f, memory), values[i].value);
        memset(p, 0xee, sizeof(p));
        x11shmpool_format_write(&f, p, values[i].value);
        assert_memory_equal(p, memory, values[i].bits / 8);
        assert_int_equal(p[values[i].bits / 8], 0xee);
    }
}

static void test_indexed(void **state)
{
    X11ShmpoolLayout layout = pseudo_color;
    X11ShmpoolFormat f;

    (void)state;
    for (int class = STATIC_GRAY; class <= PSEUDO_COLOR; class++) {
        layout.visual_class = class;
        layout.red          = 0xe0;
        assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 8, 2), 0);
        assert_int_equal(f.pix_fmt, AV_PIX_FMT_PAL8);
        assert_int_equal(f.indexed, 1);
        assert_int_equal(f.red | f.green | f.blue | f.alpha, 0);
    }
    layout.depth = 4;
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 8, 2), 0);
}

static void test_strides(void **state)
{
    static const int pads[] = { 8, 16, 32, 64 };

    (void)state;
    for (size_t i = 0; i < NB_CASES; i++) {
        for (int j = 0; j < 4; j++) {
            X11ShmpoolLayout layout = layout_of(&cases[i], 0);
            int bytes               = cases[i].bits_per_pixel / 8;

            layout.scanline_pad = pads[j];
            for (int width = 1; width < 70; width++) {
                int pad = pads[j] / 8, stride = width * bytes;
                X11ShmpoolFormat f;

                while (stride % pad)
                    stride++;
                assert_int_equal(x11shmpool_format_init(&f, NULL, &layout,
                                                        width, 9), 0);
                assert_int_equal(f.stride, stride);
                assert_true(f.packed_stride == stride ||
                            f.packed_stride == width * bytes);
                assert_int_equal(f.size, f.packed_stride * 9);
            }
        }
    }
}

static char logged[1024];

static void log_to_buffer(void *avcl, int level, const char *fmt, va_list vl)
{
    (void)avcl;
    (void)level;
    vsnprintf(logged, sizeof(logged), fmt, vl);
}

static void test_refusals(void **state)
{
    const struct Case odd = { 24, 32, 0xff0000, 0xff00, 0xfe, NULL, NULL };
    X11ShmpoolLayout layout = layout_of(&odd, 0);
    X11ShmpoolFormat f;

    (void)state;
    av_log_set_callback(log_to_buffer);
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 640, 480),
                     AVERROR_PATCHWELCOME);
    assert_non_null(strstr(logged, "depth 24"));
    assert_non_null(strstr(logged, "0xff0000"));
    assert_non_null(strstr(logged, "0xff00 "));
    assert_non_null(strstr(logged, "0xfe"));
    layout.visual_class   = PSEUDO_COLOR;
    layout.depth          = 4;
    layout.bits_per_pixel = 4;
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 640, 480),
                     AVERROR_PATCHWELCOME);
    layout.visual_class   = TRUE_COLOR;
    layout.depth          = 24;
    layout.blue           = 0xff;
    layout.bits_per_pixel = 16;
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 640, 480),
                     AVERROR_PATCHWELCOME);
    layout.bits_per_pixel = 32;
    layout.scanline_pad   = 0;
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 640, 480),
                     AVERROR_PATCHWELCOME);
    layout.scanline_pad   = 32;

    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 0, 480),
                     AVERROR(EINVAL));
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 640, 0),
                     AVERROR(EINVAL));
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, -640, -480),
                     AVERROR(EINVAL));
    *logged = 0;
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 65535, 65535),
                     AVERROR(EINVAL));
    assert_non_null(strstr(logged, "65535x65535"));
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, INT_MAX,
                                            INT_MAX), AVERROR(EINVAL));
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 32767, 16383),
                     0);
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 32768, 16384),
                     AVERROR(EINVAL));
    av_log_set_callback(av_log_default_callback);
}

/* The packet that a format describes, through FFmpeg's own decoder: every row
 * must come out where it was put, and PAL8 with its palette. */
static void decode(const X11ShmpoolLayout *layout, int width, int height)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_RAWVIDEO);
    AVCodecContext *avctx = avcodec_alloc_context3(codec);
    AVPacket *pkt = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    int row = width * layout->bits_per_pixel / 8;
    uint32_t palette[256];
    X11ShmpoolFormat f;

    assert_non_null(codec);
    assert_non_null(avctx);
    assert_non_null(pkt);
    assert_non_null(frame);
    assert_int_equal(x11shmpool_format_init(&f, NULL, layout, width, height),
                     0);
    avctx->pix_fmt = f.pix_fmt;
    avctx->width   = width;
    avctx->height  = height;
    assert_int_equal(avcodec_open2(avctx, codec, NULL), 0);
    assert_int_equal(av_new_packet(pkt, f.size), 0);
    for (int i = 0; i < f.size; i++)
        pkt->data[i] = i % f.packed_stride < row ? i * 31 + i / 251 : 0xa5;
    if (f.indexed) {
        uint8_t *side = av_packet_new_side_data(pkt, AV_PKT_DATA_PALETTE,
                                                AVPALETTE_SIZE);

        assert_non_null(side);
        for (int i = 0; i < 256; i++)
            palette[i] = 0xff000000u + i * 0x10307;
        memcpy(side, palette, sizeof(palette));
    }

    assert_int_equal(avcodec_send_packet(avctx, pkt), 0);
    assert_int_equal(avcodec_receive_frame(avctx, frame), 0);
    for (int y = 0; y < height; y++)
        if (memcmp(frame->data[0] + y * (ptrdiff_t)frame->linesize[0],
                   pkt->data + y * (ptrdiff_t)f.packed_stride, row))
            fail_msg("%s %dx%d row %d", av_get_pix_fmt_name(f.pix_fmt),
                     width, height, y);
    if (f.indexed && memcmp(frame->data[1], palette, sizeof(palette)))
        fail_msg("pal8 %dx%d palette", width, height);

    av_frame_free(&frame);
    av_packet_free(&pkt);
    avcodec_free_context(&avctx);
}

static void test_rawvideo_reads_packets(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * NB_CASES; i++) {
        X11ShmpoolLayout layout = layout_of(&cases[i / 2], i & 1);

        for (int width = 1; width < 19; width++)
            decode(&layout, width, 7);
        decode(&layout, 1, 1);
        decode(&layout, 7, 1080);
    }
    for (int width = 1; width < 19; width++) {
        decode(&pseudo_color, width, 7);
        decode(&pseudo_color, width, 339 + width);
        decode(&pseudo_color, width, 509 + width);
        decode(&pseudo_color, width, 1024);
        decode(&pseudo_color, width, 2000);
    }
}

/* Not copied where they need not be. */
static void test_padding_is_kept_where_it_can_be(void **state)
{
    const struct Case *rgb565 = &cases[6], *bgr24 = &cases[9];
    X11ShmpoolLayout layout = layout_of(rgb565, 0);
    X11ShmpoolFormat f;

    (void)state;
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 3, 5), 0);
    assert_int_equal(f.packed_stride, 8);
    layout = layout_of(bgr24, 0);
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 3, 5), 0);
    assert_int_equal(f.packed_stride, 12);
    assert_int_equal(x11shmpool_format_init(&f, NULL, &pseudo_color, 7, 1023),
                     0);
    assert_int_equal(f.packed_stride, 8);
    assert_int_equal(x11shmpool_format_init(&f, NULL, &pseudo_color, 7, 1024),
                     0);
    assert_int_equal(f.packed_stride, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_mean_the_same_colours),
        cmocka_unit_test(test_read_and_write),
        cmocka_unit_test(test_indexed),
        cmocka_unit_test(test_strides),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rawvideo_reads_packets),
        cmocka_unit_test(test_padding_is_kept_where_it_can_be),
    };

    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
