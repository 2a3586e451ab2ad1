"""LINE counts in units of its own; cuts fall where a reader would pause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line.limits import cut, cut_label, graphemes, utf16_length

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "units", "letters"),
    [
        pytest.param("住民票", 3, 3, id="kanji"),
        pytest.param("🍎", 2, 1, id="an apple is two units, one letter"),
        pytest.param(FAMILY, 8, 1, id="a family is eight units, one letter"),
        pytest.param("か\u3099", 2, 1, id="ga in two code points"),
        pytest.param("", 0, 0, id="nothing"),
    ],
)
def test_lengths_are_counted_as_line_counts(text: str, units: int, letters: int) -> None:
    assert utf16_length(text) == units
    assert len(graphemes(text)) == letters


@given(st.text(max_size=200), st.integers(min_value=5, max_value=80))
def test_a_cut_never_exceeds_its_limit(text: str, limit: int) -> None:
    assert utf16_length(cut(text, limit)) <= limit


@given(st.text(max_size=60), st.integers(min_value=2, max_value=20))
def test_a_label_never_exceeds_its_limit(text: str, limit: int) -> None:
    assert len(graphemes(cut_label(text, limit))) <= limit


def test_a_cut_falls_after_a_sentence() -> None:
    assert cut("住民票は取れます。印鑑証明も取れます。戸籍は窓口へ。", 22) == "住民票は取れます。印鑑証明も取れます。…"


def test_a_cut_never_splits_a_family() -> None:
    assert cut("あ" * 5 + FAMILY, 10) == "あ" * 5 + "…"


def test_a_short_text_stays_as_it_is() -> None:
    assert cut("はい。", 10) == "はい。"


@pytest.mark.parametrize(("limit", "kept"), [(9, 3), (8, 2), (3, 0)])
def test_joined_consonants_count_one_each_in_a_label(limit: int, kept: int) -> None:
    """By newer rules क्ष्य is one letter, by older ones three: the label fits by both."""
    three = "क्ष्य"
    assert cut_label(three * 3, limit) == three * kept + ("" if kept == 3 else "…")
