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

#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavutil/time.h"

#include "x11shmpool_client.h"
#include "x11shmpool_text.h"
#include "x11shmpool_wait.h"

#define INTERVAL_US 500000

void x11shmpool_wait_blank(const X11ShmpoolWait *w, X11ShmpoolDisplay *d,
                           X11ShmpoolSource *source, int width, int height)
{
    x11shmpool_source_blank(source, d);
    x11shmpool_source_put(source, w->region, width, height);
}

/* @return 1 if there is one, then *window and title are set */
static int find_window(const X11ShmpoolWait *w, X11ShmpoolDisplay *d,
                       xcb_window_t *window, char *title, int size)
{
    const X11ShmpoolClient *found;
    X11ShmpoolClients windows;
    int ret;

    if ((ret = x11shmpool_clients_get(&windows, d)) < 0)
        return ret;
    found = x11shmpool_clients_find(&windows, w->title, w->class);
    if (found && found->shown) {
        *window = found->window;
        x11shmpool_text_append(title, size, found->title);
        ret = 1;
    }
    x11shmpool_clients_free(&windows);
    return ret;
}

int x11shmpool_wait_look(X11ShmpoolWait *w, X11ShmpoolDisplay *d,
                         X11ShmpoolSource *source)
{
    X11ShmpoolSource *opened;
    xcb_window_t window = XCB_NONE;
    char title[1024] = "";
    int64_t time = av_gettime_relative();
    int ret;

    if (time < w->next)
        return 0;
    w->next = time + INTERVAL_US;
    ret = find_window(w, d, &window, title, sizeof(title));
    if (ret <= 0)
        return x11shmpool_display_fatal(ret) ? ret : 0;
    if (window == w->unusable)
        return 0;

    opened = av_malloc(sizeof(*opened));
    if (!opened)
        return AVERROR(ENOMEM);
    ret = x11shmpool_source_open_quietly(opened, d, window);
    if (ret >= 0) {
        x11shmpool_source_put(opened, w->region, source->region.w,
                              source->region.h);
        *source = *opened;
        av_log(d->log, AV_LOG_INFO, "Window 0x%x, '%s', %dx%d\n", window,
               title, source->whole.w, source->whole.h);
        ret = 1;
    }
    av_free(opened);
    return ret < 0 && !x11shmpool_display_fatal(ret) ? 0 : ret;
}

void x11shmpool_wait_refuse(X11ShmpoolWait *w, const X11ShmpoolSource *source)
{
    w->unusable = source->window;
    av_log(source->display->log, AV_LOG_WARNING, "Window 0x%x is not recorded: "
           "its pixels can't be had in the recording's format. Choose a "
           "pixel_format.\n", source->window);
}
