"""The main way in a real browser: written, sent back, mended, approved by another, and told to residents at once."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app import create_app
from bot.jobs import fire_bookings
from bot.line.sender import Sender
from bot.services import Services
from knowledge.calendar import JST, now
from knowledge.models import AuditLine, LoggedQuestion
from knowledge.roles import Role
from tests.bot.line.conftest import drain
from tests.support.browser import launched, served
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, post, text_event, webhook_body
from tests.support.staff import signed_in

pytestmark = pytest.mark.browser

CODE = "242047"
QUESTION = "ひまわり号のお試し乗車はできますか？"
ANSWER = "ひまわり号には、だれでも一度お試しで乗れます。"


@pytest.fixture(scope="module")
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture(scope="module")
def live_office(
    line: FakeLine, tmp_path_factory: pytest.TempPathFactory, vectors_folder: Path, loaded_file: Path
) -> Iterator[Flask]:
    """An office whose municipality has a LINE channel."""
    instance = tmp_path_factory.mktemp("live")
    (instance / "vectors").symlink_to(vectors_folder)
    (instance / "kotae.db").write_bytes(loaded_file.read_bytes())
    made = create_app(
        {
            "INSTANCE_PATH": str(instance),
            "SENDER_THREADS": "0",
            "LINE_API_HOST": line.url,
            f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
            f"LINE_{CODE}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
        }
    )
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


def desk_of(browser: Browser, origin: str, office: Flask, role: Role, name: str) -> Page:
    """A signed-in colleague's own browser window."""
    context = browser.new_context(base_url=origin, locale="ja-JP")
    colleague = signed_in(office, [role], CODE, name=name)
    context.add_cookies([{"name": "staff", "value": colleague.session_id, "url": origin}])
    return context.new_page()


def told_in_line(kit: Services, line: FakeLine, origin: str, question: str = QUESTION) -> str:
    """All that LINE was sent in reply to the question."""
    event = text_event(line, question)
    assert post(f"{origin}/line/{CODE}/webhook", webhook_body([event])) == 200
    drain(Sender(kit.database, kit.corpus, kit.line_clients, now))
    return "\n".join(_texts(line.accepted(event["replyToken"])))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, each in part.items():
            yield from [each] if name in ("text", "altText") and isinstance(each, str) else _texts(each)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)


def told_on_the_web(page: Page, question: str = QUESTION) -> str:
    page.goto(f"/{CODE}/")
    page.get_by_label("質問", exact=True).fill(question)
    page.get_by_role("button", name="聞く").click()
    page.locator(".turn .said").last.wait_for()
    return page.locator(".turn").last.inner_text()


