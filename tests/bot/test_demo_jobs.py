"""A demonstration year in the database: rows like real ones, plainly marked, and gone as if it had never been."""

from __future__ import annotations

import datetime as dt
import io
import re
import threading
import uuid
import zipfile
from collections import Counter
from collections.abc import Set
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from bot.conversation import answer_masked
from bot.demo_asking import Asker, ask_all, asker_of_year
from bot.demo_cards import care_for_cards
from bot.demo_jobs import DEMO_REMOVAL, READING_THE_LOG, WORKS, make_year, remove_all
from bot.figure_jobs import count_figures
from bot.jobs import work
from bot.log_file_jobs import LOG_FILE
from bot.log_rows import asked_question
from bot.need_jobs import group_needs
from bot.sample_jobs import draw_sample, month_key
from bot.services import Services
from bot.word_jobs import count_words
from intents.delicate import delicate_matter
from knowledge.audit import BY_COMMAND
from knowledge.calendar import JST, now, today
from knowledge.demo_data import NOTICE, WRITER, demo_data, is_demo
from knowledge.demo_hours import HOURS_NAME, counting_hours, counts_by_invented_hours
from knowledge.demo_removal import DemoError, begin, remove
from knowledge.demo_wordings import Subject, happenings, subjects
from knowledge.demo_year import NOTED, Year
from knowledge.entry_versions import Author
from knowledge.figure_events import days_around
from knowledge.jobs import StopAskedError, ask_once, claim_job, latest_job, report_progress
from knowledge.ledger import NotedQuestion, note
from knowledge.log_files import filter_as_json
from knowledge.log_lists import LogFilter
from knowledge.misguidance import write_misguidance
from knowledge.models import (
    AccuracyLabel,
    AuditLine,
    Base,
    CountedPeriod,
    DemoData,
    Entry,
    FigureEvent,
    LoggedQuestion,
    Misguidance,
    NeedCard,
    NeedEvent,
    NeedText,
    PeriodCorrection,
    ResidentWordChoice,
)
from knowledge.movers import around_event
from knowledge.need_sheet import inquiry_workbook
from knowledge.need_signals import SIGNALS, signal_of
from knowledge.need_steps import By, merge, outcome
from knowledge.opening_hours import Place, Span
from knowledge.opening_places import opening_hours, save_place
from knowledge.periods import Period, PeriodKind, period_of
from knowledge.pictures import keep as keep_pictures
from knowledge.public_holidays import holiday_name
from knowledge.query_log import AskedQuestion, log_id, note_feedback, record
from knowledge.tallies import tally
from tests.knowledge.small_town import CODE

FEW = 150
NOT_COMPARED = {"audit_lines", "audit_head", "jobs"}
"""What tells of the making and the removal themselves."""
WASPS = next(subject for subject in subjects() if subject.id == "wasp-nest")


@pytest.fixture
def year() -> Year:
    return Year(today() - dt.timedelta(days=1), FEW, seed=1)


def everything(kit: Services, left_out: Set[str] = NOT_COMPARED) -> dict[str, list[str]]:
    """All rows of all tables."""
    with kit.database.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in left_out
        }


def ask_really(kit: Services, text: str, at: dt.datetime, key: str, decision: str = "none") -> str:
    asked = AskedQuestion(
        CODE, key, "line", at, text, False, key.ljust(32, "0")[:32], None, "ja", decision, None, None, None, 0.1, (), 1, 1.0
    )  # fmt: skip
    with kit.database.writing() as session:
        record(session, asked)
    return asked.id


def group(kit: Services) -> None:
    group_needs(kit, CODE, {}, lambda _: None)


def invented(kit: Services) -> list[LoggedQuestion]:
    with kit.database.reading() as session:
        log = LoggedQuestion
        return list(session.scalars(select(log).where(log.municipality_code == CODE).order_by(log.event_key)))


def long_ago(year: Year) -> dt.datetime:
    return dt.datetime.combine(year.first - dt.timedelta(days=3), dt.time(12), JST)


