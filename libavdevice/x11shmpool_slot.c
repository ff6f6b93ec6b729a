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

#define _GNU_SOURCE /* MAP_ANONYMOUS, memfd_create() */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xcb/shm.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"

#include "x11shmpool_reply.h"
#include "x11shmpool_slot.h"

#define MIT_SHM_FD_PASSING (1 << 16 | 2)
#define CANARY_PIXELS 8
#define ALLOCATE_AT_ONCE ((size_t)1 << 20)

#ifndef MAP_POPULATE
#define MAP_POPULATE 0
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

const char *x11shmpool_slot_kind_name(enum X11ShmpoolShm kind)
{
    static const char *const names[] = {
        [X11SHMPOOL_SHM_AUTO]    = "auto",
        [X11SHMPOOL_SHM_MEMFD]   = "memfd",
        [X11SHMPOOL_SHM_SYSV]    = "sysv",
        [X11SHMPOOL_SHM_OFF]     = "off",
        [X11SHMPOOL_SHM_UNKNOWN] = "not needed",
    };

    return names[kind];
}

/* Allocated now, so that missing memory is an error and not a signal later. In
 * parts, because a call that a signal interrupts is undone. */
static int allocate(int fd, size_t size)
{
    size_t offset = 0;

    while (offset < size) {
        size_t part = FFMIN(size - offset, ALLOCATE_AT_ONCE);

        if (!fallocate(fd, 0, offset, part))
            offset += part;
        else if (errno != EINTR)
            return errno == ENOSPC ? AVERROR(ENOMEM) : AVERROR(errno);
    }
    return 0;
}

