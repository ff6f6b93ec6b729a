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

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/error.h"

#include "x11shmpool_text.h"

/* How many bytes the character at p has, 0 if it must be escaped. */
static size_t shown_bytes(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *next = p;
    int32_t code;

    if (av_utf8_decode(&code, &next, end, 0) < 0 ||
        code < 0x20 || (code >= 0x7F && code < 0xA0))
        return 0;
    return next - p;
}

char *x11shmpool_text_append(char *buffer, size_t size, const char *text)
{
    const uint8_t *p   = (const uint8_t *)text;
    const uint8_t *end = p + strlen(text);
    size_t used        = strlen(buffer);

    while (p < end) {
        size_t taken = shown_bytes(p, end), length = taken;
        const void *shown = p;
        char escape[5];

        if (!taken) {
            taken  = 1;
            length = snprintf(escape, sizeof(escape), "\\x%02X", *p);
            shown  = escape;
        }
        if (used + length >= size)
            break;
        memcpy(buffer + used, shown, length);
        used        += length;
        buffer[used] = 0;
        p           += taken;
    }
    return buffer;
}

char *x11shmpool_text_error(char buffer[X11SHMPOOL_ERROR_SIZE], int error)
{
    av_strerror(error, buffer, X11SHMPOOL_ERROR_SIZE);
    if (error == AVERROR(EMFILE) || error == AVERROR(ENFILE))
        av_strlcat(buffer, ": raise the limit (ulimit -n)",
                   X11SHMPOOL_ERROR_SIZE);
    return buffer;
}
