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

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"

#include "x11shmpool_client.h"
#include "x11shmpool_pick.h"
#include "x11shmpool_refusal.h"
#include "x11shmpool_target.h"
#include "x11shmpool_text.h"

av_cold int x11shmpool_target_check(const X11ShmpoolTarget *t,
                                    const X11ShmpoolUrl *url, void *log)
{
    char url_window[16], window[16];
    const struct {
        const char *name, *value;
    } ways[] = {
        { "the URL's window", url->window ? url_window : NULL },
        { "window_id",        t->window_id &&
                              url->window != (uint32_t)t->window_id ?
                              window : NULL },
        { "window_title",     t->window_title },
        { "window_class",     t->window_title ? NULL : t->window_class },
        { "the URL's monitor", url->monitor },
        { "monitor",          t->monitor && url->monitor &&
                              !strcmp(t->monitor, url->monitor) ?
                              NULL : t->monitor },
    };
    int first = -1;

    snprintf(url_window, sizeof(url_window), "0x%"PRIx32, url->window);
    if ((uint32_t)t->window_id == X11SHMPOOL_PICK)
        snprintf(window, sizeof(window), "pick");
    else
        snprintf(window, sizeof(window), "0x%x", t->window_id);
    for (int i = 0; i < (int)FF_ARRAY_ELEMS(ways); i++) {
        if (!ways[i].value)
            continue;
        if (first >= 0) {
            av_log(log, AV_LOG_ERROR, "%s '%s' and %s '%s' are both given: "
                   "choose one of them.\n", ways[first].name,
                   ways[first].value, ways[i].name, ways[i].value);
            return AVERROR(EINVAL);
        }
        first = i;
    }
    if (t->on_close_wait && !t->window_title && !t->window_class) {
        av_log(log, AV_LOG_ERROR, "on_close=wait needs a window_title or a "
               "window_class, by which the next window is found.\n");
        return AVERROR(EINVAL);
    }
    return 0;
}

/* ffmpeg splits the options of -sources at colons, so a number alone is a
 * display, too. */
av_cold int x11shmpool_target_display(const X11ShmpoolTarget *t,
                                      const X11ShmpoolUrl *url, char **name)
{
    const char *given = *url->display ? url->display : t->display;

    *name = NULL;
    if (!given || !*given)
        return 0;
    *name = given[strspn(given, "0123456789.")] ? av_strdup(given) :
                                                  av_asprintf(":%s", given);
    return *name ? 0 : AVERROR(ENOMEM);
}

static av_cold int no_such_window(const X11ShmpoolTarget *t,
                                  X11ShmpoolDisplay *d)
{
    char what[2048] = "with ";

    if (t->window_title) {
        av_strlcat(what, "'", sizeof(what));
        x11shmpool_text_append(what, sizeof(what), t->window_title);
        av_strlcat(what, "' in its title", sizeof(what));
    }
    if (t->window_class) {
        av_strlcatf(what, sizeof(what), "%sthe class or instance '",
                    t->window_title ? " and " : "");
        x11shmpool_text_append(what, sizeof(what), t->window_class);
        av_strlcat(what, "'", sizeof(what));
    }
    av_strlcat(what, ", in upper or lower case", sizeof(what));
    return x11shmpool_refusal_missing(d, what);
}

static av_cold int find_window(X11ShmpoolTarget *t, X11ShmpoolDisplay *d)
{
    const X11ShmpoolClient *found;
    X11ShmpoolClients windows;
    char title[1024] = "";
    int ret;

    ret = x11shmpool_clients_get(&windows, d);
    if (ret < 0)
        return ret;
    found = x11shmpool_clients_find(&windows, t->window_title,
                                    t->window_class);
    if (found) {
        t->window_id = found->window;
        x11shmpool_text_append(title, sizeof(title), found->title);
        av_log(d->log, AV_LOG_INFO, "Window 0x%x, '%s', %dx%d\n",
               found->window, title, found->w, found->h);
    } else {
        ret = no_such_window(t, d);
    }
    x11shmpool_clients_free(&windows);

    return ret;
}

static av_cold int choose_window(X11ShmpoolTarget *t, const X11ShmpoolUrl *url,
                                 X11ShmpoolDisplay *d)
{
    xcb_window_t window;
    int ret;

    if (url->window)
        t->window_id = url->window;
    if ((uint32_t)t->window_id == X11SHMPOOL_PICK) {
        if ((ret = x11shmpool_pick_window(d, &window)) < 0 ||
            (ret = x11shmpool_client_within(d, window, &window)) < 0)
            return ret;
        t->window_id = window;
        av_log(d->log, AV_LOG_INFO, "Chosen: -window_id 0x%x\n", window);
    } else if ((t->window_title || t->window_class) && !t->on_close_wait) {
        if ((ret = find_window(t, d)) < 0)
            return ret;
    }
    if ((t->window_id || t->on_close_wait) && t->select_region) {
        av_log(d->log, AV_LOG_WARNING, "select_region ignored with a window.\n");
        t->select_region = 0;
    }
    if ((t->window_id || t->on_close_wait) && t->follow_mouse) {
        av_log(d->log, AV_LOG_WARNING, "follow_mouse ignored with a window.\n");
        t->follow_mouse = 0;
    }
    return 0;
}

