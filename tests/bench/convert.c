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

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "libavutil/common.h"
#include "libavutil/cpu.h"
#include "libavutil/mem.h"
#include "libavutil/pixdesc.h"

#include "x11shmpool_convert.h"

/**
 * @file
 * What the conversion of a whole picture costs: the least and the median of
 * rounds that take turns, in milliseconds, and the least as a ratio to that of
 * libyuv's ARGBToI420 if libyuv is installed.
 *     convert [rounds]
 */

#define WIDTH 1920
#define HEIGHT 1080
#define MAX_ROUNDS 1000

typedef int ToI420(const uint8_t *src, int src_stride, uint8_t *y, int y_stride,
                   uint8_t *u, int u_stride, uint8_t *v, int v_stride,
                   int width, int height);

static const X11ShmpoolLayout bgrx = {
    24, 32, 32, 0, 4, 0xff0000, 0xff00, 0xff,
}, depth_30 = {
    30, 32, 32, 0, 4, 0x3ff00000, 0xffc00, 0x3ff,
}, depth_16 = {
    16, 16, 32, 0, 4, 0xf800, 0x7e0, 0x1f,
}, indexed = {
    8, 8, 32, 0, 3, 0, 0, 0,
};

static const struct Case {
    const char *name;
    const X11ShmpoolLayout *from;
    enum AVPixelFormat to;
    int cpu_flags;
} cases[] = {
    { "libyuv, ARGBToI420, BT.601", NULL, AV_PIX_FMT_YUV420P, 0 },
#define AVX2 AV_CPU_FLAG_AVX2
#define SSE2 AV_CPU_FLAG_SSE2
    { "AVX2, 24 bits", &bgrx, AV_PIX_FMT_YUV420P, AVX2 },
    { "SSE2, 24 bits", &bgrx, AV_PIX_FMT_YUV420P, SSE2 },
    { "C, 24 bits",    &bgrx, AV_PIX_FMT_YUV420P, 0 },
    { "AVX2, 24 bits", &bgrx, AV_PIX_FMT_NV12, AVX2 },
    { "SSE2, 24 bits", &bgrx, AV_PIX_FMT_NV12, SSE2 },
    { "AVX2, 24 bits", &bgrx, AV_PIX_FMT_YUV444P, AVX2 },
    { "SSE2, 24 bits", &bgrx, AV_PIX_FMT_YUV444P, SSE2 },
    { "AVX2, 24 bits", &bgrx, AV_PIX_FMT_GRAY8, AVX2 },
    { "SSE2, 24 bits", &bgrx, AV_PIX_FMT_GRAY8, SSE2 },
    { "AVX2, 24 bits", &bgrx, AV_PIX_FMT_RGB24, AVX2 },
    { "SSE2, 24 bits", &bgrx, AV_PIX_FMT_RGB24, SSE2 },
    { "AVX2, 30 bits", &depth_30, AV_PIX_FMT_YUV420P, AVX2 },
    { "AVX2, 16 bits", &depth_16, AV_PIX_FMT_YUV420P, AVX2 },
    { "AVX2, palette", &indexed, AV_PIX_FMT_YUV420P, AVX2 },
};

static double ms[FF_ARRAY_ELEMS(cases)][MAX_ROUNDS];

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    return FFDIFFSIGN(*(const double *)a, *(const double *)b);
}

int main(int argc, char **argv)
{
    int rounds  = av_clip(argc > 1 ? atoi(argv[1]) : 50, 1, MAX_ROUNDS);
    void *lib   = dlopen("libyuv.so.0", RTLD_NOW);
    ToI420 *yuv = lib ? (ToI420 *)dlsym(lib, "ARGBToI420") : NULL;
    uint8_t *src = av_malloc(4 * WIDTH * HEIGHT), *dst[4] = { NULL };
    uint32_t palette[256], seed = 1;
    double reference = 0;

    for (int i = 0; i < 3; i++)
        dst[i] = av_malloc(3 * WIDTH * HEIGHT);
    if (!src || !dst[0] || !dst[1] || !dst[2])
        return 1;
    for (int i = 0; i < 4 * WIDTH * HEIGHT; i++)
        src[i] = (seed = seed * 1664525 + 1013904223) >> 24;
    for (int i = 0; i < 256; i++)
        palette[i] = i * 0x10101;

    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < FF_ARRAY_ELEMS(cases); i++) {
            const struct Case *c = &cases[i];
            int half       = c->to == AV_PIX_FMT_YUV420P ? WIDTH / 2 : WIDTH;
            int first      = c->to == AV_PIX_FMT_RGB24 ? 3 * WIDTH : WIDTH;
            const int linesize[4] = { first, half, half };
            X11ShmpoolFormat f;
            X11ShmpoolConvert convert;
            double start;

            if (c->from &&
                (x11shmpool_format_init(&f, NULL, c->from, WIDTH, HEIGHT) < 0 ||
                 x11shmpool_convert_init(&convert, &f, c->to, AVCOL_SPC_BT709,
                                         AVCOL_RANGE_MPEG, c->cpu_flags &
                                         av_get_cpu_flags()) < 0))
                return 1;

            /* Once to warm up. */
            for (int n = 0; n < 2; n++) {
                start = now_ms();
                if (c->from)
                    x11shmpool_convert_rect(&convert, dst, linesize, src,
                        (X11ShmpoolRect){ 0, 0, WIDTH, HEIGHT }, palette);
                else if (yuv)
                    yuv(src, 4 * WIDTH, dst[0], WIDTH, dst[1], WIDTH / 2,
                        dst[2], WIDTH / 2, WIDTH, HEIGHT);
            }
            ms[i][round] = now_ms() - start;
        }

    for (size_t i = 0; i < FF_ARRAY_ELEMS(cases); i++) {
        const struct Case *c = &cases[i];

        qsort(ms[i], rounds, sizeof(*ms[i]), compare);
        if (!c->from && !yuv)
            continue;
        if (!c->from)
            reference = ms[i][0];
        printf("%-28s%-8s  least %6.3f median %6.3f", c->name,
               av_get_pix_fmt_name(c->to),
               ms[i][0], ms[i][rounds / 2]);
        if (reference)
            printf(" ratio %5.2f", ms[i][0] / reference);
        printf("\n");
    }

    for (int i = 0; i < 3; i++)
        av_free(dst[i]);
    av_free(src);
    if (lib)
        dlclose(lib);

    return 0;
}
