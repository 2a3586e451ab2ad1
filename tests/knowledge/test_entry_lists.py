"""The console's list: found as residents find, narrowed by what staff look for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from intents.vectors import NO_VECTORS
from knowledge.approval import Step
from knowledge.bundle import read_bundle
from knowledge.common_content import common_content
from knowledge.corpus import UnknownMunicipalityError
from knowledge.db import Database
from knowledge.entry_lists import NOBODYS, Filters, Line, checked_long_ago, listed, low_rated, unused
from knowledge.freshness import Reason, due, recheck_day, watched
from knowledge.loading import load_bundle
from knowledge.models import Entry, LoggedQuestion
from knowledge.preview import Previews
from knowledge.query_log import AskedQuestion, note_feedback, note_tap, record
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, Desk, wait_for_previews

TODAY = dt.date(2026, 11, 21)
LONG_AGO = MOMENT - dt.timedelta(days=200)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), LONG_AGO)
    return Desk(database)


@pytest.fixture
def previews(desk: Desk) -> Iterator[Previews]:
    yield Previews(desk.database, NO_VECTORS)
    wait_for_previews()


def lines(desk: Desk, previews: Previews, filters: Filters, day: dt.date = TODAY) -> list[Line]:
    with desk.database.reading() as session:
        page = listed(session, previews, CODE, filters, day)
    assert page.total == len(page.lines)
    return list(page.lines)


def ids(desk: Desk, previews: Previews, day: dt.date = TODAY, **filters: object) -> list[str]:
    return [line.entry_id for line in lines(desk, previews, Filters(**filters), day)]


def asked(desk: Desk, number: int, entry_id: str | None, days_ago: int = 1, *, tapped: str | None = None, solved: bool | None = None, channel: str = "web") -> None:  # fmt: skip
    moment = MOMENT - dt.timedelta(days=days_ago)
    question = AskedQuestion(CODE, f"web:{number}", channel, moment, "伏せ字", False, None, None, "ja", "answer" if entry_id else "suggest", entry_id, 1 if entry_id else None, None, 0.9, [], 1, 1.0)  # fmt: skip
    with desk.database.writing() as session:
        record(session, question)
        if tapped is not None:
            note_tap(session, CODE, question.id, tapped, moment)
        if solved is not None:
            note_feedback(session, CODE, question.id, solved, moment)


def test_the_list_tells_of_each_entry_what_is_live_and_what_waits_beside_it(desk: Desk, previews: Previews) -> None:
    number = desk.write(1)
    desk.take(Step.REQUEST, WRITER, number)
    goal, juki = lines(desk, previews, Filters())
    assert (goal.entry_id, goal.state, goal.version, goal.waiting, goal.waiting_state) == ("goal", "published", 1, 2, "requested")  # fmt: skip
    assert (juki.entry_id, juki.department, juki.measure, juki.waiting) == ("juki", "dep-it", "1-1", None)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        pytest.param("published", ["goal", "juki"], id="live"),
        pytest.param("draft", ["new"], id="being written"),
        pytest.param("requested", ["juki"], id="asked for"),
        pytest.param("returned", [], id="sent back"),
        pytest.param("approved", ["goal"], id="booked"),
        pytest.param("confirm", ["urgent"], id="to be confirmed"),
        pytest.param("ended", ["urgent"], id="ended"),
        pytest.param("staff", [], id="for staff alone"),
    ],
)
def test_by_state(desk: Desk, previews: Previews, state: str, found: list[str]) -> None:
    booked = desk.write(1, publish_at=MOMENT + dt.timedelta(days=9))
    desk.take(Step.REQUEST, WRITER, booked)
    desk.take(Step.APPROVE, APPROVER, booked)
    desk.take(Step.REQUEST, WRITER, desk.write(1, entry_id="juki", answer="300円です。"), "juki")
    for entry_id, question in (("new", "新しい質問ですか？"), ("urgent", "急ぎの質問ですか？")):
        desk.write(None, content=desk.content(id=entry_id, question=question, phrasings=[]))
    desk.take(Step.PUBLISH_URGENTLY, WRITER, 1, "urgent")
    desk.take(Step.END_URGENTLY, WRITER, entry_id="urgent")
    assert ids(desk, previews, state=state) == found


def test_what_was_given_up_is_listed_only_where_it_is_asked_for(desk: Desk, previews: Previews) -> None:
    desk.write(None, content=desk.content(id="given-up", question="やめた質問ですか？", phrasings=[]))
    desk.take(Step.WITHDRAW, WRITER, 1, "given-up")
    assert "given-up" not in ids(desk, previews)
    assert ids(desk, previews, state="deleted") == ["given-up"]
    assert ids(desk, previews, state="deleted", words="やめた質問") == ["given-up"]


def test_what_was_refused_is_listed_until_somebody_writes_anew(desk: Desk, previews: Previews) -> None:
    number = desk.write(1)
    desk.take(Step.PUBLISH_URGENTLY, WRITER, number)
    desk.take(Step.REFUSE, APPROVER, number)
    assert ids(desk, previews, state="refused") == ["goal"]
    desk.write(3)
    assert ids(desk, previews, state="refused") == []


def test_what_is_to_be_looked_at_soon_is_what_this_week_counts(desk: Desk, previews: Previews) -> None:
    assert ids(desk, previews, soon=True) == []
    desk.published(content=desk.content(recheck_on=(TODAY + dt.timedelta(days=20)).isoformat()))
    assert ids(desk, previews, soon=True) == ["goal"]
    assert ids(desk, previews, soon=True, day=TODAY + dt.timedelta(days=20)) == []


def test_by_office_and_measure(desk: Desk, previews: Previews) -> None:
    assert ids(desk, previews, department="dep-it") == ["juki"]
    assert ids(desk, previews, departments=("dep-it", "other")) == ["juki"]
    assert ids(desk, previews, measure="1-1") == ["juki"]
    assert ids(desk, previews, department="other") == []
    assert ids(desk, previews, department=NOBODYS) == ["goal"]


def test_words_find_as_residents_find_whatever_state_it_is_in(desk: Desk, previews: Previews) -> None:
    assert ids(desk, previews, words="コンビニで住民票の写し")[0] == "juki"
    desk.take(Step.END, APPROVER, entry_id="juki")
    assert ids(desk, previews, words="コンビニで住民票の写し")[0] == "juki"
    assert ids(desk, previews, words="コンビニで住民票の写し", state="published") == []
    assert ids(desk, previews, words="goal")[0] == "goal"
    assert ids(desk, previews, words="ゾウガメの飼い方") == []
    desk.write(None, content=desk.content(id="new", question="宇宙旅行の申し込みはできますか？", phrasings=[]))
    assert ids(desk, previews, words="宇宙旅行") == ["new"]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"recheck_on": None}, id="nothing is over"),
        pytest.param({"checked_on": dt.date(2025, 11, 21)}, id="checked a year ago"),
        pytest.param({"checked_on": dt.date(2025, 11, 22)}, id="checked a day later"),
        pytest.param({"recheck_on": dt.date(2026, 11, 21)}, id="to be checked today"),
        pytest.param({"checked_on": dt.date(2024, 1, 1), "recheck_on": dt.date(2027, 1, 1)}, id="to be checked later"),
        pytest.param({"valid_until": dt.date(2026, 11, 20)}, id="over yesterday"),
        pytest.param({"valid_until": TODAY}, id="the last day"),
        pytest.param({"term": {"from": None, "until": "2026-11-20", "before": None, "after": "x"}}, id="a term that is over"),
        pytest.param({"term": {"from": None, "until": "2026-11-21", "before": None, "after": "x"}}, id="a term on its last day"),
    ],
)  # fmt: skip
def test_what_is_out_of_date_is_what_the_upkeep_names(desk: Desk, previews: Previews, values: dict[str, object]) -> None:  # fmt: skip
    with desk.database.writing() as session:
        session.execute(update(Entry).values(checked_on=TODAY))
        session.execute(update(Entry).where(Entry.entry_id == "goal").values(**values))
    over = {Reason.RECHECK, Reason.EXPIRED, Reason.TERM_OVER}
    with desk.database.reading() as session:
        named = {one.thing.entry_id for one in due(watched(session, CODE), TODAY) if one.reason in over and one.thing.kind == "entry"}  # fmt: skip
    assert set(ids(desk, previews, expired=True)) == named


def test_the_day_of_checking_that_is_a_year_ago_is_that_of_the_upkeep() -> None:
    for offset in range(3000):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=offset)
        last = checked_long_ago(day)
        assert recheck_day(last, None) <= day < recheck_day(last + dt.timedelta(days=1), None)


def test_what_nobody_was_shown_for_long_is_unused(desk: Desk, previews: Previews) -> None:
    assert ids(desk, previews, unused=True) == ["goal", "juki"]
    asked(desk, 1, "goal")
    asked(desk, 2, "juki", days_ago=120)
    assert ids(desk, previews, unused=True) == ["juki"]
    asked(desk, 3, "juki", channel="phone")
    assert ids(desk, previews, unused=True) == ["juki"], "staff noted what somebody asked: nobody was shown it"
    asked(desk, 4, None, tapped="juki")
    assert ids(desk, previews, unused=True) == []


def test_what_was_written_lately_is_not_unused_yet(desk: Desk, previews: Previews) -> None:
    desk.published()
    assert ids(desk, previews, unused=True) == ["juki"]


def test_what_did_not_help_several_people_is_rated_low(desk: Desk, previews: Previews) -> None:
    for number in range(3):
        asked(desk, number, "goal" if number else None, tapped=None if number else "goal", solved=False)
        asked(desk, 10 + number, "juki", solved=number > 0)
        asked(desk, 20 + number, "juki", days_ago=120, solved=False)
    assert ids(desk, previews, low_rated=True) == ["goal"]
    for number in range(5):
        asked(desk, 30 + number, "goal", solved=True)
    assert ids(desk, previews, low_rated=True) == []


def test_blanks_are_common_entries_that_lack_a_value(database: Database, tmp_path: Path) -> None:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT, common_content())
    desk, previews = Desk(database), Previews(database, NO_VECTORS)
    with database.reading() as session:
        found = listed(session, previews, CODE, Filters(blanks=True), TODAY)
        everything = listed(session, previews, CODE, Filters(), TODAY)
        second = listed(session, previews, CODE, Filters(), TODAY, page=2)
    assert 0 < found.total < everything.total
    assert all("{" in text_of(desk, line.entry_id) for line in found.lines)
    assert len(everything.lines) == 50
    assert not {line.entry_id for line in second.lines} & {line.entry_id for line in everything.lines}


def text_of(desk: Desk, entry_id: str) -> str:
    row = desk.row(entry_id)
    return row.answer + "".join(text or "" for text in (row.facets or {}).values())


def test_an_unknown_municipality_is_told(desk: Desk, previews: Previews) -> None:
    with desk.database.reading() as session, pytest.raises(UnknownMunicipalityError):
        listed(session, previews, "999999", Filters(words="x"), TODAY)


def test_the_log_is_read_by_indexes_alone(loaded_database: Database) -> None:
    with loaded_database.reading() as session:
        for condition in (unused(CODE, TODAY), low_rated(CODE, TODAY)):
            query = Entry.__table__.select().with_only_columns(Entry.entry_id).where(condition)
            text = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
            plan = [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert [step for step in plan if LoggedQuestion.__tablename__ in step]
            assert not [step for step in plan if LoggedQuestion.__tablename__ in step and "INDEX" not in step]
