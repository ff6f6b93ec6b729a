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
 * While monitors, the screen and windows are changed 20 times a second at
 * random, they are recorded: no frame shows anything else, or a part in the
 * wrong place, or parts of two moments; two frames after the last change the
 * pictures are exact; and nobody complained.
 *
 * Each pixel of what is recorded tells whose it is and where it belongs, so
 * that every frame can be judged by itself.
 *
 * $X11SHMPOOL_REARRANGED_SECONDS  how long each of the tests lasts, [3]
 * $X11SHMPOOL_REARRANGED_CHANGES  how many a second, [20] $X11SHMPOOL_SEED
 * where the random numbers begin
 */

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "app.h"
#include "random.h"
#include "randr.h"
#include "shot.h"
#include "stage.h"

#define FRAMERATE  50
#define LATE_US    (2 * 1000000 / FRAMERATE)
#define SLACK_US   100000      /* the machine may be busy with others */
#define MAX_WIDTH  1000
#define MAX_HEIGHT 700
#define MIN_WIDTH  800         /* all monitors lie within these */
#define MIN_HEIGHT 600
#define MAX_STATES 8192
#define NB_OUTPUTS 3

/* libavutil is not instrumented: that nobody reads a slot any more when it is
 * filled again can't be seen by ThreadSanitizer. */
#define UNSEEN __attribute__((no_sanitize_thread))

/* A pixel: whose it is, 2 bits, and its place there, 11 bits each. */
enum Owner { NOBODY, ROOT, WINDOW, OTHER };
#define MENU  0                /* to be added to the place of OTHER's pixels */
#define NEIGHBOUR 1024

static uint32_t code(enum Owner owner, int x, int y)
{
    return (uint32_t)owner << 22 | x << 11 | y;
}

/* What something was like, and from when to when that can have been seen */
typedef struct State {
    int64_t from, to;          /* µs, av_gettime() */
    TestRect at[NB_OUTPUTS];   /* w 0: off */
    int nb;
} State;

typedef struct History {
    State states[MAX_STATES];
    int nb;
} History;

typedef struct Recording {
    const char *name, *options;
    int (*judge)(const struct Recording *r, const AVFrame *frame,
                 const State *states, int nb, char *message);
    const History *history;
    int x, y;                  /* of a region of the screen */
    TestDevice *d;
    pthread_t thread;
    int started;
    int frames;
    TestImage *last;           /* the first frame after the last change */
    char message[256];         /* the first complaint */
} Recording;

static TestApp *app, *neighbour;
static xcb_window_t menu;
static pid_t manager;
static const char *missing;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of those below */
static History monitor, monitors, window;
static int64_t calm_since;     /* when the changes had ended; 0 before */

static int seconds = 3, changes_a_second = 20;

/*** What was the case when ***/

/* Between begin and end either state may be seen. */
static void begin(History *h, const TestRect *at, int nb)
{
    State *s = &h->states[h->nb];

    pthread_mutex_lock(&lock);
    if (h->nb == MAX_STATES) {
        memmove(h->states, h->states + MAX_STATES / 2,
                sizeof(h->states) / 2);
        h->nb = MAX_STATES / 2;
        s = &h->states[h->nb];
    }
    *s = (State){ .from = av_gettime(), .to = INT64_MAX, .nb = nb };
    memcpy(s->at, at, nb * sizeof(*at));
    h->nb++;
    pthread_mutex_unlock(&lock);
}

static void end(History *h)
{
    pthread_mutex_lock(&lock);
    if (h->nb > 1)
        h->states[h->nb - 2].to = av_gettime();
    pthread_mutex_unlock(&lock);
}

static const State *now(const History *h)
{
    return &h->states[h->nb - 1];
}

