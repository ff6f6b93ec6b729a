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
 * A window to be resized: four quarters in four colours, around a patch of
 * noise, so that a picture that was scaled as a whole is known as such. It lies
 * at 0,0 above all others; no window manager has it.
 *
 * Its id is told on standard output. Then each line of standard input, "WIDTH
 * HEIGHT TURN PARTS", gives it a size and draws the quarters that are bits of
 * PARTS, and the noise, with the colours turned on by so many quarters; it is
 * answered by the same line as soon as the server has drawn that.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <xcb/xcb.h>

#define NOISE_W 48
#define NOISE_H 32

/* The same as in tests/scripts/quarters.py. */
static const uint32_t colours[4] = { 0xc82828, 0x28b43c, 0x323cd2, 0xdcd246 };

static xcb_connection_t *c;
static xcb_screen_t *s;
static xcb_window_t window;
static xcb_gcontext_t gc;

static void fill(uint32_t colour, int x, int y, int w, int h)
{
    const xcb_rectangle_t r = { x, y, w, h };

    xcb_change_gc(c, gc, XCB_GC_FOREGROUND, &colour);
    xcb_poly_fill_rectangle(c, window, gc, 1, &r);
}

static void paint(int w, int h, unsigned turn, unsigned parts)
{
    static uint32_t noise[NOISE_H][NOISE_W];
    const int left = w / 2, top = h / 2;
    uint32_t random = turn;

    for (int i = 0; i < 4; i++) {
        /* clockwise */
        const int right = i == 1 || i == 2, low = i >= 2;

        if (parts >> i & 1)
            fill(colours[(i + turn) % 4], right ? left : 0, low ? top : 0,
                 right ? w - left : left, low ? h - top : top);
    }
    for (int y = 0; y < NOISE_H; y++) {
        for (int x = 0; x < NOISE_W; x++) {
            random      = random * 1664525 + 1013904223;
            noise[y][x] = random >> 8;
        }
    }
    xcb_put_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, window, gc, NOISE_W, NOISE_H,
                  left - NOISE_W / 2, top - NOISE_H / 2, 0, s->root_depth,
                  sizeof(noise), (const uint8_t *)noise);
}

static void draw(int w, int h, unsigned turn, unsigned parts)
{
    xcb_configure_window(c, window, XCB_CONFIG_WINDOW_WIDTH |
                         XCB_CONFIG_WINDOW_HEIGHT,
                         (const uint32_t[]){ w, h });
    paint(w, h, turn, parts);
    free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
}

int main(int argc, char **argv)
{
    int w, h;
    unsigned turn, parts;

    if (argc != 4 || (w = atoi(argv[2])) < 1 || (h = atoi(argv[3])) < 1) {
        fprintf(stderr, "usage: %s display width height\n", argv[0]);
        return 2;
    }
    c = xcb_connect(argv[1], NULL);
    if (xcb_connection_has_error(c)) {
        fprintf(stderr, "quarters: no display\n");
        return 1;
    }
    s = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    if (s->root_depth != 24) {
        fprintf(stderr, "quarters: only for depth 24\n");
        return 1;
    }
    window = xcb_generate_id(c);
    xcb_create_window(c, XCB_COPY_FROM_PARENT, window, s->root, 0, 0, w, h, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_OVERRIDE_REDIRECT, (const uint32_t[]){ 1 });
    gc = xcb_generate_id(c);
    xcb_create_gc(c, gc, window, 0, NULL);
    xcb_map_window(c, window);
    draw(w, h, 0, 15);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%"PRIu32"\n", window);

    while (scanf("%d %d %u %u", &w, &h, &turn, &parts) == 4 && w > 0 && h > 0) {
        draw(w, h, turn, parts);
        if (xcb_connection_has_error(c))
            return 1;
        printf("%d %d %u %u\n", w, h, turn, parts);
    }
    xcb_disconnect(c);
    return 0;
}
