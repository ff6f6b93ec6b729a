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

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "x11shmpool_blend.h"

static const struct Case {
    const char *name;
    int depth, bits_per_pixel;
    uint32_t red, green, blue, alpha;
} cases[] = {
    { "332",        8,  8, 0xe0, 0x1c, 0x03, 0 },
    { "233",        8,  8, 0x07, 0x38, 0xc0, 0 },
    { "444",       12, 16, 0xf00, 0x0f0, 0x00f, 0 },
    { "555",       15, 16, 0x7c00, 0x03e0, 0x001f, 0 },
    { "555 bgr",   15, 16, 0x001f, 0x03e0, 0x7c00, 0 },
    { "565",       16, 16, 0xf800, 0x07e0, 0x001f, 0 },
    { "565 bgr",   16, 16, 0x001f, 0x07e0, 0xf800, 0 },
    { "888",       24, 24, 0xff0000, 0xff00, 0xff, 0 },
    { "888 bgr",   24, 24, 0xff, 0xff00, 0xff0000, 0 },
    { "x888",      24, 32, 0xff0000, 0xff00, 0xff, 0 },
    { "x888 bgr",  24, 32, 0xff, 0xff00, 0xff0000, 0 },
    { "888x",      24, 32, 0xff000000, 0xff0000, 0xff00, 0 },
    { "888x bgr",  24, 32, 0xff00, 0xff0000, 0xff000000, 0 },
    { "x2rgb10",   30, 32, 0x3ff00000, 0xffc00, 0x3ff, 0 },
    { "x2bgr10",   30, 32, 0x3ff, 0xffc00, 0x3ff00000, 0 },
    { "8888",      32, 32, 0xff0000, 0xff00, 0xff, 0xff000000 },
    { "8888 abgr", 32, 32, 0xff, 0xff00, 0xff0000, 0xff000000 },
    { "8888 rgba", 32, 32, 0xff000000, 0xff0000, 0xff00, 0xff },
    { "8888 bgra", 32, 32, 0xff00, 0xff0000, 0xff000000, 0xff },
    { "pal8",       8,  8, 0, 0, 0, 0 },
    { "pal of 16",  4,  8, 0, 0, 0, 0 },
};
#define NB_CASES (sizeof(cases) / sizeof(*cases))

#define MARGIN 64              /* bytes before and behind the picture */
#define MAX_SIDE 40
#define MAX_BYTES (2 * MARGIN + MAX_SIDE * (MAX_SIDE * 4 + 16))

static uint32_t seed = 20240521;

static uint32_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;

    return seed;
}

static int rnd_between(int low, int high)
{
    return low + (int)(rnd() % (uint32_t)(high - low + 1));
}

static X11ShmpoolFormat format_of(const struct Case *c, int big_endian,
                                  int width, int height)
{
    return (X11ShmpoolFormat){
        .depth   = c->depth,  .bits_per_pixel = c->bits_per_pixel,
        .indexed = !c->green, .big_endian     = big_endian,
        .red     = c->red,    .green          = c->green,
        .blue    = c->blue,   .alpha          = c->alpha,
        .width   = width,     .height         = height,
    };
}

static void random_cursor(X11ShmpoolCursorImage *cursor, int premultiplied)
{
    for (int i = 0; i < cursor->width * cursor->height; i++) {
        uint32_t a = rnd() % 4 ? rnd() & 255 : rnd() % 2 ? 255 : 0;
        uint32_t top = premultiplied ? a : 255;

        cursor->argb[i] = a << 24 | rnd() % (top + 1) << 16 |
                          rnd() % (top + 1) << 8 | rnd() % (top + 1);
    }
}

/* The definition, word by word and in floating point: these are whole numbers
 * far below 2^53, so the division's floor is exact. */
static uint32_t reference_channel(uint32_t value, uint32_t mask,
                                  unsigned c, unsigned a)
{
    uint64_t low = mask & -(uint64_t)mask;
    double max, d, to;

    if (!mask)
        return value;
    max = mask / low;
    d   = (value & mask) / low;
    to  = floor((c * max + d * (255 - a) + 127) / 255);
    if (to > max)
        to = max;

    return (value & ~mask) | (uint32_t)(to * low);
}

static uint32_t reference_index(uint32_t value, uint32_t argb,
                                const uint32_t *palette, int entries)
{
    double best = INFINITY;
    uint32_t rgb = palette[value], to = 0;

    for (int shift = 0; shift < 24; shift += 8)
        rgb = reference_channel(rgb, 255u << shift, argb >> shift & 255,
                                argb >> 24);
    for (int i = 0; i < entries; i++) {
        double distance = 0;

        for (int shift = 0; shift < 24; shift += 8)
            distance += pow((double)(palette[i] >> shift & 255) -
                            (double)(rgb >> shift & 255), 2);
        if (distance < best) {
            best = distance;
            to   = i;
        }
    }

    return to;
}

