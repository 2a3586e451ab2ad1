"""Readings that come with the program: the municipalities are read right, and each mends a word that is shown."""

from __future__ import annotations

import re

import pytest

from intents.furigana import in_brackets
from knowledge.bundled_readings import bundled_readings
from tests.readings_table import bundled_texts

CODES = ("242047", "222232", "232084", "122106", "382159")


@pytest.mark.parametrize(
    ("code", "text", "read"),
    [
        ("242047", "松阪市", "松阪市（まつさかし）"),
        ("222232", "御前崎市", "御前崎市（おまえざきし）"),
        ("232084", "津島市", "津島市（つしまし）"),
        ("122106", "茂原市", "茂原市（もばらし）"),
        ("382159", "茂原市と東温市", "茂原市（もばらし）と東温市"),  # kanji learnt early, and no own name there
        ("242047", "松坂城", "松坂城（まつさかじょう）"),
        ("382159", "川内支所", "川内支所（かわうちししょ）"),
        ("242047", "期日前投票", "期日前投票（きじつぜんとうひょう）"),
        ("232084", "勤休管理システム", "勤休管理（きんきゅうかんり）システム"),
        ("122106", "令和7年度末までに", "令和7年度末（まつ）までに"),
        ("122106", "土・日・祝日", "土・日・祝日（しゅくじつ）"),
        ("122106", "私の個人情報", "私（わたし）の個人情報（こじんじょうほう）"),
    ],
)
def test_names_and_words_are_read_as_people_there_say_them(code: str, text: str, read: str) -> None:
    assert in_brackets(text, bundled_readings(code)) == read


@pytest.mark.parametrize("code", CODES)
def test_each_is_written_in_hiragana_and_stands_in_what_residents_read(code: str) -> None:
    shown = "\n".join(text for of, text in bundled_texts() if of in (code, "common"))
    everywhere = "\n".join(text for _, text in bundled_texts())
    common = bundled_readings("000000")
    for word, reading in bundled_readings(code).items():
        assert re.fullmatch("[ぁ-ゖー]+", reading), word
        assert word in (everywhere if word in common else shown)
