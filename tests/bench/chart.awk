# recordings.csv and bench.csv, in this order, as SVG: what whole recordings cost,
# then of capturing alone the ratios to x11grab and the cost against damaged area.
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

# whole recordings: bars of ffmpeg's CPU, and behind it the server's
function draw_recordings(    i, w, unit) {
    unit = wide / (most > 0 ? most : 1)
    for (i = 1; i <= bars; i++) {
        y += i > 1 && bar[i, "name"] != bar[i - 1, "name"] ? 20 : 12
        if (i == 1 || bar[i, "name"] != bar[i - 1, "name"])
            label(10, y + 8, bar[i, "name"])
        label(left - 10, y + 8, bar[i, "way"], "text-anchor=\"end\"")
        w = bar[i, "ffmpeg"] * unit
        printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"9\" fill=\"%s\"/>\n",
               left, y, w, bar[i, "way"] == "x11grab" ? "#999999" : colour[0]
        printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"9\" fill=\"%s\"/>\n",
               left + w, y, bar[i, "server"] * unit, colour[2]
        label(left + w + bar[i, "server"] * unit + 4, y + 8,
              sprintf("%.2f", bar[i, "ffmpeg"] + bar[i, "server"]))
    }
    label(10, y + 35, counted)
}

BEGIN {
    FS = ","
    left = 300
    wide = 480
    step = 16
}

FNR == 1 {
    next
}

$1 == "recording" {
    sized = sprintf("%dx%d, %d fps", $2, $3, $4)
    bar[++bars, "name"] = $5 ", " ($6 == "away" ? "yuv420p, thrown away" : "H.264 " $6)
    bar[bars, "way"]    = $7 == "skip" ? "unchanged=skip" : $7
    bar[bars, "ffmpeg"] = $9
    bar[bars, "server"] = $12 > 0 ? $12 : 0
    if ($9 + bar[bars, "server"] > most)
        most = $9 + bar[bars, "server"]
    next
}

$1 == "displays" {
    if (counted == "")
        counted = sprintf("Displays recorded at a time without a frame missed (%dx%d, %d fps, " \
                          "%s, H.264 %s):", $2, $3, $4, $5, $6)
    counted = counted " " $7 " " $8 ($7 == "x11grab" ? "," : "")
    next
}

{
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
    name[++rows] = sprintf("%dx%d %s, %s%s", $2, $3, $5,
                           $7 ? $7 " fps" : "fastest",
                           $1 == "pyav" ? ", PyAV" : $8 == "reads" ? ", read" : "")
    fast[rows] = !$7
    ratio[rows, 0] = wall > 0 ? $11 / wall : 0
    ratio[rows, 1] = client > 0 ? $14 / client : 0
    ratio[rows, 2] = server > 0 ? $17 / server : 0
}

END {
    lines = split(about, told, "|")
    top = 60
    below = top + rows * step + 70
    groups = 0
    for (i = 1; i <= bars; i++)
        groups += i > 1 && bar[i, "name"] != bar[i - 1, "name"]
    first = 50 + lines * 15 + bars * 12 + groups * 8 + 80
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
           "font-family=\"sans-serif\" font-size=\"11\">\n", left + wide + 60, first + below + 260
    print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    label(10, 20, "CPU of a whole recording, ms a frame: " sized, "font-size=\"14\"")
    colour[0] = "#2a6f97"
    colour[1] = "#e09f3e"
    colour[2] = "#9e2a2b"
    for (i = 1; i <= lines; i++) {
        gsub(/&/, "\\&amp;", told[i])
        gsub(/</, "\\&lt;", told[i])
        label(10, 22 + i * 15, told[i], "fill=\"#555555\"")
    }
    y = 40 + lines * 15
    label(left, y, "ffmpeg (grey: x11grab)", "fill=\"" colour[0] "\"")
    label(left + 170, y, "X server beyond drawing", "fill=\"" colour[2] "\"")
    draw_recordings()

    printf "<g transform=\"translate(0,%d)\">\n", first
    label(10, 20, "Capture alone: x11shmpool's cost a frame, as a ratio to x11grab's",
          "font-size=\"14\"")
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
    print "</g>"
    print "</svg>"
}
