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

#include <dirent.h>
#include <inttypes.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/time.h>
#include <xcb/xcbext.h>

#include "footprint.h"
#include "stage.h"

void test_footprint_prepare(char **argv)
{
    if (!TEST_SANITIZED && !getenv("GLIBC_TUNABLES")) {
        setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
        execv("/proc/self/exe", argv);
    }
    /* Or each thread that comes and goes maps a heap of its own. */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_MXFAST, 0);
}

static xcb_extension_t resource_id = { "X-Resource", 0 };

enum { RES_QUERY_CLIENTS = 1, RES_QUERY_CLIENT_RESOURCES = 2 };

/* Both replies are a number at byte 8, and pairs of numbers from byte 32 on. */
static uint32_t *resource_request(int opcode, uint32_t client)
{
    struct {
        uint8_t major, minor;
        uint16_t length;
        uint32_t client;
    } request = { .client = client };
    struct iovec parts[4] = { 0 };
    const xcb_protocol_request_t protocol = {
        .count = 1, .ext = &resource_id, .opcode = opcode,
    };
    unsigned sequence;

    parts[2].iov_base = &request;
    parts[2].iov_len  = opcode == RES_QUERY_CLIENTS ? 4 : 8;
    sequence = xcb_send_request(screen->conn, XCB_REQUEST_CHECKED, parts + 2,
                                &protocol);
    return xcb_wait_for_reply(screen->conn, sequence, NULL);
}

int test_server_resources(uint32_t client)
{
    uint32_t *reply = resource_request(RES_QUERY_CLIENT_RESOURCES, client);
    int sum = 0;

    for (uint32_t i = 0; reply && i < reply[2]; i++)
        sum += reply[8 + 2 * i + 1];
    free(reply);
    return sum;
}

int test_server_clients(int *resources, uint32_t *newest)
{
    uint32_t *reply = resource_request(RES_QUERY_CLIENTS, 0);
    int n;

    assert_non_null(reply);
    n          = reply[2];
    *resources = 0;
    *newest    = 0;
    for (int i = 0; i < n; i++) {
        *resources += test_server_resources(reply[8 + 2 * i]);
        if (reply[8 + 2 * i] > *newest)
            *newest = reply[8 + 2 * i];
    }
    free(reply);
    return n;
}

static int count_lines(pid_t pid, const char *a, const char *b)
{
    char path[64], line[1024];
    FILE *f;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        n += strstr(line, a) || strstr(line, b);
    if (f)
        fclose(f);
    return n;
}

static int count_files(pid_t pid)
{
    char path[64];
    DIR *dir;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

void test_footprint_take(TestFootprint *f)
{
    uint32_t newest;

    test_log_start();
    *f = (TestFootprint){
        .descriptors        = test_count_descriptors(),
        .threads            = test_count_threads(),
        .segments           = test_mapping_count("memfd:x11shmpool") +
                              test_mapping_count("/SYSV"),
        .clients            = test_server_clients(&f->resources, &newest),
        .server_descriptors = count_files(server->pid),
        .server_segments    = count_lines(server->pid, "memfd:x11shmpool",
                                          "/SYSV"),
    };
    test_server_clients(&f->resources, &newest);
    if (!TEST_SANITIZED) {
        f->mappings = test_mapping_count("");
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
        f->heap = mallinfo2().uordblks;
#endif
    }
}

static void print_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *e;

    while (dir && (e = readdir(dir))) {
        char target[256];
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target));

        if (n > 0)
            fprintf(stderr, "# descriptor %s: %.*s\n", e->d_name, (int)n,
                    target);
    }
    if (dir)
        closedir(dir);
}

static int grown(const TestFootprint *from, const TestFootprint *to)
{
    return to->descriptors > from->descriptors ||
           to->threads > from->threads + TEST_SANITIZED ||
           to->segments > from->segments ||
           to->mappings > from->mappings + 8 ||
           to->heap > from->heap + 16384 ||
           to->clients > from->clients ||
           to->resources > from->resources + 4 ||
           to->server_descriptors > from->server_descriptors ||
           to->server_segments > from->server_segments;
}

/* The server learns of what was closed in its own time. */
void test_footprint_not_grown(const TestFootprint *from)
{
    int64_t start = av_gettime_relative();
    TestFootprint to;

    test_footprint_take(&to);
    while (grown(from, &to) && av_gettime_relative() - start < 5000000) {
        av_usleep(20000);
        test_footprint_take(&to);
    }
    if (grown(from, &to)) {
        print_descriptors();
        fail_msg("left behind: descriptors %d to %d, threads %d to %d, "
                 "segments %d to %d, mappings %d to %d, heap %"PRId64" to "
                 "%"PRId64"; in the server: clients %d to %d, resources %d to "
                 "%d, descriptors %d to %d, segments %d to %d",
                 from->descriptors, to.descriptors, from->threads, to.threads,
                 from->segments, to.segments, from->mappings, to.mappings,
                 from->heap, to.heap, from->clients, to.clients,
                 from->resources, to.resources, from->server_descriptors,
                 to.server_descriptors, from->server_segments,
                 to.server_segments);
    }
}
