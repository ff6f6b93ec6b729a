/*
 * Copyright (c) 2026 The x11shmpool developers
 *
 * This file is part of x11shmpool.
 *
 * x11shmpool is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * x11shmpool is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with x11shmpool; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
 */

/* Run in the manual by manual.sh. */

'use strict';

const found = [];

function words(element)
{
    return element.tagName.toLowerCase() + ' "' +
           element.textContent.trim().replace(/\s+/g, ' ').slice(0, 60) + '"';
}

function checkWidths()
{
    const page = document.documentElement;

    if (page.scrollWidth > page.clientWidth)
        found.push(`cut off: the page, ${page.scrollWidth} in ${page.clientWidth}`);
    for (const e of document.body.querySelectorAll('*')) {
        const box = e.getBoundingClientRect();

        // what is inline has no width of its own
        if (e.clientWidth && e.scrollWidth > e.clientWidth ||
            box.right > page.clientWidth + 1 || box.left < -1)
            found.push(`cut off: ${words(e)}`);
    }
}

function checkOptions()
{
    for (const e of document.querySelectorAll('.nolinebreak'))
        if (e.getClientRects().length > 1)
            found.push(`broken: ${words(e)}`);
}

function rgb(color)
{
    return color.match(/[\d.]+/g).map(Number);
}

function luminance(color)
{
    const [r, g, b] = rgb(color).slice(0, 3).map(v => {
        v /= 255;
        return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    });
    return .2126 * r + .7152 * g + .0722 * b;
}

function background(element)
{
    for (let e = element; e; e = e.parentElement) {
        const color = getComputedStyle(e).backgroundColor;
        if (rgb(color)[3] !== 0)
            return color;
    }
    return 'rgb(255, 255, 255)';
}

// 4.5 is what WCAG 2 asks for
function checkContrast()
{
    for (const e of document.body.querySelectorAll('*')) {
        const text = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
        const style = getComputedStyle(e);

        if (!text || style.visibility == 'hidden' || e.closest('script, style'))
            continue;
        const [dim, bright] = [luminance(style.color), luminance(background(e))]
            .sort((a, b) => a - b);
        if ((bright + .05) / (dim + .05) < 4.5)
            found.push(`faint: ${words(e)}`);
    }
}

function checkParts()
{
    const links = new Set([...document.querySelectorAll('[class*=contents] a')]
        .map(a => a.getAttribute('href')));

    for (const image of document.images)
        if (!image.naturalWidth)
            found.push(`no image: ${image.getAttribute('src')}`);
    for (const h of document.querySelectorAll('h2.chapter, h3.section'))
        if (!links.has('#' + (h.id || h.parentElement.id)))
            found.push(`not in the contents: ${words(h)}`);
    found.push(`titles: ${document.querySelectorAll('h1').length}`);
}

// what is wrong, a line each; after the page was loaded
function report()
{
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;

    found.push(`width ${innerWidth} ${dark ? 'dark' : 'light'}`);
    checkWidths();
    checkOptions();
    checkContrast();
    checkParts();
    found.push('end');
    return found.join('\n') + '\n';
}
