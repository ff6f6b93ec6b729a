# The manual in a browser: nothing is cut off and all can be read, on a wide screen
# and on a phone, in light and in dark.
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

needs chromium
page=$BUILD/doc/x11shmpool.html
[ -f "$page" ] || {
    skip 'the manual in a browser' 'makeinfo is not installed'
    done_testing
}
cp "$BUILD"/doc/*.svg "$work"

# look NAME WIDTH SCHEME [CSS]: one line in $work/NAME for whatever is wrong; the
# first tells what the browser took the page for. A window can't be as narrow as a
# phone, a frame in it can.
look() {
    {
        sed '/<\/body>/,$d' "$page"
        printf '<style>%s</style>\n<script>\n' "${4:-}"
        cat "$SRC/tests/apps/manual.js"
        printf '</script></body></html>\n'
    } >"$work/page.html"
    cat >"$work/frame.html" <<HTML
<!DOCTYPE html><meta name="color-scheme" content="light dark">
<iframe src="page.html" style="width: $2px; height: 900px; border: 0"></iframe>
<pre></pre>
<script>
addEventListener('load', () => {
    document.querySelector('pre').textContent = frames[0].report();
});
</script>
HTML
    timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars \
        --user-data-dir="$work/profile" --window-size=1400,1000 \
        --blink-settings=preferredColorScheme="$([ "$3" = dark ] && echo 0 || echo 1)" \
        --allow-file-access-from-files --dump-dom "file://$work/frame.html" \
        2>"$work/chromium.log" | sed -n '/width [0-9]/,/^end/{s/<[^>]*>//g;p}' >"$work/$1"
    sed 's/^/# /' "$work/$1"
    grep -q '^end$' "$work/$1"
}

for width in 1280 390; do
    for scheme in light dark; do
        name=$width-$scheme
        check "$width pixels, $scheme: the page is laid out" look $name $width $scheme
        check 'at this width, in this scheme' matches "^width $width $scheme\$" "$work/$name"
        check 'no line is cut off' lacks '^cut off: ' "$work/$name"
        check 'no option is broken' lacks '^broken: ' "$work/$name"
        check 'all text stands out' lacks '^faint: ' "$work/$name"
        check 'all images are there' lacks '^no image: ' "$work/$name"
        check 'there is one title' matches '^titles: 1$' "$work/$name"
        check 'all headings are in the contents' lacks '^not in the contents: ' "$work/$name"
    done
done

# Nothing that these would overlook
look wide 390 light 'pre { white-space: pre !important }'
check 'a line that goes on outside of its box is noticed' matches '^cut off: ' "$work/wide"
look hidden 390 light 'pre { white-space: pre !important; overflow: hidden }'
check 'and one that is hidden' matches '^cut off: ' "$work/hidden"
look broken 390 light '.nolinebreak { white-space: inherit !important }'
check 'an option that is broken is noticed' matches '^broken: ' "$work/broken"
look faint 1280 dark 'p { color: #444 }'
check 'faint text is noticed' matches '^faint: ' "$work/faint"

done_testing
