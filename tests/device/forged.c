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

/**
 * @file
 * Events that another client forges: what they say is false, and must not show
 * in the recording. The stream goes on, and genuine events work as before.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xcb/damage.h>
#include <xcb/randr.h>
#include <xcb/shape.h>

#include "shot.h"
#include "window.h"

#define EVENTS (XCB_EVENT_MASK_STRUCTURE_NOTIFY | \
                XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | \
                XCB_EVENT_MASK_VISIBILITY_CHANGE)

typedef struct Forged {
    const char *name;
    void (*send)(xcb_window_t to, xcb_window_t about);
} Forged;

static void send(xcb_window_t to, const void *event)
{
    char whole[32] = { 0 };

    memcpy(whole, event, sizeof(whole));
    xcb_send_event(screen->conn, 0, to, EVENTS, whole);
    test_screen_sync(screen);
}

static void smaller(xcb_window_t to, xcb_window_t about)
{
    send(to, &(union { xcb_configure_notify_event_t e; char whole[32]; }){
        .e = { .response_type = XCB_CONFIGURE_NOTIFY, .event = to,
               .window = about, .x = 300, .y = 200, .width = 1, .height = 1 } });
}

static void larger(xcb_window_t to, xcb_window_t about)
{
    send(to, &(union { xcb_configure_notify_event_t e; char whole[32]; }){
        .e = { .response_type = XCB_CONFIGURE_NOTIFY, .event = to,
               .window = about, .x = -1, .y = -1, .width = 32767,
               .height = 32767, .border_width = 7 } });
}

static void destroyed(xcb_window_t to, xcb_window_t about)
{
    send(to, &(union { xcb_destroy_notify_event_t e; char whole[32]; }){
        .e = { .response_type = XCB_DESTROY_NOTIFY, .event = to,
               .window = about } });
}

static void unmapped(xcb_window_t to, xcb_window_t about)
{
    send(to, &(union { xcb_unmap_notify_event_t e; char whole[32]; }){
        .e = { .response_type = XCB_UNMAP_NOTIFY, .event = to,
               .window = about } });
}

static void mapped(xcb_window_t to, xcb_window_t about)
{
    send(to, &(union { xcb_map_notify_event_t e; char whole[32]; }){
        .e = { .response_type = XCB_MAP_NOTIFY, .event = to, .window = about,
               .override_redirect = 1 } });
}

static void reparented(xcb_window_t to, xcb_window_t about)
{
    send(to, &(union { xcb_reparent_notify_event_t e; char whole[32]; }){
        .e = { .response_type = XCB_REPARENT_NOTIFY, .event = to,
               .window = about, .parent = about } });
}

static void obscured(xcb_window_t to, xcb_window_t about)
{
    send(to, &(union { xcb_visibility_notify_event_t e; char whole[32]; }){
        .e = { .response_type = XCB_VISIBILITY_NOTIFY, .window = about,
               .state = XCB_VISIBILITY_FULLY_OBSCURED } });
}

static int first_event(xcb_extension_t *extension)
{
    const xcb_query_extension_reply_t *e =
        xcb_get_extension_data(screen->conn, extension);

    return e->present ? e->first_event : 0;
}

static void shaped(xcb_window_t to, xcb_window_t about)
{
    if (first_event(&xcb_shape_id))
        send(to, &(union { xcb_shape_notify_event_t e; char whole[32]; }){
            .e = { .response_type = first_event(&xcb_shape_id),
                   .shape_kind = XCB_SHAPE_SK_BOUNDING,
                   .affected_window = about, .shaped = 1 } });
}

static void screen_changed(xcb_window_t to, xcb_window_t about)
{
    (void)about;
    if (first_event(&xcb_randr_id))
        send(to, &(union { xcb_randr_screen_change_notify_event_t e;
                           char whole[32]; }){
            .e = { .response_type = first_event(&xcb_randr_id), .root = root,
                   .request_window = root, .width = 1, .height = 1 } });
}

static const Forged forged[] = {
    { "a smaller size",   smaller    }, { "a larger size",      larger         },
    { "an unmapping",     unmapped   }, { "a mapping",          mapped         },
    { "another parent",   reparented }, { "being covered",      obscured       },
    { "a shape",          shaped     }, { "a change of RandR",  screen_changed },
    { "a destruction",    destroyed  },
};
#define NB_FORGED ((int)(sizeof(forged) / sizeof(*forged)))

/* How a window is recorded: whatever the events say, none ends it. */
static const char *const ways[] = { "on_resize=pad", "on_resize=eof" };

