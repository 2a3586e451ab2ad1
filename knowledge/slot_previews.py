"""What common answers would read with the values of a municipality: the sentences in which a slot stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.common_answers import Filling
from knowledge.models import Entry
from knowledge.slots import Slot, fill, sentences_of, slots_in

MOST_SENTENCES = 3


@dataclass(frozen=True)
class SlotSentence:
    """A sentence of an answer.  ``text`` is empty where it stays out, because the slots named ``lacking`` are empty."""

    question: str
    text: str
    lacking: tuple[str, ...]


def sentences_with(slot: str, entries: Sequence[Entry], filling: Filling) -> list[SlotSentence]:
    """The first sentences, of as many answers, that need ``slot``, as residents would read them."""
    shown = filling.shown()
    found = []
    for entry in entries:
        sentence = next((one for one in _sentences(entry) if slot in slots_in(one)), None)
        if sentence is not None:
            filled = fill(sentence, shown)
            lacking = tuple(filling.slots[one].name for one in filled.missing if one in filling.slots)
            found.append(SlotSentence(entry.question, filled.text, lacking))
    return found[:MOST_SENTENCES]


def _sentences(entry: Entry) -> Iterable[str]:
    for text in (entry.answer, *(value for value in (entry.facets or {}).values() if value)):
        for line in text.splitlines():
            yield from sentences_of(line)


def previews(slots: Mapping[str, Slot], entries: Sequence[Entry], filling: Filling) -> dict[str, list[SlotSentence]]:
    """By slot."""
    return {slot: sentences_with(slot, entries, filling) for slot in slots}
