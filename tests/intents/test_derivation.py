"""Nouns that come from verbs, and the verbs."""

from __future__ import annotations

import pytest

from intents.counts import Document
from intents.derivation import related_forms
from intents.index import build_index
from intents.ranker import rank


@pytest.mark.parametrize(
    ("noun", "verb"),
    [
        ("支払い", "支払う"),
        ("届け", "届ける"),
        ("申し込み", "申し込む"),
        ("貸し出し", "貸し出す"),
        ("受け取り", "受け取る"),
        ("借り", "借りる"),
    ],
)
def test_a_noun_and_its_verb_lead_to_each_other(noun: str, verb: str) -> None:
    assert verb in related_forms(noun)
    assert noun in related_forms(verb)


@pytest.mark.parametrize("word", ["住民", "町", "カード", "いい", "料理", "a", ""])
def test_other_words_lead_nowhere(word: str) -> None:
    assert related_forms(word) == ()


def test_an_entry_with_the_verb_holds_the_noun_of_the_question() -> None:
    told = Document("a", "カードを受け取る場所", (), "カードは市民課で受け取ることができます。")
    other = Document("b", "図書館の本", (), "本は二週間借りられます。")
    index = build_index([told, other])
    first = rank(index, "カードの受け取り").candidates[0]
    assert (first.document.id, first.features.missing) == ("a", 0)
    assert first.features.key > 0