/* The states that a frame whose tick was at pts may show */
static int recent(const History *h, int64_t pts, State *states, int max)
{
    int n = 0;

    pthread_mutex_lock(&lock);
    for (int i = h->nb - 1; i >= 0 && n < max; i--)
        if (h->states[i].to >= pts - LATE_US - SLACK_US)
            states[n++] = h->states[i];
        else
            break;
    pthread_mutex_unlock(&lock);
    return n;
}

/*** Frames ***/

typedef struct Pixel {
    enum Owner owner;
    int x, y;
} Pixel;

static UNSEEN Pixel pixel(const AVFrame *frame, int x, int y)
{
    uint32_t v = ((const uint32_t *)(frame->data[0] +
                                     y * frame->linesize[0]))[x] & 0xffffff;

    return (Pixel){ v >> 22, v >> 11 & 2047, v & 2047 };
}

/* Whether the frame is the monitor as it was in one state: all of it at one
 * place, and the rest black. */
static UNSEEN int judge_monitor_as(const AVFrame *frame, TestRect at,
                                   char *message)
{
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            Pixel p = pixel(frame, x, y);
            int lit = x < at.w && y < at.h;

            if (lit == (p.owner != NOBODY) &&
                (p.owner != ROOT || (p.x == at.x + x && p.y == at.y + y)))
                continue;
            snprintf(message, 200, "%d,%d is owner %d, %d,%d; the monitor is "
                     "%dx%d at %d,%d", x, y, p.owner, p.x, p.y, at.w, at.h,
                     at.x, at.y);
            return 0;
        }
    }
    return 1;
}

static int judge_monitor(const Recording *r, const AVFrame *frame,
                         const State *states, int nb, char *message)
{
    (void)r;
    for (int i = nb - 1; i >= 0; i--)
        if (judge_monitor_as(frame, states[i].at[0], message))
            return 1;
    return 0;
}

/* Which pixels of a row were shown, and which were not, in any of the states */
static UNSEEN void row_states(const State *states, int nb, int x0, int y,
                              int width, uint8_t *lit, uint8_t *dark)
{
    memset(lit,  0, width);
    memset(dark, 0, width);
    for (int i = 0; i < nb; i++) {
        uint8_t shown[MAX_WIDTH] = { 0 };

        for (int k = 0; k < states[i].nb; k++) {
            const TestRect *r = &states[i].at[k];
            int from = r->x - x0 > 0 ? r->x - x0 : 0;
            int to   = r->x + r->w - x0 < width ? r->x + r->w - x0 : width;

            if (y >= r->y && y < r->y + r->h && to > from)
                memset(shown + from, 1, to - from);
        }
        for (int x = 0; x < width; x++) {
            lit[x]  |= shown[x];
            dark[x] |= !shown[x];
        }
    }
}

/* Each pixel of the screen is in its place; what no monitor shows is black. */
static UNSEEN int judge_screen(const Recording *r, const AVFrame *frame,
                               const State *states, int nb, char *message)
{
    uint8_t lit[MAX_WIDTH], dark[MAX_WIDTH];

    for (int y = 0; y < frame->height; y++) {
        row_states(states, nb, r->x, r->y + y, frame->width, lit, dark);
        for (int x = 0; x < frame->width; x++) {
            Pixel p = pixel(frame, x, y);

            if (p.owner == ROOT && (p.x != r->x + x || p.y != r->y + y)) {
                snprintf(message, 200, "%d,%d is the screen's %d,%d",
                         r->x + x, r->y + y, p.x, p.y);
                return 0;
            }
            if (p.owner == NOBODY ? dark[x] : lit[x])
                continue;
            snprintf(message, 200, "%d,%d is owner %d, %d,%d, on %s",
                     r->x + x, r->y + y, p.owner, p.x, p.y,
                     lit[x] ? "a monitor" : "no monitor");
            return 0;
        }
    }
    return 1;
}

