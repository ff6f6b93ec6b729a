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

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xcb/composite.h>
#include <xcb/damage.h>
#include <xcb/randr.h>
#include <xcb/shape.h>
#include <xcb/shm.h>
#include <xcb/xcbext.h>
#include <xcb/xfixes.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"

#include "x11shmpool_connect.h"
#include "x11shmpool_display.h"
#include "x11shmpool_reply.h"
#include "x11shmpool_text.h"
#include "x11shmpool_thread.h"

#define ABORT_DELAY_US 100000

static av_cold int find_screen(X11ShmpoolDisplay *d)
{
    xcb_screen_iterator_t it = xcb_setup_roots_iterator(d->setup);
    int nb_screens = it.rem;

    for (int i = 0; it.rem; i++, xcb_screen_next(&it)) {
        if (i == d->screen_num) {
            d->screen = it.data;
            return 0;
        }
    }

    if (nb_screens == 1)
        av_log(d->log, AV_LOG_ERROR,
               "Display %s has no screen %d: its only screen is 0.\n",
               d->name, d->screen_num);
    else
        av_log(d->log, AV_LOG_ERROR,
               "Display %s has no screen %d: its screens are 0 to %d.\n",
               d->name, d->screen_num, nb_screens - 1);
    return AVERROR(EINVAL);
}

static int present(X11ShmpoolDisplay *d, xcb_extension_t *ext,
                   uint8_t *first_event)
{
    const xcb_query_extension_reply_t *e =
        xcb_get_extension_data(d->conn, ext);

    if (!e || !e->present)
        return 0;
    if (first_event)
        *first_event = e->first_event;
    return 1;
}

#define VERSION(reply) ((unsigned)(reply)->major_version << 16 | \
                        (reply)->minor_version)

