"""Questions that ask for the same thing, brought together by their texts alone."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from intents.agglomeration import clusters
from intents.common_needs import bundled_common_needs
from intents.glossary import ROMAJI
from intents.language import JAPANESE, language_of
from intents.lexicon import bundled_lexicon, concept_term
from intents.text import clean, normalize, shorten, to_katakana
from intents.tokenizer import Token, tokenize
from intents.translation import translate
from intents.vectors import DIMENSIONS, NO_VECTORS, Vectors

# The numbers that were fitted, on the 149 questions of the development set that have a right
# answer; each stands in the middle of a plateau (docs/grouping.md has the tables).
JOINED_FROM = 0.5
"""The mean likeness from which on two groups of questions become one."""
NEED_WEIGHT = 1.5
"""What a common need counts beside all the words of a question together."""
NEAR_FROM = 0.5
"""The cosine from which on two words count as alike, by that cosine."""

# Taken over from the ranking of answers, not fitted here.
CONCEPT_WEIGHT = 0.6
"""What a shared concept of the lexicon counts, beside 1 for a shared word."""
VERB_WEIGHT = 0.5
"""What any word but a noun counts, beside 1 for a noun."""

KEY_WORDS = 5
_BLOCK = 512
_LABEL = re.compile("〔[^〕]{1,20}〕")
"""What masking put in the place of personal data asks for nothing."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Background:
    """How many of ``texts`` about a municipality hold each term: what is common says little."""

    texts: int
    frequencies: Mapping[str, int]

    def rarity(self, term: str, more_texts: int = 0, more_held: int = 0) -> float:
        """How little common ``term`` is here and in ``more_texts``, of which ``more_held`` hold it."""
        held = self.frequencies.get(term, 0) + more_held
        return math.log1p((self.texts + more_texts - held + 0.5) / (held + 0.5))


NO_BACKGROUND = Background(0, {})
"""Then words are as common as among the questions themselves."""


@dataclass(frozen=True)
class Need:
    """Questions that ask for the same.  ``members`` are their places among the texts given.

    ``name`` comes from the question that stands for all, so that it stays while that one does.
    ``subject`` is the common need that most of them give away, or nothing.
    """

    name: str
    members: tuple[int, ...]
    representative: int
    subject: str


@dataclass(frozen=True)
class _Question:
    """A text as far as it asks: what its terms count before rarity, and the needs it gives away."""

    text: str
    places: tuple[int, ...]
    terms: Mapping[str, float]
    needs: frozenset[int]


def background_of(texts: Iterable[str]) -> Background:
    """How common terms are in ``texts``."""
    frequencies: Counter[str] = Counter()
    count = 0
    for text in texts:
        frequencies.update(_terms(tokenize(_asked(text))).keys())
        count += 1
    return Background(count, frequencies)


def group(
    texts: Sequence[str], *, vectors: Vectors = NO_VECTORS, background: Background = NO_BACKGROUND
) -> tuple[Need, ...]:
    """The needs behind ``texts``, the most asked first.  Their order makes no difference."""
    questions = _questions(texts)
    if not questions:
        return ()
    space = _space(questions, vectors, background)
    counts = np.array([len(question.places) for question in questions], float)
    members: dict[int, list[int]] = defaultdict(list)
    for place, owner in enumerate(clusters(space.rows, space.kernel, counts, JOINED_FROM).tolist()):
        members[owner].append(place)
    needs = [_need(questions, space, counts, places) for places in members.values()]
    return tuple(sorted(needs, key=lambda need: (-len(need.members), need.name)))


def nearest(
    texts: Sequence[str],
    groups: Sequence[Sequence[str]],
    *,
    vectors: Vectors = NO_VECTORS,
    background: Background = NO_BACKGROUND,
) -> list[int | None]:
    """For each text the place of the group that asks for the same; None where none is alike enough.

    A text is as alike to a group as the mean over its texts, and joins from JOINED_FROM on, as in ``group``.
    """
    if not texts or not groups:
        return [None] * len(texts)
    questions = _questions([*texts, *(text for one in groups for text in one)])
    space = _space(questions, vectors, background)
    row_of = {place: row for row, question in enumerate(questions) for place in question.places}
    begins = np.cumsum([len(texts), *map(len, groups)])
    own = [[row_of[place] for place in range(begins[at], begins[at + 1])] for at in range(len(groups))]
    middles = sparse.csr_array(_means(own, len(questions)) @ space.rows)
    towards = sparse.csr_array(space.kernel @ middles.T)
    rows = space.rows[[row_of[place] for place in range(len(texts))]]
    found: list[int | None] = []
    for start in range(0, len(texts), _BLOCK):
        likeness = (rows[start : start + _BLOCK] @ towards).toarray()
        best = likeness.argmax(axis=1)
        high = likeness[np.arange(len(best)), best] >= JOINED_FROM
        found += [int(place) if is_high else None for place, is_high in zip(best, high, strict=True)]
    return found


