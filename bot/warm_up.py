"""Making ready what the first residents would otherwise wait for."""

from __future__ import annotations

import gc

from bot.conversation import answer
from intents.subjects import all_subjects
from knowledge.corpus import Corpus

_GREETINGS = (
    "じゅうみんひょう",
    "How do I get a certificate?",
    "请问怎么办理？",
    "어떻게 신청하나요?",
    "Como faço para pedir?",
    "Làm thế nào để đăng ký?",
    "Paano mag-apply?",
    "कसरी आवेदन दिने?",
)
"""A question in each language: its words are read from the disk with the first."""

_COLLECTIONS = (2_000, 10, 100)
"""New objects until the young are looked through, and how many of those looks until the next older."""


def warm_up(corpus: Corpus) -> None:
    """Open as many municipalities as are kept, and answer one question in every language."""
    for town in corpus.towns():
        knowledge = corpus.current(town.code)
        if corpus.size == 1:
            for greeting in _GREETINGS:
                answer(knowledge, greeting)
            # Read with the first question that nothing answers: more than half a second.
            all_subjects()
        if corpus.is_full:
            break
    # What is here now mostly stays: without this, looking through all of it for garbage
    # holds a question up for a tenth of a second now and then.
    gc.collect()
    gc.freeze()
    # Opening another municipality's index makes 40,000 things, none in a cycle: as Python comes,
    # that set off a look through everything, which made one opening in ten twice as long.
    gc.set_threshold(*_COLLECTIONS)
