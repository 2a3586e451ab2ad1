"""Replies in other languages: what is understood, what it is answered in, and what is said about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation import Outcome, answer, answer_masked
from bot.dialogue import NEW_DIALOGUE, Dialogue, dialogue_from_json
from bot.languages import choice_of, tongue_of
from bot.line.messages import render
from bot.replies import plain_text
from bot.taps import Act, Tap, reply_to_tap
from bot.wording import say, speaking
from intents.decision import Decision
from intents.emergencies import Need
from intents.facets import Facet
from intents.glossary import LANGUAGES, language
from intents.language import language_of
from intents.leads import without_yes_or_no
from knowledge.bundle import Bundle
from knowledge.corpus import Corpus, Knowledge
from knowledge.emergency_numbers import numbers_for
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.translations import Translated
from tests.support.line_rules import faults_of

DATA = Path(__file__).parent.parent / "data"
LOG_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
GREETED = {
    "en": "hello",
    "zh": "你好",
    "ko": "안녕하세요",
    "pt": "bom dia",
    "vi": "xin chào",
    "tl": "kumusta po",
    "ne": "नमस्ते",
}
IN_NEED = {
    "en": "fire! help",
    "zh": "着火了！救命",
    "ko": "불이 났어요",
    "pt": "minha casa está pegando fogo",
    "vi": "cháy nhà! cứu với",
    "tl": "may sunog! tulong",
    "ne": "आगो लाग्यो",
}


@pytest.fixture
def matsusaka(corpus: Corpus) -> Knowledge:
    return corpus.current("242047")


@pytest.fixture
def open_to_all(matsusaka: Knowledge) -> Knowledge:
    """The same with every language switched on."""
    return replace(matsusaka, town=replace(matsusaka.town, reply_languages=REPLY_LANGUAGES))


def questions(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((DATA / folder).glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield path.stem, row


def shown(outcome: Outcome) -> list[str | None]:
    """The entries of a reply: the one that answers, or those offered, in order."""
    if outcome.reply.answer:
        return [outcome.reply.answer.entry_id]
    return [choice.entry_id for choice in outcome.reply.choices]


def place_of_right(outcome: Outcome, right: Sequence[str]) -> int | None:
    return next((place for place, entry_id in enumerate(shown(outcome)) if entry_id in right), None)


@pytest.fixture(scope="module")
def found(corpus: Corpus) -> dict[str, Counter[tuple[str, str]]]:
    """Per folder and language: how many questions there are, and whether the entry came first or within three."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for folder in ("languages", "languages_heldout"):
        counted = counts.setdefault(folder, Counter())
        for code, row in questions(folder):
            chosen = "easy" if code == "easy" else None
            outcome = answer(corpus.current(row["town"]), row["question"], language=chosen)
            if not row["entries"]:
                counted[code, "off topic"] += 1
                counted[code, "off topic, answered"] += outcome.reply.decision is Decision.ANSWER
                continue
            place = place_of_right(outcome, row["entries"])
            counted[code, "asked"] += 1
            counted[code, "first"] += place == 0
            counted[code, "in three"] += place is not None and place < 3
        print(folder, *sorted(counted.items()), sep="\n")
    return counts


