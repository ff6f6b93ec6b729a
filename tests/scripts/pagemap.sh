# Without /proc/self/pagemap nobody notices what is written into a packet: the
# device records all the same, and says so once to who wants to know.
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

log=$work/log

# In a mount namespace of its own, as root there: with --map-root-user where the
# user is none.
private=
for way in 'unshare -m' 'unshare -rm'; do
    if $way sh -c 'mount -t tmpfs none /proc' 2>/dev/null; then
        private=$way
        break
    fi
done

# record SHELL-COMMAND: ten frames, after the command in the namespace
record() {
    # shellcheck disable=SC2086
    overlay $private sh -c "$1"' || exit; shift; exec "$@"' sh x \
        timeout 20 ffmpeg -hide_banner -nostdin -nostats -v verbose \
        -f x11shmpool -framerate 30 -i "$DISPLAY" -frames:v 10 -f null - \
        >"$log" 2>&1
}

told() {
    told_count=$(grep -c pagemap "$log")
    [ "$told_count" = "$1" ] && return
    echo "$told_count lines with pagemap, not $1"
    cat "$log"
    return 1
}

start_x
if [ -z "$private" ]; then
    skip 'without /proc' 'no mount namespace can be had'
else
    check 'records without /proc' record 'mount -t tmpfs none /proc'
    check 'says once that writes are not noticed' told 1
    check 'records with /proc' record true
    if [ -r /proc/self/pagemap ]; then
        check 'says nothing of it' told 0
    fi
fi

done_testing