static void of_a_window(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        test_window_at(0, 100, 100, 201, 151);
        test_stage_open_by(&d, k, "window_title=app 0:%s", ways[k]);
        test_window_painted(apps[0], "at first");
        for (int i = 0; i < NB_FORGED; i++) {
            forged[i].send(apps[0]->window, apps[0]->window);
            test_window_painted(apps[0], forged[i].name);
        }
        for (int i = 0; i < NB_FORGED; i++)
            forged[i].send(apps[0]->window, apps[0]->window);
        test_window_painted(apps[0], "all of them");

        test_app_move(apps[0], 120, 90, -1, -1);
        test_window_painted(apps[0], "moved in truth");
        if (!k) {
            test_app_move(apps[0], 120, 90, 180, 160);
            test_window_painted(apps[0], "resized in truth");
            test_app_show(apps[0], 0);
            test_app_show(apps[0], 1);
            test_window_painted(apps[0], "hidden in truth");
            test_app_destroy(apps[0]);
        } else {
            test_app_move(apps[0], 120, 90, 180, 160);
        }
        test_shot_ends(d, 2000);
    }
}

static void of_the_root_window(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        test_stage_open_by(&d, k, "%s", ways[k]);
        for (int i = 0; i < NB_FORGED; i++) {
            forged[i].send(root, root);
            test_screen_noise(screen, root, 10 * i, 20, 99, 55, 7 * i + k);
            test_shot_true(d, screen, root, 0, 0, 0, forged[i].name);
        }
        for (int i = 0; i < NB_FORGED; i++)
            forged[i].send(root, root);
        test_screen_noise(screen, root, 0, 0, 99, 55, 70 + k);
        test_shot_true(d, screen, root, 0, 0, 0, "all of them");
    }
}

/* Those of a menu go to the root window, and to the menu. */
static void of_a_menu(void **state)
{
    const TestRect at = { 150, 120, 80, 100 };
    xcb_window_t menu;
    TestImage *image;

    (void)state;
    test_window_at(0, 100, 100, 201, 151);
    test_stage_open(&d, "window_title=app 0");
    menu  = test_app_menu(apps[0], apps[0]->window, at.x, at.y, at.w, at.h, 50);
    image = test_screen_read(screen, menu, 0, 0, at.w, at.h, 0);
    test_window_under(apps[0], 1, &at, &image, "a menu");
    for (int i = 0; i < NB_FORGED; i++) {
        forged[i].send(root, menu);
        forged[i].send(menu, menu);
        test_window_under(apps[0], 1, &at, &image, forged[i].name);
    }
    test_image_free(&image);
    test_screen_destroy(apps[0]->s, menu);
    test_window_painted(apps[0], "destroyed in truth");
}

/* A window that only an event shows is none, and one that is shown hides the
 * damage of the others for as long as it is. */
static void of_windows_with_alpha(void **state)
{
    xcb_window_t window;

    (void)state;
    window = test_screen_window(screen, 300, 200, 90, 70, 32);
    if (!window)
        skip();
    test_stage_open(&d, "draw_mouse=1");
    for (int i = 0; i < NB_FORGED; i++) {
        forged[i].send(root, window);
        forged[i].send(root, 0x1fffffff);
        test_screen_noise(screen, window, 0, 0, 90, 70, 90 + i);
        test_shot_true(d, screen, root, 0, 0, 1, forged[i].name);
    }
    test_screen_destroy(screen, window);
    test_shot_true(d, screen, root, 0, 0, 1, "destroyed in truth");
}

#define TEST TEST_WINDOW

int main(void)
{
    static const TestWindowGroups groups = {
        .plain = {
            TEST(of_a_window),
            TEST(of_the_root_window),
            TEST(of_a_menu),
            TEST(of_windows_with_alpha),
        },
        .managed = {
            TEST(of_a_window),
        },
        .composited = {
            TEST(of_a_window),
        },
    };

    return test_window_run(&groups);
}
