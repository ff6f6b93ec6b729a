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

#ifndef AVDEVICE_X11SHMPOOL_MENUS_H
#define AVDEVICE_X11SHMPOOL_MENUS_H

#include <stdint.h>

#include "x11shmpool_blend.h"
#include "x11shmpool_format.h"
#include "x11shmpool_pixmap.h"
#include "x11shmpool_source.h"
#include "x11shmpool_transients.h"

/**
 * @file
 * The menus and tooltips of a window: top-level windows that override the
 * window manager and are transient for it, for a window within it, or for
 * another of its menus (ICCCM 4.1.2.6 and 4.1.10).
 *
 * They are windows of their own, so the window's pixmap doesn't hold them. Each
 * is read from its own pixmap when it changed, to be painted over the frame
 * where it stands. x11shmpool_transients finds them.
 *
 * On the thread that owns the display.
 */

#define X11SHMPOOL_MENUS         16
#define X11SHMPOOL_MENU_SHAPE    64
#define X11SHMPOOL_MENUS_CHANGED (2 * X11SHMPOOL_MENUS + 1)

typedef struct X11ShmpoolMenu {
    X11ShmpoolPixmap pixmap;   ///< redirected; holds none between updates
    uint32_t damage;
    xcb_visualid_t visual;
    int stale;                 ///< what is here is not what it looks like now
    int w, h;                  ///< as the window was when last asked for, with
                               ///< its border; 0 for never
    int changed;               ///< since x11shmpool_menus_painted()
    X11ShmpoolRect rect;       ///< with its border, root coordinates; empty
                               ///< until it was read
    X11ShmpoolRect painted;    ///< where the last frame has it, frame coordinates
    X11ShmpoolCursorImage image; ///< its pixels
    uint8_t *data;             ///< or these, as they are in a frame; NULL if not
    int stride;                ///< bytes
    X11ShmpoolRect shape[X11SHMPOOL_MENU_SHAPE]; ///< within rect, from 0,0
    int nb_shape;
} X11ShmpoolMenu;

typedef struct X11ShmpoolMenus {
    X11ShmpoolDisplay *display; ///< NULL where there are none to be painted
    const X11ShmpoolSource *source;
    const X11ShmpoolFormat *format;
    X11ShmpoolMenu list[X11SHMPOOL_MENUS]; ///< the lowest first
    int nb;
    int restacked;             ///< that may not be their order
    X11ShmpoolRect gone;       ///< holds what those covered that went since
                               ///< x11shmpool_menus_painted(), frame coordinates
    X11ShmpoolTransients transients;
} X11ShmpoolMenus;

/**
 * Begin to look for the menus of a source. One that is no window, or is read
 * from the screen, has none to be painted.
 *
 * @param source,format must outlive the menus
 * @return as x11shmpool_menus_update()
 */
int x11shmpool_menus_init(X11ShmpoolMenus *m, const X11ShmpoolSource *source,
                          const X11ShmpoolFormat *format);

/** Needs the display still open; waits for nothing. */
void x11shmpool_menus_uninit(X11ShmpoolMenus *m);

/** Note an event: one may have been mapped, moved, drawn on, or gone away.
 *  Synthetic
 *  ones are none. Sends nothing. */
void x11shmpool_menus_event(X11ShmpoolMenus *m,
                            const xcb_generic_event_t *event);

/** Note that events were thrown away, as x11shmpool_transients_overflow(): all
 *  menus are read anew. */
void x11shmpool_menus_overflow(X11ShmpoolMenus *m);

/**
 * Find new ones and read what has changed, once a frame. Costs no request where
 * no event was noted. Waits for the server twice to read them, besides what
 * x11shmpool_transients_update() does.
 *
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_receive(): what was not
 *         read is read the next time
 */
int x11shmpool_menus_update(X11ShmpoolMenus *m);

/**
 * Say what differs from the last frame that they were painted into: a list of
 * rectangles in frame coordinates, within the frame; they may overlap.
 *
 * @return how many these are; 0 if nothing does
 */
int x11shmpool_menus_changed(const X11ShmpoolMenus *m,
                             X11ShmpoolRect list[X11SHMPOOL_MENUS_CHANGED]);

/** The part of the frame that list[i] covers, frame coordinates; empty if it
 *  has nothing to be painted. It may cover less, see its shape. */
X11ShmpoolRect x11shmpool_menus_rect(const X11ShmpoolMenus *m, int i);

/** Paint list[i] over a frame, within x11shmpool_menus_rect(): the lowest is to
 *  come first.
 *  @param palette 256 values 0xAARRGGBB where the format is indexed */
void x11shmpool_menus_paint(const X11ShmpoolMenus *m, int i, uint8_t *data,
                            int stride, const uint32_t *palette);

/** All were painted into a frame that is complete: what changed is counted from
 *  here on. */
void x11shmpool_menus_painted(X11ShmpoolMenus *m);

#endif /* AVDEVICE_X11SHMPOOL_MENUS_H */
