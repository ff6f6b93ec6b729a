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
#include <xcb/randr.h>
#include <xcb/xtest.h>

#include "randr.h"
#include "scene.h"

#define MONITORS 2

static const TestRect places[SCENE_APPS] = {
    { 10, 10, 120, 90 }, { 80, 60, 150, 110 }, { 180, 130, 100, 80 },
};

static const struct {
    const char *name;
    TestRect at;
} monitors[MONITORS] = {
    { "LEFT",  { 0, 0, SCENE_WIDTH / 2, SCENE_HEIGHT } },
    { "RIGHT", { SCENE_WIDTH / 2, 0, SCENE_WIDTH / 2, SCENE_HEIGHT } },
};

static void set_monitor(TestScreen *s, int i, TestRect at)
{
    test_randr_monitor(s, monitors[i].name, at.x, at.y, at.w, at.h, !i);
}

int scene_start(Scene *s, int depth)
{
    s->depth  = depth;
    s->server = test_server_start(&(TestServerOptions){
        .width = SCENE_WIDTH, .height = SCENE_HEIGHT, .depth = depth,
    });
    if (!s->server)
        return -1;
    for (int i = 0; i < SCENE_APPS; i++) {
        char title[16];

        snprintf(title, sizeof(title), "app %d", i);
        s->apps[i] = test_app_open(s->server->display, &(TestAppOptions){
            .title = title, .old_title = title, .instance = "app",
            .class = i ? "App" : "Other", .x = places[i].x, .y = places[i].y,
            .w = places[i].w, .h = places[i].h, .seed = i + 1,
        });
        if (!s->apps[i])
            return -1;
    }
    test_app_menu(s->apps[1], s->apps[1]->window, 100, 80, 60, 70, 9);
    for (int i = 0; i < MONITORS; i++)
        set_monitor(s->apps[0]->s, i, monitors[i].at);
    return 0;
}

void scene_stop(Scene *s)
{
    for (int i = 0; i < SCENE_APPS; i++)
        test_app_close(&s->apps[i]);
    test_server_stop(&s->server);
}

static xcb_window_t any_window(Life *l)
{
    const uint32_t i = dice_below(l->dice, SCENE_APPS);

    return l->scene->apps[i]->window;
}

static xcb_atom_t atom(Life *l, const char *name, size_t length)
{
    xcb_connection_t *c = l->screen->conn;
    xcb_intern_atom_reply_t *r =
        xcb_intern_atom_reply(c, xcb_intern_atom(c, 0, length, name), NULL);
    xcb_atom_t value = r ? r->atom : XCB_NONE;

    free(r);
    return value;
}

static xcb_atom_t named(Life *l, const char *name)
{
    return atom(l, name, strlen(name));
}

static void set_text(Life *l, xcb_window_t window, const char *property,
                     const char *type, const void *text, size_t size)
{
    xcb_change_property(l->screen->conn, XCB_PROP_MODE_REPLACE, window,
                        named(l, property), named(l, type), 8, size, text);
}

void life_button(Life *l, int press)
{
    const xcb_window_t root = l->screen->screen->root;

    if (!l->screen->xtest)
        return;
    xcb_test_fake_input(l->screen->conn, XCB_MOTION_NOTIFY, 0, 0, root,
                        dice_below(l->dice, SCENE_WIDTH),
                        dice_below(l->dice, SCENE_HEIGHT), 0);
    xcb_test_fake_input(l->screen->conn,
                        press ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, 1, 0,
                        root, 0, 0, 0);
    xcb_flush(l->screen->conn);
}

int life_start(Life *l, const Scene *scene, Dice *dice)
{
    *l = (Life){ .scene = scene, .dice = dice };
    if (!(l->screen = test_screen_open(scene->server->display)))
        return -1;
    l->gc = xcb_generate_id(l->screen->conn);
    xcb_create_gc(l->screen->conn, l->gc, l->screen->screen->root,
                  XCB_GC_SUBWINDOW_MODE,
                  (uint32_t[]){ XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS });
    for (int i = 0; i < SCENE_APPS; i++) {
        const xcb_window_t w = scene->apps[i]->window;
        char title[16];
        const int n = snprintf(title, sizeof(title), "app %d", i);

        xcb_map_window(l->screen->conn, w);
        xcb_configure_window(l->screen->conn, w, 15,
                             (uint32_t[]){ places[i].x, places[i].y,
                                           places[i].w, places[i].h });
        set_text(l, w, "_NET_WM_NAME", "UTF8_STRING", title, n);
        set_text(l, w, "WM_NAME", "STRING", title, n);
        set_text(l, w, "WM_CLASS", "STRING", i ? "app\0App" : "app\0Other",
                 i ? 8 : 10);
    }
    xcb_delete_property(l->screen->conn, l->screen->screen->root,
                        named(l, "_NET_CLIENT_LIST_STACKING"));
    xcb_delete_property(l->screen->conn, l->screen->screen->root,
                        named(l, "_NET_CLIENT_LIST"));
    life_button(l, 0);
    test_screen_sync(l->screen);
    return 0;
}

