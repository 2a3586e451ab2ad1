"""In which language a turn is held: what was asked in, what is answered in, and the answer in it.

Questions are understood in every language.  Replies come in the language of the question where
staff have switched it on, else in やさしい日本語, which most who live here can read and any
counter understands; a resident may also choose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.dialogue import Dialogue
from bot.leads import slot_label
from bot.replies import Choice, Reply, Rule, with_opening
from bot.translated_indicators import translated_indicator
from bot.translated_leads import translated_sentence, without_part, without_yes_or_no
from bot.wording import EASY, current, is_reviewed, say, sentences, speaking
from intents.emergencies import cried_in
from intents.facets import Asked, Facet
from intents.glossary import LANGUAGES, ROMAJI, SCRIPTS, language
from intents.language import JAPANESE, language_of
from intents.leads import leading_sentence
from intents.text import normalize
from intents.translation import translate
from knowledge.answers import FACETS, Answer
from knowledge.corpus import Knowledge, Town
from knowledge.emergency_numbers import EmergencyNumber
from knowledge.translations import Translated

_WITHOUT_READINGS = ("zh",)
"""What has kanji of its own in it."""
_OTHER_CODES = {"fil": "tl"}
_FACET_OF = {name: facet for facet, name in FACETS.items()}


@dataclass(frozen=True)
class Tongue:
    """``spoken``: of the question; ``wanted``: chosen, else the same; ``reply``: what it is answered in."""

    spoken: str
    wanted: str
    reply: str
    chosen: bool = False


def choice_of(given: str | None) -> str | None:
    """The language that somebody asks to be answered in: ``zh-CN`` and ``fil`` too; None for one we do not have."""
    code = (given or "").lower().partition("-")[0]
    code = _OTHER_CODES.get(code, code)
    return code if code in (JAPANESE, EASY, *LANGUAGES) else None


def tongue_of(town: Town, question: str, before: Dialogue, chosen: str | None = None) -> Tongue:
    """The languages of a turn.  A choice holds until another; what does not tell its language goes on as before.

    ``chosen``: with this turn, by a wish in its words or the channel's own means.
    """
    earlier = None if before.language in (None, EASY) else before.language
    spoken = earlier if earlier and is_taught(question, before) else language_of(question, earlier)
    spoken = cried_in(question) or spoken
    fixed = choice_of(chosen) or (before.language if before.language_chosen else None)
    return _tongue(town, spoken, fixed or spoken, chosen=fixed is not None)


def tongue_in(town: Town, language: str, before: Dialogue) -> Tongue:
    """The languages of a turn of which nothing but its language is known."""
    return _tongue(
        town, language, (before.language_chosen and before.language) or language, chosen=before.language_chosen
    )


def tongue_before(town: Town, before: Dialogue) -> Tongue:
    """The languages of a tapped button: those of the turn it belongs to."""
    language = before.language or JAPANESE
    return _tongue(town, language, language, chosen=before.language_chosen)


def _tongue(town: Town, spoken: str, wanted: str, *, chosen: bool) -> Tongue:
    on = (JAPANESE, *town.reply_languages)
    reply = wanted if wanted in on and (wanted == JAPANESE or sentences(wanted)) else EASY if EASY in on else JAPANESE
    return Tongue(spoken, wanted, reply, chosen)


def is_taught(question: str, before: Dialogue) -> bool:
    """Whether a message is Japanese only because a reply said so: a word to send, a title with Japanese in it."""
    plain = normalize(question)
    return plain in ("続き", "つづき") or any(normalize(title) == plain for _, title in before.offered)


def searched(knowledge: Knowledge, question: str, tongue: Tongue) -> str:
    """``question`` in the Japanese words that are searched for."""
    read = _in_japanese(knowledge, question, tongue)
    terms = knowledge.words.foreign.get(tongue.spoken)
    return " ".join((read, *meant_by(question, terms))) if terms else read


def meant_by(question: str, terms: Sequence[tuple[str, str]]) -> list[str]:
    """What the ``terms`` in ``question`` mean, each a term and its Japanese word; none is part of a longer word."""
    plain = normalize(question)
    return [means for term, means in terms if re.search(rf"(?<![a-z0-9]){re.escape(term)}(?![a-z0-9])", plain)]


def _in_japanese(knowledge: Knowledge, question: str, tongue: Tongue) -> str:
    if tongue.spoken != JAPANESE:
        return translate(question, tongue.spoken, knowledge.latin_words).text or question
    if tongue.wanted == EASY:
        return translate(question, EASY).text
    if SCRIPTS["latin"].search(question) and not SCRIPTS["japanese"].search(question):
        found = translate(question, ROMAJI, knowledge.latin_words)
        return found.text if found.concepts or SCRIPTS["japanese"].search(found.text) else question
    return question


def held_in(knowledge: Knowledge, tongue: Tongue, make: Callable[[], tuple[Reply, Dialogue]]) -> tuple[Reply, Dialogue]:
    """A reply made in its language, and the dialogue that remembers it."""
    if tongue.wanted == JAPANESE:
        reply, dialogue = make()
    else:
        with speaking(tongue.reply):
            reply, dialogue = make()
            if tongue.reply != JAPANESE:
                reply, dialogue = _in_language(knowledge, reply, tongue), _offering(knowledge, dialogue, tongue.reply)
        reply, dialogue = _told_its_language(knowledge, reply, dialogue, tongue)
    reply = with_readings(knowledge, reply, dialogue)
    return reply, replace(dialogue, language=tongue.wanted, language_chosen=tongue.chosen)


def with_readings(knowledge: Knowledge, reply: Reply, dialogue: Dialogue) -> Reply:
    """``reply`` with ふりがな where the resident has asked for them and its language has any."""
    if not dialogue.readings or reply.language in _WITHOUT_READINGS:
        return reply
    return replace(reply, readings=knowledge.readings)


def _told_its_language(
    knowledge: Knowledge, reply: Reply, dialogue: Dialogue, tongue: Tongue
) -> tuple[Reply, Dialogue]:
    """Once in a dialogue: why a reply is not in the language of the question.  In need, English instead, each time."""
    if tongue.wanted in (JAPANESE, tongue.reply):
        return reply, dialogue
    if reply.numbers:
        return with_opening(reply, say("emergency_first", language="en")), dialogue
    if dialogue.language_told == tongue.wanted:
        return reply, dialogue
    return with_opening(reply, _notice(knowledge.town, tongue)), replace(dialogue, language_told=tongue.wanted)


def _notice(town: Town, tongue: Tongue) -> str:
    """In the resident's own language: which one the replies are in, how to get English, and who has checked this."""
    own = tongue.wanted
    notice = [say("language_off", language=own, reply=own_name(tongue.reply))]
    if "en" in town.reply_languages:
        notice.append(say("language_other", language=own))
    if not is_reviewed(own):
        notice.append(say("unreviewed", language=own))
    return "\n".join(notice)


