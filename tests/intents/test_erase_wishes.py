"""Who asks that the own records be erased, and for nothing else, is understood; who asks something else is answered."""

from __future__ import annotations

import pytest

from intents.erase_wishes import erase_wish


@pytest.mark.parametrize(
    "text",
    [
        "削除", "「削除」", " 削 除 ", "さくじょ", "消去してください", "削除して", "記録を消して", "記録を消してください。", "データ削除",
        "データを削除してください", "履歴を消して", "会話を消してほしい", "会話の記録を削除したい", "わたしの記録を消してください",
        "これまでの質問を全部消して", "トーク履歴を削除", "個人情報を削除してください", "全部消して", "きろく を けして ください",
        "私のデータを消去してもらえますか", "削除お願いします", "相談の内容を消して",
    ],
)  # fmt: skip
def test_a_wish_to_be_forgotten(text: str) -> None:
    assert erase_wish(text) == "ja"


@pytest.mark.parametrize("text", ["Delete my data", "please erase my records", "Forget my messages please."])
def test_in_english(text: str) -> None:
    assert erase_wish(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "", "。", "住民票の記録を消したい", "パソコンのデータを消して捨てたい", "戸籍の記録は削除できますか", "落書きを消して",
        "印鑑登録を削除したい", "記録", "データ", "火を消してください", "削除された書類はどこですか", "犬の登録の消去",
        "データを消去したパソコンの回収", "記録的な大雨", "削除" * 40, "削除" * 5000, "delete", "how do I delete my car's registration",
        "マイナンバーカードの暗証番号を忘れて", "消費税", "質問",
    ],
)  # fmt: skip
def test_any_other_message_is_a_question(text: str) -> None:
    assert erase_wish(text) is None
