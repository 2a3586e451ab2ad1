"""Changes of tables that wait: held against what there is when they are decided, and done once, by two people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.approval import Actor
from knowledge.archives import erase, export_all, restore
from knowledge.audit import BY_COMMAND
from knowledge.bundle import read_bundle
from knowledge.change_approval import APPROVED, RETURNED, WAITING, WITHDRAWN
from knowledge.change_requests import (
    ChangedSinceShownError,
    ChangeRefusedError,
    approve,
    ask,
    effect_now,
    found,
    give_back,
    listing,
    withdraw,
)
from knowledge.common_content import common_content
from knowledge.db import Database
from knowledge.entry_versions import versions_of
from knowledge.exports import exported
from knowledge.handing_over import held_by
from knowledge.import_items import RowChange
from knowledge.imports import planned
from knowledge.loading import load_bundle
from knowledge.models import AuditLine, ChangeRequest, Entry, Municipality, StaffAccount, StaffMail, Term
from knowledge.organisation import RENAME, Entered, enter_change
from knowledge.organisation_settling import settle_due
from knowledge.proposed_changes import (
    CannotBeDoneError,
    Effect,
    Proposal,
    changes_digest,
    effect_of,
    of_row,
    of_sheets,
    of_slots,
    title_of,
)
from knowledge.retention import KINDS as RETAINED
from knowledge.retention import purge
from knowledge.roles import Grant, Role
from knowledge.sheet_kinds import KINDS, STATE, STATES
from knowledge.sheet_row import look_at_row, row_cells
from knowledge.slot_values import SlotChange, slot_values, write_by_staff
from knowledge.staff import add_account
from knowledge.staff_mails import write_mails
from knowledge.tabular import Row, Sheet
from knowledge.this_week import Kind
from knowledge.this_week_counts import Reader, piles
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, later

TODAY = dt.date(2026, 11, 21)
CHIEF = replace(APPROVER, approves=True)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT, common_content())
    return database


def row_proposal(session: Session, **cells: str) -> Proposal:
    kind = KINDS["terms"]
    given = row_cells(kind, session.get_one(Term, (CODE, "term"))) | cells
    change = look_at_row(session, CODE, kind, given)
    assert change is not None
    return of_row("terms", "term", given, change)


def asked_for(database: Database, proposal: Proposal, who: Actor = WRITER, **more: Any) -> str:
    with database.writing() as session:
        made = ask(session, CODE, proposal, who.author, BY_COMMAND, MOMENT, **more)
        assert made is not None
        return made.id


def asked_row(database: Database, who: Actor = WRITER, **cells: str) -> str:
    with database.reading() as session:
        proposal = row_proposal(session, **cells)
    return asked_for(database, proposal, who)


def asked_slot(database: Database, value: str | None, slot: str = "counter-fee") -> str:
    return asked_for(database, of_slots([SlotChange(slot, None, value, TODAY)]))


def effect(database: Database, request_id: str) -> Effect:
    with database.reading() as session:
        return effect_now(session, request(session, request_id))


def request(session: Session, request_id: str) -> ChangeRequest:
    row = found(session, CODE, request_id)
    assert row is not None
    return row


def approved(database: Database, request_id: str, who: Actor = CHIEF, shown: str | None = None) -> None:
    digest = shown if shown is not None else effect(database, request_id).digest
    with database.writing() as session:
        approve(session, CODE, request_id, digest, who, lambda _: True, BY_COMMAND, later(5))


def meaning(database: Database) -> str:
    with database.reading() as session:
        return session.get_one(Term, (CODE, "term")).meaning


def state(database: Database, request_id: str) -> ChangeRequest:
    with database.reading() as session:
        return request(session, request_id)


def sheets_with(database: Database, kind: str, changes: dict[str, dict[str, str]]) -> list[Sheet]:
    """An export of one kind with cells changed: key -> heading -> text."""
    with database.reading() as session:
        table = exported(session, CODE)[kind]
    rows = [Row(1, table.headings)]
    for number, cells in enumerate(table.rows, 2):
        told = dict(zip(table.headings, cells, strict=True))
        rows.append(Row(number, tuple((told | changes.get(cells[0], {})).values())))
    return [Sheet(table.name, tuple(rows))]


def asked_sheets(database: Database, sheets: Sequence[Sheet], *, end_missing: bool = False) -> str:
    with database.reading() as session:
        plan = planned(session, CODE, sheets, end_missing=end_missing, publish=True)
        proposal = of_sheets(session, CODE, sheets, plan, end_missing=end_missing, publish=True)
    return asked_for(database, proposal, shown=changes_digest(plan.changed))


def test_a_row_waits_until_another_approves_and_is_its_authors(town: Database) -> None:
    request_id = asked_row(town, 意味="新しい意味です。")
    assert "新しい意味" not in meaning(town)
    row = state(town, request_id)
    assert (row.title, row.state, row.counts) == ("用語「DX」", WAITING, {"added": 0, "changed": 1, "ended": 0})
    approved(town, request_id)
    assert meaning(town) == "新しい意味です。"
    row = state(town, request_id)
    assert (row.state, row.author_name, row.decided_name, row.payload) == (APPROVED, WRITER.name, CHIEF.name, None)
    assert row.digest
    with town.reading() as session:
        lines = list(session.scalars(select(AuditLine).order_by(AuditLine.number)))
    assert [line.action for line in lines] == ["change_requested", "row_changed", "change_approved"]
    assert lines[-1].details["author"] == WRITER.name


def test_who_asked_does_not_approve_unless_the_municipality_says_so(town: Database) -> None:
    who = replace(WRITER, approves=True)
    request_id = asked_row(town, who, 意味="自分で承認する意味です。")
    with pytest.raises(ChangeRefusedError, match="自分が依頼した"):
        approved(town, request_id, who)
    assert "自分で承認" not in meaning(town)
    with town.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False
    approved(town, request_id, who)
    assert "自分で承認" in meaning(town)


def test_what_is_approved_is_what_was_shown_or_nothing(town: Database) -> None:
    request_id = asked_row(town, 意味="依頼した意味です。")
    before = effect(town, request_id).digest
    assert before == state(town, request_id).digest
    approved(town, asked_row(town, 意味="先に承認された意味です。"))
    now = effect(town, request_id)
    assert now.rows[0].cells == (("意味", "先に承認された意味です。", "依頼した意味です。"),)
    assert now.digest != before
    with pytest.raises(ChangedSinceShownError):
        approved(town, request_id, shown=before)
    assert (meaning(town), state(town, request_id).state) == ("先に承認された意味です。", WAITING)
    approved(town, request_id)
    assert meaning(town) == "依頼した意味です。"


def test_what_somebody_else_changed_in_the_same_row_is_not_set_back(town: Database) -> None:
    request_id = asked_row(town, よみ="でぃーえっくす")
    approved(town, asked_row(town, 意味="先に承認された意味です。"))
    approved(town, request_id)
    with town.reading() as session:
        term = session.get_one(Term, (CODE, "term"))
    assert (term.reading, term.meaning) == ("でぃーえっくす", "先に承認された意味です。")


def test_a_row_that_is_gone_says_so(town: Database) -> None:
    request_id = asked_row(town, 意味="もう要らない意味です。")
    with town.writing() as session:
        session.delete(session.get_one(Term, (CODE, "term")))
    with pytest.raises(CannotBeDoneError, match="もうありません"):
        effect(town, request_id)


def test_a_new_row_is_shown_whole_and_published_when_approved(town: Database) -> None:
    cells = {
        "用語": "かわうそ", "意味": "川にすむ生きものです。", STATE: STATES["published"], "出典の計画書": "plan",
        "出典の箇所": "用語", "確認した日": "2026-11-21",
    }  # fmt: skip
    with town.reading() as session:
        change = look_at_row(session, CODE, KINDS["terms"], cells)
    assert change is not None
    assert (change.action, change.public) == ("added", True)
    request_id = asked_for(town, of_row("terms", "", cells, change))
    approved(town, request_id)
    with town.reading() as session:
        assert session.get_one(Term, (CODE, change.key)).state == "published"


def test_values_are_held_against_those_of_now_and_others_stay(town: Database) -> None:
    request_id = asked_slot(town, "190")
    with town.writing() as session:
        told = [SlotChange("counter-fee", None, "250", TODAY), SlotChange("convenience-fee", None, "150", TODAY)]
        write_by_staff(session, CODE, told, MOMENT)
    now = effect(town, request_id)
    assert now.rows[0].cells == (("値", "250円", "190円"),)
    assert now.digest != state(town, request_id).digest
    approved(town, request_id)
    with town.reading() as session:
        assert slot_values(session, CODE) == {"counter-fee": "190", "convenience-fee": "150"}
        line = session.scalars(select(AuditLine).where(AuditLine.action == "slots_changed")).one()
    assert line.details["slots"] == {"counter-fee": ["250", "190"]}


def test_what_is_there_already_leaves_nothing_to_approve(town: Database) -> None:
    request_id = asked_slot(town, "190")
    approved(town, asked_slot(town, "190"))
    assert effect(town, request_id).rows == ()
    with pytest.raises(ChangedSinceShownError):
        approved(town, request_id)
    with town.writing() as session:
        assert ask(session, CODE, of_slots([SlotChange("counter-fee", None, "190", TODAY)]), WRITER.author, BY_COMMAND, MOMENT) is None  # fmt: skip


def test_an_item_that_the_sheet_no_longer_has_says_so(town: Database) -> None:
    with town.reading() as session, pytest.raises(CannotBeDoneError, match="もうありません"):
        effect_of(session, CODE, Proposal("slots", {"values": [["no-such", "1", None]]}))


def test_a_sheet_keeps_only_the_rows_that_change_and_makes_versions_by_two(town: Database) -> None:
    request_id = asked_sheets(town, sheets_with(town, "entries", {"goal": {"答え": "表で直した答えです。"}}))
    row = state(town, request_id)
    assert row.title == "表の取り込み（よくある質問1行）"
    assert "juki" not in str(row.payload)
    # Another row that changes meanwhile does not stand against it.
    with town.writing() as session:
        session.get_one(Entry, (CODE, "juki")).version += 1
    approved(town, request_id)
    with town.reading() as session:
        assert session.get_one(Entry, (CODE, "goal")).answer == "表で直した答えです。"
        made = versions_of(session, CODE, "goal")[-1]
    assert (made.author, made.requested_by, made.decided_by) == (WRITER.account, WRITER.account, CHIEF.account)


def test_a_sheet_of_a_row_that_somebody_changed_says_why_it_cannot_be_done(town: Database) -> None:
    first = asked_sheets(town, sheets_with(town, "terms", {"term": {"意味": "一つめの表です。"}}))
    second = asked_sheets(town, sheets_with(town, "terms", {"term": {"意味": "二つめの表です。"}}))
    approved(town, first)
    with pytest.raises(CannotBeDoneError, match="ほかの人が変えています"):
        effect(town, second)
    with pytest.raises(CannotBeDoneError):
        approved(town, second, shown=state(town, second).digest)
    assert (meaning(town), state(town, second).state) == ("一つめの表です。", WAITING)


def test_what_ends_by_its_absence_keeps_the_whole_sheet(town: Database) -> None:
    sheets = sheets_with(town, "entries", {})
    kept = Sheet(sheets[0].name, tuple(row for row in sheets[0].rows if row.text(0) != "goal"))
    request_id = asked_sheets(town, [kept], end_missing=True)
    assert "juki" in str(state(town, request_id).payload)
    approved(town, request_id)
    with town.reading() as session:
        states = {row.entry_id: row.state for row in session.scalars(select(Entry).where(Entry.kind != "common"))}
        made = versions_of(session, CODE, "goal")[-1]
    assert (states["goal"], states["juki"], made.decided_by) == ("ended", "published", CHIEF.account)


def test_a_draft_is_told_from_what_residents_read(town: Database) -> None:
    with town.writing() as session:
        session.get_one(Term, (CODE, "term")).state = "draft"
    sheets = sheets_with(town, "terms", {"term": {"意味": "下書きのままです。"}})
    out = sheets_with(town, "terms", {"term": {"意味": "公開します。", STATE: STATES["published"]}})
    with town.reading() as session:
        assert not any(row.public for row in planned(session, CODE, sheets).changed)
        assert all(row.public for row in planned(session, CODE, out, publish=True).changed)


def test_another_department_s_row_is_not_approved_with_ones_own(town: Database) -> None:
    request_id = asked_row(town, 担当課="dep-it")
    shown = effect(town, request_id)
    assert (shown.departments, state(town, request_id).department) == (frozenset({None, "dep-it"}), None)
    with town.writing() as session, pytest.raises(ChangeRefusedError, match="ほかの課"):
        approve(session, CODE, request_id, shown.digest, CHIEF, lambda one: one == "dep-it", BY_COMMAND, later(5))


def test_what_is_sent_back_is_asked_for_again_in_its_place(town: Database) -> None:
    slots, sheet = (
        asked_slot(town, "190"),
        asked_sheets(town, sheets_with(town, "terms", {"term": {"意味": "表で直した意味です。"}})),
    )
    for one in (slots, sheet):
        with town.writing() as session:
            give_back(session, CODE, one, "金額が違います", CHIEF, BY_COMMAND, later(3))
    row = state(town, slots)
    assert (row.state, row.reason, row.payload) == (RETURNED, "金額が違います", {"values": [["counter-fee", "190", "2026-11-21"]]})  # fmt: skip
    assert state(town, sheet).payload is None
    proposal = of_slots([SlotChange("counter-fee", None, "200", TODAY)])
    assert asked_for(town, proposal, again=slots) == slots
    assert (state(town, slots).state, state(town, slots).reason) == (WAITING, None)
    # Nobody else's, and no other kind's, is taken over.
    assert asked_for(town, proposal, again=sheet) != sheet
    with town.writing() as session:
        give_back(session, CODE, slots, "まだ違います", CHIEF, BY_COMMAND, later(4))
    assert asked_for(town, proposal, CHIEF, again=slots) != slots


def test_who_asked_takes_it_back_and_nothing_of_it_is_left(town: Database) -> None:
    request_id = asked_slot(town, "190")
    with town.writing() as session, pytest.raises(ChangeRefusedError, match="依頼した人だけ"):
        withdraw(session, CODE, request_id, CHIEF, BY_COMMAND, later(1))
    with town.writing() as session:
        withdraw(session, CODE, request_id, WRITER, BY_COMMAND, later(1))
    row = state(town, request_id)
    assert (row.state, row.payload, row.counts["changed"]) == (WITHDRAWN, None, 1)


def test_the_list_has_what_waits_first_and_all_of_what_was_decided_that_is_kept(town: Database) -> None:
    old, waits, mine = asked_slot(town, "190"), asked_slot(town, "200"), asked_row(town, 意味="私の課の外です。")
    with town.writing() as session:
        withdraw(session, CODE, old, WRITER, BY_COMMAND, later(1))

    def listed(account: str, departments: frozenset[str] | None) -> list[str]:
        with town.reading() as session:
            return [row.id for row in session.scalars(listing(CODE, account, departments))]

    assert set(listed("x", None)[:2]) == {waits, mine}
    assert listed("x", None)[2:] == [old]
    assert listed("x", frozenset({"dep-it"})) == []
    assert len(listed(WRITER.account, frozenset({"dep-it"}))) == 3


def test_it_waits_in_the_week_of_who_decides_and_comes_back_to_who_asked(town: Database) -> None:
    request_id = asked_slot(town, "190")

    def waiting(reader: Reader) -> dict[Kind, tuple[int, int]]:
        with town.reading() as session:
            found = piles(session, CODE, reader, later(10))
        return {pile.kind: (pile.count, pile.changes) for pile in found if pile.changes}

    chief, writer = Reader(CHIEF.account, None, None), Reader(WRITER.account, None, None)
    assert waiting(chief) == {Kind.REQUEST: (1, 1)}
    assert waiting(writer) == {}
    assert waiting(Reader("x", None, frozenset({"dep-it"}))) == {}
    with town.writing() as session:
        give_back(session, CODE, request_id, "金額が違います", CHIEF, BY_COMMAND, later(3))
    assert waiting(chief) == {}
    assert waiting(writer) == {Kind.RETURNED: (1, 1)}


def test_mails_tell_who_decides_and_who_is_to_mend(town: Database) -> None:
    with town.writing() as session:
        ids = {
            login: add_account(session, login, "試験 太郎", [Grant(role, CODE)], MOMENT, email=f"{login}@city.example.jp").id
            for login, role in (("chief", Role.APPROVER), ("writer", Role.EDITOR))
        }  # fmt: skip
    request_id = asked_for(town, of_slots([SlotChange("counter-fee", None, "190", TODAY)]), replace(WRITER, account=str(ids["writer"])))  # fmt: skip

    def told() -> list[tuple[int, str]]:
        with town.writing() as session:
            write_mails(session, later(10), "https://a.example.jp")
        with town.reading() as session:
            return [(mail.account_id, mail.body) for mail in session.scalars(select(StaffMail)).all()]

    (first,) = told()
    assert first[0] == ids["chief"]
    assert f"/changes/{request_id}" in first[1]
    assert told() == [first]
    with town.writing() as session:
        give_back(session, CODE, request_id, "金額が違います", CHIEF, BY_COMMAND, later(5))
    (second,) = [mail for mail in told() if mail != first]
    assert second[0] == ids["writer"]
    assert "金額が違います" in second[1]


def test_a_leaver_s_requests_are_listed(town: Database) -> None:
    with town.writing() as session:
        account = add_account(session, "leaver", "去る 花子", [Grant(Role.EDITOR, CODE)], MOMENT).id
    who = replace(WRITER, account=str(account))
    first, second = asked_row(town, who, 意味="一つめの意味です。"), asked_row(town, who, よみ="ふたつめ")
    with town.writing() as session:
        give_back(session, CODE, second, "違います", CHIEF, BY_COMMAND, later(3))

    def held() -> list[str]:
        with town.reading() as session:
            return [one.what for one in held_by(session, session.get_one(StaffAccount, account), {CODE}, later(9))]

    assert held() == ["change", "change_returned"]
    approved(town, first)
    assert held() == ["change_returned"]


def test_it_follows_a_change_of_the_organisation(town: Database) -> None:
    with town.writing() as session:
        session.get_one(Term, (CODE, "term")).department = "dep-it"
    request_id = asked_row(town, 意味="課が変わっても待つ意味です。")
    assert state(town, request_id).department == "dep-it"
    new = [{"課名": "デジタル課"}]
    with town.writing() as session:
        enter_change(session, CODE, Entered(RENAME, TODAY + dt.timedelta(days=1), ["dep-it"], new=new), WRITER.author, MOMENT)  # fmt: skip
    settle_due(town, TODAY + dt.timedelta(days=1), later(9))
    with town.reading() as session:
        heir = session.get_one(Term, (CODE, "term")).department
    assert heir != "dep-it"
    assert state(town, request_id).department == heir
    approved(town, request_id)
    with town.reading() as session:
        assert session.get_one(Term, (CODE, "term")).department == heir


def test_what_was_decided_goes_when_its_time_is_over_and_what_waits_never(town: Database) -> None:
    waits, decided = asked_slot(town, "190"), asked_slot(town, "200")
    with town.writing() as session:
        withdraw(session, CODE, decided, WRITER, BY_COMMAND, later(1))
    days = next(kind.default for kind in RETAINED if kind.id == "change_request")
    assert "change_request" not in purge(town, CODE, later(1) + dt.timedelta(days=days - 1))
    assert purge(town, CODE, later(1) + dt.timedelta(days=days + 1))["change_request"] == 1
    with town.reading() as session:
        assert [row.id for row in session.scalars(select(ChangeRequest))] == [waits]


def test_it_moves_with_its_municipality_and_goes_with_it(town: Database, tmp_path: Path) -> None:
    request_id = asked_slot(town, "190")
    export_all(town, CODE, tmp_path / "town.zip", MOMENT, "test")
    assert erase(town, CODE, None).counts["change_requests"] == 1
    restore(town, tmp_path / "town.zip")
    approved(town, request_id)
    with town.reading() as session:
        assert slot_values(session, CODE)["counter-fee"] == "190"


def test_a_title_says_what_changes_and_stays_short() -> None:
    def rows(kind: str, *labels: str) -> Effect:
        return Effect(tuple(RowChange(kind, str(place), label, "changed", None) for place, label in enumerate(labels)))

    assert title_of(Proposal("slots", {}), rows("slots", "手数料")) == "穴埋めシート（手数料）"
    assert title_of(Proposal("slots", {}), rows("slots", "手数料", "時間", "窓口")) == "穴埋めシート（手数料ほか2項目）"
    assert title_of(Proposal("row", {}), rows("indicators", "数")) == "指標「数」"
    assert len(title_of(Proposal("row", {}), rows("terms", "長い" * 80))) == 100
