# The series of patches for FFmpeg's maintainers: git am takes it, FFmpeg's own
# tools have nothing to say, and what comes of it builds and records. Run by
# tests/patches/run.
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
# $RELEASES: those that are tested; nothing is done without the newest.

. "$SRC/tests/scripts/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
jobs=-j$(nproc)
newest=$("$SRC/tools/ffmpeg-source" -l | tail -n 1)
case " $RELEASES " in
*" $newest "*) ;;
*)  skip 'the series' "it is for FFmpeg $newest"
    done_testing ;;
esac
source=$("$SRC/tools/ffmpeg-source" "$newest" 2>"$work/said")
if [ -z "$source" ]; then
    skip 'the series' "$(tail -n 1 "$work/said")"
    done_testing
fi
tree=$work/tree
git config --global user.name >/dev/null || {
    GIT_AUTHOR_NAME=x11shmpool GIT_COMMITTER_NAME=x11shmpool
    GIT_AUTHOR_EMAIL=x11shmpool@localhost GIT_COMMITTER_EMAIL=x11shmpool@localhost
    GIT_CONFIG_COUNT=2
    GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=x11shmpool
    GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=x11shmpool@localhost
    export GIT_AUTHOR_NAME GIT_COMMITTER_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_EMAIL \
        GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 GIT_CONFIG_KEY_1 GIT_CONFIG_VALUE_1
}
in_tree() (
    cd "$tree" && "$@"
)

check 'patches/series writes it' "$SRC/patches/series" "$work/series"
check 'two patches: the device, its test' test 2 = "$(find "$work/series" -name '000*.patch' | wc -l)"

mkdir "$tree"
cp -r "$source/." "$tree"
# The tarball has what FFmpeg's repository has; .gitignore is for what is built.
in_tree sh -c 'git init -q && git add -Af . && git -c gc.auto=0 commit -q -m FFmpeg' >"$work/git" 2>&1 ||
    bail 'no repository could be made of the tarball'
check 'git am' in_tree git am --whitespace=error-all "$work"/series/*.patch
check 'nothing tells releases apart any more' \
    lacks '# *(el)?if.*VERSION|X11SHMPOOL_(OVERLAY|P\(|DEMUXER|COMPAT)' "$tree"/libavdevice/x11shmpool*.[ch]
check 'every file is part of FFmpeg' \
    lacks 'part of x11shmpool|^ \* x11shmpool is' "$tree"/libavdevice/x11shmpool*.[ch]

### tools/patcheck

# It calls itself full of false positives. What it may say here, by heading, and
# the lines that it may say it of; after '!', those that it may not.
cat >"$work/accepted" <<'LIST'
double ;|for \(;;\)
reserved identifer|_mm|__GNUC__|##ext##|__m128|__m256|_GNU_SOURCE|_class |_class,|_NET_|_SC_|##_query|__VA_ARGS__
These functions may need av_cold|(blend|send|pending|end_trial|extend)|:\+(static )?[A-Za-z].*[,;]$|(slot|damage|init_slot|init_best_slot|url|clock|grab|verify).*\(
missing void|(/\*\*|/\* | \* |///<).*\(\)
Possible security issue|av_asprintf|snprintf|av_strlcatf
divide by 2\^x|bits_per_pixel|shift / 8|/ 2|/ 8|/ 4
useless & \[0\]|&& [a-z]*\[0\]
Non static with no ff_/av_ prefix|!:\+[A-Za-z][A-Za-z0-9_ ]* \**x11shmpool_[a-z0-9_]*\(
missing } prior to else|else
missing whitespace between keyword and \(|moved_meanwhile\(
Non doxy comments|.
possibly unused variables|.
Please use av_log|libavdevice/tests|    printf\(
Missing changelog entry|.
LIST
for patch in "$work"/series/*.patch; do
    (cd "$work" && sh "$tree/tools/patcheck" "$patch") 2>/dev/null |
        sed 's/\x1b\[[0-9;]*[mK]//g' | awk -v accepted="$work/accepted" '
            BEGIN {
                while ((getline line < accepted) > 0) {
                    at = index(line, "|")
                    heading[++n] = substr(line, 1, at - 1)
                    lines[n] = substr(line, at + 1)
                }
            }
            NR <= 6 { next }
            /^$/ { fresh = 1; next }
            fresh && !/^[^ ]*:[0-9]+:\+/ {
                title = $0
                fresh = k = 0
                for (i = 1; i <= n; i++)
                    if ($0 ~ heading[i]) k = i
                if (!k) print
                next
            }
            { fresh = 0 }
            k && substr(lines[k], 1, 1) == "!" {
                if ($0 ~ substr(lines[k], 2)) print title ": " $0
                next
            }
            !k || $0 !~ lines[k] { print title ": " $0 }'
done >"$work/patcheck"
check 'tools/patcheck has nothing to say' sh -c "cat '$work/patcheck'; test ! -s '$work/patcheck'"

### It builds

build=$work/build
mkdir "$build"
in_build() (
    cd "$build" && "$@"
)
check 'configure' in_build sh "$tree/configure" --disable-everything --disable-autodetect \
    --disable-x86asm --disable-debug --disable-stripping --disable-network --disable-ffplay \
    --disable-ffprobe --enable-libxcb --enable-libxcb-composite --enable-libxcb-damage \
    --enable-libxcb-randr --enable-libxcb-shape --enable-libxcb-shm --enable-libxcb-xfixes \
    --enable-indev=x11shmpool --enable-decoder=rawvideo --enable-encoder=rawvideo,wrapped_avframe \
    --enable-muxer=rawvideo,null,framecrc --enable-protocol=file,pipe --enable-filter=scale
check 'make' in_build sh -c "make $jobs ffmpeg >make.log 2>&1 || { grep -v '^[A-Z]' make.log; false; }"
check 'without a warning of ours' lacks '(x11shmpool|alldevices).*warning' "$build/make.log"
check 'each header stands alone' in_build make $jobs \
    $(cd "$tree" && ls libavdevice/x11shmpool*.h | sed 's/$/.o/')
check 'make fate-x11shmpool' in_build make $jobs fate-x11shmpool
check 'make fate-source' in_build make fate-source
check 'the manual has the section' in_build sh -c \
    "make doc/ffmpeg-devices.html >doc.log 2>&1 && grep -q '>[0-9.]* *x11shmpool<' doc/ffmpeg-devices.html"
start_x
check 'it records' in_build sh -c "./ffmpeg -hide_banner -nostdin -v error -f x11shmpool \
    -i '$DISPLAY' -frames:v 3 -f framecrc - | grep -c '^0, .*1228800' | grep -qx 3"

done_testing
