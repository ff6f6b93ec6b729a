/*
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
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcb/randr.h>
#include <xcb/shm.h>
#include <xcb/xcbext.h>

#include "config.h"

#if CONFIG_LIBXCB_XFIXES
#include <xcb/xfixes.h>
#endif
#if CONFIG_LIBXCB_DAMAGE
#include <xcb/damage.h>
#endif
#if CONFIG_LIBXCB_SHAPE
#include <xcb/shape.h>
#endif
#if CONFIG_LIBXCB_COMPOSITE
#include <xcb/composite.h>
#endif

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"

#include "x11shmpool_display.h"
#include "x11shmpool_reply.h"

#define INTERRUPT_POLL_MS 100
#define X_TCP_PORT 6000

static int connect_succeeds(int family, const struct sockaddr *addr,
                            socklen_t len)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ret;

    if (fd < 0)
        return 0;
    ret = connect(fd, addr, len);
    close(fd);
    return !ret;
}

/* libxcb does not tell a server that is not there from one that refuses. */
static av_cold int server_listens(const char *host, int number)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *ai;
    char port[16];
    int found = 0;

    if (!*host || !strcmp(host, "unix")) {
        struct sockaddr_un un = { .sun_family = AF_UNIX };

        snprintf(un.sun_path, sizeof(un.sun_path), "/tmp/.X11-unix/X%d",
                 number);
        if (connect_succeeds(AF_UNIX, (struct sockaddr *)&un, sizeof(un)))
            return 1;
        host = "localhost";
    }

    snprintf(port, sizeof(port), "%d", X_TCP_PORT + number);
    if (getaddrinfo(host, port, &hints, &list))
        return 0;
    for (ai = list; ai && !found; ai = ai->ai_next)
        found = connect_succeeds(ai->ai_family, ai->ai_addr, ai->ai_addrlen);
    freeaddrinfo(list);

    return found;
}

static av_cold int resolve_name(X11ShmpoolDisplay *d, const char *name)
{
    const char *used = name && *name ? name : getenv("DISPLAY");
    char *host = NULL, *dot;
    int number, screen;

    if (!used || !*used) {
        av_log(d->log, AV_LOG_ERROR,
               "No display was given and $DISPLAY is not set. Name one, "
               "as in -i :0\n");
        return AVERROR(EINVAL);
    }
    if (!xcb_parse_display(used, &host, &number, &screen)) {
        av_log(d->log, AV_LOG_ERROR,
               "'%s' is not the name of a display. The form is "
               "[host]:display[.screen][+x,y]\n", used);
        return AVERROR(EINVAL);
    }
    free(host);

    d->screen_num = screen;
    d->name       = av_strdup(used);
    if (!d->name)
        return AVERROR(ENOMEM);

    /* The screen is looked up here, where those that exist can be named. */
    dot = strrchr(d->name, ':');
    dot = dot ? strchr(dot, '.') : NULL;
    if (dot)
        *dot = 0;

    return 0;
}

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

#define QUERY_VERSION(field, ext, id, event, ...)                            \
    do {                                                                     \
        xcb_##ext##_query_version_reply_t *r = NULL;                         \
        if (present(d, id, event) &&                                         \
            !x11shmpool_display_wait(d,                                      \
                xcb_##ext##_query_version(__VA_ARGS__).sequence,             \
                (void **)&r) && r) {                                         \
            d->field = VERSION(r);                                           \
            free(r);                                                         \
        }                                                                    \
    } while (0)

static av_cold int query_extensions(X11ShmpoolDisplay *d)
{
    xcb_shm_query_version_reply_t *shm = NULL;

    xcb_prefetch_extension_data(d->conn, &xcb_shm_id);
    xcb_prefetch_extension_data(d->conn, &xcb_randr_id);

    if (present(d, &xcb_shm_id, &d->shm_event) &&
        !x11shmpool_display_wait(d, xcb_shm_query_version(d->conn).sequence,
                                 (void **)&shm) && shm) {
        d->shm            = VERSION(shm);
        d->shared_pixmaps = shm->shared_pixmaps &&
                            shm->pixmap_format == XCB_IMAGE_FORMAT_Z_PIXMAP;
        free(shm);
    }
    QUERY_VERSION(randr, randr, &xcb_randr_id, &d->randr_event, d->conn, 1, 5);
#if CONFIG_LIBXCB_XFIXES
    QUERY_VERSION(xfixes, xfixes, &xcb_xfixes_id, &d->xfixes_event, d->conn,
                  XCB_XFIXES_MAJOR_VERSION, XCB_XFIXES_MINOR_VERSION);
#endif
#if CONFIG_LIBXCB_DAMAGE
    QUERY_VERSION(damage, damage, &xcb_damage_id, &d->damage_event, d->conn,
                  XCB_DAMAGE_MAJOR_VERSION, XCB_DAMAGE_MINOR_VERSION);
#endif
#if CONFIG_LIBXCB_SHAPE
    QUERY_VERSION(shape, shape, &xcb_shape_id, &d->shape_event, d->conn);
#endif
#if CONFIG_LIBXCB_COMPOSITE
    QUERY_VERSION(composite, composite, &xcb_composite_id, NULL, d->conn,
                  XCB_COMPOSITE_MAJOR_VERSION, XCB_COMPOSITE_MINOR_VERSION);
#endif

    return x11shmpool_display_error(d);
}

