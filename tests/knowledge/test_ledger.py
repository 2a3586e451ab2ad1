"""What comes by telephone and at the counter stands in one ledger with LINE and the web, masked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.bundle import read_bundle
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.erasures import LOG_ROW, lines_since, repeat_lines
from knowledge.ledger import LONGEST, NotedQuestion, faults_of, note, take_back
from knowledge.ledger_sheet import HEADINGS, planned
from knowledge.loading import load_bundle
from knowledge.models import LoggedQuestion
from knowledge.sheet_places import ImportFaultsError
from knowledge.tabular import Row, Sheet
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 20, 10, 0, tzinfo=JST)
OFFICES = {"dep-it": "情報政策課"}


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return database


def noted(key: str = "staff:1", **changed: object) -> NotedQuestion:
    usual: dict[str, object] = {
        "municipality_code": CODE, "key": key, "channel": "phone", "asked_at": MOMENT, "department": "dep-it",
        "text": "粗大ごみはどこに電話しますか", "result": "answer",
    }  # fmt: skip
    return NotedQuestion(**{**usual, **changed})


def rows(database: Database) -> list[LoggedQuestion]:
    with database.reading() as session:
        return list(session.scalars(select(LoggedQuestion).order_by(LoggedQuestion.asked_at, LoggedQuestion.id)))


def test_a_question_is_noted_once_masked_and_by_whom(town: Database) -> None:
    with town.writing() as session:
        assert note(session, noted(text="山田です、090-1234-5678に電話をください。粗大ごみの件"), "7")
        assert note(session, noted(text="もう一度押した"), "7") is False
    (row,) = rows(town)
    assert "090" not in (row.text or "")
    assert row.words == " 電話 粗大 ゴミ 件 "
    assert (row.channel, row.decision, row.department, row.noted_by) == ("phone", "answer", "dep-it", "7")
    assert (row.jst_date, row.jst_hour, row.asker) == (dt.date(2026, 11, 20), 10, None)


def test_of_a_delicate_matter_the_kind_alone_is_kept(town: Database) -> None:
    with town.writing() as session:
        note(session, noted(text="生活保護を受けたいとのこと"), "7")
    (row,) = rows(town)
    assert (row.text, row.words, row.delicate) == (None, None, "hardship")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"channel": "line"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"result": "suggest"}, "result"),
        ({"text": " \u3000 "}, "text"),
        ({"text": "あ" * (LONGEST + 1)}, "text"),
        ({"department": "dep-of-nobody"}, "department"),
        ({"asked_at": MOMENT + dt.timedelta(days=1)}, "asked_at"),
        ({"asked_at": MOMENT - dt.timedelta(days=2000)}, "asked_at"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changed: dict[str, object], field: str) -> None:
    assert [name for name, _ in faults_of(noted(**changed), OFFICES, MOMENT)] == [field]


def test_what_was_noted_by_mistake_goes_and_what_residents_asked_stays(town: Database) -> None:
    with town.writing() as session:
        note(session, noted(), "7")
        note(session, noted("line:1", channel="line"), "7")
    for row in rows(town):
        with town.writing() as session:
            take_back(session, CODE, row.id, MOMENT)
    assert [row.channel for row in rows(town)] == ["line"]


def test_what_was_taken_back_does_not_come_back_with_a_backup(town: Database) -> None:
    """The line of the erasures' ledger leaves the database, and is done again after a restore."""
    with town.writing() as session:
        note(session, noted(), "7")
    (row,) = rows(town)
    with town.writing() as session:
        take_back(session, CODE, row.id, MOMENT)
    with town.reading() as session:
        lines = list(lines_since(session, MOMENT))
    assert [(line.kind, line.key) for line in lines] == [(LOG_ROW, row.id)]
    with town.writing() as session:
        note(session, noted(), "7")
    assert [again.id for again in rows(town)] == [row.id]
    with town.writing() as session:
        repeat_lines(session, lines, MOMENT)
    assert rows(town) == []


def table(*lines: tuple[str, ...]) -> list[Sheet]:
    return [Sheet("受けた質問", tuple(Row(number, cells) for number, cells in enumerate((HEADINGS, *lines), 1)))]


def test_a_table_is_read_in_the_ways_people_write(town: Database) -> None:
    sheets = table(
        ("令和8年4月1日", "９時15分", "電話", "情報政策課", "ごみの日", "答えた"),
        ("2026/4/2", "", "ﾒｰﾙ・手紙", "", "図書館の時間", ""),
        ("", "", "", "", "", ""),
    )
    with town.reading() as session:
        plan = planned(session, CODE, sheets, OFFICES, MOMENT)
    assert plan.problems == ()
    assert [(one.asked_at.isoformat(), one.channel, one.department, one.result) for one in plan.added] == [
        ("2026-04-01T09:15:00+09:00", "phone", "dep-it", "answer"),
        ("2026-04-02T12:00:00+09:00", "mail", None, "answer"),
    ]


def test_a_table_brought_twice_adds_nothing_and_equal_rows_count_each(town: Database) -> None:
    line = ("2026-04-01", "9:15", "窓口", "情報政策課", "ごみの日", "答えた")
    for added, known in ((2, 0), (0, 2)):
        with town.writing() as session:
            plan = planned(session, CODE, table(line, line), OFFICES, MOMENT)
            assert (len(plan.added), plan.known) == (added, known)
            for one in plan.added:
                note(session, one, "7")
    assert len(rows(town)) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("あした", "", "電話", "", "ごみ", ""), "2行目 A列「日付」: 日付を"),
        (("2026-04-01", "25時", "電話", "", "ごみ", ""), "2行目 B列「時刻」: 時刻を"),
        (("2026-04-01", "", "伝書鳩", "", "ごみ", ""), "2行目 C列「受けた方法」: 電話・窓口"),
        (("2026-04-01", "", "電話", "ない課", "ごみ", ""), "2行目 D列「課」: 課を"),
        (("2026-04-01", "", "電話", "", "", ""), "2行目 E列「内容」: 内容を"),
        (("2026-04-01", "", "電話", "", "ごみ", "怒られた"), "2行目 F列「結果」: 答えた・"),
        (("2027-04-01", "", "電話", "", "ごみ", ""), "2行目 A列「日付」: 日時が先"),
    ],
)
def test_every_fault_is_told_with_its_row_and_column(town: Database, line: tuple[str, ...], said: str) -> None:
    with town.reading() as session:
        plan = planned(session, CODE, table(("2026-04-01", "", "電話", "", "ごみ", ""), line)[:1], OFFICES, MOMENT)
        plan = planned(session, CODE, table(line), OFFICES, MOMENT)
    assert len(plan.problems) == 1
    assert said in plan.problems[0]


def test_a_table_without_its_headings_is_refused(town: Database) -> None:
    with pytest.raises(ImportFaultsError, match="見出し"), town.reading() as session:
        planned(session, CODE, [Sheet("x", (Row(1, ("日付", "内容")),))], OFFICES, MOMENT)
