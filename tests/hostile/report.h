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

#ifndef TESTS_HOSTILE_REPORT_H
#define TESTS_HOSTILE_REPORT_H

#include <stdint.h>

#include "liar.h"

/**
 * @file
 * What a case tells the process that watches it, in memory that both share.
 */

typedef enum Phase {
    PHASE_HARNESS,             ///< what isn't the device's
    PHASE_OPEN,
    PHASE_READ,
    PHASE_CLOSE,
    PHASE_UNREF,
    PHASE_LIST,                ///< -sources
    NB_PHASES,
} Phase;

typedef struct Report {
    char mode[512];
    char display[16];          ///< the proxy's, empty where there is none
    Phase phase;
    int64_t due;               ///< µs, av_gettime_relative(): when the phase
                               ///< must be over; the interrupt callback says so
                               ///< from then on, where there is one
    int64_t late[NB_PHASES];   ///< µs, the longest that one went on after that
    int packets;
    char complaint[256];       ///< empty, or what is wrong though nothing crashed
    LiarLog lies;
} Report;

const char *phase_name(Phase phase);

/** Begin a phase, which is over after budget_ms. */
void report_enter(Report *r, Phase phase, int budget_ms);

/** End it: PHASE_HARNESS from here on. */
void report_leave(Report *r);

#endif /* TESTS_HOSTILE_REPORT_H */
