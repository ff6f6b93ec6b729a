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

#ifndef AVDEVICE_X11SHMPOOL_COMPAT_H
#define AVDEVICE_X11SHMPOOL_COMPAT_H

/**
 * @file
 * What differs between FFmpeg releases, and between a build inside FFmpeg's
 * tree and the overlay outside of it. FFmpeg 5.1 to 9.x. No other file may
 * ask for an FFmpeg version.
 *
 * The device defines its format as
 * @code
 * X11SHMPOOL_PLAY_PAUSE_DECLARE(x11shmpool_play, x11shmpool_pause)
 *
 * const X11SHMPOOL_DEMUXER ff_x11shmpool_demuxer = {
 *     X11SHMPOOL_P(name)  = "x11shmpool",
 *     X11SHMPOOL_P(flags) = AVFMT_NOFILE,
 *     .priv_data_size     = sizeof(...),
 *     .flags_internal     = X11SHMPOOL_FLAG_INIT_CLEANUP,
 *     .read_header        = ...,
 *     X11SHMPOOL_PLAY_PAUSE(x11shmpool_play, x11shmpool_pause)
 * };
 * @endcode
 */

#include "config.h"

#include "libavcodec/avcodec.h"
#include "libavdevice/avdevice.h"
#include "libavformat/avformat.h"

#include "libavcodec/version.h"
#include "libavformat/version.h"
#ifdef X11SHMPOOL_OVERLAY
#include "libavdevice/version.h"
#include "libavutil/attributes.h"
#else
#include "libavutil/internal.h"
#include "libavformat/internal.h"
#if LIBAVFORMAT_VERSION_MAJOR >= 61
#include "libavformat/demux.h"
#endif
#endif

#if LIBAVFORMAT_VERSION_MAJOR < 59 || LIBAVFORMAT_VERSION_MAJOR > 63
#error "x11shmpool knows FFmpeg 5.1 to 9.x (libavformat 59 to 63)"
#endif

/* libavformat 61 split the demuxer's struct into a public part and a private
 * one that is not installed. */
#if LIBAVFORMAT_VERSION_MAJOR >= 61
#define X11SHMPOOL_DEMUXER  FFInputFormat
#define X11SHMPOOL_P(field) .p.field
#else
#define X11SHMPOOL_DEMUXER  AVInputFormat
#define X11SHMPOOL_P(field) .field
#endif

/* AVVideoHint came with FFmpeg 6.1, as did AV_FRAME_FLAG_KEY. */
#define X11SHMPOOL_HAVE_HINTS \
    (LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 29, 100))

/* The decoder of wrapped frames adds a packet's metadata to theirs; before
 * FFmpeg 7.1 it may lose the memory instead. */
#define X11SHMPOOL_WRAPPED_METADATA \
    (avcodec_version() >= AV_VERSION_INT(61, 19, 100))

/* Up to FFmpeg 8.0 the scaler that ffmpeg inserts when frames change their size
 * keeps hints as they are, and libx264 writes where they point. */
#define X11SHMPOOL_SCALERS_KEEP_HINTS \
    (avutil_version() < AV_VERSION_INT(60, 26, 100))

/* read_play and read_pause became read_set_state and handle_command within
 * libavformat 62: FFmpeg 8.0 has the former, 8.1 the latter. */
#define X11SHMPOOL_SET_STATE_VERSION AV_VERSION_INT(62, 10, 100)

#ifdef X11SHMPOOL_OVERLAY

/* Exported by libavformat, declared in headers that are not installed. */
void avpriv_set_pts_info(AVStream *st, int pts_wrap_bits,
                         unsigned int pts_num, unsigned int pts_den);

#if LIBAVFORMAT_VERSION_MAJOR >= 61

/** libavformat's private demuxer struct as majors 61 to 63 lay it out. */
typedef struct FFInputFormat {
    AVInputFormat p;
    enum AVCodecID raw_codec_id;
    int priv_data_size;
    int flags_internal;
    int (*read_probe)(const AVProbeData *);
    int (*read_header)(AVFormatContext *);
    int (*read_packet)(AVFormatContext *, AVPacket *);
    int (*read_close)(AVFormatContext *);
    int (*read_seek)(AVFormatContext *, int, int64_t, int);
    int64_t (*read_timestamp)(AVFormatContext *, int, int64_t *, int64_t);
#if LIBAVFORMAT_VERSION_MAJOR < 62
    int (*read_play)(AVFormatContext *);
    int (*read_pause)(AVFormatContext *);
#else
    int (*read_set_state)(AVFormatContext *, int);
    int (*handle_command)(AVFormatContext *, int, int, void *);
#endif
    int (*read_seek2)(AVFormatContext *, int, int64_t, int64_t, int64_t, int);
    int (*get_device_list)(AVFormatContext *, struct AVDeviceInfoList *);
} FFInputFormat;

