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

#include <string.h>

#include "libavutil/dict.h"
#include "libavutil/error.h"
#include "libavutil/macros.h"
#include "libavutil/mathematics.h"
#include "libavutil/mem.h"

#include "x11shmpool_packet.h"
#include "x11shmpool_pool.h"

static int add_palette(AVPacket *pkt, const AVBufferRef *palette)
{
    uint8_t *data;

    if (!palette)
        return 0;
    data = av_packet_new_side_data(pkt, AV_PKT_DATA_PALETTE, palette->size);
    if (!data)
        return AVERROR(ENOMEM);
    memcpy(data, palette->data, palette->size);
    return 0;
}

static int add_metadata(AVPacket *pkt, const X11ShmpoolFrame *frame,
                        const X11ShmpoolFormat *f, const X11ShmpoolRects *rects)
{
    const int64_t all        = (int64_t)f->width * f->height;
    const int64_t area       = FFMIN(x11shmpool_rects_area(rects), all);
    const X11ShmpoolRect box = x11shmpool_rects_box(rects);
    const struct {
        const char *key;
        int64_t value;
    } values[] = {
        { "lavd.x11shmpool.frame",    frame->tick },
        { "lavd.x11shmpool.changed",  rects->nb > 0 },
        { "lavd.x11shmpool.x",        box.x },
        { "lavd.x11shmpool.y",        box.y },
        { "lavd.x11shmpool.w",        box.w },
        { "lavd.x11shmpool.h",        box.h },
        { "lavd.x11shmpool.permille", av_rescale_rnd(area, 1000, all,
                                                     AV_ROUND_UP) },
    };
    AVDictionary *dict = NULL;
    uint8_t *data = NULL;
    size_t size;
    int ret = 0;

    for (int i = 0; i < (int)FF_ARRAY_ELEMS(values) && ret >= 0; i++)
        ret = av_dict_set_int(&dict, values[i].key, values[i].value, 0);
    if (ret >= 0) {
        data = av_packet_pack_dictionary(dict, &size);
        ret  = data ? av_packet_add_side_data(pkt,
                          AV_PKT_DATA_STRINGS_METADATA, data, size) :
                      AVERROR(ENOMEM);
        if (ret < 0)
            av_free(data);
    }
    av_dict_free(&dict);

    return FFMIN(ret, 0);
}

int x11shmpool_packet_init(AVPacket *pkt, const X11ShmpoolFrame *frame,
                           const X11ShmpoolPicture *picture,
                           const X11ShmpoolRects *rects)
{
    int ret;

    pkt->buf = x11shmpool_pool_publish(frame->buf);
    if (!pkt->buf)
        return AVERROR(ENOMEM);
    pkt->data = pkt->buf->data;
    pkt->size = picture->size;

    ret = add_palette(pkt, frame->palette);
    if (ret >= 0 && rects)
        ret = add_metadata(pkt, frame, picture->from, rects);
    return ret;
}
