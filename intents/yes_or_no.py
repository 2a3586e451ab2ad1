"""Whether the 「はい」 or 「いいえ」 that an entry begins with answers the question that was asked.

It was written for the entry's own title.  「カードがなくても取れますか」 finds the same entry and must
not read 「はい」; without it the first sentence states the fact, which is true whatever was asked.  So a
yes is shown only where the question says nothing that the entry does not say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from intents.counts import Document
from intents.index import Index
from intents.leads import split_sentences, without_yes_or_no
from intents.lexicon import Lexicon
from intents.patterns import patterns
from intents.text import normalize, split_story
from intents.tokenizer import Token, tokenize

_KNOWN = patterns("yes_or_no")
_SAME_ACTIONS = tuple(_KNOWN[group] for group in ("receive", "use", "apply"))
_WAYS = ("by_net", "by_telephone", "at_counter", "by_post", "at_shop")
_POTENTIAL = dict(zip("えけせてねべめれげ", "うくすつぬぶむるぐ", strict=True))
"""取れる asks for what 取る does: the last kana of a verb before its ending, and that of the plain verb."""
_LEAST = 0.4
"""From this share of a wording's own words on, a question asks the same and not for something beside it."""


@dataclass(frozen=True)
class _Words:
    """A text's words in order, the last of them, those that are denied in it, and those it makes a condition of.

    ``last``: what a question asks about (取れますか).
    """

    words: tuple[str, ...]
    last: str
    denied: frozenset[str]
    conditions: frozenset[str]


def is_yes_or_no_question(text: str) -> bool:
    """Whether a message ends as a question that yes or no answers, and asks for nothing else."""
    plain = normalize(split_story(text)[0])
    return bool(_KNOWN["closed"].search(plain)) and not _KNOWN["request"].search(plain)


def is_earned(question: str, document: Document, index: Index) -> bool:
    """Whether the yes or no that ``document`` begins with may be said to ``question``."""
    asked = split_story(question)[0]
    if normalize(asked).rstrip("?。") == normalize(document.question).rstrip("?。"):
        return True
    opening = without_yes_or_no(split_sentences(document.answer)[0])
    own = (document.question, opening) if document.answer.startswith("はい") else (document.question,)
    if not is_yes_or_no_question(asked) or _is_narrower(asked, own) or _is_of_others(asked, own):
        return False
    if not _means_of(asked) <= _means_of(*own):
        return False
    words = _read(asked)
    said = [word for word in words.words if word not in index.ignored and not _KNOWN["empty"].fullmatch(word)]
    if not said or not _asks_what_is_told(words, [_read_published(one) for one in own]):
        return False
    held = _holds_all(said, (*document.wordings, opening), index.lexicon)
    return held and _is_near(said, document.wordings, index.ignored)


def is_turned(question: str, document: Document) -> bool:
    """Whether a question denies, narrows or makes a condition of what no wording of ``document`` does."""
    asked = split_story(question)[0]
    own = (*document.wordings, split_sentences(document.answer)[0])
    turned = _is_narrower(asked, own) or _names_others(asked, own)
    return turned or not _keeps_to(_read(asked), [_read_published(one) for one in own])


def _is_narrower(asked: str, own: Sequence[str]) -> bool:
    told = normalize(" ".join(own))
    return any(found[0] not in told for found in _KNOWN["narrowing"].finditer(normalize(asked)))


def _is_of_others(asked: str, own: Sequence[str]) -> bool:
    """Whether the entry is about certain people and the question names none."""
    named = _KNOWN["persons"]
    return bool(named.search(normalize(" ".join(own)))) and not named.search(normalize(asked))


def _names_others(asked: str, own: Sequence[str]) -> bool:
    """Whether the question is about certain people (子ども) and the entry about certain others (高齢者)."""
    told, named = normalize(" ".join(own)), [found[0] for found in _KNOWN["persons"].finditer(normalize(asked))]
    return bool(named) and _KNOWN["persons"].search(told) is not None and not any(one in told for one in named)


def _means_of(*texts: str) -> frozenset[str]:
    """The ways that texts name in which something may be done: by telephone, at the counter, by post …"""
    told = normalize(" ".join(texts))
    return frozenset(way for way in _WAYS if _KNOWN[way].search(told))


def _asks_what_is_told(asked: _Words, told: Sequence[_Words]) -> bool:
    """Whether a question ends as the entry does (取れる, not 登録), denies no more and makes no other condition."""
    return any(_same_action(asked.last, one.last) for one in told) and _keeps_to(asked, told)


def _keeps_to(asked: _Words, told: Sequence[_Words]) -> bool:
    denied = frozenset[str]().union(*(one.denied for one in told))
    words = {word for one in told for word in one.words}
    return asked.denied <= denied and asked.conditions <= words


def _same_action(word: str, other: str) -> bool:
    return word == other or any(same.fullmatch(word) and same.fullmatch(other) for same in _SAME_ACTIONS)


def _holds_all(said: Sequence[str], wordings: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether each word of the question stands in the entry, itself or as a synonym."""
    rows = [_read_published(one).words for one in wordings]
    held = {word for row in rows for word in row}
    missing = {at for at, word in enumerate(said) if not any(_same_action(word, one) for one in held)}
    if not missing:
        return True
    concepts = {concept for row in rows for concept, _, _ in lexicon.concepts(row)}
    for concept, start, end in lexicon.concepts(said):
        if concept in concepts:
            missing.difference_update(range(start, end))
    return not missing


def _is_near(said: Collection[str], wordings: Sequence[str], ignored: Collection[str]) -> bool:
    """Whether the question holds enough of one wording to ask the same."""
    for one in wordings:
        own = {word for word in _read_published(one).words if word not in ignored}
        if own and len(own & set(said)) >= _LEAST * len(own):
            return True
    return False


@lru_cache(maxsize=20_000)
def _read_published(text: str) -> _Words:
    """The same, kept: of what is published, never of what a resident wrote."""
    return _read(text)


def _read(text: str) -> _Words:
    words: list[str] = []
    last, before = "", ""
    denied, conditions = set(), set()
    for token in tokenize(text):
        if _KNOWN["negative"].fullmatch(token.normalized):
            denied.update(words[-1:] or [""])
        elif token.naming:
            words.append(_plain_verb(token))
            last = words[-1]
        elif token.surface == "も" and before in ("で", "て"):
            conditions.update(words[-1:])
        before = token.surface
    return _Words(tuple(words), last, frozenset(denied), frozenset(conditions))


def _plain_verb(token: Token) -> str:
    """A word's basic form, 取る for 取れる."""
    word = token.normalized
    if token.part[0] == "動詞" and re.fullmatch(r".+[えけせてねべめれげ]る", word):
        return word[:-2] + _POTENTIAL[word[-2]]
    return word
