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
 * x11shmpool input device: X11 screen capture into a pool of shared memory
 */

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <xcb/xcb.h>

#include "config.h"

#include "libavcodec/packet.h"
#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/dict.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/macros.h"
#include "libavutil/mathematics.h"
#include "libavutil/mem.h"
#include "libavutil/opt.h"
#include "libavutil/parseutils.h"

#include "x11shmpool_compat.h"
#include "x11shmpool_display.h"
#include "x11shmpool_engine.h"
#include "x11shmpool_frames.h"
#include "x11shmpool_list.h"
#include "x11shmpool_packet.h"
#include "x11shmpool_picture.h"
#include "x11shmpool_reminder.h"
#include "x11shmpool_source.h"
#include "x11shmpool_target.h"
#include "x11shmpool_url.h"
#include "x11shmpool_wait.h"

/* How it is captured, as options say it: words are those of parse_choice(). */
typedef struct X11ShmpoolSettings {
    char *framerate;
    int draw_mouse;
    int show_region;
    int region_border;
    char *shm;
    int pool_size;
    char *damage;
    char *unchanged;
    char *on_resize;
    char *on_close;
    char *pixel_format;
    char *colorspace;
    char *color_range;
} X11ShmpoolSettings;

typedef struct X11ShmpoolContext {
    const AVClass *class;
    X11ShmpoolTarget target;
    X11ShmpoolSettings o;
    X11ShmpoolStats stats;

    X11ShmpoolDisplay display;
    X11ShmpoolSource source;
    X11ShmpoolWait wait;     ///< only with on_close=wait
    X11ShmpoolFrames frames;
    X11ShmpoolEngine *engine;
    X11ShmpoolPackets packets;
    AVRational rate;
    X11ShmpoolReminder reminder;
} X11ShmpoolContext;

#define MAX_FRAMERATE 1000

/* For listing devices, which may have no interrupt callback. */
#define LISTING_US 5000000

#define OFFSET(field) offsetof(X11ShmpoolContext, field)
#define D AV_OPT_FLAG_DECODING_PARAM
#define S (AV_OPT_FLAG_EXPORT | AV_OPT_FLAG_READONLY | D)

