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

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>

#include "liar.h"

#define NB(a) (sizeof(a) / sizeof(*(a)))
#define MAX_SIZE 65536         /* of a message that is made, not passed on */

typedef TestProxyVerdict (*Lie)(Liar *l, TestMessage *m, TestBuffer *out);

static void put16(uint8_t *p, uint16_t v)
{
    memcpy(p, &v, sizeof(v));
}

static void put32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, sizeof(v));
}

static void __attribute__((format(printf, 3, 4)))
note(Liar *l, const TestMessage *m, const char *format, ...)
{
    char *line = l->log->line[l->log->nb % LIAR_LINES];
    const size_t room = sizeof(l->log->line[0]);
    va_list ap;
    int n;

    n = snprintf(line, room, "message %lld of connection %d, ",
                 (long long)m->number, m->connection);
    if (m->major)
        n += snprintf(line + n, room - n, "%s to %d.%d",
                      m->data[0] ? "reply" : "error", m->major, m->minor);
    else
        n += snprintf(line + n, room - n, "%s %d",
                      m->setup ? "setup" : "event", m->data[0]);
    n += snprintf(line + n, room - n, ", %zu bytes: ", m->size);
    if (n < (int)room) {
        va_start(ap, format);
        vsnprintf(line + n, room - n, format, ap);
        va_end(ap);
    }
    l->log->nb++;
}

/* Something that the server said lately: a window, say. */
static uint32_t heard(Liar *l)
{
    return l->words[dice_below(&l->dice, l->nb_words < 64 ? l->nb_words : 64)];
}

static uint8_t *copy(const TestMessage *m, size_t more)
{
    uint8_t *p = malloc(m->size + more);

    if (!p)
        abort();
    memcpy(p, m->data, m->size);
    return p;
}

static TestProxyVerdict give(TestBuffer *out, uint8_t *p, size_t size)
{
    test_buffer_add(out, p, size);
    free(p);
    return TEST_PROXY_GO_ON;
}

/* What a message may have changed without its size being another. */
static size_t body(const TestMessage *m)
{
    return m->data[0] == 1 || m->setup ? 8 : 4;
}

/* Near the beginning more often, where counts are. */
static size_t place(Liar *l, const TestMessage *m, size_t width)
{
    const size_t from = body(m);
    size_t end = m->size, n;

    if (end > 40 && !dice_once_in(&l->dice, 3))
        end = 40;
    n = end > from + width ? (end - from) / width : 1;
    return from + dice_below(&l->dice, n) * width;
}

static TestProxyVerdict bits(Liar *l, TestMessage *m, TestBuffer *out)
{
    uint8_t *p = copy(m, 0);
    int n = dice_between(&l->dice, 1, 8);

    note(l, m, "%d bits", n);
    while (n--) {
        size_t at = body(m) + dice_below(&l->dice, m->size - body(m));

        p[at] ^= 1 << dice_below(&l->dice, 8);
    }
    return give(out, p, m->size);
}

static TestProxyVerdict word(Liar *l, TestMessage *m, TestBuffer *out)
{
    uint8_t *p = copy(m, 0);

    for (int n = dice_between(&l->dice, 1, 3); n; n--) {
        const int width = dice_once_in(&l->dice, 4) ? 1 :
                          dice_once_in(&l->dice, 2) ? 2 : 4;
        const size_t at = place(l, m, width);
        uint32_t was = width == 1 ? p[at] : width == 2 ? test_get16(p + at)
                                                       : test_get32(p + at);
        uint32_t value = l->nb_words && dice_once_in(&l->dice, 6) ?
                         heard(l) : dice_evil(&l->dice, was);

        if (width == 1)
            p[at] = value;
        else if (width == 2)
            put16(p + at, value);
        else
            put32(p + at, value);
        note(l, m, "%d bytes at %zu, 0x%x, are 0x%x", width, at, was,
             value & 0xffffffff >> (32 - 8 * width));
    }
    return give(out, p, m->size);
}

