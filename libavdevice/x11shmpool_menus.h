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
 * The menus and tooltips of a window, as x11shmpool_transients.h finds them.
 *
 * They are windows of their own, so the window's pixmap doesn't contain them.
 * Each is read from its own pixmap when it has changed, and painted over the
 * frame at its place.
 *
 * On the thread that owns the display.
 */

#define X11SHMPOOL_MENUS         16
#define X11SHMPOOL_MENU_SHAPE    64
#define X11SHMPOOL_MENUS_CHANGED (2 * X11SHMPOOL_MENUS + 1)

typedef struct X11ShmpoolMenu {
    X11ShmpoolPixmap pixmap;   ///< redirected; has no id between updates
    uint32_t damage;
    xcb_visualid_t visual;
    int stale;                 ///< it has changed since it was read
    int w, h;                  ///< of the window with its border, when last
                               ///< asked for; 0 before
    int changed;               ///< since x11shmpool_menus_painted()
    X11ShmpoolRect rect;       ///< with its border, root coordinates; empty
                               ///< before it was read
    X11ShmpoolRect painted;    ///< where it is in the last frame
    X11ShmpoolCursorImage image; ///< its pixels as ARGB values, or
    uint8_t *data;             ///< in the frame's own format; both NULL if it
                               ///< can't be painted
    int stride;                ///< bytes
    X11ShmpoolRect shape[X11SHMPOOL_MENU_SHAPE]; ///< within rect, from 0,0
    int nb_shape;
} X11ShmpoolMenu;

typedef struct X11ShmpoolMenus {
    X11ShmpoolDisplay *display; ///< NULL if there can be none
    const X11ShmpoolSource *source;
    const X11ShmpoolFormat *format;
    X11ShmpoolMenu list[X11SHMPOOL_MENUS]; ///< the lowest first
    int nb;
    int restacked;             ///< their order may have changed
    X11ShmpoolRect gone;       ///< rectangle around what was covered by menus
                               ///< that went since x11shmpool_menus_painted(),
                               ///< frame coordinates
    X11ShmpoolTransients transients;
} X11ShmpoolMenus;

/**
 * Begin to look for the menus of a source. A source that is not a window, or is
 * read from the screen, has none that would have to be painted.
 *
 * @param source,format must outlive the menus
 * @return as x11shmpool_menus_update()
 */
int x11shmpool_menus_init(X11ShmpoolMenus *m, const X11ShmpoolSource *source,
                          const X11ShmpoolFormat *format);

/** The display must still be open. Does not wait. */
void x11shmpool_menus_uninit(X11ShmpoolMenus *m);

/** Note an event: a menu may have been mapped, moved, drawn on or unmapped.
 *  Synthetic events are ignored. Sends nothing. */
void x11shmpool_menus_event(X11ShmpoolMenus *m,
                            const xcb_generic_event_t *event);

/** Note that events were discarded, as x11shmpool_transients_overflow(): all
 *  menus are read again. */
void x11shmpool_menus_overflow(X11ShmpoolMenus *m);

/**
 * Find new menus and read those that have changed; to be called once a frame.
 * Sends nothing if no event was noted. Reading takes two round trips, besides
 * those of x11shmpool_transients_update().
 *
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_receive(): what was not
 *         read is read the next time
 */
int x11shmpool_menus_update(X11ShmpoolMenus *m);

/**
 * Get what differs from the last frame that they were painted into: a list of
 * rectangles in frame coordinates, within the frame; they may overlap.
 *
 * @return their number; 0 if nothing differs
 */
int x11shmpool_menus_changed(const X11ShmpoolMenus *m,
                             X11ShmpoolRect list[X11SHMPOOL_MENUS_CHANGED]);

/** The part of the frame that list[i] covers, frame coordinates; empty if it
 *  can't be painted. Its shape may be smaller. */
X11ShmpoolRect x11shmpool_menus_rect(const X11ShmpoolMenus *m, int i);

/** Paint list[i] over a frame, within x11shmpool_menus_rect(). Start with the
 *  lowest, list[0].
 *  @param palette 256 values 0xAARRGGBB if the format is indexed */
void x11shmpool_menus_paint(const X11ShmpoolMenus *m, int i, uint8_t *data,
                            const uint32_t *palette);

/** Note that all were painted into a frame that is complete:
 *  x11shmpool_menus_changed() compares with that frame from now on. */
void x11shmpool_menus_painted(X11ShmpoolMenus *m);

#endif /* AVDEVICE_X11SHMPOOL_MENUS_H */
