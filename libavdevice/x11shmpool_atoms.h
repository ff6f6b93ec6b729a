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

#ifndef AVDEVICE_X11SHMPOOL_ATOMS_H
#define AVDEVICE_X11SHMPOOL_ATOMS_H

#include "x11shmpool_display.h"

/**
 * @file
 * Atoms: the numbers that the X server has for names.
 */

/**
 * Get the atoms of some names, in one round trip. On the thread that owns the
 * display.
 *
 * @param names  nb names, 16 at most
 * @param atoms  set to nb atoms; names that are new to the server get one
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_atoms_get(X11ShmpoolDisplay *d, const char *const *names,
                         int nb, xcb_atom_t *atoms);

#endif /* AVDEVICE_X11SHMPOOL_ATOMS_H */
