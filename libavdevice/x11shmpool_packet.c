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

#include "libavutil/attributes.h"
#include "libavutil/avutil.h"
#include "libavutil/buffer.h"
#include "libavutil/dict.h"
#include "libavutil/error.h"
#include "libavutil/frame.h"
#include "libavutil/intreadwrite.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mathematics.h"
#include "libavutil/mem.h"

#include "x11shmpool_compat.h"
#include "x11shmpool_packet.h"
#include "x11shmpool_picture.h"
#include "x11shmpool_pool.h"

#if X11SHMPOOL_HAVE_HINTS
#include "libavutil/video_hint.h"

/* libavutil may be a newer one than this was built with, whose AVFrame is
 * larger; decoders check that a packet is no smaller than theirs. */
#define WRAPPED_SIZE (sizeof(AVFrame) + 256)
#endif

static const X11ShmpoolPicture *picture_of(const X11ShmpoolFrame *frame)
{
    return (const X11ShmpoolPicture *)frame->picture->data;
}

static int make_metadata(const X11ShmpoolFrame *frame,
                         const X11ShmpoolRects *rects, AVDictionary **dict)
{
    const X11ShmpoolFormat *f = &picture_of(frame)->from;
    const int64_t all         = (int64_t)f->width * f->height;
    const int64_t area        = FFMIN(x11shmpool_rects_area(rects), all);
    const X11ShmpoolRect box  = x11shmpool_rects_box(rects);
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
    int ret = 0;

    *dict = NULL;
    for (int i = 0; i < (int)FF_ARRAY_ELEMS(values) && ret >= 0; i++)
        ret = av_dict_set_int(dict, values[i].key, values[i].value, 0);
    if (ret < 0)
        av_dict_free(dict);
    return FFMIN(ret, 0);
}

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

static int add_size(AVPacket *pkt, const X11ShmpoolFormat *f)
{
    uint8_t *data = av_packet_new_side_data(pkt, AV_PKT_DATA_PARAM_CHANGE, 12);

    if (!data)
        return AVERROR(ENOMEM);
    AV_WL32(data,     AV_SIDE_DATA_PARAM_CHANGE_DIMENSIONS);
    AV_WL32(data + 4, f->width);
    AV_WL32(data + 8, f->height);
    return 0;
}

static int add_metadata(AVPacket *pkt, const X11ShmpoolFrame *frame,
                        const X11ShmpoolRects *rects)
{
    AVDictionary *dict;
    uint8_t *data;
    size_t size;
    int ret;

    if ((ret = make_metadata(frame, rects, &dict)) < 0)
        return ret;
    data = av_packet_pack_dictionary(dict, &size);
    ret  = data ? av_packet_add_side_data(pkt, AV_PKT_DATA_STRINGS_METADATA,
                                          data, size) : AVERROR(ENOMEM);
    if (ret < 0)
        av_free(data);
    av_dict_free(&dict);
    return FFMIN(ret, 0);
}

static int fill_raw(AVPacket *pkt, const X11ShmpoolFrame *frame, int resized,
                    const X11ShmpoolRects *rects)
{
    int ret;

    pkt->buf = x11shmpool_pool_publish(frame->buf);
    if (!pkt->buf)
        return AVERROR(ENOMEM);
    pkt->data = pkt->buf->data;
    pkt->size = picture_of(frame)->size;

    ret = add_palette(pkt, frame->palette);
    if (ret >= 0 && resized)
        ret = add_size(pkt, &picture_of(frame)->from);
    if (ret >= 0 && rects)
        ret = add_metadata(pkt, frame, rects);
    return ret;
}

#if X11SHMPOOL_HAVE_HINTS

static int add_planes(AVFrame *out, const X11ShmpoolFrame *frame)
{
    const X11ShmpoolPicture *p = picture_of(frame);

    out->buf[0] = x11shmpool_pool_publish(frame->buf);
    if (!out->buf[0])
        return AVERROR(ENOMEM);
    for (int i = 0; i < 4 && p->linesize[i]; i++) {
        out->data[i]     = out->buf[0]->data + p->offset[i];
        out->linesize[i] = p->linesize[i];
    }
    if (frame->palette) {
        out->buf[1] = av_buffer_ref(frame->palette);
        if (!out->buf[1])
            return AVERROR(ENOMEM);
        out->data[1] = out->buf[1]->data;
    }
    return 0;
}

static void describe(AVFrame *out, const X11ShmpoolPicture *p,
                     const AVPacket *pkt)
{
    out->width           = p->from.width;
    out->height          = p->from.height;
    out->format          = p->pix_fmt;
    out->colorspace      = p->color_space;
    out->color_range     = p->color_range;
    out->color_primaries = AVCOL_PRI_BT709;
    out->color_trc       = AVCOL_TRC_IEC61966_2_1;
    out->chroma_location = p->chroma_location;
    out->flags          |= AV_FRAME_FLAG_KEY;
    out->pict_type       = AV_PICTURE_TYPE_I;
    out->pts             = pkt->pts;
    out->pkt_dts         = pkt->dts;
    out->duration        = pkt->duration;
}