/* The window from its corner on, maybe a menu over its edge, nobody else. */
static UNSEEN int judge_window(const Recording *r, const AVFrame *frame,
                               const State *states, int nb, char *message)
{
    (void)r;
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            Pixel p = pixel(frame, x, y);
            int in = 0, out = 0;

            for (int i = 0; i < nb; i++) {
                int is = x < states[i].at[0].w && y < states[i].at[0].h;

                in  |= is;
                out |= !is;
            }
            if (p.owner == NOBODY ? out :
                p.owner == WINDOW ? in && p.x == x && p.y == y :
                p.owner == OTHER  ? p.x < NEIGHBOUR : 0)
                continue;
            snprintf(message, 200, "%d,%d is owner %d, %d,%d, %s the window",
                     x, y, p.owner, p.x, p.y, in ? "inside" : "outside");
            return 0;
        }
    }
    return 1;
}

/* While there are changes only that it goes on: what is shown is not ours. */
static int judge_nothing(const Recording *r, const AVFrame *frame,
                         const State *states, int nb, char *message)
{
    (void)r;
    (void)frame;
    (void)states;
    (void)nb;
    (void)message;
    return 1;
}

static void *record(void *arg)
{
    Recording *r = arg;
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    State *states = calloc(MAX_STATES, sizeof(*states));
    int ret = packet && frame && states ? 0 : AVERROR(ENOMEM);

    while (ret >= 0 && !r->last) {
        int64_t pts, calm;
        char message[200];
        int n;

        if ((ret = test_device_read(r->d, packet, 10000)) < 0)
            break;
        pts = av_rescale_q(packet->pts, r->d->stream->time_base,
                           AV_TIME_BASE_Q);
        pthread_mutex_lock(&lock);
        calm = calm_since;
        pthread_mutex_unlock(&lock);
        n = recent(r->history, pts, states, MAX_STATES);
        if ((ret = test_device_decode(r->d, packet, frame)) < 0)
            break;
        r->frames++;
        if (frame->format != AV_PIX_FMT_0RGB32)
            snprintf(r->message, sizeof(r->message), "the format is no 0RGB32");
        else if (!r->message[0] && !r->judge(r, frame, states, n, message))
            snprintf(r->message, sizeof(r->message), "frame %d, %d ms in the "
                     "%s, %d states: %s", r->frames,
                     (int)((pts - (calm ? calm : 0)) / 1000 % 100000),
                     calm ? "calm" : "changing", n, message);
        if (calm && pts >= calm + LATE_US)
            r->last = test_image_from_frame(frame);
        av_frame_unref(frame);
        av_packet_unref(packet);
    }
    if (ret < 0 && !r->message[0])
        snprintf(r->message, sizeof(r->message), "after %d frames: %s",
                 r->frames, av_err2str(ret));
    free(states);
    av_packet_free(&packet);
    av_frame_free(&frame);
    return NULL;
}

/*** The changes ***/

static const char *const names[NB_OUTPUTS] = { "DUMMY0", "DUMMY1", "DUMMY2" };
static int has_outputs;        /* real ones; else made monitors */

/* The background whose pixels tell their places */
static void backdrop(TestScreen *s, xcb_window_t w, enum Owner owner, int add,
                     int width, int height)
{
    xcb_pixmap_t pixmap = xcb_generate_id(s->conn);
    xcb_gcontext_t gc = xcb_generate_id(s->conn);
    uint32_t *row = calloc(width, sizeof(*row));

    assert_non_null(row);
    xcb_create_pixmap(s->conn, s->screen->root_depth, pixmap, w, width,
                      height);
    xcb_create_gc(s->conn, gc, pixmap, 0, NULL);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            row[x] = code(owner, add + x, y);
        xcb_put_image(s->conn, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, width, 1,
                      0, y, 0, s->screen->root_depth, width * 4,
                      (const uint8_t *)row);
    }
    xcb_change_window_attributes(s->conn, w, XCB_CW_BACK_PIXMAP, &pixmap);
    xcb_clear_area(s->conn, 0, w, 0, 0, 0, 0);
    xcb_free_gc(s->conn, gc);
    xcb_free_pixmap(s->conn, pixmap);
    test_screen_sync(s);
    free(row);
}

