"""Telephone numbers: written in many ways, kept in one, and none with a digit too few or too many."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.bundle import BundleError, read_bundle
from knowledge.common_answers import HALL_TELEPHONE
from knowledge.common_content import common_content
from knowledge.new_municipality import LayoutError, described
from knowledge.sheet_places import ImportFaultsError
from knowledge.slots import SlotValueError
from knowledge.subject_names import subject_names
from knowledge.subject_sheet import HEADINGS, rows_of_sheets
from knowledge.tabular import Row, Sheet
from knowledge.telephones import telephone_fault, tidy_telephone
from tests.knowledge.small_town import write_town

SUBJECT = next(iter(subject_names().values()))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0598-53-4321", "0598-53-4321"),
        (" ０５９８－５３－４３２１ ", "0598-53-4321"),
        ("0598ー53ー4321", "0598-53-4321"),
        ("0598−53‐4321", "0598-53-4321"),
        ("0598(53)4321", "0598-53-4321"),
        ("（0598）53-4321", "0598-53-4321"),
        ("03-1234-5678", "03-1234-5678"),
        ("0120-123-456", "0120-123-456"),
        ("0800-123-4567", "0800-123-4567"),
        ("090-1234-5678", "090-1234-5678"),
        ("050-1234-5678", "050-1234-5678"),
        ("0570-012-345", "0570-012-345"),
    ],
)
def test_a_number_is_kept_in_one_writing(written: str, kept: str) -> None:
    assert tidy_telephone(written) == kept
    assert telephone_fault(kept) is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("0598-53-400", "0598-53-400 は9けた。10けたのはずです"),
        ("03-12345-678", "市外局番から"),
        ("0598-534-3210", "0598-534-3210 は11けた。10けたのはずです"),
        ("090-1234-567", "090-1234-567 は10けた。11けたのはずです"),
        ("598534321", "先頭の 0 が消えています"),
        ("0598534321", "市外局番から"),
        ("53-4321", "市外局番から"),
        ("0598-53-4321（内線123）", "市外局番から"),
        ("代表 0598-53-4321", "市外局番から"),
        ("119", "市外局番から"),
        ("なし", "市外局番から"),
    ],
)
def test_what_is_no_whole_number_is_told(written: str, told: str) -> None:
    fault = telephone_fault(tidy_telephone(written))
    assert fault is not None
    assert told in fault


def _table(telephone: str) -> list[Sheet]:
    return [Sheet("主題と担当課", (Row(1, HEADINGS), Row(7, (SUBJECT, "市民課", telephone, ""))))]


def test_the_table_of_offices_takes_the_same_writings_and_names_sheet_row_and_column() -> None:
    ((row, _),) = rows_of_sheets(_table("０５９８（５３）４３２１"))
    assert row.telephone == "0598-53-4321"
    with pytest.raises(ImportFaultsError) as caught:
        rows_of_sheets(_table("0598-53-432"))
    assert caught.value.faults == (
        "シート「主題と担当課」7行目 C列「電話」: 電話番号のけたが合いません（0598-53-432 は9けた。10けたのはずです）",
    )


def test_a_content_folder_says_file_and_line(tmp_path: Path) -> None:
    folder = write_town(tmp_path)
    (folder / "subjects.yaml").write_text(
        "- {subject: garbage, department: 環境課, telephone: 0598-53-432, url: null}\n", encoding="utf-8"
    )
    with pytest.raises(BundleError) as caught:
        read_bundle(folder)
    assert "subjects.yaml:1: telephone: 電話番号のけたが合いません" in str(caught.value.problems)


def test_a_new_municipality_and_a_slot_ask_for_the_same() -> None:
    with pytest.raises(LayoutError, match="けたが合いません"):
        described("242047", "松阪市", kana="まつさかし", contact_telephone="0598-53-432")
    with pytest.raises(SlotValueError, match="けたが合いません"):
        common_content().slots[HALL_TELEPHONE].clean("0598-53-432")
