"""The ways of replying that a resident switches between: the languages, やさしい日本語, ふりがな.

What was chosen is kept in the dialogue, so for as long as that is kept, and beside nothing that tells who it is.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import Dialogue
from bot.languages import own_name
from bot.replies import Mode, Reply, Rule, town_notes
from bot.wording import EASY, current, say, sentences
from intents.decision import Decision
from intents.language import JAPANESE
from intents.mode_wishes import ModeWish
from knowledge.corpus import Knowledge

LANGUAGES, SPEAK, READINGS = "languages", "speak", "readings"
"""What the taps are called (bot.taps.Act)."""
ON, OFF = "on", "off"


def languages_of(knowledge: Knowledge) -> tuple[str, ...]:
    """The languages that residents are answered in here, Japanese and やさしい日本語 first."""
    on = [code for code in knowledge.town.reply_languages if sentences(code)]
    return (JAPANESE, *sorted(on, key=lambda code: code != EASY))


def wished_readings(before: Dialogue, wish: ModeWish | None) -> Dialogue:
    """``before`` with ふりがな switched on or off, where that is the ``wish``."""
    if wish not in (ModeWish.READINGS_ON, ModeWish.READINGS_OFF):
        return before
    return replace(before, readings=wish is ModeWish.READINGS_ON)


def tapped(before: Dialogue, act: str, value: str | None) -> Dialogue:
    """``before`` with what a tap switches to."""
    if act == SPEAK and value:
        return replace(before, language=value, language_chosen=True, language_told=None)
    if act == READINGS:
        return replace(before, readings=value == ON)
    return before


def wish_reply(knowledge: Knowledge, wish: ModeWish | None, now: Dialogue, *, spoken: bool) -> Reply:
    """To who asked for another way of replying and nothing else; without a ``wish``, for a language."""
    match wish:
        case ModeWish.MENU:
            return modes_reply(knowledge, now)
        case ModeWish.LETTERS:
            return _reply(knowledge, say("letters"), _back())
        case ModeWish.READINGS_ON | ModeWish.READINGS_OFF:
            return readings_reply(knowledge, now)
        case _:
            return language_reply(knowledge, spoken=spoken)


def modes_reply(knowledge: Knowledge, now: Dialogue) -> Reply:
    """「ことば」: all that can be chosen, each in its own name."""
    spoken = [
        Mode(own_name(code), SPEAK, code, chosen=code == current(), language=code) for code in languages_of(knowledge)
    ]
    key, value = ("readings_off_label", OFF) if now.readings else ("readings_on_label", ON)
    readings = Mode(say(key), READINGS, value, language=current())
    japanese = [mode for mode in spoken if mode.value in (JAPANESE, EASY)]
    others = [mode for mode in spoken if mode not in japanese]
    return _reply(knowledge, say("modes"), (*japanese, readings, *others))


def language_reply(knowledge: Knowledge, *, spoken: bool) -> Reply:
    """That the language asked for is ``spoken`` from now on; where it is not, what one may ask for."""
    text = "\n".join((say("language_set"), say("modes_back"))) if spoken else say("ask_what")
    return _reply(knowledge, text, _back())


def readings_reply(knowledge: Knowledge, now: Dialogue) -> Reply:
    keys = ("readings_on", "readings_on_back") if now.readings else ("readings_off", "readings_off_back")
    return _reply(knowledge, "\n".join(map(say, keys)), _back())


def _back() -> tuple[Mode, ...]:
    return (Mode(say("modes_label"), LANGUAGES, language=current()),)


def _reply(knowledge: Knowledge, text: str, modes: tuple[Mode, ...]) -> Reply:
    notes = town_notes(knowledge)
    return Reply(Decision.SMALLTALK, text=text, modes=modes, notes=notes, rule=Rule.LANGUAGE)
