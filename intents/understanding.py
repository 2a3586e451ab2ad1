"""A question taken apart against the words that an index knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intents.counts import NO_TERMS, Terms, terms_of
from intents.dialect import in_standard_words
from intents.homophones import as_meant
from intents.index import CONCEPT_WEIGHT, Index
from intents.kana import Heard, in_kana
from intents.lexicon import in_known_words
from intents.slips import mend, own_names_mended, together
from intents.text import clean, normalize, shorten, split_story
from intents.tokenizer import Token, spoken, tokenize

NEIGHBOUR_WEIGHT = 0.5
BEFORE_WEIGHT, REST_WEIGHT = 0.7, 0.1
"""What a word counts that stands in the sentence before the question, and elsewhere in the story around it."""
Story = Sequence[tuple[Terms, float]]
"""What stands around a question, and what its words count; what counts most comes last."""
_LABEL = re.compile("〔[^〕]{1,20}〕")
"""What masking put in the place of personal data asks for nothing."""


@dataclass(frozen=True)
class Query:
    """A question as understood.

    ``words``: each content word with what it counts.  ``weights``: every term searched for (its
    column), with what it counts; ``own`` those that the question itself says.  ``spoken``: how it is read, in katakana.
    """

    text: str
    tokens: tuple[Token, ...]
    terms: Terms
    words: dict[str, float]
    weights: dict[int, float]
    own: frozenset[int]
    spoken: str
    in_kana: bool
    typed: tuple[Token, ...] = ()
    """As Sudachi took it; ``tokens`` are as it was heard and mended."""


def understand(index: Index, text: str) -> Query:
    """Take a question apart against the words that ``index`` knows."""
    question, before, rest = split_story(_LABEL.sub(" ", clean(shorten(text))))
    plain = normalize(question)
    typed = own_names_mended(tokenize(as_meant(in_standard_words(plain))), index.ignored)
    said = in_known_words(typed, index.lexicon, index.vocabulary) if index.lexicon.own else typed
    heard = index.kana.hear(said)
    heard = together(heard, mend(heard.tokens if heard else said, index.known, index.sounds, index.encoder.exists))
    tokens = heard.tokens if heard else said
    terms = terms_of(tokens, index.lexicon, index.ignored)
    story = [(_told(index, rest), REST_WEIGHT), (_told(index, before), BEFORE_WEIGHT)]
    words, weights = _words(terms, story), _weights(index, terms, story)
    if heard:
        words, weights = _as_heard(index, heard, words, weights)
    own = frozenset(index.vocabulary[term] for term in (*terms.words, *terms.concepts) if term in index.vocabulary)
    return Query(plain, tokens, terms, words, weights, own, spoken(tokens), in_kana(plain), typed)


def _as_heard(
    index: Index, heard: Heard, words: dict[str, float], weights: dict[int, float]
) -> tuple[dict[str, float], dict[int, float]]:
    """What was typed may mean one word or another: each counts as likely as it is meant."""
    likely = {word: chance for word, chance in heard.words if word not in index.ignored}
    weights = dict(weights)
    for word, chance in likely.items():
        column = index.vocabulary.get(word)
        share = min(chance, 1.0)
        if column is not None:
            weights[column] = share
        for near, cosine in index.neighbours.of(word):
            if near not in weights:
                weights[near] = NEIGHBOUR_WEIGHT * cosine * share
    return words | {word: chance**0.5 if chance > 1 else chance for word, chance in likely.items()}, weights


def _told(index: Index, text: str) -> Terms:
    return terms_of(tokenize(text), index.lexicon, index.ignored) if text else NO_TERMS


def _words(terms: Terms, story: Story) -> dict[str, float]:
    """A word said again counts more, but not twice as much."""
    words: dict[str, float] = {}
    for told, weight in (*story, (terms, 1.0)):
        words |= {word: weight * told.words.count(word) ** 0.5 for word in told.words}
    return words


def _weights(index: Index, terms: Terms, story: Story) -> dict[int, float]:
    known = index.vocabulary
    weights: dict[int, float] = {}
    for told, weight in story:
        weights |= {known[term]: weight for term in (*told.words, *told.concepts) if term in known}
    weights |= {known[word]: 1.0 for word in terms.words if word in known}
    weights |= {known[concept]: CONCEPT_WEIGHT for concept in terms.concepts if concept in known}
    for word in dict.fromkeys(terms.words):
        for column, cosine in index.neighbours.of(word):
            if NEIGHBOUR_WEIGHT * cosine > weights.get(column, 0.0):
                weights[column] = NEIGHBOUR_WEIGHT * cosine
    return weights
