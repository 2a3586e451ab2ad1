"""Every number of every document is what a query over the moments in the log gives, or is kept back where it is small.

The queries know nothing of how periods are counted: they take the day and the hour in Japan from ``asked_at`` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from knowledge.assembly_sheet import Item, YearTold, items
from knowledge.breakdowns import FEW, KEPT_BACK
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.intervals import FEWEST, TOO_FEW
from knowledge.models import Measure, NeedCard
from knowledge.need_cards import Described, make_card
from knowledge.opening_places import save_place, set_day
from knowledge.overview import overview_of
from knowledge.period_closing import count_due
from knowledge.periods import Period, PeriodKind
from knowledge.report_documents import MOST_LINES, NO_PEOPLE, NOBODY, monthly_report
from knowledge.report_figures import months_alike, period_figures, years_figures
from knowledge.report_tables import ReportTable
from knowledge.year_end_sheet import check_tables, measure_lines
from tests.knowledge.test_open_data import write_town
from tests.knowledge.test_tally_counting import CODE, ENTRIES, HOURS, LOCAL, OPEN, SHOWN, VALUES
from tests.support.questions import any_rows, question_row

MOMENT = dt.datetime(2026, 6, 10, 9, tzinfo=JST)
MARCH, APRIL, MAY, JUNE = (Period(dt.date(2026, month, 1), PeriodKind.MONTH) for month in (3, 4, 5, 6))
YEAR, LAST_YEAR = (Period(dt.date(year, 4, 1), PeriodKind.YEAR) for year in (2026, 2025))
PUBLISHED = dt.datetime(2026, 4, 10, 12, tzinfo=JST)
BOT, NOTED = "channel IN ('line','web','api')", "channel IN ('phone','counter','mail','voice')"
ASKED = "decision <> 'smalltalk'"
IS_SHOWN, IS_NONE = "(decision = 'answer' OR (decision = 'suggest' AND shown IS NOT NULL))", "decision = 'none'"
FAILED = "(shown IS NOT NULL AND COALESCE(need_signal, '') IN ('unsolved', 'rephrased', 'contact'))"
NAMES = {"line": "LINE", "web": "ウェブ", "api": "API", "phone": "電話", "counter": "窓口", "mail": "メール・手紙", "voice": "市民の声"}  # fmt: skip


@pytest.fixture
def town(database: Database) -> Database:
    """Two months of questions around the end of a 年度, one in which nobody asked, and a few days of one that runs."""
    write_town(database)
    moments = [dt.datetime(2026, *day, tzinfo=JST) for day in ((3, 1), (5, 1), (6, 1), (6, 9))]
    rows = [*any_rows(CODE, 1_500, moments[0], moments[1]), *_later(any_rows(CODE, 90, moments[2], moments[3], seed=2))]
    for number, row in enumerate(rows):
        row.need = 1 + number % 12 if row.decision == "none" else None
    midnight = dt.datetime(2026, 3, 31, 15, tzinfo=dt.UTC)
    for number, seconds in enumerate((-1, 0)):
        at = midnight + dt.timedelta(seconds=seconds)
        given: dict[str, Any] = {"decision": "none", "entry_id": None, "need": 20}
        rows += [question_row(CODE, 800_000 + 10 * number + place, at, **given) for place in range(6 + number)]
    # Few of everything: a channel, a language, a need.
    rows += [
        question_row(CODE, 700_000 + number, dt.datetime(2026, 3, 9, 3, 7 * number, tzinfo=JST), language="pt")
        for number in range(2)
    ]
    with database.writing() as session:
        session.add_all(rows)
        for number in (*range(1, 13), 20):
            measure = f"1-{1 + number % 2}"
            make_card(session, CODE, number, Described(f"票{number}", "missing", None, measure, None), MOMENT)
        session.flush()
        card = session.get_one(NeedCard, (CODE, 3))
        card.state, card.answer_id, card.published_at = "published", "juki", PUBLISHED
        for place, number in enumerate(("1-1", "1-2")):
            source = {"source_plan": "p", "source_section": "1"}
            session.add(Measure(municipality_code=CODE, number=number, title=f"施策{number}", position=place, **source))
        for place in HOURS.places:
            save_place(session, CODE, replace(place, number=0))
        for day in HOURS.special_days:
            set_day(session, CODE, day)
    first = Period(dt.date(2026, 3, 1), PeriodKind.DAY)
    list(count_due(database, CODE, [first, MARCH, APRIL, MAY, JUNE, LAST_YEAR, YEAR], ENTRIES, MOMENT))
    return database


def _later(rows: Sequence[Any]) -> Sequence[Any]:
    """With ids of their own."""
    for row in rows:
        row.id, row.event_key = f"june-{row.id}", f"june-{row.event_key}"
    return rows


class Log:
    """Asks the log itself: ``where`` in SQL, days from ``first`` to ``last`` in Japan."""

    def __init__(self, session: Session, period: Period) -> None:
        self.session, self.period = session, period
        local = LOCAL[session.get_bind().dialect.name]
        self.source = f"(SELECT *, {SHOWN}, {local} FROM query_log WHERE municipality_code = '{CODE}') AS q"

    def of(self, period: Period) -> Log:
        return Log(self.session, period)

    def number(self, where: str, what: str = "COUNT(*)") -> int:
        return int(self._rows(what, where)[0][0] or 0)

    def by(self, value: str, where: str = "1 = 1") -> dict[Any, int]:
        return {row[0]: int(row[1]) for row in self._rows(f"{value}, COUNT(*)", where, "GROUP BY 1")}

    def percent(self, part: str, whole: str) -> str:
        of = self.number(whole)
        return f"{self.number(f'{whole} AND {part}') / of * 100:.1f}%" if of >= FEWEST else TOO_FEW

    def _rows(self, what: str, where: str, more: str = "") -> Sequence[Any]:
        days = {"first": self.period.first.isoformat(), "last": self.period.last.isoformat()}
        query = f"SELECT {what} FROM {self.source} WHERE day >= :first AND day <= :last AND ({where}) {more}"
        return self.session.execute(text(query), days).all()


def tables(session: Session, period: Period) -> dict[str, ReportTable]:
    report = monthly_report(period_figures(session, CODE, period), lambda _, value: value or "なし")
    return {table.title.partition("（")[0]: table for table in report.tables}


def holds(cell: str, count: int) -> bool:
    """Whether ``cell`` tells ``count``; few must be kept back, and whatever is kept back tells nothing."""
    if cell == FEW:
        assert 0 < count < FEWEST
        return False
    if cell == KEPT_BACK:
        return False
    assert cell == f"{count:,}"
    assert not 0 < count < FEWEST, "few are not told"
    return True


@pytest.mark.parametrize("period", [MARCH, APRIL, JUNE], ids=["March", "April", "June"])
def test_the_chief_figures_are_those_of_the_log(town: Database, period: Period) -> None:
    with town.reading() as session:
        log, found = Log(session, period), tables(session, period)["主な数字"]
        own = f"{BOT} AND {ASKED}"
        rows = {row[0]: row for row in found.rows}
        for label, where in (
            ("質問", "1 = 1"), ("答えを示した", "decision = 'answer'"), ("選択肢を示した", "decision = 'suggest'"),
            ("答えられなかった", IS_NONE), ("人・緊急の窓口を案内した", "decision = 'handoff'"), ("受付時間の外", f"NOT ({OPEN})"),
        ):  # fmt: skip
            for place, of in ((1, period), (3, period.previous)):
                asked = log.of(of).number(f"{own} AND {where}")
                assert rows[label][place] == (f"{asked}件" if of != MARCH.previous else NOBODY), (label, of)
            assert label == "質問" or log.percent(where, own) in rows[label][2]
        assert rows["人数"][1] == f"{log.number(own, 'COUNT(DISTINCT asker)')}人"
        nameless = log.number(f"{own} AND asker IS NULL")
        assert rows["人数"][2] == (f"ほかに、だれか分からない質問が{nameless}件" if nameless else "")
        said = f"{own} AND {IS_SHOWN} AND feedback IN ('solved', 'unsolved')"
        assert rows["解決率（回答による）"][1] == log.percent("feedback = 'solved'", said)
        assert rows["解決率（推定）"][1] == log.percent(f"NOT {FAILED}", f"{own} AND {IS_SHOWN}")
        taken = log.number(f"{own} AND decision = 'suggest' AND shown IS NOT NULL")
        refused = log.number(f"{own} AND decision = 'suggest' AND tapped_entry_id = ''")
        assert f"うち選ばれた{taken:,}件、「この中にない」{refused:,}件" in rows["選択肢を示した"][5]
        assert rows["あいさつ"][1] == f"{log.number(f'{BOT} AND NOT ({ASKED})')}件"


@pytest.mark.parametrize("period", [MARCH, APRIL, JUNE], ids=["March", "April", "June"])
def test_every_cell_of_the_breakdowns_is_that_of_the_log(town: Database, period: Period) -> None:
    with town.reading() as session:
        log, found = Log(session, period), tables(session, period)
        told = 0
        for row, channel in zip(found["受けた方法ごと"].rows, NAMES, strict=True):
            own = f"channel = '{channel}' AND {ASKED}"
            counts = [log.number(own), log.number(own, "COUNT(DISTINCT asker)")]
            counts += [log.number(f"{own} AND {where}") for where in (IS_SHOWN, IS_NONE)]
            assert row[0] == NAMES[channel]
            for cell, count in zip(row[1:], counts, strict=True):
                told += cell != NO_PEOPLE and holds(cell, count)
        assert told >= 10
        own = f"{BOT} AND {ASKED}"
        for title, value, shares in (
            ("担当課ごと", VALUES["department"], ()), ("分類ごと", VALUES["category"], ()),
            ("よく示した答え", VALUES["entry"], ()), ("言語ごと", "language", (IS_SHOWN,)),
        ):  # fmt: skip
            counts = log.by(value, own)
            assert found[title].rows or period is JUNE
            for row in found[title].rows:
                key = "" if row[0] == "なし" else row[0]
                one = f"{own} AND {value} = '{key}'"
                assert holds(row[1], counts[key]), title
                assert list(row[2:]) == [
                    *(log.percent(where, one) for where in shares),
                    log.percent(f"NOT {FAILED}", f"{one} AND {IS_SHOWN}"),
                ]
            shown = [int(row[1]) for row in found[title].rows]
            assert shown == sorted(shown, reverse=True)
            assert len(shown) <= MOST_LINES


def test_the_few_of_a_breakdown_are_not_to_be_computed_from_its_sum(town: Database) -> None:
    with town.reading() as session:
        found = tables(session, MARCH)["言語ごと"]
        log = Log(session, MARCH)
        counts = log.by("language", f"{BOT} AND {ASKED}")
    assert 0 < counts["pt"] < FEWEST
    named = {row[0] for row in found.rows}
    assert "pt" not in named
    left = set(counts) - named - {"pt"}
    assert left, "one more is kept back, so that the sum does not lead to it"
    assert f"{FEWEST}件より少ないものが、ほかに1あります。" in found.note
    assert all(f"「{one}」" in found.note for one in left)


@pytest.mark.parametrize("period", [MARCH, APRIL, JUNE], ids=["March", "April", "June"])
def test_the_needs_are_those_of_the_log_with_their_channels_apart(town: Database, period: Period) -> None:
    with town.reading() as session:
        log, found = Log(session, period), tables(session, period)
        line = overview_of(period_figures(session, CODE, period), lambda _, value: value)
        people = "COUNT(DISTINCT asker) + SUM(CASE WHEN asker IS NULL THEN 1 ELSE 0 END)"
        ranks = []
        for row in found["求められて、かなえられなかったこと"].rows:
            own = f"need = {row[0].removeprefix('票')}"
            ranks.append(log.number(f"{own} AND {BOT}", people))
            holds(row[1], log.number(f"{own} AND {BOT}"))
            holds(row[2], ranks[-1])
            if period != MARCH:
                holds(row[3], log.of(period.previous).number(f"{own} AND {BOT}"))
            else:
                assert row[3] == NOBODY
            holds(row[4], log.number(f"{own} AND {NOTED}"))
        assert len(ranks) == 10 or period is JUNE
        assert ranks == sorted(ranks, reverse=True)
        noted = log.by("need", f"need IS NOT NULL AND {NOTED}")
        several = sorted((count for count in noted.values() if count >= FEWEST), reverse=True)[:10]
        shown = found.get("電話・窓口などで求められたこと")
        assert [int(row[1]) for row in shown.rows] if shown else several == []
        for name, asked, by_phone, _ in line.needs:
            for cell, where in ((asked, BOT), (by_phone, NOTED)):
                count = log.number(f"need = {name.removeprefix('票')} AND {where}")
                assert cell == (f"{count}件" if count >= FEWEST or not count else "5件未満")


@pytest.mark.parametrize("period", [MARCH, APRIL, JUNE], ids=["March", "April", "June"])
def test_the_page_of_a4_tells_the_numbers_of_the_log(town: Database, period: Period) -> None:
    with town.reading() as session:
        told = overview_of(period_figures(session, CODE, period), lambda _, value: value)
        log, own = Log(session, period), f"{BOT} AND {ASKED}"
        entries = log.by(VALUES["entry"], f"{own} AND shown IS NOT NULL")
        before = log.of(period.previous).number(own)
        assert [one.value for one in told.numbers] == [
            f"{log.number(own)}件",
            f"{log.number(own, 'COUNT(DISTINCT asker)')}人",
            log.percent(IS_SHOWN, own),
            log.percent(f"NOT {FAILED}", f"{own} AND {IS_SHOWN}"),
            log.percent(IS_NONE, own),
            log.percent(f"NOT ({OPEN})", own),
        ]
    assert (f" {before}件" in told.numbers[0].note) == (period != MARCH)
    assert told.numbers[0].note.startswith("途中の値。") == (period is JUNE)
    assert told.asked
    assert all(entries[name] == int(count.removesuffix("件")) >= FEWEST for name, count in told.asked)


def test_a_question_of_the_last_second_of_march_is_a_need_of_march(town: Database) -> None:
    with town.reading() as session:
        for period, count in ((MARCH, 6), (APRIL, 7)):
            [line] = [one for one in period_figures(session, CODE, period).needs if one.card.number == 20]
            assert line.times == count
        for year, count in ((2025, 6), (2026, 7)):
            found, _, _ = years_figures(session, CODE, year)
            assert next(one for one in found.needs if one.card.number == 20).times == count


def test_what_was_mended_is_counted_from_the_moment_of_publishing(town: Database) -> None:
    with town.reading() as session:
        [row] = tables(session, APRIL)["答えられなかった質問から直したもの"].rows
        after = "asked_at >= :since AND municipality_code = :code AND channel IN ('line','web','api')"
        given = {"since": PUBLISHED.astimezone(dt.UTC).replace(tzinfo=None), "code": CODE}
        if session.get_bind().dialect.name == "postgresql":
            given["since"] = PUBLISHED
        shown = "((decision = 'answer' AND entry_id = 'juki') OR tapped_entry_id = 'juki')"
        helped = "(feedback IS NULL OR feedback <> 'unsolved')"
        counts = [
            session.execute(text(f"SELECT COUNT(*) FROM query_log WHERE {after} AND {where}"), given).scalar_one()
            for where in (f"{shown} AND {helped}", "need = 3")
        ]
    assert counts[0] > 20
    assert holds(row[2], counts[0])
    holds(row[3], counts[1])


@pytest.mark.parametrize("period", [APRIL, JUNE], ids=["April", "June"])
def test_the_course_of_months_is_that_of_the_log(town: Database, period: Period) -> None:
    with town.reading() as session:
        found = tables(session, period)["月ごとの動き"]
        month = period
        for row in reversed(found.rows):
            log, own = Log(session, month), f"{BOT} AND {ASKED}"
            assert row[0].startswith(month.name)
            counts = (log.number(own), log.number(own, "COUNT(DISTINCT asker)"))
            assert row[1:3] == tuple(map(str, counts))
            shown = f"{own} AND {IS_SHOWN}"
            assert row[3:] == (log.percent(IS_SHOWN, own), log.percent(f"NOT {FAILED}", shown))
            month = month.previous
        assert month == MARCH.previous, "nothing is told of what was not counted"
        assert found.rows[-1][0].endswith("（途中）") == (period is JUNE)


def test_the_hours_of_a_week_are_those_of_the_log(town: Database) -> None:
    from bot.report_charts import told_hours
    from knowledge.report_figures import hour_grid

    with town.reading() as session:
        grid = told_hours(hour_grid(period_figures(session, CODE, MARCH).by["hour"]))
        counts = Log(session, MARCH).by("weekday || '-' || hour", f"{BOT} AND {ASKED}")
    hidden = []
    for day, row in enumerate(grid):
        for hour, value in enumerate(row):
            count = counts.get(f"{day}-{hour}", 0)
            assert value is None or (value == count and not 0 < count < FEWEST)
            hidden += [count] if value is None else []
    assert len(hidden) > 1, "one alone would be told by the sum"
    assert sum(count >= FEWEST for row in grid for count in row if count is not None) > 3


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_sheet_of_measures_is_that_of_the_log_of_its_year(town: Database, year: int) -> None:
    with town.reading() as session:
        found, _, _ = years_figures(session, CODE, year)
        lines = measure_lines(session, CODE, found, year, MOMENT.date())
        known = check_tables(lines, found, str)[1]
        log = Log(session, found.period)
        own = f"{BOT} AND {ASKED} AND shown = 'juki'"
        needs = {where: log.by("need", f"need IS NOT NULL AND {where}") for where in (BOT, NOTED)}
    assert "自動で選んだ" in known.headings[6], "a need stands below a measure that nobody chose"
    assert "いつも合うとは限りません" in known.note
    rows = {row[0]: row for row in known.rows}
    asked = log_number(town, found.period, own)
    assert rows["1-1"][4] in (str(asked), KEPT_BACK)
    assert asked > 20
    if rows["1-1"][4] == str(asked):
        assert rows["1-1"][5] == log_percent(town, found.period, f"NOT {FAILED}", own)
    assert rows["1-2"][4] == "0"
    for number, row in rows.items():
        for told in row[6].split("\n"):
            name, _, rest = told.partition("（")
            if not name.startswith("票"):
                continue
            card = int(name.removeprefix("票"))
            assert f"1-{1 + card % 2}" == number
            assert card != 3, "answered meanwhile"
            asked = needs[BOT].get(card, 0)
            assert rest.startswith(f"{asked}件" if asked >= FEWEST else "5件未満")
            noted = needs[NOTED].get(card, 0)
            assert ("書きとめた質問" in rest) == (noted > 0)
    assert f"票20（{6 if year == 2025 else 7}件、" in rows["1-1"][6] + rows["1-2"][6] or "ほか" in rows["1-1"][6]


def log_number(town: Database, period: Period, where: str) -> int:
    with town.reading() as session:
        return Log(session, period).number(where)


def log_percent(town: Database, period: Period, part: str, whole: str) -> str:
    with town.reading() as session:
        return Log(session, period).percent(part, whole)


def sheet(session: Session, year: int, opened_on: dt.date | None = None) -> dict[str, Item]:
    found, facts, before = years_figures(session, CODE, year)
    alike = months_alike(session, CODE, found, opened_on or found.begun)
    told = YearTold(found, facts, before, lambda _, value: value, opened_on, tuple(alike))
    return {one.question: one for one in items(told)}


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_councillors_figures_are_those_of_the_log(town: Database, year: int) -> None:
    with town.reading() as session:
        told = sheet(session, year)
        log = Log(session, Period(dt.date(year, 4, 1), PeriodKind.YEAR))
        own = f"{BOT} AND {ASKED}"
        asked, people = log.number(own), log.number(own, "COUNT(DISTINCT asker)")
        nameless = log.number(f"{own} AND asker IS NULL")
        shown, none = log.number(f"{own} AND {IS_SHOWN}"), log.number(f"{own} AND {IS_NONE}")
        failed, outside = log.number(f"{own} AND {FAILED}"), log.number(f"{own} AND NOT ({OPEN})")
        solved, said = (
            log.number(f"{own} AND {IS_SHOWN} AND feedback {how}")
            for how in ("= 'solved'", "IN ('solved', 'unsolved')")
        )
        languages = log.by("language", own)
    answer = told["何件の質問があり、何人が使ったか。"].answer
    assert f"{asked:,}件、{people:,}人。ほかに、だれか分からない質問が{nameless:,}件。" in answer
    answer = told["どれだけ答えられたか。その割合の定義は何か。"].answer
    assert f"（{asked:,}件中{shown:,}件。" in answer
    assert f"（{asked:,}件中{none:,}件。" in answer
    answer = told["住民の困りごとは解決したのか。"].answer
    assert f"（{said:,}件中{solved:,}件。" in answer
    assert f"（{shown:,}件中{shown - failed:,}件。" in answer
    assert f"（{asked:,}件中{outside:,}件。" in told["役所が閉まっている時間に、どれだけ使われたか。"].answer
    answer = told["外国人住民には、どう配慮しているか。"].answer
    assert f"en{languages['en']}件" in answer
    assert "pt" not in answer


def test_a_month_in_which_nobody_asked_says_so_and_one_that_was_not_counted_says_that(town: Database) -> None:
    with town.reading() as session:
        empty, unknown = tables(session, MAY), tables(session, MARCH.previous)
        year = sheet(session, 2024)
    assert {row[0]: row[1] for row in empty["主な数字"].rows}["質問"] == "0件"
    assert [row[1] for row in empty["受けた方法ごと"].rows] == ["0"] * len(NAMES)
    assert {row[1] for row in unknown["主な数字"].rows} == {NOBODY}
    assert unknown["受けた方法ごと"].rows == unknown["担当課ごと"].rows == ()
    assert "この期間の数字はありません" in unknown["受けた方法ごと"].empty
    assert unknown["月ごとの動き"].rows == ()
    assert not year["何件の質問があり、何人が使ったか。"].known
