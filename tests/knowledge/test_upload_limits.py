"""What is refused before anything parses it, and what the parsing child is not allowed."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from knowledge.child_process import ChildFaultError, child_messages
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import BadCell
from knowledge.upload_limits import CHILD_SECONDS, CPU_SECONDS, MAX_BYTES, MIB, UploadError, read_upload

ROOT = Path(__file__).parents[2]


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(content: bytes, **members: bytes) -> bytes:
    """The same archive with members replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in members:
                new.writestr(name, old.read(name))
        for name, data in members.items():
            new.writestr(name, data)
    return stream.getvalue()


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'

REFUSED = [
    pytest.param("a.xlsx", lambda: b"", "空のファイル", id="empty"),
    pytest.param("a.xlsx", lambda: b"PK\x03\x04" + b"0" * MAX_BYTES, "10MiB まで", id="too large"),
    pytest.param("a.xlsx", lambda: b"%PDF-1.7", "中身が .xlsx ではありません", id="another kind by its name"),
    pytest.param("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "パスワードを外し", id="encrypted or old"),
    pytest.param("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "「Excel ブック（.xlsx）」で保存し直して", id="xls"),
    pytest.param("a.xlsm", lambda: workbook(["x"]), "マクロの入る形式", id="xlsm"),
    pytest.param("a.docx", lambda: b"PK\x03\x04", "この形式は読めません", id="a kind not taken"),
    pytest.param("a.xlsx", lambda: b"PK\x03\x04broken", "こわれていて読めません", id="broken"),
    pytest.param("a.xlsx", lambda: archive(**{"a.txt": b"x"}), "Excel の表ではありません", id="an archive of something else"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), **{"xl/vbaProject.bin": b"x"}), "マクロが入っています", id="macro within"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), **{"xl/embeddings/a.docx": b"x"}), "（a.docx）が中に入っています", id="a document within"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), **{"../a.xml": b"x"}), "名前が安全でない", id="a path that leads out"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), **{f"x{n}": b"" for n in range(201)}), "多すぎます（200個まで）", id="too many members"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), x=b"0" * (20 * 1024 * 1024)), "展開すると大きくなりすぎます", id="a bomb by ratio"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), **{SHEET: b"<worksheet"}), "Excel の表として読めません", id="broken within"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), **{SHEET: BOMB}), "Excel の表として読めません", id="entities that multiply"),
    pytest.param("a.xlsx", lambda: changed(workbook(["x"]), **{SHEET: OUTSIDE}), "Excel の表として読めません", id="an entity from a file"),
    pytest.param("a.xlsx", lambda: workbook(*([["x"]] * 20_001)), "20,000行まで", id="too many rows"),
    pytest.param("a.xlsx", lambda: workbook(["x"] * 51), "50列まで", id="too many columns"),
    pytest.param("a.csv", lambda: b"a,b\n" + b"1,2\n" * 20_000, "20,000行まで", id="csv: too many rows"),
    pytest.param("a.csv", lambda: b",".join([b"x"] * 51), "50列まで", id="csv: too many columns"),
    pytest.param("a.csv", lambda: workbook(["x"]), "中身が文字のファイルではありません", id="csv: a workbook by its name"),
    pytest.param("a.csv", lambda: b'a,b\n1,"2\n', "2行目のあたりが CSV として読めません", id="csv: an open quotation mark"),
    pytest.param("a.csv", lambda: "あ,い\nう\n".encode() + b"\xff\xff", "UTF-8 でも Shift_JIS でも", id="csv: no encoding"),
    pytest.param("a.zip", lambda: archive(**{"a.txt": b"x"}), "CSV のファイル（.csv）が入っていません", id="zip: no csv"),
    pytest.param("a.zip", lambda: archive(**{"a.zip": b"x"}), "圧縮ファイルか別の文書", id="zip: a zip within"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "said"), REFUSED)
def test_a_file_that_is_not_taken_is_told_why_and_what_to_do(
    tmp_path: Path, name: str, content: Callable[[], bytes], said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    with pytest.raises(UploadError) as caught:
        read_tables(path)
    assert str(caught.value).startswith(f"{name}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="ファイルがありません"):
        read_upload(tmp_path / "a.csv", (".csv",))


def test_a_child_that_reads_for_ever_dies_of_the_seconds_that_it_may_work() -> None:
    """By the kernel, and not by the clock that is there for a child that waits."""
    begun, told = time.monotonic(), []
    with pytest.raises(ChildFaultError) as caught:
        told += child_messages("tests.support.endless_child", "1", content=b"x", most=MIB)
    assert caught.value.fault is None
    assert time.monotonic() - begun < CHILD_SECONDS / 2
    assert CPU_SECONDS == 10


def test_a_child_has_its_limits_before_it_sees_the_file() -> None:
    asked = "from knowledge import child_limits as c; c.limit_resources(); import resource as r; "
    asked += "print([r.getrlimit(each)[1] for each in (r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CORE)])"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert said.strip() == str([10, 512 * MIB, 0, 0])


def test_entities_are_refused_by_the_library_for_it() -> None:
    assert openpyxl.DEFUSEDXML


def test_a_formula_or_an_error_in_a_cell_is_no_value(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["=1+1", "#REF!", 5, 5.5, True, "x"]))
    ((row,),) = (sheet.rows for sheet in read_tables(path))
    assert [type(cell) for cell in row.cells[:2]] == [BadCell, BadCell]
    assert row.cells[2:] == ("5", "5.5", "はい", "x")
