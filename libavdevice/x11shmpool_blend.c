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
#include <string.h>

#include "libavutil/attributes.h"
#include "libavutil/common.h"

#include "x11shmpool_blend.h"

typedef struct Channel {
    int shift;
    uint32_t max;
} Channel;

static Channel channel_of(uint32_t mask)
{
    int shift = 0;

    while (mask && !(mask & 1)) {
        mask >>= 1;
        shift++;
    }

    return (Channel){ shift, mask };
}

static inline uint32_t blend_channel(uint32_t d, uint32_t c, uint32_t a,
                                     uint32_t max)
{
    uint32_t v = (c * max + d * (255 - a) + 127) / 255;

    return FFMIN(v, max);
}

static inline uint8_t blend_byte(uint32_t d, uint32_t c, uint32_t a)
{
    uint32_t v = c + (d * (255 - a) + 127) / 255;

    return FFMIN(v, 255);
}

/* Whether all channels are whole bytes, and where these lie in memory. */
static int byte_offsets(const X11ShmpoolFormat *f, int offset[4])
{
    const uint32_t mask[4] = { f->alpha, f->red, f->green, f->blue };
    int last = f->bits_per_pixel / 8 - 1;

    for (int i = 0; i < 4; i++) {
        Channel ch = channel_of(mask[i]);

        offset[i] = -1;
        if (!mask[i] && !i)
            continue;
        if (ch.max != 255 || ch.shift & 7)
            return 0;
        offset[i] = f->big_endian ? last - ch.shift / 8 : ch.shift / 8;
    }

    return 1;
}

static av_always_inline void blend_bytes(uint8_t *d, const uint32_t *src,
                                         int n, const int offset[4],
                                         int bytes, int has_alpha)
{
    const int alpha = offset[0], red = offset[1];
    const int green = offset[2], blue = offset[3];

    for (int i = 0; i < n; i++, d += bytes) {
        uint32_t v = src[i], a = v >> 24;

        if (!a)
            continue;
        d[red]   = blend_byte(d[red],   v >> 16 & 255, a);
        d[green] = blend_byte(d[green], v >>  8 & 255, a);
        d[blue]  = blend_byte(d[blue],  v       & 255, a);
        if (has_alpha)
            d[alpha] = blend_byte(d[alpha], a, a);
    }
}

static void blend_masks(const X11ShmpoolFormat *f, uint8_t *d,
                        const uint32_t *src, int n)
{
    const uint32_t mask[4] = { f->alpha, f->red, f->green, f->blue };
    uint32_t all = f->alpha | f->red | f->green | f->blue;
    Channel channel[4];

    for (int i = 0; i < 4; i++)
        channel[i] = channel_of(mask[i]);

    for (int x = 0; x < n; x++, d += f->bits_per_pixel / 8) {
        uint32_t a = src[x] >> 24, old, v;

        if (!a)
            continue;
        old = x11shmpool_format_read(f, d);
        v   = old & ~all;
        for (int i = 0; i < 4; i++) {
            uint32_t c = src[x] >> (24 - 8 * i) & 255;

            v |= blend_channel((old & mask[i]) >> channel[i].shift, c, a,
                               channel[i].max) << channel[i].shift;
        }
        x11shmpool_format_write(f, d, v);
    }
}

static int nearest_entry(const uint32_t *palette, int entries, uint32_t rgb)
{
    int best = 0, best_distance = INT_MAX;

    for (int i = 0; i < entries && best_distance; i++) {
        int r = (int)(palette[i] >> 16 & 255) - (int)(rgb >> 16 & 255);
        int g = (int)(palette[i] >>  8 & 255) - (int)(rgb >>  8 & 255);
        int b = (int)(palette[i]       & 255) - (int)(rgb       & 255);
        int distance = r * r + g * g + b * b;

        if (distance < best_distance) {
            best          = i;
            best_distance = distance;
        }
    }

    return best;
}

static void blend_indexed(const X11ShmpoolFormat *f, uint8_t *d,
                          const uint32_t *src, int n, const uint32_t *palette)
{
    int entries    = 1 << FFMIN(f->depth, 8);
    uint32_t known = UINT32_MAX;
    int entry      = 0;

    for (int x = 0; x < n; x++) {
        uint32_t c = src[x], a = c >> 24, old, rgb;

        if (!a)
            continue;
        old = palette[d[x]];
        rgb = blend_byte(old >> 16 & 255, c >> 16 & 255, a) << 16 |
              blend_byte(old >>  8 & 255, c >>  8 & 255, a) <<  8 |
              blend_byte(old       & 255, c       & 255, a);
        if (rgb != known) {
            entry = nearest_entry(palette, entries, rgb);
            known = rgb;
        }
        d[x] = entry;
    }
}

X11ShmpoolRect x11shmpool_blend_rect(const X11ShmpoolCursorImage *cursor,
                                     int px, int py)
{
    return (X11ShmpoolRect){ px - cursor->xhot, py - cursor->yhot,
                             cursor->width, cursor->height };
}

void x11shmpool_blend_cursor(const X11ShmpoolFormat *f,
                             uint8_t *data, ptrdiff_t stride,
                             const X11ShmpoolCursorImage *cursor,
                             int px, int py, X11ShmpoolRect clip,
                             const uint32_t *palette)
{
    X11ShmpoolRect whole = { 0, 0, f->width, f->height };
    X11ShmpoolRect at    = x11shmpool_blend_rect(cursor, px, py);
    X11ShmpoolRect r     = x11shmpool_rect_intersect(at, whole);
    int bytes            = f->bits_per_pixel / 8;
    int offset[4], whole_bytes;

    r = x11shmpool_rect_intersect(r, clip);
    if (x11shmpool_rect_empty(r))
        return;

    whole_bytes = !f->indexed && byte_offsets(f, offset);
    for (int y = r.y; y < r.y + r.h; y++) {
        uint8_t *d          = data + y * stride + r.x * (ptrdiff_t)bytes;
        const uint32_t *src = cursor->argb +
                              (y - at.y) * (ptrdiff_t)cursor->width +
                              (r.x - at.x);

        if (f->indexed)
            blend_indexed(f, d, src, r.w, palette);
        else if (!whole_bytes)
            blend_masks(f, d, src, r.w);
        else if (f->alpha)
            blend_bytes(d, src, r.w, offset, 4, 1);
        else if (bytes == 4)
            blend_bytes(d, src, r.w, offset, 4, 0);
        else
            blend_bytes(d, src, r.w, offset, 3, 0);
    }
}
