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

#define _GNU_SOURCE

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavdevice/avdevice.h>
#include <libavutil/adler32.h>
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/time.h>

#include "device.h"

#define OPEN_TIMEOUT_US 20000000

static int past_deadline(void *opaque)
{
    TestDevice *d = opaque;

    atomic_fetch_add(&d->asked, 1);
    return d->deadline && av_gettime_relative() > d->deadline;
}

const char *test_device_pixel_format(const char *native)
{
    const char *env = getenv("X11SHMPOOL_PIXEL_FORMAT");

    return env && *env ? env : native;
}

int test_device_open_flags(TestDevice **pd, const char *format, const char *url,
                           const char *options, int flags)
{
    TestDevice *d = av_mallocz(sizeof(*d));
    AVDictionary *dict = NULL;
    int ret;

    *pd = NULL;
    if (!d)
        return AVERROR(ENOMEM);
    avdevice_register_all();
    if (!(d->ctx = avformat_alloc_context())) {
        ret = AVERROR(ENOMEM);
        goto end;
    }
    d->ctx->flags |= flags;
    d->ctx->interrupt_callback.callback = past_deadline;
    d->ctx->interrupt_callback.opaque   = d;
    d->deadline = av_gettime_relative() + OPEN_TIMEOUT_US;
    if (options &&
        (ret = av_dict_parse_string(&dict, options, "=", ":", 0)) < 0)
        goto end;
    if (!strcmp(format, "x11shmpool") && test_device_pixel_format(NULL) &&
        (ret = av_dict_set(&dict, "pixel_format", test_device_pixel_format(NULL),
                           AV_DICT_DONT_OVERWRITE)) < 0)
        goto end;
    if (!strcmp(format, "x11shmpool") && getenv("X11SHMPOOL_HINTS") &&
        (ret = av_dict_set(&dict, "damage_hints", getenv("X11SHMPOOL_HINTS"),
                           AV_DICT_DONT_OVERWRITE)) < 0)
        goto end;
    if (!av_find_input_format(format)) {
        ret = AVERROR_DEMUXER_NOT_FOUND;
        goto end;
    }
    if ((ret = avformat_open_input(&d->ctx, url, av_find_input_format(format),
                                   &dict)) < 0)
        goto end;
    d->deadline = 0;
    if (av_dict_count(dict)) {
        ret = AVERROR_OPTION_NOT_FOUND;
        goto end;
    }
    if (d->ctx->nb_streams < 1) {
        ret = AVERROR_STREAM_NOT_FOUND;
        goto end;
    }
    d->stream = d->ctx->streams[0];
    *pd = d;
    d   = NULL;

end:
    av_dict_free(&dict);
    test_device_close(&d);
    return ret;
}

int test_device_open(TestDevice **d, const char *format, const char *url,
                     const char *options)
{
    return test_device_open_flags(d, format, url, options, 0);
}

int test_device_read(TestDevice *d, AVPacket *packet, int timeout_ms)
{
    int ret;

    d->deadline = av_gettime_relative() + timeout_ms * INT64_C(1000);
    ret = av_read_frame(d->ctx, packet);
    d->deadline = 0;
    return ret;
}

int test_device_read_after(TestDevice *d, AVPacket *packet, int64_t wall_us,
                           int timeout_ms)
{
    int64_t end = av_gettime_relative() + timeout_ms * INT64_C(1000);
    int ret;

    while ((ret = test_device_read(d, packet, timeout_ms)) >= 0) {
        int64_t pts = av_rescale_q(packet->pts, d->stream->time_base,
                                   (AVRational){ 1, 1000000 });

        if (pts >= wall_us)
            return 0;
        av_packet_unref(packet);
        if (av_gettime_relative() > end)
            return AVERROR_EXIT;
    }
    return ret;
}

uint32_t test_packet_sum(const AVPacket *packet)
{
    return av_adler32_update(1, packet->data, packet->size);
}

int test_device_decode(TestDevice *d, const AVPacket *packet, AVFrame *frame)
{
    int ret;

    if (!d->decoder) {
        const AVCodec *codec =
            avcodec_find_decoder(d->stream->codecpar->codec_id);

        if (!codec)
            return AVERROR_DECODER_NOT_FOUND;
        if (!(d->decoder = avcodec_alloc_context3(codec)))
            return AVERROR(ENOMEM);
        d->decoder->thread_count = 1;
        if ((ret = avcodec_parameters_to_context(d->decoder,
                                                 d->stream->codecpar)) < 0 ||
            (ret = avcodec_open2(d->decoder, codec, NULL)) < 0) {
            avcodec_free_context(&d->decoder);
            return ret;
        }
    }
    if ((ret = avcodec_send_packet(d->decoder, packet)) < 0)
        return ret;
    return avcodec_receive_frame(d->decoder, frame);
}

