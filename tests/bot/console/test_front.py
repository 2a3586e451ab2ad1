"""The first page of a municipality: what waits for whoever opened it, and links that lead somewhere."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from bot.console.front import WAYS, _ways
from knowledge.calendar import date_name, now, today
from knowledge.db import Database
from knowledge.entry_versions import content_of
from knowledge.models import Entry, EntryVersion
from knowledge.roles import Grant, Role
from knowledge.this_week import Example, Kind, Pile, Task
from tests.support.staff import add_colleague, signed_in, signed_in_as

CODE = "242047"


def _requested(database: Database) -> str:
    """A version that somebody asks to approve; the question of its answer."""
    with database.writing() as session:
        entry = (
            session.query(Entry).filter_by(municipality_code=CODE, state="published").order_by(Entry.entry_id).first()
        )
        assert entry is not None
        session.merge(
            EntryVersion(
                municipality_code=CODE, entry_id=entry.entry_id, number=entry.version + 1, state="requested", content=content_of(entry),
                audience="public", staff_note="職員メモのひみつ", author="999", author_name="書く 花子", created_at=now() - dt.timedelta(hours=1),
                requested_by="999", requested_name="書く 花子", requested_at=now(), deputy=False, urgent=False,
            )
        )  # fmt: skip
        return entry.question


def test_an_approver_finds_the_request_and_how_long_it_takes(office: Flask, office_database: Database) -> None:
    question = _requested(office_database)
    page = signed_in(office, [Role.APPROVER]).get(f"/staff/{CODE}/").text
    assert "承認依頼" in page
    assert question in page
    assert "書く 花子さん" in page
    assert "まず1件（約5分）" in page
    assert "職員メモのひみつ" not in page


def test_a_writer_is_not_told_of_requests_that_others_decide(office: Flask, office_database: Database) -> None:
    question = _requested(office_database)
    assert question not in signed_in(office, [Role.EDITOR]).get(f"/staff/{CODE}/").text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN, Role.AUDITOR])
def test_whoever_does_not_write_reads_why_nothing_is_listed_and_sees_the_figures(office: Flask, role: Role) -> None:
    page = signed_in(office, [role]).get(f"/staff/{CODE}/").text
    assert "あなたを待っている仕事は出ません" in page
    assert "質問の数（市町村全体）" in page


def test_whose_role_begins_later_or_has_ended_reads_when(office: Flask, office_database: Database) -> None:
    start, end = today() + dt.timedelta(days=40), today() - dt.timedelta(days=1)
    grants = [Grant(Role.EDITOR, CODE, None, start), Grant(Role.VIEWER, CODE, None, None, end)]
    account_id, login = add_colleague(office_database, grants)
    page = signed_in_as(office, account_id, login).get("/staff/").text
    assert "次の役割は、終わりました" in page
    assert f"松阪市 閲覧 {date_name(end)}まで" in page
    assert "<h1>今日使える役割がありません</h1>" in page
    assert f"松阪市 編集 {date_name(start)}から" in page
    assert "市町村をえらん" not in page


def test_every_kind_of_work_has_its_way() -> None:
    assert set(WAYS) == set(Kind)


def test_what_waits_is_opened_from_the_first_page(office: Flask, office_database: Database) -> None:
    question = _requested(office_database)
    page = signed_in(office, [Role.APPROVER]).get(f"/staff/{CODE}/").text
    assert re.search(rf'<a href="/staff/{CODE}/answers/[^"]+"><bdi>{re.escape(question)}</bdi></a>', page)


def test_a_text_that_was_not_saved_is_offered_on_the_first_page(office: Flask) -> None:
    writer = signed_in(office, [Role.EDITOR])
    assert "書きかけの文" not in writer.get(f"/staff/{CODE}/").text
    # Nothing was typed: the form as it is opened is nobody's text.
    untouched = {"question": "", "answer": " ", "category": "その他", "checked_on": today().isoformat(), "act": "save"}
    writer.post(f"/staff/{CODE}/new-answer", untouched, 422)
    assert "書きかけの文" not in writer.get(f"/staff/{CODE}/").text
    typed = {"question": "席を立った時の問いですか？", "answer": "まだ途中です。"}
    writer.post(f"/staff/{CODE}/new-answer/keep", typed, 200, check=False)
    writer.post(f"/staff/{CODE}/answers/online-procedures/keep", {"answer": "直している途中です。"}, 200, check=False)
    page = writer.get(f"/staff/{CODE}/").text
    assert "席を立った時の問いですか？" in page
    for address in (f"/staff/{CODE}/new-answer?kept=1", f"/staff/{CODE}/answers/online-procedures/edit?kept=1"):
        assert address in page
        assert "途中です。" in writer.get(address).text
    assert "書きかけの文" not in signed_in(office, [Role.EDITOR]).get(f"/staff/{CODE}/").text


@pytest.mark.parametrize(
    ("kinds", "count", "leads"),
    [(["plan"], 1, False), (["plan", "indicator"], 2, False), (["plan", "entry"], 2, True), (["plan"], 9, True)],
)
def test_the_list_of_answers_is_not_offered_for_what_it_has_not(kinds: list[str], count: int, leads: bool) -> None:
    examples = tuple(Example("あるもの", "", kind, "x") for kind in kinds)
    assert bool(_ways(Task(Pile(Kind.OVERDUE, count, examples), 1))) is leads


def test_every_link_of_the_page_opens(office: Flask, office_database: Database) -> None:
    _requested(office_database)
    chief = signed_in(office, [Role.APPROVER])
    main = chief.get(f"/staff/{CODE}/").text.split("<main", 1)[1]
    for address in re.findall(r'href="(/[^"#]+)"', main):
        chief.get(address.replace("&amp;", "&"))
