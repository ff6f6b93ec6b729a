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

#ifndef AVDEVICE_X11SHMPOOL_PALETTE_H
#define AVDEVICE_X11SHMPOOL_PALETTE_H

#include "x11shmpool_display.h"
#include "x11shmpool_source.h"

/**
 * @file
 * The colormap through which an indexed drawable is seen: the installed one for
 * a screen, a window's own for a window. No event tells when one of its colours
 * is changed, so which one it is and its colours are queried for each frame.
 *
 * On the thread that owns the display.
 */

#define X11SHMPOOL_PALETTE_SIZE 256

typedef struct X11ShmpoolPalette {
    X11ShmpoolDisplay *display;
    xcb_window_t window;
    int installed;             ///< whether to use what is installed on the
                               ///< screen
    xcb_colormap_t colormap;
    int entries;               ///< of the visual's colormaps
    uint32_t argb[X11SHMPOOL_PALETTE_SIZE]; ///< 0xFFRRGGBB; black after entries
    int64_t number;            ///< counts the changes of argb
    unsigned colors_sequence, colormap_sequence;
} X11ShmpoolPalette;

/** @return 0, or as x11shmpool_display_receive() */
int x11shmpool_palette_init(X11ShmpoolPalette *p, const X11ShmpoolSource *s);

/** Ask for the colours. Buffered. */
void x11shmpool_palette_send(X11ShmpoolPalette *p);

/** Receive the colours. @return 0, or as x11shmpool_display_receive() */
int x11shmpool_palette_receive(X11ShmpoolPalette *p);

/** The entry that is black, or the darkest one. */
uint32_t x11shmpool_palette_black(const X11ShmpoolPalette *p);

#endif /* AVDEVICE_X11SHMPOOL_PALETTE_H */
