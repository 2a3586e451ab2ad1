"""今週やること: what waits for whom, in which order, and what fits half an hour."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from intents.vectors import NO_VECTORS
from knowledge.approval import Step
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.entry_lists import Filters, listed
from knowledge.links import digest
from knowledge.loading import load_bundle
from knowledge.models import (
    BundledDraft,
    Entry,
    LinkCheck,
    LoggedQuestion,
    NeedCard,
    SubjectOffice,
)
from knowledge.preview import Previews
from knowledge.this_week import BUDGET, Kind, Pile, planned, reaches
from knowledge.this_week_counts import OpenVersion, Reader, figures, kind_of_version, piles
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, Desk

DAY = MOMENT.astimezone(JST).date()
ALL = Reader("x", None, None)


def numbers(*kinds: Kind, count: int = 1) -> list[Pile]:
    return [Pile(kind, count) for kind in kinds]


def test_the_half_hour_takes_the_most_useful_first_and_never_more() -> None:
    week = planned([Pile(Kind.DRAFT, 5), Pile(Kind.REQUEST, 2), Pile(Kind.NEED, 10), Pile(Kind.LINK, 0)])
    assert [(task.pile.kind, task.now) for task in week.first] == [(Kind.REQUEST, 2), (Kind.NEED, 1), (Kind.DRAFT, 1)]
    assert week.minutes == BUDGET


def test_one_large_pile_leaves_room_for_the_others_but_takes_what_they_leave() -> None:
    week = planned([Pile(Kind.OVERDUE, 200), Pile(Kind.COMMON, 1)])
    assert [(task.pile.kind, task.now) for task in week.first] == [(Kind.OVERDUE, 5), (Kind.COMMON, 1)]
    assert week.minutes <= BUDGET


def test_what_does_not_fit_stands_below_in_the_same_order() -> None:
    week = planned(numbers(Kind.SOON, Kind.DOUBTFUL, Kind.NEED, Kind.RETURNED, Kind.DRAFT))
    assert [task.pile.kind for task in week.first] == [Kind.RETURNED, Kind.DOUBTFUL, Kind.NEED]
    assert [task.pile.kind for task in week.later] == [Kind.SOON, Kind.DRAFT]


def test_nothing_waits_on_an_empty_desk() -> None:
    assert planned([]).first == ()


@pytest.mark.parametrize(
    ("departments", "department", "reached"),
    [
        (None, None, True),
        (None, "a", True),
        (frozenset("a"), "a", True),
        (frozenset("a"), "b", False),
        (frozenset("a"), None, False),
        (frozenset(), "a", False),
    ],
)
def test_a_role_for_some_departments_reaches_only_those(
    departments: frozenset[str] | None, department: str | None, reached: bool
) -> None:
    assert reaches(departments, department) is reached


def _version(state: str, author: str = "a", confirmation: str | None = None, days: float = 0) -> OpenVersion:
    return OpenVersion(
        "e", 1, "問い", "dep", state, confirmation, author, "名", author, None, MOMENT - dt.timedelta(days=days)
    )


def _refused(days: float) -> OpenVersion:
    return replace(_version("replaced", confirmation="refused"), confirmed_at=MOMENT - dt.timedelta(days=days))


OWN, OTHER = Reader("a", frozenset({"dep"}), frozenset({"dep"})), Reader("b", frozenset({"dep"}), frozenset({"dep"}))
ELSEWHERE = Reader("b", frozenset({"else"}), frozenset({"else"}))


@pytest.mark.parametrize(
    ("version", "reader", "separate", "kind"),
    [
        pytest.param(_version("requested"), OTHER, True, Kind.REQUEST, id="a request waits for another approver"),
        pytest.param(_version("requested"), OWN, True, None, id="nobody is asked to approve their own"),
        pytest.param(_version("requested"), OWN, False, Kind.REQUEST, id="unless the town lets them"),
        pytest.param(_version("requested"), ELSEWHERE, True, None, id="another 課 does not see it"),
        pytest.param(_version("returned"), OWN, True, Kind.RETURNED, id="what was sent back waits for its writer"),
        pytest.param(_version("returned"), OTHER, True, None, id="and for nobody else"),
        pytest.param(_version("published", confirmation="waiting"), OTHER, True, Kind.CONFIRM, id="事後承認"),
        pytest.param(_refused(3), OWN, True, Kind.REFUSED, id="what was refused waits for its writer"),
        pytest.param(_refused(3), OTHER, True, None, id="and not for who refused it"),
        pytest.param(_refused(20), OWN, True, None, id="until it is old news"),
        pytest.param(_version("draft", days=0.5), OWN, True, None, id="a draft of this morning is no matter"),
        pytest.param(
            _version("draft", days=2), OWN, True, Kind.DRAFT, id="one's own draft of the day before yesterday"
        ),
        pytest.param(_version("draft", days=2), OTHER, True, None, id="another's draft is theirs"),
        pytest.param(_version("draft", days=31), OTHER, True, Kind.DRAFT, id="until it is forgotten"),
        pytest.param(_version("draft", days=31), ELSEWHERE, True, None, id="in one's own 課"),
    ],
)
def test_a_version_waits_for_whom_it_concerns(
    version: OpenVersion, reader: Reader, separate: bool, kind: Kind | None
) -> None:
    assert kind_of_version(version, reader, separate, MOMENT) is kind


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


def found(desk: Desk, reader: Reader = ALL, moment: dt.datetime = MOMENT) -> dict[Kind, Pile]:
    with desk.database.reading() as session:
        return {pile.kind: pile for pile in piles(session, CODE, reader, moment)}


def asked(database: Database, *rows: dict[str, object]) -> None:
    with database.writing() as session:
        session.execute(insert(LoggedQuestion), [_logged(number, row) for number, row in enumerate(rows)])


def _logged(number: int, given: dict[str, object]) -> dict[str, object]:
    plain = {
        "id": f"{number:036}", "municipality_code": CODE, "event_key": f"web:{number}", "channel": "web", "asked_at": MOMENT,
        "jst_date": DAY, "jst_hour": 1, "jst_weekday": 0, "text": "質問", "personal_data": False, "asker": None, "message_id": None,
        "language": "ja", "decision": "none", "entry_id": None, "entry_version": None, "department": None, "subject": None,
        "score": None, "candidates": [], "index_version": 1, "elapsed_ms": 1.0, "tapped_entry_id": None, "feedback": None,
    }  # fmt: skip
    return plain | given


def test_a_request_waits_for_the_approver_and_what_is_sent_back_for_the_writer(desk: Desk) -> None:
    number = desk.write(1)
    desk.take(Step.REQUEST, WRITER, number)
    assert found(desk, Reader(APPROVER.account, None, None))[Kind.REQUEST].count == 1
    assert Kind.REQUEST not in found(desk, Reader(WRITER.account, None, None))
    desk.take(Step.RETURN, APPROVER, number, reason="年度を直してください")
    pile = found(desk, Reader(WRITER.account, None, frozenset()))[Kind.RETURNED]
    assert pile.examples[0].note == "理由：年度を直してください"
    assert Kind.RETURNED not in found(desk, Reader(APPROVER.account, None, None))


def test_whoever_writes_nothing_has_nothing_to_do(desk: Desk) -> None:
    desk.take(Step.REQUEST, WRITER, desk.write(1))
    assert found(desk, Reader("x", frozenset(), frozenset())) == {}


def test_questions_without_an_answer_are_brought_together_by_their_letters_and_counted(desk: Desk) -> None:
    asked(
        desk.database,
        {"text": "粗大ごみの出し方"}, {"text": "粗大ごみの出し方"}, {"text": "粗大ゴミの出し方 "},
        {"text": "図書館の時間", "decision": "suggest", "tapped_entry_id": ""},
        {"text": "聞いただけ", "decision": "suggest"},
        {"text": "答えた", "decision": "answer", "entry_id": "juki"},
        {"text": "先週のこと", "jst_date": DAY - dt.timedelta(days=7)},
        {"text": None},
    )  # fmt: skip
    pile = found(desk)[Kind.NEED]
    texts = [(example.text, example.note) for example in pile.examples]
    assert ("図書館の時間", "1回") in texts
    assert texts[0][0] == "粗大ごみの出し方"
    assert all("先週" not in text and "聞いただけ" not in text for text, _ in texts)


def test_whoever_works_for_one_department_sees_only_the_questions_on_its_subjects(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.add(SubjectOffice(municipality_code=CODE, subject="garbage", department="dep-it", updated_at=MOMENT))
    asked(
        desk.database,
        {"text": "ごみ", "subject": "garbage"},
        {"text": "ごみと犬", "subject": "dogs garbage"},
        {"text": "ひみつ", "subject": "dogs"},
        {"text": "なし"},
    )
    pile = found(desk, Reader("x", frozenset({"dep-it"}), frozenset()))[Kind.NEED]
    assert sorted(example.text for example in pile.examples) == ["ごみ", "ごみと犬"]
    assert Kind.NEED not in found(desk, Reader("x", frozenset({"dep-other"}), frozenset()))


def test_cards_that_nobody_has_begun_with_wait_and_inquiries_that_are_late(desk: Desk) -> None:
    asked(desk.database, {"text": "粗大ごみの出し方"})
    with desk.database.writing() as session:
        for number, (state, department, last_on, due_on) in enumerate(
            (
                ("open", "dep-it", DAY, None),
                ("open", None, DAY - dt.timedelta(days=6), None),
                ("open", "dep-it", DAY - dt.timedelta(days=7), None),
                ("declined", "dep-it", DAY, None),
                ("inquiring", "dep-it", DAY, DAY - dt.timedelta(days=1)),
                ("inquiring", None, DAY, DAY),
            ),
            1,
        ):
            session.add(
                NeedCard(
                    municipality_code=CODE, number=number, name=f"{number}番", state=state, department=department,
                    times=9 - number, askers=9 - number, recent=3, last_on=last_on, inquiry_of="環境課", due_on=due_on,
                    made_at=MOMENT, changed_at=MOMENT,
                )
            )  # fmt: skip
    everybody, one = found(desk), found(desk, Reader("x", frozenset({"dep-it"}), frozenset()))
    assert [example.id for example in everybody[Kind.NEED].examples] == ["1", "2"]
    assert everybody[Kind.NEED].examples[0].note == "28日間に3回"
    assert [example.id for example in one[Kind.NEED].examples] == ["1"]
    assert [(example.id, example.note[:3]) for example in everybody[Kind.INQUIRY].examples] == [("5", "環境課")]


def test_an_answer_that_did_not_help_is_doubted(desk: Desk) -> None:
    refused = {"decision": "suggest", "tapped_entry_id": "", "candidates": [{"entry_id": "juki", "score": 0.4}]}
    unsolved = {"decision": "answer", "entry_id": "goal", "feedback": "unsolved"}
    asked(desk.database, *[refused] * 3, *[unsolved] * 3)
    notes = [example.note for example in found(desk)[Kind.DOUBTFUL].examples]
    assert notes == ["「この中にない」が3回", "「解決しなかった」が多い（低評価）"]


def test_what_is_past_its_day_waits_once_and_what_comes_soon_apart(desk: Desk) -> None:
    with desk.database.writing() as session:
        entry = session.get_one(Entry, (CODE, "juki"))
        entry.checked_on, entry.valid_until = DAY - dt.timedelta(days=400), DAY + dt.timedelta(days=3)
        session.get_one(Entry, (CODE, "goal")).recheck_on = DAY + dt.timedelta(days=3)
    both = found(desk)
    assert [both[kind].count for kind in (Kind.OVERDUE, Kind.SOON)] == [1, 1]
    assert Kind.OVERDUE not in found(desk, Reader("x", frozenset({"dep-other"}), frozenset()))


def test_updates_that_came_with_the_program_wait_for_whoever_may_adopt_them(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.add(
            BundledDraft(
                municipality_code=CODE,
                entry_id="juki",
                kind="entries",
                values={},
                differences={},
                digest="x",
                noticed_at=MOMENT,
            )
        )
    assert found(desk)[Kind.COMMON].count == 1
    assert Kind.COMMON not in found(desk, Reader("x", None, frozenset()))


def test_a_draft_of_a_list_that_nobody_touched_waits(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.get_one(Entry, (CODE, "juki")).state = "draft"
    assert found(desk)[Kind.IMPORTED].examples[0].text.startswith("住民票")


def test_a_link_that_failed_on_two_days_waits(desk: Desk) -> None:
    url = "https://www.city.example.jp/gone"
    with desk.database.writing() as session:
        session.get_one(Entry, (CODE, "juki")).links = [{"label": "案内", "url": url}]
        session.add(
            LinkCheck(
                municipality_code=CODE,
                url_digest=digest(url),
                url=url,
                outcome="failed",
                reason="404",
                checked_at=MOMENT,
                failing_since=DAY,
                last_failed_on=DAY,
                failed_days=2,
            )
        )
    (example,) = found(desk)[Kind.LINK].examples
    assert (example.kind, example.id) == ("entry", "juki")
    previews = Previews(desk.database, NO_VECTORS)
    with desk.database.reading() as session:
        lines = listed(session, previews, CODE, Filters(dead_links=True), DAY).lines
    assert [line.entry_id for line in lines] == ["juki"]


def test_what_staff_noted_is_no_figure_of_the_bots(desk: Desk) -> None:
    asked(desk.database, {"decision": "none"}, {"decision": "none", "channel": "counter"}, {"channel": "phone"})
    with desk.database.reading() as session:
        assert figures(session, CODE, DAY)[0].asked == 1


def test_the_figures_are_of_seven_days_and_add_up(desk: Desk) -> None:
    decisions = ["answer", "answer", "suggest", "none", "handoff", "smalltalk"]
    before = {"decision": "answer", "jst_date": DAY - dt.timedelta(days=7)}
    asked(desk.database, *[{"decision": one} for one in decisions], before, {"jst_date": DAY - dt.timedelta(days=14)})
    with desk.database.reading() as session:
        this, last = figures(session, CODE, DAY)
    assert (this.asked, this.answered, this.choices, this.unanswered, this.handed_on) == (5, 2, 1, 1, 1)
    assert (last.asked, last.answered) == (1, 1)
