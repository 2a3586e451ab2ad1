"""What texts consist of: the terms of each wording and each answer, counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.lexicon import Lexicon, concept_term, names_something
from intents.tokenizer import Token, is_content, spoken, tokenize

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
    """The terms of a text in order: its words, and the concepts that they name."""

    words: tuple[str, ...]
    concepts: tuple[str, ...]


NO_TERMS = Terms((), ())


def terms_of(tokens: Sequence[Token], lexicon: Lexicon, ignored: Collection[str] = ()) -> Terms:
    """The terms of a text.  ``ignored`` words say nothing, but may still be part of a phrase."""
    named = [token.normalized for token in tokens if names_something(token)]
    words = tuple(token.normalized for token in tokens if is_content(token) and token.normalized not in ignored)
    return Terms(words, tuple(concept_term(concept) for concept, _, _ in lexicon.concepts(named)))


@dataclass(frozen=True)
class Counts:
    """How often each term stands in each text.

    ``matrix`` is (texts, terms): a row per wording, in the order of their documents, then a row
    per answer.  ``owner[w]`` is the document of wording ``w``; ``first[d]`` is where those of
    document ``d`` begin; ``spoken[w]`` is how wording ``w`` is read, in katakana.
    """

    vocabulary: Mapping[str, int]
    matrix: sparse.csr_array
    owner: NDArray[np.int64]
    first: NDArray[np.int64]
    spoken: tuple[str, ...]

    @property
    def wordings(self) -> int:
        return len(self.owner)

    @property
    def documents(self) -> int:
        return len(self.first)

    def presence(self) -> sparse.csc_array:
        """1 where a document has a term in any of its texts: (documents, terms)."""
        of_text = np.concatenate([self.owner, np.arange(self.documents)])
        gather = sparse.csr_array(
            (np.ones(len(of_text), np.float32), (of_text, np.arange(len(of_text)))),
            shape=(self.documents, len(of_text)),
        )
        found = sparse.csc_array(gather @ self.matrix)
        found.data[:] = 1
        return found


@dataclass(frozen=True)
class Texts:
    """Documents as tokens.  ``wordings`` stand in the order of their documents, as ``answers`` do."""

    wordings: tuple[tuple[Token, ...], ...]
    answers: tuple[tuple[Token, ...], ...]
    owner: tuple[int, ...]


def take_apart(documents: Sequence[Document]) -> Texts:
    """Every text of ``documents`` as tokens."""
    wordings = [(number, wording) for number, document in enumerate(documents) for wording in document.wordings]
    return Texts(
        tuple(tuple(tokenize(wording)) for _, wording in wordings),
        tuple(tuple(tokenize(document.answer)) for document in documents),
        tuple(number for number, _ in wordings),
    )


def count_terms(texts: Texts, lexicon: Lexicon, ignored: Collection[str] = ()) -> Counts:
    """Count the terms of every text."""
    terms = [terms_of(tokens, lexicon, ignored) for tokens in (*texts.wordings, *texts.answers)]
    vocabulary = _vocabulary(terms)
    owner = np.array(texts.owner, np.int64)
    return Counts(
        vocabulary,
        term_matrix(terms, vocabulary),
        owner,
        np.searchsorted(owner, np.arange(len(texts.answers))),
        tuple(map(spoken, texts.wordings)),
    )


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
