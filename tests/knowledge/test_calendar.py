"""Eras, fiscal years and the day in Japan, as an official would count them."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from knowledge.calendar import (
    as_of_name,
    date_name,
    era_year,
    fiscal_year_name,
    fiscal_year_of,
    fiscal_years_name,
    now,
    today,
)


@pytest.mark.parametrize(
    ("year", "name"),
    [
        (1926, "昭和元年"),
        (1988, "昭和63年"),
        (1989, "平成元年"),
        (2018, "平成30年"),
        (2019, "令和元年"),
        (2022, "令和4年"),
        (2026, "令和8年"),
        (2040, "令和22年"),
    ],
)
def test_a_year_is_named_by_its_era(year: int, name: str) -> None:
    assert era_year(year) == name


@pytest.mark.parametrize(
    ("day", "year"),
    [
        pytest.param(dt.date(2026, 3, 31), 2025, id="last day"),
        pytest.param(dt.date(2026, 4, 1), 2026, id="first day"),
        pytest.param(dt.date(2027, 1, 1), 2026, id="New Year"),
        pytest.param(dt.date(2024, 2, 29), 2023, id="leap day"),
        pytest.param(dt.date(2026, 12, 31), 2026, id="New Year's Eve"),
    ],
)
def test_a_fiscal_year_begins_on_1_april(day: dt.date, year: int) -> None:
    assert fiscal_year_of(day) == year


@pytest.mark.parametrize(
    ("day", "name"),
    [
        pytest.param(dt.date(2026, 11, 21), "令和8年11月21日", id="now"),
        pytest.param(dt.date(2019, 5, 1), "令和元年5月1日", id="first day of Reiwa"),
        pytest.param(dt.date(2019, 4, 30), "平成31年4月30日", id="last day of Heisei"),
        pytest.param(dt.date(2019, 1, 1), "平成31年1月1日", id="New Year of Heisei 31"),
        pytest.param(dt.date(1989, 1, 8), "平成元年1月8日", id="first day of Heisei"),
        pytest.param(dt.date(1989, 1, 7), "昭和64年1月7日", id="last day of Showa"),
        (dt.date(1926, 12, 24), "1926年12月24日"),
    ],
)
def test_a_day_is_named_by_the_era_it_fell_in(day: dt.date, name: str) -> None:
    assert date_name(day) == name


@pytest.mark.parametrize(
    ("as_of", "name"),
    [
        ("2022-07", "令和4年7月"),
        ("2022-07-31", "令和4年7月31日"),
        ("2022-12-01", "令和4年12月1日"),
        ("2019-05", "令和元年5月"),
        ("2019-04", "平成31年4月"),
        ("2019-03-31", "平成31年3月31日"),
    ],
)
def test_a_month_or_day_is_named_as_written_in_a_plan(as_of: str, name: str) -> None:
    assert as_of_name(as_of) == name


@pytest.mark.parametrize(
    ("year", "name"),
    [(2026, "令和8年度（2026年度）"), (2019, "令和元年度（2019年度）"), (2018, "平成30年度（2018年度）")],
)
def test_a_fiscal_year_is_named_both_ways(year: int, name: str) -> None:
    assert fiscal_year_name(year) == name


@pytest.mark.parametrize(
    ("years", "name"),
    [
        pytest.param([2022], "令和4年度", id="one"),
        pytest.param([2022, 2023], "令和4年度と令和5年度", id="two"),
        pytest.param([2022, 2023, 2024], "令和4年度から令和6年度まで", id="a span"),
        pytest.param([2024, 2022, 2023], "令和4年度から令和6年度まで", id="in any order"),
        pytest.param([2022, 2024], "令和4年度、令和6年度", id="apart"),
        pytest.param([2022, 2024, 2025, 2026], "令和4年度、令和6年度から令和8年度まで", id="two spans"),
        pytest.param([2018, 2019], "平成30年度と令和元年度", id="over the change of era"),
        pytest.param([2022, 2022], "令和4年度", id="written twice"),
    ],
)
def test_fiscal_years_that_follow_each_other_become_a_span(years: list[int], name: str) -> None:
    assert fiscal_years_name(years) == name


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param("2026-11-21T14:59:59Z", dt.date(2026, 11, 21), id="a second before midnight in Japan"),
        pytest.param("2026-11-21T15:00:00Z", dt.date(2026, 11, 22), id="midnight in Japan"),
        pytest.param("2026-03-31T14:59:59Z", dt.date(2026, 3, 31), id="the fiscal year's last second"),
        pytest.param("2026-03-31T15:00:00Z", dt.date(2026, 4, 1), id="the fiscal year's first second"),
        pytest.param("2026-12-31T15:00:00Z", dt.date(2027, 1, 1), id="New Year"),
    ],
)
def test_today_is_the_day_in_japan(moment: str, day: dt.date) -> None:
    with time_machine.travel(moment, tick=False):
        assert today() == day
        assert now().utcoffset() == dt.timedelta(0)
