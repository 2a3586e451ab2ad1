"""Choosing a password with a code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from bot.console import invitation
from bot.staff_commands import new_first_code
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import AuditLine, StaffAccount
from knowledge.one_time_codes import INVITATION, make_codes
from knowledge.roles import Grant, Role
from tests.support.staff import HOST, add_colleague, visit

PASSWORD = "みかんと青い鉄橋 umbrella 7"
CHOICE = {"login": "yamada-h", "name": "山田 花子", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def empty(office_database: Database) -> Iterator[Database]:
    """Nobody has an account."""
    with office_database.writing() as session:
        session.execute(delete(StaffAccount))
    yield office_database
    with office_database.writing() as session:
        session.execute(delete(StaffAccount))


def _first_code(database: Database) -> str:
    code = new_first_code(database, now())
    assert code is not None
    return code


def test_the_first_administrator_comes_in_with_the_code(empty: Database, stranger: FlaskClient) -> None:
    code = _first_code(empty)
    assert visit(stranger, "/staff/first", {"code": code.lower().replace("-", " "), **CHOICE}).location == "/staff/"
    assert "山田 花子さん" in stranger.get("/staff/", headers={"Host": HOST}).text
    assert new_first_code(empty, now()) is None
    visit(stranger, "/staff/first", {"code": code, **CHOICE, "login": "another"}, status=422)


def test_asking_again_replaces_the_code(empty: Database, stranger: FlaskClient) -> None:
    old, new = _first_code(empty), _first_code(empty)
    visit(stranger, "/staff/first", {"code": old, **CHOICE}, status=422)
    visit(stranger, "/staff/first", {"code": new, **CHOICE})


def test_the_code_dies_after_a_day(empty: Database, stranger: FlaskClient) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, tzinfo=dt.UTC), tick=False) as clock:
        code = _first_code(empty)
        clock.shift(dt.timedelta(hours=24, seconds=1))
        visit(stranger, "/staff/first", {"code": code, **CHOICE}, status=422)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"password": "short", "again": "short"}, "12文字以上", id="short"),
        pytest.param({"again": "something else"}, "同じではありません", id="typed twice"),
        pytest.param({"login": "や"}, "ログイン名は", id="login"),
        pytest.param({"name": ""}, "表示名を", id="name"),
        pytest.param({"code": ""}, "コードを入力", id="no code"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(
    empty: Database, stranger: FlaskClient, changes: dict[str, str], said: str
) -> None:
    code = _first_code(empty)
    page = visit(stranger, "/staff/first", {"code": code, **CHOICE, **changes}, status=422)
    assert said in page.text
    assert PASSWORD not in page.text
    visit(stranger, "/staff/first", {"code": code, **CHOICE})


@pytest.mark.parametrize("screen", ["first", "invitation"])
def test_without_a_good_code_nobody_has_a_password_looked_at_or_hashed(
    empty: Database, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    """Both take long, and anybody may send these forms."""

    def never(*_: object) -> None:
        raise AssertionError("looked at")

    monkeypatch.setattr(invitation, "password_errors", never)
    monkeypatch.setattr(invitation, "hash_password", never)
    page = visit(stranger, f"/staff/{screen}", {"code": "ABCDE-FGHJK-MNPQR-STVWX", **CHOICE}, status=422)
    assert "コードが違うか" in page.text


def test_an_invited_colleague_chooses_a_password_once(office: Flask, office_database: Database) -> None:
    account_id, login = add_colleague(office_database, [Grant(Role.EDITOR, "242047")])
    with office_database.writing() as session:
        (code,) = make_codes(session, INVITATION, account_id, now())
    choice = {"code": code, "login": login, "password": PASSWORD, "again": PASSWORD}
    visit(office.test_client(), "/staff/invitation", {**choice, "login": "somebody"}, status=422)
    visit(office.test_client(), "/staff/invitation", choice)
    with office_database.reading() as session:
        lines = session.scalars(
            select(AuditLine).where(AuditLine.subject == login, AuditLine.action == "signed_in")
        ).all()
    assert [line.details for line in lines] == [{"how": "invitation"}]
    visit(office.test_client(), "/staff/invitation", choice, status=422)
    visit(office.test_client(), "/staff/sign-in", {"login": login, "password": PASSWORD})
