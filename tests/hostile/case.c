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
#include <libavutil/opt.h>
#include <libavutil/time.h>

#include "case.h"
#include "client.h"
#include "proxy.h"

#define OPEN_MS 600
#define PICK_MS 250

/* Somebody at the mouse, where the device asks for a click or a drag. */
typedef struct Hand {
    Life life;
    Dice dice;
    int stop;
    pthread_t thread;
} Hand;

static void *hand_move(void *opaque)
{
    Hand *h = opaque;

    while (!__atomic_load_n(&h->stop, __ATOMIC_ACQUIRE)) {
        av_usleep(dice_below(&h->dice, 60000));
        life_button(&h->life, dice_once_in(&h->dice, 2));
    }
    life_stop(&h->life);
    return NULL;
}

static Hand *hand_start(const Scene *scene, uint32_t seed)
{
    Hand *h = calloc(1, sizeof(*h));

    if (!h)
        abort();
    dice_init(&h->dice, seed, 3);
    if (life_start(&h->life, scene, &h->dice) < 0 ||
        pthread_create(&h->thread, NULL, hand_move, h)) {
        free(h);
        return NULL;
    }
    return h;
}

static void hand_stop(Hand *h)
{
    if (!h)
        return;
    __atomic_store_n(&h->stop, 1, __ATOMIC_RELEASE);
    pthread_join(h->thread, NULL);
    free(h);
}

static const AVOption *any_constant(Dice *dice, const AVClass *class,
                                    const AVOption *option)
{
    const AVOption *o = NULL, *found = NULL;
    int n = 0;

    while (option->unit && (o = av_opt_next(&class, o)))
        if (o->type == AV_OPT_TYPE_CONST && o->unit &&
            !strcmp(o->unit, option->unit) && dice_once_in(dice, ++n))
            found = o;
    return found;
}

/* Of every option that takes one of several words, also of those that came
 * after this was written. */
static void choose_words(Dice *dice, AVDictionary **options)
{
    const AVInputFormat *format = av_find_input_format("x11shmpool");
    const AVClass *class = format->priv_class;
    const AVOption *o = NULL;

    while ((o = av_opt_next(&class, o))) {
        const AVOption *value;

        if (o->type == AV_OPT_TYPE_CONST || (o->flags & AV_OPT_FLAG_READONLY) ||
            !strcmp(o->name, "window_id") || !strcmp(o->name, "follow_mouse") ||
            dice_once_in(dice, 2))
            continue;
        if ((value = any_constant(dice, class, o)))
            av_dict_set(options, o->name, value->name, 0);
    }
    if (av_opt_find(&class, "shm", NULL, 0, AV_OPT_SEARCH_FAKE_OBJ) &&
        dice_once_in(dice, 2))
        av_dict_set(options, "shm", ((const char *const[]){
            "auto", "memfd", "sysv", "off" })[dice_below(dice, 4)], 0);
}

enum { SCREEN, REGION, FOLLOW, BORDER, MONITOR, WINDOW, TITLE, CLASS, PICK,
       SELECT, SOURCES, NB_TARGETS };

static void set_region(Dice *dice, AVDictionary **options)
{
    /* some formats take no odd sizes */
    const int unit = dice_once_in(dice, 2) ? 1 : 2;
    char size[32];

    snprintf(size, sizeof(size), "%dx%d",
             unit * dice_between(dice, 1, 200 / unit),
             unit * dice_between(dice, 1, 150 / unit));
    av_dict_set(options, "video_size", size, 0);
    av_dict_set_int(options, "grab_x", dice_below(dice, 200), 0);
    av_dict_set_int(options, "grab_y", dice_below(dice, 150), 0);
}

