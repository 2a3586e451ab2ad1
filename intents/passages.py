"""The passage of a document that speaks of what was asked: found by its words alone, told word for word."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intents.derivation import related_forms
from intents.patterns import word_list
from intents.text import normalize
from intents.tokenizer import Token, tokenize

MOST_QUOTED = 200
"""In characters."""
ENOUGH = 0.6
"""The share of what was asked, by rarity, that a passage holds which is quoted."""

_GENERAL_NOUNS = word_list("general_nouns")
_IN_HEADING = 0.5
"""What a heading that names the matter counts beside the sentences."""
_SENTENCES = re.compile(r"[^。\n]*。[」』）)]*|[^。\n]+")
_BULLET = re.compile(r"^[\s　]*(?:[・•●○◎◆■□▶➢✓\-]\s*)+")
_NO_SENTENCE = re.compile(r"\t|^[（(]?(?:出典|図|表|資料|写真)\s?[0-9０-９:：）)]|^※")
_FEWEST_LETTERS = 10


@dataclass(frozen=True)
class Passage:
    """``headings``: the outermost first."""

    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Quotation:
    """``passage``: its number.  ``text``: whole sentences of it, at most MOST_QUOTED characters."""

    passage: int
    text: str


@dataclass(frozen=True)
class _Sentence:
    text: str
    words: frozenset[str]
    paragraph: int


class Passages:
    """Passages laid out for search; ``ignored`` words (the municipality's own names) carry nothing."""

    def __init__(self, passages: Iterable[Passage], ignored: Iterable[str] = ()) -> None:
        self._ignored = frozenset(ignored)
        self._passages = tuple(passages)
        self._sentences = tuple(tuple(_sentences(passage.text)) for passage in self._passages)
        self._headings = tuple(_words(" ".join(passage.headings)) for passage in self._passages)
        self._held = tuple(
            heading.union(*(sentence.words for sentence in sentences))
            for heading, sentences in zip(self._headings, self._sentences, strict=True)
        )
        self._counts = Counter(word for held in self._held for word in held)

    def quotation(self, question: str) -> Quotation | None:
        """What comes nearest to ``question``; None where its rarest noun stands nowhere, or too little else does."""
        asked = self._asked(question)
        if not asked:
            return None
        key = max(asked, key=lambda word: asked[word])
        total = sum(asked.values())
        ranked = []
        for number, held in enumerate(self._held):
            if not _holds(held, key):
                continue
            shared = sum(weight for word, weight in asked.items() if _holds(held, word))
            named = sum(weight for word, weight in asked.items() if _holds(self._headings[number], word))
            if shared / total >= ENOUGH:
                ranked.append((-(shared + _IN_HEADING * named), number))
        for _, number in sorted(ranked):
            text = self._quoted(number, asked, key)
            if text:
                return Quotation(number, text)
        return None

    def _asked(self, question: str) -> dict[str, float]:
        """The nouns of a question that name a matter, and how rare each is here."""
        return {
            token.normalized: self._rarity(token.normalized)
            for token in tokenize(question)
            if _names_a_matter(token) and token.normalized not in self._ignored
        }

    def _rarity(self, word: str) -> float:
        holders = max((self._counts.get(form, 0) for form in (word, *related_forms(word))), default=0)
        return math.log(1 + (len(self._passages) + 1) / (holders + 0.5))

    def _quoted(self, number: int, asked: dict[str, float], key: str) -> str | None:
        """The sentence that holds most of what was asked, and those around it that there is room for."""
        sentences = self._sentences[number]
        in_heading = _holds(self._headings[number], key)
        scored = [
            (-sum(weight for word, weight in asked.items() if _holds(sentence.words, word)), place)
            for place, sentence in enumerate(sentences)
            if len(sentence.text) <= MOST_QUOTED and (in_heading or _holds(sentence.words, key))
        ]
        return _around(sentences, min(scored)[1]) if scored else None


def _holds(words: frozenset[str], word: str) -> bool:
    return word in words or any(form in words for form in related_forms(word))


def _around(sentences: Sequence[_Sentence], place: int) -> str:
    """The sentence at ``place`` with the next and the last ones of its paragraph, while they fit."""
    first = last = place
    length = len(sentences[place].text)
    for step in (1, -1):
        beside = place + step
        while 0 <= beside < len(sentences) and sentences[beside].paragraph == sentences[place].paragraph:
            length += len(sentences[beside].text)
            if length > MOST_QUOTED:
                return "".join(sentence.text for sentence in sentences[first : last + 1])
            first, last = min(first, beside), max(last, beside)
            beside += step
    return "".join(sentence.text for sentence in sentences[first : last + 1])


def _sentences(text: str) -> Iterable[_Sentence]:
    """The sentences of a text; rows of tables, captions and notes are none."""
    for number, line in enumerate(text.split("\n")):
        plain = _BULLET.sub("", line).strip()
        if _NO_SENTENCE.search(line) or len(plain) < _FEWEST_LETTERS:
            continue
        if not plain.endswith(("。", "」", "）", ")")) and plain == line.strip():
            continue  # a caption or the beginning of a list, neither a sentence nor an item
        for sentence in _SENTENCES.findall(plain):
            if sentence.strip():
                yield _Sentence(sentence.strip(), _words(sentence), number)


def _words(text: str) -> frozenset[str]:
    return frozenset(token.normalized for token in tokenize(normalize(text)) if token.content)


def _names_a_matter(token: Token) -> bool:
    noun = token.content and token.part[0] == "名詞" and token.part[1] != "数詞"
    return noun and token.normalized not in _GENERAL_NOUNS
