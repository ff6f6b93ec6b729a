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

#include <stdlib.h>
#include <string.h>

#include <xcb/xcb.h>
#include "libavutil/error.h"

#include "x11shmpool_reply.h"

/* As long as it says, so that a sanitizer sees what is read beyond. */
static xcb_generic_reply_t *make_reply(uint32_t length)
{
    xcb_generic_reply_t *r = calloc(1, 32 + length * 4);

    assert_non_null(r);
    r->response_type = 1;
    r->length        = length;
    return r;
}

static void test_items(void **state)
{
    xcb_generic_reply_t *r = make_reply(3);
    const uint8_t *p = (uint8_t *)r;

    (void)state;
    assert_null(x11shmpool_reply_items(NULL, 0, 0, 1));
    assert_ptr_equal(x11shmpool_reply_items(r, 32, 0, 4), p + 32);
    assert_ptr_equal(x11shmpool_reply_items(r, 32, 3, 4), p + 32);
    assert_null(x11shmpool_reply_items(r, 32, 4, 4));
    assert_ptr_equal(x11shmpool_reply_items(r, 32, 12, 1), p + 32);
    assert_null(x11shmpool_reply_items(r, 32, 13, 1));
    assert_ptr_equal(x11shmpool_reply_items(r, 44, 0, 100), p + 44);
    assert_null(x11shmpool_reply_items(r, 44, 1, 1));
    assert_null(x11shmpool_reply_items(r, 45, 0, 1));
    assert_null(x11shmpool_reply_items(r, SIZE_MAX, 0, 1));
    assert_null(x11shmpool_reply_items(r, 32, UINT32_MAX, 4));
    assert_null(x11shmpool_reply_items(r, 32, UINT64_MAX, 4));
    assert_null(x11shmpool_reply_items(r, 32, UINT64_MAX / 4 + 1, 4));
    assert_null(x11shmpool_reply_items(r, 0, 1, 45));
    assert_ptr_equal(x11shmpool_reply_items(r, 0, 1, 44), p);
    free(r);

    /* a length that no memory holds is believed, and only that */
    r = make_reply(0);
    r->length = UINT32_MAX;
    assert_ptr_equal(x11shmpool_reply_items(r, 32, UINT32_MAX, 4),
                     (uint8_t *)r + 32);
    assert_null(x11shmpool_reply_items(r, 32, UINT64_C(1) << 32, 4));
    free(r);
}

enum {
    VENDOR_LEN = 24, ROOTS_LEN = 28, FORMATS_LEN = 29, LENGTH = 6,
    VENDOR = 40, FORMATS = VENDOR + 8, SCREENS = FORMATS + 2 * 8,
    DEPTHS_LEN = 39,                      /* in a screen */
    VISUALS_LEN = 2,                      /* in a depth */
    FIRST_DEPTH = SCREENS + 40,           /* 2 visuals */
    SECOND_DEPTH = FIRST_DEPTH + 8 + 2 * 24, /* none */
    SECOND_SCREEN = SECOND_DEPTH + 8,     /* no depths */
    SETUP_SIZE = SECOND_SCREEN + 40,
};

static void put16(uint8_t *p, unsigned v)
{
    const uint16_t value = v;

    memcpy(p, &value, 2);
}

static unsigned get16(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, 2);
    return v;
}

/* A vendor of 5 bytes, two formats, two screens. */
static uint8_t *make_setup(void)
{
    uint8_t *s = calloc(1, SETUP_SIZE);

    assert_non_null(s);
    s[0] = 1;
    put16(s + LENGTH, (SETUP_SIZE - 8) / 4);
    put16(s + VENDOR_LEN, 5);
    put16(s + offsetof(xcb_setup_t, maximum_request_length), 4096);
    s[ROOTS_LEN]   = 2;
    s[FORMATS_LEN] = 2;
    s[SCREENS + DEPTHS_LEN] = 2;
    put16(s + FIRST_DEPTH + VISUALS_LEN, 2);
    return s;
}

