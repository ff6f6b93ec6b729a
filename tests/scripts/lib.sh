# Helpers of the test scripts: TAP, cleaning up, X servers. Source it first:
#   . "$SRC/tests/scripts/lib.sh"
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
# Environment: BUILD and SRC, made absolute here; set by tests/run.
# POSIX sh; sets -u, and not -e: a test that fails is counted, not fatal.
#
#   ok NAME / not_ok NAME [LINE...] / skip NAME WHY   one result
#   check NAME COMMAND...     ok if the command succeeds, else its output
#   matches, lacks, fails     conditions for check, see there
#   it NAME COMMAND...        check, where NAME is tried in several ways: $way
#   in_dir DIR COMMAND...     there, in a subshell; makes the directory
#   done_testing              the plan; ends the script
#   bail LINE                 ends it as failed
#   at_exit COMMAND           run on every way out, the last one first
#   wait_for SECONDS COMMAND...  until it succeeds; 1 if it never does
#   overlay COMMAND...        with the overlay of BUILD
#   again FORMAT TEST...      tests of the device, in another pixel format
#   spawn COMMAND...          in the background, killed on the way out; $spawned
#   stop PID                  end what was spawned and wait for it
#   start_x [ARGUMENT...]     an Xvfb on a free display; sets DISPLAY, x_pid
#   $work                     a directory of the script's own, removed at the end

set -u
LC_ALL=C
export LC_ALL
unset CDPATH

BUILD=$(cd "${BUILD:?is the build directory}" && pwd) || exit 1
SRC=$(cd "${SRC:?is the source directory}" && pwd) || exit 1
export BUILD SRC

tap_count=0
tap_failed=0
exit_commands=:
spawned_all=
spawned=

# The value of a variable of config.mak
conf() {
    sed -n "s/^$1 = *//p" "$BUILD/config.mak"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/x11shmpool-test.XXXXXX") || exit 1

clean_up() {
    clean_status=$?
    trap '' HUP INT TERM
    trap - EXIT
    eval "$exit_commands"
    for pid in $spawned_all; do
        kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
    exit $clean_status
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

at_exit() {
    exit_commands="$1; $exit_commands"
}

ok() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s\n' $tap_count "$1"
}

not_ok() {
    tap_count=$((tap_count + 1))
    tap_failed=$((tap_failed + 1))
    printf 'not ok %d - %s\n' $tap_count "$1"
    shift
    for line; do
        printf '%s\n' "$line" | sed 's/^/# /'
    done
}

skip() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s # SKIP %s\n' $tap_count "$1" "$2"
}

bail() {
    printf 'Bail out! %s\n' "$1"
    exit 1
}

done_testing() {
    printf '1..%d\n' $tap_count
    [ $tap_failed = 0 ]
    exit
}

check() {
    check_name=$1
    shift
    if "$@" >"$work/check.out" 2>&1; then
        ok "$check_name"
    else
        not_ok "$check_name" "status $?: $*" "$(tail -n 20 "$work/check.out")"
    fi
}

it() {
    it_name=$1
    shift
    check "$way: $it_name" "$@"
}

# Not in 4:2:0, whose sizes are even, where odd ones are asked for.
again() {
    again_format=$1
    shift
    for again_test; do
        check "$again_test, ${again_format:-native}${X11SHMPOOL_HINTS:+, hints}" \
            env LD_LIBRARY_PATH="$BUILD" X11SHMPOOL_PIXEL_FORMAT="$again_format" \
            timeout 100 "$BUILD/tests/device/$again_test"
    done
}

in_dir() (
    mkdir -p "$1" && cd "$1" || exit
    shift
    "$@"
)

# matches PATTERN FILE: grep -E that shows the file where it fails, for check
matches() {
    grep -E -e "$1" "$2" && return
    echo "no line matches: $1"
    cat "$2"
    return 1
}

# lacks PATTERN FILE: the opposite
lacks() {
    ! grep -E -e "$1" "$2"
}

# fails STATUS-PATTERN COMMAND...: whether it ends with such an exit status,
# a case pattern: "1", "[1-9]*"
fails() {
    fails_want=$1
    shift
    "$@"
    fails_got=$?
    # shellcheck disable=SC2254
    case $fails_got in
    0) [ "$fails_want" = 0 ] && return ;;
    $fails_want) return ;;
    esac
    echo "exit status $fails_got, not $fails_want"
    return 1
}

wait_for() {
    wait_until=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $wait_until ] || return 1
        sleep 0.05
    done
}

# A library that a sanitizer instruments needs its runtime to be first.
overlay_env() {
    case $(conf SANITIZE) in
    *address*)   runtime=libasan.so ;;
    *undefined*) runtime=libubsan.so ;;
    *thread*)    runtime=libtsan.so ;;
    *)           runtime= ;;
    esac
    printf 'LD_LIBRARY_PATH=%s' "$BUILD${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    [ -z "$runtime" ] ||
        printf ' LD_PRELOAD=%s' "$($(conf CC) -print-file-name=$runtime)"
}
overlay_vars=$(overlay_env)

overlay() {
    # shellcheck disable=SC2086
    env $overlay_vars "$@"
}

# setpriv ends what was spawned even where this shell is killed outright.
if setpriv --pdeathsig KILL true 2>/dev/null; then
    with_parent='setpriv --pdeathsig KILL'
else
    with_parent=
fi

spawn() {
    # shellcheck disable=SC2086
    $with_parent "$@" &
    spawned=$!
    spawned_all="$spawned_all $spawned"
}

stop() {
    kill -TERM "$1" 2>/dev/null
    wait_for 5 dead "$1" || kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    spawned_all=$(printf ' %s ' "$spawned_all" | sed "s/ $1 / /")
    return 0
}

# dead PID: gone, or only waiting to be collected
dead() {
    case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in
    ''|Z*) return 0 ;;
    esac
    return 1
}

start_x() {
    command -v Xvfb >/dev/null 2>&1 || bail 'Xvfb is not installed'
    x_file=$work/display.$tap_count.$(date +%N)
    case " $* " in
    *' -screen '*) ;;
    *) set -- -screen 0 640x480x24 "$@" ;;
    esac
    spawn Xvfb -displayfd 3 -noreset -nolisten tcp "$@" 3>"$x_file" 2>"$x_file.log"
    x_pid=$spawned
    if ! wait_for 20 test -s "$x_file"; then
        sed 's/^/# /' "$x_file.log"
        bail 'Xvfb does not start'
    fi
    DISPLAY=:$(cat "$x_file")
    export DISPLAY
    unset XAUTHORITY
}
