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

#ifndef AVDEVICE_X11SHMPOOL_DAMAGE_H
#define AVDEVICE_X11SHMPOOL_DAMAGE_H

#include <stdint.h>
#include <xcb/xcb.h>

#include "x11shmpool_changes.h"
#include "x11shmpool_display.h"
#include "x11shmpool_geometry.h"

/**
 * @file
 * What was drawn, and which part of it a slot lacks. This is the buffer age of
 * EGL_EXT_buffer_age and of wlroots' swapchains, with the regions kept on the X
 * server.
 *
 * Every subtraction of damage gets a number, and its region goes into a ring. A
 * slot's stamp is the number of the subtraction up to which the slot is
 * complete; the union of the regions since then is what is stale in it. So a
 * frame costs one request for the subtraction and one for each entry beyond the
 * first, however many slots there are, and a slot that is older than the ring
 * is simply filled whole. Stamps are written here and nowhere else.
 *
 * On the thread that owns the display.
 */

#define X11SHMPOOL_DAMAGE_RING 32
#define X11SHMPOOL_DAMAGE_GAPS 1024

/** See above. X11SHMPOOL_NEVER for a slot that was never filled. */
typedef int64_t X11ShmpoolStamp;
#define X11SHMPOOL_NEVER (-1)

typedef struct X11ShmpoolDamage {
    X11ShmpoolDisplay *display;
    uint32_t damage;          ///< XCB_NONE if damage is not tracked
    int dirty;                ///< something was drawn since the subtraction
    int invalid;              ///< everything changed since the subtraction
    int64_t sequence;         ///< number of the last subtraction
    int64_t valid;            ///< slots with a stamp before this are stale as a
                              ///< whole

    uint32_t ring[X11SHMPOOL_DAMAGE_RING]; ///< XFixes regions
    uint32_t stale;           ///< region: the union asked for last
    uint32_t box;             ///< region: the extents of the last subtraction
    uint32_t clip;            ///< region: the part that is captured
    X11ShmpoolRect clip_rect; ///< the rectangle around it, drawable coordinates
} X11ShmpoolDamage;

/**
 * Begin to track a drawable. All of it counts as changed at first.
 *
 * @return 0; AVERROR(ENOSYS) if the server lacks DAMAGE or XFIXES; or as
 *         x11shmpool_display_wait(). After an error damage is not tracked:
 *         x11shmpool_damage_dirty() is always true and slots are always stale
 *         as a whole.
 */
int x11shmpool_damage_init(X11ShmpoolDamage *dm, X11ShmpoolDisplay *d,
                           xcb_drawable_t drawable);

/** Stop tracking, as after an error of x11shmpool_damage_init(). Buffered. */
void x11shmpool_damage_uninit(X11ShmpoolDamage *dm);

/** Whether damage is tracked. */
int x11shmpool_damage_tracked(const X11ShmpoolDamage *dm);

/** Note a DamageNotify. @return 1 if the event was this, else 0 */
int x11shmpool_damage_event(X11ShmpoolDamage *dm,
                            const xcb_generic_event_t *event);

/** Whether anything may have been drawn since the last subtraction. */
int x11shmpool_damage_dirty(const X11ShmpoolDamage *dm);

/** Note that everything is stale in every slot, because what is captured moved
 *  or was resized, or something other than drawing changed the pixels. */
void x11shmpool_damage_invalidate(X11ShmpoolDamage *dm);

/** Set the part of the drawable that is captured, in its coordinates: rect
 *  without the gaps. Damage elsewhere is ignored. Buffered; nothing is sent if
 *  rect is the same and renew is 0. */
void x11shmpool_damage_clip(X11ShmpoolDamage *dm, X11ShmpoolRect rect,
                            const X11ShmpoolRect *gaps, int nb_gaps,
                            int renew);

/**
 * Subtract the damage reported so far. This must be done before the pixels are
 * read, never after: what is drawn in between is then reported twice, not lost.
 * Buffered.
 *
 * @return 1 if everything changed, 0 if only what was drawn
 */
int x11shmpool_damage_subtract(X11ShmpoolDamage *dm);

/** Ask what the last subtraction found within the part that is captured.
 *  Buffered.
 *  @param exact ask for all rectangles, not only for the one around them
 *  @return the sequence to give to x11shmpool_damage_receive() */
unsigned x11shmpool_damage_send(X11ShmpoolDamage *dm, int exact);

/**
 * Receive the rectangles of an XFixes region. If there are more than rects has
 * room for, the rectangle around them takes their place.
 *
 * @param sequence of x11shmpool_damage_send(), or of a FetchRegion
 * @param clip     the rectangles are cut off at its edges, unless it is NULL
 * @param rects    set to the region, drawable coordinates
 * @return 0, or as x11shmpool_display_receive()
 */
int x11shmpool_damage_receive(X11ShmpoolDisplay *d, unsigned sequence,
                              const X11ShmpoolRect *clip,
                              X11ShmpoolRects *rects);

enum X11ShmpoolStale {
    X11SHMPOOL_STALE_NONE,
    X11SHMPOOL_STALE_REGION,
    X11SHMPOOL_STALE_WHOLE,
};

/**
 * Begin to fill a slot up to the last subtraction: find what is stale in it.
 * Buffered.
 *
 * @param stamp  the slot's; if anything is stale, it is X11SHMPOOL_NEVER until
 *               x11shmpool_damage_end_fill()
 * @param region set to an XFixes region, drawable coordinates, if
 *               X11SHMPOOL_STALE_REGION is returned; valid until the next call
 *               or subtraction
 */
enum X11ShmpoolStale x11shmpool_damage_begin_fill(X11ShmpoolDamage *dm,
                                                  X11ShmpoolStamp *stamp,
                                                  uint32_t *region);

/** Note that what was stale is filled. Must be called before any other function
 *  of this file. */
void x11shmpool_damage_end_fill(const X11ShmpoolDamage *dm,
                                X11ShmpoolStamp *stamp);

#endif /* AVDEVICE_X11SHMPOOL_DAMAGE_H */
