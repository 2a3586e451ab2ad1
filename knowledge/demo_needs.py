"""Whether the cards of needs found what was planted in the demonstration year.  Pure.

A need is found by a card most of whose wordings are of it, and which holds most of those of its wordings that
came to cards.  A need whose wordings the knowledge mostly answers is met, and no card is expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intents.grouping import text_key
from knowledge.demo_wordings import Subject


class Found(StrEnum):
    FOUND = "found"
    MISSED = "missed"
    MET = "met"
    UNASKED = "unasked"


@dataclass(frozen=True)
class Held:
    """What a card holds of a need, counted in wordings or in questions.

    ``all``: on any card; ``own``: on the card that holds most; ``foreign``: of other subjects on that card.
    """

    all: int = 0
    own: int = 0
    foreign: int = 0

    @property
    def finds(self) -> bool:
        return self.own * 2 > self.all and self.own > self.foreign


@dataclass(frozen=True)
class PlantedNeed:
    """What became of a planted need.

    ``asked``, ``answered``: its wordings in the log; ``card``: the one that holds most of them; ``cards``: how many
    cards they are on.
    """

    subject: Subject
    asked: int
    answered: int
    wordings: Held
    questions: Held
    card: int | None
    cards: int

    @property
    def found(self) -> Found:
        if self.asked and self.answered * 2 > self.asked:
            return Found.MET
        if self.asked and not self.wordings.finds:
            return Found.MISSED
        return Found.FOUND if self.asked else Found.UNASKED


@dataclass(frozen=True)
class PlantedTotals:
    """``expected``: planted, asked and not met; of these ``found`` and ``missed``, by their wordings.

    ``found_by_questions``: where every wording counts as often as it was asked.  ``split``: found, and some of its
    wordings are on other cards.  ``joined_falsely``: wordings of something else on the cards that were found,
    ``joined``: all on them.
    """

    planted: int
    met: int
    expected: int
    found: int
    missed: int
    found_by_questions: int
    split: int
    joined_falsely: int
    joined: int


def planted_needs(
    subjects: Sequence[Subject], asked: Mapping[str, bool], cards: Mapping[int, Mapping[str, int]]
) -> list[PlantedNeed]:
    """``asked``: key of a text -> whether it was answered; ``cards``: number -> keys of its texts, and how often."""
    return [_planted(subject, asked, cards) for subject in subjects if subject.planted]


def _planted(subject: Subject, asked: Mapping[str, bool], cards: Mapping[int, Mapping[str, int]]) -> PlantedNeed:
    own = {text_key(text) for text in subject.texts}
    held = {number: found for number, texts in cards.items() if (found := own & texts.keys())}
    card = min(held, key=lambda number: (-len(held[number]), number), default=None)
    heard = [asked[key] for key in own if key in asked]
    wordings = questions = Held()
    if card is not None:
        texts = cards[card]
        of_need = sum(texts[key] for key in held[card])
        everywhere = sum(cards[number][key] for number, keys in held.items() for key in keys)
        wordings = Held(sum(map(len, held.values())), len(held[card]), len(texts) - len(held[card]))
        questions = Held(everywhere, of_need, sum(texts.values()) - of_need)
    return PlantedNeed(subject, len(heard), sum(heard), wordings, questions, card, len(held))


def totals_of(needs: Sequence[PlantedNeed]) -> PlantedTotals:
    found = [one for one in needs if one.found is Found.FOUND]
    expected = [one for one in needs if one.found in (Found.FOUND, Found.MISSED)]
    return PlantedTotals(
        planted=len(needs),
        met=sum(one.found is Found.MET for one in needs),
        expected=len(expected),
        found=len(found),
        missed=len(expected) - len(found),
        found_by_questions=sum(one.questions.finds for one in expected),
        split=sum(one.cards > 1 for one in found),
        joined_falsely=sum(one.wordings.foreign for one in found),
        joined=sum(one.wordings.own + one.wordings.foreign for one in found),
    )