static int is_whole(const X11ShmpoolRects *rects, X11ShmpoolRect frame)
{
    for (int i = 0; i < rects->nb; i++) {
        if (x11shmpool_rect_equal(rects->list[i], frame))
            return 1;
    }
    return 0;
}

static int add_hint(AVFrame *out, const X11ShmpoolRects *rects)
{
    AVVideoHint *hint = av_video_hint_create_side_data(out, rects->nb);

    if (!hint)
        return AVERROR(ENOMEM);
    hint->type = AV_VIDEO_HINT_TYPE_CHANGED;
    for (int i = 0; i < rects->nb; i++) {
        const X11ShmpoolRect *r = &rects->list[i];

        *av_video_hint_get_rect(hint, i) = (AVVideoRect){ r->x, r->y,
                                                          r->w, r->h };
    }
    return 0;
}

static void free_wrapped(void *opaque av_unused, uint8_t *data)
{
    av_frame_unref((AVFrame *)data);
    av_free(data);
}

/* Takes what is in the frame. */
static int wrap(AVPacket *pkt, AVFrame *frame)
{
    uint8_t *data = av_mallocz(WRAPPED_SIZE);

    if (!data)
        return AVERROR(ENOMEM);
    pkt->buf = av_buffer_create(data, WRAPPED_SIZE, free_wrapped, NULL, 0);
    if (!pkt->buf) {
        av_free(data);
        return AVERROR(ENOMEM);
    }
    av_frame_move_ref((AVFrame *)data, frame);
    pkt->data   = data;
    pkt->size   = WRAPPED_SIZE;
    pkt->flags |= AV_PKT_FLAG_TRUSTED;
    return 0;
}

static int fill_wrapped(AVPacket *pkt, const X11ShmpoolFrame *frame,
                        const X11ShmpoolRects *rects,
                        const X11ShmpoolRects *hint)
{
    const X11ShmpoolPicture *p = picture_of(frame);
    AVFrame *out = av_frame_alloc();
    int ret;

    if (!out)
        return AVERROR(ENOMEM);
    ret = add_planes(out, frame);
    describe(out, p, pkt);
    if (ret >= 0 && rects)
        ret = X11SHMPOOL_WRAPPED_METADATA ?
              add_metadata(pkt, frame, rects) :
              make_metadata(frame, rects, &out->metadata);
    if (ret >= 0 && hint && !is_whole(hint, x11shmpool_picture_rect(p)))
        ret = add_hint(out, hint);
    if (ret >= 0)
        ret = wrap(pkt, out);
    av_frame_free(&out);
    return ret;
}

#else

static int fill_wrapped(AVPacket *pkt av_unused,
                        const X11ShmpoolFrame *frame av_unused,
                        const X11ShmpoolRects *rects av_unused,
                        const X11ShmpoolRects *hint av_unused)
{
    return AVERROR(ENOSYS);
}

#endif

int x11shmpool_packets_check(const X11ShmpoolPackets *p, void *log)
{
    if (X11SHMPOOL_HAVE_HINTS || !p->hints)
        return 0;
    av_log(log, AV_LOG_ERROR, "damage_hints needs FFmpeg 6.1 or newer, and this "
           "is %s.\n", av_version_info());
    return AVERROR(ENOSYS);
}

int x11shmpool_packets_fill(X11ShmpoolPackets *p, X11ShmpoolEngine *engine,
                            const X11ShmpoolFrame *frame, AVPacket *pkt)
{
    const X11ShmpoolFormat *f = &picture_of(frame)->from;
    const int resized = p->width != f->width || p->height != f->height;
    const int hinted  = !X11SHMPOOL_SCALERS_KEEP_HINTS ||
                        (f->width == p->first_width &&
                         f->height == p->first_height);
    X11ShmpoolRects rects, hint;
    int ret;

    if (resized)
        memset(p->sequences, 0, sizeof(p->sequences));
    if (p->metadata)
        x11shmpool_engine_changes(engine, p->sequences[0], frame, &rects);
    if (p->hints)
        x11shmpool_engine_changes(engine, p->sequences[p->hints - 1], frame,
                                  &hint);
    ret = p->hints ?
          fill_wrapped(pkt, frame, p->metadata ? &rects : NULL,
                       hinted ? &hint : NULL) :
          fill_raw(pkt, frame, resized, p->metadata ? &rects : NULL);
    if (ret < 0)
        return ret;

    p->width  = f->width;
    p->height = f->height;
    if (!p->first_width) {
        p->first_width  = f->width;
        p->first_height = f->height;
    }
    memmove(p->sequences + 1, p->sequences,
            sizeof(p->sequences) - sizeof(*p->sequences));
    p->sequences[0] = frame->sequence;
    return 0;
}
