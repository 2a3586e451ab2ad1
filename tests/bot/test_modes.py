"""ふりがな, やさしい日本語 and the languages: switched by word or tap, told kindly, and remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation import Outcome, answer
from bot.dialogue import NEW_DIALOGUE, Dialogue, chosen_modes, dialogue_from_json
from bot.modes import languages_of
from bot.readings import ReplyReader, in_brackets, text_with_readings
from bot.replies import Reply, plain_text
from bot.taps import Act, Tap, reply_to_tap
from bot.wording import say
from knowledge.corpus import Corpus, Knowledge
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.staff_words import Words

READ = replace(NEW_DIALOGUE, readings=True)


@pytest.fixture(scope="module")
def town(corpus: Corpus) -> Knowledge:
    """A municipality with all languages switched on."""
    found = corpus.current("242047")
    return replace(found, town=replace(found.town, reply_languages=REPLY_LANGUAGES))


def kept(outcome: Outcome) -> Dialogue:
    return dialogue_from_json(outcome.dialogue.as_json())


def tapped(town: Knowledge, act: Act, value: str | None = None, before: Dialogue = NEW_DIALOGUE) -> Reply:
    return reply_to_tap(town, Tap(act, None, value), before)[0]


def test_readings_are_switched_on_by_a_word_held_and_switched_off_again(town: Knowledge) -> None:
    on = answer(town, "ふりがなをつけて")
    assert on.reply.text == f"{say('readings_on')}\n{say('readings_on_back')}"
    assert "松阪市（まつさかし）" not in plain_text(on.reply)
    assert "松阪市（まつさかし）" in text_with_readings(on.reply)
    asked = answer(town, "住民票はコンビニで取れますか", kept(on))
    assert asked.entry_id == "convenience-certificates"
    assert asked.reply.text == answer(town, "住民票はコンビニで取れますか").reply.text
    assert "住民票（じゅうみんひょう）" in text_with_readings(asked.reply)
    again = answer(town, "手数料は？", kept(asked))
    assert again.reply.readings is not None
    off = answer(town, "ふりがなをやめて", kept(again))
    assert off.reply.text == f"{say('readings_off')}\n{say('readings_off_back')}"
    assert in_brackets(off.reply) is off.reply
    assert answer(town, "住民票", kept(off)).reply.readings is None


def test_a_wish_beside_a_question_is_answered_in_that_way_at_once(town: Knowledge) -> None:
    outcome = answer(town, "ふりがなをつけて。住民票はコンビニで取れますか")
    assert outcome.entry_id == "convenience-certificates"
    assert outcome.reply.readings is not None


def test_a_procedure_about_readings_is_asked_for_not_switched_on(town: Knowledge) -> None:
    outcome = answer(town, "戸籍のふりがなの届はいつまでですか")
    assert (outcome.dialogue.readings, outcome.reply.readings) == (False, None)


def test_each_hard_word_is_read_once_in_the_whole_reply_and_sources_stay(town: Knowledge) -> None:
    reply = answer(town, "住民票はコンビニで取れますか", READ).reply
    text = text_with_readings(reply)
    assert text.count("（じゅうみんひょう）") == 1
    assert reply.sources == in_brackets(reply).sources
    assert all(source.plan in text for source in reply.sources)


def test_what_staff_laid_down_comes_before_the_dictionary(town: Knowledge) -> None:
    own = replace(town, words=Words(readings={"住民票": "じゅうみんのひょう"}))
    reply = answer(own, "住民票はコンビニで取れますか", READ).reply
    assert "住民票（じゅうみんのひょう）" in text_with_readings(reply)


def test_a_part_that_would_be_too_long_with_readings_stays_without(town: Knowledge) -> None:
    reply = answer(town, "住民票はコンビニで取れますか", READ).reply
    shown = in_brackets(reply, longest=len(reply.text), longest_row=len(reply.title or ""))
    assert (shown.text, shown.title) == (reply.text, reply.title)


@pytest.mark.parametrize(
    ("code", "name", "kana"),
    [
        ("242047", "松阪", "まつさか"),
        ("222232", "御前崎", "おまえざき"),
        ("232084", "津島", "つしま"),
        ("122106", "茂原", "もばら"),
        ("382159", "東温", "とうおん"),
    ],
)
def test_a_municipality_reads_its_own_name(corpus: Corpus, code: str, name: str, kana: str) -> None:
    own = corpus.current(code).readings
    assert (own[name], own[f"{name}市"], own[f"{name}市役所"]) == (kana, f"{kana}し", f"{kana}しやくしょ")


def test_chinese_has_kanji_of_its_own_and_no_japanese_readings(town: Knowledge) -> None:
    chosen = replace(READ, language="zh", language_chosen=True)
    outcome = answer(town, "住民票", chosen)
    assert (outcome.reply.language, outcome.reply.readings) == ("zh", None)
    assert outcome.dialogue.readings


def test_easy_japanese_is_not_read_a_second_time(town: Knowledge) -> None:
    reply = answer(town, "こんにちは", replace(READ, language="easy", language_chosen=True)).reply
    assert text_with_readings(reply) == plain_text(reply)


def test_the_menu_offers_what_is_switched_on_each_in_its_own_name(corpus: Corpus, town: Knowledge) -> None:
    two = replace(town, town=replace(town.town, reply_languages=("en", "easy")))
    reply = tapped(two, Act.LANGUAGES)
    assert [mode.label for mode in reply.modes] == ["日本語", "やさしい日本語", "ふりがなをつける", "English"]
    assert [mode.chosen for mode in reply.modes] == [True, False, None, False]
    assert answer(two, "ことば").reply.modes == reply.modes
    assert [mode.label for mode in tapped(two, Act.LANGUAGES, None, READ).modes][2] == "ふりがなをやめる"
    assert languages_of(town)[:2] == ("ja", "easy")
    assert len(tapped(town, Act.LANGUAGES).modes) == 2 + len(REPLY_LANGUAGES)


@pytest.mark.parametrize("code", ["ja", *REPLY_LANGUAGES])
def test_a_tapped_language_answers_in_itself_with_the_way_back(town: Knowledge, code: str) -> None:
    before = replace(NEW_DIALOGUE, language="en" if code == "ja" else "ja", language_chosen=True)
    reply, after = reply_to_tap(town, Tap(Act.SPEAK, None, code), before)
    assert reply.language == code
    assert reply.text == "\n".join(say(key, language=code) for key in ("language_set", "modes_back"))
    assert [(mode.label, mode.act) for mode in reply.modes] == [(say("modes_label", language=code), "languages")]
    assert (after.language, after.language_chosen) == (code, True)
    assert answer(town, say("modes_label", language=code), after).reply.text == say("modes", language=code)


@pytest.mark.parametrize("code", ["ja", *REPLY_LANGUAGES])
def test_readings_are_switched_in_every_language_by_tap_and_by_the_words_that_it_names(
    town: Knowledge, code: str
) -> None:
    before = replace(NEW_DIALOGUE, language=code, language_chosen=True)
    reply, on = reply_to_tap(town, Tap(Act.READINGS, None, "on"), before)
    assert reply.text == "\n".join(say(key, language=code) for key in ("readings_on", "readings_on_back"))
    back = "Furigana off" if code == "en" else "ふりがなをやめる"
    assert back in reply.text
    off = answer(town, back, on)
    assert off.reply.text == "\n".join(say(key, language=code) for key in ("readings_off", "readings_off_back"))
    assert (on.readings, off.dialogue.readings) == (True, False)
    assert ("Furigana" if code == "en" else "ふりがな") in off.reply.text


def test_a_language_that_is_not_switched_on_is_said_to_be_so(town: Knowledge) -> None:
    two = replace(town, town=replace(town.town, reply_languages=("en", "easy")))
    reply = tapped(two, Act.SPEAK, "ko")
    assert reply.language == "easy"
    assert say("language_off", language="ko", reply="やさしい日本語") in (reply.opening or "")


@pytest.mark.parametrize(("act", "value"), [(Act.SPEAK, "xx"), (Act.SPEAK, None), (Act.READINGS, "maybe")])
def test_a_tap_that_is_none_of_ours_changes_nothing(town: Knowledge, act: Act, value: str | None) -> None:
    reply, after = reply_to_tap(town, Tap(act, None, value), NEW_DIALOGUE)
    assert reply.text == say("gone")
    assert (after.readings, after.language_chosen) == (False, False)


def test_easy_japanese_is_left_by_a_word(town: Knowledge) -> None:
    easy = kept(answer(town, "やさしい日本語"))
    assert easy.language == "easy"
    plain = answer(town, "やさしい日本語をやめて", easy)
    assert (plain.reply.language, plain.dialogue.language, plain.dialogue.language_chosen) == ("ja", "ja", True)


def test_how_to_get_larger_letters_is_told(town: Knowledge) -> None:
    assert answer(town, "字が小さくて読めない").reply.text == say("letters")


def test_a_mode_outlives_a_delicate_matter_and_a_message_taken_back() -> None:
    dialogue = Dialogue(entry_id="a", language="en", language_chosen=True, readings=True)
    assert dialogue.forgotten() == Dialogue(language="en", language_chosen=True, readings=True)
    assert dialogue_from_json(chosen_modes(dialogue.as_json())) == dialogue.forgotten()
    assert chosen_modes(Dialogue(entry_id="a", language="en").as_json()) == {}
    assert chosen_modes({}) == {}


def test_what_is_shown_without_readings_is_one_piece() -> None:
    assert [one.text for one in ReplyReader(None).pieces("証明書の申請")] == ["証明書の申請"]
