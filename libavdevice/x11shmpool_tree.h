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

#ifndef AVDEVICE_X11SHMPOOL_TREE_H
#define AVDEVICE_X11SHMPOOL_TREE_H

#include <stdint.h>

#include "x11shmpool_display.h"

/**
 * @file
 * Whether a window is shown for which damage can't be trusted.
 *
 * A window with another visual than its parent's, where one of the two has an
 * alpha channel, is drawn off the screen and composited into the parent by the
 * X server itself, at a later time (compImplicitRedirect() in
 * composite/compalloc.c). If that happens while the server takes its software
 * pointer off the screen or puts it back, what the compositing changes is not
 * reported: miSpriteSaveUnderCursor() has set DamageDrawInternal() by then, and
 * its CopyArea composites first (mi/misprite.c, compSourceValidate() in
 * composite/compwindow.c; X.Org's server 21.1). So while such a window is
 * shown, every frame is read whole.
 *
 * If a compositing manager runs, it composites the top-level windows, but not
 * the windows within them, which count at any depth: a video without alpha in a
 * window with alpha that a window manager has put into a frame is three levels
 * below the root window. So all windows that are shown are examined, level by
 * level, but none is remembered: only whether there is such a window among the
 * top-level ones, and whether there is one below them.
 *
 * While windows come and go faster than they can be examined, or there are too
 * many of them, the answer is that damage can't be trusted.
 *
 * On the thread that owns the display.
 */

#define X11SHMPOOL_TREE_MAPPED 16

typedef struct X11ShmpoolTree {
    X11ShmpoolDisplay *display; ///< NULL if there is nothing to watch
    xcb_window_t top;
    uint32_t events;          ///< selected on top for others
    xcb_atom_t manager_selection;
    int manager_stale;        ///< the selection may have another owner
    int managed;              ///< a compositing manager runs
    int hidden_on_top;        ///< such a top-level window was found
    int hidden_below;         ///< one within another window was found
    int unmapped;             ///< one of them may have gone since
    int lost;                 ///< all windows must be examined again
    int64_t resume;           ///< when they may be examined, µs
    xcb_window_t mapped[X11SHMPOOL_TREE_MAPPED][2]; ///< windows to be examined
                             ///< and their parents
    int nb_mapped;
    xcb_window_t noisy;       ///< its children's events came last
} X11ShmpoolTree;

/**
 * Begin to watch a window and all below it. If the server does no compositing
 * there is nothing to watch, which is no error.
 *
 * @param events events that are selected on top for others
 * @return as x11shmpool_tree_update()
 */
int x11shmpool_tree_init(X11ShmpoolTree *t, X11ShmpoolDisplay *d,
                         xcb_window_t top, uint32_t events);

/** Note an event: windows mapped, unmapped, destroyed, a compositing manager
 *  that may have come or gone. Synthetic events are ignored. Sends nothing. */
void x11shmpool_tree_event(X11ShmpoolTree *t, const xcb_generic_event_t *event);

/**
 * Note that there are more events than can be read: damage is not trusted for a
 * second. Meanwhile no events are selected on the window whose children caused
 * the last ones. Does not wait.
 */
void x11shmpool_tree_overflow(X11ShmpoolTree *t);

/**
 * Examine the windows that events told of; to be called once a frame, after
 * x11shmpool_source_update() and only while the source is not closed. Sends
 * nothing if there are none. Afterwards there is a pause of a quarter of a
 * millisecond for each window that was examined, or of a second if there were
 * too many.
 *
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_receive(): all windows
 *         are examined a second later
 */
int x11shmpool_tree_update(X11ShmpoolTree *t);

/** Whether a window whose changes may go unreported is shown, or may be. */
int x11shmpool_tree_hides_damage(const X11ShmpoolTree *t);

#endif /* AVDEVICE_X11SHMPOOL_TREE_H */
