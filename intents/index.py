"""Published knowledge, laid out for search: immutable, built once, shared by all threads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.counts import Document, Floats, Layout, count_terms, rarity, take_apart, unseen_rarity
from intents.encoder import Adaptation, Encoder, make_encoder
from intents.holders import Holders
from intents.kana import KanaModel, make_kana_model
from intents.lexicon import Lexicon, bundled_lexicon, is_concept
from intents.lists import Lists, columns_of, lists_of
from intents.neighbours import Neighbours, near_columns
from intents.postings import Postings, bm25, postings
from intents.slips import Sounds, make_sounds
from intents.text import asked_letters
from intents.tokenizer import Token, ngrams, tokenize
from intents.vectors import NO_VECTORS, Vectors

RUN = 3
CONCEPT_WEIGHT = 0.6
"""What a shared concept counts, beside 1 for a shared word."""


@dataclass(frozen=True)
class Index:
    """``postings`` and ``sums`` (texts, d) are by texts, as ``layout`` has them.

    ``lengths``: of each wording as a weighted set of terms; ``exact``: what each wording asks, by its letters
    -> its documents; ``priors``: of the documents.
    """

    documents: tuple[Document, ...]
    lexicon: Lexicon
    ignored: frozenset[str]
    vocabulary: Mapping[str, int]
    layout: Layout
    weights: Floats
    unseen_weight: float
    postings: Postings
    holders: Holders
    lengths: Floats
    priors: Floats
    exact: Mapping[str, tuple[int, ...]]
    encoder: Encoder
    sums: Floats
    readings: ReadingIndex
    kana: KanaModel
    sounds: Sounds
    neighbours: Neighbours

    @cached_property
    def known(self) -> Collection[str]:
        """The words that are no slips: those of the texts, and those laid down for them."""
        own = self.lexicon.own
        return {*self.vocabulary, *(word for phrase in own for word in phrase)} if own else self.vocabulary

    def weight_of(self, term: str) -> float:
        """How rare a term is; one that stands nowhere is rarer than all that stand somewhere."""
        column = self.vocabulary.get(term)
        if column is not None:
            return float(self.weights[column])
        return self.unseen_weight * (CONCEPT_WEIGHT if is_concept(term) else 1.0)


@dataclass(frozen=True)
class ReadingIndex:
    """``runs``: per wording the runs of three kana in its reading, each once, by their numbers in ``vocabulary``."""

    vocabulary: Mapping[str, int]
    runs: Lists

    def shares(self, text_reading: str, wordings: NDArray[np.intp]) -> Floats:
        """Of each of ``wordings``, the share of the question's kana runs that it has."""
        asked = {text_reading[start : start + RUN] for start in range(len(text_reading) - RUN + 1)}
        known = [self.vocabulary[run] for run in asked if run in self.vocabulary]
        if not known or not len(wordings):
            return np.zeros(len(wordings), np.float32)
        counted = np.zeros(len(self.vocabulary), bool)
        counted[known] = True
        lengths = self.runs.lengths(wordings)
        ends = lengths.cumsum()
        shared = np.zeros(1 + int(ends[-1]), np.int32)
        counted[self.runs.together(wordings)].cumsum(out=shared[1:])
        found: Floats = ((shared[ends] - shared[ends - lengths]) / len(asked)).astype(np.float32)
        return found


def build_index(
    documents: Iterable[Document],
    *,
    vectors: Vectors = NO_VECTORS,
    lexicon: Lexicon | None = None,
    ignored: Iterable[str] = (),
    adaptation: Adaptation | None = None,
    tokens_of: Callable[[str], Sequence[Token]] = tokenize,
) -> Index:
    """Lay ``documents`` out.  ``ignored`` words (the municipality's own name) carry nothing."""
    lexicon = lexicon or bundled_lexicon()
    kept = tuple(documents)
    skipped = ignored_words(ignored)
    texts = take_apart(kept, tokens_of)
    counts = count_terms(texts, lexicon, skipped)
    presence = counts.presence()
    kinds = np.array([CONCEPT_WEIGHT if is_concept(term) else 1.0 for term in counts.vocabulary] or [1.0], np.float32)
    weights = rarity(np.diff(presence.indptr).astype(np.float32), len(kept)) * kinds
    asked = sparse.csr_array(counts.matrix[: counts.layout.wordings])
    answered = sparse.csr_array(counts.matrix[counts.layout.wordings :])
    encoder = make_encoder(counts, vectors, adaptation)
    kana = make_kana_model(texts.wordings, texts.answers)
    return Index(
        kept,
        lexicon,
        skipped,
        counts.vocabulary,
        counts.layout,
        weights,
        unseen_rarity(len(kept)),
        postings(sparse.vstack([bm25(asked, weights), bm25(answered, weights)])),
        Holders(columns_of(presence.T), len(kept)),
        _lengths(asked, weights),
        np.array([document.prior for document in kept], np.float32),
        _exact(kept),
        encoder,
        encoder.texts(counts.matrix),
        _reading_index(counts.spoken),
        kana,
        make_sounds(kana, counts.vocabulary),
        Neighbours(counts.vocabulary, vectors, near_columns(counts.vocabulary, vectors)),
    )


def ignored_words(names: Iterable[str]) -> frozenset[str]:
    """The proper part of each name: of 松阪市 only 松阪, because 市 alone still means something."""
    return frozenset(
        token.normalized for name in names for token in tokenize(name) if token.content and len(token.surface) > 1
    )


def _lengths(asked: sparse.csr_array, weights: Floats) -> Floats:
    """The length of each wording of (wordings, terms) as a weighted set of terms."""
    squares: Floats = asked.sign() @ np.square(weights)
    return np.sqrt(np.maximum(squares, np.float32(1e-12)))


def _exact(documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, document in enumerate(documents):
        for wording in {asked_letters(wording) for wording in document.wordings}:
            found[wording] = (*found.get(wording, ()), number)
    return found


def _reading_index(spoken: Sequence[str]) -> ReadingIndex:
    vocabulary: dict[str, int] = {}
    rows = [
        [vocabulary.setdefault(run, len(vocabulary)) for run in dict.fromkeys(ngrams(text, (RUN,)))] for text in spoken
    ]
    return ReadingIndex(vocabulary, lists_of(rows))
