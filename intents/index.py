"""Published knowledge, laid out for search: immutable, built once, shared by all threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from intents.counts import (
    Counts,
    Document,
    Floats,
    Terms,
    count_terms,
    rarity,
    take_apart,
    term_matrix,
    unseen_rarity,
)
from intents.encoder import Adaptation, Encoder
from intents.kana import KanaModel, make_kana_model
from intents.lexicon import Lexicon, bundled_lexicon, is_concept
from intents.neighbours import Neighbours
from intents.postings import Postings, bm25, postings
from intents.slips import Sounds, make_sounds
from intents.tokenizer import is_content, ngrams, tokenize
from intents.vectors import NO_VECTORS, Vectors

RUN = (3,)
CONCEPT_WEIGHT = 0.6
"""What a shared concept counts, beside 1 for a shared word."""


@dataclass(frozen=True)
class Index:
    """Rows of texts stand as in ``counts``: a row per wording, then a row per answer.

    ``postings`` and ``sums`` (texts, 300) are by texts, ``profile`` by wordings, ``presence`` by documents.
    """

    documents: tuple[Document, ...]
    lexicon: Lexicon
    ignored: frozenset[str]
    counts: Counts
    weights: Floats
    unseen_weight: float
    postings: Postings
    presence: Postings
    profile: Postings
    profile_length: Floats
    encoder: Encoder
    sums: Floats
    readings: ReadingIndex
    kana: KanaModel
    sounds: Sounds
    neighbours: Neighbours

    @property
    def vocabulary(self) -> Mapping[str, int]:
        return self.counts.vocabulary

    def weight_of(self, term: str) -> float:
        """How rare a term is; one that stands nowhere is rarer than all that stand somewhere."""
        column = self.vocabulary.get(term)
        if column is not None:
            return float(self.weights[column])
        return self.unseen_weight * (CONCEPT_WEIGHT if is_concept(term) else 1.0)

    def best_wording(self, scores: Floats) -> Floats:
        """Per document, the best of its wordings' ``scores``."""
        best: Floats = np.maximum.reduceat(scores, self.counts.first)
        return best


@dataclass(frozen=True)
class ReadingIndex:
    """Runs of three kana of the wordings' readings."""

    vocabulary: Mapping[str, int]
    postings: Postings

    def shares(self, text_reading: str) -> Floats:
        """Per wording, the share of the question's kana runs that it has."""
        runs = set(ngrams(text_reading, RUN))
        held = [self.postings.having(self.vocabulary[run]) for run in runs if run in self.vocabulary]
        if not held:
            return np.zeros(self.postings.size, np.float32)
        total = np.bincount(np.concatenate(held), minlength=self.postings.size)
        return (total / len(runs)).astype(np.float32)


def build_index(
    documents: Iterable[Document],
    *,
    vectors: Vectors = NO_VECTORS,
    lexicon: Lexicon | None = None,
    ignored: Iterable[str] = (),
    adaptation: Adaptation | None = None,
) -> Index:
    """Lay ``documents`` out.  ``ignored`` words (the municipality's own name) carry nothing."""
    lexicon = lexicon or bundled_lexicon()
    kept = tuple(documents)
    skipped = ignored_words(ignored)
    texts = take_apart(kept)
    counts = count_terms(texts, lexicon, skipped)
    presence = postings(counts.presence())
    kinds = np.array([CONCEPT_WEIGHT if is_concept(term) else 1.0 for term in counts.vocabulary] or [1.0], np.float32)
    weights = rarity(np.diff(presence.starts).astype(np.float32), len(kept)) * kinds
    asked = sparse.csr_array(counts.matrix[: counts.wordings])
    answered = sparse.csr_array(counts.matrix[counts.wordings :])
    profile, profile_length = _profile(asked, weights)
    encoder = Encoder(counts, vectors, adaptation)
    kana = make_kana_model(texts.wordings, texts.answers)
    return Index(
        kept,
        lexicon,
        skipped,
        counts,
        weights,
        unseen_rarity(len(kept)),
        postings(sparse.vstack([bm25(asked, weights), bm25(answered, weights)])),
        presence,
        profile,
        profile_length,
        encoder,
        encoder.texts(counts.matrix),
        _reading_index(counts.spoken),
        kana,
        make_sounds(kana, counts.vocabulary),
        Neighbours(counts.vocabulary, vectors),
    )


def ignored_words(names: Iterable[str]) -> frozenset[str]:
    """The proper part of each name: of 松阪市 only 松阪, because 市 alone still means something."""
    return frozenset(
        token.normalized for name in names for token in tokenize(name) if is_content(token) and len(token.surface) > 1
    )


def _profile(counts: sparse.csr_array, weights: Floats) -> tuple[Postings, Floats]:
    """Each wording as a set of weighted terms, and the length of that vector."""
    coo = counts.tocoo()
    matrix = sparse.csc_array((weights[coo.col], (coo.row, coo.col)), shape=counts.shape)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return postings(matrix), np.maximum(lengths, 1e-6).astype(np.float32)


def _reading_index(spoken: Sequence[str]) -> ReadingIndex:
    texts = [Terms(tuple(ngrams(text, RUN)), ()) for text in spoken]
    vocabulary: dict[str, int] = {}
    for text in texts:
        for gram in text.words:
            vocabulary.setdefault(gram, len(vocabulary))
    return ReadingIndex(vocabulary, postings(term_matrix(texts, vocabulary)))
