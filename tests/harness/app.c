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

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "check.h"

#define TIMEOUT_MS 10000
#define PATIENCE_MS 1000       /* a manager that starts may lose a request */
#define BACK_WIDTH  1024
#define BACK_HEIGHT 768

enum { ICONIC_STATE = 3, US_POSITION = 1, US_SIZE = 2,
       BY_A_PAGER = 2 };

xcb_atom_t test_app_atom(TestApp *app, const char *name)
{
    xcb_intern_atom_reply_t *r =
        test_need(xcb_intern_atom_reply(
                 app->s->conn, xcb_intern_atom(app->s->conn, 0, strlen(name),
                                               name), NULL), "InternAtom");
    xcb_atom_t atom = r->atom;

    free(r);
    return atom;
}

static void set_text(TestApp *app, xcb_window_t window, xcb_atom_t property,
                     xcb_atom_t type, const char *text, size_t n)
{
    test_check(app->s, xcb_change_property_checked(app->s->conn,
                                                   XCB_PROP_MODE_REPLACE,
                                                   window, property, type, 8,
                                                   n, text),
               "ChangeProperty");
}

int test_app_viewable(TestApp *app, xcb_window_t window)
{
    xcb_get_window_attributes_reply_t *a =
        xcb_get_window_attributes_reply(
            app->s->conn, xcb_get_window_attributes(app->s->conn, window),
            NULL);
    int viewable = a ? a->map_state == XCB_MAP_STATE_VIEWABLE : -1;

    free(a);
    return viewable;
}

void test_app_wait_viewable(TestApp *app, xcb_window_t window, int viewable)
{
    for (int ms = 0; ms < TIMEOUT_MS; ms++) {
        if (test_app_viewable(app, window) == viewable)
            return;
        poll(NULL, 0, 1);
    }
    test_die(viewable ? "waiting for a window to be shown" :
                        "waiting for a window to be hidden", 0);
}

xcb_window_t test_app_window(TestApp *app, const TestAppOptions *o)
{
    xcb_connection_t *c = app->s->conn;
    const xcb_screen_t *screen = app->s->screen;
    int depth = o->depth ? o->depth : screen->root_depth;
    xcb_window_t window = o->id ? o->id : xcb_generate_id(c);
    xcb_visualid_t visual = screen->root_visual;
    xcb_colormap_t colormap = screen->default_colormap;
    const uint32_t size_hints[18] = { US_POSITION | US_SIZE, o->x, o->y,
                                      o->w, o->h };

    if (depth != screen->root_depth) {
        if (!(visual = test_screen_visual(app->s, depth)))
            test_die("looking for a visual", 0);
        colormap = xcb_generate_id(c);
        xcb_create_colormap(c, XCB_COLORMAP_ALLOC_NONE, colormap, screen->root,
                            visual);
    }
    test_check(app->s, xcb_create_window_checked(
              c, depth, window, screen->root, o->x, o->y, o->w, o->h, 0,
              XCB_WINDOW_CLASS_INPUT_OUTPUT, visual,
              XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL |
              XCB_CW_OVERRIDE_REDIRECT | XCB_CW_COLORMAP,
              (const uint32_t[]){ o->color, 0, o->unmanaged, colormap }),
               "CreateWindow");
    if (!o->color)
        test_screen_backdrop(app->s, window, BACK_WIDTH, BACK_HEIGHT, o->seed);
    if (o->title)
        set_text(app, window, test_app_atom(app, "_NET_WM_NAME"),
                 test_app_atom(app, "UTF8_STRING"), o->title, strlen(o->title));
    if (o->old_title)
        set_text(app, window, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, o->old_title,
                 strlen(o->old_title));
    if (o->instance || o->class) {
        char both[256];
        int n = snprintf(both, sizeof(both), "%s%c%s",
                         o->instance ? o->instance : "", 0,
                         o->class ? o->class : "");

        set_text(app, window, XCB_ATOM_WM_CLASS, XCB_ATOM_STRING, both, n + 1);
    }
    if (o->transient_for)
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, window,
                            XCB_ATOM_WM_TRANSIENT_FOR, XCB_ATOM_WINDOW, 32, 1,
                            &o->transient_for);
    if (!o->unmanaged)
        xcb_change_property(c, XCB_PROP_MODE_REPLACE, window,
                            XCB_ATOM_WM_NORMAL_HINTS, XCB_ATOM_WM_SIZE_HINTS,
                            32, 18, size_hints);
    if (o->hidden) {
        test_screen_sync(app->s);
    } else {
        for (int ms = 0; ms < TIMEOUT_MS && test_app_viewable(app, window) != 1;
             ms++) {
            if (ms % PATIENCE_MS == 0)
                xcb_map_window(c, window);
            poll(NULL, 0, !!ms);
        }
        test_app_wait_viewable(app, window, 1);
    }
    return window;
}

