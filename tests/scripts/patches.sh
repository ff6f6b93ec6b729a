# The patches for FFmpeg's tree, as far as that takes no tree: what there is of
# them agrees, and releases are told apart in one header only.
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

cd "$SRC" || bail 'no source directory'
apply=patches/apply

for file in libavdevice/*.[ch]; do
    [ "$file" != libavdevice/x11shmpool_compat.h ] || continue
    # an #if may go on, on lines of its own
    sed -e :a -e '/\\$/{N;s/\\\n//;ba' -e '}' "$file" |
        grep -E '^[[:space:]]*#[[:space:]]*(el)?if.*(LIBAV|_VERSION|FF_API|FFMPEG)' |
        sed "s,^,$file: ,"
done >"$work/versions"
check 'releases are told apart in one header only' lacks . "$work/versions"
check 'and there they are' matches '#if LIBAVFORMAT_VERSION_MAJOR' libavdevice/x11shmpool_compat.h

sed '/^#/d; /^$/d' patches/releases >"$work/releases"
check 'there are releases' test "$(grep -c . "$work/releases")" -ge 4
while read -r release major suite version sum; do
    patch=patches/ffmpeg-$release.patch
    check "$patch names its tarball" grep -qx "Made-against: ffmpeg-$version.tar.xz" "$patch"
    check 'the checksum' grep -qx "SHA-256: $sum" "$patch"
    check 'the libavdevice' grep -qx "libavdevice: $major" "$patch"
    check 'the releases that it is for' grep -q "^Releases: $release to $version" "$patch"
    check 'and changes what the description names' test \
        "$(sed -n 's,^+++ b/,,p' "$patch" | sort | tr '\n' ' ')" = \
        "$(sed -n 's/^file //p' patches/wiring | sort | tr '\n' ' ')"
    # every line that is added stands in the description, but for the one that
    # is another one's copy
    sed -n 's/^+//p' "$patch" | grep -v '^++ b/' | grep -v ' ff_x11shmpool_demuxer;$' |
        grep -v '^OBJS-' | grep -v '^    disable libxcb' | grep . >"$work/added"
    sed -n 's/^|//p' patches/wiring >"$work/described"
    check 'nothing but that' sh -c "! grep -vxF -f '$work/described' '$work/added'"
done <"$work/releases"
check 'the overlay is for these majors too' test "$(sed 's/^[^ ]* *\([0-9]*\).*/\1/' "$work/releases" | tr '\n' ' ')" = '59 61 62 63 '

### patches/apply on what is no tree of a release

check 'no tree at all is refused' fails 1 sh $apply "$work"
sh $apply "$work" >"$work/said" 2>&1
check 'by name' matches "$work is no source tree" "$work/said"
check 'no argument' fails 2 sh $apply
mkdir -p "$work/tree/libavdevice"
touch "$work/tree/configure"
echo 'extern const FFInputFormat  ff_xcbgrab_demuxer;' >"$work/tree/libavdevice/alldevices.c"
try() {
    rm -f "$work/tree/RELEASE"
    [ -z "$1" ] || echo "$1" >"$work/tree/RELEASE"
    echo "#define LIBAVDEVICE_VERSION_MAJOR  $2" >"$work/tree/libavdevice/version_major.h"
    sh $apply "$work/tree" >"$work/said" 2>&1
}
check 'a release that there is no patch for' fails 1 try 6.1.1 60
check 'is named' matches 'no patch is for FFmpeg 6\.1\.1 \(libavdevice 60\)' "$work/said"
check 'with those that there are' matches '5\.1 7\.1 8\.1 9\.0' "$work/said"
check 'and with what to do' matches 'patches/make' "$work/said"
check 'a development version' fails 1 try 9.0.git 64
check 'is named, too' matches '9\.0\.git' "$work/said"
check 'a tree without RELEASE' fails 1 try '' 63
check 'is told of' matches 'RELEASE tells no release' "$work/said"
check 'a release with another libavdevice' fails 1 try 9.0.2 64
check 'is told of, too' matches 'has libavdevice 64' "$work/said"
check 'what is there already' fails 1 sh -c "echo 'extern const FFInputFormat  ff_x11shmpool_demuxer;' \
    >>'$work/tree/libavdevice/alldevices.c'; sh $apply '$work/tree' >'$work/said' 2>&1"
check 'is not from here' matches 'already, and not from patches/apply' "$work/said"

done_testing
