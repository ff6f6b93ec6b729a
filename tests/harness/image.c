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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/pixdesc.h>

#include "check.h"
#include "colors.h"
#include "image.h"

TestImage *test_image_alloc(int width, int height)
{
    TestImage *image = test_need(calloc(1, sizeof(*image)), "calloc");

    image->width  = width;
    image->height = height;
    image->pixel  = test_need(calloc((size_t)width * height,
                                     sizeof(*image->pixel)), "calloc");
    return image;
}

void test_image_free(TestImage **image)
{
    if (*image) {
        av_frame_free(&(*image)->converted);
        free((*image)->pixel);
    }
    free(*image);
    *image = NULL;
}

void test_image_mask(TestImage *image, const TestRect *keep, int n)
{
    for (int y = 0; y < image->height; y++) {
        for (int x = 0; x < image->width; x++) {
            int kept = 0;

            for (int i = 0; i < n; i++)
                kept |= x >= keep[i].x && x < keep[i].x + keep[i].w &&
                        y >= keep[i].y && y < keep[i].y + keep[i].h;
            if (!kept)
                memset(image->pixel[y * image->width + x], 0,
                       sizeof(*image->pixel));
        }
    }
}

void test_image_paste(TestImage *image, const TestImage *over, int x, int y)
{
    for (int row = 0; row < over->height; row++) {
        for (int col = 0; col < over->width; col++) {
            int to_x = x + col, to_y = y + row;

            if (to_x >= 0 && to_y >= 0 && to_x < image->width &&
                to_y < image->height)
                memcpy(image->pixel[to_y * image->width + to_x],
                       over->pixel[row * over->width + col],
                       3 * sizeof(**image->pixel));
        }
    }
}

TestImage *test_image_from_frame(const AVFrame *frame)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    TestImage *image = test_image_alloc(frame->width, frame->height);
    uint16_t *line = test_need(calloc(frame->width, 2), "calloc");

    if (test_colors_converted(frame)) {
        image->converted = test_need(av_frame_clone(frame), "av_frame_clone");
    } else if (frame->format == AV_PIX_FMT_PAL8) {
        const uint32_t *palette = (const uint32_t *)frame->data[1];

        for (int y = 0; y < frame->height; y++) {
            for (int x = 0; x < frame->width; x++) {
                uint16_t *p = image->pixel[y * frame->width + x];
                uint32_t v = palette[frame->data[0][y * frame->linesize[0] +
                                                    x]];

                p[0] = v >> 16 & 255;
                p[1] = v >> 8 & 255;
                p[2] = v & 255;
            }
        }
        image->bits[0] = image->bits[1] = image->bits[2] = 8;
    } else {
        for (int c = 0; c < desc->nb_components; c++) {
            image->bits[c] = desc->comp[c].depth;
            for (int y = 0; y < frame->height; y++) {
                av_read_image_line2(line, (const uint8_t **)frame->data,
                                    frame->linesize, desc, 0, y, c,
                                    frame->width, 0, 2);
                for (int x = 0; x < frame->width; x++)
                    image->pixel[y * frame->width + x][c] = line[x];
            }
        }
    }
    free(line);
    return image;
}

int test_image_compare(const TestImage *want, const TestImage *got,
                       char *message)
{
    char unused[200];
    int different = 0, left = want->width, right = -1, top = -1, bottom = -1;

    if (!message)
        message = unused;
    message[0] = 0;
    if (got->converted)
        return want->converted ?
               test_colors_compare_bytes(want->converted, got->converted,
                                         message) :
               test_colors_compare(want, got->converted, message);
    if (want->converted)
        return test_colors_compare(got, want->converted, message);
    if (want->width != got->width || want->height != got->height) {
        snprintf(message, 200, "size %dx%d, wanted %dx%d", got->width,
                 got->height, want->width, want->height);
        return -1;
    }
    if (memcmp(want->bits, got->bits, sizeof(want->bits))) {
        snprintf(message, 200, "bits %d,%d,%d,%d, wanted %d,%d,%d,%d",
                 got->bits[0], got->bits[1], got->bits[2], got->bits[3],
                 want->bits[0], want->bits[1], want->bits[2], want->bits[3]);
        return -1;
    }
    for (int y = 0; y < want->height; y++) {
        for (int x = 0; x < want->width; x++) {
            const uint16_t *a = want->pixel[y * want->width + x];
            const uint16_t *b = got->pixel[y * want->width + x];

            if (!memcmp(a, b, sizeof(*want->pixel)))
                continue;
            if (!different++)
                snprintf(message, 200, "first at %d,%d: %x,%x,%x,%x, wanted "
                         "%x,%x,%x,%x", x, y, b[0], b[1], b[2], b[3],
                         a[0], a[1], a[2], a[3]);
            left   = x < left  ? x : left;
            right  = x > right ? x : right;
            top    = top < 0 ? y : top;
            bottom = y;
        }
    }
    if (different) {
        size_t n = strlen(message);

        snprintf(message + n, 200 - n, "; %d pixels within %dx%d+%d,%d",
                 different, right - left + 1, bottom - top + 1, left, top);
    }
    return different;
}

int test_image_count(const TestImage *image, int red, int green, int blue)
{
    const int want[3] = { red, green, blue };
    int n = 0;

    if (image->converted)
        return test_colors_count(image->converted, red, green, blue);
    for (int i = 0; i < image->width * image->height; i++) {
        int same = 1;

        for (int c = 0; c < 3; c++) {
            int bits = image->bits[c], v = image->pixel[i][c];

            same &= bits >= 8 ? v >> (bits - 8) == want[c]
                              : v == want[c] >> (8 - bits);
        }
        n += same;
    }
    return n;
}
