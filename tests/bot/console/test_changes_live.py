"""Four eyes in a real browser: values that an editor fills in reach residents when somebody else has approved them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from knowledge.roles import Role
from tests.support.browser import launched, served
from tests.support.staff import Colleague, signed_in

pytestmark = pytest.mark.browser

CODE = "242047"
QUESTION = "住民票の写しの手数料はいくらですか？"
FEE = "1,230円"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


def _desk(browser: Browser, origin: str, who: Colleague) -> Page:
    context = browser.new_context(base_url=origin, locale="ja-JP")
    context.add_cookies([{"name": "staff", "value": who.session_id, "url": origin}])
    return context.new_page()


def _told(page: Page) -> str:
    """What a resident reads on the web."""
    page.goto(f"/{CODE}/")
    page.get_by_label("質問", exact=True).fill(QUESTION)
    page.get_by_role("button", name="聞く").click()
    page.locator(".turn .said").last.wait_for()
    return page.locator(".turn").last.inner_text()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.APPROVER])
def test_what_somebody_fills_in_is_read_when_another_approves(browser: Browser, office: Flask, role: Role) -> None:
    author = signed_in(office, [role], CODE, name="書く 一郎")
    other = signed_in(office, [Role.APPROVER], CODE, name="課長 次郎")
    fee = FEE if role is Role.EDITOR else "2,340円"
    with served(office) as origin:
        resident = browser.new_context(base_url=origin, locale="ja-JP").new_page()
        assert fee not in _told(resident)

        writer = _desk(browser, origin, author)
        writer.goto(f"/staff/{CODE}/slots")
        writer.get_by_label("窓口の手数料の値").fill(fee)
        assert writer.get_by_role("button", name="保存する", exact=True).count() == 0
        writer.get_by_role("button", name="保存せずに、読まれ方を見る").click()
        expect(writer.get_by_role("region", name="変わる行の表")).to_contain_text(fee)
        writer.get_by_role("button", name="承認を依頼する").click()
        expect(writer.get_by_role("status").first).to_contain_text("承認を依頼しました")
        # Whoever asked does not approve, whatever their role.
        assert writer.get_by_role("button", name="この内容で承認する").count() == 0
        assert fee not in _told(resident)

        approver = _desk(browser, origin, other)
        approver.goto(f"/staff/{CODE}/")
        approver.get_by_role("link", name="変更の承認を開く").click()
        approver.get_by_role("link", name="穴埋めシート（窓口の手数料）").first.click()
        expect(approver.get_by_role("region", name="変わる行の表")).to_contain_text(fee)
        approver.get_by_role("button", name="この内容で承認する").click()
        expect(approver.get_by_role("status").first).to_contain_text("承認しました")
        approved = time.monotonic()
        assert fee in _told(resident)
        print(f"approved and told: {time.monotonic() - approved:.2f} s")
