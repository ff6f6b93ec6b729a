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
 * $X11SHMPOOL_REARRANGED_CHANGES  how many a second, [20]
 * $X11SHMPOOL_SEED                where the random numbers begin
 */

#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "app.h"
#include "history.h"
#include "judge.h"
#include "mark.h"
#include "random.h"
#include "randr.h"
#include "shot.h"
#include "stage.h"
#include "watch.h"

#define FRAMERATE  50
#define MAX_WIDTH  1000
#define MAX_HEIGHT 700
#define MIN_WIDTH  800         /* all monitors lie within these */
#define MIN_HEIGHT 600
#define NB_OUTPUTS TEST_MAX_PLACES

static TestApp *app, *neighbour;
static xcb_window_t menu;
static pid_t manager;
static const char *missing;

static TestHistory monitor, monitors, window;

static int seconds = 3, changes_a_second = 20;

/*** The changes ***/

static const char *const names[NB_OUTPUTS] = { "DUMMY0", "DUMMY1", "DUMMY2" };
static int has_outputs;        /* real ones; else made monitors */

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
    test_history_begin(&monitors, lit, has_outputs ? NB_OUTPUTS : 1);
}

static void change_output(int i, TestRect to)
{
    static TestRect outputs[NB_OUTPUTS];

    outputs[i] = to;
    if (i == 1)
        test_history_begin(&monitor, &to, 1);
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
        test_history_end(&monitor);
    test_history_end(&monitors);
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
    test_history_begin(&window, &r, 1);
    test_app_move(app, r.x, r.y, r.w, r.h);
    test_history_end(&window);
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
        .transient_for = app->window, .color = test_mark(TEST_OTHER, 0, 0),
    });
    test_mark_window(app->s, menu, TEST_OTHER, 0, 120, 120);
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
            .color = test_mark(TEST_OTHER, TEST_NEIGHBOUR, 0) });
        test_mark_window(neighbour->s, neighbour->window, TEST_OTHER,
                         TEST_NEIGHBOUR, 400, 400);
        test_screen_destroy(neighbour->s, old);
    }
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
            test_app_stack(app, test_between(0, 1));
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
        test_app_stack(turn & 1 ? app : neighbour, test_between(0, 1));
        test_screen_warp(screen, test_between(0, MIN_WIDTH),
                         test_between(0, MIN_HEIGHT));
        break;
    case 13:
        test_app_clear(turn & 1 ? app : neighbour, test_between(0, 50),
                       test_between(0, 50), test_between(1, 200),
                       test_between(1, 200));
        break;
    }
}

static TestWatch recordings[] = {
    { .name = "monitor, damage on",  .history = &monitor,
      .options = "monitor=DUMMY1:damage=on",  .judge = test_judge_monitor },
    { .name = "monitor, damage off", .history = &monitor,
      .options = "monitor=DUMMY1:damage=off", .judge = test_judge_monitor },
    { .name = "window, damage on",   .history = &window,
      .options = "window_title=the app:damage=on",
      .judge = test_judge_window },
    { .name = "window, damage off",  .history = &window,
      .options = "window_title=the app:damage=off",
      .judge = test_judge_window },
    { .name = "screen, damage on",   .history = &monitors,
      .options = "damage=on",                 .judge = test_judge_screen },
    { .name = "region, damage off",  .history = &monitors, .x = 350, .y = 150,
      .options = "damage=off:grab_x=350:grab_y=150:video_size=300x300",
      .judge = test_judge_screen },
};
#define NB_RECORDINGS ((int)(sizeof(recordings) / sizeof(*recordings)))

static TestImage *truth(const TestWatch *r)
{
    int w = r->last->width, h = r->last->height;
    TestImage *want;

    if (r->history == &window)
        return test_screen_read_pixmap(screen, app->window, w, h);
    if (r->history == &monitor) {
        TestRect at  = test_history_now(&monitor)->at[0];
        TestRect own = { 0, 0, at.w, at.h };

        want = test_screen_read(screen, root, at.x, at.y, w, h, 0);
        test_image_mask(want, &own, 1);
    } else {
        TestRect lit[NB_OUTPUTS];

        for (int i = 0; i < test_history_now(&monitors)->nb; i++) {
            lit[i] = test_history_now(&monitors)->at[i];
            lit[i].x -= r->x;
            lit[i].y -= r->y;
        }
        want = test_screen_read(screen, root, r->x, r->y, w, h, 0);
        test_image_mask(want, lit, test_history_now(&monitors)->nb);
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
    test_mark_window(screen, root, TEST_ROOT, 0, MAX_WIDTH, MAX_HEIGHT);
    if (managed && !(manager = test_server_run(server,
                                               "openbox --sm-disable"))) {
        missing = "openbox";
        return 0;
    }
    app = test_app_open(server->display, &(TestAppOptions){
        .title = "the app", .x = 300, .y = 200, .w = 240, .h = 200,
        .unmanaged = !managed, .color = test_mark(TEST_WINDOW, 0, 0) });
    neighbour = test_app_open(server->display, &(TestAppOptions){
        .title = "neighbour", .x = 400, .y = 100, .w = 200, .h = 200,
        .unmanaged = !managed,
        .color = test_mark(TEST_OTHER, TEST_NEIGHBOUR, 0) });
    if (!app || !neighbour)
        return -1;
    if (managed) {
        test_app_wait_framed(app, 1);
        test_app_wait_framed(neighbour, 1);
    }
    test_mark_window(app->s, app->window, TEST_WINDOW, 0, 320, 320);
    test_mark_window(neighbour->s, neighbour->window, TEST_OTHER,
                     TEST_NEIGHBOUR, 400, 400);
    test_history_begin(&window, (TestRect[]){ test_app_at(app, app->window) },
                       1);
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
    test_watch_calm(1);
    for (int i = 0; i < NB_RECORDINGS; i++)
        test_watch_clear(&recordings[i]);
    menu = XCB_NONE;
    test_app_close(&app);
    test_app_close(&neighbour);
    if (manager)
        test_server_end(server, manager, SIGTERM);
    manager = 0;
    test_watch_calm(0);
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
    test_server_complaints(server, log_size, 0);
    for (int i = 0; i < NB_RECORDINGS; i++) {
        TestWatch *r = &recordings[i];
        char options[256];

        snprintf(options, sizeof(options), "framerate=%d:draw_mouse=0:%s",
                 FRAMERATE, r->options);
        /* A manager's decorations have colours of their own. */
        if (manager && r->history != &window)
            r->judge = NULL;
        r->d = test_shot_open("x11shmpool", server->display, options);
    }
    test_log_start();
    for (int i = 0; i < NB_RECORDINGS; i++)
        test_watch_start(&recordings[i]);

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
    test_watch_calm(av_gettime() + 2000);

    for (int i = 0; i < NB_RECORDINGS; i++) {
        TestWatch *r = &recordings[i];
        TestImage *want = NULL;
        char message[200] = "";

        test_watch_wait(r);
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
    if (test_server_complaints(server, log_size, 1))
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