@pytest.mark.parametrize("code", [*LANGUAGES, "easy"])
def test_questions_of_every_language_find_their_entry(found: dict[str, Counter[tuple[str, str]]], code: str) -> None:
    counted = found["languages"]
    assert counted[code, "asked"] >= 12
    assert counted[code, "first"] >= 0.85 * counted[code, "asked"]
    assert counted[code, "in three"] >= 0.9 * counted[code, "asked"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_few_off_topic_questions_are_answered(found: dict[str, Counter[tuple[str, str]]], code: str) -> None:
    assert found["languages"][code, "off topic"] >= 4
    assert found["languages"][code, "off topic, answered"] == 0


def test_questions_that_nothing_was_tuned_to_find_their_entry_too(
    found: dict[str, Counter[tuple[str, str]]],
) -> None:
    total = {
        which: sum(found["languages_heldout"][code, which] for code in LANGUAGES)
        for which in ("asked", "first", "in three")
    }
    assert total["asked"] == 35
    assert total["first"] >= 31
    assert total["in three"] >= 32


def test_whatever_is_asked_in_japanese_is_taken_for_japanese(bundles: list[Bundle]) -> None:
    """Every wording of the bundled knowledge and every gold question that is not Latin letters alone."""
    wordings = {wording for bundle in bundles for item in bundle.items() for wording in item.phrasings}
    wordings |= {entry.question for bundle in bundles for entry in bundle.entries}
    wordings |= {row["question"] for _, row in questions("gold")}
    japanese = [wording for wording in wordings if not wording.isascii()]
    assert len(japanese) > 5_000
    assert [wording for wording in japanese if language_of(wording) != "ja"] == []


def test_japanese_is_answered_as_ever(matsusaka: Knowledge) -> None:
    outcome = answer(matsusaka, "住民票 コンビニ")
    assert (outcome.language, outcome.reply.language) == ("ja", "ja")
    assert outcome.reply.answer
    assert outcome.reply.title == outcome.reply.answer.title
    assert say("unreviewed") not in outcome.reply.notes


def test_an_english_question_is_answered_in_the_english_that_staff_wrote(matsusaka: Knowledge) -> None:
    outcome = answer(matsusaka, "Can I get my certificate of residence at a convenience store?")
    reply = outcome.reply
    assert (outcome.language, reply.language, outcome.entry_id) == ("en", "en", "convenience-certificates")
    written = matsusaka.answers["convenience-certificates"].translations["en"]
    assert reply.text == without_yes_or_no(written.text)
    assert reply.title == f"{written.title}（コンビニで住民票や印鑑証明は取れますか？）"
    text = plain_text(reply)
    assert "Contact: " in text
    assert "2018 (平成30年1月)" in text
    assert say("unreviewed", language="en") in reply.notes
    assert say("draft", language="en") in reply.notes


def test_no_yes_is_said_in_another_language_whose_denials_are_not_read(matsusaka: Knowledge) -> None:
    without = answer(matsusaka, "Can I get a certificate of residence at a convenience store without a card?").reply
    assert without.text.startswith("With a My Number Card")
    chosen = Dialogue(offered=(("convenience-certificates", "title"),), language="en")
    assert answer(matsusaka, "1", chosen).reply.text.startswith("Yes. With")


def test_what_staff_did_not_translate_is_shown_in_japanese_and_said_so(matsusaka: Knowledge) -> None:
    outcome = answer(matsusaka, "which day is garbage collected, does an app notify me?")
    entry_id = next(one for one, entry in matsusaka.answers.items() if not entry.translations and entry.kind == "plan")
    reply, _ = reply_to_tap(matsusaka, Tap(Act.CHOOSE, LOG_ID, entry_id), outcome.dialogue)
    assert reply.text == matsusaka.answers[entry_id].text
    assert say("answer_japanese_only", language="en") in reply.notes


def test_easy_japanese_stands_in_for_a_language_that_an_entry_lacks(open_to_all: Knowledge) -> None:
    outcome = answer(open_to_all, "便利店可以打印住民票吗？")
    written = open_to_all.answers["convenience-certificates"].translations["easy"]
    assert outcome.reply.language == "zh"
    assert outcome.reply.text == without_yes_or_no(written.text)
    assert say("answer_easy_only", language="zh") in outcome.reply.notes


def test_a_reviewed_translation_in_reviewed_sentences_carries_no_warning(
    matsusaka: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.languages.is_reviewed", lambda language: True)
    entry = matsusaka.answers["convenience-certificates"]
    checked = replace(entry, translations={"en": Translated("Title", "Text", reviewed=True)})
    knowledge = replace(matsusaka, answers={**matsusaka.answers, entry.entry_id: checked})
    reply, _ = reply_to_tap(knowledge, Tap(Act.CHOOSE, LOG_ID, entry.entry_id), Dialogue(language="en"))
    assert reply.text == "Text"
    assert say("unreviewed", language="en") not in reply.notes


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_greeting_is_returned_in_its_language_where_that_is_on(
    matsusaka: Knowledge, open_to_all: Knowledge, code: str
) -> None:
    on = answer(open_to_all, GREETED[code]).reply
    assert on.decision is Decision.SMALLTALK
    assert (on.language, on.text) == (code, say("greeting", language=code, town="松阪市"))
    off = answer(matsusaka, GREETED[code]).reply
    assert off.language == ("en" if code == "en" else "easy")


@pytest.mark.parametrize("code", LANGUAGES)
def test_people_in_need_read_the_numbers_whatever_is_switched_on(
    matsusaka: Knowledge, open_to_all: Knowledge, code: str
) -> None:
    for knowledge in (matsusaka, open_to_all):
        reply = answer(knowledge, IN_NEED[code]).reply
        assert reply.decision is Decision.HANDOFF
        assert "119" in {number.number for number in reply.numbers}
        text = plain_text(reply)
        assert "119" in text
        if reply.language not in ("en", code):
            assert say("emergency_first", language="en") in text


def test_a_language_that_is_off_is_answered_in_easy_japanese_and_said_so(matsusaka: Knowledge) -> None:
    outcome = answer(matsusaka, "垃圾怎么分类")
    assert (outcome.language, outcome.reply.language) == ("zh", "easy")
    assert outcome.reply.opening
    assert outcome.reply.opening.split("\n") == [
        say("language_off", language="zh", reply="やさしい日本語"),
        say("language_other", language="zh"),
        say("unreviewed", language="zh"),
    ]
    assert say("unreviewed", language="easy") in outcome.reply.notes


def test_with_all_languages_off_everybody_is_answered_in_japanese_and_told_so(matsusaka: Knowledge) -> None:
    knowledge = replace(matsusaka, town=replace(matsusaka.town, reply_languages=()))
    reply = answer(knowledge, "Can I get my certificate of residence at a convenience store?").reply
    assert reply.language == "ja"
    assert reply.answer
    assert reply.text == without_yes_or_no(reply.answer.text)
    assert reply.opening
    assert reply.opening.startswith(say("language_off", language="en", reply="日本語"))
    assert say("language_other", language="en") not in reply.opening


@pytest.mark.parametrize(
    "turns",
    [
        ["편의점에서 주민등록등본", "언제부터?", "쓰레기"],
        ["posso tirar certidão de residência na loja de conveniência?", "quanto custa?", "lixo"],
        ["垃圾怎么分类", "什么时候", "住民票在哪里办"],
    ],
)
def test_which_language_replies_come_in_is_said_once_in_a_dialogue(matsusaka: Knowledge, turns: list[str]) -> None:
    dialogue, told = NEW_DIALOGUE, []
    for turn in turns:
        outcome = answer(matsusaka, turn, dialogue)
        dialogue = dialogue_from_json(outcome.dialogue.as_json())
        told.append(say("language_other", language=outcome.language) in (outcome.reply.opening or ""))
    assert told == [True, False, False]


@pytest.mark.parametrize(
    ("said", "reply_in", "replied"),
    [
        ("やさしい日本語", "easy", "easy"),
        ("やさしい にほんご で こたえて…", "easy", "easy"),
        ("English please", "en", "en"),
        ("英語で", "en", "en"),
        ("한국어로", "ko", "easy"),
        ("中文", "zh", "easy"),
    ],
)
def test_a_wish_for_a_language_alone_is_confirmed_and_held(
    matsusaka: Knowledge, said: str, reply_in: str, replied: str
) -> None:
    first = answer(matsusaka, said)
    assert (first.reply.decision, first.reply.language) == (Decision.SMALLTALK, replied)
    assert say("modes_back" if replied == reply_in else "ask_what", language=replied) in first.reply.text
    text = plain_text(first.reply)
    fixed = say("language_set", language=reply_in)
    assert (fixed in text) is (replied == reply_in)
    if replied != reply_in:
        assert say("language_off", language=reply_in, reply="やさしい日本語") in text
    second = answer(matsusaka, "住民票 コンビニ", dialogue_from_json(first.dialogue.as_json()))
    assert (second.entry_id, second.reply.language) == ("convenience-certificates", replied)
    assert second.dialogue.language == reply_in


@pytest.mark.parametrize(
    ("said", "replied"),
    [
        ("やさしい日本語で おしえて。コンビニで 住民票は とれますか？", "easy"),
        ("in English please. コンビニで住民票は取れますか", "en"),
        ("英語で答えてください。住民票 コンビニ", "en"),
    ],
)
def test_a_wish_for_a_language_beside_a_question_answers_it_in_that_language(
    matsusaka: Knowledge, said: str, replied: str
) -> None:
    outcome = answer(matsusaka, said)
    assert (outcome.entry_id, outcome.reply.language) == ("convenience-certificates", replied)


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("since when?", "In Mobara (茂原市) this started in July 2019 (令和元年7月)."),
        (
            "where?",
            "You can get a copy of your certificate of residence (住民票の写し) at convenience stores and other shops",
        ),
        (
            "what do i need",
            "You need a My Number Card (マイナンバーカード).\nWhat you need（必要なもの）：マイナンバーカードと",
        ),
        ("how much?", "This guide does not say: Amount (fee or cost). Please ask"),
    ],
)
def test_a_follow_up_is_led_by_the_sentence_of_the_translation(corpus: Corpus, question: str, lead: str) -> None:
    before = Dialogue(entry_id="convenience-residence", language="en")
    reply = answer(corpus.current("122106"), question, before).reply
    assert reply.opening
    assert reply.opening.startswith(lead)
    assert reply.text == ""


