"""The parts of an .xlsx package as rows of text, in one pass over each.

Only expat keeps within the time that a file may take: a table at the limit of 20,000 rows and 50 columns
costs openpyxl, behind defusedxml, five times as much.  A part that declares anything (DOCTYPE) is refused
before anything of it unfolds.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from knowledge.tabular import column_place
from knowledge.upload_limits import MAX_COLUMNS, MAX_ROWS

Value: TypeAlias = "str | dict[str, str]"
"""A cell: its text, or ``{"bad": why it has none}``."""

_BATCH = 500
_LONGEST_PIECE = 1 << 20
"""In bytes; no cell of Excel holds an eighth of it."""
_WORKBOOK = "xl/workbook.xml"
_FORMULA = "数式が入っています。計算した結果を「値として貼り付け」してください"
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_JAPANESE_FORMATS: Mapping[int, str] = {
    **dict.fromkeys((27, 36, 50, 57), "ge.m.d"),
    **dict.fromkeys((28, 29, 51, 54, 58), "ggge.m.d"),
    30: "m/d/yy",
    31: "yyyy.m.d",
    32: "h:mm",
    33: "h:mm:ss",
    **dict.fromkeys((34, 52, 55), "yyyy.m"),
    **dict.fromkeys((35, 53, 56), "m.d"),
}
"""What Japanese Excel means by formats that a file names by number only (ECMA-376, 18.8.30); openpyxl lacks them."""


class UnsafePartError(Exception):
    """A part declares entities or the like."""


class TooMuchError(ValueError):
    """More than we take; the text tells staff how much, and what to do."""


@dataclass(frozen=True)
class _Page:
    name: str
    part: str
    hidden: bool


def workbook_messages(content: bytes, most_rows: int = MAX_ROWS) -> Iterator[dict[str, Any]]:
    """``{"sheet", "hidden"}``, then ``{"rows"}`` in batches and ``{"merged", "hidden_rows"}``, for each sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        related = _related(package)
        book = _Book()
        _parse(package.read(_WORKBOOK), book.start)
        styles = _Styles()
        if part := related.by_type.get("styles"):
            _parse(package.read(part), styles.start)
        strings = _Strings()
        if part := related.by_type.get("sharedStrings"):
            strings.read(package.read(part))
        cells = _Cells(strings.found, [styles.format_of(number) for number in styles.used], book.epoch)
        left = most_rows
        for page in book.pages(related.by_id):
            yield {"sheet": page.name, "hidden": page.hidden}
            rows = _Rows(cells, left, most_rows)
            rows.read(package.read(page.part))
            left -= len(rows.found)
            for start in range(0, len(rows.found), _BATCH):
                yield {"rows": rows.found[start : start + _BATCH]}
            yield {"merged": rows.merged, "hidden_rows": rows.hidden}


_Start: TypeAlias = "Callable[[str, dict[str, str]], None]"


def _parser(start: _Start) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = start
    return parser


def _refuse(*_: object) -> None:
    raise UnsafePartError


def _parse(content: bytes, start: _Start) -> None:
    _parser(start).Parse(content, True)


class _Names(dict[str, str]):
    """Element names without their prefix, which producers choose as they like."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(":")[2]
        return self[name]


_LOCAL = _Names()


@dataclass
class _Related:
    """Where the workbook's parts are: worksheets by relation, the others by what they are."""

    by_id: dict[str, str] = field(default_factory=dict)
    by_type: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, given: dict[str, str]) -> None:
        if _LOCAL[name] == "Relationship" and given.get("TargetMode") != "External":
            target = given["Target"].replace("\\", "/")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            kind = given["Type"].rpartition("/")[2]
            if kind == "worksheet":
                self.by_id[given["Id"]] = part
            else:
                self.by_type[kind] = part


def _related(package: zipfile.ZipFile) -> _Related:
    found = _Related()
    _parse(package.read("xl/_rels/workbook.xml.rels"), found.start)
    return found


class _Book:
    """xl/workbook.xml: the sheets in their order, and from which day they count."""

    def __init__(self) -> None:
        self.epoch = CALENDAR_WINDOWS_1900
        self._sheets: list[tuple[str, str, bool]] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        match _LOCAL[name]:
            case "workbookPr" if given.get("date1904") in ("1", "true"):
                self.epoch = CALENDAR_MAC_1904
            case "sheet":
                relation = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
                self._sheets.append((given.get("name", ""), relation, given.get("state", "visible") != "visible"))

    def pages(self, parts: Mapping[str, str]) -> list[_Page]:
        return [_Page(name, parts[relation], hidden) for name, relation, hidden in self._sheets if relation in parts]


class _Styles:
    """xl/styles.xml: how the numbers of a cell are shown."""

    def __init__(self) -> None:
        self.used: list[int] = []
        self._own: dict[int, str] = {}
        self._in_cells = False

    def start(self, name: str, given: dict[str, str]) -> None:
        match _LOCAL[name]:
            case "numFmt" if not self.used:
                self._own[int(given["numFmtId"])] = given["formatCode"]
            case "cellXfs":
                self._in_cells = True
            case "cellStyles" | "dxfs":
                self._in_cells = False
            case "xf" if self._in_cells:
                self.used.append(int(given.get("numFmtId", "0")))

    def format_of(self, number: int) -> str:
        return self._own.get(number) or BUILTIN_FORMATS.get(number) or _JAPANESE_FORMATS.get(number, "")


