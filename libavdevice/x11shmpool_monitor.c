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


#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/randr.h>

#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/mathematics.h"
#include "libavutil/mem.h"

#include "x11shmpool_monitor.h"
#include "x11shmpool_reply.h"
#include "x11shmpool_text.h"

#define RANDR_MONITORS (1 << 16 | 5)
#define MAX_MONITORS   256

void x11shmpool_monitors_watch(X11ShmpoolDisplay *d)
{
    if (d->randr >= RANDR_MONITORS)
        xcb_randr_select_input(d->conn, d->screen->root,
                               XCB_RANDR_NOTIFY_MASK_SCREEN_CHANGE |
                               XCB_RANDR_NOTIFY_MASK_CRTC_CHANGE |
                               XCB_RANDR_NOTIFY_MASK_OUTPUT_CHANGE |
                               XCB_RANDR_NOTIFY_MASK_RESOURCE_CHANGE);
}

int x11shmpool_monitors_event(const X11ShmpoolDisplay *d,
                              const xcb_generic_event_t *event)
{
    int type = event->response_type & 0x7f;

    return d->randr >= RANDR_MONITORS &&
           (type == d->randr_event + XCB_RANDR_SCREEN_CHANGE_NOTIFY ||
            type == d->randr_event + XCB_RANDR_NOTIFY);
}

/* Takes ownership of name, which is NULL if there was no memory. */
static int append_monitor(X11ShmpoolMonitors *m, char *name,
                          X11ShmpoolMonitor monitor)
{
    X11ShmpoolMonitor *list = NULL;

    if (name)
        list = av_realloc_array(m->list, m->nb + 1, sizeof(*list));
    if (!list) {
        av_free(name);
        return AVERROR(ENOMEM);
    }
    m->list      = list;
    monitor.name = name;
    list[m->nb++] = monitor;
    return 0;
}

/* A monitor in the reply, and where its outputs are. */
typedef struct Info {
    const xcb_randr_monitor_info_t *info;
    const xcb_randr_output_t *outputs;
} Info;

static int read_infos(const xcb_randr_get_monitors_reply_t *reply,
                      Info infos[MAX_MONITORS])
{
    size_t offset = sizeof(*reply);

    if (reply->nMonitors > MAX_MONITORS)
        return AVERROR_INVALIDDATA;
    for (unsigned i = 0; i < reply->nMonitors; i++) {
        Info *m = &infos[i];

        m->info = x11shmpool_reply_items(reply, offset, 1, sizeof(*m->info));
        if (!m->info)
            return AVERROR_INVALIDDATA;
        offset    += sizeof(*m->info);
        m->outputs = x11shmpool_reply_items(reply, offset, m->info->nOutput,
                                            sizeof(*m->outputs));
        if (!m->outputs)
            return AVERROR_INVALIDDATA;
        offset += m->info->nOutput * sizeof(*m->outputs);
    }
    return reply->nMonitors;
}