static void reference_blend(const X11ShmpoolFormat *f, uint8_t *data,
                            ptrdiff_t stride,
                            const X11ShmpoolCursorImage *cursor,
                            int px, int py, X11ShmpoolRect clip,
                            const uint32_t *palette)
{
    int bytes = f->bits_per_pixel / 8;

    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++) {
            int cx = x - px + cursor->xhot, cy = y - py + cursor->yhot;
            uint8_t *p = data + y * stride + x * bytes;
            uint32_t argb, value = 0;

            if (cx < 0 || cx >= cursor->width ||
                cy < 0 || cy >= cursor->height ||
                x < clip.x || x >= clip.x + clip.w ||
                y < clip.y || y >= clip.y + clip.h)
                continue;
            argb = cursor->argb[cy * cursor->width + cx];
            if (!(argb >> 24))
                continue;
            for (int i = 0; i < bytes; i++)
                value |= (uint32_t)p[f->big_endian ? bytes - 1 - i : i]
                         << 8 * i;
            if (f->indexed) {
                value = reference_index(value, argb, palette, 1 << f->depth);
            } else {
                unsigned a = argb >> 24;

                value = reference_channel(value, f->red, argb >> 16 & 255, a);
                value = reference_channel(value, f->green, argb >> 8 & 255, a);
                value = reference_channel(value, f->blue, argb & 255, a);
                value = reference_channel(value, f->alpha, a, a);
            }
            for (int i = 0; i < bytes; i++)
                p[f->big_endian ? bytes - 1 - i : i] = value >> 8 * i;
        }
    }
}

static void compare_once(const X11ShmpoolFormat *f, const char *name,
                         const X11ShmpoolCursorImage *cursor,
                         int px, int py, X11ShmpoolRect clip)
{
    static uint8_t got[MAX_BYTES], want[MAX_BYTES], before[MAX_BYTES];
    int stride = f->width * f->bits_per_pixel / 8 + rnd_between(0, 16);
    uint32_t palette[256];

    for (int i = 0; i < 256; i++)
        palette[i] = rnd();
    for (int i = 0; i < MAX_BYTES; i++)
        got[i] = f->depth < 8 ? rnd() & ((1 << f->depth) - 1) : rnd();
    memcpy(want, got, sizeof(want));
    memcpy(before, got, sizeof(before));

    x11shmpool_blend_cursor(f, got + MARGIN, stride, cursor, px, py, clip,
                            f->indexed ? palette : NULL);
    reference_blend(f, want + MARGIN, stride, cursor, px, py, clip, palette);
    for (int i = 0; i < MAX_BYTES; i++)
        if (got[i] != want[i])
            fail_msg("%s %s: byte %d (pixel row %d) was %#x, is %#x, "
                     "should be %#x; %dx%d at %d,%d",
                     name, f->big_endian ? "MSB" : "LSB", i - MARGIN,
                     (i - MARGIN) / stride, before[i], got[i], want[i],
                     f->width, f->height, px, py);
}

static void test_every_format_and_place(void **state)
{
    uint32_t argb[MAX_SIDE * MAX_SIDE];

    (void)state;
    for (size_t i = 0; i < 2 * NB_CASES; i++) {
        for (int n = 0; n < 400; n++) {
            X11ShmpoolFormat f = format_of(&cases[i / 2], i & 1,
                                           rnd_between(1, MAX_SIDE),
                                           rnd_between(1, MAX_SIDE));
            X11ShmpoolCursorImage cursor = {
                argb, rnd_between(1, 24), rnd_between(1, 24), 0, 0
            };
            X11ShmpoolRect clip = { 0, 0, f.width, f.height };

            cursor.xhot = rnd_between(0, cursor.width - 1);
            cursor.yhot = rnd_between(0, cursor.height - 1);
            random_cursor(&cursor, n % 8);
            if (n & 1)
                clip = (X11ShmpoolRect){ rnd_between(-5, f.width),
                                         rnd_between(-5, f.height),
                                         rnd_between(-1, f.width + 5),
                                         rnd_between(-1, f.height + 5) };
            compare_once(&f, cases[i / 2].name, &cursor,
                         rnd_between(-25, f.width + 25),
                         rnd_between(-25, f.height + 25), clip);
        }
    }
}

/* Every way that a cursor of 3x3 can overlap a picture of 5x4. */
static void test_every_edge(void **state)
{
    uint32_t argb[9];
    X11ShmpoolCursorImage cursor = { argb, 3, 3, 1, 1 };

    (void)state;
    for (size_t i = 0; i < 2 * NB_CASES; i++) {
        X11ShmpoolFormat f  = format_of(&cases[i / 2], i & 1, 5, 4);
        X11ShmpoolRect clip = { 0, 0, 5, 4 };

        for (int py = -4; py < 9; py++) {
            for (int px = -4; px < 10; px++) {
                random_cursor(&cursor, 1);
                compare_once(&f, cases[i / 2].name, &cursor, px, py, clip);
            }
        }
    }
}

