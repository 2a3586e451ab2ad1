"""The pages in a real browser: keyboard, no JavaScript, axe, narrow screens, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from intents.decision import Decision
from tests.support.browser import FAINT, LARGE, UNSEEN_IN_FORCED_COLOURS, UNWANTED, covered_on_the_way, launched, served

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
AT_400_PERCENT = {"width": 320, "height": 256}
"""A 1,280 x 1,024 window at 400 %."""


@pytest.fixture(scope="module")
def origin(site: Flask) -> Iterator[str]:
    """The service on a real port."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


Opened = Callable[..., Any]


@pytest.fixture
def opened(browser: Browser, origin: str) -> Opened:
    """A page that, when closed, must have stayed within its origin and said nothing on the console."""

    @contextmanager
    def open_page(path: str, status: int = 200, **options: Any) -> Iterator[Page]:
        context = browser.new_context(base_url=origin, locale="ja-JP", **{"viewport": PHONE, **options})
        page = context.new_page()
        elsewhere: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: None if _within(request.url, origin) else elsewhere.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        response = page.goto(path)
        assert response is not None
        assert response.status == status
        if status >= 400:
            said.clear()  # Chromium itself notes the status of an error page.
        yield page
        assert context.cookies() == []
        assert (elsewhere, said) == ([], [])
        context.close()

    return open_page


def _within(url: str, origin: str) -> bool:
    return url.startswith((f"{origin}/", "data:")) or urlsplit(url).scheme == "about"


def ask(page: Page, question: str) -> None:
    """Type and press Enter, then wait for the turn."""
    turns = page.locator("#log .turn").count()
    page.get_by_label("質問", exact=True).fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#log .turn")).to_have_count(turns + 1)


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]