static TestRect rectangle(void)
{
    TestRect r = { .w = 16 * test_between(4, 20),
                   .h = 16 * test_between(4, 15) };

    r.x = test_between(0, MIN_WIDTH  - r.w);
    r.y = test_between(0, MIN_HEIGHT - r.h);
    return r;
}

/* The screen's part that is shown: all of it where no output is real */
static void note_screen(const TestRect *outputs)
{
    TestRect lit[NB_OUTPUTS];

    memcpy(lit, outputs, sizeof(lit));
    if (!has_outputs)
        lit[0] = (TestRect){ 0, 0, MAX_WIDTH, MAX_HEIGHT };
    begin(&monitors, lit, has_outputs ? NB_OUTPUTS : 1);
}

static void change_output(int i, TestRect to)
{
    static TestRect outputs[NB_OUTPUTS];

    outputs[i] = to;
    if (i == 1)
        begin(&monitor, &to, 1);
    note_screen(outputs);
    if (has_outputs && to.w) {
        if (!test_randr_output(screen, names[i], to.x, to.y, to.w, to.h))
            fail_msg("%s can't be put to %dx%d at %d,%d", names[i], to.w, to.h,
                     to.x, to.y);
    } else if (has_outputs) {
        test_randr_output_off(screen, names[i]);
    } else if (to.w) {
        test_randr_monitor(screen, names[i], to.x, to.y, to.w, to.h, 0);
    } else {
        TestMonitor m[8];
        int n = test_randr_monitors(screen, m, 8), there = 0;

        for (int k = 0; k < n && k < 8; k++)
            there |= !strcmp(m[k].name, names[i]);
        if (there)
            test_randr_monitor_delete(screen, names[i]);
    }
    if (i == 1)
        end(&monitor);
    end(&monitors);
}

static void change_window(void)
{
    TestRect r = test_app_at(app, app->window);

    if (test_between(0, 1)) {
        r.w = test_between(60, 300);
        r.h = test_between(50, 260);
    }
    /* A manager keeps them within reach. */
    r.x = manager ? test_between(0, MIN_WIDTH  - 100)
                  : test_between(-r.w, MIN_WIDTH);
    r.y = manager ? test_between(0, MIN_HEIGHT - 100)
                  : test_between(-r.h, MIN_HEIGHT);
    begin(&window, &r, 1);
    test_app_move(app, r.x, r.y, r.w, r.h);
    end(&window);
}

/* Back where it was at once: while it is hidden its last picture stays. */
static void blink(void)
{
    if (manager) {
        test_app_iconify(app);
        test_app_wait_viewable(app, app->window, 0);
        test_app_activate(app);
        test_app_wait_viewable(app, app->window, 1);
    } else {
        test_app_show(app, 0);
        if (test_between(0, 1))
            poll(NULL, 0, test_between(0, 40));
        test_app_show(app, 1);
    }
}

static void change_menu(int open)
{
    TestRect r = test_app_at(app, app->window);

    if (menu)
        test_screen_destroy(app->s, menu);
    menu = XCB_NONE;
    if (!open)
        return;
    menu = test_app_window(app, &(TestAppOptions){
        .x = r.x + test_between(-30, r.w), .y = r.y + test_between(-30, r.h),
        .w = test_between(10, 120), .h = test_between(10, 120), .unmanaged = 1,
        .transient_for = app->window, .color = code(OTHER, MENU, 0),
    });
    backdrop(app->s, menu, OTHER, MENU, 120, 120);
}

static void stack(TestApp *a)
{
    xcb_configure_window(a->s->conn, a->window, XCB_CONFIG_WINDOW_STACK_MODE,
                         (const uint32_t[]){ test_between(0, 1) ?
                                             XCB_STACK_MODE_ABOVE :
                                             XCB_STACK_MODE_BELOW });
    test_screen_sync(a->s);
}

