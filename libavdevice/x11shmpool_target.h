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

#ifndef AVDEVICE_X11SHMPOOL_TARGET_H
#define AVDEVICE_X11SHMPOOL_TARGET_H

#include <stdint.h>

#include "x11shmpool_display.h"
#include "x11shmpool_source.h"
#include "x11shmpool_url.h"
#include "x11shmpool_wait.h"

/**
 * @file
 * What is to be captured, according to the options and the URL.
 */

/** Value of window_id for the window that is clicked on. No X id has the
 *  highest bits set. */
#define X11SHMPOOL_PICK UINT32_MAX

/** The options that say what to capture. Strings belong to AVOptions, and are
 *  NULL if not given. */
typedef struct X11ShmpoolTarget {
    char *display;
    char *monitor;
    int window_id;
    char *window_title, *window_class;
    int x, y;
    int width, height;       ///< 0 for as much as there is
    int on_close_wait;       ///< for another window, if it was found by title
                             ///< or class
    int follow_mouse;
    int select_region;
} X11ShmpoolTarget;

/**
 * Check that only one monitor or window is asked for, by the URL and the
 * options together, and that it can be waited for.
 *
 * @return 0, or AVERROR(EINVAL) with one line logged
 */
int x11shmpool_target_check(const X11ShmpoolTarget *t, const X11ShmpoolUrl *url,
                            void *log);

/**
 * The display to connect to: the URL's, else the option's.
 *
 * @param name set to it, to be freed by the caller; NULL for $DISPLAY
 * @return 0 or AVERROR(ENOMEM)
 */
int x11shmpool_target_display(const X11ShmpoolTarget *t,
                              const X11ShmpoolUrl *url, char **name);

/**
 * Find what is to be captured, letting the user choose if that was asked for.
 * On the thread that owns the display.
 *
 * @param t      options that can't be combined with the others are set to 0,
 *               with a warning
 * @param even   whether the size must be even: one that nobody gave is rounded
 *               down, which is logged, and one that is odd is an error
 * @param wait   set to what to wait for, if t->on_close_wait
 * @param source opened on success; blank if it is waited for
 * @return 0; AVERROR(ENOENT), AVERROR(EINVAL), AVERROR(EBUSY) with one line
 *         logged; or as x11shmpool_display_receive()
 */
int x11shmpool_target_open(X11ShmpoolTarget *t, const X11ShmpoolUrl *url,
                           X11ShmpoolDisplay *d, int even,
                           X11ShmpoolWait *wait, X11ShmpoolSource *source);

#endif /* AVDEVICE_X11SHMPOOL_TARGET_H */
