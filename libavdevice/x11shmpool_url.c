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
#include <stdlib.h>
#include <string.h>

#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"

#include "x11shmpool_url.h"

static int parse_int(const char **p, int *value)
{
    char *end;
    long v = strtol(*p, &end, 10);

    if (end == *p || v < INT16_MIN || v > INT16_MAX)
        return 0;
    *value = v;
    *p     = end;
    return 1;
}

static int parse_offset(X11ShmpoolUrl *u, const char *p)
{
    u->has_offset = 1;
    return parse_int(&p, &u->x) && *p++ == ',' && parse_int(&p, &u->y) && !*p;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' :
           c >= 'a' && c <= 'f' ? c - 'a' + 10 :
           c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void unescape(char *p)
{
    char *out = p;

    while (*p) {
        int high = *p == '%' ? hex_digit(p[1]) : -1;
        int low  = high >= 0 ? hex_digit(p[2]) : -1;

        *out++ = low >= 0 ? high << 4 | low : *p;
        p     += low >= 0 ? 3 : 1;
    }
    *out = 0;
}

char *x11shmpool_url_escape(const char *name)
{
    char *escaped = av_malloc(3 * strlen(name) + 1), *out = escaped;

    for (; escaped && *name; name++) {
        if (strchr("-_.~", *name) || av_isdigit(*name) ||
            (av_tolower(*name) >= 'a' && av_tolower(*name) <= 'z'))
            *out++ = *name;
        else
            out += snprintf(out, 4, "%%%02X", (uint8_t)*name);
    }
    if (escaped)
        *out = 0;
    return escaped;
}

static int parse_field(X11ShmpoolUrl *u, char *field, void *log)
{
    char *value = strchr(field, '='), *end;

    if (value)
        *value++ = 0;
    if (value && *value && !strcmp(field, "window")) {
        unsigned long long id = strtoull(value, &end, 0);

        u->window = id <= UINT32_MAX && !*end ? id : 0;
        if (u->window)
            return 0;
    } else if (value && *value && !strcmp(field, "monitor")) {
        unescape(value);
        av_free(u->monitor);
        u->monitor = av_strdup(value);
        return u->monitor ? 0 : AVERROR(ENOMEM);
    }
    av_log(log, AV_LOG_ERROR, "'%s%s%s' is not something that a URL can ask "
           "for. The forms are ?monitor=NAME and ?window=0x3a00007\n", field,
           value ? "=" : "", value ? value : "");
    return AVERROR(EINVAL);
}

static int parse_query(X11ShmpoolUrl *u, char *query, void *log)
{
    char *field, *rest;
    int ret = 0;

    for (field = av_strtok(query, "&", &rest); field && ret >= 0;
         field = av_strtok(NULL, "&", &rest))
        ret = parse_field(u, field, log);
    return ret;
}

int x11shmpool_url_parse(X11ShmpoolUrl *u, const char *url, void *log)
{
    char *query, *colon, *plus;
    int ret;

    *u = (X11ShmpoolUrl){ .display = av_strdup(url) };
    if (!u->display)
        return AVERROR(ENOMEM);

    if ((query = strchr(u->display, '?'))) {
        *query++ = 0;
        if ((ret = parse_query(u, query, log)) < 0)
            goto fail;
    }

    colon = strrchr(u->display, ':');
    plus  = strchr(colon ? colon : u->display, '+');
    if (plus) {
        *plus++ = 0;
        if (!parse_offset(u, plus)) {
            av_log(log, AV_LOG_ERROR, "'+%s' is not an offset. The form is "
                   "[host]:display[.screen][+x,y]\n", plus);
            ret = AVERROR(EINVAL);
            goto fail;
        }
    }
    return 0;
fail:
    x11shmpool_url_uninit(u);
    return ret;
}

av_cold void x11shmpool_url_uninit(X11ShmpoolUrl *u)
{
    av_freep(&u->display);
    av_freep(&u->monitor);
}