int64_t test_device_stat(const TestDevice *d, const char *name)
{
    int64_t value;

    if (av_opt_get_int(d->ctx->priv_data, name, 0, &value) < 0)
        return -1;
    return value;
}

int64_t test_device_duration(const TestDevice *d)
{
    AVRational r = d->stream->avg_frame_rate;

    return av_rescale_rnd(1000000, r.den, r.num, AV_ROUND_UP);
}

void test_device_close(TestDevice **pd)
{
    TestDevice *d = *pd;

    *pd = NULL;
    if (!d)
        return;
    avcodec_free_context(&d->decoder);
    avformat_close_input(&d->ctx);
    av_free(d);
}

static int mapping_parse(TestMapping *m, const char *line)
{
    unsigned long start, end;
    int name = 0;

    if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end, &name) < 2)
        return 0;
    m->start = start;
    m->end   = end;
    snprintf(m->name, sizeof(m->name), "%.*s",
             (int)strcspn(line + name, "\n"), line + name);
    return 1;
}

int test_mapping_find(TestMapping *m, const void *address)
{
    uintptr_t a = (uintptr_t)address;
    FILE *f = fopen("/proc/self/maps", "re");
    char line[1024];
    int found = 0;

    while (f && !found && fgets(line, sizeof(line), f))
        found = mapping_parse(m, line) && a >= m->start && a < m->end;
    if (f)
        fclose(f);
    return found;
}

int test_mapping_count(const char *text)
{
    FILE *f = fopen("/proc/self/maps", "re");
    char line[1024];
    TestMapping m;
    int n = 0;

    while (f && fgets(line, sizeof(line), f))
        n += mapping_parse(&m, line) && strstr(m.name, text);
    if (f)
        fclose(f);
    return n;
}

static int count_entries(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    int n = 0;

    while (d && (e = readdir(d)))
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

int test_count_descriptors(void)
{
    return count_entries("/proc/self/fd") - 1;
}

int test_count_threads(void)
{
    return count_entries("/proc/self/task");
}

typedef struct LogLine {
    struct LogLine *next;
    int level;
    char text[];
} LogLine;

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static LogLine *log_lines, **log_end = &log_lines;
static int log_print_prefix = 1;

static void log_collect(void *ctx, int level, const char *format, va_list ap)
{
    const char *loud = getenv("X11SHMPOOL_TEST_LOG");
    char text[2048];
    LogLine *line;

    if (level > AV_LOG_VERBOSE)
        return;
    pthread_mutex_lock(&log_lock);
    av_log_format_line2(ctx, level, format, ap, text, sizeof(text),
                        &log_print_prefix);
    if (loud && *loud)
        fprintf(stderr, "# %s", text);
    if ((line = malloc(sizeof(*line) + strlen(text) + 1))) {
        line->next  = NULL;
        line->level = level;
        strcpy(line->text, text);
        *log_end = line;
        log_end  = &line->next;
    }
    pthread_mutex_unlock(&log_lock);
}

void test_log_start(void)
{
    LogLine *line;

    pthread_mutex_lock(&log_lock);
    while ((line = log_lines)) {
        log_lines = line->next;
        free(line);
    }
    log_end = &log_lines;
    pthread_mutex_unlock(&log_lock);
    av_log_set_level(AV_LOG_VERBOSE);
    av_log_set_callback(log_collect);
}

int test_log_count(const char *text, int level)
{
    int n = 0;

    pthread_mutex_lock(&log_lock);
    for (LogLine *line = log_lines; line; line = line->next)
        n += line->level <= level && strstr(line->text, text);
    pthread_mutex_unlock(&log_lock);
    return n;
}

static int printable(const char *text, size_t n)
{
    const uint8_t *p = (const uint8_t *)text, *end = p + n;

    while (p < end) {
        uint32_t code;

        if (av_utf8_decode((int32_t *)&code, &p, end, 0) < 0 || code < 0x20 ||
            (code >= 0x7f && code < 0xa0))
            return 0;
    }
    return 1;
}

int test_text_printable(const char *text)
{
    return printable(text, strlen(text));
}

int test_log_unprintable(void)
{
    int n = 0;

    pthread_mutex_lock(&log_lock);
    for (LogLine *line = log_lines; line; line = line->next) {
        size_t size = strlen(line->text);

        n += !printable(line->text, size - (size && line->text[size - 1] ==
                                                        '\n'));
    }
    pthread_mutex_unlock(&log_lock);
    return n;
}

void test_log_print(void)
{
    pthread_mutex_lock(&log_lock);
    for (LogLine *line = log_lines; line; line = line->next)
        fprintf(stderr, "# %s", line->text);
    pthread_mutex_unlock(&log_lock);
}