av_cold int x11shmpool_display_open(X11ShmpoolDisplay *d, const char *name,
                                    const AVIOInterruptCB *interrupt,
                                    void *log)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof(addr);
    char *host = NULL;
    int number, ret;

    *d = (X11ShmpoolDisplay){
        .log = log, .fd = -1, .cancel_fd = -1, .interruptible = 1,
    };
    if (interrupt)
        d->interrupt = *interrupt;

    if ((ret = resolve_name(d, name)) < 0)
        goto fail;

    d->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->cancel_fd < 0) {
        ret = AVERROR(errno);
        av_log(log, AV_LOG_ERROR, "Cannot make an eventfd: %s\n",
               av_err2str(ret));
        goto fail;
    }

    d->conn = xcb_connect(d->name, NULL);
    if (xcb_connection_has_error(d->conn)) {
        ret = AVERROR(ECONNREFUSED);
        if (xcb_parse_display(d->name, &host, &number, NULL)) {
            if (server_listens(host, number))
                ret = AVERROR(EACCES);
            free(host);
        }
        if (ret == AVERROR(EACCES))
            av_log(log, AV_LOG_ERROR,
                   "The X server of display %s refuses the connection: no "
                   "permission. Check XAUTHORITY, or allow it with xhost.\n",
                   d->name);
        else
            av_log(log, AV_LOG_ERROR,
                   "Cannot open display %s: no X server answers there.\n",
                   d->name);
        goto fail;
    }

    d->fd    = xcb_get_file_descriptor(d->conn);
    d->setup = xcb_get_setup(d->conn);
    if (!getpeername(d->fd, (struct sockaddr *)&addr, &len))
        d->unix_socket = addr.ss_family == AF_UNIX;

    if ((ret = find_screen(d)) < 0)
        goto fail;
    if ((ret = query_extensions(d)) < 0) {
        av_log(log, AV_LOG_ERROR, "Display %s went away.\n", d->name);
        goto fail;
    }

    return 0;
fail:
    x11shmpool_display_close(d);
    return ret;
}

av_cold void x11shmpool_display_close(X11ShmpoolDisplay *d)
{
    if (d->conn)
        xcb_disconnect(d->conn);
    if (d->name && d->cancel_fd >= 0)
        close(d->cancel_fd);
    av_freep(&d->name);
    *d = (X11ShmpoolDisplay){ .fd = -1, .cancel_fd = -1 };
}

void x11shmpool_display_cancel(X11ShmpoolDisplay *d)
{
    eventfd_write(d->cancel_fd, 1);
}

int x11shmpool_display_gone(int error)
{
    return error == AVERROR_EXIT || error == AVERROR(EIO);
}

int x11shmpool_display_fatal(int error)
{
    return x11shmpool_display_gone(error) || error == AVERROR(ENOMEM);
}

int x11shmpool_display_interrupted(const X11ShmpoolDisplay *d)
{
    return d->interruptible && d->interrupt.callback &&
           d->interrupt.callback(d->interrupt.opaque);
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
        struct pollfd fds[] = {
            { .fd = d->fd,        .events = POLLIN },
            { .fd = d->cancel_fd, .events = POLLIN },
        };

        if ((ret = x11shmpool_display_error(d)) < 0)
            return ret;
        poll(fds, 2, d->interrupt.callback ? INTERRUPT_POLL_MS : -1);
        if (fds[1].revents || x11shmpool_display_interrupted(d)) {
            x11shmpool_display_discard(d, sequence);
            return AVERROR_EXIT;
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

av_cold void x11shmpool_display_listener(const X11ShmpoolDisplay *d,
                                         char *name, int size)
{
    struct ucred peer = { 0 };
    socklen_t len     = sizeof(peer);
    char path[64];
    FILE *file;

    *name = 0;
    if (!d->unix_socket ||
        getsockopt(d->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
        peer.pid <= 0)
        return;
    snprintf(path, sizeof(path), "/proc/%d/comm", (int)peer.pid);
    file = fopen(path, "re");
    if (!file)
        return;
    if (!fgets(name, size, file))
        *name = 0;
    name[strcspn(name, "\n")] = 0;
    fclose(file);
}
