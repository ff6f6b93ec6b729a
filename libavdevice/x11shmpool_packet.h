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
#include "x11shmpool_picture.h"
#include "x11shmpool_queue.h"

/**
 * @file
 * A packet is what leaves the device: a reference to the memory of a frame,
 * with palette and metadata. Any thread.
 */

/**
 * Fill a packet, except for its timestamps.
 *
 * @param frame stays the caller's
 * @param rects what differs from the packet before, for its metadata; NULL for
 *              no metadata
 * @return 0 or AVERROR(ENOMEM): what was added by then belongs to the packet
 */
int x11shmpool_packet_init(AVPacket *pkt, const X11ShmpoolFrame *frame,
                           const X11ShmpoolPicture *picture,
                           const X11ShmpoolRects *rects);

#endif /* AVDEVICE_X11SHMPOOL_PACKET_H */
