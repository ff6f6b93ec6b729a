# The patches are what patches/make makes of patches/wiring, against the tarballs
# that they name. Run by tests/patches/run.
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
# $RELEASES: which

. "$SRC/tests/scripts/lib.sh"

for release in $RELEASES; do
    name="ffmpeg-$release.patch is what the description says"
    # shellcheck disable=SC2046
    set -- $(grep "^$release " "$SRC/patches/releases")
    tarball=$("$SRC/tools/ffmpeg-source" -t "$release" 2>"$work/said")
    if [ -z "$tarball" ]; then
        skip "$name" "$(tail -n 1 "$work/said")"
    elif [ "$(sha256sum <"$tarball")" != "$5  -" ]; then
        tarball=${tarball##*ffmpeg_}
        skip "$name" "made against $4, Debian has ${tarball%.orig*} now"
    else
        check "$name" "$SRC/patches/make" -n "$release"
    fi
done
done_testing