static int map_memfd(X11ShmpoolSlot *s)
{
    int ret;

    s->fd = memfd_create("x11shmpool", MFD_CLOEXEC | MFD_ALLOW_SEALING |
                                       MFD_NOEXEC_SEAL);
    if (s->fd < 0 && errno == EINVAL)   /* before Linux 6.3 */
        s->fd = memfd_create("x11shmpool", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (s->fd < 0)
        return AVERROR(errno);
    if ((ret = allocate(s->fd, s->size)) < 0)
        return ret;
    if (fcntl(s->fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
        return AVERROR(errno);
    s->data = mmap(NULL, s->size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_POPULATE, s->fd, 0);
    return s->data == MAP_FAILED ? AVERROR(errno) : 0;
}

static int map_plain(X11ShmpoolSlot *s)
{
    s->data = mmap(NULL, s->size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return s->data == MAP_FAILED ? AVERROR(errno) : 0;
}

static int map_unknown(X11ShmpoolSlot *s)
{
    int ret = map_memfd(s);

    if (ret >= 0 || ret == AVERROR(ENOMEM))
        return ret;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    return map_plain(s);
}

/* xcb closes a descriptor that it has sent, but leaks one that it could not
 * send because the server has gone. */
static void close_unsent(int fd, int memfd)
{
    struct stat a, b;

    if (!fstat(fd, &a) && !fstat(memfd, &b) && a.st_dev == b.st_dev &&
        a.st_ino == b.st_ino)
        close(fd);
}

static int share_memfd(X11ShmpoolSlot *s, X11ShmpoolDisplay *d)
{
    int fd, ret;

    if (!x11shmpool_display_passes_fds(d) || d->shm < MIT_SHM_FD_PASSING)
        return AVERROR(ENOSYS);
    if ((ret = map_memfd(s)) < 0)
        return ret;

    fd = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return AVERROR(errno);
    s->segment = xcb_generate_id(d->conn);
    ret = x11shmpool_display_check(d,
            xcb_shm_attach_fd_checked(d->conn, s->segment, fd, 0));
    if (ret == AVERROR(EIO))
        close_unsent(fd, s->fd);
    if (ret < 0)
        s->segment = XCB_NONE;
    return ret;
}

/* Have the server read a random pattern out of the segment and send it back
 * over the socket. If the segment is another client's, reading does no harm,
 * but writing would. */
static int prove_segment(X11ShmpoolSlot *s, X11ShmpoolDisplay *d,
                         const X11ShmpoolFormat *f)
{
    const uint32_t ignore_exposures = 0;
    int bytes = f->bits_per_pixel / 8, pixels, ret;
    uint32_t mask = f->indexed || f->depth == 32 ? UINT32_MAX :
                    f->red | f->green | f->blue;
    xcb_pixmap_t pixmap = xcb_generate_id(d->conn);
    xcb_gcontext_t gc   = xcb_generate_id(d->conn);
    xcb_get_image_reply_t *image = NULL;
    const uint8_t *seen;
    xcb_void_cookie_t put;
    xcb_get_image_cookie_t get;

    pixels = FFMIN(CANARY_PIXELS, s->size / 4);
    /* av_get_random_seed() opens files; if it can't, it may crash on arm64. */
    if (getrandom(s->data, pixels * bytes, 0) != pixels * bytes)
        return AVERROR_EXTERNAL;

    xcb_create_pixmap(d->conn, f->depth, pixmap, d->screen->root, pixels, 1);
    xcb_create_gc(d->conn, gc, pixmap, XCB_GC_GRAPHICS_EXPOSURES,
                  &ignore_exposures);
    put = xcb_shm_put_image_checked(d->conn, pixmap, gc, pixels, 1, 0, 0,
                                    pixels, 1, 0, 0, f->depth,
                                    XCB_IMAGE_FORMAT_Z_PIXMAP, 0,
                                    s->segment, 0);
    get = xcb_get_image(d->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap,
                        0, 0, pixels, 1, ~0);
    xcb_free_gc(d->conn, gc);
    xcb_free_pixmap(d->conn, pixmap);

    ret = x11shmpool_display_receive(d, get.sequence, sizeof(*image),
                                     (void **)&image);
    if (ret < 0) {
        x11shmpool_display_discard(d, put.sequence);
        return ret;
    }
    ret = x11shmpool_display_wait(d, put.sequence, NULL);
    if (ret < 0)
        goto end;

    seen = x11shmpool_reply_items(image, sizeof(*image), pixels * bytes, 1);
    if (!seen)
        ret = AVERROR_INVALIDDATA;
    for (int i = 0; i < pixels && !ret; i++) {
        if ((x11shmpool_format_read(f, seen + i * bytes) ^
             x11shmpool_format_read(f, s->data + i * bytes)) & mask)
            ret = AVERROR(EACCES);
    }
    memset(s->data, 0, pixels * bytes);
end:
    free(image);
    return ret;
}

static int share_sysv(X11ShmpoolSlot *s, X11ShmpoolDisplay *d,
                      const X11ShmpoolFormat *f)
{
    int id, ret;

    if (!d->shm)
        return AVERROR(ENOSYS);

    id = shmget(IPC_PRIVATE, s->size, IPC_CREAT | 0600);
    if (id < 0)
        return errno == ENOSYS ? AVERROR(ENOSYS) : AVERROR(ENOMEM);

    s->data = shmat(id, NULL, 0);
    ret     = s->data == (void *)-1 ? AVERROR(errno) : 0;
    shmctl(id, IPC_RMID, NULL);
    if (ret < 0) {
        s->data = MAP_FAILED;
        return ret;
    }
    memset(s->data, 0, s->size);
    s->segment = xcb_generate_id(d->conn);
    ret = x11shmpool_display_check(d,
            xcb_shm_attach_checked(d->conn, s->segment, id, 0));
    if (ret < 0) {
        s->segment = XCB_NONE;
        return ret;
    }
    return prove_segment(s, d, f);
}

static void make_pixmap(X11ShmpoolSlot *s, X11ShmpoolDisplay *d,
                        const X11ShmpoolFormat *f)
{
    xcb_void_cookie_t cookie;

    s->pixmap = xcb_generate_id(d->conn);
    cookie    = xcb_shm_create_pixmap_checked(d->conn, s->pixmap,
                                              d->screen->root, f->width,
                                              f->height, f->depth, s->segment,
                                              0);
    if (x11shmpool_display_check(d, cookie) < 0)
        s->pixmap = XCB_NONE;
}

av_cold int x11shmpool_slot_init(X11ShmpoolSlot *s, X11ShmpoolDisplay *d,
                                 enum X11ShmpoolShm kind,
                                 const X11ShmpoolFormat *f, size_t size)
{
    int ret;

    *s = (X11ShmpoolSlot){
        .kind  = kind,
        .data  = MAP_FAILED,
        .size  = FFALIGN(size, (size_t)sysconf(_SC_PAGESIZE)),
        .fd    = -1,
        .stamp = X11SHMPOOL_NEVER,
    };

    switch (kind) {
    case X11SHMPOOL_SHM_MEMFD: ret = share_memfd(s, d);   break;
    case X11SHMPOOL_SHM_SYSV:  ret = share_sysv(s, d, f); break;
    case X11SHMPOOL_SHM_OFF:   ret = map_plain(s);        break;
    default:                   ret = map_unknown(s);      break;
    }
    if (ret < 0) {
        x11shmpool_slot_detach(d, s->segment, s->pixmap);
        x11shmpool_slot_uninit(s);
        s->segment = XCB_NONE;
        return ret;
    }

    if (s->segment && d->shared_pixmaps &&
        f->width <= INT16_MAX && f->height <= INT16_MAX &&
        size >= (size_t)f->stride * f->height)
        make_pixmap(s, d, f);

    return 0;
}

xcb_gcontext_t x11shmpool_slot_gc(const X11ShmpoolSlot *s,
                                  X11ShmpoolDisplay *d)
{
    const uint32_t values[] = { XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS, 0 };
    xcb_gcontext_t gc       = xcb_generate_id(d->conn);

    xcb_create_gc(d->conn, gc, s->pixmap,
                  XCB_GC_SUBWINDOW_MODE | XCB_GC_GRAPHICS_EXPOSURES, values);
    return gc;
}

void x11shmpool_slot_detach(X11ShmpoolDisplay *d, xcb_shm_seg_t segment,
                            xcb_pixmap_t pixmap)
{
    if (pixmap)
        xcb_free_pixmap(d->conn, pixmap);
    if (segment)
        xcb_shm_detach(d->conn, segment);
}

av_cold void x11shmpool_slot_uninit(X11ShmpoolSlot *s)
{
    if (s->data && s->data != MAP_FAILED) {
        if (s->kind == X11SHMPOOL_SHM_SYSV)
            shmdt(s->data);
        else
            munmap(s->data, s->size);
    }
    if (s->size && s->fd >= 0)
        close(s->fd);
    s->data = NULL;
    s->size = 0;
    x11shmpool_cover_uninit(&s->cover);
}