/* Every alpha against every value of an 8 bit channel, with the smallest and
 * the largest premultiplied colour that the alpha allows. */
static void test_every_alpha(void **state)
{
    const struct Case *c = &cases[9];

    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        X11ShmpoolFormat f = format_of(c, big_endian, 1, 1);

        for (uint32_t a = 0; a < 256; a++) {
            for (int d = 0; d < 256; d++) {
                uint32_t argb = a << 24 | a << 16 | (a / 2) << 8;
                X11ShmpoolCursorImage cursor = { &argb, 1, 1, 0, 0 };
                uint8_t got[4] = { d, d, d, d }, want[4] = { d, d, d, d };
                X11ShmpoolRect clip = { 0, 0, 1, 1 };

                x11shmpool_blend_cursor(&f, got, 4, &cursor, 0, 0, clip, NULL);
                reference_blend(&f, want, 4, &cursor, 0, 0, clip, NULL);
                assert_memory_equal(got, want, 4);
            }
        }
    }
}

static void test_known_values(void **state)
{
    uint32_t argb[] = { 0x80404040, 0x00ffffff, 0xff102030 };
    X11ShmpoolCursorImage cursor = { argb, 3, 1, 0, 0 };
    X11ShmpoolFormat x888 = format_of(&cases[9], 0, 3, 1);
    X11ShmpoolFormat rgb565 = format_of(&cases[5], 0, 3, 1);
    X11ShmpoolRect clip = { 0, 0, 3, 1 };
    uint8_t p[12] = { 200, 100, 0, 77, 1, 2, 3, 4, 9, 9, 9, 9 };
    /* 200 * 127 / 255 = 99.6, 100 * 127 / 255 = 49.8 */
    const uint8_t want[12] = { 164, 114, 64, 77, 1, 2, 3, 4,
                               0x30, 0x20, 0x10, 9 };
    uint16_t v;

    (void)state;
    x11shmpool_blend_cursor(&x888, p, 12, &cursor, 0, 0, clip, NULL);
    assert_memory_equal(p, want, 12);

    /* white under half transparent grey: 31 * 127 / 255 + 31 * 64 / 255 =
     * 23.2, 63 * 127 / 255 + 63 * 64 / 255 = 47.2 */
    memset(p, 0xff, 2);
    x11shmpool_blend_cursor(&rgb565, p, 6, &cursor, 0, 0, clip, NULL);
    v = p[0] | p[1] << 8;
    assert_int_equal(v, 23 << 11 | 47 << 5 | 23);
}

static void test_indexed_takes_the_lowest_of_equals(void **state)
{
    uint32_t palette[256], argb = 0xff808080;
    X11ShmpoolCursorImage cursor = { &argb, 1, 1, 0, 0 };
    X11ShmpoolFormat f = format_of(&cases[NB_CASES - 2], 0, 1, 1);
    uint8_t p = 200;

    (void)state;
    memset(palette, 0, sizeof(palette));
    palette[7] = 0xff7f8080;
    palette[9] = palette[11] = 0xff818080;
    x11shmpool_blend_cursor(&f, &p, 1, &cursor, 0, 0,
                            (X11ShmpoolRect){ 0, 0, 1, 1 }, palette);
    assert_int_equal(p, 7);
    palette[11] = 0x00808080;
    x11shmpool_blend_cursor(&f, &p, 1, &cursor, 0, 0,
                            (X11ShmpoolRect){ 0, 0, 1, 1 }, palette);
    assert_int_equal(p, 11);
    argb = 0;
    p    = 9;
    x11shmpool_blend_cursor(&f, &p, 1, &cursor, 0, 0,
                            (X11ShmpoolRect){ 0, 0, 1, 1 }, palette);
    assert_int_equal(p, 9);
}

static void test_rect(void **state)
{
    X11ShmpoolCursorImage cursor = { NULL, 16, 24, 3, 5 };
    X11ShmpoolRect r = x11shmpool_blend_rect(&cursor, 100, 2);

    (void)state;
    assert_true(x11shmpool_rect_equal(r, (X11ShmpoolRect){ 97, -3, 16, 24 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format_and_place),
        cmocka_unit_test(test_every_edge),
        cmocka_unit_test(test_every_alpha),
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_indexed_takes_the_lowest_of_equals),
        cmocka_unit_test(test_rect),
    };

    return cmocka_run_group_tests_name("blend", tests, NULL, NULL);
}
