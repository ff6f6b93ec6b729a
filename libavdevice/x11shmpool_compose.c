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

#include "libavutil/attributes.h"
#include "libavutil/error.h"

#include "x11shmpool_blend.h"
#include "x11shmpool_compose.h"

av_cold void x11shmpool_compose_init(X11ShmpoolCompose *c,
                                     const X11ShmpoolFormat *format,
                                     const X11ShmpoolSource *source,
                                     const X11ShmpoolCursor *cursor,
                                     X11ShmpoolMenus *menus)
{
    *c = (X11ShmpoolCompose){
        .format = format,
        .source = source,
        .cursor = cursor,
        .menus  = menus,
    };
}

/* Where the pointer's hot spot is, and what it covers within the source:
 * elsewhere no pointer is drawn. */
static X11ShmpoolRect pointer_rect(const X11ShmpoolCompose *c, int *x, int *y)
{
    const X11ShmpoolCursor *cursor = c->cursor;
    X11ShmpoolRect visible = x11shmpool_source_visible(c->source);

    *x = *y = 0;
    if (!cursor || !cursor->on_screen || !cursor->image.argb)
        return (X11ShmpoolRect){ 0 };
    *x = cursor->x - c->source->region.x;
    *y = cursor->y - c->source->region.y;
    visible.x -= c->source->region.x;
    visible.y -= c->source->region.y;
    return x11shmpool_rect_intersect(visible,
               x11shmpool_blend_rect(&cursor->image, *x, *y));
}

void x11shmpool_compose_changes(const X11ShmpoolCompose *c,
                                X11ShmpoolRects *rects)
{
    X11ShmpoolRect menus[X11SHMPOOL_MENUS_CHANGED], rect;
    int nb = x11shmpool_menus_changed(c->menus, menus), x, y;

    for (int i = 0; i < nb; i++)
        x11shmpool_rects_add(rects, menus[i]);

    rect = pointer_rect(c, &x, &y);
    if (x11shmpool_rect_empty(rect) && x11shmpool_rect_empty(c->pointer))
        return;
    if (!x11shmpool_rect_equal(rect, c->pointer) || x != c->x || y != c->y ||
        c->cursor->image_number != c->image) {
        x11shmpool_rects_add(rects, c->pointer);
        x11shmpool_rects_add(rects, rect);
    }
}

int x11shmpool_compose_paint(X11ShmpoolCompose *c, uint8_t *data,
                             X11ShmpoolCover *cover, const uint32_t *palette)
{
    const X11ShmpoolFormat *f = c->format;
    X11ShmpoolRect rect;
    int x, y, ret;

    rect = pointer_rect(c, &x, &y);
    ret  = x11shmpool_cover_add(cover, f, data, rect);
    for (int i = 0; i < c->menus->nb && ret >= 0; i++)
        ret = x11shmpool_cover_add(cover, f, data,
                                   x11shmpool_menus_rect(c->menus, i));
    if (ret < 0) {
        x11shmpool_cover_restore(cover, f, data);
        return ret;
    }

    for (int i = 0; i < c->menus->nb; i++)
        x11shmpool_menus_paint(c->menus, i, data, palette);
    x11shmpool_menus_painted(c->menus);
    if (!x11shmpool_rect_empty(rect))
        x11shmpool_blend_cursor(f, data, f->stride, &c->cursor->image, x, y,
                                rect, palette);
    c->pointer = rect;
    c->x       = x;
    c->y       = y;
    c->image   = c->cursor ? c->cursor->image_number : 0;
    return 0;
}
