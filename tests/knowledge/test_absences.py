"""What an answer says that a plan lacks: only single words can be looked for."""

from __future__ import annotations

import pytest

from knowledge.absences import absent_words, told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("図書館のことは、この計画に書かれていません。", ["図書館"], id="一つ"),
        pytest.param("計画には、LINEのことが書かれていません。", ["LINE"], id="計画にはで始まる"),
        pytest.param("給付金や補助金、マイナポイントのことは、計画に載っていません。", ["給付金", "補助金", "マイナポイント"], id="いくつか"),
        pytest.param("「オープンデータ」という言葉は、計画に出てきません。", ["オープンデータ"], id="言葉"),
        pytest.param("ハザードマップについては、計画に記載がありません。", ["ハザードマップ"], id="については"),
        pytest.param("避難所の一覧やハザードマップは、計画に書かれていません。", [], id="どこまでかかるか決まらない"),
        pytest.param("予防接種や健診の予約は、計画に書かれていません。", [], id="予約がないだけかもしれない"),
        pytest.param("図書館は三つあります。", [], id="ないと言っていない"),
    ],
)  # fmt: skip
def test_single_words_are_told(text: str, words: list[str]) -> None:
    assert list(absent_words(text)) == words


def test_sentences_are_parted_by_what_they_say_of_the_plan() -> None:
    text = "LINEのことは、計画に書かれていません。\nアプリ「まちなび」はあります。"
    assert told(text) == "アプリ「まちなび」はあります。"
    assert told(text, not_told=True) == "LINEのことは、計画に書かれていません。"
