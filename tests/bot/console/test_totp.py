"""The second step: a code works once, a recovery code works once, and in production nothing opens without."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from knowledge.db import Database
from knowledge.models import StaffAccount
from knowledge.passwords import hash_password
from knowledge.roles import Grant, Role
from tests.support.staff import HOST, Colleague, add_colleague, signed_in, signed_in_as, visit

PASSWORD = "みかんと青い鉄橋 umbrella 7"
NOON = dt.datetime(2026, 11, 24, 3, 0, 5, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as found:
        yield found


def set_up(colleague: Colleague) -> tuple[str, list[str]]:
    """The seed, as it is typed from the page, and the recovery codes."""
    page = colleague.get("/staff/me/totp").text
    assert 'src="data:image/svg+xml' in page
    seed = re.search(r'id="letters">([A-Z2-7 ]+)<', page)
    kept = re.search(r'name="seed" value="([^"]+)"', page)
    assert seed is not None
    assert kept is not None
    letters = seed[1].replace(" ", "")
    wrong = f"{(int(pyotp.TOTP(letters).now()) + 1) % 1000000:06}"
    colleague.post("/staff/me/totp", {"seed": kept[1], "code": wrong}, status=422)
    code = pyotp.TOTP(letters).now()
    done = colleague.post("/staff/me/totp", {"seed": kept[1], "code": f"{code[:3]} {code[3:]}"}, status=200).text
    return letters, re.findall(r"<code>([A-Z0-9-]+)</code>", done)


@pytest.mark.parametrize("seed", ["", "x", "かぎ", "</script>", "gAAAA\u2028"])
def test_a_seed_that_no_page_gave_leads_back_to_a_new_one(office: Flask, seed: str) -> None:
    assert signed_in(office).post("/staff/me/totp", {"seed": seed, "code": "123456"}).location == "/staff/me/totp"


@pytest.fixture
def guarded(
    office: Flask, office_database: Database, clock: time_machine.Coordinates
) -> tuple[Colleague, str, list[str]]:
    """Somebody with a password and a second step, the seed, and the recovery codes."""
    colleague = signed_in(office)
    with office_database.writing() as session:
        session.get_one(StaffAccount, colleague.account_id).password_hash = hash_password(PASSWORD)
    return colleague, *set_up(colleague)


def half_way(office: Flask, login: str) -> FlaskClient:
    browser = office.test_client()
    response = visit(browser, "/staff/sign-in", {"login": login, "password": PASSWORD})
    assert response.location.startswith("/staff/second-step")
    return browser


@pytest.mark.usefixtures("clock")
def test_the_password_alone_opens_no_page(office: Flask, guarded: tuple[Colleague, str, list[str]]) -> None:
    browser = half_way(office, guarded[0].login)
    for path in ("/staff/", "/staff/242047/", "/staff/me", "/staff/me/totp", "/staff/confirm"):
        response = browser.get(path, headers={"Host": HOST})
        assert response.status_code == 303
        assert response.location.startswith("/staff/second-step")


def test_a_code_opens_once(
    office: Flask, guarded: tuple[Colleague, str, list[str]], clock: time_machine.Coordinates
) -> None:
    colleague, seed, _ = guarded
    first, second = half_way(office, colleague.login), half_way(office, colleague.login)
    used_at_set_up = pyotp.TOTP(seed).now()
    visit(first, "/staff/second-step", {"code": used_at_set_up}, status=422)
    clock.shift(30)
    before = used_at_set_up
    visit(first, "/staff/second-step", {"code": before}, status=422)
    code = pyotp.TOTP(seed).now()
    half = first.get_cookie("staff", domain=HOST)
    visit(first, "/staff/second-step", {"code": code})
    whole = first.get_cookie("staff", domain=HOST)
    assert half is not None
    assert whole is not None
    assert half.value != whole.value
    assert first.get("/staff/242047/", headers={"Host": HOST}).status_code == 200
    visit(second, "/staff/second-step", {"code": code}, status=422)


@pytest.mark.usefixtures("clock")
def test_each_of_ten_recovery_codes_opens_once(office: Flask, guarded: tuple[Colleague, str, list[str]]) -> None:
    colleague, _, codes = guarded
    assert len(set(codes)) == 10
    visit(half_way(office, colleague.login), "/staff/second-step", {"code": codes[3].lower()})
    visit(half_way(office, colleague.login), "/staff/second-step", {"code": codes[3]}, status=422)
    assert "あと9個" in colleague.get("/staff/me").text
    new = colleague.post("/staff/me/recovery-codes", status=200).text
    assert codes[4] not in new
    visit(half_way(office, colleague.login), "/staff/second-step", {"code": codes[4]}, status=422)


@pytest.mark.usefixtures("clock")
def test_a_seed_is_not_readable_in_the_database(
    office_database: Database, guarded: tuple[Colleague, str, list[str]]
) -> None:
    colleague, seed, _ = guarded
    with office_database.reading() as session:
        kept = session.get_one(StaffAccount, colleague.account_id).totp_seed
    assert kept is not None
    assert seed not in kept


@pytest.mark.usefixtures("clock")
def test_the_seed_of_another_account_is_not_taken(
    office: Flask, office_database: Database, guarded: tuple[Colleague, str, list[str]]
) -> None:
    other = signed_in(office)
    with office_database.writing() as session:
        kept = session.get_one(StaffAccount, guarded[0].account_id).totp_seed
        thief = session.get_one(StaffAccount, other.account_id)
        thief.totp_seed, thief.password_hash = kept, hash_password(PASSWORD)
    visit(half_way(office, other.login), "/staff/second-step", {"code": pyotp.TOTP(guarded[1]).now()}, status=500)


@pytest.mark.usefixtures("clock")
def test_setting_it_up_ends_the_other_sessions(office: Flask) -> None:
    one = signed_in(office)
    other = signed_in_as(office, one.account_id, one.login)
    set_up(one)
    other.get("/staff/242047/", 303)
    one.get("/staff/242047/")


def test_in_production_it_must_be_set_up_first(tmp_path: Path, vectors_folder: Path, loaded_file: Path) -> None:
    (tmp_path / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, tmp_path / "kotae.db")
    keys = {
        "SECRET_KEY": "0123456789abcdef" * 4,
        "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
        "DATA_KEY": "f0e1d2c3b4a59687" * 4,
    }
    public = create_app({"INSTANCE_PATH": str(tmp_path), "BASE_URL": "https://kotae.city.example", **keys})
    host, database = {"Host": "kotae.city.example"}, public.extensions["kotae"].database
    _, login = add_colleague(database, [Grant(Role.EDITOR, "242047")])
    with database.writing() as session:
        session.query(StaffAccount).filter_by(login=login).one().password_hash = hash_password(PASSWORD)
    for role, town in [*((role, "242047") for role in Role), (Role.ADMIN, None), (Role.AUDITOR, None)]:
        person = signed_in(public, [role], town)
        for path in ("/staff/", "/staff/242047/", "/staff/me", "/staff/accounts", "/staff/audit"):
            sent = public.test_client(use_cookies=False).get(
                path,
                headers={**host, "Cookie": f"__Host-staff={person.session_id}"},
                base_url=f"https://{host['Host']}",
            )
            assert (sent.status_code, sent.location) == (303, "/staff/me/totp"), (role, path)
    browser = public.test_client()
    page = browser.get("/staff/sign-in", headers=host, base_url="https://kotae.city.example").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"csrf_token": token, "login": login, "password": PASSWORD}
    for origin, status in (("http://kotae.city.example", 400), ("https://kotae.city.example", 303)):
        response = browser.post(
            "/staff/sign-in", data=data, headers={**host, "Origin": origin}, base_url="https://kotae.city.example"
        )
        assert response.status_code == status
    given = response.headers.getlist("Set-Cookie")
    assert any(
        each.startswith("__Host-staff=")
        and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(each.split("; "))
        and "Domain" not in each
        for each in given
    )
    for path in ("/staff/", "/staff/242047/", "/staff/me"):
        sent = browser.get(path, headers=host, base_url="https://kotae.city.example")
        assert (sent.status_code, sent.location) == (303, "/staff/me/totp")
    assert browser.get("/staff/me/totp", base_url="https://kotae.city.example").status_code == 200
    database.dispose()
