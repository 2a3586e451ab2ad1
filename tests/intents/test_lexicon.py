"""Groups of words that mean the same, and how they are found in a row of words."""

from __future__ import annotations

import pytest

from intents.lexicon import Lexicon, bundled_lexicon, concept_term, make_lexicon, phrase_words
from intents.tokenizer import tokenize

GROUPS = [["住民票", "住民票の写し"], ["写し", "コピー"], ["ごみ", "ゴミ"], ["ごみの日", "収集日"]]

NEVER_FOUND = {"もらい方", "もらう", "%", "来てくれる"}
"""Made of function words or marks only: they stand in the file for readers."""


def found(lexicon: Lexicon, text: str) -> set[int]:
    return {concept for concept, _, _ in lexicon.concepts(phrase_words(tokenize(text)))}


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        pytest.param("住民票がほしい", {0}, id="a phrase of two units"),
        pytest.param("住民票の写しがほしい", {0, 1}, id="groups that overlap are all found"),
        pytest.param("ゴミを捨てる", {2}, id="any word of a group"),
        pytest.param("次の収集日はいつ", {3}, id="in the middle of a text"),
        pytest.param("ごみの日", {2, 3}, id="a phrase and the word within it"),
        pytest.param("票と住民", set(), id="not the same words in another order"),
        pytest.param("住民の大切な票", set(), id="not words with another between them"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_phrases_are_found_in_a_row_of_words(text: str, concepts: set[int]) -> None:
    assert found(make_lexicon(GROUPS), text) == concepts


def test_a_concept_says_where_it_stands() -> None:
    words = phrase_words(tokenize("コピーした住民票の写し"))
    places = {(concept, words[start:end]) for concept, start, end in make_lexicon(GROUPS).concepts(words)}
    assert (0, ("住民", "票")) in places
    assert (0, ("住民", "票", "写し")) in places
    assert (1, ("コピー",)) in places


def test_a_lexicon_without_groups_finds_nothing() -> None:
    assert make_lexicon([]).concepts(["住民", "票"]) == []


def test_no_word_looks_like_the_term_of_a_concept() -> None:
    assert all(token.normalized != concept_term(3) for token in tokenize(concept_term(3) + "と" + concept_term(12)))


def test_question_words_may_stand_for_a_concept() -> None:
    assert [token.normalized for token in tokenize("いつ、何件ですか") if token.naming] == [
        "いつ",
        "何",
        "件",
    ]


def test_every_bundled_group_has_at_least_two_phrases() -> None:
    assert all(len(group) >= 2 for group in bundled_lexicon().groups)
    assert all(isinstance(phrase, str) and phrase for group in bundled_lexicon().groups for phrase in group)


def test_every_bundled_group_yields_at_least_one_phrase() -> None:
    lexicon = bundled_lexicon()
    named = set().union(*lexicon.phrases.values())
    assert named == set(range(len(lexicon.groups)))


def test_no_bundled_phrase_is_lost() -> None:
    lexicon = bundled_lexicon()
    lost = {
        phrase
        for number, group in enumerate(lexicon.groups)
        for phrase in group
        if number not in found(lexicon, phrase)
    }
    assert lost == NEVER_FOUND


def test_no_bundled_phrase_stands_twice_in_a_group() -> None:
    assert [group for group in bundled_lexicon().groups if len(set(group)) < len(group)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ゴミの出し方", "ごみの出し方"),
        ("ケータイで申請", "携帯電話で申し込み"),
        ("ハンコはいりますか", "押印は必要ですか"),
        ("ファミマで取れる", "コンビニで取れる"),
        ("お年寄り向け", "高齢者向け"),
        ("ワイファイ", "wi-fi"),
        ("ペイペイで払う", "キャッシュレスで支払い"),
        ("痴呆の親", "認知症の家族"),
        ("原付の廃車", "バイクの廃車"),
        ("国保の切り替え", "国民健康保険の変更"),
        ("税金の分割払い", "市税の分納"),
    ],
    ids=[
        "waste",
        "telephone",
        "seal",
        "convenience store",
        "the elderly",
        "Wi-Fi",
        "payment",
        "dementia",
        "motorbike",
        "health insurance",
        "instalments",
    ],
)
def test_residents_words_share_a_concept_with_the_offices_words(one: str, other: str) -> None:
    assert found(bundled_lexicon(), one) & found(bundled_lexicon(), other)


def test_asking_how_is_not_asking_why() -> None:
    assert not found(bundled_lexicon(), "どうすればいいですか") & found(bundled_lexicon(), "理由")


def test_the_population_and_how_many_of_anybody_are_two_matters() -> None:
    """人口は was answered with however many 人 use something."""
    lexicon = bundled_lexicon()
    assert found(lexicon, "人口")
    assert not found(lexicon, "人口") & found(lexicon, "何人が使いましたか")