void life_stop(Life *l)
{
    if (l->screen)
        life_button(l, 0);
    test_screen_close(&l->screen);
}

static void move(Life *l)
{
    xcb_configure_window(l->screen->conn, any_window(l), 15, (uint32_t[]){
        dice_between(l->dice, -100, SCENE_WIDTH),
        dice_between(l->dice, -100, SCENE_HEIGHT),
        dice_between(l->dice, 1, SCENE_WIDTH),
        dice_between(l->dice, 1, SCENE_HEIGHT),
    });
}

static void menu(Life *l)
{
    xcb_connection_t *c = l->screen->conn;
    const xcb_screen_t *screen = l->screen->screen;
    const xcb_window_t owner = any_window(l);

    if (l->menu) {
        xcb_destroy_window(c, l->menu);
        l->menu = 0;
        return;
    }
    l->menu = xcb_generate_id(c);
    xcb_create_window(c, XCB_COPY_FROM_PARENT, l->menu, screen->root,
                      dice_between(l->dice, -20, SCENE_WIDTH),
                      dice_between(l->dice, -20, SCENE_HEIGHT),
                      dice_between(l->dice, 1, 200),
                      dice_between(l->dice, 1, 200),
                      dice_below(l->dice, 3), XCB_WINDOW_CLASS_INPUT_OUTPUT,
                      XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT,
                      (uint32_t[]){ dice_throw(l->dice), 1 });
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, l->menu,
                        XCB_ATOM_WM_TRANSIENT_FOR, XCB_ATOM_WINDOW, 32, 1,
                        &owner);
    xcb_map_window(c, l->menu);
}

static void monitor(Life *l)
{
    const int i = dice_below(l->dice, MONITORS);

    if (!dice_once_in(l->dice, 3))
        set_monitor(l->screen, i, monitors[i].at);
    else
        set_monitor(l->screen, i, (TestRect){
            dice_below(l->dice, SCENE_WIDTH), dice_below(l->dice, SCENE_HEIGHT),
            dice_between(l->dice, 1, 400), dice_between(l->dice, 1, 400),
        });
}

static void cursor(Life *l)
{
    xcb_connection_t *c = l->screen->conn;
    const xcb_font_t font = xcb_generate_id(c);
    const xcb_cursor_t id = xcb_generate_id(c);
    const int glyph = dice_below(l->dice, 70) * 2;

    xcb_open_font(c, font, 6, "cursor");
    xcb_create_glyph_cursor(c, id, font, font, glyph, glyph + 1, 0, 0, 0,
                            65535, 65535, 65535);
    xcb_change_window_attributes(c, any_window(l), XCB_CW_CURSOR, &id);
    xcb_free_cursor(c, id);
    xcb_close_font(c, font);
}

static void untrue_event(Life *l)
{
    static const uint8_t codes[] = {
        XCB_DESTROY_NOTIFY, XCB_UNMAP_NOTIFY, XCB_MAP_NOTIFY,
        XCB_REPARENT_NOTIFY, XCB_CONFIGURE_NOTIFY, XCB_PROPERTY_NOTIFY,
        XCB_COLORMAP_NOTIFY, XCB_CLIENT_MESSAGE,
    };
    const xcb_window_t root = l->screen->screen->root, to = any_window(l);
    uint32_t p[8] = { codes[dice_below(l->dice, sizeof(codes))], to,
                      any_window(l) };

    for (int i = 3; i < 8; i++)
        p[i] = dice_evil(l->dice, 100);
    xcb_send_event(l->screen->conn, 0, dice_once_in(l->dice, 2) ? root : to,
                   XCB_EVENT_MASK_STRUCTURE_NOTIFY |
                   XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY |
                   XCB_EVENT_MASK_PROPERTY_CHANGE, (const char *)p);
}

void life_step(Life *l)
{
    xcb_connection_t *c = l->screen->conn;
    const xcb_rectangle_t r = {
        dice_below(l->dice, SCENE_WIDTH), dice_below(l->dice, SCENE_HEIGHT),
        dice_between(l->dice, 1, 100), dice_between(l->dice, 1, 100),
    };
    const uint32_t value = dice_throw(l->dice);

    xcb_change_gc(c, l->gc, XCB_GC_FOREGROUND, &value);
    xcb_poly_fill_rectangle(c, l->screen->screen->root, l->gc, 1, &r);
    switch (dice_below(l->dice, 12)) {
    case 0:
    case 1: move(l); break;
    case 2: xcb_unmap_window(c, any_window(l)); break;
    case 3: xcb_map_window(c, any_window(l)); break;
    case 4: xcb_configure_window(c, any_window(l), XCB_CONFIG_WINDOW_STACK_MODE,
                                 (uint32_t[]){ dice_below(l->dice, 2) });
            break;
    case 5:
    case 6: menu(l); break;
    case 7: monitor(l); break;
    case 8: cursor(l); break;
    case 9: untrue_event(l); break;
    default:
        xcb_warp_pointer(c, XCB_NONE, l->screen->screen->root, 0, 0, 0, 0,
                         dice_below(l->dice, SCENE_WIDTH),
                         dice_below(l->dice, SCENE_HEIGHT));
    }
    xcb_flush(c);
}