static const AVOption options[] = {
    { "display", "the display to capture or to list the devices of, where the URL names none", OFFSET(target.display), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, D, NULL },
    { "monitor", "capture this monitor: its name, primary, or its number in the listing", OFFSET(target.monitor), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, D, NULL },
    { "window_id", "capture this window instead of the screen, decimal or 0x hexadecimal", OFFSET(target.window_id), AV_OPT_TYPE_INT, { .i64 = XCB_NONE }, 0, UINT32_MAX, D, "window_id" },
    { "pick", "the window that is clicked on", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_PICK }, 0, 0, D, "window_id" },
    { "window_title", "capture the topmost window whose title contains this", OFFSET(target.window_title), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, D, NULL },
    { "window_class", "capture the topmost window whose class or instance is this", OFFSET(target.window_class), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, D, NULL },
    { "grab_x", "left edge of the captured region, in pixels", OFFSET(target.x), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, INT16_MAX, D, NULL },
    { "grab_y", "top edge of the captured region, in pixels", OFFSET(target.y), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, INT16_MAX, D, NULL },
    { "x", "left edge of the captured region, as x11grab also calls grab_x", OFFSET(target.x), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, INT16_MAX, D, NULL },
    { "y", "top edge of the captured region, as x11grab also calls grab_y; ffmpeg has a -y of its own", OFFSET(target.y), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, INT16_MAX, D, NULL },
    { "video_size", "size of the captured region, such as 640x480 or hd720; by default all there is", OFFSET(target.width), AV_OPT_TYPE_IMAGE_SIZE, { .str = NULL }, 0, 0, D, NULL },
    { "framerate", "frames per second, as a number, a ratio or a name such as ntsc", OFFSET(o.framerate), AV_OPT_TYPE_STRING, { .str = "ntsc" }, 0, 0, D, NULL },
    { "draw_mouse", "draw the mouse pointer", OFFSET(o.draw_mouse), AV_OPT_TYPE_INT, { .i64 = 1 }, 0, 1, D, NULL },
    { "follow_mouse", "move the region when the pointer comes closer to its edge than this many pixels", OFFSET(target.follow_mouse), AV_OPT_TYPE_INT, { .i64 = 0 }, X11SHMPOOL_FOLLOW_CENTERED, INT_MAX, D, "follow_mouse" },
    { "centered", "keep the pointer at the centre of the region", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_FOLLOW_CENTERED }, 0, 0, D, "follow_mouse" },
    { "show_region", "show a border around the captured region on the screen", OFFSET(o.show_region), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 1, D, NULL },
    { "region_border", "thickness of the border of show_region, in pixels", OFFSET(o.region_border), AV_OPT_TYPE_INT, { .i64 = 3 }, 1, 128, D, NULL },
    { "select_region", "choose the region by dragging the pointer over the screen", OFFSET(target.select_region), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, D, NULL },
    { "shm", "memory that frames are captured into", OFFSET(o.shm), AV_OPT_TYPE_STRING, { .str = "auto" }, 0, 0, D, "shm" },
    { "auto", "the best that works with the X server", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_SHM_AUTO }, 0, 0, D, "shm" },
    { "memfd", "shared, passed to the X server as a file descriptor", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_SHM_MEMFD }, 0, 0, D, "shm" },
    { "sysv", "shared, System V", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_SHM_SYSV }, 0, 0, D, "shm" },
    { "off", "not shared, pixels travel over the socket", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_SHM_OFF }, 0, 0, D, "shm" },
    { "pool_size", "the most frames that may exist at a time; 0 for as many as fit in 256 MiB (4 to 16), growing up to 2 GiB (512 MiB in a 32-bit program) if all are held", OFFSET(o.pool_size), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 4096, D, NULL },
    { "damage", "capture only what changed", OFFSET(o.damage), AV_OPT_TYPE_STRING, { .str = "auto" }, 0, 0, D, "damage" },
    { "auto", "if the X server can tell", 0, AV_OPT_TYPE_CONST, { .i64 = -1 }, 0, 0, D, "damage" },
    { "on", "always, fail if the X server can't tell", 0, AV_OPT_TYPE_CONST, { .i64 = 1 }, 0, 0, D, "damage" },
    { "off", "never, capture every frame whole", 0, AV_OPT_TYPE_CONST, { .i64 = 0 }, 0, 0, D, "damage" },
    { "unchanged", "what to do when nothing changed since the last frame", OFFSET(o.unchanged), AV_OPT_TYPE_STRING, { .str = "repeat" }, 0, 0, D, "unchanged" },
    { "repeat", "return the last frame again", 0, AV_OPT_TYPE_CONST, { .i64 = 0 }, 0, 0, D, "unchanged" },
    { "skip", "return nothing, except one frame a second", 0, AV_OPT_TYPE_CONST, { .i64 = 1 }, 0, 0, D, "unchanged" },
    { "on_resize", "what to do when the captured screen or window changes its size", OFFSET(o.on_resize), AV_OPT_TYPE_STRING, { .str = "pad" }, 0, 0, D, "on_resize" },
    { "pad", "keep the size of the video, crop or fill with black", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_RESIZE_PAD }, 0, 0, D, "on_resize" },
    { "eof", "end the stream", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_RESIZE_EOF }, 0, 0, D, "on_resize" },
    { "follow", "go on in the new size", 0, AV_OPT_TYPE_CONST, { .i64 = X11SHMPOOL_RESIZE_FOLLOW }, 0, 0, D, "on_resize" },
    { "on_close", "what to do when the captured window is closed, or there is none yet", OFFSET(o.on_close), AV_OPT_TYPE_STRING, { .str = "eof" }, 0, 0, D, "on_close" },
    { "eof", "end the stream, or fail", 0, AV_OPT_TYPE_CONST, { .i64 = 0 }, 0, 0, D, "on_close" },
    { "wait", "return black frames until there is a window of that title or class", 0, AV_OPT_TYPE_CONST, { .i64 = 1 }, 0, 0, D, "on_close" },
    { "pixel_format", "pixels of the frames; only what changed is converted", OFFSET(o.pixel_format), AV_OPT_TYPE_STRING, { .str = "native" }, 0, 0, D, "pixel_format" },
    { "native", "what the X server has", 0, AV_OPT_TYPE_CONST, { .i64 = AV_PIX_FMT_NONE }, 0, 0, D, "pixel_format" },
    { "yuv420p", "for most encoders and players", 0, AV_OPT_TYPE_CONST, { .i64 = AV_PIX_FMT_YUV420P }, 0, 0, D, "pixel_format" },
    { "nv12", "the same with interleaved chroma, for encoders in hardware", 0, AV_OPT_TYPE_CONST, { .i64 = AV_PIX_FMT_NV12 }, 0, 0, D, "pixel_format" },
    { "yuv444p", "chroma of every pixel", 0, AV_OPT_TYPE_CONST, { .i64 = AV_PIX_FMT_YUV444P }, 0, 0, D, "pixel_format" },
    { "rgb24", "three bytes a pixel", 0, AV_OPT_TYPE_CONST, { .i64 = AV_PIX_FMT_RGB24 }, 0, 0, D, "pixel_format" },
    { "gray", "luma only", 0, AV_OPT_TYPE_CONST, { .i64 = AV_PIX_FMT_GRAY8 }, 0, 0, D, "pixel_format" },
    { "colorspace", "matrix of the YUV formats and gray", OFFSET(o.colorspace), AV_OPT_TYPE_STRING, { .str = "bt709" }, 0, 0, D, "colorspace" },
    { "bt709", "of HD video", 0, AV_OPT_TYPE_CONST, { .i64 = AVCOL_SPC_BT709 }, 0, 0, D, "colorspace" },
    { "smpte170m", "of SD video, BT.601", 0, AV_OPT_TYPE_CONST, { .i64 = AVCOL_SPC_SMPTE170M }, 0, 0, D, "colorspace" },
    { "color_range", "range of the YUV formats and gray", OFFSET(o.color_range), AV_OPT_TYPE_STRING, { .str = "tv" }, 0, 0, D, "color_range" },
    { "tv", "limited, 16 to 235", 0, AV_OPT_TYPE_CONST, { .i64 = AVCOL_RANGE_MPEG }, 0, 0, D, "color_range" },
    { "pc", "full, 0 to 255", 0, AV_OPT_TYPE_CONST, { .i64 = AVCOL_RANGE_JPEG }, 0, 0, D, "color_range" },
    { "damage_metadata", "put what changed into the metadata of each packet", OFFSET(packets.metadata), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, D, NULL },
    { "damage_hints", "return frames with a hint for encoders of what changed during the last so many of them; 0 for none", OFFSET(packets.hints), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, X11SHMPOOL_HINTS, D, NULL },
    { "stat_captured", "frames captured so far", OFFSET(stats.captured), AV_OPT_TYPE_INT64, { .i64 = 0 }, 0, (double)INT64_MAX, S, NULL },
    { "stat_repeated", "frames returned again so far because nothing had changed", OFFSET(stats.repeated), AV_OPT_TYPE_INT64, { .i64 = 0 }, 0, (double)INT64_MAX, S, NULL },
    { "stat_dropped", "frames dropped so far because all memory was in use or the queue was full", OFFSET(stats.dropped), AV_OPT_TYPE_INT64, { .i64 = 0 }, 0, (double)INT64_MAX, S, NULL },
    { "stat_missed", "frames not captured so far because their time had passed", OFFSET(stats.missed), AV_OPT_TYPE_INT64, { .i64 = 0 }, 0, (double)INT64_MAX, S, NULL },
    { "stat_slots", "frames that memory exists for now", OFFSET(stats.slots), AV_OPT_TYPE_INT64, { .i64 = 0 }, 0, (double)INT64_MAX, S, NULL },
    { 0 },
};

