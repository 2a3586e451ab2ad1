"""Published knowledge, laid out for search: immutable, built once, shared by all threads."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.lexicon import Lexicon, bundled_lexicon, concept_term, names_something
from intents.tokenizer import Token, is_content, ngrams, reading_of, tokenize
from intents.vectors import DIMENSIONS, NO_VECTORS, Vectors

CONCEPT_WEIGHT = 0.6
"""What a shared concept counts, beside 1 for a shared word."""

NEIGHBOUR_FLOOR, NEIGHBOUR_LIMIT, NEIGHBOUR_MEMORY = 0.45, 10, 20_000

_K1, _B = 1.2, 0.75

Floats = NDArray[np.float32]
Columns = sparse.csc_array


@dataclass(frozen=True)
class Document:
    """One thing that can be answered: what it is asked by, and what is answered."""

    id: str
    question: str
    phrasings: tuple[str, ...]
    answer: str
    prior: float = 0.0
    """Added to its points: what residents mean less often stands behind what fits as well."""

    @property
    def wordings(self) -> tuple[str, ...]:
        return (self.question, *self.phrasings)


@dataclass(frozen=True)
class Terms:
    """The terms of a text in order: its words, and the concepts that they name."""

    words: tuple[str, ...]
    concepts: tuple[str, ...]

    def weighted(self) -> Counter[str]:
        counts: Counter[str] = Counter(self.words)
        for concept in self.concepts:
            counts[concept] += 1
        return counts


NO_TERMS = Terms((), ())


def terms_of(tokens: Sequence[Token], lexicon: Lexicon, ignored: Collection[str] = ()) -> Terms:
    """The terms of a text.  ``ignored`` words say nothing, but may still be part of a phrase."""
    named = [token.normalized for token in tokens if names_something(token)]
    words = tuple(token.normalized for token in tokens if is_content(token) and token.normalized not in ignored)
    return Terms(words, tuple(concept_term(concept) for concept, _, _ in lexicon.concepts(named)))


@dataclass(frozen=True)
class Index:
    """``wordings`` has a row per wording of a document, ``answers`` a row per document.

    ``owner[w]`` is the document of wording ``w``; wordings stand in the order of documents,
    so that ``first[d]`` is where those of document ``d`` begin.
    """

    documents: tuple[Document, ...]
    lexicon: Lexicon
    vectors: Vectors
    vocabulary: Mapping[str, int]
    weights: Floats
    unseen_weight: float
    ignored: frozenset[str]
    owner: NDArray[np.int64]
    first: NDArray[np.int64]
    wordings: Columns
    answers: Columns
    profile: Columns
    profile_length: Floats
    present: sparse.csr_array
    wording_sums: Floats
    answer_sums: Floats
    readings: ReadingIndex
    neighbours: Neighbours

    @cached_property
    def present_in(self) -> list[NDArray[np.int32]]:
        """Per term, the documents that have it."""
        columns = sparse.csc_array(self.present)
        return np.split(columns.indices, columns.indptr[1:-1])

    @cached_property
    def spoken_words(self) -> dict[str, str]:
        """Each word of the vocabulary -> its reading, for catching slips."""
        return {word: reading_of(word) for word in self.vocabulary if not word.startswith("§")}

    def weight_of(self, term: str) -> float:
        """How rare a term is; one that stands nowhere is rarer than all that stand somewhere."""
        column = self.vocabulary.get(term)
        if column is not None:
            return float(self.weights[column])
        return self.unseen_weight * (CONCEPT_WEIGHT if term.startswith("§") else 1.0)

    def sum_of(self, words: Iterable[str]) -> Floats:
        """The unit vector of the idf-weighted sum of ``words``; zeros where none is known."""
        total = np.zeros(DIMENSIONS, np.float32)
        for word in words:
            vector = self.vectors.vector(word)
            if vector is not None:
                total += np.float32(self.weight_of(word)) * vector
        return _unit(total)


@dataclass(frozen=True)
class ReadingIndex:
    """Runs of 2 to 4 kana of the wordings' readings, for questions typed without kanji."""

    vocabulary: Mapping[str, int]
    matrix: Columns

    def scores(self, text_reading: str) -> Floats:
        """A BM25 score per wording."""
        total = np.zeros(self.matrix.shape[0], np.float32)
        for gram in set(ngrams(text_reading)):
            column = self.vocabulary.get(gram)
            if column is not None:
                add_column(self.matrix, column, 1.0, total)
        return total

    def shares(self, text_reading: str) -> Floats:
        """Per wording, the share of the question's kana runs (of three) that it has."""
        grams = set(ngrams(text_reading, (3,)))
        total = np.zeros(self.matrix.shape[0], np.float32)
        for gram in grams:
            column = self.vocabulary.get(gram)
            if column is not None:
                total[self.matrix.indices[self.matrix.indptr[column] : self.matrix.indptr[column + 1]]] += 1
        return total / np.float32(max(len(grams), 1))


