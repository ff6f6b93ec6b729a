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

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

#define LINE   13              /* of the font that every server has, in pixels */
#define CHAR   6
#define MARGIN 128             /* of the picture around the screen, in pixels */

#define INK    0x202020
#define PAPER  0xf8f8f4

const char *const test_work_names[TEST_NB_WORKS] = {
    [TEST_WORK_SLIDE]  = "slide",
    [TEST_WORK_TYPING] = "typing",
    [TEST_WORK_SCROLL] = "scrolling",
    [TEST_WORK_FILM]   = "full motion",
};

static void set_colours(TestMotionPen *pen, uint32_t ink, uint32_t paper)
{
    xcb_change_gc(pen->c, pen->gc, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND,
                  (const uint32_t[]){ ink, paper });
}

static void fill(TestMotionPen *pen, uint32_t colour, int x, int y, int w, int h)
{
    xcb_rectangle_t r = { x, y, w, h };

    set_colours(pen, colour, PAPER);
    xcb_poly_fill_rectangle(pen->c, pen->screen->root, pen->gc, 1, &r);
    set_colours(pen, INK, PAPER);
}

static void open_font(TestMotionPen *pen)
{
    xcb_font_t font = xcb_generate_id(pen->c);

    xcb_open_font(pen->c, font, strlen("fixed"), "fixed");
    xcb_change_gc(pen->c, pen->gc, XCB_GC_FONT, &font);
    xcb_close_font(pen->c, font);
}

static uint32_t random_number(uint32_t seed)
{
    seed  = (seed ^ seed >> 16) * 0x7feb352d;
    seed  = (seed ^ seed >> 15) * 0x846ca68b;
    return seed ^ seed >> 16;
}

static char letter(unsigned n)
{
    uint32_t r = random_number(n);

    return r % 6 ? 'a' + r / 6 % 26 : ' ';
}

/* Characters first to first + n - 1 of the text, from x, y on. */
static void draw_text(TestMotionPen *pen, unsigned first, int n, int x, int y)
{
    char text[255];

    while (n > 0) {
        int part = n < 255 ? n : 255;

        for (int i = 0; i < part; i++)
            text[i] = letter(first++);
        xcb_image_text_8(pen->c, part, pen->screen->root, pen->gc, x,
                         y + LINE - 2, text);
        x += part * CHAR;
        n -= part;
    }
}

static void draw_page(TestMotionPen *pen)
{
    int w = pen->screen->width_in_pixels, h = pen->screen->height_in_pixels;

    fill(pen, PAPER, 0, 0, w, h);
    for (int y = 0; y + LINE <= h; y += LINE)
        draw_text(pen, y * 1000, w / CHAR, 0, y);
}

/* A picture as a camera gives it, light and dark with some grain, larger than
 * the screen. */
static xcb_pixmap_t make_picture(TestMotionPen *pen)
{
    int w = pen->screen->width_in_pixels  + 2 * MARGIN;
    int h = pen->screen->height_in_pixels + 2 * MARGIN;
    uint32_t *row = malloc(w * sizeof(*row));
    xcb_pixmap_t picture = xcb_generate_id(pen->c);

    xcb_create_pixmap(pen->c, pen->screen->root_depth, picture,
                      pen->screen->root, w, h);
    for (int y = 0; row && y < h; y++) {
        for (int x = 0; x < w; x++) {
            double light = 128 + 50 * sin(x * 0.013 + 2 * sin(y * 0.007)) +
                           40 * sin(y * 0.021 + x * 0.004) +
                           20 * sin((x + y) * 0.11);
            int grain = random_number(y * w + x) % 12;
            int v = light + grain - 6;

            v      = v < 0 ? 0 : v > 255 ? 255 : v;
            row[x] = (uint32_t)v << 16 | (uint32_t)(v * 7 / 8) << 8 |
                     (uint32_t)(255 - v) * 3 / 4;
        }
        xcb_put_image(pen->c, XCB_IMAGE_FORMAT_Z_PIXMAP, picture, pen->gc, w, 1,
                      0, y, 0, pen->screen->root_depth, w * sizeof(*row),
                      (uint8_t *)row);
    }
    free(row);
    return picture;
}

static void draw_slide(TestMotionPen *pen, xcb_pixmap_t picture)
{
    int w = pen->screen->width_in_pixels, h = pen->screen->height_in_pixels;

    fill(pen, PAPER, 0, 0, w, h);
    fill(pen, 0x2a6f97, 0, 0, w, h / 10);
    for (int i = 0; i < 12; i++) {
        fill(pen, 0xe09f3e, w / 20, h / 6 + i * h / 16, 10, 10);
        draw_text(pen, i * 1000, w / CHAR / 3, w / 20 + 30, h / 6 + i * h / 16);
    }
    xcb_copy_area(pen->c, picture, pen->screen->root, pen->gc, 0, 0, w / 2,
                  h / 4, w * 2 / 5, h / 2);
}

void test_work_draw(TestMotionPen *pen, int work, unsigned n)
{
    static xcb_pixmap_t picture;
    static int begun;
    int w = pen->screen->width_in_pixels, h = pen->screen->height_in_pixels;
    int columns = w / CHAR, lines = h / LINE;

    if (!begun) {
        const uint32_t exposures = 0;

        begun = 1;
        xcb_change_gc(pen->c, pen->gc, XCB_GC_GRAPHICS_EXPOSURES, &exposures);
        open_font(pen);
    }
    if (!picture && (work == TEST_WORK_SLIDE || work == TEST_WORK_FILM))
        picture = make_picture(pen);
    if (!n && (work == TEST_WORK_TYPING || work == TEST_WORK_SCROLL))
        draw_page(pen);
    switch (work) {
    case TEST_WORK_SLIDE:
        if (!n)
            draw_slide(pen, picture);
        break;
    case TEST_WORK_TYPING:
        draw_text(pen, n, 1, n % columns * CHAR, n / columns % lines * LINE);
        break;
    case TEST_WORK_SCROLL:
        xcb_copy_area(pen->c, pen->screen->root, pen->screen->root, pen->gc, 0,
                      LINE, 0, 0, w, (lines - 1) * LINE);
        draw_text(pen, n * 1000, columns, 0, (lines - 1) * LINE);
        break;
    case TEST_WORK_FILM:
        xcb_copy_area(pen->c, picture, pen->screen->root, pen->gc,
                      MARGIN * (1 + sin(n * 0.031)), MARGIN * (1 + sin(n * 0.043)),
                      0, 0, w, h);
        break;
    }
}
