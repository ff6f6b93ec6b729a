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
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"

#include "x11shmpool_connect.h"
#include "x11shmpool_text.h"
#include "x11shmpool_thread.h"

#define ANSWER_TIMEOUT_US 250000
#define ANSWER_HEADER     8
#define MAX_REASON        255
#define SETUP_FAILED      0
#define SETUP_SUCCESS     1
#define NO_ROOM           "Maximum number of clients reached"

/* An attempt to connect, owned by the caller and the thread: the last one frees
 * it. */
typedef struct Attempt {
    X11ShmpoolCompletion ended;
    atomic_int references;
    pthread_t thread;        /* joined or detached by the caller */
    char *name;
    xcb_connection_t *conn;  /* NULL on error */
    int error;
    char reason[MAX_REASON + 1]; /* the server's own words, or "" */
} Attempt;

static av_cold void attempt_unref(Attempt *a)
{
    if (atomic_fetch_sub(&a->references, 1) > 1)
        return;
    if (a->conn)
        xcb_disconnect(a->conn);
    x11shmpool_completion_uninit(&a->ended);
    av_free(a->name);
    av_free(a);
}

static av_cold void log_no_display(void *log)
{
    const char *wayland = getenv("WAYLAND_DISPLAY");
    char name[256] = "";

    if (!wayland || !*wayland) {
        av_log(log, AV_LOG_ERROR,
               "No display was given and $DISPLAY is not set. Name one, "
               "as in -i :0\n");
        return;
    }
    x11shmpool_text_append(name, sizeof(name), wayland);
    av_log(log, AV_LOG_ERROR, "No display was given and $DISPLAY is not set. "
           "This is a Wayland session, %s: to record its screen, use a program "
           "for Wayland, such as OBS Studio, or log into an X11 session. With "
           "Xwayland, windows of X11 programs can be recorded.\n", name);
}

static av_cold int resolve_name(X11ShmpoolConnection *c, const char *name,
                                void *log)
{
    const char *used = name && *name ? name : getenv("DISPLAY");
    char *host = NULL, *dot;
    int number, screen;

    if (!used || !*used) {
        log_no_display(log);
        return AVERROR(EINVAL);
    }
    if (!xcb_parse_display(used, &host, &number, &screen)) {
        av_log(log, AV_LOG_ERROR,
               "'%s' is not the name of a display. The form is "
               "[host]:display[.screen][+x,y]\n", used);
        return AVERROR(EINVAL);
    }
    free(host);

    c->screen_num = screen;
    c->name       = av_strdup(used);
    if (!c->name)
        return AVERROR(ENOMEM);

    /* The screen is looked up later, where an error can name those that
     * exist. */
    dot = strrchr(c->name, ':');
    dot = dot ? strchr(dot, '.') : NULL;
    if (dot)
        *dot = 0;

    return 0;
}

/* Why there is no connection, according to the answer to a connection setup,
 * which may be incomplete. */
static av_cold int parse_answer(const uint8_t *answer, size_t size,
                                char reason[MAX_REASON + 1])
{
    size_t length;

    *reason = 0;
    if (size < ANSWER_HEADER)
        return AVERROR(ECONNREFUSED);
    if (answer[0] == SETUP_SUCCESS)
        return AVERROR(ECONNRESET);
    if (answer[0] != SETUP_FAILED)
        return AVERROR(EACCES);

    length = FFMIN(answer[1], size - ANSWER_HEADER);
    memcpy(reason, answer + ANSWER_HEADER, length);
    reason[length] = 0;
    reason[strcspn(reason, "\r\n")] = 0;
    return strcmp(reason, NO_ROOM) ? AVERROR(EACCES) : AVERROR(EUSERS);
}

/* A connected socket, or an AVERROR. */
static av_cold int connect_local(const char *path, int abstract)
{
    const struct timeval timeout = { .tv_usec = ANSWER_TIMEOUT_US };
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    socklen_t length;
    int fd, ret;

    if (abstract + strlen(path) >= sizeof(un.sun_path))
        return AVERROR(ECONNREFUSED);
    memcpy(un.sun_path + abstract, path, strlen(path));
    length = offsetof(struct sockaddr_un, sun_path) + abstract + strlen(path);

    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return AVERROR(errno);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    if (connect(fd, (struct sockaddr *)&un, length) < 0) {
        ret = AVERROR(errno);
        close(fd);
        return ret;
    }
    return fd;
}

/* libxcb does not tell why there is no connection, so the server is asked
 * again, without authorization. */
