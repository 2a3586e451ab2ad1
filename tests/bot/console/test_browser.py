"""The console in a real browser: axe, keyboard only, narrow screens, and nothing run that somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, expect

from knowledge.db import Database
from knowledge.models import StaffAccount
from knowledge.passwords import hash_password
from knowledge.roles import Grant, Role
from tests.support.browser import launched, served
from tests.support.staff import Colleague, add_colleague, signed_in

pytestmark = pytest.mark.browser

PASSWORD = "みかんと青い鉄橋 umbrella 7"
HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
OPEN = ["/staff/sign-in", "/staff/first", "/staff/invitation"]
PAGES = [
    "/staff/",
    "/staff/242047/",
    "/staff/me",
    "/staff/me/password",
    "/staff/me/totp",
    "/staff/accounts",
    "/staff/accounts?words=nobody-at-all",
    "/staff/accounts/add",
    "/staff/accounts/add?municipality=242047",
    "/staff/accounts/import",
    "/staff/accounts/{id}",
    "/staff/accounts/{id}/change",
    "/staff/accounts/{id}/reset-totp",
    "/staff/accounts/{id}/roles/add?municipality=242047",
    "/staff/audit",
]
WINDOWS = {"pc": {"width": 1280, "height": 900}, "at 400 %": {"width": 320, "height": 256}}
SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
    .filter((each) => !each.matches('.skip, [type=radio], [type=checkbox]') && !each.closest('main p, main li'))
    .filter((each) => { const box = each.getBoundingClientRect(); return box.width > 0 && box.height < 43.9; })
    .map((each) => each.outerHTML)"""


@pytest.fixture(scope="module")
def origin(office: Flask) -> Iterator[str]:
    with served(office) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def chief(office: Flask) -> Colleague:
    return signed_in(office, list(Role), None, name="全体 管理")


@pytest.fixture
def odd(office_database: Database) -> int:
    """Somebody whose fields hold what a browser should never run."""
    account_id, _ = add_colleague(office_database, [Grant(Role.EDITOR, "242047")])
    with office_database.writing() as session:
        account = session.get_one(StaffAccount, account_id)
        account.name = HOSTILE[:60]
        account.email = HOSTILE
    return account_id


def _context(browser: Browser, origin: str, colleague: Colleague | None, **options: object) -> BrowserContext:
    context = browser.new_context(base_url=origin, locale="ja-JP", bypass_csp=True, **options)  # type: ignore[arg-type]
    if colleague is not None:
        context.add_cookies([{"name": "staff", "value": colleague.session_id, "url": origin}])
    return context


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_every_page_is_accessible_fits_and_runs_nothing(
    browser: Browser, origin: str, chief: Colleague, odd: int, window: str, scheme: str
) -> None:
    wrong = []
    for colleague, paths in ((None, OPEN), (chief, PAGES)):
        context = _context(browser, origin, colleague, viewport=WINDOWS[window], color_scheme=scheme)
        page = context.new_page()
        for path in paths:
            page.goto(path.format(id=odd))
            found = Axe().run(page).response["violations"]
            wrong += [f"{path}: {each['id']} {each['nodes'][0]['html'][:200]}" for each in found]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
                wrong.append(f"{path}: scrolls sideways")
            wrong += [f"{path}: small target {each[:200]}" for each in page.evaluate(SMALL)]
            assert page.title() != "1"
        context.close()
    assert wrong == []


def test_somebody_signs_in_and_out_with_the_keyboard_alone(
    browser: Browser, origin: str, office_database: Database
) -> None:
    account_id, login = add_colleague(office_database, [Grant(Role.EDITOR, "242047")])
    with office_database.writing() as session:
        session.get_one(StaffAccount, account_id).password_hash = hash_password(PASSWORD)
    context = _context(browser, origin, None, java_script_enabled=False)
    page = context.new_page()
    page.goto("/staff/me")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("ログイン名")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ログイン名かパスワードが違います")
    page.get_by_label("パスワード").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("あなたの設定")
    page.get_by_role("button", name="サインアウト").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("サインアウトしました")
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("サインイン")
    context.close()


def test_two_minutes_before_the_end_the_page_says_so(browser: Browser, origin: str, office: Flask) -> None:
    colleague = signed_in(office)
    context = _context(browser, origin, colleague)
    page = context.new_page()
    page.clock.install()
    page.goto("/staff/242047/")
    place = page.locator("#ending")
    page.clock.fast_forward("27:50")
    expect(place).to_be_empty()
    page.clock.fast_forward("00:15")
    expect(place).to_contain_text("あと2分ほど")
    page.clock.fast_forward("02:00")
    expect(place).to_contain_text("サインアウトしました")
    context.close()
