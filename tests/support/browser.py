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
    # A page that a click has opened may be there before its styles are.
    page.wait_for_load_state("load")
    found = Axe().run(page).response["violations"]
    wrong = [f"{each['id']} {each['nodes'][0]['html'][:200]}" for each in found]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        wrong.append("scrolls sideways")
    return [*wrong, *(f"small target {each[:200]}" for each in page.evaluate(SMALL))]
