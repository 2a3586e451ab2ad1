"""The door of the console: in, out, and not by force."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.console import entering
from bot.console.door import WRONG
from knowledge import passwords
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import AuditLine, SignInFailure, StaffAccount, StaffSession
from knowledge.passwords import hash_password
from knowledge.roles import Grant, Role
from knowledge.sessions import session_hash
from knowledge.sign_in import visitor
from tests.support.staff import HOST, add_colleague, signed_in, visit

PASSWORD = "みかんと青い鉄橋 umbrella 7"


@pytest.fixture
def colleague(office_database: Database) -> str:
    """The login name of somebody with a password."""
    account_id, login = add_colleague(office_database, [Grant(Role.EDITOR, "242047")])
    with office_database.writing() as session:
        session.get_one(StaffAccount, account_id).password_hash = hash_password(PASSWORD)
    return login


def test_the_right_password_opens_and_signing_out_closes(
    office_database: Database, stranger: FlaskClient, colleague: str
) -> None:
    response = visit(stranger, "/staff/sign-in", {"login": colleague.upper(), "password": PASSWORD})
    assert response.location == "/staff/"
    cookie = stranger.get_cookie("staff", domain=HOST)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path, cookie.secure) == (True, "Lax", "/", False)
    with office_database.reading() as session:
        kept = session.get(StaffSession, session_hash(cookie.value))
        assert kept is not None
        assert not session.scalars(select(StaffSession).where(StaffSession.id_hash == cookie.value)).all()
    page = stranger.get("/staff/242047/", headers={"Host": HOST})
    assert page.status_code == 200
    left = _press(stranger, page.text, "/staff/sign-out")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    stranger.set_cookie("staff", cookie.value, domain=HOST)
    assert stranger.get("/staff/242047/", headers={"Host": HOST}).status_code == 303


def _press(client: FlaskClient, page: str, address: str) -> TestResponse:
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(address, data={"csrf_token": token}, headers={"Host": HOST, "Origin": f"http://{HOST}"})


@pytest.mark.parametrize("wrong", ["password", "login", "both", "empty"])
def test_whatever_is_wrong_the_same_is_said(stranger: FlaskClient, colleague: str, wrong: str) -> None:
    login = "somebody-else" if wrong in ("login", "both") else colleague
    password = {"login": PASSWORD, "empty": ""}.get(wrong, "not the password at all")
    page = visit(stranger, "/staff/sign-in", {"login": login, "password": password}, status=422)
    assert WRONG in page.text
    assert stranger.get_cookie("staff", domain=HOST) is None


def test_a_name_that_nobody_has_is_not_written_down(office_database: Database, stranger: FlaskClient) -> None:
    visit(stranger, "/staff/sign-in", {"login": "my-secret-password", "password": "x"}, status=422)
    with office_database.reading() as session:
        line = session.scalars(select(AuditLine).order_by(AuditLine.number.desc())).first()
        assert line is not None
        assert (line.action, line.refused, line.subject) == ("sign_in_failed", True, "")
        assert "my-secret" not in str(line.__dict__)
        assert all("my-secret" not in row.login_hash for row in session.scalars(select(SignInFailure)))


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"disabled": True}, id="disabled"),
        pytest.param({"active_until": dt.date(2020, 1, 1)}, id="over"),
        pytest.param({"active_from": dt.date(2099, 1, 1)}, id="not yet"),
        pytest.param({"password_hash": None}, id="no password yet"),
    ],
)
def test_an_account_that_may_not_be_used_opens_nothing(
    office_database: Database, stranger: FlaskClient, colleague: str, how: dict[str, object]
) -> None:
    with office_database.writing() as session:
        account = session.scalars(select(StaffAccount).where(StaffAccount.login == colleague)).one()
        for name, value in how.items():
            setattr(account, name, value)
    assert WRONG in visit(stranger, "/staff/sign-in", {"login": colleague, "password": PASSWORD}, status=422).text


def test_a_session_ends_with_its_account(office: Flask, office_database: Database) -> None:
    person = signed_in(office)
    person.get("/staff/242047/")
    with office_database.writing() as session:
        session.get_one(StaffAccount, person.account_id).disabled = True
    person.get("/staff/242047/", 303)


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_a_session_that_is_not_used_ends_after_half_an_hour(office: Flask, minutes: int, status: int) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 0, 0, tzinfo=dt.UTC), tick=False) as clock:
        person = signed_in(office)
        clock.shift(dt.timedelta(minutes=minutes))
        person.get("/staff/242047/", status)


def test_a_session_ends_after_ten_hours_however_much_it_is_used(office: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 0, 0, tzinfo=dt.UTC), tick=False) as clock:
        person = signed_in(office)
        for _ in range(29):
            clock.shift(dt.timedelta(minutes=20))
            person.get("/staff/242047/")
        clock.shift(dt.timedelta(minutes=20))
        person.get("/staff/242047/", 303)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Origin": f"http://{HOST}"}, 422, id="our origin"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 422, id="the browser says so"),
        pytest.param({}, 400, id="nothing said"),
        pytest.param({"Origin": "null"}, 400, id="null"),
        pytest.param({"Origin": "https://evil.example"}, 400, id="another's"),
        pytest.param({"Origin": f"http://{HOST}.evil.example"}, 400, id="a name like ours"),
        pytest.param({"Origin": f"http://{HOST}:9"}, 400, id="another port"),
        pytest.param({"Origin": "http://[::1"}, 400, id="half an address"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"}, 400, id="cross-site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 400, id="same site"),
        pytest.param({"Sec-Fetch-Site": "none"}, 400, id="none"),
    ],
)
def test_a_form_is_taken_from_our_own_pages_alone(stranger: FlaskClient, headers: dict[str, str], status: int) -> None:
    page = stranger.get("/staff/sign-in", headers={"Host": HOST})
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"csrf_token": token, "login": "a", "password": "b"}
    assert stranger.post("/staff/sign-in", data=data, headers={"Host": HOST, **headers}).status_code == status


@pytest.mark.parametrize("token", ["", "0" * 64, "ｱ"])
def test_a_form_without_its_token_is_refused(office: Flask, token: str) -> None:
    person = signed_in(office)
    person.post("/staff/sign-out", {"csrf_token": token}, status=400)
    person.get("/staff/242047/")


def test_the_token_of_another_session_is_refused(office: Flask) -> None:
    one, other = signed_in(office), signed_in(office)
    page = other.get("/staff/242047/").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    one.post("/staff/sign-out", {"csrf_token": token}, status=400)


def test_guessing_is_slowed_and_nobody_locked_out(
    monkeypatch: pytest.MonkeyPatch, office_database: Database, stranger: FlaskClient, colleague: str
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(entering, "pause", waits.append)
    for _ in range(13):
        visit(stranger, "/staff/sign-in", {"login": colleague, "password": "wrong"}, status=422)
    assert waits == [0.5, 1.0, 2.0]
    visit(stranger, "/staff/sign-in", {"login": colleague, "password": PASSWORD})
    assert waits[3:] == [4.0]
    visit(stranger, "/staff/sign-in", {"login": colleague, "password": PASSWORD})
    assert len(waits) == 4


@pytest.mark.parametrize("login", ["known", "unknown"])
def test_whoever_it_is_one_password_is_hashed(
    monkeypatch: pytest.MonkeyPatch, stranger: FlaskClient, colleague: str, login: str
) -> None:
    """What takes the time is done for a name that nobody has, too."""
    hashed: list[str] = []
    real = passwords._HASHER.verify

    def count(kept: str, given: bytes) -> bool:
        hashed.append(kept[:31])
        return real(kept, given)

    monkeypatch.setattr(type(passwords._HASHER), "verify", lambda _, kept, given: count(kept, given))
    named = colleague if login == "known" else "nobody-at-all"
    visit(stranger, "/staff/sign-in", {"login": named, "password": "wrong"}, status=422)
    assert hashed == ["$argon2id$v=19$m=19456,t=2,p=1$"]


LONGEST = "あ🐟é x" * 25 + "の終"
"""A password of 128 letters, of four bytes and fewer, with blanks."""


def test_a_password_is_looked_at_to_its_last_letter(
    office_database: Database, stranger: FlaskClient, colleague: str
) -> None:
    given = LONGEST + "わり"[: 128 - len(LONGEST)]
    assert len(given) == 128
    assert len(given.encode()) > 255
    with office_database.writing() as session:
        account = session.scalars(select(StaffAccount).where(StaffAccount.login == colleague)).one()
        account.password_hash = hash_password(given)
    for wrong in (given[:-1], given[:-1] + "ん", given + "ん", given * 2, given[:72], f" {given}", given.upper()):
        visit(stranger, "/staff/sign-in", {"login": colleague, "password": wrong}, status=422)
    visit(stranger, "/staff/sign-in", {"login": colleague, "password": given})


def test_fifty_failures_of_one_address_slow_it_whatever_names_it_tries(
    monkeypatch: pytest.MonkeyPatch, office: Flask, colleague: str
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(entering, "pause", waits.append)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: quick.hash(b"nobody's"))
    guessing, colleagues = office.test_client(), office.test_client()
    guessing.environ_base = {**guessing.environ_base, "REMOTE_ADDR": "203.0.113.7"}
    for number in range(50):
        visit(guessing, "/staff/sign-in", {"login": f"name-{number}", "password": "wrong"}, status=422)
    assert waits == []
    for number in range(50, 54):
        visit(guessing, "/staff/sign-in", {"login": f"name-{number}", "password": "wrong"}, status=422)
    assert waits == [0.5, 1.0, 2.0, 4.0]
    visit(colleagues, "/staff/sign-in", {"login": colleague, "password": PASSWORD})
    assert len(waits) == 4, "whoever sits elsewhere does not wait"
    visit(guessing, "/staff/sign-in", {"login": colleague, "password": PASSWORD})
    assert waits[4:] == [8.0], "slowed, and let in all the same"


def test_of_an_address_one_guess_waits_and_the_colleague_whose_name_is_guessed_still_comes_in(
    monkeypatch: pytest.MonkeyPatch, stranger: FlaskClient, office: Flask, office_database: Database, colleague: str
) -> None:
    pepper = stranger.application.extensions["kotae"].settings.pepper
    with office_database.writing() as session:
        who = visitor(pepper, colleague, "", now())
        session.add_all(SignInFailure(login_hash=who.login_hash, address_hash="x", at=now()) for _ in range(10))
    answers: list[int] = []

    def meanwhile(_: float) -> None:
        """While the guess waits: another from the same address, and the colleague from their own."""
        monkeypatch.setattr(entering, "pause", lambda _: None)
        busy = visit(stranger, "/staff/sign-in", {"login": colleague, "password": PASSWORD}, status=429)
        assert busy.headers["Retry-After"] == "10"
        elsewhere = office.test_client()
        elsewhere.environ_base = {**elsewhere.environ_base, "REMOTE_ADDR": "203.0.113.9"}
        answers.append(visit(elsewhere, "/staff/sign-in", {"login": colleague, "password": PASSWORD}).status_code)

    monkeypatch.setattr(entering, "pause", meanwhile)
    visit(stranger, "/staff/sign-in", {"login": colleague, "password": "wrong"}, status=422)
    assert answers == [303]


def test_no_more_wait_at_once_than_leaves_residents_served(
    monkeypatch: pytest.MonkeyPatch, office: Flask, office_database: Database, colleague: str
) -> None:
    with office_database.writing() as session:
        who = visitor(office.extensions["kotae"].settings.pepper, colleague, "", now())
        session.add_all(SignInFailure(login_hash=who.login_hash, address_hash="x", at=now()) for _ in range(10))
    reached: list[int] = []

    def another(_: float) -> None:
        reached.append(len(reached))
        client = office.test_client()
        client.environ_base = {**client.environ_base, "REMOTE_ADDR": f"203.0.113.{len(reached)}"}
        status = 429 if len(reached) == entering.MOST_WAITING else 422
        visit(client, "/staff/sign-in", {"login": colleague, "password": "wrong"}, status=status)

    monkeypatch.setattr(entering, "pause", another)
    visit(office.test_client(), "/staff/sign-in", {"login": colleague, "password": "wrong"}, status=422)
    assert len(reached) == entering.MOST_WAITING


@pytest.mark.parametrize("path", ["/staff/none/none/none", "/staff/242047/none"])
def test_a_page_that_is_not_there_says_so_within_the_console(stranger: FlaskClient, path: str) -> None:
    response = stranger.get(path, headers={"Host": HOST})
    assert response.status_code == 404
    assert "職員用のはじめのページへ" in response.text
    assert response.headers["Cache-Control"] == "no-store"
