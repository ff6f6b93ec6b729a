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

#include <string.h>

#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"

#include "x11shmpool_follow.h"
#include "x11shmpool_monitor.h"
#include "x11shmpool_text.h"

av_cold int x11shmpool_follow_choose(X11ShmpoolFollow *f, X11ShmpoolDisplay *d,
                                     X11ShmpoolRect whole, const char *wanted)
{
    const X11ShmpoolMonitor *m;
    X11ShmpoolMonitors monitors;
    char there[1024];
    int ret;

    ret = x11shmpool_monitors_get(&monitors, d, whole, 0);
    if (ret < 0)
        return ret;
    m = x11shmpool_monitors_find(&monitors, wanted);
    if (!m) {
        x11shmpool_monitors_print(&monitors, there, sizeof(there));
        if (monitors.nb)
            av_log(d->log, AV_LOG_ERROR, "Display %s has no monitor '%s', "
                   "it has %s.\n", d->name, wanted, there);
        else
            av_log(d->log, AV_LOG_ERROR, "Display %s has no monitor '%s', "
                   "none is on.\n", d->name, wanted);
        ret = AVERROR(ENOENT);
        goto end;
    }

    f->name = av_strdup(av_strcasecmp(wanted, "primary") ? m->name : "primary");
    f->last = m->rect;
    if (!f->name)
        ret = AVERROR(ENOMEM);
end:
    x11shmpool_monitors_free(&monitors);
    return ret;
}

/* x11shmpool_monitors_find() is only for "primary" here: it also takes names
 * that differ in case, and numbers, and could find another monitor. */
static const X11ShmpoolMonitor *find_again(const X11ShmpoolFollow *f,
                                           const X11ShmpoolMonitors *m)
{
    for (int i = 0; i < m->nb; i++) {
        if (!strcmp(m->list[i].name, f->name))
            return &m->list[i];
    }
    return strcmp(f->name, "primary") ? NULL :
           x11shmpool_monitors_find(m, f->name);
}

static void follow_monitor(X11ShmpoolFollow *f, void *log,
                           const X11ShmpoolMonitor *m)
{
    char name[256] = "";

    x11shmpool_text_append(name, sizeof(name), f->name);
    if (!m && !f->off)
        av_log(log, AV_LOG_INFO, "Monitor %s is off: the picture is black "
               "until it comes back.\n", name);
    if (m && f->off)
        av_log(log, AV_LOG_INFO, "Monitor %s is back.\n", name);
    f->off = !m;
    if (m)
        f->last = m->rect;
}

int x11shmpool_follow_update(X11ShmpoolFollow *f, X11ShmpoolDisplay *d,
                             X11ShmpoolRect whole, X11ShmpoolRect *gaps,
                             int max, int *nb_gaps)
{
    X11ShmpoolMonitors monitors;
    int ret;

    ret = x11shmpool_monitors_get(&monitors, d, whole, 0);
    if (ret < 0)
        return ret;
    *nb_gaps = 0;
    if (f->name) {
        follow_monitor(f, d->log, find_again(f, &monitors));
    } else if (monitors.nb) {
        gaps[0]  = whole;
        *nb_gaps = 1;
        for (int i = 0; i < monitors.nb; i++)
            *nb_gaps = x11shmpool_rects_subtract(gaps, *nb_gaps, max,
                                                 monitors.list[i].rect);
    }
    x11shmpool_monitors_free(&monitors);
    return 0;
}

av_cold void x11shmpool_follow_uninit(X11ShmpoolFollow *f)
{
    av_freep(&f->name);
}
