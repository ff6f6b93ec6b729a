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

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "libavutil/attributes.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavutil/time.h"
#include "libavcodec/defs.h"

#include "x11shmpool_bound.h"
#include "x11shmpool_pool.h"
#include "x11shmpool_text.h"
#include "x11shmpool_views.h"

#define RETRY_US       5000000    /* after memory ran out */

struct X11ShmpoolPool {
    X11ShmpoolDisplay *display;
    X11ShmpoolFormat format;
    enum X11ShmpoolShm kind;  ///< AUTO until there is a slot
    X11ShmpoolBound bound;
    size_t slot_size;

    AVBufferPool *buffers;
    struct PoolSlot *ready;   ///< made, but not in buffers yet; or NULL
    struct Attached *attached; ///< those that the server knows
    int nb_attached;
    AVBufferRef *shared;      ///< a Shared
    int64_t full_time;        ///< memory ran out: no new slot before this, or
    int full_slots;           ///< before there are fewer than so many
    int warned_memory;
    int pagemap;              ///< see x11shmpool_views.h
};

typedef struct PoolSlot {
    X11ShmpoolSlot slot;
    X11ShmpoolViews *views;   ///< NULL if packets show the slot itself
    AVBufferRef *shared;      ///< the pool's
    int generation;
} PoolSlot;

/* What the pool and its slots share, which may outlive it. */
typedef struct Shared {
    atomic_int slots;         ///< that exist
    pthread_mutex_t lock;     ///< held while a slot goes back into the pool
    int generation;           ///< slots of an earlier one don't; under lock
} Shared;

typedef struct Attached {
    xcb_shm_seg_t segment;
    xcb_pixmap_t pixmap;
} Attached;

static Shared *shared(const AVBufferRef *buf)
{
    return (Shared *)buf->data;
}

static void free_shared(void *opaque av_unused, uint8_t *data)
{
    pthread_mutex_destroy(&((Shared *)data)->lock);
    av_free(data);
}

static av_cold AVBufferRef *alloc_shared(void)
{
    Shared *s        = av_mallocz(sizeof(*s));
    AVBufferRef *buf = s ? av_buffer_create((uint8_t *)s, sizeof(*s),
                                            free_shared, NULL, 0) : NULL;

    if (buf)
        pthread_mutex_init(&s->lock, NULL);
    else
        av_free(s);
    return buf;
}

static void free_memory(PoolSlot *p)
{
    if (!p->slot.data)
        return;
    x11shmpool_views_free(&p->views);
    x11shmpool_slot_uninit(&p->slot);
    atomic_fetch_sub(&shared(p->shared)->slots, 1);
}

static void free_slot(void *opaque, uint8_t *data av_unused)
{
    PoolSlot *p = opaque;

    free_memory(p);
    av_buffer_unref(&p->shared);
    av_free(p);
}

static int init_slot(X11ShmpoolPool *pool, X11ShmpoolSlot *s,
                     enum X11ShmpoolShm kind)
{
    return x11shmpool_slot_init(s, pool->display, kind, &pool->format,
                                pool->slot_size);
}

static int init_first_slot(X11ShmpoolPool *pool, X11ShmpoolSlot *s)
{
    void *log = pool->display->log;
    enum X11ShmpoolShm kind = X11SHMPOOL_SHM_MEMFD;
    int ret;

    while ((ret = init_slot(pool, s, kind)) < 0) {
        if (x11shmpool_display_gone(ret) || kind == X11SHMPOOL_SHM_OFF)
            return ret;
        av_log(log, AV_LOG_VERBOSE, "No slot in shared memory (%s): %s\n",
               x11shmpool_slot_kind_name(kind), av_err2str(ret));
        kind++;
    }
    if (kind == X11SHMPOOL_SHM_OFF)
        av_log(log, AV_LOG_WARNING,
               "No memory can be shared with the X server: every changed "
               "pixel travels over the socket, which is slow.\n");
    return 0;
}

static void log_failure(X11ShmpoolPool *pool, int error)
{
    void *log = pool->display->log;
    const char *kind = x11shmpool_slot_kind_name(pool->kind);
    char text[X11SHMPOOL_ERROR_SIZE];

    if (x11shmpool_display_gone(error))
        return;
    if (error == AVERROR(ENOMEM))
        av_log(log, AV_LOG_ERROR,
               "No memory for a slot of %zu bytes (shm=%s, %d slots exist).\n",
               pool->slot_size, kind, x11shmpool_pool_slots(pool));
    else if (error == AVERROR(EMFILE) || error == AVERROR(ENFILE))
        av_log(log, AV_LOG_ERROR, "No slot can be made: %s.\n",
               x11shmpool_text_error(text, error));
    else
        av_log(log, AV_LOG_ERROR,
               "shm=%s does not work with display %s: %s. "
               "Use shm=auto or shm=off.\n", kind, pool->display->name,
               error == AVERROR(ENOSYS) ? "the X server has no MIT-SHM, or none "
               "of that kind over this connection" : av_err2str(error));
}