def test_a_row_that_leads_an_answer_is_named_in_the_language_of_the_reply(corpus: Corpus) -> None:
    reply = answer(
        corpus.current("122106"), "what do i need to get a certificate of residence at a convenience store"
    ).reply
    assert reply.opening
    assert reply.opening.startswith("What you need（必要なもの）：")


@pytest.mark.parametrize("facet", list(Facet), ids=lambda facet: facet.value)
def test_no_question_word_stands_where_easy_japanese_needs_a_noun(facet: Facet) -> None:
    """「いつは、ここに 書いてありません」 is no Japanese."""
    sentence = say(
        "facet_missing", language="easy", facet=say(f"facet_name_{facet.value}", language="easy"), office="課"
    )
    assert not re.search("(?:いつ|いつまで|なぜ|だれ|どこ)は、", sentence)


def test_a_language_is_held_through_taps_numbers_and_words_that_do_not_tell(matsusaka: Knowledge) -> None:
    first = answer(matsusaka, "online procedures")
    assert first.dialogue.language == "en"
    offered = replace(first.dialogue, offered=(("smartphone-class", "Are there smartphone classes (スマホ教室)?"),))
    for said in ("1", "Are there smartphone classes (スマホ教室)?"):
        chosen = answer(matsusaka, said, offered)
        assert (chosen.entry_id, chosen.reply.language) == ("smartphone-class", "en")
    assert answer(matsusaka, "Wi-Fi", first.dialogue).reply.language == "en"
    solved, _ = reply_to_tap(matsusaka, Tap(Act.SOLVED, LOG_ID), first.dialogue)
    assert solved.text == say("feedback_solved", language="en")
    refused = answer(matsusaka, say("none_of_these_label", language="en"), offered)
    assert say("none_of_these", language="en") in refused.reply.text


