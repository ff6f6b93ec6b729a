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

#ifndef AVDEVICE_X11SHMPOOL_TEXT_H
#define AVDEVICE_X11SHMPOOL_TEXT_H

#include <stddef.h>

/**
 * @file
 * Text that somebody else wrote (titles, names, a server's error messages),
 * made safe for terminals and logs. Pure; any thread.
 */

/**
 * Append text to the string in a buffer. Control characters (C0, DEL and C1)
 * and bytes that are not UTF-8 become \xHH, byte by byte; everything else is
 * unchanged.
 *
 * @param buffer holds a string already, "" at least
 * @param size   of the buffer, bytes; what does not fit is left out; characters
 *               and escapes are never cut
 * @return buffer
 */
char *x11shmpool_text_append(char *buffer, size_t size, const char *text);

#define X11SHMPOOL_ERROR_SIZE 128

/** The text of an AVERROR, with advice if file descriptors ran out.
 *  @return buffer */
char *x11shmpool_text_error(char buffer[X11SHMPOOL_ERROR_SIZE], int error);

#endif /* AVDEVICE_X11SHMPOOL_TEXT_H */
