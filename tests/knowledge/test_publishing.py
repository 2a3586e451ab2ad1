"""The life of an answer: written, asked for, sent back, approved, live, ended; every version kept."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.conversation import answer
from intents.vectors import NO_VECTORS
from knowledge.approval import Book, Publish, Step
from knowledge.bookings import publish_due
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.common_content import common_content
from knowledge.common_entries import switch_by_staff
from knowledge.corpus import Corpus
from knowledge.db import Database, open_database
from knowledge.entry_checks import EntryFaultsError
from knowledge.entry_versions import history
from knowledge.exports import exported
from knowledge.faq_drafts import list_source, publish_drafts, taken_in
from knowledge.faq_lists import FaqList, FaqRow
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality
from knowledge.publishing import (
    ChangedMeanwhileError,
    NoSuchVersionError,
    StepRefusedError,
    Text,
    restore,
    save_draft,
)
from knowledge.tabular import Row, Sheet
from knowledge.taken_imports import imported
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import (
    APPROVER,
    DEPUTY,
    MOMENT,
    OTHER_WRITER,
    WRITER,
    Desk,
    faults_of,
    later,
)

GOAL = "だれも取り残さない市をめざします。"
"""What the small town's entry says."""


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


def told(desk: Desk, question: str = "計画の目標は何ですか？") -> str:
    """What a resident reads."""
    knowledge = Corpus(desk.database, NO_VECTORS).current(CODE)
    reply = answer(knowledge, question).reply
    return reply.answer.text if reply.answer else ""


# --- The usual way -----------------------------------------------------------------------------------------------


def test_what_is_approved_is_answered_at_once_and_what_was_there_is_kept(desk: Desk) -> None:
    before = desk.knowledge_version()
    number = desk.write(1, "みんなが使える市をめざします。", staff_note="議会で聞かれた")
    assert told(desk) == GOAL
    desk.take(Step.REQUEST, WRITER, number)
    assert desk.take(Step.APPROVE, APPROVER, number) == Publish()
    assert told(desk) == "みんなが使える市をめざします。"
    assert desk.states() == {1: "replaced", 2: "published"}
    assert (desk.row().version, desk.row().by_staff, desk.knowledge_version()) == (2, True, before + 1)
    old, new = desk.versions()
    assert (old.author_name, old.content["answer"]) == ("同梱の内容", GOAL)
    assert (new.author_name, new.requested_name, new.decided_name) == ("情報 一郎", "情報 一郎", "課長 次郎")
    assert old.live_until == new.live_from
    assert new.staff_note == "議会で聞かれた"


def test_what_was_sent_back_is_written_anew_and_asked_for_again(desk: Desk) -> None:
    number = desk.write(1)
    desk.take(Step.REQUEST, WRITER, number)
    desk.take(Step.RETURN, APPROVER, number, reason="出典のページがありません")
    assert desk.version(number).reason == "出典のページがありません"
    again = desk.write(number, "直しました。")
    assert desk.states() == {1: "published", 2: "replaced", 3: "draft"}
    desk.take(Step.REQUEST, WRITER, again)
    desk.take(Step.APPROVE, APPROVER, again)
    assert told(desk) == "直しました。"


def test_whoever_wrote_a_draft_under_it_does_not_approve_it_either(desk: Desk) -> None:
    first = desk.write(1, actor=APPROVER)
    number = desk.write(first, "少しだけ直しました。")
    desk.take(Step.REQUEST, WRITER, number)
    with pytest.raises(StepRefusedError, match="自分が書いた"):
        desk.take(Step.APPROVE, APPROVER, number)
    desk.take(Step.DEPUTISE, DEPUTY, number)
    assert desk.version(number).deputy
    # What residents have read since was somebody else's to judge.
    onward = desk.write(number)
    desk.take(Step.REQUEST, WRITER, onward)
    desk.take(Step.APPROVE, APPROVER, onward)


