"""Who may open what: one table, deny by default."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask, url_for

from bot.console.guard import Verdict, all_needs, judge, own_path
from bot.console.needs import HALF_WAY, NEEDS, OPEN, SIGNED_IN, Need, Where
from knowledge.calendar import now
from knowledge.models import StaffSession
from knowledge.roles import Grant, Person, Role
from knowledge.sessions import SignedIn, session_hash
from tests.support.staff import HOST, ORIGIN, signed_in

NOON = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
TOWN, OTHER = "242047", "222232"
EDITS = Need(Where.IN_TOWN, Role.EDITOR)
EDITS_SOMEWHERE = Need(Where.ANYWHERE, Role.EDITOR)
AUDITS_OR_EDITS = Need(Where.ANYWHERE, Role.AUDITOR, Role.EDITOR)
GIVEN_AGAIN = Need(Where.IN_TOWN, Role.EDITOR, fresh=True)


def session_of(*, full: bool = True, totp: bool = True, office: bool = False, role: Role = Role.EDITOR) -> SignedIn:
    me = Person(1, "me", "わたし", (Grant(role, TOWN),))
    return SignedIn("", me, full, NOON, NOON, NOON, NOON, totp, office)


ME, VIEWER, HALF, NO_STEP = session_of(), session_of(role=Role.VIEWER), session_of(full=False), session_of(totp=False)


@pytest.mark.parametrize(
    ("need", "who", "code", "verdict"),
    [
        (None, ME, TOWN, Verdict.DENIED),
        (None, None, None, Verdict.DENIED),
        (OPEN, None, None, Verdict.PASS),
        (OPEN, HALF, None, Verdict.PASS),
        (HALF_WAY, None, None, Verdict.SIGN_IN),
        (HALF_WAY, HALF, None, Verdict.PASS),
        (HALF_WAY, ME, None, Verdict.UNKNOWN),
        (SIGNED_IN, None, None, Verdict.SIGN_IN),
        (SIGNED_IN, HALF, None, Verdict.SECOND_STEP),
        (SIGNED_IN, NO_STEP, None, Verdict.SET_UP),
        (SIGNED_IN, session_of(totp=False, office=True), None, Verdict.PASS),
        (SIGNED_IN, ME, None, Verdict.PASS),
        (EDITS, None, TOWN, Verdict.SIGN_IN),
        (EDITS, HALF, TOWN, Verdict.SECOND_STEP),
        (EDITS, NO_STEP, TOWN, Verdict.SET_UP),
        (EDITS, ME, TOWN, Verdict.PASS),
        (EDITS, ME, OTHER, Verdict.UNKNOWN),
        (EDITS, ME, None, Verdict.UNKNOWN),
        (EDITS, VIEWER, TOWN, Verdict.DENIED),
        (EDITS, VIEWER, OTHER, Verdict.UNKNOWN),
        (EDITS_SOMEWHERE, ME, None, Verdict.PASS),
        (EDITS_SOMEWHERE, VIEWER, None, Verdict.DENIED),
        (AUDITS_OR_EDITS, ME, None, Verdict.PASS),
        (AUDITS_OR_EDITS, session_of(role=Role.AUDITOR), None, Verdict.PASS),
        (AUDITS_OR_EDITS, VIEWER, None, Verdict.DENIED),
        (GIVEN_AGAIN, ME, TOWN, Verdict.CONFIRM),
        (GIVEN_AGAIN, ME, OTHER, Verdict.UNKNOWN),
        (GIVEN_AGAIN, VIEWER, TOWN, Verdict.DENIED),
    ],
)
def test_who_passes(need: Need | None, who: SignedIn | None, code: str | None, verdict: Verdict) -> None:
    assert judge(need, who, code, totp_asked=True, is_fresh=False, setting_up=False) is verdict


def test_what_is_delicate_opens_with_the_password_given_again() -> None:
    assert judge(GIVEN_AGAIN, ME, TOWN, totp_asked=True, is_fresh=True, setting_up=False) is Verdict.PASS
    assert judge(GIVEN_AGAIN, ME, OTHER, totp_asked=True, is_fresh=True, setting_up=False) is Verdict.UNKNOWN


def test_without_a_second_step_only_what_sets_it_up_opens_where_one_is_asked_for() -> None:
    assert judge(SIGNED_IN, NO_STEP, None, totp_asked=True, is_fresh=False, setting_up=True) is Verdict.PASS
    assert judge(SIGNED_IN, NO_STEP, None, totp_asked=False, is_fresh=False, setting_up=False) is Verdict.PASS
    assert judge(SIGNED_IN, HALF, None, totp_asked=False, is_fresh=False, setting_up=True) is Verdict.SECOND_STEP


def test_every_page_of_the_console_is_in_the_table_and_nothing_else_is(site: Flask) -> None:
    with site.app_context():
        needs = all_needs()
    assert [endpoint for endpoint, need in needs.items() if need is None] == []
    assert set(NEEDS) - set(needs) == set()


def test_a_page_of_one_municipality_has_its_code_in_its_address(site: Flask) -> None:
    for rule in site.url_map.iter_rules():
        if rule.rule.startswith("/staff") and (need := NEEDS.get(rule.endpoint)):
            assert (need.where is Where.IN_TOWN) == ("code" in rule.arguments), rule.rule


DELICATE = {
    "利用者": {"console.accounts", "console.account_roles", "console.account_handover", "console.account_import"},
    "2段階目・パスワード": {"console.totp", "console.me.password"},
    "まとめての消去": {"console.erasing"},
    "記録の書き出し": {"console.log_file.start", "console.log_file.take", "console.audit_log.export"},
    "保存期間": {"console.retention.save"},
}
"""What asks for the password again, by its blueprint or its page."""
SAMPLE = "console.account_import.sample"
"""An empty table."""


def test_every_page_that_is_delicate_asks_for_the_password_of_long_ago(site: Flask) -> None:
    chief, kit = signed_in(site, list(Role), None), site.extensions["kotae"]
    with kit.database.writing() as session:
        held = session.get_one(StaffSession, session_hash(chief.session_id))
        held.confirmed_at = now() - dt.timedelta(minutes=11)
    opened = set()
    for rule in site.url_map.iter_rules():
        if not rule.rule.startswith("/staff") or not NEEDS[rule.endpoint].fresh:
            continue
        given = {name: "242047" if name == "code" else 1 for name in rule.arguments}
        with site.test_request_context(headers={"Host": HOST}):
            path = url_for(rule.endpoint, **given)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = chief.client.open(path, method=method, headers={"Host": HOST, "Origin": ORIGIN})
            asked = answer.status_code == 303 and answer.location.startswith("/staff/confirm")
            assert asked or (answer.status_code == 403 and 'action="/staff/confirm' in answer.text), f"{method} {path}"
        opened.add(rule.endpoint)
    for about, places in DELICATE.items():
        ours = {one for one in NEEDS if one.startswith(tuple(places)) and one != SAMPLE}
        assert ours, about
        assert ours <= opened, about


def test_whoever_is_not_signed_in_is_sent_to_the_door(site: Flask) -> None:
    for path in ("/staff/", "/staff/242047/"):
        response = site.test_client().get(path, headers={"Host": HOST})
        assert response.status_code == 303
        assert response.location.startswith("/staff/sign-in?next=")
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "next_page"),
    [
        ("/staff/242047/", "/staff/242047/"),
        ("/staff/242047/answers?page=2", "/staff/242047/answers?page%3D2"),
    ],
)
def test_after_signing_in_one_goes_on_to_the_page_that_was_opened(site: Flask, path: str, next_page: str) -> None:
    for opening in (site.test_client().get, site.test_client().head):
        assert opening(path, headers={"Host": HOST}).location == f"/staff/sign-in?next={next_page}"


@pytest.mark.parametrize(
    ("came_from", "location"),
    [
        (f"http://{HOST}/staff/242047/answers", "/staff/sign-in?next=/staff/242047/answers"),
        ("http://elsewhere.example/staff/242047/answers", "/staff/sign-in"),
        (f"http://{HOST}/242047/", "/staff/sign-in"),
        (None, "/staff/sign-in"),
    ],
)
def test_after_a_button_one_goes_on_to_the_page_on_which_it_was(
    site: Flask, came_from: str | None, location: str
) -> None:
    headers = {"Host": HOST, "Origin": ORIGIN} | ({"Referer": came_from} if came_from else {})
    pressed = site.test_client().post("/staff/242047/settings", headers=headers)
    assert (pressed.status_code, pressed.location) == (303, location)


def test_a_person_of_one_municipality_goes_straight_to_it(site: Flask) -> None:
    assert signed_in(site).get("/staff/", 303).location == "/staff/242047/"


def test_another_municipality_is_as_if_it_were_not_there(site: Flask) -> None:
    colleague = signed_in(site)
    assert "松阪市" in colleague.get("/staff/242047/").text
    colleague.get("/staff/222232/", 404)
    colleague.get("/staff/999999/", 404)


@pytest.mark.parametrize(
    "page", ["", "settings", "plans", "common-updates", "slots/sheet.xlsx", "answers", "retention"]
)
@pytest.mark.parametrize("code", ["999999", "x", "%3Cscript%3E"])
def test_a_municipality_that_is_none_is_not_there_for_whoever_works_for_all(site: Flask, page: str, code: str) -> None:
    signed_in(site, list(Role), None).get(f"/staff/{code}/{page}", 404)


def test_whoever_works_for_all_chooses_one(site: Flask) -> None:
    page = signed_in(site, [Role.VIEWER], None).get("/staff/").text
    assert "松阪市" in page
    assert "東温市" in page


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/staff/242047/", True),
        ("/staff/242047/answers?page=2&q=%E3%81%94", True),
        ("/", False),
        ("/242047/", False),
        ("//evil.example/staff/", False),
        ("https://evil.example/staff/", False),
        ("/staff//evil.example", False),
        ("/staff/\\evil.example", False),
        ("/\\evil.example", False),
        ("/staff/\r\nSet-Cookie: a=b", False),
        ("/staff/../242047/", False),
        ("https:evil.example", False),
        ("%2f%2fevil.example/staff/", False),
        ("/%2f%2fevil.example", False),
        ("/staff/%0d%0aSet-Cookie:%20a=b", True),
        ("/staff/%2f%2fevil.example", True),
        ("\t//evil.example", False),
        ("javascript:alert(1)//staff/", False),
        ("", False),
        (None, False),
    ],
)
def test_nobody_is_sent_to_a_page_elsewhere(path: str | None, own: bool) -> None:
    assert (own_path(path) is not None) == own
    if own:
        there = urlsplit(urljoin(f"{ORIGIN}/staff/sign-in", str(path)))
        assert (there.scheme, there.netloc) == ("http", HOST), "a browser stays with us"
