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
 * Choosing a region or a window by hand: it disturbs nobody, remote control
 * included; it can be left; and what was chosen is told as the options that
 * choose it again.
 *
 * The hand is a client like any other, as xdotool's is: where a server is
 * grabbed, it stands still.
 */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>
#include <xcb/xtest.h>

#include "shot.h"
#include "stage.h"

#define WIDTH  641
#define HEIGHT 481

#define ESCAPE    0xff1b       /* keysyms */
#define CAPS_LOCK 0xffe5
#define NUM_LOCK  0xff7f
#define LETTER    'a'

static xcb_window_t window;
static TestScreen *hand, *other;

typedef struct Opening {
    char options[128];
    pthread_t thread;
    TestDevice *d;
    int ret;
    atomic_int done;
} Opening;

static Opening opening;

/* The lines that tell what was chosen, as FFmpeg's log has them */
static char chosen[256];
static pthread_mutex_t chosen_lock = PTHREAD_MUTEX_INITIALIZER;

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){ .width  = WIDTH,
                                               .height = HEIGHT }) < 0)
        return -1;
    test_screen_backdrop(screen, root, WIDTH, HEIGHT, 1);
    window = test_screen_window(screen, 60, 50, 201, 149, 0);
    test_screen_backdrop(screen, window, 201, 149, 2);
    return 0;
}

static void finish(void)
{
    if (opening.thread)
        pthread_join(opening.thread, NULL);
    opening.thread = 0;
    test_device_close(&d);
    d = opening.d;
    opening.d = NULL;
}

static int clear(void **state)
{
    if (hand) {
        for (int i = 1; i <= 3; i++)
            xcb_test_fake_input(hand->conn, XCB_BUTTON_RELEASE, i, 0, XCB_NONE,
                                0, 0, 0);
        test_screen_sync(hand);
    }
    if (opening.thread && !atomic_load(&opening.done)) {
        test_screen_close(&hand);
        test_screen_close(&other);
        finish();
        return test_stage_clear(state);
    }
    finish();
    test_screen_close(&hand);
    test_screen_close(&other);
    return test_stage_clear(state);
}

static void *open_device(void *arg)
{
    Opening *o = arg;

    o->ret = test_device_open(&o->d, "x11shmpool", server->display, o->options);
    atomic_store(&o->done, 1);
    return NULL;
}

/* Until the device waits for the user, and says so */
static void begin(const char *options)
{
    const char *line = strstr(options, "pick") ? "Click on" : "Drag the pointer";
    int64_t end = av_gettime_relative() + 10000000;

    test_screen_warp(screen, 300, 300);
    if (!hand)
        hand = test_screen_open(server->display);
    if (!other)
        other = test_screen_open(server->display);
    test_log_start();
    opening = (Opening){ .ret = 0 };
    snprintf(opening.options, sizeof(opening.options),
             "framerate=100:draw_mouse=0:%s", options);
    assert_int_equal(pthread_create(&opening.thread, NULL, open_device,
                                    &opening), 0);
    while (!test_log_count(line, AV_LOG_INFO)) {
        if (atomic_load(&opening.done) || av_gettime_relative() > end) {
            test_log_print();
            fail_msg("%s: nobody is asked", options);
        }
        av_usleep(1000);
    }
    assert_int_equal(test_log_count("Escape", AV_LOG_INFO), 1);
}

static int end(void)
{
    int64_t until = av_gettime_relative() + 10000000;

    while (!atomic_load(&opening.done)) {
        if (av_gettime_relative() > until)
            fail_msg("%s: it does not end", opening.options);
        av_usleep(1000);
    }
    finish();
    return opening.ret;
}

static void move(int x, int y)
{
    xcb_test_fake_input(hand->conn, XCB_MOTION_NOTIFY, 0, 0, root, x, y, 0);
    test_screen_sync(hand);
}

static void button(int number, int press)
{
    xcb_test_fake_input(hand->conn, press ? XCB_BUTTON_PRESS
                                          : XCB_BUTTON_RELEASE,
                        number, 0, XCB_NONE, 0, 0, 0);
    test_screen_sync(hand);
}