def tab_to(page: Page, text: str, limit: int = 80) -> None:
    """Press Tab until the focus is on the button that reads ``text``, seen by its outline."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement.textContent || '').trim()")
        if focused == text:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"Tab never reached {text}")


def test_a_question_is_asked_by_keyboard_alone(opened: Opened) -> None:
    with opened("/242047/") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        for _ in range(5):
            if page.evaluate("document.activeElement.id") == "question":
                break
            page.keyboard.press("Tab")
        page.keyboard.type("住民票 コンビニ")
        page.keyboard.press("Enter")
        expect(page.locator("#log .turn")).to_have_count(2)
        expect(page.locator("#log .turn").last).to_contain_text("出典：")
        expect(page.locator("#log .said")).to_have_text("あなた：住民票 コンビニ")
        expect(page.locator("#question")).to_be_focused()
        expect(page.locator("#question")).to_have_value("")


def test_a_choice_is_taken_by_keyboard_alone(opened: Opened, question_for: dict[Decision, str]) -> None:
    with opened("/242047/") as page:
        ask(page, question_for[Decision.SUGGEST])
        title = page.locator("#log .choices button").first.inner_text()
        page.locator("#log .turn").last.locator(".reply").focus()
        tab_to(page, title)
        page.keyboard.press("Enter")
        expect(page.locator("#log .turn")).to_have_count(3)
        expect(page.locator("#log h2")).to_have_text(title)
        page.locator("#log .turn").last.locator(".reply").focus()
        tab_to(page, "解決した")
        page.keyboard.press("Space")
        expect(page.locator("#log .turn").last).to_contain_text("ありがとうございました")


def test_turns_follow_each_other_and_a_number_takes_a_choice(opened: Opened, question_for: dict[Decision, str]) -> None:
    with opened("/242047/") as page:
        ask(page, question_for[Decision.SUGGEST])
        title = page.locator("#log .choices button").first.inner_text()
        ask(page, "1")
        expect(page.locator("#log h2")).to_have_text(title)


def test_a_page_left_open_too_long_begins_a_new_conversation_and_keeps_it(
    opened: Opened, question_for: dict[Decision, str]
) -> None:
    """After a day the token no longer counts: the page must go on with the one it was given anew."""
    with opened("/242047/") as page:
        page.evaluate("document.querySelector('form.ask input[name=conversation]').value = 'expired'")
        ask(page, question_for[Decision.SUGGEST])
        title = page.locator("#log .choices button").first.inner_text()
        ask(page, "1")
        expect(page.locator("#log h2")).to_have_text(title)


def test_it_works_without_javascript(opened: Opened, question_for: dict[Decision, str]) -> None:
    with opened("/242047/", java_script_enabled=False) as page:
        page.get_by_label("質問", exact=True).fill(question_for[Decision.SUGGEST])
        page.keyboard.press("Enter")
        choice = page.locator("#log .choices button").first
        title = choice.inner_text()
        choice.click()
        expect(page.locator("#log h2")).to_have_text(title)
        page.get_by_role("button", name="解決した").click()
        expect(page.locator("#log")).to_contain_text("ありがとうございました")


def test_a_failing_server_is_said_and_the_words_stay(opened: Opened) -> None:
    with opened("/242047/") as page:
        page.evaluate("() => { window.fetch = () => Promise.reject(new Error('offline')); }")
        page.get_by_label("質問", exact=True).fill("住民票 コンビニ")
        page.keyboard.press("Enter")
        expect(page.locator("#state")).to_contain_text("うまくつながりませんでした")
        expect(page.locator("#question")).to_have_value("住民票 コンビニ")


def test_hostile_text_stays_text(opened: Opened) -> None:
    with opened("/242047/") as page:
        ask(page, "<img src=x onerror=alert(1)><script>alert(1)</script>")
        assert page.locator("#log img, #log script").count() == 0
        expect(page.locator("#log .said")).to_contain_text("<script>alert(1)</script>")


STATES = {
    "index": ("/", None),
    "chat, empty": ("/242047/", None),
    "chat, answer": ("/242047/", Decision.ANSWER),
    "chat, choices": ("/242047/", Decision.SUGGEST),
    "chat, none": ("/242047/", Decision.NONE),
    "chat, emergency": ("/242047/", "死にたい"),
    "chat, personal data": ("/122106/", "090-1234-5678です。住民票はコンビニで取れますか"),
    "chat, categories": ("/242047/", "メニュー"),
    "chat, contact": ("/242047/", "電話と窓口"),
    "line preview": ("/242047/line-preview", None),
    "line preview, categories": ("/242047/line-preview", "メニュー"),
    "line preview, indicator": ("/242047/line-preview", "マイナンバーカード交付率の目標"),
    "line preview, schedule": ("/242047/line-preview", "「ドローンの活用」はいつ行う予定ですか？"),
    "line preview, answer": ("/242047/line-preview", "住民票 コンビニ"),
    "line preview, emergency": ("/242047/line-preview", "死にたい"),
    "privacy": ("/242047/privacy", None),
    "accessibility": ("/242047/accessibility", None),
    "answer's own page": ("/242047/answers/online-procedures", None),
    "no such answer": ("/242047/answers/none-such", None),
    "error": ("/242047/none", None),
}


@contextmanager
def in_state(opened: Opened, state: str, question_for: dict[Decision, str], **options: Any) -> Iterator[Page]:
    with opened(STATES[state][0], 404 if state in ("error", "no such answer") else 200, **options) as page:
        ask_for(page, state, question_for)
        yield page


def ask_for(page: Page, state: str, question_for: dict[Decision, str]) -> None:
    """From the page just opened to the state."""
    path, asked = STATES[state]
    if path.endswith("line-preview") and isinstance(asked, str):
        page.get_by_label("質問", exact=True).fill(asked)
        page.keyboard.press("Enter")
        expect(page.locator(".fx-said")).to_contain_text(asked)
    elif asked is not None:
        ask(page, question_for[asked] if isinstance(asked, Decision) else asked)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(opened: Opened, question_for: dict[Decision, str], state: str, scheme: str) -> None:
    with in_state(opened, state, question_for, color_scheme=scheme, bypass_csp=True) as page:
        assert violations(page) == []


@pytest.mark.parametrize("state", STATES)
def test_nothing_needs_sideways_scrolling_at_400_percent(
    opened: Opened, question_for: dict[Decision, str], state: str
) -> None:
    with in_state(opened, state, question_for, viewport=AT_400_PERCENT) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("state", ["chat, empty", "chat, answer", "chat, choices"])
def test_buttons_are_large_enough_for_a_finger(opened: Opened, question_for: dict[Decision, str], state: str) -> None:
    with in_state(opened, state, question_for) as page:
        for button in page.locator("button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44


TOO_SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter((each) => !each.matches('.skip'))
    .filter((each) => getComputedStyle(each).display !== 'inline' || each.parentElement.textContent.trim() === each.textContent.trim())
    .filter((each) => { const box = each.getBoundingClientRect(); return box.width > 0 && Math.min(box.width, box.height) < 24; })
    .map((each) => each.outerHTML)"""
"""Below 24 px; a link within a sentence is as high as its line."""
HELP = """() => [...document.querySelectorAll('main ~ footer:last-of-type :is(.help, a)')]
    .map((each) => each.getAttribute('href') || each.textContent)"""
MOVING = """() => [...document.querySelectorAll('*')]
    .filter((each) => getComputedStyle(each).animationName !== 'none' || parseFloat(getComputedStyle(each).transitionDuration) > 0)
    .map((each) => each.outerHTML)"""
