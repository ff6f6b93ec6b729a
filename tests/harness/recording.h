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

#ifndef TESTS_HARNESS_RECORDING_H
#define TESTS_HARNESS_RECORDING_H

#include <sys/types.h>

/**
 * @file
 * The ffmpeg program while it records, as a process of its own that the caller
 * can read what it says from. Nothing here is thread-safe.
 */

typedef struct TestRecording {
    pid_t pid;
    int pipe;                  ///< the reading end
    char text[512];            ///< read, and not yet returned as a line
    int length;
    int64_t begun;             ///< when it was started, µs of av_gettime()
} TestRecording;

/**
 * Run ffmpeg with these arguments, separated by single spaces, behind those
 * that keep it silent and away from stdin. "pipe:3" among them is what
 * test_recording_line() reads. It ends with the calling thread at the latest.
 *
 * @return 0, or -1 with a line on stderr
 */
int test_recording_start(TestRecording *r, const char *arguments);

/**
 * The next line that it wrote, without its end.
 *
 * @param timeout_ms how long to wait for one; 0: not at all
 * @return 1; 0 if there was none in time; -1 if it has closed its end
 */
int test_recording_line(TestRecording *r, char *line, int size, int timeout_ms);

/** Tell it to finish, as Ctrl+C does. What it still writes can be read. */
void test_recording_finish(TestRecording *r);

/** Kill it if it is there, and wait for it. Does nothing if pid is 0, and sets
 *  it to 0. */
void test_recording_end(TestRecording *r);

#endif /* TESTS_HARNESS_RECORDING_H */
