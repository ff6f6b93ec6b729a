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

#ifndef TESTS_HARNESS_RANDR_H
#define TESTS_HARNESS_RANDR_H

#include "image.h"
#include "screen.h"

/**
 * @file
 * Monitors, as xrandr changes them. All calls wait until the server has done
 * what they ask; an X error ends the program with a message unless it says
 * otherwise.
 */

typedef struct TestMonitor {
    char name[32];
    TestRect at;
    int primary;
} TestMonitor;

/** 105 for RandR 1.5; 0 where the server has none. */
int test_randr_version(TestScreen *s);

/** The monitors in the server's order (RandR 1.5), at most max.
 *  @return how many there are */
int test_randr_monitors(TestScreen *s, TestMonitor *monitors, int max);

/** Make a monitor that is none of an output's, or change its place and size
 *  (RandR 1.5). 1, or 0 if the server refused. */
int test_randr_monitor(TestScreen *s, const char *name, int x, int y,
                       int w, int h, int primary);

/** Take one away that test_randr_monitor() made. */
void test_randr_monitor_delete(TestScreen *s, const char *name);

/** Turn an output on, or change its mode and place, by a mode of w x h that is
 *  made where there is none. The screen must be large enough.
 *  @return 1, or 0 if the server refused */
int test_randr_output(TestScreen *s, const char *output, int x, int y,
                      int w, int h);

/** Turn an output off. */
void test_randr_output_off(TestScreen *s, const char *output);

/** Make an output the primary one, or none with NULL. */
void test_randr_primary(TestScreen *s, const char *output);

/** Give the screen another size; its monitors must lie within.
 *  @return 1, or 0 if the server refused */
int test_randr_screen(TestScreen *s, int w, int h);

#endif /* TESTS_HARNESS_RANDR_H */