static int make_slot(X11ShmpoolPool *pool)
{
    PoolSlot *p = av_mallocz(sizeof(*p));
    X11ShmpoolSlot *s;
    Attached *attached;
    int ret;

    if (!p)
        return AVERROR(ENOMEM);
    s         = &p->slot;
    p->shared = av_buffer_ref(pool->shared);
    attached  = av_realloc_array(pool->attached, pool->nb_attached + 1,
                                 sizeof(*attached));
    if (attached)
        pool->attached = attached;
    ret = p->shared && attached ? 0 : AVERROR(ENOMEM);
    if (ret < 0)
        goto fail;
    ret = pool->kind == X11SHMPOOL_SHM_AUTO ?
          init_first_slot(pool, s) : init_slot(pool, s, pool->kind);
    if (ret < 0)
        goto fail;
    if (!x11shmpool_pool_slots(pool))
        av_log(pool->display->log, AV_LOG_VERBOSE, "Slots of %zu bytes, "
               "shm=%s%s\n", s->size, x11shmpool_slot_kind_name(s->kind),
               s->pixmap ? ", which the server draws into" : "");
    pool->kind = s->kind;
    pool->attached[pool->nb_attached++] = (Attached){ s->segment, s->pixmap };
    if (s->fd >= 0 && pool->pagemap >= 0)
        p->views = x11shmpool_views_alloc(s->fd, s->size, pool->pagemap);
    atomic_fetch_add(&shared(p->shared)->slots, 1);
    p->generation = shared(p->shared)->generation;
    pool->ready = p;
    return 0;
fail:
    av_buffer_unref(&p->shared);
    av_free(p);
    return ret;
}

/* AVBufferPool calls this under its lock, which releasing a reference takes,
 * too: so whatever may take long is done before. */
static AVBufferRef *take_ready_slot(void *opaque, size_t size av_unused)
{
    X11ShmpoolPool *pool = opaque;
    PoolSlot *p          = pool->ready;
    AVBufferRef *buf     = NULL;

    if (p)
        buf = av_buffer_create(p->slot.data, 0, free_slot, p, 0);
    if (buf)
        pool->ready = NULL;
    return buf;
}

static void set_size(X11ShmpoolPool *pool, const X11ShmpoolFormat *f,
                     size_t size)
{
    pool->format    = *f;
    pool->slot_size = size;
    x11shmpool_bound_set_size(&pool->bound, size);
}

/* The size is that of our own references. With 0 a libavutil that poisons what
 * is released leaves the slots' content alone, on which later frames are
 * built. */
static AVBufferPool *alloc_buffers(X11ShmpoolPool *pool)
{
    return av_buffer_pool_init2(0, pool, take_ready_slot, NULL);
}

av_cold int x11shmpool_pool_alloc(X11ShmpoolPool **ppool, X11ShmpoolDisplay *d,
                                  const X11ShmpoolFormat *f, size_t size,
                                  enum X11ShmpoolShm kind, int max_slots)
{
    X11ShmpoolPool *pool;
    int ret;

    *ppool = NULL;
    size  += AV_INPUT_BUFFER_PADDING_SIZE;
    if ((ret = x11shmpool_bound_check(f, size, d->log)) < 0)
        return ret;
    pool = av_mallocz(sizeof(*pool));
    if (!pool)
        return AVERROR(ENOMEM);

    pool->display   = d;
    pool->kind      = kind;
    x11shmpool_bound_init(&pool->bound, max_slots);
    set_size(pool, f, size);
    pool->pagemap   = x11shmpool_views_pagemap();
    if (pool->pagemap < 0)
        av_log(d->log, AV_LOG_VERBOSE, "No /proc/self/pagemap: what is written "
               "into a packet can show in later frames.\n");

    pool->shared  = alloc_shared();
    pool->buffers = alloc_buffers(pool);
    if (!pool->shared || !pool->buffers) {
        x11shmpool_pool_free(&pool);
        return AVERROR(ENOMEM);
    }

    *ppool = pool;
    return 0;
}

static void free_slots(X11ShmpoolPool *pool)
{
    if (pool->ready)
        free_slot(pool->ready, NULL);
    pool->ready = NULL;
    if (pool->shared) {
        Shared *s = shared(pool->shared);

        pthread_mutex_lock(&s->lock);
        s->generation++;
        pthread_mutex_unlock(&s->lock);
    }
    av_buffer_pool_uninit(&pool->buffers);
    av_freep(&pool->attached);
}

