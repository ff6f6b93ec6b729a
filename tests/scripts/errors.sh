# Errors as the ffmpeg program shows them: one line that says what is wrong and
# what would be right, and an exit status that is not 0.
#
# Copyright (c) 2026 The x11shmpool developers
#
# This file is part of x11shmpool.
#
# x11shmpool is free software; you can redistribute it and/or
# modify it under the terms of the GNU Lesser General Public
# License as published by the Free Software Foundation; either
# version 2.1 of the License, or (at your option) any later version.
#
# x11shmpool is distributed in the hope that it will be useful,
# but WITHOUT ANY WARRANTY; without even the implied warranty of
# MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
# Lesser General Public License for more details.
#
# You should have received a copy of the GNU Lesser General Public
# License along with x11shmpool; if not, write to the Free Software
# Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
# /

. "$SRC/tests/scripts/lib.sh"

log=$work/log

# record ARGUMENT...: one frame by ffmpeg, what it says in $log
record() {
    overlay timeout 20 ffmpeg -hide_banner -nostdin -nostats -v warning \
        -f x11shmpool "$@" -frames:v 1 -f null - >"$log" 2>&1
}

# ours: the device's own lines, which ffmpeg 9 gives the name of the input
ours() {
    grep -E '^\[(x11shmpool|in#0) ' "$log" | grep -vc '\] Error opening input'
}

# is_error NAME PATTERN ARGUMENT...: fails, and says so in one line of ours.
# Not by a signal or by timeout; later releases of ffmpeg end with the AVERROR's
# last byte, 145 for ECONNREFUSED.
is_error() {
    error_name=$1
    error_pattern=$2
    shift 2
    record "$@"
    error_status=$?
    if [ $error_status = 0 ] || [ $error_status -ge 124 ] &&
       [ $error_status -lt 144 ]; then
        not_ok "$error_name" "exit status $error_status" "$(cat "$log")"
    elif [ "$(ours)" != 1 ]; then
        not_ok "$error_name" "$(ours) lines, not one" "$(cat "$log")"
    elif ! grep -Eq -e "$error_pattern" "$log"; then
        not_ok "$error_name" "no line matches: $error_pattern" "$(cat "$log")"
    else
        ok "$error_name"
    fi
}

# is_refused: the same for values that libavutil turns down before we see them
is_refused() {
    error_name=$1
    error_pattern=$2
    shift 2
    if record "$@"; then
        not_ok "$error_name" "exit status 0" "$(cat "$log")"
    else
        check "$error_name" matches "$error_pattern" "$log"
    fi
}

# warns NAME COUNT PATTERN ARGUMENT...: records, with so many such lines
warns() {
    warn_name=$1
    warn_count=$2
    warn_pattern=$3
    shift 3
    record "$@"
    warn_status=$?
    warn_lines=$(grep -Ec -e "$warn_pattern" "$log")
    if [ $warn_status != 0 ] || [ "$warn_lines" != "$warn_count" ]; then
        not_ok "$warn_name" "exit status $warn_status, $warn_lines lines" \
            "$(cat "$log")"
    else
        ok "$warn_name"
    fi
}

start_x
d=$DISPLAY

check 'the display records at all' record -i "$d"

# Displays
free=300
while [ -e /tmp/.X11-unix/X$free ] || [ -e /tmp/.X$free-lock ]; do
    free=$((free + 1))
done
is_error 'a display that is not there is named' ":$free" -i ":$free"
DISPLAY=:$free
is_error 'the one that $DISPLAY names is named' ":$free" -i ''
unset DISPLAY
is_error 'no display at all' 'DISPLAY' -i ''
WAYLAND_DISPLAY=wayland-7
export WAYLAND_DISPLAY
is_error 'no display, but a Wayland session' 'Wayland session, wayland-7: .*Xwayland' -i ''
unset WAYLAND_DISPLAY
DISPLAY=$d
is_error 'what is no display name' "'nonsense'" -i nonsense
is_error 'a screen that is not there, with those that are' \
    'screen 5.*screen is 0' -i "$d.5"

