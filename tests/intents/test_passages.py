"""Which passage speaks of what was asked, and what of it is quoted."""

from __future__ import annotations

import pytest

from intents.passages import MOST_QUOTED, Passage, Passages

PARK = Passage(("第1章 みどり", "1-1 公園の整備"), "市民と話し合いました。駅前の公園に、桜の木を百本植えます。水やりは市民に手伝ってもらいます。\n遊具は五年ごとに点検します。")  # fmt: skip
POOL = Passage(
    ("第2章 スポーツ",), "- 市民プールの屋根を直します。\n取組\t令和7年度\n図1 プールの写真\n出典：市のプールの調査"
)
LONG = Passage(("第3章 図書館",), f"図書館は、{'とても' * 80}大切です。")
PASSAGES = Passages([PARK, POOL, LONG], ["小さい"])


@pytest.mark.parametrize(
    ("question", "passage", "text"),
    [
        pytest.param("公園に桜を植えるのはいつ", 0, "市民と話し合いました。駅前の公園に、桜の木を百本植えます。水やりは市民に手伝ってもらいます。", id="the sentences around"),
        pytest.param("遊具の点検", 0, "遊具は五年ごとに点検します。", id="not those of the next paragraph"),
        pytest.param("小さい市のプールの屋根", 1, "市民プールの屋根を直します。", id="an item of a list, without its sign"),
    ],
)  # fmt: skip
def test_the_nearest_sentences_are_quoted_word_for_word(question: str, passage: int, text: str) -> None:
    found = PASSAGES.quotation(question)
    assert found is not None
    assert (found.passage, found.text) == (passage, text)
    assert len(found.text) <= MOST_QUOTED


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("犬の登録", id="nothing speaks of it"),
        pytest.param("公園の駐車場", id="its key noun stands nowhere"),
        pytest.param("図書館", id="no whole sentence is short enough"),
        pytest.param("写真と調査", id="captions and sources are no sentences"),
        pytest.param("どうすればいいですか", id="no noun that names a matter"),
        pytest.param("市", id="the municipality itself"),
        pytest.param("", id="nothing asked"),
    ],
)
def test_nothing_is_quoted_that_does_not_speak_of_it(question: str) -> None:
    assert PASSAGES.quotation(question) is None


def test_without_passages_there_is_no_quotation() -> None:
    assert Passages([]).quotation("公園") is None