/* A small number that may well count what follows. */
static TestProxyVerdict count(Liar *l, TestMessage *m, TestBuffer *out)
{
    size_t places[64];
    int nb = 0;
    uint8_t *p = copy(m, 0);

    for (size_t at = body(m); at + 2 <= m->size && nb < 64; at += 2) {
        const uint16_t v = test_get16(p + at);

        if (v && v <= m->size)
            places[nb++] = at;
    }
    if (!nb) {
        free(p);
        return word(l, m, out);
    }
    for (int n = dice_between(&l->dice, 1, 2); n; n--) {
        const size_t at = places[dice_below(&l->dice, nb)];
        const int wide = at % 4 == 0 && at + 4 <= m->size &&
                         !test_get16(p + at + 2) &&
                         dice_once_in(&l->dice, 2);
        const uint32_t was = test_get16(p + at);
        const uint32_t value = dice_evil(&l->dice, was);

        if (wide)
            put32(p + at, value);
        else
            put16(p + at, value);
        note(l, m, "the count at %zu, %u, is %u", at, was,
             wide ? value : value & 0xffff);
    }
    return give(out, p, m->size);
}

static void set_length(const TestMessage *m, uint8_t *p, size_t size)
{
    if (m->setup)
        put16(p + 6, (size - 8) / 4);
    else
        put32(p + 4, (size - 32) / 4);
}

/* Fewer bytes than what is in them counts; all the same a message. */
static TestProxyVerdict shorter(Liar *l, TestMessage *m, TestBuffer *out)
{
    const size_t least = m->setup ? 8 : 32;
    size_t size = least;
    uint8_t *p;

    if (m->size <= least)
        return word(l, m, out);
    if (!dice_once_in(&l->dice, 3))
        size += dice_below(&l->dice, (m->size - least) / 4) * 4;
    p = copy(m, 0);
    set_length(m, p, size);
    note(l, m, "cut to %zu", size);
    return give(out, p, size);
}

static TestProxyVerdict longer(Liar *l, TestMessage *m, TestBuffer *out)
{
    const size_t more = 4 * dice_between(&l->dice, 1, dice_once_in(&l->dice, 8)
                                                      ? MAX_SIZE / 4 : 64);
    uint8_t *p = copy(m, more);
    const int plain = dice_once_in(&l->dice, 2);

    for (size_t i = 0; i < more; i++)
        p[m->size + i] = plain ? 0 : dice_throw(&l->dice);
    set_length(m, p, m->size + more);
    note(l, m, "%zu bytes longer", more);
    return give(out, p, m->size + more);
}

/* From here on libxcb takes the wrong bytes for messages. */
static TestProxyVerdict length(Liar *l, TestMessage *m, TestBuffer *out)
{
    uint8_t *p = copy(m, 0);
    const uint32_t value = dice_evil(&l->dice, (m->size - 32) / 4);

    if (m->setup)
        put16(p + 6, value);
    else
        put32(p + 4, value);
    note(l, m, "length %u", m->setup ? value & 0xffff : value);
    return give(out, p, m->size);
}

static TestProxyVerdict sequence(Liar *l, TestMessage *m, TestBuffer *out)
{
    uint8_t *p = copy(m, 0);
    const uint16_t was = test_get16(p + 2);
    const uint16_t value = dice_once_in(&l->dice, 2) ?
                           (uint32_t)was + dice_between(&l->dice, -3, 3) :
                           dice_evil(&l->dice, was);

    put16(p + 2, value);
    note(l, m, "sequence %u, not %u", value, was);
    return give(out, p, m->size);
}

static TestProxyVerdict error(Liar *l, TestMessage *m, TestBuffer *out)
{
    const uint32_t code = dice_once_in(&l->dice, 4) ?
                          dice_throw(&l->dice) : 1 + dice_below(&l->dice, 17);
    uint8_t p[32] = { 0, code };

    memcpy(p + 2, m->data + 2, 2);
    put32(p + 4, dice_throw(&l->dice));
    p[8]  = m->minor;
    p[10] = m->major;
    note(l, m, "error %d", p[1]);
    test_buffer_add(out, p, sizeof(p));
    return TEST_PROXY_GO_ON;
}

/* To a request that has none, say. */
static TestProxyVerdict reply(Liar *l, TestMessage *m, TestBuffer *out)
{
    uint8_t p[32] = { 1 };

    for (int i = 8; i < 32; i++)
        p[i] = dice_once_in(&l->dice, 2) ? 0 : dice_throw(&l->dice);
    put16(p + 2, l->sequence);
    note(l, m, "a reply in its place, sequence %u", l->sequence);
    test_buffer_add(out, p, sizeof(p));
    return TEST_PROXY_GO_ON;
}

