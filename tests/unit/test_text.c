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

#include <stdio.h>
#include <string.h>

#include "x11shmpool_text.h"

static void test_escaped(void **state)
{
    static const char *const texts[][2] = {
        { "", "" },
        { "a title, as it stands ~", "a title, as it stands ~" },
        { "\033[31mred\033[0m", "\\x1B[31mred\\x1B[0m" },
        { "\001\t\n\r\037\177", "\\x01\\x09\\x0A\\x0D\\x1F\\x7F" },
        { "\u00d6\u20ac\U0001f600", "\u00d6\u20ac\U0001f600" },
        /* C1, encoded: 0x9b is what ESC [ is */
        { "\302\233m \302\200\302\237\302\240",
          "\\xC2\\x9Bm \\xC2\\x80\\xC2\\x9F\302\240" },
        /* no UTF-8: a lone C1, Latin-1, cut short, too long, a surrogate */
        { "\233m", "\\x9Bm" },
        { "caf\351 au", "caf\\xE9 au" },
        { "a\342\202", "a\\xE2\\x82" },
        { "\300\233b", "\\xC0\\x9Bb" },
        { "\355\240\200", "\\xED\\xA0\\x80" },
        { "\364\220\200\200", "\\xF4\\x90\\x80\\x80" },
        { "\377\376", "\\xFF\\xFE" },
    };
    char buffer[128];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        strcpy(buffer, "'");
        assert_ptr_equal(x11shmpool_text_append(buffer, sizeof(buffer),
                                                texts[i][0]), buffer);
        assert_int_equal(*buffer, '\'');
        assert_string_equal(buffer + 1, texts[i][1]);
    }
}

/* Every byte alone: as it is, or escaped. */
static void test_every_byte(void **state)
{
    (void)state;
    for (int i = 1; i < 256; i++) {
        char text[] = { i, 0 }, buffer[8] = "", escaped[8];

        snprintf(escaped, sizeof(escaped), "\\x%02X", i);
        x11shmpool_text_append(buffer, sizeof(buffer), text);
        assert_string_equal(buffer, i >= ' ' && i < 0x7F ? text : escaped);
    }
}

/* However little room there is, nothing is cut within. */
static void test_cut(void **state)
{
    static const char text[] = "a\033\u20acb";
    static const char *const cut[] = {
        "", "a", "a", "a", "a", "a\\x1B", "a\\x1B", "a\\x1B",
        "a\\x1B\u20ac", "a\\x1B\u20acb", "a\\x1B\u20acb",
    };

    (void)state;
    for (size_t size = 1; size <= sizeof(cut) / sizeof(*cut); size++) {
        char buffer[32];

        memset(buffer, '!', sizeof(buffer));
        *buffer = 0;
        x11shmpool_text_append(buffer, size, text);
        assert_string_equal(buffer, cut[size - 1]);
        for (size_t i = size; i < sizeof(buffer); i++)
            assert_int_equal(buffer[i], '!');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaped),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