int x11shmpool_pool_resize(X11ShmpoolPool *pool, const X11ShmpoolFormat *f,
                           size_t size)
{
    AVBufferPool *buffers;
    int ret;

    size += AV_INPUT_BUFFER_PADDING_SIZE;
    if ((ret = x11shmpool_bound_check(f, size, pool->display->log)) < 0)
        return ret;
    buffers = alloc_buffers(pool);
    if (!buffers)
        return AVERROR(ENOMEM);

    for (int i = 0; i < pool->nb_attached; i++)
        x11shmpool_slot_detach(pool->display, pool->attached[i].segment,
                               pool->attached[i].pixmap);
    pool->nb_attached = 0;
    free_slots(pool);
    pool->buffers   = buffers;
    pool->full_time = 0;
    set_size(pool, f, size);
    return 0;
}

av_cold void x11shmpool_pool_free(X11ShmpoolPool **ppool)
{
    X11ShmpoolPool *pool = *ppool;

    if (!pool)
        return;
    free_slots(pool);
    av_buffer_unref(&pool->shared);
    if (pool->pagemap >= 0)
        close(pool->pagemap);
    av_freep(ppool);
}

/* All references to a slot are released. An AVBufferPool that is no longer used
 * keeps what comes back until everything has: the memory is freed before. */
static void release_slot(void *opaque, uint8_t *data av_unused)
{
    AVBufferRef *entry = opaque;
    PoolSlot *p        = av_buffer_pool_buffer_get_opaque(entry);
    Shared *s          = shared(p->shared);

    pthread_mutex_lock(&s->lock);
    if (p->generation == s->generation)
        av_buffer_unref(&entry);
    pthread_mutex_unlock(&s->lock);
    if (entry)
        free_memory(p);
    av_buffer_unref(&entry);
}

int x11shmpool_pool_get(X11ShmpoolPool *pool, int wanted, AVBufferRef **buf,
                        X11ShmpoolSlot **slot)
{
    AVBufferRef *entry;
    PoolSlot *p;
    int ret;

    *slot = NULL;
    *buf  = NULL;
    entry = av_buffer_pool_get(pool->buffers);
    if (!entry && !pool->ready) {
        if (!x11shmpool_bound_allows(&pool->bound, x11shmpool_pool_slots(pool),
                                     pool->slot_size, wanted,
                                     av_gettime_relative(),
                                     pool->display->log))
            return AVERROR(EAGAIN);
        if (x11shmpool_pool_slots(pool) >= pool->full_slots &&
            av_gettime_relative() < pool->full_time)
            return AVERROR(EAGAIN);
        if ((ret = make_slot(pool)) < 0)
            goto fail;
        entry = av_buffer_pool_get(pool->buffers);
    }
    if (!entry)
        return AVERROR(ENOMEM);
    p    = av_buffer_pool_buffer_get_opaque(entry);
    *buf = av_buffer_create(p->slot.data, pool->slot_size, release_slot, entry,
                            0);
    if (!*buf) {
        av_buffer_unref(&entry);
        return AVERROR(ENOMEM);
    }

    x11shmpool_bound_got(&pool->bound);
    *slot = &p->slot;
    return 0;
fail:
    if (x11shmpool_display_gone(ret))
        return ret;
    /* Memory allows no more slots, but those that exist will be released. */
    if (x11shmpool_pool_slots(pool)) {
        pool->full_time  = av_gettime_relative() + RETRY_US;
        pool->full_slots = x11shmpool_pool_slots(pool);
        if (!pool->warned_memory++)
            av_log(pool->display->log, AV_LOG_WARNING,
                   "Only %d of the %d slots allowed can be made: %s\n",
                   x11shmpool_pool_slots(pool), pool->bound.max,
                   av_err2str(ret));
        return AVERROR(EAGAIN);
    }
    log_failure(pool, ret);
    return ret;
}

static PoolSlot *slot_of(const AVBufferRef *buf)
{
    return av_buffer_pool_buffer_get_opaque(av_buffer_get_opaque(buf));
}

static void release(void *opaque, uint8_t *data)
{
    AVBufferRef *buf = opaque;
    PoolSlot *p      = slot_of(buf);

    if (p->views)
        x11shmpool_views_release(p->views, data);
    av_buffer_unref(&buf);
}

AVBufferRef *x11shmpool_pool_publish(const AVBufferRef *buf)
{
    PoolSlot *p      = slot_of(buf);
    AVBufferRef *ref = av_buffer_ref(buf), *out;
    uint8_t *data    = NULL;

    if (!ref)
        return NULL;
    if (p->views)
        data = x11shmpool_views_show(p->views);
    if (!data)
        data = buf->data;

    out = av_buffer_create(data, buf->size, release, ref,
                           AV_BUFFER_FLAG_READONLY);
    if (!out)
        release(ref, data);
    return out;
}

int x11shmpool_pool_slots(const X11ShmpoolPool *pool)
{
    return atomic_load(&shared(pool->shared)->slots);
}

int x11shmpool_pool_max(const X11ShmpoolPool *pool)
{
    return pool->bound.max;
}
