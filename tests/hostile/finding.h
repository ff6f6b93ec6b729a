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

#ifndef TESTS_HOSTILE_FINDING_H
#define TESTS_HOSTILE_FINDING_H

#include <stdint.h>

#include "report.h"

/**
 * @file
 * How cases went wrong: each way once, by the topmost function of the device
 * that was in it.
 */

typedef enum FindingKind {
    FINDING_CRASH,
    FINDING_HANG,
    FINDING_MEMORY,
    FINDING_COMPLAINT,         ///< of the case itself
} FindingKind;

typedef struct Finding {
    char place[512];           ///< what, and where in the device
    int theirs;                ///< within libxcb, which the device only called
    int times;
    uint32_t seed;             ///< of the first case
} Finding;

/** Whether a sanitizer has begun to report, or an assertion failed. */
int finding_is_told(const char *log);

/**
 * Note that a case went wrong, and print it where it's the first of its place.
 *
 * @param log what the process printed, ended by a 0
 */
void finding_add(FindingKind kind, uint32_t seed, const Report *r,
                 const char *log);

/** Print each place in a line. @return how many are the device's */
int finding_print(void);

#endif /* TESTS_HOSTILE_FINDING_H */