static av_cold void make_even(X11ShmpoolSource *source)
{
    X11ShmpoolRect *r = &source->region, was = *r;

    r->w -= r->w > 1 && r->w & 1;
    r->h -= r->h > 1 && r->h & 1;
    if (!x11shmpool_rect_equal(*r, was))
        av_log(source->display->log, AV_LOG_INFO, "The region is %dx%d, rounded "
               "down from %dx%d: this pixel format has even sizes.\n",
               r->w, r->h, was.w, was.h);
}

static av_cold int check_even(X11ShmpoolRect r, void *log)
{
    if (!((r.w | r.h) & 1))
        return 0;
    av_log(log, AV_LOG_ERROR, "video_size %dx%d is odd, and "
           "this pixel_format has even sizes: use %dx%d, or another "
           "pixel_format.\n", r.w, r.h, FFMAX(r.w & ~1, 2),
           FFMAX(r.h & ~1, 2));
    return AVERROR(EINVAL);
}

static av_cold X11ShmpoolRect given_region(const X11ShmpoolTarget *t,
                                           const X11ShmpoolUrl *url)
{
    return (X11ShmpoolRect){
        url->has_offset ? url->x : t->x, url->has_offset ? url->y : t->y,
        t->width, t->height,
    };
}

/* @return 1 if the window is there; else the source is as large as video_size
 *         says, or as the screen */
static av_cold int open_or_wait(const X11ShmpoolTarget *t,
                                const X11ShmpoolUrl *url, X11ShmpoolDisplay *d,
                                int even, X11ShmpoolWait *wait,
                                X11ShmpoolSource *source)
{
    int ret, w, h;

    *source = (X11ShmpoolSource){ 0 };
    *wait   = (X11ShmpoolWait){
        .title  = t->window_title,
        .class  = t->window_class,
        .region = given_region(t, url),
    };
    if (even && (ret = check_even(wait->region, d->log)) < 0)
        return ret;
    if ((ret = x11shmpool_wait_look(wait, d, source)))
        return ret;
    w = t->width ? t->width  : d->screen->width_in_pixels;
    h = t->width ? t->height : d->screen->height_in_pixels;
    if (even && !t->width) {
        w -= w > 1 && w & 1;
        h -= h > 1 && h & 1;
    }
    x11shmpool_wait_blank(wait, d, source, w, h);
    av_log(d->log, AV_LOG_INFO, "The window is not there yet: the picture is "
           "black, %dx%d, until it is.\n", w, h);
    return 0;
}

static av_cold int choose_region(X11ShmpoolTarget *t, const X11ShmpoolUrl *url,
                                 int even, X11ShmpoolSource *source)
{
    X11ShmpoolRect r = given_region(t, url);
    int ret;

    if (even && !t->select_region &&
        (ret = check_even(r, source->display->log)) < 0)
        return ret;
    if (t->select_region &&
        (ret = x11shmpool_pick_region(source->display, &r)) < 0)
        return ret;
    ret = x11shmpool_source_select(source, r.x, r.y, r.w, r.h);
    if (ret < 0)
        return ret;
    if (even && (!t->width || t->select_region))
        make_even(source);
    if (t->select_region)
        av_log(source->display->log, AV_LOG_INFO, "Chosen: -video_size %dx%d "
               "-grab_x %d -grab_y %d\n", source->region.w, source->region.h,
               source->region.x, source->region.y);
    return 0;
}

av_cold int x11shmpool_target_open(X11ShmpoolTarget *t,
                                   const X11ShmpoolUrl *url,
                                   X11ShmpoolDisplay *d, int even,
                                   X11ShmpoolWait *wait,
                                   X11ShmpoolSource *source)
{
    const char *monitor = url->monitor ? url->monitor : t->monitor;
    int ret;

    if ((ret = choose_window(t, url, d)) < 0)
        return ret;
    if (t->on_close_wait) {
        ret = open_or_wait(t, url, d, even, wait, source);
        if (ret <= 0)
            return ret;
    } else if ((ret = x11shmpool_source_open(source, d, t->window_id)) < 0) {
        return ret;
    }
    if (monitor && t->select_region) {
        av_log(d->log, AV_LOG_WARNING, "select_region ignored with a "
               "monitor.\n");
        t->select_region = 0;
    }
    if (monitor && (ret = x11shmpool_source_set_monitor(source, monitor)) < 0)
        goto fail;
    ret = choose_region(t, url, even, source);
fail:
    if (ret < 0)
        x11shmpool_source_close(source);
    return ret;
}
