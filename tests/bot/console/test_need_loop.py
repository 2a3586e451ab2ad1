"""The loop in a real browser: asked in vain through LINE, brought to a card, answered, and the card tells the outcome."""

from __future__ import annotations

import re
import threading

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, expect

from bot import jobs
from bot.services import Services
from knowledge.calendar import now
from knowledge.need_cards import PAUSE
from knowledge.roles import Role
from tests.bot.console.test_answer_live import browser, desk_of, line, live_office, told_in_line
from tests.support.browser import page_faults, served
from tests.support.fake_line import FakeLine

__all__ = ["browser", "line", "live_office"]

pytestmark = pytest.mark.browser

CODE = "242047"
ASKED = ("カピバラ温泉の入浴券はどこで買えますか", "カピバラ温泉の入浴券の販売場所", "カピバラ温泉 入浴券")
ANSWER = "カピバラ温泉の入浴券は、温泉の窓口で買えます。"


def test_what_is_asked_in_vain_is_answered_and_its_card_shows_it(
    browser: Browser, live_office: Flask, line: FakeLine
) -> None:
    kit: Services = live_office.extensions["kotae"]
    with served(live_office) as origin:
        for text in ASKED:
            assert ANSWER not in told_in_line(kit, line, origin, text)

        writer = desk_of(browser, origin, live_office, Role.EDITOR, "編集 花子")
        writer.goto(f"/staff/{CODE}/needs")
        writer.get_by_role("button", name="いま、まとめる").click()
        expect(writer.get_by_text("順番を待っています")).to_be_visible()
        # Whoever was offered choices may still be choosing: the job leaves the last ten minutes alone.
        with time_machine.travel(now() + 2 * PAUSE):
            jobs.work(kit, threading.Event(), once=True)
        card = writer.get_by_role("link", name=re.compile("カピバラ"))
        expect(card).to_be_visible(timeout=20_000)
        card.click()
        for text in ASKED:
            expect(writer.get_by_role("main")).to_contain_text(text)
        expect(writer.get_by_role("main")).to_contain_text("3回")
        assert page_faults(writer) == []
        address = writer.url

        writer.get_by_role("button", name="この言い方で新しい答えを書く").click()
        expect(writer.get_by_label("質問 必須", exact=True)).to_have_value(re.compile("カピバラ温泉"))
        writer.get_by_label("答え 必須", exact=True).fill(ANSWER)
        writer.get_by_label("出典の計画書").select_option(index=1)
        writer.get_by_label("出典の箇所").fill("計画全体")
        writer.get_by_role("button", name="下書きとして保存する").click()
        expect(writer.get_by_role("status").first).to_contain_text("第1版を下書きとして保存しました")
        entry = writer.url

        writer.get_by_role("link", name="承認依頼").click()
        writer.get_by_role("button", name="公開前の影響を確かめる").click()
        jobs.work(kit, threading.Event(), once=True)
        expect(writer.get_by_role("heading", level=1)).to_have_text("公開前の影響確認の結果", timeout=20_000)
        expect(writer.get_by_role("link", name="新しく答える")).to_be_visible()

        writer.goto(entry)
        writer.get_by_role("link", name="承認依頼").click()
        writer.get_by_role("button", name="承認を依頼する").click()
        writer.goto(address)
        expect(writer.get_by_role("main")).to_contain_text("承認待ち")

        approver = desk_of(browser, origin, live_office, Role.APPROVER, "承認 次郎")
        approver.goto(entry)
        approver.get_by_role("link", name=re.compile("^承認$")).click()
        approver.get_by_role("button", name="承認する", exact=True).click()
        expect(approver.get_by_role("status").first).to_contain_text("いま公開しました")

        for text in (*ASKED, *ASKED):
            assert ANSWER in told_in_line(kit, line, origin, text)
        writer.goto(address)
        expect(writer.get_by_role("main")).to_contain_text("公開済み")
        expect(writer.get_by_role("main")).to_contain_text("この答えを6回示し")
        expect(writer.get_by_role("main")).to_contain_text("100%に答えました")
        assert page_faults(writer) == []
