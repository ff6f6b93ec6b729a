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

#ifndef TESTS_HOSTILE_LIAR_H
#define TESTS_HOSTILE_LIAR_H

#include "dice.h"
#include "proxy.h"

/**
 * @file
 * A server that lies, by seed: the hook of a proxy that changes now and then
 * what the true server says. Most of it stays a stream that libxcb takes for
 * the protocol, so that the lies reach who believes them.
 */

#define LIAR_LINES 12

/** What was done, for who looks for the reason; the last of it. */
typedef struct LiarLog {
    char line[LIAR_LINES][120];
    unsigned nb;               ///< lines ever written: the latest is nb - 1
} LiarLog;

typedef struct Liar {
    Dice dice;
    LiarLog *log;
    int patience;              ///< messages to pass on before the first lie
    int rarity;                ///< then one in so many is a lie,
    int budget;                ///< so many times
    int setup;                 ///< one is in the connection setup
    int only;                  ///< 0, or LIAR_REPLIES or LIAR_EVENTS
    int silence;               ///< one of the lies may be to stall
    uint32_t words[64];        ///< that the true server said lately
    unsigned nb_words;
    uint8_t event[32];         ///< its last event
    uint8_t held[4096];        ///< a message that comes later than it should
    size_t held_size;
    uint16_t sequence;         ///< of its last message
    int stalled;               ///< set where it was
} Liar;

enum { LIAR_REPLIES = 1, LIAR_EVENTS };

/** log must be there as long as the liar. */
void liar_init(Liar *l, uint32_t seed, LiarLog *log);

/** To be a proxy's hook; opaque is the liar. */
TestProxyVerdict liar_hook(void *opaque, TestMessage *m, TestBuffer *out);

#endif /* TESTS_HOSTILE_LIAR_H */
