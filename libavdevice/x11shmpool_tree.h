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

#ifndef AVDEVICE_X11SHMPOOL_TREE_H
#define AVDEVICE_X11SHMPOOL_TREE_H

#include "x11shmpool_display.h"

/**
 * @file
 * The windows that are shown, watched for those that damage can't be trusted
 * for.
 *
 * A window of another depth than its parent's is drawn off the screen and
 * composited into the parent by the X server itself, when it comes to it. If it
 * comes to it while it takes its software pointer off the screen or puts it
 * back, what the compositing changes is not reported: miSpriteSaveUnderCursor()
 * has set DamageDrawInternal() by then, and its CopyArea composites first
 * (mi/misprite.c, compSourceValidate() in composite/compwindow.c; X.Org's server
 * 21.1). So while such a window is shown, every frame is read whole.
 *
 * Under a compositing manager top-level windows are its business, not the
 * server's. On the thread that owns the display.
 */

typedef struct X11ShmpoolTreeWindow {
    xcb_window_t window, parent;
    int depth;
    int composited;           ///< by the X server, into its parent
} X11ShmpoolTreeWindow;

typedef struct X11ShmpoolTree {
    X11ShmpoolDisplay *display;
    xcb_window_t top;
    uint32_t events;          ///< selected on top by others
    X11ShmpoolTreeWindow *windows; ///< those shown: mapped, in mapped ones
    unsigned nb_windows, allocated; ///< allocated in bytes
    xcb_atom_t manager_selection;
    int managed;              ///< a compositing manager runs
    int incomplete;           ///< a scan was interrupted
} X11ShmpoolTree;

/**
 * Begin to watch a window and all below it. Where the server does no
 * compositing there is nothing to watch, and that is fine.
 *
 * @param events what is selected on top itself, besides what this needs
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_wait()
 */
int x11shmpool_tree_init(X11ShmpoolTree *t, X11ShmpoolDisplay *d,
                         xcb_window_t top, uint32_t events);

/** Touches no connection. */
void x11shmpool_tree_uninit(X11ShmpoolTree *t);

/**
 * Note an event: windows mapped, unmapped, destroyed, a compositing manager
 * that came or went. Waits for the server when a window was mapped.
 *
 * @return 0, AVERROR(ENOMEM), or as x11shmpool_display_wait()
 */
int x11shmpool_tree_event(X11ShmpoolTree *t, const xcb_generic_event_t *event);

/** Look again at what was interrupted. Costs nothing where nothing was.
 *  @return as x11shmpool_tree_event() */
int x11shmpool_tree_update(X11ShmpoolTree *t);

/** Whether a window is shown whose changes may go unreported. */
int x11shmpool_tree_hides_damage(const X11ShmpoolTree *t);

#endif /* AVDEVICE_X11SHMPOOL_TREE_H */
