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

#include "libavutil/avstring.h"
#include "libavutil/dict.h"
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

static int parse_query(X11ShmpoolUrl *u, const char *query, void *log)
{
    AVDictionary *dict = NULL;
    const AVDictionaryEntry *entry = NULL;
    int ret = av_dict_parse_string(&dict, query, "=", "&", 0);

    while (ret >= 0 && (entry = av_dict_get(dict, "", entry,
                                            AV_DICT_IGNORE_SUFFIX))) {
        char *end = NULL;

        if (!strcmp(entry->key, "window"))
            u->window = strtoul(entry->value, &end, 0);
        if (!end || *end || end == entry->value || !u->window) {
            av_log(log, AV_LOG_ERROR, "'%s=%s' is nothing that a URL can ask "
                   "for. The form is ?window=0x3a00007\n",
                   entry->key, entry->value);
            ret = AVERROR(EINVAL);
        }
    }
    av_dict_free(&dict);

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

void x11shmpool_url_uninit(X11ShmpoolUrl *u)
{
    av_freep(&u->display);
}
