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
 * Pictures of every format from slots of every layout, with any sizes, strides
 * and rectangles: a part is converted as the whole is, nothing else is written,
 * nothing that lies beside it is read. Slots and pictures lie between pages that
 * can't be touched, with and without a gap on either side.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/common.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

#include "x11shmpool_picture.h"

static const struct {
    int depth, bits_per_pixel, visual_class;
    uint32_t red, green, blue;
} layouts[] = {
    {  8,  8, 3, 0, 0, 0 },                          /* indexed */
    {  8,  8, 4, 0x07, 0x38, 0xc0 },
    { 15, 16, 4, 0x7c00, 0x3e0, 0x1f },
    { 16, 16, 4, 0xf800, 0x7e0, 0x1f },
    { 24, 24, 4, 0xff0000, 0xff00, 0xff },
    { 24, 32, 4, 0xff0000, 0xff00, 0xff },
    { 24, 32, 4, 0xff, 0xff00, 0xff0000 },
    { 30, 32, 4, 0x3ff00000, 0xffc00, 0x3ff },
    { 32, 32, 4, 0xff0000, 0xff00, 0xff },
};
#define NB_LAYOUTS ((int)(sizeof(layouts) / sizeof(*layouts)))

static const enum AVPixelFormat formats[] = {
    AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12, AV_PIX_FMT_YUV444P, AV_PIX_FMT_RGB24,
    AV_PIX_FMT_GRAY8,
};
#define NB_FORMATS ((int)(sizeof(formats) / sizeof(*formats)))

static uint32_t seed = 4711;
static uint32_t palette[256];