static void assert_within(const xcb_setup_t *s, const void *p, size_t size)
{
    const uint8_t *start = (const uint8_t *)s, *end = start + SETUP_SIZE;

    if (size)
        assert_true((const uint8_t *)p >= start &&
                    (const uint8_t *)p + size <= end);
}

/* What libxcb makes of a setup that was let pass. */
static void walk(const xcb_setup_t *s)
{
    assert_within(s, xcb_setup_vendor(s), xcb_setup_vendor_length(s));
    assert_within(s, xcb_setup_pixmap_formats(s),
                  xcb_setup_pixmap_formats_length(s) * sizeof(xcb_format_t));
    for (xcb_screen_iterator_t i = xcb_setup_roots_iterator(s); i.rem;
         xcb_screen_next(&i)) {
        xcb_depth_iterator_t k = xcb_screen_allowed_depths_iterator(i.data);

        assert_within(s, i.data, sizeof(*i.data));
        for (; k.rem; xcb_depth_next(&k)) {
            assert_within(s, k.data, sizeof(*k.data));
            assert_within(s, xcb_depth_visuals(k.data),
                          xcb_depth_visuals_length(k.data) *
                          sizeof(xcb_visualtype_t));
        }
    }
}

static void test_setup(void **state)
{
    uint8_t *s = make_setup();

    (void)state;
    assert_int_equal(x11shmpool_reply_check_setup(s), 0);
    walk((xcb_setup_t *)s);
    s[ROOTS_LEN] = 0;
    assert_int_equal(x11shmpool_reply_check_setup(s), AVERROR_INVALIDDATA);
    s[ROOTS_LEN] = 2;
    put16(s + offsetof(xcb_setup_t, maximum_request_length), 4095);
    assert_int_equal(x11shmpool_reply_check_setup(s), AVERROR_INVALIDDATA);
    free(s);
}

/* As long as it is, not a byte less does. */
static void test_setup_short(void **state)
{
    (void)state;
    for (unsigned length = 0; length < (SETUP_SIZE - 8) / 4; length++) {
        uint8_t *s = make_setup(), *cut = malloc(8 + length * 4);

        assert_non_null(cut);
        put16(s + LENGTH, length);
        memcpy(cut, s, 8 + length * 4);
        free(s);
        assert_int_equal(x11shmpool_reply_check_setup(cut),
                         AVERROR_INVALIDDATA);
        free(cut);
    }
}

/* Every count set to every value: refused, or what libxcb can walk. */
static void test_setup_counts(void **state)
{
    static const struct {
        int at, bytes;
    } counts[] = {
        { VENDOR_LEN, 2 },
        { ROOTS_LEN, 1 },
        { FORMATS_LEN, 1 },
        { SCREENS + DEPTHS_LEN, 1 },
        { FIRST_DEPTH + VISUALS_LEN, 2 },
        { SECOND_DEPTH + VISUALS_LEN, 2 },
        { SECOND_SCREEN + DEPTHS_LEN, 1 },
    };
    int refused = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        for (unsigned v = 0; v < (counts[i].bytes == 1 ? 256 : 65536); v++) {
            uint8_t *s = make_setup();
            unsigned was = counts[i].bytes == 1 ? s[counts[i].at] :
                           get16(s + counts[i].at);

            if (counts[i].bytes == 1)
                s[counts[i].at] = v;
            else
                put16(s + counts[i].at, v);
            if (x11shmpool_reply_check_setup(s) >= 0) {
                walk((xcb_setup_t *)s);
            } else {
                assert_int_not_equal(v, was);
                refused++;
            }
            free(s);
        }
    }
    assert_true(refused > 190000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_setup),
        cmocka_unit_test(test_setup_short),
        cmocka_unit_test(test_setup_counts),
    };

    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
