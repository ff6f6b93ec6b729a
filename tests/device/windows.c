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

/**
 * @file
 * Windows by the names that people have for them, and what becomes of a
 * recording when they are covered, moved off the screen, resized, hidden,
 * managed, composited or closed. Every picture is compared with a reading of
 * the window's own pixmap by another client, two frames after the change at the
 * latest.
 */

#define _GNU_SOURCE

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <libavutil/time.h>
#include <xcb/composite.h>
#include <xcb/shape.h>
#include <xcb/shm.h>
#include <xcb/xtest.h>

#include "app.h"
#include "proxy.h"
#include "server.h"
#include "shot.h"

#define WIDTH  800
#define HEIGHT 600
#define LATE   2               /* frames until a change must be seen */
#define MAX_APPS 6

static TestServer *server;
static TestScreen *screen;
static xcb_window_t root;
static const char *compositor; /* one runs in this group of tests, or NULL */

/* The test's; closed after it, also if it fails */
static TestDevice *d;
static TestApp *apps[MAX_APPS];
static TestProxy *proxy;
static pid_t manager;

static const char *const damages[] = { "on", "off" };

/* How slots are filled: see x11shmpool_grab.h. */
static const struct {
    const char *options;
    int without_pixmaps;       /* in shared memory */
} ways[] = {
    { "damage=on",          0 },
    { "damage=off",         0 },
    { "damage=on",          1 },
    { "damage=off",         1 },
    { "damage=on:shm=off",  0 },
    { "damage=off:shm=off", 0 },
};

/* Groups of tests that are many try the first two only. */
static int nb_ways = 2;

static int start_depth(int depth)
{
    test_log_start();
    if (!(server = test_server_start(&(TestServerOptions){
                        .width = WIDTH, .height = HEIGHT,
                        .depth = depth })) ||
        !(screen = test_screen_open(server->display)))
        return -1;
    root = screen->screen->root;
    test_screen_backdrop(screen, root, WIDTH, HEIGHT, 1);
    test_screen_warp(screen, WIDTH - 1, HEIGHT - 1);
    return 0;
}

static int start(void **state)
{
    (void)state;
    return start_depth(0);
}

static int start_all_ways(void **state)
{
    nb_ways = sizeof(ways) / sizeof(*ways);
    return start(state);
}

static int start_16(void **state)
{
    (void)state;
    return start_depth(16);
}

static int stop_server(void **state)
{
    (void)state;
    nb_ways = 2;
    test_screen_close(&screen);
    test_server_stop(&server);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    test_device_close(&d);
    for (int i = 0; i < MAX_APPS; i++)
        test_app_close(&apps[i]);
    test_proxy_stop(&proxy);
    if (manager)
        test_server_end(server, manager, SIGTERM);
    manager = 0;
    return 0;
}

/* Where one is to run and is not installed there is no server. */
static void need_compositor(void)
{
    if (server)
        return;
    print_message("%.*s is not installed\n", (int)strcspn(compositor, " "),
                  compositor);
    skip();
}

/* One of the test's applications, in the place of the one that was there */
static TestApp *app_open(int i, const TestAppOptions *o)
{
    need_compositor();
    test_app_close(&apps[i]);
    if (!(apps[i] = test_app_open(server->display, o)))
        fail_msg("no connection for an application");
    return apps[i];
}

static TestApp *app_at(int i, int x, int y, int w, int h)
{
    char title[16];

    snprintf(title, sizeof(title), "app %d", i);
    return app_open(i, &(TestAppOptions){
        .title = title, .instance = "test", .class = "Test",
        .x = x, .y = y, .w = w, .h = h, .seed = 10 + i,
    });
}

static void device(const char *options, ...)
    __attribute__((format(printf, 1, 2)));

static void device(const char *options, ...)
{
    char all[256] = "framerate=200:draw_mouse=0:";
    size_t n = strlen(all);
    va_list ap;

    va_start(ap, options);
    vsnprintf(all + n, sizeof(all) - n, options, ap);
    va_end(ap);
    test_device_close(&d);
    d = test_shot_open("x11shmpool", server->display, all);
}

static void device_by(int way, const char *options)
{
    char all[256];

    snprintf(all, sizeof(all), "framerate=200:draw_mouse=0:%s:%s",
             ways[way].options, options);
    if (ways[way].without_pixmaps && !proxy) {
        proxy = test_proxy_start(server->display);
        assert_non_null(proxy);
        test_proxy_fail_request(proxy, test_proxy_opcode(proxy, "MIT-SHM"),
                                XCB_SHM_CREATE_PIXMAP, XCB_IMPLEMENTATION);
    }
    test_device_close(&d);
    d = test_shot_open("x11shmpool", ways[way].without_pixmaps ?
                       test_proxy_display(proxy) : server->display, all);
}

/* Something in the window that was not there before */
static void paint(TestApp *app)
{
    static unsigned seed = 100;
    TestRect r = test_app_at(app, app->window);

    seed++;
    test_screen_noise(app->s, app->window, seed % 40, seed % 30,
                      r.w / 2 + 1, r.h / 2 + 1, seed);
}

/* Fail unless the device shows the window, and nothing but. A proxy's thread
 * may be late in passing on what has changed. */
static void expect(TestApp *app, const char *what)
{
    int64_t end = av_gettime_relative() + 1000000;
    TestImage *got  = test_shot_after(d, LATE);
    TestImage *want = test_screen_read_pixmap(screen, app->window, got->width,
                                              got->height);

    while (proxy && test_image_compare(want, got, NULL) &&
           av_gettime_relative() < end) {
        test_image_free(&got);
        got = test_shot(d);
    }
    test_shot_same(want, got, what);
    test_image_free(&want);
    test_image_free(&got);
}

static void expect_painted(TestApp *app, const char *what)
{
    expect(app, what);
    paint(app);
    expect(app, what);
}

static void expect_size(int width, int height)
{
    assert_int_equal(d->stream->codecpar->width, width);
    assert_int_equal(d->stream->codecpar->height, height);
}

/*** Found by name ***/

static void found(int i, const char *options)
{
    TestRect r = test_app_at(apps[i], apps[i]->window);

    device("%s", options);
    expect_size(r.w, r.h);
    expect(apps[i], options);
    test_device_close(&d);
}

static void by_name(void **state)
{
    char text[128];

    (void)state;
    app_open(0, &(TestAppOptions){
        .title = "notes – Überblick", .old_title = "notes", .instance = "ed",
        .class = "Editor", .x = 20, .y = 30, .w = 200, .h = 120, .seed = 1 });
    app_open(1, &(TestAppOptions){
        .old_title = "caf\xe9", .instance = "xterm", .class = "XTerm",
        .x = 300, .y = 30, .w = 150, .h = 90, .seed = 2 });
    app_open(2, &(TestAppOptions){
        .title = "a note", .instance = "viewer", .class = "Editor",
        .x = 60, .y = 200, .w = 133, .h = 77, .seed = 3 });

    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "window_id=%u", apps[i]->window);
        found(i, text);
        snprintf(text, sizeof(text), "window_id=0x%x", apps[i]->window);
        found(i, text);
        snprintf(text, sizeof(text), "%s.0?window=0x%x", server->display,
                 apps[i]->window);
        d = test_shot_open("x11shmpool", text, "framerate=200:draw_mouse=0");
        expect(apps[i], text);
        test_device_close(&d);
    }
    found(0, "window_title=Überblick");
    found(0, "window_title=notes");
    found(1, "window_title=café");
    found(2, "window_title=a note");
    found(2, "window_title=note");           /* the topmost of two */
    found(2, "window_class=Editor");
    found(0, "window_class=ed");
    found(1, "window_class=XTerm");
    found(1, "window_class=xterm");
    found(0, "window_title=note:window_class=ed");

    xcb_configure_window(screen->conn, apps[0]->window,
                         XCB_CONFIG_WINDOW_STACK_MODE,
                         (const uint32_t[]){ XCB_STACK_MODE_ABOVE });
    test_screen_sync(screen);
    found(0, "window_title=note");
    found(0, "window_class=Editor");
    test_app_title(apps[1], "a note of another");
    found(0, "window_title=note");
    found(1, "window_title=another");

    device("window_title=another:grab_x=10:grab_y=20:video_size=50x40");
    test_app_title(apps[1], "now it is something else");
    paint(apps[1]);
    {
        TestImage *got  = test_shot_after(d, LATE);
        TestImage *all  = test_screen_read_pixmap(screen, apps[1]->window,
                                                  150, 90);
        TestImage *want = test_screen_read_pixmap(screen, apps[1]->window,
                                                  50, 40);

        test_image_paste(want, all, -10, -20);
        test_shot_same(want, got, "a part of a window");
        test_image_free(&got);
        test_image_free(&all);
        test_image_free(&want);
    }
}

