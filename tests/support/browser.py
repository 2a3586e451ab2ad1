"""A real browser, and an app on a real port for it to visit."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
    .filter((each) => !each.matches('.skip, [type=radio], [type=checkbox]') && !each.closest('main p, main li'))
    .filter((each) => { const box = each.getBoundingClientRect(); return box.width > 0 && box.height < 43.9; })
    .map((each) => each.outerHTML)"""

COVERED = """() => {
    const each = document.activeElement;
    if (each === document.body) return null;
    const box = each.getBoundingClientRect();
    const seen = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, innerHeight) / 2);
    return seen && (each.contains(seen) || seen.contains(each)) ? '' : each.outerHTML.slice(0, 200);
}"""
UNWANTED = """() => [...document.querySelectorAll('[draggable=true], video, audio, embed, object, marquee, blink')]
    .map((each) => each.outerHTML)"""
"""What has to be dragged, sounds or moves."""

UNSEEN_IN_FORCED_COLOURS = """() => [...document.querySelectorAll('button, input:not([type=hidden]), body *')]
    .filter((each) => getComputedStyle(each).forcedColorAdjust === 'none'
        || (each.matches('button, input:not([type=hidden], [type=radio], [type=checkbox])') && (parseFloat(getComputedStyle(each).borderTopWidth) === 0
            || getComputedStyle(each).borderTopStyle === 'none')))
    .map((each) => each.outerHTML)"""
LARGE = """() => {
    const root = document.documentElement;
    const size = () => parseFloat(getComputedStyle(document.querySelector('main')).fontSize);
    const usual = size();
    root.style.fontSize = '200%';
    const found = [...document.querySelectorAll('body *')]
        .filter((each) => each.scrollHeight > each.clientHeight + 1 && getComputedStyle(each).overflowY === 'hidden' && !each.closest('.hidden'))
        .map((each) => `cut ${each.outerHTML}`);
    if (Math.abs(size() - 2 * usual) > .1) found.push('the text does not grow');
    if (root.scrollWidth > root.clientWidth + 1) found.push('scrolls sideways');
    root.style.fontSize = '';
    return found;
}"""
"""What a page suffers while its text alone is twice as large."""
FAINT = """() => {
    const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = (colour) => parts(colour).slice(0, 3).map((each) => each / 255)
        .map((each) => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4)
        .reduce((sum, each, at) => sum + each * [.2126, .7152, .0722][at], 0);
    const behind = (each) => {
        for (let at = each.parentElement; at; at = at.parentElement) {
            const found = getComputedStyle(at).backgroundColor;
            if (parts(found)[3] !== 0) return found;
        }
        return 'rgb(255, 255, 255)';
    };
    const ratio = (one, other) => (Math.max(light(one), light(other)) + .05) / (Math.min(light(one), light(other)) + .05);
    return [...document.querySelectorAll('button, input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea, .button')]
        .filter((each) => each.getBoundingClientRect().width > 0 && !each.closest('.phone'))
        .filter((each) => {
            const style = getComputedStyle(each), around = behind(each), ground = style.backgroundColor;
            const edge = parseFloat(style.borderTopWidth) > 0 ? style.borderTopColor : around;
            return Math.max(ratio(edge, around), ratio(parts(ground)[3] === 0 ? around : ground, around)) < 3;
        })
        .map((each) => each.outerHTML);
}"""
"""Controls of which neither the edge nor the ground stands out 3:1 from what is around; LINE's own look has none."""


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """The address at which ``app`` answers."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def launched() -> Iterator[Browser]:
    """The system's Chromium."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium がありません（make browser で入れるか、CHROMIUM で場所を指定してください）")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield found
        found.close()


def page_faults(page: Page) -> list[str]:
    """What keeps a page of the console from being used by everybody: axe, sideways scrolling, small targets."""
    wrong = _found_by_axe(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        wrong.append("scrolls sideways")
    wrong += [f"unwanted {each[:200]}" for each in page.evaluate(UNWANTED)]
    return [*wrong, *(f"small target {each[:200]}" for each in page.evaluate(SMALL))]


def faint_texts(page: Page) -> list[str]:
    """Where the contrast is too low: all that other colours change of a page."""
    return _found_by_axe(page, {"runOnly": ["color-contrast", "link-in-text-block"]})


def _found_by_axe(page: Page, options: dict[str, object] | None = None) -> list[str]:
    # A page that a click has opened may be there before its styles are.
    page.wait_for_load_state("load")
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']} {each['nodes'][0]['html'][:200]}" for each in found]


def covered_on_the_way(page: Page, most: int = 300) -> list[str]:
    """What has the focus while something else stands before it, or outside of what is seen; by the tab key alone."""
    hidden: list[str] = []
    for stops in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(COVERED)
        if found is None:
            assert stops > 5
            return hidden
        hidden += [found] if found else []
    raise AssertionError("the tab key comes to no end")
