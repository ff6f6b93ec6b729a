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
 * Paint the number of the frame as a bar code, in the left top corner: BITS
 * cells of CELL x CELL pixels, white for 1, the highest bit first. The number
 * comes first, then CHECK bits of a checksum, so that a code that was torn or
 * blurred is known as such. A block of changing colour moves below, for an
 * encoder to have work.
 *
 * Each number that is on the screen is told on standard output, with the time
 * at which the server had drawn it: "number wall-clock-microseconds".
 */

#define _GNU_SOURCE

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libavutil/time.h>
#include <xcb/xcb.h>

#define CELL   16
#define NUMBER 24
#define CHECK  8
#define BITS   (NUMBER + CHECK)

static volatile sig_atomic_t ended;

static void end(int sig)
{
    (void)sig;
    ended = 1;
}

/* The same as in tests/apps/barcode.py. */
static unsigned check(unsigned n)
{
    return (n * 2654435761U >> 24) ^ 0xa5;
}

/* One request, so that no reader sees half of it. */
static void paint(xcb_connection_t *c, xcb_screen_t *s, xcb_gcontext_t gc,
                  unsigned n)
{
    static uint32_t pixels[CELL][BITS * CELL];
    uint32_t code = (n << CHECK) | check(n), colour = n * 2654435761U >> 8;
    xcb_rectangle_t block = { n * 8 % s->width_in_pixels,
                              s->height_in_pixels / 2, 120, 120 };

    for (int y = 0; y < CELL; y++)
        for (int x = 0; x < BITS * CELL; x++)
            pixels[y][x] = code >> (BITS - 1 - x / CELL) & 1 ? 0xffffff : 0;
    xcb_change_gc(c, gc, XCB_GC_FOREGROUND, &colour);
    xcb_poly_fill_rectangle(c, s->root, gc, 1, &block);
    xcb_put_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, s->root, gc, BITS * CELL, CELL,
                  0, 0, 0, s->root_depth, sizeof(pixels),
                  (const uint8_t *)pixels);
}

int main(int argc, char **argv)
{
    const char *display = getenv("DISPLAY");
    const uint32_t mode = XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS;
    unsigned count = 0, first = 1;
    double rate = 30;
    struct timespec start;
    xcb_connection_t *c;
    xcb_screen_t *s;
    xcb_gcontext_t gc;
    int opt;

    while ((opt = getopt(argc, argv, "d:r:c:f:")) != -1) {
        switch (opt) {
        case 'd': display = optarg;                   break;
        case 'r': rate    = atof(optarg);             break;
        case 'c': count   = strtoul(optarg, NULL, 0); break;
        case 'f': first   = strtoul(optarg, NULL, 0); break;
        default:  rate    = 0;
        }
    }
    if (optind < argc || rate <= 0) {
        fprintf(stderr, "usage: %s [-d display] [-r numbers a second] "
                "[-f first number] [-c numbers, 0: until told to stop]\n",
                argv[0]);
        return 2;
    }

    signal(SIGINT, end);
    signal(SIGTERM, end);
    c = xcb_connect(display, NULL);
    if (xcb_connection_has_error(c)) {
        fprintf(stderr, "barcode: no display\n");
        return 1;
    }
    s = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    if (s->root_depth != 24) {
        fprintf(stderr, "barcode: only for depth 24\n");
        return 1;
    }
    gc = xcb_generate_id(c);
    xcb_create_gc(c, gc, s->root, XCB_GC_SUBWINDOW_MODE, &mode);
    setvbuf(stdout, NULL, _IOLBF, 0);

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (unsigned n = 0; !ended && (!count || n < count); n++) {
        struct timespec due = start;
        int64_t ns = start.tv_nsec + (int64_t)(n * 1e9 / rate);

        due.tv_sec += ns / 1000000000;
        due.tv_nsec = ns % 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        paint(c, s, gc, first + n);
        free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
        if (xcb_connection_has_error(c))
            break;
        printf("%u %"PRId64"\n", first + n, av_gettime());
    }
    opt = xcb_connection_has_error(c);
    xcb_disconnect(c);
    return opt != 0;
}
