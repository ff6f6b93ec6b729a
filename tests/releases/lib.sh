# For what runs tests in roots of tools/root: their output as it comes, totals,
# and an end to whatever runs when this is ended. To be sourced, with $SRC set.
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

child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit 130' INT
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit 143' TERM HUP
# Signals are seen while a command runs in the background.
run() {
    "$@" &
    child=$!
    wait "$child"
    run_status=$?
    child=
    return $run_status
}

# run_inside SUITE LOG SCRIPT [ARGUMENT...]: a script of the source, in a root;
# sets status
run_inside() {
    inside_suite=$1 inside_log=$2 inside_script=$3
    shift 3
    : >"$inside_log"
    "$SRC/tools/root" run -b "$SRC:/src" "$inside_suite" \
        sh "/src/$inside_script" "$@" >"$inside_log" 2>&1 &
    child=$!
    tail -n +1 -f --pid=$child "$inside_log" |
        sed -n "s/^\(pass\|FAIL\|skip\)  /\1  $inside_suite: /p; /^    /p; /^=== tests.logs/q" &
    wait $child
    status=$?
    child=
    wait
}

passed=0
failed=0
skipped=0
# counted SUITE WHAT LOG STATUS: the last total of a log
counted() {
    line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$3" | tail -n 1)
    if [ -z "$line" ]; then
        echo "FAIL  $1: $2 told no total (status $4), log: $3"
        grep -avE '^(CC|LD|AR|STUB) ' "$3" | tail -n 15 | sed 's/^/    /'
        failed=$((failed + 1))
        line='no total'
        return
    fi
    # shellcheck disable=SC2086
    set -- $line
    passed=$((passed + $1))
    failed=$((failed + $3))
    skipped=$((skipped + $5))
}