def own_name(code: str) -> str:
    """What a language is called in itself."""
    return "日本語" if code == JAPANESE else language(code).name


def _in_language(knowledge: Knowledge, reply: Reply, tongue: Tongue) -> Reply:
    """What is not a fixed sentence: the answer, titles of choices, names of rows and numbers; and what must be said."""
    shown = replace(
        _answered(reply, tongue.reply),
        language=tongue.reply,
        choices=tuple(_choice(knowledge, choice, tongue.reply) for choice in reply.choices),
        facts=tuple((_fact_name(name), value) for name, value in reply.facts),
        numbers=tuple(_number(number) for number in reply.numbers),
    )
    return replace(shown, notes=(*shown.notes, *_notes(reply, tongue)))


def _answered(reply: Reply, language: str) -> Reply:
    """The answer as staff wrote it in the language, else in やさしい日本語, else as it is."""
    answer = reply.answer
    written = answer and (written_in(answer, language) or answer.translations.get(EASY))
    if not answer or not written or not (_quoted(reply) or _slot_led(reply)):
        return reply
    led = [_led(answer, written, line, alone=not reply.text) for line in (reply.opening or "").split("\n") if line]
    opening = "\n".join(said for said, _ in led) or None
    text = _rest(answer, written, reply, [part for _, part in led if part])
    return replace(reply, title=f"{written.title}（{answer.title}）", text=text, opening=opening)


