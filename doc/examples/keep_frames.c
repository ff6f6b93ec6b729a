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
 * Record a display and keep several frames at once without copying them.
 *
 *   cc keep_frames.c -o keep_frames \
 *       $(pkg-config --cflags --libs libavdevice libavformat libavcodec libavutil)
 *   ./keep_frames :0 100
 *
 * A packet of x11shmpool is memory that the X server wrote to. Whoever holds a
 * reference to it keeps that memory from being reused, and that is all that
 * keeping a frame takes: no pixel is copied. What is limited is how many frames
 * can be kept, by the option pool_size. When all are kept, new frames are
 * dropped, and counted, until one is given back.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>

#define KEPT 5

/* How many pixels differ between two frames. */
static int64_t compare(const AVPacket *a, const AVPacket *b)
{
    int64_t different = 0;

    /* Where nothing was drawn, the device hands out the same memory again. */
    if (a->data == b->data)
        return 0;
    for (int i = 0; i + 4 <= a->size && i + 4 <= b->size; i += 4)
        different += a->data[i]     != b->data[i] ||
                     a->data[i + 1] != b->data[i + 1] ||
                     a->data[i + 2] != b->data[i + 2];
    return different;
}

static void show_counter(AVFormatContext *s, const char *name)
{
    int64_t value;

    /* The device's counters are options that can only be read. */
    if (av_opt_get_int(s->priv_data, name, 0, &value) >= 0)
        printf("%-14s %" PRId64 "\n", name, value);
}

int main(int argc, char **argv)
{
    const AVInputFormat *device;
    AVFormatContext *s = NULL;
    AVDictionary *options = NULL;
    AVPacket *kept[KEPT] = { NULL };
    int frames, ret;

    if (argc < 3) {
        fprintf(stderr, "usage: %s DISPLAY FRAMES\n", argv[0]);
        return 1;
    }
    frames = atoi(argv[2]);

    /* This is all that an application does to see libavdevice's devices. */
    avdevice_register_all();
    device = av_find_input_format("x11shmpool");
    if (!device) {
        fprintf(stderr, "This libavdevice has no x11shmpool.\n");
        return 1;
    }

    /* One slot more than is kept is being filled, another waits to be read. */
    av_dict_set(&options, "framerate", "30", 0);
    av_dict_set_int(&options, "pool_size", KEPT + 2, 0);
    ret = avformat_open_input(&s, argv[1], device, &options);
    av_dict_free(&options);
    if (ret < 0) {
        fprintf(stderr, "%s: %s\n", argv[1], av_err2str(ret));
        return 1;
    }

    for (int i = 0; i < frames; i++) {
        AVPacket **slot = &kept[i % KEPT];

        /* The oldest frame goes back to the device, which refills it. */
        av_packet_free(slot);
        *slot = av_packet_alloc();
        if (!*slot || (ret = av_read_frame(s, *slot)) < 0) {
            fprintf(stderr, "reading: %s\n", av_err2str(ret));
            av_packet_free(slot);
            break;
        }
        if (i >= KEPT - 1)
            printf("%" PRId64 ": %" PRId64 " pixels changed in %d frames\n",
                   (*slot)->pts, compare(kept[(i + 1) % KEPT], *slot),
                   KEPT - 1);
    }

    show_counter(s, "stat_captured");
    show_counter(s, "stat_repeated");
    show_counter(s, "stat_dropped");
    show_counter(s, "stat_missed");
    show_counter(s, "stat_slots");

    /* Frames outlive the device: they may be given back at any time, and on
     * any thread. */
    avformat_close_input(&s);
    for (int i = 0; i < KEPT; i++)
        av_packet_free(&kept[i]);
    return ret < 0;
}
