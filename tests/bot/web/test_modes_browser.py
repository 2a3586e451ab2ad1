"""ふりがな and large letters in a real browser: axe, size, zoom, with and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.bot.web.test_browser import AT_400_PERCENT, ask, violations
from tests.support.browser import launched, served

pytestmark = pytest.mark.browser

SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')]
    .filter((each) => [...each.childNodes].some((one) => one.nodeType === 3 && one.data.trim()))
    .filter((each) => !each.matches('rt, rp, .skip, .hidden') && each.getBoundingClientRect().width > 0)
    .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""


@pytest.fixture(scope="module")
def origin(site: Flask) -> Iterator[str]:
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


def faint(page: Page) -> list[str]:
    """What stands out from its ground by less than seven to one."""
    found = Axe().run(page, options={"runOnly": ["color-contrast-enhanced"]}).response
    assert found["passes"], "the rule was applied"
    return [node["html"][:200] for fault in found["violations"] for node in fault["nodes"]]


def opened(browser: Browser, origin: str, path: str, **options: Any) -> Page:
    given: dict[str, Any] = {"viewport": {"width": 375, "height": 812}, "bypass_csp": True, **options}
    page = browser.new_context(base_url=origin, locale="ja-JP", **given).new_page()
    page.goto(path)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_readings_in_large_letters(browser: Browser, origin: str, scheme: str) -> None:
    page = opened(browser, origin, "/242047/?large=1", color_scheme=scheme)
    ask(page, "ふりがなをつけて")
    ask(page, "住民票はコンビニで取れますか")
    expect(page.locator("#log .turn").last.locator("ruby").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="ことば").first.click()
    expect(page.get_by_role("button", name="やさしい日本語")).to_be_visible()
    assert violations(page) == []
    assert faint(page) == []
    assert page.evaluate(SMALLEST) >= 24
    page.context.close()


def test_letters_grow_where_the_page_stands_and_what_was_said_stays(browser: Browser, origin: str) -> None:
    page = opened(browser, origin, "/242047/")
    ask(page, "住民票 コンビニ")
    page.get_by_role("button", name="文字を大きく").first.click()
    expect(page.locator("html")).to_have_class("large")
    expect(page.locator("#log .turn")).to_have_count(2)
    assert page.url.endswith("?large=1")
    ask(page, "手数料は？")
    expect(page.locator("html")).to_have_class("large")
    page.get_by_role("button", name="文字をもとの大きさに").first.click()
    expect(page.locator("html")).not_to_have_class("large")
    assert page.context.cookies() == []
    page.context.close()


def test_the_language_and_readings_outlive_a_reload(browser: Browser, origin: str) -> None:
    page = opened(browser, origin, "/242047/?large=1")
    ask(page, "やさしい日本語で")
    ask(page, "ふりがなをつけて")
    assert page.url.endswith("?large=1&lang=easy&ruby=1")
    page.reload()
    ask(page, "住民票はコンビニで取れますか")
    expect(page.locator("#log .turn").last).to_contain_text("マイナンバーカードが あれば")
    ask(page, "日本語で")
    assert "lang=" not in page.url
    assert page.context.cookies() == []
    page.context.close()


def test_after_a_button_the_focus_is_on_what_it_brought_and_after_a_question_in_the_field(
    browser: Browser, origin: str
) -> None:
    page = opened(browser, origin, "/242047/")
    ask(page, "住民票はコンビニで取れますか")
    assert page.evaluate("document.activeElement.id") == "question"
    page.get_by_role("button", name="解決しなかった").last.click()
    expect(page.locator("#log .turn")).to_have_count(3)
    assert page.evaluate("document.querySelectorAll('#log .turn')[2].contains(document.activeElement)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelectorAll('#log .turn')[2].contains(document.activeElement)")
    page.context.close()


@pytest.mark.parametrize("path", ["/242047/?large=1", "/242047/?large=1&embed=1"])
def test_large_letters_need_no_sideways_scrolling_at_400_percent(browser: Browser, origin: str, path: str) -> None:
    page = opened(browser, origin, path, viewport=AT_400_PERCENT)
    ask(page, "ふりがな")
    ask(page, "住民票はコンビニで取れますか")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_without_a_script_the_last_answer_is_shown_again_in_large_letters(browser: Browser, origin: str) -> None:
    page = opened(browser, origin, "/242047/", java_script_enabled=False)
    page.get_by_label("質問", exact=True).fill("住民票はコンビニで取れますか")
    page.get_by_role("button", name="聞く").click()
    title = page.locator("#log h2").inner_text()
    page.get_by_role("button", name="文字を大きく").click()
    expect(page.locator("html")).to_have_class("large")
    expect(page.locator("#log h2")).to_have_text(title)
    page.context.close()
