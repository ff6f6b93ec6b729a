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

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "libavutil/attributes.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"

#include "x11shmpool_palette.h"
#include "x11shmpool_reply.h"

av_cold int x11shmpool_palette_init(X11ShmpoolPalette *p,
                                    const X11ShmpoolSource *s)
{
    *p = (X11ShmpoolPalette){
        .display   = s->display,
        .window    = s->window,
        .installed = s->is_root,
        .colormap  = s->display->screen->default_colormap,
        .entries   = FFMIN(1 << s->layout.depth, X11SHMPOOL_PALETTE_SIZE),
    };
    x11shmpool_palette_send(p);
    return x11shmpool_palette_receive(p);
}

void x11shmpool_palette_send(X11ShmpoolPalette *p)
{
    xcb_connection_t *conn = p->display->conn;
    uint32_t pixels[X11SHMPOOL_PALETTE_SIZE];

    for (int i = 0; i < p->entries; i++)
        pixels[i] = i;
    p->colormap_sequence = p->installed ?
        xcb_list_installed_colormaps(conn, p->window).sequence :
        xcb_get_window_attributes(conn, p->window).sequence;
    p->colors_sequence = xcb_query_colors(conn, p->colormap, p->entries,
                                          pixels).sequence;
}

/* Several colormaps can be installed at once, for other visuals too: the
 * present one is kept as long as it is among them. */
static int receive_installed(X11ShmpoolPalette *p)
{
    xcb_list_installed_colormaps_reply_t *list;
    const xcb_colormap_t *maps;
    int nb, ret, i;

    ret = x11shmpool_display_receive(p->display, p->colormap_sequence,
                                     sizeof(*list), (void **)&list);
    if (ret < 0)
        return ret;
    nb   = list->cmaps_len;
    maps = x11shmpool_reply_items(list, sizeof(*list), nb, sizeof(*maps));
    if (!maps) {
        free(list);
        return AVERROR_INVALIDDATA;
    }
    for (i = 0; i < nb && maps[i] != p->colormap; i++)
        ;
    if (nb && i == nb)
        p->colormap = maps[0];
    free(list);
    return 0;
}

/* A window whose colormap was freed has none. */
static int receive_own(X11ShmpoolPalette *p)
{
    xcb_get_window_attributes_reply_t *a;
    int ret = x11shmpool_display_receive(p->display, p->colormap_sequence,
                                         sizeof(*a), (void **)&a);

    if (ret < 0)
        return ret;
    p->colormap = a->colormap ? a->colormap :
                  p->display->screen->default_colormap;
    free(a);
    return 0;
}

int x11shmpool_palette_receive(X11ShmpoolPalette *p)
{
    xcb_query_colors_reply_t *reply;
    uint32_t argb[X11SHMPOOL_PALETTE_SIZE];
    const xcb_colormap_t asked = p->colormap;
    const xcb_rgb_t *c;
    int nb, ret;

    ret = p->installed ? receive_installed(p) : receive_own(p);
    if (ret < 0) {
        x11shmpool_display_discard(p->display, p->colors_sequence);
        return ret;
    }
    if (p->colormap != asked) {
        x11shmpool_display_discard(p->display, p->colors_sequence);
        x11shmpool_palette_send(p);
        x11shmpool_display_discard(p->display, p->colormap_sequence);
    }

    ret = x11shmpool_display_receive(p->display, p->colors_sequence,
                                     sizeof(*reply), (void **)&reply);
    if (ret < 0)
        return ret;

    nb = reply->colors_len;
    c  = x11shmpool_reply_items(reply, sizeof(*reply), nb, sizeof(*c));
    if (!c) {
        free(reply);
        return AVERROR_INVALIDDATA;
    }
    for (int i = 0; i < X11SHMPOOL_PALETTE_SIZE; i++)
        argb[i] = i >= nb ? 0xFF000000 :
                  0xFF000000 | (uint32_t)(c[i].red >> 8) << 16 |
                  (c[i].green >> 8) << 8 | c[i].blue >> 8;
    free(reply);

    if (!p->number || memcmp(argb, p->argb, sizeof(argb))) {
        memcpy(p->argb, argb, sizeof(argb));
        p->number++;
    }
    return 0;
}

uint32_t x11shmpool_palette_black(const X11ShmpoolPalette *p)
{
    int best = 0, darkest = INT_MAX;

    for (int i = 0; i < p->entries; i++) {
        int sum = (p->argb[i] >> 16 & 0xFF) + (p->argb[i] >> 8 & 0xFF) +
                  (p->argb[i] & 0xFF);

        if (sum < darkest) {
            darkest = sum;
            best    = i;
        }
    }
    return best;
}
