"""What texts consist of: the terms of each wording and each answer, counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.lexicon import Lexicon, concept_term
from intents.lists import spans
from intents.tokenizer import Token, spoken, tokenize

Floats = NDArray[np.float32]


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
    """The terms of a text in order: its words, and the concepts that they name.

    ``spans``: of each concept, from where to where it stands among the naming words of the text.
    """

    words: tuple[str, ...]
    concepts: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


NO_TERMS = Terms((), (), ())


def terms_of(tokens: Sequence[Token], lexicon: Lexicon, ignored: Collection[str] = ()) -> Terms:
    """The terms of a text.  ``ignored`` words say nothing, but may still be part of a phrase."""
    named = [token.normalized for token in tokens if token.naming]
    words = tuple([token.normalized for token in tokens if token.content and token.normalized not in ignored])
    found = lexicon.concepts(named)
    return Terms(
        words,
        tuple([concept_term(concept) for concept, _, _ in found]),
        tuple([(start, end) for _, start, end in found]),
    )


@dataclass(frozen=True)
class Layout:
    """Which texts are whose: a row per wording, in the order of their documents, then a row per answer.

    The wordings of document ``d`` are the rows ``starts[d]`` to ``starts[d + 1]``.
    """

    starts: NDArray[np.int64]

    @property
    def documents(self) -> int:
        return len(self.starts) - 1

    @property
    def wordings(self) -> int:
        return int(self.starts[-1])

    @property
    def owner(self) -> NDArray[np.int64]:
        """Per wording, its document."""
        return np.repeat(np.arange(self.documents), np.diff(self.starts))

    def rows(self, documents: NDArray[np.intp]) -> NDArray[np.int64]:
        """The rows of the wordings of ``documents``, one behind the other."""
        first = self.starts[documents]
        return spans(first, self.starts[documents + 1] - first)

    def best(self, scores: Floats) -> Floats:
        """Per document, the best of its wordings' ``scores``."""
        if self.wordings == self.documents:
            return scores
        found: Floats = np.maximum.reduceat(scores, self.starts[:-1])
        return found


@dataclass(frozen=True)
class Counts:
    """How often each term stands in each text.

    ``matrix`` is (texts, terms), laid out by ``layout``; ``spoken[w]`` is how wording ``w`` is
    read, in katakana.
    """

    vocabulary: Mapping[str, int]
    matrix: sparse.csr_array
    layout: Layout
    spoken: tuple[str, ...]

    def presence(self) -> sparse.csc_array:
        """1 where a document has a term in any of its texts: (documents, terms)."""
        size = self.layout.documents
        of_text = np.concatenate([self.layout.owner, np.arange(size)])
        ones = np.ones(len(of_text), np.float32)
        gather = sparse.csr_array((ones, (of_text, np.arange(len(of_text)))), shape=(size, len(of_text)))
        found = sparse.csc_array(gather @ self.matrix)
        found.data[:] = 1
        return found


@dataclass(frozen=True)
class Texts:
    """Documents as tokens, laid out by ``layout``."""

    wordings: tuple[tuple[Token, ...], ...]
    answers: tuple[tuple[Token, ...], ...]
    layout: Layout


def take_apart(documents: Sequence[Document], tokens_of: Callable[[str], Sequence[Token]] = tokenize) -> Texts:
    """Every text of ``documents`` as tokens."""
    return Texts(
        tuple(tuple(tokens_of(wording)) for document in documents for wording in document.wordings),
        tuple(tuple(tokens_of(document.answer)) for document in documents),
        Layout(np.cumsum([0, *(len(document.wordings) for document in documents)], dtype=np.int64)),
    )


def count_terms(texts: Texts, lexicon: Lexicon, ignored: Collection[str] = ()) -> Counts:
    """Count the terms of every text."""
    terms = [terms_of(tokens, lexicon, ignored) for tokens in (*texts.wordings, *texts.answers)]
    vocabulary = _vocabulary(terms)
    return Counts(vocabulary, term_matrix(terms, vocabulary), texts.layout, tuple(map(spoken, texts.wordings)))


def _vocabulary(texts: Iterable[Terms]) -> dict[str, int]:
    vocabulary: dict[str, int] = {}
    for terms in texts:
        for term in (*terms.words, *terms.concepts):
            vocabulary.setdefault(term, len(vocabulary))
    return vocabulary


def term_matrix(texts: Sequence[Terms], vocabulary: Mapping[str, int]) -> sparse.csr_array:
    """How often each term stands in each text: (texts, terms)."""
    rows, columns, data = [], [], []
    for row, terms in enumerate(texts):
        for term, count in Counter((*terms.words, *terms.concepts)).items():
            rows.append(row)
            columns.append(vocabulary[term])
            data.append(count)
    shape = (len(texts), max(len(vocabulary), 1))
    return sparse.csr_array((np.array(data, np.float32), (rows, columns)), shape=shape)


def rarity(frequency: Floats, size: int) -> Floats:
    """BM25's inverse document frequency of what stands in ``frequency`` of ``size`` documents."""
    return np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def unseen_rarity(size: int) -> float:
    """The same of a term that stands nowhere."""
    return math.log1p((size + 0.5) / 0.5)
