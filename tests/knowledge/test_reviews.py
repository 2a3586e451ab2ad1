"""年度末一括見直し: what each 課 says of its answers, on the page or in a sheet, and what follows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.approval import Step
from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.entry_versions import Author, versions_of
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality, Review, ReviewRow, SlotValue
from knowledge.review_sheet import HEADINGS, SheetPlan, kept, plan_sheet, review_workbook
from knowledge.reviews import (
    END,
    REVISE,
    SAME,
    ReviewError,
    Verdict,
    answer_review,
    close_review,
    lines,
    progress,
    reviews_of,
    start_review,
    unanswered_of,
)
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import Row, Sheet
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import APPROVER, MOMENT, WRITER, Desk

DAY = MOMENT.astimezone(JST).date()
DEADLINE = DAY + dt.timedelta(days=30)
WHO = Author("情報 一郎", "1")


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT - dt.timedelta(days=300))
    with database.writing() as session:
        for entry_id in ("juki", "goal"):
            entry = session.get_one(Entry, (CODE, entry_id))
            entry.checked_on, entry.department = DAY - dt.timedelta(days=300), "dep-it"
        start_review(session, CODE, "令和8年度末の見直し", DEADLINE, WHO, MOMENT)
    return Desk(database)


def say(desk: Desk, *verdicts: Verdict, days: int = 1) -> None:
    with desk.database.writing() as session:
        answer_review(session, session.get_one(Review, (CODE, 1)), verdicts, WHO, MOMENT + dt.timedelta(days=days))


def test_everything_that_is_published_is_asked_of_its_department(desk: Desk) -> None:
    with desk.database.reading() as session:
        (only,) = progress(session, CODE, 1)
        waiting = unanswered_of(session, CODE)
    assert (only.department, only.total, only.left) == ("dep-it", 2, 2)
    assert [(one.entry_id, one.deadline) for one in waiting] == [("goal", DEADLINE), ("juki", DEADLINE)]


def test_no_change_renews_the_day_keeps_a_version_and_moves_the_knowledge(desk: Desk) -> None:
    with desk.database.reading() as session:
        before = session.get_one(Municipality, CODE).knowledge_version
    say(desk, Verdict("juki", SAME, version=1))
    row = desk.row("juki")
    assert (row.checked_on, row.version, row.by_staff) == (DAY + dt.timedelta(days=1), 2, True)
    with desk.database.reading() as session:
        kept_ones = versions_of(session, CODE, "juki")
        assert [(one.number, one.state, one.author_name) for one in kept_ones][-1] == (2, "published", "情報 一郎")
        assert kept_ones[0].content["checked_on"] != kept_ones[1].content["checked_on"]
        assert session.get_one(Municipality, CODE).knowledge_version == before + 1
        assert [one.entry_id for one in unanswered_of(session, CODE)] == ["goal"]


def test_a_day_set_for_the_next_check_ends_with_the_check(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.get_one(Entry, (CODE, "juki")).recheck_on = DAY
        session.get_one(Entry, (CODE, "goal")).recheck_on = DAY + dt.timedelta(days=90)
    say(desk, Verdict("juki", SAME), Verdict("goal", SAME))
    assert desk.row("juki").recheck_on is None
    assert desk.row("goal").recheck_on == DAY + dt.timedelta(days=90)


def test_a_booked_end_stays_booked(desk: Desk) -> None:
    end = MOMENT + dt.timedelta(days=50)
    desk.published(1, end_at=end)
    say(desk, Verdict("goal", SAME))
    with desk.database.reading() as session:
        newest = versions_of(session, CODE, "goal")[-1]
        assert (newest.state, newest.end_at) == ("published", end)


def test_what_somebody_writes_on_cannot_be_without_change(desk: Desk) -> None:
    number = desk.write(1)
    with pytest.raises(ReviewError, match="書きかけか公開予約の版があります"):
        say(desk, Verdict("goal", SAME), Verdict("juki", SAME))
    assert desk.row("juki").version == 1, "nothing of it is kept"
    desk.take(Step.REQUEST, WRITER, number)
    desk.take(Step.APPROVE, APPROVER, number)
    say(desk, Verdict("goal", SAME, version=number))


def test_a_text_that_changed_since_it_was_shown_is_looked_at_again(desk: Desk) -> None:
    desk.published(1)
    with pytest.raises(ReviewError, match="今の文を見て、選び直してください"):
        say(desk, Verdict("goal", SAME, version=1))


@pytest.mark.parametrize("verdict", [REVISE, END])
def test_a_change_is_noted_with_its_reason_and_alters_nothing_yet(desk: Desk, verdict: str) -> None:
    with pytest.raises(ReviewError, match="内容か理由"):
        say(desk, Verdict("juki", verdict, "  "))
    say(desk, Verdict("juki", verdict, "手数料が変わります"))
    assert (desk.row("juki").state, desk.row("juki").version) == ("published", 1)
    with desk.database.reading() as session:
        assert session.get_one(ReviewRow, (CODE, 1, "juki")).note == "手数料が変わります"


@pytest.mark.parametrize(
    ("title", "days", "field"),
    [("", 30, "title"), ("あ" * 61, 30, "title"), ("別の見直し", -1, "deadline"), ("二つ目", 30, "title")],
    ids=["no name", "long name", "past deadline", "another is under way"],
)
def test_a_round_wants_a_name_a_day_to_come_and_no_other_round(desk: Desk, title: str, days: int, field: str) -> None:
    with pytest.raises(ReviewError) as refused, desk.database.writing() as session:
        start_review(session, CODE, title, DAY + dt.timedelta(days=days), WHO, MOMENT)
    assert refused.value.field == field


def test_a_closed_round_takes_no_answers_and_the_next_may_begin(desk: Desk) -> None:
    with desk.database.writing() as session:
        close_review(session.get_one(Review, (CODE, 1)), MOMENT)
    with pytest.raises(ReviewError, match="終わっています"):
        say(desk, Verdict("juki", SAME))
    with desk.database.writing() as session:
        assert unanswered_of(session, CODE) == []
        start_review(session, CODE, "二つ目", DEADLINE, WHO, MOMENT)
        assert [one.number for one in reviews_of(session, CODE)] == [2, 1]


# --- Sheets ------------------------------------------------------------------------------------------------------


def came_back(desk: Desk, tmp_path: Path, written: dict[str, tuple[str, str]]) -> list[Sheet]:
    """The sheet as it went out, filled in, without its name, after a heading line of somebody's own."""
    with desk.database.reading() as session:
        review = session.get_one(Review, (CODE, 1))
        content = review_workbook("小さい市", review, lines(session, CODE, 1, "dep-it"), {"dep-it": "情報政策課"})
    path = tmp_path / "out.xlsx"
    path.write_bytes(content)
    sheets = read_tables(path)
    assert sheets[1].rows[0].cells == HEADINGS
    rows = [sheets[1].rows[0]]
    for row in sheets[1].rows[1:]:
        cells = [*row.cells, *[""] * (9 - len(row.cells))]
        cells[7:9] = written.get(row.text(1), ("", ""))
        rows.append(Row(row.number, tuple(cells)))
    return kept([Sheet("Sheet1", tuple(rows))])


