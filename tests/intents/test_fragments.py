"""What is only the beginning of a message, and what is one."""

from __future__ import annotations

import pytest

from intents.fragments import is_fragment, is_hollow

_BEGINNINGS = """
こんにちは
こんばんは。
おはようございます
はじめまして
すみません
すみません、
すみません、ちょっと聞きたいのですが
あのー
えっと
えーと、
もしもし
質問です
質問があります
質問してもいいですか
ちょっと教えてほしいことがあるのですが
お聞きしたいことがあります
相談したいのですが
お世話になっております
ございます
がある
んですが
ほしいこと
すみません、ちょっと
がほしいのですが
住民票は、
子どもが4月から保育園に入るのですが、
マイナンバーカードを持っていて,
"""
_MESSAGES = """
住民票はコンビニで取れますか
こんにちは。住民票はコンビニで取れますか
すみません、スマホ教室はありますか
ありがとう
ありがとうございました
さようなら
はい
1
いつからですか
いくら？
くわしく
続き
この中にない
火事です
死にたい
役に立たない
できますか
わかりません
困っています
教えて
どうすればいい
解決した
電話番号を教えてください
職員と話したい
オンライン申請について教えてほしい
Wi-Fi
?
計画
English
"""


@pytest.mark.parametrize("text", _BEGINNINGS.split())
def test_the_rest_of_it_is_waited_for(text: str) -> None:
    assert is_fragment(text)


@pytest.mark.parametrize("text", _MESSAGES.split())
def test_it_is_answered_at_once(text: str) -> None:
    assert not is_fragment(text)


@pytest.mark.parametrize("text", ["ございます", "がある", "ほしいこと", "んですが"])
def test_a_piece_without_a_word_of_content_is_hollow(text: str) -> None:
    assert is_hollow(text)


@pytest.mark.parametrize("text", ["住民票がある", "あるの？", "はい", "ok", "", "いつ", "わからない"])
def test_what_names_or_asks_something_is_not_hollow(text: str) -> None:
    assert not is_hollow(text)


def test_what_is_long_says_enough_wherever_it_stops() -> None:
    assert not is_fragment("市の計画では、" * 12)


def test_nothing_is_no_beginning() -> None:
    assert not is_fragment(" ")
