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

#define RANDR_CRTCS     (1 << 16 | 2)
#define RANDR_PRIMARY   (1 << 16 | 3)
#define RANDR_RESOURCES (1 << 16 | 4)
#define RANDR_MONITORS  (1 << 16 | 5)

void x11shmpool_monitors_watch(X11ShmpoolDisplay *d)
{
    uint16_t mask = XCB_RANDR_NOTIFY_MASK_SCREEN_CHANGE;

    if (!d->randr)
        return;
    if (d->randr >= RANDR_CRTCS)
        mask |= XCB_RANDR_NOTIFY_MASK_CRTC_CHANGE |
                XCB_RANDR_NOTIFY_MASK_OUTPUT_CHANGE;
    if (d->randr >= RANDR_RESOURCES)
        mask |= XCB_RANDR_NOTIFY_MASK_RESOURCE_CHANGE;
    xcb_randr_select_input(d->conn, d->screen->root, mask);
}

int x11shmpool_monitors_event(const X11ShmpoolDisplay *d,
                              const xcb_generic_event_t *event)
{
    int type = event->response_type & 0x7f;

    return d->randr && (type == d->randr_event + XCB_RANDR_SCREEN_CHANGE_NOTIFY ||
                        type == d->randr_event + XCB_RANDR_NOTIFY);
}

/* Takes name over, which may be NULL for want of memory. */
static int add(X11ShmpoolMonitors *m, char *name, X11ShmpoolMonitor monitor)
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

static int add_monitor(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                       unsigned name_sequence,
                       const xcb_randr_monitor_info_t *info)
{
    X11ShmpoolMonitor monitor = {
        .rect    = { info->x, info->y, info->width, info->height },
        .primary = info->primary,
    };
    xcb_get_atom_name_reply_t *name;
    int ret;

    ret = x11shmpool_display_wait(d, name_sequence, (void **)&name);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    if (xcb_randr_monitor_info_outputs_length(info))
        monitor.output = *xcb_randr_monitor_info_outputs(info);
    if (!x11shmpool_rect_empty(monitor.rect))
        ret = add(m, av_strndup(xcb_get_atom_name_name(name),
                                xcb_get_atom_name_name_length(name)), monitor);
    free(name);
    return ret;
}

static int get_monitors(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d)
{
    xcb_randr_get_monitors_reply_t *reply;
    xcb_randr_monitor_info_iterator_t it;
    unsigned *names;
    int ret, i = 0;

    ret = x11shmpool_display_wait(d,
            xcb_randr_get_monitors(d->conn, d->screen->root, 1).sequence,
            (void **)&reply);
    if (ret < 0)
        return ret;

    it    = xcb_randr_get_monitors_monitors_iterator(reply);
    names = av_malloc_array(it.rem + 1, sizeof(*names));
    if (!names)
        ret = AVERROR(ENOMEM);
    for (; names && it.rem; xcb_randr_monitor_info_next(&it))
        names[i++] = xcb_get_atom_name(d->conn, it.data->name).sequence;

    it = xcb_randr_get_monitors_monitors_iterator(reply);
    for (i = 0; names && it.rem; xcb_randr_monitor_info_next(&it), i++) {
        if (ret < 0)
            x11shmpool_display_discard(d, names[i]);
        else
            ret = add_monitor(m, d, names[i], it.data);
    }
    av_free(names);
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
    return lines ? av_rescale(mode->dot_clock, 1000, lines) : 0;
}

static void set_rate(X11ShmpoolMonitor *monitor,
                     const xcb_randr_get_screen_resources_reply_t *resources)
{
    const xcb_randr_mode_info_t *mode =
        xcb_randr_get_screen_resources_modes(resources);

    for (int i = 0; i < resources->num_modes; i++) {
        if (mode[i].id == monitor->mode)
            monitor->rate_mhz = mode_rate(&mode[i]);
    }
}

/* The CRTC that shows an output, and the mode it is in. */
static int ask_output(X11ShmpoolMonitor *monitor, X11ShmpoolDisplay *d,
                      const xcb_randr_get_screen_resources_reply_t *resources)
{
    xcb_randr_get_output_info_reply_t *output;
    xcb_randr_get_crtc_info_reply_t *crtc;
    xcb_timestamp_t time = resources->config_timestamp;
    int ret;

    if (!monitor->output)
        return 0;
    ret = x11shmpool_display_wait(d,
            xcb_randr_get_output_info(d->conn, monitor->output, time).sequence,
            (void **)&output);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    monitor->crtc = output->crtc;
    free(output);
    if (!monitor->crtc)
        return 0;
    ret = x11shmpool_display_wait(d,
            xcb_randr_get_crtc_info(d->conn, monitor->crtc, time).sequence,
            (void **)&crtc);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    monitor->mode = crtc->mode;
    free(crtc);
    return 0;
}