static void misses(void **state)
{
    char id[2][16], url[128];

    (void)state;
    app_open(0, &(TestAppOptions){
        .title = "the first one", .instance = "i1", .class = "Class1",
        .x = 20, .y = 30, .w = 201, .h = 121, .seed = 1 });
    app_open(1, &(TestAppOptions){
        .title = "der zweite", .instance = "i2", .class = "Class2",
        .x = 300, .y = 30, .w = 151, .h = 91, .seed = 2 });
    for (int i = 0; i < 2; i++)
        snprintf(id[i], sizeof(id[i]), "0x%x", apps[i]->window);
    {
        const char *const all[] = {
            "the first one", "der zweite", "Class1", "Class2", id[0], id[1],
            NULL,
        };

        test_shot_refused(server->display, "window_title=nothing like that",
                          all);
        test_shot_refused(server->display, "window_class=Class", all);
        test_shot_refused(server->display, "window_class=class1", all);
        test_shot_refused(server->display,
                          "window_title=first:window_class=Class2", all);
        test_shot_refused(server->display, "window_id=0x3ffffff", all);
        snprintf(url, sizeof(url), "%s?window=0x3ffffff", server->display);
        test_shot_refused(url, NULL, all);
    }
    test_shot_refused(server->display, "window_id=nonsense",
                      (const char *const[]){ "window_id", "nonsense", NULL });
    snprintf(url, sizeof(url), "%s?window=0x%x", server->display,
             apps[0]->window);
    test_shot_refused(url, "window_title=zweite",
                      (const char *const[]){ "window_title", NULL });
    snprintf(url, sizeof(url), "window_id=0x%x:window_class=Class1",
             apps[0]->window);
    test_shot_refused(server->display, url,
                      (const char *const[]){ "window_id", "window_class",
                                             NULL });
}

typedef struct Opening {
    TestDevice *d;
    int ret, done;
} Opening;

static pthread_mutex_t opening_lock = PTHREAD_MUTEX_INITIALIZER;

static void *open_picking(void *arg)
{
    Opening *o = arg;
    TestDevice *picked;
    int ret = test_device_open(&picked, "x11shmpool", server->display,
                               "window_id=pick:framerate=200:draw_mouse=0");

    pthread_mutex_lock(&opening_lock);
    o->d    = picked;
    o->ret  = ret;
    o->done = 1;
    pthread_mutex_unlock(&opening_lock);
    return NULL;
}

/* Somebody who does what he is asked to */
static int click(int x, int y, int button)
{
    int64_t end = av_gettime_relative() + 8000000;
    TestScreen *hand = test_screen_open(server->display);
    Opening o = { .done = 0 };
    pthread_t thread;
    int done = 0;

    test_log_start();
    test_screen_impervious(hand, 1);
    test_screen_warp(hand, x, y);
    assert_int_equal(pthread_create(&thread, NULL, open_picking, &o), 0);
    while (!done && !test_log_count("Click on", AV_LOG_INFO) &&
           av_gettime_relative() < end) {
        av_usleep(1000);
        pthread_mutex_lock(&opening_lock);
        done = o.done;
        pthread_mutex_unlock(&opening_lock);
    }
    for (int type = XCB_BUTTON_PRESS; type <= XCB_BUTTON_RELEASE; type++)
        xcb_test_fake_input(hand->conn, type, button, XCB_CURRENT_TIME,
                            XCB_NONE, 0, 0, 0);
    test_screen_sync(hand);
    pthread_join(thread, NULL);
    test_screen_warp(hand, WIDTH - 1, HEIGHT - 1);
    test_screen_close(&hand);
    d = o.d;
    return o.ret;
}

static void pick_at(int x, int y)
{
    int ret = click(x, y, 1);

    if (ret < 0) {
        test_log_print();
        fail_msg("picking at %d,%d: %s", x, y, av_err2str(ret));
    }
}

static int interrupted(void *opaque)
{
    return av_gettime_relative() > *(int64_t *)opaque;
}

/* The pointer is nobody's: who wants it gets it. */
static void pointer_is_free(void)
{
    int64_t end = av_gettime_relative() + 5000000;
    int status = -1;

    while (status && av_gettime_relative() < end) {
        xcb_grab_pointer_reply_t *r = xcb_grab_pointer_reply(
            screen->conn, xcb_grab_pointer(screen->conn, 0, root, 0,
                                           XCB_GRAB_MODE_ASYNC,
                                           XCB_GRAB_MODE_ASYNC, XCB_NONE,
                                           XCB_NONE, XCB_CURRENT_TIME), NULL);

        status = r ? r->status : -1;
        free(r);
    }
    xcb_ungrab_pointer(screen->conn, XCB_CURRENT_TIME);
    test_screen_sync(screen);
    assert_int_equal(status, XCB_GRAB_STATUS_SUCCESS);
}

static void nothing_picked(void **state)
{
    AVFormatContext *s = avformat_alloc_context();
    int64_t begun, deadline;
    AVDictionary *options = NULL;

    (void)state;
    if (!screen->xtest)
        skip();
    app_at(0, 20, 30, 200, 120);
    assert_int_equal(click(500, 500, 1), AVERROR(EINVAL));
    assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
    pointer_is_free();
    assert_int_equal(click(30, 40, 3), AVERROR_EXIT);
    assert_int_equal(test_log_count("", AV_LOG_ERROR), 1);
    pointer_is_free();

    begun = av_gettime_relative();
    deadline = begun + 300000;
    s->interrupt_callback.callback = interrupted;
    s->interrupt_callback.opaque   = &deadline;
    av_dict_set(&options, "window_id", "pick", 0);
    assert_int_equal(avformat_open_input(&s, server->display,
                                         av_find_input_format("x11shmpool"),
                                         &options), AVERROR_EXIT);
    av_dict_free(&options);
    assert_true(av_gettime_relative() - begun < 3000000);
    pointer_is_free();
}

static void picked(void **state)
{
    (void)state;
    if (!screen->xtest)
        skip();
    app_at(0, 20, 30, 200, 120);
    app_at(1, 100, 80, 151, 93);
    for (int i = 0; i < 2; i++) {
        pick_at(i ? 150 : 30, i ? 100 : 40);
        expect_painted(apps[i], "picked by a click");
        test_device_close(&d);
    }
    if (!compositor) {
        if (!(manager = test_server_run(server, "openbox --sm-disable")))
            return;
        for (int i = 0; i < 2; i++)
            test_app_wait_framed(apps[i], 1);
        pick_at(test_app_at(apps[1], apps[1]->window).x + 9,
                test_app_at(apps[1], apps[1]->window).y + 9);
        expect_painted(apps[1], "picked out of its frame");
        test_device_close(&d);
        /* by its title bar */
        pick_at(test_app_at(apps[1], apps[1]->window).x + 9,
                test_app_at(apps[1], apps[1]->window).y - 5);
        expect_painted(apps[1], "picked by its frame");
    }
}

