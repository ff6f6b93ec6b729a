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

#include "x11shmpool_pool.h"
#include "x11shmpool_view.h"

#define AUTO_BYTES     (256 << 20)
#define AUTO_MIN_SLOTS 4
#define AUTO_MAX_SLOTS 16
#define RETRY_US       5000000

/* Of one slot: there is more than one only while packets that were written to
 * are kept. A process can have but so many mappings. */
#define MAX_VIEWS      64

struct X11ShmpoolPool {
    X11ShmpoolDisplay *display;
    X11ShmpoolFormat format;
    xcb_window_t root;
    enum X11ShmpoolShm kind;  ///< as asked for
    enum X11ShmpoolShm last;  ///< of the slot made last, AUTO before the first
    int max_slots;
    size_t slot_size;

    AVBufferPool *buffers;
    AVBufferRef *count;       ///< an atomic_int, shared with every slot
    int64_t retry_time;       ///< when to try a better kind again, 0 for never
    int64_t full_time;        ///< no new slot before this: memory ran out
    int alloc_error;          ///< why the last slot could not be made
    int warned;
    int pagemap;              ///< see x11shmpool_view.h
};

typedef struct View {
    X11ShmpoolView view;
    int packets;              ///< that have it
    struct View *next;
} View;

typedef struct PoolSlot {
    X11ShmpoolSlot slot;
    AVBufferRef *count;
    int pagemap;              ///< the pool's

    pthread_mutex_t lock;     ///< for what follows
    View *views;              ///< the one published last first
} PoolSlot;

static atomic_int *counter(const AVBufferRef *count)
{
    return (atomic_int *)count->data;
}

static void free_slot(void *opaque, uint8_t *data av_unused)
{
    PoolSlot *p = opaque;
    View *v;

    while ((v = p->views)) {
        p->views = v->next;
        x11shmpool_view_uninit(&v->view);
        av_free(v);
    }
    pthread_mutex_destroy(&p->lock);
    x11shmpool_slot_uninit(&p->slot);
    atomic_fetch_sub(counter(p->count), 1);
    av_buffer_unref(&p->count);
    av_free(p);
}

static int init_slot(X11ShmpoolPool *pool, X11ShmpoolSlot *s,
                     enum X11ShmpoolShm kind)
{
    return x11shmpool_slot_init(s, pool->display, kind, &pool->format,
                                pool->root, pool->slot_size);
}

static int init_best_slot(X11ShmpoolPool *pool, X11ShmpoolSlot *s)
{
    void *log = pool->display->log;
    enum X11ShmpoolShm kind;
    int ret = AVERROR(ENOSYS);

    if (pool->kind != X11SHMPOOL_SHM_AUTO) {
        kind = pool->kind;
        ret  = init_slot(pool, s, kind);
    } else {
        for (kind = X11SHMPOOL_SHM_MEMFD; kind <= X11SHMPOOL_SHM_OFF; kind++) {
            ret = init_slot(pool, s, kind);
            if (ret >= 0 || x11shmpool_display_gone(ret))
                break;
            av_log(log, AV_LOG_VERBOSE, "No slot in shared memory (%s): %s\n",
                   x11shmpool_slot_kind_name(kind), av_err2str(ret));
            if (ret != AVERROR(ENOSYS))
                pool->retry_time = av_gettime_relative() + RETRY_US;
        }
    }
    if (ret < 0)
        return ret;

    if (kind != pool->last) {
        av_log(log, AV_LOG_VERBOSE, "Slots of %zu bytes, shm=%s%s\n", s->size,
               x11shmpool_slot_kind_name(kind),
               s->pixmap ? ", which the server draws into" : "");
        if (kind == X11SHMPOOL_SHM_OFF && pool->kind == X11SHMPOOL_SHM_AUTO &&
            !pool->warned++)
            av_log(log, AV_LOG_WARNING,
                   "No memory can be shared with the X server: every changed "
                   "pixel travels over the socket, which is slow.\n");
        pool->last = kind;
    }
    return 0;
}

