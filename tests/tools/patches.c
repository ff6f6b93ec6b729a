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
 * Fills $DISPLAY with patches of plain colours, four beside each other and three
 * below, and prints a line for each: the middle's x and y, red, green and blue.
 */

#include <stdio.h>
#include <stdlib.h>

#include "screen.h"

static const uint8_t colors[12][3] = {
    { 255,   0,   0 }, {   0, 255,   0 }, {   0,   0, 255 }, { 255, 255, 255 },
    { 255, 255,   0 }, {   0, 255, 255 }, { 255,   0, 255 }, {   0,   0,   0 },
    { 200,  60,  20 }, {  40, 110, 190 }, { 128, 128, 128 }, {  60, 140,  50 },
};

int main(void)
{
    TestScreen *s = test_screen_open(getenv("DISPLAY"));
    int w, h;

    if (!s)
        return 1;
    w = s->screen->width_in_pixels / 4;
    h = s->screen->height_in_pixels / 3;
    for (int i = 0; i < 12; i++) {
        const uint8_t *c = colors[i];
        int x = i % 4 * w, y = i / 4 * h;

        test_screen_fill(s, s->screen->root, x, y, w, h,
                         test_screen_color(s, c[0], c[1], c[2]));
        printf("%d %d %d %d %d\n", x + w / 2, y + h / 2, c[0], c[1], c[2]);
    }
    test_screen_close(&s);

    return 0;
}