def test_where_the_municipality_says_so_one_person_does_both(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False
    number = desk.write(1, actor=APPROVER)
    desk.take(Step.REQUEST, APPROVER, number)
    desk.take(Step.APPROVE, APPROVER, number)
    assert desk.states()[number] == "published"


def test_a_new_entry_is_a_draft_among_the_entries_until_it_is_live(desk: Desk) -> None:
    content = desk.content(question="図書館は何時までですか？", phrasings=[], answer="午後7時までです。")
    del content["id"]
    number = desk.write(None, content=content)
    with desk.database.reading() as session:
        (entry_id,) = {row for row in session.scalars(Entry.__table__.select().with_only_columns(Entry.entry_id)) if row.startswith("staff-")}  # fmt: skip
    assert (number, desk.row(entry_id).state) == (1, "draft")
    assert told(desk, "図書館は何時までですか？") != "午後7時までです。"
    second = desk.write(1, "午後8時までです。", entry_id=entry_id)
    assert desk.row(entry_id).answer == "午後8時までです。"
    assert faults_of(desk, entry_id) == []
    desk.take(Step.REQUEST, WRITER, second, entry_id)
    desk.take(Step.APPROVE, APPROVER, second, entry_id)
    assert told(desk, "図書館は何時までですか？") == "午後8時までです。"


def test_a_new_entry_that_is_given_up_is_gone_from_the_lists_and_kept(desk: Desk) -> None:
    number = desk.write(None, content=desk.content(id="new-one", question="これは何ですか？", phrasings=[]))
    desk.take(Step.WITHDRAW, WRITER, number, "new-one")
    assert desk.row("new-one").state == "deleted"
    assert desk.states("new-one") == {1: "withdrawn"}


def test_what_was_given_up_is_among_the_drafts_again_when_somebody_writes_on_it(desk: Desk) -> None:
    number = desk.write(None, content=desk.content(id="new-one", question="これは何ですか？", phrasings=[]))
    desk.take(Step.WITHDRAW, WRITER, number, "new-one")
    desk.write(number, "もう一度書きました。", OTHER_WRITER, "new-one")
    assert (desk.row("new-one").state, desk.row("new-one").answer) == ("draft", "もう一度書きました。")


def test_an_entry_ends_and_comes_back(desk: Desk) -> None:
    desk.take(Step.END, APPROVER, reason="計画が終わったため")
    assert (desk.row().state, desk.states()) == ("ended", {1: "replaced", 2: "ended"})
    assert desk.version(2).reason == "計画が終わったため"
    assert told(desk) != GOAL
    desk.published(2, "また始めました。")
    assert told(desk) == "また始めました。"
    assert faults_of(desk, "goal") == []


def test_an_old_version_is_restored_as_a_draft_of_its_own(desk: Desk) -> None:
    number = desk.published()
    with desk.database.writing() as session:
        draft = restore(session, CODE, "goal", 1, WRITER, desk.moment, based_on=number)
    assert (draft.number, draft.content["answer"]) == (3, GOAL)
    desk.take(Step.REQUEST, WRITER, 3)
    desk.take(Step.APPROVE, APPROVER, 3)
    assert told(desk) == GOAL


# --- Urgent ------------------------------------------------------------------------------------------------------


def test_what_is_urgent_is_live_at_once_and_approved_afterwards_by_somebody_else(desk: Desk) -> None:
    number = desk.write(1, "急ぎの答えです。", actor=APPROVER)
    desk.take(Step.PUBLISH_URGENTLY, APPROVER, number)
    assert told(desk) == "急ぎの答えです。"
    assert (desk.version(number).urgent, desk.version(number).confirmation) == (True, "waiting")
    with pytest.raises(StepRefusedError, match="自分が書いた"):
        desk.take(Step.CONFIRM, APPROVER, number)
    desk.take(Step.CONFIRM, DEPUTY, number)
    assert (desk.version(number).confirmation, desk.version(number).confirmed_name) == ("given", "補佐 三郎")


def test_what_was_urgent_and_wrong_gives_way_to_what_was_there_before(desk: Desk) -> None:
    number = desk.write(1, "まちがいです。")
    desk.take(Step.PUBLISH_URGENTLY, WRITER, number)
    desk.take(Step.REFUSE, APPROVER, number, reason="まだ決まっていません")
    assert told(desk) == GOAL
    assert desk.states() == {1: "replaced", 2: "replaced", 3: "published"}
    assert desk.version(number).reason == "まだ決まっていません"
    assert faults_of(desk, "goal") == []


def test_a_wrong_answer_is_stopped_by_an_editor_and_a_wrong_stop_is_undone(desk: Desk) -> None:
    desk.take(Step.END_URGENTLY, WRITER, reason="電話番号が違う")
    assert told(desk) != GOAL
    desk.take(Step.REFUSE, APPROVER, 2, reason="合っています")
    assert told(desk) == GOAL
    assert faults_of(desk, "goal") == []


# --- Two people --------------------------------------------------------------------------------------------------


def test_of_two_who_write_on_one_version_the_second_is_told_and_keeps_the_text(desk: Desk) -> None:
    desk.write(1, "一人目の文です。")
    with pytest.raises(ChangedMeanwhileError, match="情報 一郎さんが第2版を保存しました") as error:
        desk.write(1, "二人目の文です。", actor=OTHER_WRITER)
    assert error.value.theirs.content["answer"] == "一人目の文です。"
    assert error.value.yours["answer"] == "二人目の文です。"
    assert desk.write(2, "二人の文です。", actor=OTHER_WRITER) == 3


def test_of_two_who_save_at_one_moment_one_is_told(desk: Desk) -> None:
    def save(number: int) -> str:
        try:
            desk.write(1, f"{number}人目の文です。")
        except ChangedMeanwhileError:
            return "told"
        except OperationalError:
            return "busy"
        return "saved"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(save, range(4)))
    assert outcomes.count("saved") == 1
    assert desk.states() == {1: "published", 2: "draft"}


