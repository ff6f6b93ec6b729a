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

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/mem.h>
#include <libavutil/time.h>

#include "client.h"

#define READ_MS  250
#define CLOSE_MS 500
#define UNREF_MS 500
#define LIST_MS  5000

static Report *log_report;
static int log_strict, log_prefix = 1;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

void client_check_text(Report *r, const char *where, const char *text)
{
    size_t n = 0;

    if (r->complaint[0])
        return;
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p >= 32 && *p != 127)
            continue;
        n = snprintf(r->complaint, sizeof(r->complaint),
                     "control characters in %s: ", where);
        for (p = text; *p && n + 5 < sizeof(r->complaint); p++) {
            if ((unsigned char)*p >= 32 && (unsigned char)*p < 127)
                r->complaint[n++] = *p;
            else
                n += snprintf(r->complaint + n, sizeof(r->complaint) - n,
                              "\\x%02x", (unsigned char)*p);
        }
        return;
    }
}

static void log_line(void *ctx, int level, const char *format, va_list ap)
{
    const char *loud = getenv("X11SHMPOOL_TEST_LOG");
    char text[4096];
    size_t n;

    if (level > AV_LOG_VERBOSE)
        return;
    pthread_mutex_lock(&log_lock);
    av_log_format_line2(ctx, level, format, ap, text, sizeof(text),
                        &log_prefix);
    if (loud && *loud)
        fprintf(stderr, "# %s", text);
    n = strlen(text);
    if (n && text[n - 1] == '\n')
        text[n - 1] = 0;
    if (log_strict)
        client_check_text(log_report, "the log", text);
    pthread_mutex_unlock(&log_lock);
}

void client_log(Report *r, int strict)
{
    pthread_mutex_lock(&log_lock);
    log_report = r;
    log_strict = strict;
    pthread_mutex_unlock(&log_lock);
    av_log_set_level(AV_LOG_VERBOSE);
    av_log_set_callback(log_line);
}

static int past_due(void *opaque)
{
    const Report *r = opaque;

    return av_gettime_relative() > __atomic_load_n(&r->due, __ATOMIC_RELAXED);
}

static void touch(const AVPacket *packet)
{
    volatile unsigned sum = 0;

    for (int i = 0; i < packet->size; i++)
        sum += packet->data[i];
    for (int i = 0; i < packet->side_data_elems; i++)
        for (size_t k = 0; k < packet->side_data[i].size; k++)
            sum += packet->side_data[i].data[k];
}

static void keep(Client *c, AVPacket *packet)
{
    if (c->nb_kept < CLIENT_KEPT && dice_once_in(c->dice, 3)) {
        c->kept[c->nb_kept] = av_packet_clone(packet);
        c->nb_kept += !!c->kept[c->nb_kept];
    }
}

static int read_one(Client *c, AVPacket *packet)
{
    int ret;

    report_enter(c->report, PHASE_READ, READ_MS);
    while ((ret = av_read_frame(c->ctx, packet)) == AVERROR(EAGAIN) &&
           !past_due(c->report))
        av_usleep(1000);
    report_leave(c->report);
    return ret;
}

static void read_some(Client *c, int frames)
{
    AVPacket *packet = av_packet_alloc();

    while (packet && frames-- && read_one(c, packet) >= 0) {
        c->report->packets++;
        touch(packet);
        keep(c, packet);
        av_packet_unref(packet);
        life_step(c->life);
        if (dice_once_in(c->dice, 30)) {
            av_read_pause(c->ctx);
            av_read_play(c->ctx);
        }
    }
    av_packet_free(&packet);
}

static void *release(void *opaque)
{
    Client *c = opaque;

    while (c->nb_kept)
        av_packet_free(&c->kept[--c->nb_kept]);
    return NULL;
}

static void release_elsewhere(Client *c)
{
    pthread_t thread;

    report_enter(c->report, PHASE_UNREF, UNREF_MS);
    if (!pthread_create(&thread, NULL, release, c))
        pthread_join(thread, NULL);
    report_leave(c->report);
}

static void check_list(Client *c, const AVDeviceInfoList *list)
{
    for (int i = 0; list && i < list->nb_devices; i++) {
        client_check_text(c->report, "the name of a source",
                          list->devices[i]->device_name);
        client_check_text(c->report, "the description of a source",
                          list->devices[i]->device_description);
    }
}

/* While the same context records. */
static void list_beside(Client *c)
{
    AVDeviceInfoList *list = NULL;

    report_enter(c->report, PHASE_LIST, LIST_MS);
    avdevice_list_devices(c->ctx, &list);
    report_leave(c->report);
    check_list(c, list);
    avdevice_free_list_devices(&list);
}

int client_record(Client *c, const char *url, AVDictionary *options,
                  int open_ms, int frames)
{
    const AVInputFormat *format = av_find_input_format("x11shmpool");
    AVDictionary *copy = NULL;
    int ret;

    if (!format || !(c->ctx = avformat_alloc_context()))
        abort();
    av_dict_copy(&copy, options, 0);
    c->ctx->interrupt_callback =
        (AVIOInterruptCB){ past_due, c->report };
    if (dice_once_in(c->dice, 4))
        c->ctx->flags |= AVFMT_FLAG_NONBLOCK;
    report_enter(c->report, PHASE_OPEN, open_ms);
    ret = avformat_open_input(&c->ctx, url, format, &copy);
    report_leave(c->report);
    av_dict_free(&copy);
    if (ret < 0)
        return ret;

    read_some(c, frames);
    if (dice_once_in(c->dice, 8))
        list_beside(c);
    if (dice_once_in(c->dice, 2))
        release_elsewhere(c);
    report_enter(c->report, PHASE_CLOSE, CLOSE_MS);
    avformat_close_input(&c->ctx);
    report_leave(c->report);
    for (int i = 0; i < c->nb_kept; i++)
        touch(c->kept[i]);
    release_elsewhere(c);
    return 0;
}

int client_list(Client *c, const char *display, char **chosen)
{
    const AVInputFormat *format = av_find_input_format("x11shmpool");
    AVDeviceInfoList *list = NULL;
    AVDictionary *options = NULL;
    int ret;

    *chosen = NULL;
    av_dict_set(&options, "display", display, 0);
    report_enter(c->report, PHASE_LIST, LIST_MS);
    ret = avdevice_list_input_sources(format, NULL, options, &list);
    report_leave(c->report);
    av_dict_free(&options);
    check_list(c, list);
    if (list && list->nb_devices)
        *chosen = av_strdup(list->devices[dice_below(c->dice, list->nb_devices)]
                            ->device_name);
    avdevice_free_list_devices(&list);
    return ret;
}