# A server that lets in only who knows its cookie
cookie() {
    printf '\377\377\000\000\000\000\000\022MIT-MAGIC-COOKIE-1\000\020%s' "$1"
}
cookie 0123456789abcdef >"$work/right"
cookie fedcba9876543210 >"$work/wrong"
start_x -auth "$work/right"
locked=$DISPLAY
XAUTHORITY=$work/wrong
export XAUTHORITY
is_error 'a wrong Xauthority is a matter of permission' \
    "$locked.*(permission|refuses)" -i "$locked"
XAUTHORITY=$work/right
check 'the right Xauthority' record -i "$locked"
unset XAUTHORITY
stop $x_pid
DISPLAY=$d

# Regions and windows
is_error 'a region outside, with the legal range' '640x480' \
    -video_size 50x50 -grab_x 640 -i "$d"
is_error 'a region outside, from the URL' '640x480' -video_size 50x50 -i "$d+0,480"
warns 'a region partly outside is one warning' 1 'partly outside' \
    -video_size 50x50 -grab_x 600 -i "$d"
is_error 'a window that is not there' '0x7ffffff' -window_id 0x7ffffff -i "$d"

# Option values
is_error 'shm' "shm.*bogus.*auto.*memfd.*sysv.*off" -shm bogus -i "$d"
is_error 'damage' "damage.*bogus.*auto.*on.*off" -damage bogus -i "$d"
is_error 'unchanged' "unchanged.*bogus.*repeat.*skip" -unchanged bogus -i "$d"
is_error 'on_resize' "on_resize.*bogus.*pad.*eof" -on_resize bogus -i "$d"
is_error 'framerate' "framerate.*bogus" -framerate bogus -i "$d"
is_error 'framerate 0' "framerate.*0" -framerate 0 -i "$d"
is_error 'framerate 1001' "framerate.*1001.*up to 1000" -framerate 1001 -i "$d"
is_refused 'pool_size' "pool_size.*\[0 - " -pool_size -1 -i "$d"
is_refused 'video_size' 'bogus.*(size|parse)|(size|parse).*bogus' \
    -video_size bogus -i "$d"
is_refused 'follow_mouse' 'follow_mouse.*\[-1 - ' -follow_mouse -2 -i "$d"
is_refused 'region_border' 'region_border.*\[' -region_border 0 -i "$d"
is_error 'an odd video_size in 4:2:0' '641x361.*640x360' -pixel_format yuv420p \
    -video_size 641x361 -i "$d"
is_refused 'an option that is not there' 'bogus' -bogus 1 -i "$d"

# No memory: every way to get a slot's fails
cc=$(conf CC)
cat >"$work/nomem.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>

/* $NOMEM lists what fails: m(emfd), s(ysv), p(lain) */
static int fails(char what)
{
    const char *all = getenv("NOMEM");

    errno = ENOMEM;
    return all && strchr(all, what);
}

int memfd_create(const char *name, unsigned flags)
{
    static int (*real)(const char *, unsigned);

    if (!strcmp(name, "x11shmpool") && fails('m'))
        return -1;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "memfd_create");
    return real(name, flags);
}

int shmget(int key, size_t size, int flags)
{
    static int (*real)(int, size_t, int);

    if (fails('s'))
        return -1;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "shmget");
    return real(key, size, flags);
}

/* 1001x333 pixels of 4 bytes and more are nobody else's */
static int is_slot(size_t size, int fd)
{
    return fd < 0 && size >= 1001 * 333 * 4 && size < 1001 * 333 * 4 + 16384;
}

void *mmap(void *p, size_t size, int prot, int flags, int fd, off_t offset)
{
    static void *(*real)(void *, size_t, int, int, int, off_t);

    if (is_slot(size, fd) && fails('p'))
        return MAP_FAILED;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "mmap");
    return real(p, size, prot, flags, fd, offset);
}

