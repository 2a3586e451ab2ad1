"""The console in a real browser: axe, keyboard only, narrow screens, and nothing run that somebody wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from bot.import_jobs import SHEETS_LOOK
from bot.services import Services
from intents.grouping import text_key
from knowledge.approval import Actor, Step
from knowledge.audit import BY_COMMAND
from knowledge.calendar import now, today
from knowledge.change_requests import ask, give_back
from knowledge.computed_values import Formula
from knowledge.db import Database
from knowledge.entry_versions import Author, content_of, history
from knowledge.imports import planned
from knowledge.indicator_formulas import write_formula
from knowledge.jobs import ask_for
from knowledge.ledger import NotedQuestion, note
from knowledge.models import ChangeRequest, Entry, Indicator, NeedCard, StaffAccount, Term
from knowledge.need_cards import Described, Waiting, join, make_card
from knowledge.need_steps import By, inquire, remind, take_reply
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    WAYS,
    CountKey,
    hour_cell,
    months_of_year,
    write_counts,
)
from knowledge.organisation import SPLIT, Entered, enter_change
from knowledge.passwords import hash_password
from knowledge.proposed_changes import of_row, of_sheets
from knowledge.publishing import Text, save_draft, take
from knowledge.query_log import log_id
from knowledge.reviews import progress, start_review
from knowledge.roles import Grant, Role
from knowledge.sheet_kinds import KINDS, STATE
from knowledge.sheet_row import look_at_row
from knowledge.tabular import Row, Sheet
from tests.bot.console.test_totp import set_up
from tests.support.browser import (
    FAINT,
    LARGE,
    UNSEEN_IN_FORCED_COLOURS,
    covered_on_the_way,
    faint_texts,
    launched,
    page_faults,
    served,
)
from tests.support.evidence import plant_samples, plant_words
from tests.support.staff import Colleague, add_colleague, signed_in

pytestmark = pytest.mark.browser

PASSWORD = "みかんと青い鉄橋 umbrella 7"
HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
OPEN = ["/staff/sign-in", "/staff/first", "/staff/invitation"]
PAGES = [
    "/staff/",
    "/staff/242047/",
    "/staff/242047/figures",
    "/staff/242047/figures?kind=year&channel=noted",
    "/staff/242047/figures/breakdown?by=entry",
    "/staff/242047/figures/movers?kind=week",
    "/staff/242047/figures/hours",
    "/staff/242047/figures/events",
    "/staff/242047/figures/closings",
    "/staff/242047/review",
    "/staff/242047/review/start",
    "/staff/242047/review/1",
    "/staff/242047/review/1/answers?department={department}",
    "/staff/242047/review/1/import",
    "/staff/242047/review/1/close",
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
    "/staff/accounts/{id}/handover",
    "/staff/accounts/{id}/reset-totp",
    "/staff/accounts/{id}/roles/add?municipality=242047",
    "/staff/audit",
    "/staff/service",
    "/staff/242047/reports",
    "/staff/242047/reports/monthly",
    "/staff/242047/reports/overview",
    "/staff/242047/reports/year-end",
    "/staff/242047/reports/assembly",
    "/staff/242047/reports/facts",
    "/staff/242047/reports/settings",
    "/staff/242047/answers",
    "/staff/242047/answers?words=住民票&unused=1",
    "/staff/242047/answers?state=ended",
    "/staff/242047/answers/{answer}",
    "/staff/242047/answers/{answer}/edit?kept=1",
    "/staff/242047/answers/{answer}/history",
    "/staff/242047/answers/{answer}/compare?old=1&new=2",
    "/staff/242047/answers/{answer}/steps/approve?number=2",
    "/staff/242047/answers/{answer}/misguidance",
    "/staff/242047/misguidance",
    "/staff/242047/new-answer",
    "/staff/242047/try",
    "/staff/242047/line-test",
    "/staff/242047/checks",
    "/staff/242047/checks/add",
    "/staff/242047/checks/import",
    "/staff/242047/effect",
    "/staff/242047/words",
    "/staff/242047/caution",
    "/staff/242047/slots",
    "/staff/242047/slots/import",
    "/staff/242047/common-updates",
    "/staff/242047/plans",
    "/staff/242047/plans/import",
    "/staff/242047/plans/dx-plan/check",
    "/staff/242047/sheets",
    "/staff/242047/faq",
    "/staff/242047/sheets?request={returned_sheet}",
    "/staff/242047/changes",
    "/staff/242047/changes/{waiting}",
    "/staff/242047/changes/{returned}",
    "/staff/242047/tables/terms/add?request={returned}",
    "/staff/242047/indicators",
    "/staff/242047/indicators/yearly",
    "/staff/242047/tables/departments",
    "/staff/242047/tables/plans",
    "/staff/242047/tables/plans/dx-plan",
    "/staff/242047/tables/measures/add",
    "/staff/242047/tables/indicators/ind-online-procedures",
    "/staff/242047/tables/terms/add",
    "/staff/242047/organisation",
    "/staff/242047/organisation/new/rename",
    "/staff/242047/organisation/new/merge",
    "/staff/242047/organisation/new/split",
    "/staff/242047/organisation/{change}",
    "/staff/242047/organisation/{change}/assign",
    "/staff/242047/accuracy",
    "/staff/242047/accuracy/2026-03",
    "/staff/242047/accuracy/2026-02",
    "/staff/242047/accuracy/2026-03/label",
    "/staff/242047/accuracy/2026-03/settle",
    "/staff/242047/resident-words",
    "/staff/242047/resident-words?list=unknown",
    "/staff/242047/resident-words?list=refused",
    "/staff/242047/resident-words/print",
    "/staff/242047/needs",
    "/staff/242047/needs?state=done",
    "/staff/242047/needs/1",
    "/staff/242047/needs/2",
    "/staff/242047/needs/replies",
    "/staff/242047/imports/{large}",
    "/staff/242047/log",
    "/staff/242047/log?decision=none&words=住民票",
    "/staff/242047/log/{asked}",
    "/staff/242047/log/note",
    "/staff/242047/log/import",
    "/staff/242047/counts?year=2025",
    "/staff/242047/counts/import",
    "/staff/242047/counts/certificate/2025-04",
    "/staff/242047/counts/application/2025-04",
    "/staff/242047/counts/hours?year=2025",
    "/staff/242047/indicators/ind-online-rate/formula",
    "/staff/242047/tables/indicators/ind-online-rate",
    "/staff/242047/measures",
    "/staff/242047/measures?measure=(1)-①",
    "/staff/242047/online",
    "/staff/242047/settings",
    "/staff/242047/materials",
    "/staff/242047/materials/poster",
    "/staff/242047/link-clicks?kind=year",
    "/staff/242047/notice",
    "/staff/242047/retention",
    "/staff/242047/erasing",
    "/staff/242047/incident",
    "/staff/242047/demo",
    "/staff/242047/opening",
    "/staff/242047/opening/places/new",
    "/staff/242047/opening/places/1",
    "/staff/242047/rich-menu",
    "/staff/242047/rich-menu/usual",
    "/staff/242047/rich-menu/disaster",
]
ON_A_PHONE = [
    "/staff/242047/",
    "/staff/242047/answers",
    "/staff/242047/effect",
    "/staff/242047/review",
    "/staff/242047/review/1",
    "/staff/242047/review/1/answers?department={department}",
    "/staff/242047/changes",
    "/staff/242047/organisation",
    "/staff/242047/words",
    "/staff/242047/checks",
    "/staff/242047/tables/terms",
    "/staff/242047/indicators",
    "/staff/242047/indicators/yearly",
    "/staff/242047/retention",
    "/staff/242047/counts?year=2025",
    "/staff/242047/counts/certificate/2025-04",
    "/staff/242047/measures",
    "/staff/242047/online",
    "/staff/242047/materials",
    "/staff/242047/materials/poster",
    "/staff/242047/link-clicks",
    "/staff/accounts",
    "/staff/audit",
]
WINDOWS = {"pc": {"width": 1280, "height": 900}, "at 400 %": {"width": 320, "height": 256}}
SEEN_IN = [*((window, "light") for window in WINDOWS), ("pc", "dark")]
"""Dark changes colours alone, whatever the window (``console.css``)."""
LOOKS = {("pc", "light"): {"faint edge": FAINT, "large text": LARGE}, ("pc", "dark"): {"faint edge": FAINT}}
"""What is looked at beside, by window and colours: contrast of edges in both, text alone at 200 % where it has room."""


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


@pytest.fixture
def hostile_answer(office: Flask, office_database: Database) -> str:
    """An answer under way whose texts hold what a browser should never run."""
    entry_id = "online-procedures"
    with office_database.writing() as session:
        text = content_of(session.get_one(Entry, ("242047", entry_id)))
        text |= {"question": HOSTILE[:80], "answer": HOSTILE * 3, "phrasings": [HOSTILE[3:70]], "translations": {}}
        writer = Actor("nobody", HOSTILE[:60], edits=True)
        newest = history(session, "242047", entry_id)[0]
        made = save_draft(session, "242047", Text(text, staff_note=HOSTILE), writer, now(), based_on=newest.number)
        take(session, "242047", entry_id, Step.REQUEST, writer, now(), number=made.number)
    return entry_id


@pytest.fixture(scope="module")
def department(office: Flask) -> str:
    """A 課 whose answers are being looked over."""
    kit: Services = office.extensions["kotae"]
    with kit.database.writing() as session:
        deadline = today() + dt.timedelta(days=30)
        review = start_review(session, "242047", HOSTILE[:60], deadline, Author(HOSTILE[:60]), now())
        return next(one.department for one in progress(session, "242047", review.number) if one.department)


@pytest.fixture(scope="module")
def opened(chief: Colleague) -> None:
    """A place with hours and a single day, named as a browser should never run it."""
    path, day = "/staff/242047/opening", {"place": "1", "day": today().isoformat(), "kind": "closed"}
    week = {f"opens_{number}": "08:30" for number in range(5)} | {f"closes_{number}": "17:15" for number in range(5)}
    chief.post(f"{path}/places/new", {"name": HOSTILE[:40], "also_called": HOSTILE[3:40], **week})
    chief.post(f"{path}/days", {**day, "reason": HOSTILE[:60]})


@pytest.fixture(scope="module")
def change(office: Flask, department: str) -> int:
    """A 課 that is to be split, announced."""
    kit: Services = office.extensions["kotae"]
    with kit.database.writing() as session:
        new = [{"課名": HOSTILE[:30]}, {"課名": "分かれた課"}]
        given = Entered(SPLIT, today() + dt.timedelta(days=90), [department], new=new)
        return enter_change(session, "242047", given, Author(HOSTILE[:60]), now()).number


@pytest.fixture(scope="module")
def asked(office: Flask) -> str:
    """A question that somebody at the counter noted, in what a browser should never run."""
    kit: Services = office.extensions["kotae"]
    noted = NotedQuestion("242047", "staff:hostile", "counter", now(), None, HOSTILE, "none")
    with kit.database.writing() as session:
        note(session, noted, "nobody")
    return log_id("242047", noted.key)


@pytest.fixture(scope="module")
def requests(office: Flask, chief: Colleague) -> dict[str, str]:
    """Changes that wait and that were sent back, told in what a browser should never run."""
    kit: Services = office.extensions["kotae"]
    kind, code = KINDS["terms"], "242047"
    own, decides = Author("全体 管理", str(chief.account_id)), Actor("nobody", HOSTILE[:60], approves=True)
    with kit.database.writing() as session:
        plan = session.scalars(select(Term.source_plan).where(Term.municipality_code == code)).first()
        cells = {
            "用語": HOSTILE[:40],
            "意味": HOSTILE,
            STATE: "公開",
            "出典の計画書": plan or "",
            "出典の箇所": HOSTILE[:40],
        }
        cells["確認した日"] = today().isoformat()
        seen = look_at_row(session, code, kind, cells)
        assert seen is not None
        row, made = of_row("terms", "", cells, seen), {}
        sheet = Sheet("用語", (Row(1, kind.headings), Row(2, tuple(cells.get(one, "") for one in kind.headings))))
        plan_of_sheet = planned(session, code, [sheet])
        file = of_sheets(session, code, [sheet], plan_of_sheet, end_missing=False, publish=False)
        wanted = {
            "waiting": (row, Author(HOSTILE[:60], "nobody")),
            "returned": (row, own),
            "returned_sheet": (file, own),
        }
        for name, (proposal, author) in wanted.items():
            found = ask(session, code, proposal, author, BY_COMMAND, now())
            assert found is not None
            made[name] = found.id
        for name in ("returned", "returned_sheet"):
            give_back(session, code, made[name], HOSTILE, decides, BY_COMMAND, now())
    return made


@pytest.fixture(scope="module")
def needs(office: Flask, department: str) -> None:
    """A card that everything was done about, and one that nothing is known of."""
    kit: Services = office.extensions["kotae"]
    day, by = today(), By("1", HOSTILE[:60], now())
    with kit.database.writing() as session:
        make_card(
            session, "242047", 1, Described(HOSTILE[:80], "impossible", department, None, "online-procedures"), now()
        )
        make_card(session, "242047", 2, Described("何もない票", "missing", None, None, None), now())
        session.flush()
        texts = [Waiting(text_key(text), text, last_on=day) for text in (HOSTILE, "蜂の巣を取ってほしい")]
        join(session, "242047", {1: texts})
        card = session.get_one(NeedCard, ("242047", 1))
        inquire(session, card, HOSTILE[:80], day, day + dt.timedelta(days=14), by)
        remind(session, card, day, by)
        take_reply(session, card, HOSTILE, HOSTILE[:200], by)
        inquire(session, card, HOSTILE[:80], day, day + dt.timedelta(days=14), by)
        plant_samples(session, "242047", [HOSTILE, "蜂の巣を取ってほしい"], "nobody")
        plant_words(session, "242047", [HOSTILE, "蜂の巣"])


@pytest.fixture(scope="module")
def counted(office: Flask) -> None:
    """Counts of the offices whose names a browser should never run, and an indicator that is counted from them."""
    kit: Services = office.extensions["kotae"]
    code, name = "242047", HOSTILE[:80]
    with kit.database.writing() as session:
        wanted: dict[CountKey, int | None] = {}
        for month in months_of_year(2025)[:8]:
            wanted |= {CountKey(CERTIFICATES, month, "", name, way): 1000 for way in WAYS}
            wanted |= {CountKey(APPLICATIONS, month, "", name, hour_cell(day, 9)): day for day in range(7)}
        write_counts(session, code, wanted, HOSTILE[:60], now())
        first = next(iter(wanted))
        write_counts(session, code, {first: 900}, HOSTILE[:60], now())
        indicator = session.get_one(Indicator, (code, "ind-online-rate"))
        write_formula(session, indicator, Formula("online_share", (name,), (), note=HOSTILE), HOSTILE[:60], now())


@pytest.fixture(scope="module")
def large(office: Flask, chief: Colleague) -> str:
    """A large file that waits to be read."""
    kit: Services = office.extensions["kotae"]
    with kit.database.writing() as session:
        payload = {"file": "none", "publish": False, "end_missing": False}
        return ask_for(session, "242047", SHEETS_LOOK, payload, now(), str(chief.account_id))


def _context(browser: Browser, origin: str, colleague: Colleague | None, **options: object) -> BrowserContext:
    context = browser.new_context(base_url=origin, locale="ja-JP", bypass_csp=True, **options)
    if colleague is not None:
        context.add_cookies([{"name": "staff", "value": colleague.session_id, "url": origin}])
    return context


@pytest.mark.parametrize(("window", "scheme"), SEEN_IN)
def test_every_page_is_accessible_fits_and_runs_nothing(
    browser: Browser,
    origin: str,
    chief: Colleague,
    odd: int,
    hostile_answer: str,
    department: str,
    opened: None,
    change: int,
    requests: dict[str, str],
    asked: str,
    needs: None,
    counted: None,
    large: str,
    window: str,
    scheme: str,
) -> None:
    wrong, looks = [], LOOKS.get((window, scheme), {})
    for colleague, paths in ((None, OPEN), (chief, PAGES)):
        context = _context(browser, origin, colleague, viewport=WINDOWS[window], color_scheme=scheme)
        page = context.new_page()
        for path in paths:
            given = {
                "id": odd,
                "answer": hostile_answer,
                "department": department,
                "change": change,
                "asked": asked,
                "large": large,
                **requests,
            }
            page.goto(path.format(**given))
            wrong += [f"{path}: {each}" for each in (page_faults if scheme == "light" else faint_texts)(page)]
            wrong += [f"{path}: {name} {each[:200]}" for name, look in looks.items() for each in page.evaluate(look)]
            assert page.title() != "1"
        context.close()
    assert wrong == []


def test_on_a_phone_the_tables_of_every_week_are_read_without_moving_them_sideways_in_forced_colours_too(
    browser: Browser,
    origin: str,
    chief: Colleague,
    department: str,
    change: int,
    requests: dict[str, str],
    counted: None,
) -> None:
    cut = "() => [...document.querySelectorAll('.table')].filter((each) => each.scrollWidth > each.clientWidth + 1).length"
    context = _context(browser, origin, chief, viewport={"width": 390, "height": 844}, forced_colors="active")
    page = context.new_page()
    wrong, unseen = [], {}
    for path in ON_A_PHONE:
        page.goto(path.format(department=department))
        page.wait_for_load_state("load")
        if page.evaluate(cut):
            wrong.append(path)
        unseen[path] = page.evaluate(UNSEEN_IN_FORCED_COLOURS)
    context.close()
    assert wrong == []
    assert {path: found for path, found in unseen.items() if found} == {}


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


def test_password_and_code_may_be_pasted_and_nothing_is_to_be_copied_by_hand(
    browser: Browser, origin: str, office: Flask, office_database: Database
) -> None:
    colleague = signed_in(office, [Role.EDITOR])
    seed, _ = set_up(colleague)
    with office_database.writing() as session:
        account = session.get_one(StaffAccount, colleague.account_id)
        account.password_hash, account.totp_step = hash_password(PASSWORD), None
    context = _context(browser, origin, None, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/staff/sign-in")
    page.get_by_label("ログイン名").fill(colleague.login)
    for label, text in (("パスワード", PASSWORD), ("確認コード", f" {pyotp.TOTP(seed).now()} ")):
        expect(page.get_by_label(label)).to_be_visible()
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        assert page.get_by_label(label).get_attribute("autocomplete") in ("current-password", "one-time-code")
        page.get_by_label(label).press("Control+V")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("確認コード")
    expect(page.get_by_role("button", name="サインアウト")).to_be_visible()
    context.close()


def test_beside_what_stays_in_place_the_focus_is_seen(browser: Browser, origin: str, chief: Colleague) -> None:
    context = _context(browser, origin, chief, viewport={"width": 1280, "height": 500})
    page = context.new_page()
    page.goto("/staff/242047/answers/online-procedures/edit")
    assert page.evaluate("getComputedStyle(document.getElementById('beside')).position") == "sticky"
    assert covered_on_the_way(page) == []
    context.close()


def test_a_change_is_sent_back_and_approved_with_the_keyboard_alone(
    browser: Browser, origin: str, chief: Colleague, requests: dict[str, str], office_database: Database
) -> None:
    context = _context(browser, origin, chief, java_script_enabled=False)
    page = context.new_page()
    page.goto("/staff/242047/changes")
    _tab_to(page, page.locator(f'a[href$="{requests["waiting"]}"]'))
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_role("button", name="差し戻す"))
    _tab_to(page, page.get_by_role("button", name="この内容で承認する"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("承認しました")
    with office_database.reading() as session:
        assert session.get_one(ChangeRequest, requests["waiting"]).state == "approved"
    context.close()


def _tab_to(page: Page, wanted: Locator) -> None:
    """From the top of the page, by the tab key alone."""
    page.locator("body").press("Home")
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    pytest.fail("not to be reached by the tab key")


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
    place.get_by_role("button", name="サインインを続ける").press("Enter")
    expect(place).to_be_hidden()
    page.clock.fast_forward("27:50")
    expect(place).to_be_hidden()
    page.clock.fast_forward("00:15")
    expect(place).to_contain_text("あと2分ほど")
    page.clock.fast_forward("02:00")
    expect(place).to_contain_text("サインアウトしました")
    context.close()
