"""The same person is the same within a municipality and a 年度, and nobody beyond."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from knowledge.pseudonyms import Pepper, next_pepper, pepper_fault, pseudonym

PEPPER = b"p" * 32
USER = "U0123456789abcdef0123456789abcdef"
MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


def at(text: str) -> str:
    return pseudonym(PEPPER, "242047", USER, dt.datetime.fromisoformat(text))


def test_it_is_128_bits_and_does_not_show_who_it_is() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", at("2026-11-21T12:00:00+09:00"))
    assert USER[1:] not in at("2026-11-21T12:00:00+09:00")


@pytest.mark.parametrize(
    ("moment", "same"),
    [
        pytest.param("2026-04-01T00:00:00+09:00", True, id="the year's first moment"),
        pytest.param("2027-01-01T00:00:00+09:00", True, id="after New Year"),
        pytest.param("2027-03-31T23:59:59+09:00", True, id="the year's last second"),
        pytest.param("2027-03-31T14:59:59+00:00", True, id="the same second, told in UTC"),
        pytest.param("2027-04-01T00:00:00+09:00", False, id="the next year's first moment"),
        pytest.param("2027-03-31T15:00:00+00:00", False, id="the same moment, told in UTC"),
        pytest.param("2026-03-31T23:59:59+09:00", False, id="the year before"),
    ],
)
def test_it_changes_on_1_april_at_midnight_in_japan(moment: str, same: bool) -> None:
    assert (at(moment) == at("2026-11-21T12:00:00+09:00")) is same


def test_it_differs_by_municipality_by_person_and_by_pepper() -> None:
    found = {
        pseudonym(PEPPER, "242047", USER, MOMENT),
        pseudonym(PEPPER, "222232", USER, MOMENT),
        pseudonym(PEPPER, "242047", USER + "x", MOMENT),
        pseudonym(b"q" * 32, "242047", USER, MOMENT),
    }
    assert len(found) == 4


@pytest.mark.parametrize("identity", ["", "\ud800", "\x00", "😀" * 1000, "日本語"], ids=ascii)
def test_any_text_has_one(identity: str) -> None:
    assert len(pseudonym(PEPPER, "242047", identity, MOMENT)) == 32


KEYED = Pepper(PEPPER, 2026)


def of_year(pepper: bytes, text: str, user: str = USER) -> str:
    return pseudonym(pepper, "242047", user, dt.datetime.fromisoformat(text))


def test_next_years_key_follows_from_this_years_and_all_agree() -> None:
    rotated = Pepper(next_pepper(PEPPER, 2026), 2027)
    for moment in ("2027-04-01T00:00:00+09:00", "2028-02-29T12:00:00+09:00", "2028-03-31T23:59:59+09:00"):
        assert of_year(KEYED, moment) == of_year(rotated, moment), "a process that was started last year, and a new one"
    again = Pepper(next_pepper(bytes(rotated), 2027), 2028)
    assert of_year(KEYED, "2029-03-31T23:59:59+09:00") == of_year(again, "2029-03-31T23:59:59+09:00")


def test_once_the_old_key_is_gone_nobody_of_the_last_year_is_found_again() -> None:
    rotated = Pepper(next_pepper(PEPPER, 2026), 2027)
    last_year = of_year(KEYED, "2027-03-31T23:59:59.9+09:00")
    moments = ("2026-04-01T00:00:00+09:00", "2027-03-31T23:59:59.9+09:00", "2027-04-01T00:00:00+09:00")
    assert last_year not in {of_year(rotated, moment) for moment in moments}
    assert of_year(rotated, moments[1]) == of_year(rotated, moments[2]), "what came late counts to the new year"


def test_the_first_years_pseudonyms_stay_as_they_were() -> None:
    moment = "2026-11-21T12:00:00+09:00"
    assert of_year(KEYED, moment) == of_year(PEPPER, moment)


@pytest.mark.parametrize(
    ("pepper", "moment", "said"),
    [
        (KEYED, "2027-03-31T23:59:59+09:00", None),
        (KEYED, "2027-04-01T00:59:59+09:00", None),
        (KEYED, "2027-04-01T01:00:00+09:00", "令和8年度のまま"),
        (KEYED, "2026-04-01T00:00:00+09:00", None),
        (PEPPER, "2026-11-21T12:00:00+09:00", "年度ごとに替わりません"),
    ],
)
def test_a_forgotten_change_is_said_and_stops_nothing(pepper: bytes, moment: str, said: str | None) -> None:
    fault = pepper_fault(pepper, dt.datetime.fromisoformat(moment))
    assert (fault is None) if said is None else (said in (fault or ""))