static int below(int n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static void noise(uint8_t *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p[i] = below(256);
}

/* Memory of which a byte more at its end, or before it, can't be touched. */
typedef struct Guarded {
    uint8_t *data, *map;
    size_t size, mapped;
} Guarded;

static Guarded guarded_alloc(size_t size, int at_end)
{
    const size_t page = sysconf(_SC_PAGESIZE);
    const size_t room = (size + page - 1) / page * page;
    Guarded g         = { .size = size, .mapped = room + 2 * page };

    g.map = mmap(NULL, g.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(g.map, MAP_FAILED);
    assert_int_equal(mprotect(g.map + page, room, PROT_READ | PROT_WRITE), 0);
    g.data = g.map + page + (at_end ? room - size : 0);
    return g;
}

static void guarded_free(Guarded *g)
{
    munmap(g->map, g->mapped);
}

static X11ShmpoolFormat random_format(int layout, int pad)
{
    const X11ShmpoolLayout l = {
        .depth          = layouts[layout].depth,
        .bits_per_pixel = layouts[layout].bits_per_pixel,
        .scanline_pad   = pad,
        .big_endian     = below(2),
        .visual_class   = layouts[layout].visual_class,
        .red            = layouts[layout].red,
        .green          = layouts[layout].green,
        .blue           = layouts[layout].blue,
    };
    X11ShmpoolFormat f;

    assert_int_equal(x11shmpool_format_init(&f, NULL, &l, 1 + below(70),
                                            1 + below(40)), 0);
    return f;
}

static X11ShmpoolRect random_rect(const X11ShmpoolFormat *f)
{
    X11ShmpoolRect r = { below(f->width), below(f->height), 0, 0 };

    r.w = 1 + below(f->width - r.x);
    r.h = 1 + below(f->height - r.y);
    return r;
}

static int for_frames;

static int init(X11ShmpoolPicture *p, const X11ShmpoolFormat *f,
                enum AVPixelFormat pix_fmt, enum AVColorSpace space,
                enum AVColorRange range)
{
    const X11ShmpoolPictureOptions options = {
        .pix_fmt     = pix_fmt,
        .color_space = space,
        .color_range = range,
        .for_frames  = for_frames,
    };

    return x11shmpool_picture_init(p, f, &options, NULL);
}

static X11ShmpoolRects whole(const X11ShmpoolFormat *f)
{
    return (X11ShmpoolRects){ 1, { { 0, 0, f->width, f->height } } };
}

static int inside(X11ShmpoolRect r, int x, int y, int w, int h)
{
    return x < r.x + r.w && x + w > r.x && y < r.y + r.h && y + h > r.y;
}

/* Whether one of the rectangles has a pixel that the sample is made of. */
static int touched(const X11ShmpoolRects *rects, int x, int y, int w, int h)
{
    for (int i = 0; i < rects->nb; i++)
        if (inside(rects->list[i], x, y, w, h))
            return 1;
    return 0;
}

/* Fail unless a picture has the samples of one where they follow from a pixel
 * in the rectangles, and those of another where they do not. Of luma that shares
 * its chroma with such a pixel it may have either. */
static void assert_part(const X11ShmpoolPicture *p, const uint8_t *got,
                        const uint8_t *within, const uint8_t *beside,
                        const X11ShmpoolRects *rects)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(p->pix_fmt);
    const int is_yuv = !(desc->flags & (AV_PIX_FMT_FLAG_RGB |
                                        AV_PIX_FMT_FLAG_PAL));

    for (int plane = 0; plane < 4 && p->linesize[plane]; plane++) {
        const int sx = is_yuv && plane ? desc->log2_chroma_w : 0;
        const int sy = is_yuv && plane ? desc->log2_chroma_h : 0;
        const int w  = AV_CEIL_RSHIFT(p->from.width, sx);
        const int h  = AV_CEIL_RSHIFT(p->from.height, sy);
        const int bytes = av_image_get_linesize(p->pix_fmt, p->from.width,
                                                plane) / w;

        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                const size_t at = p->offset[plane] + x * bytes +
                                  (size_t)y * p->linesize[plane];
                const int is    = touched(rects, x << sx, y << sy, 1 << sx,
                                          1 << sy);
                const int may   = p->linesize[1] && desc->log2_chroma_w &&
                                  touched(rects, x << sx & ~1, y << sy & ~1,
                                          2, 2);

                if (memcmp(got + at, (is ? within : beside) + at, bytes) &&
                    (!may || memcmp(got + at, within + at, bytes)))
                    fail_msg("%s, %dx%d, %d bits: plane %d at %d,%d",
                             desc->name, p->from.width, p->from.height,
                             p->from.depth, plane, x, y);
            }
        }
    }
}

static void one_picture(const X11ShmpoolFormat *f, enum AVPixelFormat pix_fmt)
{
    const size_t slot_size = (size_t)f->stride * f->height;
    const int at_end       = below(2), wide = below(4);
    X11ShmpoolRects rects  = { 0 };
    Guarded slot = guarded_alloc(slot_size, at_end);
    Guarded picture, old, new;
    X11ShmpoolRects all = whole(f);
    X11ShmpoolPicture p;
    uint8_t *other;

    assert_int_equal(init(&p, f, pix_fmt,
                          below(2) ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M,
                          below(2) ? AVCOL_RANGE_MPEG : AVCOL_RANGE_JPEG), 0);
    if (pix_fmt != AV_PIX_FMT_NONE && !for_frames) {
        assert_int_equal(p.size, av_image_get_buffer_size(pix_fmt, f->width,
                                                          f->height, 1));
        assert_int_equal(p.is_slot, 0);
    }
    picture = guarded_alloc(p.size, at_end);
    old     = guarded_alloc(p.size, at_end);
    new     = guarded_alloc(p.size, !at_end);
    other   = malloc(slot_size);
    assert_non_null(other);

    noise(slot.data, slot_size);
    noise(picture.data, p.size);
    memcpy(old.data, picture.data, p.size);
    x11shmpool_picture_fill(&p, new.data, slot.data, &all, palette);

    /* what the slot has outside the rectangles, rounded out, is not read */
    for (int n = below(6); n > 0; n--) {
        X11ShmpoolRect r = random_rect(f);

        if (!wide) {
            r.w = FFMIN(r.w, 3);
            r.h = FFMIN(r.h, 3);
        }
        x11shmpool_rects_add(&rects, r);
    }
    memcpy(other, slot.data, slot_size);
    noise(slot.data, slot_size);
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++) {
            const int bytes = f->bits_per_pixel / 8;
            const size_t at = (size_t)y * f->stride + x * bytes;

            if (touched(&rects, x & ~1, y & ~1, 2, 2))
                memcpy(slot.data + at, other + at, bytes);
        }
    }
    x11shmpool_picture_fill(&p, picture.data, slot.data, &rects, palette);
    assert_part(&p, picture.data, new.data, old.data, &rects);

    free(other);
    guarded_free(&new);
    guarded_free(&old);
    guarded_free(&picture);
    guarded_free(&slot);
}

