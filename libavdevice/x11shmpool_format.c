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

#include <inttypes.h>
#include <limits.h>

#include "libavcodec/defs.h"

#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"

#include "x11shmpool_format.h"

#define STATIC_GRAY 0
#define PSEUDO_COLOR 3

static const struct Packing {
    int bits_per_pixel;
    uint32_t red, green, blue;
    enum AVPixelFormat le, be;
    enum AVPixelFormat le_alpha, be_alpha; ///< depth 32
} packings[] = {
#define OPAQUE AV_PIX_FMT_NONE, AV_PIX_FMT_NONE
    {  8, 0xe0, 0x1c, 0x03, AV_PIX_FMT_RGB8, AV_PIX_FMT_RGB8, OPAQUE },
    {  8, 0x07, 0x38, 0xc0, AV_PIX_FMT_BGR8, AV_PIX_FMT_BGR8, OPAQUE },
    { 16, 0x0f00, 0x00f0, 0x000f,
      AV_PIX_FMT_RGB444LE, AV_PIX_FMT_RGB444BE, OPAQUE },
    { 16, 0x000f, 0x00f0, 0x0f00,
      AV_PIX_FMT_BGR444LE, AV_PIX_FMT_BGR444BE, OPAQUE },
    { 16, 0x7c00, 0x03e0, 0x001f,
      AV_PIX_FMT_RGB555LE, AV_PIX_FMT_RGB555BE, OPAQUE },
    { 16, 0x001f, 0x03e0, 0x7c00,
      AV_PIX_FMT_BGR555LE, AV_PIX_FMT_BGR555BE, OPAQUE },
    { 16, 0xf800, 0x07e0, 0x001f,
      AV_PIX_FMT_RGB565LE, AV_PIX_FMT_RGB565BE, OPAQUE },
    { 16, 0x001f, 0x07e0, 0xf800,
      AV_PIX_FMT_BGR565LE, AV_PIX_FMT_BGR565BE, OPAQUE },
    { 24, 0xff0000, 0x00ff00, 0x0000ff,
      AV_PIX_FMT_BGR24, AV_PIX_FMT_RGB24, OPAQUE },
    { 24, 0x0000ff, 0x00ff00, 0xff0000,
      AV_PIX_FMT_RGB24, AV_PIX_FMT_BGR24, OPAQUE },
    { 32, 0x00ff0000, 0x0000ff00, 0x000000ff,
      AV_PIX_FMT_BGR0, AV_PIX_FMT_0RGB, AV_PIX_FMT_BGRA, AV_PIX_FMT_ARGB },
    { 32, 0x000000ff, 0x0000ff00, 0x00ff0000,
      AV_PIX_FMT_RGB0, AV_PIX_FMT_0BGR, AV_PIX_FMT_RGBA, AV_PIX_FMT_ABGR },
    { 32, 0xff000000, 0x00ff0000, 0x0000ff00,
      AV_PIX_FMT_0BGR, AV_PIX_FMT_RGB0, AV_PIX_FMT_ABGR, AV_PIX_FMT_RGBA },
    { 32, 0x0000ff00, 0x00ff0000, 0xff000000,
      AV_PIX_FMT_0RGB, AV_PIX_FMT_BGR0, AV_PIX_FMT_ARGB, AV_PIX_FMT_BGRA },
    { 32, 0x3ff00000, 0x000ffc00, 0x000003ff,
      AV_PIX_FMT_X2RGB10LE, AV_PIX_FMT_X2RGB10BE, OPAQUE },
    { 32, 0x000003ff, 0x000ffc00, 0x3ff00000,
      AV_PIX_FMT_X2BGR10LE, AV_PIX_FMT_X2BGR10BE, OPAQUE },
#undef OPAQUE
};

static const struct Packing *find_packing(const X11ShmpoolLayout *layout)
{
    for (size_t i = 0; i < FF_ARRAY_ELEMS(packings); i++) {
        const struct Packing *p = &packings[i];

        if (p->bits_per_pixel == layout->bits_per_pixel &&
            p->red == layout->red && p->green == layout->green &&
            p->blue == layout->blue)
            return p;
    }

    return NULL;
}

/* The rawvideo decoder takes rows padded to four bytes for these formats only,
 * and silently reads the others as if they had no padding. */
static int reads_padded_rows(const X11ShmpoolFormat *f, int row_bytes)
{
    if (f->stride != FFALIGN(row_bytes, 4))
        return 0;

    switch (f->pix_fmt) {
    case AV_PIX_FMT_RGB24:
    case AV_PIX_FMT_BGR24:
    case AV_PIX_FMT_RGB555LE:
    case AV_PIX_FMT_RGB555BE:
    case AV_PIX_FMT_RGB565LE:
        return 1;
    case AV_PIX_FMT_PAL8:
        /* If a packet has room for the pixels and a palette, the decoder takes
         * the excess for the palette, even if it is padding. */
        return (int64_t)f->stride * f->height <
               (int64_t)row_bytes * f->height + 1024;
    default:
        return 0;
    }
}