def test_what_went_live_since_is_not_taken_back_unseen(desk: Desk, tmp_path: Path) -> None:
    number = desk.write(1)
    desk.take(Step.REQUEST, WRITER, number)
    load_bundle(desk.database, read_bundle(write_town(tmp_path, {"entries.yaml": ("取り残さない市", "置いていかない市")})), later(50))  # fmt: skip
    with pytest.raises(ChangedMeanwhileError, match="第3版をもとに書き直して") as error:
        desk.take(Step.APPROVE, APPROVER, number)
    assert error.value.theirs.content["answer"] == "だれも置いていかない市をめざします。"
    assert error.value.yours["answer"] == "新しい答えです。"
    assert told(desk) == "だれも置いていかない市をめざします。"


# --- What is wrong with a text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        pytest.param({"answer": ""}, ("answer",), "短すぎます", id="no answer"),
        pytest.param({"answer": "あ\u0001"}, ("answer",), "使えない文字（U+0001）", id="a control character"),
        pytest.param({"department": "no-such"}, ("department",), "この担当課はありません", id="an office that is gone"),
        pytest.param({"source": {"plan": "x", "section": "y", "page": None}}, ("source", "plan"), "この計画書はありません", id="a plan that is not there"),
        pytest.param({"measure": "9-9"}, ("measure",), "施策「9-9」はありません", id="a measure that is not there"),
        pytest.param({"phrasings": ["住民票 コンビニ"]}, ("phrasings",), "（juki）にもあります", id="another entry's wording"),
        pytest.param({"id": "kpi", "question": "これは何ですか？", "phrasings": []}, ("id",), "この ID は", id="the id of an indicator"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_field(desk: Desk, changes: dict[str, object], field: tuple[str, ...], sentence: str) -> None:  # fmt: skip
    content = desk.content(**changes)
    with pytest.raises(EntryFaultsError) as error:
        desk.write(None if "id" in changes else 1, content=content)
    (fault,) = error.value.faults
    assert fault.location == field
    assert sentence in fault.sentence
    assert fault.heading


def test_an_end_before_the_beginning_is_told(desk: Desk) -> None:
    with pytest.raises(EntryFaultsError, match="公開予約より後の日時"):
        desk.write(1, publish_at=later(100), end_at=later(100))


def test_an_unknown_entry_or_version_is_told(desk: Desk) -> None:
    with pytest.raises(NoSuchVersionError):
        desk.take(Step.REQUEST, WRITER, 7)
    with pytest.raises(NoSuchVersionError):
        desk.take(Step.END, APPROVER, entry_id="no-such")
    with pytest.raises(NoSuchVersionError):
        desk.write(3, content=desk.content(id="no-such"))
    with desk.database.writing() as session, pytest.raises(LookupError):
        save_draft(session, "999999", Text(desk.content()), WRITER, MOMENT, based_on=None)


# --- Booked ------------------------------------------------------------------------------------------------------

MIDNIGHT = dt.datetime(2027, 4, 1, tzinfo=JST)


def booked(desk: Desk, answer_: str = "新年度の答えです。", **with_it: object) -> int:
    number = desk.write(1, answer_, publish_at=MIDNIGHT, **with_it)
    desk.take(Step.REQUEST, WRITER, number)
    assert desk.take(Step.APPROVE, APPROVER, number) == Book(MIDNIGHT.astimezone(dt.UTC))
    return number


def test_what_is_booked_for_the_first_of_april_is_live_at_midnight_in_japan(desk: Desk) -> None:
    number = booked(desk)
    assert publish_due(desk.database, MIDNIGHT - dt.timedelta(seconds=1)) == []
    assert told(desk) == GOAL
    (fired,) = publish_due(desk.database, MIDNIGHT)
    assert (fired.entry_id, fired.number, fired.what) == ("goal", number, "published")
    assert told(desk) == "新年度の答えです。"
    assert desk.version(number).live_from == dt.datetime(2027, 3, 31, 15, tzinfo=dt.UTC)
    assert publish_due(desk.database, MIDNIGHT) == []
    assert faults_of(desk, "goal") == []


def test_what_was_due_while_nothing_ran_is_done_at_the_next_start(desk: Desk) -> None:
    booked(desk, end_at=MIDNIGHT + dt.timedelta(days=1))
    assert [one.what for one in publish_due(desk.database, MIDNIGHT + dt.timedelta(days=3))] == ["published", "ended"]
    assert desk.row().state == "ended"
    assert faults_of(desk, "goal") == []


def test_of_several_processes_one_publishes(desk: Desk) -> None:
    for number in range(6):
        entry_id = f"new-{number}"
        desk.write(None, content=desk.content(id=entry_id, question=f"{number}番の質問ですか？", phrasings=[]), publish_at=MIDNIGHT)  # fmt: skip
        desk.take(Step.REQUEST, WRITER, 1, entry_id)
        desk.take(Step.APPROVE, APPROVER, 1, entry_id)
    before = desk.knowledge_version()
    others = [open_database(desk.database.writer.url.render_as_string(hide_password=False)) for _ in range(4)]

    def look(database: Database) -> list[str]:
        try:
            return [one.entry_id for one in publish_due(database, MIDNIGHT)]
        except OperationalError:
            return []  # it waited too long for the others, and looks again

    with ThreadPoolExecutor(4) as pool:
        found = [entry for fired in pool.map(look, others) for entry in fired]
    for database in others:
        database.dispose()
    assert sorted(found) == [f"new-{number}" for number in range(6)]
    assert desk.knowledge_version() == before + 6


def test_what_is_live_ends_at_its_booked_moment_unless_another_took_its_place(desk: Desk) -> None:
    number = desk.published(end_at=MIDNIGHT)
    onward = desk.published(number, "続きます。")
    assert publish_due(desk.database, MIDNIGHT) == []
    desk.published(onward, "終わります。", end_at=MIDNIGHT)
    assert [one.what for one in publish_due(desk.database, MIDNIGHT)] == ["ended"]
    assert told(desk) not in ("続きます。", "終わります。")


def test_a_booking_that_does_not_know_what_came_since_goes_back_at_once_with_the_reason(desk: Desk) -> None:
    number = booked(desk)
    urgent = desk.write(1, "急ぎの答えです。")
    desk.take(Step.PUBLISH_URGENTLY, WRITER, urgent)
    version = desk.version(number)
    assert version.state == "returned"
    assert version.reason is not None
    assert "第3版をもとに書き直し" in version.reason
    assert publish_due(desk.database, MIDNIGHT) == []
    assert told(desk) == "急ぎの答えです。"
    assert faults_of(desk, "goal") == []


def test_a_second_booking_that_was_written_on_the_first_follows_it(desk: Desk) -> None:
    first = booked(desk)
    summer = desk.write(first, "夏の答えです。", publish_at=MIDNIGHT + dt.timedelta(days=90))
    desk.take(Step.REQUEST, WRITER, summer)
    desk.take(Step.APPROVE, APPROVER, summer)
    publish_due(desk.database, MIDNIGHT)
    assert desk.states() == {1: "replaced", 2: "published", 3: "approved"}
    publish_due(desk.database, MIDNIGHT + dt.timedelta(days=90))
    assert told(desk) == "夏の答えです。"


def test_a_booking_is_taken_back(desk: Desk) -> None:
    number = booked(desk)
    desk.take(Step.RETURN, APPROVER, number, reason="議決が延びたため")
    assert (desk.version(number).state, desk.version(number).reason) == ("returned", "議決が延びたため")
    assert publish_due(desk.database, MIDNIGHT) == []


def test_a_newer_draft_of_a_new_entry_leaves_what_is_booked_of_it(desk: Desk) -> None:
    desk.write(
        None, content=desk.content(id="new", question="図書館の休みはいつですか？", phrasings=[]), publish_at=MIDNIGHT
    )
    desk.take(Step.REQUEST, WRITER, 1, "new")
    desk.take(Step.APPROVE, APPROVER, 1, "new")
    desk.write(1, "もっとよい答えです。", entry_id="new")
    desk.write(2, "さらによい答えです。", entry_id="new")
    desk.take(Step.WITHDRAW, WRITER, 3, "new")
    assert faults_of(desk, "new") == []
    assert [one.what for one in publish_due(desk.database, MIDNIGHT)] == ["published"]
    assert told(desk, "図書館の休みはいつですか？") == GOAL


# --- Other ways in -----------------------------------------------------------------------------------------------


def sheet(desk: Desk, changes: dict[str, str], entry_id: str = "goal") -> list[Sheet]:
    """The sheet of entries as it goes out, with one row changed."""
    with desk.database.reading() as session:
        out = exported(session, CODE)["entries"]
    rows = [
        tuple(changes.get(heading, text) for heading, text in zip(out.headings, row, strict=True))
        for row in out.rows
        if row[0] == entry_id
    ]
    return [Sheet(out.name, (Row(1, out.headings), *(Row(place, row) for place, row in enumerate(rows, 2))))]


def by_bundle(desk: Desk, tmp_path: Path, text: str) -> None:
    load_bundle(
        desk.database, read_bundle(write_town(tmp_path, {"entries.yaml": ("取り残さない市", text)})), desk.moment
    )


def test_a_change_of_the_bundle_leaves_a_version(desk: Desk, tmp_path: Path) -> None:
    by_bundle(desk, tmp_path, "置いていかない市")
    assert [(v.number, v.state, v.author_name) for v in desk.versions()] == [(1, "replaced", "同梱の内容"), (2, "published", "同梱の内容")]  # fmt: skip
    load_bundle(desk.database, replace(read_bundle(write_town(tmp_path)), entries=[]), desk.moment)
    assert desk.states() == {1: "replaced", 2: "replaced", 3: "ended"}
    assert faults_of(desk, "goal") == []


def test_a_change_by_a_sheet_leaves_a_version_and_keeps_the_staff_note(desk: Desk) -> None:
    desk.published(staff_note="電話で聞かれる")
    imported(desk.database, CODE, sheet(desk, {"答え": "表で直しました。"}), desk.moment)
    last = desk.versions()[-1]
    assert (last.number, last.author_name, last.staff_note) == (3, "表の取り込み", "電話で聞かれる")
    assert told(desk) == "表で直しました。"
    imported(desk.database, CODE, sheet(desk, {"状態": "終了"}), desk.moment)
    assert desk.states() == {1: "replaced", 2: "replaced", 3: "replaced", 4: "ended"}
    imported(desk.database, CODE, sheet(desk, {"ID": "", "版": "", "質問": "新しい質問ですか？", "言い回し": "", "状態": "下書き"}), desk.moment)  # fmt: skip
    with desk.database.reading() as session:
        (added,) = session.scalars(Entry.__table__.select().with_only_columns(Entry.entry_id).where(Entry.state == "draft"))  # fmt: skip
        (only,) = history(session, CODE, added)
    assert (only.author_name, only.state) == ("表の取り込み", "draft")


def test_a_list_and_its_approval_leave_versions(desk: Desk) -> None:
    found = FaqList((FaqRow("1行目", "ごみの日はいつですか？", "火曜日です。"),))
    with desk.database.reading() as session:
        source = list_source(session, CODE, plan=None, title=None, url=None)
    taken_in(desk.database, CODE, found, source, MOMENT.date(), desk.moment)
    publish_drafts(desk.database, CODE, None, MOMENT.date(), desk.moment)
    with desk.database.reading() as session:
        (entry_id,) = [key for key in session.scalars(Entry.__table__.select().with_only_columns(Entry.entry_id)) if key.startswith("faq-")]  # fmt: skip
    assert [(v.state, v.author_name) for v in desk.versions(entry_id)] == [("replaced", "一覧の取り込み"), ("published", "コマンド")]  # fmt: skip
    assert faults_of(desk, entry_id) == []


def test_a_common_entry_switched_off_leaves_a_version(database: Database, tmp_path: Path) -> None:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT, common_content())
    desk = Desk(database)
    entry_id = common_content().entries[0].id
    with database.writing() as session:
        switch_by_staff(session, CODE, entry_id, on=False, moment=desk.moment)
    assert desk.states(entry_id) == {1: "replaced", 2: "ended"}
    assert faults_of(desk, entry_id) == []


