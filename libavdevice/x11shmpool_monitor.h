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

#ifndef AVDEVICE_X11SHMPOOL_MONITOR_H
#define AVDEVICE_X11SHMPOOL_MONITOR_H

#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * Monitors: RandR's, or one that is the whole screen if the server lacks RandR
 * 1.5.
 *
 * On the thread that owns the display.
 */

typedef struct X11ShmpoolMonitor {
    char *name;              ///< UTF-8, owned
    X11ShmpoolRect rect;     ///< root coordinates, never empty
    int primary;
    int rate_mhz;            ///< refresh rate in thousandths of a hertz, 0 if
                             ///< unknown or not asked for
    uint32_t output;         ///< of RandR, its first one, or XCB_NONE
    uint32_t mode;           ///< of RandR, XCB_NONE if unknown or not asked for
} X11ShmpoolMonitor;

typedef struct X11ShmpoolMonitors {
    X11ShmpoolMonitor *list; ///< owned
    int nb;
} X11ShmpoolMonitors;

/** Select the events for x11shmpool_monitors_event(). Buffered. */
void x11shmpool_monitors_watch(X11ShmpoolDisplay *d);

/** Whether the event says that monitors may have changed. The root window's
 *  ConfigureNotify, which is not looked at here, can say so, too. */
int x11shmpool_monitors_event(const X11ShmpoolDisplay *d,
                              const xcb_generic_event_t *event);

/**
 * Get the monitors of the display's screen that are on.
 *
 * @param whole      the screen's present size
 * @param with_rates fill in rate_mhz, too
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_receive(). After an
 *         error there is nothing to free.
 */
int x11shmpool_monitors_get(X11ShmpoolMonitors *m, X11ShmpoolDisplay *d,
                            X11ShmpoolRect whole, int with_rates);

void x11shmpool_monitors_free(X11ShmpoolMonitors *m);

/**
 * Find a monitor: by its name, by its name without regard to case, by "primary"
 * (the first one if none is marked), or by its place in the list, from 0 on.
 *
 * @return NULL if there is none
 */
const X11ShmpoolMonitor *x11shmpool_monitors_find(const X11ShmpoolMonitors *m,
                                                  const char *wanted);

/** Write the monitors with their geometry to text, as an error line lists
 *  them, without control characters; what doesn't fit is left out. */
void x11shmpool_monitors_print(const X11ShmpoolMonitors *m, char *text,
                               int size);

#endif /* AVDEVICE_X11SHMPOOL_MONITOR_H */
