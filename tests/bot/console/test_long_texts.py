"""What is typed into the pages of evidence is never cut without a word: too long, it is refused and shown again whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from knowledge.calendar import now, today
from knowledge.db import Database
from knowledge.figure_events import follow_notice
from knowledge.models import FigureEvent, LoggedQuestion, Misguidance, NeedCard, YearFact
from knowledge.roles import Role
from tests.support.staff import Colleague, signed_in

CODE = "122106"
TOWN = f"/staff/{CODE}"


@pytest.fixture
def editor(office: Flask) -> Colleague:
    return signed_in(office, [Role.EDITOR, Role.APPROVER], CODE, name="記録 花子")


@pytest.fixture(autouse=True)
def card(office_database: Database) -> Iterator[None]:
    with office_database.writing() as session:
        moment = now()
        session.add(
            NeedCard(
                municipality_code=CODE,
                number=900,
                name="長い文の票",
                state="new",
                made_at=moment,
                changed_at=moment,
            )
        )
    yield
    with office_database.writing() as session:
        for table in (NeedCard, FigureEvent):
            session.execute(delete(table).where(table.municipality_code == CODE))


EVENT = {"kind": "other", "first": "2026-11-01", "last": "", "topic": ""}
NOTE = {"channel": "phone", "result": "answer", "department": ""}
FIELDS = [
    pytest.param("figures/events", "name", 80, EVENT, id="an event"),
    pytest.param("log/note", "text", 500, NOTE, id="a question that was noted"),
    pytest.param("answers/{entry}/misguidance", "wrong", 2000, {"first": "1", "last": "1", "done": "直した"}, id="wrong"),
    pytest.param("answers/{entry}/misguidance", "done", 2000, {"first": "1", "last": "1", "wrong": "誤り"}, id="done"),
    pytest.param("needs/900/step", "name", 80, {"act": "rename"}, id="the name of a card"),
    pytest.param("needs/900/step", "reason", 400, {"act": "decline"}, id="a reason"),
    pytest.param("needs/900/step", "reply", 4000, {"act": "reply"}, id="a reply"),
    pytest.param("needs/900/step", "inquiry_of", 80, {"act": "inquire", "due_on": "2099-01-01"}, id="who is asked"),
    pytest.param("reports/facts", "help_old", 600, {"seen": "0"}, id="a text of a year"),
    pytest.param("reports/facts", "target-1-name", 60, {"seen": "0", "target-1-value": "1"}, id="a target"),
    pytest.param("indicators/ind-convenience-citizens/formula", "note", 200, {"kind": "store_share"}, id="a formula"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "field", "longest", "given"), FIELDS)
def test_a_text_that_is_too_long_is_refused_with_its_length_and_given_back_whole(
    editor: Colleague, office_database: Database, path: str, field: str, longest: int, given: Mapping[str, str]
) -> None:
    typed = "あ" * (longest * 6) + "終わり"
    before = kept(office_database)
    address = f"{TOWN}/{path.format(entry='online-procedures')}"
    page = unescape(editor.post(address, {**given, field: typed}, 422).text)
    assert f"{longest}字まで" in page or f"{longest:,}字まで" in page
    assert f"{len(typed)}字" in page or f"{len(typed):,}字" in page
    assert typed in page, "something that was typed is lost"
    assert kept(office_database) == before
    (tag,) = re.findall(rf'<(?:input|textarea)[^>]* name="{field}"[^>]*>', page)
    assert "maxlength" not in tag, "a browser cuts what is pasted there, and says nothing"


def kept(database: Database) -> list[int]:
    tables = (FigureEvent, LoggedQuestion, Misguidance, YearFact)
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_day_is_read_to_its_end(editor: Colleague) -> None:
    given = EVENT | {"name": "広報", "first": f"2026-11-01{' ' * 40}ではない"}
    assert "日付は 2026-04-01" in editor.post(f"{TOWN}/figures/events", given, 422).text


def test_a_long_notice_becomes_an_event_whose_name_shows_that_it_goes_on(office_database: Database) -> None:
    moment = now()
    with office_database.writing() as session:
        follow_notice(session, CODE, "大雨のため" * 40, moment, moment)
        (event,) = session.scalars(select(FigureEvent).where(FigureEvent.municipality_code == CODE))
        assert (len(event.name), event.name[-1], event.first) == (80, "…", today())