static const AVClass x11shmpool_class = {
    .class_name = "x11shmpool indev",
    .item_name  = av_default_item_name,
    .option     = options,
    .version    = LIBAVUTIL_VERSION_INT,
    .category   = AV_CLASS_CATEGORY_DEVICE_VIDEO_INPUT,
};

/* As libavutil parses named constants, but the error for a wrong value lists
 * the right ones. */
static av_cold int parse_choice(AVFormatContext *s, const char *option,
                                const char *value, int *choice)
{
    char legal[64] = "";

    for (const AVOption *o = options; o->name; o++) {
        if (o->type != AV_OPT_TYPE_CONST || strcmp(o->unit, option))
            continue;
        if (value && !strcmp(o->name, value)) {
            *choice = o->default_val.i64;
            return 0;
        }
        av_strlcatf(legal, sizeof(legal), "%s%s", *legal ? ", " : "", o->name);
    }
    av_log(s, AV_LOG_ERROR, "%s '%s' is none of %s.\n", option,
           value ? value : "", legal);
    return AVERROR(EINVAL);
}

/* What opening takes that may have to wait for the server. */
typedef struct Opening {
    AVFormatContext *s;
    X11ShmpoolUrl url;
    X11ShmpoolFramesOptions frames;
    X11ShmpoolCaptureOptions capture;
    X11ShmpoolPictureOptions picture;
} Opening;