static int setup(void **state)
{
    (void)state;
    noise((uint8_t *)palette, sizeof(palette));
    return 0;
}

static void test_parts(void **state)
{
    static const int pads[] = { 8, 16, 32, 64 };

    (void)state;
    for (int layout = 0; layout < NB_LAYOUTS; layout++) {
        for (int i = 0; i < NB_FORMATS; i++) {
            for (int n = 0; n < 40; n++) {
                X11ShmpoolFormat f = random_format(layout, pads[n & 3]);

                one_picture(&f, formats[i]);
            }
        }
    }
}

/* Planes that begin and rows that follow at multiples of 64 bytes, with room
 * for whole blocks of 32 rows, as in FFmpeg's own frames. */
static void test_frames(void **state)
{
    X11ShmpoolFormat f = random_format(5, 32);
    X11ShmpoolPicture p;

    (void)state;
    for_frames = 1;
    test_parts(state);
    for (int i = 0; i < NB_FORMATS; i++) {
        assert_int_equal(init(&p, &f, formats[i], AVCOL_SPC_BT709,
                              AVCOL_RANGE_MPEG), 0);
        for (int plane = 0; plane < 4 && p.linesize[plane]; plane++) {
            const int sub   = plane && p.convert.subsampled;
            const int end   = plane < 3 && p.linesize[plane + 1] ?
                              p.offset[plane + 1] : p.size;
            const int bytes = av_image_get_linesize(p.pix_fmt, f.width, plane);

            assert_true(p.linesize[plane] >= bytes &&
                        p.linesize[plane] < bytes + 64);
            assert_int_equal(p.linesize[plane] % 64, 0);
            assert_int_equal(p.offset[plane] % 64, 0);
            assert_true(end - p.offset[plane] >= p.linesize[plane] *
                        (FFALIGN(f.height, 32) >> sub) + 64);
        }
    }
    /* the slot as it is, padded or not */
    for (int n = 0; n < 100; n++) {
        f = random_format(n % NB_LAYOUTS, 64);
        assert_int_equal(init(&p, &f, AV_PIX_FMT_NONE, AVCOL_SPC_BT709,
                              AVCOL_RANGE_MPEG), 0);
        assert_true(p.is_slot);
        assert_int_equal(p.linesize[0], f.stride);
        assert_int_equal(p.size, f.stride * f.height);
    }
    for_frames = 0;
}

/* The slots' own format, with rows that rawvideo reads. */
static void test_packing(void **state)
{
    int packed = 0;

    (void)state;
    for (int layout = 0; layout < NB_LAYOUTS; layout++) {
        for (int n = 0; n < 100; n++) {
            X11ShmpoolFormat f = random_format(layout, 64);
            X11ShmpoolPicture p;

            assert_int_equal(init(&p, &f, AV_PIX_FMT_NONE, AVCOL_SPC_BT709,
                                  AVCOL_RANGE_MPEG), 0);
            assert_int_equal(p.is_slot, f.packed_stride == f.stride);
            assert_int_equal(p.size, f.packed_stride * f.height);
            assert_int_equal(p.linesize[0], f.packed_stride);
            assert_int_equal(p.pix_fmt, f.pix_fmt);
            if (p.is_slot)
                continue;
            one_picture(&f, AV_PIX_FMT_NONE);
            packed++;
        }
    }
    assert_true(packed > 100);
}

