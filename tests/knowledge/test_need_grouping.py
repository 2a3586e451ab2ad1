"""New questions join the cards there are, and make new ones; what staff have split stays split."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from intents.grouping import Background, background_of, group, nearest, text_key
from intents.vectors import Vectors
from knowledge.bundle import Bundle
from knowledge.need_grouping import REPRESENTATIVES, Placed, place
from tests.intents.test_grouping import LETTERS
from tests.support.need_gold import LOCALGOVFAQ, b_cubed, names_of, read_need_gold

Placing = Callable[..., Placed]


@pytest.fixture(scope="module")
def usual(bundles: list[Bundle]) -> Background:
    entries = [entry for bundle in bundles for entry in bundle.entries]
    return background_of(wording for entry in entries for wording in (entry.question, *entry.phrasings))


@pytest.fixture
def placed_by(vectors: Vectors, usual: Background) -> Placing:
    def work(
        texts: list[str], cards: dict[int, list[str]], times: dict[str, int] | None = None, chunk: int = 4000
    ) -> Placed:
        return place({text: text for text in texts}, times or {}, cards, vectors=vectors, background=usual, chunk=chunk)

    return work


def test_a_text_joins_the_card_that_asks_for_the_same(placed_by: Placing) -> None:
    cards = {7: LETTERS["card lost"], 9: LETTERS["nursery"]}
    found = placed_by(["マイナンバーカードをなくした", "保育園の申し込みはいつまで", "座敷わらしに会える宿"], cards)
    assert found.joined == {"マイナンバーカードをなくした": 7, "保育園の申し込みはいつまで": 9}
    assert found.made == (("座敷わらしに会える宿",),)


def test_without_cards_it_is_grouped_as_a_whole(placed_by: Placing, vectors: Vectors, usual: Background) -> None:
    texts = [text for own in LETTERS.values() for text in own]
    found = placed_by(texts, {})
    whole = {frozenset(texts[at] for at in need.members) for need in group(texts, vectors=vectors, background=usual)}
    assert {frozenset(own) for own in found.made} == whole
    assert found.joined == {}


def test_texts_that_come_in_parts_find_the_cards_of_the_part_before(placed_by: Placing) -> None:
    texts = [text for own in LETTERS.values() for text in own]
    once = {frozenset(own) for own in placed_by(texts, {}).made}
    assert {frozenset(own) for own in placed_by(texts, {}, chunk=3).made} == once


def test_what_is_asked_most_gives_a_card_its_first_words(placed_by: Placing) -> None:
    often = {"アシナガバチが窓のそばにいます": 1, "蜂の巣を取ってもらえますか": 9}
    (own,) = placed_by(list(often), {}, often).made
    assert set(own) == set(often)


def test_cards_that_staff_split_are_joined_to_and_never_into_one(placed_by: Placing) -> None:
    cards = {1: ["粗大ごみの予約をしたい"], 2: ["粗大ごみの手数料はいくらですか"]}
    found = placed_by(["粗大ごみの予約の電話", "粗大ごみの手数料を知りたい"], cards)
    assert found.joined == {"粗大ごみの予約の電話": 1, "粗大ごみの手数料を知りたい": 2}


def test_nothing_is_near_where_nothing_is(vectors: Vectors, usual: Background) -> None:
    assert nearest([], [["住民票"]], vectors=vectors, background=usual) == []
    assert nearest(["住民票"], [], vectors=vectors, background=usual) == [None]
    assert nearest(["", "♪"], [["住民票はどこ"]], vectors=vectors, background=usual) == [None, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [("住民票は？", "住民票は?"), ("ＤＸって何", "DXって何"), ("住民票を〔電話番号〕", "住民票を")],
)
def test_texts_that_are_compared_alike_have_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other) != text_key("転入届")


@pytest.mark.skipif(not LOCALGOVFAQ.exists(), reason="the municipal questions are not on this machine")
@pytest.mark.parametrize("parts", [2, 10])
def test_grouping_bit_by_bit_is_as_good_as_at_once(
    placed_by: Placing, vectors: Vectors, usual: Background, parts: int
) -> None:
    gold = read_need_gold()
    texts = list(gold.texts)
    whole = b_cubed(names_of(group(texts, vectors=vectors, background=usual), len(texts)), gold.together).f1
    order = list(range(len(texts)))
    random.Random(4).shuffle(order)
    owner: dict[str, int] = {}
    cards: dict[int, list[str]] = {}
    size = -(-len(order) // parts)
    for start in range(0, len(order), size):
        found = placed_by(
            [texts[at] for at in order[start : start + size]],
            {number: own[:REPRESENTATIVES] for number, own in cards.items()},
        )
        for text, number in found.joined.items():
            owner[text] = number
            cards[number].append(text)
        for own in found.made:
            cards[len(cards) + 1] = list(own)
            owner |= dict.fromkeys(own, len(cards))
    assert b_cubed([str(owner[text]) for text in texts], gold.together).f1 > whole - 0.02
