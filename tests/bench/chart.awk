# bench.csv as SVG: the ratios to x11grab, and the cost against damaged area.
# -v about: lines on where it was measured, with '|' between them
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


function label(x, y, text, more) {
    printf "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, more, text
}

function line(x1, y1, x2, y2, colour) {
    printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
           x1, y1, x2, y2, colour
}

# a ratio's place on a logarithmic axis from 1/1000 to 2
function place(ratio) {
    if (ratio < 0.001)
        ratio = 0.001
    if (ratio > 2)
        ratio = 2
    return left + (log(ratio) - log(0.001)) / (log(2) - log(0.001)) * wide
}

function dot(x, y, colour) {
    printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y, colour
}

BEGIN {
    FS = ","
    left = 300
    wide = 480
    step = 16
}

NR > 1 {
    gsub(/"/, "")
    if ($9 == "alone" || $1 == "jitter")
        next
    if ($9 == "x11grab") {
        wall = $11
        client = $14
        server = $17
        next
    }
    if ($1 == "area") {
        percent[++points] = $6
        cost[points, 0] = server
        cost[points, 1] = $17
        for (i = 0; i < 2; i++)
            if (cost[points, i] > highest)
                highest = cost[points, i]
        next
    }
    name[++rows] = sprintf("%dx%d%s %s, %s%s", $2, $3,
                           $1 == "displays" ? " x " $4 : "", $5,
                           $7 ? $7 " fps" : "fastest",
                           $1 == "pyav" ? ", PyAV" : $8 == "reads" ? ", read" : "")
    fast[rows] = !$7
    ratio[rows, 0] = wall > 0 ? $11 / wall : 0
    ratio[rows, 1] = client > 0 ? $14 / client : 0
    ratio[rows, 2] = server > 0 ? $17 / server : 0
}

END {
    lines = split(about, told, "|")
    top = 60 + lines * 15
    below = top + rows * step + 70
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
           "font-family=\"sans-serif\" font-size=\"11\">\n", left + wide + 30, below + 260
    print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    label(10, 20, "x11shmpool's cost a frame, as a ratio to x11grab's", "font-size=\"14\"")
    colour[0] = "#2a6f97"
    colour[1] = "#e09f3e"
    colour[2] = "#9e2a2b"
    for (i = 1; i <= lines; i++) {
        gsub(/&/, "\\&amp;", told[i])
        gsub(/</, "\\&lt;", told[i])
        label(10, 22 + i * 15, told[i], "fill=\"#555555\"")
    }
    label(left, top - 20, "wall (fastest only)", "fill=\"" colour[0] "\"")
    label(left + 130, top - 20, "this process's CPU", "fill=\"" colour[1] "\"")
    label(left + 260, top - 20, "X server's CPU beyond drawing", "fill=\"" colour[2] "\"")
    split("0.001 0.01 0.1 0.5 1 2", ticks, " ")
    for (i = 1; i <= 6; i++) {
        line(place(ticks[i]), top - 8, place(ticks[i]), top + rows * step,
             ticks[i] == 1 ? "black" : "#dddddd")
        label(place(ticks[i]), top + rows * step + 14, ticks[i], "text-anchor=\"middle\"")
    }
    for (r = 1; r <= rows; r++) {
        y = top + (r - 0.5) * step
        label(left - 10, y + 4, name[r], "text-anchor=\"end\"")
        for (i = fast[r] ? 0 : 1; i < 3; i++)
            dot(place(ratio[r, i]), y, colour[i])
    }

    label(10, below, "X server's CPU, ms a frame, against the part of the screen that changed",
          "font-size=\"14\"")
    if (highest <= 0)
        highest = 1
    for (i = 0; i <= 100; i += 25) {
        line(60 + i * 7, below + 20, 60 + i * 7, below + 220, "#dddddd")
        label(60 + i * 7, below + 235, i "%", "text-anchor=\"middle\"")
    }
    label(50, below + 24, sprintf("%.2f", highest), "text-anchor=\"end\"")
    label(50, below + 224, "0", "text-anchor=\"end\"")
    for (f = 0; f < 2; f++) {
        printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"",
               f ? colour[2] : "#888888"
        for (i = 1; i <= points; i++)
            printf "%.1f,%.1f ", 60 + percent[i] * 7, \
                   below + 220 - (cost[i, f] > 0 ? cost[i, f] : 0) / highest * 200
        print "\"/>"
    }
    label(80, below + 250, "x11grab", "fill=\"#888888\"")
    label(150, below + 250, "x11shmpool", "fill=\"" colour[2] "\"")
    print "</svg>"
}