static int add_crtc(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                    xcb_randr_crtc_t id, xcb_randr_output_t primary,
                    xcb_timestamp_t time)
{
    xcb_randr_get_crtc_info_reply_t *crtc;
    xcb_randr_get_output_info_reply_t *output = NULL;
    X11ShmpoolMonitor monitor = { .crtc = id };
    xcb_randr_output_t *outputs;
    int ret;

    ret = x11shmpool_display_wait(d,
            xcb_randr_get_crtc_info(d->conn, id, time).sequence,
            (void **)&crtc);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;

    outputs      = xcb_randr_get_crtc_info_outputs(crtc);
    monitor.mode = crtc->mode;
    monitor.rect = (X11ShmpoolRect){ crtc->x, crtc->y,
                                     crtc->width, crtc->height };
    for (int i = 0; i < crtc->num_outputs; i++) {
        if (!i || outputs[i] == primary)
            monitor.output = outputs[i];
    }
    free(crtc);
    if (!monitor.mode || !monitor.output ||
        x11shmpool_rect_empty(monitor.rect))
        return 0;
    monitor.primary = monitor.output == primary;

    ret = x11shmpool_display_wait(d,
            xcb_randr_get_output_info(d->conn, monitor.output, time).sequence,
            (void **)&output);
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    ret = add(m, av_strndup((char *)xcb_randr_get_output_info_name(output),
                            output->name_len), monitor);
    free(output);

    return ret;
}

static int get_crtcs(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                     const xcb_randr_get_screen_resources_reply_t *resources)
{
    const xcb_randr_crtc_t *crtcs =
        xcb_randr_get_screen_resources_crtcs(resources);
    xcb_randr_get_output_primary_reply_t *reply;
    xcb_randr_output_t primary = XCB_NONE;
    int ret = 0;

    if (d->randr >= RANDR_PRIMARY) {
        ret = x11shmpool_display_wait(d,
                xcb_randr_get_output_primary(d->conn,
                                             d->screen->root).sequence,
                (void **)&reply);
        if (ret >= 0)
            primary = reply->output;
        free(reply);
    }
    for (int i = 0; i < resources->num_crtcs && !x11shmpool_display_gone(ret) &&
                    ret != AVERROR(ENOMEM); i++)
        ret = add_crtc(m, d, crtcs[i], primary, resources->config_timestamp);

    return ret;
}

static int get_by_randr(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                        int with_rates)
{
    xcb_randr_get_screen_resources_reply_t *resources;
    int ret;

    if (d->randr >= RANDR_MONITORS && (ret = get_monitors(m, d)) < 0)
        return ret;
    if (d->randr >= RANDR_MONITORS && !with_rates)
        return 0;

    /* The reply of the request that does not probe the hardware is the same. */
    ret = x11shmpool_display_wait(d, d->randr >= RANDR_PRIMARY ?
            xcb_randr_get_screen_resources_current(d->conn,
                                                   d->screen->root).sequence :
            xcb_randr_get_screen_resources(d->conn,
                                           d->screen->root).sequence,
            (void **)&resources);
    if (ret < 0)
        return ret;
    if (d->randr < RANDR_MONITORS)
        ret = get_crtcs(m, d, resources);
    for (int i = 0; i < m->nb && with_rates && ret >= 0; i++) {
        ret = ask_output(&m->list[i], d, resources);
        set_rate(&m->list[i], resources);
    }
    free(resources);

    return ret;
}

int x11shmpool_monitors_get(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                            X11ShmpoolRect whole, int with_rates)
{
    int ret = 0;

    *m = (X11ShmpoolMonitors){ 0 };
    if (d->randr >= RANDR_CRTCS)
        ret = get_by_randr(m, d, with_rates);
    else
        ret = add(m, av_strdup("default"),
                  (X11ShmpoolMonitor){ .rect = whole, .primary = 1 });
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

        av_strlcatf(text, size, "%s%d: %s %dx%d at %d,%d%s", i ? "; " : "", i,
                    m->list[i].name, r->w, r->h, r->x, r->y,
                    m->list[i].primary ? " (primary)" : "");
    }
}
