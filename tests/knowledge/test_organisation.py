"""組織の変更: from its day on everything that named a 課 names its successor, and nothing before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from intents.vectors import NO_VECTORS
from knowledge.approval import Step
from knowledge.bookings import publish_due
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from knowledge.entry_versions import Author
from knowledge.freshness import department_names
from knowledge.loading import load_bundle
from knowledge.models import (
    AuditLine,
    Department,
    Entry,
    EntryVersion,
    LoggedQuestion,
    Municipality,
    OrganisationAssignment,
    OrganisationChange,
    ReviewRow,
    StaffAccount,
    SubjectOffice,
)
from knowledge.organisation import (
    MERGE,
    RENAME,
    SPLIT,
    Entered,
    Naming,
    OrganisationError,
    account_shares,
    assign,
    department_field,
    enter_change,
    entry_shares,
    follows,
    naming,
    take_back,
)
from knowledge.organisation_settling import Settled, settle_due
from knowledge.query_log import AskedQuestion, record
from knowledge.reviews import start_review
from knowledge.roles import Grant, Role
from knowledge.staff import add_account, grants_of
from knowledge.subject_offices import SubjectRow, apply_changes, changes, subject_table
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, OTHER_WRITER, WRITER, Desk, faults_of

TODAY = MOMENT.astimezone(JST).date()
DAY = dt.date(2027, 4, 1)
MIDNIGHT = dt.datetime(2027, 4, 1, tzinfo=JST).astimezone(dt.UTC)
WHO = Author("総務 太郎", "9")
NEW_NAME = {"課名": "デジタル推進課", "電話": "011-222-4444"}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


def enter(desk: Desk, given: Entered, moment: dt.datetime = MOMENT) -> OrganisationChange:
    with desk.database.writing() as session:
        return enter_change(session, CODE, given, WHO, moment)


def renamed(**more: Any) -> Entered:
    return replace(Entered(RENAME, DAY, ["dep-it"], new=[NEW_NAME]), **more)


def settled(desk: Desk, moment: dt.datetime = MIDNIGHT) -> list[Settled]:
    """What the desk does next, it does after that."""
    desk.minutes = max(desk.minutes, int((moment - MOMENT).total_seconds() // 60))
    return settle_due(desk.database, moment.astimezone(JST).date(), moment)


def known_on(desk: Desk, day: dt.date) -> Knowledge:
    return Corpus(desk.database, NO_VECTORS, lambda: day).current(CODE)


def colleague(desk: Desk, login: str, department: str = "dep-it") -> int:
    with desk.database.writing() as session:
        return add_account(session, login, login, [Grant(Role.EDITOR, CODE, department)], MOMENT).id


def departments(desk: Desk) -> dict[str, Department]:
    with desk.database.reading() as session:
        return {
            row.name: row for row in session.scalars(select(Department).where(Department.municipality_code == CODE))
        }


def second_office(desk: Desk, entry_id: str = "dep-life", name: str = "市民課") -> None:
    with desk.database.writing() as session:
        old = session.get_one(Department, (CODE, "dep-it"))
        session.add(
            Department(
                municipality_code=CODE, entry_id=entry_id, name=name, aliases=[], phrasings=[], telephone="011-222-5555",
                source_plan=old.source_plan, source_section=old.source_section, checked_on=TODAY, updated_at=MOMENT,
            )
        )  # fmt: skip


def test_only_the_answers_that_move_are_read_while_residents_wait_for_the_lock(desk: Desk) -> None:
    desk.published()
    desk.write(1, entry_id="juki")
    enter(desk, renamed())
    read: set[str] = set()

    def note(version: EntryVersion, _: object) -> None:
        read.add(version.entry_id)

    event.listen(EntryVersion, "load", note)
    try:
        assert [one.entries for one in settled(desk)] == [1]
    finally:
        event.remove(EntryVersion, "load", note)
    assert read == {"juki"}


def test_until_the_day_residents_are_told_the_old_name_and_from_it_the_new(desk: Desk) -> None:
    change = enter(desk, renamed())
    before = known_on(desk, DAY - dt.timedelta(days=1))
    assert before.contact.department == "情報政策課"
    assert before.answers["juki"].office is not None
    assert before.answers["juki"].office.telephone == "011-222-3333"
    assert "dep-it" in before.answers
    # Nobody and nothing has run at midnight: whoever asks first brings it about.
    after = known_on(desk, DAY)
    office = after.answers["juki"].office
    assert office is not None
    assert (office.department, office.telephone) == ("デジタル推進課", "011-222-4444")
    assert (after.contact.department, after.contact.telephone) == ("デジタル推進課", "011-222-4444")
    new_id = change.after[0]["id"]
    assert "dep-it" not in after.answers
    told = after.answers[new_id]
    assert "情報政策課" in told.wordings
    assert told.text.endswith("電話は 011-222-4444 です。")


def test_it_is_settled_once_however_many_look(desk: Desk) -> None:
    enter(desk, renamed())
    assert settled(desk, MIDNIGHT - dt.timedelta(seconds=1)) == []
    assert [(one.number, one.entries, one.accounts) for one in settled(desk)] == [(1, 1, 0)]
    version = desk.knowledge_version()
    assert settled(desk) == []
    assert desk.knowledge_version() == version
    with desk.database.reading() as session:
        (line,) = session.scalars(select(AuditLine).where(AuditLine.action == "organisation_settled"))
    assert (line.login, line.details["before"], line.details["after"]) == (
        "（期日）",
        ["情報政策課"],
        ["デジタル推進課"],
    )


def test_the_old_department_keeps_its_name_for_what_was_logged(desk: Desk) -> None:
    asked = AskedQuestion(CODE, "web:1", "web", MOMENT, "住民票", False, None, None, "ja", "answer", "juki", 1, "dep-it", 0.9, [], 1, 2.5)  # fmt: skip
    with desk.database.writing() as session:
        record(session, asked)
    change = enter(desk, renamed())
    settled(desk)
    with desk.database.reading() as session:
        logged = session.scalars(select(LoggedQuestion.department)).one()
        names = department_names(session, CODE)
        kept = session.get_one(OrganisationChange, (CODE, change.number))
    assert names[logged or ""] == "情報政策課"
    assert names[kept.after[0]["id"]] == "デジタル推進課"
    old = departments(desk)["情報政策課"]
    assert (old.state, old.valid_until) == ("ended", DAY - dt.timedelta(days=1))


def test_roles_subjects_and_the_review_under_way_follow(desk: Desk) -> None:
    account = colleague(desk, "joho-1")
    with desk.database.writing() as session:
        table = subject_table(session, CODE)
        wanted = SubjectRow(table[0].subject, "情報政策課", "011-222-3333", None)
        apply_changes(session, CODE, changes(table, [wanted]), MOMENT)
        start_review(session, CODE, "見直し", DAY, WHO, MOMENT)
    new_id = enter(desk, renamed()).after[0]["id"]
    settled(desk)
    with desk.database.reading() as session:
        assert [grant.department for grant in grants_of(session, account)] == [new_id]
        subject = session.get_one(SubjectOffice, (CODE, table[0].subject))
        assert (subject.department, subject.telephone, subject.by_staff) == (new_id, "011-222-4444", True)
        assert session.scalars(select(ReviewRow.department).where(ReviewRow.entry_id == "juki")).one() == new_id
        town = session.get_one(Municipality, CODE)
        assert (town.contact_department, town.contact_telephone) == (new_id, "011-222-4444")


def test_every_answer_keeps_its_history_and_what_is_written_on_it_goes_on(desk: Desk) -> None:
    draft = desk.write(1, entry_id="juki")
    new_id = enter(desk, renamed()).after[0]["id"]
    settled(desk)
    row = desk.row("juki")
    assert (row.department, row.by_staff, row.state) == (new_id, False, "published")
    assert desk.states("juki") == {1: "replaced", draft: "draft", row.version: "published"}
    assert desk.version(1, "juki").content["department"] == "dep-it"
    assert desk.version(row.version, "juki").author_name == "組織の変更"
    assert desk.version(draft, "juki").content["department"] == new_id
    assert faults_of(desk, "juki") == []
    desk.take(Step.REQUEST, WRITER, draft, "juki")
    desk.take(Step.APPROVE, APPROVER, draft, "juki")
    assert (desk.row("juki").answer, desk.row("juki").department) == ("新しい答えです。", new_id)
    assert faults_of(desk, "juki") == []


def test_what_is_booked_for_the_same_midnight_comes_live_under_the_new_department(desk: Desk) -> None:
    number = desk.write(1, entry_id="juki", publish_at=MIDNIGHT)
    desk.take(Step.REQUEST, WRITER, number, "juki")
    desk.take(Step.APPROVE, APPROVER, number, "juki")
    new_id = enter(desk, renamed()).after[0]["id"]
    settled(desk)
    assert [one.what for one in publish_due(desk.database, MIDNIGHT + dt.timedelta(seconds=1))] == ["published"]
    assert (desk.row("juki").answer, desk.row("juki").department) == ("新しい答えです。", new_id)
    assert faults_of(desk, "juki") == []


def test_an_end_that_is_booked_stays_booked(desk: Desk) -> None:
    number = desk.write(1, entry_id="juki", end_at=MIDNIGHT + dt.timedelta(days=3))
    desk.take(Step.REQUEST, WRITER, number, "juki")
    desk.take(Step.APPROVE, APPROVER, number, "juki")
    enter(desk, renamed())
    settled(desk)
    assert [one.what for one in publish_due(desk.database, MIDNIGHT + dt.timedelta(days=3))] == ["ended"]
    assert desk.row("juki").state == "ended"


def test_refusing_what_was_published_urgently_still_brings_back_the_text_before_it(desk: Desk) -> None:
    number = desk.write(1, entry_id="juki")
    desk.take(Step.PUBLISH_URGENTLY, WRITER, number, "juki")
    new_id = enter(desk, renamed()).after[0]["id"]
    settled(desk)
    assert desk.row("juki").department == new_id
    desk.take(Step.REFUSE, APPROVER, number, "juki")
    assert desk.row("juki").answer.startswith("はい、取れます。")
    assert desk.row("juki").department == new_id


def test_an_old_version_that_is_restored_belongs_to_the_successor(desk: Desk) -> None:
    new_id = enter(desk, renamed()).after[0]["id"]
    settled(desk)
    old = desk.version(1, "juki").content
    number = desk.write(desk.row("juki").version, entry_id="juki", content=old, actor=OTHER_WRITER)
    assert desk.version(number, "juki").content["department"] == new_id


def test_loading_the_bundled_content_again_brings_no_old_department_back(desk: Desk, tmp_path: Path) -> None:
    new_id = enter(desk, renamed()).after[0]["id"]
    settled(desk)
    changed = {
        "entries.yaml": ("はい、取れます。", "はい、取れますよ。"),
        "municipality.yaml": ("[小さい]", "[小さい, 小]"),
    }
    load_bundle(desk.database, read_bundle(write_town(tmp_path / "again", changed)), MIDNIGHT)
    row = desk.row("juki")
    assert row.answer.startswith("はい、取れますよ。")
    assert row.department == new_id
    after = known_on(desk, DAY)
    assert (after.contact.department, after.contact.telephone) == ("デジタル推進課", "011-222-4444")
    assert departments(desk)["情報政策課"].state == "ended"


def test_two_departments_become_one_that_is_there_already(desk: Desk) -> None:
    second_office(desk)
    enter(desk, Entered(MERGE, DAY, ["dep-it"], existing=["dep-life"]))
    settled(desk)
    office = known_on(desk, DAY).answers["juki"].office
    assert office is not None
    assert (office.department, office.telephone) == ("市民課", "011-222-5555")
    assert departments(desk)["市民課"].aliases == ["情報政策課"]


def test_a_split_goes_where_it_was_assigned_and_the_rest_to_the_first(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.get_one(Entry, (CODE, "goal")).department = "dep-it"
    stays, goes = colleague(desk, "stays"), colleague(desk, "goes")
    change = enter(desk, Entered(SPLIT, DAY, ["dep-it"], new=[{"課名": "企画課"}, {"課名": "システム課"}]))
    first, second = (one["id"] for one in change.after)
    with desk.database.writing() as session:
        kept = session.get_one(OrganisationChange, (CODE, 1))
        assert [share.key for share in entry_shares(session, kept)] == ["goal", "juki"]
        given = {"goal": second, "juki": "dep-nowhere", "nothing": second}
        assert assign(session, kept, given, {"goes": second}, WHO, MOMENT) == (1, 1)
        assert [share.department for share in account_shares(session, kept)] == [second, None]
    settled(desk)
    assert (desk.row("goal").department, desk.row("juki").department) == (second, first)
    with desk.database.reading() as session:
        assert [grant.department for one in (stays, goes) for grant in grants_of(session, one)] == [first, second]


def test_after_a_split_an_answer_can_still_be_given_to_the_other(desk: Desk) -> None:
    change = enter(desk, Entered(SPLIT, DAY, ["dep-it"], existing=["dep-it"], new=[{"課名": "システム課"}]))
    (_, new) = (one["id"] for one in change.after)
    settled(desk)
    assert desk.row("juki").department == "dep-it"
    with desk.database.writing() as session:
        kept = session.get_one(OrganisationChange, (CODE, 1))
        assert assign(session, kept, {"juki": new}, {}, WHO, MIDNIGHT) == (1, 0)
    assert (desk.row("juki").department, faults_of(desk, "juki")) == (new, [])
    office = known_on(desk, DAY).answers["juki"].office
    assert office is not None
    assert office.department == "システム課"
    with desk.database.reading() as session:
        assert session.scalars(select(OrganisationAssignment.department)).all() == [new]


def test_a_change_that_is_yet_to_come_can_be_taken_back_and_one_in_force_cannot(desk: Desk) -> None:
    enter(desk, renamed())
    with desk.database.writing() as session:
        take_back(session.get_one(OrganisationChange, (CODE, 1)), WHO, MOMENT)
    assert settled(desk) == []
    assert known_on(desk, DAY).contact.department == "情報政策課"
    enter(desk, renamed())
    settled(desk)
    with desk.database.writing() as session, pytest.raises(OrganisationError, match="取り消せません"):
        take_back(session.get_one(OrganisationChange, (CODE, 2)), WHO, MIDNIGHT)


def test_what_would_follow_is_counted_with_the_texts_that_nobody_but_their_writers_can_change(desk: Desk) -> None:
    colleague(desk, "joho-1")
    with desk.database.writing() as session:
        session.get_one(Entry, (CODE, "goal")).answer = "情報政策課が進めます。"
    change = enter(desk, renamed())
    with desk.database.reading() as session:
        found = follows(session, change)
        told = naming(session, change)
    assert (found.entries, found.accounts) == (1, 1)
    assert told == [Naming("goal", "計画の目標は何ですか？", live=True)]


def test_the_texts_with_the_old_name_are_told_until_they_are_mended_drafts_and_bookings_too(desk: Desk) -> None:
    goal, juki = "計画の目標は何ですか？", "住民票はコンビニで取れますか？"
    desk.published(answer="情報政策課が進めます。")
    change = enter(desk, renamed())
    desk.write(2, "デジタル推進課が進めます。")
    desk.write(1, "情報政策課に聞いてください。", entry_id="juki")

    def told() -> list[Naming]:
        with desk.database.reading() as session:
            return naming(session, change)

    assert told() == [
        Naming("goal", goal, live=True, waiting=3),
        Naming("juki", juki, live=False, waiting=2, waiting_too=True),
    ]
    settled(desk)
    # From the day on it is wrong, and no reason to stop telling it.
    assert {one.entry_id for one in told()} == {"goal", "juki"}


NAME = department_field(0, "課名")
PHONE = department_field(0, "電話")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param(renamed(starts_on=None), "starts_on", id="no day"),
        pytest.param(renamed(starts_on=TODAY - dt.timedelta(days=1)), "starts_on", id="a day that is over"),
        pytest.param(renamed(starts_on=TODAY), "starts_on", id="today, without saying so"),
        pytest.param(renamed(before=["dep-nowhere"]), "before", id="a department that is none"),
        pytest.param(renamed(before=[]), "before", id="no department"),
        pytest.param(renamed(before=["dep-it", "dep-life"]), "before", id="two renamed at once"),
        pytest.param(renamed(new=[{"課名": "市民課"}]), NAME, id="a name that is there"),
        pytest.param(renamed(new=[]), NAME, id="no new name"),
        pytest.param(renamed(new=[{"課名": "新課", "電話": "222-3333"}]), PHONE, id="a number without its area"),
        pytest.param(Entered(MERGE, DAY, ["dep-it"]), "existing", id="merged into nothing"),
        pytest.param(Entered(MERGE, DAY, ["dep-it"], ["dep-it"]), "before", id="merged into itself"),
        pytest.param(Entered(SPLIT, DAY, ["dep-it"], new=[{"課名": "新課"}]), "existing", id="split into one"),
        pytest.param(Entered("other", DAY, ["dep-it"]), "kind", id="of no kind"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(desk: Desk, given: Entered, field: str) -> None:
    second_office(desk)
    with pytest.raises(OrganisationError) as caught:
        enter(desk, given)
    assert field in caught.value.faults


def test_a_department_is_in_one_announced_change_only(desk: Desk) -> None:
    enter(desk, renamed())
    with pytest.raises(OrganisationError) as caught:
        enter(desk, renamed(starts_on=DAY + dt.timedelta(days=1), new=[{"課名": "別の課"}]))
    assert "まだ始まっていない別の変更" in caught.value.faults["before"]


@pytest.mark.parametrize(
    ("cells", "kept"),
    [({"課名": "新課"}, ("011-222-3333", "計画の進み具合をまとめます。")), ({"課名": "新課", "電話": "０１１−２２２−７７７７"}, ("011-222-7777", "計画の進み具合をまとめます。"))],
)  # fmt: skip
def test_a_renamed_department_keeps_what_is_not_written_anew(
    desk: Desk, cells: Mapping[str, str], kept: Sequence[str]
) -> None:
    values = enter(desk, renamed(new=[cells])).after[0]["values"]
    assert (values["telephone"], values["role"]) == kept


def test_roles_of_the_whole_municipality_and_of_another_stay_what_they_are(desk: Desk) -> None:
    with desk.database.writing() as session:
        add_account(session, "whole", "全体", [Grant(Role.EDITOR, CODE)], MOMENT)
        add_account(session, "other", "他市", [Grant(Role.EDITOR, "021001", "dep-it")], MOMENT)
    enter(desk, renamed())
    settled(desk)
    with desk.database.reading() as session:
        found = {one.login: grants_of(session, one.id)[0].department for one in session.scalars(select(StaffAccount))}
    assert (found["whole"], found["other"]) == (None, "dep-it")
