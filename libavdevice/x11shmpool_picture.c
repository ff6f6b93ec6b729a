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

#include "libavutil/attributes.h"
#include "libavutil/buffer.h"
#include "libavutil/cpu.h"
#include "libavutil/error.h"
#include "libavutil/imgutils.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mem.h"
#include "libavutil/pixdesc.h"

#include "x11shmpool_picture.h"

/* As av_frame_get_buffer() does it, for the widest vectors. */
#define FRAME_ALIGN 64
#define FRAME_ROWS  32

static av_cold void describe_colors(X11ShmpoolPicture *p)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(p->pix_fmt);

    if (desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) {
        p->color_space = AVCOL_SPC_RGB;
        p->color_range = AVCOL_RANGE_JPEG;
    }
    if (desc->log2_chroma_w)
        p->chroma_location = AVCHROMA_LOC_CENTER;
}

/* Sizes of a frame's planes, some of which are larger than what is in them. */
static av_cold int lay_out(X11ShmpoolPicture *p, int for_frames)
{
    const X11ShmpoolFormat *f = &p->from;
    const int height = for_frames ? FFALIGN(f->height, FRAME_ROWS) : f->height;
    ptrdiff_t linesizes[4];
    size_t sizes[4], size = 0;
    int ret = av_image_get_buffer_size(p->pix_fmt, f->width, f->height, 1);

    if (ret < 0)
        return ret;
    av_image_fill_linesizes(p->linesize, p->pix_fmt, f->width);
    for (int i = 0; i < 4; i++) {
        if (for_frames)
            p->linesize[i] = FFALIGN(p->linesize[i], FRAME_ALIGN);
        linesizes[i] = p->linesize[i];
    }
    ret = av_image_fill_plane_sizes(sizes, p->pix_fmt, height, linesizes);
    for (int i = 0; i < 4 && ret >= 0; i++) {
        p->offset[i] = size;
        if (sizes[i])
            size += sizes[i] + (for_frames ? FRAME_ALIGN : 0);
        if (size > INT_MAX)
            ret = AVERROR(EINVAL);
    }
    p->size = size;
    return ret;
}

static int same_pixels(const X11ShmpoolFormat *a, const X11ShmpoolFormat *b)
{
    return a->bits_per_pixel == b->bits_per_pixel &&
           a->big_endian == b->big_endian && a->indexed == b->indexed &&
           a->red == b->red && a->green == b->green && a->blue == b->blue;
}

static av_cold int init_native(X11ShmpoolPicture *p,
                               const X11ShmpoolPictureOptions *options,
                               void *log)
{
    const X11ShmpoolFormat *f = &p->from;
    int ret = x11shmpool_format_init(&p->to, log, options->native, f->width,
                                     f->height);

    if (ret < 0)
        return ret;
    if (p->to.indexed && !f->indexed)
        return AVERROR(ENOSYS);
    p->pix_fmt     = p->to.pix_fmt;
    p->repacks     = !same_pixels(f, &p->to) || (p->to.alpha && !f->alpha);
    p->linesize[0] = options->for_frames ? p->to.stride : p->to.packed_stride;
    p->size        = p->linesize[0] * f->height;
    return 0;
}

static void free_picture(void *opaque av_unused, uint8_t *data)
{
    av_free(data);
}

AVBufferRef *x11shmpool_picture_alloc(void)
{
    uint8_t *data    = av_mallocz(sizeof(X11ShmpoolPicture));
    AVBufferRef *buf = data ? av_buffer_create(data, sizeof(X11ShmpoolPicture),
                                               free_picture, NULL, 0) : NULL;

    if (!buf)
        av_free(data);
    return buf;
}

av_cold int x11shmpool_picture_init(X11ShmpoolPicture *p,
                                    const X11ShmpoolFormat *from,
                                    const X11ShmpoolPictureOptions *options,
                                    void *log)
{
    const int native = options->pix_fmt == AV_PIX_FMT_NONE;

    *p = (X11ShmpoolPicture){
        .from        = *from,
        .pix_fmt     = native ? from->pix_fmt : options->pix_fmt,
        .color_space = options->color_space,
        .color_range = options->color_range,
    };
    describe_colors(p);
    if (native && options->native)
        return init_native(p, options, log);
    if (native) {
        p->is_slot     = options->for_frames ||
                         from->packed_stride == from->stride;
        p->linesize[0] = p->is_slot ? from->stride : from->packed_stride;
        p->size        = p->linesize[0] * from->height;
        return 0;
    }

    if (lay_out(p, options->for_frames) < 0) {
        av_log(log, AV_LOG_ERROR, "A picture of %dx%d pixels is too large for a "
               "packet. Choose a smaller video_size.\n", from->width,
               from->height);
        return AVERROR(EINVAL);
    }
    return x11shmpool_convert_init(&p->convert, from, p->pix_fmt,
                                   options->color_space, options->color_range,
                                   av_get_cpu_flags());
}

X11ShmpoolRect x11shmpool_picture_rect(const X11ShmpoolPicture *p)
{
    return (X11ShmpoolRect){ 0, 0, p->from.width, p->from.height };
}

static void pack_rect(const X11ShmpoolPicture *p, uint8_t *data,
                      const uint8_t *slot, X11ShmpoolRect r)
{
    const X11ShmpoolFormat *f = &p->from;
    const int bytes           = f->bits_per_pixel / 8;

    av_image_copy_plane(data + (size_t)r.y * p->linesize[0] +
                        (size_t)r.x * bytes, p->linesize[0],
                        slot + x11shmpool_format_offset(f, r.x, r.y), f->stride,
                        r.w * bytes, r.h);
}

static uint32_t channel(uint32_t mask, unsigned value)
{
    const uint32_t lowest = mask & -mask;

    return lowest ? (value * (uint64_t)(mask / lowest) + 127) / 255 * lowest :
           0;
}

static void repack_rect(const X11ShmpoolPicture *p, uint8_t *data,
                        const uint8_t *slot, X11ShmpoolRect r,
                        const uint32_t *palette)
{
    const X11ShmpoolFormat *from = &p->from, *to = &p->to;
    const int bytes = to->bits_per_pixel / 8;

    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            uint32_t v = x11shmpool_format_read(from, slot +
                             x11shmpool_format_offset(from, x, y));
            uint32_t c = from->indexed ? palette[v & 0xff] :
                         x11shmpool_format_argb(from, v);

            x11shmpool_format_write(to, data + (size_t)y * p->linesize[0] +
                                    (size_t)x * bytes,
                                    channel(to->alpha, c >> 24) |
                                    channel(to->red,   c >> 16 & 0xff) |
                                    channel(to->green, c >> 8 & 0xff) |
                                    channel(to->blue,  c & 0xff));
        }
    }
}

void x11shmpool_picture_fill(const X11ShmpoolPicture *p, uint8_t *data,
                             const uint8_t *slot, const X11ShmpoolRects *rects,
                             const uint32_t *palette)
{
    uint8_t *planes[4];

    for (int i = 0; i < 4; i++)
        planes[i] = p->linesize[i] ? data + p->offset[i] : NULL;
    for (int i = 0; i < rects->nb; i++) {
        if (p->repacks)
            repack_rect(p, data, slot, rects->list[i], palette);
        else if (p->to.width || p->pix_fmt == p->from.pix_fmt)
            pack_rect(p, data, slot, rects->list[i]);
        else
            x11shmpool_convert_rect(&p->convert, planes, p->linesize, slot,
                                    rects->list[i], palette);
    }
}
