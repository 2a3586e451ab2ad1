"""What is not for residents, or not yet: seen by staff, and never in what residents are answered from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation import answer
from intents.vectors import NO_VECTORS
from knowledge.approval import Step
from knowledge.bundle import read_bundle
from knowledge.corpus import Corpus, Knowledge, UnknownMunicipalityError
from knowledge.db import Database
from knowledge.faq_pages import faq_page
from knowledge.index_files import IndexFiles
from knowledge.loading import load_bundle
from knowledge.preview import Previews, Selection
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, Desk, wait_for_previews

DRAFTS, STAFF, ALL = Selection(drafts=True), Selection(staff_only=True), Selection(drafts=True, staff_only=True)
SECRET = "窓口では内線 0120-000-999 に回してください。"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


@pytest.fixture
def previews(desk: Desk) -> Iterator[Previews]:
    yield Previews(desk.database, NO_VECTORS)
    wait_for_previews()


def told(knowledge: Knowledge, question: str = "計画の目標は何ですか？") -> str:
    reply = answer(knowledge, question).reply
    return reply.answer.text if reply.answer else ""


def test_an_entry_for_staff_alone_reaches_no_resident_by_any_way(desk: Desk, previews: Previews) -> None:
    desk.published(answer=SECRET, audience="staff", staff_note="課長だけの覚え")
    knowledge = Corpus(desk.database, NO_VECTORS).current(CODE)
    assert "goal" not in knowledge.answers
    assert not any(SECRET in repr(found) for found in knowledge.answers.values())
    assert told(knowledge) != SECRET
    with desk.database.reading() as session:
        assert SECRET not in repr(faq_page(session, CODE, dt.date(2026, 11, 21)))
    shown = previews.current(CODE, STAFF)
    assert told(shown.knowledge) == SECRET
    assert shown.staff_only == {"goal"}
    # The note is read in the console alone.
    assert "課長だけの覚え" not in repr(shown.knowledge.answers)
    assert told(previews.current(CODE, DRAFTS).knowledge) != SECRET


def test_a_draft_is_seen_where_drafts_are_asked_for(desk: Desk, previews: Previews) -> None:
    number = desk.write(1, "下書きの答えです。")
    shown = previews.current(CODE, DRAFTS)
    assert told(shown.knowledge) == "下書きの答えです。"
    assert shown.drafts == {"goal": number}
    assert told(previews.current(CODE, STAFF).knowledge) == "だれも取り残さない市をめざします。"
    assert told(Corpus(desk.database, NO_VECTORS).current(CODE)) == "だれも取り残さない市をめざします。"


def test_each_step_is_seen_at_once(desk: Desk, previews: Previews) -> None:
    number = desk.write(1, "一つ目です。")
    assert told(previews.current(CODE, ALL).knowledge) == "一つ目です。"
    desk.write(number, "二つ目です。", audience="staff")
    assert told(previews.current(CODE, ALL).knowledge) == "二つ目です。"
    assert told(previews.current(CODE, DRAFTS).knowledge) != "二つ目です。"
    desk.take(Step.WITHDRAW, WRITER, 3)
    assert told(previews.current(CODE, ALL).knowledge) == "だれも取り残さない市をめざします。"
    desk.take(Step.END, APPROVER)
    assert "goal" not in previews.current(CODE, ALL).knowledge.answers


def test_what_has_not_moved_is_not_made_again(desk: Desk, previews: Previews) -> None:
    assert previews.current(CODE, ALL) is previews.current(CODE, ALL)
    assert previews.current(CODE, ALL) is not previews.current(CODE, STAFF)


def test_chosen_versions_alone_stand_in_for_what_is_live(desk: Desk, previews: Previews) -> None:
    desk.write(1, "これを試します。")
    desk.write(1, "はい、これも下書きです。", entry_id="juki")
    chosen = desk.version(2)
    shown = previews.with_versions(CODE, [chosen])
    assert told(shown.knowledge) == "これを試します。"
    assert shown.drafts == {"goal": 2}
    assert shown.knowledge.answers["juki"].text == "はい、取れます。マイナンバーカードを使います。"


def test_its_indexes_lie_apart_from_those_of_residents_and_within_the_municipalitys_folder(
    desk: Desk, tmp_path: Path
) -> None:
    files = IndexFiles(tmp_path / "indexes")
    desk.write(1)
    Previews(desk.database, NO_VECTORS, index_files=files).current(CODE, ALL)
    (kept,) = (tmp_path / "indexes").rglob("*.index")
    assert kept.relative_to(tmp_path / "indexes").parts[:2] == (CODE, "drafts-staff_only")


def test_an_unknown_municipality_is_told(previews: Previews) -> None:
    with pytest.raises(UnknownMunicipalityError):
        previews.current("999999", ALL)
    with pytest.raises(UnknownMunicipalityError):
        previews.with_versions("999999", [])


def test_somebody_of_one_department_sees_its_drafts_and_entries_for_staff_alone(desk: Desk, previews: Previews) -> None:
    own = "dep-it"
    number = desk.write(1, content=desk.content(department=own, answer="書きかけです。"))
    for departments, seen in ((frozenset({own}), {"goal": number}), (frozenset({"dep-other"}), {})):
        shown = previews.current(CODE, Selection(drafts=True, departments=departments))
        assert shown.drafts == seen
        assert told(shown.knowledge) == ("書きかけです。" if seen else desk.row().answer)
    desk.take(Step.WITHDRAW, WRITER, number)
    desk.published(content=desk.content(department=own, answer=SECRET), audience="staff", based_on=1)
    for departments, staff_only in ((frozenset({own}), {"goal"}), (frozenset({"dep-other"}), set())):
        assert previews.current(CODE, Selection(staff_only=True, departments=departments)).staff_only == staff_only
