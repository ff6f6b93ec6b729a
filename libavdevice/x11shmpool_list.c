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

#include <stdio.h>

#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/mem.h"

#include "x11shmpool_client.h"
#include "x11shmpool_list.h"
#include "x11shmpool_monitor.h"
#include "x11shmpool_text.h"
#include "x11shmpool_url.h"

#define TEXT_SIZE 1024   /* bytes: what does not fit is not shown */

/* Takes ownership of name and description, which are NULL if there was no
 * memory. */
static av_cold int add_device(AVDeviceInfoList *list, char *name,
                              char *description)
{
    AVDeviceInfo *info = av_mallocz(sizeof(*info));

    if (info && name && description) {
        info->device_name        = name;
        info->device_description = description;
        info->media_types        = av_malloc(sizeof(*info->media_types));
        if (info->media_types) {
            info->media_types[0] = AVMEDIA_TYPE_VIDEO;
            info->nb_media_types = 1;
            if (av_dynarray_add_nofree(&list->devices, &list->nb_devices,
                                       info) >= 0)
                return 0;
            av_free(info->media_types);
        }
    }
    av_free(info);
    av_free(name);
    av_free(description);
    return AVERROR(ENOMEM);
}

static av_cold int list_screens(const X11ShmpoolDisplay *d,
                                AVDeviceInfoList *list)
{
    xcb_screen_iterator_t it = xcb_setup_roots_iterator(d->setup);
    int ret;

    for (int i = 0; it.rem; i++, xcb_screen_next(&it)) {
        ret = add_device(list, av_asprintf("%s.%d", d->name, i),
                         av_asprintf("screen %d, %dx%d, depth %d", i,
                                     it.data->width_in_pixels,
                                     it.data->height_in_pixels,
                                     it.data->root_depth));
        if (ret < 0)
            return ret;
        if (i == d->screen_num)
            list->default_device = list->nb_devices - 1;
    }
    return 0;
}

static av_cold int list_monitor(const X11ShmpoolDisplay *d, int i,
                                const X11ShmpoolMonitor *m,
                                AVDeviceInfoList *list)
{
    char *name = x11shmpool_url_escape(m->name), shown[TEXT_SIZE] = "";
    char rate[32] = "";
    int ret;

    if (!name)
        return AVERROR(ENOMEM);
    x11shmpool_text_append(shown, sizeof(shown), m->name);
    if (m->rate_mhz)
        snprintf(rate, sizeof(rate), ", %.4g Hz", m->rate_mhz / 1000.0);
    ret = add_device(list, av_asprintf("%s.%d?monitor=%s", d->name,
                                       d->screen_num, name),
                     av_asprintf("monitor %d, %s, %dx%d at %d,%d%s%s", i, shown,
                                 m->rect.w, m->rect.h, m->rect.x, m->rect.y,
                                 rate, m->primary ? ", primary" : ""));
    av_free(name);
    return ret;
}

static av_cold int list_monitors(X11ShmpoolDisplay *d, AVDeviceInfoList *list)
{
    const X11ShmpoolRect whole = { 0, 0, d->screen->width_in_pixels,
                                   d->screen->height_in_pixels };
    X11ShmpoolMonitors monitors;
    int ret;

    ret = x11shmpool_monitors_get(&monitors, d, whole, 1);
    if (ret < 0)
        return ret;
    for (int i = 0; i < monitors.nb && ret >= 0; i++)
        ret = list_monitor(d, i, &monitors.list[i], list);
    x11shmpool_monitors_free(&monitors);

    return ret;
}

static av_cold int list_window(const X11ShmpoolDisplay *d,
                               const X11ShmpoolClient *w,
                               AVDeviceInfoList *list)
{
    char title[TEXT_SIZE] = "", class[TEXT_SIZE] = "";

    x11shmpool_text_append(title, sizeof(title), w->title);
    x11shmpool_text_append(class, sizeof(class), w->class);
    return add_device(list, av_asprintf("%s.%d?window=0x%x", d->name,
                                        d->screen_num, w->window),
                      av_asprintf("window '%s'%s%s, %dx%d", title,
                                  *class ? ", " : "", class, w->w, w->h));
}

static av_cold int list_windows(X11ShmpoolDisplay *d, AVDeviceInfoList *list)
{
    X11ShmpoolClients windows;
    int ret;

    ret = x11shmpool_clients_get(&windows, d);
    if (ret < 0)
        return ret;
    for (int i = 0; i < windows.nb && ret >= 0; i++) {
        /* A window that is not shown can't be opened. */
        if (windows.list[i].shown)
            ret = list_window(d, &windows.list[i], list);
    }
    x11shmpool_clients_free(&windows);

    return ret;
}

av_cold int x11shmpool_list_devices(X11ShmpoolDisplay *d,
                                    AVDeviceInfoList *list)
{
    int ret;

    if ((ret = list_screens(d, list)) < 0 ||
        (ret = list_monitors(d, list)) < 0)
        return ret;
    return list_windows(d, list);
}
