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

#ifndef TESTS_HARNESS_SCREEN_H
#define TESTS_HARNESS_SCREEN_H

#include <stdint.h>
#include <xcb/xcb.h>

/**
 * @file
 * A client of its own on a test's display: it draws, makes windows, and moves
 * the pointer. All calls wait until the server has done what they ask; an X
 * error ends the program with a message.
 */

typedef struct TestScreen {
    xcb_connection_t *conn;
    const xcb_setup_t *setup;
    xcb_screen_t *screen;
    int xfixes, xtest, render, composite; ///< extensions that are there
    struct xcb_render_query_pict_formats_reply_t *formats;
} TestScreen;

/** Connect to ":7" or ":7.0"; NULL, with a line on stderr, if that fails. */
TestScreen *test_screen_open(const char *display);
void test_screen_close(TestScreen **s);
void test_screen_sync(TestScreen *s);

/** The pixel value of an 8-bit colour in the root's visual; where that is
 *  indexed, red itself. */
uint32_t test_screen_color(const TestScreen *s, int red, int green, int blue);

void test_screen_fill(TestScreen *s, xcb_drawable_t d, int x, int y,
                      int w, int h, uint32_t value);

/** Fill a drawable's w x h pixels at x,y with noise from seed. */
void test_screen_noise(TestScreen *s, xcb_drawable_t d, int x, int y,
                       int w, int h, unsigned seed);

/** Make w x h pixels of noise a window's background and show it: it comes back
 *  by itself where something that lay over it goes away. */
void test_screen_backdrop(TestScreen *s, xcb_window_t window, int w, int h,
                          unsigned seed);

/** Make and map a window without a manager's decoration, and wait until it is
 *  viewable. depth 0: the parent's (root's); otherwise of a TrueColor visual
 *  of that depth, and XCB_NONE if there is none. */
xcb_window_t test_screen_window(TestScreen *s, int x, int y, int w, int h,
                                int depth);
void test_screen_destroy(TestScreen *s, xcb_window_t window);

/** The TrueColor visual of a depth, 0 if there is none. */
xcb_visualid_t test_screen_visual(const TestScreen *s, int depth);

/** Put the pointer at x,y of the root window. */
void test_screen_warp(TestScreen *s, int x, int y);

/**
 * Go on being served (1) while another client has grabbed the server. Nothing
 * may be under way at the moment of the grab: servers put a client that has
 * requests waiting then aside until the grab is over, this one too.
 */
void test_screen_impervious(TestScreen *s, int on);

/** Whether the server answers within timeout_ms. */
int test_screen_served(TestScreen *s, int timeout_ms);

/** The pointer image's number, which changes with the image; 0 without
 *  XFIXES. */
uint32_t test_screen_cursor_serial(TestScreen *s);

/** Give a window a cursor of w x h premultiplied ARGB values (RENDER). */
void test_screen_cursor(TestScreen *s, xcb_window_t window,
                        const uint32_t *argb, int w, int h, int xhot, int yhot);

/** A cursor that goes through n plain colours, delay_ms each. */
void test_screen_cursor_animated(TestScreen *s, xcb_window_t window,
                                 const uint32_t *argb, int n, int w, int h,
                                 int delay_ms);

/** Hide or show the pointer (XFixes). It stays so while s is open. */
void test_screen_hide_cursor(TestScreen *s, int hide);

#endif /* TESTS_HARNESS_SCREEN_H */
