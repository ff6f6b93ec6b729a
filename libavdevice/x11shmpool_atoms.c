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

#include <stdlib.h>
#include <string.h>

#include "x11shmpool_atoms.h"

#define MAX_ATOMS 16

int x11shmpool_atoms_get(X11ShmpoolDisplay *d, const char *const *names,
                         int nb, xcb_atom_t *atoms)
{
    unsigned sequence[MAX_ATOMS];
    int ret = 0;

    for (int i = 0; i < nb; i++)
        sequence[i] = xcb_intern_atom(d->conn, 0, strlen(names[i]),
                                      names[i]).sequence;
    for (int i = 0; i < nb; i++) {
        xcb_intern_atom_reply_t *reply;

        if (ret < 0) {
            x11shmpool_display_discard(d, sequence[i]);
            continue;
        }
        ret = x11shmpool_display_receive(d, sequence[i], sizeof(*reply),
                                         (void **)&reply);
        if (ret >= 0)
            atoms[i] = reply->atom;
        free(reply);
    }
    return ret;
}
