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
 * Cases by seed, each in a process of its own, until the time is over: what
 * crashes, hangs or takes too much memory is a finding.
 */

#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libavutil/time.h>

#include "case.h"
#include "client.h"
#include "finding.h"

#define NB_SCENES  3
#define NB_WORKERS 2
#define WORDS_EVERY 5          /* of so many cases one is of words */
#define SLACK_US   2000000     /* that a phase may go on when it must be over */
#define DYING_US   20000000    /* for a sanitizer to tell its story */
#define STACKS_US  2500000     /* for all threads to tell where they are */
#define MAX_RSS    (INT64_C(1) << 30)

typedef struct Worker {
    pid_t pid;                 /* 0 where it has nothing to do */
    uint32_t seed;
    int log;
    off_t read;                /* of its log */
    int64_t dying;             /* since when, 0 if it isn't */
    int killed, aborted;
    FindingKind kind;          /* why */
    Report *report;            /* shared */
} Worker;

static Scene scenes[NB_SCENES];
static Worker workers[NB_WORKERS];
static int64_t late[NB_PHASES];
static int nb_cases, nb_failed, nb_packets;
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
    interrupted = sig;
}

static int start_scenes(void)
{
    static const int depths[NB_SCENES] = { 24, 8, 16 };

    for (int i = 0; i < NB_SCENES; i++)
        if (scene_start(&scenes[i], depths[i]) < 0)
            return -1;
    return 0;
}

/* A server that a case brought down is no finding of the device's. */
static int revive_scenes(void)
{
    for (int i = 0; i < NB_SCENES; i++) {
        const int depth = scenes[i].depth;

        if (test_server_alive(scenes[i].server))
            continue;
        printf("# the server of %d bits has died, and is started again\n",
               depth);
        test_server_stop(&scenes[i].server);
        if (scene_start(&scenes[i], depth) < 0)
            return -1;
    }
    return 0;
}

/* A sanitizer's, where there is one. */
void __sanitizer_print_stack_trace(void) __attribute__((weak));

static void tell_stack(int sig)
{
    static int busy;

    (void)sig;
    while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
        usleep(1000);
    if (__sanitizer_print_stack_trace)
        __sanitizer_print_stack_trace();
    fputc('\n', stderr);
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

static void begin_case(Worker *w, uint32_t seed)
{
    const CaseOptions o = {
        .scenes = scenes, .nb_scenes = NB_SCENES, .seed = seed,
    };
    const pid_t parent = getpid();
    int ret;

    memset(w->report, 0, sizeof(*w->report));
    report_enter(w->report, PHASE_HARNESS, 20000);
    w->seed   = seed;
    w->read   = 0;
    w->dying  = 0;
    w->killed = w->aborted = 0;
    w->log    = memfd_create("log", MFD_CLOEXEC);
    fflush(NULL);
    w->pid = fork();
    if (w->pid < 0) {
        perror("hostile: fork");
        exit(1);
    }
    if (w->pid)
        return;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(CASE_BROKEN);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGILL, tell_stack);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    dup2(w->log, 1);
    dup2(w->log, 2);
    ret = seed % WORDS_EVERY ? case_run(&o, w->report)
                             : case_words(&o, w->report);
    fflush(NULL);
    _exit(ret);
}