static void change_neighbour(void)
{
    if (test_between(0, 3)) {
        int low = manager ? 0 : -100;

        test_app_move(neighbour, test_between(low, MIN_WIDTH - 100),
                      test_between(low, MIN_HEIGHT - 100),
                      test_between(150, 400), test_between(50, 400));
    } else {
        xcb_window_t old = neighbour->window;

        neighbour->window = test_app_window(neighbour, &(TestAppOptions){
            .title = "neighbour", .x = test_between(0, 500),
            .y = test_between(0, 400),
            .w = 200, .h = 200, .unmanaged = !manager,
            .color = code(OTHER, NEIGHBOUR, 0) });
        backdrop(neighbour->s, neighbour->window, OTHER, NEIGHBOUR, 400, 400);
        test_screen_destroy(neighbour->s, old);
    }
}

static void clear(TestApp *a)
{
    xcb_clear_area(a->s->conn, 0, a->window, test_between(0, 50),
                   test_between(0, 50), test_between(1, 200),
                   test_between(1, 200));
    test_screen_sync(a->s);
}

static void change_something(void)
{
    static int turn;
    int i = test_between(0, NB_OUTPUTS - 1);

    turn++;
    switch (test_between(0, 13)) {
    case 0:
    case 1:
        change_output(1, rectangle());
        break;
    case 2:
        change_output(i, rectangle());
        break;
    case 3:
        /* Where none is on, none can be told from the whole screen. */
        change_output(i ? i : 1, test_between(0, 2) ? rectangle() :
                                                 (TestRect){ 0 });
        break;
    case 4:
        if (has_outputs)
            test_randr_primary(screen, test_between(0, 3) ? names[i] : NULL);
        break;
    case 5:
        if (has_outputs)
            assert_true(test_randr_screen(
                screen, test_between(MIN_WIDTH, MAX_WIDTH),
                test_between(MIN_HEIGHT, MAX_HEIGHT)));
        else
            stack(app);
        break;
    case 6:
    case 7:
    case 8:
        change_window();
        break;
    case 9:
        blink();
        break;
    case 10:
        change_menu(test_between(0, 3));
        break;
    case 11:
        change_neighbour();
        break;
    case 12:
        stack(turn & 1 ? app : neighbour);
        test_screen_warp(screen, test_between(0, MIN_WIDTH),
                         test_between(0, MIN_HEIGHT));
        break;
    case 13:
        clear(turn & 1 ? app : neighbour);
        break;
    }
}

/* What the server has said since: lines that are complaints, but for those of a
 * machine without D-Bus, every ten seconds. */
static int complaints(off_t *size, int print)
{
    static const char *const files[] = { "log", "Xorg.log" };
    char path[128], line[512];
    int n = 0;

    for (int i = 0; i < 2; i++) {
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", server->dir, files[i]);
        if (!(f = fopen(path, "re")))
            continue;
        fseeko(f, size[i], SEEK_SET);
        while (fgets(line, sizeof(line), f)) {
            if (!strstr(line, "(EE)") && !strstr(line, "rror") &&
                !strstr(line, "(WW)"))
                continue;
            if (strstr(line, "dbus"))
                continue;
            n++;
            if (print)
                fprintf(stderr, "# server: %s", line);
        }
        size[i] = ftello(f);
        fclose(f);
    }
    return n;
}