static av_cold int parse_options(Opening *opening)
{
    AVFormatContext *s          = opening->s;
    X11ShmpoolContext *c        = s->priv_data;
    X11ShmpoolFramesOptions *f  = &opening->frames;
    X11ShmpoolCaptureOptions *o = &opening->capture;
    int shm, on_resize, pix_fmt, color_space, color_range, ret;

    *f = (X11ShmpoolFramesOptions){ .pool_size = c->o.pool_size };
    *o = (X11ShmpoolCaptureOptions){
        .draw_mouse    = c->o.draw_mouse,
        .region_border = c->o.show_region ? c->o.region_border : 0,
        .need_rects    = c->packets.metadata || c->packets.hints,
    };
    if ((ret = parse_choice(s, "shm", c->o.shm, &shm)) < 0 ||
        (ret = parse_choice(s, "damage", c->o.damage, &o->damage)) < 0 ||
        (ret = parse_choice(s, "unchanged", c->o.unchanged,
                            &f->skip_unchanged)) < 0 ||
        (ret = parse_choice(s, "on_resize", c->o.on_resize,
                            &on_resize)) < 0 ||
        (ret = parse_choice(s, "on_close", c->o.on_close,
                            &c->target.on_close_wait)) < 0 ||
        (ret = parse_choice(s, "pixel_format", c->o.pixel_format,
                            &pix_fmt)) < 0 ||
        (ret = parse_choice(s, "colorspace", c->o.colorspace,
                            &color_space)) < 0 ||
        (ret = parse_choice(s, "color_range", c->o.color_range,
                            &color_range)) < 0 ||
        (ret = x11shmpool_packets_check(&c->packets, s)) < 0)
        return ret;
    f->shm           = shm;
    o->on_resize     = on_resize;
    o->need_changed  = f->skip_unchanged;
    o->need_rects   |= pix_fmt != AV_PIX_FMT_NONE;
    opening->picture = (X11ShmpoolPictureOptions){
        .pix_fmt     = pix_fmt,
        .color_space = color_space,
        .color_range = color_range,
        .for_frames  = !!c->packets.hints,
    };

    ret = c->o.framerate ? av_parse_video_rate(&c->rate, c->o.framerate) :
                         AVERROR(EINVAL);
    if (ret < 0 || av_cmp_q(c->rate, (AVRational){ MAX_FRAMERATE, 1 }) > 0) {
        av_log(s, AV_LOG_ERROR, "framerate '%s' is not a frame rate above 0 "
               "and up to %d: give a number, a ratio such as 30000/1001 or a "
               "name such as ntsc.\n", c->o.framerate ? c->o.framerate : "",
               MAX_FRAMERATE);
        return AVERROR(EINVAL);
    }
    f->heartbeat = FFMAX(c->rate.num / c->rate.den, 1);

    return 0;
}

static av_cold int add_stream(AVFormatContext *s)
{
    X11ShmpoolContext *c = s->priv_data;
    const X11ShmpoolPicture *p = x11shmpool_frames_picture(&c->frames);
    AVStream *st         = avformat_new_stream(s, NULL);
    AVCodecParameters *par;

    if (!st)
        return AVERROR(ENOMEM);
    avpriv_set_pts_info(st, 64, 1, 1000000);
    st->avg_frame_rate = st->r_frame_rate = c->rate;

    par                  = st->codecpar;
    par->codec_type      = AVMEDIA_TYPE_VIDEO;
    par->codec_id        = c->packets.hints ? AV_CODEC_ID_WRAPPED_AVFRAME :
                                              AV_CODEC_ID_RAWVIDEO;
    par->format          = p->pix_fmt;
    par->width           = p->from.width;
    par->height          = p->from.height;
    par->bit_rate        = av_rescale(p->size * INT64_C(8), c->rate.num,
                                      c->rate.den);
    par->color_space     = p->color_space;
    par->color_range     = p->color_range;
    par->color_primaries = AVCOL_PRI_BT709;
    par->color_trc       = AVCOL_TRC_IEC61966_2_1;
    par->chroma_location = p->chroma_location;
    /* Makes rawvideo take the palette from the packets, whatever the rows'
     * padding looks like. */
    if (par->format == AV_PIX_FMT_PAL8)
        par->bits_per_coded_sample = 8;
    X11SHMPOOL_SET_FRAMERATE(par, c->rate);

    c->packets.width  = par->width;
    c->packets.height = par->height;
    return 0;
}

