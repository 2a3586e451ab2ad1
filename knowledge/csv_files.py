"""CSV in and out: UTF-8 with a mark for Excel, or Shift_JIS (Windows' cp932) where an old system asks for it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.cells import armed, disarmed
from knowledge.tabular import OutSheet, Row, Sheet, column_letter
from knowledge.upload_limits import MAX_COLUMNS, MAX_ROWS, UploadError, read_upload
from knowledge.zip_checks import BROKEN, PLAIN_ZIP, zip_fault

ENCODINGS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}
_MOST_PROBLEMS = 100


class UnwritableError(ValueError):
    """Characters that the encoding lacks; ``problems`` is a line a cell."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def csv_bytes(sheet: OutSheet, encoding: str = "utf-8") -> bytes:
    """``sheet`` as a file.  Raises UnwritableError before anything is written."""
    problems = list(_unwritable(sheet, ENCODINGS[encoding]))
    if problems:
        raise UnwritableError(problems)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(sheet.headings)
    writer.writerows([disarmed(text) for text in row] for row in sheet.rows)
    return stream.getvalue().encode(ENCODINGS[encoding])


def _unwritable(sheet: OutSheet, codec: str) -> Iterator[str]:
    """Every cell that does not come back the same from ``codec``."""
    if codec.startswith("utf"):
        return
    for number, row in enumerate(sheet.rows, 2):
        for place, text in enumerate(row):
            missing = "".join(dict.fromkeys(character for character in text if not _has(codec, character)))
            if missing:
                yield (
                    f"{sheet.name} {number}行目 {column_letter(place)}列「{sheet.headings[place]}」: "
                    f"Shift_JIS にない文字があります: {' '.join(missing[:10])}"
                )


def _has(codec: str, character: str) -> bool:
    try:
        return character.encode(codec).decode(codec) == character
    except UnicodeError:
        return False


def read_csv(path: Path, most_rows: int = MAX_ROWS) -> list[Sheet]:
    """The one table of a CSV file.  Raises UploadError."""
    return [_table(path.stem, path.name, read_upload(path, (".csv", ".txt", ".tsv")), most_rows)]


def read_csv_folder(folder: Path) -> list[Sheet]:
    """The tables of all .csv files of a folder, in the order of their names."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    if not paths:
        raise UploadError(f"{folder.name}: CSV のファイル（.csv）がありません")
    return [sheet for path in paths for sheet in read_csv(path)]


def read_csv_zip(path: Path) -> list[Sheet]:
    """The tables of all .csv files in a .zip.  Raises UploadError."""
    content = read_upload(path, (".zip",))
    tables: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            fault = zip_fault(archive.infolist(), PLAIN_ZIP)
            if not fault:
                names = sorted(name for name in archive.namelist() if name.lower().endswith(".csv"))
                tables = {name: archive.read(name) for name in names}
    except BROKEN as error:
        raise UploadError(f"{path.name}: こわれていて読めません。もう一度圧縮してください") from error
    if fault:
        raise UploadError(f"{path.name}: {fault}")
    sheets = [_table(Path(name).stem, name, table) for name, table in tables.items()]
    if not sheets:
        raise UploadError(f"{path.name}: CSV のファイル（.csv）が入っていません")
    return sheets


def _table(stem: str, name: str, content: bytes, most_rows: int = MAX_ROWS) -> Sheet:
    text = _decoded(name, content)
    first = text.split("\n", 1)[0]
    # Of a list that an Excel of another country, or an old system, has written.
    delimiter = next((mark for mark in ",\t;" if mark in first), ",")
    rows: list[Row] = []
    try:
        # A row's number is that in the spreadsheet program: a line break within a cell counts for nothing.
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            row = Row(number, tuple(armed(cell.replace("\r\n", "\n").replace("\r", "\n")) for cell in cells))
            if row.blank:
                continue
            _check_size(name, len(rows) + 1, cells, most_rows)
            rows.append(row)
    except csv.Error as error:
        raise UploadError(
            f"{name}: {len(rows) + 1}行目のあたりが CSV として読めません（引用符の閉じ忘れなど）。"
            "Excel で保存し直してください"
        ) from error
    return Sheet(stem, tuple(rows))


def _check_size(name: str, rows: int, cells: Sequence[str], most_rows: int) -> None:
    if rows > most_rows:
        raise UploadError(f"{name}: 行が多すぎます（{most_rows:,}行まで）。ファイルを分けてください")
    if len(cells) > MAX_COLUMNS and any(cell.strip() for cell in cells[MAX_COLUMNS:]):
        raise UploadError(f"{name}: 列が多すぎます（{MAX_COLUMNS}列まで）。いらない列を消してください")


def _decoded(name: str, content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one (Excel's ``Unicode テキスト``), else Shift_JIS."""
    codecs = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp932"]
    for codec in codecs:
        try:
            return content.decode(codec)
        except UnicodeDecodeError as error:
            place = error.start
    line = content.count(b"\n", 0, place) + 1
    raise UploadError(
        f"{name}: {line}行目に、UTF-8 でも Shift_JIS でも読めない文字があります。"
        "Excel で「CSV UTF-8（コンマ区切り）」を選んで保存し直してください"
    )