static Recording recordings[] = {
    { .name = "monitor, damage on",  .history = &monitor,
      .options = "monitor=DUMMY1:damage=on",  .judge = judge_monitor },
    { .name = "monitor, damage off", .history = &monitor,
      .options = "monitor=DUMMY1:damage=off", .judge = judge_monitor },
    { .name = "window, damage on",   .history = &window,
      .options = "window_title=the app:damage=on",  .judge = judge_window },
    { .name = "window, damage off",  .history = &window,
      .options = "window_title=the app:damage=off", .judge = judge_window },
    { .name = "screen, damage on",   .history = &monitors,
      .options = "damage=on",                 .judge = judge_screen },
    { .name = "region, damage off",  .history = &monitors, .x = 350, .y = 150,
      .options = "damage=off:grab_x=350:grab_y=150:video_size=300x300",
      .judge = judge_screen },
};
#define NB_RECORDINGS ((int)(sizeof(recordings) / sizeof(*recordings)))

static TestImage *truth(const Recording *r)
{
    int w = r->last->width, h = r->last->height;
    TestImage *want;

    if (r->history == &window)
        return test_screen_read_pixmap(screen, app->window, w, h);
    if (r->history == &monitor) {
        TestRect at  = now(&monitor)->at[0];
        TestRect own = { 0, 0, at.w, at.h };

        want = test_screen_read(screen, root, at.x, at.y, w, h, 0);
        test_image_mask(want, &own, 1);
    } else {
        TestRect lit[NB_OUTPUTS];

        for (int i = 0; i < now(&monitors)->nb; i++) {
            lit[i] = now(&monitors)->at[i];
            lit[i].x -= r->x;
            lit[i].y -= r->y;
        }
        want = test_screen_read(screen, root, r->x, r->y, w, h, 0);
        test_image_mask(want, lit, now(&monitors)->nb);
    }
    return want;
}

static int start(TestServerKind kind, int outputs, int managed)
{
    has_outputs = outputs;
    missing = NULL;
    monitor.nb = monitors.nb = window.nb = 0;
    if (!test_server_available(kind)) {
        missing = test_server_kind_name(kind);
        return 0;
    }
    if (test_stage_start(&(TestServerOptions){ .kind = kind,
                                               .width = MAX_WIDTH,
                                               .height = MAX_HEIGHT }) < 0)
        return -1;
    backdrop(screen, root, ROOT, 0, MAX_WIDTH, MAX_HEIGHT);
    if (managed && !(manager = test_server_run(server,
                                               "openbox --sm-disable"))) {
        missing = "openbox";
        return 0;
    }
    app = test_app_open(server->display, &(TestAppOptions){
        .title = "the app", .x = 300, .y = 200, .w = 240, .h = 200,
        .unmanaged = !managed, .color = code(WINDOW, 0, 0) });
    neighbour = test_app_open(server->display, &(TestAppOptions){
        .title = "neighbour", .x = 400, .y = 100, .w = 200, .h = 200,
        .unmanaged = !managed, .color = code(OTHER, NEIGHBOUR, 0) });
    if (!app || !neighbour)
        return -1;
    if (managed) {
        test_app_wait_framed(app, 1);
        test_app_wait_framed(neighbour, 1);
    }
    backdrop(app->s, app->window, WINDOW, 0, 320, 320);
    backdrop(neighbour->s, neighbour->window, OTHER, NEIGHBOUR, 400, 400);
    begin(&window, (TestRect[]){ test_app_at(app, app->window) }, 1);
    change_output(0, (TestRect){ 0, 0, 320, 240 });
    change_output(1, (TestRect){ 350, 100, 320, 240 });
    change_output(2, (TestRect){ 100, 300, 160, 192 });
    return 0;
}

static int start_on_xorg(void **state)
{
    (void)state;
    return start(TEST_SERVER_XORG, 1, 0);
}

static int start_managed(void **state)
{
    (void)state;
    return start(TEST_SERVER_XVFB, 0, 1);
}

