"""The variants of a question: what they change, and what they leave."""

from __future__ import annotations

import unicodedata

import pytest

from tests.support.typing import (
    dialect,
    half_width,
    hiragana,
    homophones,
    keywords,
    misconverted,
    neighbours,
    partly_hiragana,
    polite,
    slip,
    story,
    variants,
    without_particles,
)

QUESTION = "住民票の写しは、LINEで2通まで取れますか？"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("私は市役所へ書類を出します。", "わたくしはしやくしょへしょるいをだします。"),
        ("LINEで2024年のごみの日は？", "LINEで2024ねんのごみのひは？"),
        ("マイナンバーカード", "まいなんばーかーど"),
    ],
)
def test_hiragana_keeps_particles_figures_and_latin_letters(text: str, typed: str) -> None:
    assert hiragana(text) == typed


@pytest.mark.parametrize("name", variants())
def test_every_variant_is_the_same_twice(name: str) -> None:
    assert variants()[name](QUESTION, 3) == variants()[name](QUESTION, 3)


@pytest.mark.parametrize("name", variants())
def test_every_variant_bears_any_text(name: str) -> None:
    for text in ("", "？", "a", "あ", "2024"):
        assert isinstance(variants()[name](text, 0), str)


def test_a_slip_changes_a_character_or_two_and_no_more() -> None:
    typed = [slip(QUESTION, seed) for seed in range(50)]
    assert QUESTION not in typed
    assert len(set(typed)) > 20
    assert {len(text) - len(QUESTION) for text in typed} == {-1, 0, 1}


@pytest.mark.parametrize(
    ("kana", "near"), [("か", {"さ", "が", "き"}), ("つ", {"っ", "づ"}), ("ゃ", {"や"}), ("コ", {"ゴ", "カ"})]
)
def test_a_mistyped_kana_lies_near_the_right_one(kana: str, near: set[str]) -> None:
    assert near <= set(neighbours(kana))
    assert kana not in neighbours(kana)


def test_a_kanji_has_no_key_beside_it() -> None:
    assert neighbours("票") == ()


def test_a_wrong_conversion_sounds_the_same() -> None:
    typed = misconverted("申請の期限はいつですか", 1)
    assert typed != "申請の期限はいつですか"
    assert "新生" in homophones()["シンセイ"]
    assert hiragana(typed) == hiragana("申請の期限はいつですか")


def test_half_width_kana_are_the_same_text_to_a_machine() -> None:
    typed = half_width("コンビニでパスポート")
    assert typed == "ｺﾝﾋﾞﾆでﾊﾟｽﾎﾟｰﾄ"
    assert unicodedata.normalize("NFKC", typed) == "コンビニでパスポート"


def test_keywords_and_particles() -> None:
    assert keywords("住民票の写しはどこで取れますか") == "住民 票 写し 取れ"
    assert without_particles("住民票の写しはどこで取れますか") == "住民票写しどこ取れます"


def test_what_stands_around_the_question_leaves_it_whole() -> None:
    assert QUESTION in polite(QUESTION, 1)
    assert story(QUESTION, 1).endswith(QUESTION)
    assert len(story(QUESTION, 1)) > 80


@pytest.mark.parametrize(
    ("region", "typed"),
    [("関西", "どこで取れますのん？"), ("静岡・遠州", "どこで取れますら？"), ("名古屋・津島", "どこで取れますきゃあ")],
)
def test_a_dialect_changes_the_ending_alone(region: str, typed: str) -> None:
    assert dialect(region)("どこで取れますか？", 0) == typed


def test_partly_hiragana_keeps_some_words() -> None:
    typed = {partly_hiragana("住民票の写しはどこで取れますか", seed) for seed in range(10)}
    assert len(typed) > 2
    assert {unicodedata.normalize("NFKC", hiragana(text)) for text in typed} == {
        "じゅうみんひょうのうつしはどこでとれますか"
    }