def test_choices_are_titled_as_staff_translated_them(corpus: Corpus) -> None:
    knowledge = corpus.current("382159")
    outcome = answer(knowledge, "which procedures can be done online?")
    if outcome.reply.decision is Decision.SUGGEST:
        titles = {choice.entry_id: choice.title for choice in outcome.reply.choices}
        assert titles["online-procedures"] == knowledge.answers["online-procedures"].translations["en"].title
        assert dict(outcome.dialogue.offered) == titles
        assert all(
            titles[one] == knowledge.answers[one].title for one in titles if not knowledge.answers[one].translations
        )


def test_a_follow_up_asks_of_the_last_answer_in_any_language(matsusaka: Knowledge) -> None:
    before = Dialogue(entry_id="convenience-certificates", language="en")
    assert answer(matsusaka, "How much?", before).entry_id == "convenience-certificates"
    assert answer(matsusaka, "phone number?", before).entry_id == "convenience-certificates"


def test_a_chosen_language_is_kept_until_another_is_chosen(matsusaka: Knowledge) -> None:
    first = answer(matsusaka, "ごみは いつ すてますか", language="easy")
    assert (first.language, first.reply.language) == ("ja", "easy")
    second = answer(matsusaka, "住民票 コンビニ", first.dialogue)
    assert second.reply.language == "easy"
    written = matsusaka.answers["convenience-certificates"].translations["easy"]
    assert second.reply.text == without_yes_or_no(written.text)
    third = answer(matsusaka, "hello", second.dialogue)
    assert (third.language, third.reply.language) == ("en", "easy")
    fourth = answer(matsusaka, "hello", third.dialogue, language="ja")
    assert fourth.reply.language == "ja"


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("zh-CN", "zh"),
        ("fil", "tl"),
        ("easy", "easy"),
        ("ja", "ja"),
        ("fr", None),
        ("", None),
        (None, None),
    ],
)
def test_what_somebody_chooses_is_read_generously(given: str | None, chosen: str | None) -> None:
    assert choice_of(given) == chosen


def test_the_word_that_a_reply_asks_for_changes_no_language(matsusaka: Knowledge) -> None:
    assert tongue_of(matsusaka.town, "続き", Dialogue(language="pt")).spoken == "pt"
    assert tongue_of(matsusaka.town, "ごみ", Dialogue(language="pt")).spoken == "ja"