int x11shmpool_format_init(X11ShmpoolFormat *f, void *log,
                           const X11ShmpoolLayout *layout,
                           int width, int height)
{
    const struct Packing *p = NULL;
    int64_t row_bits = (int64_t)width * layout->bits_per_pixel;
    int64_t stride;

    *f = (X11ShmpoolFormat){
        .pix_fmt        = AV_PIX_FMT_NONE,
        .depth          = layout->depth,
        .bits_per_pixel = layout->bits_per_pixel,
        .big_endian     = layout->big_endian,
        .width          = width,
        .height         = height,
    };

    if (layout->visual_class >= STATIC_GRAY &&
        layout->visual_class <= PSEUDO_COLOR) {
        f->indexed = 1;
        if (layout->bits_per_pixel == 8 && layout->depth <= 8)
            f->pix_fmt = AV_PIX_FMT_PAL8;
    } else if ((p = find_packing(layout))) {
        f->red     = p->red;
        f->green   = p->green;
        f->blue    = p->blue;
        f->pix_fmt = layout->big_endian ? p->be : p->le;
        if (layout->depth == 32 && p->le_alpha != AV_PIX_FMT_NONE) {
            f->alpha   = ~(p->red | p->green | p->blue);
            f->pix_fmt = layout->big_endian ? p->be_alpha : p->le_alpha;
        }
    }

    if (f->pix_fmt == AV_PIX_FMT_NONE || layout->scanline_pad < 8 ||
        layout->scanline_pad & 7) {
        av_log(log, AV_LOG_ERROR,
               "No pixel format for depth %d, %d bits per pixel, rows padded "
               "to %d bits, %s first, visual class %d, masks red %#"PRIx32
               " green %#"PRIx32" blue %#"PRIx32"\n",
               layout->depth, layout->bits_per_pixel, layout->scanline_pad,
               layout->big_endian ? "MSB" : "LSB", layout->visual_class,
               layout->red, layout->green, layout->blue);
        return AVERROR_PATCHWELCOME;
    }

    if (width <= 0 || height <= 0) {
        av_log(log, AV_LOG_ERROR, "A picture of %dx%d pixels is empty\n",
               width, height);
        return AVERROR(EINVAL);
    }

    stride = (row_bits + layout->scanline_pad - 1) / layout->scanline_pad *
             (layout->scanline_pad / 8);
    if (stride > (INT_MAX - AV_INPUT_BUFFER_PADDING_SIZE) / height) {
        av_log(log, AV_LOG_ERROR,
               "A picture of %dx%d pixels is too large for a packet: "
               "it would be more than %d bytes. Choose a smaller video_size.\n",
               width, height, INT_MAX - AV_INPUT_BUFFER_PADDING_SIZE);
        return AVERROR(EINVAL);
    }

    f->scanline_pad  = layout->scanline_pad;
    f->stride        = stride;
    f->packed_stride = row_bits / 8;
    if (reads_padded_rows(f, f->packed_stride))
        f->packed_stride = f->stride;
    f->size          = f->packed_stride * height;

    return 0;
}

size_t x11shmpool_format_offset(const X11ShmpoolFormat *f, int x, int y)
{
    return (size_t)y * f->stride + (size_t)x * (f->bits_per_pixel / 8);
}

uint32_t x11shmpool_format_read(const X11ShmpoolFormat *f, const uint8_t *p)
{
    int bytes  = f->bits_per_pixel / 8;
    uint32_t v = 0;

    for (int i = 0; i < bytes; i++)
        v = v << 8 | p[f->big_endian ? i : bytes - 1 - i];

    return v;
}

void x11shmpool_format_write(const X11ShmpoolFormat *f, uint8_t *p, uint32_t v)
{
    int bytes = f->bits_per_pixel / 8;

    for (int i = 0; i < bytes; i++) {
        p[f->big_endian ? bytes - 1 - i : i] = v;
        v >>= 8;
    }
}

static uint32_t scale_channel(uint32_t pixel, uint32_t mask)
{
    uint32_t low = mask & -mask, max;

    if (!mask)
        return 255;
    max = mask / low;
    return ((pixel & mask) / low * UINT64_C(255) + max / 2) / max;
}

uint32_t x11shmpool_format_argb(const X11ShmpoolFormat *f, uint32_t pixel)
{
    return scale_channel(pixel, f->alpha) << 24 |
           scale_channel(pixel, f->red)   << 16 |
           scale_channel(pixel, f->green) <<  8 |
           scale_channel(pixel, f->blue);
}
