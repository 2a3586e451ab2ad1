"""What staff would have written in a demonstration year: there to be seen, marked, and gone with the year."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from bot.demo_evidence import write_evidence
from bot.demo_jobs import make_year, remove_all
from bot.figure_jobs import count_figures
from bot.services import Services
from knowledge.accuracy_figures import figures_of
from knowledge.accuracy_labelling import agreement_of, standings
from knowledge.audit import BY_COMMAND
from knowledge.calendar import JST, fiscal_year_of, now, today
from knowledge.demo_data import WRITER, is_invented
from knowledge.demo_evidence import LABELLERS, months_to_judge
from knowledge.demo_wordings import Subject
from knowledge.demo_year import Year
from knowledge.entry_versions import Author
from knowledge.misguidance import write_misguidance
from knowledge.models import (
    AccuracyItem,
    AccuracyLabel,
    DemoData,
    Entry,
    LoggedQuestion,
    Misguidance,
    PeriodCorrection,
    PeriodCount,
    StaffAccount,
    YearFact,
)
from knowledge.year_facts import facts_of, write_facts
from tests.bot.test_demo_jobs import everything
from tests.knowledge.small_town import CODE

ASKED = [
    Subject("juki", "住民票", 4, ("住民票はコンビニで取れますか？", "住民票をコンビニで", "写しをコンビニで")),
    Subject("goal", "計画", 3, ("計画の目標は何ですか？", "めざすものは何ですか")),
    Subject("other", "ほか", 2, ("ほにゃらら", "ふがふがはどこですか", "温泉の割引はありますか")),
]


@pytest.fixture
def year() -> Year:
    return Year(today() - dt.timedelta(days=1), 1_200, seed=1)


def make(services: Services, year: Year) -> None:
    make_year(services, CODE, year, asked=ASKED)
    count_figures(services, CODE, {}, lambda _: None)
    write_evidence(services, CODE)


def test_two_months_are_judged_by_two_who_are_nobody(kit: Services, year: Year) -> None:
    make(kit, year)
    with kit.database.reading() as session:
        told = session.get_one(DemoData, CODE)
        months = figures_of(session, CODE)
        assert [one.month.first for one in months] == months_to_judge(told)
        for one in months:
            assert (one.is_published, one.invented, one.labelled) == (True, True, one.drawn)
            assert one.drawn >= 40
            assert sum(one.counts.values()) == one.drawn
            both = agreement_of(standings(session, CODE, one.month.first))
            assert both is not None
            assert both.common == one.drawn
            assert both.kappa is not None
            assert both.kappa > 0.4
        rows = session.scalars(select(AccuracyItem.settled).where(AccuracyItem.settled.is_not(None))).all()
        assert rows, "people differ, and it was settled"
        assert set(session.scalars(select(AccuracyLabel.account))) == set(LABELLERS)
        accounts = {str(one) for one in session.scalars(select(StaffAccount.id))}
        assert not accounts & set(LABELLERS)


def test_sheets_facts_and_a_correction_are_there_and_marked(kit: Services, year: Year) -> None:
    before = kit.corpus.current(CODE)
    with kit.database.reading() as session:
        entries = list(session.scalars(select(Entry.answer).order_by(Entry.entry_id)))
    make(kit, year)
    with kit.database.reading() as session:
        sheets = session.scalars(select(Misguidance).order_by(Misguidance.number)).all()
        assert len(sheets) == 2
        for one in sheets:
            assert (one.author, one.author_name) == (None, WRITER)
            assert one.wrong.startswith("（見本）")
            assert one.done.startswith("（見本）")
            assert one.live_from is not None
            assert one.live_until is not None
            first, last = (at.astimezone(JST).date() for at in (one.live_from, one.live_until))
            rows = session.scalars(select(LoggedQuestion).where(LoggedQuestion.entry_id == one.entry_id)).all()
            own = [row for row in rows if first <= row.jst_date <= last and row.decision == "answer"]
            assert one.shown == len(own) > 0, "by an own count"
            assert one.askers == len({row.asker for row in own if row.asker})
            assert one.nameless == sum(row.asker is None for row in own)
        for fiscal in {fiscal_year_of(day) for day in year.days}:
            facts = facts_of(session, CODE, fiscal)
            assert facts.invented
            assert {"cost", "friends", "population", "help_old"} <= facts.values.keys()
            assert all(facts.text(name).startswith("（見本）") for name in ("help_old", "help_disabled", "incidents"))
        corrections = session.scalars(select(PeriodCorrection)).all()
        assert {"month", "day"} <= {one.kind for one in corrections}
        assert {(one.reason or "")[:4] for one in corrections} == {"（見本）"}
        (month,) = [one for one in corrections if one.kind == "month"]
        asked = session.scalars(
            select(PeriodCount.asked).where(
                PeriodCount.kind == "month",
                PeriodCount.first == month.first,
                PeriodCount.dimension == "all",
                PeriodCount.channel == "phone",
            )
        ).one()
        noted = session.scalars(select(LoggedQuestion).where(LoggedQuestion.channel == "phone")).all()
        assert asked == sum(one.jst_date.replace(day=1) == month.first for one in noted)
        assert not session.scalars(select(LoggedQuestion).where(~is_invented())).all()
        assert list(session.scalars(select(Entry.answer).order_by(Entry.entry_id))) == entries
    assert kit.corpus.current(CODE) is before, "residents are answered from what they were"


def test_without_anything_before_nothing_of_it_is_left(kit: Services, year: Year) -> None:
    before = everything(kit)
    make(kit, year)
    held = everything(kit)
    for name in ("misguidances", "year_facts", "accuracy_labels", "period_corrections"):
        assert len(held[name]) > len(before[name]), name
    remove_all(kit, CODE, BY_COMMAND)
    assert everything(kit) == before


def test_what_the_office_had_written_itself_stays(kit: Services, year: Year) -> None:
    this = fiscal_year_of(year.last)
    then = now() - dt.timedelta(days=2)
    with kit.database.writing() as session:
        write_facts(session, CODE, this, {"population": "12345"}, "職員", then)
        told = {"wrong": "手数料がちがう", "done": "直した", "author": Author("職員", "1"), "moment": then}
        write_misguidance(session, CODE, "juki", 1, 1, **told)
    before = everything(kit)
    make(kit, year)
    with kit.database.reading() as session:
        facts = facts_of(session, CODE, this)
        assert (facts.values, facts.invented) == ({"population": "12345"}, False), (
            "no invented friends beside real people"
        )
        own = select(YearFact.written_by).where(YearFact.fiscal_year == this)
        assert session.scalars(own).all() == ["職員"]
    remove_all(kit, CODE, BY_COMMAND)
    assert everything(kit) == before


def test_without_a_year_it_writes_nothing(kit: Services) -> None:
    before = everything(kit)
    write_evidence(kit, CODE)
    assert everything(kit) == before
