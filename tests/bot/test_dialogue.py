"""What a short message means after the turns before it."""

from __future__ import annotations

import pytest

from bot.dialogue import (
    NEW_DIALOGUE,
    Again,
    Chosen,
    Dialogue,
    FollowUp,
    Fresh,
    More,
    NextRows,
    NoneOfThese,
    Others,
    OtherTopic,
    Simpler,
    Unclear,
    dialogue_from_json,
    read_turn,
)
from intents.list_requests import ListRequest, Subject

OFFERED = Dialogue(
    offered=(("a", "住民票はコンビニで取れますか？"), ("b", "手数料はいくらですか？"), ("c", "窓口はどこですか？"))
)
ANSWERED = Dialogue(entry_id="a")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("1", Chosen("a"), id="number"),
        pytest.param("３", Chosen("c"), id="full-width number"),
        pytest.param("2番", Chosen("b"), id="number with counter"),
        pytest.param("2番目です", Chosen("b"), id="number, counter and copula"),
        pytest.param("2をお願いします", Chosen("b"), id="number, please"),
        pytest.param("2.", Chosen("b"), id="number with a dot"),
        pytest.param("手数料はいくらですか？", Chosen("b"), id="title"),
        pytest.param("手数料はいくらですか?", Chosen("b"), id="title, other question mark"),
        pytest.param("この中にない", NoneOfThese(), id="none"),
        pytest.param("この中にはありません", NoneOfThese(), id="none, politely"),
        pytest.param("どれも違う", NoneOfThese(), id="all wrong"),
        pytest.param("4", NoneOfThese(), id="the number of 「この中にない」"),
        pytest.param("5", Unclear(), id="a number not offered"),
        pytest.param("一番", Chosen("a"), id="in kanji"),
        pytest.param("3番目は", Chosen("c"), id="as for the third"),
        pytest.param("2番って", Chosen("b"), id="the second, you say"),
        pytest.param("最初の", Chosen("a"), id="the first one"),
        pytest.param("ない", NoneOfThese(), id="none, curtly"),
        pytest.param("0", Fresh("0"), id="nought"),
        pytest.param("12", Fresh("12"), id="twelve"),
        pytest.param("2026年の目標", Fresh("2026年の目標"), id="a year is no choice"),
        pytest.param("粗大ごみ", Fresh("粗大ごみ"), id="something else"),
    ],
)
def test_after_choices(text: str, meant: object) -> None:
    assert read_turn(text, OFFERED) == meant


@pytest.mark.parametrize(
    ("text", "facet_alone"),
    [
        pytest.param("いくら？", True, id="how much"),
        pytest.param("電話番号は？", True, id="telephone"),
        pytest.param("手数料は", True, id="fee"),
        pytest.param("じゃあ、いつまで？", True, id="until when, then"),
        pytest.param("それはオンラインでできますか", True, id="pointing back"),
        pytest.param("住民票", False, id="a topic of its own"),
        pytest.param("粗大ごみの手数料はいくらですか", False, id="a facet with a topic"),
    ],
)
def test_after_an_answer(text: str, facet_alone: bool) -> None:
    assert isinstance(read_turn(text, ANSWERED), FollowUp if facet_alone else Fresh)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("住民票", Fresh("住民票"), id="a topic"),
        pytest.param("", Fresh(""), id="nothing"),
        pytest.param("1", Unclear(), id="a number without a list"),
        pytest.param("いくら？", Unclear(), id="how much is what?"),
        pytest.param("電話番号は？", Unclear(), id="whose telephone?"),
        pytest.param("いつから始まるの", Unclear(), id="when does what begin?"),
        pytest.param("この中にない", NoneOfThese(), id="none of what is no longer remembered"),
        pytest.param("違う", NoneOfThese(), id="wrong"),
    ],
)
def test_with_nothing_before(text: str, meant: object) -> None:
    assert read_turn(text, NEW_DIALOGUE) == meant


LISTED = Dialogue(listing=ListRequest(Subject.INDICATORS), shown=10, facet="goal")
FEE_ASKED = Dialogue(entry_id="a", facet="fee")


