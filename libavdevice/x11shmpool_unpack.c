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
#include "libavutil/avassert.h"
#include "libavutil/intreadwrite.h"

#include "x11shmpool_unpack.h"

#define BITS X11SHMPOOL_UNPACK_BITS

/* gcc's -O2 vectorises only loops whose length is a constant. */
#define BLOCK 16

static X11ShmpoolChannel channel_of(uint32_t mask)
{
    X11ShmpoolChannel c = { .max = mask };

    if (!mask)
        return c;

    while (!(c.max & 1)) {
        c.max >>= 1;
        c.shift++;
    }
    c.scale = ((255u << BITS) + c.max / 2) / c.max;

    return c;
}

av_cold void x11shmpool_unpack_init(X11ShmpoolUnpack *u, const X11ShmpoolFormat *f)
{
    const uint32_t masks[3] = { f->red, f->green, f->blue };
    int whole = !f->indexed;

    *u = (X11ShmpoolUnpack){
        .bytes      = f->bits_per_pixel / 8,
        .big_endian = f->big_endian,
        .indexed    = f->indexed,
    };

    for (int i = 0; i < 3; i++) {
        u->channel[i] = channel_of(masks[i]);
        whole &= u->channel[i].max == 255 && !(u->channel[i].shift % 8);
    }

    u->direct = whole && u->bytes == 4;
    av_assert0(whole || u->bytes != 3);

    for (int i = 0; i < 3; i++) {
        int byte = u->channel[i].shift / 8;

        if (!whole)
            u->position[i] = 2 - i;
        else
            u->position[i] = f->big_endian ? u->bytes - 1 - byte : byte;
    }
}

static av_always_inline uint32_t scale(uint32_t value, X11ShmpoolChannel c)
{
    return ((value >> c.shift & c.max) * c.scale + (1 << (BITS - 1))) >> BITS;
}

static av_always_inline uint32_t read_pixel(const uint8_t *p, int bytes,
                                            int big_endian)
{
    switch (bytes) {
    case 1:
        return *p;
    case 2:
        return big_endian ? AV_RB16(p) : AV_RL16(p);
    default:
        return big_endian ? AV_RB32(p) : AV_RL32(p);
    }
}

static av_always_inline void unpack_pixels(uint8_t *restrict dst,
                                           const uint8_t *restrict src, int n,
                                           int bytes, int big_endian,
                                           X11ShmpoolChannel red,
                                           X11ShmpoolChannel green,
                                           X11ShmpoolChannel blue)
{
    for (int i = 0; i < n; i++) {
        uint32_t v = read_pixel(src + i * bytes, bytes, big_endian);

        AV_WL32(dst + 4 * i, scale(v, red) << 16 | scale(v, green) << 8 |
                             scale(v, blue));
    }
}

static av_always_inline void unpack(const X11ShmpoolUnpack *u, uint8_t *dst,
                                    const uint8_t *src, int n,
                                    int bytes, int big_endian)
{
    const X11ShmpoolChannel red   = u->channel[0];
    const X11ShmpoolChannel green = u->channel[1];
    const X11ShmpoolChannel blue  = u->channel[2];

    for (; n >= BLOCK; n -= BLOCK, dst += 4 * BLOCK, src += bytes * BLOCK)
        unpack_pixels(dst, src, BLOCK, bytes, big_endian, red, green, blue);
    unpack_pixels(dst, src, n, bytes, big_endian, red, green, blue);
}

static void unpack_palette(uint8_t *restrict dst, const uint8_t *restrict src,
                           int n, const uint32_t *restrict palette)
{
    for (int i = 0; i < n; i++)
        AV_WL32(dst + 4 * i, palette[src[i]]);
}

static void spread(uint8_t *restrict dst, const uint8_t *restrict src, int n)
{
    for (int i = 0; i < n; i++)
        AV_WL32(dst + 4 * i, AV_RL24(src + 3 * i));
}

const uint8_t *x11shmpool_unpack_row(const X11ShmpoolUnpack *u, uint8_t *buffer,
                                     const uint8_t *src, int n,
                                     const uint32_t *palette)
{
    if (u->direct)
        return src;

    if (u->indexed)
        unpack_palette(buffer, src, n, palette);
    else if (u->bytes == 3)
        spread(buffer, src, n);
    else if (u->bytes == 1)
        unpack(u, buffer, src, n, 1, 0);
    else if (u->bytes == 2 && u->big_endian)
        unpack(u, buffer, src, n, 2, 1);
    else if (u->bytes == 2)
        unpack(u, buffer, src, n, 2, 0);
    else if (u->big_endian)
        unpack(u, buffer, src, n, 4, 1);
    else
        unpack(u, buffer, src, n, 4, 0);

    return buffer;
}
