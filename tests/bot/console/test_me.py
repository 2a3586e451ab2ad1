"""One's own page: a new password, and an end to what is signed in elsewhere."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask

from knowledge.db import Database
from knowledge.models import StaffAccount
from knowledge.passwords import hash_password
from tests.support.staff import signed_in, signed_in_as

OLD, NEW = "みかんと青い鉄橋 umbrella 7", "とても長い 散歩道の ことば 42"


def test_a_new_password_ends_every_other_session(office: Flask, office_database: Database) -> None:
    one = signed_in(office)
    other = signed_in_as(office, one.account_id, one.login)
    one.post("/staff/me/password", {"password": NEW, "again": NEW})
    assert "ほかの1か所" in one.get("/staff/me").text
    other.get("/staff/me", 303)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("abcdefghijkl", "推測されやすい"),
        ("ひろい松阪の空を鳥がとぶよ", "入れないで"),
        ("こたえはいつも一つではない", "入れないで"),
        ("passwordpassword", "推測されやすい"),
        ("12345678901234567890", "推測されやすい"),
        ("short", "12文字以上"),
        ("あ" * 129, "128文字まで"),
        ("colleague-name-and-more-words", "入れないで"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(office: Flask, password: str, said: str) -> None:
    one = signed_in(office, login=None, name="colleague-name")
    assert said in one.post("/staff/me/password", {"password": password, "again": password}, status=422).text


def test_what_is_delicate_asks_for_the_password_again(office: Flask, office_database: Database) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, tzinfo=dt.UTC), tick=False) as clock:
        one = signed_in(office)
        with office_database.writing() as session:
            session.get_one(StaffAccount, one.account_id).password_hash = hash_password(OLD)
        one.get("/staff/me/password")
        clock.shift(dt.timedelta(minutes=10))
        assert one.get("/staff/me/password", 303).location == "/staff/confirm?next=/staff/me/password"
        one.post("/staff/me/password", {"password": NEW, "again": NEW})
        one.post("/staff/confirm", {"password": NEW, "next": "/staff/me/password"}, status=422)
        done = one.post("/staff/confirm", {"password": OLD, "next": "/staff/me/password"})
        assert done.location == "/staff/me/password"
        one.get("/staff/me/password")


def test_a_session_elsewhere_is_listed_and_ended(office: Flask) -> None:
    one = signed_in(office)
    other = signed_in_as(office, one.account_id, one.login)
    stranger = signed_in(office)
    address = re.search(r'action="(/staff/me/sessions/[0-9a-f]+/end)"', one.get("/staff/me").text)
    assert address is not None
    stranger.post(address[1], status=404)
    one.post(address[1])
    other.get("/staff/me", 303)
    third = signed_in_as(office, one.account_id, one.login)
    one.post("/staff/me/sessions/end")
    third.get("/staff/me", 303)
    one.get("/staff/me")