/*** Covered, moved, resized, hidden ***/

static void covered(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        app_at(0, 100, 100, 201, 151);
        device("window_title=app 0:damage=%s", damages[k]);
        expect_painted(apps[0], "alone");
        app_at(1, 50, 50, 300, 100);
        expect_painted(apps[0], "half covered");
        paint(apps[1]);
        expect(apps[0], "what covers it was painted");
        app_at(2, 0, 0, WIDTH, HEIGHT);
        expect_painted(apps[0], "wholly covered");
        test_app_close(&apps[2]);
        test_app_close(&apps[1]);
        expect_painted(apps[0], "uncovered");
    }
}

static void moved(void **state)
{
    static const int at[][2] = { { 300, 200 }, { -100, -70 }, { 700, 550 },
                                 { -500, 100 }, { 900, 700 }, { 100, 100 } };

    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        app_at(0, 100, 100, 201, 151);
        device_by(k, "window_title=app 0");
        for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
            test_app_move(apps[0], at[i][0], at[i][1], -1, -1);
            expect_painted(apps[0], "moved");
        }
        for (int i = 0; i < 10; i++) {
            test_app_move(apps[0], 20 * i, 10 * i, -1, -1);
            paint(apps[0]);
        }
        expect(apps[0], "dragged");
    }
}

static void resized(void **state)
{
    static const int sizes[][2] = { { 100, 90 }, { 300, 77 }, { 99, 300 },
                                    { 640, 480 }, { 1, 1 }, { 201, 151 } };

    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        app_at(0, 100, 100, 201, 151);
        device_by(k, "window_title=app 0");
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            test_app_move(apps[0], 100, 100, sizes[i][0], sizes[i][1]);
            expect_size(201, 151);
            expect_painted(apps[0], "resized");
        }
        for (int i = 0; i < 10; i++)
            test_app_move(apps[0], 100 - i, 100, 201 + i, 151 - i);
        expect_painted(apps[0], "dragged to another size");
    }
    app_at(0, 100, 100, 201, 151);
    device("window_title=app 0:on_resize=eof");
    expect(apps[0], "at first");
    test_app_move(apps[0], 140, 90, -1, -1);
    expect(apps[0], "a move is no resize");
    test_app_move(apps[0], 140, 90, 202, 151);
    test_shot_ends(d, 2000);
}

static void hidden(void **state)
{
    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        TestImage *last, *got;

        app_at(0, 100, 100, 201, 151);
        device_by(k, "window_title=app 0");
        expect_painted(apps[0], "at first");
        last = test_shot(d);
        test_app_show(apps[0], 0);
        got = test_shot_after(d, LATE);
        test_shot_same(last, got, "unmapped");
        test_image_free(&got);
        got = test_shot_after(d, 10);
        test_shot_same(last, got, "still unmapped");
        test_image_free(&got);
        test_app_show(apps[0], 1);
        expect_painted(apps[0], "mapped again");

        test_app_show(apps[0], 0);
        test_app_show(apps[0], 1);
        expect_painted(apps[0], "unmapped and mapped at once");
        test_image_free(&last);
    }
}

/* Without a compositor's pixmaps what is on the screen is all there is. */
static void without_composite(void **state)
{
    (void)state;
    app_at(0, 100, 100, 201, 151);
    proxy = test_proxy_start(server->display);
    test_proxy_hide_extension(proxy, "Composite");
    test_log_start();
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "window_title=app 0:framerate=200:draw_mouse=0");
    test_shot_true(d, screen, apps[0]->window, 0, 0, 0, "alone");
    app_at(1, 50, 50, 300, 100);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 0, 1000,
                         "half covered");
    test_app_close(&apps[1]);
    test_app_move(apps[0], 700, -30, -1, -1);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 0, 1000,
                         "half off the screen");
    test_app_move(apps[0], 10, 10, 100, 200);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 0, 1000,
                         "resized");
    assert_int_equal(test_log_count("", AV_LOG_WARNING), 1);
}

static xcb_window_t child_of(TestApp *app, int x, int y, int w, int h,
                             unsigned seed)
{
    xcb_window_t child = test_app_window(app, &(TestAppOptions){
        .x = 0, .y = 0, .w = w, .h = h, .unmanaged = 1, .hidden = 1,
        .seed = seed });

    xcb_reparent_window(app->s->conn, child, app->window, x, y);
    xcb_map_window(app->s->conn, child);
    test_app_wait_viewable(app, child, 1);
    return child;
}

/* What an application's window is made of belongs to it, its border doesn't. */
static void children_and_border(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        xcb_window_t child;

        app_at(0, 100, 100, 201, 151);
        child = child_of(apps[0], 20, 30, 90, 80, 40);
        device("window_title=app 0:damage=%s", damages[k]);
        expect_painted(apps[0], "with a child");
        test_screen_noise(apps[0]->s, child, 5, 5, 50, 50, 41);
        expect(apps[0], "a child was painted");
        child_of(apps[0], 60, 60, 70, 70, 42);
        expect(apps[0], "another child");
        xcb_configure_window(apps[0]->s->conn, child, XCB_CONFIG_WINDOW_X,
                             (const uint32_t[]){ 100 });
        test_screen_sync(apps[0]->s);
        expect(apps[0], "the child moved");
        xcb_unmap_window(apps[0]->s->conn, child);
        test_screen_sync(apps[0]->s);
        expect(apps[0], "the child was unmapped");
        xcb_configure_window(apps[0]->s->conn, apps[0]->window,
                             XCB_CONFIG_WINDOW_BORDER_WIDTH,
                             (const uint32_t[]){ 9 });
        test_screen_sync(apps[0]->s);
        expect_size(201, 151);
        expect_painted(apps[0], "with a border");
        device("window_title=app 0:damage=%s", damages[k]);
        expect_size(201, 151);
        expect_painted(apps[0], "opened with a border");
    }
}

static void with_alpha(void **state)
{
    (void)state;
    need_compositor();
    if (!test_screen_visual(screen, 32))
        skip();
    for (int k = 0; k < 2; k++) {
        app_open(0, &(TestAppOptions){
            .title = "translucent", .depth = 32, .x = 90, .y = 60, .w = 201,
            .h = 151, .seed = 5 });
        device("window_title=translucent:damage=%s", damages[k]);
        expect_painted(apps[0], "32 bits");
        test_app_move(apps[0], -20, 30, 201, 151);
        expect_painted(apps[0], "32 bits, moved");
        test_app_move(apps[0], -20, 30, 150, 101);
        expect_painted(apps[0], "32 bits, smaller");
    }
}

static void pointer_over(void **state)
{
    uint32_t *cursor = test_shot_cursor(16, 16, 3);

    (void)state;
    app_at(0, 100, 100, 201, 151);
    test_screen_cursor(screen, apps[0]->window, cursor, 16, 16, 4, 4);
    free(cursor);
    d = test_shot_open("x11shmpool", server->display,
                       "window_title=app 0:framerate=200");
    test_screen_warp(screen, 150, 150);
    test_shot_true(d, screen, apps[0]->window, 0, 0, 1, "the pointer over it");
    test_screen_warp(screen, 299, 249);
    test_shot_true(d, screen, apps[0]->window, 0, 0, 1, "in its corner");
    test_app_move(apps[0], 130, 120, -1, -1);
    test_screen_warp(screen, 150, 150);
    test_shot_comes_true(d, screen, apps[0]->window, 0, 0, 1, 1000,
                         "the window moved under it");
    test_screen_warp(screen, WIDTH - 1, HEIGHT - 1);
    test_shot_true(d, screen, apps[0]->window, 0, 0, 0, "outside");
}