Walked = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def walked(browser: Browser, origin: str, question_for: dict[Decision, str]) -> Walked:
    """What is wrong with each state, by what was looked at: one walk for the tests below."""
    context = browser.new_context(base_url=origin, locale="ja-JP", viewport=PHONE)
    page = context.new_page()
    found: Walked = {}
    for state in STATES:
        page.set_viewport_size(PHONE)
        page.goto(STATES[state][0])
        ask_for(page, state, question_for)
        looks = {"small": TOO_SMALL, "unwanted": UNWANTED, "moving": MOVING, "help": HELP}
        seen = {name: page.evaluate(look) for name, look in looks.items()}
        seen["faint"] = page.evaluate(FAINT)
        page.emulate_media(color_scheme="dark")
        seen["faint"] += page.evaluate(FAINT)
        page.emulate_media(color_scheme="light", forced_colors="active")
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        seen["forced"] = page.evaluate(UNSEEN_IN_FORCED_COLOURS)
        page.emulate_media(forced_colors="none")
        page.set_viewport_size({"width": 1280, "height": 1024})
        seen["large"] = page.evaluate(LARGE)
        found[state] = seen
    context.close()
    return found


def wrong_in(walked: Walked, what: str) -> dict[str, list[str]]:
    return {state: seen[what] for state, seen in walked.items() if seen[what]}


def test_nothing_to_press_is_smaller_than_24_pixels(walked: Walked) -> None:
    assert wrong_in(walked, "small") == {}


def test_nothing_has_to_be_dragged_and_nothing_moves_or_sounds(walked: Walked) -> None:
    assert wrong_in(walked, "unwanted") == wrong_in(walked, "moving") == {}


def test_where_to_ask_a_person_stands_in_the_same_place_of_every_page(walked: Walked) -> None:
    of_a_town = {state: seen["help"] for state, seen in walked.items() if STATES[state][0].startswith("/242047/")}
    del of_a_town["error"]
    assert len(of_a_town) > 8
    (places,) = {tuple(links) for links in of_a_town.values()}
    assert places[0].startswith("お問い合わせ：")
    assert "/242047/accessibility" in places


def test_in_forced_colours_every_control_keeps_its_edge(walked: Walked) -> None:
    assert wrong_in(walked, "forced") == {}


def test_the_edge_of_every_control_stands_out_three_to_one(walked: Walked) -> None:
    assert wrong_in(walked, "faint") == {}


def test_text_alone_at_200_percent_is_neither_cut_nor_wider_than_the_page(walked: Walked) -> None:
    assert wrong_in(walked, "large") == {}


def test_whatever_has_the_focus_is_hidden_by_nothing(opened: Opened, question_for: dict[Decision, str]) -> None:
    with opened("/242047/") as page:
        ask(page, question_for[Decision.SUGGEST])
        ask(page, question_for[Decision.ANSWER])
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        assert covered_on_the_way(page) == []


def test_a_new_answer_is_told_to_whoever_listens(opened: Opened, question_for: dict[Decision, str]) -> None:
    """The log that was there is added to: what a screen reader watches is never put anew."""
    with opened("/242047/") as page:
        page.evaluate("""() => { window.told = []; new MutationObserver((seen) => told.push(
            ...seen.flatMap((one) => [...one.addedNodes, ...one.removedNodes].map((each) => each.textContent))
        )).observe(document.querySelector('[role=log]'), {childList: true}); }""")
        ask(page, question_for[Decision.ANSWER])
        answer_shown = page.locator("#log .turn").last.text_content()
        assert page.evaluate("told") == [answer_shown]
        nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    (log,) = [node for node in nodes if node.get("role", {}).get("value") == "log"]
    properties = {each["name"]: each["value"].get("value") for each in log["properties"]}
    assert (log["name"]["value"], properties["live"]) == ("質問と答え", "polite")
    (state,) = [node for node in nodes if node.get("role", {}).get("value") == "status"]
    assert {"name": "live", "value": {"type": "token", "value": "polite"}} in state["properties"]


def test_an_answers_own_page_holds_data_that_the_policy_does_not_mind(opened: Opened) -> None:
    """JSON-LD is read by programs and run by nobody: no report of the policy, and the data whole."""
    with opened("/242047/answers/online-procedures") as page:
        data = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
        assert data["@type"] == "FAQPage"
        assert data["mainEntity"][0]["name"] == page.locator("h1").inner_text()


def test_one_asks_on_from_an_answers_own_page_by_keyboard_and_without_javascript(opened: Opened) -> None:
    with opened("/242047/answers/online-procedures", java_script_enabled=False) as page:
        title = page.locator("h1").inner_text()
        page.get_by_label("この答えについて、または、ほかのことを聞く").fill("くわしく")
        page.keyboard.press("Enter")
        expect(page.locator("#log")).to_contain_text(title)
        expect(page.locator("#log")).to_contain_text("くわしい")
