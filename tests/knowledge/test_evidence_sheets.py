"""施策シート and オンライン化優先度: what they show is what queries over the log give that know nothing of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from knowledge.answers import Answer, SourcePlan
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.measure_sheets import measure_sheets
from knowledge.measure_sheets import workbook_sheets as measure_tables
from knowledge.models import Indicator, IndicatorValue, Measure, Municipality, NeedCard, ScheduleItem
from knowledge.need_cards import Described, make_card
from knowledge.online_priority import BY_OUTSIDE, priorities
from knowledge.online_priority import workbook_sheets as priority_tables
from knowledge.online_standing import ROW, OnlineStanding, online_standing, says_no
from knowledge.opening_hours import Place, Span
from knowledge.opening_places import save_place
from knowledge.period_closing import count_due
from knowledge.periods import Period, PeriodKind, period_of
from knowledge.tally_counting import EntryKind
from tests.support.questions import any_rows, question_row

CODE = "242047"
YEAR = Period(dt.date(2026, 4, 1), PeriodKind.YEAR)
QUARTER = Period(dt.date(2026, 4, 1), PeriodKind.QUARTER)
ENTRIES = {"juki": EntryKind("証明書", "1-1"), "wifi": EntryKind("講習", "1-2")}
MOMENT = dt.datetime(2026, 7, 20, 10, tzinfo=JST)
SHOWN = """
WITH shown AS (SELECT q.*, CASE decision WHEN 'answer' THEN entry_id WHEN 'suggest' THEN NULLIF(tapped_entry_id, '') END
  AS e FROM query_log q WHERE municipality_code = :code AND channel IN ('line','web','api') AND decision <> 'smalltalk'
  AND jst_date BETWEEN :first AND :last)
