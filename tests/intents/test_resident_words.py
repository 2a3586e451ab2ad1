"""Which word of a question stands for which word of the answer it led to."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from intents.grouping import background_of
from intents.lexicon import bundled_lexicon, with_synonyms
from intents.resident_words import (
    FEWEST_ASKERS,
    Failed,
    Led,
    Official,
    Pair,
    is_general,
    joined_by,
    nearness,
    pairs,
    unknown_words,
    words_in,
)
from intents.vectors import NO_VECTORS, open_vectors
from tests.resident_words_table import SEEDS, TOP, is_good, is_usable, our_needs, our_pairs, proposed

DAY = dt.date(2026, 10, 1)
OFFICIALS = {
    "waste": Official("家庭系大型廃棄物の収集を申し込むには", ("処理券を貼って出します。",)),
    "move": Official("転入届の出し方", ("窓口で届け出ます。手続きの時間は30分です。",)),
}
USUAL = background_of(["住民票を取る", "税金を払う", "書類を出す", "予約の日", "電話の番号"] * 20)
WASTE = ("粗大ごみを出したい", "粗大ごみの予約", "粗大ごみはいくら")
MOVE = ("引っ越ししてきた", "引っ越しのとき何をする", "引っ越しの届け")


def led(texts: tuple[str, ...], entry_id: str, people: int = 3, source: str = "tap") -> list[Led]:
    return [
        Led(text, f"{entry_id}{number}", DAY + dt.timedelta(days=31 * number), entry_id, source)
        for number, text in enumerate(texts * people)
    ]


def words(found: Sequence[Pair]) -> list[tuple[str, str]]:
    return [(pair.word, pair.entry_id) for pair in found]


def test_a_word_that_comes_with_an_answer_and_is_not_in_it_is_found_with_its_evidence() -> None:
    found = pairs([*led(WASTE, "waste", 1), *led(MOVE, "move", 1)], OFFICIALS, USUAL)
    assert set(words(found)) == {("粗大ごみ", "waste"), ("引っ越し", "move")}
    waste = next(pair for pair in found if pair.entry_id == "waste")
    assert (waste.questions, waste.askers, waste.months, waste.sources, waste.known) == (3, 3, 3, ("tap",), "")


def test_what_fewer_than_three_people_say_is_never_shown_however_often() -> None:
    one = [Led(text, f"{number % 2}", DAY, "waste", "tap") for number, text in enumerate(WASTE * 20)]
    nameless = [Led(text, None, DAY, "waste", "tap") for text in WASTE * 20]
    assert pairs([*one, *nameless], OFFICIALS, USUAL) == []
    assert unknown_words([Failed("座敷わらしの宿", str(n % 2), DAY) for n in range(50)], USUAL, USUAL) == []
    assert FEWEST_ASKERS == 3


@pytest.mark.parametrize(
    "text", ["山田さんの粗大ごみ", "鈴木一郎の粗大ごみ", "名古屋市の粗大ごみ", "〔氏名〕の粗大ごみ2026"]
)
def test_names_of_people_and_places_numbers_and_masks_are_no_words(text: str) -> None:
    assert set(words_in(text).values()) == {"粗大", "ごみ", "粗大ごみ"}


def test_what_was_typed_in_kana_alone_is_cut_wrongly_and_left_out() -> None:
    assert words_in("じょうほうしんというのはどこですか") == {}
    assert "ごみ" in words_in("ごみを出す日").values()


def test_words_that_come_with_everything_say_nothing() -> None:
    usual = [Led(f"{text}の場所", asker=one.asker, day=DAY, entry_id=one.entry_id, source="tap") for text in ("手順", "用紙") for one in [*led(WASTE, "waste"), *led(MOVE, "move")]]  # fmt: skip
    found = pairs([*usual, *led(WASTE, "waste"), *led(MOVE, "move")], OFFICIALS, USUAL)
    assert set(words(found)) == {("粗大ごみ", "waste"), ("引っ越し", "move")}
    common = background_of(["粗大ごみの予約", "引っ越しの届け"] * 500)
    assert pairs([*led(WASTE, "waste"), *led(MOVE, "move")], OFFICIALS, common) == []


def test_a_word_of_the_answer_itself_is_no_news() -> None:
    texts = ("転入届を書く", "転入届の窓口", "転入届の時間")
    assert words(pairs([*led(texts, "move"), *led(WASTE, "waste")], OFFICIALS, USUAL)) == [("粗大ごみ", "waste")]


def test_a_word_that_mostly_leads_nowhere_stands_for_no_answer() -> None:
    in_vain = [Failed("粗大ごみの持ち込み", f"x{number}", DAY) for number in range(30)]
    found = pairs([*led(WASTE, "waste"), *led(MOVE, "move")], OFFICIALS, USUAL, failed=in_vain)
    assert words(found) == [("引っ越し", "move")]


def test_what_is_laid_down_already_is_told_apart() -> None:
    lexicon = with_synonyms(bundled_lexicon(), (("粗大ごみ", "大型廃棄物"),))
    officials = {**OFFICIALS, "move": Official("転入届の出し方", ("窓口",), ("引っ越しの手続き",))}
    found = pairs([*led(WASTE, "waste"), *led(MOVE, "move")], officials, USUAL, is_synonym=joined_by(lexicon))
    assert {pair.word: pair.known for pair in found} == {"粗大ごみ": "synonym", "引っ越し": "wording"}
    found = pairs([*led(WASTE, "waste"), *led(MOVE, "move")], OFFICIALS, USUAL)
    assert {pair.word: pair.known for pair in found} == {"粗大ごみ": "", "引っ越し": ""}


def test_the_official_word_is_near_and_not_what_residents_say_themselves(vectors_folder: Path) -> None:
    vectors = open_vectors(vectors_folder)
    assert nearness("原発", "原子力発電", NO_VECTORS) == 1.0
    assert nearness("蜂の巣", "蜂", vectors) > nearness("蜂の巣", "予算", vectors)
    officials = {"power": Official("原子力発電所の補助金について", ("計画にありません。",))}
    texts = ("原発のこと", "原発の場所", "原発は安全か")
    (pair,) = [one for one in pairs(led(texts, "power"), officials, USUAL, vectors=vectors) if one.word == "原発"]
    assert pair.official.startswith("原子力発電")


@pytest.mark.parametrize("word", ["手続きの方法", "時間", "申請窓口", "補助", "こと", "今日の予約"])
def test_words_of_place_time_wish_and_money_alone_are_general(word: str) -> None:
    assert is_general(word.replace("の", ""))


@pytest.mark.parametrize("word", ["粗大ごみ", "予約券", "蜂の巣", "仮ナンバー"])
def test_a_word_that_names_a_thing_is_not_general(word: str) -> None:
    assert not is_general(word)


def test_a_general_word_is_neither_shown_nor_what_another_stands_for(vectors_folder: Path) -> None:
    vectors = open_vectors(vectors_folder)
    officials = {
        "a": Official("減免の申請方法", ("用紙を出します。",)),
        "b": Official("水道の使用開始", ("届け出ます。",)),
    }
    found = pairs(led(("費用の相談", "費用はいくら", "やり方の相談"), "a"), officials, USUAL, vectors=vectors)
    assert not {"費用", "相談", "やり方"} & {one.word for one in found}


def test_one_phrase_or_three_people_are_too_few_for_a_synonym(vectors_folder: Path) -> None:
    vectors = open_vectors(vectors_folder)
    officials = {"stamp": Official("印鑑登録証明書の交付", ("窓口で渡します。",))}

    def proposed_of(texts: tuple[str, ...], people: int) -> set[str]:
        asked = [Led(texts[n % len(texts)], str(n), DAY, "stamp", "tap") for n in range(people)]
        return {one.official for one in pairs(asked, officials, USUAL, vectors=vectors) if one.word == "実印"}

    assert proposed_of(("実印を作る", "実印がほしい"), 4) == {"印鑑"}
    assert proposed_of(("実印を作る", "実印がほしい"), 3) == {""}, "shown to editors, not proposed"
    assert proposed_of(("実印を作る",), 9) == {""}, "one phrase may be one leaflet's"


def test_a_part_of_a_word_is_not_what_another_stands_for(vectors_folder: Path) -> None:
    vectors = open_vectors(vectors_folder)
    officials = {"shot": Official("予防接種の予診票", ("母子健康手帳を持って来てください。",))}
    found = pairs(led(("注射をしたい", "注射の日", "注射はどこ"), "shot"), officials, USUAL, vectors=vectors)
    assert {one.official for one in found if one.word == "注射"} <= {"", "予防接種"}


@pytest.mark.parametrize(("name", "least"), [("resident_words", 0.5), ("resident_words_apart", 0.45)])
def test_about_half_of_the_proposed_synonyms_are_usable_as_they_stand(
    vectors_folder: Path, name: str, least: float
) -> None:
    needs = our_needs(name)
    found = [pair for seed in SEEDS for pair in proposed(our_pairs(open_vectors(vectors_folder), seed, name))]
    usable = sum(is_usable(pair, needs) for pair in found)
    assert usable / len(found) >= least
    assert len(found) >= 8 * len(SEEDS), "and there are some"


def test_the_order_of_the_questions_makes_no_difference() -> None:
    told = [*led(WASTE, "waste"), *led(MOVE, "move"), *led(("ごみの日",), "move", 4)]
    shuffled = told[:]
    random.Random(3).shuffle(shuffled)
    assert pairs(told, OFFICIALS, USUAL) == pairs(shuffled, OFFICIALS, USUAL)


def test_words_of_questions_that_led_nowhere_stand_those_first_that_no_answer_holds() -> None:
    failed = [Failed(text, f"{number}", DAY, 7) for number, text in enumerate(("蜂の巣がある", "蜂の巣を取る", "庭の蜂の巣", "粗大ごみの日", "粗大ごみいくら", "粗大ごみの券", "粗大ごみの車"))]  # fmt: skip
    found = unknown_words(failed, background_of(["粗大ごみの出し方"]), background_of(["住民票を取る"] * 50))
    assert [(one.word, one.askers, one.in_answers, one.need) for one in found[:2]] == [
        ("蜂の巣", 3, False, 7),
        ("粗大ごみ", 4, True, 7),
    ]


def test_most_of_the_first_pairs_on_needs_of_our_own_are_sensible(vectors_folder: Path) -> None:
    needs = our_needs()
    found = our_pairs(open_vectors(vectors_folder))[:TOP]
    assert len(found) == TOP
    assert sum(is_good(pair, needs) for pair in found) >= 27