static void log_failure(X11ShmpoolPool *pool, int error)
{
    void *log = pool->display->log;
    const char *kind = x11shmpool_slot_kind_name(pool->kind);

    if (x11shmpool_display_gone(error))
        return;
    if (error == AVERROR(ENOMEM))
        av_log(log, AV_LOG_ERROR,
               "No memory for a slot of %zu bytes (shm=%s, %d slots exist).\n",
               pool->slot_size, kind, x11shmpool_pool_slots(pool));
    else
        av_log(log, AV_LOG_ERROR,
               "shm=%s does not work with display %s: %s. "
               "Use shm=auto or shm=off.\n", kind, pool->display->name,
               error == AVERROR(ENOSYS) ? "the X server has no MIT-SHM, or none "
               "of that kind over this connection" : av_err2str(error));
}

static AVBufferRef *alloc_slot(void *opaque, size_t size)
{
    X11ShmpoolPool *pool = opaque;
    PoolSlot *p = NULL;
    AVBufferRef *buf;
    int ret;

    if (x11shmpool_pool_slots(pool) >= pool->max_slots ||
        (pool->full_time && av_gettime_relative() < pool->full_time)) {
        pool->alloc_error = AVERROR(EAGAIN);
        return NULL;
    }

    ret = AVERROR(ENOMEM);
    p   = av_mallocz(sizeof(*p));
    if (!p)
        goto fail;
    p->count = av_buffer_ref(pool->count);
    if (!p->count)
        goto fail;
    if ((ret = init_best_slot(pool, &p->slot)) < 0)
        goto fail;
    p->pagemap = pool->pagemap;
    pthread_mutex_init(&p->lock, NULL);

    buf = av_buffer_create(p->slot.data, size, free_slot, p, 0);
    if (!buf) {
        x11shmpool_slot_detach(&p->slot, pool->display);
        x11shmpool_slot_uninit(&p->slot);
        pthread_mutex_destroy(&p->lock);
        ret = AVERROR(ENOMEM);
        goto fail;
    }
    atomic_fetch_add(counter(p->count), 1);
    return buf;

fail:
    if (p)
        av_buffer_unref(&p->count);
    av_free(p);
    pool->alloc_error = ret;
    return NULL;
}

static AVBufferPool *new_buffers(X11ShmpoolPool *pool)
{
    return av_buffer_pool_init2(pool->slot_size, pool, alloc_slot, NULL);
}

av_cold int x11shmpool_pool_alloc(X11ShmpoolPool **ppool, X11ShmpoolDisplay *d,
                                  const X11ShmpoolFormat *f, xcb_window_t root,
                                  enum X11ShmpoolShm kind, int max_slots)
{
    X11ShmpoolPool *pool = av_mallocz(sizeof(*pool));

    *ppool = NULL;
    if (!pool)
        return AVERROR(ENOMEM);

    pool->display   = d;
    pool->format    = *f;
    pool->root      = root;
    pool->kind      = kind;
    pool->pagemap   = x11shmpool_view_pagemap();
    pool->slot_size = (size_t)f->stride * f->height +
                      AV_INPUT_BUFFER_PADDING_SIZE;
    pool->max_slots = max_slots ? max_slots :
                      av_clip(AUTO_BYTES / pool->slot_size, AUTO_MIN_SLOTS,
                              AUTO_MAX_SLOTS);

    pool->count   = av_buffer_allocz(sizeof(atomic_int));
    pool->buffers = new_buffers(pool);
    if (!pool->count || !pool->buffers) {
        x11shmpool_pool_free(&pool);
        return AVERROR(ENOMEM);
    }

    *ppool = pool;
    return 0;
}

av_cold void x11shmpool_pool_free(X11ShmpoolPool **ppool)
{
    X11ShmpoolPool *pool = *ppool;

    if (!pool)
        return;
    av_buffer_pool_uninit(&pool->buffers);
    av_buffer_unref(&pool->count);
    if (pool->pagemap >= 0)
        close(pool->pagemap);
    av_freep(ppool);
}

/* A pool can't drop one of its buffers, so all of it is replaced. Slots in
 * plain memory have no half on the server that would have to be detached. */
static int upgrade(X11ShmpoolPool *pool)
{
    AVBufferPool *buffers;
    X11ShmpoolSlot probe;
    int ret = AVERROR(ENOSYS);

    pool->retry_time = av_gettime_relative() + RETRY_US;

    for (int kind = X11SHMPOOL_SHM_MEMFD; kind < X11SHMPOOL_SHM_OFF; kind++) {
        ret = init_slot(pool, &probe, kind);
        if (ret >= 0 || x11shmpool_display_gone(ret))
            break;
    }
    if (ret < 0)
        return x11shmpool_display_gone(ret) ? ret : 0;
    x11shmpool_slot_detach(&probe, pool->display);
    x11shmpool_slot_uninit(&probe);

    buffers = new_buffers(pool);
    if (!buffers)
        return AVERROR(ENOMEM);
    av_buffer_pool_uninit(&pool->buffers);
    pool->buffers    = buffers;
    pool->retry_time = 0;
    av_log(pool->display->log, AV_LOG_INFO,
           "Memory can be shared with the X server again.\n");

    return 0;
}

