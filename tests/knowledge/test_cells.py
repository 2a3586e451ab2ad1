"""What a spreadsheet cell may hold: nothing that runs, and what went out comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.cells import armed, control_character, disarmed

TEXTS = (
    st.text(st.sampled_from("=+-@'＝＋－＠−\t\r\n\0 \u3000_x0001AFaf41あ\x7f\x9f\ufffe\x0b1"), max_size=12) | st.text()
)


@given(TEXTS)
def test_what_is_disarmed_comes_back_whole(text: str) -> None:
    assert armed(disarmed(text)) == text


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", " =", "　＝", "＋", "－", "＠", "−", "'=", "''+"])
def test_a_formula_gets_an_apostrophe(begin: str) -> None:
    assert disarmed(f"{begin}1+1") == f"'{begin}1+1"


@pytest.mark.parametrize("text", ["1+1", "市役所", "'引用'", "_x_", "_x12_", "", "a=1"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert disarmed(text) == text
    assert armed(text) == text


def test_a_control_character_before_a_formula_is_written_out_and_disarmed() -> None:
    assert disarmed("\0=1") == "'_x0000_=1"
    assert disarmed("\x01=1") == "_x0001_=1"
    assert armed("'_x0000_=1") == "\0=1"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("a_x0001_b", "a\x01b"),
        ("a_x001F_b", "a\x1fb"),
        ("a_x001f_b", "a\x1fb"),
        ("a_x005F_x0001_", "a_x0001_"),
        ("a_x0041_b", "a_x0041_b"),
        ("'普通", "'普通"),
        ("'=1", "=1"),
        ("''=1", "'=1"),
    ],
)
def test_what_spreadsheets_write_for_a_character_is_read(cell: str, text: str) -> None:
    assert armed(cell) == text


@pytest.mark.parametrize(
    ("text", "told"), [("a\x01b", "U+0001"), ("\ud83d", "U+D83D"), ("\x9f", "U+009F"), ("a\t\nb", None)]
)
def test_a_character_that_no_resident_may_get_is_named(text: str, told: str | None) -> None:
    assert control_character(text) == told
