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

#ifndef AVDEVICE_X11SHMPOOL_URL_H
#define AVDEVICE_X11SHMPOOL_URL_H

#include <stdint.h>

/**
 * @file
 * The device's URL: [host]:display[.screen][+x,y][?monitor=NAME|window=ID],
 * where a byte of the name can be written as %XX. Pure.
 */

typedef struct X11ShmpoolUrl {
    char *display;           ///< "" for $DISPLAY; owned
    int has_offset;
    int x, y;                ///< pixels, may be negative
    uint32_t window;         ///< 0 if none is named
    char *monitor;           ///< NULL if none is named; owned
} X11ShmpoolUrl;

/**
 * @param log for the error line, may be NULL
 * @return 0; AVERROR(EINVAL) with one line logged, AVERROR(ENOMEM). Nothing is
 *         to be freed after an error.
 */
int x11shmpool_url_parse(X11ShmpoolUrl *u, const char *url, void *log);

void x11shmpool_url_uninit(X11ShmpoolUrl *u);

/** A monitor's name as it is written in a URL.
 *  @return av_malloc()ed, NULL if there is no memory */
char *x11shmpool_url_escape(const char *name);

#endif /* AVDEVICE_X11SHMPOOL_URL_H */