TestApp *test_app_open(const char *display, const TestAppOptions *o)
{
    TestApp *app = test_need(calloc(1, sizeof(*app)), "calloc");

    if (!(app->s = test_screen_open(display))) {
        free(app);
        return NULL;
    }
    app->window = test_app_window(app, o);
    return app;
}

void test_app_close(TestApp **papp)
{
    TestApp *app = *papp;

    *papp = NULL;
    if (!app)
        return;
    test_screen_close(&app->s);
    free(app);
}

xcb_window_t test_app_menu(TestApp *app, xcb_window_t owner, int x, int y,
                           int w, int h, unsigned seed)
{
    return test_app_window(app, &(TestAppOptions){
        .x = x, .y = y, .w = w, .h = h, .unmanaged = 1, .seed = seed,
        .transient_for = owner,
    });
}

void test_app_title(TestApp *app, const char *title)
{
    set_text(app, app->window, test_app_atom(app, "_NET_WM_NAME"),
             test_app_atom(app, "UTF8_STRING"), title, strlen(title));
}

TestRect test_app_at(TestApp *app, xcb_window_t window)
{
    xcb_connection_t *c = app->s->conn;
    xcb_get_geometry_reply_t *g =
        test_need(xcb_get_geometry_reply(c, xcb_get_geometry(c, window), NULL),
                  "GetGeometry");
    xcb_translate_coordinates_reply_t *t =
        test_need(xcb_translate_coordinates_reply(
                 c, xcb_translate_coordinates(c, window, app->s->screen->root,
                                              0, 0), NULL),
                  "TranslateCoordinates");
    TestRect r = { t->dst_x, t->dst_y, g->width, g->height };

    free(g);
    free(t);
    return r;
}

/* The outermost window that holds it: itself, or its frame. */
static xcb_window_t top_level(TestApp *app, xcb_window_t window)
{
    for (;;) {
        xcb_query_tree_reply_t *t =
            test_need(xcb_query_tree_reply(
                     app->s->conn, xcb_query_tree(app->s->conn, window), NULL),
                      "QueryTree");
        xcb_window_t parent = t->parent;

        free(t);
        if (parent == app->s->screen->root)
            return window;
        window = parent;
    }
}

void test_app_move(TestApp *app, int x, int y, int w, int h)
{
    const uint32_t values[] = { x, y, w, h };
    TestRect own = { 0 }, place = { 0 };

    for (int ms = 0; ms < TIMEOUT_MS; ms++) {
        xcb_get_geometry_reply_t *g;

        if (ms % PATIENCE_MS == 0)
            test_check(app->s, xcb_configure_window_checked(
                      app->s->conn, app->window,
                      XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y |
                      (w < 0 ? 0 : XCB_CONFIG_WINDOW_WIDTH |
                                   XCB_CONFIG_WINDOW_HEIGHT),
                      values), "ConfigureWindow");
        g = test_need(xcb_get_geometry_reply(
                     app->s->conn,
                     xcb_get_geometry(app->s->conn,
                                      top_level(app, app->window)), NULL),
                      "GetGeometry");
        own   = test_app_at(app, app->window);
        place = (TestRect){ g->x, g->y, g->width, g->height };
        free(g);
        if (place.x == x && place.y == y &&
            (w < 0 || (own.w == w && own.h == h)))
            return;
        poll(NULL, 0, 1);
    }
    fprintf(stderr, "app: wanted %dx%d at %d,%d, is %dx%d, its frame %dx%d at "
            "%d,%d\n", w, h, x, y, own.w, own.h, place.w, place.h, place.x,
            place.y);
    test_die("moving a window", 0);
}