class _Texts:
    """The texts of the elements ``v`` and ``t`` of a part, caught by functions in C: only beginnings cost Python.

    Every end empties expat's buffer, so each text is one piece, and ``marks`` tell which pieces are meant.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.marks: list[int] = []
        self._reading = False

    def parse(self, content: bytes, start: _Start) -> None:
        parser = _parser(start)
        parser.buffer_size = _LONGEST_PIECE
        parser.CharacterDataHandler = self.pieces.append
        parser.EndElementHandler = deque[str](maxlen=0).append
        parser.Parse(content, True)

    def begin(self, local: str) -> None:
        """An element within a text begins; the reading (ふりがな) that Excel keeps beside it does not count."""
        if local == "rPh":
            self._reading = True
        elif local in ("v", "t"):
            if self._reading:
                self._reading = False
            else:
                self.marks.append(len(self.pieces))

    def take(self) -> str:
        """What the marks stand for; then all is forgotten."""
        pieces, marks = self.pieces, self.marks
        if len(marks) == 1:
            text = pieces[marks[0]] if marks[0] < len(pieces) else ""
        else:
            text = "".join(pieces[mark] for mark in dict.fromkeys(marks) if mark < len(pieces))
        pieces.clear()
        marks.clear()
        return text


class _Strings:
    """xl/sharedStrings.xml."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._texts = _Texts()
        self._any = False

    def read(self, content: bytes) -> None:
        self._texts.parse(content, self._start)
        if self._any:
            self.found.append(self._texts.take())

    def _start(self, name: str, _: dict[str, str]) -> None:
        local = _LOCAL[name]
        if local == "si":
            if self._any:
                self.found.append(self._texts.take())
            self._any = True
            self._texts.pieces.clear()
        else:
            self._texts.begin(local)


@dataclass(frozen=True)
class _Cells:
    """What makes a cell's text of what stands in the part."""

    strings: list[str]
    formats: list[str]
    epoch: dt.datetime

    def value(self, kind: str, text: str, style: str) -> Value:
        if kind == "s":
            return self.strings[int(text)]
        if kind in ("inlineStr", "str"):
            return text
        if kind == "b":
            return "はい" if text.strip() in ("1", "true") else "いいえ"
        if kind == "e":
            return {"bad": f"エラーの値（{text}）です。正しい値を書いてください"}
        if kind == "d":
            return text[:10]
        return self._number(text.strip(), style)

    def _number(self, text: str, style: str) -> str:
        number = int(style or 0)
        shown_as = self.formats[number] if number < len(self.formats) else ""
        if shown_as and is_date_format(shown_as):
            return self._day(float(text), shown_as)
        if "%" in shown_as:
            return f"{float(text) * 100:.15g}%"
        return text if text.lstrip("-").isdecimal() else f"{float(text):.15g}"

    def _day(self, value: float, shown_as: str) -> str:
        """A day as 2026-04-01; of a cell that shows no day, the month."""
        try:
            moment = from_excel(value, self.epoch)
        except (ValueError, OverflowError):
            return f"{value:.15g}"
        if not isinstance(moment, dt.datetime):
            return str(moment)
        pattern = _QUOTED.sub("", shown_as).lower()
        return f"{moment:%Y-%m}" if "y" in pattern and "d" not in pattern else moment.date().isoformat()


class _Rows:
    """A worksheet: its rows that are not blank, its merged ranges, how many rows are hidden."""

    def __init__(self, cells: _Cells, left: int, most: int) -> None:
        self.found: list[tuple[int, list[Value]]] = []
        self.merged: list[str] = []
        self.hidden = 0
        self._cells = cells
        self._left = left
        self._most = most
        self._texts = _Texts()
        self._columns: dict[str, int] = {}
        self._number = 0
        self._row: list[Value] = []
        self._row_hidden = False
        self._place = -1
        self._kind = self._style = ""
        self._formula = False

    def read(self, content: bytes) -> None:
        self._texts.parse(content, self._start)
        self._close_row()

    def _start(self, name: str, given: dict[str, str]) -> None:
        local = _LOCAL[name]
        if local == "c":
            self._close_cell()
            self._place = self._column(given["r"]) if "r" in given else self._place + 1
            self._kind, self._style = given.get("t", "n"), given.get("s", "")
        elif local == "row":
            self._close_row()
            self._number = int(given["r"]) if "r" in given else self._number + 1
            self._row, self._place = [], -1
            self._row_hidden = given.get("hidden") in ("1", "true")
        elif local == "f":
            self._formula = True
        elif local == "mergeCell":
            self.merged.append(given["ref"])
        else:
            self._texts.begin(local)

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if letters not in self._columns:
            self._columns[letters] = column_place(letters)
        return self._columns[letters]

    def _close_cell(self) -> None:
        text = self._texts.take()
        value: Value = ""
        if self._formula:
            self._formula = False
            value = {"bad": _FORMULA}
        elif text:
            value = self._cells.value(self._kind, text, self._style)
        if value == "" or (isinstance(value, str) and value.isspace()):
            return
        if not 0 <= self._place < MAX_COLUMNS:
            raise TooMuchError(f"列が多すぎます（{MAX_COLUMNS}列まで）。いらない列を消してください")
        missing = self._place - len(self._row)
        if missing:
            self._row += [""] * missing
        self._row.append(value)

    def _close_row(self) -> None:
        self._close_cell()
        if not self._row:
            return
        if len(self.found) == self._left:
            raise TooMuchError(f"行が多すぎます（{self._most:,}行まで）。ファイルを分けてください")
        self.hidden += self._row_hidden
        self.found.append((self._number, self._row))
        self._row = []
