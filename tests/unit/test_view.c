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

#include "x11shmpool_view.h"

#define PAGES 1500

static size_t page;
static uint8_t *slot;
static int fd, pagemap;

static int setup(void **state)
{
    (void)state;
    page    = sysconf(_SC_PAGESIZE);
    pagemap = x11shmpool_view_pagemap();
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

static X11ShmpoolView make(int populate)
{
    X11ShmpoolView v;

    assert_int_equal(x11shmpool_view_init(&v, fd, PAGES * page, populate,
                                          pagemap), 0);
    return v;
}

/* Before anything is written, and after whatever else this process does. */
static void shows_the_slot(void **state)
{
    (void)state;
    for (int populate = 0; populate < 2; populate++) {
        X11ShmpoolView v = make(populate);
        uint8_t *other;

        for (int i = 1; i < 5; i++) {
            memset(slot, i, PAGES * page);
            assert_memory_equal(v.data, slot, PAGES * page);
            assert_false(x11shmpool_view_written(&v, pagemap));
        }
        other = mmap(NULL, page, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        other[0] = 1;
        munmap(other, page);
        assert_false(x11shmpool_view_written(&v, pagemap));
        x11shmpool_view_uninit(&v);
    }
}

static void *write_byte(void *at)
{
    *(uint8_t *)at ^= 1;
    return NULL;
}

/* One byte of any page, written by any thread, before or after it was read, as
 * soon as it was written and as long as it is not reset. */
static void each_write_is_seen(void **state)
{
    static const int pages[] = { 0, 1, 511, 512, 513, 1023, 1024, PAGES - 1 };

    (void)state;
    for (int populate = 0; populate < 2; populate++) {
        X11ShmpoolView v = make(populate);

        for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
            uint8_t *at = v.data + pages[i] * page + i;
            pthread_t thread;

            assert_false(x11shmpool_view_written(&v, pagemap));
            if (i & 1) {
                write_byte(at);
            } else {
                pthread_create(&thread, NULL, write_byte, at);
                pthread_join(thread, NULL);
            }
            assert_true(x11shmpool_view_written(&v, pagemap));
            assert_true(x11shmpool_view_written(&v, pagemap));
            assert_int_not_equal(*at, slot[pages[i] * page + i]);
            x11shmpool_view_reset(&v);
            assert_memory_equal(v.data, slot, PAGES * page);
        }
        assert_false(x11shmpool_view_written(&v, pagemap));
        x11shmpool_view_uninit(&v);
    }
}

/* A write by the kernel on behalf of a program is one, too. */
static void a_read_into_it_is_seen(void **state)
{
    X11ShmpoolView v = make(1);
    int pipes[2];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], "x", 1), 1);
    assert_false(x11shmpool_view_written(&v, pagemap));
    assert_int_equal(read(pipes[0], v.data + 700 * page, 1), 1);
    assert_true(x11shmpool_view_written(&v, pagemap));
    assert_int_not_equal(slot[700 * page], 'x');
    x11shmpool_view_uninit(&v);
    close(pipes[0]);
    close(pipes[1]);
}

/* What one packet writes is in no other view and not in the slot. */
static void writes_stay_apart(void **state)
{
    X11ShmpoolView a = make(1), b = make(0);
    uint8_t *before = test_malloc(PAGES * page);

    (void)state;
    memcpy(before, slot, PAGES * page);
    memset(a.data, 0x55, PAGES * page);
    assert_memory_equal(slot, before, PAGES * page);
    assert_memory_equal(b.data, before, PAGES * page);
    assert_false(x11shmpool_view_written(&b, pagemap));
    /* what was written there stays until it is reset */
    memset(slot, 9, PAGES * page);
    assert_int_equal(a.data[5 * page], 0x55);
    assert_int_equal(b.data[5 * page], 9);
    test_free(before);
    x11shmpool_view_uninit(&a);
    x11shmpool_view_uninit(&b);
}

/* Where the kernel tells nothing there is no view. */
static void needs_the_pagemap(void **state)
{
    X11ShmpoolView v;
    int nothing[2];

    (void)state;
    assert_int_equal(pipe(nothing), 0);
    assert_true(x11shmpool_view_init(&v, fd, PAGES * page, 1, nothing[0]) < 0);
    close(nothing[0]);
    close(nothing[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_slot),
        cmocka_unit_test(each_write_is_seen),
        cmocka_unit_test(a_read_into_it_is_seen),
        cmocka_unit_test(writes_stay_apart),
        cmocka_unit_test(needs_the_pagemap),
    };

    return cmocka_run_group_tests_name("view", tests, setup, teardown);
}
