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

#include "dice.h"

void dice_init(Dice *d, uint32_t seed, uint32_t stream)
{
    d->state = (uint64_t)stream << 32 | seed;
    dice_throw(d);
}

/* splitmix64 */
uint32_t dice_throw(Dice *d)
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) >> 16;
}

uint32_t dice_below(Dice *d, uint32_t n)
{
    return dice_throw(d) % n;
}

int dice_between(Dice *d, int low, int high)
{
    return low + (int)dice_below(d, high - low + 1);
}

int dice_once_in(Dice *d, uint32_t n)
{
    return !dice_below(d, n);
}

uint32_t dice_size(Dice *d, uint32_t max)
{
    uint32_t limit = 1;

    while (limit < max && !dice_once_in(d, 6))
        limit *= 2;
    return dice_below(d, (limit < max ? limit : max) + 1);
}

uint32_t dice_evil(Dice *d, uint32_t value)
{
    static const uint32_t limits[] = {
        0, 1, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff,
        0x80000000, 0xfffffffe, 0xffffffff, 0x3fffffff, 0x40000000, 0x55555556,
    };

    switch (dice_below(d, 8)) {
    case 0:  return value + 1;
    case 1:  return value - 1;
    case 2:  return value * 2 + dice_below(d, 8);
    case 3:  return value ^ 1u << dice_below(d, 32);
    case 4:  return (1u << dice_below(d, 32)) + dice_between(d, -1, 1);
    case 5:  return dice_throw(d);
    default: return limits[dice_below(d, sizeof(limits) / sizeof(*limits))];
    }
}
