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

#include "x11shmpool_changes.h"

#define W 64
#define H 48

/* A picture in which each pixel has the number of the frame that drew it last,
 * against which what is told is held. */
static int64_t drawn[H][W];
static const X11ShmpoolRect frame = { 0, 0, W, H };
static X11ShmpoolChanges changes;
static unsigned seed = 1;

static int random_below(int n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

static int covers(const X11ShmpoolRects *rects, int x, int y)
{
    for (int i = 0; i < rects->nb; i++) {
        const X11ShmpoolRect *r = &rects->list[i];

        if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h)
            return 1;
    }
    return 0;
}

static void add_frame(const X11ShmpoolRects *rects)
{
    int64_t n = x11shmpool_changes_add(&changes, rects, frame);

    assert_int_equal(n, changes.newest);
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            if (covers(rects, x, y))
                drawn[y][x] = n;
        }
    }
}

static void start(void)
{
    changes = (X11ShmpoolChanges){ 0 };
    memset(drawn, 0, sizeof(drawn));
}

static void nothing_between_a_frame_and_itself(void **state)
{
    X11ShmpoolRects r = { 1, { { 3, 4, 5, 6 } } };

    (void)state;
    start();
    add_frame(&r);
    assert_int_equal(changes.newest, 1);
    x11shmpool_changes_between(&changes, 1, 1, frame, &r);
    assert_int_equal(r.nb, 0);
}

static void whole_frame_if_there_was_none(void **state)
{
    X11ShmpoolRects r = { 1, { { 3, 4, 5, 6 } } };

    (void)state;
    start();
    x11shmpool_changes_between(&changes, 0, 0, frame, &r);
    assert_int_equal(r.nb, 1);
    assert_true(x11shmpool_rect_equal(r.list[0],
                                      (X11ShmpoolRect){ 0, 0, W, H }));
    r = (X11ShmpoolRects){ 1, { { 3, 4, 5, 6 } } };
    add_frame(&r);
    x11shmpool_changes_between(&changes, 0, 1, frame, &r);
    assert_int_equal(x11shmpool_rects_area(&r), W * H);
}

/* A single rectangle between two frames comes back as it is. */
static void exact_for_one_frame(void **state)
{
    X11ShmpoolRects r;

    (void)state;
    start();
    for (int i = 0; i < 40; i++) {
        X11ShmpoolRect one = { i % 10, i % 7, 1 + i % 5, 2 };

        r = (X11ShmpoolRects){ 1, { one } };
        add_frame(&r);
        if (!i)
            continue;
        x11shmpool_changes_between(&changes, i, i + 1, frame, &r);
        assert_int_equal(r.nb, 1);
        assert_true(x11shmpool_rect_equal(r.list[0], one));
    }
}

static void clipped_to_the_frame(void **state)
{
    X11ShmpoolRects r = { 3, { { -5, -5, 10, 10 }, { W - 1, 0, 9, H + 9 },
                               { W, H, 4, 4 } } };

    (void)state;
    start();
    add_frame(&(X11ShmpoolRects){ 0 });
    add_frame(&r);
    x11shmpool_changes_between(&changes, 1, 2, frame, &r);
    assert_int_equal(r.nb, 2);
    assert_true(x11shmpool_rect_equal(r.list[0], (X11ShmpoolRect){ 0, 0, 5, 5 }));
    assert_true(x11shmpool_rect_equal(r.list[1],
                                      (X11ShmpoolRect){ W - 1, 0, 1, H }));
}

/* A larger frame in between, which nobody has seen, differs from both all
 * over. */
static void another_size_in_between(void **state)
{
    const X11ShmpoolRect large = { 0, 0, 2 * frame.w, 3 * frame.h };
    X11ShmpoolChanges c = { 0 };
    X11ShmpoolRects r;

    (void)state;
    for (int i = 0; i < 3; i++) {
        const X11ShmpoolRect all = i == 1 ? large : frame;

        x11shmpool_changes_add(&c, &(X11ShmpoolRects){ 1, { all } }, all);
    }
    x11shmpool_changes_between(&c, 1, 3, frame, &r);
    assert_int_equal(r.nb, 1);
    assert_true(x11shmpool_rect_equal(r.list[0], frame));
}

/* Whatever is drawn, between any two frames that are remembered nothing is
 * missing, and beyond that all is told. */
static void nothing_is_missing(void **state)
{
    X11ShmpoolRects r;

    (void)state;
    start();
    for (int n = 1; n <= 300; n++) {
        int older, newer, nb = random_below(random_below(8) ? 4 : 150);

        r.nb = 0;
        for (int i = 0; i < nb; i++)
            x11shmpool_rects_add(&r, (X11ShmpoolRect){
                random_below(W), random_below(H), random_below(9),
                random_below(9) });
        add_frame(&r);

        older = n - random_below(40);
        if (older < 1)
            continue;
        newer = older + random_below(n - older + 1);
        x11shmpool_changes_between(&changes, older, newer, frame, &r);
        assert_true(r.nb <= X11SHMPOOL_RECTS);
        if (n - older > X11SHMPOOL_CHANGES) {
            assert_int_equal(x11shmpool_rects_area(&r), W * H);
            continue;
        }
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                if (drawn[y][x] > older && drawn[y][x] <= newer)
                    assert_true(covers(&r, x, y));
            }
        }
        assert_true(older == newer ? !r.nb : 1);
    }
}

/* What lies in another rectangle costs no room, and what does not fit makes one
 * of all. */
static void rectangles_are_few(void **state)
{
    X11ShmpoolRects r = { 0 };

    (void)state;
    x11shmpool_rects_add(&r, (X11ShmpoolRect){ 1, 1, 0, 5 });
    assert_int_equal(r.nb, 0);
    x11shmpool_rects_add(&r, (X11ShmpoolRect){ 5, 5, 2, 2 });
    x11shmpool_rects_add(&r, (X11ShmpoolRect){ 9, 9, 2, 2 });
    x11shmpool_rects_add(&r, (X11ShmpoolRect){ 5, 6, 1, 1 });
    assert_int_equal(r.nb, 2);
    assert_int_equal(x11shmpool_rects_area(&r), 8);
    assert_true(x11shmpool_rect_equal(x11shmpool_rects_box(&r),
                                      (X11ShmpoolRect){ 5, 5, 6, 6 }));
    x11shmpool_rects_add(&r, (X11ShmpoolRect){ 4, 4, 9, 9 });
    assert_int_equal(r.nb, 1);

    r.nb = 0;
    for (int i = 0; i < X11SHMPOOL_RECTS; i++)
        x11shmpool_rects_add(&r, (X11ShmpoolRect){ 2 * i, i, 1, 1 });
    assert_int_equal(r.nb, X11SHMPOOL_RECTS);
    x11shmpool_rects_add(&r, (X11ShmpoolRect){ 0, 200, 1, 1 });
    assert_int_equal(r.nb, 1);
    assert_true(x11shmpool_rect_equal(r.list[0], (X11ShmpoolRect){
        0, 0, 2 * X11SHMPOOL_RECTS - 1, 201 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_between_a_frame_and_itself),
        cmocka_unit_test(whole_frame_if_there_was_none),
        cmocka_unit_test(exact_for_one_frame),
        cmocka_unit_test(clipped_to_the_frame),
        cmocka_unit_test(another_size_in_between),
        cmocka_unit_test(nothing_is_missing),
        cmocka_unit_test(rectangles_are_few),
    };

    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