def test_everything_is_marked_as_invented(kit: Services, year: Year) -> None:
    wanted = 400
    made = make_year(kit, CODE, Year(year.last, wanted, seed=1))
    rows = invented(kit)
    assert len(rows) == made
    assert abs(made - wanted) < wanted / 8
    assert all(row.event_key.startswith("demo:") for row in rows)
    assert all(row.asker is None or row.asker.startswith("demo") for row in rows)
    assert all(row.noted_by == (WRITER if row.channel in NOTED else None) for row in rows)
    noted = [row.entry_id for row in rows if row.channel in NOTED and row.text is not None]
    assert any(noted), "some are about an answer"
    assert not all(noted), "of others nobody can tell"
    with kit.database.reading() as session:
        assert is_demo(session, CODE)
        told = demo_data(session, CODE)
        assert told is not None
        assert (told.whole, told.questions, told.first_on, told.last_on) == (True, made, year.first, year.last)
        events = session.scalars(select(FigureEvent).order_by(FigureEvent.number)).all()
        assert [event.written_by for event in events] == [WRITER] * 3
        assert all("見本" in event.name for event in events)
        line = session.scalars(select(AuditLine).where(AuditLine.action == "demo_made")).one()
        assert (line.scope, line.details["questions"]) == (CODE, made)


