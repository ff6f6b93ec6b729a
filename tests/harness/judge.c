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
#include <string.h>

#include "judge.h"
#include "mark.h"

/* Whether the frame is the monitor as it was in one state: all of it at one
 * place, and the rest black. */
static TEST_UNSEEN int judge_monitor_as(const AVFrame *frame, TestRect at,
                                        char *message)
{
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            TestMark p = test_mark_read(frame, x, y);
            int lit = x < at.w && y < at.h;

            if (lit == (p.owner != TEST_NOBODY) &&
                (p.owner != TEST_ROOT || (p.x == at.x + x && p.y == at.y + y)))
                continue;
            snprintf(message, 200, "%d,%d is owner %d, %d,%d; the monitor is "
                     "%dx%d at %d,%d", x, y, p.owner, p.x, p.y, at.w, at.h,
                     at.x, at.y);
            return 0;
        }
    }
    return 1;
}

int test_judge_monitor(const AVFrame *frame, int left, int top,
                       const TestState *states, int nb, char *message)
{
    (void)left;
    (void)top;
    for (int i = nb - 1; i >= 0; i--)
        if (judge_monitor_as(frame, states[i].at[0], message))
            return 1;
    return 0;
}

/* Which pixels of a row were shown, and which were not, in any of the states */
static TEST_UNSEEN void row_states(const TestState *states, int nb, int x0,
                                   int y, int width, uint8_t *lit,
                                   uint8_t *dark)
{
    memset(lit,  0, width);
    memset(dark, 0, width);
    for (int i = 0; i < nb; i++) {
        uint8_t shown[TEST_MARK_MAX];

        memset(shown, 0, width);
        for (int k = 0; k < states[i].nb; k++) {
            const TestRect *r = &states[i].at[k];
            int from = r->x - x0 > 0 ? r->x - x0 : 0;
            int to   = r->x + r->w - x0 < width ? r->x + r->w - x0 : width;

            if (y >= r->y && y < r->y + r->h && to > from)
                memset(shown + from, 1, to - from);
        }
        for (int x = 0; x < width; x++) {
            lit[x]  |= shown[x];
            dark[x] |= !shown[x];
        }
    }
}

TEST_UNSEEN int test_judge_screen(const AVFrame *frame, int left, int top,
                                  const TestState *states, int nb,
                                  char *message)
{
    uint8_t lit[TEST_MARK_MAX], dark[TEST_MARK_MAX];

    for (int y = 0; y < frame->height; y++) {
        row_states(states, nb, left, top + y, frame->width, lit, dark);
        for (int x = 0; x < frame->width; x++) {
            TestMark p = test_mark_read(frame, x, y);

            if (p.owner == TEST_ROOT && (p.x != left + x || p.y != top + y)) {
                snprintf(message, 200, "%d,%d is the screen's %d,%d",
                         left + x, top + y, p.x, p.y);
                return 0;
            }
            if (p.owner == TEST_NOBODY ? dark[x] : lit[x])
                continue;
            snprintf(message, 200, "%d,%d is owner %d, %d,%d, on %s",
                     left + x, top + y, p.owner, p.x, p.y,
                     lit[x] ? "a monitor" : "no monitor");
            return 0;
        }
    }
    return 1;
}

TEST_UNSEEN int test_judge_window(const AVFrame *frame, int left, int top,
                                  const TestState *states, int nb,
                                  char *message)
{
    (void)left;
    (void)top;
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            TestMark p = test_mark_read(frame, x, y);
            int in = 0, out = 0;

            for (int i = 0; i < nb; i++) {
                int is = x < states[i].at[0].w && y < states[i].at[0].h;

                in  |= is;
                out |= !is;
            }
            if (p.owner == TEST_NOBODY ? out :
                p.owner == TEST_WINDOW ? in && p.x == x && p.y == y :
                p.owner == TEST_OTHER  ? p.x < TEST_NEIGHBOUR : 0)
                continue;
            snprintf(message, 200, "%d,%d is owner %d, %d,%d, %s the window",
                     x, y, p.owner, p.x, p.y, in ? "inside" : "outside");
            return 0;
        }
    }
    return 1;
}