struct FFOutputFormat;
void avpriv_register_devices(const struct FFOutputFormat *const o[],
                             const struct FFInputFormat *const i[]);
typedef const struct FFOutputFormat *X11ShmpoolMuxerRef;

#else

void avpriv_register_devices(const AVOutputFormat *const o[],
                             const AVInputFormat *const i[]);
typedef const AVOutputFormat *X11ShmpoolMuxerRef;

#endif

typedef const X11SHMPOOL_DEMUXER *X11ShmpoolDemuxerRef;

#define X11SHMPOOL_FLAG_INIT_CLEANUP (1 << 0)

#ifndef NULL_IF_CONFIG_SMALL
#define NULL_IF_CONFIG_SMALL(x) x
#endif

#else /* X11SHMPOOL_OVERLAY */

#ifdef FF_INFMT_FLAG_INIT_CLEANUP
#define X11SHMPOOL_FLAG_INIT_CLEANUP FF_INFMT_FLAG_INIT_CLEANUP
#else
#define X11SHMPOOL_FLAG_INIT_CLEANUP FF_FMT_INIT_CLEANUP
#endif

#endif /* X11SHMPOOL_OVERLAY */

/**
 * X11SHMPOOL_PLAY_PAUSE_DECLARE(play, pause) goes before the demuxer's struct,
 * X11SHMPOOL_PLAY_PAUSE(play, pause) among its initialisers. Both callbacks
 * take an AVFormatContext and return 0 or an AVERROR.
 */
#if LIBAVFORMAT_VERSION_MAJOR < 62 || !defined(X11SHMPOOL_OVERLAY) && \
    LIBAVFORMAT_VERSION_INT < X11SHMPOOL_SET_STATE_VERSION

#define X11SHMPOOL_PLAY_PAUSE_DECLARE(play, pause)
#define X11SHMPOOL_PLAY_PAUSE(play, pause)                                  \
    .read_play  = play,                                                     \
    .read_pause = pause,

#elif LIBAVFORMAT_VERSION_MAJOR == 62 && defined(X11SHMPOOL_OVERLAY)

/* Built with either release of major 62, run with either: the two members hold
 * functions that serve both meanings. An older libavformat calls them with the
 * context alone, so the version is asked for before another argument is read;
 * surplus parameters are harmless in every C ABI that FFmpeg runs on. */
#define X11SHMPOOL_PLAY_PAUSE_DECLARE(play, pause)                          \
static int x11shmpool_compat_set_state(AVFormatContext *s, int state)       \
{                                                                           \
    if (avformat_version() < X11SHMPOOL_SET_STATE_VERSION)                  \
        return play(s);                                                     \
    return state ? pause(s) : play(s);                                      \
}                                                                           \
                                                                            \
static int x11shmpool_compat_command(AVFormatContext *s, int opt, int id,   \
                                     void *data)                            \
{                                                                           \
    if (avformat_version() < X11SHMPOOL_SET_STATE_VERSION)                  \
        return pause(s);                                                    \
    (void)opt;                                                              \
    (void)id;                                                               \
    (void)data;                                                             \
    return AVERROR(ENOSYS);                                                 \
}
#define X11SHMPOOL_PLAY_PAUSE(play, pause)                                  \
    .read_set_state = x11shmpool_compat_set_state,                          \
    .handle_command = x11shmpool_compat_command,

#else

#ifdef X11SHMPOOL_OVERLAY
#define X11SHMPOOL_STREAM_STATE int
#else
#define X11SHMPOOL_STREAM_STATE enum FFInputFormatStreamState
#endif
/* States: 0 is play, 1 is pause. */
#define X11SHMPOOL_PLAY_PAUSE_DECLARE(play, pause)                          \
static int x11shmpool_compat_set_state(AVFormatContext *s,                  \
                                       X11SHMPOOL_STREAM_STATE state)       \
{                                                                           \
    return state ? pause(s) : play(s);                                      \
}
#define X11SHMPOOL_PLAY_PAUSE(play, pause)                                  \
    .read_set_state = x11shmpool_compat_set_state,

#endif

/** Set the frame rate of an AVCodecParameters, if it has one. */
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 11, 100)
#define X11SHMPOOL_SET_FRAMERATE(par, rate) ((void)((par)->framerate = (rate)))
#else
#define X11SHMPOOL_SET_FRAMERATE(par, rate) ((void)(par), (void)(rate))
#endif

/** The device, defined in x11shmpool.c. */
extern const X11SHMPOOL_DEMUXER ff_x11shmpool_demuxer;

#endif /* AVDEVICE_X11SHMPOOL_COMPAT_H */
