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
 * Keep a copy of a display up to date by copying only what changed.
 *
 *   cc changes.c -o changes \
 *       $(pkg-config --cflags --libs libavdevice libavformat libavcodec libavutil)
 *   ./changes :0 100 picture.ppm
 *
 * With the option damage_metadata each packet says which part of the picture is
 * another one than in the packet before. What a remote desktop sends, a detector
 * looks at or a texture is updated with need not be more than that. With
 * pixel_format=rgb24 pixels are red, green and blue on every display, and only
 * that part was converted, too.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>

typedef struct Change {
    int x, y, width, height;   /* all that changed lies in there */
    int permille;              /* of the picture */
    int64_t frame;             /* on the frame grid; gaps are missed frames */
} Change;

static int64_t number(const AVDictionary *metadata, const char *key)
{
    const AVDictionaryEntry *e = av_dict_get(metadata, key, NULL, 0);

    return e ? strtoll(e->value, NULL, 10) : 0;
}

/* What a packet says of itself. The same keys are in the metadata of the frames
 * that a decoder makes of it. */
static int read_change(Change *c, const AVPacket *packet)
{
    AVDictionary *metadata = NULL;
    size_t size;
    const uint8_t *data = av_packet_get_side_data(packet,
                              AV_PKT_DATA_STRINGS_METADATA, &size);
    int ret = data ? av_packet_unpack_dictionary(data, size, &metadata) :
                     AVERROR_INVALIDDATA;

    if (ret < 0)
        return ret;
    *c = (Change){ .frame = number(metadata, "lavd.x11shmpool.frame") };
    if (number(metadata, "lavd.x11shmpool.changed")) {
        c->x        = number(metadata, "lavd.x11shmpool.x");
        c->y        = number(metadata, "lavd.x11shmpool.y");
        c->width    = number(metadata, "lavd.x11shmpool.w");
        c->height   = number(metadata, "lavd.x11shmpool.h");
        c->permille = number(metadata, "lavd.x11shmpool.permille");
    }
    av_dict_free(&metadata);
    return 0;
}

static int write_picture(const char *name, const uint8_t *picture,
                         int width, int height)
{
    FILE *f = fopen(name, "wb");

    if (!f)
        return AVERROR(errno);
    fprintf(f, "P6\n%d %d\n255\n", width, height);
    fwrite(picture, 3, (size_t)width * height, f);
    return fclose(f) ? AVERROR(errno) : 0;
}

int main(int argc, char **argv)
{
    AVFormatContext *s = NULL;
    AVDictionary *options = NULL;
    AVPacket *packet = av_packet_alloc();
    const AVCodecParameters *par;
    uint8_t *picture = NULL;
    int64_t copied = 0, all = 0;
    int ret;

    if (argc < 4 || !packet) {
        fprintf(stderr, "usage: %s DISPLAY FRAMES PICTURE\n", argv[0]);
        return 1;
    }

    avdevice_register_all();
    av_dict_set(&options, "framerate", "30", 0);
    av_dict_set(&options, "damage_metadata", "1", 0);
    av_dict_set(&options, "pixel_format", "rgb24", 0);
    ret = avformat_open_input(&s, argv[1], av_find_input_format("x11shmpool"),
                              &options);
    av_dict_free(&options);
    if (ret < 0)
        goto end;
    par = s->streams[0]->codecpar;
    picture = calloc(par->width * 3, par->height);
    if (!picture) {
        ret = AVERROR(ENOMEM);
        goto end;
    }

    for (int i = 0; i < atoi(argv[2]); i++) {
        Change c;

        if ((ret = av_read_frame(s, packet)) < 0)
            break;
        if ((ret = read_change(&c, packet)) < 0)
            break;
        for (int y = c.y; y < c.y + c.height; y++) {
            size_t at = ((size_t)y * par->width + c.x) * 3;

            memcpy(picture + at, packet->data + at, c.width * 3);
        }
        if (c.width)
            printf("frame %" PRId64 ": %dx%d at %d,%d, %d per mille\n",
                   c.frame, c.width, c.height, c.x, c.y, c.permille);
        copied += (int64_t)c.width * c.height * 3;
        all    += packet->size;
        av_packet_unref(packet);
    }
    if (ret >= 0)
        ret = write_picture(argv[3], picture, par->width, par->height);
    printf("copied %" PRId64 " of %" PRId64 " bytes\n", copied, all);

end:
    if (ret < 0)
        fprintf(stderr, "%s: %s\n", argv[1], av_err2str(ret));
    free(picture);
    av_packet_free(&packet);
    avformat_close_input(&s);
    return ret < 0;
}
