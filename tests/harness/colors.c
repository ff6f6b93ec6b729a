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

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/common.h>
#include <libavutil/pixdesc.h>

#include "colors.h"

#define STEP (1 + 1e-9)

typedef struct Definition {
    double kr, kb;             ///< of luma
    double y_zero, y_scale, c_scale;
} Definition;

int test_colors_converted(const AVFrame *frame)
{
    switch (frame->format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_NV12:
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_RGB24:
    case AV_PIX_FMT_GRAY8:
        return 1;
    default:
        return 0;
    }
}

static int define(Definition *def, const AVFrame *frame)
{
    switch (frame->colorspace) {
    case AVCOL_SPC_BT709:
        def->kr = .2126;
        def->kb = .0722;
        break;
    case AVCOL_SPC_SMPTE170M:
        def->kr = .299;
        def->kb = .114;
        break;
    case AVCOL_SPC_RGB:
        return frame->format == AV_PIX_FMT_RGB24 &&
               frame->color_range == AVCOL_RANGE_JPEG ? 0 : -1;
    default:
        return -1;
    }
    if (frame->format == AV_PIX_FMT_RGB24)
        return -1;
    switch (frame->color_range) {
    case AVCOL_RANGE_MPEG:
        def->y_zero  = 16;
        def->y_scale = 219 / 255.;
        def->c_scale = 224 / 255.;
        return 0;
    case AVCOL_RANGE_JPEG:
        def->y_zero  = 0;
        def->y_scale = def->c_scale = 1;
        return 0;
    default:
        return -1;
    }
}

/* Samples of a colour of 255 steps: luma or red, and so on. */
static void convert(const Definition *def, const AVFrame *frame,
                    const double rgb[3], double sample[3])
{
    double y;

    if (frame->format == AV_PIX_FMT_RGB24) {
        memcpy(sample, rgb, 3 * sizeof(*rgb));
        return;
    }
    y = def->kr * rgb[0] + (1 - def->kr - def->kb) * rgb[1] + def->kb * rgb[2];
    sample[0] = def->y_zero + def->y_scale * y;
    sample[1] = 128 + def->c_scale * (rgb[2] - y) / (2 * (1 - def->kb));
    sample[2] = 128 + def->c_scale * (rgb[0] - y) / (2 * (1 - def->kr));
}

/* The average colour of a sample's pixels, of those that there are. */
static void average(const TestImage *image, int x, int y, int w, int h,
                    double rgb[3])
{
    int n = 0;

    rgb[0] = rgb[1] = rgb[2] = 0;
    for (int row = y; row < y + h && row < image->height; row++) {
        for (int col = x; col < x + w && col < image->width; col++, n++) {
            const uint16_t *p = image->pixel[row * image->width + col];

            for (int i = 0; i < 3; i++) {
                int max = (1 << image->bits[i]) - 1;

                rgb[i] += image->bits[i] == 8 ? p[i]
                                              : floor(p[i] * 255. / max + .5);
            }
        }
    }
    for (int i = 0; i < 3; i++)
        rgb[i] /= n;
}

static const uint8_t *at(const AVFrame *frame, int component, int x, int y)
{
    const AVComponentDescriptor *c =
        &av_pix_fmt_desc_get(frame->format)->comp[component];

    return frame->data[c->plane] + (ptrdiff_t)y * frame->linesize[c->plane] +
           x * c->step + c->offset;
}

/* Log2 of a component's pixels beside and below each other. */
static void shifts(const AVFrame *frame, int component, int *x, int *y)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    int chroma = (component == 1 || component == 2) &&
                 !(desc->flags & AV_PIX_FMT_FLAG_RGB);

    *x = chroma ? desc->log2_chroma_w : 0;
    *y = chroma ? desc->log2_chroma_h : 0;
}

typedef struct Tally {
    int n, left, top, right, bottom;
    char *message;
} Tally;