static av_cold int query_shm(X11ShmpoolDisplay *d)
{
    xcb_shm_query_version_reply_t *reply;
    int ret;

    if (!present(d, &xcb_shm_id, NULL))
        return 0;
    ret = x11shmpool_display_receive(d, xcb_shm_query_version(d->conn).sequence,
                                     sizeof(*reply), (void **)&reply);
    if (ret < 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    d->shm            = VERSION(reply);
    d->shared_pixmaps = reply->shared_pixmaps &&
                        reply->pixmap_format == XCB_IMAGE_FORMAT_Z_PIXMAP;
    free(reply);
    return 0;
}

/* A macro, since each reply has a struct of its own. */
#define QUERY_VERSION(ext, event, ...)                                       \
    do {                                                                     \
        xcb_##ext##_query_version_reply_t *r = NULL;                         \
        if (present(d, &xcb_##ext##_id, event))                              \
            ret = x11shmpool_display_receive(d,                              \
                xcb_##ext##_query_version(__VA_ARGS__).sequence,             \
                sizeof(*r), (void **)&r);                                    \
        if (r)                                                               \
            d->ext = VERSION(r);                                             \
        free(r);                                                             \
        if (x11shmpool_display_fatal(ret))                                   \
            return ret;                                                      \
    } while (0)

av_cold int x11shmpool_display_query(X11ShmpoolDisplay *d)
{
    xcb_extension_t *const extensions[] = {
        &xcb_shm_id, &xcb_randr_id, &xcb_xfixes_id, &xcb_damage_id,
        &xcb_shape_id, &xcb_composite_id,
    };
    int ret;

    for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++)
        xcb_prefetch_extension_data(d->conn, extensions[i]);

    if ((ret = query_shm(d)) < 0)
        return ret;
    QUERY_VERSION(randr, &d->randr_event, d->conn, 1, 5);
    QUERY_VERSION(xfixes, &d->xfixes_event, d->conn,
                  XCB_XFIXES_MAJOR_VERSION, XCB_XFIXES_MINOR_VERSION);
    QUERY_VERSION(damage, &d->damage_event, d->conn,
                  XCB_DAMAGE_MAJOR_VERSION, XCB_DAMAGE_MINOR_VERSION);
    QUERY_VERSION(shape, &d->shape_event, d->conn);
    QUERY_VERSION(composite, NULL, d->conn,
                  XCB_COMPOSITE_MAJOR_VERSION, XCB_COMPOSITE_MINOR_VERSION);

    return x11shmpool_display_error(d);
}

av_cold int x11shmpool_display_open(X11ShmpoolDisplay *d, const char *name,
                                    const AVIOInterruptCB *interrupt,
                                    int64_t timeout_us, void *log)
{
    char text[X11SHMPOOL_ERROR_SIZE];
    X11ShmpoolConnection c;
    int ret;

    *d = (X11ShmpoolDisplay){
        .log = log, .fd = -1, .cancel_fd = -1, .pid = getpid(),
    };
    if ((ret = x11shmpool_connect(&c, name, interrupt, timeout_us, log)) < 0)
        return ret;
    d->name       = c.name;
    d->conn       = c.conn;
    d->screen_num = c.screen_num;
    d->fd         = xcb_get_file_descriptor(d->conn);
    d->setup      = xcb_get_setup(d->conn);

    d->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->cancel_fd < 0) {
        ret = AVERROR(errno);
        av_log(log, AV_LOG_ERROR, "Cannot make an eventfd: %s.\n",
               x11shmpool_text_error(text, ret));
        goto fail;
    }
    if ((ret = x11shmpool_reply_check_setup(d->setup)) < 0) {
        av_log(log, AV_LOG_ERROR, "The X server of display %s describes itself "
               "in a way that makes no sense.\n", d->name);
        goto fail;
    }
    if ((ret = find_screen(d)) < 0)
        goto fail;

    return 0;
fail:
    x11shmpool_display_close(d);
    return ret;
}

av_cold void x11shmpool_display_close(X11ShmpoolDisplay *d)
{
    if (!d->name)
        return;
    if (!x11shmpool_display_inherited(d))
        xcb_disconnect(d->conn);
    else
        close(d->fd);
    if (d->cancel_fd >= 0)
        close(d->cancel_fd);
    av_freep(&d->name);
    *d = (X11ShmpoolDisplay){ .fd = -1, .cancel_fd = -1 };
}

int x11shmpool_display_inherited(const X11ShmpoolDisplay *d)
{
    return d->pid && d->pid != getpid();
}

void x11shmpool_display_cancel(X11ShmpoolDisplay *d)
{
    if (!x11shmpool_display_inherited(d))
        eventfd_write(d->cancel_fd, 1);
}

void x11shmpool_display_abort(X11ShmpoolDisplay *d)
{
    if (!x11shmpool_display_inherited(d))
        shutdown(d->fd, SHUT_RDWR);
}

int x11shmpool_display_cancelled(const X11ShmpoolDisplay *d)
{
    struct pollfd fd = { .fd = d->cancel_fd, .events = POLLIN };

    return poll(&fd, 1, 0) > 0;
}

typedef struct Run {
    X11ShmpoolCompletion ended;
    int (*function)(void *opaque);
    void *opaque;
    int ret;
} Run;

static void *run_thread(void *opaque)
{
    Run *run = opaque;

    run->ret = run->function(run->opaque);
    x11shmpool_completion_complete(&run->ended);
    return NULL;
}

int x11shmpool_display_run(X11ShmpoolDisplay *d,
                           int (*function)(void *opaque), void *opaque,
                           const AVIOInterruptCB *interrupt,
                           int64_t timeout_us)
{
    Run run = { .function = function, .opaque = opaque };
    pthread_t thread;
    int ret;

    if ((ret = x11shmpool_completion_init(&run.ended)) < 0)
        return ret;
    if ((ret = x11shmpool_thread_start(&thread, run_thread, &run)) < 0) {
        av_log(d->log, AV_LOG_ERROR, "Cannot start a thread: %s.\n",
               av_err2str(ret));
        goto end;
    }

    ret = x11shmpool_completion_wait(&run.ended, interrupt, timeout_us);
    if (ret < 0) {
        x11shmpool_display_cancel(d);
        if (x11shmpool_completion_wait(&run.ended, NULL, ABORT_DELAY_US) < 0)
            x11shmpool_display_abort(d);
    }
    pthread_join(thread, NULL);
    if (ret == AVERROR(ETIMEDOUT))
        av_log(d->log, AV_LOG_ERROR, "The X server of display %s does not "
               "answer.\n", d->name);
    ret = ret < 0 ? ret : run.ret;
end:
    x11shmpool_completion_uninit(&run.ended);
    return ret;
}

int x11shmpool_display_gone(int error)
{
    return error == AVERROR_EXIT || error == AVERROR(EIO) ||
           error == AVERROR_INVALIDDATA;
}

int x11shmpool_display_fatal(int error)
{
    return x11shmpool_display_gone(error) || error == AVERROR(ENOMEM);
}

void x11shmpool_display_log_gone(const X11ShmpoolDisplay *d, int error,
                                 const char *more)
{
    if (error == AVERROR(EIO) || error == AVERROR_INVALIDDATA)
        av_log(d->log, AV_LOG_ERROR, "The X server of display %s %s.%s\n",
               d->name, error == AVERROR(EIO) ? "has gone" :
               "gives answers that make no sense", more);
}

int x11shmpool_display_error(const X11ShmpoolDisplay *d)
{
    return xcb_connection_has_error(d->conn) ? AVERROR(EIO) : 0;
}

static int error_from_x(const xcb_generic_error_t *e)
{
    switch (e->error_code) {
    case XCB_ACCESS:   return AVERROR(EACCES);
    case XCB_ALLOC:    return AVERROR(ENOMEM);
    case XCB_MATCH:    return AVERROR(EINVAL);
    case XCB_WINDOW:
    case XCB_DRAWABLE: return AVERROR(ENOENT);
    default:           return AVERROR_EXTERNAL;
    }
}

/* Returns when there is something to be read, or an error. */
static int wait_for_input(X11ShmpoolDisplay *d)
{
    struct pollfd fds[] = {
        { .fd = d->fd,        .events = POLLIN },
        { .fd = d->cancel_fd, .events = POLLIN },
    };
    int ret = x11shmpool_display_error(d);

    if (ret < 0)
        return ret;
    poll(fds, 2, -1);
    return fds[1].revents ? AVERROR_EXIT : 0;
}

int x11shmpool_display_wait(X11ShmpoolDisplay *d, unsigned sequence,
                            void **reply)
{
    xcb_generic_error_t *error = NULL;
    void *r = NULL;
    int ret = 0;

    if (reply)
        *reply = NULL;
    xcb_flush(d->conn);

    while (!xcb_poll_for_reply(d->conn, sequence, &r, &error)) {
        if ((ret = wait_for_input(d)) < 0) {
            x11shmpool_display_discard(d, sequence);
            return ret;
        }
    }

    if (error)
        ret = error_from_x(error);
    else if (!r)
        ret = x11shmpool_display_error(d);
    free(error);
    if (reply)
        *reply = r;
    else
        free(r);

    return ret;
}

int x11shmpool_display_receive(X11ShmpoolDisplay *d, unsigned sequence,
                               size_t size, void **reply)
{
    int ret = x11shmpool_display_wait(d, sequence, reply);

    if (ret >= 0 && !x11shmpool_reply_items(*reply, 0, size, 1)) {
        free(*reply);
        *reply = NULL;
        ret    = AVERROR_INVALIDDATA;
    }
    return ret;
}

int x11shmpool_display_next_event(X11ShmpoolDisplay *d,
                                  xcb_generic_event_t **event)
{
    int ret = 0;

    xcb_flush(d->conn);
    while (!(*event = xcb_poll_for_event(d->conn)) && ret >= 0)
        ret = wait_for_input(d);
    return *event ? 0 : ret;
}

int x11shmpool_display_sync(X11ShmpoolDisplay *d)
{
    return x11shmpool_display_wait(d, xcb_get_input_focus(d->conn).sequence,
                                   NULL);
}

int x11shmpool_display_check(X11ShmpoolDisplay *d, xcb_void_cookie_t cookie)
{
    int ret = x11shmpool_display_sync(d);

    if (ret < 0) {
        x11shmpool_display_discard(d, cookie.sequence);
        return ret;
    }
    return x11shmpool_display_wait(d, cookie.sequence, NULL);
}

void x11shmpool_display_discard(X11ShmpoolDisplay *d, unsigned sequence)
{
    xcb_discard_reply(d->conn, sequence);
}

av_cold int x11shmpool_display_layout(const X11ShmpoolDisplay *d, int depth,
                                      xcb_visualid_t visual,
                                      X11ShmpoolLayout *layout)
{
    const xcb_format_t *fmt = xcb_setup_pixmap_formats(d->setup);
    int nb_formats          = xcb_setup_pixmap_formats_length(d->setup);
    xcb_screen_iterator_t s = xcb_setup_roots_iterator(d->setup);

    while (nb_formats && fmt->depth != depth) {
        nb_formats--;
        fmt++;
    }
    if (!nb_formats)
        return AVERROR_EXTERNAL;

    for (; s.rem; xcb_screen_next(&s)) {
        xcb_depth_iterator_t i = xcb_screen_allowed_depths_iterator(s.data);

        for (; i.rem; xcb_depth_next(&i)) {
            xcb_visualtype_t *v = xcb_depth_visuals(i.data);

            for (int n = xcb_depth_visuals_length(i.data); n > 0; n--, v++) {
                if (v->visual_id != visual)
                    continue;
                *layout = (X11ShmpoolLayout){
                    .depth          = depth,
                    .bits_per_pixel = fmt->bits_per_pixel,
                    .scanline_pad   = fmt->scanline_pad,
                    .big_endian     = d->setup->image_byte_order ==
                                      XCB_IMAGE_ORDER_MSB_FIRST,
                    .visual_class   = v->_class,
                    .red            = v->red_mask,
                    .green          = v->green_mask,
                    .blue           = v->blue_mask,
                };
                return 0;
            }
        }
    }

    return AVERROR_EXTERNAL;
}

xcb_screen_t *x11shmpool_display_screen_of(const X11ShmpoolDisplay *d,
                                           xcb_window_t root)
{
    xcb_screen_iterator_t it = xcb_setup_roots_iterator(d->setup);

    for (; it.rem; xcb_screen_next(&it)) {
        if (it.data->root == root)
            return it.data;
    }
    return NULL;
}

int x11shmpool_display_passes_fds(const X11ShmpoolDisplay *d)
{
    struct sockaddr_storage addr = { 0 };
    socklen_t len = sizeof(addr);

    return !getpeername(d->fd, (struct sockaddr *)&addr, &len) &&
           addr.ss_family == AF_UNIX;
}
