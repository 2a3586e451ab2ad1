"""Hints for plain Japanese, and what an answer may not ask for."""

from __future__ import annotations

import pytest

from knowledge.easy_japanese import LONGEST, LONGEST_EASY, hard_words, hints
from knowledge.personal_data_asks import personal_data_asked


@pytest.mark.parametrize(
    ("text", "easy", "where"),
    [
        pytest.param("短い文です。", False, [], id="nothing to say"),
        pytest.param("あ" * LONGEST + "。", False, ["あ" * 24 + "…"], id="a long sentence"),
        pytest.param("あ" * LONGEST_EASY, True, [], id="as long as it may be"),
        pytest.param("あ" * (LONGEST_EASY + 1), True, ["あ" * 24 + "…"], id="longer"),
        pytest.param("書類を持参してください。", False, ["持参"], id="a word of offices"),
        pytest.param("できないことはありません。", False, ["ないことはありません"], id="not twice"),
        pytest.param("市役所（しやくしょ）に 来て ください。", True, [], id="a reading"),
        pytest.param("市役所に 来て ください。", True, ["市役所"], id="no reading"),
        pytest.param("市役所に来てください。", False, [], id="readings are for やさしい日本語 alone"),
        pytest.param("", True, [], id="nothing"),
    ],
)
def test_a_text_gets_its_hints(text: str, easy: bool, where: list[str]) -> None:
    assert [hint.where for hint in hints(text, easy=easy)] == where


def test_readings_and_spaces_do_not_make_a_sentence_long() -> None:
    assert (
        hints(
            "市役所（しやくしょ）に 本人（ほんにん）が 来（き）て ください。 カードも 見（み）せて ください。",
            easy=True,
        )
        == ()
    )


def test_no_hint_says_the_same_word_again() -> None:
    assert [word for word, simpler in hard_words().items() if word in simpler] == []


@pytest.mark.parametrize(
    ("answer", "links", "asked"),
    [
        pytest.param("氏名を入力してください。", [], "氏名を入力して", id="typed"),
        pytest.param("ここに電話番号を送ってください。", [], "電話番号を送って", id="sent"),
        pytest.param("お名前とご住所をお知らせください。", [], "お名前とご住所をお知らせください", id="told"),
        pytest.param("申請フォームに氏名を入力してください。", [{"label": "申請", "url": "https://example.jp/"}], None, id="in a form elsewhere"),
        pytest.param("住所が変わったら、窓口で届け出ます。", [], None, id="only about it"),
        pytest.param("マイナンバーカードを持ってきてください。", [], None, id="brought"),
    ],
)  # fmt: skip
def test_an_answer_that_asks_for_personal_data_is_known(
    answer: str, links: list[dict[str, str]], asked: str | None
) -> None:
    assert personal_data_asked({"answer": answer, "links": links, "facets": None}) == asked
