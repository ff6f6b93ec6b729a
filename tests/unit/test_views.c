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

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "x11shmpool_views.h"

#define PAGES 1500

static size_t page;
static uint8_t *slot;
static int fd, pagemap;

static int setup(void **state)
{
    (void)state;
    page    = sysconf(_SC_PAGESIZE);
    pagemap = x11shmpool_views_pagemap();
    fd      = memfd_create("test", MFD_CLOEXEC);
    if (pagemap < 0 || fd < 0 || ftruncate(fd, PAGES * page) < 0)
        return -1;
    slot = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (slot == MAP_FAILED)
        return -1;
    memset(slot, 1, PAGES * page);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    munmap(slot, PAGES * page);
    close(fd);
    close(pagemap);
    return 0;
}

static X11ShmpoolViews *make(void)
{
    X11ShmpoolViews *v = x11shmpool_views_alloc(fd, PAGES * page, pagemap);

    assert_non_null(v);
    return v;
}

/* Nobody writes: the address stays, whatever else this process does, with the
 * view in use and not. */
static void shows_the_slot(void **state)
{
    X11ShmpoolViews *v = make();
    uint8_t *first = x11shmpool_views_show(v), *other;

    (void)state;
    for (int i = 1; i < 5; i++) {
        memset(slot, i, PAGES * page);
        assert_memory_equal(first, slot, PAGES * page);
        assert_ptr_equal(x11shmpool_views_show(v), first);
        x11shmpool_views_release(v, first);
    }
    other = mmap(NULL, page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    other[0] = 1;
    munmap(other, page);
    x11shmpool_views_release(v, first);
    assert_ptr_equal(x11shmpool_views_show(v), first);
    x11shmpool_views_free(&v);
    assert_null(v);
}

static void *write_byte(void *at)
{
    *(uint8_t *)at ^= 1;
    return NULL;
}

/* One byte of any page, written by any thread, is in no view that is shown from
 * then on, and stays in the one it was written to as long as that is in use. */
static void each_write_is_seen(void **state)
{
    static const int pages[] = { 0, 1, 511, 512, 513, 1023, 1024, PAGES - 1 };
    X11ShmpoolViews *v = make();

    (void)state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        uint8_t *data = x11shmpool_views_show(v), *next;
        uint8_t *at   = data + pages[i] * page + i;
        uint8_t before = slot[pages[i] * page + i];
        pthread_t thread;

        assert_memory_equal(data, slot, PAGES * page);
        if (i & 1) {
            write_byte(at);
        } else {
            pthread_create(&thread, NULL, write_byte, at);
            pthread_join(thread, NULL);
        }
        assert_int_equal(slot[pages[i] * page + i], before);
        next = x11shmpool_views_show(v);
        assert_ptr_not_equal(next, data);
        assert_memory_equal(next, slot, PAGES * page);
        assert_int_equal(*at, before ^ 1);
        x11shmpool_views_release(v, data);
        x11shmpool_views_release(v, next);
    }
    /* and none of it is left when all are free again */
    for (int i = 0; i < 3; i++)
        assert_memory_equal(x11shmpool_views_show(v), slot, PAGES * page);
    x11shmpool_views_free(&v);
}

/* What was written to is used again when its users have gone. */
static void views_are_few(void **state)
{
    X11ShmpoolViews *v = make();
    uint8_t *data, *two[2] = { NULL };

    (void)state;
    for (int i = 0; i < 20; i++) {
        data = x11shmpool_views_show(v);
        assert_memory_equal(data, slot, PAGES * page);
        data[i * page] ^= 1;
        x11shmpool_views_release(v, data);
        two[1] = data == two[0] ? two[1] : data;
        two[0] = two[0] ? two[0] : data;
        assert_true(data == two[0] || data == two[1]);
    }
    x11shmpool_views_free(&v);
}

/* A write by the kernel on behalf of a program is one, too. */
static void a_read_into_it_is_seen(void **state)
{
    X11ShmpoolViews *v = make();
    uint8_t *data = x11shmpool_views_show(v);
    int pipes[2];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], "x", 1), 1);
    assert_int_equal(read(pipes[0], data + 700 * page, 1), 1);
    assert_int_not_equal(slot[700 * page], 'x');
    assert_ptr_not_equal(x11shmpool_views_show(v), data);
    x11shmpool_views_free(&v);
    close(pipes[0]);
    close(pipes[1]);
}

/* There is an end to the mappings that one slot takes. */
static void views_have_a_bound(void **state)
{
    X11ShmpoolViews *v = make();
    uint8_t *data;
    int nb = 0;

    (void)state;
    while (nb < 1000 && (data = x11shmpool_views_show(v))) {
        data[0] ^= 1;
        nb++;
    }
    assert_in_range(nb, 16, 64);
    x11shmpool_views_release(v, data = NULL);
    x11shmpool_views_free(&v);
}

/* Where the kernel tells nothing there are no views. */
static void needs_the_pagemap(void **state)
{
    int nothing[2];

    (void)state;
    assert_int_equal(pipe(nothing), 0);
    assert_null(x11shmpool_views_alloc(fd, PAGES * page, nothing[0]));
    close(nothing[0]);
    close(nothing[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_slot),
        cmocka_unit_test(each_write_is_seen),
        cmocka_unit_test(views_are_few),
        cmocka_unit_test(a_read_into_it_is_seen),
        cmocka_unit_test(views_have_a_bound),
        cmocka_unit_test(needs_the_pagemap),
    };

    return cmocka_run_group_tests_name("views", tests, setup, teardown);
}
