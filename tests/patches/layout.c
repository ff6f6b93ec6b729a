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

/**
 * @file
 * The layout of libavformat's private struct that the overlay declares, held
 * against the one that FFmpeg declares. Compiled inside a source tree; nothing
 * is run.
 */

#include <stddef.h>

#include "libavformat/avformat.h"
#include "libavformat/demux.h"

#define X11SHMPOOL_OVERLAY
#define FFInputFormat X11ShmpoolLayout
#include "libavdevice/x11shmpool_compat.h"
#undef FFInputFormat

#define SAME(field)                                                         \
    _Static_assert(offsetof(X11ShmpoolLayout, field) ==                     \
                   offsetof(FFInputFormat, field) &&                        \
                   sizeof(((X11ShmpoolLayout *)0)->field) ==                \
                   sizeof(((FFInputFormat *)0)->field), #field)

SAME(p);
SAME(raw_codec_id);
SAME(priv_data_size);
SAME(flags_internal);
SAME(read_probe);
SAME(read_header);
SAME(read_packet);
SAME(read_close);
SAME(read_seek);
SAME(read_timestamp);
#if LIBAVFORMAT_VERSION_MAJOR < 62
SAME(read_play);
SAME(read_pause);
#else
SAME(read_set_state);
SAME(handle_command);
#endif
SAME(read_seek2);
SAME(get_device_list);

_Static_assert(sizeof(X11ShmpoolLayout) == sizeof(FFInputFormat), "size");
_Static_assert(X11SHMPOOL_FLAG_INIT_CLEANUP == FF_INFMT_FLAG_INIT_CLEANUP,
               "FF_INFMT_FLAG_INIT_CLEANUP");
