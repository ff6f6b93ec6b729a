# The figures of recordings.csv as a table: ms of CPU a frame.
# -v brief=1: in a few lines, for tools/demo
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

function cost(way) {
    return sprintf("%6.2f + %5.2f = %6.2f (min %6.2f)", ffmpeg[way], server[way],
                   total[way], least[way])
}

# what was collected of one kind of work and one output
function flush_row(    i, n, way, more, order, name) {
    if (!("x11grab" in total))
        return
    name["x11grab"]   = "x11grab"
    name["native"]    = "x11shmpool"
    name["converted"] = "x11shmpool -pixel_format yuv420p"
    name["hinted"]    = "the same, -damage_hints 1"
    name["skip"]      = "x11shmpool -unchanged skip"
    n = split("x11grab native converted hinted skip", order, " ")
    if (!brief)
        print ""
    for (i = 1; i <= n; i++) {
        way = order[i]
        if (!(way in total))
            continue
        more = ""
        if (way != "x11grab" && total["x11grab"] > 0)
            more = sprintf("  %5.3f of x11grab, min %5.3f", total[way] / total["x11grab"],
                           least[way] / least["x11grab"])
        if (missed[way] > 0)
            more = more sprintf("  %d frames missed", missed[way])
        if (brief)
            printf "  %-33s %5.2f + %4.2f = %5.2f%s\n", name[way], ffmpeg[way],
                   server[way], total[way], more
        else
            printf "%-12s %-10s %-33s %s%s\n", work, output, name[way], cost(way), more
    }
    delete total
}

BEGIN {
    FS = ","
}

FNR == 1 {
    next
}

$1 == "recording" && !begun {
    begun = 1
    if (brief)
        printf "CPU of a whole recording, ms a frame (a character typed a frame, %dx%d,\n" \
               "%d fps, H.264 %s): ffmpeg + X server beyond drawing\n", $2, $3, $4, $6
    else
        printf "What a recording costs, %dx%d, %d fps: CPU in ms a frame, ffmpeg + X server\n" \
               "beyond drawing = both; medians, and the least of both\n", $2, $3, $4
}

$1 == "recording" {
    if ($5 != work || $6 != output)
        flush_row()
    work   = $5
    output = $6
    ffmpeg[$7] = $9
    server[$7] = $12
    total[$7]  = $15
    least[$7]  = $16
    missed[$7] = $18
}

$1 == "displays" {
    flush_row()
    if (!displays++)
        printf "\nDisplays recorded at a time without a frame missed, %dx%d, %d fps, %s, %s:\n",
               $2, $3, $4, $5, $6
    if ($7 == "x11grab")
        grabbed = $8
    printf "    %-12s %d%s\n", $7, $8, $7 != "x11grab" && grabbed ? \
           sprintf("  (%.2f times x11grab's)", $8 / grabbed) : ""
}

END {
    flush_row()
}
