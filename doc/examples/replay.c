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

/*
 * Instant replay: keep the last seconds of a display, and write them to a file
 * when Enter is pressed.
 *
 *   cc replay.c -o replay \
 *       $(pkg-config --cflags --libs libavdevice libavformat libavcodec libavutil)
 *   ./replay :0 10 300
 *
 * keeps the last 10 seconds, and writes replay-1.nut, replay-2.nut and so on.
 * What is kept are references to the device's own memory, which never takes more
 * than the 300 frames that are allowed: at 1920x1080 that is 2.5 GB. While
 * nothing changes on the screen all frames are one and the same memory, so that
 * a desktop takes far less than a film. Where the frames allowed do not reach
 * for all of the seconds, the oldest go first.
 */

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>

#define RATE  30
#define SPARE 3                /* slots that are left to the device */

/* The frames that are kept, the oldest first. */
typedef struct Kept {
    AVPacket **frames;
    int first, count, size;
    int slots, max_slots;      /* how much memory they are in */
} Kept;

static AVPacket *kept_at(const Kept *k, int i)
{
    return k->frames[(k->first + i) % k->size];
}

static void kept_drop_oldest(Kept *k)
{
    AVPacket *oldest = kept_at(k, 0);

    if (k->count < 2 || kept_at(k, 1)->data != oldest->data)
        k->slots--;
    av_packet_free(&oldest);
    k->first = (k->first + 1) % k->size;
    k->count--;
}

/* Takes the reference over. */
static int kept_add(Kept *k, AVPacket *packet)
{
    AVPacket *own;

    if (k->count == k->size)
        kept_drop_oldest(k);
    own = av_packet_alloc();
    if (!own)
        return AVERROR(ENOMEM);
    av_packet_move_ref(own, packet);
    if (!k->count || kept_at(k, k->count - 1)->data != own->data)
        k->slots++;
    k->frames[(k->first + k->count++) % k->size] = own;
    while (k->slots > k->max_slots)
        kept_drop_oldest(k);
    return 0;
}

/* The frames go into the file as they are: NUT takes raw video of any kind. */
static int kept_write(const Kept *k, const AVStream *from, const char *name)
{
    AVFormatContext *s = NULL;
    AVPacket *packet = av_packet_alloc();
    AVStream *to;
    int ret = avformat_alloc_output_context2(&s, NULL, "nut", name);

    if (ret < 0 || !packet)
        goto end;
    to = avformat_new_stream(s, NULL);
    if (!to) {
        ret = AVERROR(ENOMEM);
        goto end;
    }
    if ((ret = avcodec_parameters_copy(to->codecpar, from->codecpar)) < 0 ||
        (ret = avio_open(&s->pb, name, AVIO_FLAG_WRITE)) < 0)
        goto end;
    /* which of the many kinds of raw video it is */
    to->codecpar->codec_tag = avcodec_pix_fmt_to_codec_tag(from->codecpar->format);
    to->time_base      = from->time_base;
    to->avg_frame_rate = from->avg_frame_rate;
    if ((ret = avformat_write_header(s, NULL)) < 0)
        goto end;
    for (int i = 0; i < k->count && ret >= 0; i++) {
        if ((ret = av_packet_ref(packet, kept_at(k, i))) < 0)
            break;
        packet->pts -= kept_at(k, 0)->pts;
        packet->dts  = packet->pts;
        packet->stream_index = 0;
        av_packet_rescale_ts(packet, from->time_base, to->time_base);
        ret = av_write_frame(s, packet);
        av_packet_unref(packet);
    }
    if (ret >= 0)
        ret = av_write_trailer(s);
end:
    av_packet_free(&packet);
    if (s)
        avio_closep(&s->pb);
    avformat_free_context(s);
    return ret;
}

/* Enter was pressed: 1; standard input was closed: -1. */
static int key(void)
{
    struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
    char c;

    while (poll(&p, 1, 0) > 0) {
        if (read(STDIN_FILENO, &c, 1) != 1)
            return -1;
        if (c == '\n')
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    AVFormatContext *s = NULL;
    AVDictionary *options = NULL;
    AVPacket *packet = av_packet_alloc();
    Kept kept = { 0 };
    int seconds, pressed, written = 0, ret;

    if (argc < 4 || (seconds = atoi(argv[2])) < 1 || atoi(argv[3]) <= SPARE) {
        fprintf(stderr, "usage: %s DISPLAY SECONDS SLOTS\n"
                "Enter writes what is kept, the end of the input ends.\n",
                argv[0]);
        av_packet_free(&packet);
        return 1;
    }
    kept.size      = seconds * RATE;
    kept.max_slots = atoi(argv[3]) - SPARE;
    kept.frames    = calloc(kept.size, sizeof(*kept.frames));

    avdevice_register_all();
    av_dict_set_int(&options, "framerate", RATE, 0);
    av_dict_set(&options, "pool_size", argv[3], 0);
    ret = packet && kept.frames ?
          avformat_open_input(&s, argv[1], av_find_input_format("x11shmpool"),
                              &options) : AVERROR(ENOMEM);
    av_dict_free(&options);

    while (ret >= 0 && (pressed = key()) >= 0) {
        if ((ret = av_read_frame(s, packet)) < 0 ||
            (ret = kept_add(&kept, packet)) < 0)
            break;
        if (pressed) {
            char name[32];

            snprintf(name, sizeof(name), "replay-%d.nut", ++written);
            ret = kept_write(&kept, s->streams[0], name);
            if (ret >= 0)
                printf("%s: %d frames of %d slots, %.1f seconds\n", name,
                       kept.count, kept.slots,
                       (kept_at(&kept, kept.count - 1)->pts -
                        kept_at(&kept, 0)->pts) *
                       av_q2d(s->streams[0]->time_base));
            fflush(stdout);
        }
    }
    if (ret < 0)
        fprintf(stderr, "%s: %s\n", argv[1], av_err2str(ret));

    while (kept.count)
        kept_drop_oldest(&kept);
    free(kept.frames);
    av_packet_free(&packet);
    avformat_close_input(&s);
    return ret < 0;
}