static void border_follows(void **state)
{
    static const TestRect at[] = { { 100, 100, 201, 151 },
                                   { 333, 222, 201, 151 },
                                   { 50, 60, 201, 151 } };

    (void)state;
    app_at(0, 100, 100, 201, 151);
    device("window_title=app 0:show_region=1:region_border=4");
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        xcb_query_tree_reply_t *tree;
        int seen = 0;

        test_app_move(apps[0], at[i].x, at[i].y, -1, -1);
        expect_painted(apps[0], "with a border");
        tree = xcb_query_tree_reply(screen->conn,
                                    xcb_query_tree(screen->conn, root), NULL);
        for (int k = 0; k < xcb_query_tree_children_length(tree); k++) {
            xcb_get_geometry_reply_t *g = xcb_get_geometry_reply(
                screen->conn,
                xcb_get_geometry(screen->conn,
                                 xcb_query_tree_children(tree)[k]), NULL);

            seen |= g && g->x == at[i].x - 4 && g->y == at[i].y - 4 &&
                    g->width == at[i].w + 8 && g->height == at[i].h + 8;
            free(g);
        }
        free(tree);
        if (!seen)
            fail_msg("no border around the window at %d,%d", at[i].x, at[i].y);
    }
}

/*** Menus ***/

static TestImage *menu_image(xcb_window_t menu, int w, int h)
{
    return test_screen_read(screen, menu, 0, 0, w, h, 0);
}

/* The window with pictures of menus over it, at places of the root */
static void expect_menus(TestApp *app, int n, const TestRect *at,
                         TestImage *const *menus, const char *what)
{
    int64_t end     = av_gettime_relative() + 1000000;
    TestRect own    = test_app_at(app, app->window);
    TestImage *got  = test_shot_after(d, LATE);
    TestImage *want = test_screen_read_pixmap(screen, app->window, got->width,
                                              got->height);

    for (int i = 0; i < n; i++)
        test_image_paste(want, menus[i], at[i].x - own.x, at[i].y - own.y);
    while (proxy && test_image_compare(want, got, NULL) &&
           av_gettime_relative() < end) {
        test_image_free(&got);
        got = test_shot(d);
    }
    test_shot_same(want, got, what);
    test_image_free(&want);
    test_image_free(&got);
}

static void move_window(xcb_window_t window, int x, int y)
{
    xcb_configure_window(screen->conn, window,
                         XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y,
                         (const uint32_t[]){ x, y });
    test_screen_sync(screen);
}

static void menus(void **state)
{
    (void)state;
    for (int k = 0; k < nb_ways; k++) {
        TestRect at[] = { { 150, 120, 80, 100 }, { 215, 150, 60, 50 } };
        TestImage *images[2];
        xcb_window_t menu, submenu, strange;

        app_at(0, 100, 100, 201, 151);
        app_at(1, 500, 400, 50, 50);
        device_by(k, "window_title=app 0");
        expect(apps[0], "no menu");

        menu = test_app_menu(apps[0], apps[0]->window, at[0].x, at[0].y,
                             at[0].w, at[0].h, 50);
        images[0] = menu_image(menu, at[0].w, at[0].h);
        expect_menus(apps[0], 1, at, images, "a menu");
        paint(apps[0]);
        expect_menus(apps[0], 1, at, images, "painted under a menu");
        test_image_free(&images[0]);
        test_screen_noise(apps[0]->s, menu, 10, 10, 50, 50, 51 + k);
        images[0] = menu_image(menu, at[0].w, at[0].h);
        expect_menus(apps[0], 1, at, images, "painted in a menu");

        submenu = test_app_menu(apps[0], apps[0]->window, at[1].x, at[1].y,
                                at[1].w, at[1].h, 60);
        images[1] = menu_image(submenu, at[1].w, at[1].h);
        expect_menus(apps[0], 2, at, images, "two menus");
        move_window(submenu, at[1].x = 280, at[1].y = 90);
        expect_menus(apps[0], 2, at, images, "one over the window's corner");
        move_window(menu, at[0].x = 60, at[0].y = 220);
        expect_menus(apps[0], 2, at, images, "both over the window's edges");

        /* of somebody else, or of nobody */
        test_app_menu(apps[1], apps[1]->window, 120, 110, 50, 50, 70);
        strange = test_app_window(apps[1], &(TestAppOptions){
            .x = 180, .y = 130, .w = 44, .h = 55, .unmanaged = 1, .seed = 71 });
        expect_menus(apps[0], 2, at, images, "menus of others over it");
        paint(apps[1]);
        test_screen_noise(apps[1]->s, strange, 0, 0, 30, 30, 72);
        expect_menus(apps[0], 2, at, images, "menus of others, painted");

        move_window(menu, at[0].x = 150, at[0].y = 120);
        move_window(submenu, at[1].x = 215, at[1].y = 150);
        expect_menus(apps[0], 2, at, images, "one over the other");
        xcb_configure_window(screen->conn, menu, XCB_CONFIG_WINDOW_STACK_MODE,
                             (const uint32_t[]){ XCB_STACK_MODE_ABOVE });
        test_screen_sync(screen);
        expect_menus(apps[0], 2, (const TestRect[]){ at[1], at[0] },
                     (TestImage *const[]){ images[1], images[0] },
                     "the other way round");
        xcb_configure_window(screen->conn, submenu,
                             XCB_CONFIG_WINDOW_STACK_MODE,
                             (const uint32_t[]){ XCB_STACK_MODE_ABOVE });
        test_screen_sync(screen);

        test_app_move(apps[0], 130, 110, -1, -1);
        expect_menus(apps[0], 2, at, images, "moved under its menus");
        test_app_move(apps[0], 100, 100, -1, -1);
        xcb_unmap_window(apps[0]->s->conn, submenu);
        test_screen_sync(apps[0]->s);
        expect_menus(apps[0], 1, at, images, "one was unmapped");
        xcb_map_window(apps[0]->s->conn, submenu);
        test_screen_sync(apps[0]->s);
        expect_menus(apps[0], 2, at, images, "it is mapped again");
        test_screen_destroy(apps[0]->s, submenu);
        expect_menus(apps[0], 1, at, images, "one was destroyed");
        test_screen_destroy(apps[0]->s, menu);
        expect_painted(apps[0], "both were");
        test_image_free(&images[0]);
        test_image_free(&images[1]);
    }
}

/* A window that is itself the child of another */
static void child_window(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        TestImage *last, *got, *image;
        xcb_window_t menu;
        TestApp child;
        TestRect at;

        app_at(0, 100, 100, 201, 151);
        child = (TestApp){ apps[0]->s, child_of(apps[0], 20, 30, 90, 80, 40) };
        child_of(apps[0], 60, 60, 70, 70, 42);
        device("window_id=0x%x:damage=%s", child.window, damages[k]);
        expect_size(90, 80);
        expect_painted(&child, "a child that another covers");
        test_app_move(apps[0], 300, 60, -1, -1);
        expect_painted(&child, "its parent was moved");
        at    = (TestRect){ 340, 120, 40, 50 };
        menu  = test_app_menu(apps[0], child.window, at.x, at.y, at.w, at.h,
                              43);
        image = menu_image(menu, at.w, at.h);
        expect_menus(&child, 1, &at, &image, "with a menu");
        test_app_move(apps[0], 310, 50, -1, -1);
        expect_menus(&child, 1, &at, &image, "its parent was moved alone");
        test_screen_destroy(apps[0]->s, menu);
        test_image_free(&image);
        test_app_move(apps[0], 300, -50, -1, -1);
        expect_painted(&child, "half off the screen");
        last = test_shot(d);
        test_app_show(apps[0], 0);
        got = test_shot_after(d, LATE);
        test_shot_same(last, got, "its parent was unmapped");
        test_app_show(apps[0], 1);
        expect_painted(&child, "its parent was mapped again");
        test_app_destroy(apps[0]);
        test_shot_ends(d, 2000);
        test_image_free(&last);
        test_image_free(&got);
    }
}

