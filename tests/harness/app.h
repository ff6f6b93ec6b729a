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

#ifndef TESTS_HARNESS_APP_H
#define TESTS_HARNESS_APP_H

#include "image.h"
#include "screen.h"

/**
 * @file
 * An application: a window with a title, on a connection of its own, that does
 * what people and window managers do to windows. What it shows is a background
 * that the server paints, so it never has to answer an event. All calls wait
 * until what they ask has come true; if it never does, that ends the program
 * with a message.
 */

typedef struct TestAppOptions {
    const char *title;         ///< UTF-8, _NET_WM_NAME; NULL for none
    const char *old_title;     ///< Latin-1, WM_NAME; NULL for none
    const char *instance, *class; ///< WM_CLASS; NULL for none
    int x, y, w, h;
    int depth;                 ///< 0: the screen's
    int unmanaged;             ///< override-redirect
    int hidden;                ///< not mapped
    xcb_window_t id;           ///< to be chosen by the server's rules if 0
    xcb_window_t transient_for;
    unsigned seed;             ///< of the noise that it shows
    uint32_t color;            ///< a plain pixel value instead, if not 0
} TestAppOptions;

typedef struct TestApp {
    TestScreen *s;
    xcb_window_t window;
} TestApp;

/** Connect, make the window and wait until it is viewable; NULL if the display
 *  can't be opened. The background is noise, of 1024x768 so that it is the same
 *  at every size. */
TestApp *test_app_open(const char *display, const TestAppOptions *o);

/** Disconnect: its windows are gone. *app may be NULL and is set to NULL. */
void test_app_close(TestApp **app);

/** Make one more window; it isn't the app's own. */
xcb_window_t test_app_window(TestApp *app, const TestAppOptions *o);

/** A menu or tooltip: override-redirect and transient for owner, at x,y of the
 *  root window. */
xcb_window_t test_app_menu(TestApp *app, xcb_window_t owner, int x, int y,
                           int w, int h, unsigned seed);

void test_app_title(TestApp *app, const char *title);

/** Ask for a place and a size; negative w for only a move. Waits until the
 *  window has them. The place is that of its border or its manager's frame. */
void test_app_move(TestApp *app, int x, int y, int w, int h);

/** Unmap or map it, and wait until it is unviewable or viewable. */
void test_app_show(TestApp *app, int show);

/** Put its window above all others (1) or below them (0), if that's allowed. */
void test_app_stack(TestApp *app, int above);

/** Have a part of its background painted again. */
void test_app_clear(TestApp *app, int x, int y, int w, int h);

/** Destroy the app's window, not its connection. */
void test_app_destroy(TestApp *app);

xcb_atom_t test_app_atom(TestApp *app, const char *name);

/** Where the window's own origin is on the root window, and its size. */
TestRect test_app_at(TestApp *app, xcb_window_t window);

/** Whether a window is viewable; -1 if there is none. */
int test_app_viewable(TestApp *app, xcb_window_t window);

/** What a window manager is asked to do (EWMH and ICCCM). These don't wait. */
void test_app_wm_state(TestApp *app, const char *state, int add);
void test_app_iconify(TestApp *app);
void test_app_activate(TestApp *app);
void test_app_to_desktop(TestApp *app, int desktop);
void test_app_show_desktop(TestApp *app, int desktop);

/** Wait until a window manager has given the window a frame (1), or it is the
 *  root's child again (0), and shows it. */
void test_app_wait_framed(TestApp *app, int framed);

/** Wait until a selection ("_NET_WM_CM_S0") has an owner (1) or none (0). */
void test_app_wait_owner(TestApp *app, const char *selection, int owned);

/** Wait until a window has become viewable (1), or not (0). */
void test_app_wait_viewable(TestApp *app, xcb_window_t window, int viewable);

#endif /* TESTS_HARNESS_APP_H */
