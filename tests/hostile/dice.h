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

#ifndef TESTS_HOSTILE_DICE_H
#define TESTS_HOSTILE_DICE_H

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Random numbers that are one user's own: what they follow from is a seed, so
 * that a case can be run again. For one thread each.
 */

typedef struct Dice {
    uint64_t state;
} Dice;

/** Different streams of the same seed have nothing to do with each other. */
void dice_init(Dice *d, uint32_t seed, uint32_t stream);

uint32_t dice_throw(Dice *d);

/** From 0 on, less than n, which is positive. */
uint32_t dice_below(Dice *d, uint32_t n);

/** Neither is left out. */
int dice_between(Dice *d, int low, int high);

/** True once in n times. */
int dice_once_in(Dice *d, uint32_t n);

/** A size up to max, small ones as often as large ones. */
uint32_t dice_size(Dice *d, uint32_t max);

/** A value that programs get wrong: a limit, a neighbour of a power of two, a
 *  neighbour or a multiple of value, or any. */
uint32_t dice_evil(Dice *d, uint32_t value);

#endif /* TESTS_HOSTILE_DICE_H */