def test_a_row_is_what_the_channels_would_have_written(kit: Services, year: Year) -> None:
    make_year(kit, CODE, year)
    knowledge = kit.corpus.current(CODE)
    told_later = {"tapped_entry_id", "tapped_at", "feedback", "feedback_at", "reason", "more_at", "contact_at"}
    of_its_own = {"need_signal", "need", "elapsed_ms", "event_key", "id"}
    compared = 0
    for row in invented(kit)[:: max(FEW // 60, 1)]:
        if row.text is None or row.personal_data or row.channel in NOTED:
            continue
        of_it = [one for one in subjects() if row.text in one.texts]
        if any(one.chosen or one.published for one in of_it):
            continue  # asked another way, or of a knowledge without the answer
        outcome, found = answer_masked(knowledge, row.text)
        asked = asked_question(
            outcome,
            municipality_code=CODE,
            event_key=f"again:{row.event_key}",
            channel=row.channel,
            asked_at=row.asked_at,
            text=row.text,
            personal_data=found,
            asker=row.asker,
            message_id=row.message_id,
        )
        with kit.database.writing() as session:
            record(session, asked)
        with kit.database.reading() as session:
            real = session.get_one(LoggedQuestion, asked.id)
        for column in LoggedQuestion.__table__.columns:
            if column.name not in told_later | of_its_own:
                assert getattr(row, column.name) == getattr(real, column.name), (row.text, column.name)
        assert row.id == log_id(CODE, row.event_key)
        compared += 1
    assert compared > 20


def test_a_noted_row_is_what_the_form_would_have_written(kit: Services, year: Year) -> None:
    make_year(kit, CODE, year)
    for row in [one for one in invented(kit) if one.channel in NOTED and one.text][:5]:
        told = (row.department, row.text, row.decision, row.entry_id)
        noted = NotedQuestion(CODE, f"x:{row.event_key}", row.channel, row.asked_at, *told)
        with kit.database.writing() as session:
            note(session, noted, WRITER)
        with kit.database.reading() as session:
            real = session.get_one(LoggedQuestion, log_id(CODE, f"x:{row.event_key}"))
        for column in LoggedQuestion.__table__.columns:
            if column.name not in ("id", "event_key"):
                assert getattr(row, column.name) == getattr(real, column.name), column.name


def test_every_row_has_the_signal_of_what_was_tapped(kit: Services, year: Year) -> None:
    make_year(kit, CODE, Year(year.last, 1_200, 1), asked=subjects()[:6])
    seen = Counter[str | None]()
    for row in invented(kit):
        signal = signal_of(row.decision, row.tapped_entry_id, row.feedback, contacted=row.contact_at is not None)
        assert row.need_signal == signal or (row.need_signal, signal) == ("rephrased", None)
        seen[row.need_signal] += 1
    assert set(seen) == {None, *SIGNALS}


def test_of_delicate_matters_the_kind_alone_is_kept_and_personal_data_is_masked(kit: Services, year: Year) -> None:
    chosen = [subject for subject in subjects() if subject.id in ("delicate", "personal-data")]
    make_year(kit, CODE, year, asked=chosen)
    rows = invented(kit)
    assert all(delicate_matter(row.text) is None for row in rows if row.text)
    assert {True, False} == {row.channel in NOTED for row in rows if row.delicate}
    delicate = [row for row in rows if row.delicate]
    assert len(delicate) > 20
    assert all(row.text is None and row.words is None for row in delicate)
    assert any(row.personal_data for row in rows)
    assert not any("090-" in (row.text or "") or "@example" in (row.text or "") for row in rows)


def test_after_removal_all_tables_are_as_before(kit: Services, year: Year) -> None:
    for number, text in enumerate(WASPS.texts[:6]):
        ask_really(kit, text, long_ago(year) + dt.timedelta(minutes=number), f"line:{number}")
    group(kit)
    before = everything(kit)
    assert before["needs"], "there are cards of real questions"
    make_year(kit, CODE, year, asked=[WASPS, *subjects()[:12]])
    group(kit)
    count_figures(kit, CODE, {}, lambda _: None)
    meanwhile = everything(kit)
    assert len(meanwhile["needs"]) > len(before["needs"])
    assert meanwhile["need_texts"] != before["need_texts"], "invented wordings joined the cards there were"
    assert meanwhile["period_counts"]
    with kit.database.reading() as session:
        older = session.scalars(select(CountedPeriod.first).where(CountedPeriod.kind == "day")).all()
    made = sum("demo:" in row for row in meanwhile["query_log"])
    assert remove(kit.database, CODE, BY_COMMAND, now()).questions == made
    after = everything(kit)
    kept = {first for first in older if first < year.first}
    assert kept, "days before the year were counted, and stay"
    for name in before:
        if name not in ("counted_periods", "period_counts"):
            assert after[name] == before[name], name
    with kit.database.reading() as session:
        assert set(session.scalars(select(CountedPeriod.first).where(CountedPeriod.kind == "day"))) == kept
        line = session.scalars(select(AuditLine).where(AuditLine.action == "demo_removed")).one()
        assert line.details == {"questions": made}


def run_all(kit: Services, month: Period) -> None:
    """Everything that the jobs process makes of the log and keeps for long."""
    group(kit)
    count_figures(kit, CODE, {}, lambda _: None)
    draw_sample(kit, CODE, {"month": month_key(month)}, lambda _: None)
    count_words(kit, CODE, {}, lambda _: None)
    work(kit, threading.Event(), once=True)


def keep_copies(kit: Services, month: Period) -> None:
    """What is kept for a day or a month: the log as a file, pictures of charts, the jobs that made them."""
    payload = {"file": str(uuid.uuid4()), "filter": filter_as_json(LogFilter(month.first, today()))}
    with kit.database.writing() as session:
        keep_pictures(session, CODE, {uuid.uuid4().hex: "{}"}, now())
        for kind in READING_THE_LOG:
            told = {"month": month_key(month)}
            ask_once(session, CODE, kind, payload if kind == LOG_FILE else told, now())
    work(kit, threading.Event(), once=True)


def ask_and_tap(kit: Services, text: str, at: dt.datetime, key: str, entry_id: str) -> None:
    """Somebody chose among what was offered: a word that leads to an answer."""
    row = ask_really(kit, text, at, key, "suggest")
    with kit.database.writing() as session:
        held = session.get_one(LoggedQuestion, row)
        held.tapped_entry_id, held.need_signal = entry_id, None


def test_of_all_that_was_made_of_invented_questions_nothing_is_left_and_what_is_real_stays(
    kit: Services, year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every table, before and after: the log, figures with their 訂正, cards, samples, words, files, pictures, jobs."""
    monkeypatch.setattr("bot.jobs._learned", lambda *_: None)
    monkeypatch.setattr("bot.jobs._links_checked", lambda *_: None)
    real = period_of(PeriodKind.MONTH, long_ago(year).date())
    at = long_ago(year)
    for number, text in enumerate(WASPS.texts[:6]):
        ask_really(kit, text, at + dt.timedelta(minutes=number), f"line:{number}")
    for number in range(15):
        for text, entry in (("引越しの紙", "juki"), ("未来図の話", "goal")):
            text += "がほしい" * (number % 2)
            ask_and_tap(kit, text, now(), f"line:{entry}{number}", entry)
    with time_machine.travel(at + dt.timedelta(days=40)):
        run_all(kit, real)
        with kit.database.writing() as session:
            held = session.get_one(CountedPeriod, (CODE, "month", real.first))
            assert held.closed_at is not None
            wrong = {"changes": [], "reason": "電話の分をあとから書いた", "reason_by": "職員"}
            session.add(
                PeriodCorrection(
                    municipality_code=CODE, kind="month", first=real.first, number=1, found_at=now(), **wrong
                )
            )
            label = {"municipality_code": CODE, "month": real.first, "place": 1, "account": "1", "label": "right"}
            session.add(AccuracyLabel(**label, labelled_at=now(), seconds=None))
            choice = {"choice": "refused", "chosen_by": "1", "chosen_name": "職員", "chosen_at": now()}
            session.add(ResidentWordChoice(municipality_code=CODE, word="引越し", entry_id="juki", **choice))
    keep_copies(kit, real)
    before = everything(kit, NOT_COMPARED - {"jobs"})
    for name in (
        "period_corrections", "accuracy_labels", "resident_words", "log_file_parts", "pictures", "needs", "jobs"
    ):  # fmt: skip
        assert before[name], name
    make_year(kit, CODE, Year(year.last, 900, 1), asked=[WASPS, *subjects()[:12]])
    last = period_of(PeriodKind.MONTH, year.last.replace(day=1) - dt.timedelta(days=1))
    run_all(kit, last)
    keep_copies(kit, last)
    with kit.database.writing() as session:
        choice = {"choice": "editors", "chosen_by": "1", "chosen_name": "職員", "chosen_at": now()}
        for word in ("蜂の巣", "引越し"):
            session.merge(ResidentWordChoice(municipality_code=CODE, word=word, entry_id="x", **choice))
    meanwhile = everything(kit, NOT_COMPARED - {"jobs"})
    for name in ("accuracy_samples", "accuracy_items", "log_file_parts", "pictures", "jobs", "needs", "period_counts"):
        assert len(meanwhile[name]) > len(before[name]), name
    remove_all(kit, CODE, BY_COMMAND)
    after = everything(kit, NOT_COMPARED - {"jobs"})
    chosen = [row for row in after["resident_word_choices"] if row not in before["resident_word_choices"]]
    assert [("引越し" in row, "'x'" in row) for row in chosen] == [(True, True)], "of what was really asked, too"
    after["resident_word_choices"] = before["resident_word_choices"]
    for rows in (before, after):  # counted anew
        rows["resident_words"] = without_times(rows["resident_words"])
    for name, rows in before.items():
        assert after[name] == rows, name


def without_times(rows: list[str]) -> list[str]:
    return [re.sub(r"datetime\.datetime\([^)]*\)", "", row) for row in rows]


def test_what_a_colleague_wrote_of_a_wrong_answer_stays_and_is_counted_anew(kit: Services, year: Year) -> None:
    make_year(kit, CODE, year)
    with kit.database.writing() as session:
        entry = session.scalars(
            select(LoggedQuestion.entry_id).where(
                LoggedQuestion.decision == "answer", LoggedQuestion.entry_version == 1
            )
        ).first()
        assert entry is not None
        told = {"wrong": "手数料がちがう", "done": "直した", "author": Author("職員", "1"), "moment": now()}
        sheet = write_misguidance(session, CODE, entry, 1, 1, **told)
        assert sheet.shown > 0
    remove(kit.database, CODE, BY_COMMAND, now())
    with kit.database.reading() as session:
        (sheet,) = session.scalars(select(Misguidance))
        assert (sheet.wrong, sheet.shown, sheet.askers) == ("手数料がちがう", 0, 0)


def test_work_on_the_invented_log_is_told_to_stop(kit: Services, year: Year) -> None:
    make_year(kit, CODE, year, asked=[WASPS])
    with kit.database.writing() as session:
        for kind in ("resident_words", "log_file"):
            ask_once(session, CODE, kind, {}, now())
    claimed = claim_job(kit.database, ["resident_words"], now())
    assert claimed is not None
    remove_all(kit, CODE, BY_COMMAND)
    with pytest.raises(StopAskedError):
        report_progress(kit.database, claimed, 0.5, now())
    with kit.database.reading() as session:
        assert latest_job(session, CODE, "log_file") is None


# --- Opening hours ---------------------------------------------------------------------------------------------------


def test_what_comes_outside_of_the_hours_is_told_by_invented_ones_and_no_resident_is(kit: Services, year: Year) -> None:
    real = ask_really(kit, "住民票がほしい", long_ago(year), "line:old")
    make_year(kit, CODE, year)
    count_figures(kit, CODE, {}, lambda _: None)
    with kit.database.reading() as session:
        assert counting_hours(session, CODE).places[0].name == HOURS_NAME
        assert not opening_hours(session, CODE)
        assert not kit.corpus.current(CODE).opening
        whole = period_of(PeriodKind.MONTH, year.last.replace(day=1) - dt.timedelta(days=1))
        held = tally(session, CODE, whole)
        assert 0 < held.outside < held.asked
        outside = [
            row
            for row in session.scalars(select(LoggedQuestion).where(LoggedQuestion.channel.in_(("line", "web", "api"))))
            if whole.first <= row.jst_date <= whole.last and row.decision != "smalltalk" and is_outside(row.asked_at)
        ]
        assert held.outside == len(outside), "by an own reckoning"
        days = session.scalars(select(CountedPeriod).where(CountedPeriod.kind == "day")).all()
        assert {row.first for row in days if not row.hours_known} == {
            row.first for row in days if row.first < year.first
        }, "what was before the year is counted by nobody's hours"
        assert real
    remove(kit.database, CODE, BY_COMMAND, now())
    count_figures(kit, CODE, {}, lambda _: None)
    with kit.database.reading() as session:
        assert not counting_hours(session, CODE)
        assert not session.scalars(select(CountedPeriod).where(CountedPeriod.hours_known.is_(True))).all()


def is_outside(at: dt.datetime) -> bool:
    local = at.astimezone(JST)
    new_year = (local.month, local.day) >= (12, 29) or (local.month, local.day) <= (1, 3)
    closed = local.weekday() >= 5 or holiday_name(local.date()) is not None or new_year
    return closed or not dt.time(8, 30) <= local.time() < dt.time(17, 15)


def test_the_municipalitys_own_hours_are_those_that_count(kit: Services, year: Year) -> None:
    nine_to_five = Span(dt.time(9), dt.time(17))
    with kit.database.writing() as session:
        save_place(session, CODE, Place(0, "本庁", (), (nine_to_five,) * 5 + (None, None)))
    make_year(kit, CODE, year, asked=[WASPS])
    with kit.database.reading() as session:
        assert counting_hours(session, CODE).places[0].name == "本庁"
        assert not counts_by_invented_hours(session, CODE)


def test_without_anything_before_nothing_is_left(kit: Services, year: Year) -> None:
    before = everything(kit)
    make_year(kit, CODE, year)
    group(kit)
    care_for_cards(kit, CODE)
    with kit.database.reading() as session:
        states = set(session.scalars(select(NeedCard.state)))
        notes = session.scalars(select(NeedEvent.name).where(NeedEvent.act != "made")).all()
    assert {"open", "inquiring", "drafted", "considering", "declined"} <= states
    assert set(notes) == {WRITER}
    count_figures(kit, CODE, {}, lambda _: None)
    remove(kit.database, CODE, BY_COMMAND, now())
    assert everything(kit) == before


def test_what_staff_did_to_invented_cards_goes_with_them(kit: Services, year: Year) -> None:
    before = everything(kit)
    make_year(kit, CODE, year)
    group(kit)
    with kit.database.writing() as session:
        first, second = session.scalars(select(NeedCard).order_by(NeedCard.number).limit(2))
        merge(session, second, first, By("1", "職員", now()))
    remove(kit.database, CODE, BY_COMMAND, now())
    assert everything(kit) == before


def test_an_inquiry_that_goes_out_says_that_its_numbers_are_invented(kit: Services, year: Year) -> None:
    def words() -> str:
        with kit.database.reading() as session:
            cards = session.scalars(select(NeedCard).order_by(NeedCard.number).limit(2)).all()
            content = inquiry_workbook(session, cards, "小さい市", today())
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return unescape("".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml")))

    ask_really(kit, WASPS.texts[0], long_ago(year), "line:old")
    group(kit)
    assert NOTICE not in words()
    make_year(kit, CODE, year, asked=[WASPS])
    assert NOTICE in words()


def test_what_residents_really_asked_meanwhile_stays_with_its_card(kit: Services, year: Year) -> None:
    make_year(kit, CODE, year, asked=[WASPS])
    group(kit)
    at = now() - dt.timedelta(hours=2)
    real = ask_really(kit, WASPS.texts[0], at, "line:real")
    solved = ask_really(kit, WASPS.texts[1], at, "line:solved")
    group(kit)
    with kit.database.writing() as session:
        note_feedback(session, CODE, solved, True, now())
    remove(kit.database, CODE, BY_COMMAND, now())
    with kit.database.reading() as session:
        rows = session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.event_key)).all()
        assert [row.id for row in rows] == [real, solved]
        (card,) = session.scalars(select(NeedCard))
        assert (rows[0].need, rows[0].need_signal) == (card.number, "none")
        assert (card.times, card.askers, card.nameless) == (1, 1, 0)
        (text,) = session.scalars(select(NeedText))
        assert (text.text, text.times, text.last_on) == (WASPS.texts[0], 1, at.astimezone(JST).date())
        assert session.scalar(select(func.count()).select_from(NeedEvent)) == 1


def test_it_refuses_where_real_questions_lie_within_the_year(kit: Services, year: Year) -> None:
    ask_really(kit, "住民票がほしい", dt.datetime.combine(year.last, dt.time(9), JST), "line:1")
    before = everything(kit)
    with pytest.raises(DemoError, match="実際の質問が1件あります"):
        make_year(kit, CODE, year)
    assert everything(kit) == before


def test_it_refuses_a_second_time_and_removal_of_nothing(kit: Services, year: Year) -> None:
    with pytest.raises(DemoError, match="入っていません"):
        remove(kit.database, CODE, BY_COMMAND, now())
    make_year(kit, CODE, year, asked=[WASPS])
    with pytest.raises(DemoError, match="もう入っています"):
        make_year(kit, CODE, year, asked=[WASPS])


@pytest.mark.parametrize("stop_at", ["たずねています", "書き込んでいます"])
def test_stopped_on_the_way_it_is_marked_and_can_be_removed(kit: Services, year: Year, stop_at: str) -> None:
    before = everything(kit)

    def stop(what: str, done: int, total: int) -> None:
        if what == stop_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_year(kit, CODE, year, progress=stop, asked=[WASPS])
    with kit.database.reading() as session:
        assert is_demo(session, CODE), "what is there is said to be invented"
        assert not session.get_one(DemoData, CODE).whole
    with pytest.raises(DemoError, match="途中で止まった"):
        make_year(kit, CODE, year, asked=[WASPS])
    remove(kit.database, CODE, BY_COMMAND, now())
    assert everything(kit) == before


def test_a_removal_that_was_stopped_goes_on(kit: Services, year: Year) -> None:
    before = everything(kit)
    make_year(kit, CODE, Year(year.last, 1_500, 1), asked=[WASPS])
    group(kit)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remove(kit.database, CODE, BY_COMMAND, now(), stop)
    with kit.database.reading() as session:
        assert is_demo(session, CODE)
        left = session.scalar(select(func.count()).select_from(LoggedQuestion)) or 0
        assert 0 < left < 1_000
    group(kit)
    remove(kit.database, CODE, BY_COMMAND, now())
    assert everything(kit) == before


def test_before_its_answer_was_published_nobody_got_it(kit: Services, year: Year) -> None:
    late = Subject("juki", "住民票", 1, ("住民票はコンビニで取れますか？", "住民票をコンビニで"), published=0.5)
    make_year(kit, CODE, year, asked=[late])
    half = year.days[len(year.days) // 2 + 1]
    given: dict[bool, Counter[str | None]] = {True: Counter(), False: Counter()}
    for row in invented(kit):
        if row.channel not in NOTED and row.text in late.texts:
            given[row.jst_date >= half][row.entry_id] += 1
    assert given[True]["juki"] == given[True].total() > 50
    assert given[False].total() > 50
    assert given[False]["juki"] == 0


def test_the_card_of_what_was_published_in_the_year_shows_the_outcome(kit: Services, year: Year) -> None:
    real = ask_really(kit, WASPS.texts[0], long_ago(year), "line:old")
    group(kit)
    chosen = [subject for subject in subjects() if subject.published is not None]
    late = replace(chosen[0], texts=("住民票はコンビニで取れますか？", "住民票をコンビニで", "写しはコンビニにある？"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.demo_cards.subjects", lambda: (late,))
        make_year(kit, CODE, Year(year.last, 600, 1), asked=[late])
        with kit.database.writing() as session:
            log = LoggedQuestion
            early = select(log.id).where(log.jst_date < year.days[150]).scalar_subquery()
            session.execute(update(log).where(log.id.in_(early), log.id != real).values(need_signal="none"))
        group(kit)
        care_for_cards(kit, CODE)
    with kit.database.reading() as session:
        cards = session.scalars(select(NeedCard).order_by(NeedCard.number)).all()
        assert cards[0].state == "open", "a card of a real question is left alone"
        (card,) = [one for one in cards if one.state == "published"]
        told = outcome(session, card)
        assert told is not None
        assert card.answer_id == "juki"
        assert told.share is not None
        assert told.share > 0.8, "once the answer is there, most get it"


def test_the_same_is_asked_by_two_processes_as_by_one(kit: Services) -> None:
    asker: Asker = asker_of_year(kit, CODE, (), ())
    texts = {(text, None, False) for subject in subjects()[:4] for text in subject.texts}
    alone, together = (ask_all(asker, texts, processes=number) for number in (1, 2))

    def shown(told: dict[Any, Any]) -> dict[Any, Any]:
        return {
            asking: (one.row.decision, one.row.entry_id, one.row.score, one.offered) for asking, one in told.items()
        }

    assert shown(dict(alone)) == shown(dict(together))


def test_the_jobs_process_removes_what_an_administrator_wants_gone(kit: Services, year: Year) -> None:
    before = everything(kit)
    make_year(kit, CODE, year, asked=[WASPS])
    assert DEMO_REMOVAL in WORKS
    with kit.database.writing() as session:
        ask_once(session, CODE, DEMO_REMOVAL, {"account": None, "login": "kanri"}, now(), None)
    work(kit, threading.Event(), once=True)
    with kit.database.reading() as session:
        job = latest_job(session, CODE, DEMO_REMOVAL)
        assert job is not None
        assert job.state == "done"
        line = session.scalars(select(AuditLine).where(AuditLine.action == "demo_removed")).one()
        assert line.login == "kanri"
    after = everything(kit)
    assert {name: after[name] for name in ("query_log", "needs", "need_texts", "demo_data", "figure_events")} == {
        name: before[name] for name in ("query_log", "needs", "need_texts", "demo_data", "figure_events")
    }


def test_marks_of_one_municipality_say_nothing_of_another(app: Flask) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        begin(session, DemoData(municipality_code="122106", made_at=now(), first_on=today(), last_on=today(), variant=1, questions=0, whole=False))  # fmt: skip
        assert is_demo(session, "122106")
        assert not is_demo(session, "242047")


def test_an_event_is_about_what_its_questions_are_counted_under(kit: Services, year: Year) -> None:
    """Of everything that is asked, a campaign of one subject moves next to nothing."""
    texts = ("住民票はコンビニで取れますか？", "住民票をコンビニで")
    asked = [
        Subject("convenience", "コンビニ", 1, texts),
        Subject("card-renew", "更新", 1, ("ほにゃらら", "ふがふが")),
        Subject("goal", "計画", 6, ("計画の将来像は何ですか？",)),
    ]
    make_year(kit, CODE, Year(year.last, 1_500, 1), asked=asked)
    count_figures(kit, CODE, {}, lambda _: None)
    with kit.database.reading() as session:
        category = session.scalars(select(Entry.category).where(Entry.entry_id == "juki")).one()
        events = session.scalars(select(FigureEvent).order_by(FigureEvent.number)).all()
        days = days_around(session, CODE, events)
    assert [event.topic for event in events] == [f"category:{category}", "", ""]
    [meanwhile, *_] = around_event(events[0].first, events[0].last, days[1], today())
    assert meanwhile.ratio.low > 1.2, "asked more while it was in the paper"


def test_the_outage_and_the_campaign_lie_within_the_year() -> None:
    events = happenings()
    assert max(events.campaign.day, events.mailing.day) + max(events.campaign.days, events.mailing.days) < 365
    assert events.outage.day < 364