def plan(desk: Desk, sheets: list[Sheet], reaches: bool = True) -> SheetPlan:
    with desk.database.reading() as session:
        return plan_sheet(session, session.get_one(Review, (CODE, 1)), sheets, lambda _: reaches)


def test_a_sheet_goes_out_and_comes_back(desk: Desk, tmp_path: Path) -> None:
    made = plan(desk, came_back(desk, tmp_path, {"juki": ("変更なし", ""), "goal": ("廃止", "計画が終わる")}))
    assert made.problems == ()
    say(desk, *made.verdicts)
    with desk.database.reading() as session:
        (only,) = progress(session, CODE, 1)
    assert (only.same, only.end, only.left) == (1, 1, 0)
    again = plan(desk, came_back(desk, tmp_path, {"juki": ("変更なし", ""), "goal": ("廃止", "計画が終わる")}))
    assert (again.verdicts, again.already, again.problems) == ((), 2, ())


def test_rows_left_empty_are_not_answered(desk: Desk, tmp_path: Path) -> None:
    made = plan(desk, came_back(desk, tmp_path, {"juki": ("変更無し", "")}))
    assert (len(made.verdicts), made.blank) == (1, 1)


def test_whoever_may_not_answer_for_the_department_brings_nothing(desk: Desk, tmp_path: Path) -> None:
    made = plan(desk, came_back(desk, tmp_path, {"juki": ("変更なし", "")}), reaches=False)
    assert "ほかの課の答えです" in made.problems[0]


