"""Open data: closed months alone, small counts kept back in every table, nothing invented, described for machines."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.models import CountedPeriod, DemoData, Municipality
from knowledge.open_data import KEPT_BACK, OpenData, datapackage, open_data
from knowledge.period_closing import count_due, due_periods
from knowledge.report_settings import set_reporting
from knowledge.suppression import FEWEST
from knowledge.tally_counting import EntryKind
from tests.support.questions import any_rows, question_row

CODE = "242047"
ENTRIES = {"juki": EntryKind("証明書", "1-1"), "wifi": EntryKind("相談", None), "gone": EntryKind("くらし", None)}
MOMENT = dt.datetime(2026, 11, 22, 12, tzinfo=JST)


def write_town(database: Database) -> None:
    with database.writing() as session:
        session.add(
            Municipality(
                code=CODE, name="市", kana="し", prefecture="県", aliases=[], contact_department="c",
                sample=False, examples=[], reply_languages=[],
            )
        )  # fmt: skip


def switch(database: Database, *, on: bool) -> None:
    with database.writing() as session:
        set_reporting(session, CODE, title="", body="", open_data=on, licence="CC-BY-4.0")


def count(database: Database) -> None:
    with database.reading() as session:
        due = due_periods(session, CODE, MOMENT)
    list(count_due(database, CODE, due, ENTRIES, MOMENT))


@pytest.fixture
def town(database: Database) -> Database:
    """Months of many, of some and of few questions; October closed, November not."""
    write_town(database)
    with database.writing() as session:
        begins = dt.datetime(2026, 6, 1, tzinfo=JST)
        session.add_all(any_rows(CODE, 900, begins, dt.datetime(2026, 9, 1, tzinfo=JST)))
        for number in range(3):
            session.add(question_row(CODE, 5000 + number, dt.datetime(2026, 9, 10 + number, 9, tzinfo=JST)))
        for number in range(400):
            moment = dt.datetime(2026, 10, 1 + number % 28, number % 24, tzinfo=JST)
            session.add(question_row(CODE, 6000 + number, moment, entry_id=("juki", "wifi")[number % 2]))
        session.add(question_row(CODE, 9000, dt.datetime(2026, 11, 3, 9, tzinfo=JST)))
    count(database)
    switch(database, on=True)
    return database


def offered(database: Database) -> OpenData:
    with database.reading() as session:
        found = open_data(session, CODE, "市")
    assert found is not None
    return found


def rows_of(data: OpenData, name: str) -> Sequence[tuple[str, ...]]:
    found = data.table(name)
    assert found is not None, name
    return found.rows


def test_only_months_whose_figures_stand_are_told(town: Database) -> None:
    data = offered(town)
    assert data.months == ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10")
    assert all(row[0] in data.months for table in data.tables for row in table.rows)
    assert {row[-1] for table in data.tables for row in table.rows} == {"確定"}


def test_nothing_is_told_until_it_is_switched_on_nor_of_what_was_invented(town: Database) -> None:
    switch(town, on=False)
    with town.reading() as session:
        assert open_data(session, CODE, "市") is None
    switch(town, on=True)
    with town.writing() as session:
        invented = {
            "made_at": MOMENT,
            "first_on": MOMENT.date(),
            "last_on": MOMENT.date(),
            "variant": 1,
            "questions": 1,
        }
        session.add(DemoData(municipality_code=CODE, **invented))
    with town.reading() as session:
        assert open_data(session, CODE, "市") is None


def test_what_is_told_is_what_the_log_holds(town: Database) -> None:
    asked: dict[tuple[str, str], int] = defaultdict(int)
    with town.reading() as session:
        rows = session.execute(text("SELECT channel, decision, language, jst_date, jst_hour FROM query_log")).all()
    for channel, decision, _, day, _ in rows:
        if decision != "smalltalk":
            asked[str(day)[:7], channel] += 1
    names = {
        "LINE": "line",
        "ウェブ": "web",
        "API": "api",
        "電話": "phone",
        "窓口": "counter",
        "メール・手紙": "mail",
        "市民の声": "voice",
    }
    told = {
        (row[0], names[row[2]]): int(row[3])
        for row in rows_of(offered(town), "questions")
        if row[2] != "合計" and row[3]
    }
    assert told
    assert told == {key: asked[key] for key in told}
    october = [row for row in rows_of(offered(town), "hours") if row[0] == "2026-10"]
    assert sum(int(row[2]) for row in october) == 400
    categories = [row for row in rows_of(offered(town), "categories") if row[0] == "2026-10"]
    assert [row[1:3] for row in categories] == [("相談", "200"), ("証明書", "200")]


def test_no_small_count_is_told_and_none_is_left_alone_beside_its_sum(town: Database) -> None:
    data = offered(town)
    totals = {(row[0], row[1]): row[3] for row in rows_of(data, "questions") if row[2] == "合計"}
    hidden: dict[tuple[str, ...], int] = defaultdict(int)
    for table in data.tables:
        for row in table.rows:
            count, mark = row[-3], row[-2]
            assert (mark == KEPT_BACK) == (count == "")
            assert count in ("", "0") or int(count) >= FEWEST
            group = row[1] if table.name == "questions" else ""
            if not count and row[2] != "合計":
                hidden[table.name, row[0], group] += 1
    assert hidden, "there is something to keep back"
    for (name, month, group), kept_back in hidden.items():
        if name != "categories":
            assert kept_back > 1 or totals[month, group or "利用者の質問"] == "", (name, month)


def test_of_a_month_with_few_questions_nothing_is_told_in_any_table(town: Database) -> None:
    for table in offered(town).tables:
        bot = [row for row in table.rows if row[0] == "2026-09" and (table.name != "questions" or row[1] == "利用者の質問")]  # fmt: skip
        assert bot
        assert {row[-3] for row in bot} == {""}, table.name


def test_what_was_corrected_says_so(town: Database) -> None:
    with town.writing() as session:
        late = [question_row(CODE, 8000 + number, dt.datetime(2026, 10, 30, 9, tzinfo=JST)) for number in range(6)]
        session.add_all(late)
        for row in session.query(CountedPeriod):
            row.checked_on = None
    count(town)
    rows = rows_of(offered(town), "questions")
    assert {row[-1] for row in rows if row[0] == "2026-10"} == {"訂正"}
    assert {row[-1] for row in rows if row[0] == "2026-08"} == {"確定"}


def test_the_files_are_described_for_machines(town: Database) -> None:
    data = offered(town)
    told = datapackage(data, "https://bot.example.lg.jp/242047/opendata/")
    assert told["licenses"] == [
        {
            "name": "CC-BY-4.0",
            "title": "クリエイティブ・コモンズ 表示 4.0 国際",
            "path": "https://creativecommons.org/licenses/by/4.0/deed.ja",
        }
    ]
    assert [one["path"] for one in told["resources"]] == [f"{table.name}.csv" for table in data.tables]
    for resource, table in zip(told["resources"], data.tables, strict=True):
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert fields == [name for name, *_ in table.fields]
        assert all(len(row) == len(fields) for row in table.rows)
        keys = [tuple(row[fields.index(name)] for name in resource["schema"]["primaryKey"]) for row in table.rows]
        assert len(keys) == len(set(keys)), "the key tells the rows apart"
        assert {field["type"] for field in resource["schema"]["fields"]} <= {"yearmonth", "string", "integer"}
