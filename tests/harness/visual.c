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

#include "check.h"
#include "visual.h"

const xcb_visualtype_t *test_visual_find(const TestScreen *s,
                                         xcb_visualid_t id)
{
    xcb_screen_iterator_t si = xcb_setup_roots_iterator(s->setup);

    for (; si.rem; xcb_screen_next(&si)) {
        xcb_depth_iterator_t d = xcb_screen_allowed_depths_iterator(si.data);

        for (; d.rem; xcb_depth_next(&d)) {
            xcb_visualtype_iterator_t v = xcb_depth_visuals_iterator(d.data);

            for (; v.rem; xcb_visualtype_next(&v))
                if (v.data->visual_id == id)
                    return v.data;
        }
    }
    test_die("looking for a visual", id);
    return NULL;
}

int test_visual_indexed(const xcb_visualtype_t *v)
{
    return v->_class < XCB_VISUAL_CLASS_TRUE_COLOR;
}

int test_mask_bits(uint32_t mask)
{
    int n = 0;

    for (; mask; mask &= mask - 1)
        n++;
    return n;
}

int test_mask_shift(uint32_t mask)
{
    int n = 0;

    while (mask && !(mask & 1)) {
        mask >>= 1;
        n++;
    }
    return n;
}

const xcb_format_t *test_format_find(const TestScreen *s, int depth)
{
    const xcb_format_t *f = xcb_setup_pixmap_formats(s->setup);

    for (int i = 0; i < xcb_setup_pixmap_formats_length(s->setup); i++)
        if (f[i].depth == depth)
            return &f[i];
    test_die("looking for a pixmap format", depth);
    return NULL;
}

int test_format_row(const xcb_format_t *f, int width)
{
    int pad = f->scanline_pad;

    return (width * f->bits_per_pixel + pad - 1) / pad * (pad / 8);
}
