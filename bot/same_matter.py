"""Whether another answer is about the same matter, so that it may tell what the one just read lacks."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from intents.facets import topic_nouns
from intents.patterns import word_list
from intents.text import normalize
from knowledge.answers import Answer
from knowledge.corpus import Knowledge

_GENERAL = word_list("general_nouns") | {"計画", "目標", "現状", "予定"}
"""Nouns of titles that name no matter of their own."""
_SHORTEST = 2
_HELD, _HELD_OF_WRITTEN, _HELD_OF_AKIN = 0.75, 0.45, 0.3
"""The share of another title's nouns that the answer just read must speak of; less of one that was written
for what is asked, or stands in the same place."""
_SHARED = 0.3
"""The share of the last answer's own name that another must have in its title, unless both stand in one place."""
_TELLING = 0.27
"""How rare one of the nouns that both have must be, against one that stands nowhere: デジタル stands everywhere."""
_WITHIN = re.compile(r"[^\d]")


def is_same_matter(knowledge: Knowledge, last: Answer, found: Answer, *, written: bool = False) -> bool:
    """Whether both titles share a noun, and ``last`` speaks of most of what ``found`` is called by.

    ``written``: it was written for what is asked, so that half of that is enough.
    """
    shared = _nouns(f"{found.title} {found.name}") & _nouns(f"{last.title} {last.name}")
    if not shared:
        return False
    if is_akin(last, found):
        return held_share(knowledge, last, found) >= _HELD_OF_AKIN
    rarest = max(map(knowledge.index.weight_of, shared))
    if rarest < _TELLING * knowledge.index.unseen_weight or shared_of_last(knowledge, last, found) < _SHARED:
        return False
    return held_share(knowledge, last, found) >= (_HELD_OF_WRITTEN if written else _HELD)


def shared_of_last(knowledge: Knowledge, last: Answer, found: Answer) -> float:
    """The share, by rarity, of the nouns in the title of ``last`` that the title of ``found`` has, too."""
    own = _nouns(last.title)
    whole = _weight(knowledge, own)
    return _weight(knowledge, own & _nouns(f"{found.title} {found.name}")) / whole if whole else 0.0


def held_share(knowledge: Knowledge, last: Answer, found: Answer) -> float:
    """The share, by rarity, of the nouns in the title of ``found`` that ``last`` speaks of."""
    spoken = normalize(f"{last.title} {last.name} {last.text} {last.measure_title} {last.section}")
    named = _nouns(found.title)
    whole = _weight(knowledge, named)
    return _weight(knowledge, {noun for noun in named if noun in spoken}) / whole if whole else 0.0


def _weight(knowledge: Knowledge, nouns: Collection[str]) -> float:
    return sum(map(knowledge.index.weight_of, nouns))


def is_akin(last: Answer, found: Answer) -> bool:
    """Whether both stand in one place of a plan: the same section, or a measure and one of its parts."""
    if last.plan.id != found.plan.id:
        return False
    if last.section and last.section == found.section:
        return True
    return _is_part(last.measure, found.measure) or _is_part(found.measure, last.measure)


def _is_part(whole: str | None, part: str | None) -> bool:
    if not whole or not part or not part.startswith(whole):
        return False
    rest = part[len(whole) :]
    return not rest or bool(_WITHIN.match(rest))


@lru_cache(maxsize=4_000)
def _nouns(title: str) -> frozenset[str]:
    """The nouns that a published title names its matter by."""
    return frozenset(noun for noun in topic_nouns(title) if len(noun) >= _SHORTEST and noun not in _GENERAL)
