"""What reports are made of, in both databases: needs of a period, what was mended, facts of a year."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.ledger import NOTED
from knowledge.models import Misguidance, NeedCard
from knowledge.need_cards import Described, make_card
from knowledge.periods import Period, PeriodKind
from knowledge.report_figures import FIGURES, friends_share, period_figures, years_figures
from knowledge.tallies import BOT_CHANNELS
from knowledge.year_facts import (
    FACTS,
    Target,
    facts_of,
    history,
    number_text,
    opening_day,
    shown_fact,
    target_text,
    write_facts,
)
from tests.knowledge.test_open_data import CODE, MOMENT, count, write_town
from tests.support.questions import any_rows

OCTOBER = Period(dt.date(2026, 10, 1), PeriodKind.MONTH)


@pytest.fixture
def town(database: Database) -> Database:
    """Two months of any questions, some of two needs; the first was met in the middle of October."""
    write_town(database)
    rows = any_rows(CODE, 300, dt.datetime(2026, 9, 1, tzinfo=JST), dt.datetime(2026, 11, 1, tzinfo=JST))
    for number, row in enumerate(rows):
        row.need = 1 + number % 2 if row.decision == "none" else None
    with database.writing() as session:
        session.add_all(rows)
        for number in (1, 2):
            make_card(session, CODE, number, Described(f"票{number}", "missing", None, None, None), MOMENT)
        session.flush()
        card = session.get_one(NeedCard, (CODE, 1))
        card.answer_id, card.published_at = "juki", dt.datetime(2026, 10, 15, tzinfo=JST)
    count(database)
    return database


def test_needs_are_those_of_the_period_by_people(town: Database) -> None:
    with town.reading() as session:
        found = period_figures(session, CODE, OCTOBER)
        wanted = "SELECT need, asker, jst_date, channel FROM query_log WHERE need IS NOT NULL"
        rows = session.execute(text(wanted)).all()
    october = [(need, asker, channel) for need, asker, day, channel in rows if str(day)[:7] == "2026-10"]
    for line in found.needs:
        own = [asker for need, asker, channel in october if need == line.card.number and channel in BOT_CHANNELS]
        assert line.times == len(own)
        assert line.noted == sum(need == line.card.number for need, *_ in october) - len(own) > 0
        assert line.askers == len({one for one in own if one}) + own.count(None)
    assert len(found.needs) == 2
    assert found.needs[0].askers >= found.needs[1].askers


def test_what_was_mended_is_told_with_what_came_of_it(town: Database) -> None:
    with town.reading() as session:
        found = period_figures(session, CODE, OCTOBER)
        wanted = text(
            "SELECT entry_id, decision, tapped_entry_id, feedback, need, asked_at, channel FROM query_log "
            "WHERE channel IN ('line', 'web', 'api')"
        )
        rows = [
            row for row in session.execute(wanted) if _moment(row.asked_at) >= dt.datetime(2026, 10, 15, tzinfo=JST)
        ]
        september = period_figures(session, CODE, OCTOBER.previous)
    at_once = [row for row in rows if row.entry_id == "juki" and row.decision == "answer" and row.channel not in NOTED]
    shown = [*at_once, *(row for row in rows if row.tapped_entry_id == "juki")]
    [mended] = found.improvements
    assert mended.outcome.answered == sum(row.feedback != "unsolved" for row in shown)
    assert mended.outcome.unmet == sum(row.need == 1 for row in rows)
    assert september.improvements == (), "published later"


def _moment(value: object) -> dt.datetime:
    """SQLite gives a moment as text, in UTC."""
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value)).replace(tzinfo=dt.UTC)


def test_how_a_month_stands_and_what_it_is_compared_with(town: Database) -> None:
    with town.reading() as session:
        found, november = (period_figures(session, CODE, one) for one in (OCTOBER, OCTOBER.next))
        year, _, _ = years_figures(session, CODE, 2026)
    assert (found.mark, november.mark, year.mark) == ("確定", "速報", "速報")
    assert found.before is not None
    assert found.year_ago is None
    assert november.stands is not None
    assert (november.stands.closed_at, november.now.asked) == (None, 0)
    assert year.now.asked == found.now.asked + found.before.asked
    assert sum(one.asked for one in found.by["hour"].values()) == found.now.asked


def test_sheets_of_wrong_answers_are_those_written_in_the_period(town: Database) -> None:
    with town.writing() as session:
        for number, day in enumerate((dt.date(2026, 9, 30), dt.date(2026, 10, 1), dt.date(2026, 10, 31)), 1):
            at = dt.datetime.combine(day, dt.time(0, 0), JST)
            told = {
                "entry_id": "juki",
                "question": "？",
                "first_version": 1,
                "last_version": 1,
                "shown": 1,
                "askers": 1,
            }
            by = {"nameless": 0, "counted_at": at, "wrong": "x", "done": "y", "author_name": "職員", "written_at": at}
            session.add(Misguidance(municipality_code=CODE, number=number, **told, **by))
    with town.reading() as session:
        assert [one.number for one in period_figures(session, CODE, OCTOBER).misguidances] == [2, 3]


def test_a_fact_that_is_written_anew_leaves_what_was_written_before(town: Database) -> None:
    target = target_text(Target("割合", "80%", "shown"))
    with town.writing() as session:
        assert write_facts(session, CODE, 2026, {"cost": "100", "target-2": target, "friends": None}, "甲", MOMENT) == {
            "cost": (None, "100"),
            "target-2": (None, target),
        }
        assert write_facts(session, CODE, 2026, {"cost": "100"}, "乙", MOMENT) == {}
        later = MOMENT + dt.timedelta(days=1)
        assert write_facts(session, CODE, 2026, {"cost": "120"}, "乙", later) == {"cost": ("100", "120")}
        write_facts(session, CODE, 2025, {"opened_on": "2025-06-01"}, "乙", later)
    with town.reading() as session:
        facts = facts_of(session, CODE, 2026)
        assert (facts.number("cost"), facts.number("friends"), facts.seen) == (120.0, None, 3)
        assert facts.targets == {"target-2": Target("割合", "80%", "shown")}
        assert [(row.value, row.written_by) for row in history(session, CODE, 2026) if row.name == "cost"] == [
            ("120", "乙"),
            ("100", "甲"),
        ]
        assert opening_day(session, CODE) == dt.date(2025, 6, 1)
        assert friends_share(facts) is None
    with town.writing() as session:
        write_facts(session, CODE, 2026, {"friends": "10", "population": "0", "target-2": None}, "甲", MOMENT)
    with town.reading() as session:
        facts = facts_of(session, CODE, 2026)
        assert friends_share(facts) is None
        assert facts.targets == {}


@pytest.mark.parametrize(("given", "kept"), [("１，２００", "1200"), (" 3.5 ", "3.5"), ("", None), ("0", "0")])
def test_numbers_are_read_as_people_write_them(given: str, kept: str | None) -> None:
    assert number_text(given) == kept


@pytest.mark.parametrize("given", ["-1", "1e5", "約100", "1.234", "9" * 14, "NaN"])
def test_what_is_no_number_is_refused(given: str) -> None:
    with pytest.raises(ValueError):
        number_text(given)


def test_every_fact_and_figure_has_its_words() -> None:
    assert shown_fact("cost", "1200000") == "1,200,000円"
    assert shown_fact("staff_hours", "12.5") == "12.5時間"
    assert shown_fact("calls_span", "month") == "1か月平均"
    assert shown_fact("help_old", None) == "（取り消し）"
    assert all(fact.label for fact in FACTS.values())
    assert all(figure.label for figure in FIGURES.values())
