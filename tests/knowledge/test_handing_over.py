"""引継ぎ: what somebody who leaves still holds, and their drafts in a colleague's hands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.approval import Actor, Step
from knowledge.bundle import read_bundle
from knowledge.db import Database
from knowledge.entry_versions import Author
from knowledge.handing_over import HandedOver, Held, handover_workbook, heirs, held_by, take_on
from knowledge.jobs import ask_for
from knowledge.loading import load_bundle
from knowledge.models import Entry, StaffAccount
from knowledge.publishing import StepRefusedError
from knowledge.reviews import start_review
from knowledge.roles import Grant, Role
from knowledge.spreadsheet_files import read_tables
from knowledge.staff import add_account
from knowledge.unsaved_texts import keep_unsaved
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, Desk, faults_of, later


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


def account(desk: Desk, login: str, *grants: Grant) -> Actor:
    with desk.database.writing() as session:
        made = add_account(session, login, f"{login} さん", grants, MOMENT)
        return Actor(str(made.id), made.name, edits=True)


@pytest.fixture
def leaver(desk: Desk) -> Actor:
    return account(desk, "leaver", Grant(Role.EDITOR, CODE, "dep-it"))


@pytest.fixture
def heir(desk: Desk) -> Actor:
    return account(desk, "heir", Grant(Role.APPROVER, CODE))


def held(desk: Desk, who: Actor, scopes: set[str] | None = None) -> list[Held]:
    with desk.database.reading() as session:
        return held_by(session, session.get_one(StaffAccount, int(who.account)), scopes, later(1000))


def handed_over(desk: Desk, leaver: Actor, heir: Actor) -> HandedOver:
    things = held(desk, leaver)
    with desk.database.writing() as session:
        return take_on(session, things, session.get_one(StaffAccount, int(heir.account)), desk.moment)


def test_all_that_somebody_holds_is_listed_by_kind(desk: Desk, leaver: Actor) -> None:
    assert held(desk, leaver) == []
    number = desk.write(1, actor=leaver)
    desk.take(Step.REQUEST, leaver, number)
    desk.take(Step.RETURN, APPROVER, number)
    desk.write(1, actor=leaver, entry_id="juki")
    with desk.database.writing() as session:
        start_review(session, CODE, "見直し", dt.date(2027, 2, 26), Author("課長"), MOMENT)
        ask_for(session, CODE, "effect", {}, MOMENT, leaver.account)
        keep_unsaved(session, CODE, leaver.account, "entry:goal", {"answer": "だれにも見せない文"}, MOMENT)
    found = held(desk, leaver)
    assert [one.what for one in found] == ["draft", "returned", "review", "job", "unsaved"]
    assert [one.about for one in found][:2] == ["住民票はコンビニで取れますか？", "計画の目標は何ですか？"]
    assert "だれにも見せない文" not in str(found)
    assert held(desk, leaver, {"021001"}) == []


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ([Step.REQUEST], "requested"),
        ([Step.PUBLISH_URGENTLY], "urgent"),
        ([Step.REQUEST, Step.APPROVE], None),
        ([Step.WITHDRAW], None),
    ],
)
def test_a_version_is_held_until_it_is_done_with(
    desk: Desk, leaver: Actor, steps: list[Step], what: str | None
) -> None:
    number = desk.write(1, actor=leaver)
    for step in steps:
        desk.take(step, APPROVER if step is Step.APPROVE else leaver, number)
    assert [one.what for one in held(desk, leaver)] == ([what] if what else [])


def test_a_booking_is_held_until_it_has_been(desk: Desk, leaver: Actor) -> None:
    number = desk.write(1, actor=leaver, publish_at=later(5000), end_at=later(9000))
    desk.take(Step.REQUEST, leaver, number)
    desk.take(Step.APPROVE, APPROVER, number)
    assert [one.what for one in held(desk, leaver)] == ["approved"]


def test_drafts_and_what_was_sent_back_become_the_colleagues_with_reason_and_record(
    desk: Desk, leaver: Actor, heir: Actor
) -> None:
    sent_back = desk.write(1, "直す文です。", actor=leaver, staff_note="覚え")
    desk.take(Step.REQUEST, leaver, sent_back)
    desk.take(Step.RETURN, APPROVER, sent_back, reason="数字が違います")
    begun = desk.write(1, actor=leaver, entry_id="juki")
    done = handed_over(desk, leaver, heir)
    assert (len(done.taken), done.left) == (2, ())
    assert held(desk, leaver) == []
    assert [one.what for one in held(desk, heir)] == ["draft", "returned"]
    theirs = desk.version(sent_back + 1)
    assert (theirs.state, theirs.reason, theirs.author, theirs.based_on) == (
        "returned", "数字が違います", heir.account, sent_back,
    )  # fmt: skip
    assert (theirs.content["answer"], theirs.staff_note) == ("直す文です。", "覚え")
    assert desk.version(sent_back).author == leaver.account
    assert desk.states("juki") == {1: "published", begun: "replaced", begun + 1: "draft"}
    assert faults_of(desk, "goal") == []


def test_whoever_takes_a_draft_on_does_not_approve_it(desk: Desk, leaver: Actor, heir: Actor) -> None:
    number = desk.write(1, actor=leaver)
    handed_over(desk, leaver, heir)
    desk.take(Step.REQUEST, heir, number + 1)
    for who in (leaver, heir):
        judge = Actor(who.account, who.name, edits=True, approves=True)
        with pytest.raises(StepRefusedError, match="自分が書いた"):
            desk.take(Step.APPROVE, judge, number + 1)


def test_what_the_colleague_may_not_write_stays_and_says_why(desk: Desk, leaver: Actor) -> None:
    with desk.database.writing() as session:
        session.get_one(Entry, (CODE, "juki")).department = None
    number = desk.write(1, actor=leaver, entry_id="juki")
    narrow = account(desk, "narrow", Grant(Role.EDITOR, CODE, "dep-it"))
    done = handed_over(desk, leaver, narrow)
    assert done.taken == ()
    assert "編集の役割がありません" in done.left[0]
    assert desk.states("juki")[number] == "draft"


def test_only_colleagues_who_write_there_and_are_still_here_can_be_chosen(
    desk: Desk, leaver: Actor, heir: Actor
) -> None:
    account(desk, "reader", Grant(Role.VIEWER, CODE))
    account(desk, "elsewhere", Grant(Role.EDITOR, "021001"))
    account(desk, "over", Grant(Role.EDITOR, CODE, ends_on=dt.date(2026, 3, 31)))
    account(desk, "another-office", Grant(Role.EDITOR, CODE, "dep-elsewhere"))
    desk.write(1, actor=leaver)
    things = held(desk, leaver)
    with desk.database.reading() as session:
        found = heirs(session, session.get_one(StaffAccount, int(leaver.account)), things, MOMENT)
        assert [one.login for one in found] == ["heir"]
        assert heirs(session, found[0], [], MOMENT) == []


def test_the_list_can_be_taken_along(desk: Desk, leaver: Actor, tmp_path: Path) -> None:
    desk.write(1, actor=leaver)
    with desk.database.reading() as session:
        row = session.get_one(StaffAccount, int(leaver.account))
        (tmp_path / "list.xlsx").write_bytes(handover_workbook(row, held(desk, leaver), {CODE: "小さい市"}, dt.date(2027, 3, 31)))  # fmt: skip
    text = "\n".join(str(row.cells) for sheet in read_tables(tmp_path / "list.xlsx") for row in sheet.rows)
    assert "下書き" in text
    assert "計画の目標は何ですか？" in text
    assert "小さい市" in text
