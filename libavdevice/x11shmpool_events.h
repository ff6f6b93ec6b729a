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

#ifndef AVDEVICE_X11SHMPOOL_EVENTS_H
#define AVDEVICE_X11SHMPOOL_EVENTS_H

#include "x11shmpool_border.h"
#include "x11shmpool_cursor.h"
#include "x11shmpool_damage.h"
#include "x11shmpool_menus.h"
#include "x11shmpool_source.h"
#include "x11shmpool_tree.h"

/**
 * @file
 * The X server's events, handed to those whom they concern, and no more for a
 * frame than can be processed meanwhile. On the thread that owns the display.
 */

/** Whom events concern; all must outlive it. */
typedef struct X11ShmpoolEvents {
    X11ShmpoolSource *source;
    X11ShmpoolDamage *damage;
    X11ShmpoolTree *tree;
    X11ShmpoolCursor *cursor;
    X11ShmpoolMenus *menus;
    X11ShmpoolBorder *border;
    int moved;               ///< one said that the source may have changed; to
                             ///< be cleared by whoever asks for that
} X11ShmpoolEvents;

/**
 * Note the events up to now. Waits for nothing, and sends no request whose
 * answer is waited for.
 *
 * @param queued only those that libxcb has read already
 * @return 0; 1 if there were too many: the rest was discarded, and everything
 *         that they might have told is asked for, but that anything may have
 *         been drawn is for the caller to note
 */
int x11shmpool_events_take(X11ShmpoolEvents *e, int queued);

#endif /* AVDEVICE_X11SHMPOOL_EVENTS_H */
