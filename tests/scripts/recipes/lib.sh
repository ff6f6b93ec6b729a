# Helpers of the tests that run the manual's examples. Source it after lib.sh:
#   . "$SRC/tests/scripts/recipes/lib.sh"
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
#   recipe NAME         runs the example after "@c test NAME" in an empty directory,
#                       where the script goes on; what it prints is in $said
#   recipe_text NAME    prints it, changed by the sed script $change
#   $recorded           seconds that each input is recorded for; if it is empty the
#                       recipe says it
#   $before             a command run in the directory before
# An ffmpeg in the recipe has the overlay, and $DISPLAY in the place of :0.

said=$work/said
cooked=$work/recipe
recorded=
change=
before=:
: >"$said"

mkdir "$work/recipes" "$work/bin" "$cooked"
python3 "$SRC/tests/scripts/manual.py" examples "$SRC"/doc/*.texi "$work/recipes" ||
    bail 'the manual has no examples'

cat >"$work/bin/ffmpeg" <<END
#!/bin/sh
count=\$#
while [ \$count -gt 0 ]; do
    arg=\$1
    shift
    case \$arg in
    :0*) arg=\$DISPLAY\${arg#:0} ;;
    x11shmpool|pulse)
        if [ -n "\${RECORDED:-}" ]; then
            set -- "\$@" "\$arg"
            set -- "\$@" -t "\$RECORDED"
            count=\$((count - 1))
            continue
        fi ;;
    esac
    set -- "\$@" "\$arg"
    count=\$((count - 1))
done
exec env $overlay_vars $(command -v ffmpeg) -hide_banner -nostdin -nostats -y "\$@"
END
chmod +x "$work/bin/ffmpeg"

recipe_text() {
    sed "$change" "$work/recipes"/[0-9]*-"$1"
}

recipe() {
    rm -rf "$cooked"
    mkdir "$cooked"
    cd "$cooked" || return
    $before
    recipe_text "$1" >"$work/recipe.sh" || return
    PATH=$work/bin:$PATH RECORDED=$recorded timeout 40 sh -e "$work/recipe.sh" >"$said" 2>&1
    recipe_status=$?
    cat "$said"
    return $recipe_status
}
