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

#ifndef AVDEVICE_X11SHMPOOL_LIST_H
#define AVDEVICE_X11SHMPOOL_LIST_H

#include "libavdevice/avdevice.h"

#include "x11shmpool_display.h"

/**
 * @file
 * What can be captured, for ffmpeg -sources and avdevice_list_devices(). Every
 * name can be given to -i as it is.
 */

/**
 * Add the display's screens, and the monitors and shown windows of the screen
 * that the display's name selects. That screen is the default.
 *
 * @return 0; AVERROR(ENOMEM), or as x11shmpool_display_receive(); what was
 *         added until then stays in the list
 */
int x11shmpool_list_devices(X11ShmpoolDisplay *d, AVDeviceInfoList *list);

#endif /* AVDEVICE_X11SHMPOOL_LIST_H */
