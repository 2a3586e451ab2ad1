"""What indicators come to is what a query gives that knows nothing of how it was computed; what is unknown is no 0."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from sqlalchemy import text

from knowledge.computed_values import (
    ONLINE_SHARE,
    STORE_SHARE,
    SUM,
    Computed,
    Formula,
    computed,
    lack_text,
    months_text,
    years_in,
)
from knowledge.count_cells import count_of, hour_of, month_of, weekday_of
from knowledge.count_hours import hour_table, outside_bounds
from knowledge.db import Database
from knowledge.indicator_formulas import computed_of_year, computed_years, known_counts
from knowledge.models import Municipality, OrganisationChange
from knowledge.office_counts import (
    APPLICATIONS,
    CERTIFICATES,
    TOTAL,
    CountKey,
    hour_cell,
    months_of_year,
    write_counts,
)
from knowledge.opening_hours import Place, Span

CODE = "122106"
TODAY = dt.date(2026, 11, 22)
MONTHS = months_of_year(2025)
NAMES, OFFICES = ("住民票の写し", "印鑑登録証明書", "所得証明書"), ("dep-citizens", "dep-tax")
WAYS = ("counter", "store", "mail")


@pytest.fixture
def town(database: Database) -> Database:
    with database.writing() as session:
        told = {"name": "市", "kana": "し", "prefecture": "県", "aliases": [], "contact_department": "dep"}
        session.add(Municipality(code=CODE, **told, sample=False, examples=[]))
    return database


def year_of(known: dict[tuple[dt.date, str, str, str], int], formula: Formula, today: dt.date = TODAY) -> Computed:
    return computed(formula, known, 2025, today)


def months(store: int, counter: int, count: int = 12) -> dict[tuple[dt.date, str, str, str], int]:
    ways = (("store", store), ("counter", counter))
    return {(month, OFFICES[0], NAMES[0], way): value for month in MONTHS[:count] for way, value in ways}


def test_a_whole_year_is_the_share_of_its_sums() -> None:
    found = year_of(months(20, 80), Formula(STORE_SHARE))
    assert (found.part, found.whole, found.shown("％"), found.shown("")) == (240, 1200, "20.00", "20.00％")
    assert (found.is_whole, found.span) == (True, "令和7年度 4〜3月")


def test_a_month_that_lacks_a_way_is_left_out_and_named() -> None:
    known = months(20, 80)
    del known[MONTHS[1], OFFICES[0], NAMES[0], "counter"]
    found = year_of(known, Formula(STORE_SHARE))
    assert (found.part, found.whole, len(found.months), found.is_whole) == (220, 1100, 11, False)
    assert [lack_text(one) for one in found.lacking] == ["5月は「住民票の写し」の窓口が分かりません"]
    assert found.origin == (
        "課の件数から計算（令和7年度 4月、6〜3月、コンビニ 220件 ÷ すべての取り方 1,100件。5月に分からない件数がある）"
    )


def test_a_zero_is_a_count_and_no_share_of_nothing() -> None:
    assert year_of(months(0, 10), Formula(STORE_SHARE)).shown("") == "0.00％"
    none = year_of(months(0, 0), Formula(STORE_SHARE))
    assert (none.value, none.shown("")) == (None, "")


def test_a_share_needs_more_than_its_own_way_and_what_was_chosen() -> None:
    only = {key: count for key, count in months(20, 80).items() if key[3] == "store"}
    assert year_of(only, Formula(STORE_SHARE)).months == ()
    chosen = year_of(months(20, 80), Formula(STORE_SHARE, names=(NAMES[0], NAMES[1])))
    assert chosen.months == ()
    assert "印鑑登録証明書" in lack_text(chosen.lacking[0])
    assert year_of(months(20, 80), Formula(ONLINE_SHARE)).months == ()


def test_months_to_come_are_not_lacking() -> None:
    early = year_of(months(20, 80, 3), Formula(STORE_SHARE), dt.date(2025, 8, 15))
    assert (months_text(early.months), months_text(one.month for one in early.lacking)) == ("4〜6月", "7月")
    assert months_text(early.to_come) == "8〜3月"


def test_a_sum_counts_what_is_known_and_tells_the_rest() -> None:
    known = {(month, "", name, TOTAL): 10 for month in MONTHS for name in ("犬の登録", "粗大ごみ")}
    del known[MONTHS[0], "", "粗大ごみ", TOTAL]
    found = year_of(known, Formula(SUM))
    assert (found.part, found.shown("件"), found.shown("")) == (230, "230", "230件")
    assert [lack_text(one) for one in found.lacking] == ["4月は「粗大ごみ」が分かりません"]
    assert not found.is_whole
    assert year_of(known, Formula(SUM, names=("犬の登録",))).is_whole


SHARE = """
WITH own AS (SELECT * FROM office_counts WHERE municipality_code = :code AND series = 'certificate'
  AND month BETWEEN '2025-04-01' AND '2026-03-01' AND department = :office),
