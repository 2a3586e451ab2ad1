"""Slips of the finger and wrong conversions: which word was meant, and when none is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from intents.index import Document
from intents.kana import Heard, make_kana_model
from intents.slips import Sounds, make_sounds, mend, own_names_mended, together
from intents.tokenizer import Token, content_tokens, tokenize

_REAL = frozenset({"哺育", "胎児", "会期", "スマート"})


@pytest.fixture(scope="module")
def known(documents: tuple[Document, ...]) -> frozenset[str]:
    texts = [text for document in documents for text in (*document.wordings, document.answer)]
    return frozenset(token.normalized for text in texts for token in content_tokens(text))


@pytest.fixture(scope="module")
def sounds(documents: tuple[Document, ...], known: frozenset[str]) -> Sounds:
    wordings = [tokenize(wording) for document in documents for wording in document.wordings]
    return make_sounds(make_kana_model(wordings, [tokenize(document.answer) for document in documents]), known)


def known_words(sounds: Sounds) -> list[Token]:
    return [sounds.model.words[number] for number in sorted(sounds.known)]


def read(text: str, known: frozenset[str], sounds: Sounds) -> dict[str, float]:
    mended = mend(tokenize(text), known, sounds, _REAL.__contains__)
    return {} if mended is None else dict(mended.words)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("コンンビニで取れますか", "コンビニ", id="a kana doubled"),
        pytest.param("スマートフンォの講座", "スマートフォン", id="two kana swapped"),
        pytest.param("ドロンーの使い道", "ドローン", id="broken in two"),
        pytest.param("キャッシュレズで払う", "キャッシュレス", id="a voice mark too many"),
        pytest.param("院感の登録", "印鑑", id="converted kanji by kanji"),
        pytest.param("硬座に行きたい", "講座", id="a word that there is not"),
        pytest.param("哺育園に入りたい", "保育", id="a word that there is, beside one that tells"),
    ],
)
def test_the_word_that_was_meant_takes_the_place_of_the_slip(
    typed: str, meant: str, known: frozenset[str], sounds: Sounds
) -> None:
    assert read(typed, known, sounds).get(meant) == 1.0


def test_a_word_of_its_own_stays_beside_the_one_that_sounds_the_same(known: frozenset[str], sounds: Sounds) -> None:
    words = read("哺育のことを知りたい", known, sounds)
    assert words["哺育"] == 1.0
    assert 0 < words["保育"] < 1.0


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("住民票の写しはどこで取れますか？", id="nothing is odd"),
        pytest.param("玉ねぎの育て方", id="nothing sounds like it"),
        pytest.param("スマートな人", id="a word of its own that sounds nearly like another"),
        pytest.param("庭で遊ぶ", id="too short to be told"),
        pytest.param("、。？！", id="signs"),
        pytest.param("", id="nothing"),
    ],
)
def test_nothing_is_guessed(typed: str, known: frozenset[str], sounds: Sounds) -> None:
    assert mend(tokenize(typed), known, sounds, _REAL.__contains__) is None


@given(data=st.data())
def test_what_is_one_kana_off_is_always_found(sounds: Sounds, data: st.DataObject) -> None:
    words = [token for token in known_words(sounds) if len(token.reading) >= 4]
    meant = data.draw(st.sampled_from(words))
    at = data.draw(st.integers(0, len(meant.reading) - 1))
    other = data.draw(st.sampled_from(["", "ン", "カ", meant.reading[at] * 2]))
    typed = meant.reading[:at] + other + meant.reading[at + 1 :]
    near = sorted({token.reading for token, _ in sounds.near(typed)})
    close = sorted({token.reading for token in words if OSA.distance(typed, token.reading) == 1})
    assert near or not close
    assert set(near) <= set(close) | {token.reading for token in known_words(sounds) if len(token.reading) == 3}


def test_the_same_is_read_twice(known: frozenset[str], sounds: Sounds) -> None:
    assert read("コンンビニの硬座", known, sounds) == read("コンンビニの硬座", known, sounds)


def test_what_was_heard_keeps_its_chance_beside_what_was_mended(known: frozenset[str], sounds: Sounds) -> None:
    heard = Heard(tuple(tokenize("コンンビニで取る")), (("コンンビニ", 1.0), ("取る", 0.6)))
    mended = mend(heard.tokens, known, sounds)
    both = together(heard, mended)
    assert both is not None
    assert dict(both.words) == {"コンンビニ": 1.0, "取る": 0.6, "コンビニ": 1.0}
    assert both.tokens[0].normalized == "コンビニ"
    assert together(heard, None) is heard
    assert together(None, None) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [("松坂", "松阪"), ("松山", "松山"), ("まつさか", "まつさか"), ("津島", "津島"), ("対馬", "対馬")],
)
def test_only_another_letter_of_the_same_sound_stands_for_the_own_name(typed: str, read: str) -> None:
    names = frozenset({"松阪", "津島"})
    found = own_names_mended(tokenize(typed), names)
    assert [token.normalized for token in found] == [
        token.normalized if typed == read else read for token in tokenize(typed)
    ]
