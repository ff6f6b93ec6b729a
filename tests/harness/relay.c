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

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include "relay.h"

#define SOCKET_DIR "/tmp/.X11-unix"

uint16_t test_get16(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

uint32_t test_get32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

void test_buffer_add(TestBuffer *b, const void *data, size_t size)
{
    if (!size)
        return;
    if (b->size + size > b->room) {
        b->room = (b->size + size) * 2;
        b->data = realloc(b->data, b->room);
        if (!b->data)
            abort();
    }
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

void test_buffer_drop(TestBuffer *b, size_t size)
{
    b->size -= size;
    if (b->size)
        memmove(b->data, b->data + size, b->size);
}

void test_buffer_take_fds(TestBuffer *to, TestBuffer *from)
{
    for (int i = 0; i < from->nb_fds; i++) {
        if (to->nb_fds < TEST_MAX_FDS)
            to->fds[to->nb_fds++] = from->fds[i];
        else
            close(from->fds[i]);
    }
    from->nb_fds = 0;
}

void test_buffer_free(TestBuffer *b)
{
    for (int i = 0; i < b->nb_fds; i++)
        close(b->fds[i]);
    free(b->data);
}

int test_buffer_receive(int fd, TestBuffer *b)
{
    uint8_t data[65536];
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(TEST_MAX_FDS * sizeof(int))];
    } control;
    struct iovec v = { data, sizeof(data) };
    struct msghdr m = {
        .msg_iov        = &v,
        .msg_iovlen     = 1,
        .msg_control    = &control,
        .msg_controllen = sizeof(control),
    };
    ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (!n)
        return -1;
    for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
        TestBuffer fds = { .nb_fds = 0 };

        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        fds.nb_fds = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds.fds, CMSG_DATA(h), fds.nb_fds * sizeof(int));
        test_buffer_take_fds(b, &fds);
    }
    test_buffer_add(b, data, n);
    return 0;
}

int test_buffer_send(int fd, TestBuffer *b)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(TEST_MAX_FDS * sizeof(int))];
    } control;
    struct iovec v = { b->data, b->size };
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
    ssize_t n;

    if (!b->size)
        return 0;
    if (b->nb_fds) {
        memset(&control, 0, sizeof(control));
        m.msg_control    = &control;
        m.msg_controllen = CMSG_SPACE(b->nb_fds * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type  = SCM_RIGHTS;
        control.header.cmsg_len   = CMSG_LEN(b->nb_fds * sizeof(int));
        memcpy(CMSG_DATA(&control.header), b->fds, b->nb_fds * sizeof(int));
    }
    n = sendmsg(fd, &m, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    for (int i = 0; i < b->nb_fds; i++)
        close(b->fds[i]);
    b->nb_fds = 0;
    test_buffer_drop(b, n);
    return 0;
}

size_t test_request_size(const uint8_t *data, size_t size)
{
    size_t length;

    if (size < 4)
        return 0;
    if (!(length = test_get16(data + 2))) {
        if (size < 8)
            return 0;
        length = test_get32(data + 4);
    }
    length *= 4;
    return length <= size ? length : 0;
}

size_t test_answer_size(const uint8_t *data, size_t size)
{
    size_t length = 32;
    int code;

    if (size < 32)
        return 0;
    code = data[0] & 127;
    if (code == 1 || code == XCB_GE_GENERIC)
        length += test_get32(data + 4) * (size_t)4;
    return length <= size ? length : 0;
}

size_t test_hello_size(const uint8_t *data, size_t size)
{
    size_t length;

    if (size < 12)
        return 0;
    length = 12 + ((test_get16(data + 6) + 3) & ~3) +
             ((test_get16(data + 8) + 3) & ~3);
    return length <= size ? length : 0;
}

size_t test_setup_size(const uint8_t *data, size_t size)
{
    size_t length;

    if (size < 8)
        return 0;
    length = 8 + test_get16(data + 6) * (size_t)4;
    return length <= size ? length : 0;
}

static int unix_socket(struct sockaddr_un *a, const char *path)
{
    memset(a, 0, sizeof(*a));
    a->sun_family = AF_UNIX;
    snprintf(a->sun_path, sizeof(a->sun_path), "%s", path);
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int test_relay_connect(const char *display)
{
    char path[64];
    struct sockaddr_un a;
    int fd;

    snprintf(path, sizeof(path), SOCKET_DIR "/X%d", atoi(display + 1));
    if ((fd = unix_socket(&a, path)) < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
        close(fd);
        return -1;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Not asked by connecting: whoever listens there may count its clients. */
static int is_bound(const char *path)
{
    FILE *f = fopen("/proc/net/unix", "re");
    char line[256];
    int found = !f;

    while (f && fgets(line, sizeof(line), f)) {
        char *name = strchr(line, '/');

        line[strcspn(line, "\n")] = 0;
        found |= name && !strcmp(name, path);
    }
    if (f)
        fclose(f);
    return found;
}

/* A program that was killed leaves its socket in the file system. */
static int bind_in_place(int fd, const struct sockaddr_un *a)
{
    const struct sockaddr *address = (const struct sockaddr *)a;

    if (!bind(fd, address, sizeof(*a)))
        return 0;
    if (errno != EADDRINUSE || is_bound(a->sun_path))
        return -1;
    return unlink(a->sun_path) ? -1 : bind(fd, address, sizeof(*a));
}

/* Two could take the place of one that was killed. */
static int lock_sockets(void)
{
    int dir = open(SOCKET_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir >= 0 && flock(dir, LOCK_EX)) {
        close(dir);
        dir = -1;
    }
    return dir;
}

int test_relay_listen(char *display, size_t size)
{
    int dir, fd = -1;

    mkdir(SOCKET_DIR, 01777);
    dir = lock_sockets();
    for (int n = 200; dir >= 0 && n < 1000; n++) {
        struct sockaddr_un a;
        char path[64];

        snprintf(path, sizeof(path), SOCKET_DIR "/X%d", n);
        if ((fd = unix_socket(&a, path)) < 0)
            break;
        if (!bind_in_place(fd, &a) && !listen(fd, 16)) {
            snprintf(display, size, ":%d", n);
            break;
        }
        close(fd);
        fd = -1;
    }
    if (dir >= 0)
        close(dir);
    return fd;
}

void test_relay_unlink(const char *display)
{
    const int dir = lock_sockets();
    char path[64];

    snprintf(path, sizeof(path), SOCKET_DIR "/X%d", atoi(display + 1));
    if (!is_bound(path))
        unlink(path);
    if (dir >= 0)
        close(dir);
}