needed AS (SELECT DISTINCT name, cell FROM own UNION SELECT DISTINCT name, 'store' FROM own),
complete AS (SELECT m.month FROM (SELECT DISTINCT month FROM own) m WHERE NOT EXISTS (
  SELECT 1 FROM needed n WHERE NOT EXISTS (
    SELECT 1 FROM own o WHERE o.month = m.month AND o.name = n.name AND o.cell = n.cell)))
SELECT COALESCE(SUM(CASE WHEN cell = 'store' THEN count END), 0), COALESCE(SUM(count), 0),
  COUNT(DISTINCT month) FROM own WHERE month IN (SELECT month FROM complete)
"""


@pytest.mark.parametrize("seed", range(8))
def test_a_share_is_what_an_independent_query_gives(town: Database, seed: int) -> None:
    chance = random.Random(seed)
    lost = chance.choice((0.0, 0.01, 0.05))
    wanted: dict[CountKey, int | None] = {
        CountKey(CERTIFICATES, month, office, f"{name} {office}", way): chance.randrange(200)
        for month in (*months_of_year(2024), *MONTHS, *months_of_year(2026)[:7])
        for office in OFFICES
        for name in NAMES
        for way in WAYS
        if chance.random() >= lost
    }
    with town.writing() as session:
        write_counts(session, CODE, wanted, "山田", dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    for office in OFFICES:
        formula = Formula(STORE_SHARE, departments=(office,))
        with town.reading() as session:
            part, whole, count = session.execute(text(SHARE), {"code": CODE, "office": office}).one()
            found = {one.computed.year: one.computed for one in computed_years(session, CODE, formula, TODAY)}
        assert sorted(found) == [2024, 2025, 2026]
        assert (found[2025].part, found[2025].whole, len(found[2025].months)) == (part, whole, count)


def test_a_renamed_office_goes_on_counting_and_another_does_not(town: Database) -> None:
    moment = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    wanted: dict[CountKey, int | None] = {
        CountKey(CERTIFICATES, month, "dep-old" if place < 6 else "dep-new", "住民票の写し", way): 10
        for place, month in enumerate(MONTHS)
        for way in WAYS
    }
    formula = Formula(STORE_SHARE, departments=("dep-old",))
    with town.writing() as session:
        write_counts(session, CODE, wanted, "山田", moment)
    with town.reading() as session:
        assert len(computed_years(session, CODE, formula, TODAY)[0].computed.months) == 6
    with town.writing() as session:
        for number, kind, before, after in ((1, "rename", "dep-old", "dep-new"), (2, "merge", "dep-new", "dep-far")):
            session.add(
                OrganisationChange(
                    municipality_code=CODE, number=number, kind=kind, starts_on=MONTHS[6], before=[{"id": before}],
                    after=[{"id": after}], entered_at=moment, entered_name="山田", settled_at=moment,
                )
            )  # fmt: skip
    with town.reading() as session:
        (found,) = computed_years(session, CODE, formula, TODAY)
        assert computed_of_year(session, CODE, 2025, TODAY) == {}
    assert (found.computed.is_whole, found.computed.part, found.computed.whole) == (True, 120, 360)


def test_a_sum_is_what_an_independent_query_gives_whether_by_hours_or_not(town: Database) -> None:
    wanted: dict[CountKey, int | None] = {
        CountKey(APPLICATIONS, month, "", "犬の登録", hour_cell(day, hour)): day + hour
        for month in MONTHS
        for day in range(7)
        for hour in (0, 9, 23)
    }
    wanted |= {CountKey(APPLICATIONS, month, "", "粗大ごみ", TOTAL): 7 for month in MONTHS[2:]}
    with town.writing() as session:
        write_counts(session, CODE, wanted, "山田", dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    query = text(
        "SELECT SUM(count) FROM office_counts WHERE series = 'application' AND name IN ('犬の登録', '粗大ごみ')"
    )
    with town.reading() as session:
        known = known_counts(session, CODE, APPLICATIONS, MONTHS[0], MONTHS[-1])
        assert computed(Formula(SUM), known, 2025, TODAY).part == session.scalar(query)
        assert years_in(Formula(SUM, names=("無い手続",)), known) == []


# --- Cells and hours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["2026-04", "2026/4", "2026年4月", "２０２６年４月", "令和8年4月", "R8.4", "202604", "2026-04-01", "2026年4月1日"],
)
def test_a_month_is_read_in_every_writing(written: str) -> None:
    assert month_of(written) == dt.date(2026, 4, 1)


@pytest.mark.parametrize("written", ["2026-04-15", "2026-00", "4月", "令和8年", "", "2026-4-1 extra", "1999-01"])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="年月"):
        month_of(written)


@pytest.mark.parametrize(
    ("written", "count"), [("", None), (" ", None), ("0", 0), ("なし", 0), ("1,234", 1234), ("１２件", 12), ("007", 7)]
)
def test_a_count_is_read_and_nothing_is_none(written: str, count: int | None) -> None:
    assert count_of(written) == count


@pytest.mark.parametrize("written", ["-1", "1.5", "約10", "10人", "1,2", "－", "∞", "100000000"])
def test_what_is_no_count_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="件数"):
        count_of(written)


@pytest.mark.parametrize(
    "written", ["13", "13時", "13時台", "13:00", "13:00〜13:59", "13時〜14時", "13-14", "１３：００～１４：００"]
)
def test_an_hour_is_read_in_every_writing(written: str) -> None:
    assert (hour_of(written), weekday_of("(日)"), weekday_of("日"), weekday_of("月曜日")) == (13, 6, 6, 0)


@pytest.mark.parametrize("written", ["24", "9時〜12時", "13:30", "午後1時", "13-15", ""])
def test_what_is_no_single_hour_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="時間帯"):
        hour_of(written)


def test_the_hours_outside_are_told_between_what_is_sure_and_what_may_be() -> None:
    week = (Span(dt.time(8, 30), dt.time(17, 15)),) * 5 + (None, None)
    place = Place(1, "本庁", (), week, lunch=Span(dt.time(12), dt.time(13)))
    cells = {"0-7": 1, "0-8": 2, "0-9": 4, "0-12": 8, "0-17": 16, "0-18": 32, "5-10": 64, TOTAL: 128}
    table = hour_table(cells)
    assert outside_bounds(table, place) == (1 + 8 + 32 + 64, 1 + 8 + 32 + 64 + 2 + 16)
    assert (table.total, table.unknown, table.by_weekday(0), table.by_hour(10)) == (127, 128, 63, 64)
    assert (table.shown(0, 7), table.shown(0, 6), table.shown(5, 10)) == ("1", "—", "64")
    questions = hour_table(cells, of_questions=True)
    assert (questions.shown(0, 7), questions.shown(0, 6), questions.shown(5, 10)) == ("5未満", "0", "64")
    assert (table.shade(0, 7), table.shade(5, 10), table.shade(3, 3)) == (1, 5, 0)