def test_an_answer_goes_its_way_and_residents_have_it_at_once(
    browser: Browser, live_office: Flask, line: FakeLine
) -> None:
    kit: Services = live_office.extensions["kotae"]
    with served(live_office) as origin:
        resident = browser.new_context(base_url=origin, locale="ja-JP").new_page()
        assert ANSWER not in told_on_the_web(resident)
        assert ANSWER not in told_in_line(kit, line, origin)

        writer = desk_of(browser, origin, live_office, Role.EDITOR, "編集 花子")
        writer.goto(f"/staff/{CODE}/answers")
        writer.get_by_role("link", name="新しい答えを書く").click()
        writer.get_by_label("質問 必須", exact=True).fill(QUESTION)
        writer.get_by_label("答え 必須", exact=True).fill("ひまわり号にはお試しで乗れる。")
        writer.get_by_label("出典の計画書").select_option(index=1)
        writer.get_by_label("出典の箇所").fill("計画全体")
        # What was typed is kept and drawn beside while one writes.
        expect(writer.locator("#live .phone").first).to_contain_text("お試しで乗れる")
        expect(writer.locator("#keeping")).to_be_in_viewport()
        expect(writer.locator("#keeping")).to_contain_text("とっておきました")
        writer.get_by_role("button", name="確かめる").click()
        expect(writer.locator("#checked")).to_contain_text("まだ保存していません")
        writer.get_by_role("button", name="下書きとして保存する").click()
        expect(writer.get_by_role("status").first).to_contain_text("第1版を下書きとして保存しました")
        address = writer.url
        writer.get_by_role("link", name="承認依頼").click()
        writer.get_by_role("button", name="承認を依頼する").click()
        expect(writer.get_by_role("main")).to_contain_text("承認依頼中")
        assert writer.get_by_role("link", name=re.compile("^承認$")).count() == 0

        approver = desk_of(browser, origin, live_office, Role.APPROVER, "承認 次郎")
        approver.goto(f"/staff/{CODE}/answers?state=requested")
        approver.get_by_role("link", name=QUESTION).click()
        approver.get_by_role("link", name="差戻し").click()
        approver.get_by_role("button", name="差し戻す").click()
        expect(approver.get_by_role("alert")).to_contain_text("理由が空です")
        approver.get_by_label(re.compile("どこを")).fill("ていねいな文にしてください")
        approver.get_by_role("button", name="差し戻す").click()

        writer.goto(address)
        expect(writer.get_by_role("main")).to_contain_text("ていねいな文にしてください")
        writer.get_by_role("link", name="続きを書く").click()
        writer.get_by_label("答え 必須", exact=True).fill(ANSWER)
        writer.get_by_role("button", name="下書きとして保存する").click()
        writer.get_by_role("link", name="承認依頼").click()
        writer.get_by_role("button", name="承認を依頼する").click()
        assert ANSWER not in told_on_the_web(resident)

        approver.goto(address)
        approver.get_by_role("link", name=re.compile("^承認$")).click()
        approver.get_by_label("文書番号").fill("情第12号")
        approver.get_by_role("button", name="承認する", exact=True).click()
        expect(approver.get_by_role("status").first).to_contain_text("いま公開しました")
        published = time.monotonic()
        on_the_web, in_line = told_on_the_web(resident), told_in_line(kit, line, origin)
        took = time.monotonic() - published
        assert ANSWER in on_the_web
        assert ANSWER in in_line
        # The very next question on each channel has it; how long that took is told, not judged.
        print(f"published and told on both channels: {took:.2f} s")
    entry_id = address.rsplit("/", 1)[1]
    with kit.database.reading() as session:
        rows = session.execute(
            select(LoggedQuestion.channel, LoggedQuestion.entry_version).where(LoggedQuestion.entry_id == entry_id)
        ).all()
    assert sorted(tuple(row) for row in rows) == [("line", 2), ("web", 2)]
    assert line.violations == []


NEW_YEAR = dt.datetime(2027, 4, 1, tzinfo=JST)
BOOKED_QUESTION = "ひまわり号の定期券はありますか？"
BOOKED_ANSWER = "ひまわり号には、四月から定期券があります。"


def test_a_change_booked_for_the_first_of_april_is_live_from_midnight_on(
    browser: Browser, live_office: Flask, line: FakeLine
) -> None:
    kit: Services = live_office.extensions["kotae"]
    with served(live_office) as origin:
        writer = desk_of(browser, origin, live_office, Role.EDITOR, "編集 三郎")
        writer.goto(f"/staff/{CODE}/answers")
        writer.get_by_role("link", name="新しい答えを書く").click()
        writer.get_by_label("質問 必須", exact=True).fill(BOOKED_QUESTION)
        writer.get_by_label("答え 必須", exact=True).fill(BOOKED_ANSWER)
        writer.get_by_label("出典の計画書").select_option(index=1)
        writer.get_by_label("出典の箇所").fill("計画全体")
        writer.get_by_role("button", name="下書きとして保存する").click()
        address = writer.url
        writer.get_by_role("link", name="承認依頼").click()
        writer.get_by_role("button", name="承認を依頼する").click()

        approver = desk_of(browser, origin, live_office, Role.APPROVER, "承認 四郎")
        approver.goto(address)
        approver.get_by_role("link", name=re.compile("^承認$")).click()
        approver.get_by_label("公開予約の日時").fill("令和9年4月1日 0:00")
        approver.get_by_role("button", name="承認する", exact=True).click()
        expect(approver.get_by_role("main")).to_contain_text("令和9年4月1日 0:00")

        resident = browser.new_context(base_url=origin, locale="ja-JP").new_page()
        with time_machine.travel(NEW_YEAR - dt.timedelta(seconds=30)):
            fire_bookings(kit)
            assert BOOKED_ANSWER not in told_on_the_web(resident, BOOKED_QUESTION)
        with time_machine.travel(NEW_YEAR):
            fire_bookings(kit)
            assert BOOKED_ANSWER in told_on_the_web(resident, BOOKED_QUESTION)
            assert BOOKED_ANSWER in told_in_line(kit, line, origin, BOOKED_QUESTION)
    entry_id = address.rsplit("/", 1)[1]
    with kit.database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.subject == entry_id)).all()
    assert [(one.action, one.details["what"]) for one in lines if one.action == "booking_fired"] == [
        ("booking_fired", "published")
    ]
