"""What asks to put named matters side by side, and what only sounds like it."""

from __future__ import annotations

import pytest

from intents.comparisons import Comparison, Measure, asks_which, comparison, worded_as


@pytest.mark.parametrize(
    ("text", "sides", "measure"),
    [
        ("市民課と市民税課の発行率を比べて", ("市民課 発行率", "市民税課 発行率"), Measure.ANY),
        ("発行率は市民課と市民税課でどっちが高い？", ("市民課 発行率", "市民税課 発行率"), Measure.LARGER),
        ("市民課と市民税課ではどちらの発行率が高いですか", ("市民課 発行率", "市民税課 発行率"), Measure.LARGER),
        ("カードとテレワークの目標を比べて", ("カード", "テレワーク"), Measure.ANY),
        ("カードの普及とテレワークはどちらが先に始まりますか", ("カードの普及", "テレワーク"), Measure.EARLIER),
        ("電子決裁、キャッシュレス、目標が低いのはどっち", ("電子決裁", "キャッシュレス"), Measure.SMALLER),
        ("目標値でどっちが高い、テレワークとオンライン申請率", ("テレワーク", "オンライン申請率"), Measure.LARGER),
        ("AIとRPAは何が違うの", ("ai", "rpa"), Measure.DIFFERENCE),
        ("幹事会と部会の違いを教えてください", ("幹事会", "部会"), Measure.DIFFERENCE),
        ("AとBとCの目標を並べて", ("a", "b", "c"), Measure.ANY),
        ("違い AI RPA とは", ("ai", "rpa"), Measure.DIFFERENCE),
        ("比べて テレワーク キャッシュレス 目標", ("テレワーク", "キャッシュレス"), Measure.ANY),
    ],
)
def test_sides_and_measure_are_told_apart(text: str, sides: tuple[str, ...], measure: Measure) -> None:
    assert comparison(text) == Comparison(sides, measure)


@pytest.mark.parametrize(
    "text",
    [
        "テレワークの目標は何％",
        "どっちが高い？",
        "早めに手続きするには何が必要",
        "コンビニで住民票をとれますか",
        "差がつかないように",
        "引っ越し先の手続きと住民票",
        "比べて",
        "違いは？",
        "",
    ],
)
def test_one_side_is_nothing_to_compare(text: str) -> None:
    assert comparison(text) is None


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("どっちが高い？", Measure.LARGER),
        ("じゃあ低いのはどっち", None),
        ("どちらが先ですか", Measure.EARLIER),
        ("どっちの方が少ない？", Measure.SMALLER),
        ("テレワークはどっちが高い", None),
        ("違いは？", None),
    ],
)
def test_a_measure_alone_is_asked_of_what_was_compared(text: str, measure: Measure | None) -> None:
    assert asks_which(text) is measure


def test_a_wording_asks_for_the_same_only_with_the_same_measure() -> None:
    differ = Comparison(("交付率", "保有率"), Measure.DIFFERENCE)
    assert worded_as("「交付率」と「保有率」は何がちがいますか？", differ)
    assert not worded_as("交付率と保有率は", differ)
    assert not worded_as("交付率と保有率は何がちがいますか", Comparison(("交付率", "保有率"), Measure.LARGER))
    assert not worded_as("交付率は何がちがいますか", differ)