class Neighbours:
    """The nearest words of a vocabulary to any word, found once and remembered."""

    def __init__(self, vocabulary: Mapping[str, int], vectors: Vectors) -> None:
        self._words = list(vocabulary)
        self._vectors = vectors
        self._matrix = _word_matrix(vocabulary, vectors)
        self._found: dict[str, tuple[tuple[str, float], ...]] = {}

    def of(self, word: str) -> tuple[tuple[str, float], ...]:
        """(word, cosine) of the words nearer than NEIGHBOUR_FLOOR, nearest first."""
        found = self._found.get(word)
        if found is None:
            found = self._search(word)
            if len(self._found) < NEIGHBOUR_MEMORY:
                self._found[word] = found
        return found

    def _search(self, word: str) -> tuple[tuple[str, float], ...]:
        vector = self._vectors.vector(word)
        if vector is None:
            return ()
        cosines = self._matrix @ vector
        near = np.flatnonzero(cosines > NEIGHBOUR_FLOOR)
        best = near[np.argsort(-cosines[near], kind="stable")][: NEIGHBOUR_LIMIT + 1]
        return tuple((self._words[at], float(cosines[at])) for at in best if self._words[at] != word)[:NEIGHBOUR_LIMIT]


def build_index(
    documents: Iterable[Document],
    *,
    vectors: Vectors = NO_VECTORS,
    lexicon: Lexicon | None = None,
    ignored: Iterable[str] = (),
) -> Index:
    """Lay ``documents`` out.  ``ignored`` words (the municipality's own name) carry nothing."""
    lexicon = lexicon or bundled_lexicon()
    kept = tuple(documents)
    skipped = _ignored_words(ignored)
    asked, answered, spoken = [], [], []
    owner = []
    for number, document in enumerate(kept):
        for wording in document.wordings:
            tokens = tokenize(wording)
            asked.append(terms_of(tokens, lexicon, skipped))
            spoken.append("".join(token.reading for token in tokens if token.part[0] not in ("補助記号", "空白")))
            owner.append(number)
        answered.append(terms_of(tokenize(document.answer), lexicon, skipped))
    owners = np.array(owner, np.int64)
    first = np.searchsorted(owners, np.arange(len(kept)))
    vocabulary = _vocabulary([*asked, *answered])
    wording_counts = _counts(asked, vocabulary)
    answer_counts = _counts(answered, vocabulary)
    present = _present(wording_counts, answer_counts, owners, len(kept))
    idf, unseen = _inverse_frequencies(present)
    kinds = [CONCEPT_WEIGHT if term.startswith("§") else 1.0 for term in vocabulary] or [1.0]
    weights = idf * np.array(kinds, np.float32)
    profile, profile_length = _profile(wording_counts, weights)
    word_matrix = _word_matrix(vocabulary, vectors)
    return Index(
        kept,
        lexicon,
        vectors,
        vocabulary,
        weights,
        unseen,
        skipped,
        owners,
        first,
        _bm25(wording_counts, weights),
        _bm25(answer_counts, weights),
        profile,
        profile_length,
        present,
        _sums(wording_counts, weights, word_matrix),
        _sums(answer_counts, weights, word_matrix),
        _reading_index(spoken),
        Neighbours(vocabulary, vectors),
    )


