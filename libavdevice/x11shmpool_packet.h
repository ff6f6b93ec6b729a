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

#ifndef AVDEVICE_X11SHMPOOL_PACKET_H
#define AVDEVICE_X11SHMPOOL_PACKET_H

#include "libavcodec/packet.h"

#include "x11shmpool_changes.h"
#include "x11shmpool_engine.h"
#include "x11shmpool_queue.h"

/**
 * @file
 * A packet is what leaves the device: a reference to the memory of a frame,
 * with palette and metadata; or if hints are wanted, an AVFrame around that
 * memory (AV_CODEC_ID_WRAPPED_AVFRAME), since no packet can carry an
 * AVVideoHint.
 *
 * On the thread that reads.
 */

/** The most frames whose changes a hint tells: half of those that are recorded,
 *  since newer frames may be waiting. */
#define X11SHMPOOL_HINTS (X11SHMPOOL_CHANGES / 2)

typedef struct X11ShmpoolPackets {
    int metadata;            ///< tell what changed as metadata
    int hints;               ///< frames whose changes a hint tells, up to
                             ///< X11SHMPOOL_HINTS; 0 for raw video
    int width, height;       ///< of the last packet; of the stream, as the
                             ///< caller sets it, before the first one
    int first_width, first_height; ///< of the first packet, 0 before it
    int64_t sequences[X11SHMPOOL_HINTS]; ///< of the frames in the last
                             ///< packets of this size, the last one first; 0 if
                             ///< there were fewer
} X11ShmpoolPackets;

/**
 * Check that this FFmpeg has what is asked for.
 *
 * @param log AVClass context
 * @return 0, or AVERROR(ENOSYS) with a line logged
 */
int x11shmpool_packets_check(const X11ShmpoolPackets *p, void *log);

/**
 * Fill the next packet.
 *
 * @param frame stays the caller's
 * @param pkt   with the frame's timestamps and nothing else
 * @return 0 or AVERROR(ENOMEM): what was added by then belongs to the packet
 */
int x11shmpool_packets_fill(X11ShmpoolPackets *p, X11ShmpoolEngine *engine,
                            const X11ShmpoolFrame *frame, AVPacket *pkt);

#endif /* AVDEVICE_X11SHMPOOL_PACKET_H */