static void tell(Tally *t, const AVFrame *frame, int component, int x, int y,
                 double want)
{
    if (!t->n) {
        t->left = t->right  = x;
        t->top  = t->bottom = y;
        snprintf(t->message, 200, "%s: component %d first at sample %d,%d: %d, "
                 "wanted %.3f", av_get_pix_fmt_name(frame->format), component,
                 x, y, *at(frame, component, x, y), want);
    }
    t->n++;
    t->left   = FFMIN(t->left, x);
    t->right  = FFMAX(t->right, x);
    t->top    = FFMIN(t->top, y);
    t->bottom = FFMAX(t->bottom, y);
}

static int sum_up(const Tally *t)
{
    size_t n = strlen(t->message);

    if (t->n)
        snprintf(t->message + n, 200 - n, "; %d samples within %dx%d+%d,%d",
                 t->n, t->right - t->left + 1, t->bottom - t->top + 1, t->left,
                 t->top);
    return t->n;
}

int test_colors_compare(const TestImage *want, const AVFrame *got,
                        char *message)
{
    const int nb = av_pix_fmt_desc_get(got->format)->nb_components;
    Definition def = { 0 };
    Tally t = { .message = message };

    message[0] = 0;
    if (want->width != got->width || want->height != got->height) {
        snprintf(message, 200, "size %dx%d, wanted %dx%d", got->width,
                 got->height, want->width, want->height);
        return -1;
    }
    if (define(&def, got) < 0) {
        snprintf(message, 200, "colours of %s: matrix %d, range %d",
                 av_get_pix_fmt_name(got->format), got->colorspace,
                 got->color_range);
        return -1;
    }
    for (int c = 0; c < nb; c++) {
        int sx, sy;

        shifts(got, c, &sx, &sy);
        for (int y = 0; y < AV_CEIL_RSHIFT(got->height, sy); y++) {
            for (int x = 0; x < AV_CEIL_RSHIFT(got->width, sx); x++) {
                double rgb[3], sample[3];

                average(want, x << sx, y << sy, 1 << sx, 1 << sy, rgb);
                convert(&def, got, rgb, sample);
                if (fabs(*at(got, c, x, y) - sample[c]) > STEP)
                    tell(&t, got, c, x, y, sample[c]);
            }
        }
    }
    return sum_up(&t);
}

int test_colors_compare_bytes(const AVFrame *want, const AVFrame *got,
                              char *message)
{
    const int nb = av_pix_fmt_desc_get(got->format)->nb_components;
    Tally t = { .message = message };

    message[0] = 0;
    if (want->width != got->width || want->height != got->height ||
        want->format != got->format) {
        snprintf(message, 200, "%dx%d of %s, wanted %dx%d of %s", got->width,
                 got->height, av_get_pix_fmt_name(got->format), want->width,
                 want->height, av_get_pix_fmt_name(want->format));
        return -1;
    }
    for (int c = 0; c < nb; c++) {
        int sx, sy;

        shifts(got, c, &sx, &sy);
        for (int y = 0; y < AV_CEIL_RSHIFT(got->height, sy); y++)
            for (int x = 0; x < AV_CEIL_RSHIFT(got->width, sx); x++)
                if (*at(got, c, x, y) != *at(want, c, x, y))
                    tell(&t, got, c, x, y, *at(want, c, x, y));
    }
    return sum_up(&t);
}

int test_colors_count(const AVFrame *frame, int red, int green, int blue)
{
    const int nb        = av_pix_fmt_desc_get(frame->format)->nb_components;
    const double rgb[3] = { red, green, blue };
    double sample[3];
    Definition def = { 0 };
    int n = 0;

    if (define(&def, frame) < 0)
        return 0;
    convert(&def, frame, rgb, sample);
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            int same = 1;

            for (int c = 0; c < nb; c++) {
                int sx, sy;

                shifts(frame, c, &sx, &sy);
                same &= fabs(*at(frame, c, x >> sx, y >> sy) - sample[c]) <=
                        STEP;
            }
            n += same;
        }
    }
    return n;
}
