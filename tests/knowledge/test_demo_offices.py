"""The invented counts of the offices: plausible, whole, marked, and never in the place of what was counted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.db import Database
from knowledge.demo_data import WRITER
from knowledge.demo_offices import (
    CERTIFICATES_OF,
    PROCEDURES,
    invented_counts,
    remove_office_counts,
    whole_months,
    write_office_counts,
)
from knowledge.indicator_formulas import computed_years, formulas_of
from knowledge.loading import load_bundle
from knowledge.models import FormerOfficeCount, IndicatorFormula, OfficeCount
from knowledge.office_counts import APPLICATIONS, CERTIFICATES, OFFICE, CountKey, weekday_and_hour, write_counts
from tests.knowledge.small_town import CODE, write_town

LAST = dt.date(2026, 11, 21)
MOBARA = "122106"
OFFICES = {"市民課": "dep-citizens", "市民税課": "dep-municipal-tax"}


@pytest.mark.parametrize(
    ("last", "first_month", "last_month"),
    [
        pytest.param(dt.date(2026, 11, 21), dt.date(2025, 11, 1), dt.date(2026, 10, 1), id="in a month"),
        pytest.param(dt.date(2026, 11, 30), dt.date(2025, 12, 1), dt.date(2026, 11, 1), id="at its end"),
        pytest.param(dt.date(2026, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 1), id="at the end of a year"),
    ],
)
def test_twelve_months_that_are_over_are_counted(last: dt.date, first_month: dt.date, last_month: dt.date) -> None:
    months = whole_months(last)
    assert (len(months), months[0], months[-1]) == (12, first_month, last_month)


@pytest.mark.parametrize(
    ("office", "first", "at_least"),
    [pytest.param("市民課", 7.86, 15, id="市民課"), pytest.param("市民税課", 2.71, 5, id="tax")],
)
def test_the_share_of_stores_begins_as_the_plan_tells_and_rises(office: str, first: float, at_least: float) -> None:
    counts = invented_counts(LAST, OFFICES, 1)

    def share(month: dt.date) -> float:
        own = {key: count for key, count in counts.items() if (key.month, key.department) == (month, OFFICES[office])}
        return 100 * sum(count for key, count in own.items() if key.cell == "store") / sum(own.values())

    months = whole_months(LAST)
    assert share(months[0]) == pytest.approx(first, abs=0.1)
    assert share(months[-1]) > at_least
    shares = [share(month) for month in months]
    assert shares == sorted(shares)


def test_every_hour_of_every_month_is_known_and_most_apply_when_the_office_is_closed() -> None:
    counts = {key: count for key, count in invented_counts(LAST, {}, 1).items() if key.series == APPLICATIONS}
    assert len(counts) == 12 * len(PROCEDURES) * 168
    hours = [(weekday_and_hour(key.cell), count) for key, count in counts.items()]
    closed = sum(count for (weekday, hour), count in hours if weekday > 4 or not 8 <= hour <= 16)
    assert 0.5 < closed / sum(counts.values()) < 0.8


def test_the_same_seed_invents_the_same() -> None:
    assert invented_counts(LAST, OFFICES, 1) == invented_counts(LAST, OFFICES, 1)
    assert invented_counts(LAST, OFFICES, 1) != invented_counts(LAST, OFFICES, 2)


def test_the_indicators_of_the_plan_are_counted_from_them_and_go_with_them(database: Database) -> None:
    folder = next(folder for folder in content_folders() if folder.name == MOBARA)
    load_bundle(database, read_bundle(folder), now(), common_content())
    with database.writing() as session:
        write_office_counts(session, MOBARA, LAST, 1, now())
    with database.reading() as session:
        formulas = formulas_of(session, MOBARA)
        assert set(formulas) == {"ind-convenience-citizens", "ind-convenience-tax", "ind-simple-application"}
        years = computed_years(session, MOBARA, formulas["ind-convenience-citizens"], LAST)
        assert [one.invented for one in years] == [True, True]
        newest = years[0].computed.value
        assert newest is not None
        assert 10 < newest < 30
        assert {row.written_by for row in session.scalars(select(OfficeCount))} == {WRITER}
    with database.writing() as session:
        remove_office_counts(session, MOBARA)
    with database.reading() as session:
        for table in (OfficeCount, FormerOfficeCount, IndicatorFormula):
            assert session.scalars(select(table)).all() == []


def test_what_an_office_counted_stays(database: Database, tmp_path: Path) -> None:
    load_bundle(database, read_bundle(write_town(tmp_path)), now(), common_content())
    month, name = whole_months(LAST)[3], next(iter(CERTIFICATES_OF[0].kinds))
    real = CountKey(CERTIFICATES, month, "", name, "store")
    with database.writing() as session:
        write_counts(session, CODE, {real: 12}, "1", now(), OFFICE)
        write_office_counts(session, CODE, LAST, 1, now())
        remove_office_counts(session, CODE)
    with database.reading() as session:
        (row,) = session.scalars(select(OfficeCount))
        assert (row.count, row.source, row.month) == (12, OFFICE, month)
        assert session.scalars(select(FormerOfficeCount)).all() == []
