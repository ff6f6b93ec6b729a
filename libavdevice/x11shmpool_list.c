/*
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

#include "libavutil/attributes.h"
#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/mem.h"

#include "x11shmpool_list.h"

/* Takes name and description over, which may be NULL for want of memory. */
static av_cold int add(AVDeviceInfoList *list, char *name, char *description)
{
    AVDeviceInfo *info = av_mallocz(sizeof(*info));

    if (info && name && description) {
        info->device_name        = name;
        info->device_description = description;
        info->media_types        = av_malloc(sizeof(*info->media_types));
        if (info->media_types) {
            info->media_types[0] = AVMEDIA_TYPE_VIDEO;
            info->nb_media_types = 1;
            if (av_dynarray_add_nofree(&list->devices, &list->nb_devices,
                                       info) >= 0)
                return 0;
            av_free(info->media_types);
        }
    }
    av_free(info);
    av_free(name);
    av_free(description);
    return AVERROR(ENOMEM);
}

av_cold int x11shmpool_list_screens(const X11ShmpoolDisplay *d,
                                    AVDeviceInfoList *list)
{
    xcb_screen_iterator_t it = xcb_setup_roots_iterator(d->setup);
    int ret;

    for (int i = 0; it.rem; i++, xcb_screen_next(&it)) {
        ret = add(list, av_asprintf("%s.%d", d->name, i),
                  av_asprintf("screen %d, %dx%d, depth %d", i,
                              it.data->width_in_pixels,
                              it.data->height_in_pixels,
                              it.data->root_depth));
        if (ret < 0)
            return ret;
        if (i == d->screen_num)
            list->default_device = list->nb_devices - 1;
    }
    return 0;
}
