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

#ifndef TESTS_HARNESS_JUDGE_H
#define TESTS_HARNESS_JUDGE_H

#include <libavutil/frame.h>

#include "history.h"

/**
 * @file
 * Whether a 0RGB32 frame can show what is marked (see mark.h) as it was in one
 * of some states.
 */

/**
 * @param left,top where on the screen the frame begins
 * @param nb       of the states, the last one first
 * @param message  200 bytes, for what is wrong
 * @return 1, or 0 if something is wrong
 */
typedef int TestJudge(const AVFrame *frame, int left, int top,
                      const TestState *states, int nb, char *message);

/** The frame is the monitor as it was in one state: all of it at one place, and
 *  the rest black. */
TestJudge test_judge_monitor;

/** Each pixel of the screen is in its place; what no monitor shows is black. */
TestJudge test_judge_screen;

/** The window from its corner on, maybe a menu over its edge, nobody else. */
TestJudge test_judge_window;

#endif /* TESTS_HARNESS_JUDGE_H */
