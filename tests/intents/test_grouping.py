"""Questions that ask for the same are brought together, whatever their words; others stay apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.grouping import NO_BACKGROUND, Background, Need, background_of, group, key_words
from intents.vectors import NO_VECTORS, Vectors
from knowledge.bundle import Bundle
from tests.support.need_gold import LOCALGOVFAQ, b_cubed, names_of, read_need_gold

LETTERS = {
    "waste": ["粗大ごみの予約をしたい", "こわれた扇風機を捨てたいのですが", "プラスチックの分別が難しいです", "ゴミの収集は朝何時まで"],
    "residence certificate": ["住民票を取りたい", "住民票の写しは何円しますか"],
    "card lost": ["マイナンバーカードを紛失しました", "マイナカードを電車に落としてきた"],
    "card made": ["マイナンバーカードの申請は家からできるか", "マイナンバーカードを子どもにも作りたい"],
    "card code": ["マイナンバーカードの暗証番号を忘れた", "マイナンバーカードのロックを外して"],
    "nursery": ["四月から保育園に入れたい", "保育所の申込書はどこ"],
    "wasps": ["アシナガバチが窓のそばにいます", "蜂の巣を取ってもらえますか"],
    "drone show": ["ドローンショーの開始は何時", "ドローンショーは雨でもやるの"],
    "ghost": ["座敷わらしに会える宿"],
    "haiku": ["俳句の大会の締め切り"],
}  # fmt: skip
"""Invented.  Nobody thought of the last needs when the list of common ones was made."""

TEXTS = [text for texts in LETTERS.values() for text in texts]
WHO = [who for who, texts in LETTERS.items() for _ in texts]


@pytest.fixture(scope="module")
def usual(bundles: list[Bundle]) -> Background:
    entries = [entry for bundle in bundles for entry in bundle.entries]
    return background_of(wording for entry in entries for wording in (entry.question, *entry.phrasings))


@pytest.fixture(scope="module")
def needs(vectors: Vectors, usual: Background) -> tuple[Need, ...]:
    return group(TEXTS, vectors=vectors, background=usual)


def together(needs: Sequence[Need], texts: Sequence[str] = TEXTS) -> set[frozenset[str]]:
    return {frozenset(texts[place] for place in need.members) for need in needs}


def words_of(need: Need, texts: Sequence[str], background: Background = NO_BACKGROUND) -> tuple[str, ...]:
    return key_words([texts[place] for place in need.members], background)


# --- what belongs together -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", LETTERS)
def test_a_need_in_several_wordings_is_one_group(needs: tuple[Need, ...], who: str) -> None:
    assert frozenset(LETTERS[who]) in together(needs)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("住民票がいる", "住民票を郵便で送って"),
        ("マイナンバーカードをなくした", "マイナンバーカードの更新の時期"),
        ("公園で花火をしていいか", "公園の遊具が壊れている"),
        ("図書館は何曜日が休み", "博物館は何曜日が休み"),
        ("水道を使い始める", "水道料金の口座を変えたい"),
        ("屋台の申請に必要なもの", "看板の届出に必要なもの"),
    ],
)
def test_a_shared_word_alone_makes_no_group(vectors: Vectors, usual: Background, one: str, other: str) -> None:
    assert len(group([one, other], vectors=vectors, background=usual)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("住民票をください", "じゅうみんひょうをください", id="kanji and kana"),
        pytest.param("ごみの袋", "ゴミの袋", id="the kinds of kana"),
        pytest.param("ＬＩＮＥの登録", "lineの登録", id="width and case"),
        pytest.param("役場の\u200b開庁時間", " 役場の開庁時間 ", id="what cannot be seen"),
        pytest.param("盆踊りは何日〔電話番号〕", "盆踊りは何日", id="what masking left"),
        pytest.param("蛍が見たい", "蛍を見たい", id="particles"),
        pytest.param("スマホ講座の日程", "スマートフォン教室の日程", id="synonyms"),
    ],
)
def test_ways_of_writing_make_no_difference(vectors: Vectors, usual: Background, one: str, other: str) -> None:
    assert len(group([one, other], vectors=vectors, background=usual)) == 1


# --- order, size, repetition ---------------------------------------------------------------------------------------


@given(st.permutations(range(len(TEXTS))))
def test_the_order_of_the_questions_does_not_matter(order: list[int]) -> None:
    mixed = [TEXTS[place] for place in order]
    straight, other = group(TEXTS), group(mixed)
    assert [need.name for need in other] == [need.name for need in straight]
    assert [mixed[need.representative] for need in other] == [TEXTS[need.representative] for need in straight]
    assert [words_of(need, mixed) for need in other] == [words_of(need, TEXTS) for need in straight]
    assert together(other, mixed) == together(straight)


def test_a_need_keeps_its_name_while_others_are_asked(vectors: Vectors, usual: Background) -> None:
    before = group(LETTERS["wasps"], vectors=vectors, background=usual)
    after = group(TEXTS, vectors=vectors, background=usual)
    assert before[0].name in {need.name for need in after}


def test_the_same_question_again_is_the_same_need_and_counts(vectors: Vectors) -> None:
    texts = ["ホタルの時期", "盆踊りの場所", "ホタルの時期", "ホタルの時期。", "ホタルの時期"]
    needs = group(texts, vectors=vectors)
    assert [need.members for need in needs] == [(0, 2, 3, 4), (1,)]
    assert needs[0].representative == 0


def test_the_needs_most_asked_come_first(needs: tuple[Need, ...]) -> None:
    assert [len(need.members) for need in needs] == sorted((len(need.members) for need in needs), reverse=True)
    assert {TEXTS[place] for place in needs[0].members} == set(LETTERS["waste"])


def test_the_words_of_few_questions_are_weighed_without_a_background_too() -> None:
    assert len(group(["ホタルの見ごろ", "ホタルの見ごろはいつ", "商店街の福引"])) == 2


def test_a_background_counts_the_texts_that_hold_a_term() -> None:
    found = background_of(["ホタルが光る", "ホタル、ホタル", "光る"])
    assert found.texts == 3
    assert {word: found.frequencies[word] for word in ("蛍", "光る")} == {"蛍": 2, "光る": 2}


# --- what a group is called ----------------------------------------------------------------------------------------


def test_a_group_has_a_question_that_stands_for_it_and_its_words(needs: tuple[Need, ...], usual: Background) -> None:
    assert all(need.representative in need.members for need in needs)
    (drone,) = (need for need in needs if {TEXTS[place] for place in need.members} == set(LETTERS["drone show"]))
    assert TEXTS[drone.representative] == "ドローンショーの開始は何時"
    assert words_of(drone, TEXTS, usual) == ("ドローンショー", "雨", "開始")


def test_a_group_has_the_subject_that_most_of_it_gives_away(needs: tuple[Need, ...]) -> None:
    subjects = Counter(need.subject for need in needs)
    assert subjects["マイナンバーカードの紛失"] == subjects["蜂の巣"] == subjects["ごみの分け方と出し方"] == 1
    assert subjects[""] == 3


def test_the_words_of_a_group_are_few_and_not_the_same_in_two_kinds_of_kana() -> None:
    texts = ["ごみの出し方とごみの袋と収集と分別と予約と料金", "ゴミの収集と分別と予約と料金と袋"]
    words = key_words(texts)
    assert len(words) == 5
    assert {"ごみ", "ゴミ"} - set(words)


# --- rubbish -------------------------------------------------------------------------------------------------------


def test_no_text_has_no_need() -> None:
    assert group([]) == ()


@pytest.mark.parametrize("text", ["ホタルの時期", "", "　", "？？？", "😀👨‍👩‍👧", "a" * 60_000, "\ud800", "\x00", "12345", "教えてください"])  # fmt: skip
def test_one_text_of_any_kind_is_a_need(text: str) -> None:
    (need,) = group([text, text])
    assert (need.members, need.representative) == ((0, 1), 0)


def test_texts_that_say_nothing_are_not_thrown_together() -> None:
    texts = ["", "？？", "😀", "🎉", "教えてください", "お願いします"]
    assert len(group(texts)) == len(texts)


@given(st.lists(st.text(max_size=40), max_size=12))
def test_every_text_is_in_exactly_one_need(texts: list[str]) -> None:
    needs = group(texts)
    assert sorted(place for need in needs for place in need.members) == list(range(len(texts)))
    assert len({need.name for need in needs}) == len(needs)


# --- B-cubed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "precision", "recall"),
    [
        pytest.param("abcd", 1.0, (1 / 2 + 1 / 3 + 1 / 2 + 1) / 4, id="each alone"),
        pytest.param("aaaa", (2 / 4 + 3 / 4 + 2 / 4 + 1 / 4) / 4, 1.0, id="all in one"),
        pytest.param("aaab", (2 / 3 + 1 + 2 / 3 + 1) / 4, 1.0, id="the three that hang together"),
        pytest.param("aabb", (1 + 1 + 1 / 2 + 1 / 2) / 4, (1 + 2 / 3 + 1 / 2 + 1) / 4, id="two and two"),
    ],
)
def test_b_cubed_by_hand(groups: str, precision: float, recall: float) -> None:
    """Question 1 shares a document with 0 and another with 2; 3 shares none."""
    shared = np.eye(4, dtype=bool)
    shared[0, 1] = shared[1, 0] = shared[1, 2] = shared[2, 1] = True
    found = b_cubed(groups, shared)
    assert (found.precision, found.recall) == (pytest.approx(precision), pytest.approx(recall))


def test_invented_letters_are_grouped_almost_without_fault_by_words_and_needs_alone() -> None:
    shared = np.array([[one == other for other in WHO] for one in WHO])
    names = names_of(group(TEXTS, vectors=NO_VECTORS, background=NO_BACKGROUND), len(TEXTS))
    assert b_cubed(names, shared).f1 >= 0.95


@pytest.mark.skipif(not LOCALGOVFAQ.exists(), reason=f"the benchmark is not here: {LOCALGOVFAQ}")
def test_real_questions_to_a_municipality_are_grouped_well(vectors: Vectors, usual: Background) -> None:
    gold = read_need_gold()
    names = names_of(group(gold.texts, vectors=vectors, background=usual), len(gold.texts))
    assert b_cubed(names, gold.together).f1 >= 0.90


def test_a_question_of_another_language_stands_with_the_same_need_in_japanese() -> None:
    texts = [
        "住民票 コンビニ",
        "juminhyo konbini",
        "can i get my certificate of residence at a convenience store",
        "便利店可以打印住民票吗",
        "粗大ごみの出し方",
        "how do i throw away large garbage",
    ]
    needs = {need.members for need in group(texts)}
    assert {frozenset(members) for members in needs} == {frozenset({0, 1, 2, 3}), frozenset({4, 5})}