/* Control characters and invalid UTF-8 among them. */
static size_t any_bytes(Life *l, uint8_t *p, size_t max)
{
    static const char *const pieces[] = {
        "app 1", "\033[31m", "\033]0;x\007", "\n", "\r", "\t", "\302\233", "%s",
        "%n", "\\", "'", "\"", "\303\244", "\342\202\254", "\360\237\230\200",
        "\377", "\300\200", "\355\240\200", "&", "?", "=", "+", " ",
    };
    const size_t size = dice_size(l->dice, max);
    size_t n = 0;

    while (n < size) {
        const char *piece = pieces[dice_below(l->dice, sizeof(pieces) /
                                                       sizeof(*pieces))];

        if (dice_once_in(l->dice, 3))
            p[n++] = dice_throw(l->dice);
        else
            for (; *piece && n < size; piece++)
                p[n++] = *piece;
    }
    return n;
}

static void scribble(Life *l, xcb_window_t window)
{
    static const char *const properties[] = {
        "_NET_WM_NAME", "WM_NAME", "WM_CLASS", "_NET_WM_NAME", "WM_CLASS",
        "_NET_CLIENT_LIST_STACKING", "_NET_CLIENT_LIST", "WM_TRANSIENT_FOR",
        "WM_STATE", "_NET_WM_STATE", "_NET_FRAME_EXTENTS",
        "_NET_SUPPORTING_WM_CHECK", "_GTK_FRAME_EXTENTS", "WM_CLIENT_LEADER",
    };
    static const char *const types[] = {
        "UTF8_STRING", "STRING", "COMPOUND_TEXT", "WINDOW", "ATOM", "CARDINAL",
    };
    const int i = dice_below(l->dice, sizeof(properties) / sizeof(*properties));
    const int text = i < 5;
    const int format = dice_once_in(l->dice, 6) ? 8 << dice_below(l->dice, 3) :
                       text ? 8 : 32;
    uint32_t data[1024];
    size_t n = any_bytes(l, (uint8_t *)data, sizeof(data)) * 8 / format;

    if (!text && !dice_once_in(l->dice, 3))
        for (n = 0; n < dice_below(l->dice, 20); n++)
            data[n] = dice_once_in(l->dice, 3) ? dice_evil(l->dice, 1)
                                               : any_window(l);
    xcb_change_property(l->screen->conn, XCB_PROP_MODE_REPLACE, window,
                        named(l, properties[i]),
                        named(l, types[dice_once_in(l->dice, 4) ?
                                       dice_below(l->dice, 6) : text ? 0 : 3]),
                        format, n, data);
}

static void name_monitor(Life *l)
{
    uint8_t name[256];
    const size_t size = any_bytes(l, name, sizeof(name) - 1);
    size_t n = 0;

    while (n < size && name[n])
        n++;
    name[n] = 0;
    if (!n)
        return;
    if (dice_once_in(l->dice, 2)) {
        test_randr_monitor(l->screen, (char *)name,
                           dice_below(l->dice, SCENE_WIDTH),
                           dice_below(l->dice, SCENE_HEIGHT), 50, 50, 0);
    } else {
        xcb_randr_delete_monitor(l->screen->conn, l->screen->screen->root,
                                 atom(l, (char *)name, n));
    }
}

/* So that they don't become more and more. */
static void clear_monitors(Life *l)
{
    xcb_connection_t *c = l->screen->conn;
    const xcb_window_t root = l->screen->screen->root;
    xcb_randr_get_monitors_reply_t *r =
        xcb_randr_get_monitors_reply(c, xcb_randr_get_monitors(c, root, 0),
                                     NULL);

    if (r)
        for (xcb_randr_monitor_info_iterator_t it =
                 xcb_randr_get_monitors_monitors_iterator(r); it.rem;
             xcb_randr_monitor_info_next(&it))
            xcb_randr_delete_monitor(c, root, it.data->name);
    free(r);
    for (int i = 0; i < MONITORS; i++)
        set_monitor(l->screen, i, monitors[i].at);
}

void life_scribble(Life *l)
{
    clear_monitors(l);
    for (int n = dice_between(l->dice, 1, 8); n; n--)
        scribble(l, dice_once_in(l->dice, 3) ? l->screen->screen->root
                                             : any_window(l));
    for (int n = dice_below(l->dice, 3); n; n--)
        name_monitor(l);
    test_screen_sync(l->screen);
}