static int stop_server(void **state)
{
    pthread_mutex_lock(&lock);
    calm_since = calm_since ? calm_since : 1;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < NB_RECORDINGS; i++) {
        Recording *r = &recordings[i];

        if (r->started)
            pthread_join(r->thread, NULL);
        r->started = r->frames = r->message[0] = 0;
        test_device_close(&r->d);
        test_image_free(&r->last);
    }
    menu = XCB_NONE;
    test_app_close(&app);
    test_app_close(&neighbour);
    if (manager)
        test_server_end(server, manager, SIGTERM);
    manager = 0;
    calm_since = 0;
    return test_stage_stop(state);
}

static void rearranged(void **state)
{
    int64_t begun, last;
    off_t log_size[2] = { 0, 0 };
    int changes = 0, failed = 0;

    (void)state;
    if (missing) {
        print_message("%s is not installed\n", missing);
        skip();
    }
    complaints(log_size, 0);
    for (int i = 0; i < NB_RECORDINGS; i++) {
        Recording *r = &recordings[i];
        char options[256];

        snprintf(options, sizeof(options), "framerate=%d:draw_mouse=0:%s",
                 FRAMERATE, r->options);
        /* A manager's decorations have colours of their own. */
        if (manager && r->history != &window)
            r->judge = judge_nothing;
        r->d = test_shot_open("x11shmpool", server->display, options);
    }
    test_log_start();
    for (int i = 0; i < NB_RECORDINGS; i++) {
        assert_int_equal(pthread_create(&recordings[i].thread, NULL, record,
                                        &recordings[i]), 0);
        recordings[i].started = 1;
    }

    begun = av_gettime_relative();
    while ((last = av_gettime_relative()) < begun + seconds * INT64_C(1000000)) {
        int64_t due = begun + ++changes * INT64_C(1000000) / changes_a_second;

        change_something();
        while (av_gettime_relative() < due)
            poll(NULL, 0, 1);
    }
    change_menu(0);
    test_screen_sync(app->s);
    test_screen_sync(screen);
    pthread_mutex_lock(&lock);
    calm_since = av_gettime() + 2000;
    pthread_mutex_unlock(&lock);

    for (int i = 0; i < NB_RECORDINGS; i++) {
        Recording *r = &recordings[i];
        TestImage *want = NULL;
        char message[200] = "";

        pthread_join(r->thread, NULL);
        r->started = 0;
        if (r->last) {
            want = truth(r);
            test_image_compare(want, r->last, message);
        }
        printf("# %s: %d frames, %d changes\n", r->name, r->frames, changes);
        if (r->message[0] || message[0]) {
            fprintf(stderr, "# X11SHMPOOL_SEED=%"PRIu32" %s: %s%s%s\n",
                    test_seed, r->name, r->message,
                    message[0] ? "; at last: " : "", message);
            failed++;
        }
        test_image_free(&want);
        test_device_close(&r->d);
        if (r->frames < seconds * FRAMERATE / 10) {
            fprintf(stderr, "# %s: only %d frames\n", r->name, r->frames);
            failed++;
        }
    }
    if (failed)
        fail_msg("X11SHMPOOL_SEED=%"PRIu32": %d recordings are wrong",
                 test_seed, failed);
    if (test_log_count("", AV_LOG_ERROR)) {
        test_log_print();
        fail_msg("a device logged an error");
    }
    if (complaints(log_size, 1))
        fail_msg("the server complained");
    assert_true(test_server_alive(server));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "outputs and windows", rearranged, start_on_xorg, stop_server, NULL },
        { "under a window manager", rearranged, start_managed, stop_server, NULL },
    };
    const char *env;

    test_random_start();
    if ((env = getenv("X11SHMPOOL_REARRANGED_SECONDS")))
        seconds = atoi(env);
    if ((env = getenv("X11SHMPOOL_REARRANGED_CHANGES")) && atoi(env) > 0)
        changes_a_second = atoi(env);
    printf("# %d seconds, X11SHMPOOL_SEED=%"PRIu32"\n", seconds, test_seed);
    return cmocka_run_group_tests_name("rearranged", tests, NULL, NULL);
}
