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

#ifndef AVDEVICE_X11SHMPOOL_COMPOSE_H
#define AVDEVICE_X11SHMPOOL_COMPOSE_H

#include "x11shmpool_changes.h"
#include "x11shmpool_cover.h"
#include "x11shmpool_cursor.h"
#include "x11shmpool_format.h"
#include "x11shmpool_menus.h"
#include "x11shmpool_source.h"

/**
 * @file
 * Painting over a slot: a window's menus, and the pointer on top. This is
 * undone by x11shmpool_cover_restore() before the server writes into the slot
 * again.
 *
 * Sends no request. On the thread that owns the display.
 */

typedef struct X11ShmpoolCompose {
    const X11ShmpoolFormat *format;
    const X11ShmpoolSource *source;
    const X11ShmpoolCursor *cursor;  ///< NULL if no pointer is drawn
    X11ShmpoolMenus *menus;

    /* The pointer of the last frame, frame coordinates. */
    X11ShmpoolRect pointer;          ///< what it covered; empty if nothing
    int x, y;                        ///< its hot spot
    int64_t image;                   ///< see image_number in
                                     ///< x11shmpool_cursor.h
} X11ShmpoolCompose;

/** All arguments must outlive it. */
void x11shmpool_compose_init(X11ShmpoolCompose *c,
                             const X11ShmpoolFormat *format,
                             const X11ShmpoolSource *source,
                             const X11ShmpoolCursor *cursor,
                             X11ShmpoolMenus *menus);

/** Add what painting changes compared with the last frame, in frame
 *  coordinates: where things were painted then, and where they will be now. */
void x11shmpool_compose_changes(const X11ShmpoolCompose *c,
                                X11ShmpoolRects *rects);

/**
 * Paint.
 *
 * @param data    f->stride bytes a row
 * @param cover   receives the pixels that are painted over; must be empty
 * @param palette 256 values 0xAARRGGBB if the format is indexed
 * @return 0, or AVERROR(ENOMEM): then nothing is painted
 */
int x11shmpool_compose_paint(X11ShmpoolCompose *c, uint8_t *data,
                             X11ShmpoolCover *cover, const uint32_t *palette);

#endif /* AVDEVICE_X11SHMPOOL_COMPOSE_H */
