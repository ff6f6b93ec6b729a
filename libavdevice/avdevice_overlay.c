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
 * The overlay: a libavdevice that forwards to the installed one and adds the
 * x11shmpool demuxer. It has the SONAME of the library that it needs, and
 * needs it by its absolute path. What is not defined here resolves there.
 *
 * Exported: avdevice_register_all() and av_input_video_device_next(), under
 * the installed library's version node. Both may be called on any thread, as
 * often as one likes.
 */

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "x11shmpool_compat.h"

#include "libavutil/log.h"
#include "libavutil/mem.h"

#define EXPORT __attribute__((visibility("default")))

/* configure and install look for it in the file, to tell an overlay from the
 * library that it forwards to. */
__attribute__((used))
static const char marker[] = X11SHMPOOL_OVERLAY_MARKER " "
                             X11SHMPOOL_VERSION;

static pthread_once_t load_once     = PTHREAD_ONCE_INIT;
static pthread_once_t register_once = PTHREAD_ONCE_INIT;

static void (*real_register_all)(void);
static const AVInputFormat *(*real_video_next)(const AVInputFormat *);
static const AVInputFormat *added; ///< NULL if the demuxer is not added

/* libavformat keeps these for as long as the process lives. */
static X11ShmpoolDemuxerRef *demuxers;
static X11ShmpoolMuxerRef *muxers;

static const AVInputFormat *demuxer_public(void)
{
    /* the public part is the struct's first member, or all of it */
    return (const AVInputFormat *)&ff_x11shmpool_demuxer;
}

static av_cold void *real_symbol(void *lib, const char *name)
{
    void *sym = lib ? dlsym(lib, name) : NULL;

    if (!sym)
        av_log(NULL, AV_LOG_ERROR, "x11shmpool: no %s in %s: %s\n", name,
               X11SHMPOOL_REAL_LIBAVDEVICE, dlerror());
    return sym;
}

static av_cold void load(void)
{
    const AVInputFormat *f = NULL;
    unsigned major = AV_VERSION_MAJOR(avformat_version());
    /* A handle, not RTLD_NEXT: if this library was loaded by dlopen(), what
     * comes next depends on the order of loading. */
    void *lib = dlopen(X11SHMPOOL_REAL_LIBAVDEVICE, RTLD_LAZY);

    real_register_all = (void (*)(void))real_symbol(lib, "avdevice_register_all");
    real_video_next   = (const AVInputFormat *(*)(const AVInputFormat *))
                        real_symbol(lib, "av_input_video_device_next");
    if (!real_register_all || !real_video_next)
        return;

    if (major != LIBAVFORMAT_VERSION_MAJOR) {
        av_log(NULL, AV_LOG_ERROR, "x11shmpool: built for libavformat %d, this "
               "program runs libavformat %u: the device is not added\n",
               LIBAVFORMAT_VERSION_MAJOR, major);
        return;
    }

    while ((f = real_video_next(f)))
        if (!strcmp(f->name, demuxer_public()->name))
            return;

    av_log(NULL, AV_LOG_DEBUG, "x11shmpool %s over %s\n", marker,
           X11SHMPOOL_REAL_LIBAVDEVICE);
    added = demuxer_public();
}

static av_cold size_t count_demuxers(void)
{
    void *opaque = NULL;
    size_t nb = 0;

    while (av_demuxer_iterate(&opaque))
        nb++;
    return nb;
}

static av_cold size_t count_muxers(void)
{
    void *opaque = NULL;
    size_t nb = 0;

    while (av_muxer_iterate(&opaque))
        nb++;
    return nb;
}

static av_cold void register_devices(void)
{
    const AVInputFormat *in;
    const AVOutputFormat *out;
    size_t builtin_in, builtin_out, nb_in, nb_out;
    size_t i;
    void *opaque;

    if (!real_register_all)
        return;
    if (!added) {
        real_register_all();
        return;
    }

    /* av_demuxer_iterate() yields what is built into libavformat and then the
     * devices, in the order of registration. Registering replaces all
     * devices. */
    avpriv_register_devices(NULL, NULL);
    builtin_in  = count_demuxers();
    builtin_out = count_muxers();
    real_register_all();
    nb_in  = count_demuxers() - builtin_in;
    nb_out = count_muxers()   - builtin_out;

    demuxers = av_calloc(nb_in  + 2, sizeof(*demuxers));
    muxers   = av_calloc(nb_out + 1, sizeof(*muxers));
    if (!demuxers || !muxers) {
        av_freep(&demuxers);
        av_freep(&muxers);
        av_log(NULL, AV_LOG_ERROR,
               "x11shmpool: no memory, the device is not added\n");
        return;
    }

    opaque = NULL;
    for (i = 0; (in = av_demuxer_iterate(&opaque)); i++)
        if (i >= builtin_in)
            demuxers[i - builtin_in] = (X11ShmpoolDemuxerRef)in;
    demuxers[nb_in] = &ff_x11shmpool_demuxer;

    opaque = NULL;
    for (i = 0; (out = av_muxer_iterate(&opaque)); i++)
        if (i >= builtin_out)
            muxers[i - builtin_out] = (X11ShmpoolMuxerRef)out;

    avpriv_register_devices(muxers, demuxers);
}

EXPORT av_cold void avdevice_register_all(void)
{
    pthread_once(&load_once, load);
    pthread_once(&register_once, register_devices);
}

EXPORT av_cold const AVInputFormat *
av_input_video_device_next(const AVInputFormat *prev)
{
    const AVInputFormat *next;

    pthread_once(&load_once, load);
    if (!real_video_next || (prev && prev == added))
        return NULL;
    next = real_video_next(prev);
    return next ? next : added;
}