@pytest.mark.parametrize(
    ("text", "before", "meant"),
    [
        pytest.param("続き", LISTED, NextRows(), id="the rest of a list"),
        pytest.param("もっと見せて", LISTED, NextRows(), id="more of a list"),
        pytest.param("ほかは？", LISTED, NextRows(), id="the others of a list"),
        pytest.param("続き", ANSWERED, Fresh("続き"), id="the rest of nothing"),
        pytest.param("もっと詳しく", ANSWERED, More("a"), id="more of an answer"),
        pytest.param("詳しく教えてください", ANSWERED, More("a"), id="in detail, please"),
        pytest.param("コンビニは？", FEE_ASKED, OtherTopic("コンビニ", "fee"), id="the same of another topic"),
        pytest.param("じゃあ印鑑証明", FEE_ASKED, OtherTopic("印鑑証明", "fee"), id="then another topic"),
        pytest.param("印鑑証明の方は？", FEE_ASKED, OtherTopic("印鑑証明", "fee"), id="as for another topic"),
        pytest.param("コンビニは？", ANSWERED, Fresh("コンビニは？"), id="no side was asked before"),
        pytest.param("印鑑証明はいつから？", FEE_ASKED, Fresh("印鑑証明はいつから？"), id="a topic with its own side"),
        pytest.param("令和6年度は？", FEE_ASKED, OtherTopic("令和6年度", "fee"), id="another year"),
        pytest.param("誰が借りられる？", ANSWERED, FollowUp("a", "誰が借りられる?"), id="a side and a verb"),
        pytest.param("いくら？", OFFERED, Unclear(), id="a side after choices"),
    ],
)
def test_what_a_turn_means_after_what_was_shown(text: str, before: Dialogue, meant: object) -> None:
    assert read_turn(text, before) == meant


TAKEN = Dialogue(entry_id="b", chosen_from=OFFERED.offered)


@pytest.mark.parametrize(
    ("text", "before", "meant"),
    [
        pytest.param("もっと", ANSWERED, More("a"), id="more of an answer, in a word"),
        pytest.param("もっと教えて", ANSWERED, More("a"), id="more of an answer"),
        pytest.param("もっと", LISTED, NextRows(), id="more of a list"),
        pytest.param("もっと", OFFERED, Again(), id="more of choices: which?"),
        pytest.param("もっと", NEW_DIALOGUE, Fresh("もっと"), id="more of nothing"),
        pytest.param("わかりません", ANSWERED, Simpler("a"), id="not understood"),
        pytest.param("意味がわからない", ANSWERED, Simpler("a"), id="what it means is not understood"),
        pytest.param("よくわからないです", ANSWERED, Simpler("a"), id="not quite understood"),
        pytest.param("わかりません", NEW_DIALOGUE, Fresh("わかりません"), id="nothing there to understand"),
        pytest.param("暗証番号がわからない", ANSWERED, Fresh("暗証番号がわからない"), id="something else is not known"),
        pytest.param("もう一回言って", ANSWERED, Again(), id="once more"),
        pytest.param("すみません、もう一度お願いします", OFFERED, Again(), id="once more, politely"),
        pytest.param("もう一度教えてください", LISTED, Again(), id="a list once more"),
        pytest.param("もう一度申請したい", ANSWERED, Fresh("もう一度申請したい"), id="to do something once more"),
        pytest.param("ほかに何ができる？", ANSWERED, Others("a"), id="what else can be done"),
        pytest.param("3番", TAKEN, Chosen("c"), id="another of the same choices"),
        pytest.param("最初の", TAKEN, Chosen("a"), id="the first of the same choices"),
        pytest.param("4", TAKEN, Unclear(), id="none of what has been chosen from"),
        pytest.param("3番", Dialogue("x", chosen_from=OFFERED.offered), Unclear(), id="choices of an earlier answer"),
    ],
)
def test_what_was_just_shown_is_asked_for_again(text: str, before: Dialogue, meant: object) -> None:
    assert read_turn(text, before) == meant


def test_a_dialogue_survives_being_kept() -> None:
    before = Dialogue("a", (("a", "題"),), "log", 2)
    assert dialogue_from_json(before.as_json()) == before
    assert dialogue_from_json({}) == NEW_DIALOGUE
    assert dialogue_from_json(LISTED.as_json()) == LISTED
    assert dialogue_from_json(TAKEN.as_json()) == TAKEN
    topical = Dialogue(offered=(("a", "題"),), subjects=("bus",), topic="バス 時刻表")
    assert dialogue_from_json(topical.as_json()) == topical
