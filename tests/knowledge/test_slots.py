"""Slots: what may be put into them, and that no answer ever shows an empty one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from knowledge.bundle import Entry
from knowledge.common_content import CommonContent, common_content, texts_of
from knowledge.slots import (
    TOWN,
    Slot,
    SlotValueError,
    ask_sentence,
    fill,
    sentences_of,
    shown_values,
    slots_in,
)
from knowledge.translations import added_figures, lost_figures

CONTENT = common_content()
ENTRIES = [pytest.param(entry, id=entry.id) for entry in CONTENT.entries]
EXAMPLES = {slot.id: slot.clean(slot.example) for slot in CONTENT.slots.values()}


def slot(kind: str) -> Slot:
    return next(one for one in CONTENT.slots.values() if one.kind == kind)


@pytest.mark.parametrize(
    ("kind", "given", "stored", "shown"),
    [
        pytest.param("yen", "200円", "200", "200円", id="yen"),
        pytest.param("yen", "１，０００円", "1000", "1,000円", id="full-width yen"),
        pytest.param("yen", "1通300円", "300", "300円", id="yen for a copy"),
        pytest.param("yen", "0", "0", "0円", id="nothing to pay"),
        pytest.param("age", "15歳以上", "15", "15歳", id="age"),
        pytest.param(
            "hours", "午前8時半から午後5時15分まで", "8:30-17:15", "8時30分から17時15分まで", id="hours in two halves"
        ),
        pytest.param("hours", "6時30分から23時まで", "6:30-23:00", "6時30分から23時まで", id="hours in words"),
        pytest.param(
            "hours", "８：３０〜１７：１５", "8:30-17:15", "8時30分から17時15分まで", id="hours in full width"
        ),
        pytest.param("telephone", "０４７５－２０－１５１９", "0475-20-1519", "0475-20-1519", id="telephone"),
        pytest.param("names", "市民課, 税務課、市民課", "市民課、税務課", "市民課、税務課", id="names, none twice"),
        pytest.param("text", "  市役所　1階  ", "市役所 1階", "市役所 1階", id="text"),
    ],
)
def test_a_value_is_stored_in_one_form_and_shown_in_one(kind: str, given: str, stored: str, shown: str) -> None:
    one = slot(kind)
    assert one.clean(given) == stored
    assert one.shown(stored) == shown
    assert one.clean(shown) == stored


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        pytest.param("yen", "二百円くらい", id="no amount"),
        pytest.param("yen", "200～300円", id="two amounts"),
        pytest.param("yen", "1000000円", id="far too much"),
        pytest.param("age", "大人", id="no age"),
        pytest.param("hours", "朝から夜まで", id="no hours"),
        pytest.param("hours", "23:00-6:30", id="backwards"),
        pytest.param("hours", "午前8時から午後17時まで", id="no hour of an afternoon"),
        pytest.param("hours", "8:75-17:15", id="75 minutes"),
        pytest.param("telephone", "0475201519", id="telephone without hyphens"),
        pytest.param("telephone", "代表電話", id="no telephone"),
        pytest.param("names", "、", id="no name"),
        pytest.param("text", "", id="nothing"),
        pytest.param("text", "あ" * 61, id="too long"),
        pytest.param("text", "窓口です。土曜も開いています。", id="sentences"),
        pytest.param("text", "{office-card}", id="a slot"),
        pytest.param("text", "<b>窓口</b>", id="markup"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_a_remedy(kind: str, given: str) -> None:
    with pytest.raises(SlotValueError, match=r"書きます|書いてください|使えません|使いません|字"):
        slot(kind).clean(given)


def test_a_sentence_with_an_empty_slot_is_left_out_alone() -> None:
    found = fill("一つ目です。二つ目は{a}です。\n三つ目は{b}です。", {"b": "ここ"})
    assert (found.text, found.missing, found.used) == ("一つ目です。\n三つ目はここです。", ("a",), ("b",))


def test_english_sentences_stay_apart_after_one_is_left_out() -> None:
    found = fill("It is open. The fee is {a}. Ask at 8:30 a.m. there.", {})
    assert found.text == "It is open. Ask at 8:30 a.m. there."


def test_what_was_left_out_is_named_with_whom_to_ask() -> None:
    assert ask_sentence(["手数料", "時間"], "市民課", "茂原市") == "茂原市の手数料、時間は、市民課にお聞きください。"
    assert (
        ask_sentence(["the fee", "the hours"], "市民課", "茂原市", "en")
        == "For the fee and the hours, please ask 市民課."
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["転入届の窓口", "転入届の窓口の時間"], "転入届の窓口と窓口の時間"),
        (["コンビニ交付の時間", "コンビニ交付の休止日", "窓口の手数料"], "コンビニ交付の時間と休止日、窓口の手数料"),
        (["手数料", "手数料の例外"], "手数料、手数料の例外"),
    ],
)
def test_what_several_begin_with_is_said_once(names: list[str], said: str) -> None:
    assert ask_sentence(names, "市民課", "茂原市") == f"茂原市の{said}は、市民課にお聞きください。"


@pytest.mark.parametrize("language", ["ja", "en", "easy"])
@pytest.mark.parametrize("one", CONTENT.slots.values(), ids=lambda one: one.id)
def test_a_shown_value_keeps_its_figures_in_every_language(one: Slot, language: str) -> None:
    value = EXAMPLES[one.id]
    assert lost_figures(one.shown(value), one.shown(value, language)) == []
    assert added_figures(one.shown(value), one.shown(value, language)) == []


def test_every_slot_is_used() -> None:
    assert [one for one in CONTENT.slots if not CONTENT.users(one)] == []


def templates(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "ja", entry.answer
    yield from ((language, one.answer) for language, one in entry.translations.items())


def combinations(entry: Entry) -> Iterator[tuple[str, Mapping[str, str]]]:
    """All slots empty, all full, each alone empty, each alone full."""
    used = slots_in(*texts_of(entry))
    yield "all empty", {}
    yield "all full", EXAMPLES
    for one in used:
        yield f"{one} alone empty", {name: value for name, value in EXAMPLES.items() if name != one}
        yield f"{one} alone full", {one: EXAMPLES[one]}


def shown(content: CommonContent, values: Mapping[str, str], language: str) -> dict[str, str]:
    return shown_values(content.slots.values(), values, language) | {TOWN: "小さい市"}


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_answer_shows_an_empty_slot_and_every_one_still_answers(entry: Entry) -> None:
    for name, values in combinations(entry):
        for language, template in templates(entry):
            text = fill(template, shown(CONTENT, values, language)).text
            assert not re.search(r"[{}]", text), (name, language, text)
            assert len(text) >= 10, (name, language, text)
            assert all(sentences_of(line) for line in text.splitlines()), (name, language, text)
            assert not re.search(r"は、?(?:です|から)|「」|[：:] ?\.$|(?:は|in|is|at)\s*。", text, re.MULTILINE), (
                name,
                language,
                text,
            )


@pytest.mark.parametrize("entry", ENTRIES)
def test_only_whole_sentences_are_left_out(entry: Entry) -> None:
    for language, template in templates(entry):
        left = fill(template, shown(CONTENT, {}, language)).text
        whole = [one.replace("{town}", "小さい市") for line in template.splitlines() for one in sentences_of(line)]
        assert [one for line in left.splitlines() for one in sentences_of(line)] == [
            one for one in whole if not slots_in(one)
        ], language


@pytest.mark.parametrize("entry", ENTRIES)
def test_figures_survive_the_filling_in_every_language(entry: Entry) -> None:
    for name, values in combinations(entry):
        japanese = fill(entry.answer, shown(CONTENT, values, "ja")).text
        for language, template in templates(entry):
            text = fill(template, shown(CONTENT, values, language)).text
            assert lost_figures(japanese, text) == [], (name, language, text)
            assert added_figures(f"{entry.question}\n{japanese}", text) == [], (name, language, text)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_filled_answer_fits_a_phone(entry: Entry) -> None:
    text = fill(entry.answer, shown(CONTENT, EXAMPLES, "ja")).text
    assert len(text) <= 420
    assert len(sentences_of(text.splitlines()[0])[0]) <= 90
