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

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <xcb/xtest.h>

#include "check.h"
#include "hand.h"

static void input(TestScreen *s, int type, int detail, int x, int y)
{
    if (!s->xtest)
        test_die("XTEST", 0);
    xcb_test_fake_input(s->conn, type, detail, XCB_CURRENT_TIME,
                        s->screen->root, x, y, 0);
    test_screen_sync(s);
}

void test_hand_move(TestScreen *s, int x, int y)
{
    input(s, XCB_MOTION_NOTIFY, 0, x, y);
}

void test_hand_button(TestScreen *s, int number, int press)
{
    input(s, press ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, number, 0, 0);
}

void test_hand_click(TestScreen *s, int number)
{
    test_hand_button(s, number, 1);
    test_hand_button(s, number, 0);
}

int test_hand_keycode(TestScreen *s, uint32_t symbol)
{
    const int first = s->setup->min_keycode;
    const int nb    = s->setup->max_keycode - first + 1;
    xcb_get_keyboard_mapping_reply_t *r = test_need(
        xcb_get_keyboard_mapping_reply(
            s->conn, xcb_get_keyboard_mapping(s->conn, first, nb), NULL),
        "GetKeyboardMapping");
    const xcb_keysym_t *symbols = xcb_get_keyboard_mapping_keysyms(r);
    int code = 0;

    for (int i = 0; i < nb * r->keysyms_per_keycode && !code; i++)
        if (symbols[i] == symbol)
            code = first + i / r->keysyms_per_keycode;
    free(r);
    if (!code)
        fail_msg("no key 0x%x", symbol);
    return code;
}

void test_hand_key(TestScreen *s, uint32_t symbol)
{
    const int code = test_hand_keycode(s, symbol);

    input(s, XCB_KEY_PRESS, code, 0, 0);
    input(s, XCB_KEY_RELEASE, code, 0, 0);
}