static void click(int number)
{
    button(number, 1);
    button(number, 0);
}

static int keycode(uint32_t symbol)
{
    const int first = screen->setup->min_keycode;
    const int nb    = screen->setup->max_keycode - first + 1;
    xcb_get_keyboard_mapping_reply_t *r = xcb_get_keyboard_mapping_reply(
        screen->conn, xcb_get_keyboard_mapping(screen->conn, first, nb), NULL);
    const xcb_keysym_t *symbols = xcb_get_keyboard_mapping_keysyms(r);
    int code = 0;

    for (int i = 0; i < nb * r->keysyms_per_keycode && !code; i++)
        if (symbols[i] == symbol)
            code = first + i / r->keysyms_per_keycode;
    free(r);
    if (!code)
        fail_msg("no key 0x%x", symbol);
    return code;
}

static void key(uint32_t symbol)
{
    const int code = keycode(symbol);

    xcb_test_fake_input(hand->conn, XCB_KEY_PRESS, code, 0, XCB_NONE, 0, 0, 0);
    xcb_test_fake_input(hand->conn, XCB_KEY_RELEASE, code, 0, XCB_NONE, 0, 0, 0);
    test_screen_sync(hand);
}

static void assert_cancelled(const char *line)
{
    assert_int_equal(end(), AVERROR_EXIT);
    assert_null(d);
    if (test_log_count("", AV_LOG_WARNING) != 1 ||
        test_log_count(line, AV_LOG_ERROR) != 1) {
        test_log_print();
        fail_msg("not one line, '%s'", line);
    }
}

/* Pointer and keys are nobody's: who wants them gets them. */
static void assert_free(void)
{
    xcb_grab_pointer_reply_t *p = xcb_grab_pointer_reply(
        screen->conn, xcb_grab_pointer(screen->conn, 0, root, 0,
                                       XCB_GRAB_MODE_ASYNC,
                                       XCB_GRAB_MODE_ASYNC, XCB_NONE,
                                       XCB_NONE, XCB_CURRENT_TIME), NULL);
    xcb_generic_error_t *error = xcb_request_check(
        screen->conn, xcb_grab_key_checked(screen->conn, 0, root,
                                           XCB_MOD_MASK_ANY, keycode(ESCAPE),
                                           XCB_GRAB_MODE_ASYNC,
                                           XCB_GRAB_MODE_ASYNC));

    assert_int_equal(p->status, XCB_GRAB_STATUS_SUCCESS);
    assert_null(error);
    free(p);
    xcb_ungrab_key(screen->conn, XCB_GRAB_ANY, root, XCB_MOD_MASK_ANY);
    xcb_ungrab_pointer(screen->conn, XCB_CURRENT_TIME);
    test_screen_sync(screen);
}

static const char *const ways[] = { "select_region=1", "window_id=pick" };
static const char *const lines[] = { "No region was selected.",
                                     "No window was chosen." };

static void escape_leaves(void **state)
{
    (void)state;
    if (!screen->xtest)
        skip();
    for (int i = 0; i < 2; i++) {
        begin(ways[i]);
        key(ESCAPE);
        assert_cancelled(lines[i]);
        assert_free();
    }
}

/* Window managers grab Escape with Alt, and locks must not be in the way. */
static void escape_leaves_in_any_state(void **state)
{
    static const uint32_t locks[] = { CAPS_LOCK, NUM_LOCK };

    (void)state;
    if (!screen->xtest)
        skip();
    xcb_grab_key(screen->conn, 0, root, XCB_MOD_MASK_1, keycode(ESCAPE),
                 XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC);
    test_screen_sync(screen);
    begin(ways[0]);
    key(ESCAPE);
    assert_cancelled(lines[0]);
    for (int i = 0; i < 2; i++) {
        key(locks[i]);
        begin(ways[0]);
        key(ESCAPE);
        assert_cancelled(lines[0]);
        key(locks[i]);
    }
    xcb_ungrab_key(screen->conn, XCB_GRAB_ANY, root, XCB_MOD_MASK_ANY);
}

static TestImage *whole(void)
{
    return test_screen_read(screen, root, 0, 0, WIDTH, HEIGHT, 0);
}

