"""Plans' files read: what is in them, and what is refused, with a sentence that staff can act on."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from defusedxml import DTDForbidden

from knowledge.plan_contents import read_contents
from knowledge.plan_documents.document import CONTINUED, PlanDocument, PlanFileError
from knowledge.plan_documents.reading import read_plan
from knowledge.plan_documents.word_file import UnsafeXmlError, refuse_entities
from knowledge.upload_limits import MAX_MEMBERS, MIB
from tests.knowledge.plan_files import numbered_word_file, pdf_file, repacked, rows_of, ruled, word_file

ROOT = Path(__file__).parent.parent.parent
SENTENCE = "この計画は、みんなが使いやすい窓口をつくるためのものです。"


def texts(document: PlanDocument) -> list[str]:
    return [line.text for line in document.lines if line.text]


# --- what is read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_text_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "計画.txt"
    path.write_text(f"第1章 はじめに\r\n{SENTENCE}\r\n", encoding=encoding)
    assert texts(read_plan(path)) == ["第1章 はじめに", SENTENCE]


def test_markdown_brings_its_headings_and_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text(
        "# 計画\n\nはじめに\n====\n\n## 目標 ##\n\n| 指標名 | 目標値 |\n|:--|--:|\n| **件数** | 3 \\| 4 |\n\n```\n# 見出しでない\n```\n",
        encoding="utf-8",
    )
    found = [(line.text, line.level) for line in read_plan(path).lines if line.text]
    assert found == [
        ("計画", 1),
        ("はじめに", 1),
        ("目標", 2),
        ("指標名\t目標値", None),
        ("件数\t3 | 4", None),
        ("# 見出しでない", None),
    ]


def test_a_word_file_brings_headings_by_their_style_and_tables_as_rows(tmp_path: Path) -> None:
    path = word_file(
        tmp_path / "plan.docx", [(1, "第1章 はじめに"), SENTENCE, (2, "目標"), [["指標名", "目標値"], ["件数", "3件"]]]
    )
    found = [(line.text, line.level) for line in read_plan(path).lines if line.text]
    assert found == [
        ("第1章 はじめに", 1),
        (SENTENCE, None),
        ("目標", 2),
        ("指標名\t目標値", None),
        ("件数\t3件", None),
    ]


def test_a_word_file_brings_the_numbers_that_word_puts_before_its_parts(tmp_path: Path) -> None:
    path = numbered_word_file(
        tmp_path / "plan.docx",
        [(0, "総論"), (1, "趣旨"), (1, "期間"), (0, "各論"), (1, "窓口"), (2, "申請"), (2, "支払い"), (None, SENTENCE)],
        ["第%1章 japaneseCounting", "%1-%2 decimal legal", "(%3) aiueoFullWidth"],
    )
    found = [line.text for line in read_plan(path).lines if line.text]
    assert found == [
        "第一章 総論",
        "1-1 趣旨",
        "1-2 期間",
        "第二章 各論",
        "2-1 窓口",
        "(ア) 申請",
        "(イ) 支払い",
        SENTENCE,
    ]


def test_a_pdf_brings_its_lines_its_columns_and_its_pages(tmp_path: Path) -> None:
    path = pdf_file(
        tmp_path / "plan.pdf",
        [rows_of(["第1章 はじめに", SENTENCE]), rows_of(["指標名\t現状値\t目標値", "件数\t10件\t30件"])],
    )
    seen: list[tuple[int, int]] = []
    document = read_plan(path, lambda page, pages: seen.append((page, pages)))
    assert [(line.page, line.text) for line in document.lines if line.text] == [
        (1, "第1章 はじめに"),
        (1, SENTENCE),
        (2, "指標名\t現状値\t目標値"),
        (2, "件数\t10件\t30件"),
    ]
    assert (document.pages, document.empty_pages, seen) == (2, (), [(1, 2), (2, 2)])


COLUMNS = (40, 160, 260, 360, 460)
ROWS = (700, 720, 760, 780)
"""From the lowest line of the table to its highest."""


def test_the_lines_of_a_pdf_tell_empty_wrapped_and_wide_cells(tmp_path: Path) -> None:
    letters = [
        (45, 765, "取組"), (165, 765, "令和4年度"), (265, 765, "令和5年度"), (365, 765, "令和6年度"),
        (45, 745, "書かない窓口を"), (45, 730, "広げる"), (265, 738, "導入"),
        (45, 705, "予約"), (165, 705, "運用"), (365, 705, "見直し"),
        (40, 660, "次の文です。"),
    ]  # fmt: skip
    wide = (260.0, 700.0, 260.0, 720.0)
    document = read_plan(
        pdf_file(tmp_path / "plan.pdf", [letters], sides=ruled(COLUMNS, ROWS, without=[wide])),
    )
    assert texts(document) == [
        "取組\t令和4年度\t令和5年度\t令和6年度",
        "書かない窓口を広げる\t\t導入\t",
        f"予約\t運用\t{CONTINUED}\t見直し",
        "次の文です。",
    ]
    assert [(one.name, one.steps) for one in read_contents(document).schedules] == [
        ("書かない窓口を広げる", (((2023,), "導入"),)),
        ("予約", (((2022, 2023), "運用"), ((2024,), "見直し"))),
    ]


def test_a_table_without_lines_at_its_ends_is_read_too(tmp_path: Path) -> None:
    ends = [(x, y, x, to_y) for x in (40, 460) for y, to_y in pairwise(ROWS)]
    letters = [
        (45, 765, "指標名"),
        (165, 765, "現状値"),
        (265, 765, "目標値(R8)"),
        (45, 735, "件数"),
        (265, 735, "30件"),
        (40, 640, SENTENCE),
    ]
    path = pdf_file(tmp_path / "plan.pdf", [letters], sides=ruled(COLUMNS, ROWS, without=ends))
    (found,) = read_contents(read_plan(path)).indicators
    assert (found.name, found.baseline, found.target) == (
        "件数",
        {"value": None},
        {"value": "30", "fiscal_year": 2026},
    )


def test_a_frame_around_a_text_is_no_table(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "plan.pdf", [rows_of([SENTENCE, "次の文です。"])], sides=ruled((30, 560), (760, 830)))
    assert texts(read_plan(path)) == [SENTENCE, "次の文です。"]


def test_a_map_of_many_lines_is_read_as_letters_only(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "plan.pdf", [rows_of([SENTENCE])], sides=ruled(range(0, 590, 4), range(0, 840, 4)))
    assert texts(read_plan(path)) == [SENTENCE]


def test_a_cell_over_several_columns_of_a_word_file_tells_them(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(2, 4)
    for cell, text in zip(table.rows[0].cells, ["取組", "R4", "R5", "R6"], strict=True):
        cell.text = text
    table.rows[1].cells[0].text = "窓口"
    table.rows[1].cells[1].merge(table.rows[1].cells[2]).text = "検討"
    path = tmp_path / "plan.docx"
    document.save(str(path))
    found = read_contents(read_plan(path))
    assert [(one.name, one.steps) for one in found.schedules] == [("窓口", (((2022, 2023), "検討"),))]
    assert not any(CONTINUED in one.text for one in found.outline.sections)


def test_what_stands_on_every_page_of_a_pdf_is_left_out(tmp_path: Path) -> None:
    pages = [rows_of(["試しの計画", f"{number}つ目の節です。{SENTENCE}", f"- {number} -"]) for number in range(1, 8)]
    assert texts(read_plan(pdf_file(tmp_path / "plan.pdf", pages))) == [
        f"{number}つ目の節です。{SENTENCE}" for number in range(1, 8)
    ]


def test_pages_without_letters_are_told(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "plan.pdf", [rows_of([SENTENCE * 2]), [], rows_of([SENTENCE])], image=True)
    assert read_plan(path).empty_pages == (2,)


# --- what is refused -----------------------------------------------------------------------------------------------


def _bad(tmp_path: Path, kind: str) -> Path:
    """One of the files that must not be read."""
    good = word_file(tmp_path / "good.docx", [(1, "はじめに"), SENTENCE])
    path = tmp_path / "plan.docx"
    match kind:
        case "scanned":
            return pdf_file(tmp_path / "plan.pdf", [[], [], []], image=True)
        case "400 pages":
            return pdf_file(tmp_path / "plan.pdf", [rows_of([SENTENCE])] * 400)
        case "locked pdf":
            return pdf_file(tmp_path / "plan.pdf", [rows_of([SENTENCE])], encrypted=True)
        case "broken pdf":
            whole = pdf_file(tmp_path / "plan.pdf", [rows_of([SENTENCE])])
            whole.write_bytes(whole.read_bytes()[:40])
            return whole
        case "pdf named docx":
            return Path(shutil.copy(pdf_file(tmp_path / "a.pdf", [rows_of([SENTENCE])]), path))
        case "docx named txt":
            return Path(shutil.copy(good, tmp_path / "plan.txt"))
        case "empty":
            path = tmp_path / "plan.txt"
            path.write_bytes(b"\xef\xbb\xbf \r\n")
        case "old word":
            (tmp_path / "plan.doc").write_bytes(b"\xd0\xcf\x11\xe0")
            return tmp_path / "plan.doc"
        case "locked docx":
            path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
        case "broken docx":
            path.write_bytes(good.read_bytes()[:-300])
        case "half a part":
            repacked(good, path, {"word/document.xml": b"<w:document"})
        case "a zip":
            with zipfile.ZipFile(path, "w") as package:
                package.writestr("a.txt", "a")
        case "macro":
            repacked(good, path, {"word/vbaProject.bin": b"x"})
        case "nested zip":
            repacked(good, path, {"word/embeddings/a.xlsx": b"PK"})
        case "out of the folder":
            repacked(good, path, {"../a.xml": b"<a/>"})
        case "too many parts":
            repacked(good, path, {f"word/media/{number}.png": b"x" for number in range(MAX_MEMBERS)})
        case "bomb":
            repacked(good, path, {"word/media/a.bmp": bytes(20 * MIB)})
        case "entities":
            laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>'
            repacked(good, path, {"word/styles.xml": laughs.encode()})
        case "too large":
            path = tmp_path / "plan.txt"
            with path.open("wb") as file:
                file.truncate(11 * MIB)
        case "large pdf":
            path = tmp_path / "plan.pdf"
            with path.open("wb") as file:
                file.truncate(21 * MIB)
        case "binary text":
            path = tmp_path / "plan.txt"
            path.write_bytes(b"abc\0def")
        case "unknown encoding":
            path = tmp_path / "plan.txt"
            path.write_bytes(b"\xff\xff\xff\x81")
        case "missing":
            return tmp_path / "ない.txt"
        case "folder":
            (tmp_path / "folder.txt").mkdir()
            return tmp_path / "folder.txt"
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("scanned", "文字のデータがありません（紙をスキャンした PDF のようです）"),
        ("400 pages", "ページが多すぎます（400ページ。300ページまで）。章ごとに分けてください"),
        ("locked pdf", "パスワードで保護されています"),
        ("broken pdf", "ファイルが壊れているため読めません"),
        ("pdf named docx", "名前は .docx ですが、中身はその種類のファイルではありません"),
        ("docx named txt", "名前は .txt ですが、中身はその種類のファイルではありません"),
        ("empty", "中身がありません（空のファイルです）"),
        ("old word", "この種類のファイルは読めません（読めるのは .docx、.md、.pdf、.txt）。Word で"),
        ("locked docx", "パスワードで保護されているか、古い形式"),
        ("broken docx", "ファイルが壊れているため読めません"),
        ("half a part", "ファイルが壊れているため読めません"),
        ("a zip", "Word の文書ではありません"),
        ("macro", "マクロが入っています"),
        ("nested zip", "別の文書（a.xlsx）が中に入っています"),
        ("out of the folder", "名前が安全でない"),
        ("too many parts", "中の部品が多すぎます（200個まで）"),
        ("bomb", "展開すると大きくなりすぎます（100MiB まで、元の大きさの100倍まで）"),
        ("entities", "安全でない定義（DTD）が入っています"),
        ("too large", "ファイルが大きすぎます（10MBまで）"),
        ("large pdf", "ファイルが大きすぎます（20MBまで）"),
        ("binary text", "中身はその種類のファイルではありません"),
        ("unknown encoding", "文字コードがわかりません。UTF-8 か Shift_JIS で"),
        ("missing", "ファイルがありません（場所と名前を確かめてください）"),
        ("folder", "ファイルではありません"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name_and_the_remedy(
    tmp_path: Path, kind: str, said: str
) -> None:
    path = _bad(tmp_path, kind)
    with pytest.raises(PlanFileError) as caught:
        read_plan(path)
    assert str(caught.value).startswith(f"{path.name}: ")
    assert said in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_entities_are_refused_before_anything_is_built(tmp_path: Path) -> None:
    with pytest.raises(UnsafeXmlError) as caught:
        refuse_entities(_bad(tmp_path, "entities").read_bytes())
    assert isinstance(caught.value.__cause__, DTDForbidden)


# --- the process that reads ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempt", "refusal"),
    [
        pytest.param("import socket; child.close_doors(); socket.socket()", "Too many open files", id="a connection"),
        pytest.param("child.close_doors(); open('/etc/hostname')", "Too many open files", id="a file"),
        pytest.param(
            "import os; child.close_doors(); os.pipe()", "Too many open files", id="a pipe to another program"
        ),
        pytest.param("child.limit_resources(); bytearray(1 << 30)", "MemoryError", id="a gibibyte"),
        pytest.param(
            "child.limit_resources(); open('FILE', 'wb', buffering=0).write(b'x')",
            "File too large",
            id="a written file",
        ),
    ],
)
def test_the_reading_process_can_open_write_and_take_nothing(tmp_path: Path, attempt: str, refusal: str) -> None:
    code = f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from knowledge import child_limits as child; {attempt}"
    code = code.replace("FILE", str(tmp_path / "written"))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert refusal in done.stderr