/* Menus that were there when the recording began, one under the other */
static void menus_before(void **state)
{
    TestRect at[] = { { 120, 110, 90, 90 }, { 160, 150, 90, 90 } };
    TestImage *images[2];

    (void)state;
    app_at(0, 100, 100, 201, 151);
    for (int i = 0; i < 2; i++)
        images[i] = menu_image(test_app_menu(apps[0], apps[0]->window, at[i].x,
                                             at[i].y, at[i].w, at[i].h,
                                             80 + i), 90, 90);
    device("window_title=app 0");
    expect_menus(apps[0], 2, at, images, "open before");
    app_at(1, 0, 0, WIDTH, HEIGHT);
    expect_menus(apps[0], 2, at, images, "and covered");
    test_image_free(&images[0]);
    test_image_free(&images[1]);
}

/* A tooltip with a tip: it is only where its shape is. */
static void shaped_menus(void **state)
{
    const TestRect at = { 150, 120, 80, 100 };
    const xcb_rectangle_t shape[] = { { 0, 0, 80, 60 }, { 30, 60, 20, 40 } };

    (void)state;
    for (int k = 0; k < 4; k++) {
        xcb_window_t menu;
        TestImage *whole, *got, *want;

        app_at(0, 100, 100, 201, 151);
        device("window_title=app 0:damage=%s", damages[k & 1]);
        menu  = test_app_menu(apps[0], apps[0]->window, at.x, at.y, at.w, at.h,
                              55);
        whole = menu_image(menu, at.w, at.h);
        expect_menus(apps[0], 1, &at, &whole, "a rectangle");
        if (k & 2)
            xcb_unmap_window(apps[0]->s->conn, menu);
        xcb_shape_rectangles(apps[0]->s->conn, XCB_SHAPE_SO_SET,
                             XCB_SHAPE_SK_BOUNDING,
                             XCB_CLIP_ORDERING_UNSORTED, menu, 0, 0, 2, shape);
        xcb_map_window(apps[0]->s->conn, menu);
        test_screen_sync(apps[0]->s);
        got  = test_shot_after(d, LATE);
        want = test_screen_read_pixmap(screen, apps[0]->window, 201, 151);
        for (int i = 0; i < 2; i++) {
            for (int y = shape[i].y; y < shape[i].y + shape[i].height; y++)
                for (int x = shape[i].x; x < shape[i].x + shape[i].width; x++)
                    memcpy(want->pixel[(at.y - 100 + y) * want->width +
                                       at.x - 100 + x],
                           whole->pixel[y * whole->width + x],
                           sizeof(*want->pixel));
        }
        test_shot_same(want, got, k & 2 ? "a menu with a shape" :
                       "a menu that was given a shape");
        test_image_free(&whole);
        test_image_free(&want);
        test_image_free(&got);
    }
}

/* Menus of another depth than the window: what is opaque is drawn in as it
 * is. */
static void menus_with_alpha(void **state)
{
    const TestRect at = { 150, 120, 80, 100 };

    (void)state;
    if (!test_screen_visual(screen, 32))
        skip();
    for (int k = 0; k < 2; k++) {
        TestImage *plain, *got;
        TestRect own;

        app_at(0, 100, 100, 201, 151);
        device("window_title=app 0:damage=%s", damages[k]);
        test_app_window(apps[0], &(TestAppOptions){
            .x = at.x, .y = at.y, .w = at.w, .h = at.h, .depth = 32,
            .unmanaged = 1, .transient_for = apps[0]->window,
            .color = 0xff123456 });
        got   = test_shot_after(d, LATE);
        plain = test_screen_read_pixmap(screen, apps[0]->window, 201, 151);
        own   = test_app_at(apps[0], apps[0]->window);
        for (int y = at.y - own.y; y < at.y - own.y + at.h; y++) {
            for (int x = at.x - own.x; x < at.x - own.x + at.w; x++) {
                uint16_t *p = plain->pixel[y * plain->width + x];

                p[0] = 0x12;
                p[1] = 0x34;
                p[2] = 0x56;
            }
        }
        test_shot_same(plain, got, "an opaque menu with alpha");
        test_image_free(&plain);
        test_image_free(&got);
    }
}

/*** The end ***/

static void closed(void **state)
{
    (void)state;
    for (int k = 0; k < 6; k++) {
        app_at(0, 100, 100, 201, 151);
        device("window_title=app 0:damage=%s", damages[k & 1]);
        expect(apps[0], "at first");
        if (k > 3)
            test_app_show(apps[0], 0);
        if (k < 2)
            test_app_destroy(apps[0]);
        else
            test_app_close(&apps[0]);
        test_shot_ends(d, 2000);
        assert_int_equal(test_log_count("", AV_LOG_ERROR), 0);
    }
}

/* The same client may give the same id to another window at once. */
static void id_reused(void **state)
{
    (void)state;
    for (int k = 0; k < 6; k++) {
        AVPacket *packet = av_packet_alloc();
        AVFrame *frame = av_frame_alloc();
        xcb_window_t window;
        int ret, frames = 0;

        app_at(0, 100, 100, 201, 151);
        window = apps[0]->window;
        device("window_id=0x%x:damage=%s", window, damages[k & 1]);
        expect(apps[0], "at first");
        if (k & 4)
            test_app_show(apps[0], 0);
        if (k & 2)
            xcb_grab_server(apps[0]->s->conn);
        xcb_destroy_window(apps[0]->s->conn, window);
        test_app_window(apps[0], &(TestAppOptions){
            .id = window, .x = 100, .y = 100, .w = 201, .h = 151,
            .color = 0xabcdef, .unmanaged = 1 });
        if (k & 2)
            xcb_ungrab_server(apps[0]->s->conn);
        test_screen_sync(apps[0]->s);

        while ((ret = test_device_read(d, packet, 2000)) >= 0 &&
               frames++ < 100) {
            TestImage *image;

            assert_int_equal(test_device_decode(d, packet, frame), 0);
            image = test_image_from_frame(frame);
            if (test_image_count(image, 0xab, 0xcd, 0xef) > 10)
                fail_msg("another window with the same id was captured");
            test_image_free(&image);
            av_packet_unref(packet);
        }
        if (ret != AVERROR_EOF) {
            test_log_print();
            fail_msg("a window whose id was used again: %s", av_err2str(ret));
        }
        av_packet_free(&packet);
        av_frame_free(&frame);
    }
}

/* The new one is there before a new pixmap of the old one was asked for. */
static void id_reused_while_resized(void **state)
{
    uint32_t state_of_rnd = 1;
    TestApp *a;

    (void)state;
    for (int k = 0; k < 40; k++) {
        AVPacket *packet = av_packet_alloc();
        AVFrame *frame = av_frame_alloc();
        xcb_window_t window;
        int ret, frames = 0;

        a = app_at(0, 100, 100, 201, 151);
        window = a->window;
        test_device_close(&d);
        d = test_shot_open("x11shmpool", server->display,
                           "window_title=app 0:framerate=500:draw_mouse=0");
        assert_int_equal(test_device_read(d, packet, 2000), 0);
        av_packet_unref(packet);
        xcb_configure_window(a->s->conn, window, XCB_CONFIG_WINDOW_WIDTH,
                             (const uint32_t[]){ 202 });
        xcb_flush(a->s->conn);
        state_of_rnd = state_of_rnd * 1664525 + 1013904223;
        av_usleep((state_of_rnd >> 16) % 3000);
        xcb_destroy_window(a->s->conn, window);
        test_app_window(a, &(TestAppOptions){
            .id = window, .x = 100, .y = 100, .w = 202, .h = 151,
            .color = 0xabcdef, .unmanaged = 1 });
        while ((ret = test_device_read(d, packet, 2000)) >= 0 &&
               frames++ < 500) {
            TestImage *image;

            assert_int_equal(test_device_decode(d, packet, frame), 0);
            image = test_image_from_frame(frame);
            if (test_image_count(image, 0xab, 0xcd, 0xef) > 10)
                fail_msg("another window with the same id was captured, "
                         "try %d", k);
            test_image_free(&image);
            av_packet_unref(packet);
        }
        if (ret != AVERROR_EOF) {
            test_log_print();
            fail_msg("a window whose id was used again: %s", av_err2str(ret));
        }
        av_packet_free(&packet);
        av_frame_free(&frame);
    }
}