static void wait_for_border(const TestImage *before, int shown)
{
    int64_t until = av_gettime_relative() + 5000000;
    TestImage *now = NULL;

    do {
        test_image_free(&now);
        now = whole();
        if (av_gettime_relative() > until)
            fail_msg("the border is %s", shown ? "not shown" : "left behind");
    } while ((test_image_compare(before, now, NULL) != 0) != shown);
    test_image_free(&now);
}

static void escape_leaves_while_dragging(void **state)
{
    TestImage *before = whole();

    (void)state;
    if (!screen->xtest)
        skip();
    begin(ways[0]);
    button(1, 1);
    move(400, 350);
    wait_for_border(before, 1);
    key(ESCAPE);
    assert_cancelled(lines[0]);
    wait_for_border(before, 0);
    button(1, 0);
    assert_free();
    test_image_free(&before);
}

static void other_buttons_leave(void **state)
{
    (void)state;
    if (!screen->xtest)
        skip();
    for (int i = 0; i < 2; i++) {
        for (int b = 2; b <= 5; b++) {
            begin(ways[i]);
            click(b);
            assert_cancelled(lines[i]);
            assert_free();
        }
        begin(ways[i]);
        button(3, 1);
        click(1);
        button(3, 0);
        assert_cancelled(lines[i]);
        begin(ways[i]);
        button(1, 1);
        move(100, 120);
        button(3, 1);
        button(1, 0);
        assert_false(atomic_load(&opening.done));
        button(3, 0);
        assert_cancelled(lines[i]);
        assert_free();
    }
}

static int key_arrived(void)
{
    xcb_generic_event_t *event;
    int arrived = 0;

    test_screen_sync(screen);
    while ((event = xcb_poll_for_event(screen->conn))) {
        arrived |= event->response_type == XCB_KEY_PRESS;
        free(event);
    }
    return arrived;
}

/* Others draw, move the pointer and type at any time. */
static void nobody_stands_still(void **state)
{
    (void)state;
    if (!screen->xtest)
        skip();
    xcb_change_window_attributes(screen->conn, window, XCB_CW_EVENT_MASK,
        (const uint32_t[]){ XCB_EVENT_MASK_KEY_PRESS });
    xcb_set_input_focus(screen->conn, XCB_INPUT_FOCUS_POINTER_ROOT, window,
                        XCB_CURRENT_TIME);
    test_screen_sync(screen);
    for (int i = 0; i < 2; i++) {
        begin(ways[i]);
        for (int k = 0; k < 5; k++) {
            assert_true(test_screen_served(other, 5000));
            move(70 + k, 60);
        }
        key(LETTER);
        assert_true(key_arrived());
        button(1, 1);
        for (int k = 0; k < 5; k++) {
            assert_true(test_screen_served(other, 5000));
            move(80 + k, 70);
        }
        button(1, 0);
        assert_int_equal(end(), 0);
    }
    xcb_change_window_attributes(screen->conn, window, XCB_CW_EVENT_MASK,
                                 (const uint32_t[]){ 0 });
    xcb_set_input_focus(screen->conn, XCB_INPUT_FOCUS_POINTER_ROOT,
                        XCB_INPUT_FOCUS_POINTER_ROOT, XCB_CURRENT_TIME);
    test_screen_sync(screen);
}

static void note_chosen(void *class, int level, const char *format, va_list args)
{
    char line[256];

    (void)class;
    vsnprintf(line, sizeof(line), format, args);
    if (level != AV_LOG_INFO || strncmp(line, "Chosen: ", 8))
        return;
    pthread_mutex_lock(&chosen_lock);
    snprintf(chosen, sizeof(chosen), "%s", line + 8);
    pthread_mutex_unlock(&chosen_lock);
}

/* "-a 1 -b 2\n" as "a=1:b=2" */
static void options_of(const char *line, char *options, size_t size)
{
    char copy[256], *rest = copy, *name, *value;

    snprintf(copy, sizeof(copy), "%s", line);
    *options = 0;
    while ((name = strtok_r(rest, " \n", &rest)) &&
           (value = strtok_r(rest, " \n", &rest)))
        snprintf(options + strlen(options), size - strlen(options), "%s%s=%s",
                 *options ? ":" : "", name + 1, value);
}

