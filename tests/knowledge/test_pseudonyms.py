"""The same person is the same within a municipality and a 年度, and nobody beyond."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from knowledge.pseudonyms import pseudonym

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
