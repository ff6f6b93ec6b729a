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

#ifndef AVDEVICE_X11SHMPOOL_PICTURE_H
#define AVDEVICE_X11SHMPOOL_PICTURE_H

#include <stdint.h>

#include "libavutil/buffer.h"
#include "libavutil/pixfmt.h"

#include "x11shmpool_changes.h"
#include "x11shmpool_convert.h"
#include "x11shmpool_format.h"

/**
 * @file
 * What packets hold: the slot itself, or a buffer of its own in another pixel
 * format, or in the slot's with rows that are not padded, into which is
 * converted what changed.
 *
 * Planes follow each other without padding, as rawvideo has them; or they are
 * aligned as av_frame_get_buffer() does it. Pure; any thread.
 */

typedef struct X11ShmpoolPictureOptions {
    enum AVPixelFormat pix_fmt; ///< AV_PIX_FMT_NONE for the slots' own, or one
                                ///< of x11shmpool_convert_init()
    enum AVColorSpace color_space; ///< of x11shmpool_convert_init(), as is the
    enum AVColorRange color_range; ///< range; for formats with luma
    const X11ShmpoolLayout *native; ///< with AV_PIX_FMT_NONE: pixels of this
                             ///< layout instead of the slots', in buffers of
                             ///< their own; NULL for the slots' own
    int for_frames;          ///< the planes of an AVFrame, which have rows of
                             ///< any stride, instead of those of rawvideo
} X11ShmpoolPictureOptions;

typedef struct X11ShmpoolPicture {
    X11ShmpoolFormat from;   ///< the slots'
    X11ShmpoolFormat to;     ///< only with options.native
    int repacks;             ///< its pixels are not the slots'
    enum AVPixelFormat pix_fmt;
    enum AVColorSpace color_space;
    enum AVColorRange color_range;
    enum AVChromaLocation chroma_location;
    int is_slot;             ///< the slot itself is the picture
    int size;                ///< bytes of all planes, of a packet of rawvideo
    int linesize[4];         ///< bytes
    int offset[4];           ///< of the planes, bytes
    X11ShmpoolConvert convert; ///< where the pixels are others
} X11ShmpoolPicture;

/** Allocate an X11ShmpoolPicture in a buffer, to be shared between threads.
 *  @return NULL if there is no memory */
AVBufferRef *x11shmpool_picture_alloc(void);

/**
 * @param from the slots' format, copied
 * @param log  AVClass context
 * @return 0; AVERROR(EINVAL) with a line logged if a packet would not fit in an
 *         int; AVERROR(ENOSYS) if options.native has a palette and from has none
 */
int x11shmpool_picture_init(X11ShmpoolPicture *p, const X11ShmpoolFormat *from,
                            const X11ShmpoolPictureOptions *options, void *log);

/** All of a picture. */
X11ShmpoolRect x11shmpool_picture_rect(const X11ShmpoolPicture *p);

/**
 * Bring a picture up to date with a slot, where it is none itself.
 *
 * @param data    the picture's first byte
 * @param slot    the slot's first byte
 * @param rects   what the picture lacks, within the frame; more than these may be
 *                written
 * @param palette 256 values 0xAARRGGBB where from->indexed
 */
void x11shmpool_picture_fill(const X11ShmpoolPicture *p, uint8_t *data,
                             const uint8_t *slot, const X11ShmpoolRects *rects,
                             const uint32_t *palette);

#endif /* AVDEVICE_X11SHMPOOL_PICTURE_H */
