"""A wrong answer: how long, how often, to how many, and what was done."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.bundle import read_bundle
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.misguidance import (
    Exposure,
    MisguidanceError,
    exposure,
    misguidance_workbook,
    misguidances,
    recount,
    write_misguidance,
)
from knowledge.models import LoggedQuestion
from knowledge.query_log import AskedQuestion, note_tap, record
from knowledge.workbooks import read_workbook
from tests.knowledge.small_town import CODE, write_town
from tests.knowledge.version_desk import MOMENT, WRITER, Desk, later


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    return Desk(database)


def shown(desk: Desk, number: int, version: int, asker: str | None, *, tapped_at: dt.datetime | None = None) -> None:
    entry = None if tapped_at else "goal"
    question = AskedQuestion(CODE, f"line:{number}", "line", tapped_at or MOMENT, "伏せ字", False, asker, None, "ja", "answer", entry, version if entry else None, None, 0.9, [], 1, 1.0)  # fmt: skip
    with desk.database.writing() as session:
        record(session, question)
        if tapped_at:
            note_tap(session, CODE, question.id, "goal", tapped_at)


def seen(desk: Desk, first: int, last: int) -> Exposure:
    with desk.database.reading() as session:
        return exposure(session, CODE, "goal", first, last, later(99))


@pytest.fixture
def wrong(desk: Desk) -> int:
    """A wrong version, live for three minutes, and shown."""
    number = desk.published(answer="まちがいです。")
    shown(desk, 1, 1, "a" * 32)
    shown(desk, 2, number, "a" * 32)
    shown(desk, 3, number, "a" * 32)
    shown(desk, 4, number, "b" * 32)
    shown(desk, 5, number, None)
    shown(desk, 6, number, "c" * 32, tapped_at=later(4.5))
    shown(desk, 7, number, "d" * 32, tapped_at=later(9))
    desk.published(number, "合っています。")
    return number


def test_it_is_told_from_when_to_when_how_often_and_to_how_many(desk: Desk, wrong: int) -> None:
    version = desk.version(wrong)
    assert seen(desk, wrong, wrong) == Exposure(version.live_from, version.live_until, 5, 3, 1)
    assert seen(desk, 1, wrong).since == MOMENT
    assert seen(desk, 1, wrong + 1).until is None


def test_what_was_never_live_was_shown_to_nobody(desk: Desk) -> None:
    assert seen(desk, desk.write(1), 9) == Exposure(None, None, 0, 0, 0)


def test_the_sheet_keeps_the_counts_when_the_log_is_gone(desk: Desk, wrong: int, tmp_path: Path) -> None:
    with desk.database.writing() as session:
        sheet = write_misguidance(session, CODE, "goal", wrong, wrong, wrong="=金額が違う", done="確認中", author=WRITER.author, moment=later(60))  # fmt: skip
        assert (sheet.number, sheet.shown, sheet.askers, sheet.nameless) == (1, 5, 3, 1)
    with desk.database.writing() as session:
        session.query(LoggedQuestion).delete()
    with desk.database.writing() as session:
        sheet = recount(session, CODE, 1, later(90), done="ホームページでお知らせした")
        assert (sheet.shown, sheet.counted_at, sheet.done) == (5, later(60), "ホームページでお知らせした")
    with desk.database.reading() as session:
        (kept,) = misguidances(session, CODE, "goal")
        path = tmp_path / "m.xlsx"
        path.write_bytes(misguidance_workbook("小さい市", [kept], later(90)))
    _, table = read_workbook(path)
    cells = [table.rows[1].text(place) for place in range(14)]
    assert cells[3:9] == ["第2版", "令和8年11月21日 12:03", "令和8年11月21日 12:06", "5", "3", "1"]
    assert cells[9:12] == ["=金額が違う", "ホームページでお知らせした", "情報 一郎"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"wrong": " "}, "「何が違っていたか」が空です", id="nothing wrong"),
        pytest.param({"done": ""}, "「したこと」が空です", id="nothing done"),
        pytest.param({"first": 3, "last": 2}, "より前の版", id="the wrong way round"),
        pytest.param({"first": 7, "last": 7}, "一度も住民に公開されていません", id="no such version"),
        pytest.param({"entry_id": "no-such"}, "という答えはありません", id="no such entry"),
    ],
)
def test_what_cannot_be_a_sheet_is_told(desk: Desk, wrong: int, given: dict[str, object], told: str) -> None:
    values = {"entry_id": "goal", "first": wrong, "last": wrong, "wrong": "x", "done": "x"} | given
    with desk.database.writing() as session, pytest.raises(MisguidanceError, match=told):
        write_misguidance(session, CODE, author=WRITER.author, moment=later(60), **values)
    with desk.database.writing() as session, pytest.raises(MisguidanceError, match="誤案内の記録 9 はありません"):
        recount(session, CODE, 9, MOMENT)


def test_a_municipality_that_is_not_there_is_told(desk: Desk) -> None:
    with desk.database.writing() as session, pytest.raises(LookupError):
        write_misguidance(session, "999999", "goal", 1, 1, wrong="x", done="x", author=WRITER.author, moment=MOMENT)