/* Each row's pixels and nothing of its padding, by hand. */
static void test_packed_rows(void **state)
{
    const X11ShmpoolLayout layout = {
        .depth = 24, .bits_per_pixel = 24, .scanline_pad = 64,
        .visual_class = 4, .red = 0xff0000, .green = 0xff00, .blue = 0xff,
    };
    uint8_t slot[4][16], picture[4][9];
    X11ShmpoolFormat f;
    X11ShmpoolPicture p;
    X11ShmpoolRects rects;

    (void)state;
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 3, 4), 0);
    assert_int_equal(init(&p, &f, AV_PIX_FMT_NONE, AVCOL_SPC_BT709,
                          AVCOL_RANGE_MPEG), 0);
    assert_int_equal(p.is_slot, 0);
    assert_int_equal(p.size, sizeof(picture));
    for (int y = 0; y < 4; y++)
        for (int i = 0; i < 16; i++)
            slot[y][i] = i < 9 ? 10 * y + i : 0xee;
    rects = whole(&f);
    x11shmpool_picture_fill(&p, picture[0], slot[0], &rects, NULL);
    for (int y = 0; y < 4; y++)
        for (int i = 0; i < 9; i++)
            assert_int_equal(picture[y][i], 10 * y + i);
}

static void test_colors(void **state)
{
    X11ShmpoolFormat f = random_format(5, 32);

    (void)state;
    for (int i = -1; i < NB_FORMATS; i++) {
        const enum AVPixelFormat to = i < 0 ? AV_PIX_FMT_NONE : formats[i];
        const int rgb    = i < 0 || to == AV_PIX_FMT_RGB24;
        const int shared = to == AV_PIX_FMT_YUV420P || to == AV_PIX_FMT_NV12;
        X11ShmpoolPicture p;

        assert_int_equal(init(&p, &f, to, AVCOL_SPC_SMPTE170M,
                              AVCOL_RANGE_MPEG), 0);
        assert_int_equal(p.color_space, rgb ? AVCOL_SPC_RGB
                                            : AVCOL_SPC_SMPTE170M);
        assert_int_equal(p.color_range, rgb ? AVCOL_RANGE_JPEG
                                            : AVCOL_RANGE_MPEG);
        assert_int_equal(p.chroma_location,
                         shared ? AVCHROMA_LOC_CENTER
                                : AVCHROMA_LOC_UNSPECIFIED);
    }
}

static void test_too_large(void **state)
{
    const X11ShmpoolLayout layout = {
        .depth = 8, .bits_per_pixel = 8, .scanline_pad = 32, .visual_class = 3,
    };
    X11ShmpoolFormat f;
    X11ShmpoolPicture p;

    (void)state;
    /* FFmpeg has no larger ones, in any format */
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 32767, 32767),
                     0);
    assert_int_equal(init(&p, &f, AV_PIX_FMT_YUV444P, AVCOL_SPC_BT709,
                          AVCOL_RANGE_MPEG),
                     AVERROR(EINVAL));
    assert_int_equal(x11shmpool_format_init(&f, NULL, &layout, 16001, 16001),
                     0);
    assert_int_equal(init(&p, &f, AV_PIX_FMT_YUV444P, AVCOL_SPC_BT709,
                          AVCOL_RANGE_MPEG), 0);
    assert_int_equal(p.size, 3 * 16001 * 16001);
    assert_int_equal(p.offset[2], 2 * 16001 * 16001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_packing),
        cmocka_unit_test(test_packed_rows),
        cmocka_unit_test(test_colors),
        cmocka_unit_test(test_too_large),
    };

    return cmocka_run_group_tests_name("picture", tests, setup, NULL);
}
