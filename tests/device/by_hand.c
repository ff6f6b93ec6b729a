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
 */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/time.h>

#include "hand.h"
#include "opening.h"
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

/* The lines that tell what was chosen, as FFmpeg's log has them */
static char chosen[256];
static pthread_mutex_t chosen_lock = PTHREAD_MUTEX_INITIALIZER;

static int setup(void **state)
{
    (void)state;
    if (test_stage_start(&(TestServerOptions){ .width  = WIDTH,
                                               .height = HEIGHT }) < 0)
        return -1;
    window = test_stage_window();
    return 0;
}

static int clear(void **state)
{
    if (hand) {
        for (int i = 1; i <= 3; i++)
            test_hand_button(hand, i, 0);
        if (!test_opening_done())
            test_hand_key(hand, ESCAPE);
    }
    if (!d)
        test_opening_end(&d);
    test_screen_close(&hand);
    test_screen_close(&other);
    return test_stage_clear(state);
}

/* Until the device waits for the user, and says so */
static void begin(const char *options)
{
    char all[128];

    test_device_close(&d);
    test_screen_warp(screen, 300, 300);
    if (!hand)
        hand = test_screen_open(server->display);
    if (!other)
        other = test_screen_open(server->display);
    snprintf(all, sizeof(all), "framerate=100:draw_mouse=0:%s", options);
    test_opening_start("x11shmpool", all);
    test_opening_asks(strstr(options, "pick") ? "Click on"
                                              : "Drag the pointer");
    assert_int_equal(test_log_count("Escape", AV_LOG_INFO), 1);
}

static void assert_cancelled(const char *line)
{
    assert_int_equal(test_opening_end(&d), AVERROR_EXIT);
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
    const int escape = test_hand_keycode(screen, ESCAPE);
    xcb_grab_pointer_reply_t *p = xcb_grab_pointer_reply(
        screen->conn, xcb_grab_pointer(screen->conn, 0, root, 0,
                                       XCB_GRAB_MODE_ASYNC,
                                       XCB_GRAB_MODE_ASYNC, XCB_NONE,
                                       XCB_NONE, XCB_CURRENT_TIME), NULL);
    xcb_generic_error_t *error = xcb_request_check(
        screen->conn, xcb_grab_key_checked(screen->conn, 0, root,
                                           XCB_MOD_MASK_ANY, escape,
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
        test_hand_key(hand, ESCAPE);
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
    xcb_grab_key(screen->conn, 0, root, XCB_MOD_MASK_1,
                 test_hand_keycode(screen, ESCAPE), XCB_GRAB_MODE_ASYNC,
                 XCB_GRAB_MODE_ASYNC);
    test_screen_sync(screen);
    begin(ways[0]);
    test_hand_key(hand, ESCAPE);
    assert_cancelled(lines[0]);
    for (int i = 0; i < 2; i++) {
        test_hand_key(hand, locks[i]);
        begin(ways[0]);
        test_hand_key(hand, ESCAPE);
        assert_cancelled(lines[0]);
        test_hand_key(hand, locks[i]);
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
    test_hand_button(hand, 1, 1);
    test_hand_move(hand, 400, 350);
    wait_for_border(before, 1);
    test_hand_key(hand, ESCAPE);
    assert_cancelled(lines[0]);
    wait_for_border(before, 0);
    test_hand_button(hand, 1, 0);
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
            test_hand_click(hand, b);
            assert_cancelled(lines[i]);
            assert_free();
        }
        begin(ways[i]);
        test_hand_button(hand, 3, 1);
        test_hand_click(hand, 1);
        test_hand_button(hand, 3, 0);
        assert_cancelled(lines[i]);
        begin(ways[i]);
        test_hand_button(hand, 1, 1);
        test_hand_move(hand, 100, 120);
        test_hand_button(hand, 3, 1);
        test_hand_button(hand, 1, 0);
        assert_false(test_opening_done());
        test_hand_button(hand, 3, 0);
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
            test_hand_move(hand, 70 + k, 60);
        }
        test_hand_key(hand, LETTER);
        assert_true(key_arrived());
        test_hand_button(hand, 1, 1);
        for (int k = 0; k < 5; k++) {
            assert_true(test_screen_served(other, 5000));
            test_hand_move(hand, 80 + k, 70);
        }
        test_hand_button(hand, 1, 0);
        assert_int_equal(test_opening_end(&d), 0);
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
    int ret;

    snprintf(options, sizeof(options), "select_region=1:pixel_format=%s",
             format);
    begin(options);
    av_log_set_callback(note_chosen);
    *chosen = 0;
    test_hand_move(hand, at[0], at[1]);
    test_hand_button(hand, 1, 1);
    test_hand_move(hand, (at[0] + at[2]) / 2, at[3]);
    if (at[0] != at[2])
        wait_for_border(before, 1);
    test_hand_move(hand, at[2], at[3]);
    test_hand_button(hand, 1, 0);
    ret = test_opening_end(&d);
    if (ret < 0)
        fail_msg("%s: %s", want, av_err2str(ret));
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
    test_hand_move(hand, 100, 50);
    test_hand_button(hand, 1, 1);
    test_hand_move(hand, 301, 203);
    test_hand_button(hand, 1, 0);
    assert_int_equal(test_opening_end(&d), 0);
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
    test_hand_move(hand, 100, 100);
    test_hand_click(hand, 1);
    assert_int_equal(test_opening_end(&d), 0);
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
