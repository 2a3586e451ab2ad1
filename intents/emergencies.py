"""Messages of people in need, who must read the right number first.

Deciding is by patterns, not by likeness: a miss here costs more than anywhere.  A question
about a plan, a figure or an office (自殺対策計画はありますか) is no emergency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from intents.foreign import patterns_in, plain_in, readings, spoken_in
from intents.language import told_language
from intents.patterns import patterns
from intents.remembered import remembered
from intents.text import normalize


class Need(StrEnum):
    """Who is needed.  The numbers for each stand in the common content, with source and date."""

    FIRE_AMBULANCE = "fire_ambulance"
    POLICE = "police"
    SUICIDE = "suicide"
    CHILD = "child"
    CHILD_ABUSE = "child_abuse"
    VIOLENCE = "violence"
    CONSUMER = "consumer"
    DISASTER = "disaster"
    NATIONAL_NUMBER = "national_number"


_BY_URGENCY = (
    Need.SUICIDE,
    Need.FIRE_AMBULANCE,
    Need.CHILD_ABUSE,
    Need.VIOLENCE,
    Need.POLICE,
    Need.CHILD,
    Need.CONSUMER,
    Need.DISASTER,
    Need.NATIONAL_NUMBER,
)

_AT_ONCE = frozenset({Need.SUICIDE, Need.FIRE_AMBULANCE, Need.CHILD_ABUSE, Need.VIOLENCE})
"""Where lives are at stake each sentence counts alone: a question after it does not silence it."""

_IN_DANGER = _AT_ONCE | {Need.POLICE, Need.CHILD, Need.DISASTER}

_SENTENCE_ENDS = re.compile(r"(?<=[。!?！？\n])")
_FOREIGN_ENDS = re.compile(r"(?<=[.!?।。！？])")
_SIGNS = " .!?,、。！？।"
_OF_SHARED_CHARACTERS = "zh"
"""救命 and 火災 may be Japanese just as well."""
_GAPS = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


@remembered
def emergency(text: str) -> Need | None:
    """The need that a message tells of, the most urgent first; None for questions and all else."""
    found = _in_japanese(text)
    if found is not None:
        return found
    needs = {_told(plain.strip(_SIGNS), _parts(plain), known) for plain, known in readings(text, "emergencies")}
    return next((need for need in _BY_URGENCY if need in needs), None)


def is_in_danger(text: str) -> bool:
    """Whether whoever writes it, or somebody beside them, may come to harm before a person reads it."""
    return emergency(text) in _IN_DANGER


@remembered
def cried_in(text: str) -> str | None:
    """The language of a cry for help; None for all else, and for what is the same in several (SOS)."""
    if emergency(text) is None:
        return None
    if _in_japanese(text) is not None:
        return told_language(text)
    found = [code for code in spoken_in(text) if _in_language(text, code)]
    named = told_language(text)
    return named if named in found else next((code for code in found if code != _OF_SHARED_CHARACTERS), None)


def _in_language(text: str, code: str) -> bool:
    plain = plain_in(text, code)
    return _told(plain.strip(_SIGNS), _parts(plain), patterns_in(code, "emergencies")) is not None


def _in_japanese(text: str) -> Need | None:
    return _told(_plain(text), list(map(_plain, _SENTENCE_ENDS.split(text))), patterns("emergencies"))


def _told(whole: str, sentences: Sequence[str], known: Mapping[str, re.Pattern[str]]) -> Need | None:
    """The need that a message tells of in one language."""
    if known["cry"].fullmatch(whole):
        return Need.POLICE
    told = [sentence for sentence in sentences if _tells(sentence, known)]
    all_told = [whole] if _tells(whole, known) else []
    past = known.get("past")
    for need in _BY_URGENCY:
        if need is Need.DISASTER and past is not None and past.search(whole):
            continue
        if any(map(known[need].search, told if need in _AT_ONCE else all_told)):
            return need
    return None


def _parts(plain: str) -> list[str]:
    """The sentences of another language, without the signs at their ends."""
    return [sentence.strip(_SIGNS) for sentence in _FOREIGN_ENDS.split(plain)]


def _plain(text: str) -> str:
    """``text`` normalized, without the spaces that some put between all letters."""
    return _GAPS.sub("", normalize(text)).rstrip("。")


def _tells(text: str, known: Mapping[str, re.Pattern[str]]) -> bool:
    """Whether a text may tell of a need: it does not ask about plans, or is beyond doubt."""
    return not known["question"].search(text) or bool(known["certain"].search(text))
