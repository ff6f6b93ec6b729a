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

#ifndef TESTS_HARNESS_DEVICE_H
#define TESTS_HARNESS_DEVICE_H

#include <stdatomic.h>
#include <stdint.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/**
 * @file
 * An input device opened through FFmpeg's public API, the way an application
 * opens it, with a deadline on everything that waits.
 */

typedef struct TestDevice {
    AVFormatContext *ctx;
    AVStream *stream;          ///< stream 0
    int64_t deadline;          ///< µs, av_gettime_relative(); 0: none
    atomic_int asked;          ///< calls of the interrupt callback
    AVCodecContext *decoder;   ///< opened by test_device_decode()
} TestDevice;

/**
 * Open a device.
 *
 * $X11SHMPOOL_PIXEL_FORMAT is x11shmpool's pixel_format where the options have
 * none, so that a whole test can be run with it; $X11SHMPOOL_HINTS is its
 * damage_hints.
 *
 * @param format  "x11shmpool" or "x11grab"
 * @param options "key=value:key=value", or NULL
 * @param d       NULL after an error
 * @return 0 or an AVERROR, AVERROR_EXIT after 20 s. An option that the device
 *         doesn't know is AVERROR_OPTION_NOT_FOUND
 */
int test_device_open(TestDevice **d, const char *format, const char *url,
                     const char *options);

/** As test_device_open(), with AVFormatContext.flags. */
int test_device_open_flags(TestDevice **d, const char *format, const char *url,
                           const char *options, int flags);

/** av_read_frame(); AVERROR_EXIT if there is no packet after timeout_ms. */
int test_device_read(TestDevice *d, AVPacket *packet, int timeout_ms);

/** Read and drop packets until one whose tick began at or after wall_us
 *  (av_gettime()), which is kept. */
int test_device_read_after(TestDevice *d, AVPacket *packet, int64_t wall_us,
                           int timeout_ms);

/** $X11SHMPOOL_PIXEL_FORMAT, or native where that is not set or empty. */
const char *test_device_pixel_format(const char *native);

/** A checksum of a packet's bytes. */
uint32_t test_packet_sum(const AVPacket *packet);

/** Decode a packet with the decoder of its stream. */
int test_device_decode(TestDevice *d, const AVPacket *packet, AVFrame *frame);

/** An exported counter, "stat_captured" say; -1 if there is none. */
int64_t test_device_stat(const TestDevice *d, const char *name);

/** One frame's duration, µs, rounded up. */
int64_t test_device_duration(const TestDevice *d);

/** Close; *d may be NULL and is set to NULL. */
void test_device_close(TestDevice **d);

/** Whether this program has a sanitizer's runtime, which maps and allocates as
 *  it likes, and replaces malloc itself. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif
#ifndef TEST_SANITIZED
#define TEST_SANITIZED 0
#endif

/** What is mapped at an address of this process. */
typedef struct TestMapping {
    uintptr_t start, end;
    char name[256];            ///< "/memfd:x11shmpool (deleted)", "[heap]", ""
} TestMapping;

/** @return 1, or 0 if nothing is mapped there */
int test_mapping_find(TestMapping *m, const void *address);

/** How many mappings have text in their name. */
int test_mapping_count(const char *text);

/** How many file descriptors and threads this process has. */
int test_count_descriptors(void);
int test_count_threads(void);

/** Collect FFmpeg's log, down to verbose, from here on, instead of printing it
 *  (both, where $X11SHMPOOL_TEST_LOG is not empty). Forgets older lines. */
void test_log_start(void);

/** How many collected lines hold text and have at most this level (that is,
 *  are at least as serious); AV_LOG_DEBUG for any. */
int test_log_count(const char *text, int level);

/** Whether text, from its first byte to its last, is valid UTF-8 without a
 *  control character (C0, DEL, C1), so that it does nothing to a terminal. */
int test_text_printable(const char *text);

/** How many collected lines are not, but for the newline at their end. */
int test_log_unprintable(void);

/** Print the collected lines to stderr, as TAP comments. */
void test_log_print(void);

#endif /* TESTS_HARNESS_DEVICE_H */
