"""Pictures of what residents see, to be looked at: ``python -m tests.pictures [--out build/pictures]``, ``make pictures``.

The chat in five states on a phone and a PC, in large letters and with ふりがな; each kind of bubble in the LINE
preview; both rich menus.  Of the bundled content as set-up has loaded it, with made-up ways to ask.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, expect
from rich.console import Console
from sqlalchemy import update

from app import create_app
from bot.line.menu_drawing import png_of
from bot.services import Services
from knowledge.models import Municipality
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.rich_menus import rich_menus
from tests.support.browser import launched, served

ROOT = Path(__file__).parents[1]
CODE = "242047"
WAYS = {
    "contact_telephone": "0598-53-0000",
    "contact_form": "https://www.city.example.jp/form/",
    "contact_email": "soudan@city.example.jp",
    "contact_fax": "0598-22-0000",
    "reply_languages": list(REPLY_LANGUAGES),
}
"""Of no real municipality."""
WINDOWS = {"phone": (375, 812), "pc": (1280, 900)}
STATES = {
    "answer": "住民票はコンビニで取れますか",
    "choices": "スマホ",
    "nothing": "宇宙人はいますか",
    "emergency": "家が燃えています",
}
"""Beside the page as it opens, the fifth."""
BUBBLES = {
    "greeting": "",
    "procedure": "住民票はコンビニで取れますか",
    "indicator": "マイナンバーカード交付率の目標は",
    "schedule": "手続きの洗い出しのスケジュール",
    "list": "成果指標の一覧",
    "silent": "ごみの分別を教えて",
    "choices": "スマホ",
    "nothing": "宇宙人はいますか",
    "contact": "電話と窓口",
    "categories": "分類から探す",
    "modes": "ことば",
    "readings": "ふりがなをつけて。住民票はコンビニで取れますか",
    "english": "Can I get a juminhyo at a convenience store?",
}


@contextmanager
def service() -> Iterator[Flask]:
    """A copy of what set-up has loaded.  Raises FileNotFoundError before ``make setup``."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        (instance / "vectors").symlink_to(ROOT / "instance" / "vectors")
        shutil.copy(ROOT / "instance" / "kotae.db", instance / "kotae.db")
        app = create_app({"INSTANCE_PATH": folder, "SENDER_THREADS": "0", "JOBS": "0"})
        kit: Services = app.extensions["kotae"]
        with kit.database.writing() as session:
            session.execute(update(Municipality).values(**WAYS))
        yield app
        kit.database.dispose()


def draw(out: Path) -> Iterator[str]:
    """Make every picture; the name of each as it is there."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the names of the pictures would be lost among requests
    out.mkdir(parents=True, exist_ok=True)
    with service() as app, served(app) as origin, launched() as browser:
        yield from _menus(app.extensions["kotae"], out)
        for window in WINDOWS:
            yield from _chat(browser, origin, window, out)
        yield from _bubbles(browser, origin, out)


def _menus(kit: Services, out: Path) -> Iterator[str]:
    with kit.database.reading() as session:
        found = rich_menus(session, CODE)
    for variant, menu in found.items():
        path = out / f"rich-menu-{variant}.png"
        path.write_bytes(png_of(menu))
        yield path.name


def _chat(browser: Browser, origin: str, window: str, out: Path) -> Iterator[str]:
    yield _shot(_opened(browser, origin, window), out / f"{window}-start.png")
    for name, question in STATES.items():
        page = _opened(browser, origin, window)
        _ask(page, question)
        yield _shot(page, out / f"{window}-{name}.png")
    page = _opened(browser, origin, window, "?large=1")
    _ask(page, "ふりがなをつけて")
    _ask(page, STATES["answer"])
    yield _shot(page, out / f"{window}-large-readings.png")


def _opened(browser: Browser, origin: str, window: str, query: str = "") -> Page:
    width, height = WINDOWS[window]
    context = browser.new_context(base_url=origin, locale="ja-JP", viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(f"/{CODE}/{query}")
    return page


def _ask(page: Page, question: str) -> None:
    turns = page.locator("#log .turn")
    before = turns.count()
    page.get_by_label("質問", exact=True).fill(question)
    page.keyboard.press("Enter")
    expect(turns).to_have_count(before + 1)


def _shot(page: Page, path: Path) -> str:
    page.screenshot(path=path, full_page=True)
    page.context.close()
    return path.name


def _bubbles(browser: Browser, origin: str, out: Path) -> Iterator[str]:
    context = browser.new_context(base_url=origin, locale="ja-JP", viewport={"width": 375, "height": 812})
    page = context.new_page()
    for name, question in BUBBLES.items():
        page.goto(f"/{CODE}/line-preview")
        if question:
            page.locator("#q").fill(question)
            page.keyboard.press("Enter")
            expect(page.locator(".fx-said")).to_contain_text(question[:10])
        path = out / f"bubble-{name}.png"
        page.screenshot(path=path, full_page=True)
        yield path.name
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "pictures")
    given = parser.parse_args()
    console = Console()
    for name in draw(given.out):
        console.print(given.out / name)


if __name__ == "__main__":
    main()