static int add_monitor(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                       unsigned name_sequence, Info i)
{
    X11ShmpoolMonitor monitor = {
        .rect    = { i.info->x, i.info->y, i.info->width, i.info->height },
        .primary = i.info->primary,
        .output  = i.info->nOutput ? *i.outputs : XCB_NONE,
    };
    xcb_get_atom_name_reply_t *reply;
    const char *name;
    int ret;

    ret = x11shmpool_display_receive(d, name_sequence, sizeof(*reply),
                                     (void **)&reply);
    if (ret < 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    name = x11shmpool_reply_items(reply, sizeof(*reply), reply->name_len, 1);
    if (!name)
        ret = AVERROR_INVALIDDATA;
    else if (!x11shmpool_rect_empty(monitor.rect))
        ret = append_monitor(m, av_strndup(name, reply->name_len), monitor);
    free(reply);
    return ret;
}

static int get_monitors(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d)
{
    xcb_randr_get_monitors_reply_t *reply;
    unsigned names[MAX_MONITORS];
    Info infos[MAX_MONITORS];
    int nb, ret;

    ret = x11shmpool_display_receive(d,
            xcb_randr_get_monitors(d->conn, d->screen->root, 1).sequence,
            sizeof(*reply), (void **)&reply);
    if (ret < 0)
        return ret;

    nb = read_infos(reply, infos);
    for (int i = 0; i < nb; i++)
        names[i] = xcb_get_atom_name(d->conn, infos[i].info->name).sequence;
    ret = FFMIN(nb, 0);
    for (int i = 0; i < nb; i++) {
        if (ret < 0)
            x11shmpool_display_discard(d, names[i]);
        else
            ret = add_monitor(m, d, names[i], infos[i]);
    }
    free(reply);

    return ret;
}

static int mode_rate(const xcb_randr_mode_info_t *mode)
{
    int64_t lines = (int64_t)mode->htotal * mode->vtotal;

    if (mode->mode_flags & XCB_RANDR_MODE_FLAG_DOUBLE_SCAN)
        lines *= 2;
    else if (mode->mode_flags & XCB_RANDR_MODE_FLAG_INTERLACE)
        lines = (lines + 1) / 2;
    return lines ? FFMIN(av_rescale(mode->dot_clock, 1000, lines), INT_MAX) : 0;
}

static int set_rates(X11ShmpoolMonitors *m,
                     const xcb_randr_get_screen_resources_current_reply_t *r)
{
    size_t offset = sizeof(*r) + r->num_crtcs * sizeof(xcb_randr_crtc_t) +
                    r->num_outputs * sizeof(xcb_randr_output_t);
    const xcb_randr_mode_info_t *modes =
        x11shmpool_reply_items(r, offset, r->num_modes, sizeof(*modes));

    if (!modes)
        return AVERROR_INVALIDDATA;
    for (int i = 0; i < m->nb; i++) {
        for (int k = 0; k < r->num_modes; k++) {
            if (modes[k].id == m->list[i].mode)
                m->list[i].rate_mhz = mode_rate(&modes[k]);
        }
    }
    return 0;
}

/* The mode of the CRTC that shows a monitor's output. */
static int get_mode(X11ShmpoolMonitor *monitor, X11ShmpoolDisplay *d,
                    xcb_timestamp_t time)
{
    xcb_randr_get_output_info_reply_t *output;
    xcb_randr_get_crtc_info_reply_t *crtc;
    xcb_randr_crtc_t crtc_id;
    int ret;

    if (!monitor->output)
        return 0;
    ret = x11shmpool_display_receive(d,
            xcb_randr_get_output_info(d->conn, monitor->output, time).sequence,
            sizeof(*output), (void **)&output);
    if (ret < 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    crtc_id = output->crtc;
    free(output);
    if (!crtc_id)
        return 0;
    ret = x11shmpool_display_receive(d,
            xcb_randr_get_crtc_info(d->conn, crtc_id, time).sequence,
            sizeof(*crtc), (void **)&crtc);
    if (ret < 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    monitor->mode = crtc->mode;
    free(crtc);
    return 0;
}

static int get_rates(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d)
{
    xcb_randr_get_screen_resources_current_reply_t *resources;
    int ret;

    ret = x11shmpool_display_receive(d,
            xcb_randr_get_screen_resources_current(d->conn,
                                                   d->screen->root).sequence,
            sizeof(*resources), (void **)&resources);
    if (ret < 0)
        return ret;
    for (int i = 0; i < m->nb && ret >= 0; i++)
        ret = get_mode(&m->list[i], d, resources->config_timestamp);
    if (ret >= 0)
        ret = set_rates(m, resources);
    free(resources);

    return ret;
}

int x11shmpool_monitors_get(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                            X11ShmpoolRect whole, int with_rates)
{
    int ret;

    *m = (X11ShmpoolMonitors){ 0 };
    if (d->randr < RANDR_MONITORS)
        ret = append_monitor(m, av_strdup("default"),
                             (X11ShmpoolMonitor){ .rect    = whole,
                                                  .primary = 1 });
    else if ((ret = get_monitors(m, d)) >= 0 && with_rates)
        ret = get_rates(m, d);
    if (ret < 0)
        x11shmpool_monitors_free(m);

    return ret;
}

void x11shmpool_monitors_free(X11ShmpoolMonitors *m)
{
    for (int i = 0; i < m->nb; i++)
        av_free(m->list[i].name);
    av_freep(&m->list);
    m->nb = 0;
}

const X11ShmpoolMonitor *x11shmpool_monitors_find(const X11ShmpoolMonitors *m,
                                                  const char *wanted)
{
    char *end;
    long number;

    for (int i = 0; i < m->nb; i++) {
        if (!strcmp(m->list[i].name, wanted))
            return &m->list[i];
    }
    for (int i = 0; i < m->nb; i++) {
        if (!av_strcasecmp(m->list[i].name, wanted))
            return &m->list[i];
    }
    if (!av_strcasecmp(wanted, "primary") && m->nb) {
        for (int i = 0; i < m->nb; i++) {
            if (m->list[i].primary)
                return &m->list[i];
        }
        return &m->list[0];
    }
    number = strtol(wanted, &end, 10);
    return *wanted && !*end && number >= 0 && number < m->nb ?
           &m->list[number] : NULL;
}

void x11shmpool_monitors_print(const X11ShmpoolMonitors *m, char *text,
                               int size)
{
    *text = 0;
    for (int i = 0; i < m->nb; i++) {
        const X11ShmpoolRect *r = &m->list[i].rect;

        av_strlcatf(text, size, "%s%d: ", i ? "; " : "", i);
        x11shmpool_text_append(text, size, m->list[i].name);
        av_strlcatf(text, size, " %dx%d at %d,%d%s", r->w, r->h, r->x, r->y,
                    m->list[i].primary ? " (primary)" : "");
    }
}