static void choose_target(Dice *dice, const Scene *scene, int target,
                          AVDictionary **options)
{
    switch (target) {
    case FOLLOW:
        set_region(dice, options);
        av_dict_set(options, "follow_mouse",
                    dice_once_in(dice, 2) ? "centered" : "10", 0);
        break;
    case BORDER:
        av_dict_set(options, "show_region", "1", 0);
        av_dict_set_int(options, "region_border", dice_between(dice, 1, 9), 0);
        if (dice_once_in(dice, 4))
            break;
        /* fall through */
    case REGION:
        set_region(dice, options);
        break;
    case MONITOR:
        av_dict_set(options, "monitor", ((const char *const[]){
            "LEFT", "RIGHT", "primary", "0", "1" })[dice_below(dice, 5)], 0);
        break;
    case WINDOW:
        av_dict_set_int(options, "window_id",
                        scene->apps[dice_below(dice, SCENE_APPS)]->window, 0);
        break;
    case TITLE:
        av_dict_set(options, "window_title", "app 1", 0);
        break;
    case CLASS:
        av_dict_set(options, "window_class", dice_once_in(dice, 2) ? "App"
                                                                   : "app", 0);
        break;
    case PICK:
        av_dict_set(options, "window_id", "pick", 0);
        break;
    case SELECT:
        av_dict_set(options, "select_region", "1", 0);
        break;
    }
    if (target >= WINDOW && target <= PICK && dice_once_in(dice, 3))
        set_region(dice, options);
}

static void choose(Dice *dice, const Scene *scene, int target,
                   AVDictionary **options)
{
    choose_words(dice, options);
    choose_target(dice, scene, target, options);
    av_dict_set(options, "framerate", dice_once_in(dice, 3) ? "30" : "200", 0);
    if (dice_once_in(dice, 3))
        av_dict_set(options, "draw_mouse", "0", 0);
    if (dice_once_in(dice, 3))
        av_dict_set(options, "damage_metadata", "1", 0);
    if (dice_once_in(dice, 3))
        av_dict_set_int(options, "pool_size", dice_between(dice, 2, 6), 0);
}

static void describe(Report *r, const Scene *scene, const char *what,
                     AVDictionary *options)
{
    char *text = NULL;

    av_dict_get_string(options, &text, '=', ':');
    snprintf(r->mode, sizeof(r->mode), "%d bits, %s%s", scene->depth, what,
             text ? text : "");
    av_free(text);
}

/* The most common depth most often. */
static const Scene *any_scene(const CaseOptions *o, Dice *dice)
{
    return &o->scenes[dice_once_in(dice, 2) ? 0
                                            : dice_below(dice, o->nb_scenes)];
}

int case_run(const CaseOptions *o, Report *r)
{
    Dice dice;
    Life life;
    Liar liar;
    Client c = { .report = r, .life = &life, .dice = &dice };
    AVDictionary *options = NULL;
    const Scene *scene;
    TestProxy *proxy;
    Hand *hand = NULL;
    int target, frames;

    dice_init(&dice, o->seed, 2);
    scene  = any_scene(o, &dice);
    target = dice_below(&dice, NB_TARGETS);
    frames = dice_between(&dice, 2, 24);
    choose(&dice, scene, target, &options);
    describe(r, scene, target == SOURCES ? "-sources " : "", options);

    liar_init(&liar, o->seed, &r->lies);
    if (life_start(&life, scene, &dice) < 0 ||
        !(proxy = test_proxy_start(scene->server->display)))
        return CASE_BROKEN;
    snprintf(r->display, sizeof(r->display), "%s", test_proxy_display(proxy));
    test_proxy_hook(proxy, liar_hook, &liar);
    client_log(r, 1);

    if ((target == PICK || target == SELECT) && !dice_once_in(&dice, 3))
        hand = hand_start(scene, o->seed);
    if (target == SOURCES) {
        char *chosen;

        client_list(&c, r->display, &chosen);
        av_free(chosen);
    } else {
        client_record(&c, r->display, options,
                      target == PICK || target == SELECT ? PICK_MS : OPEN_MS,
                      frames);
    }
    hand_stop(hand);
    life_stop(&life);
    test_proxy_stop(&proxy);
    av_dict_free(&options);
    return r->complaint[0] ? CASE_COMPLAINS : CASE_DONE;
}
