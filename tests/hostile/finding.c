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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"

#define MAX_FINDINGS 256
#define MAX_FRAMES 40
#define SHOWN_LINES 24         /* of a report, of all stacks twice as many */

static Finding findings[MAX_FINDINGS];
static int nb_findings;

/* A frame of "    #3 0x7f... in function file:line" or "(library+0x...)". */
typedef struct Frame {
    char function[80], where[160];
} Frame;

static int parse_frame(Frame *f, const char *line)
{
    int n = 0;

    f->function[0] = f->where[0] = 0;
    if (sscanf(line, " #%*d 0x%*x in %79s %n", f->function, &n) == 1 && n)
        snprintf(f->where, sizeof(f->where), "%.*s",
                 (int)strcspn(line + n, "\n"), line + n);
    else if (sscanf(line, " #%*d 0x%*x %n", &n) == 0 && n)
        snprintf(f->where, sizeof(f->where), "%.*s",
                 (int)strcspn(line + n, "\n"), line + n);
    else
        return 0;
    return 1;
}

static int is_ours(const Frame *f)
{
    return strstr(f->where, "libavdevice/x11shmpool") ||
           strstr(f->where, "libavdevice/avdevice_overlay");
}

static int is_xcb(const Frame *f)
{
    return strstr(f->where, "libxcb") || strstr(f->where, "/xcb") ||
           !strncmp(f->function, "xcb_", 4);
}

/* What libxcb does with the connection is its own. What it does with an answer
 * that it was given is what the device told it to. */
static int is_own_work(const char *function)
{
    static const char *const ends[] = {
        "_reply", "_reply64", "_unchecked", "_checked", "_fds", NULL
    };
    static const char *const begins[] = {
        "xcb_connect", "xcb_wait_for_", "xcb_poll_for_", "xcb_flush",
        "xcb_request_check", "xcb_disconnect", "xcb_get_extension_data",
        "xcb_prefetch_", "xcb_send_", "xcb_generate_id", "xcb_discard_reply",
        "xcb_get_maximum_request_length", "xcb_total_", "xcb_take_socket",
        "_xcb_", "read_", "write_", NULL
    };

    for (int i = 0; begins[i]; i++)
        if (!strncmp(function, begins[i], strlen(begins[i])))
            return 1;
    for (int i = 0; ends[i]; i++) {
        const size_t n = strlen(function), e = strlen(ends[i]);

        if (n > e && !strcmp(function + n - e, ends[i]))
            return 1;
    }
    return 0;
}

/* The next stack in the log, from *at on, which is moved behind it.
 * @return how many frames it has */
static int parse_stack(Frame *frames, const char **at)
{
    int n = 0;

    while (*at) {
        const int found = n < MAX_FRAMES && parse_frame(&frames[n], *at);

        if (n && !found)
            break;
        n += found;
        *at = strchr(*at, '\n');
        *at += !!*at;
    }
    return n;
}

/* The first stack with the device in it, or else the last. */
static int find_stack(Frame *frames, const char *log)
{
    int n = 0, next;
    Frame stack[MAX_FRAMES];

    while ((next = parse_stack(stack, &log))) {
        memcpy(frames, stack, sizeof(stack));
        n = next;
        for (int i = 0; i < n; i++)
            if (is_ours(&frames[i]))
                return n;
    }
    return n;
}

static const char *first_line(const char *log)
{
    static const char *const marks[] = {
        "ERROR: AddressSanitizer", "runtime error:", "Assertion ",
    };

    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        const char *p = strstr(log, marks[i]);

        if (p) {
            while (p > log && p[-1] != '\n')
                p--;
            return p;
        }
    }
    return NULL;
}

int finding_is_told(const char *log)
{
    return !!first_line(log);
}

/* Without what is another one each time: addresses and processes. */
static void what_happened(char *text, size_t size, const char *line)
{
    const char *p = strstr(line, "AddressSanitizer: ");

    if (p) {
        p += strlen("AddressSanitizer: ");
        snprintf(text, size, "%.*s", (int)strcspn(p, " \n"), p);
    } else if ((p = strstr(line, "runtime error: "))) {
        p += strlen("runtime error: ");
        snprintf(text, size, "%.*s", (int)strcspn(p, "0123456789\n"), p);
    } else {
        snprintf(text, size, "%.*s", (int)strcspn(line, "\n"), line);
    }
}

