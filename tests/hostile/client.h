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

#ifndef TESTS_HOSTILE_CLIENT_H
#define TESTS_HOSTILE_CLIENT_H

#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>

#include "report.h"
#include "scene.h"

/**
 * @file
 * An application that records: libavformat's public functions, with an interrupt
 * callback that ends what takes too long.
 */

#define CLIENT_KEPT 6

typedef struct Client {
    AVFormatContext *ctx;
    Report *report;
    Life *life;
    Dice *dice;
    AVPacket *kept[CLIENT_KEPT];
    int nb_kept;
} Client;

/** Have the log seen by the client: that of words, unless it may repeat what
 *  the case itself asked for, has no control characters. */
void client_log(Report *r, int strict);

/** Note, the first time, that text has control characters in it. */
void client_check_text(Report *r, const char *where, const char *text);

/** Open, read frames, close, release what was kept. options are the callee's.
 *  @param open_ms after which the interrupt callback ends opening
 *  @return what opening returned */
int client_record(Client *c, const char *url, AVDictionary *options,
                  int open_ms, int frames);

/** What `ffmpeg -sources` does.
 *  @param chosen the name of one of them by chance, to be freed; NULL for none */
int client_list(Client *c, const char *display, char **chosen);

#endif /* TESTS_HOSTILE_CLIENT_H */
