"""ふりがな: hard words have their reading, once; letters that are read as they stand have none."""

from __future__ import annotations

import pytest

from intents.furigana import Piece, easy_kanji, in_brackets, is_hard, with_readings


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("証明書を取れます。", "証明書（しょうめいしょ）を取れます。"),
        ("手数料は、300円です。", "手数料（てすうりょう）は、300円です。"),
        ("申請してください。", "申請（しんせい）してください。"),
        ("お問い合わせは、課へ。", "お問い合わせは、課（か）へ。"),
        ("水曜日の朝に来てください。", "水曜日の朝に来てください。"),
        ("届け出が要ります。", "届（とど）け出（で）が要（い）ります。"),
        ("マイナンバーカード", "マイナンバーカード"),
        ("", ""),
    ],
)
def test_hard_words_have_their_reading_above_the_kanji_alone(text: str, read: str) -> None:
    assert in_brackets(text) == read


def test_the_same_word_is_read_once() -> None:
    assert in_brackets("申請は、窓口か、オンラインで申請できます。") == (
        "申請（しんせい）は、窓口（まどぐち）か、オンラインで申請できます。"
    )


def test_a_municipalitys_own_reading_comes_first_and_holds_for_the_whole_word() -> None:
    own = {"東温市": "とうおんし", "御前崎": "おまえざき"}
    assert in_brackets("東温市と御前崎市です。", own).startswith("東温市（とうおんし）と御前崎（おまえざき）市")


def test_what_is_counted_is_left_to_its_number() -> None:
    assert in_brackets("3階の30歳以上の5歳です。").count("（") == in_brackets("以上").count("（")


def test_the_pieces_together_are_the_text() -> None:
    text = "令和８年度の〇〇申請（本人）は、ＡＢＣ窓口で\n受け付けます。𠮟る🙂 が"
    pieces = with_readings(text)
    assert "".join(one.text for one in pieces) == text
    assert all(one.reading is None or one.reading.strip() for one in pieces)
    assert Piece("申請", "しんせい") in pieces


def test_the_kanji_of_three_years_of_school_are_easy() -> None:
    assert len(easy_kanji()) == 80 + 160 + 200
    assert not is_hard("市役所のお知らせ")
    assert is_hard("申請")
