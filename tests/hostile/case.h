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

#ifndef TESTS_HOSTILE_CASE_H
#define TESTS_HOSTILE_CASE_H

#include "report.h"
#include "scene.h"

/**
 * @file
 * One case: an application that opens the device, reads a few frames and closes
 * it, or lists what there is. All that it does follows from a seed.
 */

typedef struct CaseOptions {
    const Scene *scenes;
    int nb_scenes;
    uint32_t seed;
} CaseOptions;

enum { CASE_DONE = 0, CASE_COMPLAINS = 4, CASE_BROKEN = 5 };

/** Run it, in a process of its own that then ends with what is returned. */
int case_run(const CaseOptions *o, Report *r);

/** A case in which the server tells the truth: what is wrong is what was asked
 *  for, or what windows and monitors are called. */
int case_words(const CaseOptions *o, Report *r);

#endif /* TESTS_HOSTILE_CASE_H */
