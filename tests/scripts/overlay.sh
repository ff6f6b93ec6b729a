# The overlay in front of the installed libavdevice: what was there stays, the
# device comes once, and what does not fit is refused.
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

. "$SRC/tests/scripts/lib.sh"

soname=$(conf SONAME)
real=$(conf REAL)
lib=$BUILD/$soname
cc=$(conf CC)
cflags="$(conf CFLAGS_DEP) -pthread"
libs="$(conf LIBS_AV) $(conf LIBS_SYS)"

names_of() {
    sed -n 's/^ [D ][E ] *\([^ ]*\) .*/\1/p' "$1" | sort
}

### What it is

nm -D --defined-only "$lib" | awk '$2 ~ /[A-Z]/ && $2 != "A" { print $3 }' |
    sed 's/@.*//' | sort >"$work/exported"
printf '%s\n' av_input_video_device_next avdevice_register_all >"$work/meant"
check 'exports what it means to and nothing else' diff "$work/meant" "$work/exported"

readelf -d "$lib" >"$work/dynamic"
check 'has the SONAME of what it stands for' \
    matches "SONAME.*\\[$soname\\]" "$work/dynamic"
check 'needs the real library by its path' \
    matches "NEEDED.*\\[$real\\]" "$work/dynamic"
check 'does not need its own name' lacks "NEEDED.*\\[$soname\\]" "$work/dynamic"

### The ffmpeg program

ffmpeg -hide_banner -devices >"$work/before" 2>/dev/null
overlay ffmpeg -hide_banner -devices >"$work/after" 2>"$work/err"
names_of "$work/before" >"$work/names.before"
names_of "$work/after" >"$work/names.after"
check 'some devices were there' test -s "$work/names.before"
{ cat "$work/names.before"; echo x11shmpool; } | sort >"$work/names.meant"
check 'ffmpeg -devices: all that were there, and ours' \
    diff "$work/names.meant" "$work/names.after"
check 'ffmpeg -devices: no complaint' lacks x11shmpool "$work/err"

ffmpeg -hide_banner -formats >"$work/formats.before" 2>/dev/null
overlay ffmpeg -hide_banner -formats 2>/dev/null | grep -v ' x11shmpool ' >"$work/formats.after"
check 'ffmpeg -formats: nothing lost, nothing twice' \
    diff "$work/formats.before" "$work/formats.after"

overlay ffmpeg -hide_banner -h demuxer=x11shmpool >"$work/help" 2>&1
check 'ffmpeg -h demuxer=x11shmpool shows its options' \
    matches '^ +-(framerate|pool_size) ' "$work/help"

# Only what was before ours: some of the others take long to look for devices.
overlay timeout 60 ffmpeg -hide_banner -sources x11shmpool >"$work/sources" 2>&1
check 'ffmpeg -sources walks to ours' matches 'sources for x11shmpool' "$work/sources"

check 'lavfi opens through the overlay' \
    overlay ffmpeg -nostdin -v error -f lavfi -i testsrc=d=0.2 -f null -
if grep -q '^alsa$' "$work/names.before"; then
    check 'alsa opens through the overlay' \
        overlay ffmpeg -nostdin -v error -f alsa -i null -t 0.1 -f null -
    check 'alsa as an output, too' \
        overlay ffmpeg -nostdin -v error -f lavfi -i sine=d=0.1 -f alsa null
else
    skip 'alsa opens through the overlay' 'this FFmpeg has no alsa device'
fi

overlay ffmpeg -hide_banner -v debug -f lavfi -i nullsrc=d=0.1 -f null - >"$work/debug" 2>&1
check 'tells at debug level which library is in use' matches "over $real" "$work/debug"

### More than one of them

mkdir "$work/twice"
cp "$lib" "$work/twice"
count_ours() {
    grep -c '^ D[E ] *x11shmpool ' "$1" || :
}
env $overlay_vars LD_LIBRARY_PATH="$BUILD:$work/twice" \
    ffmpeg -hide_banner -devices >"$work/out" 2>&1
check 'twice in LD_LIBRARY_PATH: the device comes once' test "$(count_ours "$work/out")" = 1
preload=$(printf '%s\n' "$overlay_vars" | sed -n 's/.*LD_PRELOAD=//p')
LD_LIBRARY_PATH=$BUILD LD_PRELOAD="${preload:+$preload:}$work/twice/$soname" \
    ffmpeg -hide_banner -devices >"$work/out" 2>&1
check 'preloaded as well: the device comes once' test "$(count_ours "$work/out")" = 1
check 'preloaded as well: nothing is lost' \
    sh -c '! diff "$0" "$1" | grep "^<"' "$work/before" "$work/out"
ln -s "${real%/*}" "$work/link"
env $overlay_vars LD_LIBRARY_PATH="$BUILD:$work/link" \
    ffmpeg -hide_banner -devices >"$work/out" 2>&1
check 'the real library is named too: the device comes once' \
    test "$(count_ours "$work/out")" = 1

### Another FFmpeg than it was built for

