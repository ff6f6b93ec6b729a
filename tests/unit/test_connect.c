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

#include "x11shmpool_connect.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Byte by byte on the heap, so that a sanitizer sees what is read beyond. */
static int parse(const void *answer, size_t size, char *reason)
{
    uint8_t *copy = malloc(size + !size);
    int ret;

    assert_non_null(copy);
    memcpy(copy, answer, size);
    memset(reason, '!', MAX_REASON + 1);
    ret = parse_answer(copy, size, reason);
    free(copy);
    return ret;
}

static void test_reasons(void **state)
{
    static const struct {
        const char *answer;
        size_t size;
        int error;
        const char *reason;
    } answers[] = {
#define A(text, error, reason) { text, sizeof(text) - 1, AVERROR(error), reason }
        A("", ECONNREFUSED, ""),
        A("\0\5\13\0\0\0\2", ECONNREFUSED, ""),
        A("\0\5\13\0\0\0\2\0nope.\0\0\0", EACCES, "nope."),
        /* only what there is, up to where the line ends */
        A("\0\5\13\0\0\0\2\0no", EACCES, "no"),
        A("\0\377\13\0\0\0\2\0no", EACCES, "no"),
        A("\0\2\13\0\0\0\2\0nobody", EACCES, "no"),
        A("\0\0\13\0\0\0\0\0nobody", EACCES, ""),
        A("\0\7\13\0\0\0\2\0one\ntwo\0", EACCES, "one"),
        A("\0\41\13\0\0\0\11\0Maximum number of clients reached\0\0\0",
          EUSERS, NO_ROOM),
        A("\0\40\13\0\0\0\10\0Maximum number of clients reache",
          EACCES, "Maximum number of clients reache"),
        A("\1\0\13\0\0\0\2\0", ECONNRESET, ""),
        A("\2\0\0\0\0\0\2\0prove it", EACCES, ""),
        A("\377\377\377\377\377\377\377\377", EACCES, ""),
    };
    char reason[MAX_REASON + 1];

    (void)state;
    for (size_t i = 0; i < FF_ARRAY_ELEMS(answers); i++) {
        assert_int_equal(parse(answers[i].answer, answers[i].size, reason),
                         answers[i].error);
        assert_string_equal(reason, answers[i].reason);
    }
}

static void test_longest_reason(void **state)
{
    uint8_t answer[ANSWER_HEADER + MAX_REASON] = { 0, 255 };
    char reason[MAX_REASON + 1];

    (void)state;
    memset(answer + ANSWER_HEADER, 'x', MAX_REASON);
    assert_int_equal(parse(answer, sizeof(answer), reason), AVERROR(EACCES));
    assert_int_equal(strlen(reason), MAX_REASON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_longest_reason),
    };

    return cmocka_run_group_tests_name("connect", tests, NULL, NULL);
}