def _ignored_words(names: Iterable[str]) -> frozenset[str]:
    """The proper part of each name: of 松阪市 only 松阪, because 市 alone still means something."""
    return frozenset(
        token.normalized for name in names for token in tokenize(name) if is_content(token) and len(token.surface) > 1
    )


def add_column(matrix: Columns, column: int, weight: float, total: Floats) -> None:
    """``total += weight * matrix[:, column]``, touching only the rows that have it."""
    start, end = matrix.indptr[column], matrix.indptr[column + 1]
    total[matrix.indices[start:end]] += np.float32(weight) * matrix.data[start:end]


def _vocabulary(texts: Iterable[Terms]) -> dict[str, int]:
    vocabulary: dict[str, int] = {}
    for terms in texts:
        for term in (*terms.words, *terms.concepts):
            vocabulary.setdefault(term, len(vocabulary))
    return vocabulary


def _counts(texts: Sequence[Terms], vocabulary: Mapping[str, int]) -> sparse.csr_array:
    """How often each term stands in each text: (texts, terms)."""
    rows, columns, data = [], [], []
    for row, terms in enumerate(texts):
        for term, count in terms.weighted().items():
            rows.append(row)
            columns.append(vocabulary[term])
            data.append(count)
    shape = (len(texts), max(len(vocabulary), 1))
    return sparse.csr_array((np.array(data, np.float32), (rows, columns)), shape=shape)


def _present(
    wordings: sparse.csr_array, answers: sparse.csr_array, owner: NDArray[np.int64], size: int
) -> sparse.csr_array:
    """1 where a document has a term in any of its texts: (documents, terms)."""
    gather = sparse.csr_array(
        (np.ones(len(owner), np.float32), (owner, np.arange(len(owner)))), shape=(size, len(owner))
    )
    both = sparse.csr_array(gather @ wordings + answers)
    both.data[:] = 1
    return both


def _inverse_frequencies(present: sparse.csr_array) -> tuple[Floats, float]:
    size = present.shape[0]
    frequencies = np.asarray((present > 0).sum(axis=0)).ravel()
    idf = np.log1p((size - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
    return idf, math.log1p((size + 0.5) / 0.5)


def _bm25(counts: sparse.csr_array, weights: Floats) -> Columns:
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    average = lengths.mean() if len(lengths) else 1.0
    norm = _K1 * (1 - _B + _B * lengths / max(average, 1e-9))
    coo = counts.tocoo()
    data = weights[coo.col] * coo.data * (_K1 + 1) / (coo.data + norm[coo.row])
    return sparse.csc_array((data.astype(np.float32), (coo.row, coo.col)), shape=counts.shape)


def _profile(counts: sparse.csr_array, weights: Floats) -> tuple[Columns, Floats]:
    """Each wording as a set of weighted terms, and the length of that vector."""
    coo = counts.tocoo()
    matrix = sparse.csc_array((weights[coo.col], (coo.row, coo.col)), shape=counts.shape)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return matrix, np.maximum(lengths, 1e-6).astype(np.float32)


def _word_matrix(vocabulary: Mapping[str, int], vectors: Vectors) -> Floats:
    matrix = np.zeros((max(len(vocabulary), 1), DIMENSIONS), np.float32)
    for word, column in vocabulary.items():
        vector = None if word.startswith("§") else vectors.vector(word)
        if vector is not None:
            matrix[column] = vector
    return matrix


def _sums(counts: sparse.csr_array, weights: Floats, word_matrix: Floats) -> Floats:
    return _unit((counts * weights) @ word_matrix)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Floats = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _reading_index(spoken: Sequence[str]) -> ReadingIndex:
    texts = [Terms(tuple(ngrams(text)), ()) for text in spoken]
    vocabulary = _vocabulary(texts)
    counts = _counts(texts, vocabulary)
    idf, _ = _inverse_frequencies(counts)
    return ReadingIndex(vocabulary, _bm25(counts, idf))
