"""The masked log as a file: every row once and in order, nothing that runs, nobody who can be followed."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from knowledge import log_files
from knowledge.db import Database
from knowledge.log_files import (
    HEADINGS,
    KEPT,
    begin_file,
    cells,
    csv_text,
    file_content,
    filter_as_json,
    filter_of,
    forget_file,
    forget_old_files,
    keep_part,
    portions,
    sign_of,
)
from knowledge.log_lists import LogFilter
from knowledge.query_log import record
from tests.knowledge.small_town import CODE
from tests.knowledge.test_log_lists import DAY, MOMENT, USUAL, WEEK, town

__all__ = ["town"]
KEY = b"k" * 32


def written(database: Database, wanted: LogFilter, key: bytes = KEY) -> list[list[str]]:
    rows = [cells(row, {"juki": "=住民票は？"}, {"dep-it": "情報政策課"}, key) for _, found in portions(database, CODE, wanted) for row in found]  # fmt: skip
    return list(csv.reader(io.StringIO(csv_text(rows).decode())))


@pytest.mark.parametrize("portion", [1, 2, 3, 1000])
def test_every_row_comes_once_and_in_the_order_it_was_asked(
    town: Database, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "PORTION", portion)
    with town.reading() as session:
        expected = session.execute(
            text("SELECT id FROM query_log WHERE jst_date BETWEEN :first AND :last ORDER BY asked_at, id"),
            {"first": WEEK.first.isoformat(), "last": WEEK.last.isoformat()}
            if town.is_sqlite
            else {"first": WEEK.first, "last": WEEK.last},
        ).scalars()
        ids = list(expected)
    found = [row.id for _, rows in portions(town, CODE, WEEK) for row in rows]
    assert found == ids
    assert len(found) == 5


def test_how_far_it_is_is_told_on_days_without_a_question_too(town: Database) -> None:
    assert {day for day, _ in portions(town, CODE, WEEK)} == {WEEK.first + dt.timedelta(days=n) for n in range(7)}


@pytest.mark.parametrize(
    "narrowed", [{"words": "ごみ"}, {"channel": "web"}, {"delicate": True}, {"departments": frozenset({"nobody"})}]
)
def test_what_narrows_the_page_narrows_the_file(town: Database, narrowed: dict[str, Any]) -> None:
    wanted = replace(WEEK, **narrowed)
    assert filter_of(filter_as_json(wanted)) == wanted
    texts = {"words": 2, "channel": 1, "delicate": 1, "departments": 0}
    assert len(written(town, filter_of(filter_as_json(wanted)))) == texts[next(iter(narrowed))]


def test_a_row_says_what_came_back_and_runs_nothing(town: Database) -> None:
    with town.writing() as session:
        hostile = replace(
            USUAL, event_key="hostile", text='=HYPERLINK("x")\n次の行', asked_at=MOMENT + dt.timedelta(hours=5)
        )
        record(session, hostile)
    row = dict(zip(HEADINGS, written(town, WEEK)[-1], strict=True))
    assert row["質問（伏せ字）"] == '\'=HYPERLINK("x")\n次の行'
    assert row["答えの質問文"] == "'=住民票は？"
    assert (row["日時"], row["曜日"], row["受けた方法"]) == ("2026-11-20 15:00", "金", "LINE")
    assert (row["返したもの"], row["担当課"], row["答えの版"]) == ("答えを示した", "情報政策課", "1")
    delicate = next(one for one in written(town, WEEK) if one[6])
    assert (delicate[5], delicate[6]) == ("", "病気")


def test_people_are_told_apart_within_a_file_and_followed_into_no_other(town: Database) -> None:
    place = HEADINGS.index("人の記号")
    one, other = ([row[place] for row in written(town, WEEK, key)] for key in (b"a" * 32, b"b" * 32))
    assert len({sign for sign in one if sign}) == 2
    assert one.count("") == 1
    assert [one.index(sign) for sign in one] == [other.index(sign) for sign in other]
    assert {*one} & {*other} == {""}
    assert not any("a" * 12 in sign or "b" * 12 in sign for sign in one)
    assert sign_of(None, KEY) == ""


def test_a_file_begins_with_its_mark_and_its_headings() -> None:
    found = csv_text([], head=True)
    assert found.startswith(b"\xef\xbb\xbf")
    assert next(csv.reader(io.StringIO(found.decode("utf-8-sig")))) == list(HEADINGS)


def test_a_file_is_kept_in_parts_and_gone_after_a_day(town: Database) -> None:
    with town.writing() as session:
        begin_file(session, "f1", MOMENT)
        for number, content in enumerate((b"one", b"two" * 1000)):
            keep_part(session, CODE, "f1", number, content, MOMENT)
    assert list(file_content(town, CODE, "f1")) == [b"one", b"two" * 1000]
    assert list(file_content(town, "999999", "f1")) == []
    with town.writing() as session:
        begin_file(session, "f1", MOMENT)
        keep_part(session, CODE, "f1", 0, b"anew", MOMENT)
        forget_old_files(session, MOMENT + KEPT)
    assert list(file_content(town, CODE, "f1")) == [b"anew"]
    with town.writing() as session:
        forget_old_files(session, MOMENT + KEPT + dt.timedelta(seconds=1))
    assert list(file_content(town, CODE, "f1")) == []
    with town.writing() as session:
        keep_part(session, CODE, "f2", 0, b"x", MOMENT)
        forget_file(session, CODE, "f2")
    assert list(file_content(town, CODE, "f2")) == []
    assert WEEK.last == DAY