static av_cold int open_frames(void *opaque)
{
    Opening *o           = opaque;
    AVFormatContext *s   = o->s;
    X11ShmpoolContext *c = s->priv_data;
    const X11ShmpoolChanges *changes;
    const enum AVPixelFormat pix_fmt = o->picture.pix_fmt;
    int ret;

    if ((ret = x11shmpool_display_query(&c->display)) < 0 ||
        (ret = x11shmpool_target_open(&c->target, &o->url, &c->display,
                                      pix_fmt == AV_PIX_FMT_YUV420P ||
                                      pix_fmt == AV_PIX_FMT_NV12,
                                      &c->wait, &c->source)) < 0 ||
        (ret = x11shmpool_engine_alloc(&c->engine, c->rate, &changes)) < 0)
        return ret;
    o->capture.follow_mouse = c->target.follow_mouse;
    if (c->target.on_close_wait)
        o->frames.wait = &c->wait;
    return x11shmpool_frames_init(&c->frames, &c->source, &o->picture, changes,
                                  &o->frames, &o->capture);
}

static av_cold int x11shmpool_read_header(AVFormatContext *s)
{
    X11ShmpoolContext *c = s->priv_data;
    Opening o            = { .s = s };
    char *display        = NULL;
    int ret;

    if ((ret = parse_options(&o)) < 0 ||
        (ret = x11shmpool_url_parse(&o.url, s->url, s)) < 0)
        return ret;

    if ((ret = x11shmpool_target_check(&c->target, &o.url, s)) < 0 ||
        (ret = x11shmpool_target_display(&c->target, &o.url, &display)) < 0 ||
        (ret = x11shmpool_display_open(&c->display, display,
                                       &s->interrupt_callback, 0, s)) < 0)
        goto end;
    ret = x11shmpool_display_run(&c->display, open_frames, &o,
                                 &s->interrupt_callback, 0);
    x11shmpool_display_log_gone(&c->display, ret, "");
    if (ret < 0 || (ret = add_stream(s)) < 0)
        goto end;
    ret = x11shmpool_engine_start(c->engine, &c->frames);
end:
    av_free(display);
    x11shmpool_url_uninit(&o.url);
    return ret;
}

/* The thread that captures is not in a child of fork(), where its lock may be
 * held for ever. */
static int check_process(AVFormatContext *s)
{
    X11ShmpoolContext *c = s->priv_data;

    if (!x11shmpool_display_inherited(&c->display))
        return 0;
    av_log(s, AV_LOG_ERROR, "The device was opened by the parent of this "
           "process: here it can only be closed.\n");
    return AVERROR(EIO);
}

static int x11shmpool_read_packet(AVFormatContext *s, AVPacket *pkt)
{
    X11ShmpoolContext *c = s->priv_data;
    const int nonblock   = s->flags & AVFMT_FLAG_NONBLOCK;
    X11ShmpoolFrame frame;
    int ret;

    if ((ret = check_process(s)) < 0)
        return ret;
    ret = x11shmpool_engine_receive(c->engine, nonblock,
                                    &s->interrupt_callback, &frame,
                                    &pkt->pts);
    x11shmpool_engine_stats(c->engine, &c->stats);
    if (nonblock && ret == AVERROR(EAGAIN))
        return x11shmpool_reminder_get(&c->reminder, pkt);
    if (ret < 0)
        return ret;

    pkt->dts      = pkt->pts;
    pkt->duration = av_rescale(1000000, c->rate.den, c->rate.num);
    ret = x11shmpool_packets_fill(&c->packets, c->engine, &frame, pkt);
    if (ret >= 0 && nonblock)
        x11shmpool_reminder_set(&c->reminder, pkt, pkt->duration);
    x11shmpool_frame_unref(&frame);

    return ret;
}