static int redirected(xcb_window_t window)
{
    xcb_pixmap_t pixmap = xcb_generate_id(screen->conn);
    xcb_generic_error_t *e = xcb_request_check(
        screen->conn, xcb_composite_name_window_pixmap_checked(
                          screen->conn, window, pixmap));
    int named = !e;

    free(e);
    if (named)
        xcb_free_pixmap(screen->conn, pixmap);
    return named;
}

static void comes_undone(xcb_window_t window, const char *what)
{
    int64_t end = av_gettime_relative() + 5000000;

    while (redirected(window))
        if (av_gettime_relative() > end)
            fail_msg("%s: the window is still redirected", what);
}

static void redirection_ends(void **state)
{
    int told[2], status;
    char byte;
    pid_t child;

    (void)state;
    app_at(0, 100, 100, 201, 151);
    if (redirected(apps[0]->window))
        skip();
    device("window_title=app 0");
    expect(apps[0], "redirected");
    assert_true(redirected(apps[0]->window));
    test_device_close(&d);
    comes_undone(apps[0]->window, "closed");

    assert_int_equal(pipe(told), 0);
    fflush(NULL);
    child = fork();
    if (!child) {
        TestDevice *own;
        AVPacket *packet = av_packet_alloc();

        if (test_device_open(&own, "x11shmpool", server->display,
                             "window_title=app 0") < 0 ||
            test_device_read(own, packet, 5000) < 0 ||
            write(told[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    close(told[1]);
    assert_int_equal(read(told[0], &byte, 1), 1);
    close(told[0]);
    assert_true(redirected(apps[0]->window));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    comes_undone(apps[0]->window, "killed");
    test_shot_true(d = test_shot_open("x11shmpool", server->display,
                                      "framerate=200:draw_mouse=0"),
                   screen, root, 0, 0, 0, "the screen after that");
}

/*** What it costs ***/

static void busy_neighbour(void **state)
{
    AVPacket *packet = av_packet_alloc();
    int64_t requests, repeated;

    (void)state;
    app_at(0, 100, 100, 201, 151);
    app_at(1, 50, 50, 300, 300);
    app_at(2, 400, 300, 300, 200);
    proxy = test_proxy_start(server->display);
    d = test_shot_open("x11shmpool", test_proxy_display(proxy),
                       "window_title=app 0:framerate=200:draw_mouse=0");
    expect(apps[0], "at first");
    test_proxy_reset(proxy);
    repeated = test_device_stat(d, "stat_repeated");
    for (int i = 0; i < 100; i++) {
        paint(apps[1 + (i & 1)]);
        test_screen_fill(screen, root, i, i, 100, 90, i * 99);
        assert_int_equal(test_device_read(d, packet, 5000), 0);
        av_packet_unref(packet);
    }
    requests = test_proxy_requests(proxy);
    repeated = test_device_stat(d, "stat_repeated") - repeated;
    /* a second in which it also looks whether damage tells the truth */
    if (requests > 60 || test_proxy_events(proxy) > 0) {
        test_proxy_print(proxy);
        fail_msg("%d requests and %d events while only others were painted",
                 (int)requests, (int)test_proxy_events(proxy));
    }
    assert_true(repeated >= 95);
    expect_painted(apps[0], "at last");
    av_packet_free(&packet);
}

/*** Under a window manager ***/

static void need_manager(void)
{
    need_compositor();
    if ((manager = test_server_run(server, "openbox --sm-disable")))
        return;
    print_message("openbox is not installed\n");
    skip();
}

static void wait_size(xcb_window_t window, int w, int least, int most)
{
    int64_t end = av_gettime_relative() + 10000000;
    TestRect is;

    do {
        is = test_app_at(apps[0], window);
        if (is.w == w && is.h >= least && is.h <= most)
            return;
    } while (av_gettime_relative() < end);
    fail_msg("the window is %dx%d, not %dx%d to %d", is.w, is.h, w, least,
             most);
}

static void managed(void **state)
{
    (void)state;
    need_manager();
    app_at(0, 100, 100, 201, 151);
    test_app_wait_framed(apps[0], 1);
    for (int k = 0; k < 2; k++) {
        TestImage *last, *got;

        device("window_title=app 0:damage=%s", damages[k]);
        expect_size(201, 151);
        expect_painted(apps[0], "in its frame");
        test_app_move(apps[0], 300, 200, -1, -1);
        expect_painted(apps[0], "moved");
        test_app_move(apps[0], -100, 480, 250, 120);
        expect_painted(apps[0], "off the screen");
        test_app_move(apps[0], 100, 100, 201, 151);

        test_app_wm_state(apps[0], "_NET_WM_STATE_FULLSCREEN", 1);
        wait_size(apps[0]->window, WIDTH, HEIGHT, HEIGHT);
        expect_painted(apps[0], "fullscreen");
        test_app_wm_state(apps[0], "_NET_WM_STATE_FULLSCREEN", 0);
        wait_size(apps[0]->window, 201, 151, 151);
        expect_painted(apps[0], "no longer fullscreen");

        last = test_shot(d);
        test_app_iconify(apps[0]);
        test_app_wait_viewable(apps[0], apps[0]->window, 0);
        got = test_shot_after(d, LATE);
        test_shot_same(last, got, "minimised");
        test_image_free(&got);
        test_app_activate(apps[0]);
        test_app_wait_viewable(apps[0], apps[0]->window, 1);
        expect_painted(apps[0], "restored");
        test_image_free(&last);

        last = test_shot(d);
        test_app_to_desktop(apps[0], 1);
        test_app_wait_viewable(apps[0], apps[0]->window, 0);
        got = test_shot_after(d, LATE);
        test_shot_same(last, got, "on another desktop");
        test_image_free(&got);
        test_image_free(&last);
        test_app_show_desktop(apps[0], 1);
        test_app_wait_viewable(apps[0], apps[0]->window, 1);
        expect_painted(apps[0], "its desktop is shown");
        test_app_to_desktop(apps[0], 0);
        test_app_wait_viewable(apps[0], apps[0]->window, 0);
        test_app_show_desktop(apps[0], 0);
        test_app_wait_viewable(apps[0], apps[0]->window, 1);
        expect_painted(apps[0], "both are back");
    }
}

/* Rolled up into its title bar it is still what it was. */
static void shaded(void **state)
{
    (void)state;
    need_manager();
    app_at(0, 100, 100, 201, 151);
    test_app_wait_framed(apps[0], 1);
    for (int k = 0; k < 2; k++) {
        TestImage *last, *got;
        xcb_window_t frame;
        xcb_query_tree_reply_t *tree;
        TestRect open;

        tree = xcb_query_tree_reply(
            screen->conn, xcb_query_tree(screen->conn, apps[0]->window), NULL);
        frame = tree->parent;
        free(tree);
        open  = test_app_at(apps[0], frame);
        device("window_title=app 0:damage=%s", damages[k]);
        expect_painted(apps[0], "at first");
        last = test_shot(d);
        test_app_wm_state(apps[0], "_NET_WM_STATE_SHADED", 1);
        wait_size(frame, open.w, 1, open.h - 100);
        got = test_shot_after(d, LATE);
        test_shot_same(last, got, "shaded");
        test_image_free(&got);
        test_app_wm_state(apps[0], "_NET_WM_STATE_SHADED", 0);
        wait_size(frame, open.w, open.h, open.h);
        expect_painted(apps[0], "no longer shaded");
        test_image_free(&last);
    }
}

static void manager_comes_and_goes(void **state)
{
    (void)state;
    app_at(0, 100, 100, 201, 151);
    device("window_title=app 0");
    expect_painted(apps[0], "without a manager");
    for (int i = 0; i < 4; i++) {
        need_manager();
        test_app_wait_framed(apps[0], 1);
        expect_painted(apps[0], "a manager came");
        test_app_move(apps[0], 200, 150 + 10 * i, -1, -1);
        expect_painted(apps[0], "moved in its frame");
        test_server_end(server, manager, i & 1 ? SIGKILL : SIGTERM);
        manager = 0;
        test_app_wait_framed(apps[0], 0);
        expect_painted(apps[0], "the manager went");
        test_app_move(apps[0], 50, 50 + i, -1, -1);
        expect_painted(apps[0], "moved without");
    }
}

static void managed_menus(void **state)
{
    TestRect at = { 0, 0, 80, 60 };
    TestImage *image;

    (void)state;
    need_manager();
    app_at(0, 100, 100, 201, 151);
    test_app_wait_framed(apps[0], 1);
    device("window_title=app 0");
    at.x  = test_app_at(apps[0], apps[0]->window).x + 30;
    at.y  = test_app_at(apps[0], apps[0]->window).y + 20;
    image = menu_image(test_app_menu(apps[0], apps[0]->window, at.x, at.y,
                                     at.w, at.h, 90), at.w, at.h);
    expect_menus(apps[0], 1, &at, &image, "a menu over a managed window");
    test_app_move(apps[0], 120, 110, -1, -1);
    expect_menus(apps[0], 1, &at, &image, "the window moved in its frame");
    test_image_free(&image);

    /* A dialogue has a frame and a recording of its own. */
    app_at(1, 400, 400, 20, 20);
    app_open(2, &(TestAppOptions){
        .title = "dialogue", .x = 140, .y = 130, .w = 50, .h = 60, .seed = 91,
        .transient_for = apps[1]->window });
    test_app_wait_framed(apps[2], 1);
    device("window_title=app 1");
    expect_painted(apps[1], "with a dialogue");
}

/* Until the manager says so */
static void wait_on_top(xcb_window_t window)
{
    int64_t end = av_gettime_relative() + 10000000;
    xcb_atom_t list = test_app_atom(apps[0], "_NET_CLIENT_LIST_STACKING");
    int above = 0;

    while (!above && av_gettime_relative() < end) {
        xcb_get_property_reply_t *p = xcb_get_property_reply(
            screen->conn, xcb_get_property(screen->conn, 0, root, list,
                                           XCB_ATOM_WINDOW, 0, 64), NULL);
        int n = p ? xcb_get_property_value_length(p) / 4 : 0;

        above = n > 0 &&
                ((xcb_window_t *)xcb_get_property_value(p))[n - 1] == window;
        free(p);
    }
    assert_true(above);
}

/* A title is looked for in what the manager knows: windows that are minimised
 * are there, but have nothing to show. */
static void managed_names(void **state)
{
    char id[16];

    (void)state;
    need_manager();
    app_at(0, 100, 100, 201, 151);
    app_at(1, 300, 300, 150, 99);
    test_app_wait_framed(apps[0], 1);
    test_app_wait_framed(apps[1], 1);
    found(0, "window_title=app 0");
    found(1, "window_title=app 1");
    for (int i = 0; i < 4; i++) {
        test_app_activate(apps[i & 1]);
        wait_on_top(apps[i & 1]->window);
        found(i & 1, "window_title=app");
        found(i & 1, "window_class=Test");
    }
    test_app_iconify(apps[1]);
    test_app_wait_viewable(apps[1], apps[1]->window, 0);
    found(0, "window_class=Test");
    snprintf(id, sizeof(id), "0x%x", apps[1]->window);
    test_shot_refused(server->display, "window_title=app 1",
                      (const char *const[]){ id, "not mapped", NULL });
}

static void managed_alpha(void **state)
{
    need_manager();
    with_alpha(state);
}

/* What a manager that was killed has left on the root window is no list. */
static void manager_forgotten(void **state)
{
    (void)state;
    app_at(0, 100, 100, 201, 151);
    need_manager();
    test_app_wait_framed(apps[0], 1);
    found(0, "window_title=app 0");
    test_server_end(server, manager, SIGKILL);
    manager = 0;
    test_app_wait_framed(apps[0], 0);
    app_at(1, 300, 300, 150, 99);
    found(1, "window_title=app 1");
    found(0, "window_title=app 0");
    test_app_close(&apps[0]);
    found(1, "window_title=app");
}

/*** Under a compositor ***/

static int start_composited(void **state, const char *command)
{
    pid_t pid;

    if (start(state) < 0)
        return -1;
    compositor = command;
    pid = test_server_run(server, command);
    if (pid) {
        TestApp *any = test_app_open(server->display, &(TestAppOptions){
            .x = 0, .y = 0, .w = 1, .h = 1, .unmanaged = 1, .seed = 1 });

        test_app_wait_owner(any, "_NET_WM_CM_S0", 1);
        test_app_close(&any);
    } else {
        stop_server(state);
    }
    return 0;
}

static int start_picom(void **state)
{
    return start_composited(state, "picom --config /dev/null --backend xrender "
                                   "--no-fading-openclose");
}

static int start_xcompmgr(void **state)
{
    return start_composited(state, "xcompmgr -n");
}

static int stop_composited(void **state)
{
    compositor = NULL;
    return stop_server(state);
}

static void compositor_comes_and_goes(void **state)
{
    static const char *const commands[] = {
        "xcompmgr -n", "picom --config /dev/null --backend xrender",
    };

    (void)state;
    app_at(0, 100, 100, 201, 151);
    app_at(1, 50, 50, 300, 100);
    device("window_title=app 0");
    expect_painted(apps[0], "without a compositor");
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        pid_t pid = test_server_run(server, commands[i]);

        if (!pid)
            continue;
        test_app_wait_owner(apps[0], "_NET_WM_CM_S0", 1);
        expect_painted(apps[0], "a compositor came");
        test_app_move(apps[0], 120, 130, 180, 151);
        expect_painted(apps[0], "resized under a compositor");
        test_server_end(server, pid, SIGTERM);
        test_app_wait_owner(apps[0], "_NET_WM_CM_S0", 0);
        expect_painted(apps[0], "the compositor went");
        test_app_move(apps[0], 100, 100, 201, 151);
        expect_painted(apps[0], "resized without a compositor");
    }
}

/* A recording begins, whatever became of the window since it was opened. */
static void hidden_at_once(void **state)
{
    TestImage *last, *got;

    (void)state;
    for (int k = 0; k < 2; k++) {
        app_at(0, 100, 100, 201, 151);
        device("window_title=app 0:damage=%s", damages[k]);
        last = test_screen_read_pixmap(screen, apps[0]->window, 201, 151);
        test_app_show(apps[0], 0);
        got = test_shot(d);
        test_shot_same(last, got, "unmapped before the first frame");
        test_image_free(&got);
        test_image_free(&last);
        test_app_show(apps[0], 1);
        expect_painted(apps[0], "mapped again");
    }
}

static void shape(TestApp *app, int n, const TestRect *r)
{
    xcb_rectangle_t x[4];

    for (int i = 0; i < n; i++)
        x[i] = (xcb_rectangle_t){ r[i].x, r[i].y, r[i].w, r[i].h };
    xcb_shape_rectangles(app->s->conn, XCB_SHAPE_SO_SET,
                         XCB_SHAPE_SK_BOUNDING, XCB_CLIP_ORDERING_UNSORTED,
                         app->window, 0, 0, n, x);
    test_screen_sync(app->s);
}

static void expect_shaped(TestApp *app, int n, const TestRect *r,
                          const char *what)
{
    for (int painted = 0; painted < 2; painted++) {
        TestImage *got = test_shot_after(d, LATE);
        TestImage *want = test_screen_read_pixmap(screen, app->window,
                                                  got->width, got->height);

        test_image_mask(want, r, n);
        test_shot_same(want, got, what);
        test_image_free(&want);
        test_image_free(&got);
        paint(app);
    }
}

/* A pixmap holds what was behind the window, too. */
static void shaped(void **state)
{
    static const TestRect bars[] = { { 10, 20, 60, 100 }, { 90, 0, 50, 151 } };
    static const TestRect step[] = { { 0, 0, 201, 60 }, { 0, 60, 99, 400 } };
    static const TestRect all    = { 0, 0, 640, 480 };

    (void)state;
    for (int k = 0; k < 2; k++) {
        app_at(0, 100, 100, 201, 151);
        shape(apps[0], 2, bars);
        device("window_title=app 0:damage=%s", damages[k]);
        expect_shaped(apps[0], 2, bars, "shaped");
        shape(apps[0], 2, step);
        expect_shaped(apps[0], 2, step, "of another shape");
        test_app_move(apps[0], 300, 200, 150, 300);
        expect_shaped(apps[0], 2, step, "of another size");
        shape(apps[0], 1, &all);
        expect_shaped(apps[0], 1, &all, "without a shape");
        test_device_close(&d);
        device("window_title=app 0:damage=%s:grab_x=20:grab_y=30:"
               "video_size=100x90", damages[k]);
        shape(apps[0], 1, &bars[0]);
        paint(apps[0]);
        {
            TestImage *got  = test_shot_after(d, LATE);
            TestImage *all  = test_screen_read_pixmap(screen, apps[0]->window,
                                                      150, 300);
            TestImage *want = test_screen_read_pixmap(screen, apps[0]->window,
                                                      100, 90);

            test_image_mask(all, &bars[0], 1);
            test_image_paste(want, all, -20, -30);
            test_shot_same(want, got, "a part of a shaped window");
            test_image_free(&got);
            test_image_free(&all);
            test_image_free(&want);
        }
    }
}

/* More than are painted: the rest is painted where the first ones have gone. */
static void many_menus(void **state)
{
    xcb_window_t menu[20];
    TestImage *images[4];
    TestRect at[4];

    (void)state;
    app_at(0, 100, 100, 201, 151);
    device("window_title=app 0");
    expect(apps[0], "no menu");
    for (int i = 0; i < 20; i++)
        menu[i] = test_app_menu(apps[0], apps[0]->window, 100 + 5 * i,
                                100 + 5 * i, 5, 5, 50 + i);
    test_image_free(&(TestImage *){ test_shot_after(d, LATE) });
    for (int i = 0; i < 16; i++)
        test_screen_destroy(apps[0]->s, menu[i]);
    for (int i = 0; i < 4; i++) {
        at[i]     = (TestRect){ 180 + 5 * i, 180 + 5 * i, 5, 5 };
        images[i] = menu_image(menu[16 + i], 5, 5);
    }
    expect_menus(apps[0], 4, at, images, "the last four of twenty");
    for (int i = 0; i < 4; i++)
        test_image_free(&images[i]);
}

/*** Between two requests of the device ***/

static xcb_window_t resized_window; /* when its pixmap was named, once */

__attribute__((visibility("default"))) xcb_void_cookie_t
xcb_composite_name_window_pixmap_checked(xcb_connection_t *conn,
                                         xcb_window_t window,
                                         xcb_pixmap_t pixmap)
{
    static xcb_void_cookie_t (*real)(xcb_connection_t *, xcb_window_t,
                                     xcb_pixmap_t);
    xcb_void_cookie_t cookie;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, __func__);
    cookie = real(conn, window, pixmap);
    if (window == resized_window) {
        resized_window = XCB_NONE;
        free(xcb_get_input_focus_reply(conn, xcb_get_input_focus(conn), NULL));
        xcb_configure_window(screen->conn, window, XCB_CONFIG_WINDOW_WIDTH |
                             XCB_CONFIG_WINDOW_HEIGHT,
                             (const uint32_t[]){ 201, 151 });
        test_screen_sync(screen);
    }
    return cookie;
}

static void resized_meanwhile(void **state)
{
    (void)state;
    app_at(0, 100, 100, 201, 151);
    device("window_title=app 0");
    test_app_move(apps[0], 100, 100, 100, 90);
    expect_painted(apps[0], "smaller");
    resized_window = apps[0]->window;
    xcb_configure_window(screen->conn, apps[0]->window,
                         XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                         (const uint32_t[]){ 110, 95 });
    test_screen_sync(screen);
    expect(apps[0], "resized when its pixmap was named");
    assert_int_equal(resized_window, XCB_NONE);
    expect_painted(apps[0], "resized when its pixmap was named");
}

static void menu_resized_meanwhile(void **state)
{
    TestRect at = { 110, 110, 201, 151 };
    TestImage *image;
    xcb_window_t menu;

    (void)state;
    app_at(0, 100, 100, 201, 151);
    device("window_title=app 0");
    menu = test_app_menu(apps[0], apps[0]->window, at.x, at.y, 10, 10, 50);
    test_image_free(&(TestImage *){ test_shot_after(d, LATE) });
    resized_window = menu;
    test_screen_noise(apps[0]->s, menu, 0, 0, 10, 10, 51);
    for (int i = 0; i < 50 && resized_window; i++)
        test_image_free(&(TestImage *){ test_shot(d) });
    assert_int_equal(resized_window, XCB_NONE);
    image = menu_image(menu, at.w, at.h);
    expect_menus(apps[0], 1, &at, &image, "resized when its pixmap was named");
    test_image_free(&image);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, close_all)
    const struct CMUnitTest plain[] = {
        TEST(by_name),
        TEST(misses),
        TEST(picked),
        TEST(nothing_picked),
        TEST(covered),
        TEST(moved),
        TEST(hidden),
        TEST(without_composite),
        TEST(children_and_border),
        TEST(child_window),
        TEST(with_alpha),
        TEST(pointer_over),
        TEST(border_follows),
        TEST(menus_before),
        TEST(menus_with_alpha),
        TEST(shaped_menus),
        TEST(closed),
        TEST(id_reused),
        TEST(id_reused_while_resized),
        TEST(redirection_ends),
        TEST(busy_neighbour),
        TEST(compositor_comes_and_goes),
        TEST(hidden_at_once),
        TEST(many_menus),
        TEST(shaped),
        TEST(resized_meanwhile),
        TEST(menu_resized_meanwhile),
    };
    const struct CMUnitTest by_ways[] = {
        TEST(resized),
        TEST(menus),
    };
    const struct CMUnitTest of_depth[] = {
        TEST(resized),
        TEST(menus),
    };
    const struct CMUnitTest under_manager[] = {
        TEST(managed),
        TEST(shaded),
        TEST(manager_comes_and_goes),
        TEST(managed_menus),
        TEST(managed_names),
        TEST(managed_alpha),
        TEST(manager_forgotten),
    };
    const struct CMUnitTest under_compositor[] = {
        TEST(by_name),
        TEST(covered),
        TEST(resized),
        TEST(hidden),
        TEST(with_alpha),
        TEST(menus),
        TEST(closed),
        TEST(id_reused),
        TEST(id_reused_while_resized),
        TEST(managed),
        TEST(managed_menus),
    };
    int failed = 0;

    failed += cmocka_run_group_tests_name("plain", plain, start, stop_server);
    failed += cmocka_run_group_tests_name("ways", by_ways, start_all_ways,
                                          stop_server);
    failed += cmocka_run_group_tests_name("16 bits", of_depth, start_16, stop_server);
    failed += cmocka_run_group_tests_name("managed", under_manager, start,
                                          stop_server);
    failed += cmocka_run_group_tests_name("picom", under_compositor,
                                          start_picom, stop_composited);
    failed += cmocka_run_group_tests_name("xcompmgr", under_compositor,
                                          start_xcompmgr, stop_composited);
    return failed;
}
