# The figures of bench.csv as a table: ms a frame, x11grab, x11shmpool, their ratio,
# of the medians; then the ratio of the minima, which other programs raise least.
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
# /


function ratio(x, y) {
    return x > 0.0005 ? sprintf("%.3f", (y > 0 ? y : 0) / x) : "-"
}

function figures(a, b, column) {
    return sprintf("%8.3f %8.3f %6s %6s", a[column], b[column],
                   ratio(a[column], b[column]), ratio(a[column + 1], b[column + 1]))
}

# +- half of the spread, in per cent of the median
function spread(a, column) {
    return a[column] > 0.0005 ? \
           sprintf("%3.0f%%", (a[column + 2] - a[column + 1]) * 50 / a[column]) : "  - "
}

function heading(text) {
    printf "\n%s\n%-40s | %-31s | %-31s | %-31s | %s\n", text, "",
           "wall (ms a frame)", "this process's CPU", "X server's CPU beyond drawing",
           "+- of x11grab, x11shmpool"
}

BEGIN {
    FS = ","
    title["matrix"]   = "Work, rate, consumer (grab, pool, ratio, ratio of minima)"
    title["special"]  = "More work at 3840x2160 (the last: still, pointer drawn)"
    title["stalls"]   = "A consumer that stalls 120 ms every 40 packets"
    title["area"]     = "Cost against damaged area"
    title["pyav"]     = "Through PyAV, added up by NumPy"
}

NR > 1 {
    gsub(/"/, "")
    if ($9 == "alone") {
        alone = sprintf("    adding up alone: %.3f wall, %.3f this process's CPU", $11, $14)
        next
    }
    if ($9 == "x11grab") {
        for (i = 1; i <= 20; i++)
            grab[i] = $i
        next
    }
    for (i = 1; i <= 20; i++)
        pool[i] = $i
    if ($1 == "jitter") {
        printf "\nMoments of capture, %dx%d at 60 fps into x264 veryfast: from their grid\n", $2, $3
        printf "    x11grab    median %.2f ms, 99%% within %.2f, at most %.2f; %d captured\n", \
               grab[12], grab[11], grab[13], grab[10]
        printf "    x11shmpool median %.2f ms, 99%% within %.2f, at most %.2f; %d captured\n", \
               $12, $11, $13, $10
        next
    }
    if ($1 != group)
        heading(title[$1])
    group = $1
    name = sprintf("%dx%d %s %s%s", $2, $3,
                   group == "area" ? $6 "% of the screen" : $5,
                   $7 ? $7 " fps" : "fastest", $8 == "reads" ? ", read" : "")
    printf "%-40.40s | %s | %s | %s | %s %s\n", name, figures(grab, pool, 11),
           figures(grab, pool, 14), figures(grab, pool, 17),
           spread(grab, $7 ? 17 : 11), spread(pool, $7 ? 17 : 11)
    if (group == "pyav")
        print alone
    if (group == "stalls")
        printf "    frames off the grid: %.0f%% of x11grab's, %.0f%% of x11shmpool's\n",
               grab[20], pool[20]
    if (group != "area" && group != "stalls") {
        if (!$7 && pool[11] > grab[11] * 1.05)
            slower[++n] = name ": wall"
        if (pool[14] > grab[14] * 1.1 && pool[14] - grab[14] > 0.02 && $7)
            slower[++n] = name ": this process's CPU"
        if (pool[17] > grab[17] * 1.1 && pool[17] - grab[17] > 0.02)
            slower[++n] = name ": the X server's CPU"
    }
}

END {
    printf "\nslower than x11grab: %s\n", n ? n : "nowhere"
    for (i = 1; i <= n; i++)
        print "    " slower[i]
}
