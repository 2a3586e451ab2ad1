"""A municipality's table of subjects as a spreadsheet: 主題・担当課・電話・ページ."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from pydantic import ValidationError

from intents.text import normalize
from knowledge import bundle
from knowledge.cells import armed, control_character, disarmed
from knowledge.subject_names import subject_names
from knowledge.subject_offices import SubjectRow
from knowledge.workbook_rows import WorkbookRow, workbook_rows

HEADINGS = ("主題", "担当課", "電話", "ページ")
_FIELDS = ("subject", "department", "telephone", "url")
_WIDTHS = (34, 34, 18, 60)
_EXPECTED = {
    "department": "80字までで書いてください",
    "telephone": "0598-53-0000 のように、市外局番から - で区切って書いてください",
    "url": "https:// で始まるページの住所を、空白を入れずに書いてください",
}


class SheetError(ValueError):
    """A sheet cannot be taken.  ``problems``: a line per fault, with row and column."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def sheet_of(rows: Iterable[SubjectRow]) -> bytes:
    """The table as an .xlsx file; every cell is text, and none a formula."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "主題と担当課"
    names = subject_names()
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([names[row.subject], *(disarmed(value) if value else None for value in row.values)])
    for letter, width in zip("ABCD", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format = "@"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def rows_of_sheet(path: Path) -> list[SubjectRow]:
    """The lines of a sheet, in its order.  Raises UploadError, and SheetError with every fault found."""
    rows = workbook_rows(path)
    if not rows:
        raise SheetError([f"{path.name}: 表が空です（`knowledge subjects export` で作った表に書き込んでください）"])
    heading, *lines = rows
    places = _places(heading)
    problems: list[str] = []
    found: dict[str, tuple[int, SubjectRow]] = {}
    for line in lines:
        row = _row(line, places, problems)
        if row is None:
            continue
        if row.subject in found:
            problems.append(f"{line.number}行目 主題: {found[row.subject][0]}行目と同じ主題です")
        found.setdefault(row.subject, (line.number, row))
    if problems:
        raise SheetError(problems)
    return [row for _, row in found.values()]


def _places(heading: WorkbookRow) -> dict[str, int]:
    """Field -> its column, from 0; the columns may stand in any order, and others beside them."""
    shown = [normalize(cell) for cell in heading.cells]
    missing = [name for name in HEADINGS if name not in shown]
    if missing:
        raise SheetError([f"{heading.number}行目: 見出しがありません: {'・'.join(missing)}"])
    return {field: shown.index(name) for field, name in zip(_FIELDS, HEADINGS, strict=True)}


def _row(line: WorkbookRow, places: dict[str, int], problems: list[str]) -> SubjectRow | None:
    before = len(problems)
    values: dict[str, str | None] = {}
    for (field, place), name in zip(places.items(), HEADINGS, strict=True):
        cell = line.cells[place] if place < len(line.cells) else ""
        if place in line.formulas:
            problems.append(f"{line.number}行目 {name}: 数式は読めません。値を書いてください")
        elif unusable := control_character(cell):
            problems.append(f"{line.number}行目 {name}: 使えない文字があります（{unusable}）")
        values[field] = _tidy(field, armed(cell))
    if not any(values.values()):
        return None
    subject = _ids().get(normalize(values["subject"] or ""))
    if subject is None:
        shown = values["subject"] or "（空）"
        problems.append(f"{line.number}行目 主題: 知らない主題です: {shown}（名前は変えられません）")
        return None
    values["subject"] = subject
    problems += _faults(line.number, values)
    if len(problems) > before:
        return None
    return SubjectRow(subject, values["department"], values["telephone"], values["url"])


def _tidy(field: str, cell: str) -> str | None:
    """A cell without spaces around it; a telephone number in plain digits and hyphens."""
    text = normalize(cell) if field == "telephone" else cell.strip()
    return text or None


def _ids() -> dict[str, str]:
    return {normalize(name): subject for subject, name in subject_names().items()}


def _faults(number: int, values: dict[str, str | None]) -> list[str]:
    try:
        bundle.SubjectOffice.model_validate(values)
    except ValidationError as error:
        fields = [str(fault["loc"][0]) for fault in error.errors()]
        return [
            f"{number}行目 {HEADINGS[_FIELDS.index(field)]}: {_EXPECTED[field]}（今は {values[field]}）"
            for field in fields
        ]
    return []