int x11shmpool_pool_get(X11ShmpoolPool *pool, AVBufferRef **buf,
                        X11ShmpoolSlot **slot)
{
    int ret;

    *buf  = NULL;
    *slot = NULL;

    if (pool->retry_time && pool->last == X11SHMPOOL_SHM_OFF &&
        av_gettime_relative() >= pool->retry_time &&
        (ret = upgrade(pool)) < 0)
        return ret;

    pool->alloc_error = AVERROR(ENOMEM);
    *buf = av_buffer_pool_get(pool->buffers);
    if (*buf) {
        PoolSlot *p = av_buffer_pool_buffer_get_opaque(*buf);

        *slot = &p->slot;
        return 0;
    }

    ret = pool->alloc_error;
    if (ret == AVERROR(EAGAIN) || x11shmpool_display_gone(ret))
        return ret;
    /* The pool is as large as memory lets it be; those it has do come back. */
    if (x11shmpool_pool_slots(pool)) {
        pool->full_time = av_gettime_relative() + RETRY_US;
        if (!pool->warned++)
            av_log(pool->display->log, AV_LOG_WARNING,
                   "No more than %d slots of the %d allowed can be had: %s\n",
                   x11shmpool_pool_slots(pool), pool->max_slots,
                   av_err2str(ret));
        return AVERROR(EAGAIN);
    }
    log_failure(pool, ret);
    return ret;
}

static View *add_view(PoolSlot *p)
{
    int nb = 0;
    View *v;

    for (v = p->views; v; v = v->next)
        nb++;
    if (p->slot.fd < 0 || p->pagemap < 0 || nb >= MAX_VIEWS)
        return NULL;
    v = av_mallocz(sizeof(*v));
    if (!v || x11shmpool_view_init(&v->view, p->slot.fd, p->slot.size,
                                   !nb, p->pagemap) < 0) {
        av_free(v);
        return NULL;
    }
    v->next  = p->views;
    p->views = v;
    return v;
}

/* Under lock: one that shows the slot, the same as last time if that does. */
static View *choose_view(PoolSlot *p)
{
    for (View **at = &p->views; *at; at = &(*at)->next) {
        View *v     = *at;
        int written = x11shmpool_view_written(&v->view, p->pagemap);

        if (written && v->packets)
            continue;
        if (written)
            x11shmpool_view_reset(&v->view);
        *at      = v->next;
        v->next  = p->views;
        p->views = v;
        return v;
    }
    return add_view(p);
}

static void release(void *opaque, uint8_t *data)
{
    AVBufferRef *buf = opaque;
    PoolSlot *p      = av_buffer_pool_buffer_get_opaque(buf);

    pthread_mutex_lock(&p->lock);
    for (View *v = p->views; v; v = v->next)
        v->packets -= v->view.data == data;
    pthread_mutex_unlock(&p->lock);
    av_buffer_unref(&buf);
}

AVBufferRef *x11shmpool_pool_publish(const AVBufferRef *buf)
{
    PoolSlot *p      = av_buffer_pool_buffer_get_opaque(buf);
    AVBufferRef *ref = av_buffer_ref(buf), *out;
    uint8_t *data    = buf->data;
    View *v;

    if (!ref)
        return NULL;
    pthread_mutex_lock(&p->lock);
    v = choose_view(p);
    if (v) {
        data = v->view.data;
        v->packets++;
    }
    pthread_mutex_unlock(&p->lock);

    out = av_buffer_create(data, buf->size, release, ref,
                           AV_BUFFER_FLAG_READONLY);
    if (!out)
        release(ref, data);
    return out;
}

int x11shmpool_pool_slots(const X11ShmpoolPool *pool)
{
    return atomic_load(counter(pool->count));
}

int x11shmpool_pool_max(const X11ShmpoolPool *pool)
{
    return pool->max_slots;
}
