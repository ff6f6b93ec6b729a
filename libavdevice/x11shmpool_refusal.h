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
#ifndef AVDEVICE_X11SHMPOOL_REFUSAL_H
#define AVDEVICE_X11SHMPOOL_REFUSAL_H

#include "x11shmpool_display.h"

/**
 * @file
 * Why a window can't be recorded, as the user is told.
 *
 * On the thread that owns the display.
 */

/**
 * Log that there is no such window, and which there are.
 *
 * @param what completes "has no window"
 * @return AVERROR(ENOENT), AVERROR(ENOMEM), or as x11shmpool_display_receive()
 */
int x11shmpool_refusal_missing(X11ShmpoolDisplay *d, const char *what);

/**
 * Log that a window is not shown, and what can be done.
 *
 * @return AVERROR(EINVAL), or as x11shmpool_display_receive()
 */
int x11shmpool_refusal_hidden(X11ShmpoolDisplay *d, xcb_window_t window);

#endif /* AVDEVICE_X11SHMPOOL_REFUSAL_H */