def _means(own: Sequence[Sequence[int]], rows: int) -> sparse.csr_array:
    """A row for each group that takes the mean of its rows."""
    begins = np.cumsum([0, *map(len, own)], dtype=np.int32)
    places = np.fromiter((row for one in own for row in one), np.int32, begins[-1])
    shares = np.fromiter((1 / len(one) for one in own for _ in one), float, begins[-1])
    return sparse.csr_array((shares, places, begins), shape=(len(own), rows))


def text_key(text: str) -> str:
    """Names what is compared of a text: texts of one key are one question."""
    return hashlib.blake2b(_asked(text).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _asked(text: str) -> str:
    """What is compared of a text; texts that come to the same here are one question."""
    return normalize(_LABEL.sub(" ", clean(shorten(text))))


def _questions(texts: Sequence[str]) -> list[_Question]:
    """The distinct questions in an order of their own, so that the order given does not matter."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        places[_asked(text)].append(place)
    return [_question(text, tuple(places[text])) for text in sorted(places)]


def _question(text: str, places: tuple[int, ...]) -> _Question:
    tokens = tokenize(_in_japanese(text))
    return _Question(text, places, _terms(tokens), bundled_common_needs().found(tokens))


def _in_japanese(text: str) -> str:
    """A question of another language in Japanese words: juminhyo konbini asks for what 住民票 コンビニ does."""
    spoken = language_of(text)
    if spoken != JAPANESE:
        return translate(text, spoken).text or text
    if not text.isascii():
        return text
    found = translate(text, ROMAJI)
    return found.text if found.concepts else text


def _terms(tokens: Sequence[Token]) -> dict[str, float]:
    """Each term of a text -> what it counts before rarity."""
    named = [token.normalized for token in tokens if token.naming]
    terms = {concept_term(concept): CONCEPT_WEIGHT for concept, _, _ in bundled_lexicon().concepts(named)}
    for token in (token for token in tokens if token.content):
        weight = 1.0 if token.part[0] == "名詞" else VERB_WEIGHT
        word = sys.intern(token.normalized)  # ten thousand questions repeat few words
        terms[word] = max(weight, terms.get(word, 0.0))
    return terms


@dataclass(frozen=True)
class _Space:
    """``rows``: a unit row per question, over the words and after them the common needs.

    ``kernel``: how alike words and needs are among themselves.
    """

    rows: sparse.csr_array
    kernel: sparse.csr_array


def _space(questions: Sequence[_Question], vectors: Vectors, background: Background) -> _Space:
    rarity = _rarity(questions, background)
    words = {word: number for number, word in enumerate(sorted(rarity))}
    said = _matrix([question.terms for question in questions], words)
    said = sparse.csr_array(said @ sparse.diags_array([rarity[word] for word in words]))
    alike = _alike(tuple(words), vectors)
    said = _scaled(said, alike)
    weights = [dict.fromkeys(q.needs, math.sqrt(NEED_WEIGHT / max(len(q.needs), 1))) for q in questions]
    meant = _matrix(weights, {need: need for need in range(len(bundled_common_needs().names))})
    rows = sparse.hstack([said, meant], format="csr")
    kernel = sparse.csr_array(sparse.block_diag([alike, sparse.eye_array(meant.shape[1])]))
    return _Space(_scaled(rows, kernel), kernel)


def _rarity(questions: Sequence[_Question], background: Background) -> dict[str, float]:
    """How little common each term is, in the background and the questions together."""
    common = Counter(term for question in questions for term in question.terms)
    return {term: background.rarity(term, len(questions), count) for term, count in common.items()}


_Key = TypeVar("_Key", str, int)


def _matrix(rows: Sequence[Mapping[_Key, float]], columns: Mapping[_Key, int]) -> sparse.csr_array:
    """A row for each mapping of keys to values, a key in its column."""
    begins = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    places = np.fromiter((columns[key] for row in rows for key in row), np.int32, begins[-1])
    values = np.fromiter((value for row in rows for value in row.values()), float, begins[-1])
    return sparse.csr_array((values, places, begins), shape=(len(rows), len(columns)))


def _scaled(rows: sparse.csr_array, kernel: sparse.csr_array) -> sparse.csr_array:
    """``rows`` made as alike to themselves as can be, 1; a row of nothing stays as it is."""
    lengths = np.ones(rows.shape[0])
    for start in range(0, rows.shape[0], _BLOCK):  # the product holds many more words than the rows
        part = rows[start : start + _BLOCK]
        squares = np.asarray(part.multiply(part @ kernel).sum(axis=1)).ravel()
        lengths[start : start + _BLOCK] = np.sqrt(np.where(squares > 0, squares, 1.0))
    return sparse.csr_array(sparse.diags_array(1 / lengths) @ rows)


def _alike(words: Sequence[str], vectors: Vectors) -> sparse.csr_array:
    """How alike words are: 1 to themselves, by the cosine to what is near."""
    known = [(place, row) for place, word in enumerate(words) if (row := vectors.row(word)) is not None]
    places = np.array([place for place, _ in known], np.int64)
    rows = np.array([row for _, row in known], np.int64)
    matrix = np.asarray(vectors.matrix[rows]) if known else np.empty((0, DIMENSIONS), np.float32)
    one, other, cosine = [], [], []
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        found = matrix[block] @ matrix.T
        # Words on one row are not alike, they are those that the small copy cannot tell apart.
        near = (found >= NEAR_FROM) & (rows[block, None] != rows) & (places[block, None] < places)
        left, right = np.nonzero(near)
        one.append(places[block][left])
        other.append(places[right])
        cosine.append(found[left, right].astype(float))
    if not one:
        return sparse.eye_array(len(words), format="csr")
    half = sparse.coo_array((np.concatenate(cosine), (np.concatenate(one), np.concatenate(other))), (len(words),) * 2)
    return sparse.csr_array(half + half.T + sparse.eye_array(len(words)))


def _need(questions: Sequence[_Question], space: _Space, counts: Floats, places: Sequence[int]) -> Need:
    rows = space.rows[places]
    central = rows @ (space.kernel @ (counts[places] @ rows))
    # Among the equally central the shortest: it says the same with less.
    best = min(zip(-np.round(central, 9), [len(questions[place].text) for place in places], places, strict=True))[2]
    mine = [questions[place] for place in places]
    members = sorted(place for question in mine for place in question.places)
    return Need(_name(questions[best].text), tuple(members), questions[best].places[0], _subject(mine))


def _name(text: str) -> str:
    return "n" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _subject(questions: Sequence[_Question]) -> str:
    """The common need of more than half of them."""
    total = sum(len(question.places) for question in questions)
    votes = Counter[int]()
    for question in questions:
        for need in question.needs:
            votes[need] += len(question.places)
    need, count = min(votes.items(), key=lambda item: (-item[1], item[0]), default=(0, 0))
    return bundled_common_needs().names[need] if count * 2 > total else ""


def key_words(texts: Sequence[str], background: Background = NO_BACKGROUND) -> tuple[str, ...]:
    """What texts that ask for the same have in common, at most KEY_WORDS, the most telling first."""
    held: Counter[str] = Counter()
    made_of: dict[str, tuple[str, ...]] = {}
    for text in texts:
        expressions = _expressions(tokenize(_asked(text)))
        held.update(expressions.keys())
        made_of |= expressions
    points = {each: count * sum(background.rarity(word) for word in made_of[each]) for each, count in held.items()}
    best: dict[str, str] = {}
    for expression in sorted(points, key=lambda text: (-round(points[text], 9), text)):
        best.setdefault(to_katakana(expression), expression)  # of ごみ and ゴミ only one
    return tuple(best.values())[:KEY_WORDS]


def _expressions(tokens: Sequence[Token]) -> dict[str, tuple[str, ...]]:
    """Nouns with the nouns right beside them (避難場所), other words in their dictionary form."""
    found: dict[str, tuple[str, ...]] = {}
    for nouns, run in itertools.groupby(tokens, _is_noun):
        row = list(run)
        if nouns:
            found["".join(token.surface for token in row)] = tuple(token.normalized for token in row)
        else:
            found |= {token.normalized: (token.normalized,) for token in row if token.content}
    return found


def _is_noun(token: Token) -> bool:
    return token.part[0] in ("名詞", "接頭辞", "接尾辞") and token.content
