"""The door's edges: whose session begins, what a cookie may, what is kept by browsers and what by nobody."""

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
from bot.console import forms
from bot.services import Services
from knowledge.models import StaffAccount
from knowledge.passwords import hash_password
from knowledge.roles import Grant, Role
from knowledge.second_step import encrypted_seed, new_seed
from tests.bot.web.test_entrances import HTTPS
from tests.bot.web.test_headers import check_headers
from tests.support.staff import HOST, ORIGIN, Colleague, add_colleague, signed_in, visit

PASSWORD = "みかんと青い鉄橋 umbrella 7"
NAME, SITE = "__Host-staff", "kotae.city.example"


@pytest.fixture(scope="module")
def person(office: Flask) -> tuple[str, str]:
    """A login name, and the seed of its authenticator."""
    kit: Services = office.extensions["kotae"]
    account_id, login = add_colleague(kit.database, [Grant(Role.EDITOR, "242047")])
    seed = new_seed()
    with kit.database.writing() as session:
        account = session.get_one(StaffAccount, account_id)
        account.password_hash = hash_password(PASSWORD)
        account.totp_seed = encrypted_seed(kit.settings.data_key, account_id, seed)
    return login, seed


# --- Sessions --------------------------------------------------------------------------------------------------------


def test_a_session_that_somebody_else_chose_is_never_taken_over(stranger: FlaskClient, person: tuple[str, str]) -> None:
    login, seed = person
    stranger.set_cookie("staff", "chosen-by-an-attacker", domain=HOST)
    visit(stranger, "/staff/sign-in", {"login": login, "password": PASSWORD})
    half = stranger.get_cookie("staff", domain=HOST)
    assert half is not None
    assert half.value != "chosen-by-an-attacker"
    visit(stranger, "/staff/second-step", {"code": pyotp.TOTP(seed).now()})
    full = stranger.get_cookie("staff", domain=HOST)
    assert full is not None
    assert full.value not in ("chosen-by-an-attacker", half.value), "each step begins a session of its own"
    for old in ("chosen-by-an-attacker", half.value):
        other = stranger.application.test_client()
        other.set_cookie("staff", old, domain=HOST)
        assert other.get("/staff/242047/", headers={"Host": HOST}).status_code == 303


def test_a_code_that_was_used_opens_no_second_time(office: Flask, person: tuple[str, str]) -> None:
    login, seed = person
    with time_machine.travel(dt.datetime(2030, 1, 7, 1, 0, 5, tzinfo=dt.UTC), tick=False) as clock:
        code = pyotp.TOTP(seed).at(dt.datetime.now(dt.UTC))
        for status in (303, 422):
            client = office.test_client()
            visit(client, "/staff/sign-in", {"login": login, "password": PASSWORD})
            visit(client, "/staff/second-step", {"code": code}, status=status)
        clock.shift(dt.timedelta(seconds=60))
        visit(client, "/staff/second-step", {"code": code}, status=422)
        visit(client, "/staff/second-step", {"code": pyotp.TOTP(seed).at(dt.datetime.now(dt.UTC))})


@pytest.mark.parametrize("value", ["", " ", "0", "x" * 5000, "'; DROP TABLE staff_sessions; --", "%00", "ｱ", "../x"])
def test_a_cookie_that_is_no_session_opens_nothing(stranger: FlaskClient, value: str) -> None:
    cookie = f"staff={value}".encode().decode("latin-1")
    answer = stranger.get("/staff/242047/", headers={"Host": HOST}, environ_overrides={"HTTP_COOKIE": cookie})
    assert (answer.status_code, answer.location.startswith("/staff/sign-in")) == (303, True)


def test_two_cookies_of_one_name_open_no_more_than_one(office: Flask) -> None:
    mine = signed_in(office)
    for cookie in (f"staff=forged; staff={mine.session_id}", f"staff={mine.session_id}; staff=forged"):
        answer = office.test_client().get(
            "/staff/242047/", headers={"Host": HOST}, environ_overrides={"HTTP_COOKIE": cookie}
        )
        assert answer.status_code in (200, 303)


# --- In production ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory, loaded_file: Path) -> Iterator[FlaskClient]:
    instance = tmp_path_factory.mktemp("public")
    shutil.copy(loaded_file, instance / "kotae.db")
    app = create_app({"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0", **HTTPS})
    yield app.test_client()
    app.extensions["kotae"].database.dispose()


def test_every_cookie_in_production_is_bound_to_this_host_and_https(public: FlaskClient) -> None:
    kit: Services = public.application.extensions["kotae"]
    account_id, login = add_colleague(kit.database, [Grant(Role.EDITOR, "242047")])
    with kit.database.writing() as session:
        session.get_one(StaffAccount, account_id).password_hash = hash_password(PASSWORD)
    at = {"headers": {"Host": SITE, "Origin": f"https://{SITE}"}, "base_url": f"https://{SITE}"}
    page = public.get("/staff/sign-in", **at)
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text)
    assert token is not None
    answer = public.post("/staff/sign-in", data={"csrf_token": token[1], "login": login, "password": PASSWORD}, **at)
    assert answer.status_code == 303
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert {each.partition("=")[0] for each in cookies} == {NAME, f"{NAME}-notes"}
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags
        assert not [flag for flag in flags if flag.startswith("domain")], "__Host- names no domain"


@pytest.mark.parametrize("path", ["/staff", "/staff/", "/staff/242047", "/staff/242047/answers", "/242047"])
@pytest.mark.parametrize(
    "forwarded",
    [{"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}, {"X-Host": "evil.example"}, {"X-Original-URL": "//evil.example"}],
    ids=lambda given: next(iter(given)),
)  # fmt: skip
def test_no_redirect_leads_where_a_header_says(public: FlaskClient, path: str, forwarded: dict[str, str]) -> None:
    answer = public.get(path, headers={"Host": SITE, **forwarded}, base_url=f"https://{SITE}")
    assert answer.status_code in (303, 308)
    assert re.match(rf"(https://{SITE})?/(?![/\\])", answer.location)
    assert "evil" not in answer.location
    assert public.get(path, headers={"Host": "evil.example"}).status_code == 400


# --- What a browser may keep -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chief(office: Flask) -> Colleague:
    return signed_in(office, list(Role), None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/staff/242047/", 200),
        ("GET", "/staff/242047/answers", 200),
        ("GET", "/staff/242047/sheets/indicators.xlsx", None),
        ("GET", "/staff/242047/checks.csv", None),
        ("GET", "/staff/242047/checks/import", 200),
        ("GET", "/staff/none/", 404),
        ("GET", "/staff/242047/none", 404),
        ("GET", "/staff/accounts", 200),
        ("POST", "/staff/sign-out", 400),
        ("POST", "/staff/242047/", 405),
        ("POST", "/staff/242047/checks/import", 422),
        ("GET", "/staff/sign-in", 200),
    ],
)
def test_whatever_the_console_answers_carries_the_headers_and_is_kept_by_nobody(
    chief: Colleague, method: str, path: str, status: int | None
) -> None:
    data = {}
    if status == 422:
        data = {forms.FIELD: forms.token_for(chief.secret_key, chief.session_id)}
    answer = chief.client.open(path, method=method, data=data or None, headers={"Host": HOST, "Origin": ORIGIN})
    assert status is None or answer.status_code == status
    headers = dict(answer.headers)
    headers.pop("Set-Cookie", None)
    check_headers(headers)
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    if answer.mimetype != "text/html":
        assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