static int x11shmpool_play(AVFormatContext *s)
{
    X11ShmpoolContext *c = s->priv_data;
    int ret              = check_process(s);

    if (ret >= 0)
        x11shmpool_engine_resume(c->engine);
    return ret;
}

static int x11shmpool_pause(AVFormatContext *s)
{
    X11ShmpoolContext *c = s->priv_data;
    int ret              = check_process(s);

    if (ret >= 0)
        x11shmpool_engine_pause(c->engine);
    x11shmpool_reminder_clear(&c->reminder);
    return ret;
}

static av_cold int x11shmpool_read_close(AVFormatContext *s)
{
    X11ShmpoolContext *c      = s->priv_data;
    const X11ShmpoolStats *st = &c->stats;

    x11shmpool_reminder_clear(&c->reminder);
    /* A child of fork() has no thread to stop, and its parent goes on. */
    if (x11shmpool_display_inherited(&c->display)) {
        x11shmpool_display_close(&c->display);
        return 0;
    }
    if (c->engine) {
        x11shmpool_engine_stats(c->engine, &c->stats);
        x11shmpool_engine_free(&c->engine);
        av_log(s, st->dropped + st->missed ? AV_LOG_WARNING : AV_LOG_VERBOSE,
               "captured %"PRId64", repeated %"PRId64", dropped %"PRId64
               ", missed %"PRId64", slots %"PRId64"\n", st->captured,
               st->repeated, st->dropped, st->missed, st->slots);
    }
    x11shmpool_frames_uninit(&c->frames);
    x11shmpool_source_close(&c->source);
    x11shmpool_display_close(&c->display);

    return 0;
}

typedef struct Listing {
    X11ShmpoolDisplay display;  /* the context's may be in use */
    AVDeviceInfoList *list;
} Listing;

static av_cold int list_devices(void *opaque)
{
    Listing *l = opaque;
    int ret    = x11shmpool_display_query(&l->display);

    return ret < 0 ? ret : x11shmpool_list_devices(&l->display, l->list);
}

static av_cold int x11shmpool_get_device_list(AVFormatContext *s,
                                              AVDeviceInfoList *list)
{
    X11ShmpoolContext *c = s->priv_data;
    Listing l            = { .list = list };
    X11ShmpoolUrl url;
    char *display;
    int ret;

    if ((ret = x11shmpool_url_parse(&url, s->url ? s->url : "", s)) < 0)
        return ret;
    ret = x11shmpool_target_display(&c->target, &url, &display);
    if (ret >= 0)
        ret = x11shmpool_display_open(&l.display, display,
                                      &s->interrupt_callback, LISTING_US, s);
    if (ret >= 0) {
        ret = x11shmpool_display_run(&l.display, list_devices, &l,
                                     &s->interrupt_callback, LISTING_US);
        x11shmpool_display_log_gone(&l.display, ret, "");
        x11shmpool_display_close(&l.display);
    }
    av_free(display);
    x11shmpool_url_uninit(&url);

    return ret;
}

X11SHMPOOL_PLAY_PAUSE_DECLARE(x11shmpool_play, x11shmpool_pause)

const X11SHMPOOL_DEMUXER ff_x11shmpool_demuxer = {
    X11SHMPOOL_P(name)       = "x11shmpool",
    X11SHMPOOL_P(long_name)  = NULL_IF_CONFIG_SMALL("X11 screen capture, into a pool of shared memory"),
    X11SHMPOOL_P(flags)      = AVFMT_NOFILE,
    X11SHMPOOL_P(priv_class) = &x11shmpool_class,
    .priv_data_size          = sizeof(X11ShmpoolContext),
    .flags_internal          = X11SHMPOOL_FLAG_INIT_CLEANUP,
    .read_header             = x11shmpool_read_header,
    .read_packet             = x11shmpool_read_packet,
    .read_close              = x11shmpool_read_close,
    .get_device_list         = x11shmpool_get_device_list,
    X11SHMPOOL_PLAY_PAUSE(x11shmpool_play, x11shmpool_pause)
};
