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

/**
 * @file
 * Gives each frame that a program decodes a video hint, as an input device
 * might: to be preloaded. $FIRST_HINT is the number of the first frame that
 * gets one, 0 unless set.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdlib.h>

#include <libavcodec/avcodec.h>
#include <libavutil/video_hint.h>

static int hinted(int ret, AVFrame *frame)
{
    static int frames;
    const char *first = getenv("FIRST_HINT");
    AVVideoHint *hint;

    if (ret < 0 || frames++ < (first ? atoi(first) : 0))
        return ret;
    hint = av_video_hint_create_side_data(frame, 1);
    if (!hint)
        return AVERROR(ENOMEM);
    hint->type = AV_VIDEO_HINT_TYPE_CHANGED;
    *av_video_hint_get_rect(hint, 0) =
        (AVVideoRect) { frame->width - 16, frame->height - 16, 16, 16 };
    return ret;
}

int avcodec_receive_frame(AVCodecContext *avctx, AVFrame *frame)
{
    int (*receive)(AVCodecContext *, AVFrame *) = dlsym(RTLD_NEXT, __func__);

    return hinted(receive(avctx, frame), frame);
}
