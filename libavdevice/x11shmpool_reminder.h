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

#ifndef AVDEVICE_X11SHMPOOL_REMINDER_H
#define AVDEVICE_X11SHMPOOL_REMINDER_H

#include <stdint.h>

#include "libavcodec/packet.h"

/**
 * @file
 * The last packet again, for readers that poll.
 *
 * The ffmpeg program can be told to stop at any time, but the thread that reads
 * an input obeys only when it has got a packet: at a frame every 30 seconds
 * Ctrl-C would take as long. So once a second a reader that polls gets the last
 * packet again, marked AV_PKT_FLAG_DISCARD: no frame comes out of a decoder for
 * it. Where frames are a second apart or less there are no such packets.
 *
 * On the thread that reads.
 */

typedef struct X11ShmpoolReminder {
    AVPacket *packet;        ///< the last one; NULL for none
    int64_t taken;           ///< when it was read, µs
    int64_t interval;        ///< between two frames, µs
    int nb;                  ///< how often it was returned again
} X11ShmpoolReminder;

/** Note that a packet is returned whose next one is due interval µs later. It
 *  stays the caller's. Without memory there are no reminders of it. */
void x11shmpool_reminder_set(X11ShmpoolReminder *r, const AVPacket *pkt,
                             int64_t interval);

/**
 * Get the last packet again, if that is due. Its timestamp is a millisecond
 * later each time. In the last second before the next frame, whose memory may
 * be needed for that, it is forgotten.
 *
 * @return 0; AVERROR(EAGAIN) if it is not due; or AVERROR(ENOMEM)
 */
int x11shmpool_reminder_get(X11ShmpoolReminder *r, AVPacket *pkt);

/** Forget the packet. A zeroed reminder is fine. */
void x11shmpool_reminder_clear(X11ShmpoolReminder *r);

#endif /* AVDEVICE_X11SHMPOOL_REMINDER_H */
