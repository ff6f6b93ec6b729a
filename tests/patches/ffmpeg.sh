# The patches of patches/ffmpeg: git am takes them, and the test in each fails
# without its change and passes with it. Run by tests/patches/run.
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
#
# $RELEASES: those that are tested; nothing is done without 7.1 and the newest.

. "$SRC/tests/scripts/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
jobs=-j$(nproc)
patches=$SRC/patches/ffmpeg
newest=$("$SRC/tools/ffmpeg-source" -l | tail -n 1)
minimal='--disable-everything --disable-autodetect --disable-x86asm --disable-doc
    --disable-network --disable-avdevice --enable-gpl --enable-libx264 --enable-encoder=libx264'

in_tree() (
    cd "$work/$way" && "$@"
)
in_build() (
    cd "$work/$way/build" && "$@"
)

# unpacked RELEASE PATCH...: into $work/$way, a repository, and patched; 1 if the
# release is not among those that are tested or not to be had
unpacked() {
    way=$1
    shift
    case " $RELEASES " in
    *" $way "*) ;;
    *)  skip "$way: all" "not among those that are tested"
        return 1 ;;
    esac
    source=$("$SRC/tools/ffmpeg-source" "$way" 2>"$work/said")
    if [ -z "$source" ]; then
        skip "$way: all" "$(tail -n 1 "$work/said")"
        return 1
    fi
    cp -r "$source" "$work/$way" || bail "no room for $source"
    in_tree sh -c 'git init -q -b master . && git config user.name x11shmpool &&
        git config user.email x11shmpool@localhost && git config commit.gpgsign false &&
        git add -Af . && git -c gc.auto=0 commit -q -m FFmpeg && mkdir build' \
        >"$work/git" 2>&1 || bail 'no repository could be made of the tarball'
    it 'git am' in_tree git am --whitespace=error-all "$@"
}

# fails_for PATTERN TEST: it does, and what it says matches
fails_for() {
    ! in_build make $jobs "$2" >"$work/make" 2>&1 || return
    cat "$work/$way/build/tests/data/fate/${2#fate-}.err" >>"$work/make"
    matches "$1" "$work/make"
}

# tested COMMIT FILE TEST PATTERN: the test as of the commit, first with the file
# as it was before, where it fails for what the pattern says
tested() {
    in_tree git checkout -q "$1"
    in_tree git checkout -q "$1~1" -- "$2"
    subject=$(in_tree git log -1 --format=%s "$1")
    it "$subject: $3 fails without" fails_for "$4" "$3"
    in_tree git checkout -q "$1" -- "$2"
    it "$subject: $3 passes" in_build make $jobs "$3"
}

### The newest release, where AddressSanitizer sees leaks and every byte

if unpacked "$newest" "$patches"/000*.patch; then
    # shellcheck disable=SC2086
    it 'configure' in_build sh ../configure --toolchain=gcc-asan $minimal --disable-programs \
        --disable-avformat --disable-avfilter --disable-swscale --disable-swresample
    tested master~1 libavcodec/libx264.c fate-api-video-hint 'LeakSanitizer: detected memory leaks'
    tested master libavcodec/libx264.c fate-api-video-hint 'AddressSanitizer: heap-buffer-overflow'
    it 'make fate-source' in_build make fate-source
    rm -rf "${work:?}/$way"
fi

if unpacked 8.1 "$patches"/000*.patch; then
    rm -rf "${work:?}/$way"
fi

### 7.1 without a sanitizer, and its ffmpeg program

# with_hints FIRST ARGUMENT...
with_hints() {
    first=$1
    shift
    in_build env LD_PRELOAD="$work/hint.so" FIRST_HINT="$first" ./ffmpeg -hide_banner -nostdin \
        -v error -f lavfi -i color=s=64x64 "$@" -frames:v 3 -f null -
}

if unpacked 7.1 "$patches"/000*.patch "$patches"/release-7.1-*.patch; then
    # shellcheck disable=SC2086
    it 'configure' in_build sh ../configure --enable-shared --disable-static $minimal \
        --enable-avdevice --disable-ffplay --disable-ffprobe --enable-encoder=wrapped_avframe \
        --enable-decoder=wrapped_avframe --enable-indev=lavfi --enable-muxer=null \
        --enable-protocol=file --enable-filter=color,fps
    LD_LIBRARY_PATH=$(printf "$work/$way/build/%s:" libavcodec libavdevice libavfilter \
        libavformat libavutil libpostproc libswresample libswscale)
    export LD_LIBRARY_PATH
    it 'fate-api-video-hint passes' in_build make $jobs fate-api-video-hint
    tested master libavutil/frame.c fate-side_data_desc 'has no descriptor'

    it 'what gives hints is built' "${CC:-cc}" -shared -fPIC -I"$work/$way" \
        -I"$work/$way/build" -o "$work/hint.so" "$SRC/tests/patches/hint.c" -ldl
    in_tree git checkout -q master~1 -- libavutil/frame.c
    it 'ffmpeg is built' in_build make $jobs ffmpeg
    it 'it takes a hint on the second frame' with_hints 1
    it 'and crashes of one on the first' fails 139 with_hints 0
    it 'or if a filter drops the first' fails 139 with_hints 1 -vf fps=5
    in_tree git checkout -q master -- libavutil/frame.c
    it 'ffmpeg is built with the change' in_build make $jobs ffmpeg
    it 'it takes a hint on the first frame' with_hints 0
    it 'and if a filter drops the first' with_hints 1 -vf fps=5
fi
done_testing
