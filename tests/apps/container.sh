# The manual's Dockerfile: its lines are followed in a Debian that has nothing else, and
# what it starts records a page. Needs root, debootstrap and Debian's archive.
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
. "$SRC/tests/apps/lib.sh"
. "$SRC/tests/scripts/recipes/lib.sh"

# root ARGUMENT...: tools/root, or skip what is left where it can't work
root() {
    "$SRC/tools/root" "$@" 2>"$work/root.log" && return
    [ $? = 69 ] || bail "$(tail -n 20 "$work/root.log")"
    skip 'a container' "$(tail -n 1 "$work/root.log")"
    done_testing
}

needs "$python"
suite=$(recipe_text dockerfile | sed -n 's/^FROM debian:\([a-z]*\)-slim$/\1/p')
check 'the Dockerfile begins with a Debian' test -n "$suite"

# The package is built where there is all that this takes ...
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir "$work/dist" "$work/context"
"$SRC/tools/dist" "$work/dist" >"$work/out" 2>&1 || bail "$(cat "$work/out")"
root make "$suite" demo deb
root run -b "$work/dist:/dist" "$suite" sh -e -c '
    cd /tmp && tar xf /dist/*.tar.xz && cd x11shmpool-*
    make deb >&2 && cat deb/ffmpeg-x11shmpool_*.deb' >"$work/context/ffmpeg-x11shmpool_0.deb"
check 'the package is built' test -s "$work/context/ffmpeg-x11shmpool_0.deb"
cp "$SRC/doc/examples/cloud_recorder.sh" "$SRC/tests/apps/beeps.html" "$work/context"
recipe_text dockerfile >"$work/context/Dockerfile"

# ... and installed where there is nothing.
X11SHMPOOL_ROOTS=${X11SHMPOOL_ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/x11shmpool}/slim
export X11SHMPOOL_ROOTS
root make "$suite"

# A chroot can't make namespaces for users, as Docker's default profile forbids it.
cat >"$work/context/.run" <<'SH'
set -e
exec 3>&1 >&2
cd /context
sed -e :a -e '/\\$/{N;s/\\\n//;ba' -e '}' Dockerfile >/tmp/lines
user=root
while read -r verb rest; do
    case $verb in
    FROM)       ;;
    COPY)       cp $rest ;;
    RUN)        sh -c "$rest" </dev/null ;;
    USER)       user=$rest ;;
    ENTRYPOINT) entry=$(echo "$rest" | sed 's/^\["\(.*\)"]$/\1/') ;;
    *)          echo "what is $verb?"; exit 1 ;;
    esac
done </tmp/lines
mount -o remount,size=64m /dev/shm
mkdir /container
mount --rbind / /container
echo '### it runs'
env HOME=/ timeout --preserve-status -s TERM 30 chroot --userspec="$user:$user" /container \
    "$entry" file:///context/beeps.html /recordings/page.mkv
cat /recordings/page.mkv >&3
SH
check 'the container records' sh -c '"$@" >"$0" 2>"$0.log" || { tail "$0.log"; exit 1; }' \
    "$work/page.mkv" "$SRC/tools/root" run -n -b "$work/context:/context" "$suite" \
    sh /context/.run
sed -n '/^### it runs/,$p' "$work/page.mkv.log" >"$work/log"
check 'it says that the browser has no sandbox' matches 'without its sandbox' "$work/log"
figure "$("$python" "$SRC/tests/apps/sync.py" "$work/page.mkv" 400)"
check 'a flash and a beep every second' \
    "$python" "$SRC/tests/apps/sync.py" "$work/page.mkv" 400

done_testing
