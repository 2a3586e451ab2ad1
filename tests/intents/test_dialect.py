"""Dialect endings, read as the standard ones; and words that only look like them."""

from __future__ import annotations

import pytest

from intents.dialect import in_standard_words


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("ごみの日はいつだっぺ?", "ごみの日はいつか?", id="Chiba, Ibaraki"),
        pytest.param("窓口は何時までだべか", "窓口は何時までか", id="Tohoku, Hokkaido"),
        pytest.param("日曜もやっとるじゃろか", "日曜もやっとるか", id="Ehime, Hiroshima"),
        pytest.param("予約はいるんやろか?", "予約はいるんか?", id="Kansai, Mie"),
        pytest.param("お金はいるだら?", "お金はいるか?", id="Enshu"),
        pytest.param("申込書はどないなん?", "申込書はどうですか?", id="how, in Kansai"),
        pytest.param("場所を教えてつかあさい", "場所を教えてください", id="please, in Ehime"),
        pytest.param("場所を教えてちょうよ", "場所を教えてください", id="please, in Nagoya"),
        pytest.param("もう始まっとるだに", "もう始まっとる", id="a particle that asks nothing"),
    ],
)
def test_an_ending_is_read_as_the_standard_one(typed: str, read: str) -> None:
    assert in_standard_words(typed) == read


@pytest.mark.parametrize("text", ["鍋", "子育て", "料金は安い?", "なべの捨て方", "世論調査", "どう", "じゃろうか", ""])
def test_a_word_that_only_looks_like_an_ending_stays(text: str) -> None:
    assert in_standard_words(text) == text