static int64_t resident(pid_t pid)
{
    char path[64];
    long long pages = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    if (!(f = fopen(path, "re")))
        return 0;
    if (fscanf(f, "%*d %lld", &pages) != 1)
        pages = 0;
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

/* A process that was killed leaves its System V segments to everybody. */
static void remove_segments(pid_t pid)
{
    FILE *f = fopen("/proc/sysvipc/shm", "re");
    char line[512];

    while (f && fgets(line, sizeof(line), f)) {
        int id, creator;

        if (sscanf(line, "%*d %d %*o %*u %d", &id, &creator) == 2 &&
            creator == (int)pid)
            shmctl(id, IPC_RMID, NULL);
    }
    if (f)
        fclose(f);
}

static char *read_log(int fd)
{
    const off_t size = lseek(fd, 0, SEEK_END);
    char *log = calloc(1, size + 1);

    if (!log)
        abort();
    if (pread(fd, log, size, 0) < 0)
        log[0] = 0;
    return log;
}

static void tell(Worker *w, int status)
{
    char *log = read_log(w->log);

    if (!w->killed)
        w->kind = WIFEXITED(status) && WEXITSTATUS(status) == CASE_COMPLAINS ?
                  FINDING_COMPLAINT : FINDING_CRASH;
    if (!*log && WIFSIGNALED(status)) {
        free(log);
        if (asprintf(&log, "signal %d", WTERMSIG(status)) < 0)
            abort();
    }
    finding_add(w->kind, w->seed, w->report, log);
    free(log);
}

static void end_case(Worker *w, int status)
{
    const Report *r = w->report;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

    nb_cases++;
    nb_packets += r->packets;
    if (r->display[0] && code != CASE_DONE)
        test_relay_unlink(r->display);
    remove_segments(w->pid);
    for (int i = 0; i < NB_PHASES; i++)
        if (r->late[i] > late[i])
            late[i] = r->late[i];
    if (w->killed || (code != CASE_DONE && code != CASE_BROKEN)) {
        nb_failed++;
        tell(w, status);
    } else if (code == CASE_BROKEN) {
        printf("# seed %u: no server\n", w->seed);
    }
    close(w->log);
    w->pid = 0;
}

/* First all but the main thread say where they are, by a signal that no thread
 * may block. The main thread is last, and ends the process. */
static void end_by(Worker *w, FindingKind kind)
{
    char path[64];
    struct dirent *e;
    DIR *dir;

    w->kind   = kind;
    w->killed = 1;
    w->dying  = av_gettime_relative();
    snprintf(path, sizeof(path), "/proc/%d/task", (int)w->pid);
    if (!(dir = opendir(path)))
        return;
    while ((e = readdir(dir)))
        if (atoi(e->d_name) > 0 && atoi(e->d_name) != w->pid)
            syscall(SYS_tgkill, w->pid, atoi(e->d_name), SIGILL);
    closedir(dir);
}

/* A sanitizer's report is told by the process that it is about: it is slow, and
 * isn't a phase of the case's. */
static int is_telling(Worker *w)
{
    const off_t size = lseek(w->log, 0, SEEK_END);
    char *log;
    int found;

    if (size == w->read)
        return 0;
    w->read = size;
    log     = read_log(w->log);
    found   = finding_is_told(log);
    free(log);
    return found;
}

static void watch(Worker *w)
{
    const int64_t now = av_gettime_relative();
    const int64_t due = __atomic_load_n(&w->report->due, __ATOMIC_RELAXED);
    int status;

    if (!w->pid)
        return;
    if (waitpid(w->pid, &status, WNOHANG) == w->pid)
        end_case(w, status);
    else if (!w->dying && is_telling(w))
        w->dying = now;
    else if (w->dying && now > w->dying + DYING_US)
        kill(w->pid, SIGKILL);
    else if (w->killed && !w->aborted && now > w->dying + STACKS_US) {
        w->aborted = 1;
        kill(w->pid, SIGABRT);
    }
    else if (!w->dying && now > due + SLACK_US)
        end_by(w, FINDING_HANG);
    else if (!w->dying && resident(w->pid) > MAX_RSS)
        end_by(w, FINDING_MEMORY);
}

static int run_cases(uint32_t seed, int64_t end, int cases)
{
    int busy = 1;

    while (busy) {
        const int more = !interrupted && cases &&
                         (!end || av_gettime_relative() < end);

        busy = 0;
        for (int i = 0; i < NB_WORKERS; i++) {
            Worker *w = &workers[i];

            watch(w);
            if (!w->pid && more && cases) {
                if (revive_scenes() < 0)
                    return -1;
                begin_case(w, seed);
                seed += !!end;
                cases -= cases > 0;
            }
            busy |= !!w->pid;
        }
        av_usleep(2000);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *seed_text = getenv("SEED");
    const int seconds = argc > 1 ? atoi(argv[1]) : 60;
    const int64_t begin = av_gettime_relative();
    uint32_t seed = seed_text && *seed_text ? strtoul(seed_text, NULL, 0)
                                            : (uint32_t)av_gettime() / 1000;
    const int one = seed_text && *seed_text;
    int ours;

    setvbuf(stdout, NULL, _IOLBF, 0);
    avdevice_register_all();
    if (!av_find_input_format("x11shmpool")) {
        fprintf(stderr, "hostile: there is no x11shmpool device\n");
        return 1;
    }
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    for (int i = 0; i < NB_WORKERS; i++) {
        workers[i].report = mmap(NULL, sizeof(Report), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (workers[i].report == MAP_FAILED)
            return 1;
    }
    if (start_scenes() < 0)
        return 1;
    printf("# seeds from %u on\n", seed);
    if (run_cases(seed, one ? 0 : begin + seconds * INT64_C(1000000),
                  one ? 10 : -1) < 0)
        return 1;
    for (int i = 0; i < NB_SCENES; i++)
        scene_stop(&scenes[i]);

    printf("# %d cases, %d packets, %d cases went wrong, %lld s\n", nb_cases,
           nb_packets, nb_failed,
           (long long)(av_gettime_relative() - begin) / 1000000);
    for (int i = PHASE_OPEN; i < NB_PHASES; i++)
        printf("# %s: at most %lld ms after it had to be over\n",
               phase_name(i), (long long)late[i] / 1000);
    ours = finding_print();
    printf("%d passed, %d failed, 0 skipped\n", !ours, ours);
    return ours || interrupted;
}
