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

#include "libavutil/imgutils.h"

#include "x11shmpool_blend.h"
#include "x11shmpool_menus.h"

static X11ShmpoolRect frame_rect(const X11ShmpoolMenus *m,
                                 const X11ShmpoolMenu *menu)
{
    X11ShmpoolRect r = menu->rect;

    r.x -= m->source->root_x + m->source->region.x;
    r.y -= m->source->root_y + m->source->region.y;
    return r;
}

static X11ShmpoolRect clip_to_frame(const X11ShmpoolMenus *m, X11ShmpoolRect r)
{
    return x11shmpool_rect_intersect(r, (X11ShmpoolRect){
               0, 0, m->format->width, m->format->height });
}

int x11shmpool_menus_changed(const X11ShmpoolMenus *m,
                             X11ShmpoolRect list[X11SHMPOOL_MENUS_CHANGED])
{
    X11ShmpoolRect all[X11SHMPOOL_MENUS_CHANGED] = { m->gone };
    int nb_all = 1, nb = 0;

    if (!m->display)
        return 0;
    for (int i = 0; i < m->nb; i++) {
        const X11ShmpoolMenu *menu = &m->list[i];
        X11ShmpoolRect now = frame_rect(m, menu);

        if (menu->changed || !x11shmpool_rect_equal(now, menu->painted)) {
            all[nb_all++] = menu->painted;
            all[nb_all++] = now;
        }
    }
    for (int i = 0; i < nb_all; i++) {
        list[nb] = clip_to_frame(m, all[i]);
        nb      += !x11shmpool_rect_empty(list[nb]);
    }
    return nb;
}

X11ShmpoolRect x11shmpool_menus_rect(const X11ShmpoolMenus *m, int i)
{
    const X11ShmpoolMenu *menu = &m->list[i];

    if (!menu->data && !menu->image.argb)
        return (X11ShmpoolRect){ 0 };
    return clip_to_frame(m, frame_rect(m, menu));
}

static void copy_menu(const X11ShmpoolFormat *f, uint8_t *data,
                      const X11ShmpoolMenu *menu, X11ShmpoolRect r,
                      int x, int y)
{
    int bytes = f->bits_per_pixel / 8;

    av_image_copy_plane(data + x11shmpool_format_offset(f, r.x, r.y), f->stride,
                        menu->data + (size_t)(r.y - y) * menu->stride +
                        (size_t)(r.x - x) * bytes, menu->stride,
                        r.w * bytes, r.h);
}

void x11shmpool_menus_paint(const X11ShmpoolMenus *m, int i, uint8_t *data,
                            const uint32_t *palette)
{
    const X11ShmpoolMenu *menu = &m->list[i];
    X11ShmpoolRect at = frame_rect(m, menu);

    for (int k = 0; k < menu->nb_shape; k++) {
        X11ShmpoolRect r = menu->shape[k];

        r.x += at.x;
        r.y += at.y;
        r    = clip_to_frame(m, r);
        if (x11shmpool_rect_empty(r))
            continue;
        if (menu->data)
            copy_menu(m->format, data, menu, r, at.x, at.y);
        else if (menu->image.argb)
            x11shmpool_blend_cursor(m->format, data, m->format->stride,
                                    &menu->image, at.x, at.y, r, palette);
    }
}

void x11shmpool_menus_painted(X11ShmpoolMenus *m)
{
    m->gone = (X11ShmpoolRect){ 0 };
    for (int i = 0; i < m->nb; i++) {
        m->list[i].changed = 0;
        m->list[i].painted = frame_rect(m, &m->list[i]);
    }
}