void *mmap64(void *p, size_t size, int prot, int flags, int fd, off64_t offset)
{
    return mmap(p, size, prot, flags, fd, offset);
}
END
start_x -screen 0 1001x333x24
d=$DISPLAY
if [ -n "$(conf SANITIZE)" ]; then
    skip 'no memory' 'a sanitizer brings its own allocation'
elif ! $cc -shared -fPIC -o "$work/nomem.so" "$work/nomem.c" -ldl \
       >"$work/cc.log" 2>&1; then
    not_ok 'the library that fails allocations builds' "$(cat "$work/cc.log")"
else
    LD_PRELOAD=$work/nomem.so
    export LD_PRELOAD
    NOMEM=m
    export NOMEM
    warns 'without memfd there is SysV' 0 ' socket' -i "$d"
    NOMEM=ms
    warns 'without shared memory there is the socket, with a warning' 1 \
        'socket' -i "$d"
    NOMEM=msp
    is_error 'without any memory' '[Mm]emory' -i "$d"
    NOMEM=m
    is_error 'shm=memfd takes nothing else' 'memfd' -shm memfd -i "$d"
    NOMEM=s
    is_error 'shm=sysv takes nothing else' 'sysv|SysV|System V' -shm sysv -i "$d"
    NOMEM=p
    is_error 'shm=off takes nothing else' '[Mm]emory' -shm off -i "$d"
    unset LD_PRELOAD NOMEM
fi
stop $x_pid

# Servers that lack something
for extension in MIT-SHM XFIXES RANDR DAMAGE Composite SHAPE; do
    start_x -extension $extension
    check "records without $extension" record -i "$DISPLAY"
    case $extension in
    MIT-SHM)
        warns 'without MIT-SHM one warning' 1 'socket' -i "$DISPLAY"
        is_error 'shm=memfd can not be had' 'shm=memfd.*auto' -shm memfd -i "$DISPLAY"
        is_error 'shm=sysv can not be had' 'shm=sysv.*auto' -shm sysv -i "$DISPLAY" ;;
    XFIXES)
        warns 'without XFIXES the pointer is missed' 1 'XFIXES' -i "$DISPLAY"
        warns 'draw_mouse 0 misses nothing' 0 'XFIXES' -draw_mouse 0 \
            -i "$DISPLAY"
        is_error 'damage=on needs XFIXES' 'XFIXES|DAMAGE' -damage on \
            -i "$DISPLAY" ;;
    DAMAGE)
        is_error 'damage=on needs DAMAGE' 'DAMAGE' -damage on -i "$DISPLAY" ;;
    esac
    stop $x_pid
done

# A server that dies while it is recorded: what there is plays
start_x
# shellcheck disable=SC2086
spawn env $overlay_vars ffmpeg -hide_banner -nostdin -v error -f x11shmpool \
    -framerate 30 -i "$DISPLAY" -c:v mpeg4 -flush_packets 1 -y "$work/out.mkv" \
    >"$log" 2>&1
recorder=$spawned
has_frames() {
    [ "$(wc -c <"$work/out.mkv")" -gt 2000 ]
}
check 'something is recorded' wait_for 20 has_frames
kill -KILL $x_pid
died=$(date +%s%N)
check 'ffmpeg ends when the server has died' wait_for 10 dead $recorder
took=$((($(date +%s%N) - died) / 1000000))
wait $recorder
if [ $took -lt 1000 ]; then
    ok 'within a second'
else
    not_ok 'within a second' "after $took ms"
fi
check 'the server is named' matches "$DISPLAY" "$log"
check 'what was recorded plays' \
    ffmpeg -v error -xerror -i "$work/out.mkv" -f null -
frames=$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets \
             -of csv=p=0 "$work/out.mkv")
check 'and has its frames' test "${frames:-0}" -ge 3

done_testing