def test_an_entry_for_staff_alone_is_set_to_public_by_a_sheet_only_where_that_is_said(desk: Desk) -> None:
    desk.published(audience="staff")
    with pytest.raises(ValueError, match="職員のみが「公開」になっています"):
        imported(desk.database, CODE, sheet(desk, {"状態": "公開"}), desk.moment)
    imported(desk.database, CODE, sheet(desk, {"答え": "職員だけの、直した文です。"}), desk.moment)
    assert (desk.row().state, desk.versions()[-1].audience) == ("staff", "staff")
    imported(desk.database, CODE, sheet(desk, {"状態": "公開"}), desk.moment, publish=True)
    assert told(desk) == "職員だけの、直した文です。"
    assert faults_of(desk, "goal") == []


# --- Any sequence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_after_any_sequence_of_steps_one_version_at_most_is_live_and_it_is_what_is_answered(
    desk: Desk, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    people = (WRITER, OTHER_WRITER, APPROVER, DEPUTY)
    entries = ("goal", "juki", "made-here")

    def write(entry_id: str) -> None:
        versions = desk.versions(entry_id)
        based_on = chance.choice([version.number for version in versions]) if versions else None
        content = desk.content("goal" if not versions else entry_id) | {"id": entry_id}
        if not versions:
            content |= {"question": "ここで作った質問ですか？", "phrasings": []}
        times = sorted(chance.sample(range(desk.minutes, desk.minutes + 40), 2))
        desk.write(
            based_on,
            content=content | {"answer": f"{desk.minutes}番目の文です。"},
            actor=chance.choice(people),
            audience=chance.choice(("public", "public", "staff")),
            publish_at=chance.choice((None, later(times[0]))),
            end_at=chance.choice((None, None, later(times[1]))),
        )

    def step(entry_id: str) -> None:
        versions = desk.versions(entry_id)
        number = chance.choice([version.number for version in versions[-3:]]) if versions else 1
        desk.take(chance.choice([one for one in Step if one is not Step.SAVE]), chance.choice(people), number, entry_id)

    def bundle(_: str) -> None:
        by_bundle(desk, tmp_path, chance.choice(("取り残さない市", "置いていかない市", "忘れない市")))

    def by_sheet(entry_id: str) -> None:
        changes = chance.choice(({"答え": f"表{desk.minutes}です。"}, {"状態": "終了"}, {"状態": "公開"}, {"状態": "下書き"}, {"状態": "職員のみ"}))  # fmt: skip
        imported(desk.database, CODE, sheet(desk, changes, entry_id), desk.moment, publish=True)

    def fire(_: str) -> None:
        publish_due(desk.database, desk.moment)

    ways: list[Callable[[str], None]] = [write] * 4 + [step] * 8 + [bundle, by_sheet, fire, fire]
    refused = 0
    for _ in range(120):
        try:
            chance.choice(ways)(chance.choice(entries))
        except (StepRefusedError, ChangedMeanwhileError, NoSuchVersionError, ValueError):
            refused += 1
        assert {entry: faults for entry in entries if (faults := faults_of(desk, entry))} == {}
    assert refused < 110