static TestProxyVerdict twice(Liar *l, TestMessage *m, TestBuffer *out)
{
    int n = dice_once_in(&l->dice, 8) ? 5000 : dice_between(&l->dice, 2, 20);

    if (m->size > 1024)
        n = 2;
    note(l, m, "%d times", n);
    while (n--)
        test_buffer_add(out, m->data, m->size);
    return TEST_PROXY_GO_ON;
}

static TestProxyVerdict never(Liar *l, TestMessage *m, TestBuffer *out)
{
    (void)out;
    note(l, m, "left out");
    return TEST_PROXY_GO_ON;
}

static TestProxyVerdict later(Liar *l, TestMessage *m, TestBuffer *out)
{
    if (l->held_size || m->size > sizeof(l->held))
        return never(l, m, out);
    memcpy(l->held, m->data, m->size);
    l->held_size = m->size;
    note(l, m, "after the next one");
    return TEST_PROXY_GO_ON;
}

static void forge(Liar *l, uint8_t *p)
{
    static const uint8_t codes[] = {
        XCB_BUTTON_PRESS, XCB_BUTTON_RELEASE, XCB_MOTION_NOTIFY, XCB_EXPOSE,
        XCB_GRAPHICS_EXPOSURE, XCB_NO_EXPOSURE, XCB_CREATE_NOTIFY,
        XCB_DESTROY_NOTIFY, XCB_UNMAP_NOTIFY, XCB_MAP_NOTIFY,
        XCB_REPARENT_NOTIFY, XCB_CONFIGURE_NOTIFY, XCB_GRAVITY_NOTIFY,
        XCB_CIRCULATE_NOTIFY, XCB_PROPERTY_NOTIFY, XCB_SELECTION_CLEAR,
        XCB_COLORMAP_NOTIFY, XCB_CLIENT_MESSAGE, XCB_MAPPING_NOTIFY,
    };

    if (l->event[0] && dice_once_in(&l->dice, 2)) {
        memcpy(p, l->event, 32);
    } else {
        memset(p, 0, 32);
        p[0] = dice_once_in(&l->dice, 4) ? dice_between(&l->dice, 64, 127) :
               codes[dice_below(&l->dice, sizeof(codes))];
    }
    for (int at = 4; at < 32; at += 4) {
        if (l->nb_words && dice_once_in(&l->dice, 2))
            put32(p + at, heard(l));
        else if (dice_once_in(&l->dice, 4))
            put32(p + at, dice_evil(&l->dice, test_get32(p + at)));
    }
    put16(p + 2, l->sequence);
    if (dice_once_in(&l->dice, 2))
        p[0] |= 0x80;
}

static TestProxyVerdict events(Liar *l, TestMessage *m, TestBuffer *out)
{
    const int n = dice_once_in(&l->dice, 12) ? 3000 :
                  dice_between(&l->dice, 1, 6);
    uint8_t p[32];

    for (int i = 0; i < n; i++) {
        forge(l, p);
        test_buffer_add(out, p, sizeof(p));
    }
    note(l, m, "%d forged events before, the last of them %d", n, p[0]);
    test_buffer_add(out, m->data, m->size);
    return TEST_PROXY_GO_ON;
}

static TestProxyVerdict generic(Liar *l, TestMessage *m, TestBuffer *out)
{
    uint8_t p[32 + 64] = { XCB_GE_GENERIC };

    for (size_t i = 8; i < sizeof(p); i++)
        p[i] = dice_throw(&l->dice);
    put16(p + 2, l->sequence);
    put32(p + 4, 16);
    note(l, m, "a generic event before");
    test_buffer_add(out, p, sizeof(p));
    test_buffer_add(out, m->data, m->size);
    return TEST_PROXY_GO_ON;
}

static TestProxyVerdict sent(Liar *l, TestMessage *m, TestBuffer *out)
{
    uint8_t *p = copy(m, 0);

    if (dice_once_in(&l->dice, 3))
        p[0] = dice_between(&l->dice, 2, 127);
    p[0] ^= 0x80;
    note(l, m, "event %d", p[0]);
    return give(out, p, m->size);
}

static TestProxyVerdict garbage(Liar *l, TestMessage *m, TestBuffer *out)
{
    int n = dice_between(&l->dice, 1, 64);

    note(l, m, "%d bytes of anything before", n);
    while (n--)
        test_buffer_add(out, &(uint8_t){ dice_throw(&l->dice) }, 1);
    test_buffer_add(out, m->data, m->size);
    return TEST_PROXY_GO_ON;
}

