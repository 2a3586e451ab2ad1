"""Loading the bundle as often as one likes: it follows the bundle, and leaves to staff what is theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from intents.vectors import NO_VECTORS
from knowledge.bundle import Bundle, read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.loading import LoadReport, load_bundle
from knowledge.models import BundledDraft, Entry, Measure, Municipality, Plan, Term
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER = MOMENT + dt.timedelta(days=1)
NEW_ANSWER = {"entries.yaml": ("はい、取れます。", "はい、今は取れます。")}
GOAL = "- id: goal"


@pytest.fixture
def town(tmp_path: Path) -> Bundle:
    return read_bundle(write_town(tmp_path / "first"))


@pytest.fixture
def changed_town(tmp_path: Path) -> Bundle:
    """The same with another answer to ``juki``."""
    return read_bundle(write_town(tmp_path / "second", NEW_ANSWER))


@pytest.fixture
def town_without_goal(tmp_path: Path) -> Bundle:
    folder = write_town(tmp_path / "third")
    entries = folder / "entries.yaml"
    entries.write_text(entries.read_text(encoding="utf-8").split(GOAL)[0], encoding="utf-8")
    return read_bundle(folder)


def version(database: Database) -> int:
    with database.reading() as session:
        return session.get_one(Municipality, CODE).knowledge_version


def entry(database: Database, entry_id: str) -> Entry:
    with database.reading() as session:
        return session.get_one(Entry, (CODE, entry_id))


def change(database: Database, entry_id: str, values: Mapping[str, object]) -> None:
    """What staff do to an entry."""
    with database.writing() as session:
        row = session.get_one(Entry, (CODE, entry_id))
        for name, value in values.items():
            setattr(row, name, value)


def drafts(database: Database) -> list[BundledDraft]:
    with database.reading() as session:
        return list(session.scalars(select(BundledDraft)))


def counts(report: LoadReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.withdrawn


def test_the_first_load_publishes_everything(database: Database, town: Bundle) -> None:
    assert counts(load_bundle(database, town, MOMENT)) == (6, 0, 0, 0)
    assert version(database) == 1
    row = entry(database, "juki")
    assert (row.state, row.by_staff, row.version, row.updated_at) == ("published", False, 1, MOMENT)
    assert (row.source_plan, row.source_section, row.department) == ("plan", "施策1-1", "dep-it")


def test_a_second_load_changes_nothing(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    report = load_bundle(database, town, LATER)
    assert counts(report) == (0, 0, 6, 0)
    assert not report.changed
    assert version(database) == 1
    assert entry(database, "juki").updated_at == MOMENT


def test_a_bundled_change_updates_that_entry_alone(database: Database, town: Bundle, changed_town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    assert counts(load_bundle(database, changed_town, LATER)) == (0, 1, 5, 0)
    assert version(database) == 2
    row = entry(database, "juki")
    assert (row.answer, row.version, row.updated_at) == (changed_town.entries[0].answer, 2, LATER)
    assert entry(database, "goal").version == 1


def test_a_changed_plan_or_measure_moves_the_version(database: Database, town: Bundle, tmp_path: Path) -> None:
    load_bundle(database, town, MOMENT)
    renamed = read_bundle(
        write_town(tmp_path / "renamed", {"plans.yaml": ("デジタル計画\n", "デジタル計画（改訂）\n")})
    )
    assert counts(load_bundle(database, renamed, LATER)) == (0, 0, 6, 0)
    assert version(database) == 2
    with database.reading() as session:
        assert session.get_one(Plan, (CODE, "plan")).title == "小さい市デジタル計画（改訂）"
        assert [measure.number for measure in session.scalars(select(Measure))] == ["1-1"]


def test_an_entry_gone_from_the_bundle_ends_and_comes_back(
    database: Database, town: Bundle, town_without_goal: Bundle
) -> None:
    load_bundle(database, town, MOMENT)
    assert counts(load_bundle(database, town_without_goal, LATER)) == (0, 0, 5, 1)
    assert entry(database, "goal").state == "ended"
    assert load_bundle(database, town_without_goal, LATER).withdrawn == 0
    assert version(database) == 2
    assert counts(load_bundle(database, town, LATER)) == (0, 1, 5, 0)
    assert entry(database, "goal").state == "published"
    assert version(database) == 3


THEIRS = [
    pytest.param({"by_staff": True, "answer": "職員が書き直しました。"}, id="edited"),
    pytest.param({"by_staff": True, "state": "ended"}, id="ended"),
    pytest.param({"by_staff": True, "state": "deleted"}, id="deleted"),
    pytest.param({"state": "deleted"}, id="deleted without a mark"),
]


@pytest.mark.parametrize("theirs", THEIRS)
def test_what_is_staffs_is_never_overwritten_or_revived(
    database: Database, town: Bundle, changed_town: Bundle, theirs: dict[str, object]
) -> None:
    load_bundle(database, town, MOMENT)
    change(database, "juki", theirs)
    before = entry(database, "juki")
    report = load_bundle(database, changed_town, LATER)
    after = entry(database, "juki")
    assert (report.updated, report.left_to_staff, report.drafts) == (0, 1, 1)
    assert (after.answer, after.state, after.version, after.updated_at) == (
        before.answer,
        before.state,
        before.version,
        before.updated_at,
    )
    assert version(database) == 1


@pytest.mark.parametrize("theirs", THEIRS)
def test_the_same_bundle_makes_no_draft_of_what_is_staffs(
    database: Database, town: Bundle, theirs: dict[str, object]
) -> None:
    load_bundle(database, town, MOMENT)
    change(database, "juki", theirs)
    report = load_bundle(database, town, LATER)
    assert (report.left_to_staff, report.drafts, drafts(database)) == (1, 0, [])


def test_what_staff_edited_stays_when_the_bundle_drops_it(
    database: Database, town: Bundle, town_without_goal: Bundle
) -> None:
    load_bundle(database, town, MOMENT)
    change(database, "goal", {"by_staff": True})
    assert load_bundle(database, town_without_goal, LATER).withdrawn == 0
    assert entry(database, "goal").state == "published"


def test_what_staff_edited_keeps_the_plan_that_the_bundle_drops(
    database: Database, town: Bundle, tmp_path: Path
) -> None:
    load_bundle(database, town, MOMENT)
    change(database, "goal", {"by_staff": True})
    folder = write_town(tmp_path / "next-plan")
    for file in folder.glob("*.yaml"):
        told = file.read_text(encoding="utf-8")
        file.write_text(told.replace("plan: plan,", "plan: next,").replace("- id: plan\n", "- id: next\n"), "utf-8")
    load_bundle(database, read_bundle(folder), LATER)
    knowledge = Corpus(database, NO_VECTORS, lambda: dt.date(2026, 11, 21)).current(CODE)
    assert (knowledge.answers["goal"].plan.id, knowledge.answers["juki"].plan.id) == ("plan", "next")


def test_what_staff_wrote_themselves_is_not_withdrawn(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT)
    with database.writing() as session:
        session.add(
            Term(
                municipality_code=CODE,
                entry_id="staff-term",
                by_staff=True,
                updated_at=MOMENT,
                phrasings=[],
                source_plan="plan",
                source_section="用語",
                checked_on=MOMENT.date(),
                term="窓口",
                aliases=[],
                meaning="市役所の受付のことです。",
            )
        )
    assert load_bundle(database, town, LATER).withdrawn == 0
    with database.reading() as session:
        assert session.get_one(Term, (CODE, "staff-term")).state == "published"


def test_a_bundled_change_waits_as_one_draft_with_its_difference(
    database: Database, town: Bundle, changed_town: Bundle
) -> None:
    load_bundle(database, town, MOMENT)
    change(database, "juki", {"by_staff": True, "answer": "職員が書き直しました。"})
    assert load_bundle(database, changed_town, LATER).drafts == 1
    assert load_bundle(database, changed_town, LATER).drafts == 0
    (draft,) = drafts(database)
    assert (draft.entry_id, draft.kind, draft.noticed_at) == ("juki", "entries", LATER)
    assert draft.differences == {"answer": ["職員が書き直しました。", changed_town.entries[0].answer]}
    assert draft.values["question"] == "住民票はコンビニで取れますか？"


def test_a_newer_bundled_change_replaces_the_draft(
    database: Database, town: Bundle, changed_town: Bundle, tmp_path: Path
) -> None:
    newest = read_bundle(
        write_town(tmp_path / "newest", {"entries.yaml": ("はい、取れます。", "はい、すぐ取れます。")})
    )
    load_bundle(database, town, MOMENT)
    change(database, "juki", {"by_staff": True})
    assert load_bundle(database, changed_town, LATER).drafts == 1
    assert load_bundle(database, newest, LATER).drafts == 1
    (draft,) = drafts(database)
    assert draft.values["answer"] == newest.entries[0].answer


def test_a_load_that_fails_leaves_nothing(database: Database, town: Bundle) -> None:
    def refuse(*_: object) -> None:
        raise IntegrityError("", {}, Exception("a row that does not fit"))

    event.listen(Term, "before_insert", refuse)
    try:
        with pytest.raises(IntegrityError):
            load_bundle(database, town, MOMENT)
    finally:
        event.remove(Term, "before_insert", refuse)
    with database.reading() as session:
        assert session.scalars(select(Municipality)).all() == []
        assert session.scalars(select(Entry)).all() == []
    assert counts(load_bundle(database, town, MOMENT)) == (6, 0, 0, 0)


def test_an_update_that_fails_late_leaves_the_old_version_whole(
    database: Database, town: Bundle, changed_town: Bundle
) -> None:
    load_bundle(database, town, MOMENT)

    def refuse(_mapper: object, _connection: object, row: Municipality) -> None:
        raise IntegrityError("", {}, Exception(f"version {row.knowledge_version} does not fit"))

    event.listen(Municipality, "before_update", refuse)
    try:
        with pytest.raises(IntegrityError):
            load_bundle(database, changed_town, LATER)
    finally:
        event.remove(Municipality, "before_update", refuse)
    assert version(database) == 1
    assert entry(database, "juki").answer == town.entries[0].answer


def test_two_municipalities_may_use_the_same_ids(database: Database, town: Bundle, tmp_path: Path) -> None:
    other = read_bundle(write_town(tmp_path / "other", {"municipality.yaml": ("011002", "012025")}, code="012025"))
    load_bundle(database, town, MOMENT)
    assert counts(load_bundle(database, other, MOMENT)) == (6, 0, 0, 0)
    assert version(database) == 1


def test_the_bundled_folders_load_on_both_engines(database: Database, bundles: list[Bundle]) -> None:
    for bundle in bundles:
        report = load_bundle(database, bundle, MOMENT)
        assert report.added == sum(1 for _ in bundle.items())
        assert not load_bundle(database, bundle, LATER).changed
