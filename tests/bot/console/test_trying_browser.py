"""In a real browser: ask on the test desk, add the wording, check its effect, read what would change."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from bot import jobs
from bot.conversation import answer
from bot.log_rows import asked_question
from bot.services import Services
from knowledge.calendar import now
from knowledge.entry_versions import versions_of
from knowledge.models import Entry
from knowledge.query_log import record
from knowledge.roles import Role
from knowledge.staff_words import Word, keep_word
from tests.support.browser import launched, page_faults, served
from tests.support.staff import signed_in

pytestmark = pytest.mark.browser

CODE = "242047"
HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
WINDOWS = {"pc": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}
SEEN_IN = [*((window, "light") for window in WINDOWS), ("pc", "dark")]
"""Dark changes colours alone, whatever the window (``console.css``)."""


@pytest.fixture(scope="module")
def origin(office: Flask) -> Iterator[str]:
    with served(office) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


def log_question(kit: Services, text: str) -> None:
    row = asked_question(
        answer(kit.corpus.current(CODE), text),
        municipality_code=CODE,
        event_key=f"test:{text}",
        channel="web",
        asked_at=now(),
        text=text,
        personal_data=False,
        asker=None,
    )
    with kit.database.writing() as session:
        record(session, row)


def desk(browser: Browser, office: Flask, origin: str, window: str, roles: list[Role], **options: object) -> Page:
    colleague = signed_in(office, roles, CODE)
    context = browser.new_context(
        base_url=origin,
        locale="ja-JP",
        bypass_csp=True,
        viewport=WINDOWS[window],
        **options,
    )
    context.add_cookies([{"name": "staff", "value": colleague.session_id, "url": origin}])
    page = context.new_page()
    page.goto(f"/staff/{CODE}/try")
    return page


@pytest.mark.parametrize("window", WINDOWS)
def test_a_question_is_asked_its_wording_added_and_the_effect_of_it_read(
    browser: Browser, office: Flask, origin: str, kit: Services, window: str
) -> None:
    question = {"pc": "住民票 ペンギン", "phone": "防災 カピバラ"}[window]
    log_question(kit, question)
    page = desk(browser, office, origin, window, [Role.EDITOR])
    expect(page.get_by_label("質問", exact=True)).to_be_focused()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="なぜこの返事か")).to_be_visible()
    expect(page.get_by_label("質問", exact=True)).to_be_focused()
    expect(page.get_by_label("質問", exact=True)).to_have_value("")
    assert page_faults(page) == []
    row = page.locator("section[aria-labelledby=near] tbody tr").filter(has_text="この言い方を答えに加える").first
    entry_id = row.locator("th .quiet").inner_text()
    row.get_by_role("button", name="この言い方を答えに加える").click()
    expect(page.get_by_role("status")).to_contain_text("下書きに加えました")
    assert page_faults(page) == []
    page.get_by_role("button", name="公開前の影響を確かめる").click()
    expect(page.get_by_text("順番を待っています")).to_be_visible()
    assert page_faults(page) == []
    jobs.work(kit, threading.Event(), once=True)
    # The page opens itself again.
    expect(page.get_by_role("heading", level=1)).to_have_text("公開前の影響確認の結果", timeout=20_000)
    expect(page.get_by_role("link", name="新しく答える")).to_be_visible()
    assert page_faults(page) == []
    page.get_by_role("link", name="並べて読む").first.click()
    expect(page.get_by_role("heading", name="変えたあと", exact=True)).to_be_visible()
    assert page_faults(page) == []
    with kit.database.reading() as session:
        assert question in versions_of(session, CODE, entry_id)[-1].content["phrasings"]
        assert question not in session.get_one(Entry, (CODE, entry_id)).phrasings
    page.context.close()


@pytest.mark.parametrize(("window", "scheme"), SEEN_IN)
def test_pages_with_something_on_them_are_accessible_and_run_nothing_that_somebody_wrote(
    browser: Browser, office: Flask, origin: str, kit: Services, window: str, scheme: str
) -> None:
    log_question(kit, HOSTILE)
    with kit.database.writing() as session:
        keep_word(session, CODE, Word("abbreviation", '"><script>x', "住民票"), now())
    page = desk(browser, office, origin, window, [Role.EDITOR, Role.ADMIN], color_scheme=scheme)
    wrong = []
    for question in (
        HOSTILE,
        "こんにちは",
        "Where can I get a residence record?",
        "災害のときの情報はどこで見られますか",
    ):
        page.get_by_label("質問", exact=True).fill(question)
        with page.expect_navigation():
            page.get_by_role("button", name="聞く", exact=True).click()
        wrong += [f"{question}: {each}" for each in page_faults(page)]
    page.get_by_role("button", name="この返事を正しいとして").click()
    page.goto(f"/staff/{CODE}/caution")
    page.get_by_role("button", name="調べる").click()
    wrong += [f"caution: {each}" for each in page_faults(page)]
    jobs.work(kit, threading.Event(), once=True)
    for path in ("caution", "words", "checks", "effect"):
        page.goto(f"/staff/{CODE}/{path}")
        wrong += [f"{path}: {each}" for each in page_faults(page)]
        assert page.title() != "1"
    page.goto(f"/staff/{CODE}/checks")
    page.get_by_role("link", name="災害のときの").click()
    wrong += [f"check: {each}" for each in page_faults(page)]
    assert wrong == []
    page.context.close()
