"""How hard a text is to read: what is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading_level import CONTENT, bundled, level, levels, sentences_of


def test_a_lines_end_ends_a_sentence_and_readings_and_blanks_are_no_letters() -> None:
    assert sentences_of("市（し）の 窓口へ。\n・持ち物\nカードです！") == ["市の窓口へ", "・持ち物", "カードです"]


def test_kanji_after_the_third_year_of_school_are_hard() -> None:
    found = level(["申請は市の窓口へ。"])
    # 請 and 窓 are learnt later, 申, 市 and 口 are not.
    assert (found.kanji, found.hard_kanji) == (pytest.approx(5 / 8), pytest.approx(2 / 8))


def test_long_sentences_are_those_that_the_console_advises_to_divide() -> None:
    found = level(["あ" * 60 + "。" + "い" * 61 + "。", "う。"])
    assert (found.answers, found.sentences, found.long_sentences) == (2, 3, 1)
    assert found.mean_first == pytest.approx((60 + 1) / 2)


def test_where_there_is_no_sentence_nothing_is_measured() -> None:
    with pytest.raises(ValueError, match="no sentence"):
        level(["。\n"])


def test_every_municipality_and_plain_japanese_is_among_them(tmp_path: Path) -> None:
    found = levels(CONTENT)
    assert {"122106", "222232", "232084", "242047", "382159", "common", "すべて", "やさしい日本語"} == set(found)
    assert found["すべて"].answers == len(list(bundled(CONTENT)))
    assert found["やさしい日本語"].hard_kanji < found["すべて"].hard_kanji