void test_app_show(TestApp *app, int show)
{
    if (show)
        xcb_map_window(app->s->conn, app->window);
    else
        xcb_unmap_window(app->s->conn, app->window);
    test_app_wait_viewable(app, app->window, show);
}

void test_app_stack(TestApp *app, int above)
{
    xcb_configure_window(app->s->conn, app->window,
                         XCB_CONFIG_WINDOW_STACK_MODE,
                         (const uint32_t[]){ above ? XCB_STACK_MODE_ABOVE :
                                                     XCB_STACK_MODE_BELOW });
    test_screen_sync(app->s);
}

void test_app_clear(TestApp *app, int x, int y, int w, int h)
{
    xcb_clear_area(app->s->conn, 0, app->window, x, y, w, h);
    test_screen_sync(app->s);
}

void test_app_destroy(TestApp *app)
{
    test_screen_destroy(app->s, app->window);
}

static void message(TestApp *app, xcb_window_t window, const char *type,
                    uint32_t a, uint32_t b, uint32_t c)
{
    const xcb_client_message_event_t e = {
        .response_type = XCB_CLIENT_MESSAGE,
        .format        = 32,
        .window        = window,
        .type          = test_app_atom(app, type),
        .data.data32   = { a, b, c, BY_A_PAGER },
    };

    test_check(app->s, xcb_send_event_checked(
              app->s->conn, 0, app->s->screen->root,
              XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT |
              XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY, (const char *)&e),
               "SendEvent");
}

void test_app_wm_state(TestApp *app, const char *state, int add)
{
    message(app, app->window, "_NET_WM_STATE", add, test_app_atom(app, state),
            0);
}

void test_app_iconify(TestApp *app)
{
    message(app, app->window, "WM_CHANGE_STATE", ICONIC_STATE, 0, 0);
}

void test_app_activate(TestApp *app)
{
    message(app, app->window, "_NET_ACTIVE_WINDOW", BY_A_PAGER, 0, 0);
}

void test_app_to_desktop(TestApp *app, int desktop)
{
    message(app, app->window, "_NET_WM_DESKTOP", desktop, BY_A_PAGER, 0);
}

void test_app_show_desktop(TestApp *app, int desktop)
{
    message(app, app->s->screen->root, "_NET_CURRENT_DESKTOP", desktop, 0, 0);
}

void test_app_wait_framed(TestApp *app, int framed)
{
    for (int ms = 0; ms < TIMEOUT_MS; ms++) {
        if ((top_level(app, app->window) != app->window) == framed &&
            test_app_viewable(app, app->window) == 1)
            return;
        poll(NULL, 0, 1);
    }
    test_die(framed ? "waiting for a window manager" :
                      "waiting for a window manager to let go", 0);
}

void test_app_wait_owner(TestApp *app, const char *selection, int owned)
{
    xcb_atom_t atom = test_app_atom(app, selection);

    for (int ms = 0; ms < TIMEOUT_MS; ms++) {
        xcb_get_selection_owner_reply_t *r =
            test_need(xcb_get_selection_owner_reply(
                     app->s->conn,
                     xcb_get_selection_owner(app->s->conn, atom), NULL),
                      "GetSelectionOwner");
        int has = !!r->owner;

        free(r);
        if (has == owned)
            return;
        poll(NULL, 0, 1);
    }
    test_die("waiting for a selection's owner", 0);
}
