"""Days, weeks, months, quarters and 年度 as officials count and write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.periods import PeriodKind, last_periods, period_of

DAYS = st.dates(dt.date(2019, 5, 1), dt.date(2060, 12, 31))


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "name", "closes_on"),
    [
        ("day", "2026-11-22", "2026-11-22", "2026-11-22", "令和8年11月22日", "2026-11-27"),
        ("week", "2026-11-22", "2026-11-16", "2026-11-22", "令和8年11月16日の週", "2026-11-27"),
        ("month", "2026-11-22", "2026-11-01", "2026-11-30", "令和8年11月", "2026-12-05"),
        ("month", "2024-02-29", "2024-02-01", "2024-02-29", "令和6年2月", "2024-03-05"),
        ("quarter", "2026-11-22", "2026-10-01", "2026-12-31", "令和8年度 第3四半期（10〜12月）", "2027-01-05"),
        ("quarter", "2027-03-31", "2027-01-01", "2027-03-31", "令和8年度 第4四半期（1〜3月）", "2027-04-05"),
        ("year", "2027-03-31", "2026-04-01", "2027-03-31", "令和8年度", "2027-04-05"),
        ("year", "2027-04-01", "2027-04-01", "2028-03-31", "令和9年度", "2028-04-05"),
    ],
)
def test_a_day_falls_in_a_period(kind: str, day: str, first: str, last: str, name: str, closes_on: str) -> None:
    found = period_of(PeriodKind(kind), dt.date.fromisoformat(day))
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert (found.name, found.closes_on.isoformat()) == (name, closes_on)


@given(DAYS, st.sampled_from(PeriodKind))
def test_every_day_is_in_exactly_one_period_of_a_kind(day: dt.date, kind: PeriodKind) -> None:
    found = period_of(kind, day)
    assert found.first <= day <= found.last
    assert found.previous.last + dt.timedelta(days=1) == found.first
    assert found.next.previous == found
    assert period_of(kind, found.last) == found


def test_the_last_periods_end_with_the_one_that_is_asked_for() -> None:
    months = last_periods(period_of(PeriodKind.MONTH, dt.date(2027, 2, 3)), 13)
    assert [one.first.month for one in months] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2]