cat >"$work/version.c" <<'SRC'
#include <stdlib.h>
unsigned avformat_version(void)
{
    return (unsigned)atoi(getenv("FAKE_MAJOR")) << 16;
}
SRC
if $cc -shared -fPIC -o "$work/version.so" "$work/version.c"; then
    # major -1 and +1 of what the program has; its own check of versions warns
    for step in -1 1; do
        FAKE_MAJOR=$(($(conf MAJOR) + step)) LD_LIBRARY_PATH=$BUILD \
            LD_PRELOAD="${preload:+$preload:}$work/version.so" \
            ffmpeg -hide_banner -devices >"$work/out" 2>"$work/err"
        names_of "$work/out" >"$work/names.out"
        check "another major ($step): only what was there" \
            diff "$work/names.before" "$work/names.out"
        check "another major ($step): one line that names both" \
            test "$(grep -c "x11shmpool.*libavformat $(conf MAJOR).*libavformat $(($(conf MAJOR) + step))" "$work/err")" = 1
    done
else
    not_ok 'another major is refused' 'no compiler'
fi

### An application

cat >"$work/app.c" <<'SRC'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>

static void (*register_all)(void);
static const AVInputFormat *(*video_next)(const AVInputFormat *);
static unsigned (*version)(void);
static pthread_barrier_t barrier;

static int count(void)
{
    const AVInputFormat *f;
    void *opaque = NULL;
    int nb = 0;

    while ((f = av_demuxer_iterate(&opaque)))
        nb += !strcmp(f->name, "x11shmpool");
    return nb;
}

static void *worker(void *arg)
{
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 20; i++) {
        register_all();
        if (count() != 1)
            *(int *)arg = 1;
    }
    return NULL;
}

#define CHECK(c) \
    do { if (!(c)) { printf("line %d: %s\n", __LINE__, #c); return 1; } } while (0)

int main(int argc, char **argv)
{
    const AVInputFormat *f = NULL, *last = NULL, *ours;
    pthread_t threads[8];
    int bad[8] = { 0 }, nb = 0, before = 0;
    void *opaque = NULL;
#ifdef BY_DLOPEN
    void *lib = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);

    CHECK(argc == 2 && lib);
    register_all = (void (*)(void))dlsym(lib, "avdevice_register_all");
    video_next = (const AVInputFormat *(*)(const AVInputFormat *))
                 dlsym(lib, "av_input_video_device_next");
    version = (unsigned (*)(void))dlsym(lib, "avdevice_version");
#else
    (void)argc;
    (void)argv;
    register_all = avdevice_register_all;
    video_next = av_input_video_device_next;
    version = avdevice_version;
#endif
    CHECK(register_all && video_next && version);
    CHECK(version() >> 16 == LIBAVDEVICE_VERSION_MAJOR);

    /* before registration the walk works, and av_demuxer_iterate has none */
    while ((f = video_next(f))) {
        last = f;
        before++;
    }
    CHECK(last && !strcmp(last->name, "x11shmpool"));
    CHECK(!video_next(last));
    CHECK(count() == 0);

    pthread_barrier_init(&barrier, NULL, 8);
    for (int i = 0; i < 8; i++)
        CHECK(!pthread_create(&threads[i], NULL, worker, &bad[i]));
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        CHECK(!bad[i]);
    }

    ours = av_find_input_format("x11shmpool");
    CHECK(ours && ours == last);
    while ((f = video_next(f)))
        nb++;
    CHECK(nb == before && nb > 1);
    CHECK(av_find_input_format("lavfi"));
    CHECK(av_find_input_format("matroska"));

    /* an opaque of somebody who started before stays valid */
    for (nb = 0; (f = av_demuxer_iterate(&opaque)); nb++)
        if (f == ours)
            break;
    CHECK(f == ours && !av_demuxer_iterate(&opaque));

#ifdef BY_DLOPEN
    /* libavformat still points into it */
    dlclose(lib);
    CHECK(count() == 1 && av_find_input_format("x11shmpool")->priv_class);
#endif
    return 0;
}
SRC
sanitize=$(conf SANITIZE)
# shellcheck disable=SC2086
check 'a program is built against the installed libavdevice' \
    $cc $cflags ${sanitize:+-fsanitize=$sanitize} -o "$work/app" "$work/app.c" \
    $(conf LIBS_AVDEVICE) $libs
check 'registering 160 times from 8 threads: the device comes once' \
    env LD_LIBRARY_PATH="$BUILD" "$work/app"
# shellcheck disable=SC2086
check 'a program that loads it late is built' \
    $cc $cflags ${sanitize:+-fsanitize=$sanitize} -DBY_DLOPEN -rdynamic \
    -o "$work/late" "$work/app.c" $libs -ldl
check 'loaded by dlopen, and closed again' env -u LD_LIBRARY_PATH "$work/late" "$lib"

if [ -n "$sanitize" ]; then
    skip 'PyAV finds the device' 'the overlay is instrumented'
elif /usr/bin/python3 -c 'import av' 2>/dev/null; then
    cat >"$work/app.py" <<'SRC'
import av
assert 'x11shmpool' in av.formats_available, 'not in formats_available'
format = av.format.ContainerFormat('x11shmpool', 'r')
# the latest PyAV does not list options
assert getattr(format, 'options', True), 'no options'
SRC
    check 'PyAV finds the device' overlay /usr/bin/python3 "$work/app.py"
else
    skip 'PyAV finds the device' 'python3-av is not installed'
fi

done_testing