_HEAD = Row(1, ("見直し", "ID", "質問", "版", "結果", "内容・理由"))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("2", "juki", "", "1", "変更なし", ""), "別の見直しの表です"),
        (("1", "", "", "1", "変更なし", ""), "ID が空です"),
        (("1", "juki", "", "一", "変更なし", ""), "版が数字ではありません"),
        (("1", "juki", "", "1", "たぶん", ""), "変更なし・修正・廃止 のどれか"),
        (("1", "nobody", "", "1", "変更なし", ""), "この見直しにない答えです"),
        (("1", "juki", "", "1", "修正", ""), "内容か理由"),
    ],
)
def test_a_fault_of_a_row_is_told_with_its_remedy(desk: Desk, cells: tuple[str, ...], told: str) -> None:
    made = plan(desk, [Sheet("x", (_HEAD, Row(2, cells)))])
    assert len(made.problems) == 1
    assert told in made.problems[0]


def test_what_cannot_be_taken_now_stays_unanswered_and_the_rest_of_the_sheet_goes_in(
    desk: Desk, tmp_path: Path
) -> None:
    """Somebody else writes on an answer, or has changed it: who filled in the sheet could not know."""
    sheets = came_back(desk, tmp_path, {"juki": ("変更なし", ""), "goal": ("変更なし", "")})
    desk.write(1, entry_id="goal")
    made = plan(desk, sheets)
    assert (made.problems, [one.entry_id for one in made.verdicts]) == ((), ["juki"])
    (late,) = made.left
    assert late.startswith("「計画の目標は何ですか？」：書きかけか公開予約の版があります。「修正」を選ぶか")
    say(desk, *made.verdicts)
    with desk.database.reading() as session:
        (only,) = progress(session, CODE, 1)
    assert (only.same, only.left) == (1, 1)
    (late,) = plan(desk, [Sheet("x", (_HEAD, Row(2, ("1", "goal", "", "7", "変更なし", ""))))]).left
    assert "書きかけか" in late
    desk.take(Step.WITHDRAW, WRITER, 2)
    (late,) = plan(desk, [Sheet("x", (_HEAD, Row(2, ("1", "goal", "", "7", "変更なし", ""))))]).left
    assert "選び直してください" in late


def test_what_somebody_answered_already_is_told_before_a_sheet_takes_its_place(desk: Desk, tmp_path: Path) -> None:
    say(desk, Verdict("goal", END, "計画が終わる"))
    made = plan(desk, came_back(desk, tmp_path, {"juki": ("変更なし", ""), "goal": ("変更なし", "")}))
    assert made.replaced == {"goal": (END, "情報 一郎")}
    assert [one.entry_id for one in made.verdicts] == ["juki", "goal"]


def test_lines_that_were_put_above_the_headings_do_no_harm(desk: Desk, tmp_path: Path) -> None:
    """無害化 and colleagues put a line of their own on top."""
    (sheet,) = came_back(desk, tmp_path, {"juki": ("変更なし", "")})
    cells = [("無害化済み",), (), *(row.cells for row in sheet.rows)]
    above = Sheet("Sheet1", tuple(Row(place, each) for place, each in enumerate(cells, 1)))
    made = plan(desk, kept([above]))
    assert (made.problems, [one.entry_id for one in made.verdicts]) == ((), ["juki"])


def test_what_is_common_is_asked_of_the_department_that_the_slots_name(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.get_one(Review, (CODE, 1)).closed_at = MOMENT
        session.get_one(Entry, (CODE, "juki")).department = "common-certificates"
        session.get_one(Entry, (CODE, "goal")).department = "common-card"
        day = DAY - dt.timedelta(days=1)
        row = SlotValue(municipality_code=CODE, slot="office-certificates", value="情報政策課", checked_on=day)
        row.updated_at = MOMENT
        session.add(row)
        start_review(session, CODE, "次の見直し", DEADLINE, WHO, MOMENT)
    with desk.database.reading() as session:
        asked = {one.department for one in progress(session, CODE, 2)}
    assert asked == {"dep-it", "common-card"}


def test_a_file_of_something_else_is_refused(desk: Desk) -> None:
    assert "見出し" in plan(desk, kept([Sheet("x", (Row(1, ("名前", "電話")),))])).problems[0]