static const char *short_name(const char *where)
{
    const char *p = strstr(where, "libavdevice/");
    const char *slash;

    if (p)
        return p;
    slash = strrchr(where, '/');
    return slash ? slash + 1 : where;
}

static void find_place(Finding *f, const char *what, const Frame *frames, int n)
{
    int ours = 0, entry = -1;

    while (ours < n && !is_ours(&frames[ours]))
        ours++;
    for (int i = 0; i < ours && i < n; i++)
        if (is_xcb(&frames[i]))
            entry = i;
    f->theirs = entry >= 0 && (ours == n ||
                               is_own_work(frames[entry].function));
    if (ours < n)
        snprintf(f->place, sizeof(f->place), "%s in %s, %s%s%s", what,
                 frames[ours].function, short_name(frames[ours].where),
                 entry >= 0 ? ", calling " : "",
                 entry >= 0 ? frames[entry].function : "");
    else if (n)
        snprintf(f->place, sizeof(f->place), "%s in %s, %s", what,
                 frames[0].function, short_name(frames[0].where));
    else
        snprintf(f->place, sizeof(f->place), "%s", what);
}

static void print_log(const char *log, int all)
{
    for (int i = 0; *log && i < SHOWN_LINES << all; i++) {
        const int n = strcspn(log, "\n");

        if (n)
            printf("    %.*s\n", n < 160 ? n : 160, log);
        else if (i > 3 && !all)
            break;
        log += n + !!log[n];
    }
}

static void print_finding(const Finding *f, const Report *r, const char *log,
                          int all)
{
    const unsigned nb = r->lies.nb;

    printf("%s: %s\n", f->theirs ? "libxcb's own" : "FINDING", f->place);
    printf("    seed %u, in %s: %s\n", f->seed, phase_name(r->phase), r->mode);
    for (unsigned i = nb > LIAR_LINES ? nb - LIAR_LINES : 0; i < nb; i++)
        printf("    lie: %s\n", r->lies.line[i % LIAR_LINES]);
    if (log)
        print_log(log, all);
    fflush(stdout);
}

void finding_add(FindingKind kind, uint32_t seed, const Report *r,
                 const char *log)
{
    const char *first = first_line(log);
    Frame frames[MAX_FRAMES];
    Finding f = { .seed = seed, .times = 1 };
    char what[160];
    const int stopped = kind == FINDING_HANG || kind == FINDING_MEMORY;
    const char *at = first ? first : log;
    const int n = stopped ? find_stack(frames, log) : parse_stack(frames, &at);

    switch (kind) {
    case FINDING_HANG:
        snprintf(what, sizeof(what), "hung in %s", phase_name(r->phase));
        break;
    case FINDING_MEMORY:
        snprintf(what, sizeof(what), "too much memory in %s",
                 phase_name(r->phase));
        break;
    case FINDING_COMPLAINT:
        snprintf(what, sizeof(what), "%.*s",
                 (int)strcspn(r->complaint, ":"), r->complaint);
        break;
    default:
        if (first)
            what_happened(what, sizeof(what), first);
        else
            snprintf(what, sizeof(what), "%.*s", (int)strcspn(log, "\n"), log);
    }
    if (kind == FINDING_COMPLAINT)
        snprintf(f.place, sizeof(f.place), "%s", what);
    else
        find_place(&f, what, frames, n);
    if (stopped)
        f.theirs = 0;
    for (int i = 0; i < nb_findings; i++)
        if (!strcmp(findings[i].place, f.place)) {
            findings[i].times++;
            return;
        }
    if (nb_findings < MAX_FINDINGS)
        findings[nb_findings++] = f;
    print_finding(&f, r, kind == FINDING_COMPLAINT ? r->complaint :
                         first && !stopped ? first : log, stopped);
}

int finding_print(void)
{
    int ours = 0;

    for (int i = 0; i < nb_findings; i++) {
        const Finding *f = &findings[i];

        ours += !f->theirs;
        printf("%s %d times, first with seed %u: %s\n",
               f->theirs ? "libxcb's own," : "FAILED", f->times, f->seed,
               f->place);
    }
    return ours;
}