/* What the line says chooses the same again, in the same pixel format. */
static void chooses_again(const char *format, const char *want)
{
    TestImage *first = test_shot(d), *again;
    char options[256];
    size_t used;

    options_of(chosen, options, sizeof(options));
    if (want)
        assert_string_equal(options, want);
    used = strlen(options);
    snprintf(options + used, sizeof(options) - used,
             ":draw_mouse=0:pixel_format=%s", format);
    again = test_shot_once("x11shmpool", server->display, options);
    test_shot_same(first, again, options);
    test_image_free(&first);
    test_image_free(&again);
    test_device_close(&d);
}

static void drag(const char *format, const int *at, const char *want)
{
    TestImage *before = whole(), *after;
    char options[64];

    snprintf(options, sizeof(options), "select_region=1:pixel_format=%s",
             format);
    begin(options);
    av_log_set_callback(note_chosen);
    *chosen = 0;
    move(at[0], at[1]);
    button(1, 1);
    move((at[0] + at[2]) / 2, at[3]);
    if (at[0] != at[2])
        wait_for_border(before, 1);
    move(at[2], at[3]);
    button(1, 0);
    if (end() < 0)
        fail_msg("%s: %s", want, av_err2str(opening.ret));
    after = whole();
    test_shot_same(before, after, "the screen after a selection");
    test_image_free(&before);
    test_image_free(&after);
    chooses_again(format, want);
}

static void a_region_is_chosen_again(void **state)
{
    static const struct {
        const char *format;
        int at[4];
        const char *want;
    } cases[] = {
        { "native",  { 100, 50, 300, 200 },
          "video_size=200x150:grab_x=100:grab_y=50" },
        { "native",  { 301, 203, 100, 50 },
          "video_size=201x153:grab_x=100:grab_y=50" },
        { "yuv420p", { 301, 50, 100, 203 },
          "video_size=200x152:grab_x=100:grab_y=50" },
        { "nv12",    { 0, 0, WIDTH - 1, HEIGHT - 1 },
          "video_size=640x480:grab_x=0:grab_y=0" },
        { "native",  { 77, 66, 77, 66 },
          "video_size=641x481:grab_x=0:grab_y=0" },
        { "yuv420p", { 77, 66, 77, 66 },
          "video_size=640x480:grab_x=0:grab_y=0" },
    };

    (void)state;
    if (!screen->xtest)
        skip();
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        drag(cases[i].format, cases[i].at, cases[i].want);
}

/* A size that was rounded to an even one stays so. */
static void a_region_keeps_its_size(void **state)
{
    (void)state;
    if (!screen->xtest)
        skip();
    begin("select_region=1:pixel_format=yuv420p:on_resize=follow");
    move(100, 50);
    button(1, 1);
    move(301, 203);
    button(1, 0);
    assert_int_equal(end(), 0);
    test_stage_size(200, 152);
    for (int i = 0; i < 3; i++) {
        AVPacket *packet = test_shot_packet(d);

        assert_int_equal(packet->size, 200 * 152 * 3 / 2);
        av_packet_free(&packet);
    }
}

static void a_window_is_chosen_again(void **state)
{
    char want[64];

    (void)state;
    if (!screen->xtest)
        skip();
    begin("window_id=pick");
    av_log_set_callback(note_chosen);
    *chosen = 0;
    move(100, 100);
    click(1);
    assert_int_equal(end(), 0);
    snprintf(want, sizeof(want), "window_id=0x%x", window);
    chooses_again("native", want);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(escape_leaves),
        TEST(escape_leaves_in_any_state),
        TEST(escape_leaves_while_dragging),
        TEST(other_buttons_leave),
        TEST(nobody_stands_still),
        TEST(a_region_is_chosen_again),
        TEST(a_region_keeps_its_size),
        TEST(a_window_is_chosen_again),
    };

    return cmocka_run_group_tests_name("by_hand", tests, setup,
                                       test_stage_stop);
}
