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
 * Packets lie in memory that the device shares with the server: nothing is
 * copied, each kind of it works, and nobody else may have it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  320
#define HEIGHT 240

static int setup(void **state)
{
    (void)state;
    return test_stage_start(&(TestServerOptions){ .width = WIDTH,
                                                  .height = HEIGHT });
}

/* The inode of what is mapped at an address of a process; name may be NULL. */
static unsigned long mapped_inode(const char *pid, uintptr_t address,
                                  const char *name, unsigned long inode)
{
    char path[64], line[512];
    unsigned long found = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%s/maps", pid);
    f = fopen(path, "re");
    assert_non_null(f);
    while (!found && fgets(line, sizeof(line), f)) {
        unsigned long start, end, i;

        if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &start, &end, &i) != 3)
            continue;
        if (name ? strstr(line, name) && i == inode
                 : address >= start && address < end)
            found = i;
    }
    fclose(f);
    return found;
}

/* The packet's bytes are pages that the X server has mapped too. */
static void data_is_the_server_s(void **state)
{
    TestMapping m;
    char pid[16];

    (void)state;
    d = test_shot_open("x11shmpool", server->display,
                       "shm=memfd:framerate=60");
    snprintf(pid, sizeof(pid), "%d", (int)server->pid);
    for (int i = 0; i < 10; i++) {
        AVPacket *packet = test_shot_packet(d);
        unsigned long inode;

        assert_true(test_mapping_find(&m, packet->data));
        if (!strstr(m.name, "/memfd:x11shmpool"))
            fail_msg("data lies in '%s'", m.name);
        inode = mapped_inode("self", (uintptr_t)packet->data, NULL, 0);
        assert_int_equal(mapped_inode(pid, 0, "/memfd:x11shmpool", inode),
                         inode);
        assert_int_equal(packet->size, WIDTH * HEIGHT * 4);
        assert_ptr_equal(packet->buf->data, packet->data);
        assert_true((uintptr_t)packet->data + packet->size +
                    AV_INPUT_BUFFER_PADDING_SIZE <= m.end);
        assert_false(av_buffer_is_writable(packet->buf));
        assert_int_equal((uintptr_t)packet->data % 64, 0);
        av_packet_free(&packet);
        test_screen_fill(screen, root, i, i, 5, 5, i);
    }
    test_device_close(&d);
    assert_int_equal(test_mapping_count("memfd:x11shmpool"), 0);
}

static void decoded_is_the_slot(void **state)
{
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet;

    (void)state;
    d = test_shot_open("x11shmpool", server->display,
                       "shm=memfd:framerate=60");
    packet = test_shot_packet(d);
    assert_int_equal(test_device_decode(d, packet, frame), 0);
    assert_ptr_equal(frame->data[0], packet->data);
    assert_int_equal(frame->linesize[0], WIDTH * 4);
    assert_false(av_frame_is_writable(frame));
    av_frame_free(&frame);
    av_packet_free(&packet);
    test_device_close(&d);
}

static void shm_kinds(void **state)
{
    static const struct {
        const char *options, *mapping;
    } kinds[] = {
        { "shm=memfd", "memfd:x11shmpool" },
        { "shm=auto",  "memfd:x11shmpool" },
        { "shm=sysv",  "/SYSV" },
        { "shm=off",   NULL },
        { "shm=sysv:damage=off",  "/SYSV" },
        { "shm=memfd:damage=off", "memfd:x11shmpool" },
        { "shm=off:damage=off",   NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        TestMapping m = { .name = "" };
        AVPacket *packet;

        d = test_shot_open("x11shmpool", server->display, kinds[i].options);
        packet = test_shot_packet(d);
        test_mapping_find(&m, packet->data);
        if (kinds[i].mapping ? !strstr(m.name, kinds[i].mapping)
                             : !!strstr(m.name, "memfd") ||
                               !!strstr(m.name, "SYSV"))
            fail_msg("%s: data lies in '%s'", kinds[i].options, m.name);
        av_packet_free(&packet);
        for (int k = 0; k < 4; k++) {
            test_screen_noise(screen, root, 30 * k, 20 * k, 50, 50, i * 4 + k);
            test_shot_true(d, screen, root, 0, 0, 1, kinds[i].options);
        }
        test_device_close(&d);
    }
}

/* Segments made by this process: nobody else may attach them, and they go with
 * the last that has. */
static void sysv_is_private(void **state)
{
    AVPacket *packet;
    FILE *f = fopen("/proc/sysvipc/shm", "re");
    char line[512];
    int found = 0;

    (void)state;
    assert_non_null(f);
    d = test_shot_open("x11shmpool", server->display, "shm=sysv");
    packet = test_shot_packet(d);
    while (fgets(line, sizeof(line), f)) {
        unsigned perms;
        int cpid;

        if (sscanf(line, "%*d %*d %o %*u %d", &perms, &cpid) != 2 ||
            cpid != getpid())
            continue;
        found++;
        assert_int_equal(perms & 0777, 0600);
        assert_true(perms & 01000);
    }
    fclose(f);
    assert_true(found > 0);
    av_packet_free(&packet);
    test_device_close(&d);
}

static void choice_is_logged(void **state)
{
    TestServer *bare = test_server_start(&(TestServerOptions){
                                             .args = "-extension MIT-SHM" });
    TestImage *image;

    (void)state;
    assert_non_null(bare);
    test_log_start();
    image = test_shot_once("x11shmpool", server->display, "shm=auto");
    test_image_free(&image);
    assert_true(test_log_count("memfd", AV_LOG_VERBOSE) > 0);
    assert_int_equal(test_log_count("", AV_LOG_WARNING), 0);

    test_log_start();
    image = test_shot_once("x11shmpool", bare->display, "shm=auto");
    test_image_free(&image);
    if (test_log_count("socket", AV_LOG_WARNING) != 1) {
        test_log_print();
        fail_msg("%d warnings about the socket",
                 test_log_count("socket", AV_LOG_WARNING));
    }
    test_server_stop(&bare);
}

#define TEST(name) cmocka_unit_test_teardown(name, test_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(data_is_the_server_s),
        TEST(decoded_is_the_slot),
        TEST(shm_kinds),
        TEST(sysv_is_private),
        TEST(choice_is_logged),
    };

    return cmocka_run_group_tests_name("shared_memory", tests, setup,
                                       test_stage_stop);
}
