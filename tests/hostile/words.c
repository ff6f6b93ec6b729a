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

#include <libavutil/mem.h>
#include <libavutil/opt.h>

#include "case.h"
#include "client.h"

#define OPEN_MS 600
#define FRAMES  2

/* Of what options and URLs are made, and what is made of these. No digit stands
 * first: behind a display's number it would make another display's. */
static void any_text(Dice *dice, char *text, size_t max)
{
    static const char *const pieces[] = {
        "+", ",", "-", ".0", ".1", ".999", "?", "=", "&", "%", "%41", "%0",
        "%00", "%zz", "monitor=", "window=", "monitor=LEFT", "window=0x1",
        "+10,20", "+-1,-1", "+99999999999,0", "+1,", "0x", "pick", "primary",
        "app 1", "App", "auto", "on", "off", "memfd", "repeat", "pad", "ntsc",
        "30000/1001", "1e9", "0/0", "-1", "nan", "inf", "640x480", "0x0",
        "99999x99999", "hd720", "LEFT", "screen", "0", "1", "65536",
        "4294967296", "-2147483648", "18446744073709551616", "\033[2J", "\n",
        "\t", "%s%n", "\303\244", "\377\376", " ", "'", "\\", "|", ";",
    };
    const size_t size = dice_size(dice, max - 1);
    size_t n = 0;

    while (n < size) {
        const char *piece = pieces[dice_below(dice, sizeof(pieces) /
                                                    sizeof(*pieces))];

        if (dice_once_in(dice, 5)) {
            text[n++] = dice_between(dice, 1, 255);
            continue;
        }
        if (dice_once_in(dice, 40))
            while (n < size && !dice_once_in(dice, 200))
                text[n++] = 'A';
        for (; *piece && n < size; piece++)
            text[n++] = *piece;
    }
    text[n] = 0;
    /* What could be a host's name, which somebody would be asked for. */
    for (char *p = text; (p = strchr(p, ':')); p++)
        *p = ';';
    if (*text >= '0' && *text <= '9')
        *text = '.';
}

static void any_url(Dice *dice, const char *display, char *url, size_t max)
{
    static const char *const hosts[] = {
        "", "", "", "unix", "unix/", "localhost", "127.0.0.1", "tcp/localhost",
        "[::1]", ":", "/", "/tmp/.X11-unix/X",
    };
    size_t n = 0;

    if (!dice_once_in(dice, 8))
        n = snprintf(url, max, "%s%s", hosts[dice_below(dice, sizeof(hosts) /
                                                              sizeof(*hosts))],
                     display);
    any_text(dice, url + n, max - n);
}

static void any_options(Dice *dice, AVDictionary **options)
{
    const AVInputFormat *format = av_find_input_format("x11shmpool");
    const AVClass *class = format->priv_class;
    const int rarity = dice_between(dice, 1, 12);
    const AVOption *o = NULL;
    char text[2048];

    while ((o = av_opt_next(&class, o))) {
        /* The caller knows which display may be touched. */
        if (o->type == AV_OPT_TYPE_CONST || (o->flags & AV_OPT_FLAG_READONLY) ||
            !strcmp(o->name, "display") || !dice_once_in(dice, rarity))
            continue;
        any_text(dice, text, sizeof(text));
        if (o->type == AV_OPT_TYPE_INT && !dice_once_in(dice, 4))
            snprintf(text, sizeof(text), "%d", dice_evil(dice, o->max));
        av_dict_set(options, o->name, text, 0);
    }
}

static void describe(Report *r, const Scene *scene, const char *url,
                     AVDictionary *options)
{
    char *text = NULL;
    size_t n;

    av_dict_get_string(options, &text, '=', ':');
    n = snprintf(r->mode, sizeof(r->mode), "%d bits, ", scene->depth);
    for (int i = 0; i < 2; i++) {
        for (const char *p = i ? text : url; p && *p; p++) {
            if (n + 6 > sizeof(r->mode))
                break;
            n += snprintf(r->mode + n, sizeof(r->mode) - n,
                          (unsigned char)*p < 32 || (unsigned char)*p > 126
                          ? "\\x%02x" : "%c", (unsigned char)*p);
        }
        if (!i && n + 6 <= sizeof(r->mode))
            n += snprintf(r->mode + n, sizeof(r->mode) - n, " ");
    }
    av_free(text);
}

int case_words(const CaseOptions *o, Report *r)
{
    Dice dice;
    Life life;
    Client c = { .report = r, .life = &life, .dice = &dice };
    AVDictionary *options = NULL;
    const Scene *scene;
    char url[4096], *chosen = NULL;
    const char *display;
    int listed;

    dice_init(&dice, o->seed, 4);
    scene   = &o->scenes[dice_below(&dice, o->nb_scenes)];
    display = scene->server->display;
    if (life_start(&life, scene, &dice) < 0)
        return CASE_BROKEN;
    setenv("DISPLAY", display, 1);
    if (!dice_once_in(&dice, 3))
        life_scribble(&life);

    snprintf(url, sizeof(url), "%s", display);
    listed = dice_once_in(&dice, 2);
    client_log(r, listed);
    if (listed) {
        snprintf(r->mode, sizeof(r->mode), "%d bits, -sources", scene->depth);
        client_list(&c, display, &chosen);
        if (chosen)
            snprintf(url, sizeof(url), "%s", chosen);
        av_free(chosen);
    } else {
        if (dice_once_in(&dice, 2))
            any_url(&dice, display, url, sizeof(url));
        any_options(&dice, &options);
    }
    describe(r, scene, url, options);
    client_record(&c, url, options, OPEN_MS, FRAMES);
    life_stop(&life);
    av_dict_free(&options);
    return r->complaint[0] ? CASE_COMPLAINS : CASE_DONE;
}
