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

#include "libavutil/error.h"
#include "libavutil/time.h"

#include "x11shmpool_reminder.h"

#define EVERY_US 1000000
#define STEP_US  1000

void x11shmpool_reminder_set(X11ShmpoolReminder *r, const AVPacket *pkt,
                             int64_t interval)
{
    x11shmpool_reminder_clear(r);
    if (interval <= EVERY_US || !(r->packet = av_packet_clone(pkt)))
        return;
    r->taken    = av_gettime_relative();
    r->interval = interval;
    r->nb       = 0;
}

int x11shmpool_reminder_get(X11ShmpoolReminder *r, AVPacket *pkt)
{
    int64_t passed;
    int ret;

    if (!r->packet)
        return AVERROR(EAGAIN);
    passed = av_gettime_relative() - r->taken;
    if (passed > r->interval - EVERY_US)
        x11shmpool_reminder_clear(r);
    if (!r->packet || passed < (r->nb + 1) * (int64_t)EVERY_US)
        return AVERROR(EAGAIN);
    if ((ret = av_packet_ref(pkt, r->packet)) < 0)
        return ret;
    r->nb++;
    pkt->pts     += r->nb * (int64_t)STEP_US;
    pkt->dts      = pkt->pts;
    pkt->duration = STEP_US;
    pkt->flags   |= AV_PKT_FLAG_DISCARD;

    return 0;
}

void x11shmpool_reminder_clear(X11ShmpoolReminder *r)
{
    av_packet_free(&r->packet);
}
