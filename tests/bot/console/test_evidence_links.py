"""No page of figures leads anybody to a page that is not there for them: each link is followed as each role."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import delete, select

from bot.figure_jobs import count_figures
from bot.services import Services
from knowledge.calendar import JST, today
from knowledge.db import Database
from knowledge.models import (
    Entry,
    Indicator,
    LoggedQuestion,
    Measure,
    Municipality,
    NeedCard,
    NeedText,
    ResidentWord,
)
from knowledge.need_cards import Described, make_card
from knowledge.period_closing import forget_counts
from knowledge.periods import PeriodKind, period_of
from knowledge.roles import Role
from tests.support.evidence import plant_words
from tests.support.questions import question_row
from tests.support.staff import Colleague, signed_in

CODE = "122106"
HERE = f"/staff/{CODE}"
PAGES = (
    *(f"{HERE}/figures{page}" for page in ("", "/breakdown?by=entry", "/movers", "/hours", "/events", "/closings")),
    *(f"{HERE}/{page}" for page in ("measures", "online", "log", "needs", "resident-words", "counts")),
    f"{HERE}/resident-words?list=unknown",
)
OWN, OTHER = "dep-citizens", "dep-general-affairs"
ROLES = [
    pytest.param(Role.VIEWER, OWN, id="clerk of one office"),
    pytest.param(Role.EDITOR, OWN, id="editor of one office"),
    pytest.param(Role.APPROVER, OWN, id="approver of one office"),
    pytest.param(Role.VIEWER, None, id="reader"),
    pytest.param(Role.EDITOR, None, id="editor"),
    pytest.param(Role.APPROVER, None, id="approver"),
    pytest.param(Role.ADMIN, None, id="administrator"),
]


@pytest.fixture(scope="module")
def evidence(office: Flask) -> Iterator[Flask]:
    """Procedures, needs, indicators and dialogues of two 課, of none, and of a common answer."""
    kit: Services = office.extensions["kotae"]
    moment = dt.datetime.combine(today(), dt.time(0, 1), JST)
    with kit.database.writing() as session:
        measure = session.scalars(select(Measure.number).where(Measure.municipality_code == CODE)).first()
        wanted = (Entry.municipality_code == CODE, Entry.kind == "procedure", Entry.state == "published")
        entries = session.scalars(select(Entry).where(*wanted).order_by(Entry.entry_id)).all()
        own = [one for one in entries if not one.entry_id.startswith("common-")][:4]
        common = [one for one in entries if one.entry_id.startswith("common-")][:2]
        assert len(own) == 4
        for place, (entry, online) in enumerate(zip(own, ("できません", "", "要確認", "できません"), strict=True)):
            entry.department = (OWN, OWN, OWN, OTHER)[place]
            entry.facets = {**(entry.facets or {}), "online": online or None}
        for place, row in enumerate(session.scalars(select(Indicator).where(Indicator.municipality_code == CODE))):
            row.department = (OWN, OTHER, None)[place % 3]
        session.get_one(Municipality, CODE).knowledge_version += 1
        number = 0
        for entry in (*own, *common):
            for _ in range(6):
                number += 1
                asker = f"{number % 3:032}"
                told = {"entry_id": entry.entry_id, "department": entry.department, "asker": asker}
                session.add(question_row(CODE, number, moment, **told))
        # Of the own 課 as it was logged, of another as the answer stands now.
        session.add(question_row(CODE, number + 1, moment, entry_id=own[3].entry_id, department=OWN, asker=None))
        for place, (department, gap) in enumerate(
            (one, kind) for one in (OWN, OTHER, None, "common-card") for kind in ("missing", "impossible")
        ):
            make_card(session, CODE, place + 1, Described(f"{place}番の求め", gap, department, measure, None), moment)
            session.flush()
            card = session.get_one(NeedCard, (CODE, place + 1))
            card.askers, card.times, card.first_on, card.last_on = 6, 6, today(), today()
        plant_words(session, CODE, ["語甲", "語乙", "語丙"])
    count_figures(kit, CODE, {}, lambda _: None)
    yield office
    with kit.database.writing() as session:
        for table in (LoggedQuestion, NeedText, NeedCard, ResidentWord):
            session.execute(delete(table))
        forget_counts(session, CODE)


def links(page: str) -> list[str]:
    """Where the part of the page leads that is its own, within the municipality's console."""
    start = page.index("<main")
    found = re.findall(r'<a [^>]*href="([^"#]+)', page[start:])
    return sorted({unescape(one) for one in found if one.startswith(f"{HERE}/")})


@pytest.mark.parametrize(("role", "department"), ROLES)
def test_no_link_of_a_page_of_figures_leads_to_nothing(evidence: Flask, role: Role, department: str | None) -> None:
    reader = signed_in(evidence, [role], CODE, department=department)
    period = period_of(PeriodKind.YEAR, today())
    dead = []
    for address in (*PAGES, f"{HERE}/measures?period=year-{period.first}"):
        opened = reader.client.get(address, headers={"Host": "127.0.0.1"})
        if opened.status_code == 403:
            continue  # a page that the role does not have: nothing leads there either
        assert opened.status_code == 200, address
        followed = links(opened.text)
        deeper = [near for near in followed if re.fullmatch(rf"{HERE}/(log/{CODE}|needs/)[0-9-]+", near)]
        dead += [(near, far) for near in deeper for far in _dead(reader, near)]
        dead += [
            (address, one)
            for one in followed
            if reader.client.get(one, headers={"Host": "127.0.0.1"}).status_code not in (200, 303)
        ]
    assert dead == []


def _dead(reader: Colleague, address: str) -> list[str]:
    page = reader.get(address).text
    return [one for one in links(page) if reader.client.get(one, headers={"Host": "127.0.0.1"}).status_code != 200]


def test_what_one_may_not_open_is_named_all_the_same(evidence: Flask, office_database: Database) -> None:
    """A colleague of one 課 sees the whole measure: of the other 課's needs the name, without a way there."""
    clerk = signed_in(evidence, [Role.VIEWER], CODE, department=OWN)
    with office_database.reading() as session:
        measure = session.get_one(NeedCard, (CODE, 1)).measure
    page = clerk.get(f"{HERE}/measures?measure={measure}").text
    assert "/needs/1" in page
    assert "2番の求め" in page
    assert "/needs/3" not in page
    reader = signed_in(evidence, [Role.VIEWER], CODE)
    assert "/needs/3" in reader.get(f"{HERE}/measures?measure={measure}").text


def test_who_may_write_is_led_to_the_row_that_is_missing(evidence: Flask) -> None:
    write = "行を書く"
    assert write in signed_in(evidence, [Role.EDITOR], CODE).get(f"{HERE}/online").text
    assert write in signed_in(evidence, [Role.EDITOR], CODE, department=OWN).get(f"{HERE}/online").text
    page = signed_in(evidence, [Role.VIEWER], CODE).get(f"{HERE}/online").text
    assert write not in page
    first = page.index("オンラインでできるか、答えに書かれていない手続")
    assert first < page.index("書き方から分からない手続")
    assert "窓口のみかどうかは、ここからは分かりません" in page
