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

#include <sys/uio.h>
#include <xcb/randr.h>
#include <xcb/xcbext.h>

#include "check.h"
#include "randr.h"

static int works(TestScreen *s, xcb_void_cookie_t cookie)
{
    xcb_generic_error_t *e = xcb_request_check(s->conn, cookie);

    free(e);
    if (xcb_connection_has_error(s->conn))
        test_die("the connection", xcb_connection_has_error(s->conn));
    return !e;
}

int test_randr_version(TestScreen *s)
{
    xcb_randr_query_version_reply_t *r;
    int version;

    if (!xcb_get_extension_data(s->conn, &xcb_randr_id)->present)
        return 0;
    r = test_need(xcb_randr_query_version_reply(
                 s->conn, xcb_randr_query_version(s->conn, 1, 5), NULL),
                  "QueryVersion");
    version = r->major_version * 100 + r->minor_version;
    free(r);
    return version;
}

static xcb_atom_t intern(TestScreen *s, const char *name)
{
    xcb_intern_atom_reply_t *r =
        test_need(xcb_intern_atom_reply(
                 s->conn, xcb_intern_atom(s->conn, 0, strlen(name), name),
                 NULL), "InternAtom");
    xcb_atom_t atom = r->atom;

    free(r);
    return atom;
}

int test_randr_monitors(TestScreen *s, TestMonitor *monitors, int max)
{
    xcb_randr_get_monitors_reply_t *r =
        test_need(xcb_randr_get_monitors_reply(
                 s->conn, xcb_randr_get_monitors(s->conn, s->screen->root, 1),
                 NULL), "GetMonitors");
    xcb_randr_monitor_info_iterator_t it =
        xcb_randr_get_monitors_monitors_iterator(r);
    int n = 0;

    for (; it.rem; xcb_randr_monitor_info_next(&it), n++) {
        const xcb_randr_monitor_info_t *m = it.data;
        xcb_get_atom_name_reply_t *name;

        if (n >= max)
            continue;
        name = test_need(xcb_get_atom_name_reply(
                        s->conn, xcb_get_atom_name(s->conn, m->name), NULL),
                         "GetAtomName");
        snprintf(monitors[n].name, sizeof(monitors[n].name), "%.*s",
                 xcb_get_atom_name_name_length(name),
                 xcb_get_atom_name_name(name));
        monitors[n].at      = (TestRect){ m->x, m->y, m->width, m->height };
        monitors[n].primary = m->primary;
        free(name);
    }
    free(r);
    return n;
}

/* libxcb 1.15's own function takes the size of what follows the request from
 * memory that it has not set. */
int test_randr_monitor(TestScreen *s, const char *name, int x, int y,
                       int w, int h, int primary)
{
    static const xcb_protocol_request_t protocol = {
        .count  = 2,
        .ext    = &xcb_randr_id,
        .opcode = XCB_RANDR_SET_MONITOR,
        .isvoid = 1,
    };
    xcb_randr_set_monitor_request_t request = { .window = s->screen->root };
    xcb_randr_monitor_info_t m = {
        .name                  = intern(s, name),
        .primary               = primary,
        .x                     = x,
        .y                     = y,
        .width                 = w,
        .height                = h,
        .width_in_millimeters  = w / 4,
        .height_in_millimeters = h / 4,
    };
    struct iovec parts[4] = {
        [2] = { &request, sizeof(request) },
        [3] = { &m, sizeof(m) },
    };

    xcb_void_cookie_t cookie;

    /* Its name must be free; nobody else sees that it is for a moment. */
    xcb_grab_server(s->conn);
    xcb_discard_reply(s->conn, xcb_randr_delete_monitor_checked(
                          s->conn, s->screen->root, m.name).sequence);
    cookie.sequence = xcb_send_request(s->conn, XCB_REQUEST_CHECKED,
                                       parts + 2, &protocol);
    xcb_ungrab_server(s->conn);
    return works(s, cookie);
}

void test_randr_monitor_delete(TestScreen *s, const char *name)
{
    test_check(s, xcb_randr_delete_monitor_checked(s->conn, s->screen->root,
                                                   intern(s, name)),
               "DeleteMonitor");
}

static xcb_randr_get_screen_resources_current_reply_t *resources(TestScreen *s)
{
    return test_need(xcb_randr_get_screen_resources_current_reply(
                    s->conn, xcb_randr_get_screen_resources_current(
                                 s->conn, s->screen->root), NULL),
                     "GetScreenResources");
}

static xcb_randr_get_output_info_reply_t *output_info(TestScreen *s,
                                                      xcb_randr_output_t id)
{
    return test_need(xcb_randr_get_output_info_reply(
                    s->conn, xcb_randr_get_output_info(s->conn, id,
                                                       XCB_CURRENT_TIME),
                    NULL), "GetOutputInfo");
}

