/*
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


#ifndef AVDEVICE_X11SHMPOOL_POPUP_H
#define AVDEVICE_X11SHMPOOL_POPUP_H

#include <stdint.h>

#include "x11shmpool_blend.h"
#include "x11shmpool_format.h"
#include "x11shmpool_source.h"

/**
 * @file
 * The menus and tooltips of a window: top-level windows that override the
 * window manager and are transient for it, for a window within it, or for
 * another of its menus (ICCCM 4.1.2.6 and 4.1.10).
 *
 * They are windows of their own, so the window's pixmap doesn't hold them. Each
 * is read from its own pixmap when it changed, and painted over the frame where
 * it stands. On the thread that owns the display.
 */

#define X11SHMPOOL_POPUPS       16
#define X11SHMPOOL_POPUP_SHAPES 64

typedef struct X11ShmpoolPopup {
    xcb_window_t window;
    uint32_t damage;
    int stale;                 ///< what is here is not what it looks like now
    X11ShmpoolRect rect;       ///< with its border, root coordinates; empty
                               ///< until it was read
    X11ShmpoolCursorImage image; ///< its pixels
    uint8_t *data;             ///< or these, as they are in a frame; NULL if not
    int stride;                ///< bytes
    X11ShmpoolRect shape[X11SHMPOOL_POPUP_SHAPES]; ///< within rect, from 0,0
    int nb_shape;
} X11ShmpoolPopup;

typedef struct X11ShmpoolPopups {
    X11ShmpoolDisplay *display; ///< NULL where there are none to be painted
    const X11ShmpoolSource *source;
    const X11ShmpoolFormat *format;
    X11ShmpoolPopup list[X11SHMPOOL_POPUPS]; ///< the lowest first
    int nb;
    xcb_window_t mapped[X11SHMPOOL_POPUPS]; ///< not looked at yet
    int nb_mapped;
    int crowded;               ///< there are more than fit in the list
    int rescan;                ///< some may be known that are in neither
    int restacked;
    int root_x, root_y;        ///< where the source was when they were painted
    X11ShmpoolRect changed;    ///< since the last frame, root coordinates
} X11ShmpoolPopups;

/**
 * Begin to look for the popups of a source. One that is no window, or is read
 * from the screen, has none to be painted.
 *
 * @param source,format must outlive the popups
 * @return 0, or as x11shmpool_display_wait()
 */
int x11shmpool_popups_init(X11ShmpoolPopups *p, const X11ShmpoolSource *source,
                           const X11ShmpoolFormat *format);

/** Needs the display still open; waits for nothing. */
void x11shmpool_popups_uninit(X11ShmpoolPopups *p);

/** Note an event: one was mapped, moved, drawn on, or went away. */
void x11shmpool_popups_event(X11ShmpoolPopups *p,
                             const xcb_generic_event_t *event);

/** Read what has changed. Costs no request where nothing has.
 *  @return 0, or as x11shmpool_display_wait() */
int x11shmpool_popups_update(X11ShmpoolPopups *p);

/** Whether any is shown. */
int x11shmpool_popups_shown(const X11ShmpoolPopups *p);

/** Paint them over a frame. */
void x11shmpool_popups_paint(const X11ShmpoolPopups *p, uint8_t *data,
                             int stride, const uint32_t *palette);

#endif /* AVDEVICE_X11SHMPOOL_POPUP_H */
