"""Text that was typed when a session ended is there again after signing in; for its writer, and nobody else."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from knowledge.db import Database
from knowledge.models import StaffAccount
from knowledge.passwords import hash_password
from knowledge.roles import Role
from tests.support.staff import HOST, ORIGIN, Colleague, check_page, signed_in

PASSWORD = "みかんと青い鉄橋 umbrella 7"
TEXT = '一行目\n<b>二行目</b> & "三"'
NEW = {"login": "new-kept", "name": TEXT[:3], "role": "viewer", "email": "", "starts_on": "2026-04-01", "note": TEXT}


@pytest.fixture
def admin(office: Flask, office_database: Database) -> Colleague:
    found = signed_in(office, [Role.ADMIN], "242047")
    _give_password(office_database, found)
    return found


def _give_password(database: Database, colleague: Colleague) -> None:
    with database.writing() as session:
        session.get_one(StaffAccount, colleague.account_id).password_hash = hash_password(PASSWORD)


def _hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def _send(colleague: Colleague, path: str, data: dict[str, str], status: int) -> TestResponse:
    response = colleague.client.post(path, data=data, headers={"Host": HOST, "Origin": ORIGIN})
    assert response.status_code == status, response.text
    if response.mimetype == "text/html" and status != 303:
        check_page(response.text)
    return response


def test_a_form_goes_on_after_signing_in_again(admin: Colleague) -> None:
    with time_machine.travel(dt.datetime(2099, 11, 24, tzinfo=dt.UTC)):
        door = admin.post("/staff/accounts/add", NEW, status=403)
        assert "書いたものの続き" in door.text
        page = _send(
            admin,
            "/staff/sign-in",
            {**_hidden_form(door.text, "/staff/sign-in"), "login": admin.login, "password": PASSWORD},
            200,
        )
        assert html.escape(TEXT, quote=False).replace("&#34;", '"') in page.text.replace("&#34;", '"')
        fields = _hidden_form(page.text, "/staff/accounts/add")
        assert {name: fields[name] for name in NEW} == NEW
        assert _send(admin, "/staff/accounts/add", fields, 303).location.startswith("/staff/accounts/")


def test_what_was_written_is_shown_by_the_names_of_its_fields(office: Flask, office_database: Database) -> None:
    writer = signed_in(office, [Role.EDITOR], "242047")
    _give_password(office_database, writer)
    typed = {
        "slot": "20261122094648733584",
        "question": "続きを書けますか？",
        "answer": "書けます。",
        "staff_note": "確認中",
        "audience": "public",
        "act": "save",
    }
    with time_machine.travel(dt.datetime(2099, 11, 24, tzinfo=dt.UTC)):
        door = writer.post("/staff/242047/new-answer", typed, status=403)
        given = {**_hidden_form(door.text, "/staff/sign-in"), "login": writer.login, "password": PASSWORD}
        page = _send(writer, "/staff/sign-in", given, 200).text
    shown = re.sub(r"<[^>]+>", "", page.split("<main", 1)[1])
    for words in ("質問", "続きを書けますか？", "答え", "書けます。", "職員メモ", "確認中"):
        assert words in shown
    assert "public" not in shown
    assert "save" not in shown
    assert typed["slot"] not in shown
    assert _hidden_form(page, "/staff/242047/new-answer").items() >= typed.items()


def _hidden_form(page: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form is not None
    return _hidden(form[0])


def test_a_form_goes_on_after_the_password_was_given_again(admin: Colleague) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=15)):
        door = admin.post("/staff/accounts/add", {**NEW, "login": "new-confirmed"}, status=403)
        fields = _hidden_form(door.text, "/staff/confirm")
        _send(admin, "/staff/confirm", {**fields, "password": "wrong"}, 422)
        page = _send(admin, "/staff/confirm", {**fields, "password": PASSWORD}, 200)
        _send(admin, "/staff/accounts/add", _hidden_form(page.text, "/staff/accounts/add"), 303)


def test_it_is_given_to_nobody_else(office: Flask, office_database: Database, admin: Colleague) -> None:
    other = signed_in(office, [Role.ADMIN], "242047")
    _give_password(office_database, other)
    with time_machine.travel(dt.datetime(2099, 11, 24, tzinfo=dt.UTC)):
        door = admin.post("/staff/accounts/add", NEW, status=403)
        fields = _hidden_form(door.text, "/staff/sign-in")
        answer = _send(admin, "/staff/sign-in", {**fields, "login": other.login, "password": PASSWORD}, 303)
        assert answer.location == "/staff/"


@pytest.mark.parametrize("kept", ["", "x", "W10.x.y", "W10"])
def test_a_forged_one_is_as_if_it_were_not_there(admin: Colleague, kept: str) -> None:
    with time_machine.travel(dt.datetime(2099, 11, 24, tzinfo=dt.UTC)):
        page = admin.get("/staff/sign-in").text
        fields = _hidden_form(page, "/staff/sign-in")
        _send(admin, "/staff/sign-in", {**fields, "kept": kept, "login": admin.login, "password": PASSWORD}, 303)


def test_a_form_of_another_site_is_not_kept(admin: Colleague) -> None:
    with time_machine.travel(dt.datetime(2099, 11, 24, tzinfo=dt.UTC)):
        admin.post("/staff/accounts/add", {**NEW, "csrf_token": "0" * 64}, status=303)


def test_no_password_is_kept(admin: Colleague) -> None:
    with time_machine.travel(dt.datetime(2099, 11, 24, tzinfo=dt.UTC)):
        admin.post("/staff/me/password", {"password": PASSWORD, "again": PASSWORD}, status=303)
