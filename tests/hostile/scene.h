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

#ifndef TESTS_HOSTILE_SCENE_H
#define TESTS_HOSTILE_SCENE_H

#include "app.h"
#include "dice.h"
#include "server.h"

/**
 * @file
 * A display with windows, menus and monitors, and what goes on there while it is
 * recorded.
 */

#define SCENE_APPS 3
#define SCENE_WIDTH  320
#define SCENE_HEIGHT 240

/** The server, and what stays there for all cases. */
typedef struct Scene {
    TestServer *server;
    TestApp *apps[SCENE_APPS];
    int depth;
} Scene;

/** @return 0, or -1 with a line on stderr */
int scene_start(Scene *s, int depth);
void scene_stop(Scene *s);

/** A client of a case, which makes things happen. For one thread. */
typedef struct Life {
    const Scene *scene;
    TestScreen *screen;        ///< all of it is done by this connection
    Dice *dice;
    xcb_window_t menu;         ///< 0 where there is none
    xcb_gcontext_t gc;
} Life;

/** Connect and put everything into the order that scene_start() left. -1 where
 *  the server can't be reached. */
int life_start(Life *l, const Scene *scene, Dice *dice);
void life_stop(Life *l);

/** Draw, move the pointer, move or hide a window, open a menu, change a title, a
 *  monitor or a cursor, or send an event that is not true. */
void life_step(Life *l);

/** Give windows, the root and monitors names and properties of any bytes. */
void life_scribble(Life *l);

/** Press or release the pointer's first button somewhere. */
void life_button(Life *l, int press);

#endif /* TESTS_HOSTILE_SCENE_H */