static xcb_randr_output_t find_output(TestScreen *s, const char *name)
{
    xcb_randr_get_screen_resources_current_reply_t *r = resources(s);
    const xcb_randr_output_t *ids =
        xcb_randr_get_screen_resources_current_outputs(r);
    xcb_randr_output_t found = 0;

    for (int i = 0; i < r->num_outputs && !found; i++) {
        xcb_randr_get_output_info_reply_t *o = output_info(s, ids[i]);

        if (xcb_randr_get_output_info_name_length(o) == (int)strlen(name) &&
            !memcmp(xcb_randr_get_output_info_name(o), name, strlen(name)))
            found = ids[i];
        free(o);
    }
    free(r);
    if (!found)
        test_die("looking for an output", 0);
    return found;
}

static xcb_randr_mode_t find_mode(TestScreen *s, int w, int h)
{
    xcb_randr_get_screen_resources_current_reply_t *r = resources(s);
    const xcb_randr_mode_info_t *modes =
        xcb_randr_get_screen_resources_current_modes(r);
    xcb_randr_mode_t found = 0;

    for (int i = 0; i < r->num_modes; i++)
        if (modes[i].width == w && modes[i].height == h)
            found = modes[i].id;
    free(r);
    return found;
}

static xcb_randr_mode_t make_mode(TestScreen *s, int w, int h)
{
    char name[32];
    int length = snprintf(name, sizeof(name), "%dx%d", w, h);
    const xcb_randr_mode_info_t info = {
        .width       = w,
        .height      = h,
        .hsync_start = w + 40,
        .hsync_end   = w + 100,
        .htotal      = w + 200,
        .vsync_start = h + 10,
        .vsync_end   = h + 20,
        .vtotal      = h + 60,
        .dot_clock   = (w + 200) * (h + 60) * 30,
        .name_len    = length,
    };
    xcb_randr_create_mode_reply_t *r =
        test_need(xcb_randr_create_mode_reply(
                 s->conn, xcb_randr_create_mode(s->conn, s->screen->root, info,
                                                length, name), NULL),
                  "CreateMode");
    xcb_randr_mode_t mode = r->mode;

    free(r);
    return mode;
}

/* The output's own, or one that is free for it */
static xcb_randr_crtc_t find_crtc(TestScreen *s, xcb_randr_output_t output)
{
    xcb_randr_get_output_info_reply_t *o = output_info(s, output);
    const xcb_randr_crtc_t *ids = xcb_randr_get_output_info_crtcs(o);
    xcb_randr_crtc_t crtc = o->crtc;

    for (int i = 0; i < o->num_crtcs && !crtc; i++) {
        xcb_randr_get_crtc_info_reply_t *c =
            test_need(xcb_randr_get_crtc_info_reply(
                     s->conn, xcb_randr_get_crtc_info(s->conn, ids[i],
                                                      XCB_CURRENT_TIME),
                     NULL), "GetCrtcInfo");

        if (!c->num_outputs)
            crtc = ids[i];
        free(c);
    }
    free(o);
    return crtc;
}

static int set_crtc(TestScreen *s, xcb_randr_crtc_t crtc, int x, int y,
                    xcb_randr_mode_t mode, const xcb_randr_output_t *output)
{
    xcb_randr_set_crtc_config_reply_t *r =
        xcb_randr_set_crtc_config_reply(
            s->conn, xcb_randr_set_crtc_config(
                         s->conn, crtc, XCB_CURRENT_TIME, XCB_CURRENT_TIME,
                         x, y, mode, XCB_RANDR_ROTATION_ROTATE_0, !!output,
                         output), NULL);
    int done = r && r->status == XCB_RANDR_SET_CONFIG_SUCCESS;

    free(r);
    return done;
}

int test_randr_output(TestScreen *s, const char *output, int x, int y,
                      int w, int h)
{
    xcb_randr_output_t id = find_output(s, output);
    xcb_randr_crtc_t crtc = find_crtc(s, id);
    xcb_randr_mode_t mode = find_mode(s, w, h);

    if (!crtc)
        return 0;
    if (!mode)
        mode = make_mode(s, w, h);
    if (!works(s, xcb_randr_add_output_mode_checked(s->conn, id, mode)))
        return 0;
    return set_crtc(s, crtc, x, y, mode, &id);
}

void test_randr_output_off(TestScreen *s, const char *output)
{
    xcb_randr_get_output_info_reply_t *o = output_info(s,
                                                       find_output(s, output));

    if (o->crtc && !set_crtc(s, o->crtc, 0, 0, XCB_NONE, NULL))
        test_die("turning an output off", 0);
    free(o);
}

void test_randr_primary(TestScreen *s, const char *output)
{
    test_check(s, xcb_randr_set_output_primary_checked(
              s->conn, s->screen->root,
              output ? find_output(s, output) : XCB_NONE), "SetOutputPrimary");
}

int test_randr_screen(TestScreen *s, int w, int h)
{
    return works(s, xcb_randr_set_screen_size_checked(s->conn,
                                                      s->screen->root, w, h,
                                                      w / 4 + 1, h / 4 + 1));
}