def _led(answer: Answer, written: Translated, line: str, *, alone: bool) -> tuple[str, str | None]:
    """A line that leads an answer, in the words of its translation, and the part of that which it is.

    What the translation has no such part for is shown in Japanese, and said to be.  A row that stands
    ``alone`` has a Japanese value: what the translation tells of it comes first.
    """
    if line in answer.text:
        part = translated_sentence(answer.text, written.text, line)
        return part or f"{say('part_japanese_only')} {line}", part
    facet = next((facet for facet in FACETS if alone and line.startswith(f"{slot_label(facet)}：")), None)
    told = leading_sentence(answer.text, Asked("", Facet(facet)), answer.title) if facet else None
    part = translated_sentence(answer.text, written.text, told.sentence) if told and not told.silent else None
    return "\n".join(filter(None, (part, line))), part


def _rest(answer: Answer, written: Translated, reply: Reply, said: list[str]) -> str:
    """What follows the lead: the translation, as much of it as the reply shows of the Japanese."""
    if not reply.text:
        return ""
    text = written.text if reply.text[:2] == answer.text[:2] else without_yes_or_no(written.text)
    if reply.opening and not all(line in reply.text for line in reply.opening.split("\n") if line in answer.text):
        for part in said:
            text = without_part(text, part)
    return text


def _slot_led(reply: Reply) -> bool:
    """Whether a reply begins with a row of a procedure, whose value is Japanese."""
    lines = (reply.opening or "").split("\n")
    return any(f"{slot_label(facet)}：" in line for line in lines for facet in FACETS) if reply.answer else False


def _quoted(reply: Reply) -> Answer | None:
    """The answer whose own Japanese sentences a reply shows."""
    answer = reply.answer
    return answer if answer and (reply.text or (reply.opening and reply.opening in answer.text)) else None


def _choice(knowledge: Knowledge, choice: Choice, language: str) -> Choice:
    return replace(choice, title=title_in(knowledge.answers.get(choice.entry_id), language) or choice.title)


def title_in(answer: Answer | None, language: str) -> str | None:
    """An entry's title in a language, where it has one."""
    written = written_in(answer, language) if answer else None
    return written.title if written else None


def written_in(answer: Answer, language: str) -> Translated | None:
    """An answer as staff wrote it in a language, or an indicator by its fixed sentences."""
    return answer.translations.get(language) or translated_indicator(answer, language)


def _offering(knowledge: Knowledge, dialogue: Dialogue, language: str) -> Dialogue:
    """The dialogue remembers the titles as they were shown: a resident may type one."""
    offered = tuple(
        (entry_id, title_in(knowledge.answers.get(entry_id), language) or title) for entry_id, title in dialogue.offered
    )
    return replace(dialogue, offered=offered)


def _fact_name(name: str) -> str:
    """The name of a row with the Japanese one beside it, to be shown at the counter."""
    facet = _FACET_OF.get(name)
    return slot_label(facet) if facet else name


def _number(number: EmergencyNumber) -> EmergencyNumber:
    key = f"number_{''.join(filter(str.isdigit, number.number))}"
    return replace(number, name=f"{say(key)}（{number.name}）") if key in sentences(current()) else number


def _notes(reply: Reply, tongue: Tongue) -> list[str]:
    """Which words of a reply are Japanese only, and which nobody has checked."""
    quoted = _quoted(reply)
    written = written_in(quoted, tongue.reply) if quoted else None
    notes = []
    if quoted and not written:
        notes.append(say("answer_easy_only" if EASY in quoted.translations else "answer_japanese_only"))
    elif not quoted and ((reply.facts and reply.rule is not Rule.CONTACT) or _slot_led(reply)):
        notes.append(say("answer_japanese_only"))
    if not is_reviewed(tongue.reply) or (written and not written.reviewed):
        notes.append(say("unreviewed"))
    return notes