static TestProxyVerdict delay(Liar *l, TestMessage *m, TestBuffer *out)
{
    m->delay_ms = dice_between(&l->dice, 1, 250);
    note(l, m, "%d ms late", m->delay_ms);
    test_buffer_add(out, m->data, m->size);
    return TEST_PROXY_GO_ON;
}

static TestProxyVerdict end(Liar *l, TestMessage *m, TestBuffer *out)
{
    const size_t size = dice_once_in(&l->dice, 3) ? m->size :
                        dice_below(&l->dice, m->size);

    test_buffer_add(out, m->data, size);
    if (!l->silence || dice_once_in(&l->dice, 2)) {
        note(l, m, "closed after %zu", size);
        return TEST_PROXY_CLOSE;
    }
    note(l, m, "nothing more after %zu", size);
    __atomic_store_n(&l->stalled, 1, __ATOMIC_RELEASE);
    return TEST_PROXY_STALL;
}

/* Those that reach the furthest several times. */
static const Lie setup_lies[] = {
    bits, word, word, word, count, count, count, shorter, shorter, longer,
    length, delay, end,
}, reply_lies[] = {
    bits, word, word, word, word, count, count, count, count, count, shorter,
    shorter, shorter, longer, length, sequence, error, error, twice, never,
    later, events, events, generic, garbage, delay, end,
}, event_lies[] = {
    bits, word, word, word, sequence, error, reply, twice, never, later, sent,
    sent, events, events, generic, garbage, delay, end,
}, error_lies[] = {
    bits, word, sequence, reply, twice, never, later, events, delay, end,
};

static void learn(Liar *l, const TestMessage *m)
{
    if (m->setup)
        return;
    l->sequence = test_get16(m->data + 2);
    if (m->data[0] > 1)
        memcpy(l->event, m->data, sizeof(l->event));
    for (size_t at = 4; at + 4 <= m->size && at < 256; at += 4) {
        const uint32_t v = test_get32(m->data + at);

        /* ids and atoms */
        if (v > 32 && v < 0x20000000)
            l->words[l->nb_words++ % 64] = v;
    }
}

static TestProxyVerdict lie(Liar *l, TestMessage *m, TestBuffer *out)
{
    l->budget--;
    if (m->setup)
        return setup_lies[dice_below(&l->dice, NB(setup_lies))](l, m, out);
    if (m->data[0] == 1)
        return reply_lies[dice_below(&l->dice, NB(reply_lies))](l, m, out);
    if (m->data[0] == 0)
        return error_lies[dice_below(&l->dice, NB(error_lies))](l, m, out);
    return event_lies[dice_below(&l->dice, NB(event_lies))](l, m, out);
}

static int honest(Liar *l, const TestMessage *m)
{
    if (l->budget <= 0)
        return 1;
    if (m->setup)
        return !l->setup;
    if (l->patience > 0) {
        l->patience--;
        return 1;
    }
    if (l->only && l->only != (m->data[0] < 2 ? LIAR_REPLIES : LIAR_EVENTS))
        return 1;
    return !dice_once_in(&l->dice, l->rarity);
}

TestProxyVerdict liar_hook(void *opaque, TestMessage *m, TestBuffer *out)
{
    Liar *l = opaque;
    const size_t held = l->held_size;
    TestProxyVerdict v;

    learn(l, m);
    if (honest(l, m)) {
        test_buffer_add(out, m->data, m->size);
        v = TEST_PROXY_GO_ON;
    } else {
        v = lie(l, m, out);
    }
    if (held && v == TEST_PROXY_GO_ON) {
        test_buffer_add(out, l->held, held);
        l->held_size = 0;
    }
    return v;
}

void liar_init(Liar *l, uint32_t seed, LiarLog *log)
{
    *l = (Liar){ .log = log };
    dice_init(&l->dice, seed, 1);
    l->setup    = dice_once_in(&l->dice, 5);
    /* Opening takes about a hundred messages. */
    l->patience = dice_below(&l->dice, dice_once_in(&l->dice, 3) ? 300 : 120);
    l->rarity   = 1 << dice_below(&l->dice, 6);
    l->budget   = dice_once_in(&l->dice, 4) ? 1000 :
                  dice_between(&l->dice, 1, 6);
    l->only     = dice_below(&l->dice, 3);
    l->silence  = dice_once_in(&l->dice, 3);
}
