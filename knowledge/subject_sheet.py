"""A municipality's table of subjects as a spreadsheet: 主題・担当課・電話・ページ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from intents.text import normalize
from knowledge import bundle
from knowledge.cells import control_character
from knowledge.sheet_places import ImportFaultsError, Known, Place, one_sheet
from knowledge.subject_names import subject_names
from knowledge.subject_offices import SubjectRow
from knowledge.tabular import OutSheet, Row, Sheet
from knowledge.telephones import tidy_telephone
from knowledge.workbooks import read_workbook, workbook_bytes

SHEET = "主題と担当課"
HEADINGS = ("主題", "担当課", "電話", "ページ")
_FIELDS = ("subject", "department", "telephone", "url")
_WIDTHS = (34, 34, 18, 60)
_EXPECTED = {
    "department": "80字までで書いてください",
    "url": "https:// で始まるページの住所を、空白を入れずに書いてください",
}


def subject_out(rows: Iterable[SubjectRow]) -> OutSheet:
    """The table as a sheet."""
    names = subject_names()
    lines = [(names[row.subject], *(value or "" for value in row.values)) for row in rows]
    return OutSheet(SHEET, HEADINGS, _WIDTHS, frozenset(), lines, frozen="B2")


def sheet_of(rows: Iterable[SubjectRow]) -> bytes:
    """The table as an .xlsx file; every cell is text, and none a formula."""
    return workbook_bytes([], [subject_out(rows)])


def rows_of_sheet(path: Path) -> list[SubjectRow]:
    """The lines of a sheet, in its order.  Raises UploadError, and ImportFaultsError with every fault found."""
    return [row for row, _ in rows_of_sheets(read_workbook(path))]


def rows_of_sheets(sheets: Sequence[Sheet]) -> list[tuple[SubjectRow, int]]:
    """The same of sheets that are read, each line with its row's number."""
    found, faults = known_rows(one_sheet("subjects", sheets, HEADINGS, HEADINGS))
    if faults:
        raise ImportFaultsError(faults)
    return found


def known_rows(known: Known) -> tuple[list[tuple[SubjectRow, int]], list[str]]:
    """The lines, each with its row's number, and all faults."""
    problems: list[str] = []
    found: dict[str, tuple[SubjectRow, int]] = {}
    for line in known.rows:
        row = _row(known, line, problems)
        if row is None:
            continue
        if row.subject in found:
            problems.append(known.place(line).fault("主題", f"{found[row.subject][1]}行目と同じ主題です"))
        found.setdefault(row.subject, (row, line.number))
    return list(found.values()), problems


def _row(known: Known, line: Row, problems: list[str]) -> SubjectRow | None:
    before = len(problems)
    problems += known.bad_cells(line)
    place = known.place(line)
    values: dict[str, str | None] = {}
    for field, heading in zip(_FIELDS, HEADINGS, strict=True):
        cell = known.text(line, heading) or ""
        if unusable := control_character(cell):
            problems.append(place.fault(heading, f"使えない文字があります（{unusable}）。消してください"))
        values[field] = _tidy(field, cell)
    if not any(values.values()):
        return None
    subject = _ids().get(normalize(values["subject"] or ""))
    if subject is None:
        shown = values["subject"] or "（空）"
        problems.append(place.fault("主題", f"知らない主題です: {shown}（名前は変えられません）"))
        return None
    values["subject"] = subject
    problems += _faults(place, values)
    if len(problems) > before:
        return None
    return SubjectRow(subject, values["department"], values["telephone"], values["url"])


def _tidy(field: str, cell: str) -> str | None:
    """A cell without spaces around it; a telephone number in plain digits and hyphens."""
    text = tidy_telephone(cell) if field == "telephone" else cell.strip()
    return text or None


def _ids() -> dict[str, str]:
    return {normalize(name): subject for subject, name in subject_names().items()}


def _faults(place: Place, values: dict[str, str | None]) -> list[str]:
    try:
        bundle.SubjectOffice.model_validate(values)
    except ValidationError as error:
        return [_fault(place, fault, values) for fault in error.errors()]
    return []


def _fault(place: Place, fault: Any, values: dict[str, str | None]) -> str:
    field = str(fault["loc"][0])
    told = _EXPECTED.get(field)
    sentence = f"{told}（今は {values[field] or ''}）" if told else bundle.in_japanese(fault)
    return place.fault(HEADINGS[_FIELDS.index(field)], sentence)
