"""A sample is judged in a browser: with keys, with a thumb, and without JavaScript; and how long the pages take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, select

from bot.services import Services
from knowledge.db import Database
from knowledge.models import AccuracyLabel, AccuracySample, LoggedQuestion
from knowledge.roles import Role
from tests.support.browser import launched, served
from tests.support.evidence import OPEN, plant_samples
from tests.support.staff import Colleague, signed_in

pytestmark = pytest.mark.browser

CODE = "242047"
LABEL = f"/staff/{CODE}/accuracy/2026-03/label"


@pytest.fixture(scope="module")
def origin(office: Flask) -> Iterator[str]:
    with served(office) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def writer(office: Flask) -> Colleague:
    kit: Services = office.extensions["kotae"]
    with kit.database.writing() as session:
        session.execute(delete(AccuracySample))
        session.execute(delete(LoggedQuestion))
        session.flush()
        plant_samples(session, CODE, ["住民票はどこ", "ごみの日"], "nobody")
    return signed_in(office, [Role.EDITOR], CODE)


def opened(browser: Browser, origin: str, colleague: Colleague, **options: Any) -> Page:
    context = browser.new_context(base_url=origin, locale="ja-JP", **options)
    context.add_cookies([{"name": "staff", "value": colleague.session_id, "url": origin}])
    page = context.new_page()
    page.goto(LABEL)
    return page


def labels(database: Database, colleague: Colleague) -> list[str]:
    with database.reading() as session:
        wanted = (AccuracyLabel.account == str(colleague.account_id), AccuracyLabel.month == OPEN.first)
        return list(session.scalars(select(AccuracyLabel.label).where(*wanted).order_by(AccuracyLabel.place)))


def test_all_are_judged_by_keys_alone_in_seconds(
    browser: Browser, origin: str, writer: Colleague, office_database: Database
) -> None:
    page = opened(browser, origin, writer)
    begun = time.monotonic()
    for done in range(12):
        expect(page.locator("h1 .mark")).to_have_text(f"{done}／12")
        expect(page.locator("form.judging")).to_be_focused()
        page.keyboard.press("9")
        page.keyboard.press("5" if done == 3 else "1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("令和8年3月の正答率")
    took = (time.monotonic() - begun) / 12
    page.context.close()
    found = labels(office_database, writer)
    assert len(found) == 12
    assert found[3] == "unclear"
    assert set(found) <= {"right", "silent", "unclear"}
    assert took < 5, "what is left of 18 seconds is for reading"


def test_keys_do_nothing_outside_the_form(
    browser: Browser, origin: str, writer: Colleague, office_database: Database
) -> None:
    page = opened(browser, origin, writer)
    expect(page.locator("form.judging")).to_be_focused()
    page.get_by_role("link", name="ここでやめる").focus()
    page.keyboard.press("1")
    expect(page.locator("h1 .mark")).to_have_text("0／12")
    page.context.close()
    assert labels(office_database, writer) == []


@pytest.mark.parametrize("scripted", [True, False])
def test_a_thumb_on_a_phone_does_it_with_and_without_javascript(
    browser: Browser, origin: str, writer: Colleague, office_database: Database, *, scripted: bool
) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "java_script_enabled": scripted}
    page = opened(browser, origin, writer, **phone)
    for done in range(3):
        expect(page.locator("h1 .mark")).to_have_text(f"{done}／12")
        page.wait_for_load_state()  # the style may come after the words
        button = page.locator("form.judging button").last
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 250
        button.tap()
    expect(page.locator("h1 .mark")).to_have_text("3／12")
    page.get_by_role("link", name="一つ前に戻る").tap()
    page.get_by_role("button", name="判断できない（いまのしるし）").wait_for()
    page.context.close()
    assert labels(office_database, writer) == ["unclear"] * 3
