"""A round of 一括見直し as a sheet: out to a 課 that never signs in, and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.calendar import date_name
from knowledge.freshness import NO_DEPARTMENT
from knowledge.models import Review, ReviewRow
from knowledge.reviews import VERDICTS, Line, Verdict, faults, not_now
from knowledge.tabular import OutSheet, Row, Sheet
from knowledge.workbooks import workbook_bytes

HEADINGS = ("見直し", "ID", "質問", "答え", "担当課", "確認日", "版", "結果", "内容・理由")
KEPT = ("見直し", "ID", "質問", "版", "結果", "内容・理由")
"""What is read of a sheet that comes back."""
MUST = ("見直し", "ID", "版", "結果")
MOST_ROWS = 20_000
_WIDTHS = (8, 24, 40, 70, 20, 18, 6, 12, 50)
_VERDICTS = {name: verdict for verdict, name in VERDICTS.items()} | {"変更無し": "same", "なし": "same"}


@dataclass(frozen=True)
class SheetPlan:
    """What a sheet would do; with a problem nothing is taken.  ``blank``: rows without a verdict.

    ``replaced``: of those that somebody has answered already, the verdict and whose it is.  ``left``: what cannot be
    taken now, and why: whoever filled in the sheet did nothing wrong, so the rest goes in and these stay unanswered.
    """

    verdicts: tuple[Verdict, ...]
    questions: Mapping[str, str]
    already: int
    blank: int
    problems: tuple[str, ...]
    replaced: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def review_workbook(town: str, review: Review, lines: Iterable[Line], names: Mapping[str, str]) -> bytes:
    """The answers of one 課, or of all, to be filled in."""
    about = [
        ("一括見直し", f"{town}　{review.title}"),
        ("期限", date_name(review.deadline)),
        ("書くところ", "「結果」に 変更なし・修正・廃止 のどれかを書きます。修正と廃止は「内容・理由」も書きます。"),
        ("変えないところ", "「見直し」「ID」「版」は、だれの答えかを見分ける印です。そのままにしてください。"),
        ("変更なしのとき", "取り込んだ日が、新しい確認日になります。"),
    ]
    rows = [
        (
            str(review.number),
            line.entry_id,
            line.question,
            line.answer,
            names.get(line.department or "", NO_DEPARTMENT),
            date_name(line.checked_on) if line.checked_on else "",
            str(line.version or ""),
            VERDICTS.get(line.verdict or "", ""),
            line.note,
        )
        for line in lines
        if line.version is not None
    ]
    return workbook_bytes(about, [OutSheet("一括見直し", HEADINGS, _WIDTHS, frozenset({0, 6}), rows, frozen="D2")])


def kept(sheets: Iterable[Sheet]) -> list[Sheet]:
    """The tables of a file, from their headings on, with the columns that are read.  Found by headings, not by name."""
    found: list[Sheet] = []
    for sheet in sheets:
        headings = ((start, places) for start, row in enumerate(sheet.rows[:10]) if (places := _places(row)))
        start, places = next(headings, (0, {}))
        if places:
            rows = [_only(row, places) for row in sheet.rows[start:]]
            found.append(Sheet(sheet.name, tuple(rows)))
    return found


def _only(row: Row, places: Mapping[str, int]) -> Row:
    return Row(row.number, tuple(row.text(places[name]) for name in KEPT if name in places))


def _places(row: Row) -> dict[str, int] | None:
    """Where the columns are, if this row is the headings."""
    places = {_plain(row.text(place)): place for place in range(len(row.cells))}
    return {name: places[name] for name in KEPT if name in places} if all(name in places for name in MUST) else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def plan_sheet(
    session: Session, review: Review, sheets: Sequence[Sheet], reaches: Callable[[str | None], bool]
) -> SheetPlan:
    """What the tables of a file say.  ``reaches``: whether the person may answer for a 課."""
    problems: list[str] = []
    given, blank = _given(review, sheets, problems)
    rows = _rows(session, review, given)
    problems += [
        f"「{row.question}」：ほかの課の答えです。あなたの役割では答えられません"
        for row in rows.values()
        if not reaches(row.department)
    ]
    fresh = [one for one in given.values() if not _is_known(one, rows.get(one.entry_id))]
    late = not_now(session, review.municipality_code, rows, fresh)
    already = len(given) - len(fresh)
    fresh = [one for one in fresh if one.entry_id not in late]
    problems += faults(session, review.municipality_code, rows, fresh)
    questions = {entry_id: row.question for entry_id, row in rows.items()}
    replaced = {
        one.entry_id: (row.verdict, row.answered_name or "")
        for one in fresh
        if (row := rows.get(one.entry_id)) is not None and row.verdict
    }
    return SheetPlan(tuple(fresh), questions, already, blank, tuple(problems), replaced, tuple(late.values()))


def _is_known(one: Verdict, row: ReviewRow | None) -> bool:
    """The sheet says what is noted already."""
    return row is not None and row.verdict == one.verdict and row.note == one.note


def _rows(session: Session, review: Review, given: Iterable[str]) -> dict[str, ReviewRow]:
    wanted = set(given)
    rows = session.scalars(
        select(ReviewRow).where(
            ReviewRow.municipality_code == review.municipality_code, ReviewRow.number == review.number
        )
    )
    return {row.entry_id: row for row in rows if row.entry_id in wanted}


def _given(review: Review, sheets: Sequence[Sheet], problems: list[str]) -> tuple[dict[str, Verdict], int]:
    tables = [(table, places) for table in sheets if table.rows and (places := _places(table.rows[0])) is not None]
    if not tables:
        problems.append(f"見出し「{'」「'.join(MUST)}」のある表がありません。出したファイルに書き込んでください")
        return {}, 0
    found: dict[str, Verdict] = {}
    blank = count = 0
    for table, places in tables:
        for row in table.rows[1:]:
            count += 1
            if count > MOST_ROWS:
                problems.append(f"行が多すぎます（{MOST_ROWS:,}行まで）。課ごとのファイルに分けてください")
                return {}, 0
            if not _plain(row.text(places["結果"])):
                blank += 1
                continue
            one = _verdict(review, row, places, problems)
            if one is not None and found.setdefault(one.entry_id, one) != one:
                problems.append(f"{row.number}行目：「{one.entry_id}」が2行あり、結果が違います")
    return found, blank


def _verdict(review: Review, row: Row, places: Mapping[str, int], problems: list[str]) -> Verdict | None:
    wrong = list(_wrong(review, row, places))
    if wrong:
        problems += [f"{row.number}行目：{each}" for each in wrong]
        return None
    note = row.text(places["内容・理由"]).strip()[:200] if "内容・理由" in places else ""
    return Verdict(
        _plain(row.text(places["ID"])),
        _VERDICTS[_plain(row.text(places["結果"]))],
        note,
        int(_plain(row.text(places["版"]))),
    )


def _wrong(review: Review, row: Row, places: Mapping[str, int]) -> Iterator[str]:
    if _plain(row.text(places["見直し"])) != str(review.number):
        yield f"別の見直しの表です（この見直しは {review.number}）。新しく出したファイルに書いてください"
    if not _plain(row.text(places["ID"])):
        yield "ID が空です。出したときのままにしてください"
    if not re.fullmatch("[0-9]{1,9}", _plain(row.text(places["版"]))):
        yield "版が数字ではありません。出したときのままにしてください"
    if _plain(row.text(places["結果"])) not in _VERDICTS:
        yield "結果は 変更なし・修正・廃止 のどれかを書いてください"