def test_a_dialogue_remembers_its_language_when_it_is_stored() -> None:
    kept = dialogue_from_json(Dialogue(language="vi", language_chosen=True).as_json())
    assert (kept.language, kept.language_chosen) == ("vi", True)
    assert dialogue_from_json({}) == NEW_DIALOGUE


def test_another_town_is_named_in_latin_letters_too(matsusaka: Knowledge) -> None:
    reply = answer(matsusaka, "When is garbage collected in Tsushima city?").reply
    assert reply.decision is Decision.NONE
    assert reply.elsewhere == ("232084", "津島市")
    assert "Tsushima-shi (津島市)" in reply.text


def test_personal_data_is_noticed_in_the_language_of_the_reply(matsusaka: Knowledge) -> None:
    outcome, personal = answer_masked(matsusaka, "my phone is 090-1234-5678, where can I throw away a sofa?")
    assert personal
    assert outcome.reply.opening
    assert say("personal_data", language="en") in outcome.reply.opening


def test_a_japanese_word_in_latin_letters_is_a_japanese_question(corpus: Corpus) -> None:
    outcome = answer(corpus.current("122106"), "juminhyo konbini")
    assert (outcome.language, outcome.entry_id) == ("ja", "convenience-residence")


@pytest.mark.parametrize(
    "question", ["what is chachatto tetsuzuki", "chachatto tetsuzuki", "o que é chachatto tetsuzuki"]
)
def test_a_name_of_the_knowledge_is_found_by_how_it_is_read(matsusaka: Knowledge, question: str) -> None:
    outcome = answer(matsusaka, question)
    assert outcome.reply.answer
    assert "「ちゃちゃっと手続き」とは" in outcome.reply.answer.title


@pytest.mark.parametrize(
    ("code", "term"),
    [
        ("en", "residency certificate"),
        ("pt", "certidão de residência"),
        ("vi", "giấy thường trú"),
        ("ko", "주민등록초본"),
    ],
)
def test_a_word_that_nobody_has_reviewed_leads_to_the_entry_and_is_not_shown(
    open_to_all: Knowledge, code: str, term: str
) -> None:
    assert term in language(code).terms["住民票"]
    assert not language(code).reviewed
    reply = answer(open_to_all, f"{term} 7-eleven" if code != "ko" else f"편의점 {term}").reply
    assert reply.answer
    assert reply.answer.entry_id == "convenience-certificates"
    assert term not in plain_text(reply).lower()


@pytest.mark.parametrize("code", REPLY_LANGUAGES)
def test_line_can_show_the_replies_of_every_language(open_to_all: Knowledge, code: str) -> None:
    before = Dialogue(language=code, language_chosen=True)
    said = ["住民票 コンビニ", "DX", "宇宙旅行の申し込み", "火事です！", "ありがとう", "担当の人と話したい", "いくら？"]
    for question in said:
        reply = answer(open_to_all, question, before).reply
        assert reply.language == code
        assert faults_of({"replyToken": "t", "messages": render(reply, LOG_ID)}) == []
    for entry_id in list(open_to_all.answers)[:40]:
        for act in (Act.CHOOSE, Act.MORE, Act.CONTACT):
            reply, _ = reply_to_tap(open_to_all, Tap(act, LOG_ID, entry_id), before)
            assert faults_of({"replyToken": "t", "messages": render(reply, LOG_ID)}) == []


def test_the_labels_of_buttons_are_in_the_language_of_the_reply(matsusaka: Knowledge) -> None:
    text = str(render(answer(matsusaka, "Can I get my certificate of residence at a convenience store?").reply, LOG_ID))
    assert "'Solved'" in text
    assert "解決した" not in text
    emergency = str(render(answer(matsusaka, "fire! help").reply, LOG_ID))
    assert "Call Fire, ambulance" in emergency


@pytest.mark.parametrize("code", REPLY_LANGUAGES)
@pytest.mark.parametrize("need", list(Need), ids=lambda need: need.value)
def test_every_national_number_has_a_name_in_every_language(code: str, need: Need) -> None:
    for number in numbers_for(need):
        key = f"number_{''.join(filter(str.isdigit, number.number))}"
        assert say(key, language=code) != number.name


def test_speaking_a_language_ends_with_its_block() -> None:
    with speaking("en"):
        assert say("solved_label") == "Solved"
        with speaking("zh"):
            assert say("solved_label") == "解决了"
        assert say("solved_label") == "Solved"
    assert say("solved_label") == "解決した"
