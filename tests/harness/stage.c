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

#include <signal.h>
#include <stddef.h>

#include "stage.h"

TestServer *server;
TestScreen *screen;
xcb_window_t root;
TestDevice *d;
TestProxy *proxy;

int test_stage_start(const TestServerOptions *o)
{
    test_log_start();
    if (!(server = test_server_start(o)) ||
        !(screen = test_screen_open(server->display)))
        return -1;
    root = screen->screen->root;
    test_screen_noise(screen, root, 0, 0,
                      screen->screen->width_in_pixels,
                      screen->screen->height_in_pixels, 1);
    return 0;
}

int test_stage_clear(void **state)
{
    (void)state;
    if (server)
        test_server_signal(server, SIGCONT);
    test_device_close(&d);
    test_proxy_stop(&proxy);
    return 0;
}

int test_stage_stop(void **state)
{
    test_stage_clear(state);
    test_screen_close(&screen);
    test_server_stop(&server);
    return 0;
}
