"""The table of subjects as a spreadsheet: out, in, and what is refused; and the codes of municipalities."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from knowledge.municipality_codes import CodeError, prefecture_of
from knowledge.new_municipality import LayoutError, described, lay_out
from knowledge.sheet_places import ImportFaultsError
from knowledge.subject_names import subject_names
from knowledge.subject_offices import SubjectRow
from knowledge.subject_sheet import rows_of_sheet, sheet_of
from knowledge.upload_limits import UploadError

ROWS = [
    SubjectRow("waste", "=環境課", "0859-00-0002", "https://www.example.jp/gomi/"),
    SubjectRow("water", None, None, None),
]


def written(folder: Path, changes: dict[str, str] | None = None) -> Path:
    path = folder / "subjects.xlsx"
    path.write_bytes(sheet_of(ROWS))
    workbook = openpyxl.load_workbook(path)
    for place, value in (changes or {}).items():
        workbook.active[place] = value
    workbook.save(path)
    return path


def test_the_sheet_comes_back_as_it_went_out_and_holds_no_formula(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert rows_of_sheet(path) == ROWS
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"C2": "環境課まで"}, "2行目 C列「電話」: 0598", id="not a number"),
        pytest.param({"D3": "www.example.jp"}, "3行目 D列「ページ」", id="not an address"),
        pytest.param({"B3": "=1+1"}, "3行目 B列「担当課」: 数式", id="a formula"),
        pytest.param({"A3": "ゴミのこと"}, "3行目 A列「主題」: 知らない主題", id="another subject"),
        pytest.param({"A3": "ごみ・リサイクル"}, "3行目 A列「主題」: 2行目と同じ", id="twice"),
        pytest.param({"B1": "課"}, "1行目 B列: 見出しを「担当課」に戻して", id="no heading"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(ImportFaultsError, match=said):
        rows_of_sheet(written(tmp_path, changes))


def test_digits_of_full_width_are_taken(tmp_path: Path) -> None:
    assert rows_of_sheet(written(tmp_path, {"C2": "０８５９－００－０００９"}))[0].telephone == "0859-00-0009"


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "subjects.xlsx").write_text("主題,担当課", encoding="utf-8")
    with pytest.raises(UploadError):
        rows_of_sheet(tmp_path / "subjects.xlsx")


@pytest.mark.parametrize("code", ["242047", "222232", "232084", "122106", "382159", "011002", "131016", "312983"])
def test_a_real_code_is_taken(code: str) -> None:
    assert prefecture_of(code)


@pytest.mark.parametrize("code", ["242048", "24204", "2420470", "482047", "002047", "240001", "２４２０４７", "abcdef"])
def test_a_wrong_code_is_refused(code: str) -> None:
    with pytest.raises(CodeError):
        prefecture_of(code)


def test_a_new_folder_holds_every_subject_and_is_never_written_over(tmp_path: Path) -> None:
    town = described("312983", "汐見浜市")
    folder = lay_out(town, tmp_path)
    assert (town.kana, town.prefecture, town.contact_department) == ("しおみはまし", "鳥取県", "汐見浜市役所")
    assert (folder / "subjects.yaml").read_text(encoding="utf-8").count("- {subject:") == len(subject_names())
    with pytest.raises(LayoutError, match="もうあります"):
        lay_out(town, tmp_path)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "汐見浜"},
        {"name": '汐"市'},
        {"prefecture": "島根県"},
        {"contact_telephone": "12345"},
        {"kana": "シオミ"},
    ],
)
def test_what_cannot_be_right_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(LayoutError):
        described(**({"code": "312983", "name": "汐見浜市"} | given))
