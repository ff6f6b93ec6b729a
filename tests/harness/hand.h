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

#ifndef TESTS_HARNESS_HAND_H
#define TESTS_HARNESS_HAND_H

#include <stdint.h>

#include "screen.h"

/**
 * @file
 * A hand at the pointer and the keys: a client like any other, as xdotool is,
 * whose input is XTEST's. Where a server is grabbed, it stands still. All need
 * XTEST (see TestScreen), and return when the server has done what was asked.
 */

/** Move the pointer to this place of the root window. */
void test_hand_move(TestScreen *s, int x, int y);

/** Press or release a button, from 1 on. */
void test_hand_button(TestScreen *s, int number, int press);

/** Press it, and release it. */
void test_hand_click(TestScreen *s, int number);

/** @return the code of a key that has this keysym; the test fails without */
int test_hand_keycode(TestScreen *s, uint32_t symbol);

/** Press the key that has this keysym, and release it. */
void test_hand_key(TestScreen *s, uint32_t symbol);

#endif /* TESTS_HARNESS_HAND_H */
