"""Texts are found in a log by their words, however they are written."""

from __future__ import annotations

import pytest

from intents.word_lines import LONGEST, word_line, words_of


def test_a_text_becomes_its_content_words_between_spaces() -> None:
    assert word_line("住民票はコンビニで取れますか？") == " 住民 票 コンビニ 取レル "


@pytest.mark.parametrize("searched", ["コンビニ", "ｺﾝﾋﾞﾆ", "取れない", "住民票　コンビニ"])
def test_ways_of_writing_find_the_same(searched: str) -> None:
    line = word_line("住民票はコンビニで取れますか？")
    assert all(f" {word} " in line for word in words_of(searched))


@pytest.mark.parametrize("text", ["", "？！", "\ud83d", "\x00", "は が を"])
def test_nothing_said_is_one_space(text: str) -> None:
    assert word_line(text) == " "


def test_a_long_text_is_cut_between_words() -> None:
    line = word_line("".join(f"{number}番窓口と" for number in range(400)))
    assert len(line) <= LONGEST
    assert line.endswith(" ")