static av_cold int ask_why(const char *name, char reason[MAX_REASON + 1])
{
    const uint16_t one = 1;
    uint8_t setup[12]  = { *(const uint8_t *)&one ? 'l' : 'B' };
    uint8_t answer[ANSWER_HEADER + MAX_REASON];
    const uint16_t version = 11;
    char *host = NULL, path[108];
    int number, fd;
    ssize_t got = 0;

    memcpy(setup + 2, &version, sizeof(version));
    if (!xcb_parse_display(name, &host, &number, NULL))
        return AVERROR(ECONNREFUSED);
    if (*host == '/')
        snprintf(path, sizeof(path), "%s", host);
    else
        snprintf(path, sizeof(path), "/tmp/.X11-unix/X%d", number);
    if (*host && *host != '/' && strcmp(host, "unix")) {
        free(host);
        return AVERROR(ECONNREFUSED);
    }
    free(host);

    fd = connect_local(path, 0);
    if (fd == AVERROR(ENOENT) || fd == AVERROR(ECONNREFUSED))
        fd = connect_local(path, 1);
    if (fd < 0)
        return fd == AVERROR(EMFILE) || fd == AVERROR(ENFILE) ? fd :
               AVERROR(ECONNREFUSED);
    if (send(fd, setup, sizeof(setup), MSG_NOSIGNAL) == sizeof(setup))
        got = recv(fd, answer, sizeof(answer), MSG_WAITALL);
    close(fd);

    return parse_answer(answer, FFMAX(got, 0), reason);
}

static av_cold void *attempt_thread(void *opaque)
{
    Attempt *a = opaque;
    int error;

    a->conn = xcb_connect(a->name, NULL);
    error   = xcb_connection_has_error(a->conn);
    if (error) {
        xcb_disconnect(a->conn);
        a->conn = NULL;
        if (error == XCB_CONN_CLOSED_MEM_INSUFFICIENT)
            a->error = AVERROR(ENOMEM);
        else if (atomic_load(&a->references) > 1)
            a->error = ask_why(a->name, a->reason);
    }
    x11shmpool_completion_complete(&a->ended);
    attempt_unref(a);

    return NULL;
}

static av_cold int attempt_start(Attempt **attempt, const char *name)
{
    Attempt *a = av_mallocz(sizeof(*a));
    int ret;

    if (!a)
        return AVERROR(ENOMEM);
    if ((ret = x11shmpool_completion_init(&a->ended)) < 0) {
        av_free(a);
        return ret;
    }
    atomic_init(&a->references, 1);
    a->name = av_strdup(name);
    if (!a->name) {
        ret = AVERROR(ENOMEM);
        goto fail;
    }

    atomic_fetch_add(&a->references, 1);
    if ((ret = x11shmpool_thread_start(&a->thread, attempt_thread, a)) < 0) {
        atomic_fetch_sub(&a->references, 1);
        goto fail;
    }
    *attempt = a;
    return 0;
fail:
    attempt_unref(a);
    return ret;
}

static av_cold void log_no_connection(void *log, const char *name, int error,
                                      const char *reason)
{
    char escaped[1024] = "", text[X11SHMPOOL_ERROR_SIZE];

    x11shmpool_text_append(escaped, sizeof(escaped), reason);
    switch (error) {
    case AVERROR(ETIMEDOUT):
        av_log(log, AV_LOG_ERROR, "Cannot open display %s: its X server does "
               "not answer.\n", name);
        break;
    case AVERROR(EUSERS):
        av_log(log, AV_LOG_ERROR, "Cannot open display %s: its X server "
               "already serves as many clients as it can. Close some, or "
               "start it with a larger -maxclients.\n", name);
        break;
    case AVERROR(EACCES):
        av_log(log, AV_LOG_ERROR, "The X server of display %s refuses the "
               "connection: no permission%s%s%s. Check XAUTHORITY, or allow "
               "it with xhost.\n", name, *escaped ? " (" : "", escaped,
               *escaped ? ")" : "");
        break;
    case AVERROR(ECONNREFUSED):
        av_log(log, AV_LOG_ERROR, "Cannot open display %s: no X server "
               "answers there.\n", name);
        break;
    default:
        av_log(log, AV_LOG_ERROR, "Cannot open display %s: %s.\n", name,
               x11shmpool_text_error(text, error));
    }
}

av_cold int x11shmpool_connect(X11ShmpoolConnection *c, const char *name,
                               const AVIOInterruptCB *interrupt,
                               int64_t timeout_us, void *log)
{
    const char *reason = "";
    Attempt *a = NULL;
    int ret;

    *c = (X11ShmpoolConnection){ 0 };
    if ((ret = resolve_name(c, name, log)) < 0)
        return ret;
    if ((ret = attempt_start(&a, c->name)) < 0)
        goto end;

    ret = x11shmpool_completion_wait(&a->ended, interrupt, timeout_us);
    if (ret < 0) {
        pthread_detach(a->thread);
    } else {
        pthread_join(a->thread, NULL);
        ret     = a->error;
        reason  = a->reason;
        c->conn = a->conn;
        a->conn = NULL;
    }
end:
    if (ret < 0 && ret != AVERROR_EXIT)
        log_no_connection(log, c->name, ret, reason);
    if (ret < 0)
        av_freep(&c->name);
    if (a)
        attempt_unref(a);

    return ret;
}