"""


def japan(day: str, clock: str = "10:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=JST)


def curated(entry_id: str, **values: Any) -> dict[str, Any]:
    told = {"municipality_code": CODE, "entry_id": entry_id, "state": "published", "phrasings": [], "source_plan": "p"}
    return {**told, "source_section": "1", "checked_on": MOMENT.date(), "updated_at": MOMENT, **values}


@pytest.fixture
def town(database: Database) -> Database:
    """Two measures, with 600 questions of every kind from March to July."""
    with database.writing() as session:
        told = {"name": "市", "kana": "し", "prefecture": "県", "aliases": [], "contact_department": "c"}
        session.add(Municipality(code=CODE, **told, sample=False, examples=[]))
        session.flush()
        for place, number in enumerate(("1-1", "1-2")):
            source = {"source_plan": "p", "source_section": "1"}
            session.add(Measure(municipality_code=CODE, number=number, title=f"施策{number}", position=place, **source))
        session.add_all(any_rows(CODE, 600, japan("2026-03-20"), japan("2026-07-19")))
        target = {"value": "100", "fiscal_year": 2027}
        kpi = curated("kpi", name="件数の指標", unit="件", measure="1-1", interim=[], target=target)
        session.add(Indicator(**kpi, baseline={"value": "10", "fiscal_year": 2024}))
        for year, value in ((2025, "20"), (2027, "99")):
            session.add(
                IndicatorValue(
                    municipality_code=CODE, entry_id="kpi", fiscal_year=year, number=1, value=value,
                    written_by="山田", written_at=MOMENT,
                )
            )  # fmt: skip
        steps = [{"fiscal_years": [2025], "text": "準備"}, {"fiscal_years": [2026, 2027], "text": "実施"}]
        session.add(ScheduleItem(**curated("step", name="窓口の改善", measure="1-1", steps=steps)))
        week = (Span(dt.time(8, 30), dt.time(17, 15)),) * 5 + (None, None)
        save_place(session, CODE, Place(0, "本庁", (), week))
    return database


def counted(database: Database) -> Database:
    periods = [YEAR, QUARTER, *(period_of(PeriodKind.MONTH, dt.date(2026, month, 1)) for month in range(1, 8))]
    assert len(list(count_due(database, CODE, periods, ENTRIES, MOMENT))) == len(periods)
    return database


def need(session: Any, number: int, name: str, measure: str | None, **values: Any) -> None:
    make_card(session, CODE, number, Described(name, "missing", None, measure, None), MOMENT)
    session.flush()
    card = session.get_one(NeedCard, (CODE, number))
    days = {"first_on": dt.date(2026, 5, 1), "last_on": dt.date(2026, 5, 30)}
    for column, value in ({"times": 3, "askers": 2} | days | values).items():
        setattr(card, column, value)


@pytest.mark.parametrize("period", [YEAR, QUARTER], ids=["year", "quarter"])
def test_what_a_measure_is_asked_is_what_the_log_tells(town: Database, period: Period) -> None:
    counted(town)
    query = text(
        SHOWN + "SELECT COUNT(*), COUNT(DISTINCT asker), SUM(CASE WHEN feedback = 'solved' THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN feedback IN ('solved', 'unsolved') THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN need_signal IN ('unsolved', 'rephrased', 'contact') THEN 1 ELSE 0 END) FROM shown WHERE e = :entry"
    )
    with town.reading() as session:
        first, second = measure_sheets(session, CODE, period, MOMENT.date())
        for sheet, entry in ((first, "juki"), (second, "wifi")):
            given = {"code": CODE, "first": period.first, "last": period.last, "entry": entry}
            asked, askers, solved, said, failed = session.execute(query, given).one()
            assert (sheet.tally.asked, sheet.tally.askers) == (asked, askers)
            assert (sheet.tally.solved_share.part, sheet.tally.solved_share.whole) == (solved, said)
            assert (sheet.tally.estimated_share.part, sheet.tally.estimated_share.whole) == (asked - failed, asked)
            assert asked > 20


def test_a_measure_stands_beside_its_indicators_its_schedule_and_what_is_missing(town: Database) -> None:
    with town.writing() as session:
        need(session, 1, "満たされない", "1-1", askers=7, times=9)
        need(session, 2, "もう少ない", "1-1")
        need(session, 3, "公開済み", "1-1", state="published")
        need(session, 4, "まとめた", "1-1", state="merged")
        need(session, 5, "前の年だけ", "1-1", first_on=dt.date(2025, 5, 1), last_on=dt.date(2025, 6, 1))
        need(session, 6, "別の施策", "1-2")
    with town.reading() as session:
        first, second = measure_sheets(session, CODE, YEAR, MOMENT.date())
        (only,) = measure_sheets(session, CODE, YEAR, MOMENT.date(), ["1-2"])
    assert (first.unmet, first.unmet_times, [one.number for one in first.needs]) == (2, 12, [1, 2])
    assert only == second
    (line,) = first.indicators
    assert (line.baseline, line.target) == ("10件（令和6年度（2024年度））", "100件（令和9年度（2027年度））")
    assert (line.actual, line.actual_year, line.computed) == ("20件", 2025, None)
    assert first.schedule[0].steps == (("令和8年度と令和9年度", "実施"),)
    assert first.tally is None, "nothing was counted"
    sheets = {one.name: one for one in measure_tables([first, second])}
    assert [len(sheets[name].rows) for name in ("施策", "指標", "ニーズ票", "予定")] == [2, 1, 3, 1]


PLAN = SourcePlan("p", "計画", "計画", False, "", False, None)


def procedure(entry_id: str, online: str = "", department: str | None = "dep-it", kind: str = "procedure") -> Answer:
    facts = (("オンライン", online),) if online else ()
    return Answer(
        entry_id, 1, kind, f"{entry_id}の手続", "答え", facts, (), PLAN, "1", None, "", MOMENT.date(), department,
        None, "証明書", (), "",
    )  # fmt: skip


def test_what_is_asked_for_and_not_online_is_what_the_log_tells(town: Database) -> None:
    counted(town)
    answers = [
        procedure("juki", "窓口のみです"),
        procedure("wifi", "一部できます"),
        procedure("gone"),
        procedure("quiet"),
    ]
    # Minutes, not hours: 8:20 is outside, 8:40 is not.
    query = text(
        SHOWN + "SELECT COUNT(*), COUNT(DISTINCT asker), SUM(CASE WHEN asker IS NULL THEN 1 ELSE 0 END) "
        "FROM shown WHERE e = :entry"
    )
    with town.reading() as session:
        found = priorities(session, CODE, YEAR, answers, MOMENT.date())
        for line in (*found.lines, *found.untold):
            given = {"code": CODE, "first": YEAR.first, "last": YEAR.last, "entry": line.entry_id}
            asked, askers, nameless = session.execute(query, given).one()
            assert (line.tally.asked, line.people) == (asked, askers + nameless)
            assert sum(count or 0 for count in line.months[2:]) == asked
            assert 0 < line.tally.outside_share.part < asked
    assert {one.entry_id for one in found.lines} == {"juki", "wifi"}
    assert [one.people for one in found.lines] == sorted((one.people for one in found.lines), reverse=True)
    assert [one.entry_id for one in found.untold] == ["gone"]
    assert (found.procedures, found.hours_known, len(found.months)) == (4, True, 6)


def test_out_of_hours_is_told_to_the_minute_and_orders_where_that_is_asked(town: Database) -> None:
    with town.writing() as session:
        for number, (clock, entry) in enumerate(
            [("08:29", "late"), ("17:15", "late"), ("23:00", "late"), ("08:30", "late"), ("12:00", "late")]
            + [("10:00", "day")] * 9
        ):
            at = japan("2026-07-14", clock)
            session.add(question_row(CODE, 9000 + number, at, entry_id=entry))
    counted(town)
    answers = [procedure("late", "できません"), procedure("day", "できません"), procedure("yes", "できます")]
    with town.reading() as session:
        by_people = priorities(session, CODE, YEAR, answers, MOMENT.date())
        by_outside = priorities(session, CODE, YEAR, answers, MOMENT.date(), order=BY_OUTSIDE)
        other = priorities(session, CODE, YEAR, answers, MOMENT.date(), departments=frozenset({"dep-tax"}))
    assert [(one.entry_id, one.tally.outside) for one in by_people.lines] == [("day", 0), ("late", 3)]
    assert [one.entry_id for one in by_outside.lines] == ["late", "day"]
    assert by_outside.lines[0].tally.outside_share.percent == "60.0%"
    assert other.lines == ()


def test_needs_that_cannot_be_met_stand_beside_the_procedure_or_below(town: Database) -> None:
    counted(town)
    with town.writing() as session:
        need(session, 1, "家から出したい", None, gap="impossible", entry_id="juki")
        need(session, 2, "ほかのこと", None, gap="impossible", entry_id="elsewhere", state="considering")
        need(session, 3, "終わった", None, gap="impossible", entry_id="juki", state="declined")
        need(session, 4, "別の不足", None, gap="missing", entry_id="juki")
    with town.reading() as session:
        found = priorities(session, CODE, YEAR, [procedure("juki", "できません")], MOMENT.date())
    assert [one.number for one in found.lines[0].needs] == [1]
    assert [one.number for one in found.others] == [2]
    told = priority_tables(found, {"dep-it": "情報政策課"})[0]
    assert told.rows[0][1:5] == ("jukiの手続", "情報政策課", "オンラインではできない", "できません")


def test_without_hours_and_without_counting_nothing_is_claimed(town: Database) -> None:
    with town.reading() as session:
        found = priorities(session, CODE, YEAR, [procedure("juki", "できません")], MOMENT.date())
    assert (found.lines, found.hours_known) == ((), False)
    assert replace(found, lines=()).months[0].name == "令和8年2月"


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ("できません", OnlineStanding.NO),
        ("窓口のみです", OnlineStanding.NO),
        ("オンラインではできません。窓口へ", OnlineStanding.NO),
        ("一部の手続きはできます", OnlineStanding.PART),
        ("できるものがあります（検診・予防接種など）", OnlineStanding.PART),
        ("できます（手続きによります）", OnlineStanding.PART),
        ("できます（令和5年度にオンライン化）", OnlineStanding.YES),
        ("コンビニなどの端末で取れます", OnlineStanding.YES),
        ("行われています（令和4年の計画の時点）", OnlineStanding.YES),
        ("予約システムは計画にあり。今の状況は要確認", OnlineStanding.UNCLEAR),
        ("オンラインで受けられるよう計画しています", OnlineStanding.UNCLEAR),
        ("市の対象手続きは増やす計画。今の内容は総務課に要確認", OnlineStanding.UNCLEAR),
        ("", OnlineStanding.UNTOLD),
    ],
)
def test_the_row_tells_whether_it_can_be_done_online(said: str, standing: OnlineStanding) -> None:
    assert online_standing(said) is standing


@pytest.mark.parametrize(
    ("said", "no"),
    [
        ("できません", True),
        ("窓口のみです", True),
        ("一部の手続きはできません", True),
        ("一部の手続きはできます", False),
        ("できます（手続きによります）", False),
        ("今の内容は要確認", False),
        ("", False),
    ],
)
def test_a_need_cannot_be_met_only_where_the_same_row_says_so(said: str, no: bool) -> None:
    """The kind of gap and the priorities read one row by one rule: what cannot be done is never online or unknown."""
    assert says_no(((ROW, said), ("料金", "現金のみ。返金はできません"))) is no
    if no:
        assert online_standing(said) in (OnlineStanding.NO, OnlineStanding.PART)
