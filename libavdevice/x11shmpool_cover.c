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
#include "libavutil/imgutils.h"
#include "libavutil/mem.h"

#include "x11shmpool_cover.h"

static int row_bytes(const X11ShmpoolFormat *f, X11ShmpoolRect r)
{
    return r.w * (f->bits_per_pixel / 8);
}

int x11shmpool_cover_add(X11ShmpoolCover *cover, const X11ShmpoolFormat *f,
                         const uint8_t *data, X11ShmpoolRect r)
{
    const int row     = row_bytes(f, r);
    const size_t size = (size_t)row * r.h;
    uint8_t *pixels;

    if (x11shmpool_rect_empty(r))
        return 0;
    if (cover->nb == X11SHMPOOL_COVERED)
        return AVERROR(ENOMEM);
    pixels = av_fast_realloc(cover->pixels, &cover->allocated,
                             cover->used + size);
    if (!pixels)
        return AVERROR(ENOMEM);
    cover->pixels = pixels;
    av_image_copy_plane(pixels + cover->used, row,
                        data + x11shmpool_format_offset(f, r.x, r.y), f->stride,
                        row, r.h);
    cover->used += size;
    cover->rects[cover->nb++] = r;
    return 0;
}

void x11shmpool_cover_restore(X11ShmpoolCover *cover, const X11ShmpoolFormat *f,
                              uint8_t *data)
{
    while (cover->nb) {
        const X11ShmpoolRect r = cover->rects[--cover->nb];
        const int row          = row_bytes(f, r);

        cover->used -= (size_t)row * r.h;
        av_image_copy_plane(data + x11shmpool_format_offset(f, r.x, r.y),
                            f->stride, cover->pixels + cover->used, row, row,
                            r.h);
    }
}

av_cold void x11shmpool_cover_uninit(X11ShmpoolCover *cover)
{
    av_freep(&cover->pixels);
    *cover = (X11ShmpoolCover){ 0 };
}
