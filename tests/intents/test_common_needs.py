"""What residents come for, given away by their words."""

from __future__ import annotations

from collections import Counter

import pytest

from intents.common_needs import CommonNeeds, bundled_common_needs, make_common_needs
from intents.lexicon import phrase_words
from intents.tokenizer import tokenize


def found(question: str, needs: CommonNeeds | None = None) -> list[str]:
    needs = needs or bundled_common_needs()
    return sorted(needs.names[need] for need in needs.found(tokenize(question)))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("布団を回収してくれる日を知りたい", ["ごみの分け方と出し方"]),
        ("古いソファを捨てるには", ["ごみの分け方と出し方"]),
        ("アシナガバチが物置にいます", ["蜂の巣"]),
        ("スマホの充電が切れた", []),
        ("", []),
        ("😀😀", []),
    ],
)
def test_a_question_gives_its_need_away(question: str, expected: list[str]) -> None:
    assert found(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("マイナンバーカードを落としました", ["マイナンバーカードの紛失"]),
        ("マイナンバーカードの暗証番号がロックされた", ["マイナンバーカードの暗証番号"]),
        ("マイナンバーカードを作るのに何日かかる", ["マイナンバーカードを作る"]),
        ("マイナンバーカードとは", ["マイナンバー"]),
        ("セブンのコンビニ端末で住民票", ["証明書のコンビニ交付"]),
        ("住民票を一枚", ["住民票の写し"]),
        ("迷い犬が庭に来た", ["迷い犬や迷い猫"]),
        ("子犬を飼うので届けたい", ["犬の登録"]),
    ],
)
def test_the_longer_sign_takes_the_shorter_ones_place(question: str, expected: list[str]) -> None:
    assert found(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("ごみはいつだせばいいですか", ["ごみの分け方と出し方"]),
        ("じゅうみんひょうがほしいです", ["住民票の写し"]),
        ("まいなんばーかーどをなくしました", ["マイナンバーカードの紛失"]),
        ("いぬがいぬまにごはんをたべた", []),
    ],
    ids=["by words in kana", "by sound", "by two sounds", "a sound too short to tell"],
)
def test_questions_in_kana_are_known_by_their_sound(question: str, expected: list[str]) -> None:
    assert found(question) == expected


def test_a_question_may_give_two_needs_away() -> None:
    assert found("引っ越しで出た家具を捨てたい") == ["ごみの分け方と出し方", "引っ越しの届出"]


def test_all_parts_of_a_sign_must_be_there() -> None:
    needs = make_common_needs([{"name": "魚釣り", "signs": [[["池", "川"], "釣り"]]}])
    assert found("池で釣りをしてもいいか", needs) == ["魚釣り"]
    assert found("釣りに行きたい 川", needs) == ["魚釣り"]
    assert found("池の水が濁っている", needs) == found("釣り具の店", needs) == []


def test_every_phrase_of_the_list_can_be_found() -> None:
    """A phrase of function words only (行けない) would be dropped without a word."""
    phrases = [phrase for group in bundled_common_needs().phrases.groups for phrase in group]
    assert len(phrases) > 500
    assert [phrase for phrase in phrases if not phrase_words(tokenize(phrase))] == []


def test_a_need_stands_in_the_list_once() -> None:
    names = Counter(bundled_common_needs().names)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) > 150


def test_every_need_is_given_away_by_one_of_its_own_signs() -> None:
    needs = bundled_common_needs()
    signs = [sign for found in needs.signs.values() for sign in found]
    shown = {need for need, parts in signs if need in _said(needs, parts)}
    assert [name for need, name in enumerate(needs.names) if need not in shown] == []


def _said(needs: CommonNeeds, parts: frozenset[int]) -> frozenset[int]:
    return needs.found(tokenize("、".join(needs.phrases.groups[part][0] for part in sorted(parts))))
